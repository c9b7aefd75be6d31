"""The certificate for Wi-Fi: signed by the platform's root, kept, renewed in time."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tenants import wifi
from tenants.models import WifiServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


@pytest.mark.usefixtures("db")
def test_it_names_us_and_the_root_has_signed_it() -> None:
    made = wifi.server(now=NOW)
    leaf, after = x509.load_pem_x509_certificates(made.certificate.encode())
    assert after == read(wifi.root_pem(now=NOW))
    leaf.verify_directly_issued_by(read(wifi.root_pem(now=NOW)))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"radius.{settings.BASE_DOMAIN}"]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment is False
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert made.ends_at - NOW <= timedelta(days=825), "phones refuse certificates that last longer"


@pytest.mark.usefixtures("db")
def test_it_is_kept_with_its_key_sealed_until_it_ends_soon() -> None:
    made = wifi.server(now=NOW)
    again = wifi.server(now=made.ends_at - wifi.RENEWED - timedelta(minutes=1))
    assert (again.certificate, again.key) == (made.certificate, made.key)
    renewed = wifi.server(now=made.ends_at - wifi.RENEWED)
    assert renewed.certificate != made.certificate
    assert wifi.server(now=made.ends_at).certificate == renewed.certificate
    assert WifiServer.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM tenants_wifiserver")
        assert cursor.fetchone()[0].startswith("g1:")
    assert made.key not in repr(made)


@pytest.mark.usefixtures("db")
def test_the_command_prints_the_root_and_the_name() -> None:
    out, aside = StringIO(), StringIO()
    call_command("wifi_root", stdout=out, stderr=aside)
    assert read(out.getvalue()) == read(wifi.root_pem(now=NOW))
    assert f"radius.{settings.BASE_DOMAIN}" in aside.getvalue()
