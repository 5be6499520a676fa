"""What a co-facilitator, a newcomer, or somebody with an old invitation tries around coming in."""

from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as changed

from holdspace.client.seat import alarm, changing, lobby
from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import NOT_ANSWERED, NOT_THEIR_ROOM
from holdspace.client.seat.host import PACKAGE_SECONDS
from holdspace.client.seat.knocked import Knocked
from holdspace.client.seat.people import SLOT_EXTENSION, member_with
from holdspace.client.seat.view import Place
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.invite import KnockLetter, agreements_digest, seal_letter
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.roles import ROLES_EXTENSION, encode_roles, make_roles
from holdspace.protocol.meeting.values import MeetingState, Person, encode_state
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    Extension,
    Remove,
    create_key_package,
    generate_signature_key,
)
from holdspace.protocol.phrases import knock_phrase
from holdspace.protocol.refusals import REFUSALS, Close, Refusal, close_answer
from seat_forging import (
    force_commit,
    is_calm,
    keep,
    me,
    proposal,
    release,
    seat_of,
    send_event,
    shares,
    with_extension,
)
from seat_table import Guest, Table

Lie = Callable[[tuple[Person, ...]], tuple[Person, ...]]


def with_co_facilitator(table: Table) -> tuple[Guest, Guest]:
    """Return a host, and somebody the host has made a co-facilitator."""
    ana = table.host()
    eve = table.join("Eve", ana)
    assert table.do(ana, i.Promote(me(eve))) is None
    assert seat_of(eve).roles.is_facilitator(me(eve))
    return ana, eve


def knock_by(
    table: Table, code: str, name: str, *, identity: bytes | None = None, slot: bytes | None = None
) -> Guest:
    """Let somebody knock whose key package is of their own making."""
    guest = table.visitor(name, code)
    visitor = guest.machine
    assert isinstance(visitor, Visitor)
    assert visitor.card is not None
    extension = () if slot is None else (Extension(SLOT_EXTENSION, slot),)
    own = create_key_package(
        DEFAULT_SUITE,
        identity=name.encode() if identity is None else identity,
        signature_private_key=generate_signature_key(table.random.randbytes),
        now=table.now,
        random=table.random.randbytes,
        lifetime_seconds=PACKAGE_SECONDS,
        leaf_extensions=extension,
        capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION),
    )
    knock, secret = table.random.randbytes(16), table.random.randbytes(32)
    letter = KnockLetter(
        own.key_package.encode(), name, "", agreements_digest(visitor.card), secret
    )
    sealed = seal_letter(letter, visitor.card, knock=knock, random=table.random.randbytes)
    knocked = Knocked(
        visitor.card.room, knock, sealed, own, secret, seat_of(table.guests["Ana"]).slot
    )
    waiting = replace(visitor, knocked=knocked, place=Place.WAITING)
    guest.machine = waiting
    for frame in waiting.knock_again():
        table._send(guest, frame)
    return guest


def snapshot_of(guest: Guest, change: Callable[[MeetingState], MeetingState]) -> ev.Snapshot:
    """Return what this facilitator would tell newcomers, with a lie in it."""
    point = seat_of(guest).checkpoint
    assert point is not None
    state = seat_of(guest).state
    assert state is not None
    return ev.Snapshot(point.seq, point.chain, encode_state(change(state)))


def first_snapshot_is(
    table: Table, ana: Guest, eve: Guest, change: Callable[[MeetingState], MeetingState]
) -> Guest:
    """Let Chi come in while the relay puts Eve's snapshot before Ana's."""
    chi = table.visitor("Chi", ana.view.invitation)
    table.do(chi, i.Accept("Chi"))
    kept = keep(table, ana, frames.Append)
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    release(table)
    send_event(table, eve, snapshot_of(eve, change))
    for frame in kept:
        table._send(ana, frame)
    return chi


