"""Settings that are changed while the program runs: at once, one line in the file, and back again."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.client.act_kinds import use_keys
from holdspace.client.acts import BY_ID
from holdspace.client.care import soft_time
from holdspace.client.own_folder import settings_file
from holdspace.client.setting_rows import COMFORT, read_typed, rows, value_of
from holdspace.client.settings import USUAL, Settings, find_settings
from holdspace.client.settings_book import NAMES, SettingsBook, open_book
from holdspace.protocol.toml_reader import Wrong

OWN = "# mine\nthem = 1\nbell = false  # it startles me\n"


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Leave no key and no clock behind for other tests."""
    yield
    use_keys({})
    soft_time.use_quiet_clock(is_quiet=False)


class Home:
    """A folder with somebody's settings in it."""

    def __init__(self, folder: Path) -> None:
        self._environment = {"XDG_CONFIG_HOME": str(folder)}
        self.file = settings_file(self._environment)

    def write(self, text: str) -> None:
        """Write the file as a person does."""
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(text)

    def book(self) -> SettingsBook:
        """Return the settings, as a program that starts now finds them."""
        return open_book(self._environment)

    @property
    def settings(self) -> Settings:
        """Return what counts at the next start."""
        return find_settings(self._environment).settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_change_counts_at_once_and_at_the_next_start(home: Home) -> None:
    book, used = home.book(), list[Settings]()
    book.when_changed(used.append)
    assert book.choose("theme", "paper") == (
        "Colours: paper, dark ink on light paper. It is written down for every meeting."
    )
    assert used == [Settings(theme="paper")]
    assert home.settings == Settings(theme="paper")


def test_keys_and_clock_follow_at_once(home: Home) -> None:
    book = home.book()
    book.choose("hand", "left")
    book.choose("quiet_clock", True)
    assert BY_ID["raise"].key == "g"
    assert soft_time.is_quiet()


def test_the_rest_of_the_file_stays_and_only_its_owner_can_read_it(home: Home) -> None:
    home.write(OWN)
    home.book().choose("bell", True)
    assert home.file.read_text() == OWN.replace("false", "true")
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    assert [one.name for one in home.file.parent.iterdir()] == [home.file.name]


def test_who_links_to_the_file_goes_on_having_it_elsewhere(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text(OWN)
    home.file.parent.mkdir()
    home.file.symlink_to(elsewhere)
    home.book().choose("bell", True)
    assert home.file.is_symlink()
    assert elsewhere.read_text() == OWN.replace("false", "true")


def test_everything_can_be_put_back_letter_for_letter(home: Home) -> None:
    home.write(OWN)
    book = home.book()
    book.open()
    for name, value in (("bell", True), ("motion", "gentle"), ("bell", False), ("theme", "paper")):
        book.choose(name, value)
    assert book.put_back() == "Everything is as it was when you opened this."
    assert book.settings == Settings(bell=False)
    assert home.file.read_text() == OWN
    assert book.put_back() == "Nothing was changed."


def test_for_this_time_nothing_is_written_unless_somebody_says_so(home: Home) -> None:
    book = home.book()
    book.open()
    said = book.choose("bell", False, keeps=False)
    assert said == "Bell: no. It holds for this time, and is not written down."
    assert not home.file.exists()
    assert book.put_back(keeps=False) == "Everything is as it was when you opened this."
    book.choose("motion", "gentle", keeps=False)
    assert book.remember().startswith("Remembered: it is written in ")
    assert home.file.read_text() == 'motion = "gentle"\n'
    assert book.remember() == "Nothing was changed."


def test_what_was_written_in_the_file_meanwhile_is_taken_up_and_not_written_over(
    home: Home,
) -> None:
    home.write(OWN)
    book = home.book()
    home.write('theme = "contrast"\nplain = true\n')
    said = book.choose("theme", "paper")
    assert said.startswith("Colours was changed in ")
    assert "contrast, the strongest" in said
    assert home.file.read_text() == 'theme = "contrast"\nplain = true\n'
    assert book.settings == Settings(theme="contrast", plain=True)
    # Whoever chooses again has read what stood there.
    book.choose("theme", "paper")
    assert home.file.read_text() == 'theme = "paper"\nplain = true\n'


def test_another_setting_can_be_changed_beside_it(home: Home) -> None:
    book = home.book()
    home.write("# new\nplain = true\n")
    book.choose("bell", False)
    assert home.file.read_text() == "# new\nplain = true\nbell = false\n"


def test_a_file_that_cannot_be_written_changes_nothing_but_this_time(home: Home) -> None:
    # A folder where the file would be: nobody can write there, whoever they are.
    home.file.mkdir(parents=True)
    book = home.book()
    said = book.choose("bell", False)
    assert "What you chose holds for this time." in said
    assert book.settings.bell is False
    assert home.file.is_dir()


def test_where_nothing_can_be_written_that_is_said_and_it_holds_for_this_time(home: Home) -> None:
    home.file.parent.mkdir()
    home.file.symlink_to("/proc/nowhere/settings.toml")
    said = home.book().choose("bell", False)
    assert " cannot be written: " in said
    assert said.endswith("What you chose holds for this time.")


@pytest.mark.parametrize("text", ["theme", "\xff\x00", "[theme]\nx = 1\n", "# " + "x" * 30_000])
def test_a_file_that_only_a_person_can_change_is_not_touched(home: Home, text: str) -> None:
    home.file.parent.mkdir()
    home.file.write_bytes(text.encode("latin-1"))
    said = home.book().choose("theme", "paper")
    assert "Nothing there was touched. What you chose holds for this time." in said
    assert home.file.read_bytes() == text.encode("latin-1")


def test_what_counts_only_later_says_so(home: Home) -> None:
    assert "It counts from the next start on." in home.book().choose("plain", True)
    assert "for the next meeting that you open" in home.book().choose("cover_slots", True)


def test_every_setting_has_a_title_a_reason_and_a_way_to_be_changed() -> None:
    for one in rows(USUAL):
        assert one.title[0].isupper()
        assert one.why.endswith(".")
        assert one.choices or one.how
        assert one.value == one.usual
    assert set(COMFORT) <= set(NAMES)


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("bell no", "bell", False),
        ("Bell 2", "bell", False),
        ("quiet clock yes", "quiet_clock", True),
        ("quiet_clock true", "quiet_clock", True),
        ("colours PAPER", "theme", "paper"),
        ("hand left", "hand", "left"),
        ("crisis card de-AT", "locale", "de-AT"),
    ],
)
def test_a_setting_is_changed_by_typing_it(typed: str, name: str, value: object) -> None:
    row, word = read_typed(USUAL, typed)
    assert row is not None
    assert (row.name, value_of(row, word)) == (name, value)


