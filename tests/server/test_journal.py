"""The journal: one line for each event, and no reason ever to keep people waiting."""

import io

from typing_extensions import override

from holdspace.server.journal import Event, Journal


class Gone(io.StringIO):
    """A reader that is no longer there."""

    @override
    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


def test_a_journal_that_nobody_reads_any_more_stops_nothing() -> None:
    Journal(Gone()).note(Event.STOPPING)


def test_an_event_is_one_line() -> None:
    stream = io.StringIO()
    Journal(stream).note(Event.STOPPING)
    assert stream.getvalue() == f"holdspace-relay: {Event.STOPPING}\n"
