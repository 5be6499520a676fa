"""What others can send us, and the function of ours that reads it: one row for each decoder.

`./dev fuzz` drives these with coverage to guide it, and test_fuzz.py with a small dose of damaged
seeds in every test run. A target takes any bytes at all; either it returns, or it raises one of its
`refusals`. In the rows named "... of a member" the attacker sits in the room: what was fuzzed is
signed, tagged and encrypted as it should be, so that it is not stopped at the door.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial

from fuzz_files import FILE_TARGETS
from fuzz_judge import Target
from fuzz_rooms import ROOM_TARGETS
from fuzz_scene import SUITE, harvest, scene
from fuzz_seats import SEAT_TARGETS
from holdspace.protocol.mls import (
    CodecError,
    GroupContextExtensions,
    HPKEKeyPair,
    Proposal,
    cipher_suite,
    framing,
    join_by_external_commit,
    join_group,
    key_schedule,
    read_key_package,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.codec import Struct, registered_structs
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    Commit,
    ContentType,
    EncryptedGroupSecrets,
    FramedContent,
    GroupInfo,
    GroupSecrets,
    HPKECiphertext,
    MLSMessage,
    PrivateContentAAD,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderData,
    SenderDataAAD,
    SenderType,
    Welcome,
    WireFormat,
)
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.secret_tree import RatchetKind
from holdspace.protocol.mls.structs import LeafNode
from holdspace.protocol.mls.testing import NOW, seeded_random
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.validation import check_group_extensions, check_leaf_node, check_tree
from holdspace.protocol.mls.welcome import (
    WelcomeSecrets,
    open_group_info,
    open_group_secrets,
    read_welcome,
)


def read_struct(struct: type[Struct], outers: tuple[int | None, ...], data: bytes) -> None:
    """Read one value; whatever is accepted has no second encoding."""
    chosen, body = outers[0], data
    if len(outers) > 1:
        chosen, body = outers[sum(data[:1]) % len(outers)], data[1:]
    if struct.decode_given(body, chosen).encode_given(chosen) != body:
        raise AssertionError("what was read is written differently")


def seeds_of_struct(struct: type[Struct]) -> Iterable[bytes]:
    """Return values of a struct as they occur in a room."""
    found = harvest().get(struct.__name__, ())
    if needs_outer(struct):
        return [bytes([kind]) + seed for kind in range(len(ContentType)) for seed in found]
    return found


def needs_outer(struct: type[Struct]) -> bool:
    """Tell whether a struct is read by what stands around it."""
    return any(field.rule is not None and field.rule.field == "outer" for field in struct.fields)


def struct_targets() -> dict[str, Target]:
    """Return one target for every struct there is."""
    targets = {}
    for struct in registered_structs():
        outers = tuple(ContentType) if needs_outer(struct) else (None,)
        read = partial(read_struct, struct, outers)
        targets[struct.__name__] = Target(read, partial(seeds_of_struct, struct))
    return targets


def read_message(data: bytes) -> None:
    """Take a message into a live group, by the door and with a clock."""
    scene().reader.process(data, policy=unsafe_accept_everything, now=NOW)


def read_tree(data: bytes) -> None:
    """Read a tree from a stranger and check all that is checked of it."""
    tree = RatchetTree.decode(data)
    if tree.encode() != data:
        raise AssertionError("what was read is written differently")
    tree_hash(SUITE, tree.root)
    check_tree(SUITE, tree, group_id=scene().sender.group_id, extensions=())


def read_leaf(data: bytes) -> None:
    """Read a leaf and check what can be checked of it alone."""
    leaf_node = LeafNode.decode(data)
    check_leaf_node(SUITE, leaf_node, source=leaf_node.leaf_node_source, group_id=b"circle")


def read_extensions(data: bytes) -> None:
    """Read what a group carries, and the lists inside."""
    check_group_extensions(GroupContextExtensions.decode(data).extensions)


def open_sealed(data: bytes) -> None:
    """Open what was sealed to a key of ours, in the suite that the first byte chooses."""
    if not data:
        return
    suites = supported_suites()
    suite = cipher_suite(suites[data[0] % len(suites)])
    suite.decrypt_with_label(
        hpke_key(suite.id), "label", b"", ciphertext=HPKECiphertext.decode(data[1:])
    )


@cache
def hpke_key(number: int) -> HPKEKeyPair:
    """Return our key in a suite, always the same one."""
    return cipher_suite(number).generate_key_pair(seeded_random(number))


def sealed_seeds() -> Iterable[bytes]:
    """Return something sealed to us in each suite."""
    for at, number in enumerate(supported_suites()):
        sealed = cipher_suite(number).encrypt_with_label(
            hpke_key(number).public_key,
            "label",
            b"",
            plaintext=b"hello",
            random=seeded_random(at),
        )
        yield bytes([at]) + sealed.encode()


def join(data: bytes) -> None:
    """Join by a Welcome."""
    join_group(data, scene().newcomer, now=NOW, policy=unsafe_accept_everything)


def join_by_group_info(data: bytes) -> None:
    """Commit ourselves into the group that a GroupInfo tells of."""
    join_by_external_commit(
        data,
        scene().newcomer,
        now=NOW,
        random=seeded_random(1),
        policy=unsafe_accept_everything,
    )


def join_by_what_a_member_seals(data: bytes) -> None:
    """Join by a Welcome in which GroupSecrets and GroupInfo are the attacker's, and open."""
    split = int.from_bytes(data[:2])
    group_secrets, group_info = data[2 : 2 + split], data[2 + split :]
    own = scene().newcomer
    joiner_secret = decoded_joiner_secret(group_secrets)
    psk_secret = key_schedule.psk_secret(SUITE, ())
    key, nonce = key_schedule.welcome_key_and_nonce(
        SUITE, key_schedule.welcome_secret(SUITE, joiner_secret, psk_secret)
    )
    encrypted_group_info = SUITE.aead_seal(key, nonce, b"", group_info)
    sealed = SUITE.encrypt_with_label(
        own.key_package.init_key,
        "Welcome",
        encrypted_group_info,
        plaintext=group_secrets,
        random=seeded_random(2),
    )
    new_member = SUITE.key_package_ref(own.key_package.encode())
    secrets = (EncryptedGroupSecrets(new_member, sealed),)
    join(MLSMessage.of(Welcome(SUITE.id, secrets, encrypted_group_info)).encode())


