"""Any story at all: whatever people and the disk do, the relay keeps its promises.

A tiny model holds only what was promised: acked entries, and the entries each member was shown.
"""

from collections.abc import Callable
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from holdspace.protocol.frames import Ack, ClientFrame, Entry, Welcomed
from holdspace.server.connections import Phase
from holdspace.server.limits import Limits
from relay_papers import Circle, welcome
from relay_table import START, Caller, Table

CIRCLE = Circle()
MEMBERS = st.integers(0, 3)
WORDS = st.integers(0, 30).map("words {}".format)


def unsure(number: int, caller: Caller) -> ClientFrame:
    return caller.papers.append(f"unsure {number}", 0)


class AnyStory(RuleBasedStateMachine):
    """Members come, talk, change epochs, lose connections; the log is slow, full, or killed."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(Limits(meeting_bytes=100_000))
        self.members: dict[int, Caller] = {}
        # What each member's client remembers across connections: their epoch, and the last seq.
        self.epochs = dict.fromkeys(range(4), 0)
        self.read = dict.fromkeys(range(4), 0)
        self.shown: dict[int, list[Entry]] = {member: [] for member in range(4)}
        self.asked: dict[int, bytes] = {}
        self.acked: dict[bytes, int] = {}

    @initialize()
    def begin(self) -> None:
        host = self.table.call()
        host.send(host.papers.open(CIRCLE))
        host.send(host.papers.begin(CIRCLE))
        host.send(host.papers.invite(CIRCLE, int(START // 60) + 1000))

    @rule(member=MEMBERS, words=WORDS, is_early=st.booleans(), is_patient=st.booleans())
    def say(self, member: int, words: str, is_early: bool, is_patient: bool) -> None:
        if is_patient:
            self.be_there(member)
        epoch = self.epochs[member] + (is_early and not is_patient)
        self.ask(member, lambda one: one.papers.append(words, epoch))

    @rule(members=st.lists(MEMBERS, max_size=3), words=WORDS)
    def change_the_epoch(self, members: list[int], words: str) -> None:
        for member in members:
            self.be_there(member)
        for member in members:
            self.change(member, words)

    def change(self, member: int, words: str) -> None:
        epoch, welcomes = self.epochs[member], (welcome(words),)
        commit = f"{words} {member}"
        self.ask(
            member,
            lambda one: one.papers.bundle(CIRCLE, epoch, commit=commit, welcomes=welcomes),
        )

    @rule(writes=st.integers(0, 4), members=st.lists(MEMBERS, min_size=1, max_size=6))
    def a_slow_log_then_a_full_disk(self, writes: int, members: list[int]) -> None:
        for member in members:
            self.be_there(member)
        self.table.hold()
        for number, member in enumerate(members):
            self.table.disk_is_full = number >= writes
            if number % 3 == 1:
                self.change(member, f"unsure {number}")
            self.ask(member, partial(unsure, number))
        self.table.disk_is_full = False

    @rule(
        trouble=st.sampled_from(
            ["slow", "answers", "lost", "killed", "unread", "read_again", "read_some", "late"]
        )
    )
    def something_happens(self, trouble: str) -> None:
        getattr(self, trouble)()
        self.look()

    def slow(self) -> None:
        self.table.hold()

    def answers(self) -> None:
        self.table.let_go()

    def lost(self) -> None:
        if self.members:
            self.members.popitem()[1].hang_up()

    def killed(self) -> None:
        self.table.is_holding = self.table.are_reads_slow = False
        self.table.start_relay()
        self.members.clear()

    def unread(self) -> None:
        self.table.are_reads_slow = True

    def read_again(self) -> None:
        self.table.are_reads_slow = False
        while self.table.read_once():
            pass

    def read_some(self) -> None:
        self.table.read_once()

    def late(self) -> None:
        self.table.wait(16.0)

    def be_there(self, member: int) -> None:
        """Come back if the connection is gone, and walk as far as it goes."""
        caller = self.members.get(member)
        if caller is None or caller.closed is not None:
            self.members[member] = caller = self.table.call()
            caller.attach(CIRCLE, self.epochs[member], self.read[member])
        self.look()
        while self.is_walking(member):
            self.ask(member, lambda one: one.papers.prove(CIRCLE, self.epochs[member]))

    def is_walking(self, member: int) -> bool:
        caller = self.members[member]
        connection = self.table.relay._world.connections.get(caller.number)
        return connection is not None and connection.phase is Phase.WALKING

    @rule(words=WORDS)
    def a_welcome_is_only_for_a_commit_that_is_kept(self, words: str) -> None:
        caller = self.table.call()
        for frame in caller.send(caller.papers.knock(CIRCLE, words)):
            if isinstance(frame, Welcomed):
                (kept,) = self.kept(frame.seq - 1, frame.seq)
                assert kept.commit
        caller.hang_up()

    def ask(self, member: int, make: Callable[[Caller], ClientFrame]) -> None:
        caller = self.members.get(member)
        if caller is not None and caller.closed is None:
            frame = make(caller)
            self.asked[frame.ref] = getattr(frame, "message_id", b"")  # type: ignore[attr-defined]
            caller.send(frame)
            self.look()

    def look(self) -> None:
        """Take in what every member was sent, as their clients would."""
        for member, caller in self.members.items():
            for frame in caller.got:
                if isinstance(frame, Ack):
                    self.hear_ack(frame)
                elif isinstance(frame, Entry):
                    self.hear_entry(member, frame)
            caller.got.clear()

    def hear_ack(self, ack: Ack) -> None:
        message_id = self.asked[ack.ref]
        # A message id has one place for ever.
        assert self.acked.setdefault(message_id, ack.seq) == ack.seq

    def hear_entry(self, member: int, entry: Entry) -> None:
        # Without gaps, in order, and of no epoch the member has not proved.
        assert entry.seq == self.read[member] + 1
        assert entry.epoch == self.epochs[member]
        self.read[member] = entry.seq
        self.epochs[member] += entry.commit
        self.shown[member].append(entry)

    def kept(self, after: int = 0, up_to: int = 10_000) -> list[Entry]:
        entries = self.table.read(CIRCLE.meeting, after, up_to)
        return [Entry(one.seq, one.epoch, one.is_commit, one.payload) for one in entries]

    @invariant()
    def what_was_acked_is_kept_once(self) -> None:
        meetings = self.table.log.load().meetings
        ids = meetings[0].message_ids if meetings else {}
        for message_id, seq in self.acked.items():
            assert ids[message_id] == seq
        assert sorted(ids.values()) == list(range(1, len(ids) + 1))

    @invariant()
    def what_was_shown_is_kept(self) -> None:
        kept = self.kept()
        for shown in self.shown.values():
            assert all(kept[one.seq - 1] == one for one in shown)

    @invariant()
    def one_commit_ends_each_epoch(self) -> None:
        epoch = 0
        for entry in self.kept():
            assert entry.epoch == epoch
            epoch += entry.commit

    @override
    def teardown(self) -> None:
        """Heal everything: every member who comes back reads to the end (I8)."""
        self.table.disk_is_full = self.table.are_reads_slow = False
        self.table.let_go()
        while self.table.read_once():
            pass
        self.look()
        for member in range(4):
            self.be_there(member)
            assert self.shown[member] == self.kept()
        before = len(self.kept())
        self.say(0, "we are still here", is_early=False, is_patient=True)
        assert len(self.kept()) == before + 1


AnyStory.TestCase.settings = settings(
    max_examples=50, stateful_step_count=40, deadline=None, derandomize=True
)
TestAnyStory = AnyStory.TestCase
