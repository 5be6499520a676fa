"""What this person is asked right now: from the stage, or from a poll that a facilitator opened."""

from __future__ import annotations

from holdspace.protocol.meeting.flow import Stage
from holdspace.protocol.meeting.tallies import FEWEST, Tally
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .answers import Asked
from .counting import find_open
from .form_view import AskingView, CountView, FormKind, FormView, Item, To
from .letters import facilitators
from .seat import Seat

CHECKIN_LEAD = N_("Nobody sees this unless you choose so at the end. Leave out what you like.")
POLL_LEAD = N_(
    "Counted without names: nobody can see what you chose. It is shown when it is closed, if at "
    "least five answered."
)
SHOW_LEAD = N_("Everybody here sees what you choose.")
FEEDBACK_LEAD = N_(
    "No answer is needed. Numbers are only ever shown added up, if enough people answered; nobody "
    "sees yours."
)
WORD_ASK = N_(
    "A word or two, if you like. It is never counted; the facilitators read it only if you choose "
    "them at the end."
)
LINE_ASK = N_(
    "A line to the facilitators, if you like. It goes to them with your name, and to nobody else."
)
FIT = N_("What next")
FIT_ASK = N_("What would you like next? All are fine answers.")


def asking_view(seat: Seat, state: MeetingState) -> AskingView:
    """Return everything about questions and counts that this person may see."""
    running = tuple(
        CountView(
            tally.number, _title(seat, tally), len(tally.joined or tally.votes), tally.is_closed
        )
        for tally in state.tallies
    )
    return AskingView(
        form=form_of(seat, state),
        running=running,
        results=seat.answers.results,
        own=own_side_by_side(seat),
        can_show=seat.is_staff and bool(seat.answers.too_few) and not _open(state),
    )


def form_of(seat: Seat, state: MeetingState) -> FormView | None:
    """Return what this person may answer now."""
    open_one = _open(state)
    tally = find_open(seat, open_one.number) if open_one else None
    if tally is not None and (tally.stage < 0 or tally.kind in ("poll", "show")):
        return _poll_form(seat, tally, asked_of(seat, tally))
    flow = state.flow
    if flow is None or state.stage < 0:
        return None
    stage = flow.stages[state.stage]
    is_ours = tally is not None and tally.stage == state.stage
    return _stage_form(seat, state, stage, tally if is_ours else None)


def asked_of(seat: Seat, tally: Tally) -> Asked:
    """Return what a count is about, in words, while the meeting still has them."""
    if tally.stage < 0:
        options = tuple(clean_line(option) for option in tally.options)
        question = clean_line(tally.question)
        return Asked(tally.number, tally.kind, question, (Item("", question, options=options),))
    flow = seat.state.flow if seat.state else None
    stage = flow.stages[tally.stage] if flow and tally.stage < len(flow.stages) else None
    title = clean_line(stage.title) if stage else ""
    return Asked(tally.number, tally.kind, title, items_of(stage) if stage else ())


def items_of(stage: Stage) -> tuple[Item, ...]:
    """Return the questions of a stage, in the order in which they are counted."""
    if stage.checkin is not None:
        return tuple(
            Item(
                label=scale.id.replace("-", " "),
                text=_("{name}: {least} is {low}, {most} is {high}.").format(
                    name=_capital(scale.id),
                    least=scale.min,
                    low=clean_line(scale.low),
                    most=scale.max,
                    high=clean_line(scale.high),
                ),
                least=scale.min,
                most=scale.max,
            )
            for scale in stage.checkin.scales
        )
    if stage.poll is not None:
        options = tuple(clean_line(option) for option in stage.poll.options)
        return (Item("", clean_line(stage.poll.question), options=options),)
    asked, ways = (stage.feedback.items, stage.feedback.fit) if stage.feedback else ((), ())
    scores = (Item(_capital(item), f"{_capital(item)}.") for item in asked)
    fit = tuple(clean_line(one).replace("-", " ") for one in ways)
    return (*scores, *((Item(_(FIT), _(FIT_ASK), options=fit),) if len(fit) > 1 else ()))


def own_side_by_side(seat: Seat) -> tuple[str, ...]:
    """Return this person's own numbers side by side, and nothing about them."""
    by_label: dict[str, list[str]] = {}
    for one in seat.answers.own:
        by_label.setdefault(one.label, []).append(f"{one.shown} ({one.where})")
    return tuple(f"{_capital(label)}: {', '.join(shown)}." for label, shown in by_label.items())


def asked_of_too_few(seat: Seat) -> tuple[str, tuple[str, ...]] | None:
    """Return the question that was last asked without names and had too few answers."""
    asked = seat.answers.words_of(seat.answers.too_few)
    if asked is None or not asked.items:
        return None
    return asked.items[0].text, asked.items[0].options


def _stage_form(
    seat: Seat, state: MeetingState, stage: Stage, tally: Tally | None
) -> FormView | None:
    kind: FormKind = "checkin" if stage.checkin else "feedback"
    if stage.checkin is None and stage.feedback is None:
        return None
    key = f"stage {state.stage_entered}"
    least = tally.minimum if tally else FEWEST
    is_countable = tally is not None and len(state.people) >= least
    is_checkin = stage.checkin is not None
    ways = (
        To.ME,
        *((To.FACILITATORS,) if is_checkin and facilitators(seat) else ()),
        *((To.GROUP,) if is_countable else ()),
    )
    words_ask = _(WORD_ASK) if stage.checkin and stage.checkin.word else ""
    if not is_checkin and facilitators(seat):
        words_ask = _(LINE_ASK)
    return FormView(
        key=key,
        kind=kind,
        title=clean_line(stage.title),
        lead=_(CHECKIN_LEAD if is_checkin else FEEDBACK_LEAD),
        items=items_of(stage),
        words_ask=words_ask,
        ways=ways if len(ways) > 1 else (),
        count=tally.number if is_countable and tally else 0,
        is_answered=key in seat.answers.answered,
    )


def _poll_form(seat: Seat, tally: Tally, asked: Asked) -> FormView:
    key = f"count {tally.number}"
    return FormView(
        key=key,
        kind=tally.kind,
        title=_("Poll") if tally.kind == "poll" else _("Show of hands"),
        lead=_(POLL_LEAD if tally.kind == "poll" else SHOW_LEAD),
        items=asked.items,
        count=tally.number,
        is_answered=key in seat.answers.answered,
    )


def _title(seat: Seat, tally: Tally) -> str:
    asked = seat.answers.words_of(tally.number) or asked_of(seat, tally)
    return asked.title


def _open(state: MeetingState) -> Tally | None:
    return next((tally for tally in state.tallies if not tally.is_closed), None)


def _capital(words: str) -> str:
    shown = clean_line(words).replace("-", " ")
    return shown[:1].upper() + shown[1:]
