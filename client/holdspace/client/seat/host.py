"""Opening a room: fresh keys, a group of one, the roles it carries, and the first invitation."""

from __future__ import annotations

from dataclasses import field

from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.events import OpenFlow, SetSchedule
from holdspace.protocol.meeting.roles import (
    HOST,
    ROLES_EXTENSION,
    encode_roles,
    identity_of,
    make_roles,
    vouch,
)
from holdspace.protocol.meeting.slips import vouch_leaf
from holdspace.protocol.meeting.state import MeetingState, apply_membership
from holdspace.protocol.meeting.transcript import genesis
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Extension,
    OwnKeyPackage,
    RandomSource,
    create_key_package,
    generate_signature_key,
    signature_public_key,
)
from holdspace.protocol.mls.structs import ExtensionType, RequiredCapabilities
from holdspace.protocol.phrases import check_phrase
from holdspace.protocol.recovery import SEED_BYTES, secrets_of
from holdspace.protocol.text import check_name, clean_line
from holdspace.protocol.values import value

from .invitations import new_door, new_invitation
from .lasting import Lasting
from .log_position import LogPosition
from .people import ROOM_KEY_EXTENSION, SLOT_EXTENSION, people_of
from .replacing import replace
from .seat import CardWords, Facts, HostKeys, Seat, roles_of
from .sitting import Sitting
from .step import World
from .view import CardView

HANDLE_BYTES = 16
GROUP_ID_BYTES = 32
SLOTS = 8
# R9: key packages live for half an hour at most; a knock waits for less than that.
PACKAGE_SECONDS = 30 * 60
INVITATION_MINUTES = 24 * 60


@value()
class Opening:
    """What a host decides before the room opens."""

    room_name: str
    name: str
    agreements: tuple[str, ...]
    agreements_version: int = 1
    standing: str = ""
    about: str = ""
    flow_toml: str = field(default="", repr=False)
    crisis: str = ""
    invitation_minutes: int = INVITATION_MINUTES
    code: SigningKey | None = field(default=None, repr=False)
    kept: KeptRoom | None = None
    is_covered: bool = False
    is_relay_here: bool = False


def open_room(relays: tuple[str, ...], opening: Opening, world: World) -> Sitting:
    """Return the host's place in a room, which a relay is told of once it is reached."""
    seed, lasting = _what_lasts(opening, relays, world)
    secrets = secrets_of(seed)
    room, root, meeting = secrets.handle, secrets.root, world.random(HANDLE_BYTES)
    slot = SigningKey.from_seed(world.random(32))
    name = check_name(opening.name)
    own = own_key_package(name, slot.public, world, room=room, room_key=lasting.key)
    identity = identity_of(own.key_package.leaf_node.signature_key)
    group = world.engine.create_group(
        own,
        group_id=world.random(GROUP_ID_BYTES),
        random=world.random,
        extensions=_extensions(root, slot, identity, room=room, meeting=meeting, world=world),
    )
    seat = Seat(
        facts=Facts(
            origin=relays[0],
            relays=relays,
            room=room,
            meeting=meeting,
            room_name=clean_line(opening.room_name, 80),
            host_key=root.public,
            check_phrase=check_phrase(root.public, room),
            identity=identity,
            is_covered=opening.is_covered,
        ),
        group=group,
        slot=slot,
        position=LogPosition(0, genesis(room, meeting)),
        lasting=lasting,
    )
    empty = MeetingState(is_covered=opening.is_covered)
    state = apply_membership(empty, people_of(group, roles_of(group))).state
    words = _words(opening, name)
    seat = replace(seat, state=state, stage_started=world.now, card=_card_view(seat, words))
    keys = HostKeys(
        root=root,
        words=words,
        seed=seed,
        code=opening.code,
        is_relay_here=opening.is_relay_here,
    )
    keys = new_invitation(seat, keys, minutes=opening.invitation_minutes, world=world)
    if opening.kept is not None:
        keys = new_door(seat, keys, opening.kept, world)
    sitting = Sitting(replace(seat, host=keys))
    if opening.kept is not None and opening.kept.schedule is not None:
        sitting = sitting.saying(SetSchedule(opening.kept.schedule), world)
    return sitting.saying(OpenFlow(opening.flow_toml), world) if opening.flow_toml else sitting


