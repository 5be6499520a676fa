"""Who may do what, and which commits are within anybody's rights (R6, ML04)."""

import hashlib

import msgspec
import pytest
from msgspec.structs import replace

from holdspace.protocol.keys import SigningKey, verify
from holdspace.protocol.meeting.roles import (
    MAX_PEOPLE,
    RIGHTS,
    ROLES_EXTENSION,
    Act,
    FacilitatorRole,
    PolicyRefused,
    RoleEntry,
    RolesExtension,
    check_roles,
    decode_roles,
    encode_roles,
    identity_of,
    judge_commit,
    make_roles,
    may,
    vouch,
)

ROOM, MEETING = b"room............", b"meeting........."
ROOT = SigningKey.from_seed(bytes(32))
OTHER_ROOT = SigningKey.from_seed(bytes([1]) * 32)
MARA, EVA, ANA, BEN = (identity_of(name) for name in (b"Mara", b"Eva", b"Ana", b"Ben"))
EVERYBODY = (MARA, EVA, ANA, BEN)
SLOTS = tuple(bytes([number]) * 32 for number in range(8))


def entry(who: bytes, role: FacilitatorRole, root: SigningKey = ROOT) -> RoleEntry:
    return vouch(root, who, role, room=ROOM, meeting=MEETING)


def roles(*entries: RoleEntry) -> RolesExtension:
    return make_roles(ROOT.public, entries, SLOTS)


HOST, CO = entry(MARA, "host"), entry(EVA, "co-facilitator")
PRIOR = roles(HOST, CO)


def check(following: RolesExtension, *members: bytes) -> None:
    check_roles(PRIOR, following, members=members or EVERYBODY, room=ROOM, meeting=MEETING)


def test_a_list_of_vouched_members_is_accepted_and_read_back() -> None:
    check(PRIOR)
    assert decode_roles(encode_roles(PRIOR)) == PRIOR
    assert [PRIOR.role_of(who) for who in EVERYBODY] == [
        "host",
        "co-facilitator",
        "member",
        "member",
    ]


def test_the_first_list_of_a_meeting_has_nothing_before_it() -> None:
    check_roles(None, PRIOR, members=EVERYBODY, room=ROOM, meeting=MEETING)


ELSEWHERE = vouch(ROOT, ANA, "co-facilitator", room=ROOM, meeting=b"another meeting.")
REFUSED_LISTS: dict[str, tuple[RolesExtension, str]] = {
    "nobody left": (roles(), "without a facilitator"),
    "somebody twice": (roles(HOST, CO, CO), "twice"),
    "out of order": (replace(PRIOR, entries=PRIOR.entries[::-1]), "out of order"),
    "not a member": (roles(HOST, entry(identity_of(b"Zed"), "co-facilitator")), "not in the room"),
    "two hosts": (roles(HOST, entry(EVA, "host")), "two hosts"),
    "vouched by somebody else": (
        roles(HOST, entry(EVA, "co-facilitator", OTHER_ROOT)),
        "did not vouch",
    ),
    "vouched for another meeting": (roles(HOST, ELSEWHERE), "did not vouch"),
    "vouched for another role": (roles(HOST, replace(CO, role="host")), "two hosts"),
    "a vouch borrowed from another": (roles(HOST, replace(CO, identity=ANA)), "did not vouch"),
    "a role raised": (roles(replace(CO, role="host")), "did not vouch"),
    "another host key": (replace(PRIOR, host_key=OTHER_ROOT.public), "replace the host's key"),
    "an unsafe host key": (
        replace(PRIOR, host_key=bytes([1] + [0] * 31)),
        "can be trusted",
    ),
    "a slot twice": (replace(PRIOR, slots=(SLOTS[0], *SLOTS[:7])), "are the same"),
}


@pytest.mark.parametrize("what", REFUSED_LISTS)
def test_ml04_a_list_that_breaks_a_rule_is_refused(what: str) -> None:
    following, words = REFUSED_LISTS[what]
    with pytest.raises(PolicyRefused, match=words):
        check(following)


def test_a_meeting_has_a_bound() -> None:
    crowd = [identity_of(bytes([number])) for number in range(MAX_PEOPLE - 1)]
    check(PRIOR, MARA, EVA, *crowd[: MAX_PEOPLE - 2])
    with pytest.raises(PolicyRefused, match="more people"):
        check(PRIOR, MARA, EVA, *crowd)


def judge(
    sender: bytes,
    *,
    added: tuple[bytes, ...] = (),
    removed: tuple[bytes, ...] = (),
    following: RolesExtension = PRIOR,
) -> None:
    judge_commit(PRIOR, sender, added=added, removed=removed, following=following)


