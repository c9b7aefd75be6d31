"""Certificates of routers: what they say, whose they are, and that a revoked one is nobody's."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import authority, routes, scope
from tenants.models import Authority, Isp, RadsecClient
from tests.factories import make_router

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def test_a_router_gets_a_certificate_that_names_it_and_that_the_root_has_signed(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        made = authority.issue(7, now=NOW)
    leaf, root = read(made.certificate), read(made.root)
    leaf.verify_directly_issued_by(root)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"urn:kmikro:{isp.schema_name}:7"]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert leaf.not_valid_after_utc == NOW + timedelta(days=730)
    assert f"{leaf.serial_number:x}" == made.serial
    assert "PRIVATE KEY" in made.key
    assert made.key not in repr(made)


def test_there_is_one_root_and_its_key_lies_sealed(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        one = authority.issue(1, now=NOW)
    with scope.inside(neighbour.schema_name):
        two = authority.issue(1, now=NOW)
    assert one.root == two.root
    assert Authority.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM tenants_authority")
        assert cursor.fetchone()[0].startswith("g1:")


def test_our_own_end_serves_the_names_that_routers_know(isp: Isp) -> None:
    made, root = authority.server(["radius.example", "203.0.113.10"], now=NOW)
    leaf = read(made.certificate)
    leaf.verify_directly_issued_by(read(root))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["radius.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["203.0.113.10"]
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]


def test_clients_are_told_apart_by_isp_and_gone_when_revoked_over_or_forgotten(
    isp: Isp, neighbour: Isp
) -> None:
    with scope.inside(isp.schema_name):
        old = authority.issue(1, now=NOW - timedelta(days=1))
        new = authority.issue(1, now=NOW)
    with scope.inside(neighbour.schema_name):
        other = authority.issue(1, now=NOW)

    def known() -> dict[str, tuple[str, int]]:
        found = authority.clients(now=NOW)
        serials = dict(RadsecClient.objects.values_list("fingerprint", "serial"))
        return {serials[key]: (each.schema, each.router_id) for key, each in found.items()}

    mine, theirs = (isp.schema_name, 1), (neighbour.schema_name, 1)
    assert known() == {old.serial: mine, new.serial: mine, other.serial: theirs}
    with scope.inside(isp.schema_name):
        assert authority.revoke(1, now=NOW, but=new.serial) == 1
        assert authority.revoke(1, now=NOW, but=new.serial) == 0
    assert known() == {new.serial: mine, other.serial: theirs}
    assert authority.clients(now=NOW + timedelta(days=731)) == {}
    with scope.inside(isp.schema_name):
        routes.forget_router(1)
    assert known() == {other.serial: theirs}


def test_nobody_issues_outside_a_tenant(isp: Isp) -> None:
    with pytest.raises(scope.NotInside):
        authority.issue(1, now=NOW)


def test_the_command_prints_what_the_router_needs(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make_router()
    out, told = StringIO(), StringIO()
    words = ["--isp", isp.slug, "--router", str(router.pk)]
    call_command("radsec_certificate", *words, stdout=out, stderr=told)
    assert out.getvalue().count("BEGIN CERTIFICATE") == 2
    assert out.getvalue().count("BEGIN RSA PRIVATE KEY") == 1
    assert "PRIVATE" not in told.getvalue()
    assert len(authority.clients(now=datetime.now(UTC))) == 1
    call_command("radsec_certificate", *words, "--revoke", stdout=StringIO(), stderr=told)
    assert len(authority.clients(now=datetime.now(UTC))) == 1
    call_command("radsec_certificate", *words, "--revoke-only", stdout=StringIO(), stderr=told)
    assert authority.clients(now=datetime.now(UTC)) == {}
    with pytest.raises(CommandError, match="has no router 999999"):
        call_command("radsec_certificate", "--isp", isp.slug, "--router", "999999")
    with pytest.raises(CommandError, match="no ISP nobody"):
        call_command("radsec_certificate", "--isp", "nobody", "--router", "1")
