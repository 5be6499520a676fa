"""Any story of a cluster: whatever relays hear late, lose or hear twice, they agree on one log.

The model holds only what was promised to people: acked entries, and the entries they were shown.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from cluster_table import Cluster, Side
from holdspace.protocol.frames import Ack, Entry
from holdspace.server.connections import Phase
from holdspace.server.limits import Limits
from holdspace.server.log.records import LogEntry
from relay_papers import Circle, welcome
from relay_table import Caller

CIRCLE = Circle()
MEMBERS = st.integers(0, 3)
SIDES = st.integers(0, 1)
FEW = st.integers(1, 4)
# Few, so that the same words are often under way twice.
WORDS = st.integers(0, 4).map("words {}".format)


class AnyStory(RuleBasedStateMachine):
    """Members sit at two relays, talk, change the epoch and move; the order is slow and uncertain."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster(Limits())
        self.sides = [self.cluster.join(), self.cluster.join()]
        self.members: dict[int, tuple[Side, Caller]] = {}
        self.epochs = dict.fromkeys(range(4), 0)
        self.shown: dict[int, list[Entry]] = {member: [] for member in range(4)}
        self.asked: dict[int, bytes] = {}
        self.acked: dict[bytes, int] = {}

    @initialize()
    def begin(self) -> None:
        host = self.sides[0].call()
        for frame in (host.papers.open(CIRCLE), host.papers.begin(CIRCLE)):
            host.send(frame)
            self.cluster.settle()

    @rule(member=MEMBERS, side=SIDES)
    def come(self, member: int, side: int) -> None:
        if member in self.members:
            self.members.pop(member)[1].hang_up()
        caller = self.sides[side].call()
        self.members[member] = (self.sides[side], caller)
        caller.attach(CIRCLE, self.epochs[member], len(self.shown[member]))

    @rule(members=st.lists(MEMBERS, min_size=1, max_size=4), words=WORDS)
    def say(self, members: list[int], words: str) -> None:
        for member in members:
            caller = self.there(member)
            frame = caller.papers.append(words, self.epochs[member])
            self.asked[frame.ref] = frame.message_id
            caller.send(frame)

    @rule(members=st.lists(MEMBERS, min_size=1, max_size=3), words=WORDS)
    def change_the_epoch(self, members: list[int], words: str) -> None:
        for member in members:
            caller = self.there(member)
            commit = f"{words} {member}"
            frame = caller.papers.bundle(
                CIRCLE, self.epochs[member], commit=commit, welcomes=(welcome(commit),)
            )
            self.asked[frame.ref] = frame.message_id
            caller.send(frame)

    @rule(side=SIDES, number=FEW)
    def some_is_stored(self, side: int, number: int) -> None:
        self.sides[side].store(number)

    @rule(side=SIDES, number=FEW)
    def some_is_heard(self, side: int, number: int) -> None:
        self.sides[side].hear(number)

    @rule(side=SIDES, comes_late=st.booleans())
    def an_answer_is_lost(self, side: int, comes_late: bool) -> None:
        self.sides[side].give_up(comes_late=comes_late)

    @rule(side=SIDES)
    def a_relay_is_killed(self, side: int) -> None:
        self.sides[side].start()

    @rule()
    def everything_arrives(self) -> None:
        self.cluster.settle()
        for side, caller in self.members.values():
            # Whoever came to a relay that lagged is not told that the meeting is not there.
            if caller.closed is None and side.callers.get(caller.number) is caller:
                assert side.relay._world.connections[caller.number].meeting is not None

    def there(self, member: int) -> Caller:
        """Return a member's connection; they come to their relay if they have none."""
        caller = self.here(member)
        if caller is None:
            self.come(member, member % 2)
            caller = self.members[member][1]
        return caller

    def here(self, member: int) -> Caller | None:
        """Take in what a member was sent, walk on, and return their connection if it is open."""
        if member not in self.members:
            return None
        side, caller = self.members[member]
        self.look(member, caller)
        if caller.closed is not None or side.callers.get(caller.number) is not caller:
            del self.members[member]
            return None
        connection = side.relay._world.connections[caller.number]
        while connection.phase is Phase.WALKING:
            caller.send(caller.papers.prove(CIRCLE, self.epochs[member]))
            self.look(member, caller)
        return caller

    def look(self, member: int, caller: Caller) -> None:
        for frame in caller.got:
            if isinstance(frame, Ack):
                # A message id has one place for ever, whichever relay is asked.
                place = self.acked.setdefault(self.asked[frame.ref], frame.seq)
                assert place == frame.seq
            elif isinstance(frame, Entry):
                assert frame.seq == len(self.shown[member]) + 1
                assert frame.epoch == self.epochs[member]
                self.shown[member].append(frame)
                self.epochs[member] += frame.commit
        caller.got.clear()

    @invariant()
    def nobody_sees_what_others_see_differently(self) -> None:
        for member in [*self.members]:
            self.look(member, self.members[member][1])
        longest = max(self.shown.values(), key=len)
        for shown in self.shown.values():
            assert shown == longest[: len(shown)]

    @invariant()
    def relays_differ_only_in_how_far_they_heard(self) -> None:
        logs = [side.entries.get(CIRCLE.meeting, []) for side in self.sides]
        longest = max(logs, key=len)
        for log in logs:
            assert log == longest[: len(log)]
        assert_one_commit_ends_each_epoch(longest)

    @override
    def teardown(self) -> None:
        """Heal everything: what was acked is there, and a relay that starts now agrees."""
        self.cluster.settle()
        fresh = self.cluster.join()
        log = fresh.entries[CIRCLE.meeting]
        assert all(side.entries[CIRCLE.meeting] == log for side in self.sides)
        seqs = fresh.relay._world.meetings[CIRCLE.meeting].seqs
        assert sorted(seqs.values()) == list(range(1, len(log) + 1))
        for message_id, seq in self.acked.items():
            assert seqs[message_id] == seq
        for member in range(4):
            self.come(member, member % 2)
            self.cluster.settle()
            while len(self.shown[member]) < len(log):
                before = len(self.shown[member])
                assert self.here(member) is not None
                assert len(self.shown[member]) > before


def assert_one_commit_ends_each_epoch(log: list[LogEntry]) -> None:
    epoch = 0
    for entry in log:
        assert entry.epoch == epoch
        epoch += entry.is_commit


AnyStory.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, derandomize=True
)
TestAnyStory = AnyStory.TestCase
