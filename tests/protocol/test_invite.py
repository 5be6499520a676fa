"""A code survives mail programs, not mistakes; a card is the host's or nothing; a knock is sealed."""

import base64
import binascii
import hashlib
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.invite import (
    Invitation,
    InvitationError,
    KnockLetter,
    RandomSource,
    Reply,
    RoomCard,
    agreements_digest,
    decode_invitation,
    encode_invitation,
    hash_host_key,
    is_unfinished,
    new_sealing_key,
    open_card,
    open_letter,
    open_reply,
    seal_card,
    seal_letter,
    seal_reply,
)
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import LocalError


def seeded(name: str) -> RandomSource:
    """Return a random source that gives the same bytes every time."""
    drawn = iter(range(1_000_000))

    def random(size: int) -> bytes:
        return hashlib.shake_256(f"{name} {next(drawn)}".encode()).digest(size)

    return random


ROOT = SigningKey.from_seed(b"r" * 32)
SEALING = new_sealing_key(seeded("sealing"))
INVITATION = Invitation(
    relays=("wss://relay.example:8443",),
    room=b"room" * 4,
    host_key_hash=hash_host_key(ROOT.public),
    secret=b"secret secrets!!",
    expires_minute=30_000_000,
)
BEFORE = 30_000_000 * 60 - 1.0
CODE = encode_invitation(INVITATION)
CARD = RoomCard(
    host_key=ROOT.public,
    room=INVITATION.room,
    room_name="Tuesday circle",
    host_name="Mara",
    standing="Peer facilitator",
    agreements=("What's shared stays here.", "Passing is fine."),
    agreements_version=1,
    about="For people with pain.\nNot for emergencies.",
    sealing_key=SEALING.public_key,
    knock_key=INVITATION.knock_key.public,
    expires_minute=INVITATION.expires_minute,
)
KNOCK = b"k" * 16
LETTER = KnockLetter(
    key_package=b"package",
    name="Ana",
    introduction="Hello, I am new here.",
    agreements_digest=agreements_digest(CARD),
    reply_secret=b"s" * 32,
)


def sealed_card(card: RoomCard = CARD, root: SigningKey = ROOT) -> bytes:
    """Return a card as an honest host would put it at the relay."""
    return seal_card(card, root, INVITATION.card_key, seeded("card"))


def decode(code: str) -> Invitation:
    """Return what a code says while it is still good."""
    return decode_invitation(code, BEFORE)


def test_a_code_gives_back_what_was_put_in() -> None:
    assert decode(CODE) == INVITATION
    assert CODE.startswith("holdspace1:")


RELAYS = ["ws://127.0.0.1:8787", "wss://a.example", "ws://[::1]:9", "wss://" + "a" * 194]
SEVERAL = replace(INVITATION, relays=tuple(RELAYS))


@given(
    st.binary(min_size=48, max_size=48),
    st.integers(min_value=1, max_value=2**40 - 1),
    st.lists(st.sampled_from(RELAYS), min_size=1, max_size=4, unique=True),
)
def test_every_invitation_survives_its_code(secrets: bytes, minute: int, relays: list[str]) -> None:
    invitation = Invitation(tuple(relays), secrets[:16], secrets[16:32], secrets[32:], minute)
    assert decode_invitation(encode_invitation(invitation), 0.0) == invitation


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {CODE}\n",
        CODE.upper(),
        f'"{CODE}"',
        f"\u201c{CODE}\u201d",
        f"\u00ab {CODE} \u00bb",
        f"<{CODE}>",
        "\r\n> ".join(CODE[i : i + 40] for i in range(0, len(CODE), 40)),
        "\u00a0".join(CODE),
        f"\ufeff{CODE}\u200b",
    ],
)
def test_what_mail_programs_and_people_add_is_forgiven(pasted: str) -> None:
    assert decode(pasted) == INVITATION


