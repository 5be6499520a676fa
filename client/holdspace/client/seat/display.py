"""People and stages as they are shown: names cleaned, look-alikes tagged, texts filled in."""

from __future__ import annotations

from holdspace.protocol.meeting.flow import Stage, fill
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import Person
from holdspace.protocol.text import clean, clean_line, looks_like, name_tag

from .seat import Seat
from .view import PersonView, Role, StageView

AWAY_SECONDS = 45.0
UNNAMED = "somebody"
