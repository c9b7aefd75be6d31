from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from kmikro.lib.refusal import Refusal
from tenants import addresses, finding, onboarding, scope
from tenants.models import Domain, Isp

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIELDS = {
    "name": " Kilimo Net ", "slug": "kilimo", "owner_name": "Asha", "email": "Asha@Kilimo.test",
    "password": "seven green lorries", "country": "TZ", "currency": "TZS", "time_zone": "Africa/Dar_es_Salaam",
}  # fmt: skip


def asked():
    return onboarding.ask(**FIELDS, now=NOW)


def opened(isp, settle=lambda _isp, _owner: None):
    return onboarding.open_isp(isp.pk, settle=settle, clock=lambda: NOW)


def has_schema(name):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname = %s UNION ALL "
            "SELECT count(*) FROM pg_roles WHERE rolname = %s",
            [name, name],
        )
        return [row[0] for row in cursor.fetchall()] == [1, 1]


@pytest.mark.parametrize("slug", ["a1b", "savanna-net", "x" * 40, "0ab", "123"])
def test_good_slugs(db, slug):
    onboarding.check_slug(slug)


@pytest.mark.parametrize(
    ("slug", "code"),
    [("ab", "bad_slug"), ("x" * 41, "bad_slug"), ("a_b", "bad_slug"), ("-ab", "bad_slug"), ("ab-", "bad_slug"),
     ("Abc", "bad_slug"), ("a--b", "bad_slug"), ("abc\n", "bad_slug"), ("a.b", "bad_slug"), ("", "bad_slug"),
     ("api", "reserved_slug"), ("www", "reserved_slug"), ("localhost", "reserved_slug")],
)  # fmt: skip
def test_bad_slugs(db, slug, code):
    with pytest.raises(Refusal) as caught:
        onboarding.check_slug(slug)
    assert (caught.value.code, caught.value.field) == (code, "slug")


def test_asking_keeps_no_secret_in_clear(db):
    isp, ticket = asked()
    row = str(Isp.objects.values().get(pk=isp.pk))
    assert FIELDS["password"] not in row
    assert ticket not in row
    assert isp.schema_name != "t_kilimo"
    assert (isp.name, isp.owner_email, isp.state) == ("Kilimo Net", "asha@kilimo.test", "waiting")
    assert onboarding.watched(ticket, now=NOW) == isp
    assert onboarding.watched(ticket + "x", now=NOW) is None
    assert onboarding.watched("", now=NOW) is None


def test_opening_goes_through_its_steps(db):
    isp, ticket = asked()
    seen = []

    def settle(isp, owner):
        seen.append((scope.current(), owner.role, isp.progress))

    isp = opened(isp, settle)
    assert seen == [(isp.schema_name, "owner", 70)]
    assert (isp.state, isp.progress, isp.owner_password) == ("active", 100, "")
    assert has_schema(isp.schema_name)
    assert finding.by_slug("KILIMO") == isp
    with scope.inside(isp.schema_name):
        assert User.objects.get().check_password(FIELDS["password"])
    late = NOW + timedelta(hours=1, seconds=1)
    assert onboarding.watched(ticket, now=late) is None
    assert onboarding.first_sign_in(isp, now=NOW)
    with scope.inside(isp.schema_name):
        User.objects.update(last_login=NOW)
    assert onboarding.first_sign_in(isp, now=NOW) == ""


def test_a_failure_is_cleaned_up_and_can_be_tried_again(db):
    isp, _ticket = asked()

    def fail(_isp, _owner):
        raise RuntimeError("no")

    isp = opened(isp, fail)
    assert (isp.state, isp.progress, isp.state_text) == ("failed", 0, onboarding.FAILED_TEXT)
    assert not has_schema(isp.schema_name)
    assert not Domain.objects.filter(tenant=isp).exists()
    assert onboarding.retry(isp)
    assert not onboarding.retry(isp)
    assert opened(isp).state == "active"


def test_what_a_killed_worker_left_is_made_anew(db):
    isp, _ticket = asked()
    onboarding.schemas.make(isp.schema_name, NOW)
    Isp.objects.filter(pk=isp.pk).update(state=Isp.State.MAKING)
    assert opened(isp).state == "active"
    with scope.inside(isp.schema_name):
        assert User.objects.count() == 1


def test_only_one_worker_makes_it(db):
    """Another session holds the lock: this one looks on instead of making a second schema."""
    isp, _ticket = asked()
    at = settings.DATABASES["default"]
    other = psycopg2.connect(
        dbname=connection.settings_dict["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
    )
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [onboarding.LOCK, isp.pk])
        assert opened(isp).state == "waiting"
        assert not has_schema(isp.schema_name)
    finally:
        other.close()


def test_the_finder_knows_active_people_of_active_isps(isp, neighbour):
    with scope.inside(neighbour.schema_name):
        User.objects.filter(role="support").update(email="owner@ana.test")
        User.objects.filter(role="cashier").update(email="gone@both.test", is_active=False)
    assert finding.workspaces_of(" Owner@ANA.test ") == [isp, neighbour]
    assert finding.workspaces_of("gone@both.test") == []
    assert finding.by_slug("nobody") is None


@pytest.mark.parametrize(
    ("scheme", "port", "url"),
    [
        ("http", 8000, "http://ana.k.test:8000/x"),
        ("http", 80, "http://ana.k.test/x"),
        ("https", 443, "https://ana.k.test/x"),
    ],
)
def test_addresses(settings, scheme, port, url):
    settings.BASE_DOMAIN, settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "k.test", scheme, port
    assert addresses.url("ana", "/x") == url
    assert addresses.url("", "/x") == url.replace("ana.", "")
