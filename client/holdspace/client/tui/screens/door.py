"""The door: who knocked, in their own words, with our warning; admit them or say not today."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client.acts import BY_ID, Given, Need, Spot
from holdspace.client.seat.view import KnockView, RoomView
from holdspace.client.tui import marks
from holdspace.client.tui.clock import time_of
from holdspace.client.tui.rows import Row, clip, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.protocol.phrases import knock_phrase
from holdspace.protocol.translation import N_, _


class DoorScreen(ListScreen):
    """Who is waiting to come in."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.DOOR, Spot.ANYWHERE)]
    TITLE_WORDS = N_("At the door")
    EMPTY_WORDS = N_(
        "Nobody is waiting. People who knock appear here, with what they say about themselves."
    )
    SPOT = Spot.DOOR
    IS_SPACED = True

    def __init__(self) -> None:
        super().__init__()
        self._answered: object = None
        self._then: tuple[object, ...] = ()

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return each knock: name and time, the warning, then the words of whoever knocked."""
        return [self._knock(knock, width) for knock in self.view.knocks]

    def _knock(self, knock: KnockView, width: int) -> list[Row]:
        head = row(
            (f"{marks.DOOR} {knock.number}  ", "hand"),
            (knock.name, "strong"),
            (_("  since {time}").format(time=time_of(knock.since)), "muted"),
        )
        warning = (
            paragraph(_("Look twice: {warning}").format(warning=knock.warning), width, "amber")
            if knock.warning
            else []
        )
        note = paragraph(knock.note, width, "muted") if knock.note else []
        phrase = _phrase(knock, width) if knock.fingerprint else []
        words = (
            f"“{knock.introduction}”" if knock.introduction else _("They wrote no introduction.")
        )
        accepted = paragraph(_("They have accepted the agreements."), width, "muted")
        said = knock.thread[-1:]
        newest = [
            part
            for line in said
            for part in paragraph(
                f"{_('You') if line.is_mine else knock.name}: {line.text}", width, "sage"
            )[:2]
        ]
        return [
            clip(head, width),
            *warning,
            *note,
            *paragraph(words, width),
            *newest,
            *accepted,
            *phrase,
        ]

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Answer the chosen knock and note who is next, so that several can be let in one by one."""
        keys, at = [knock.knock for knock in self.view.knocks], self.choices.at
        if act_id == "door-word":
            if 0 <= at < len(keys):
                self.home.talk_at_door(keys[at])
            return
        if BY_ID[act_id].needs is Need.KNOCK and 0 <= at < len(keys):
            self._answered, self._then = keys[at], (*keys[at + 1 :], *reversed(keys[:at]))
        super().action_act(act_id, key)
        if self.home.notice:
            self._answered = None

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture; when the chosen one went because they were answered, the next is chosen."""
        keys = [knock.knock for knock in view.knocks]
        if self._chosen not in (None, *keys) and self._chosen == self._answered:
            self._chosen = next((key for key in self._then if key in keys), None)
            self.choices.at = 0
        super().show(view)

    @override
    def key_of(self, at: int) -> object:
        """Return the knock's own name."""
        return self.view.knocks[at].knock

    @override
    def given(self, at: int) -> Given:
        """Return the chosen knock."""
        return Given(knock=self.view.knocks[at].knock)


def _phrase(knock: KnockView, width: int) -> list[Row]:
    return paragraph(
        _("Words of this knock: {knock_phrase}").format(
            knock_phrase=knock_phrase(knock.fingerprint)
        ),
        width,
        "muted",
    )