WITH_ANA = roles(HOST, CO, entry(ANA, "co-facilitator"))
NEW_SLOTS = replace(PRIOR, slots=SLOTS[::-1])


@pytest.mark.parametrize("sender", [MARA, EVA])
def test_facilitators_let_in_remove_and_change_their_relay_keys(sender: bytes) -> None:
    judge(sender, added=(identity_of(b"Lea"),))
    judge(sender, removed=(ANA,))
    judge(sender, following=NEW_SLOTS)


def test_only_the_host_changes_roles() -> None:
    judge(MARA, following=WITH_ANA)
    judge(MARA, following=roles(HOST))
    for following in (WITH_ANA, roles(HOST), roles(CO)):
        with pytest.raises(PolicyRefused, match="co-facilitator tried to change roles"):
            judge(EVA, following=following)


def test_a_member_commits_nothing_not_even_an_empty_path() -> None:
    for added, removed, following in (
        ((), (), PRIOR),
        ((BEN,), (), PRIOR),
        ((), (BEN,), PRIOR),
        ((), (), WITH_ANA),
    ):
        with pytest.raises(PolicyRefused, match="Only facilitators"):
            judge(ANA, added=added, removed=removed, following=following)


def test_removal_takes_the_role_along() -> None:
    judge(EVA, removed=(MARA,), following=roles(CO))
    judge(MARA, removed=(EVA,), following=roles(HOST))
    # The list keeps somebody who is gone: nobody may leave a role behind (check_roles says so too).
    with pytest.raises(PolicyRefused):
        check(PRIOR, MARA, ANA, BEN)


def test_a_facilitator_who_comes_back_in_one_commit_is_still_one() -> None:
    judge(MARA, removed=(EVA,), added=(EVA,))
    with pytest.raises(PolicyRefused, match="change roles"):
        judge(EVA, removed=(MARA,), added=(MARA,), following=roles(CO))


def test_a_host_whose_program_died_is_put_back_by_whoever_leads_and_nobody_else_is() -> None:
    hostless, lea = roles(CO), identity_of(b"Lea")
    back, false = roles(CO, entry(lea, "host")), roles(CO, entry(lea, "host", OTHER_ROOT))
    judge_commit(hostless, EVA, added=(), removed=(), following=back)
    with pytest.raises(PolicyRefused, match="Only facilitators"):
        judge_commit(hostless, ANA, added=(), removed=(), following=back)
    for more in (roles(CO, entry(lea, "host"), entry(ANA, "co-facilitator")), roles()):
        with pytest.raises(PolicyRefused, match="change roles"):
            judge_commit(hostless, EVA, added=(), removed=(), following=more)
    # Where there is a host there is no other, and nobody is one without the root key's word.
    with pytest.raises(PolicyRefused, match="change roles"):
        judge(EVA, following=roles(HOST, CO, entry(lea, "host")))
    with pytest.raises(PolicyRefused, match="did not vouch"):
        check_roles(hostless, false, members=(EVA, lea), room=ROOM, meeting=MEETING)


HOSTILE_BYTES = {
    "nothing": b"",
    "trailing bytes": encode_roles(PRIOR) + b"\x00",
    "a longer spelling": b"\xdc\x00\x03" + encode_roles(PRIOR)[1:],
    "too long": bytes(9000),
    "nested without end": b"\x91" * 5000,
    "a member in the list": msgspec.msgpack.encode(
        [ROOT.public, [[MARA, "member", bytes(64)]], list(SLOTS)]
    ),
    "nine facilitators": msgspec.msgpack.encode(
        [ROOT.public, [[bytes([n]) * 32, "host", bytes(64)] for n in range(9)], list(SLOTS)]
    ),
    "seven slots": msgspec.msgpack.encode(
        [ROOT.public, [[MARA, "host", bytes(64)]], list(SLOTS[:7])]
    ),
}


@pytest.mark.parametrize("what", HOSTILE_BYTES)
def test_bytes_that_are_no_list_are_refused(what: str) -> None:
    with pytest.raises(PolicyRefused):
        decode_roles(HOSTILE_BYTES[what])


