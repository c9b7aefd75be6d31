"""What is done to an account: asked first, with what happens to who is online; done once; journalled."""

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from subscribers.models import Service
from tests.dashboard.test_accounts import secret_on
from tests.factories import make_service, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    return make_service(kind="account", label="ana.home", secret="old-secret")


def path(service, act):
    return f"/subscribers/accounts/{service.pk}/{act}/"


def status(service):
    return Service.objects.get(pk=service.pk).status


def test_pause_and_resume(ana, client_for):
    client, session = client_for("support"), make_session(service=ana)
    asked = client.get(path(ana, "pause")).content.decode()
    assert "1 device is online with it and will be disconnected" in asked
    assert status(ana) == "active"
    done = client.post(path(ana, "pause"), follow=True).content.decode()
    assert "1 device is being disconnected" in done
    assert status(ana) == "suspended"
    assert Session.objects.get(pk=session.pk).disconnect_state == "asked"
    assert "can connect again" in client.post(path(ana, "resume"), follow=True).content.decode()
    assert status(ana) == "active"
    verbs = (
        JournalEntry.objects.filter(verb__startswith="service.").order_by("id").values_list("verb", "actor")
    )
    assert list(verbs) == [("service.pause", "Support Ana Net"), ("service.resume", "Support Ana Net")]


def test_the_end_is_for_good(ana, client_for):
    client = client_for("owner")
    make_session(service=ana)
    asked = client.get(path(ana, "end")).content.decode()
    assert "cannot be resumed" in asked
    assert "will be disconnected" in asked
    client.post(path(ana, "end"))
    assert status(ana) == "ended"
    assert "cannot be changed" in client.post(path(ana, "resume"), follow=True).content.decode()
    page = client.get(f"/subscribers/accounts/{ana.pk}/").content.decode()
    assert path(ana, "pause") not in page
    assert path(ana, "secret") not in page


@pytest.mark.parametrize("kick", [False, True])
def test_another_secret(ana, client_for, kick):
    client, session = client_for("owner"), make_session(service=ana)
    asked = client.get(path(ana, "secret")).content.decode()
    assert "stay so until they sign in again" in asked
    assert 'name="disconnect"' in asked
    answer = client.post(path(ana, "secret"), {"disconnect": "1"} if kick else {})
    new = Service.objects.get(pk=ana.pk).secret
    assert secret_on(answer.content.decode()) == new != "old-secret"
    assert Session.objects.get(pk=session.pk).disconnect_state == ("asked" if kick else "")
    assert JournalEntry.objects.filter(verb="account.secret", target_id=str(ana.pk)).count() == 1


@pytest.mark.parametrize("act", ["pause", "resume", "end", "secret", "devices"])
def test_who_only_looks_changes_nothing(ana, client_for, act):
    assert client_for("technician").post(path(ana, act)).status_code == 403
    assert status(ana) == "active"
    assert Service.objects.get(pk=ana.pk).secret == "old-secret"