def test_a_false_snapshot_cannot_give_anybody_another_name_or_role(table: Table) -> None:
    lies: tuple[Lie, ...] = (
        lambda people: (),
        lambda people: people[:-1],
        lambda people: (changed(people[0], name="Eve"), changed(people[1], name="Ana"), people[2]),
        lambda people: (*people[:2], changed(people[2], role="co-facilitator")),
        lambda people: (*people, Person(b"x" * 32, "Nobody")),
    )
    for number, lie in enumerate(lies):
        fresh = Table(seed=number)
        ana, eve = with_co_facilitator(fresh)

        def seats(state: MeetingState, lie: Lie = lie) -> MeetingState:
            return changed(state, people=lie(state.people))

        chi = first_snapshot_is(fresh, ana, eve, seats)
        # The lie is told to Chi's face, and the true picture that follows is taken.
        assert alarm.FALSE_PICTURE in chi.words
        assert [(p.name, p.role.value) for p in chi.view.people] == [
            ("Ana", "host"), ("Eve", "co-facilitator"), ("Chi", "member"),
        ]  # fmt: skip


def test_a_false_snapshot_of_where_the_meeting_stands_is_noticed_by_the_newcomer(
    table: Table,
) -> None:
    ana, eve = with_co_facilitator(table)
    chi = first_snapshot_is(table, ana, eve, lambda state: changed(state, is_held=True))
    assert alarm.FORK in chi.words
    assert alarm.FORK in ana.words


def test_a_facilitator_whose_newcomer_was_told_something_false_tells_them_what_is_true(
    table: Table,
) -> None:
    ana, eve = with_co_facilitator(table)
    table.do(ana, i.Say("one more co-facilitator"))
    own = create_key_package(
        DEFAULT_SUITE,
        identity=b"Chi",
        signature_private_key=generate_signature_key(table.random.randbytes),
        now=table.now,
        random=table.random.randbytes,
        leaf_extensions=(Extension(SLOT_EXTENSION, bytes(31) + b"\x05"),),
        capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION),
    )
    force_commit(table, eve, [proposal(Add(own.key_package))])
    send_event(table, eve, snapshot_of(eve, lambda state: changed(state, is_held=True)))
    assert alarm.FORK in ana.words
    point = seat_of(ana).checkpoint
    assert point is not None
    assert not point.is_answered
    table.wait(changing.SNAPSHOT_PATIENCE + 1)
    point = seat_of(ana).checkpoint
    assert point is not None
    assert point.is_answered


def test_h2_a_name_with_a_tail_that_nobody_sees_is_not_let_to_the_door(table: Table) -> None:
    ana = table.host()
    table.join("Ben", ana)
    # Forty characters, as many as a circle shows, in ten cells.
    name = "".join(letter + "\u0316\u0317\u0318" for letter in "abcdefghij")
    knock_by(table, ana.view.invitation, name, identity=name.encode() + b"x" * 200)
    assert not ana.view.knocks


def test_h2_nobody_can_be_made_a_facilitator_whose_relay_key_would_break_the_room(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    taken, short = seat_of(ana).slot.public, b"short"
    for name, slot in (("Tom", taken), ("Sam", short), ("Nil", None)):
        knock_by(table, ana.view.invitation, name, slot=slot)
        table.do(ana, i.Admit(next(k.knock for k in ana.view.knocks if k.name == name)))
        who = next(p.identity for p in ana.view.people if p.name == name)
        assert table.do(ana, i.Promote(who)) is None
        assert changing.UNFIT in ana.words
        ana.notices.clear()
    table.do(ana, i.Say("still one room"))
    assert shares(ben) == ["still one room"]
    assert is_calm(ben)


def test_r12_leaves_too_long_for_a_relay_do_not_stop_the_client_of_who_lets_somebody_in(
    table: Table,
) -> None:
    ana, eve = with_co_facilitator(table)
    for number in range(2):
        own = create_key_package(
            DEFAULT_SUITE,
            identity=b"Tom",
            signature_private_key=generate_signature_key(table.random.randbytes),
            now=table.now,
            random=table.random.randbytes,
            leaf_extensions=(Extension(SLOT_EXTENSION, bytes([number]) * 25_000),),
            capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION),
        )
        force_commit(table, eve, [proposal(Add(own.key_package))])
    zoe = table.visitor("Zoe", ana.view.invitation)
    table.do(zoe, i.Accept("Zoe"))
    knock = ana.view.knocks[0].knock
    assert table.do(ana, i.Admit(knock)) is None
    assert ana.words[-1] == changing.TOO_LARGE
    assert [one.knock for one in ana.view.knocks] == [knock]
    for person in ana.view.people:
        if person.name.startswith("Tom"):
            table.do(ana, i.Remove(person.identity))
    assert table.do(ana, i.Admit(knock)) is None
    assert zoe.view.place is Place.ROOM
    assert is_calm(eve)


