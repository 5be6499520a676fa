"""Groups that continue a group: reinitialisation and branching (RFC 9420 11.2, 11.3).

Both start a group of its own, whose first commit mixes in a secret of the old one: nobody enters
who was not in it. Members join with `join_group(..., former=old group)`.
"""

from collections.abc import Sequence

from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.committing import CommitOptions, make_commit
from holdspace.protocol.mls.entry import create_group
from holdspace.protocol.mls.errors import UsageError
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.key_package import OwnKeyPackage
from holdspace.protocol.mls.messages import (
    Add,
    PreSharedKey,
    PreSharedKeyID,
    Proposal,
    PSKType,
    ResumptionPSKUsage,
)
from holdspace.protocol.mls.outcomes import PendingCommit
from holdspace.protocol.mls.structs import Extension, KeyPackage
from holdspace.protocol.mls.validation import LONGEST_LIFETIME


# 11.2
def reinit_group(
    former: Group,
    own: OwnKeyPackage,
    key_packages: Sequence[KeyPackage],
    *,
    now: float,
    random: RandomSource,
    longest_lifetime: float = LONGEST_LIFETIME,
) -> PendingCommit:
    """Start the group that a ReInit has decided on, with fresh key packages of its members."""
    reinit = former.reinit
    if reinit is None:
        raise UsageError("this group has not ended (RFC 9420, 11.2)")
    if own.suite.id != reinit.cipher_suite:
        raise UsageError("the key package is not for the suite of the ReInit (RFC 9420, 11.2)")
    group = create_group(own, group_id=reinit.group_id, random=random, extensions=reinit.extensions)
    link = _link(former, ResumptionPSKUsage.reinit, random(own.suite.n_h))
    options = _options(former, link, longest_lifetime)
    return _first_commit(group, link, key_packages, now=now, random=random, options=options)


# 11.3
def branch_group(
    former: Group,
    own: OwnKeyPackage,
    key_packages: Sequence[KeyPackage],
    *,
    group_id: bytes,
    now: float,
    random: RandomSource,
    extensions: Sequence[Extension] = (),
    longest_lifetime: float = LONGEST_LIFETIME,
) -> PendingCommit:
    """Start a group of some members beside one that goes on."""
    if own.suite.id != former.suite.id:
        raise UsageError("a branch keeps the suite of its group (RFC 9420, 11.3)")
    group = create_group(own, group_id=group_id, random=random, extensions=extensions)
    link = _link(former, ResumptionPSKUsage.branch, random(own.suite.n_h))
    options = _options(former, link, longest_lifetime)
    return _first_commit(group, link, key_packages, now=now, random=random, options=options)


def _link(former: Group, usage: ResumptionPSKUsage, nonce: bytes) -> PreSharedKeyID:
    return PreSharedKeyID(
        psktype=PSKType.resumption,
        usage=usage,
        psk_group_id=former.group_id,
        psk_epoch=former.epoch,
        psk_nonce=nonce,
    )


def _options(former: Group, link: PreSharedKeyID, longest_lifetime: float) -> CommitOptions:
    return CommitOptions(
        longest_lifetime=longest_lifetime,
        psks=lambda asked: former.resumption_psk if asked == link else None,
        psk_usage=link.usage or ResumptionPSKUsage.application,
    )


def _first_commit(
    group: Group,
    link: PreSharedKeyID,
    key_packages: Sequence[KeyPackage],
    *,
    now: float,
    random: RandomSource,
    options: CommitOptions,
) -> PendingCommit:
    added = [Proposal.of(Add(key_package)) for key_package in key_packages]
    proposals = [*added, Proposal.of(PreSharedKey(link))]
    made = make_commit(group, proposals, now=now, random=random, options=options)
    return PendingCommit(made.message, made.welcome, made.current, made.next)