def test_every_single_mistyped_letter_is_noticed() -> None:
    start = len("holdspace1:")
    for place in range(start, len(CODE)):
        for letter in "abcdefghijklmnopqrstuvwxyz234567018":
            if letter == CODE[place]:
                continue
            with pytest.raises(InvitationError, match=r"typing mistake.*Nothing was sent"):
                decode(CODE[:place] + letter + CODE[place + 1 :])


def test_every_missing_doubled_or_swapped_letter_is_noticed() -> None:
    start = len("holdspace1:")
    for place in range(start, len(CODE) - 1):
        one, two, rest = CODE[place], CODE[place + 1], CODE[place + 2 :]
        wrong = {CODE[:place] + two + rest, CODE[:place] + one + one + two + rest}
        if one != two:
            wrong.add(CODE[:place] + two + one + rest)
        for code in wrong:
            with pytest.raises(InvitationError, match="typing mistake"):
                decode(code)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "hello",
        "https://relay.example/r/x#secret",
        "holdspace",
        "holdspace1",
        "holdspac1:" + CODE[11:],
        "holdspacex:" + CODE[11:],
        "holdspace\u0661:" + CODE[11:],
        CODE[11:],
        "x" * 100_000,
        CODE + " " * 5000,
    ],
)
def test_what_is_no_code_is_told_apart(pasted: str) -> None:
    with pytest.raises(InvitationError, match="not an invitation code"):
        decode(pasted)


@pytest.mark.parametrize("pasted", ["holdspace1:", CODE[:60], CODE + "aaaaaaaa", CODE + "\u00e9"])
def test_parts_of_a_code_are_mistyped(pasted: str) -> None:
    with pytest.raises(InvitationError, match="typing mistake"):
        decode(pasted)


@pytest.mark.parametrize("code", [CODE, encode_invitation(SEVERAL)])
def test_a_code_knows_how_long_it_is(code: str) -> None:
    start = code.index(":") + 1
    assert all(is_unfinished(code[:length]) for length in range(start, len(code) - 1))
    assert not is_unfinished(code)
    assert not is_unfinished(code + "q")


def test_only_a_code_for_several_relays_is_of_the_second_version() -> None:
    code = encode_invitation(SEVERAL)
    assert code.startswith("holdspace2:")
    assert decode(code) == SEVERAL
    for place in range(len("holdspace2:"), len(code), 7):
        wrong = code[:place] + ("a" if code[place] != "a" else "b") + code[place + 1 :]
        with pytest.raises(InvitationError, match="typing mistake"):
            decode(wrong)


@pytest.mark.parametrize(
    "relays",
    [(), (*RELAYS, "wss://b.example"), (RELAYS[0], RELAYS[0]), (RELAYS[0], "https://b.example")],
)
def test_a_code_names_one_to_four_relays_once_each(relays: tuple[str, ...]) -> None:
    with pytest.raises(LocalError):
        encode_invitation(replace(INVITATION, relays=relays))
    with pytest.raises(InvitationError, match="not an invitation code"):
        decode(forged(" ".join(relays).encode(), version=2))


def test_a_relay_is_not_written_in_the_version_for_several_nor_several_in_that_for_one() -> None:
    for relays, version in ((b"wss://a.example", 2), (b"wss://a.example wss://b.example", 1)):
        with pytest.raises(InvitationError, match="not an invitation code"):
            decode(forged(relays, version=version))


@pytest.mark.parametrize(
    "pasted", ["", "hello", "holdspace3:abc", "holdspace1:!!!!!!!!", "q" * 5000]
)
def test_what_is_no_code_is_not_the_beginning_of_one(pasted: str) -> None:
    assert not is_unfinished(pasted)


@given(st.text(max_size=200))
def test_asking_whether_any_text_is_unfinished_raises_nothing(text: str) -> None:
    for version in (1, 2):
        assert is_unfinished(f"holdspace{version}:{text}") in {True, False}


def test_a_newer_code_says_so() -> None:
    with pytest.raises(InvitationError, match="newer version"):
        decode(CODE.replace("holdspace1", "holdspace3"))