def decoded_joiner_secret(group_secrets: bytes) -> bytes:
    """Return the secret that the Welcome's other half must be sealed with, if there is one."""
    try:
        return GroupSecrets.decode(group_secrets).joiner_secret
    except CodecError:
        return b""


def inside_welcome() -> Iterable[bytes]:
    """Return what the Welcome of the room hides."""
    welcome = read_welcome(scene().welcome)
    group_secrets = open_group_secrets(welcome, scene().newcomer)
    secrets = WelcomeSecrets(group_secrets.joiner_secret, key_schedule.psk_secret(SUITE, ()))
    first = group_secrets.encode()
    second = open_group_info(SUITE, welcome, secrets).encode()
    yield len(first).to_bytes(2) + first + second


def hear_member(wire_format: WireFormat, content_type: ContentType, data: bytes) -> None:
    """Take what a member says in our group, signed, tagged and encrypted as it should be."""
    group = scene().sender
    content = Commit.decode(data) if content_type == ContentType.commit else Proposal.decode(data)
    framed = FramedContent(
        group_id=group.group_id,
        epoch=group.epoch,
        sender=Sender.member(group.own_leaf_index),
        content_type=content_type,
        content=content,
    )
    signed = framing.sign(group.framing(), group.signature_key_pair, framed, wire_format)
    if content_type == ContentType.commit:
        signed = framing.with_confirmation_tag(signed, bytes(SUITE.n_h))
    hear(wire_format, signed)


def hear_newcomer(data: bytes) -> None:
    """Take an external commit, signed by somebody who is not in the group."""
    group, own = scene().sender, scene().newcomer
    framed = FramedContent(
        group_id=group.group_id,
        epoch=group.epoch,
        sender=Sender(sender_type=SenderType.new_member_commit),
        content_type=ContentType.commit,
        content=Commit.decode(data),
    )
    key_pair = SUITE.signature.load(own.signature_private_key)
    signed = framing.sign(group.framing(), key_pair, framed, WireFormat.mls_public_message)
    hear(WireFormat.mls_public_message, framing.with_confirmation_tag(signed, bytes(SUITE.n_h)))


def external_commits() -> Iterable[bytes]:
    """Return the commit by which the newcomer of the room lets themselves in."""
    for message in scene().messages:
        match MLSMessage.decode(message).body:
            case PublicMessage(content=FramedContent(sender=sender, content=Commit() as commit)):
                if sender.sender_type == SenderType.new_member_commit:
                    yield commit.encode()


def join_by_group_info_of_a_member(data: bytes) -> None:
    """Commit ourselves into the group of a GroupInfo that a member has signed, whatever it says."""
    told = GroupInfo.decode(data)
    signature = SUITE.sign_with_label(scene().sender.signature_key_pair, "GroupInfoTBS", told.tbs())
    join_by_group_info(MLSMessage.of(replace(told, signature=signature)).encode())


