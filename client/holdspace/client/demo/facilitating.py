"""What the simulated facilitator does next, from what she sees and remembers; a pure function.

She lets people in, says each stage's words in her own way, waits kindly for whoever
has the floor, and goes on when a stage has had its time. The real person always gets the most time.
"""

from holdspace.client.demo.cast import ANY, ARRIVING, Facilitating
from holdspace.client.demo.memory import Move, newest_share
from holdspace.client.demo.moves import (
    Habit,
    Moment,
    addressed,
    first_of,
    is_ready,
    nod,
    own_line,
    write_together,
)
from holdspace.client.demo.pace import reading_seconds, writing_seconds
from holdspace.client.seat.intents import (
    Admit,
    ChangeMode,
    CloseTheCount,
    CloseTheMeeting,
    Give,
    NextStage,
    Onward,
    ReleaseTheWords,
    Say,
    SkipThePause,
)
from holdspace.client.seat.view import Line, PersonView, Place, RoomView
from holdspace.protocol.meeting.turns import pause_after

WAITS_FOR_COMPANY = 60.0
WAITS_FOR_THE_PERSON = 150.0
SETTLING_IN = 14.0
SHORTEST_STAGE, LONGEST_STAGE = 20.0, 38.0
SECONDS_PER_MINUTE = 6.0
QUIET_BEFORE_HANDS = 14.0
QUIET_IN_HANDS = 16.0
HANDS_STAY_OPEN = 28.0
AFTER_A_ROUND = 5.0
AFTER_THE_CLOSING_WORDS = 12.0
# Where the floor does not go to the next hand by itself; where hands go up for practice, longer.
HAND_STAYS_UP = 5.0
HAND_STAYS_UP_IN_THE_OPEN = 20.0

# In gather: how long everybody may write, and how soon after the last one it is read.
WRITING_AT_MOST = 150.0
AFTER_THE_LAST_IS_READY = 8.0
ROUNDS = frozenset({"round", "gather"})

# How long the floor waits: until a kind word is said, and until it moves on.
PATIENCE_WITH_THE_PERSON = (60.0, 180.0)
PATIENCE_AT_FIRST = (40.0, 90.0)
PATIENCE_WITH_A_READER = 25.0
PATIENCE_WITH_COMPANY = 75.0
PATIENCE_WHILE_AWAY = 20.0


