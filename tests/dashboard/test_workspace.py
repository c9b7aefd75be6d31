"""Settings, Workspace: the language of the ISP's customers."""

import pytest

from accounts.models import JournalEntry
from tenants.models import Isp
from tests.factories import make_service, make_subscriber

pytestmark = pytest.mark.django_db
HERE = "/settings/workspace/"


def test_the_language_is_settled(isp, client_for):
    client = client_for("manager")
    page = client.get(HERE).content.decode()
    assert "Africa/Nairobi" in page
    assert 'value="en" selected' in page
    assert "Saved." in client.post(HERE, {"language": "sw"}, follow=True).content.decode()
    assert Isp.objects.get(pk=isp.pk).language == "sw"
    assert client.post(HERE, {"language": "de"}).status_code == 422
    assert client_for("support").get(HERE).status_code == 403


def test_a_subscriber_has_a_language(inside_isp, client_for):
    client, ana = client_for("support"), make_subscriber(name="Ana")
    account, here = make_service(kind="account", subscriber=ana), f"/subscribers/{ana.pk}/"
    shown = f"/subscribers/accounts/{account.pk}/"
    assert "English, your default" in client.get(here).content.decode()
    said = client.post(f"{here}language/", {"language": "sw"}, follow=True).content.decode()
    assert "Ana is answered in Kiswahili." in said
    assert "Kiswahili" in client.get(shown).content.decode()
    assert (
        "answered in English"
        in client.post(f"{here}language/", {"language": "de"}, follow=True).content.decode()
    )
    ana.refresh_from_db()
    assert ana.language == "sw"
    assert JournalEntry.objects.filter(verb="subscriber.language").count() == 1