def test_an_expired_code_says_so_to_the_second() -> None:
    with pytest.raises(InvitationError, match=r"expired.*Nothing was sent"):
        decode_invitation(CODE, BEFORE + 1)


@given(st.text(max_size=300) | st.text("abcdefghijklmnopqrstuvwxyz234567", max_size=300))
def test_any_text_is_an_invitation_or_one_sentence(text: str) -> None:
    for pasted in (text, "holdspace1:" + text, "holdspace2:" + text):
        with pytest.raises(InvitationError, match=r"\.$"):
            decode(pasted)


def test_only_a_normal_relay_address_gets_into_a_code() -> None:
    for relay in ("wss://relay.example/path", "WSS://relay.example", "https://relay.example", ""):
        with pytest.raises(LocalError):
            encode_invitation(replace(INVITATION, relays=(relay,)))


def test_secrets_stay_out_of_sight() -> None:
    assert "secret secrets" not in repr(INVITATION)
    assert repr(LETTER) == "KnockLetter(...)"
    assert "welcome" not in repr(Reply(b"welcome"))


def test_the_two_keys_of_a_code_differ_from_each_other_and_by_room() -> None:
    other = replace(INVITATION, room=b"ROOM" * 4)
    keys = {
        INVITATION.card_key,
        other.card_key,
        INVITATION.knock_key.public,
        other.knock_key.public,
    }
    assert len(keys) == 4
    assert INVITATION.secret not in keys


def test_a_card_gives_back_what_the_host_wrote() -> None:
    assert open_card(sealed_card(), INVITATION) == CARD
    assert len(sealed_card()) < 12 * 1024


@pytest.mark.parametrize("place", range(0, 1800, 37))
def test_a_changed_card_is_refused(place: int) -> None:
    sealed = bytearray(sealed_card())
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(InvitationError, match="does not belong"):
        open_card(bytes(sealed), INVITATION)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(200)])
def test_what_is_no_card_is_refused(sealed: bytes) -> None:
    with pytest.raises(InvitationError, match="does not belong"):
        open_card(sealed, INVITATION)


# JN06: who holds the invitation has the card key, and still cannot pose as the host.
def test_a_holder_of_the_invitation_cannot_pose_as_the_host() -> None:
    thief = SigningKey.from_seed(b"t" * 32)
    own_card = msgspec.structs.replace(CARD, host_key=thief.public)
    with pytest.raises(InvitationError, match="somebody who is not the host"):
        open_card(sealed_card(own_card, thief), INVITATION)


def test_a_card_with_the_hosts_key_but_anothers_signature_is_refused() -> None:
    thief = SigningKey.from_seed(b"t" * 32)
    pretended = SigningKey(ROOT.public, thief._private)
    with pytest.raises(InvitationError, match="somebody who is not the host"):
        open_card(sealed_card(CARD, pretended), INVITATION)


@pytest.mark.parametrize(
    "change",
    [
        {"knock_key": b"n" * 32},
        {"expires_minute": INVITATION.expires_minute + 1},
        {"sealing_key": b"no key at all"},
    ],
)
def test_a_card_for_another_invitation_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvitationError, match="does not belong"):
        open_card(sealed_card(msgspec.structs.replace(CARD, **change)), INVITATION)


def test_a_card_for_another_room_is_refused() -> None:
    elsewhere = replace(INVITATION, room=b"ROOM" * 4)
    with pytest.raises(InvitationError, match="does not belong"):
        open_card(sealed_card(), elsewhere)


def test_a_host_cannot_seal_text_that_would_not_be_shown_as_it_is() -> None:
    for change in ({"about": "\x1b[2J"}, {"agreements": ("one\u202e",)}, {"room_name": "a\nb"}):
        with pytest.raises(LocalError):
            sealed_card(msgspec.structs.replace(CARD, **change))