def next_move(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Return what the facilitator does now, or None while there is nothing to do."""
    if moment.view.place is not Place.ROOM:
        return None
    habits: tuple[Habit, ...] = (
        _admit,
        lambda moment: _open_the_stage(moment, facilitating),
        _take_own_turn,
        write_together,
        _release,
        _read_on,
        lambda moment: _welcome(moment, facilitating),
        lambda moment: _wait_kindly(moment, facilitating),
        _give,
        lambda moment: _thank(moment, facilitating),
        lambda moment: _open_for_hands(moment, facilitating),
        lambda moment: _bear_the_quiet(moment, facilitating),
        lambda moment: _go_on(moment, facilitating),
        nod,
    )
    return first_of(habits, moment)


def _admit(moment: Moment) -> Move | None:
    """Open the door; somebody new is read first."""
    for knock in moment.view.knocks:
        mark = f"admit {knock.knock.hex()}"
        waited = moment.now - dict(moment.memory.knocks).get(knock.knock, moment.now)
        patience = 0.5 if knock.name in moment.company else 3.0
        if not moment.has(mark) and waited >= patience:
            return Move(Admit(knock.knock), mark)
    return None


def _open_the_stage(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Say the stage's words; where the round starts with her, her own turn goes with them."""
    mark = moment.memory.here("opens")
    if moment.has(mark) or moment.in_stage < 2.0:
        return None
    lines = facilitating.opens.get(moment.memory.stage) or facilitating.opens[ANY]
    text = lines[int(moment.roll(mark) * len(lines))]
    if _has_floor(moment.view):
        text = f"{text}\n\n{own_line(moment)}".rstrip()
        return Move(Say(text), mark, also=f"floor {moment.memory.floor_since}")
    return Move(Say(text), mark)


def _take_own_turn(moment: Moment) -> Move | None:
    """Share like everybody when the round comes to her."""
    mark = f"floor {moment.memory.floor_since}"
    if not _has_floor(moment.view) or moment.has(mark) or is_ready(moment.view):
        return None
    text = own_line(moment)
    if not text:
        return Move(Onward(), mark)
    if moment.with_floor < writing_seconds(moment.character, text):
        return None
    return Move(Say(text), mark)


def _release(moment: Moment) -> Move | None:
    """Let the words be read when nobody writes any more, or when it has been long enough."""
    gather, mark = moment.view.gather, moment.memory.here("releases")
    if gather is None or gather.is_released or moment.view.is_held or not moment.may(mark):
        return None
    patience = WRITING_AT_MOST if gather.writing else AFTER_THE_LAST_IS_READY
    return Move(ReleaseTheWords(), mark) if moment.in_mode >= patience else None


def _read_on(moment: Moment) -> Move | None:
    """End the reading pause when it is over by the demo's own clock, which may be a fast one."""
    share = newest_share(moment.view)
    if not moment.view.pause_until or share is None:
        return None
    mark = f"read {share.key.hex()}"
    is_over = moment.since_newest >= pause_after(share.text) + 1.0
    return Move(SkipThePause(), mark) if is_over and moment.may(mark) else None


def _welcome(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Welcome the real person by name; latecomers hear where the meeting is."""
    for person in moment.view.people:
        mark = f"welcome {person.identity.hex()}"
        waited = moment.now - moment.memory.arrival(person.identity)
        if not moment.is_real(person) or moment.has(mark) or waited < 2.5:
            continue
        stage = moment.view.stage
        lines = facilitating.says["welcomes_late" if stage else "welcomes"]
        text = addressed(moment, lines, person)
        return Move(Say(text.replace("{stage}", stage.title if stage else "")), mark)
    return None


def _wait_kindly(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Give the holder of the floor time, then a kind word, then let the floor move on."""
    holder = moment.view.floor
    if holder is None or holder.is_me or moment.view.is_held:
        return None
    if not moment.is_real(holder):
        patience = PATIENCE_WHILE_AWAY if holder.is_away else PATIENCE_WITH_COMPANY
        return Move(Onward()) if _has_waited(moment, patience) else None
    given_up = f"given up {holder.identity.hex()}"
    is_reading = moment.has(given_up) and not _has_said_something(moment.view, holder)
    if is_reading and moment.view.mode in ROUNDS:
        # Most likely they are just reading, which is fine, and needs no more words each time.
        return Move(Onward()) if _has_waited(moment, PATIENCE_WITH_A_READER) else None
    word, on = _patience(moment, holder)
    turn = moment.memory.floor_since
    said_wait, said_on = f"waits {turn}", f"moves on {turn}"
    if moment.has(said_on):
        return Move(Onward(), given_up)
    if moment.with_floor >= on:
        return Move(Say(addressed(moment, facilitating.says["moves_on"], holder)), said_on)
    if moment.with_floor >= word and not moment.has(said_wait):
        return Move(Say(addressed(moment, facilitating.says["waits"], holder)), said_wait)
    return None


def _patience(moment: Moment, holder: PersonView) -> tuple[float, float]:
    known = _has_said_something(moment.view, holder)
    return PATIENCE_WITH_THE_PERSON if known else PATIENCE_AT_FIRST


def _has_waited(moment: Moment, patience: float) -> bool:
    # Also since her last act, so that one slow echo does not skip two people.
    return min(moment.with_floor, moment.now - moment.memory.acted_at) >= patience


def _give(moment: Moment) -> Move | None:
    """Give the floor to a raised hand that would not get it by itself."""
    view, memory = moment.view, moment.memory
    if view.floor or view.is_held or not view.hands or view.mode == "hands":
        return None
    patience = HAND_STAYS_UP_IN_THE_OPEN if view.mode == "open" else HAND_STAYS_UP
    mark = f"give {memory.hand_since}"
    has_waited = moment.now - memory.hand_since >= patience
    return Move(Give(memory.hand), mark) if has_waited and moment.may(mark) else None


def _thank(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Thank the real person for what they shared; once a stage is enough."""
    share = newest_share(moment.view)
    mark = moment.memory.here("thanks")
    if share is None or share.author is None or moment.has(mark):
        return None
    if not moment.is_real(share.author) or moment.since_newest < reading_seconds(share.text):
        return None
    return Move(Say(addressed(moment, facilitating.says["thanks"], share.author)), mark)


def _open_for_hands(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Let a quiet stage go over into raised hands, where it is meant to."""
    stage, said = moment.memory.stage, moment.memory.here("opens hands")
    if stage not in facilitating.quiet_then_hands or moment.in_stage < QUIET_BEFORE_HANDS:
        return None
    mark = moment.memory.here("mode")
    if moment.view.mode == "silent" and moment.may(mark):
        return Move(ChangeMode("hands"), mark)
    if moment.view.mode == "hands" and moment.has(mark) and not moment.has(said):
        return Move(Say(facilitating.says["opens_hands"][0]), said)
    return None


def _bear_the_quiet(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Say one line when hands are open and nobody raises one."""
    mark = moment.memory.here("quiet")
    nobody_yet = moment.memory.newest_since <= moment.memory.stage_since
    if moment.view.mode != "hands" or moment.has(mark) or not nobody_yet or not _is_idle(moment):
        return None
    if moment.in_mode < QUIET_IN_HANDS:
        return None
    return Move(Say(facilitating.says["quiet"][0]), mark)


def _go_on(moment: Moment, facilitating: Facilitating) -> Move | None:
    """Begin, go to the next stage, or close, when this one has had its time."""
    if moment.memory.stage == ARRIVING:
        return Move(NextStage(), "begin") if moment.may("begin") and _can_begin(moment) else None
    if moment.view.is_held or not moment.has(moment.memory.here("opens")) or not _is_done(moment):
        return None
    to_come = moment.memory.stage in facilitating.quiet_then_hands
    if to_come and not moment.has(moment.memory.here("opens hands")):
        return None
    if not moment.view.stages[-1].is_current:
        mark = moment.memory.here("done")
        return Move(NextStage(), mark) if moment.may(mark) else None
    count = moment.view.asked.open_count
    if count is not None and moment.once("counts"):
        return Move(CloseTheCount(), moment.memory.here("counts"))
    if not moment.has("closes"):
        return Move(Say(facilitating.says["closes"][0]), "closes")
    has_settled = moment.now - moment.memory.acted_at >= AFTER_THE_CLOSING_WORDS
    return Move(CloseTheMeeting(), "closed") if has_settled and moment.may("closed") else None


def _can_begin(moment: Moment) -> bool:
    view, here = moment.view, moment.now - moment.memory.place_since
    if not view.stages or view.knocks:
        return False
    real = [person for person in view.people if moment.is_real(person)]
    is_complete = moment.company <= {person.name for person in view.people}
    if real and (is_complete or here >= WAITS_FOR_COMPANY):
        return moment.now - max(since for _, since in moment.memory.arrivals) >= SETTLING_IN
    return here >= WAITS_FOR_THE_PERSON


def _is_done(moment: Moment) -> bool:
    """Tell whether the current stage has had its time, each turn mode in its own way."""
    mode, stage = moment.view.mode, moment.view.stage
    quiet_since = max(moment.memory.floor_since, moment.memory.newest_since)
    quiet = min(moment.in_stage, moment.now - quiet_since)
    if not _is_idle(moment) or stage is None:
        return False
    if moment.view.gather and not moment.view.gather.is_released:
        return False
    if mode in ROUNDS:
        return quiet >= AFTER_A_ROUND
    if mode == "hands":
        return moment.in_mode >= HANDS_STAY_OPEN and quiet >= QUIET_IN_HANDS
    planned = min(max(stage.minutes * SECONDS_PER_MINUTE, SHORTEST_STAGE), LONGEST_STAGE)
    return moment.in_stage >= planned


def _is_idle(moment: Moment) -> bool:
    return moment.view.floor is None and not moment.view.hands


def _has_floor(view: RoomView) -> bool:
    return bool(view.floor and view.floor.is_me)


def _has_said_something(view: RoomView, person: PersonView) -> bool:
    return any(
        passage.line is Line.SHARE and passage.author and passage.author.identity == person.identity
        for passage in view.transcript
    )
