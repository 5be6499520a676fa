"""The command as people start it: a real process, its words, its exit codes, what it loads."""

import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest
from websockets.sync.server import serve

from holdspace.client.acts import ACTS
from holdspace.client.plain_or_screen import why_plain
from holdspace.protocol.invite import Invitation, encode_invitation

EXPIRED = encode_invitation(
    Invitation(("wss://relay.example",), b"r" * 16, b"h" * 16, b"s" * 16, 1)
)
NOBODY_THERE = Invitation(("ws://127.0.0.1:9",), b"r" * 16, b"h" * 16, b"s" * 16, 2**39)


def run(*arguments: str, typed: str = "", env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run the command to its end; return its exit code and all it said."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "holdspace.client.cli", *arguments],
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={**os.environ, **(env or {})},
        check=False,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout


def test_a_reader_who_has_seen_enough_is_no_fault_of_the_program() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "holdspace.client.cli", "explain-privacy"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (1, b"")


def test_version_says_what_it_speaks_and_that_nobody_audited_it() -> None:
    code, said = run("--version")
    assert code == 0
    assert re.fullmatch(r"holdspace \d+\.\d+\.\d+ \(protocol 1; not audited\)\n", said)


@pytest.mark.parametrize(
    "command",
    [(), ("host",), ("join",), ("demo",), ("flow",), ("keys",), ("relay",), ("explain-privacy",)],
)
def test_every_command_has_help_with_the_exit_codes(command: tuple[str, ...]) -> None:
    code, said = run(*command, "--help")
    assert code == 0
    assert "Exit codes: 0" in " ".join(said.split())


@pytest.mark.parametrize("command", ["host", "join"])
def test_the_help_says_how_long_a_code_is_good_for(command: str) -> None:
    _, said = run(command, "--help")
    assert "A code is good for a day." in " ".join(said.split())


def test_without_a_command_it_says_which_there_are() -> None:
    code, said = run()
    assert code == 2
    assert "COMMAND" in said


@pytest.mark.parametrize("arguments", [("--version",), ("keys",), ("explain-privacy",)])
def test_nothing_loads_a_screen_before_one_opens(arguments: tuple[str, ...]) -> None:
    script = (
        "import sys; from holdspace.client import cli\n"
        "try: cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "loaded = {'textual', 'rich', 'holdspace.client.tui', 'holdspace.server'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, *arguments], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Nothing of a code may stand in the process list, the shell's history, or our own words.
@pytest.mark.parametrize(
    "arguments",
    [
        ("join", EXPIRED),
        ("join", "--plain", "holdspace1:abc"),
        ("join", "--plain", "--code=HOLDSPACE2:abc"),
        ("join", f"--code={EXPIRED}"),
        (EXPIRED,),
        ("join", *EXPIRED.split(":")),
    ],
)
def test_jn12_a_code_on_the_command_line_is_refused_and_not_repeated(
    arguments: tuple[str, ...],
) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert "must not stand on the command line" in said
    assert EXPIRED[20:60] not in said


@pytest.mark.parametrize("option", ["--room-code", "--room-code=", "--code", ""])
def test_a_room_code_on_the_command_line_is_refused_and_not_repeated(option: str) -> None:
    code = "0123a-bcdef-ghjkm-npqrs-tvwxy"
    given = [f"{option}{code}"] if option.endswith("=") else [option, code] if option else [code]
    exit_code, said = run("host", "--here", *given)
    assert exit_code == 2
    assert "must not stand on the command line" in said
    assert "bcdef" not in said


def test_a_room_is_opened_at_up_to_four_relays() -> None:
    here = ("host", "--plain", "--room", "R", "--name", "Mara", "--flow", "none")
    five = [f"ws://127.0.0.1:{port}" for port in range(1, 6)]
    code, said = run(*here, *(word for relay in five for word in ("--relay", relay)))
    assert code == 1
    assert "up to 4 relays. Nothing was sent." in said
    _, said = run(*here, typed=" ".join(five) + "\nws://127.0.0.1:9  ws://127.0.0.1:7\n")
    assert "up to 4 relays" in said
    assert said.count("Which relay?") == 2
    assert "cannot be reached. Nothing was sent." in said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hello", "not an invitation code"),
        (EXPIRED, "expired"),
        (EXPIRED[:-9] + "q" + EXPIRED[-8:], "typing mistake"),
        (EXPIRED.replace("holdspace1", "holdspace7"), "newer version"),
    ],
)
def test_a_code_that_does_not_work_is_explained_and_asked_for_again(typed: str, words: str) -> None:
    code, said = run("join", "--plain", typed=f"{typed}\n")
    assert words in said
    assert said.count("Invitation code") == 2
    # Whoever has no code that works must not be caught at this question.
    assert said.count("Ctrl-C stops") == 2
    assert "nobody to answer" in said
    assert code == 1


@pytest.mark.parametrize("width", [30, 76, 100])
def test_a_code_is_taken_in_the_lines_a_screen_broke_it_into(width: int) -> None:
    code = encode_invitation(NOBODY_THERE)
    lines = [f"  {code[at : at + width]}" for at in range(0, len(code), width)]
    exit_code, said = run("join", "--plain", typed="\n".join(lines) + "\n")
    assert exit_code == 1
    assert "cannot be reached. Nothing was sent." in said
    assert said.count("Paste the rest") == len(lines) - 1


