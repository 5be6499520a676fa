"""Whom an act can be done for: one key gives the floor, pauses or lets write, as fits who is chosen."""

from collections.abc import Callable

from holdspace.client.seat.view import PersonView, Role


def suits(act_id: str, person: PersonView) -> bool:
    """Tell whether an act can be done for this person, as they are now."""
    rule = _FOR_WHOM.get(act_id)
    return rule(person) if rule else not person.is_me


def _leads(person: PersonView) -> bool:
    return person.role is not Role.MEMBER


def _can_be_paused(person: PersonView) -> bool:
    return not (person.is_me or person.is_paused or _leads(person))


# Every other act is for anybody but oneself.
_FOR_WHOM: dict[str, Callable[[PersonView], bool]] = {
    "give": lambda person: not person.has_floor,
    "ask": lambda person: not (person.is_me or person.has_floor),
    "first": lambda person: person.place_in_queue > 1,
    "last-word": lambda _: True,
    "lower-for": lambda person: person.place_in_queue > 0,
    "pause": _can_be_paused,
    "pause-longer": _can_be_paused,
    "let-write": lambda person: person.is_paused,
    "hand-over": lambda person: _leads(person) and not (person.is_me or person.leads_now),
    "promote": lambda person: person.role is Role.MEMBER,
    "demote": lambda person: person.role is Role.FACILITATOR and not person.is_me,
}
