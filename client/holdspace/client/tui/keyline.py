"""The last line: the keys that do something here and now, each with its word."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from holdspace.client.acts import BY_ID, Act, is_last_stage, is_useful
from holdspace.client.acts_own import STAGE_ACTS
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.rows import Piece, Row, cells, flow, row
from holdspace.protocol.translation import N_, _, shown

ESCAPE = ("Esc", N_("keys"))
NEW_LINE = ("Ctrl+J", N_("new line"))
WRITING = (
    ("Enter", N_("send")),
    NEW_LINE,
    ESCAPE,
    ("/", N_("commands")),
)
GAP = "   "
# In a narrow window keys stand closer, so that one more of them fits.
NARROW = 48
# Whoever needs it does not look for it: it stands there in every window.
ALWAYS = (("F1", N_("help")), ("F2", N_("need help now")))
# What a person reaches for most comes first; what does not fit is in the help.
_MEMBER = (
    "say",
    "yes",
    "no",
    "answer",
    "pair",
    "unpair",
    "call",
    "come-back",
    "unoffer",
    "ok",
    "edit",
    "return",
    "raise",
    "lower",
    "later",
    "pass",
    "nod",
    "me-too",
    "what",
    "who",
)
_LEADER = (
    "flags",
    "yes",
    "no",
    "next",
    "resume",
    "to-caller",
    "form-pairs",
    "all-back",
    "release",
    "answer",
    "count",
    "show",
    "onward",
    "read-on",
    "door",
    "sheet",
    "say",
    "lower",
    "pass",
    "nod",
    "what",
    "who",
)
# What waits for somebody's key, and the hand without which there would be nothing to write.
_ONE_KEY = ("yes", "answer", "pair", "raise")
# Whoever has the floor sees first how to write: outside the text field the letters of a sentence are
# keys. Then how to let it go: in a round one key must be enough for that.
_HOLDER = ("say", "pass", "onward")
# Shown also while somebody is in the text field, where there is nothing to write just now.
_OF_PAIRS = ("to-caller", "pair")
# From the front they make room for what comes first.
_LAST = ("leave", "help", "support")
_CAPITAL = {
    "enter": "Enter",
    "f2": "F2",
    "f3": "F3",
    "f4": "F4",
    "f12": "F12",
    "up": "↑",
    "down": "↓",
    "escape": "Esc",
}


def key_name(key: str) -> str:
    """Return a key as it is written on a keyboard."""
    return _CAPITAL.get(key, key)


def keyline(view: RoomView, width: int, *, is_writing: bool) -> Row:
    """Return the keys of the room for where the focus is."""
    if is_writing:
        return _writing_line(view, width)
    here, ends, gap = _in_room(view, width), _in_room_last(), _gap(width)
    while len(ends) > 1 and cells(_line([*here[:1], *ends], gap)) > width:
        del ends[0]
    return keys(here, width, last=ends)


def _writing_line(view: RoomView, width: int) -> Row:
    behind, usual = _behind_escape(view), _writing(view)
    # What waits for this person goes before the help.
    rest = [pair for pair in usual if pair != ESCAPE] if behind else usual
    if width >= NARROW:
        return keys([*behind, *rest], width, last=ALWAYS)
    # Esc leads to all the other keys, and to the help among them; the help, where that is too long.
    ways_on = (*([] if behind else [ESCAPE]), ALWAYS[0])
    line = keys([*behind, usual[0], *ways_on, usual[-1]], width, last=ALWAYS[1:])
    leads_on = {key for key, _word in (*behind, *ways_on)} & {piece.text for piece in line}
    return line if leads_on else keys(behind, width, last=ALWAYS)


def keylines(view: RoomView, width: int, *, is_writing: bool) -> list[Row]:
    """Return the same in up to two rows, for large windows."""
    if is_writing:
        return [keyline(view, width, is_writing=True)]
    return _two_rows(_in_room(view, width), width, _in_room_last())


def _in_room_last() -> list[tuple[str, str]]:
    return act_keys([BY_ID[act_id] for act_id in _LAST])


def _in_room(view: RoomView, width: int) -> list[tuple[str, str]]:
    usual = _LEADER if view.is_facilitator else _MEMBER
    if width < NARROW and not view.is_facilitator:
        # There is room for one, and Enter begins to write wherever that is.
        usual = (*_ONE_KEY, *usual)
    own = _stage_acts(view)
    order = dict.fromkeys((*(_HOLDER if _has_floor(view) else ()), *own, *usual))
    useful = [
        as_it_is_now(act, view) for act in map(BY_ID.get, order) if act and is_useful(act, view)
    ]
    return act_keys(useful)


def _has_floor(view: RoomView) -> bool:
    return bool(view.me and view.me.has_floor)


def as_it_is_now(act: Act, view: RoomView) -> Act:
    """Return the act with the word for what it does after the last stage."""
    is_end = act.id == "next" and is_last_stage(view)
    return replace(act, english_verb=BY_ID["close"].english_verb) if is_end else act


def _behind_escape(view: RoomView) -> list[tuple[str, str]]:
    """Return what waits behind Esc for somebody in the text field."""
    waiting = [
        *(["pass"] if _has_floor(view) and view.can_pass else []),
        *(["edit"] if is_useful(BY_ID["edit"], view) else []),
        *(["door"] if view.is_facilitator and view.knocks else []),
        *(name for name in _OF_PAIRS if is_useful(BY_ID[name], view)),
        *_stage_acts(view),
    ]
    return [
        (_("Esc, then {key}").format(key=BY_ID[act_id].key), BY_ID[act_id].verb)
        for act_id in waiting
    ]


def _writing(view: RoomView) -> list[tuple[str, str]]:
    """Return the keys of the text field."""
    return [
        (key, N_("ready") if key == "Enter" and _marks_ready(view) else word)
        for key, word in WRITING
    ]


def _stage_acts(view: RoomView) -> tuple[str, ...]:
    """Return the acts that this stage is for."""
    return STAGE_ACTS.get(view.stage.kind, ()) if view.stage else ()


def _marks_ready(view: RoomView) -> bool:
    """Tell whether Enter keeps words ready instead of sending them."""
    is_writing = view.gather is not None and not view.gather.is_released
    return is_writing and not view.is_facilitator and not view.is_held


def keys(
    pairs: Iterable[tuple[str, str]], width: int, *, last: Iterable[tuple[str, str]] = ()
) -> Row:
    """Return as many keys with their words as fit; those in `last` first, and the very last always."""
    gap = _gap(width)
    ends = [(Piece(gap), *_key(pair)) for pair in last]
    while len(ends) > 1 and sum(map(cells, ends)) > width + len(gap):
        del ends[0]
    end = tuple(chain.from_iterable(ends))
    line: Row = ()
    for pair in pairs:
        longer = (*line, Piece(gap), *_key(pair)) if line else _key(pair)
        # One that is too long for what is left makes room for a shorter one after it.
        line = longer if cells((*longer, *end)) <= width else line
    return (*line, *end) if line else end[1:]


def _gap(width: int) -> str:
    return GAP if width >= NARROW else GAP[1:]


def _line(pairs: Sequence[tuple[str, str]], gap: str) -> Row:
    return tuple(chain.from_iterable((Piece(gap), *_key(pair)) for pair in pairs))[1:]


def key_rows(pairs: Iterable[tuple[str, str]], width: int) -> list[Row]:
    """Return all keys with their words, in as many rows as that takes."""
    return flow(map(_key, pairs), width)


def few_key_rows(
    pairs: Iterable[tuple[str, str]], width: int, *, last: Sequence[tuple[str, str]]
) -> list[Row]:
    """Return in at most two rows what is reached for first, and always the last ones."""
    shown = list(pairs)
    whole = key_rows((*shown, last[-1]), width)
    if len(whole) <= 2:
        return whole
    return _two_rows(shown, width, last)


def _two_rows(
    pairs: Sequence[tuple[str, str]], width: int, last: Sequence[tuple[str, str]]
) -> list[Row]:
    shown = list(pairs)
    while len(rows := key_rows((*shown, *last), width)) > 2 and shown:
        shown.pop()
    return rows


def _key(pair: tuple[str, str]) -> Row:
    return row((pair[0], "amber-strong"), (f" {shown(pair[1])}", "muted"))


def act_keys(acts: Sequence[Act]) -> list[tuple[str, str]]:
    """Return keys and words of these acts."""
    return [(key_name(act.key), act.verb) for act in acts]
