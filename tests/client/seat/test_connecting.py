"""What the relay answers: each no is told by what was asked, and what was never asked changes nothing."""

import pytest

from holdspace.client.seat import connecting
from holdspace.client.seat import intents as i
from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.refusals import REFUSALS, Refusal
from seat_forging import keep, seat_of
from seat_table import AGREEMENTS, Guest, Table, Tamper

UNKNOWN = 199
NOT_KNOWN = "The relay said no, in a way this version does not know."


def saying_no(guest: Guest, what: str, code: int) -> Tamper:
    """Return a relay that says no instead of yes to one kind of request."""

    def no(frame: frames.RelayFrame) -> frames.RelayFrame:
        asked = {ref for ref, asked, _ in seat_of(guest).wire.asked if asked == what}
        answers = (frames.Done, frames.Attached, frames.Ack)
        is_it = isinstance(frame, answers) and frame.ref in asked
        return frames.Refuse(frame.ref, code) if isinstance(frame, answers) and is_it else frame

    return no


def hears(table: Table, guest: Guest, frame: frames.RelayFrame) -> None:
    """Let the relay tell somebody this, asked or not."""
    table._take(guest, guest.machine.receive(frame, table.world()))


@pytest.mark.parametrize("code", [Refusal.RELAY_FULL, UNKNOWN])
def test_a_meeting_goes_on_without_a_new_invitation(table: Table, code: int) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    ana.tamper = saying_no(ana, "invite", code)
    table.do(ana, i.NewInvitation())
    assert ana.words[-1] == (
        NOT_KNOWN if code == UNKNOWN else REFUSALS[Refusal.RELAY_FULL].sentence
    )
    assert ana.view.invitation == ""
    table.do(ben, i.Say("we are still here"))
    assert ana.lines[-1] == "we are still here"


def test_a_code_that_the_relay_could_not_forget_is_taken_back_a_second_later(table: Table) -> None:
    ana = table.host()
    old = seat_of(ana).host
    assert old is not None
    assert old.card is not None
    honest, ana.tamper = ana.tamper, saying_no(ana, "revoke", Refusal.NOT_SAVED)
    table.do(ana, i.NewInvitation())
    ana.tamper = honest
    asked = keep(table, ana, frames.RevokeInvitation)
    table.wait(1)
    assert [one.knock_key for one in asked] == [old.card[0]]
    hears(table, ana, frames.Done(asked[0].ref))
    table.wait(2)
    assert len(asked) == 1


def test_a_relay_that_forgets_nothing_is_asked_about_few_codes_and_never_about_the_one_that_holds(
    table: Table,
) -> None:
    ana = table.host()
    asked = keep(table, ana, frames.RevokeInvitation)
    for number in range(connecting.MOST_ENDED + 4):
        hears(table, ana, frames.Knocking(b"a knock", b"key %d" % number, b"sealed"))
        hears(table, ana, frames.Refuse(asked[-1].ref, Refusal.NOT_SAVED))
    asked.clear()
    table.wait(1)
    assert len(asked) == connecting.MOST_ENDED
    host = seat_of(ana).host
    assert host is not None
    assert host.card is not None
    assert host.card[0] not in [one.knock_key for one in asked]


def test_a_no_that_this_version_does_not_know_is_said_as_one(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.disconnect(ben)
    ben.tamper = saying_no(ben, "attach", UNKNOWN)
    table.connect(ben)
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == NOT_KNOWN


@pytest.mark.parametrize(
    "frame",
    [
        frames.Done(777), frames.Refuse(777, Refusal.NOT_HERE), frames.Attached(777, 0, 0, 1),
        frames.Ack(777, 5), frames.MeetingClosed(b"another meeting."),
    ],
    ids=lambda frame: type(frame).__name__,
)  # fmt: skip
def test_what_nobody_asked_for_changes_nothing(table: Table, frame: frames.RelayFrame) -> None:
    ana = table.host()
    before = (seat_of(ana), ana.words)
    hears(table, ana, frame)
    assert (seat_of(ana), ana.words) == before


def drops(kind: type[frames.RelayFrame]) -> Tamper:
    """Return a line on which this kind of answer is lost."""
    return lambda frame: None if isinstance(frame, kind) else frame


def opening(table: Table, answer: type[frames.RelayFrame] = frames.Done) -> Guest:
    """Let a host open a room over a line on which answers are lost."""
    machine = open_room(table.relays, Opening("Tuesday circle", "Ana", AGREEMENTS), table.world())
    guest = table.guests["Ana"] = Guest("Ana", machine, tamper=drops(answer))
    table.connect(guest)
    return guest


def test_a_room_that_was_opened_by_a_lost_answer_is_open(table: Table) -> None:
    ana = opening(table)
    assert ana.view.invitation == ""
    table.disconnect(ana)
    # The first answer comes through now, and the next ones are lost: the room is there already.
    answers = iter((True, False, False))
    ana.tamper = lambda frame: (
        frame if not isinstance(frame, frames.Done) or next(answers, True) else None
    )
    table.connect(ana)
    table.disconnect(ana)
    table.connect(ana)
    host = seat_of(ana).host
    assert host is not None
    assert (host.opened, host.invited) == (True, True)
    assert table.join("Ben", ana).view.place is Place.ROOM


def test_what_is_asked_for_and_there_already_is_as_good_as_done(table: Table) -> None:
    ana = opening(table)
    ref = next(ref for ref, what, _ in seat_of(ana).wire.asked if what == "open")
    ana.tamper = lambda frame: frame
    hears(table, ana, frames.Refuse(ref, Refusal.ALREADY_THERE))
    assert ana.view.invitation
    assert table.join("Ben", ana).view.place is Place.ROOM


def test_a_room_can_be_kept_before_the_relay_knows_it(table: Table) -> None:
    ana = opening(table)
    assert table.do(ana, i.KeepTheRoom()) is None
    sent = [frames.decode_client_frame(data) for data in table.overheard]
    assert not [frame for frame in sent if isinstance(frame, frames.PutInvitation)]
    ana.tamper = lambda frame: frame
    table.disconnect(ana)
    table.connect(ana)
    host = seat_of(ana).host
    assert host is not None
    assert host.door is not None
    assert host.door.is_put


def test_a_meeting_that_closes_while_somebody_is_shown_in_tells_them_so(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    ben.tamper = drops(frames.Entry)
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert seat_of(ben).state is None
    table.do(ana, i.CloseTheMeeting())
    assert ben.view.place is Place.CLOSED
    assert ben.view.ended_words == (
        "The meeting is over. Nothing of it is kept on the relay. Go gently."
    )
