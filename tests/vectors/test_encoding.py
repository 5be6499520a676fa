"""Official families deserialization and messages: lengths, and every struct there and back."""

from typing import Any

import pytest

from holdspace.protocol.mls.codec import Reader, Struct, length_header
from holdspace.protocol.mls.errors import CodecError
from holdspace.protocol.mls.messages import (
    Add,
    Commit,
    ExternalInit,
    GroupContextExtensions,
    GroupSecrets,
    MLSMessage,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from holdspace.protocol.mls.structs import RatchetTreeExtension

# Which struct a name of the family stands for, where it is not a whole MLSMessage.
STRUCTS: dict[str, type[Struct]] = {
    "ratchet_tree": RatchetTreeExtension,
    "group_secrets": GroupSecrets,
    "add_proposal": Add,
    "update_proposal": Update,
    "remove_proposal": Remove,
    "pre_shared_key_proposal": PreSharedKey,
    "re_init_proposal": ReInit,
    "external_init_proposal": ExternalInit,
    "group_context_extensions_proposal": GroupContextExtensions,
    "commit": Commit,
}


@pytest.mark.vectors("deserialization", 14)
def test_deserialization(case: dict[str, Any]) -> None:
    header, length = bytes.fromhex(case["vlbytes_header"]), case["length"]
    assert length_header(length) == header
    # The longest are a gigabyte; that the length was understood shows in the refusal.
    if length:
        with pytest.raises(CodecError, match=f"vector of {length} bytes announced, 0 left"):
            Reader(header).length()
    else:
        assert Reader(header).length() == 0


@pytest.mark.vectors("messages", 300)
def test_messages(case: dict[str, str]) -> None:
    assert len(case) == 17
    for name, text in case.items():
        encoded = bytes.fromhex(text)
        struct = STRUCTS.get(name, MLSMessage)
        assert struct.decode(encoded).encode() == encoded
        with pytest.raises(CodecError):
            struct.decode(encoded + b"\0")
