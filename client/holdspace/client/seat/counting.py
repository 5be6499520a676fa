"""Being counted without a name: the own secrets of it, and the step that follows by itself.

An answer stays in this seat until the roster of its count is closed and long enough; then one masked
vector goes out, once, and the answer and its key are forgotten. What the meeting agrees on is in
protocol/meeting/counting.py, what it promises in docs/anonymous-answers.md.
"""

from __future__ import annotations

import hashlib

from holdspace.protocol.masks import KEY_BYTES, masked, public_half
from holdspace.protocol.meeting import counting as reducer
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.tallies import Joined, Part, Tally
from holdspace.protocol.translation import N_

from . import saying
from .answers import Answers, Secret
from .form_view import FormView, Item
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Refusal

JOINED = N_(
    "You are counted without your name when the count is closed. Until then you can change it."
)
COUNTED_BEFORE = Refusal(
    N_(
        "You were counted in this question once already. A second count could tell others what you said, "
        "so your numbers stay with you."
    )
)
TOO_LATE = Refusal(N_("The count is closed already. Your numbers stay with you; nothing was sent."))
# How long a count waits for somebody's vector, and each further facilitator a little longer.
PATIENCE = 120.0
NEXT_ONE_SECONDS = 10.0


def join(
    seat: Seat, form: FormView, numbers: tuple[int | None, ...], moment: Moment
) -> Seat | Refusal:
    """Keep the answer here, and tell the room only that somebody would like to be counted."""
    tally = find_open(seat, form.count)
    if tally is None:
        return TOO_LATE
    question = question_digest(form)
    if question in seat.answers.counted:
        return COUNTED_BEFORE
    vectors = tuple(
        (at, vector_of(tally.parts[at], item, number))
        for at, (item, number) in enumerate(zip(form.items, numbers, strict=True))
        if number is not None
    )
    seat = withdraw(seat, form.count, moment)
    secret = Secret(tally.number, question, moment.random(KEY_BYTES), vectors)
    seat = replace(seat, answers=_keeping(seat, secret))
    parts = sum(1 << at for at, _ in vectors)
    key = public_half(secret.private_key)
    moment.notices.append(Notice(JOINED))
    return saying.say(seat, ev.JoinCount(tally.number, parts, key), moment)


def withdraw(seat: Seat, count: int, moment: Moment) -> Seat:
    """Not be counted after all, as long as the count is open."""
    if seat.answers.secret(count) is None or find_open(seat, count) is None:
        return seat
    seat = replace(seat, answers=seat.answers.without_secret(count))
    return saying.say(seat, ev.LeaveCount(count), moment)


def closed(seat: Seat, effect: reducer.CountClosed, moment: Moment) -> Seat:
    """Give the one vector for this count, and forget what it was made of."""
    tally, me = effect.tally, seat.facts.identity
    secret, person = seat.answers.secret(tally.number), tally.person(me)
    if secret is None:
        return seat
    seat = replace(seat, answers=seat.answers.without_secret(tally.number))
    # Who is not in it learns why when their own wish to join comes back in the log.
    if person is None or person.key != public_half(secret.private_key):
        return seat
    words = _vector(seat, tally, person, secret)
    counted = seat.answers.counted | {secret.question}
    seat = replace(seat, answers=replace(seat.answers, counted=counted))
    return saying.say(seat, ev.GiveVector(tally.number, words), moment)


def over(seat: Seat, count: int) -> Seat:
    """Forget the answer to a count that is over without having been given."""
    return replace(seat, answers=seat.answers.without_secret(count))


def tick(seat: Seat, moment: Moment) -> Seat:
    """End counts that wait for a vector which does not come; the first facilitator's client does it."""
    state = seat.state
    if state is None or not seat.answers.asked or not seat.is_staff:
        return seat
    staff = [person.identity for person in state.people if person.role != MEMBER]
    patience = PATIENCE + staff.index(seat.facts.identity) * NEXT_ONE_SECONDS
    waiting = {tally.number for tally in state.tallies if tally.is_closed}
    for asked in seat.answers.asked:
        if asked.is_closed and asked.count in waiting and moment.now >= asked.since + patience:
            # Said once in a while until the log shows it: a second one has no effect.
            seat = replace(seat, answers=seat.answers.knowing(replace(asked, since=moment.now)))
            seat = saying.say(seat, ev.EndCount(asked.count), moment)
    return seat


def find_open(seat: Seat, count: int) -> Tally | None:
    """Return the count with this number, if this person can still take part in it."""
    tallies = seat.state.tallies if seat.state else ()
    found = next((one for one in tallies if one.number == count and not one.is_closed), None)
    # The keys of a count that was open before we came are what somebody told us; they could be theirs.
    is_seen = found is not None and bool(seat.answers.words_of(found.number))
    return found if found is not None and (is_seen or found.kind == "show") else None


def question_digest(form: FormView) -> bytes:
    """Return what tells one question from another, however often it is asked."""
    parts = [form.kind, form.title, *(part for item in form.items for part in _spelled(item))]
    return hashlib.sha256("\0".join(parts).encode()).digest()


def vector_of(part: Part, item: Item, number: int) -> tuple[int, ...]:
    """Return an answer as it is added up: a score as itself, anything else as a one at its place."""
    if part.size == 1:
        return (number,)
    place = number - 1 if item.options else spread_of(item, number)
    return tuple(int(at == place) for at in range(part.size))


def spread_of(item: Item, number: int) -> int:
    """Return where a number of a scale lies: 0-3 is low, 4-6 in the middle, 7-10 high."""
    span = max(1, item.most - item.least)
    of_ten = round((number - item.least) * 10 / span)
    return 0 if of_ten <= 3 else 1 if of_ten <= 6 else 2


def _spelled(item: Item) -> tuple[str, ...]:
    return (item.label, item.text, *item.options)


def _keeping(seat: Seat, secret: Secret) -> Answers:
    return replace(seat.answers, secrets=(*seat.answers.secrets, secret))


def _vector(seat: Seat, tally: Tally, person: Joined, secret: Secret) -> tuple[int, ...]:
    words: list[int] = []
    for at, numbers in secret.numbers:
        if not person.has(at):
            continue
        roster = [one.key for one in tally.roster(at)]
        context = b"".join(
            (seat.facts.room, seat.facts.meeting, tally.number.to_bytes(8), at.to_bytes(2))
        )
        words += masked(numbers, secret.private_key, roster, context=context)
    return tuple(words)
