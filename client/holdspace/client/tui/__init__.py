"""The full-screen front end: draws a RoomView, sends Intents, and knows nothing below that."""
