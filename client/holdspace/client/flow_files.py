"""Flow files by name: one that is shipped, or one on this computer."""

from pathlib import Path

from holdspace.protocol.text import clean_line

_SHIPPED = Path(__file__).parent / "library" / "flows"
# An event carries at most so much; a longer file is no flow.
MAX_FLOW_BYTES = 40_000


class FlowNotFoundError(Exception):
    """There is no such flow; the text is one sentence for the person."""


def shipped_flows() -> tuple[str, ...]:
    """Return the names of the flows that come with the program."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def read_flow(name: str) -> str:
    """Return the text of a shipped flow or of a file; raise FlowNotFoundError if it cannot be read."""
    if name in shipped_flows():
        return (_SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    shown = clean_line(name, 80)
    try:
        with Path(name).expanduser().open("rb") as file:
            data = file.read(MAX_FLOW_BYTES + 1)
    except (OSError, ValueError, RuntimeError):
        known = ", ".join(shipped_flows())
        raise FlowNotFoundError(
            f'There is no flow file "{shown}" that can be read, and nothing was changed. '
            f"Give the path of a file, or the name of a shipped flow: {known}."
        ) from None
    if len(data) > MAX_FLOW_BYTES:
        raise FlowNotFoundError(f'The file "{shown}" is too long for a flow. Nothing was changed.')
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise FlowNotFoundError(
            f'The file "{shown}" is not a text file in UTF-8. Nothing was changed.'
        ) from None
