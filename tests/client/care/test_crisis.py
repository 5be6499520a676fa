"""Which crisis card is shown, what stands on it, and what a host is told about it (A15, M25)."""

from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from holdspace.client.care import crisis
from holdspace.client.care.crisis import Shown, Ways, crisis_lines
from holdspace.client.library import CrisisCard, CrisisLine, DataError, Library
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.rows import wrap

WAYS = Ways(tell="press N to tell the facilitators privately", steady="Press g.")
HOSTS = """\
format = 1
lang = "de-AT"
emergency = "112 oder 144"
lines = [{ name = "A line", how = "142", hours = "day and night", languages = "German" }]
checked_on = 2026-11-01
directory = "a list of the ministry"
"""


def no_settings(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path), **more}


def own_card(tmp_path: Path, name: str, text: str = HOSTS) -> Path:
    folder = tmp_path / "holdspace" / "crisis"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return folder / f"{name}.toml"


def test_the_host_s_card_comes_first_and_says_who_checked_it(tmp_path: Path) -> None:
    shown = crisis.shown_card(HOSTS, "Mara", no_settings(tmp_path, LANG="en_GB.UTF-8"))
    assert list(crisis_lines(shown, WAYS)) == [
        "If you or someone is in danger now: 112 oder 144.",
        "A line: 142. day and night. German.",
        crisis.NOT_OK.replace("{tell}", WAYS.tell),
        "Steadying first? Press g.",
        crisis.NO_WATCH,
        "Numbers checked 2026-11-01 by Mara. Elsewhere: a list of the ministry.",
        crisis.NOTHING_SENT,
    ]


@pytest.mark.parametrize("place", list(Place))
def test_nobody_is_sent_to_a_facilitator_where_there_is_none(place: Place) -> None:
    shown = Shown(Library().crisis_card("en"))
    words = " ".join(crisis_lines(shown, WAYS.here(RoomView(place=place))))
    is_with_others = place in {Place.LOBBY, Place.WAITING, Place.ROOM}
    assert ("facilitator" in words, "pass, rest, leave" in words) == (is_with_others,) * 2
    assert ("somebody you trust" in words) != is_with_others


@pytest.mark.parametrize("broken", ["", "no toml [", 'format = 1\nlang = "en"\nemergency = ""\n'])
def test_a_card_that_is_broken_or_empty_gives_way_to_the_computer_s_own(
    tmp_path: Path, broken: str
) -> None:
    own_card(tmp_path, "de")
    shown = crisis.shown_card(broken, "Mara", no_settings(tmp_path, LANG="de_AT.UTF-8"))
    assert (shown.card.emergency, shown.host) == ("112 oder 144", "")


def test_the_locale_is_what_was_set_or_what_the_system_says(tmp_path: Path) -> None:
    assert crisis.locales({"LANG": "de_AT.UTF-8"}) == ("de-AT", "de", "en")
    assert crisis.locales({"LANG": "C.UTF-8", "LC_ALL": "en_GB"}) == ("en-GB", "en", "C")
    assert crisis.locales({"LANG": "de_AT"}, "en-NZ")[0] == "en-NZ"
    own_card(tmp_path, "fr", "broken")
    card = crisis.local_card(no_settings(tmp_path, LANG="../../etc/passwd"))
    assert card == Library().crisis_card("en")
    assert crisis.local_card(no_settings(tmp_path, LANG="fr_FR")) == Library().crisis_card("en")


def test_what_somebody_filled_in_for_their_language_goes_before_what_is_shipped_for_the_place(
    tmp_path: Path,
) -> None:
    own_card(tmp_path, "en")
    card = crisis.local_card(no_settings(tmp_path, LANG="en_GB.UTF-8"))
    assert card.emergency == "112 oder 144"
    own_card(tmp_path, "en", Library().text("crisis", "en"))
    assert crisis.local_card(no_settings(tmp_path, LANG="en_GB.UTF-8")).lang == "en-GB"


@pytest.mark.parametrize("name", [n for n in Library().names("crisis") if "-" in n])
def test_a_shipped_number_is_marked_to_be_verified_and_the_host_is_warned(name: str) -> None:
    card = Library().crisis_card(name)
    assert card.emergency
    assert crisis.VERIFY in list(crisis_lines(Shown(card), WAYS))
    assert "not filled in" in crisis.host_warning(card, date(2026, 11, 23))


def test_without_any_number_it_says_whom_to_call() -> None:
    lines = list(crisis_lines(Shown(Library().crisis_card("en")), WAYS))
    assert crisis.NO_NUMBER in lines[0]
    assert crisis.VERIFY not in lines


def test_an_old_card_warns_the_host(tmp_path: Path) -> None:
    card = crisis.shown_card(HOSTS, "Mara", no_settings(tmp_path)).card
    assert crisis.host_warning(card, date(2026, 11, 23)) == ""
    assert "2026-11-01" in crisis.host_warning(card, date(2027, 6, 1))


def test_the_fullest_card_fits_the_smallest_usual_window() -> None:
    line = CrisisLine(name="n" * 48, how="h" * 60, hours="o" * 32, languages="l" * 32)
    card = CrisisCard(
        format=1,
        lang="en",
        emergency="e" * 39,
        lines=(line,) * 4,
        checked_on=date(2026, 11, 1),
        directory="d" * 60,
        words=("w" * 76,),
    )
    rows = [row for words in crisis_lines(Shown(card, "Mara"), WAYS) for row in wrap(words, 76)]
    assert all(cell_len(str(row)) <= 76 for row in rows)
    assert len(rows) <= 20


def test_what_travels_is_the_file_without_its_comments(tmp_path: Path) -> None:
    path = own_card(tmp_path, "de", "# For the host only.\n" + HOSTS)
    text = crisis.carried_text(path)
    assert "For the host only" not in text
    assert crisis.own_card_text(no_settings(tmp_path, LANG="de_AT")) == text
    assert crisis.own_card_text(no_settings(tmp_path, LANG="fr_FR")) == ""


def test_a_card_that_cannot_travel_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        crisis.carried_text(own_card(tmp_path, "de", "broken ["))
    long = HOSTS + "\n".join(f"x{at} = 1" for at in range(400))
    with pytest.raises((DataError, crisis.CardTooLong)):
        crisis.carried_text(own_card(tmp_path, "de", long))
