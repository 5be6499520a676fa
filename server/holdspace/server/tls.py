"""The relay's own certificate: TLS 1.3 or nothing, renewed without letting anybody go.

Files that cannot be used stop a relay that starts, with a sentence, and never one that runs: it
goes on with those it has.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tls:
    """Name the files of a certificate with its chain, and of its private key."""

    certificate: Path
    key: Path


class UnusableCertificateError(Exception):
    """The files make no certificate to serve with; the sentence says why and what to do."""


class Certificates:
    """Hold what new connections are served with; those that are open keep what they have."""

    def __init__(self, files: Tls) -> None:
        self.context = _load(files)

    def reload(self, files: Tls) -> None:
        """Take these files as they are now, or change nothing and raise."""
        self.context = _load(files)


def _load(files: Tls) -> ssl.SSLContext:
    for path in (files.certificate, files.key):
        _check_readable(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # A ticket would let somebody who watches the network join two connections of one client.
    context.num_tickets = 0
    try:
        # An empty passphrase: a relay that is started by a machine cannot be asked for one.
        context.load_cert_chain(files.certificate, files.key, password="")
    except ssl.SSLError as error:
        raise UnusableCertificateError(_why_not(error, files)) from None
    return context


def _check_readable(path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        why = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise UnusableCertificateError(
            f"The TLS file {path} {why}. Check its path, and that the user the relay runs as may "
            "read it."
        ) from None


def _why_not(error: ssl.SSLError, files: Tls) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return (
            f"The private key {files.key} does not belong to the certificate {files.certificate}. "
            "Both files must come from the same renewal."
        )
    return (
        f"{files.certificate} and {files.key} are no certificate with its private key that can be "
        "used. Both must be PEM files, and the key must not be locked with a passphrase."
    )