def test_hostile_text_on_a_signed_card_is_clean_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hostile = msgspec.structs.replace(CARD, about="\x1b]0;x\x07", agreements=("a\u202eb",))
    with monkeypatch.context() as patched:
        patched.setattr("holdspace.protocol.invite._with_clean_text", lambda card: card)
        sealed = sealed_card(hostile)
    opened = open_card(sealed, INVITATION)
    assert opened.about == "]0;x"
    assert opened.agreements == ("ab",)


def test_the_agreements_are_bound_to_room_version_and_words() -> None:
    changes: list[dict[str, object]] = [
        {"agreements_version": 2},
        {"agreements": CARD.agreements[:1]},
        {"room": b"ROOM" * 4},
    ]
    digests = {agreements_digest(msgspec.structs.replace(CARD, **change)) for change in changes}
    assert len(digests | {agreements_digest(CARD)}) == 4


def test_a_letter_reaches_whoever_has_the_sealing_key() -> None:
    sealed = seal_letter(LETTER, CARD, knock=KNOCK, random=seeded("letter"))
    opened = open_letter(sealed, SEALING, room=CARD.room, knock=KNOCK)
    assert opened == LETTER
    assert b"Ana" not in sealed


def test_a_letter_is_good_for_its_room_its_knock_and_its_key_only() -> None:
    sealed = seal_letter(LETTER, CARD, knock=KNOCK, random=seeded("letter"))
    other = new_sealing_key(seeded("other"))
    for key, room, knock in (
        (other, CARD.room, KNOCK),
        (SEALING, b"ROOM" * 4, KNOCK),
        (SEALING, CARD.room, b"K" * 16),
    ):
        with pytest.raises(InvitationError, match="put aside"):
            open_letter(sealed, key, room=room, knock=knock)


@pytest.mark.parametrize("name", ["Ma\u200bra", "room", "", "\x1b[2J", "Mаra"])
def test_a_letter_with_a_name_nobody_can_choose_is_put_aside(name: str) -> None:
    letter = msgspec.structs.replace(LETTER, name=name)
    sealed = seal_letter(letter, CARD, knock=KNOCK, random=seeded("letter"))
    with pytest.raises(InvitationError, match="put aside"):
        open_letter(sealed, SEALING, room=CARD.room, knock=KNOCK)


def test_an_introduction_comes_out_clean_and_on_one_line() -> None:
    letter = msgspec.structs.replace(LETTER, introduction="Hi\nroom: you are removed\x1b[2J")
    sealed = seal_letter(letter, CARD, knock=KNOCK, random=seeded("letter"))
    opened = open_letter(sealed, SEALING, room=CARD.room, knock=KNOCK)
    assert opened.introduction == "Hi room: you are removed[2J"


@settings(max_examples=50)
@given(st.binary(max_size=3000))
def test_no_bytes_break_what_opens_them(data: bytes) -> None:
    with pytest.raises(InvitationError):
        open_card(data, INVITATION)
    with pytest.raises(InvitationError):
        open_letter(data, SEALING, room=CARD.room, knock=KNOCK)
    with pytest.raises(InvitationError):
        open_reply(data, LETTER.reply_secret)


@pytest.mark.parametrize("reply", [Reply(b"welcome" * 1000), Reply(words="Not today."), Reply()])
def test_a_reply_reaches_whoever_knocked(reply: Reply) -> None:
    sealed = seal_reply(reply, LETTER.reply_secret, seeded("reply"))
    assert open_reply(sealed, LETTER.reply_secret) == reply


def test_a_reply_from_somebody_else_is_refused_and_words_come_out_clean() -> None:
    sealed = seal_reply(Reply(words="No\x1b[2J\nsorry"), LETTER.reply_secret, seeded("reply"))
    assert open_reply(sealed, LETTER.reply_secret).words == "No[2J sorry"
    with pytest.raises(InvitationError, match="knock again"):
        open_reply(sealed, b"o" * 32)


