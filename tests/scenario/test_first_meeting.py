"""A first meeting with real processes: everybody sees the same, and the relay sees nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from process_memory import can_read_memory, memory_holds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scenario.conftest import Meeting, Relay, Somebody

# Words and names that occur nowhere else, so that finding one anywhere means that it leaked.
HOST, MARA, JON, LATE = "Ottilie", "Marabelle", "Jonquille", "Latisha"
EARLY, MIDDLE, AFTER = "quagmire-early", "quagmire-middle", "quagmire-after"


def test_a_whole_meeting(relay: Relay, meet: Callable[[str, str], Meeting]) -> None:
    meeting = meet(relay.url, HOST)
    host, mara, jon = meeting.host, meeting.admit(MARA), meeting.admit(JON)
    listen_to_the_agreements(meeting)
    gather_with_a_pass(meeting, host, mara, jon)
    queue = raise_three_hands(meeting, host, mara, jon)
    late = come_late(meeting, jon, queue)
    the_relay_knows_nothing(relay, host)
    remove(meeting, mara)
    close(meeting)

    # Everybody was told the same of the same meeting.
    assert jon.stages() == host.stages()
    assert len(late.stages()) >= 2
    assert late.stages() == host.stages()[-len(late.stages()) :]
    assert jon.shares("quagmire") == host.shares("quagmire")
    assert late.shares("quagmire") == host.shares("quagmire")[-len(late.shares("quagmire")) :]


def listen_to_the_agreements(meeting: Meeting) -> None:
    meeting.host.type("/next")
    meeting.everybody_expects("^stage: 1 of 10, Welcome")
    meeting.host.type("/next")
    meeting.everybody_expects("^stage: 2 of 10, Agreements")


def gather_with_a_pass(meeting: Meeting, host: Somebody, mara: Somebody, jon: Somebody) -> None:
    """All write at once; who is ready is read first, who passes is offered the turn again."""
    host.type("/stage 5")
    meeting.everybody_expects("^stage: 5 of 10, Who we are")
    jon.type(f"I came by boat. {EARLY}")
    jon.expect("^you: ready. Everybody: 1 writing, 1 ready.")
    jon.type("/edit")
    jon.expect("^draft: Your words are kept")
    jon.program.has_said("^you: writing. Everybody: 2 writing.")
    jon.type("/send")
    jon.expect("^you: ready. Everybody: 1 writing, 1 ready.")
    # M8: nothing of it has left the device.
    assert not host.program.matching(EARLY)
    host.type("/release", "y")
    meeting.everybody_expects("^turn: What was written is released, one at a time")
    meeting.everybody_expects(f": I came by boat. {EARLY}")
    host.type("/readon")
    mara.expect("^turn: You have the floor")
    mara.type("/pass")
    mara.expect("^turn: You have the floor")
    mara.type(f"I will say it after all. {EARLY}")
    meeting.everybody_expects("^turn: The round is complete")


def raise_three_hands(meeting: Meeting, host: Somebody, mara: Somebody, jon: Somebody) -> list[str]:
    """One gets the floor at once, two wait in the same order for everybody."""
    host.type("/stage 7")
    meeting.everybody_expects("^stage: 7 of 10, What helps a little")
    jon.type(f"/raise about {MIDDLE}")
    meeting.everybody_expects(f"^turn: ({JON}|You) ha(s|ve) the floor")
    mara.type("/raise")
    meeting.everybody_expects(f"^turn: {MARA} raises a hand")
    host.type("/raise")
    meeting.everybody_expects(f"^turn: {HOST} raises a hand")
    queue = host.queue()
    # S4: in this stage who has spoken least is called first, and everybody reads the same places.
    order = "queue: Order: who has spoken least comes first."
    assert queue[1:] == [f"queue: 1. {HOST}.", f"queue: 2. {MARA}.", order]
    assert mara.queue() == queue
    assert jon.queue() == queue
    return queue


def come_late(meeting: Meeting, jon: Somebody, queue: list[str]) -> Somebody:
    """Whoever comes late sees where the meeting is, and nothing of what was said."""
    late = meeting.admit(LATE)
    assert late.queue() == queue
    jon.type(f"The sea. {MIDDLE}")
    meeting.everybody_expects(f": The sea. {MIDDLE}")
    assert not late.program.matching(EARLY)
    return late


def the_relay_knows_nothing(relay: Relay, host: Somebody) -> None:
    """On its disk and in its memory is nothing that anybody said, was called or planned."""
    secrets = secrets_of(host.stages())
    files = [file for file in relay.data.rglob("*") if file.is_file()]
    assert {"relay.db", "relay.db-wal"} <= {file.name for file in files}
    for file in files:
        kept = file.read_bytes()
        assert not [word for word in secrets if word in kept], file.name
    if can_read_memory(relay.program.process.pid):
        assert not memory_holds(relay.program.process.pid, secrets)
        # Guards the line above: where the words are, this finds them.
        assert MIDDLE.encode() in memory_holds(host.program.process.pid, secrets)


def remove(meeting: Meeting, mara: Somebody) -> None:
    """Whoever is removed is told so, and reads nothing after."""
    host = meeting.host
    host.type(f"/remove {MARA}", "y")
    mara.expect("You are no longer a member of this meeting")
    assert mara.program.ends() == 0
    meeting.people.remove(mara)
    meeting.everybody_expects(f"^room: .*({HOST}|You) ha(s|ve) removed {MARA}")
    host.type(f"We go on without her. {AFTER}")
    meeting.everybody_expects(f": We go on without her. {AFTER}")
    assert not mara.program.matching(AFTER)


def close(meeting: Meeting) -> None:
    """After the closing round the host ends the meeting for everybody."""
    meeting.host.type("/stage 9")
    meeting.everybody_expects("^stage: 9 of 10, Closing round")
    meeting.host.type("Go gently.")
    meeting.everybody_expects(": Go gently.")
    meeting.host.type("/close", "y")
    for person in meeting.people:
        assert person.program.ends() == 0
        assert person.program.matching("^room: .*(over|closed)")


def secrets_of(stage_lines: list[str]) -> list[bytes]:
    """Return everything that the relay must not have."""
    titles = [line.split(", ", 1)[1].rsplit(",", 1)[0] for line in stage_lines]
    # Short titles are words that any program may contain; these two are not.
    unusual = [title for title in titles if " " in title]
    assert {"Who we are", "What helps a little"} <= set(unusual)
    words = ["Kestrelgarden", HOST, MARA, JON, LATE, EARLY, MIDDLE, *unusual]
    return [word.encode() for word in words]
