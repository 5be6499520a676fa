"""The example and the settings page say every setting, and say it as it is."""

import re
import tomllib
from pathlib import Path

from holdspace.server.config import Config, Sources, read
from holdspace.server.config.example import example, page
from holdspace.server.config.sections import settings

PAGE = Path(__file__).parents[3] / "docs" / "relay-settings.md"


def uncommented() -> str:
    """Return the example with every section and key in force."""
    keys = "|".join(re.escape(one.name) for one in settings())
    return re.sub(rf"^# (?=\[\w+\]$|(?:{keys}) = )", "", example(), flags=re.MULTILINE)


def test_as_it_is_it_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "relay.toml"
    file.write_text(example())
    reading = read(Sources(file, {}, {}))
    assert (reading.config, reading.problems) == (Config(), ())


def test_every_sample_in_it_is_a_value_that_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "relay.toml"
    file.write_text(uncommented())
    given = tomllib.loads(file.read_text())
    said = {(section, key) for section, keys in given.items() for key in keys}
    assert said == {(one.section, one.name) for one in settings() if one.section in given}
    fatal = [one.said for one in read(Sources(file, {}, {})).fatal]
    # Of each secret both samples are in force.
    assert fatal
    assert all("both given" in one for one in fatal)


def test_it_fits_a_terminal() -> None:
    assert max(map(len, example().splitlines())) <= 110


def test_the_page_in_docs_is_the_one_that_is_printed() -> None:
    assert PAGE.read_text() == page(), "holdspace-relay config page > docs/relay-settings.md"


def test_the_page_names_every_setting_with_its_variable() -> None:
    for setting in settings():
        assert f"**`{setting.name}`**" in page()
        assert f"`{setting.variable}`" in page()
