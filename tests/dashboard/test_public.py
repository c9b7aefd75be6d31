import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.db import connection

from accounts.models import JournalEntry, User
from dashboard import forms_public, places, tasks
from legal import consent
from legal.models import Acceptance
from subscribers.models import Site
from tenants import onboarding, schemas, scope
from tenants.models import Domain, Isp
from tests.conftest import PASSWORD, HostClient

FORM = {
    "company": "Savanna Net", "slug": "savanna", "name": "Achieng Odhiambo", "email": "achieng@savanna.test",
    "password": "seven green lorries", "country": "KE", "terms": "on",
}  # fmt: skip


@pytest.fixture
def terms(db):
    """Some Terms in force, whatever the migrations published."""
    now = datetime.now(UTC)
    return consent.current("terms", now=now) or consent.publish(
        "terms", sections=[{"number": "01"}], changes=[], dated=date(2025, 9, 1), effective_at=now, now=now
    )


def test_signing_up_opens_a_workspace(terms, public, worker):
    text = public.get("/sign-up/").text
    assert "I accept the" in text
    with worker():
        response = public.post("/sign-up/", FORM, headers={"user-agent": "Test/1"})
    assert response.status_code == 302
    path = response["Location"]
    assert re.fullmatch(r"/sign-up/[\w-]{43}/", path)
    isp = Isp.objects.get(slug="savanna")
    assert (isp.state, isp.currency, isp.time_zone, isp.owner_password) == (
        "active",
        "KES",
        "Africa/Nairobi",
        "",
    )
    assert isp.trial_ends_at - isp.made_at == onboarding.TRIAL
    assert isp.terms_version == terms.number
    acceptance = Acceptance.objects.get(isp_id=isp.pk)
    assert (acceptance.version_id, acceptance.address, acceptance.user_agent) == (
        terms.pk,
        "127.0.0.1",
        "Test/1",
    )
    assert Domain.objects.get(tenant=isp).domain == "savanna.localhost"
    with scope.inside(isp.schema_name):
        assert User.objects.get().role == "owner"
        assert Site.objects.get().name == "Savanna Net"
        assert JournalEntry.objects.filter(verb="workspace.opened").exists()
    assert "is ready" in outbox.outbox[0].subject

    ready = public.get(path, HTTP_HX_REQUEST="true").text
    assert "<html" not in ready
    link = re.search(r'href="http://savanna\.localhost:\d+(/account/first/[^"]+)"', ready)
    assert link
    owner = HostClient("savanna.localhost")
    assert owner.get(link[1]).status_code == 302
    assert owner.get("/account/").status_code == 200
    stranger = HostClient("savanna.localhost")
    assert stranger.get(link[1])["Location"] == "/account/sign-in/"
    assert stranger.get("/account/").status_code == 302
    assert "/account/first/" not in public.get(path).text


def test_a_failure_leaves_nothing_and_can_be_retried(terms, public, worker, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("disk full")

    monkeypatch.setattr(tasks, "settle", broken)
    with worker():
        path = public.post("/sign-up/", FORM)["Location"]
    isp = Isp.objects.get(slug="savanna")
    assert isp.state == "failed"
    assert not Domain.objects.filter(tenant=isp).exists()
    assert not schema_exists(isp.schema_name)
    text = public.get(path).text
    assert "Try again" in text
    assert "disk full" not in text
    monkeypatch.undo()
    with worker():
        assert public.post(f"{path}retry/")["Location"] == path
    isp.refresh_from_db()
    assert isp.state == "active"
    assert "Go to your dashboard" in public.get(path).text


def schema_exists(schema):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def test_opening_twice_is_opening_once(terms, public, worker):
    with worker():
        public.post("/sign-up/", FORM)
    isp = Isp.objects.get(slug="savanna")
    before = isp.opened_at
    assert tasks.open_now(isp.pk).opened_at == before
    assert Acceptance.objects.filter(isp_id=isp.pk).count() == 1


def test_waiting_is_shown_with_its_progress(terms, public):
    path = public.post("/sign-up/", FORM)["Location"]
    text = public.get(path).text
    assert "Waiting for a free worker" in text
    assert 'hx-trigger="every 1s"' in text
    assert "/account/first/" not in text
    assert public.get("/sign-up/" + "x" * 43 + "/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"slug": "ana"}, "This address is taken"),
        ({"slug": "ANA"}, "This address is taken"),
        ({"slug": "admin"}, "reserved"),
        ({"slug": "a"}, "3 to 40"),
        ({"slug": "-ana-"}, "3 to 40"),
        ({"slug": "a--b"}, "3 to 40"),
        ({"slug": "a.b.c"}, "3 to 40"),
        ({"slug": "sаvanna"}, "3 to 40"),
        ({"password": "short"}, "too short"),
        ({"password": "passwordpassword"}, "repetitive"),
        ({"terms": ""}, "Accept the Terms"),
        ({"country": "XX"}, "valid choice"),
        ({"email": "nobody"}, "valid email"),
    ],
)  # fmt: skip
def test_what_sign_up_refuses(isp, terms, public, wrong, text):
    response = public.post("/sign-up/", {**FORM, **wrong})
    assert response.status_code == 422
    assert text in response.text
    assert FORM["password"] not in response.text
    assert Isp.objects.filter(owner_email=FORM["email"]).count() == 0


