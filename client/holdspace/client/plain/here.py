"""Acts in plain lines that are answered on this device: cards, phrases, files. Nothing is sent by them."""

from collections.abc import Callable, Iterable

from holdspace.client.acts import Local
from holdspace.client.calendar_file import save as save_calendar
from holdspace.client.care.cards import NO_CARD, NO_PHRASE, card_lines, card_list, chosen, filled
from holdspace.client.care.crisis import card_here
from holdspace.client.keeping import Keeper
from holdspace.client.library import DataError, NotInLibrary, read_flow
from holdspace.client.own.keepsake import NotKept, save
from holdspace.client.plain.answers import support_lines
from holdspace.client.plain.labels import labelled
from holdspace.client.seat.intents import Intent, OpenTheFlow
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import _, shown
from holdspace.protocol.values import value


@value()
class Hands:
    """What these acts can do beyond speaking: hand an intent on, and put a line where it can be sent from."""

    do: Callable[[Intent], None]
    prepare: Callable[[str], None]


class HereActs:
    """What is answered from this device, by the acts' ids."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        view: Callable[[], RoomView],
        keeper: Keeper,
        *,
        now: Callable[[], float],
        hands: Hands,
    ) -> None:
        self._say = say
        self._view = view
        self._keeper = keeper
        self._now = now
        self._hands = hands
        self.answers: dict[str, Callable[[Local], None]] = {
            "ready": self._ready,
            "flow": self._open_flow,
            "support": self._support,
            "cards": self._cards,
            "keepsake": self._keepsake,
            "calendar": self._calendar,
        }

    def _tell(self, label: str, *words: str) -> None:
        self._say(labelled(label, one) for one in words)

    def _ready(self, local: Local) -> None:
        stage = self._view().stage
        phrases = stage.ready if stage else ()
        if 1 <= local.number <= len(phrases):
            self._hands.prepare(phrases[local.number - 1])
        else:
            self._tell("sheet", _("There is no ready phrase with this number. /sheet lists them."))

    def _open_flow(self, local: Local) -> None:
        try:
            toml = read_flow(local.text)
        except (NotInLibrary, DataError) as error:
            self._tell("room", _("{error} Nothing was changed.").format(error=error))
        else:
            self._hands.do(OpenTheFlow(toml))

    def _keepsake(self, local: Local) -> None:
        try:
            self._tell("room", save(self._view(), local.text, self._keeper.notebook))
        except NotKept as refused:
            self._tell("room", str(refused))

    def _calendar(self, local: Local) -> None:
        self._tell("room", save_calendar(self._view().keeping.schedule, local.text, self._now()))

    def _support(self, _local: Local) -> None:
        # From the files on this computer, so that it works in the lobby, on hold and cut off (A15).
        self._say(support_lines(card_here(self._view()), self._view()))

    def _cards(self, local: Local) -> None:
        view = self._view()
        card, number = chosen(local.text, view.lang)
        if card is None:
            self._tell("card", *(card_list(view.lang) if not local.text else (shown(NO_CARD),)))
        elif not number:
            self._tell("card", *card_lines(card, view))
        elif number <= len(card.phrases):
            self._hands.prepare(filled(card.phrases[number - 1], view))
        else:
            self._tell("card", shown(NO_PHRASE))
