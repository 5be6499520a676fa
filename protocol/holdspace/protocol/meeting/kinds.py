"""What who shows a meeting has to know of its events: which kinds there are, and how long a text may be."""

from typing import Literal

MAX_TEXT = 4000
MAX_WORDS = 280

HandKind = Literal["share", "respond", "question", "practical"]
NodKind = Literal["heard", "me-too", "thank-you", "with-you"]
TurnMode = Literal["listen", "open", "hands", "round", "gather", "silent", "pairs"]
ReleaseHow = Literal["together", "round", "hands"]
HandOrder = Literal["first-come", "not-yet-heard", "facilitator"]
IdeaOutcome = Literal["try", "other-source", "leave-for-now"]
AsideKind = Literal["word", "step-aside", "pair"]
SlipRole = Literal["co-facilitator", "member"]
