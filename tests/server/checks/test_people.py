"""What the doctor sees of what people meet at the door."""

from dataclasses import replace

from holdspace.server.checks import How
from holdspace.server.checks.people import at_the_door
from holdspace.server.config import Config, Listen, Operator, RoomCode, Rooms

FOR_OTHERS = Config(listen=Listen(origins=("wss://relay.example",)))
CODE = RoomCode(bytes(32), 3, "for the Tuesday group")


def found(config: Config) -> dict[str, How]:
    return {one.what: one.how for one in at_the_door(config)}


def test_a_relay_for_this_machine_only_needs_neither() -> None:
    assert found(Config()) == {}


def test_a_relay_for_others_that_nobody_can_use_is_told() -> None:
    assert found(FOR_OTHERS) == {"rooms": How.WARN, "card": How.WARN}


def test_a_code_a_declared_host_or_an_open_door_lets_somebody_open_a_room() -> None:
    for rooms in (Rooms(codes=(CODE,)), Rooms(declared=(bytes(32),)), Rooms(open=True)):
        assert found(replace(FOR_OTHERS, rooms=rooms))["rooms"] is How.PASS


def test_a_card_says_who_runs_it_and_how_to_reach_them() -> None:
    whole = Operator(runs_it="Anna Berg", contact="relay@centre.example")
    assert found(replace(FOR_OTHERS, operator=whole))["card"] is How.PASS
    for part in (replace(whole, contact=""), replace(whole, runs_it=""), Operator(keeps="little")):
        assert found(replace(FOR_OTHERS, operator=part))["card"] is How.WARN