def forged(relay: bytes, version: int = 1) -> str:
    """Return a code with a right checksum for any relay: whoever hands out codes can write anything."""
    body = len(relay).to_bytes(version, "big") + relay + bytes(48) + (2**39).to_bytes(5, "big")
    checksum = binascii.crc32(b"holdspace" + bytes((version,)) + body).to_bytes(4, "big")
    return f"holdspace{version}:" + base64.b32encode(body + checksum).decode().rstrip("=").lower()


@pytest.mark.parametrize(
    "relay", [b"wss://relay.example/path", b"https://relay.example", b"\x1b[2J", b"", b"WSS://A"]
)
def test_a_code_for_what_is_no_relay_is_refused_though_its_checksum_is_right(relay: bytes) -> None:
    assert decode(forged(b"wss://relay.example")).relays == ("wss://relay.example",)
    with pytest.raises(InvitationError, match="not an invitation code"):
        decode(forged(relay))


def test_a_relay_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(InvitationError, match="typing mistake"):
        decode(forged("wss://\u0440elay.example".encode()))


def test_a_code_is_made_of_parts_of_the_right_size_only() -> None:
    for wrong in (
        replace(INVITATION, room=b"short"),
        replace(INVITATION, host_key_hash=b"short"),
        replace(INVITATION, secret=b"short"),
    ):
        with pytest.raises(LocalError):
            encode_invitation(wrong)


# R12: the same card in a longer spelling (a list with a 16-bit length) is not the same bytes.
def test_a_second_spelling_of_a_sealed_reply_is_refused() -> None:
    short = msgspec.msgpack.encode(Reply(words="No."))
    longer = b"\xdc\x00" + bytes((short[0] & 0x0F,)) + short[1:]
    assert msgspec.msgpack.decode(longer, type=Reply) == Reply(words="No.")
    nonce = b"n" * 12
    aad = b"holdspace knock reply v1"
    sealed = nonce + AESGCM(LETTER.reply_secret).encrypt(nonce, longer, aad)
    with pytest.raises(InvitationError, match="knock again"):
        open_reply(sealed, LETTER.reply_secret)


@pytest.mark.parametrize("length", [0, 1, 120, 250, 256, 257, 280])
def test_the_length_of_a_letter_does_not_tell_what_is_in_it(length: int) -> None:
    letter = msgspec.structs.replace(LETTER, introduction="x" * length, slip=b"s" * length)
    sealed = seal_letter(letter, CARD, knock=KNOCK, random=seeded("letter"))
    plain = seal_letter(LETTER, CARD, knock=KNOCK, random=seeded("letter"))
    assert len(sealed) == len(plain)
    assert open_letter(sealed, SEALING, room=CARD.room, knock=KNOCK) == letter


@pytest.mark.parametrize("spare", [*range(250, 262), 0, 1])
def test_what_is_filled_up_always_has_exactly_the_length(spare: int) -> None:
    """MessagePack writes some paddings a byte longer, and one length not at all."""
    bare = len(seal_reply(Reply(), bytes(32), seeded("reply")))
    words = "x" * max(0, 280 - spare)
    assert len(seal_reply(Reply(words=words), bytes(32), seeded("reply"))) == bare
    welcome = bytes(8_000 - spare)
    sealed = seal_reply(Reply(welcome=welcome), bytes(32), seeded("reply"))
    assert (len(sealed) - (bare - 600)) % 8_000 == 0
    assert open_reply(sealed, bytes(32)).welcome == welcome


def test_two_cards_of_a_host_look_alike() -> None:
    other = msgspec.structs.replace(CARD, room_name="Another circle altogether", about="More.")
    lengths = {len(seal_card(card, ROOT, bytes(32), seeded("card"))) for card in (CARD, other)}
    assert len(lengths) == 1


def test_what_an_invitation_derives_is_the_same_in_every_version() -> None:
    card = "acce965984d1bf516898b77e5df3ad59cea957a3534618d6050a8c0f8c9850c1"
    knock = "ce6e094589a9a398f3d87f28d29e87e11d0f80e10be35b5ddd3943b2667827b3"
    assert (INVITATION.card_key.hex(), INVITATION.knock_key.public.hex()) == (card, knock)
