"""What stands in files and is typed or pasted, and the function of ours that reads it.

A file may come from a friend, a stranger or a damaged disk; an address line comes from whoever is
in front of a relay.
"""

import unicodedata
from collections.abc import Iterable
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fuzz_judge import Target
from holdspace.client import library, notebook, settings, settings_text, vault
from holdspace.client.library import sections
from holdspace.client.vault_errors import VaultError
from holdspace.protocol import keys, recovery, toml_reader
from holdspace.protocol.refusals import LocalError, PeerError
from holdspace.protocol.text import NameRefused, check_name
from holdspace.server.addresses import Proxies, forwarded_for, read_proxy_line
from holdspace.server.config import example, reading

LIBRARY = Path(library.__file__).parent
_SEALING = vault._Sealing(bytes(32), bytes(16), vault.LEAST_COST)
_WHERE = Path("notebook")
# What each folder of the library holds; flows are read by the protocol.
SECTIONS: dict[str, type] = {
    "agreements": sections.Agreements,
    "cards": sections.Cards,
    "crisis": sections.CrisisCard,
    "phrases": sections.Phrases,
    "techniques": sections.TechniqueCard,
}


def read_text(section: type, data: bytes) -> None:
    """Read a file of the library; a section that accepts it can be shown."""
    library._section(section, data.decode(errors="replace"))


def shipped(folder: str) -> Iterable[bytes]:
    """Return the files of a folder that come with the program."""
    return [file.read_bytes() for file in (LIBRARY / folder).glob("*.toml")]


def read_settings(data: bytes) -> None:
    """Read somebody's settings: mistakes are named, and nothing is raised."""
    found, _problems = settings.read_settings(data.decode(errors="replace"))
    settings.in_effect(found)


def change_settings(data: bytes) -> None:
    """Change somebody's settings and keys: all that they wrote beside them stays as it is."""
    text = data.decode(errors="replace")
    changed = settings_text.with_value(text, "bell", "false")
    if settings_text.value_in(changed, "bell") != "false":
        raise AssertionError("what was changed is not what is there")
    changed = settings_text.with_table(changed, "keys", 'hand = "x"\n')
    if 'hand = "x"' not in (settings_text.table_in(changed, "keys") or ""):
        raise AssertionError("the keys that were written are not there")


def setting_files() -> Iterable[bytes]:
    """Return the example, all its lines in force, and a table of keys."""
    told = settings.example()
    yield told.encode()
    lines = [line.removeprefix("# ") if " = " in line else line for line in told.splitlines()]
    yield "\n".join(lines).encode()
    yield b'[keys]\nhand = "x"\nhold = "z"\n'


def read_relay_settings(data: bytes) -> None:
    """Read a relay's configuration, all of it and whatever is wrong."""
    text = data.decode(errors="replace")
    reader = toml_reader.Reader(toml_reader.open_document(text, reading._MAX_FILE_BYTES))
    reading._made(dict(reading._from_document(reader)))
    reader.sorted_problems()


def read_sealed(data: bytes) -> None:
    """Open what stands where the notebook should be, with a key that nobody else has."""
    vault._header(_WHERE, data)
    vault._unseal(_WHERE, data, _SEALING)


def notebooks() -> Iterable[bytes]:
    """Return a notebook as it is on a disk."""
    made = vault._HEADER.pack(vault.MAGIC, vault.VERSION, *vault.LEAST_COST, bytes(16), bytes(12))
    yield vault._seal(notebook.Notebook(), _SEALING)
    yield made + AESGCM(bytes(32)).encrypt(bytes(12), bytes(4096), made)


def pages() -> Iterable[bytes]:
    """Return what is inside a notebook."""
    yield msgspec.msgpack.encode(notebook.Notebook())


def read_name(data: bytes) -> None:
    """Check a name that somebody wants to be called."""
    check_name(unicodedata.normalize("NFC", data.decode(errors="replace")))


def proxy_lines() -> Iterable[bytes]:
    """Return both forms of it."""
    yield b"PROXY TCP4 192.0.2.1 192.0.2.2 5 6\r\n"
    yield b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 1, 192, 0, 2, 2, 0, 5, 0, 6])


def read_header(data: bytes) -> None:
    """Find out for whom a proxy speaks."""
    lines = data.decode("latin-1").split("\n")
    forwarded_for(lines, ip_address("127.0.0.1"), Proxies())


def read_phrase(data: bytes) -> None:
    """Read the words that a host wrote down."""
    recovery.seed_of(data.decode(errors="replace"))


def read_room_code(data: bytes) -> None:
    """Read what an operator gave to a host."""
    keys.room_code_key(data.decode(errors="replace"))


def read_address(data: bytes) -> None:
    """Read where a relay is said to be."""
    keys.origin(data.decode(errors="replace"))


FILE_TARGETS: dict[str, Target] = {
    **{
        f"file of {folder}": Target(
            partial(read_text, section), partial(shipped, folder), (PeerError,)
        )
        for folder, section in SECTIONS.items()
    },
    "settings": Target(read_settings, setting_files, ()),
    "settings, changed": Target(change_settings, setting_files, (settings_text.CannotChange,)),
    "relay settings": Target(
        read_relay_settings, lambda: [example.example().encode()], (PeerError,)
    ),
    "sealed notebook": Target(read_sealed, notebooks, (VaultError,)),
    "pages of a notebook": Target(vault._decode, pages, (VaultError,)),
    "name": Target(read_name, lambda: [b"Mara", "Zoë-Lou".encode()], (NameRefused,)),
    "recovery phrase": Target(
        read_phrase, lambda: [recovery.phrase_of(bytes(16)).encode()], (LocalError,)
    ),
    "room code": Target(
        read_room_code, lambda: [keys.new_room_code(bytes).encode()], (keys.NotARoomCodeError,)
    ),
    "relay address": Target(
        read_address, lambda: [b"wss://relay.example"], (keys.NotAnAddressError,)
    ),
    "PROXY line": Target(read_proxy_line, proxy_lines, (PeerError,)),
    "forwarded header": Target(read_header, lambda: [b"192.0.2.1, 192.0.2.7"], ()),
}