def test_r6_a_co_facilitator_cannot_take_the_hosts_relay_key_away(table: Table) -> None:
    ana, eve = with_co_facilitator(table)
    ben = table.join("Ben", ana)
    roles = seat_of(eve).roles
    own = seat_of(eve).slot.public
    slots = tuple(s if s == own else bytes([n]) * 31 + b"\x01" for n, s in enumerate(roles.slots))
    theft = make_roles(roles.host_key, roles.entries, slots)
    epoch = seat_of(ben).group.epoch
    force_commit(table, eve, [with_extension(seat_of(eve), ROLES_EXTENSION, encode_roles(theft))])
    for guest in (ana, ben):
        assert seat_of(guest).group.epoch == epoch
        assert seat_of(guest).slot is not None
        assert seat_of(guest).roles.slots == roles.slots


def test_nobody_is_locked_out_while_others_still_see_them_here(table: Table) -> None:
    ana, eve = with_co_facilitator(table)
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    assert isinstance(ben.machine, Visitor)
    assert ben.machine.knocked is not None
    # Every member sees the key package in the commit that lets Ben in.
    package = ben.machine.knocked.own.key_package
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    leaf = member_with(seat_of(eve).group, me(ben))
    assert leaf is not None
    force_commit(table, eve, [proposal(Remove(leaf.leaf_index)), proposal(Add(package))])
    assert ben.view.place is Place.ROOM
    assert seat_of(ben).group.epoch == seat_of(ana).group.epoch


def test_a_co_facilitator_cannot_make_another_or_bring_an_old_role_back(table: Table) -> None:
    ana, eve = with_co_facilitator(table)
    ben = table.join("Ben", ana)
    table.do(ana, i.Promote(me(ben)))
    with_ben = seat_of(eve).roles
    table.do(ana, i.Demote(me(ben)))
    epoch = seat_of(ana).group.epoch
    # The host's word for Ben was true once, in this very meeting.
    again = [with_extension(seat_of(eve), ROLES_EXTENSION, encode_roles(with_ben))]
    force_commit(table, eve, again)
    assert seat_of(ana).group.epoch == epoch
    assert not seat_of(ana).roles.is_facilitator(me(ben))


def test_a_demoted_or_removed_facilitator_ends_no_meeting_and_changes_nothing(
    table: Table,
) -> None:
    ana, eve = with_co_facilitator(table)
    before = eve.seat
    table.do(ana, i.Demote(me(eve)))
    slot = before.seat.slot
    eve.machine = replace(eve.seat, seat=replace(seat_of(eve), slot=slot))
    assert table.do(eve, i.CloseTheMeeting()) is not None
    assert slot.public not in seat_of(ana).roles.slots
    force_commit(table, eve, [])
    assert seat_of(ana).group.epoch == seat_of(eve).group.epoch
    table.do(ana, i.Remove(me(eve)))
    assert eve.view.place is Place.REMOVED
    assert ana.view.place is Place.ROOM


