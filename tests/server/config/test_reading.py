"""A configuration from file, variables and options: every mistake at once, each with its place."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.server.config import (
    Config,
    ConfigError,
    Reading,
    Secret,
    Setting,
    Sources,
    in_effect,
    load,
    read,
)
from holdspace.server.config.kinds import LocalAddress, RoomCode
from holdspace.server.config.reading import CONFIG_VARIABLE, changed, value_of
from holdspace.server.config.sections import settings
from holdspace.server.limits import Limits

KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
SECRET = "xyzzy-do-not-show-me"

# What a variable may say for each setting, and what it means. Every setting is here.
GIVEN = {
    "listen.host": ("10.0.0.7", "10.0.0.7"),
    "listen.port": ("9000", 9000),
    "listen.socket": ("/run/r.sock", Path("/run/r.sock")),
    "listen.socket_mode": ("660", "660"),
    "listen.origins": (
        "wss://R.example, ws://127.0.0.1:80",
        ("wss://r.example", "ws://127.0.0.1"),
    ),
    "tls.certificate": ("/c.pem", Path("/c.pem")),
    "tls.key": ("/k.pem", Path("/k.pem")),
    "rooms.open": ("true", True),
    "rooms.per_hour": ("7", 7),
    "rooms.codes": (f"{KEY} 3 for Anna", (RoomCode(bytes.fromhex(KEY), 3, "for Anna"),)),
    "rooms.declared": (KEY, (bytes.fromhex(KEY),)),
    "log.kind": ("memory", "memory"),
    "log.folder": ("/var/lib/r", Path("/var/lib/r")),
    "log.name": ("circle-1", "circle-1"),
    "log.credentials": (SECRET, Secret(SECRET)),
    "log.development": ("true", True),
    "metrics.listen": ("localhost:9187", LocalAddress(host="127.0.0.1", port=9187)),
    "limits.frames_per_second": ("2.5", 2.5),
    "limits.rooms": ("10", 10),
}


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "relay.toml"
    file.write_text(text)
    return file


def of_file(file: Path) -> Reading:
    return read(Sources(file, {}, {}))


def of_text(tmp_path: Path, text: str) -> list[str]:
    file = written(tmp_path, text)
    return [one.said.removeprefix(f"{file}, ") for one in of_file(file).problems]


def test_with_nothing_everything_is_its_default() -> None:
    assert load(Sources(None, {}, {})) == Reading(Config(), ())


@pytest.mark.parametrize("name", GIVEN)
def test_a_variable_says_what_the_file_would(name: str) -> None:
    setting = next(one for one in settings() if one.full_name == name)
    text, meant = GIVEN[name]
    reading = read(Sources(None, {setting.variable: text}, {}))
    assert value_of(reading.config, setting) == meant
    assert setting.variable == "HOLDSPACE_RELAY_" + name.replace(".", "_").upper()


def test_options_win_over_variables_and_those_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[listen]\nhost = "::1"\nport = 1\n[log]\nfolder = "/a"\n')
    variables = {"HOLDSPACE_RELAY_LISTEN_PORT": "2", "HOLDSPACE_RELAY_LOG_FOLDER": "/b"}
    config = load(Sources(file, variables, {"--port": "3"})).config
    assert (config.listen.host, config.listen.port) == ("::1", 3)
    assert config.log.folder == Path("/b")


def test_the_file_can_be_named_by_a_variable(tmp_path: Path) -> None:
    file = written(tmp_path, "[listen]\nport = 1\n")
    assert read(Sources(None, {CONFIG_VARIABLE: str(file)}, {})).config.listen.port == 1


def test_limits_that_are_not_given_stay(tmp_path: Path) -> None:
    config = of_file(written(tmp_path, "[limits]\nrooms = 5\n")).config
    assert config.limits == replace(Limits(), rooms=5)


def test_every_mistake_is_said_with_its_line_and_the_nearest_key(tmp_path: Path) -> None:
    said = of_text(
        tmp_path,
        'port = 4\n[listen]\nprot = 3\nport = "x"\norigins = ["wss://r.example", "http://x"]\n'
        '[lissten]\n[rooms]\nopen = "yes"\ncodes = ["abc"]\n[limits]\nrooms = 0\n',
    )
    assert said == [
        "line 1: port belongs below [listen].",
        "line 3: Nobody knows the key prot here. Did you mean port?",
        "line 4: port must be a whole number from 0 to 65535.",
        "line 5: origins must be the address of a relay, such as wss://relay.example (number 2 of 2).",
        "line 6: Nobody knows the key lissten here. Did you mean listen?",
        "line 8: open must be true or false.",
        'line 9: codes must be a line that "holdspace-relay code new" prints.',
        "line 11: rooms must be a whole number from 1 to 10000000.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[listen\n", "line 1: This is not TOML"),
        ("listen = 3\n", "line 1: listen must be a section: [listen] on a line of its own."),
        ("zzz = 3\n", "line 1: Nobody knows the key zzz here."),
        ('listn = "a"\n', "line 1: Nobody knows the key listn here. Did you mean listen?"),
        ("[limits]\nper_hour = 3\n", "line 2: per_hour belongs below [rooms]."),
        ("[rooms]\n[log]\n[rooms]\n", "line 3: [rooms] stands here for the second time."),
        ("[rooms]\nopen = true\nopen = true\n", "line 3: This stands here for the second time."),
        ("prt = 3\n", "line 1: Nobody knows the key prt here. Did you mean port?"),
        ("[log]\nfolder = 'here'\n", "line 2: folder must be a full path, beginning with /."),
        ("[listen]\nport = true\n", "line 2: port must be a whole number from 0 to 65535."),
        ("[operator]\nkeeps = '\x1b[2J'\n", "line 2: There is an invisible, escape"),
        ("[metrics]\nlisten = '10.0.0.1:80'\n", "line 2: listen must be an address of this machine"),
        ("[metrics]\nlisten = 'relay.example:80'\n", "line 2: listen must be an address of this"),
        ("[metrics]\nlisten = '127.0.0.1:99999'\n", "line 2: listen must be an address of this"),
        ("[proxies]\ntrusted = ['everybody']\n", "line 2: trusted must be a network or address"),
        (f"[rooms]\ncodes = ['{KEY} 0']\n", "line 2: codes must be a line that"),
        (f"[rooms]\ncodes = ['{'00' * 32} 3']\n", "line 2: codes must be a line that"),
        (f"[rooms]\ndeclared = ['{KEY}00']\n", "line 2: declared must be a public key"),
    ],
)  # fmt: skip
def test_one_mistake(tmp_path: Path, text: str, said: str) -> None:
    [problem] = of_text(tmp_path, text)
    assert problem.startswith(said)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    [problem] = of_file(tmp_path / "nowhere.toml").problems
    assert "cannot be read: No such file or directory" in problem.said
    file = tmp_path / "latin.toml"
    file.write_bytes(b"[operator]\nruns_it = '\xe9'\n")
    assert "not UTF-8" in of_file(file).problems[0].said


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    [problem] = of_text(tmp_path, "#" * 300_000)
    assert "over 262144 bytes" in problem


def test_mistaken_variables_and_options_are_named() -> None:
    variables = {"HOLDSPACE_RELAY_LISTEN_PORT": "many", "HOLDSPACE_RELAY_ROOMS_OPEN": "ja"}
    variables |= {"HOLDSPACE_RELAY_PROXIES_TRUSTED": "10.0.0.0/8, everybody"}
    reading = read(Sources(None, variables, {"--port": "70000"}))
    assert [problem.said for problem in reading.fatal] == [
        "HOLDSPACE_RELAY_LISTEN_PORT: It must be a whole number from 0 to 65535.",
        (
            "HOLDSPACE_RELAY_PROXIES_TRUSTED: It must be a network or address, such as 127.0.0.1 or "
            "10.1.0.0/16 (number 2 of 2)."
        ),
        "HOLDSPACE_RELAY_ROOMS_OPEN: It must be true or false.",
        "--port: It must be a whole number from 0 to 65535.",
    ]
    with pytest.raises(ConfigError, match="ROOMS_OPEN"):
        load(Sources(None, variables, {}))


def test_an_unknown_variable_is_reported_and_keeps_nobody_from_starting() -> None:
    # Linked containers set variables like the first one by themselves.
    variables = {"HOLDSPACE_RELAY_PORT_8787_TCP": "tcp://", "HOLDSPACE_RELAY_LISTN_HOST": "::1"}
    reading = load(Sources(None, variables, {}))
    assert [problem.said for problem in reading.problems] == [
        "HOLDSPACE_RELAY_LISTN_HOST: There is no such setting. Did you mean HOLDSPACE_RELAY_LISTEN_HOST?",
        "HOLDSPACE_RELAY_PORT_8787_TCP: There is no such setting.",
    ]


def test_bytes_that_are_no_text_are_refused() -> None:
    variables = {
        "HOLDSPACE_RELAY_OPERATOR_RUNS_IT": "A\udcff",
        "HOLDSPACE_RELAY_XYZZY_PLUGH_\udcff": "1",
    }
    said = [problem.said for problem in read(Sources(None, variables, {})).problems]
    assert said == [
        "HOLDSPACE_RELAY_OPERATOR_RUNS_IT: It must be text.",
        "HOLDSPACE_RELAY_XYZZY_PLUGH_?: There is no such setting.",
    ]


@given(text=st.text(), name=st.sampled_from(settings()))
def test_no_text_is_too_odd_to_be_judged(text: str, name: Setting) -> None:
    reading = read(Sources(None, {name.variable: text}, {}))
    for line in (*in_effect(reading.config), *(one.said for one in reading.problems)):
        assert "\n" not in line


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "relay.creds"
    file.write_text(SECRET + "\n")
    variables = {"HOLDSPACE_RELAY_LOG_CREDENTIALS_FILE": str(file)}
    assert load(Sources(None, variables, {})).config.log.credentials == Secret(SECRET)
    config = written(tmp_path, f'[log]\ncredentials_file = "{file}"\n')
    assert of_file(config).config.log.credentials == Secret(SECRET)


@pytest.mark.parametrize("text", ["", "x" * 9000])
def test_a_secret_file_that_holds_none_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "relay.creds"
    file.write_text(text)
    [problem] = of_text(tmp_path, f'[log]\ncredentials_file = "{file}"\n')
    assert problem.startswith("log.credentials_file: ")


def test_a_secret_given_twice_or_in_no_file_is_said(tmp_path: Path) -> None:
    [problem] = of_text(tmp_path, '[log]\ncredentials_file = "/nowhere"\n')
    assert problem.startswith("log.credentials_file: The file it names cannot be read")
    [problem] = of_text(tmp_path, f"[log]\ncredentials = '{SECRET}'\ncredentials_file = '/x'\n")
    assert "both given" in problem


def test_nothing_that_is_said_repeats_a_value(tmp_path: Path) -> None:
    # Somebody who puts a secret into the wrong place must not read it in a log.
    lines = [f'[{one.section}]\n{one.name} = "{SECRET} {KEY}"\n' for one in settings()]
    for text in lines:
        reading = of_file(written(tmp_path, text))
        assert not any(SECRET in one.said for one in reading.problems), text
    secret = of_file(written(tmp_path, f'[log]\ncredentials = "{SECRET}"\n')).config
    assert SECRET not in repr(secret)
    for setting in settings():
        variables = {setting.variable: SECRET}
        reading = read(Sources(None, variables, {}))
        assert not any(SECRET in one.said for one in reading.problems)


def test_what_changed_is_known_by_name(tmp_path: Path) -> None:
    after = of_file(written(tmp_path, "[listen]\nport = 1\n[rooms]\nper_hour = 1\n")).config
    names = {one.full_name: one.is_reloaded for one in changed(Config(), after)}
    assert names == {"listen.port": False, "rooms.per_hour": True}
