"""The relay's own certificate: what cannot be used is said, and never taken."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from holdspace.server.tls import Certificates, Tls, UnusableCertificateError
from proxies import papers_in


def files_in(folder: Path) -> Tls:
    folder.mkdir(exist_ok=True)
    papers = papers_in(folder)
    return Tls(papers.certificate, papers.key)


@pytest.fixture
def files(tmp_path: Path) -> Tls:
    return files_in(tmp_path)


def test_a_certificate_and_its_key(files: Tls) -> None:
    context = Certificates(files).context
    assert context.minimum_version.name == "TLSv1_3"
    assert context.num_tickets == 0


def test_a_missing_file_is_named(files: Tls) -> None:
    files.key.unlink()
    with pytest.raises(UnusableCertificateError, match=f"{files.key} is not there"):
        Certificates(files)


def test_a_file_that_may_not_be_read_is_named(files: Tls, tmp_path: Path) -> None:
    with pytest.raises(UnusableCertificateError, match="cannot be read"):
        Certificates(Tls(tmp_path, files.key))


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n", "a shopping list"])
def test_what_is_no_certificate(files: Tls, text: str) -> None:
    files.certificate.write_text(text)
    with pytest.raises(UnusableCertificateError, match="Both must be PEM files"):
        Certificates(files)


def test_the_key_of_another_certificate(files: Tls, tmp_path: Path) -> None:
    other = files_in(tmp_path / "other")
    with pytest.raises(UnusableCertificateError, match="does not belong to the certificate"):
        Certificates(Tls(files.certificate, other.key))


def test_a_locked_key_asks_nobody_for_its_passphrase(files: Tls) -> None:
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"words"),
        )
    )
    with pytest.raises(UnusableCertificateError, match="not be locked with a passphrase"):
        Certificates(files)


def test_broken_files_change_nothing(files: Tls, tmp_path: Path) -> None:
    certificates = Certificates(files)
    before = certificates.context
    with pytest.raises(UnusableCertificateError):
        certificates.reload(Tls(files.certificate, files_in(tmp_path / "other").key))
    assert certificates.context is before
    certificates.reload(files_in(tmp_path / "new"))
    assert certificates.context is not before