def test_jn04_a_welcome_after_the_key_package_ran_out_is_refused(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    kept: list[frames.RelayFrame] = []

    def late(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        if isinstance(frame, frames.Welcomed):
            kept.append(frame)
            return None
        return frame

    ben.tamper = late
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    table.now += PACKAGE_SECONDS + 1
    ben.machine = ben.machine.receive(kept[0], table.world()).machine
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == NOT_THEIR_ROOM


def test_a_welcome_for_another_meeting_or_a_second_time_lets_nobody_in(table: Table) -> None:
    ana = table.host()
    changes: tuple[dict[str, bytes], ...] = (
        {"meeting": bytes(16)}, {"sealed": b"x" * 100}, {"sealed": b"x"},
    )  # fmt: skip
    for change in changes:
        guest = table.visitor("Ben", ana.view.invitation)
        table.do(guest, i.Accept("Ben"))

        def swap(
            frame: frames.RelayFrame, change: dict[str, bytes] = change
        ) -> frames.RelayFrame | None:
            return changed(frame, **change) if isinstance(frame, frames.Welcomed) else frame

        guest.tamper = swap
        table.do(ana, i.Admit(ana.view.knocks[0].knock))
        assert guest.view.place is Place.ENDED
        assert guest.view.ended_words == NOT_THEIR_ROOM


def test_jn08_a_letter_with_more_in_it_than_a_person_stays_outside(table: Table) -> None:
    ana = table.host()
    # Five such people, and nobody else could have been let in: the bundle would fit no frame.
    knock_by(table, ana.view.invitation, "Eve", slot=bytes(4000))
    assert not ana.view.knocks
    assert lobby.UNREADABLE in ana.words
    knock_by(table, ana.view.invitation, "Ben", slot=bytes(32))
    assert [knock.name for knock in ana.view.knocks] == ["Ben"]


def test_jn10_a_knock_put_in_the_place_of_somebodys_has_other_words(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben", "It is me."))
    # Who has the invitation, and the relay on their side, knocks under the same name and words.
    other = table.visitor("Ben", ana.view.invitation)
    table.do(other, i.Accept("Ben", "It is me."))
    true, put = ana.view.knocks
    assert (true.name, true.introduction) == (put.name, put.introduction)
    assert true.fingerprint == ben.view.knock_fingerprint
    assert put.fingerprint != ben.view.knock_fingerprint
    words = {knock_phrase(knock.fingerprint) for knock in ana.view.knocks}
    assert len(words) == 2
    assert all(len(phrase.split()) == 4 for phrase in words)


def test_a_letter_is_good_for_one_knock_and_one_invitation(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    frame = next(
        frame
        for frame in map(frames.decode_client_frame, table.overheard)
        if isinstance(frame, frames.Knock)
    )
    copied = frames.Knocking(b"n" * 16, frame.knock_key, frame.sealed)
    table._take(ana, ana.machine.receive(copied, table.world()))
    assert len(ana.view.knocks) == 1
    table.do(ana, i.Decline(frame.knock, ""))
    table.do(ana, i.NewInvitation(60))
    replayed = frames.Knocking(frame.knock, frame.knock_key, frame.sealed)
    table._take(ana, ana.machine.receive(replayed, table.world()))
    assert not ana.view.knocks


def test_a_knock_after_the_invitation_ran_out_stays_outside_whatever_the_relay_says(
    table: Table,
) -> None:
    ana = table.host()
    table.do(ana, i.NewInvitation(10))
    knock_by(table, ana.view.invitation, "Ben", slot=b"\x05" * 32)
    knocking = next(
        frame
        for frame in map(frames.decode_client_frame, table.overheard)
        if isinstance(frame, frames.Knock)
    )
    table.do(ana, i.Decline(knocking.knock, ""))
    table.now += 10 * 60
    frame = frames.Knocking(knocking.knock, knocking.knock_key, knocking.sealed)
    table._take(ana, ana.machine.receive(frame, table.world()))
    assert not ana.view.knocks


def test_the_same_key_twice_at_the_door_comes_in_once(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    visitor = ben.machine
    assert isinstance(visitor, Visitor)
    assert visitor.knocked is not None
    assert visitor.card is not None
    letter = KnockLetter(
        visitor.knocked.own.key_package.encode(),
        "Ben",
        "",
        agreements_digest(visitor.card),
        b"s" * 32,
    )
    key = visitor.invitation.knock_key.public
    for knock in (b"k" * 16, b"l" * 16):
        # At the door they are one person; who is in already does not come in again.
        sealed = seal_letter(letter, visitor.card, knock=knock, random=table.random.randbytes)
        frame = frames.Knocking(knock, key, sealed)
        table._take(ana, ana.machine.receive(frame, table.world()))
        [one] = ana.view.knocks
        table.do(ana, i.Admit(one.knock))
    assert [p.name for p in ana.view.people] == ["Ana", "Ben"]
    table.do(ben, i.Say("here once"))
    assert shares(ana) == ["here once"]


def test_ml08_a_wrong_access_key_never_tells_anybody_that_they_were_sent_away(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    answer = close_answer(Close.WRONG_PROOF)
    ben.machine = ben.machine.ended(answer.sentence, Close.WRONG_PROOF).machine
    assert ben.view.place is Place.ENDED
    assert "no longer a member" not in ben.view.ended_words


def test_td04_a_name_that_the_door_would_refuse_always_wears_its_tag(table: Table) -> None:
    ana, eve = with_co_facilitator(table)
    for name in ("relay", "room", "Аnna", "\u202eanA", ""):
        own = create_key_package(
            DEFAULT_SUITE,
            identity=name.encode() or b"\xff",
            signature_private_key=generate_signature_key(table.random.randbytes),
            now=table.now,
            random=table.random.randbytes,
            leaf_extensions=(Extension(SLOT_EXTENSION, b"\x05" * 32),),
            capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION),
        )
        force_commit(table, eve, [proposal(Add(own.key_package))])
        shown = ana.view.people[-1]
        assert shown.tag
        assert shown.name.endswith(f"({shown.tag})")
        assert shown.name.split(" (")[0].isprintable()


def test_a_relay_that_takes_no_new_invitation_does_not_end_the_hosts_meeting(
    table: Table,
) -> None:
    for refusal in (Refusal.LOBBY_FULL, Refusal.NOT_SAVED, Refusal.RELAY_FULL, Refusal.TOO_FAST):
        ana = table.host(f"Ana {refusal.name[:3]}")
        kept = keep(table, ana, frames.PutInvitation)
        table.do(ana, i.NewInvitation())
        release(table)
        answer = frames.Refuse(kept[0].ref, int(refusal))
        table._take(ana, ana.machine.receive(answer, table.world()))
        assert ana.view.place is Place.ROOM
        assert REFUSALS[refusal].sentence in ana.words


def test_an_invitation_that_was_replaced_opens_no_door_any_more(table: Table) -> None:
    ana = table.host()
    old = ana.view.invitation
    ben = table.visitor("Ben", old)
    table.do(ben, i.Accept("Ben"))
    table.do(ana, i.NewInvitation())
    # Who waits by the old one is not left waiting, and nobody knocks by it in vain.
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == NOT_ANSWERED
    assert table.visitor("Chi", old).view.place is Place.ENDED
    assert table.visitor("Dov", ana.view.invitation).view.place is Place.LOBBY


def test_who_knocks_and_is_never_answered_is_told_so(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.wait(15 * 60 + 2)
    assert ben.view.ended_words == NOT_ANSWERED
    assert not ana.view.knocks


def test_a_letter_that_was_answered_does_not_come_to_the_door_again(table: Table) -> None:
    ana = table.host()
    for name, is_welcome in (("Ben", False), ("Chi", True)):
        guest = table.visitor(name, ana.view.invitation)
        table.do(guest, i.Accept(name))
        knock = ana.view.knocks[0].knock
        table.do(ana, i.Admit(knock) if is_welcome else i.Decline(knock, ""))
    for frame in map(frames.decode_client_frame, list(table.overheard)):
        if isinstance(frame, frames.Knock):
            again = frames.Knocking(frame.knock, frame.knock_key, frame.sealed)
            table._take(ana, ana.machine.receive(again, table.world()))
    assert not ana.view.knocks
