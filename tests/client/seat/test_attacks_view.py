"""TD01: whatever field a stranger fills, no control byte of it reaches what front ends may draw.

And whatever is drawn or logged by its repr: no key and no words of anybody.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import DECLINED
from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.intents_apart import SayNotOk
from holdspace.client.seat.people import SLOT_EXTENSION
from holdspace.client.seat.step import World
from holdspace.client.seat.view import Place
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.invite import Reply, seal_reply
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.roles import ROLES_EXTENSION
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    Extension,
    create_key_package,
    generate_signature_key,
)
from holdspace.protocol.text import is_forbidden
from seat_forging import force_commit, me, proposal, seat_of, send_event
from seat_table import AGREEMENTS, RELAY, Guest, Table

# What terminals obey: title, clipboard, link, colours, cursor, C1, bidi, zero width, tags, bell.
HOSTILE = (
    "\x1b]0;pwned\x07", "\x1b]52;c;aGk=\x1b\\", "\x1b]8;;http://x\x07", "\x1b[2J\x1b[H", "\x9b31m",
    "\x9d0;x\x9c", "a\u202ecba", "x\u200by", "\u2066z", "\U000e0041", "\x08\x08\x08", "\r\nroom: ha",
    "\x00\x7f", "[@click=app.quit]x[/]", "\u2028line", "z" + "\u0301" * 30, "\ud7a4\ue000",
)  # fmt: skip
EVERYTHING = " ".join(HOSTILE)


def texts(value: object) -> Iterator[str]:
    """Yield every text anywhere in a picture."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from texts(getattr(value, one.name))
    elif isinstance(value, tuple | list | frozenset | dict):
        for item in value:
            yield from texts(item)


def assert_harmless(guest: Guest) -> None:
    for text in (*texts(guest.view), *texts(guest.notices)):
        assert not [c for c in text if is_forbidden(c) and c != "\n"], repr(text)
    for text in guest.words + [p.name for p in guest.view.people]:
        assert "\n" not in text


def test_td01_names_notes_and_words_of_members(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for text in (*HOSTILE, EVERYTHING):
        send_event(table, ben, ev.Share(text))
        send_event(table, ben, ev.RaiseHand("question", text[:120]))
        table.do(ana, i.ChangeMode("hands"))
        table.do(ana, i.ChangeMode("open"))
        assert_harmless(ana)
        assert_harmless(ben)
    assert any("pwned" in text for text in ana.lines), "the words themselves are still shown"
    chi = table.join("Chi", ana)
    assert_harmless(chi)


def test_td01_names_of_people_a_co_facilitator_brought(table: Table) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    table.do(ana, i.Promote(me(eve)))
    for text in HOSTILE[:8]:
        own = create_key_package(
            DEFAULT_SUITE,
            identity=text.encode("utf-8", "replace"),
            signature_private_key=generate_signature_key(table.random.randbytes),
            now=table.now,
            random=table.random.randbytes,
            leaf_extensions=(Extension(SLOT_EXTENSION, b"\x05" * 32),),
            capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION),
        )
        force_commit(table, eve, [proposal(Add(own.key_package))])
        assert_harmless(ana)
    assert len(ana.view.people) == 2 + 8
    table.do(ana, i.Remove(ana.view.people[-1].identity))
    assert_harmless(ana)


def test_td01_the_hosts_card_the_operators_words_and_the_decline(table: Table) -> None:
    hostile = Opening(EVERYTHING, "Ana", AGREEMENTS, standing=EVERYTHING, about=EVERYTHING)
    ana = table._sit("Ana", open_room((RELAY,), hostile, table.world()))
    ben = table.visitor("Ben", ana.view.invitation)
    greeting = frames.Greeting(frames.VERSION, bytes(32), frames.OperatorCard(*[EVERYTHING] * 4))
    ben.machine = ben.machine.receive(greeting, table.world()).machine
    host = ana.machine.receive(greeting, table.world()).machine.view()
    assert host.card is not None
    assert "pwned" in host.card.operator.rules
    assert not any(is_forbidden(c) for text in texts(host.card.operator) for c in text)
    assert ben.view.card is not None
    assert "pwned" in ben.view.card.operator.runs_it
    assert_harmless(ana)
    assert_harmless(ben)
    assert ben.view.place is Place.LOBBY
    table.disconnect(ben)
    table.connect(ben)
    table.do(ben, i.Accept("Ben", EVERYTHING))
    assert ana.view.knocks
    assert_harmless(ana)
    visitor = ben.machine
    assert isinstance(visitor, Visitor)
    assert visitor.knocked is not None
    words = seal_reply(
        Reply(words=EVERYTHING[:280]), visitor.knocked.reply_secret, table.random.randbytes
    )
    declined = frames.Declined(visitor.knocked.knock, words)
    table._take(ben, ben.machine.receive(declined, table.world()))
    assert ben.view.ended_words.startswith(DECLINED.partition("{")[0])
    assert_harmless(ben)


def test_no_repr_tells_a_key_or_a_word(table: Table) -> None:
    drawn: list[bytes] = []

    def remembered(count: int) -> bytes:
        drawn.append(table.random.randbytes(count))
        return drawn[-1]

    vars(table)["world"] = lambda: World(table.now, remembered)
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Say("canary words"))
    table.do(ben, i.Raise("share", "canary note"))
    chi = table.visitor("Chi", ana.view.invitation)
    table.do(chi, i.Accept("Chi", "canary introduction"))
    facts = seat_of(ana).facts
    # Handles and knocks are known to the relay; everything else that was drawn stays here.
    public = {facts.room, facts.meeting, *(knock.knock for knock in ana.view.knocks)}
    secret = [one for one in drawn if len(one) >= 16 and one not in public]
    assert len(secret) > 20
    for machine in (ana.machine, ben.machine, chi.machine):
        said = repr(machine)
        assert "canary" not in said
        assert ana.view.invitation not in said
        assert not [one for one in secret if repr(one)[2:-1] in said or one.hex() in said]


def test_no_repr_of_a_picture_or_a_notice_tells_a_word_or_the_invitation(table: Table) -> None:
    """A picture is drawn, but its repr can end in a report of a crash."""
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("canary words"))
    table.do(ben, SayNotOk("canary flag"))
    table.do(ana, i.AskPoll("canary question? canary one | canary two", is_anonymous=True))
    chi = table.visitor("Chi", ana.view.invitation)
    table.do(chi, i.Accept("Chi", "canary introduction"))
    table.do(ana, i.WordAtDoor(ana.view.knocks[0].knock, "canary word"))
    table.do(ana, i.NudgeThem(me(ben), "canary nudge"))
    table.do(ana, i.Remove(me(ben), "canary reason"))
    assert ben.view.place is Place.REMOVED
    assert "canary reason" in ben.view.ended_words
    for guest in (ana, ben, chi):
        said = repr(guest.view) + repr(guest.notices) + repr(guest.machine)
        assert "canary" not in said
        assert ana.view.invitation not in said
