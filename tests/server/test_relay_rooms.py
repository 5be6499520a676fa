"""Stories of opening a room: who may, with which code, how many, and how often."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import Done, Greeting, Hello, OperatorCard
from holdspace.protocol.keys import Purpose, SigningKey, code_digest
from holdspace.protocol.refusals import Refusal
from holdspace.server.rooms import VISITOR_SHARE
from holdspace.server.terms import Terms
from relay_papers import Circle, key
from relay_table import Caller, Table, refused

CODE, OTHER_CODE = key("code"), key("other code")
CODES_ONLY = Terms(rooms_are_open=False, codes={CODE.public: 2, OTHER_CODE.public: 1})


@pytest.fixture
def host(table: Table) -> Caller:
    table.relay.agree(CODES_ONLY)
    return table.call()


def opened(caller: Caller, circle: Circle, code: SigningKey | None = None) -> list[Refusal]:
    """Ask for a room; return nothing if it was opened, and why not otherwise."""
    frame = caller.papers.open(circle, code)
    caller.news()
    answer = caller.send(frame)
    return [] if answer == [Done(frame.ref)] else refused(answer)


class TestWithCodesOnly:
    def test_without_a_code_no_room_is_opened(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        assert opened(host, circle) == [Refusal.NEEDS_CODE]
        assert table.relay.sizes == (1, 0, 0)

    def test_with_a_code_it_is(self, table: Table, circle: Circle, host: Caller) -> None:
        assert opened(host, circle, CODE) == []
        assert table.relay.sizes == (1, 1, 0)
        assert table.relay.rooms_of(CODE.public) == 1

    def test_a_code_that_was_not_given_out_is_worth_nothing(
        self, circle: Circle, host: Caller
    ) -> None:
        assert opened(host, circle, key("guessed")) == [Refusal.NEEDS_CODE]

    @pytest.mark.parametrize("wrong", ["key", "purpose", "room", "root key", "nonce"])
    def test_a_code_has_to_be_proved_for_this_very_room(
        self, table: Table, circle: Circle, host: Caller, wrong: str
    ) -> None:
        papers, other = host.papers, Circle("other")
        proof = papers.proof(
            OTHER_CODE if wrong == "key" else CODE,
            Purpose.OPEN if wrong == "purpose" else Purpose.CODE,
            room=other.room if wrong == "room" else circle.room,
            digest=code_digest((other if wrong == "root key" else circle).root.public),
        )
        if wrong == "nonce":
            proof = table.call().papers.open(circle, CODE).code_proof
        frame = replace(papers.open(circle, CODE), code_proof=proof)
        host.news()
        assert refused(host.send(frame)) == [Refusal.NEEDS_CODE]
        assert table.relay.sizes[1] == 0

    def test_a_code_keeps_as_many_rooms_as_it_says(self, table: Table, host: Caller) -> None:
        for name in ("one", "two"):
            assert opened(host, Circle(name), CODE) == []
        assert opened(host, Circle("three"), CODE) == [Refusal.CODE_IN_USE]
        assert opened(host, Circle("three"), OTHER_CODE) == []

    def test_a_room_that_is_forgotten_makes_place_for_another(
        self, table: Table, host: Caller
    ) -> None:
        for name in ("one", "two"):
            opened(host, Circle(name), CODE)
        table.wait(table.limits.room_minutes * 60 + 120)
        assert opened(table.call(), Circle("three"), CODE) == []

    def test_opening_again_takes_no_second_place_and_no_code(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        assert opened(host, circle, OTHER_CODE) == []
        assert opened(host, circle, OTHER_CODE) == []
        assert opened(host, circle) == []
        assert table.relay.rooms_of(OTHER_CODE.public) == 1

    def test_a_room_may_change_to_another_code(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        opened(host, circle, CODE)
        assert opened(host, circle, OTHER_CODE) == []
        counts = [table.relay.rooms_of(code.public) for code in (CODE, OTHER_CODE)]
        assert counts == [0, 1]

    def test_a_code_that_was_taken_back_keeps_its_rooms_no_longer(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        opened(host, circle, CODE)
        table.relay.agree(Terms(rooms_are_open=False))
        assert table.relay.sizes[1] == 1
        assert opened(host, circle) == [Refusal.NEEDS_CODE]

    def test_a_declared_host_needs_no_code(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        declared = frozenset((circle.root.public,))
        table.relay.agree(Terms(rooms_are_open=False, declared=declared))
        assert opened(host, circle) == []
        assert opened(host, Circle("other")) == [Refusal.NEEDS_CODE]

    def test_the_code_of_a_room_is_kept(self, table: Table, circle: Circle, host: Caller) -> None:
        opened(host, circle, CODE)
        table.start_relay()
        assert table.relay.rooms_of(CODE.public) == 1

    def test_what_cannot_be_saved_takes_no_place(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        opened(host, circle, CODE)
        table.disk_is_full = True
        assert opened(host, circle, OTHER_CODE) == [Refusal.NOT_SAVED]
        assert opened(host, Circle("new"), OTHER_CODE) == [Refusal.NOT_SAVED]
        assert table.relay.rooms_of(CODE.public) == 1
        assert table.relay.rooms_of(OTHER_CODE.public) == 0


class TestOpenToEverybody:
    def test_so_many_an_hour_and_no_more(self, table: Table) -> None:
        table.relay.agree(Terms(rooms_per_hour=2, codes={CODE.public: 1}))
        host = table.call()
        assert opened(host, Circle("one")) == []
        table.wait(1800)
        host = table.call()
        assert opened(host, Circle("two")) == []
        assert opened(host, Circle("three")) == [Refusal.RELAY_FULL]
        assert opened(host, Circle("one")) == []
        assert opened(host, Circle("four"), CODE) == []
        table.wait(1801)
        assert opened(table.call(), Circle("three")) == []

    def test_one_visitor_opens_no_more_than_a_share_of_them(self, table: Table) -> None:
        table.relay.agree(Terms(rooms_per_hour=2 * VISITOR_SHARE, codes={CODE.public: 9}))
        for name in ("one", "two"):
            assert opened(table.call(visitor=1), Circle(name)) == []
        assert opened(table.call(visitor=1), Circle("three")) == [Refusal.RELAY_FULL]
        # Others are not touched, and neither is who has a code or comes back to their room.
        assert opened(table.call(visitor=2), Circle("four")) == []
        assert opened(table.call(), Circle("five")) == []
        assert opened(table.call(visitor=1), Circle("six"), CODE) == []
        assert opened(table.call(visitor=1), Circle("one")) == []
        table.wait(3601)
        assert opened(table.call(visitor=1), Circle("three")) == []

    def test_a_code_that_is_no_longer_known_does_no_harm(
        self, table: Table, circle: Circle
    ) -> None:
        assert opened(table.call(), circle, CODE) == []


def test_everybody_reads_who_runs_the_relay(table: Table) -> None:
    card = OperatorCard("Anna Berg", "anna@relay.example", "Nothing.", "Be kind.")
    table.relay.agree(Terms(card))
    caller = table.call(says_hello=False)
    [greeting] = caller.send(Hello(1, 1))
    assert greeting == Greeting(1, caller.nonce, card)
