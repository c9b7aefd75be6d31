import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import JournalEntry, User
from tenants import scope
from tests.conftest import PASSWORD, HostClient, host_of

SIGN_IN = "/account/sign-in/"
GOOD = "seven green lorries wait"


def post_sign_in(client, email="support@ana.test", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def test_signing_in_rotates_the_session_and_is_journalled(isp, anonymous):
    anonymous.cookies["sessionid"] = "a" * 32
    response = post_sign_in(anonymous)
    assert response.status_code == 302
    assert response["Location"] == "/"
    cookie = response.cookies["sessionid"]
    assert cookie.value != "a" * 32
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]
    assert anonymous.get("/account/").status_code == 200
    with scope.inside(isp.schema_name):
        entry = JournalEntry.objects.get(verb="person.signed_in")
        assert (entry.actor, entry.address) == ("Support Ana Net", "127.0.0.1")


@pytest.mark.parametrize(
    "wanted", ["//evil.com", "/\\evil.com", "javascript:alert(1)", "https:evil.com", "http://evil.com/"]
)
def test_next_leads_home_unless_it_is_local(anonymous, wanted):
    assert post_sign_in(anonymous, next=wanted)["Location"] == "/"


def test_next_leads_back(anonymous):
    assert "/settings/team/" in anonymous.get("/account/sign-in/?next=/settings/team/").text
    assert post_sign_in(anonymous, next="/settings/team/")["Location"] == "/settings/team/"


def without_tokens(text):
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return re.sub(r'value="[^"@]+@[^"]+"', "", text)


def test_known_and_unknown_people_get_the_same_page_after_the_same_work(isp, monkeypatch):
    """Input 57. The work is counted, not timed: one Argon2 computation and equally many statements."""
    computed = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(
            Argon2PasswordHasher,
            name,
            lambda *args, real=real, **more: computed.append(1) or real(*args, **more),
        )
    seen = {}
    for email in ("support@ana.test", "nobody@ana.test"):
        computed.clear()
        with CaptureQueriesContext(connection) as queries:
            response = post_sign_in(HostClient(host_of(isp)), email, "not the password")
        assert response.status_code == 422
        seen[email] = (without_tokens(response.text), len(computed), len(queries))
    assert seen["support@ana.test"] == seen["nobody@ana.test"]
    assert seen["support@ana.test"][1] == 1


def test_the_sixth_try_waits_and_a_forged_forwarded_address_does_not_help(own_counters, anonymous):
    for number in range(5):
        assert post_sign_in(anonymous, "Support@ana.test", f"wrong {number}").status_code == 422
    client = HostClient(anonymous.defaults["HTTP_HOST"], HTTP_X_FORWARDED_FOR="1.2.3.4")
    response = post_sign_in(client, "support@ana.test")
    assert response.status_code == 422
    assert "Too many tries" in response.text
    assert 0 < int(response["Retry-After"]) <= 900


def test_ipv6_rotation_within_a_64_does_not_help(own_counters, isp):
    for number in range(6):
        client = HostClient(host_of(isp), REMOTE_ADDR=f"2001:db8::{number + 1}")
        text = post_sign_in(client, "support@ana.test", "wrong").text
    assert "Too many tries" in text


def test_an_inactive_person_reads_what_a_stranger_reads(isp, anonymous):
    with scope.inside(isp.schema_name):
        User.objects.filter(role="support").update(is_active=False)
    assert post_sign_in(anonymous).status_code == 422


def test_signing_out_needs_a_post_and_ends_the_session(client_for):
    client = client_for("support")
    assert client.get("/account/sign-out/").status_code == 405
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN
    assert client.get("/account/").status_code == 302


def test_sign_in_needs_a_csrf_token(isp):
    client = HostClient(host_of(isp), enforce_csrf_checks=True)
    assert post_sign_in(client).status_code == 403


def test_a_forgotten_password(isp, anonymous, worker):
    pages = []
    for email in ("support@ana.test", "nobody@ana.test"):
        with worker():
            response = anonymous.post("/account/forgot/", {"email": email})
        assert response.status_code == 200
        pages.append(response.text.replace(email, ""))
    assert pages[0] == pages[1]
    assert [letter.to for letter in outbox.outbox] == [["support@ana.test"]]
    link = re.search(r"http://ana\.localhost(/account/reset/\S+)", outbox.outbox[0].body)
    assert link
    assert anonymous.get(link[1]).status_code == 200
    assert anonymous.post(link[1], {"password": "short"}).status_code == 422
    assert anonymous.post(link[1], {"password": GOOD})["Location"] == SIGN_IN
    assert anonymous.get(link[1]).status_code == 410
    assert anonymous.post(link[1], {"password": GOOD}).status_code == 410
    assert post_sign_in(anonymous, password=GOOD).status_code == 302


def test_a_reset_link_means_nothing_at_the_neighbour(isp, neighbour, anonymous, worker):
    with worker():
        anonymous.post("/account/forgot/", {"email": "support@ana.test"})
    path = re.search(r"(/account/reset/\S+)", outbox.outbox[0].body)[1]
    assert HostClient(host_of(neighbour)).get(path).status_code == 410


def test_my_account(isp, client_for):
    client, other = client_for("support"), client_for("support")
    assert client.post("/account/name/", {"name": "  Ruth W  "})["Location"] == "/account/"
    assert "Ruth W" in client.get("/account/").text
    wrong = client.post("/account/password/", {"old": "nope", "password": GOOD})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert client.post("/account/password/", {"old": PASSWORD, "password": GOOD}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_signing_out_everywhere_asks_first(client_for):
    client, other = client_for("support"), client_for("support")
    assert "Sign out on every device?" in client.get("/account/sign-out-everywhere/").text
    dialog = client.get("/account/sign-out-everywhere/", HTTP_HX_REQUEST="true").text
    assert "<html" not in dialog
    assert other.get("/account/").status_code == 200
    assert client.post("/account/sign-out-everywhere/").status_code == 302
    assert client.get("/account/").status_code == other.get("/account/").status_code == 302