def test_every_act_has_a_row_and_members_have_no_power_over_others() -> None:
    assert set(RIGHTS) == set(Act)
    assert {act for act in Act if may("member", act)} == {
        Act.SHARE,
        Act.RAISE_HAND,
        Act.LOWER_HAND,
        Act.PASS,
        Act.NOD,
        Act.HEARTBEAT,
        Act.LEAVE,
        Act.BE_READY,
        Act.LATER,
        Act.STEP_BACK,
        Act.ANSWER_INVITE,
        Act.TAKE_BACK,
        Act.FOLD,
        Act.REST,
        Act.UNDO,
        Act.LETTER,
        Act.WHISPER,
        Act.BE_WILLING,
        Act.COME_BACK,
        Act.CALL_FACILITATOR,
        Act.OFFER,
        Act.ANSWER_OFFER,
        Act.BE_COUNTED,
        Act.ASK_FOR_IDEAS,
        Act.GIVE_IDEA,
        Act.CHOOSE_IDEA,
        Act.PUT_BOARD_AWAY,
    }
    assert {act for act in Act if may("host", act)} - {
        act for act in Act if may("co-facilitator", act)
    } == {Act.CHANGE_ROLES, Act.SET_SCHEDULE}


@pytest.mark.parametrize(
    ("act", "added", "removed", "following"),
    [
        (Act.ADD, (BEN,), (), PRIOR),
        (Act.REMOVE, (), (ANA,), PRIOR),
        (Act.REMOVE_FACILITATOR, (), (EVA,), roles(HOST)),
        (Act.CHANGE_ROLES, (), (), WITH_ANA),
        (Act.CHANGE_SLOTS, (), (), NEW_SLOTS),
    ],
)
def test_each_part_of_a_commit_is_judged_by_its_own_row_of_the_table(
    act: Act,
    added: tuple[bytes, ...],
    removed: tuple[bytes, ...],
    following: RolesExtension,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for other in {Act.ADD, Act.REMOVE, Act.REMOVE_FACILITATOR, Act.CHANGE_ROLES, Act.CHANGE_SLOTS}:
        monkeypatch.setitem(RIGHTS, other, frozenset() if other != act else RIGHTS[act])
    judge(MARA, added=added, removed=removed, following=following)
    monkeypatch.setitem(RIGHTS, act, frozenset())
    with pytest.raises(PolicyRefused, match=f"tried to {act}"):
        judge(MARA, added=added, removed=removed, following=following)


def test_facilitators_are_whom_the_list_names() -> None:
    assert [PRIOR.is_facilitator(who) for who in EVERYBODY] == [True, True, False, False]


def test_a_refusal_can_name_every_act() -> None:
    assert all(Act)
    assert len({*Act}) == len(Act.__members__)


def test_as_many_facilitators_as_there_are_keys_and_all_of_them_alone_in_the_room() -> None:
    crowd = [identity_of(bytes([number])) for number in range(8)]
    many = [entry(who, "co-facilitator") for who in crowd]
    check(roles(HOST, *many[:7]), MARA, *crowd[:7])
    with pytest.raises(PolicyRefused, match="more facilitators than there are keys"):
        check(roles(HOST, *many), MARA, *crowd)


def test_a_list_is_as_long_as_a_list_may_be_and_no_longer() -> None:
    for length, words in ((8 * 1024, "cannot be read"), (8 * 1024 + 1, "too long")):
        with pytest.raises(PolicyRefused, match=words):
            decode_roles(bytes(length))


SHORT, LONG_KEY = ROOT.public[:-1], ROOT.public + b"\0"
WRONG_LENGTHS = {
    "a host key too short": [SHORT, [[MARA, "host", bytes(64)]], list(SLOTS)],
    "a host key too long": [LONG_KEY, [[MARA, "host", bytes(64)]], list(SLOTS)],
    "a vouch too short": [ROOT.public, [[MARA, "host", bytes(63)]], list(SLOTS)],
    "a vouch too long": [ROOT.public, [[MARA, "host", bytes(65)]], list(SLOTS)],
    "an identity too short": [ROOT.public, [[MARA[1:], "host", bytes(64)]], list(SLOTS)],
    "an identity too long": [ROOT.public, [[MARA + MARA, "host", bytes(64)]], list(SLOTS)],
    "nine slots": [ROOT.public, [[MARA, "host", bytes(64)]], [*SLOTS, MARA]],
    "nobody": [ROOT.public, [], list(SLOTS)],
}


@pytest.mark.parametrize("what", WRONG_LENGTHS)
def test_a_list_with_a_part_of_another_length_is_refused(what: str) -> None:
    with pytest.raises(PolicyRefused, match="cannot be read"):
        decode_roles(msgspec.msgpack.encode(WRONG_LENGTHS[what]))


def test_what_all_versions_must_agree_on() -> None:
    """Another label or number here, and people with two versions could not meet."""
    assert (ROLES_EXTENSION, MAX_PEOPLE) == (0xF0A0, 24)
    assert identity_of(b"Mara") == hashlib.sha256(b"holdspace identity" + b"Mara").digest()
    message = b"holdspace vouch v1" + ROOM + MEETING + MARA + b"host"
    assert verify(ROOT.public, HOST.vouch, message)
