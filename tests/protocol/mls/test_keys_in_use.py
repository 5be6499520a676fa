"""A bag of keys is a value, and counts as a dictionary would."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls.keys_in_use import LARGEST_BUCKET, KeyBag

# Few enough to meet again, and enough for several buckets.
keys = st.integers(0, 4 * LARGEST_BUCKET).map(lambda number: number.to_bytes(32))


@given(st.lists(keys, max_size=150), st.lists(keys, max_size=80), st.data())
def test_a_bag_counts_what_is_put_in_and_taken(
    first: list[bytes], more: list[bytes], data: st.DataObject
) -> None:
    bag = KeyBag.of(first)
    gone = data.draw(st.lists(st.sampled_from(first + more), unique=True) if first else st.just([]))
    left = Counter(first + more) - Counter(gone)
    after = bag.changed([], more).changed(gone, [])

    assert (after.count, after.distinct) == (left.total(), len(left))
    assert after.each_once is all(number == 1 for number in left.values())
    assert {key for key in {*first, *more} if key in after} == set(left)
    # What came before is as it was.
    assert (bag.count, bag.distinct) == (len(first), len(set(first)))


@given(st.lists(keys, min_size=1, max_size=90), st.lists(keys, max_size=90), st.data())
def test_what_goes_and_comes_at_once(
    first: list[bytes], come: list[bytes], data: st.DataObject
) -> None:
    gone = data.draw(st.lists(st.sampled_from(first), unique=True))
    after = KeyBag.of(first).changed(gone, come)
    left = Counter(first) - Counter(gone) + Counter(come)
    assert (after.count, after.distinct) == (left.total(), len(left))


def test_every_key_of_a_large_bag_is_found_and_no_other() -> None:
    keys = [number.to_bytes(32) for number in range(4000)]
    of_all_at_once = KeyBag.of(keys[:3000])
    grown = KeyBag().changed([], keys[:1500]).changed([], keys[1500:3000])
    shrunk = KeyBag.of(keys).changed(keys[3000:], [])
    for bag in (of_all_at_once, grown, shrunk):
        assert [key in bag for key in keys] == [True] * 3000 + [False] * 1000
        assert (bag.count, bag.distinct, bag.each_once) == (3000, 3000, True)
    assert KeyBag() == KeyBag.of([])


def test_a_bag_does_not_show_its_keys() -> None:
    assert repr(KeyBag.of([bytes(32)])) == "KeyBag(count=1, distinct=1)"


def test_a_change_shares_all_but_a_few_branches() -> None:
    bag = KeyBag.of(number.to_bytes(32) for number in range(2000))
    changed = bag.changed([], [b"one more"])
    assert isinstance(bag.branches, tuple)
    assert isinstance(changed.branches, tuple)
    shared = [a is b for a, b in zip(bag.branches, changed.branches, strict=True)]
    assert shared.count(False) == 1
