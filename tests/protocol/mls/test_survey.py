"""A survey of a tree says what one would find by asking every member."""

from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls import cipher_suite
from holdspace.protocol.mls.structs import Capabilities, Credential, CredentialType, LeafNode
from holdspace.protocol.mls.survey import NOTHING, Support, Survey
from holdspace.protocol.mls.testing import Circle

LEAF = Circle(cipher_suite(0x0001)).person("ada").key_package.leaf_node
FIELDS = ("versions", "cipher_suites", "extensions", "proposals", "credentials")
X509 = Credential(credential_type=CredentialType.x509, certificates=())

# Numbers apart, so that a list taken for another shows.
listed = {
    name: st.frozensets(st.integers(10 * at, 10 * at + 3)).map(lambda found: tuple(sorted(found)))
    for at, name in enumerate(FIELDS, 1)
}
leaves = st.builds(
    lambda capabilities, credential: replace(
        LEAF, capabilities=capabilities, credential=credential
    ),
    st.builds(Capabilities, **listed),
    st.sampled_from([LEAF.credential, X509]),
)


@given(st.lists(leaves | st.none(), min_size=1, max_size=5))
def test_all_support_what_each_of_them_lists(tree: list[LeafNode | None]) -> None:
    found = reduce(Survey.joined, map(Survey.of_leaf, tree))
    members = [leaf for leaf in tree if leaf is not None]
    if not members:
        assert found == NOTHING
        return
    assert found.credential_types == {leaf.credential.credential_type for leaf in members}
    for name in FIELDS:
        each = [frozenset(getattr(leaf.capabilities, name)) for leaf in members]
        assert getattr(found.support, name) == frozenset.intersection(*each)


def test_members_of_one_program_share_one_survey() -> None:
    # What makes a large group cheap: most members list the same.
    same = Survey.of_leaf(LEAF)
    assert Survey.of_leaf(replace(LEAF, encryption_key=b"another")) is same
    assert same.joined(same) is same
    assert same.joined(NOTHING) is same
    assert NOTHING.joined(same) is same
    support = Support.of(LEAF.capabilities)
    assert support.shared_with(Support.of(LEAF.capabilities)) is support
