"""What people read of counts: that one is open, what came out, or that nothing is shown."""

from __future__ import annotations

from holdspace.protocol.meeting import counting as fx
from holdspace.protocol.meeting import effects
from holdspace.protocol.meeting.counting import Fate, Sum
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.tallies import Tally
from holdspace.protocol.translation import N_, _

from . import counting
from .answers import Asked
from .asking import asked_of, form_of
from .display import shown_name
from .form_view import Item, ResultView
from .lines import Teller, line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice

ASKED = N_("/answer asks one thing at a time.")
OFFER_SHOW = N_(
    "/show asks the same by an open show of hands, where everybody sees who chose what."
)
TOO_SMALL = N_(
    "Fewer than {minimum} are here, so a count without names will show nothing. Close it with /count, "
    "then /show."
)
ALL_ANSWERED = N_("As many as there are members have answered. /count shows what they said.")
ALL_OF_FEW = N_(
    "As many as there are members have answered, but with fewer than {minimum} nothing is shown. /count "
    "closes it; then /show asks the same openly."
)
NOT_COUNTED = N_("The count did not come out. Nothing of anybody's answer is shown.")
TOO_FEW = N_("too few to show")
NOTHING_TO_SHOW = N_("Too few to show.")
NOT_COME_OUT = N_("the count did not come out")
# How many answers lie where, in the order of the protocol's SPREAD.
_SPREAD_WORDS = (N_("{count} low"), N_("{count} middle"), N_("{count} high"))


def _opened(seat: Seat, effect: fx.CountOpened, moment: Moment) -> Seat:
    asked, tally = asked_of(seat, effect.tally), effect.tally
    answers = replace(seat.answers.knowing(replace(asked, since=moment.now)), too_few=0)
    seat = replace(seat, answers=answers)
    if tally.stage < 0:
        who = shown_name(seat, effect.by)
        options = ", ".join(asked.items[0].options)
        seat = line(
            seat,
            Line.ROOM,
            _("{name} asks: {title} {options}.").format(
                name=who, title=asked.title, options=options
            ),
            moment,
        )
    form = form_of(seat, seat.state) if seat.state else None
    moment.notices.extend([Notice(f"{form.title}: {form.lead} {_(ASKED)}")] if form else [])
    is_small = seat.state is not None and len(seat.state.people) < tally.minimum
    if seat.is_staff and tally.kind == "poll" and is_small:
        moment.notices.append(Notice(_(TOO_SMALL).format(minimum=tally.minimum)))
    return seat


def _grew(seat: Seat, effect: fx.CountGrew, moment: Moment) -> Seat:
    # Who leads may take part or not; everybody else did.
    others = [p for p in (seat.state.people if seat.state else ()) if p.role == MEMBER]
    if seat.is_staff and others and effect.people == len(others):
        moment.notices.append(Notice(_all_answered(seat, effect)))
    return seat


def _all_answered(seat: Seat, effect: fx.CountGrew) -> str:
    tallies = seat.state.tallies if seat.state else ()
    tally = next((one for one in tallies if one.number == effect.number), None)
    if tally is None or tally.kind == "show" or effect.people >= tally.minimum:
        return _(ALL_ANSWERED)
    return _(ALL_OF_FEW).format(minimum=tally.minimum)


def _closed(seat: Seat, effect: fx.CountClosed, moment: Moment) -> Seat:
    asked = asked_of(seat, effect.tally)
    known = replace(asked, since=moment.now, is_closed=True)
    seat = replace(seat, answers=seat.answers.knowing(known))
    return counting.closed(seat, effect, moment)


def _too_few(seat: Seat, effect: fx.TooFew, moment: Moment) -> Seat:
    tally = effect.tally
    seat = counting.over(seat, tally.number)
    # Where nobody wanted to be counted there is nothing to say about it.
    if not tally.joined and tally.kind != "poll":
        return seat
    asked = seat.answers.words_of(tally.number) or asked_of(seat, tally)
    seat = _with_result(seat, ResultView(asked.title, (_(NOTHING_TO_SHOW),)))
    if tally.kind == "poll":
        seat = replace(seat, answers=replace(seat.answers, too_few=tally.number))
    if tally.kind == "poll" and seat.is_staff:
        moment.notices.append(Notice(OFFER_SHOW))
    return line(seat, Line.ROOM, f"{_labelled(asked.title)} {_(TOO_FEW)}.", moment)


