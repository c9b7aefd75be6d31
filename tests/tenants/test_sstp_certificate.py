"""The certificate is made once, is its owner's alone, and is never quietly another."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from tenants import sstp_certificate
from tenants.hub_kernel import Cannot

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def test_it_is_made_once_and_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tunnel"
    made = sstp_certificate.own(folder, "hub.example", now=NOW)
    assert sstp_certificate.own(folder, "hub.example", now=NOW) == made
    assert stat.S_IMODE((folder / sstp_certificate.KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(each.name for each in folder.iterdir()) == ["sstp.crt", "sstp.key"]
    assert "PRIVATE" not in made
    found = x509.load_pem_x509_certificate(made.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.example"]
    assert (found.not_valid_after_utc - NOW).days >= 3649
    assert sstp_certificate.der(made)[:1] == b"\x30"
    assert sstp_certificate.context(folder).minimum_version.name == "TLSv1_2"


def test_an_address_may_be_the_endpoint(tmp_path: Path) -> None:
    found = x509.load_pem_x509_certificate(sstp_certificate.own(tmp_path, "203.0.113.9", now=NOW).encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["203.0.113.9"]


@pytest.mark.parametrize("name", [sstp_certificate.KEY, sstp_certificate.CERTIFICATE])
def test_one_half_alone_is_not_replaced(tmp_path: Path, name: str) -> None:
    sstp_certificate.own(tmp_path, "hub.example", now=NOW)
    (tmp_path / name).unlink()
    with pytest.raises(Cannot, match="backup"):
        sstp_certificate.own(tmp_path, "hub.example", now=NOW)


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    sstp_certificate.own(tmp_path, "hub.example", now=NOW)
    with pytest.raises(Cannot, match=r"is for hub.example and the hub is at other.example"):
        sstp_certificate.own(tmp_path, "other.example", now=NOW)
    other = tmp_path / "other"
    sstp_certificate.own(other, "hub.example", now=NOW)
    (tmp_path / "sstp.key").write_bytes((other / "sstp.key").read_bytes())
    with pytest.raises(Cannot, match="is not the key"):
        sstp_certificate.context(tmp_path)
    (tmp_path / "sstp.crt").write_text("rubbish")
    with pytest.raises(Cannot, match="holds no certificate"):
        sstp_certificate.own(tmp_path, "hub.example", now=NOW)
