"""What the seat says for somebody to others is in the room's language, whatever this program speaks."""

from dataclasses import fields

import pytest

from holdspace.client.language import LANGUAGES
from holdspace.client.library import read_flow
from holdspace.client.pseudo import PSEUDO
from holdspace.client.seat.for_others import IN_LANGUAGE, ForOthers, for_others
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MEMBER
from holdspace.protocol.translation import ENGLISH, use
from seat_table import Table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_of_its_own(language: str) -> None:
    words, english = IN_LANGUAGE[language], IN_LANGUAGE["en"]
    assert set(words.roles) == {HOST, CO_FACILITATOR, MEMBER}
    assert "{starter}" in words.starter
    for one in fields(ForOthers):
        is_english = getattr(words, one.name) == getattr(english, one.name)
        assert is_english == (language == "en"), one.name


def test_they_follow_the_flow_and_not_the_program(table: Table) -> None:
    english, german = table.host().seat.seat, table.host(flow=read_flow("intro-60.de")).seat.seat
    use(PSEUDO["qps"])
    try:
        assert for_others(english) == IN_LANGUAGE["en"]
        assert for_others(german) == IN_LANGUAGE["de"]
    finally:
        use(ENGLISH)
