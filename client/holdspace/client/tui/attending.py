"""What the screen needs of an attendance, so that tests can put a scripted one in its place."""

from collections.abc import AsyncIterator
from typing import Protocol

from holdspace.client.acts import Given, Local
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import Notice, Refusal, RoomView


class Attending(Protocol):
    """One person attending one meeting, as `client.attend.Attendance` is."""

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""

    def do(self, intent: Intent) -> Refusal | None:
        """Do what the person wants, or say at once why not."""

    def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield the picture after each change, with what to tell the person."""


class Home(Protocol):
    """What a screen may ask of the app it is shown by."""

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""

    @property
    def notice(self) -> str:
        """Return the sentence for this person at this moment, or ""."""

    @property
    def escapes(self) -> int:
        """Return how often Esc was just pressed, for the dots."""

    @property
    def motion(self) -> str:
        """Return whether exercises may move a little: none, or gentle."""

    @property
    def has_circle(self) -> bool:
        """Return whether people are drawn as a circle where it fits."""

    @property
    def is_kept(self) -> bool:
        """Return whether a notebook is open, in which something of the meeting stays."""

    @property
    def has_unsent(self) -> bool:
        """Return whether there are words of this person's own that were not sent."""

    def now(self) -> float:
        """Return the wall-clock time."""

    def tell(self, words: str) -> None:
        """Show a sentence to this person; "" takes it away."""

    def want(self, intent: Intent) -> Refusal | None:
        """Do it, or ask first when it cannot be taken back."""

    def want_act(self, act_id: str, given: Given = ...) -> None:
        """Do what an act of the registry says, whether it is sent or answered here."""

    def run_local(self, command: Local) -> None:
        """Answer a command that is not sent to anybody."""

    def take_up_draft(self) -> None:
        """Put back what was being written here before, and keep what is written from now on."""

    def begin_command(self, command: str) -> None:
        """Close what lies over the room, and begin a command in its text field."""

    def copy_phrase(self, words: str) -> None:
        """Put a ready phrase into the room's text field; nothing is sent."""

    def steady(self) -> None:
        """Begin the exercise by the senses, over whatever is there."""

    @property
    def may_go_plain(self) -> bool:
        """Return whether plain lines can take over here, with nothing lost that is being written."""

    def go_plain(self) -> None:
        """Close the screen, and go on in plain lines where this person is."""

    def go_on(self) -> None:
        """Go from a page that stayed to where this person is by now."""

    def follow_typing(self) -> None:
        """Lay the page over this one that waited until nothing was being written here."""

    def talk_at_door(self, knock: bytes) -> None:
        """Lay the page over the list of knocks on which the host talks with one who knocked."""

    def vanish(self) -> None:
        """Close the screen at once, like a lost connection."""

    def finish(self) -> None:
        """Close the screen after the meeting is over for this person."""


def moment_of(view: RoomView) -> tuple[object, ...]:
    """Return what a notice is about: when one of these changes, it is out of date."""
    floor = view.floor.identity if view.floor else None
    stage = view.stage.title if view.stage else ""
    return view.place, floor, stage, view.is_held, view.me and view.me.place_in_queue
