"""Check cases of the official families welcome and passive-client-*.

A passive client only joins and follows; it is the outside view of all we do.
"""

from holdspace.protocol.mls import (
    ApplicationData,
    EpochChange,
    KeyPackage,
    OwnKeyPackage,
    ProposalReceived,
    cipher_suite,
    join_group,
    key_schedule,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.group_state import PreSharedKeys
from holdspace.protocol.mls.messages import MLSMessage, PreSharedKeyID
from holdspace.protocol.mls.welcome import (
    WelcomeSecrets,
    open_group_info,
    open_group_secrets,
    read_welcome,
)
from vectors_encoding import Case, unhex

PRIVATE_KEYS = ("init_priv", "encryption_priv", "signature_priv")


def verify_welcome(case: Case) -> None:
    """Open a Welcome whose tree we are not given."""
    suite, welcome = cipher_suite(case["cipher_suite"]), read_welcome(unhex(case, "welcome"))
    group_secrets = open_group_secrets(welcome, own_key_package(case))
    secrets = WelcomeSecrets(group_secrets.joiner_secret, key_schedule.psk_secret(suite, ()))
    group_info = open_group_info(suite, welcome, secrets)
    suite.verify_with_label(
        unhex(case, "signer_pub"),
        "GroupInfoTBS",
        group_info.tbs(),
        signature=group_info.signature,
    )
    context = group_info.group_context
    epoch = key_schedule.epoch_secrets(suite, secrets.joiner_secret, secrets.psk_secret, context)
    suite.verify_mac(
        epoch.confirmation_key, context.confirmed_transcript_hash, group_info.confirmation_tag
    )


def verify_passive_client(case: Case) -> None:
    """Join, and follow through every epoch of the case."""
    group = joined(case)
    past = {group.epoch: group.resumption_psk}
    for epoch in case["epochs"]:
        group = hear(group, epoch, case)
        for proposal in epoch["proposals"]:
            heard = process(group, bytes.fromhex(proposal), case, past)
            assert isinstance(heard, ProposalReceived)
            group = heard.group
        change = process(group, unhex(epoch, "commit"), case, past)
        assert isinstance(change, EpochChange)
        group = change.group
        assert group.epoch_authenticator == unhex(epoch, "epoch_authenticator")
        past[group.epoch] = group.resumption_psk
    hear(group, case, case)


def hear(group: Group, place: Case, case: Case) -> Group:
    """Read what was said, which only our own recordings tell."""
    for said in place.get("messages", ()):
        heard = process(group, unhex(said, "message"), case, {})
        assert isinstance(heard, ApplicationData)
        assert heard.data == unhex(said, "data")
        group = heard.group
    return group


def process(group: Group, message: bytes, case: Case, past: dict[int, bytes]) -> object:
    """Take one message of the case."""
    return group.process(message, policy=unsafe_accept_everything, psks=psks(case, past))


def joined(case: Case) -> Group:
    """Enter the group of the case."""
    own = own_key_package(case)
    lifetime = own.key_package.leaf_node.lifetime
    assert lifetime is not None
    given_tree = case["ratchet_tree"]
    group = join_group(
        unhex(case, "welcome"),
        own,
        # The official packages ended in 2024.
        now=lifetime.not_after - 1,
        policy=unsafe_accept_everything,
        psks=psks(case, {}),
        ratchet_tree=None if given_tree is None else bytes.fromhex(given_tree),
    )
    assert group.epoch_authenticator == unhex(case, "initial_epoch_authenticator")
    return group


def own_key_package(case: Case) -> OwnKeyPackage:
    """Return the key package of the case with as many private keys as are given."""
    key_package = MLSMessage.decode(unhex(case, "key_package")).body
    assert isinstance(key_package, KeyPackage)
    private = {name: unhex(case, name) if name in case else b"" for name in PRIVATE_KEYS}
    return OwnKeyPackage(
        key_package=key_package,
        init_private_key=private["init_priv"],
        encryption_private_key=private["encryption_priv"],
        signature_private_key=private["signature_priv"],
    )


def psks(case: Case, past: dict[int, bytes]) -> PreSharedKeys:
    """Return the pre-shared keys of the case and of its past epochs."""
    external = {unhex(psk, "psk_id"): unhex(psk, "psk") for psk in case["external_psks"]}

    def find(psk_id: PreSharedKeyID) -> bytes | None:
        if psk_id.psk_id is not None:
            return external.get(psk_id.psk_id)
        return None if psk_id.psk_epoch is None else past.get(psk_id.psk_epoch)

    return find
