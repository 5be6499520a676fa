"""What a dishonest relay or member tries, and what every honest seat does about it (security.md 6)."""

from dataclasses import replace

from holdspace.client.seat import alarm
from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import NOT_THEIR_ROOM
from holdspace.client.seat.outbox import Outgoing
from holdspace.client.seat.saying import say
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Line, Place
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.invite import Reply, seal_reply
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.mls import Add, Proposal, Remove
from holdspace.protocol.mls.messages import ProposalType
from seat_table import Guest, Table


def shares(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.SHARE]


def seat_of(guest: Guest) -> Seat:
    return guest.seat.seat


def show(table: Table, guest: Guest, payload: bytes, *, commit: bool = False) -> None:
    """Let the relay show somebody an entry that it made up or chose."""
    seat = seat_of(guest)
    entry = frames.Entry(seat.position.seq + 1, seat.group.epoch, commit, payload)
    step = guest.machine.receive(entry, table.world())
    guest.machine = step.machine
    guest.notices.extend(step.notices)


def send_event(table: Table, guest: Guest, event: ev.Event) -> None:
    """Send an event that the guest's own client would never send."""
    moment = Moment.of(table.world())
    seat = say(seat_of(guest), event, moment)
    guest.machine = replace(guest.seat, seat=seat)
    for frame in moment.frames:
        table._send(guest, frame)