def _not_counted(seat: Seat, effect: fx.NotCounted, moment: Moment) -> Seat:
    seat = counting.over(seat, effect.number)
    asked = seat.answers.words_of(effect.number)
    if asked is None or not asked.is_closed:
        return seat
    seat = _with_result(seat, ResultView(asked.title, (_(NOT_COUNTED),)))
    return line(seat, Line.ROOM, f"{_labelled(asked.title)} {_(NOT_COUNTED)}", moment)


def _counted(seat: Seat, effect: fx.Counted, moment: Moment) -> Seat:
    seat = counting.over(seat, effect.number)
    asked = seat.answers.words_of(effect.number)
    if asked is None or len(asked.items) != len(effect.sums):
        return seat
    lines = tuple(
        f"{_labelled(item.label or item.text)} {sum_words(asked, item, one)}."
        for item, one in zip(asked.items, effect.sums, strict=True)
    )
    seat = _with_result(seat, ResultView(asked.title, lines))
    # Everybody's client knows the sums; those of feedback interrupt only who asked for it.
    if asked.kind == "feedback" and not seat.is_staff:
        return seat
    title = "" if asked.kind == "poll" else f"{asked.title}. "
    return line(seat, Line.ROOM, f"{title}{' '.join(lines)}", moment)


def _labelled(name: str) -> str:
    return name if name.endswith("?") else f"{name}:"


def _hands_shown(seat: Seat, effect: fx.HandsShown, moment: Moment) -> Seat:
    tally = effect.tally
    asked = seat.answers.words_of(tally.number) or asked_of(seat, tally)
    shown = tuple(_hands_for(seat, tally, at) for at in range(tally.parts[0].size))
    options = asked.items[0].options
    lines = tuple(f"{option}: {who}." for option, who in zip(options, shown, strict=True))
    question = asked.items[0].text
    seat = _with_result(seat, ResultView(question, lines))
    return line(
        seat,
        Line.ROOM,
        f"{_('Show of hands.')} {question} {' '.join(lines)}",
        moment,
    )


def _hands_for(seat: Seat, tally: Tally, choice: int) -> str:
    names = [shown_name(seat, vote.identity) for vote in tally.votes if vote.choice == choice]
    return f"{len(names)}, {', '.join(names)}" if names else "0"


def sum_words(asked: Asked, item: Item, one: Sum) -> str:
    """Return what came of one question, as it is said."""
    if one.fate is Fate.TOO_FEW:
        return _(TOO_FEW)
    if one.fate is Fate.IMPOSSIBLE:
        return _(NOT_COME_OUT)
    if item.options:
        return ", ".join(
            f"{option} {count}" for option, count in zip(item.options, one.words, strict=True)
        )
    if asked.kind == "checkin":
        spread = zip(_SPREAD_WORDS, one.words, strict=True)
        return ", ".join(_(words).format(count=count) for words, count in spread)
    whole, tenth = divmod(round(10 * one.words[0] / one.people), 10)
    # For translators: the sign between whole and tenth is that of decimals.
    return _("{whole}.{tenth} of {most} on average, from {people} people").format(
        whole=whole, tenth=tenth, most=item.most, people=one.people
    )


def _with_result(seat: Seat, result: ResultView) -> Seat:
    return replace(seat, answers=seat.answers.with_result(result))


TELLERS: dict[type[effects.Effect], Teller] = {
    fx.CountOpened: _opened,
    fx.CountGrew: _grew,
    fx.CountClosed: _closed,
    fx.TooFew: _too_few,
    fx.NotCounted: _not_counted,
    fx.Counted: _counted,
    fx.HandsShown: _hands_shown,
}
