"""The simulated facilitator holds the room: lets in, speaks, waits kindly, goes on, closes."""

from dataclasses import dataclass, field, replace

from holdspace.client.demo.cast import load_cast
from holdspace.client.demo.facilitating import next_move
from holdspace.client.demo.memory import Memory, after, remember
from holdspace.client.demo.moves import Moment
from holdspace.client.demo.pace import dice_of
from holdspace.client.seat.intents import (
    Admit,
    ChangeMode,
    CloseTheMeeting,
    Give,
    Intent,
    NextStage,
    NodTo,
    Onward,
    Say,
)
from holdspace.client.seat.view import (
    HandView,
    KnockView,
    Line,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
)
from holdspace.protocol.meeting.kinds import TurnMode

CAST = load_cast()
NAMES = ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "Sam")
ANA, BEN, *_, SAM = PEOPLE = tuple(
    PersonView(
        identity=name.encode().ljust(32, b"."),
        name=name,
        tag="",
        role=Role.HOST if name == "Ana" else Role.MEMBER,
        is_me=name == "Ana",
    )
    for name in NAMES
)
WITHOUT_SAM = PEOPLE[:-1]
AGENDA = ("Welcome", "Who we are", "What helps a little", "Closing round", "Feedback & fit")


def agenda(current: int) -> tuple[StageView, ...]:
    """Return the agenda at this stage; -1 is before the first."""
    return tuple(
        StageView(title=title, minutes=4, is_done=at < current, is_current=at == current)
        for at, title in enumerate(AGENDA)
    )


def room(at: int, mode: TurnMode = "listen", **changes: object) -> RoomView:
    """Return the room as Ana sees it."""
    view = RoomView(
        place=Place.ROOM,
        people=PEOPLE,
        me=ANA,
        stages=agenda(at),
        mode=mode,
        is_facilitator=True,
        is_host=True,
        can_write=True,
    )
    return replace(view, **changes)  # type: ignore[arg-type]


@dataclass
class Ana:
    """Ana going on in time."""

    now: float = 0.0
    memory: Memory = field(default_factory=Memory)

    def live(self, view: RoomView, seconds: float) -> list[tuple[float, Intent]]:
        """Return what she does while the room stays like this, and when."""
        moves: list[tuple[float, Intent]] = []
        end = self.now + seconds
        while self.now < end:
            self.memory = remember(self.memory, view, self.now)
            moment = Moment(
                CAST.facilitator, view, self.memory, self.now, dice_of(b"1"), CAST.names
            )
            move = next_move(moment, CAST.facilitating)
            if move:
                self.memory = after(self.memory, move, self.now)
                moves.append((self.now, move.intent))
            self.now += 0.25
        return moves


def kinds(moves: list[tuple[float, Intent]]) -> list[type[Intent]]:
    """Return what was done, without the words."""
    return [type(intent) for _, intent in moves]


def words(moves: list[tuple[float, Intent]]) -> str:
    """Return everything that was said."""
    return "\n".join(intent.text for _, intent in moves if isinstance(intent, Say))


def test_lets_everybody_in_once() -> None:
    knocks = tuple(KnockView(name.encode(), name, "", since=0.0) for name in ("Ben", "Sam"))
    view = room(-1, people=(ANA,), knocks=knocks)
    moves = [intent for _, intent in Ana().live(view, 6.0) if isinstance(intent, Admit)]
    assert moves == [Admit(b"Ben"), Admit(b"Sam")]


def test_begins_soon_after_the_person_came_and_not_before() -> None:
    ana = Ana()
    assert NextStage not in kinds(ana.live(room(-1, people=WITHOUT_SAM), 100.0))
    came = ana.now
    moves = ana.live(room(-1), 60.0)
    begun = next(when for when, intent in moves if isinstance(intent, NextStage))
    assert 10.0 <= begun - came <= 20.0
    assert "Sam" in words(moves)


def test_does_not_wait_for_ever_for_somebody_who_does_not_come() -> None:
    moves = Ana().live(room(-1, people=WITHOUT_SAM), 200.0)
    begun = next(when for when, intent in moves if isinstance(intent, NextStage))
    assert 100.0 <= begun <= 180.0


def test_says_the_stages_words_and_goes_on_when_it_had_its_time() -> None:
    moves = Ana().live(room(0), 38.0)
    assert kinds(moves)[0] is Say
    assert CAST.facilitating.opens["welcome"][0] in words(moves)
    went_on = [when for when, intent in moves if isinstance(intent, NextStage)]
    assert len(went_on) == 1
    assert went_on[0] >= 20.0


def test_her_own_turn_goes_with_the_words_when_the_round_starts_with_her() -> None:
    me = replace(ANA, has_floor=True)
    moves = [
        intent for _, intent in Ana().live(room(1, "round", floor=me, people=WITHOUT_SAM), 8.0)
    ]
    assert len(moves) == 1
    assert isinstance(moves[0], Say)
    opening, own = moves[0].text.split("\n\n")
    assert opening in CAST.facilitating.opens["who-we-are"]
    assert own in CAST.facilitator.lines["who-we-are"]


