"""Who is here, one a row with the words of every sign; facilitators act on the chosen person."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from typing_extensions import override

from holdspace.client.acts import Act, Given, Spot
from holdspace.client.acts_people import suits
from holdspace.client.seat.view import PersonView
from holdspace.client.tui import marks
from holdspace.client.tui.rows import Piece, Row, cells, clip, indent, pad, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.protocol.translation import N_, _

NAME_WIDTH = 20
ROOMY = 60


class PeopleScreen(ListScreen):
    """The circle as a list."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.PEOPLE, Spot.ANYWHERE)]
    TITLE_WORDS = N_("Who is here")
    SPOT = Spot.PEOPLE

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return one row for each person, in the order of the seats."""
        return [self._person(person, width) for person in self.view.people]

    def _name_width(self, width: int) -> int:
        """Return how wide the names are: as the longest, and less in a narrow window."""
        longest = max((cell_len(marks.called(person)) for person in self.view.people), default=0)
        return NAME_WIDTH if width >= ROOMY else min(NAME_WIDTH, longest + 4)

    def _person(self, person: PersonView, width: int) -> list[Row]:
        room = self._name_width(width)
        name = clip(row((marks.called(person), marks.name_ink(person))), room - 2)
        spoken = (
            _("has spoken {times_spoken}×").format(times_spoken=person.times_spoken)
            if self.view.is_facilitator
            else ""
        )
        leads = _("leads now") if person.leads_now else ""
        words = [marks.role_words(person), leads, marks.state_words(person), spoken]
        facts = " · ".join(word for word in words if word)
        start = pad((marks.mark(person), Piece(" "), *name), room)
        head = (*start, *row((f"{person.tag}   ", "muted")))
        first, *rest = paragraph(facts, max(1, width - cells(head)), "muted")
        return [(*head, *first), *indent(rest, cells(head))]

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Do the act for the chosen person; who was given the floor is listened to in the room."""
        super().action_act(act_id, key)
        if act_id == "give" and not self.home.notice:
            self.step_back()

    @override
    def acts(self) -> Sequence[Act]:
        """Return what can be done for the person chosen, as they are now."""
        at, people = self.choices.at, self.view.people
        if not 0 <= at < len(people):
            return ()
        return [act for act in super().acts() if suits(act.id, people[at])]

    @override
    def key_of(self, at: int) -> object:
        """Return the person's identity."""
        return self.view.people[at].identity

    @override
    def given(self, at: int) -> Given:
        """Return the chosen person."""
        return Given(person=self.view.people[at].identity)