KEYS = (
    '# mine\nbell = false\n\n[keys]  # hand\nrise = "x"\nlower = "f5"  # thumb\n\n[other]\nx = 1\n'
)


def typed(book: SettingsBook, line: str) -> str:
    """Type a setting and what it is to be."""
    row, word = read_typed(book.settings, line)
    assert row is not None
    return book.choose_typed(row, word)


def test_a_key_is_changed_in_its_own_line_and_put_back(home: Home) -> None:
    home.write(KEYS)
    book = home.book()
    book.open()
    assert (
        typed(book, "keys raise f6")
        == "Keys: /lower: f5, /raise: f6. It is written down for every meeting."
    )
    assert home.file.read_text() == KEYS.replace("# thumb\n\n", '# thumb\nraise = "f6"\n\n')
    assert BY_ID["raise"].key == "f6"
    typed(book, "keys lower f7")
    assert 'lower = "f7"  # thumb\n' in home.file.read_text()
    typed(book, "keys raise")
    assert home.settings.keys == (("lower", "f7"),)
    book.put_back()
    assert home.file.read_text() == KEYS
    assert BY_ID["raise"].key == "h"


def test_the_first_key_makes_a_table_and_all_can_be_as_usual(home: Home) -> None:
    book = home.book()
    typed(book, "keys raise ä")
    assert home.file.read_text() == '[keys]\nraise = "ä"\n'
    book.choose("bell", False)
    assert home.file.read_text() == 'bell = false\n[keys]\nraise = "ä"\n'
    book.choose("keys", ())
    assert home.settings == Settings(bell=False)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("keys", "A command and its key are two words, like raise f5."),
        ("keys raise a b", "A command and its key are two words, like raise f5."),
        ("keys rise f5", "Nobody knows the key rise here. Did you mean raise?"),
        ("keys rise", "Nobody knows the key rise here. Did you mean raise?"),
        ("keys raise l", "The key of raise does something else there already."),
        ("keys exit q", "The key of exit cannot be changed."),
        ("keys raise ctrl+r", "The key of raise must be one character, or f3 to f11."),
    ],
)
def test_a_key_that_cannot_be_is_said_in_a_sentence(home: Home, line: str, why: str) -> None:
    assert typed(home.book(), line) == f"{why} Your keys are as they were."
    assert not home.file.exists()


@pytest.mark.parametrize("text", ['keys = {raise = "f6"}\n', "[keys.more]\nx = 1\n", "[[keys]]\n"])
def test_keys_that_stand_there_in_another_way_are_left_alone(home: Home, text: str) -> None:
    home.write(text)
    assert "Nothing there was touched." in typed(home.book(), "keys lower f5")
    assert home.file.read_text() == text


@pytest.mark.parametrize("typed", ["bell loud", "theme 9", "locale ../.."])
def test_what_cannot_be_is_said_and_nothing_is_changed(home: Home, typed: str) -> None:
    book = home.book()
    row, word = read_typed(book.settings, typed)
    assert row is not None
    with pytest.raises(Wrong):
        value_of(row, word)
    assert book.choose_typed(row, word).endswith("It is as it was.")
    assert book.settings == USUAL
    assert not home.file.exists()