def test_half_a_code_can_be_given_up_or_pasted_anew() -> None:
    code = encode_invitation(NOBODY_THERE)
    _, said = run("join", "--plain", typed=f"{code[:60]}\n\n")
    assert "a part is missing" in said
    assert said.count("Invitation code") == 2
    _, said = run("join", "--plain", typed=f"{code[:60]}\n{code}\n")
    assert "cannot be reached" in said


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("join", "--plain"), encode_invitation(NOBODY_THERE) + "\n"),
        (
            ("host", "--plain", "--relay", NOBODY_THERE.relays[0], "--room", "R", "--name", "Mara"),
            "",
        ),
    ],
)
def test_a_relay_that_does_not_answer_is_said_and_nothing_was_sent(
    arguments: tuple[str, ...], typed: str
) -> None:
    code, said = run(*arguments, typed=typed)
    assert code == 1
    assert "cannot be reached. Nothing was sent." in said


def test_what_answers_there_but_is_no_relay_of_ours_is_said() -> None:
    with serve(lambda _: None, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        invitation = replace(NOBODY_THERE, relays=(f"ws://127.0.0.1:{port}",))
        code, said = run("join", "--plain", typed=encode_invitation(invitation) + "\n")
        server.shutdown()
        thread.join()
    assert code == 1
    assert "not as a holdspace relay of this version. Nothing was sent." in said


def test_a_code_is_not_left_on_the_screen() -> None:
    child = pexpect.spawn(sys.executable, ["-P", "-m", "holdspace.client.cli", "join", "--plain"])
    child.expect_exact("Invitation code")
    child.sendline(encode_invitation(NOBODY_THERE))
    child.expect_exact("Code read.")
    assert b"holdspace1" not in (child.before or b"")
    child.expect_exact("cannot be reached")
    assert b"holdspace1" not in (child.before or b"")
    child.close()


def test_ctrl_c_at_a_question_stops_with_one_line() -> None:
    child = pexpect.spawn(sys.executable, ["-P", "-m", "holdspace.client.cli", "join", "--plain"])
    child.expect_exact("Invitation code")
    child.sendintr()
    child.expect_exact("Stopped. Nothing is kept.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"Traceback" not in (child.before or b"")


@pytest.mark.parametrize("relay", ["https://relay.example", "wss://relay.example/room", "nonsense"])
def test_what_is_no_relay_address_is_refused_before_anything_else(relay: str) -> None:
    code, said = run("host", "--plain", "--relay", relay, "--room", "R", "--name", "Mara")
    assert code == 1
    assert "not the address of a relay" in said


def test_a_relay_elsewhere_needs_tls() -> None:
    code, said = run("host", "--plain", "--relay", "ws://relay.example", "--room", "R")
    assert code == 1
    assert "wss://" in said
    assert "Nothing was sent" in said


def test_a_name_that_cannot_be_used_is_refused_with_the_reason() -> None:
    code, said = run("host", "--plain", "--here", "--room", "R", "--name", "room")
    assert code == 1
    assert "means something else" in said


def test_a_broken_flow_is_refused_with_its_line_before_a_room_opens(tmp_path: Path) -> None:
    flow = tmp_path / "own.toml"
    flow.write_text('format = 1\nid = "own"\nunknown = 3\n', encoding="utf-8")
    code, said = run(
        "host", "--plain", "--here", "--room", "R", "--name", "Mara", "--flow", str(flow)
    )
    assert code == 1
    assert "own.toml:3:" in said
    assert "no room was opened" in said
    code, said = run("flow", "check", str(flow))
    assert code == 1
    assert "own.toml:3:" in said


def test_a_flow_that_is_not_there_is_said() -> None:
    code, said = run("host", "--plain", "--here", "--flow", "no-such-flow")
    assert code == 1
    assert "intro-60" in said


def test_missing_answers_are_asked_for_and_asked_again() -> None:
    code, said = run("host", "--plain", typed="Our room\nroom\nMara\n\nnonsense\n")
    assert code == 1
    assert "What is the room called?" in said
    assert "means something else" in said
    assert "What are you to the people who come?" in said
    assert said.count("Which relay?") == 2


def test_keys_lists_every_act() -> None:
    code, said = run("keys")
    assert code == 0
    assert [act.slash for act in ACTS if f"/{act.slash}" not in said] == []


def test_privacy_is_explained_plainly() -> None:
    code, said = run("explain-privacy")
    assert code == 0
    assert "not been audited" in said
    assert "internet address" in said
    assert "record it" in said


@pytest.mark.parametrize(
    ("flag", "environment", "words"),
    [
        (True, {}, "--plain"),
        (False, {"HOLDSPACE_PLAIN": "1"}, "HOLDSPACE_PLAIN"),
        (False, {"HOLDSPACE_PLAIN": "0"}, ""),
        (False, {"TERM": "dumb"}, "TERM=dumb"),
        (False, {"TERM": "xterm"}, ""),
    ],
)
def test_plain_lines_say_why(*, flag: bool, environment: dict[str, str], words: str) -> None:
    reason = why_plain(flag, environment, is_terminal=True, has_screen=True)
    assert (words in reason) if words else reason == ""


def test_who_lacks_a_terminal_or_the_screen_is_told_which() -> None:
    assert "not a terminal" in why_plain(
        flag=False, environment={}, is_terminal=False, has_screen=True
    )
    assert "holdspace[client]" in why_plain(
        flag=False, environment={}, is_terminal=True, has_screen=False
    )


def test_no_core_file_can_be_written_and_nobody_else_looks_into_memory() -> None:
    script = (
        "import ctypes, resource, sys; from holdspace.client import cli; cli.main(['keys'])\n"
        "is_linux = sys.platform == 'linux'\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "print('readable' if is_linux and ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) else 'closed')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("(0, 0)\nclosed\n")


def test_a_crash_says_where_and_nothing_of_what_was_handled() -> None:
    script = (
        "from holdspace.client import cli\n"
        "from holdspace.client.commands import flow\n"
        "def broken(path): raise ValueError('private words')\n"
        "flow.check = broken\n"
        "cli.main(['flow', 'check', 'x'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert "private words" not in done.stderr
