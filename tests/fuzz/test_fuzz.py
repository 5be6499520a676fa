"""A small dose of fuzzing in every test run: the targets of `./dev fuzz`, and seeds damaged by fixed dice."""

from random import Random

import pytest

import fuzz
import fuzz_seats
import fuzz_targets
from fuzz_judge import MAX_BYTES, Finding, Judge, Target, damaged
from fuzz_targets import TARGETS
from holdspace.protocol.meeting.events import Share, encode_event
from holdspace.protocol.mls import CodecError
from holdspace.protocol.mls.codec import registered_structs

DOSE = {"flow file": 20}
every_target = pytest.mark.parametrize("name", TARGETS)


@every_target
def test_seeds_and_what_is_made_of_them_do_no_harm(name: str) -> None:
    target = TARGETS[name]
    seeds, judge = list(target.seeds()), Judge(target)
    for data in (b"", *seeds, *damaged(seeds or [bytes(40)], DOSE.get(name, 100), Random(name))):
        judge.take(data)


# What may stop a seed late: an attacker knows no confirmation tag, and cannot sign for somebody else.
LATE = ("the tag does not verify", "the signature does not verify")


@every_target
def test_something_gets_far_into_every_target_with_seeds(name: str) -> None:
    # A door that lets nothing through would look safe whatever is behind it.
    seeds = list(TARGETS[name].seeds())
    assert not seeds or any(gets_far(TARGETS[name], seed) for seed in seeds)


def test_most_targets_have_seeds() -> None:
    assert sum(1 for target in TARGETS.values() if list(target.seeds())) > 50


def gets_far(target: Target, data: bytes) -> bool:
    try:
        target.read(data)
    except target.refusals as refused:
        return str(refused) in LATE
    return True


def test_acts_and_letters_take_effect_in_the_seat_that_reads_them() -> None:
    [room, *_] = fuzz_seats.rooms()
    view = fuzz_seats.hear(room, room.ben, room.ana, encode_event(Share("Hello from the edge")))
    assert view is not None
    assert "Hello from the edge" in [passage.text for passage in view.transcript]
    assert not any("edge" in passage.text for passage in room.ana.view.transcript)


def test_every_struct_has_a_target() -> None:
    ours = {s for s in registered_structs() if s.__module__.startswith("holdspace.")}
    assert {struct.__name__ for struct in ours} <= TARGETS.keys()


def read_badly(data: bytes) -> None:
    """Be a decoder with every fault that a judge must see."""
    match data:
        case b"known":
            raise CodecError("this is how it should be")
        case b"unknown":
            raise IndexError("this is not")
        case b"slow":
            sum(range(10_000_000))
        case b"large":
            bytearray(MAX_BYTES + 1024)


@pytest.mark.parametrize(
    ("data", "found", "what"),
    [(b"unknown", IndexError, "is not"), (b"slow", Finding, "cost"), (b"large", Finding, "MiB")],
)
def test_the_judge_sees(
    data: bytes, found: type[Exception], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fuzz_judge.LOOK_EVERY", 1)
    judge = Judge(Target(read_badly, tuple, (CodecError,)))
    judge.take(b"known")
    with pytest.raises(found, match=what):
        judge.take(data)


def test_a_mistyped_target_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["welcom"]) == 2
    assert "'welcom'" in capsys.readouterr().out


def test_the_targets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--list"]) == 0
    assert capsys.readouterr().out.splitlines() == list(fuzz_targets.TARGETS)


def test_a_file_can_be_given_to_a_target() -> None:
    with pytest.raises(CodecError):
        fuzz.main(["Lifetime", "--input", __file__])