def _what_lasts(opening: Opening, relays: tuple[str, ...], world: World) -> tuple[bytes, Lasting]:
    """Return the room's seed, and the host's own key for this room: those that were kept, or new."""
    kept = opening.kept
    if kept is None or kept.host is None:
        return world.random(SEED_BYTES), Lasting(world.random(32))
    # A relay of the host's own that outlived their program is no other relay: it is started here again.
    is_here = opening.is_relay_here or (kept.host.is_relay_here and kept.relays == relays)
    part = structs.replace(kept.host, is_relay_here=is_here)
    if kept.relays != relays:
        kept = structs.replace(kept, relays=relays, moved=int(world.now // 60))
    return part.seed, Lasting(kept.my_key_seed, structs.replace(kept, host=part))


def own_key_package(
    name: str,
    slot_key: bytes,
    world: World,
    *,
    room: bytes = b"",
    room_key: SigningKey | None = None,
) -> OwnKeyPackage:
    """Return a fresh identity for one meeting: a new signature key, never used anywhere else.

    The person's key for this room vouches for it, so that their seat can go on after a crash.
    """
    private_key = generate_signature_key(world.random)
    vouch = vouch_leaf(
        room_key or SigningKey.from_seed(world.random(32)),
        room=room,
        signature_key=signature_public_key(private_key),
    )
    return create_key_package(
        DEFAULT_SUITE,
        identity=name.encode(),
        signature_private_key=private_key,
        now=world.now,
        random=world.random,
        lifetime_seconds=PACKAGE_SECONDS,
        leaf_extensions=(
            Extension(SLOT_EXTENSION, slot_key),
            Extension(ROOM_KEY_EXTENSION, vouch),
        ),
        capabilities_extensions=(ROLES_EXTENSION, SLOT_EXTENSION, ROOM_KEY_EXTENSION),
    )


def _extensions(
    root: SigningKey,
    slot: SigningKey,
    identity: bytes,
    *,
    room: bytes,
    meeting: bytes,
    world: World,
) -> tuple[Extension, ...]:
    entry = vouch(root, identity, HOST, room=room, meeting=meeting)
    roles = make_roles(root.public, (entry,), _slots(slot.public, world.random))
    needed = RequiredCapabilities(extension_types=(ROLES_EXTENSION, SLOT_EXTENSION))
    return (
        Extension(ExtensionType.required_capabilities, needed.encode()),
        Extension(ROLES_EXTENSION, encode_roles(roles)),
    )


def _slots(own: bytes, random: RandomSource) -> tuple[bytes, ...]:
    """Return the host's relay key among decoys, so that the relay cannot count facilitators."""
    decoys = [SigningKey.from_seed(random(32)).public for _ in range(SLOTS - 1)]
    place = random(1)[0] % SLOTS
    return (*decoys[:place], own, *decoys[place:])


def _card_view(seat: Seat, words: CardWords) -> CardView:
    """Return the card as newcomers read it, so that the host can, too."""
    return CardView(
        room_name=seat.facts.room_name,
        host_name=words.host_name,
        standing=words.standing,
        agreements=words.agreements,
        check_phrase=seat.facts.check_phrase,
        relay=seat.facts.origin,
        relays=seat.facts.relays,
        about=words.about,
        crisis=words.crisis,
        is_covered=words.is_covered,
    )


def _words(opening: Opening, name: str) -> CardWords:
    return CardWords(
        host_name=name,
        standing=clean_line(opening.standing, 600),
        agreements=tuple(clean_line(item, 280) for item in opening.agreements),
        agreements_version=opening.agreements_version,
        about=clean_line(opening.about, 600),
        crisis=opening.crisis,
        is_covered=opening.is_covered,
    )
