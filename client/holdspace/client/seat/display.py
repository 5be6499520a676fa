"""People and stages as they are shown: names cleaned, look-alikes tagged, texts filled in."""

from __future__ import annotations

from functools import lru_cache

from holdspace.protocol.meeting.flow import Flow, Stage, render
from holdspace.protocol.meeting.flow_schema import Response
from holdspace.protocol.meeting.handing import leader
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MeetingState, Person
from holdspace.protocol.text import (
    NameRefused,
    check_name,
    clean,
    clean_line,
    looks_like,
    name_tag,
)
from holdspace.protocol.translation import N_, _, listed

from .for_others import for_others
from .seat import Seat
from .view import PersonView, Role, StageView

# Two heartbeats and a slow line. The relay cannot say sooner who is gone: it does not know who is who.
AWAY_SECONDS = 35.0
UNNAMED = "somebody"


def shown_name(seat: Seat, identity: bytes) -> str:
    """Return somebody's name with control characters gone, and a tag if another looks the same."""
    person = seat.person(identity)
    if person is None:
        return next((name for who, name in seat.names if who == identity), UNNAMED)
    name = clean_line(person.name) or UNNAMED
    tag = _tag(seat, person)
    return f"{name} ({tag})" if tag else name


def as_sentence(words: str) -> str:
    """Return somebody's words so that a sentence of ours can follow them."""
    return words if words.rstrip("\"')”’").endswith((".", "!", "?", "…")) else f"{words}."


def shown_person(seat: Seat, identity: bytes, now: float = 0.0) -> PersonView:
    """Return somebody as the front ends draw them."""
    person, state = seat.person(identity), seat.state
    if person is None or state is None:
        return PersonView(identity, shown_name(seat, identity), "", Role.MEMBER)
    is_me = identity == seat.facts.identity
    return PersonView(
        identity=identity,
        name=shown_name(seat, identity),
        tag=_tag(seat, person),
        role=Role(person.role),
        is_me=is_me,
        is_away=not is_me and (identity in seat.goodbyes or _is_away(seat, identity, now)),
        has_floor=state.has_floor(identity),
        place_in_queue=state.place_of(identity),
        times_spoken=person.spoken,
        is_resting=identity in state.resting,
        is_paused=identity in state.quiet,
        is_asked=is_me and identity in state.invited,
        # Where only one may lead there is nothing to say.
        leads_now=identity == _leader_in_reach(seat, state) and _is_led_by_several(state),
    )


def _leader_in_reach(seat: Seat, state: MeetingState) -> bytes:
    """Return whom people look to: who leads, or while they cannot be reached the first of the others."""
    first, away = leader(state), seat.silent | seat.goodbyes
    staff = (person.identity for person in state.people if person.role != MEMBER)
    return first if first not in away else next((who for who in staff if who not in away), first)


def _is_led_by_several(state: MeetingState) -> bool:
    return sum(person.role != MEMBER for person in state.people) > 1


def shown_stage(seat: Seat) -> StageView | None:
    """Return the current stage, if the flow has begun."""
    stages = shown_stages(seat)
    return next((stage for stage in stages if stage.is_current), None)


def shown_stages(seat: Seat) -> tuple[StageView, ...]:
    """Return the agenda; what is meant for facilitators is empty for everybody else."""
    state = seat.state
    flow = state.flow if state else None
    if state is None or flow is None:
        return ()
    staff = _is_staff(seat, state)
    return tuple(
        _stage(seat, flow, stage, number=number, staff=staff)
        for number, stage in enumerate(flow.stages)
    )


def _is_staff(seat: Seat, state: MeetingState) -> bool:
    me = state.person(seat.facts.identity)
    return me is not None and me.role != MEMBER


# The flow's own texts, drawn with every picture and the same all evening; nothing anybody says is kept here.
_flow_text = lru_cache(maxsize=512)(clean)
_flow_line = lru_cache(maxsize=512)(clean_line)


