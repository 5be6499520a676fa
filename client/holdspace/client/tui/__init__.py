"""The full-screen front end: draws a RoomView, sends Intents, and knows nothing below that."""

import os

# How often a second there may be a new picture, when there is something new. At Textual's own 60 a
# key that comes just after somebody's words waits twice as long. Read where Textual is first loaded.
os.environ.setdefault("TEXTUAL_FPS", "120")
