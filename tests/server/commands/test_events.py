"""The page about the journal names every line that may stand in it."""

from pathlib import Path

from holdspace.server.commands.events import page
from holdspace.server.journal import Event

PAGE = Path(__file__).parents[3] / "docs" / "relay-journal.md"


def test_the_page_in_docs_is_the_one_that_is_printed() -> None:
    assert PAGE.read_text() == page(), "holdspace-relay journal > docs/relay-journal.md"


def test_every_event_has_a_code_of_its_own() -> None:
    codes = [event.partition(": ")[0] for event in Event]
    assert len(set(codes)) == len(codes)
    assert all(f"**`{code}`**" in page() for code in codes)
