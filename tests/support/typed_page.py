"""A page of commands, typed into a machine that is only a temporary folder.

Paths of the system are put below that folder. Our own programs, and `cp`, `mv`, `rm`, `install` and
the like, really run; systemctl really starts, reloads and stops what the unit names. What would
change the machine, reach into the network or ask a person is stood in for, and writes down what it
was told.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = "/etc/holdspace-relay/relay.toml"
_SERVICE = "/usr/local/sbin/holdspace-relay"
_BLOCK = re.compile(r"^```(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SYSTEM = re.compile(r"(?<![\w./-])/(etc|opt|run|usr/local|var)(?=/)")
_STOOD_IN_FOR = {
    name: f'#!/bin/sh\necho "{name} $*" >>"$DESTDIR/told"\n'
    for name in ("apt", "certbot", "docker", "journalctl", "nano", "nginx", "usermod")
} | {
    "caddy": "#!/bin/sh\necho checking\necho Valid configuration\n",
    "sudo": '#!/bin/sh\nexec "$@"\n',
    "systemctl": f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$DESTDIR" "$@"\n',
}
# In place of half a minute of downloads: this checkout's own environment.
_INSTALL = f"""#!/bin/sh
set -eu
mkdir -p "$(dirname "$1")"
mkdir "$1" "$1/bin"
printf '#!/bin/sh\\nexec "{sys.executable}" -m holdspace.server "$@"\\n' >"$1/bin/holdspace-relay"
chmod +x "$1/bin/holdspace-relay"
"$1/bin/holdspace-relay" --version
"""
_SECONDS = 120.0


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    kind: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [Block(*found) for found in _BLOCK.findall(page.read_text())]


class Machine:
    """Somewhere to type. The folder must have a short path, for sockets are made in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = folder / "bin"
        self._work = folder / "work"
        for name in (
            "bin",
            "var/backups",
            "etc/caddy",
            "etc/nginx/conf.d",
            "etc/nginx/sites-enabled",
        ):
            (folder / name).mkdir(parents=True)
        for name, script in _STOOD_IN_FOR.items():
            _write_script(self._bin / name, script)
        shutil.copytree(ROOT / "deploy", self._work / "deploy")
        _write_script(self._work / "deploy" / "install-relay", _INSTALL)
        shutil.rmtree(self._work / "deploy" / "container" / "config", ignore_errors=True)

    def type(self, text: str, *, may_fail: bool = False, **env: str) -> str:
        """Run commands, a line each, and return what they print."""
        return "".join(self._run(line, env, may_fail=may_fail) for line in text.splitlines())

    def _run(self, line: str, env: dict[str, str], *, may_fail: bool) -> str:
        path = f"{self._bin}:{self.folder}/usr/local/sbin:/usr/sbin:/usr/bin:/bin"
        done = subprocess.run(
            ["sh", "-c", self.placed(line)],
            cwd=self._work,
            env={"PATH": path, "DESTDIR": str(self.folder)} | env,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        assert may_fail or done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        for path in (_SERVICE, SETTINGS):
            if self.file(path).exists():
                self.write(path, self.file(path).read_text())
        return done.stdout

    def placed(self, text: str) -> str:
        """Return a text with the system's paths put below the folder."""
        return _SYSTEM.sub(rf"{self.folder}/\1", text)

    def file(self, path: str) -> Path:
        """Return where a file of the system is."""
        return Path(self.placed(path))

    def write(self, path: str, text: str) -> None:
        """Write a file of the system, which then names the places that are really there."""
        self.file(path).write_text(self.placed(text))

    def switch_off(self) -> None:
        """End what runs."""
        _Unit(self.folder).stop()


def _write_script(file: Path, script: str) -> None:
    file.write_text(script)
    file.chmod(0o755)


def merged(settings: str, more: str) -> str:
    """Return settings with those of `more` written over or below them, as a person would type."""
    section = ""
    for line in more.splitlines():
        if line.startswith("["):
            section = line.strip()
            if section not in settings.splitlines():
                settings = f"{settings.rstrip()}\n\n{section}\n"
        elif "=" in line:
            settings = _with(settings, section, line)
    return settings


def _with(settings: str, section: str, line: str) -> str:
    before, head, after = settings.partition(f"{section}\n")
    body, mark, rest = after.partition("\n[")
    old = re.compile(rf"^{line.partition('=')[0].strip()} = (?:\[\n\]|.*)$", re.MULTILINE)
    body, found = old.subn(lambda _match: line, f"{body}\n")
    return before + head + (body if found else f"{line}\n{body}").rstrip("\n") + "\n" + mark + rest


def matches(expected: str, output: str) -> bool:
    """Tell whether an output has these lines one below the other; "..." stands for anything."""
    lines = (re.escape(line.rstrip()).replace(r"\.\.\.", ".*") for line in expected.splitlines())
    return re.search(r"\s*\n".join(lines), output, re.DOTALL) is not None


class _Unit:
    """The relay's unit as systemd would run it, less what systemd keeps it from doing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = folder / "pid"
        self._text = ""

    def do(self, verb: str) -> None:
        """Do as systemctl is told."""
        match verb:
            case "enable" | "start" | "restart":
                self.stop()
                self._start()
            case "reload" | "try-reload-or-restart":
                self._signal(signal.SIGHUP)
            case "stop" | "disable":
                self.stop()
            case _:
                raise SystemExit(f"systemctl: {verb}?")

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        while self._signal(signal.SIGTERM):
            time.sleep(0.05)
        self._pid.unlink(missing_ok=True)

    def _start(self) -> None:
        unit = self._folder / "etc/systemd/system/holdspace-relay.service"
        self._text = _SYSTEM.sub(rf"{self._folder}/\1", unit.read_text())
        for setting, place in (("Runtime", "run"), ("State", "var/lib")):
            [name] = self._all(f"{setting}Directory")
            (self._folder / place / name).mkdir(parents=True, exist_ok=True)
        for command in self._all("ExecStartPre"):
            subprocess.run(shlex.split(command), check=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(str(self._folder / "notify"))
            notified.settimeout(_SECONDS)
            self._spawn(os.environ | {"NOTIFY_SOCKET": str(self._folder / "notify")})
            while b"READY=1" not in notified.recv(4096):
                pass
        (self._folder / "notify").unlink()

    def _spawn(self, env: dict[str, str]) -> None:
        [command] = self._all("ExecStart")
        with (self._folder / "journal").open("a") as journal:
            relay = subprocess.Popen(
                shlex.split(command),
                stdin=subprocess.DEVNULL, stdout=journal, stderr=journal,
                env=env, start_new_session=True,
            )  # fmt: skip
        self._pid.write_text(str(relay.pid))

    def _all(self, setting: str) -> list[str]:
        return re.findall(rf"^{setting}=(.*)$", self._text, re.MULTILINE)

    def _signal(self, number: signal.Signals) -> bool:
        try:
            os.kill(int(self._pid.read_text()), number)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True


def _systemctl(folder: str, *words: str) -> None:
    *_options, name = words
    if name in {"holdspace-relay", "holdspace-relay.service"}:
        _Unit(Path(folder)).do(words[0])


if __name__ == "__main__":
    _systemctl(*sys.argv[1:])