def _stage(seat: Seat, flow: Flow, stage: Stage, *, number: int, staff: bool) -> StageView:
    state = seat.state
    current = state.stage if state else -1
    count = len(state.people) if state else 0
    seconds = state.seconds_of(number) if state else stage.seconds(count)
    is_left_out = state is not None and number in state.left_out and number != current
    minutes = 0 if is_left_out else max(1, round(seconds / 60))
    values, title = _values(seat, stage, count=count, minutes=minutes), _flow_line(stage.title)
    return StageView(
        title=_("{title} (left out)").format(title=title) if is_left_out else title,
        minutes=minutes,
        is_done=number < current,
        is_current=number == current,
        prompt=_flow_text(render(_prompt(stage), values)),
        asks=tuple(_flow_line(render(ask, values)) for ask in _asks(stage)),
        say=_flow_text(render(stage.say, values)) if staff else "",
        purpose=_flow_line(stage.purpose) if staff else "",
        ready=tuple(_flow_line(render(r, values)) for r in stage.ready) if staff else (),
        mode=stage.turn,
        responses=_responses(flow, number),
        words_guide=stage.words_guide,
        technique=_technique(stage),
        kind=stage.kind,
        shrink_below=stage.goal.shrink_below if stage.goal else 7,
    )


# Where one speaks after another, or all write: how others may answer what was said.
_ANSWERED_IN = frozenset({"open", "hands", "round", "gather"})
RESPONSES: dict[Response, str] = {
    "none": N_("No replies in this stage; nods are heard."),
    "nods": N_("Nods are the replies in this stage."),
    "own-experience": N_(
        "If you reply, tell of your own life; ideas are asked for first (/offer)."
    ),
    "ask-first": N_("Ask before you reply with an idea: /offer asks whoever spoke."),
    "open": N_("Replies are welcome in this stage."),
}


def _responses(flow: Flow, number: int) -> str:
    stage = flow.stages[number]
    return _(RESPONSES[flow.response_in(number)]) if stage.turn in _ANSWERED_IN else ""


def _technique(stage: Stage) -> str:
    """Return the name of the stage's exercise in the library; front ends look it up there."""
    ref = stage.technique.ref if stage.technique else ""
    return ref.rpartition("/")[2].removesuffix(".toml")


def _prompt(stage: Stage) -> str:
    return stage.prompt or (stage.closing.words if stage.closing else "")


def _asks(stage: Stage) -> tuple[str, ...]:
    return stage.ask or (stage.consent.items if stage.consent else ())


def _values(seat: Seat, stage: Stage, *, count: int, minutes: int) -> dict[str, str]:
    me, words = seat.person(seat.facts.identity), for_others(seat)
    return {
        "name": clean_line(me.name) if me else "",
        "role": words.roles.get(me.role, me.role) if me else "",
        "n": str(count),
        "minutes": str(minutes),
        "limits": words.limits,
        "stage": clean_line(stage.title),
    }


def _tag(seat: Seat, person: Person) -> str:
    # Who was not let in at the door can have any name: one that the door would refuse shows a tag,
    # so that nobody's words stand behind "relay:" or another's name in another script.
    is_tagged = not _would_be_let_in(person.name) or len(_alike(seat, person)) > 1
    return name_tag(person.identity) if is_tagged else ""


def _alike(seat: Seat, person: Person) -> list[Person]:
    """Return this person and everybody here whose name looks the same, in seat order."""
    people = seat.state.people if seat.state else ()
    alike = _names_alike(person.name, tuple(other.name for other in people))
    return [
        other
        for other, is_alike in zip(people, alike, strict=True)
        if is_alike or other.identity == person.identity
    ]


# Asked whenever somebody is named, of the same people most of the time.
@lru_cache(maxsize=64)
def _names_alike(name: str, others: tuple[str, ...]) -> tuple[bool, ...]:
    """Tell of each of these names whether it looks the same."""
    cleaned = clean_line(name)
    return tuple(looks_like(clean_line(other), cleaned) for other in others)


def why_tagged(seat: Seat, identity: bytes) -> str:
    """Return one sentence about the letters behind somebody's name, or "" if there are none."""
    person = seat.person(identity)
    if person is None or not _tag(seat, person):
        return ""
    alike = [shown_name(seat, other.identity) for other in _alike(seat, person)]
    if len(alike) == 1:
        return _("{name} has a name that could be mistaken, so letters were put behind it.").format(
            name=alike[0]
        )
    return _(
        "{names} have names that look the same: the letters behind them tell them apart."
    ).format(names=listed(alike))


@lru_cache(maxsize=256)
def _would_be_let_in(name: str) -> bool:
    try:
        return check_name(name) == name
    except NameRefused:
        return False


def _is_away(seat: Seat, identity: bytes, now: float) -> bool:
    known = seat.author(identity)
    return known is not None and now - known.heard > AWAY_SECONDS
