"""The certificate for Wi-Fi: signed by the platform's root, kept, renewed in time."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from kmikro.lib.refusal import Refusal
from tenants import routes, scope, wifi
from tenants.models import Isp, NasRoute, WifiServer
from tests.factories import make_router

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


def told(*words: str) -> tuple[str, str]:
    out, aside = StringIO(), StringIO()
    call_command("wifi_access", *words, stdout=out, stderr=aside)
    return out.getvalue(), aside.getvalue()


def test_it_is_allowed_for_one_router_and_forbidden_again(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make_router()
        routes.register_nas(
            router.pk, address="10.0.0.9", secret="s" * 26, coa_port=3799, require_message_auth=True, now=NOW
        )
    words = ("--isp", isp.slug, "--router", str(router.pk))
    root, aside = told(*words)
    assert read(root) == read(wifi.root_pem(now=NOW))
    assert f"radius.{settings.BASE_DOMAIN}" in aside
    allowed = NasRoute.objects.filter(allow_eap=True)
    assert [(each.schema, each.router_id) for each in allowed] == [(isp.schema_name, router.pk)]
    assert told()[0] == root
    assert told(*words, "--forbid")[0] == ""
    assert not allowed.all().exists()
    with pytest.raises(CommandError, match="has no router"):
        told("--isp", isp.slug, "--router", "987654")
    with pytest.raises(CommandError, match="no ISP nobody"):
        told("--isp", "nobody", "--router", "1")
    with scope.inside(isp.schema_name), pytest.raises(Refusal, match="does not know"):
        routes.allow_wifi(987_654, allowed=True)