def test_ev01_a_member_cannot_act_as_a_facilitator(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    before = seat_of(ana).state
    me = seat_of(ana).facts.identity
    acts: tuple[ev.Event, ...] = (
        ev.SetTurnMode("silent", 0),
        ev.GiveFloor(me, 0),
        ev.NextTurn(0),
        ev.Hold(),
        ev.AddTime(60, 0),
        ev.LowerHandOf(me),
    )
    for act in acts:
        send_event(table, ben, act)
    assert seat_of(ana).state == before == seat_of(ben).state


def test_ev06_an_entry_left_out_raises_the_alarm_at_once(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    dropped: list[frames.RelayFrame] = []

    def leave_out_one(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        if isinstance(frame, frames.Entry) and not dropped:
            dropped.append(frame)
            return None
        return frame

    ben.tamper = leave_out_one
    table.do(ana, i.Say("never shown to Ben"))
    table.do(ana, i.Say("shown to Ben"))
    assert alarm.SKIPPED in ben.words
    assert ben.view.trust_words == "NOT CONFIRMED"
    assert shares(ben) == []


def test_a_fork_is_noticed_by_both_sides_with_the_first_message_that_crosses(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)

    def another_entry(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        if isinstance(frame, frames.Entry):
            ben.tamper = lambda later: later
            return frames.Entry(frame.seq, frame.epoch, frame.commit, b"something else")
        return frame

    ben.tamper = another_entry
    table.do(ana, i.Say("Ben is shown something else here"))
    assert ana.view.trust_words == ben.view.trust_words == "end-to-end encrypted"
    table.do(ben, i.Say("hello"))
    assert alarm.FORK in ana.words
    table.do(ana, i.Say("hello"))
    assert alarm.FORK in ben.words


def test_ml02_a_members_commit_is_refused_by_everybody(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    group = seat_of(ben).group
    leaf = next(m.leaf_index for m in group.members if m.identity == b"Chi")
    removal = Proposal(ProposalType.remove, Remove(leaf))
    made = group.commit([removal], now=table.now, random=table.random.randbytes)
    for guest in (ana, chi):
        epoch = seat_of(guest).group.epoch
        show(table, guest, made.message, commit=True)
        assert seat_of(guest).group.epoch == epoch
        assert guest.view.place is Place.ROOM
        assert [p.name for p in guest.view.people] == ["Ana", "Ben", "Chi"]


def test_r1_a_commit_that_travels_as_a_message_is_void(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    made = seat_of(ana).group.commit([], now=table.now, random=table.random.randbytes)
    epoch = seat_of(ben).group.epoch
    show(table, ben, made.message, commit=False)
    assert seat_of(ben).group.epoch == epoch


def test_ml11_words_sealed_a_second_time_are_not_shown_twice(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    seat = seat_of(ben)
    envelope = ev.Envelope(
        room=seat.facts.room,
        meeting=seat.facts.meeting,
        epoch=seat.group.epoch,
        counter=7,
        message_id=bytes(16),
        seen=seat.position.seq,
        chain=seat.position.chain,
        event=ev.encode_event(ev.Share("said once")),
    )
    data = ev.encode_envelope(envelope)
    once = seat.group.protect(data, random=table.random.randbytes)
    twice = once.group.protect(data, random=table.random.randbytes)
    show(table, ana, once.message)
    show(table, ana, once.message)
    show(table, ana, twice.message)
    assert shares(ana) == ["said once"]


def test_words_of_another_epoch_or_meeting_have_no_effect(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    seat = seat_of(ben)
    facts = seat.facts
    honest = ev.Envelope(
        facts.room, facts.meeting, seat.group.epoch, 9, bytes(16), seat.position.seq,
        seat.position.chain, ev.encode_event(ev.Share("from elsewhere")),
    )  # fmt: skip
    wrong = (
        {"room": bytes(16)},
        {"meeting": bytes(16)},
        {"epoch": seat.group.epoch + 1},
        {"event": b"\x93\x01\x02\x03"},
    )
    group = seat.group
    for change in wrong:
        fields = {name: getattr(honest, name) for name in ev.Envelope.__struct_fields__} | change
        sealed = group.protect(
            ev.encode_envelope(ev.Envelope(**fields)), random=table.random.randbytes
        )
        group = sealed.group
        show(table, ana, sealed.message)
    assert shares(ana) == []


def test_an_entry_of_an_epoch_that_is_over_is_void(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    old = seat_of(ben)
    table.join("Chi", ana)
    late = say(old, ev.Share("too late"), Moment.of(table.world()))
    item: Outgoing = late.outbox.waiting[-1]
    seat = seat_of(ana)
    entry = frames.Entry(seat.position.seq + 1, old.group.epoch, False, item.payload)
    ana.machine = ana.machine.receive(entry, table.world()).machine
    assert shares(ana) == []


def test_jn01_a_welcome_into_another_room_is_not_accepted(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    eve = table.host("Eve")
    assert isinstance(ben.machine, Visitor)
    knocked = ben.machine.knocked
    assert knocked is not None
    proposal = Proposal(ProposalType.add, Add(knocked.own.key_package))
    made = seat_of(eve).group.commit([proposal], now=table.now, random=table.random.randbytes)
    assert made.welcome is not None
    reply = seal_reply(Reply(welcome=made.welcome), knocked.reply_secret, table.random.randbytes)
    meeting = seat_of(eve).facts.meeting
    frame = frames.Welcomed(knocked.knock, meeting, 1, reply)
    ben.machine = ben.machine.receive(frame, table.world()).machine
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == NOT_THEIR_ROOM


def test_a_snapshot_from_a_member_is_not_believed(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    chi = table.join("Chi", ana)
    seat = seat_of(ben)
    fake = ev.Snapshot(seat.position.seq, bytes(32), b"\x90")
    send_event(table, ben, fake)
    assert chi.view.trust_words == "end-to-end encrypted"
    assert [p.name for p in chi.view.people] == ["Ana", "Ben", "Chi"]


def test_nobody_far_from_the_facilitators_door_can_read_a_letter(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben", "my canary line"))
    assert not any(b"canary" in data or b"Ben" in data for data in table.overheard)


def test_the_relay_overhears_no_word_name_or_title_and_only_four_sizes(table: Table) -> None:
    ana = table.host()
    ben = table.join("Benedikta", ana)
    table.do(ben, i.Say("canary in the coal mine"))
    table.do(ben, i.Raise("question", "canary note"))
    for data in table.overheard:
        assert len(data) in frames.SIZE_CLASSES
        assert not any(w in data for w in (b"canary", b"Benedikta", b"Tuesday", b"Passing"))
