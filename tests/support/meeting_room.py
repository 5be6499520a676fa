"""A meeting to act in by name, so that the tests read like what happens in a room."""

from typing import Literal

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import AlreadyMovedOn, Effect, NoEffect
from holdspace.protocol.meeting.kinds import HandKind, TurnMode
from holdspace.protocol.meeting.state import MeetingState, Outcome, Person, apply, apply_membership

FLOW = """\
format = 1
id = "evening"
lang = "en"
title = "An evening"
minutes = 60
group = { min = 2, max = 10 }

[policy]
agreement = "agreements/standard.en.toml"
crisis = "crisis/{locale}.toml"

[[stage]]
id = "agreements"
kind = "agreement"
title = "Agreements"
minutes = { base = 5 }
turn = "silent"

[[stage]]
id = "check-in"
kind = "round"
title = "Check-in"
minutes = { base = 1, per_person = 1.5, max = 12 }
turn = "gather"
say = "Hello, I'm {name}."

[[stage]]
id = "talk"
kind = "discussion"
title = "Talk"
minutes = { base = 15 }
turn = "hands"

[[stage]]
id = "closing"
kind = "closing"
title = "Closing"
minutes = { base = 5 }
turn = "round"
response = "none"

[stage.closing]
words = "Go gently."
"""


def identity(name: str) -> bytes:
    """Return a made-up identity that shows its owner."""
    return name.encode().ljust(32, b".")


class Meeting:
    """A meeting seen by one client; Mara hosts."""

    def __init__(self, *names: str) -> None:
        self.state = MeetingState()
        self.seats = ["Mara", *names]
        self.arrange(*self.seats)

    def arrange(self, *names: str, co: tuple[str, ...] = ()) -> Outcome:
        """Let a commit leave exactly these people in the room."""
        people = [Person(identity(name), name, self._role(name, co)) for name in names]
        return self._take(apply_membership(self.state, people))

    def _role(self, name: str, co: tuple[str, ...]) -> Literal["host", "co-facilitator", "member"]:
        return "host" if name == "Mara" else "co-facilitator" if name in co else "member"

    def does(self, name: str, event: ev.Event) -> Outcome:
        """Let somebody send an event."""
        return self._take(apply(self.state, event, identity(name), b"message id......"))

    def _take(self, outcome: Outcome) -> Outcome:
        self.state = outcome.state
        return outcome

    def raises(self, *names: str, kind: HandKind = "share", note: str = "") -> Outcome:
        """Let people raise their hands one after the other; return what the last one changed."""
        return [self.does(name, ev.RaiseHand(kind, note)) for name in names][-1]

    def says(self, name: str, text: str = "…") -> Outcome:
        """Let somebody share."""
        return self.does(name, ev.Share(text))

    def passes(self, name: str) -> Outcome:
        """Let somebody pass."""
        return self.does(name, ev.Pass(self.state.version))

    def next(self, by: str = "Mara") -> Outcome:
        """Let a facilitator move the floor on."""
        return self.does(by, ev.NextTurn(self.state.version))

    def gives(self, to: str) -> Outcome:
        """Let Mara give the floor to somebody."""
        return self.does("Mara", ev.GiveFloor(identity(to), self.state.version))

    def mode(self, mode: TurnMode) -> "Meeting":
        """Let Mara change how turns are taken."""
        self.does("Mara", ev.SetTurnMode(mode, self.state.version))
        return self

    def stage(self, number: int) -> "Meeting":
        """Let Mara open the flow, if it is not, and go to a stage."""
        if not self.state.flow_toml:
            self.does("Mara", ev.OpenFlow(FLOW))
        self.does("Mara", ev.GoToStage(number, self.state.version))
        return self

    @property
    def floor(self) -> str | None:
        """Return who has the floor."""
        return self._name(self.state.floor.identity) if self.state.floor else None

    @property
    def queue(self) -> list[str]:
        """Return who is in the queue, in order."""
        return [self._name(hand.identity) for hand in self.state.queue]

    def _name(self, who: bytes) -> str:
        return who.rstrip(b".").decode()


def reason(outcome: Outcome) -> str:
    """Return why an event had no effect."""
    (effect,) = outcome.effects
    if isinstance(effect, AlreadyMovedOn):
        return "already moved on"
    assert isinstance(effect, NoEffect)
    return effect.reason


def has(outcome: Outcome, effect: type[Effect]) -> bool:
    """Tell whether something of this kind happened."""
    return any(isinstance(one, effect) for one in outcome.effects)