def test_waits_kindly_for_the_person_before_moving_on() -> None:
    ana = Ana()
    ana.live(room(1, "round", floor=BEN), 20.0)
    given = ana.now
    moves = ana.live(room(1, "round", floor=SAM), 92.0)
    assert kinds(moves)[:3] == [Say, Say, Onward]
    assert "Sam" in words(moves)
    assert moves[0][0] - given >= 35.0
    assert moves[2][0] - given >= 85.0


def test_does_not_urge_somebody_who_is_just_reading() -> None:
    ana = Ana()
    ana.live(room(1, "round", floor=SAM), 92.0)
    ana.live(room(1, "round", floor=BEN), 20.0)
    given = ana.now
    [(when, intent)] = ana.live(room(1, "round", floor=SAM), 26.0)
    assert intent == Onward()
    assert when - given >= 20.0


def test_waits_longest_for_somebody_who_has_been_writing() -> None:
    said = Passage(b"k" * 16, Line.SHARE, "I am Sam.", 0.0, author=SAM)
    ana = Ana()
    ana.live(room(1, "round", floor=BEN, transcript=(said,)), 20.0)
    moves = ana.live(room(1, "round", floor=SAM, transcript=(said,)), 170.0)
    assert Onward not in kinds(moves)


def test_never_moves_on_while_a_round_is_going() -> None:
    moves = Ana().live(room(1, "round", floor=BEN), 60.0)
    assert NextStage not in kinds(moves)


def test_goes_on_when_the_round_is_over() -> None:
    ana = Ana()
    ana.live(room(1, "round", floor=BEN), 20.0)
    assert NextStage in kinds(ana.live(room(1, "round"), 10.0))


def test_bears_the_quiet_with_one_line_before_going_on() -> None:
    moves = Ana().live(room(2, "hands"), 60.0)
    assert CAST.facilitating.says["quiet"][0] in words(moves)
    went_on = next(when for when, intent in moves if isinstance(intent, NextStage))
    assert went_on >= 25.0


def test_lets_a_quiet_stage_go_over_into_hands_where_it_is_meant_to() -> None:
    agreements = replace(agenda(0)[0], title="Agreements")
    ana = Ana()
    moves = ana.live(room(0, "silent", stages=(agreements,)), 16.0)
    assert ChangeMode("hands") in [intent for _, intent in moves]
    moves = ana.live(room(0, "hands", stages=(agreements,)), 10.0)
    assert CAST.facilitating.says["opens_hands"][0] in words(moves)


def test_thanks_the_person_by_name_once_a_stage() -> None:
    said = Passage(b"k" * 16, Line.SHARE, "Mine is the sea.", 0.0, author=SAM)
    ana = Ana()
    ana.live(room(2, "hands", floor=SAM), 10.0)
    moves = ana.live(room(2, "hands", transcript=(said,), floor=BEN), 30.0)
    assert words(moves).count("Sam") == 1


def test_a_newcomer_during_the_meeting_hears_where_it_is() -> None:
    ana = Ana()
    ana.live(room(2, "hands", people=WITHOUT_SAM, floor=BEN), 10.0)
    moves = ana.live(room(2, "hands", floor=BEN), 10.0)
    assert "Sam" in words(moves)
    assert "What helps a little" in words(moves)


def test_gives_the_closing_words_and_then_closes() -> None:
    moves = Ana().live(room(len(AGENDA) - 1, "silent"), 42.0)
    assert kinds(moves)[-2:] == [Say, CloseTheMeeting]
    assert CAST.facilitating.says["closes"][0] in words(moves)
    assert NextStage not in kinds(moves)


def test_calls_on_a_hand_that_would_not_get_the_floor_by_itself() -> None:
    hand = HandView(replace(SAM, place_in_queue=1), "question", "about the words", 1)
    modes: tuple[TurnMode, ...] = ("listen", "silent", "open")
    for mode in modes:
        moves = Ana().live(room(0, mode, hands=(hand,)), 30.0)
        assert [intent for _, intent in moves if isinstance(intent, Give)][:1] == [
            Give(SAM.identity)
        ]
        assert NextStage not in kinds(moves)
    in_turn = Ana().live(room(2, "hands", hands=(hand,), floor=BEN), 30.0)
    assert Give not in kinds(in_turn)


def test_nods_to_what_people_say() -> None:
    nodded = 0
    for key in range(8):
        said = Passage(bytes([key]) * 16, Line.SHARE, "It was a long day.", 0.0, author=BEN)
        view = room(0, transcript=(said,), can_nod=True)
        nodded += kinds(Ana().live(view, 30.0)).count(NodTo)
    assert 1 <= nodded <= 8