def hear(wire_format: WireFormat, signed: AuthenticatedContent) -> None:
    """Frame what a member has signed, and take it."""
    group = scene().sender
    if wire_format == WireFormat.mls_public_message:
        read_message(MLSMessage.of(framing.protect_public(group.framing(), signed)).encode())
    else:
        _, sealed = framing.protect_private(
            group.framing(), signed, group.secret_tree, random=bytes
        )
        read_message(MLSMessage.of(sealed).encode())


def hear_what_a_member_encrypts(data: bytes) -> None:
    """Take a private message whose sender data and plaintext are the attacker's."""
    group = scene().sender
    content_type = list(ContentType)[data[0] % 3] if data else ContentType.application
    sender_data, plaintext = data[1:13], data[13:]
    epoch, suite = group.framing(), SUITE
    said = content_type == ContentType.application
    kind = RatchetKind.application if said else RatchetKind.handshake
    _, key = group.secret_tree.take_next(group.own_leaf_index, kind)
    aad = PrivateContentAAD(group.group_id, group.epoch, content_type, b"").encode()
    nonce = bytes(a ^ b for a, b in zip(key.nonce, sender_data[8:] + bytes(12), strict=False))
    ciphertext = suite.aead_seal(key.key, nonce, aad, plaintext)
    data_key, data_nonce = key_schedule.sender_data_keys(
        suite, epoch.secrets.sender_data_secret, ciphertext
    )
    data_aad = SenderDataAAD(group.group_id, group.epoch, content_type).encode()
    read_message(
        MLSMessage.of(
            PrivateMessage(
                group_id=group.group_id,
                epoch=group.epoch,
                content_type=content_type,
                authenticated_data=b"",
                encrypted_sender_data=suite.aead_seal(data_key, data_nonce, data_aad, sender_data),
                ciphertext=ciphertext,
            )
        ).encode()
    )


def encrypted_seeds() -> Iterable[bytes]:
    """Return what a member says, and one of its first keys."""
    sender_data = SenderData(scene().sender.own_leaf_index, 0, bytes(4)).encode()
    for at, struct in enumerate((None, Proposal, Commit)):
        for content in harvest()[struct.__name__] if struct else (b"\5hello",):
            yield bytes([at]) + sender_data + content + b"\x40\x40" + bytes(64)


def room_messages() -> Iterable[bytes]:
    """Return every message of the room."""
    return (*scene().messages, scene().welcome, scene().newcomer.message)


def contents(kind: type[Struct]) -> Iterable[bytes]:
    """Return what members propose or commit in the room."""
    return harvest()[kind.__name__]


def member_targets() -> dict[str, Target]:
    """Return the targets in which the attacker is a member."""
    kinds: tuple[tuple[ContentType, type[Struct]], ...] = (
        (ContentType.proposal, Proposal),
        (ContentType.commit, Commit),
    )
    return {
        f"{kind.name} of a member, {wire_format.name.removeprefix('mls_')}": Target(
            partial(hear_member, wire_format, kind), partial(contents, struct)
        )
        for wire_format in (WireFormat.mls_public_message, WireFormat.mls_private_message)
        for kind, struct in kinds
    }


TARGETS: dict[str, Target] = {
    **struct_targets(),
    **member_targets(),
    "message to a member": Target(read_message, room_messages),
    "plaintext of a member": Target(hear_what_a_member_encrypts, encrypted_seeds),
    "key package": Target(
        lambda data: read_key_package(SUITE, data, now=NOW), lambda: [scene().newcomer.message]
    ),
    "welcome": Target(join, lambda: [scene().welcome]),
    "inside a welcome": Target(join_by_what_a_member_seals, inside_welcome),
    "group info": Target(join_by_group_info, lambda: [scene().group_info]),
    "group info of a member": Target(
        join_by_group_info_of_a_member, lambda: harvest()["GroupInfo"]
    ),
    "commit of a newcomer": Target(hear_newcomer, external_commits),
    "ratchet tree": Target(read_tree, lambda: [scene().sender.tree.encode()]),
    "leaf": Target(read_leaf, lambda: harvest()["LeafNode"]),
    "group extensions": Target(read_extensions, lambda: harvest()["GroupContextExtensions"]),
    "hpke": Target(open_sealed, sealed_seeds),
    **ROOM_TARGETS,
    **SEAT_TARGETS,
    **FILE_TARGETS,
}