def test_two_at_once_get_one_slug(terms, db, monkeypatch):
    monkeypatch.setattr(onboarding, "check_slug", lambda _slug: None)
    fields = {
        "name": "A", "slug": "twin", "owner_name": "A", "email": "a@b.test", "password": PASSWORD, "country": "KE",
        "currency": "KES", "time_zone": "Africa/Nairobi", "now": datetime.now(UTC),
    }  # fmt: skip
    onboarding.ask(**fields)
    with pytest.raises(onboarding.Refusal) as caught:
        onboarding.ask(**fields)
    assert caught.value.code == "slug_taken"


@pytest.mark.parametrize(
    ("slug", "text"),
    [
        ("savanna", "is free"),
        ("ana", "taken"),
        ("www", "reserved"),
        ("a_b", "3 to 40"),
        ("", "3 to 40"),
        ("<b>", "3 to 40"),
    ],
)
def test_the_live_check(isp, public, slug, text):
    response = public.get("/sign-up/slug/", {"slug": slug})
    assert text in response.text
    assert "<b>" not in response.text


def test_the_finder_by_address(isp, public):
    for typed in ("ana", "ANA", "ana.localhost", "http://ana.localhost:8000/x"):
        response = public.get("/sign-in/", {"slug": typed})
        assert "http://ana.localhost" in response.text
        assert response["Refresh"].startswith("0; url=http://ana.localhost")
    assert public.get("/sign-in/", {"slug": "nobody-here"}).status_code == 422


def test_the_finder_by_mail_answers_everybody_alike(isp, public, worker):
    pages = []
    for email in ("owner@ana.test", "nobody@ana.test"):
        with worker():
            response = public.post("/sign-in/mail/", {"email": email})
        pages.append(response.text.replace(email, ""))
    assert pages[0] == pages[1]
    assert [letter.to for letter in outbox.outbox] == [["owner@ana.test"]]
    assert "http://ana.localhost" in outbox.outbox[0].body
    assert "carla" not in outbox.outbox[0].body


def test_every_country_has_money_and_a_clock():
    currencies, zones = dict(places.currencies()), dict(places.zones())
    for code, _name in places.countries():
        assert places.currency_of(code) in currencies, code
        assert places.zone_of(code) in zones, code
    assert (places.currency_of("TZ"), places.zone_of("TZ")) == ("TZS", "Africa/Dar_es_Salaam")
    assert forms_public.suggested("Savanna Net Ltd.") == "savanna-net-ltd"


@pytest.fixture
def crew(db, isp):
    user = User(email="staff@k.test", name="Staff", role="", kind="staff", joined_at=isp.made_at)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_staff_see_the_list_and_nothing_inside(isp, neighbour, crew, public):
    assert public.get("/staff/")["Location"] == "/staff/sign-in/?next=%2Fstaff%2F"
    assert public.post("/staff/sign-in/", {"email": crew.email, "password": "wrong"}).status_code == 422
    assert (
        public.post("/staff/sign-in/", {"email": crew.email, "password": PASSWORD})["Location"] == "/staff/"
    )
    text = public.get("/staff/").text
    assert "Ana Net" in text
    assert "Carla Link" in text
    assert isp.schema_name not in text
    found = public.get("/staff/", {"q": "carla", "state": "active"}).text
    assert "Carla Link" in found
    assert "Ana Net" not in found
    assert "No workspace matches" in public.get("/staff/", {"q": "zzz", "page": "999999999999"}).text
    assert public.post("/staff/sign-out/").status_code == 302
    assert public.get("/staff/").status_code == 302


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=20, hours=1), "21 days left"),
        (timedelta(minutes=5), "1 day left"),
        (-timedelta(days=1), "Over"),
    ],
)
def test_staff_see_what_is_left_of_a_trial(isp, crew, public, left, said):
    Isp.objects.filter(pk=isp.pk).update(trial_ends_at=datetime.now(UTC) + left)
    public.post("/staff/sign-in/", {"email": crew.email, "password": PASSWORD})
    assert said in public.get("/staff/", {"q": "ana"}).text


def test_operators_do_not_sign_in_as_staff(isp, crew, public):
    assert (
        public.post("/staff/sign-in/", {"email": "owner@ana.test", "password": PASSWORD}).status_code == 422
    )
    assert HostClient("ana.localhost").get("/staff/").status_code == 404
    assert (
        HostClient("ana.localhost")
        .post("/account/sign-in/", {"email": crew.email, "password": PASSWORD})
        .status_code
        == 422
    )


def test_schema_names_say_nothing():
    assert scope.SCHEMA_NAME.match(schemas.new_name())
