"""A real nginx or Caddy with the file we ship, on a free port of this machine, in front of a Unix socket.

Only names, ports, folders and one waiting time are put in place of those in the file, each of which
must be there; everything else is what people install.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
NAME = "relay.test"
PATIENCE = 20.0
# What a visitor comes from: an address that nothing else on this machine uses.
VISITOR = "127.0.0.77"
_SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def find(program: str) -> str | None:
    """Return where a program of the system is, also one that only root usually runs."""
    return shutil.which(program, path=_SYSTEM_PATH)


@dataclass(frozen=True)
class Papers:
    """A certificate for `NAME` that signs itself."""

    certificate: Path
    key: Path

    def trusting(self) -> ssl.SSLContext:
        """Return what a client needs to believe it."""
        return ssl.create_default_context(cafile=str(self.certificate))


def papers_in(folder: Path) -> Papers:
    """Write a certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("localhost")]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    papers = Papers(folder / "fullchain.pem", folder / "privkey.pem")
    papers.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    papers.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return papers


@dataclass(frozen=True)
class Proxy:
    """A running proxy; everything it writes lands in `folder`."""

    kind: str
    port: int
    upstream: Path
    folder: Path
    papers: Papers

    def dial(self, source: str = VISITOR) -> socket.socket:
        """Return a plain connection to it, from an address of its own."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0))

    def dial_tls(self, *, newest: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
        """Return a TLS connection to it."""
        context = self.papers.trusting()
        if newest is not None:
            context.maximum_version = newest
        return context.wrap_socket(self.dial(), server_hostname=NAME)

    def ask(self, request: bytes) -> bytes:
        """Send bytes over TLS and return all that comes back until it hangs up."""
        with self.dial_tls() as asking:
            with suppress(OSError):  # it may have heard enough before everything is sent
                asking.sendall(request)
            return read_all(asking)

    def written(self) -> bytes:
        """Return all it wrote: logs, and whatever else."""
        apart = {self.papers.certificate, self.papers.key, self.upstream}
        files = (path for path in self.folder.rglob("*") if path.is_file() and path not in apart)
        return b"\n".join(b"%s: %s" % (bytes(path), path.read_bytes()) for path in files)


class Ear:
    """Something at a relay's socket that only listens."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._socket.settimeout(PATIENCE)

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()
        self._path.unlink()

    def hear(self) -> bytes:
        """Return the head of the next request."""
        heard = b""
        speaking, _ = self._socket.accept()
        with speaking:
            speaking.settimeout(PATIENCE)
            while b"\r\n\r\n" not in heard:
                heard += speaking.recv(65536)
        return heard


def read_all(connection: socket.socket) -> bytes:
    """Read until the other end hangs up, however it does."""
    got = b""
    with suppress(ConnectionError, ssl.SSLError):
        while data := connection.recv(65536):
            got += data
    return got


@contextmanager
def running(kind: str, folder: Path, upstream: Path) -> Iterator[Proxy]:
    """Run a proxy of this kind until the block ends."""
    papers = papers_in(folder)
    program = find(kind)
    assert program
    for _attempt in range(5):
        port = _free_port()
        argv, env = _KINDS[kind](folder, upstream, papers, port)
        with (folder / "said.log").open("ab") as said:
            process = subprocess.Popen([program, *argv], stdout=said, stderr=said, env=env)
        try:
            if _answers(process, port):
                yield Proxy(kind, port, upstream, folder, papers)
                return
        finally:
            process.terminate()
            process.wait(PATIENCE)
    raise AssertionError((folder / "said.log").read_text())


def _nginx(
    folder: Path, upstream: Path, papers: Papers, port: int
) -> tuple[list[str], dict[str, str]]:
    site = _filled(
        ROOT / "deploy" / "nginx" / "holdspace.conf",
        {
            r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            r"listen \[::\]:443 ssl; #.*": "",
            r"/run/holdspace-relay/relay\.sock": str(upstream),
            r"/etc/letsencrypt/live/relay\.example/fullchain\.pem": str(papers.certificate),
            r"/etc/letsencrypt/live/relay\.example/privkey\.pem": str(papers.key),
            r"/var/log/nginx/": f"{folder}/",
            r"relay\.example": NAME,
            r"client_header_timeout 5s": "client_header_timeout 1s",
        },
    )
    (folder / "site.conf").write_text(site)
    kept = "".join(
        f"{part}_temp_path {folder}/{part};\n"
        for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root nginx would give its worker a user of its own, which may not enter this folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/main.log info;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{kept}include {folder}/site.conf;\n}}\n"
    )
    return ["-p", str(folder), "-e", f"{folder}/main.log", "-c", f"{folder}/nginx.conf"], {}


def _caddy(
    folder: Path, upstream: Path, papers: Papers, port: int
) -> tuple[list[str], dict[str, str]]:
    site = _filled(
        ROOT / "deploy" / "caddy" / "Caddyfile",
        {
            r"(?m)^relay\.example \{": f"https://{NAME}:{port} {{\n\tbind 127.0.0.1",
            r"(?m)^https:// \{": f"https://:{port} {{\n\tbind 127.0.0.1",
            r"\ttls \{": f"\ttls {papers.certificate} {papers.key} {{",
            r"/run/holdspace-relay/relay\.sock": str(upstream),
            r"read_header 5s": "read_header 1s",
        },
    )
    (folder / "Caddyfile").write_text(site.replace("{\n", "{\n\tauto_https off\n", 1))
    argv = ["run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]
    return argv, {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


_KINDS: dict[str, Callable[[Path, Path, Papers, int], tuple[list[str], dict[str, str]]]] = {
    "nginx": _nginx,
    "caddy": _caddy,
}


def _filled(file: Path, changes: dict[str, str]) -> str:
    text = file.read_text()
    for pattern, new in changes.items():
        text, found = re.subn(pattern, new.replace("\\", r"\\"), text)
        assert found, f"{file.name} has no {pattern}"
    return text


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.02)
    return False
