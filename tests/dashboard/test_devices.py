"""Device lists in the browser."""

import pytest

from accounts.models import JournalEntry
from subscribers.models import Device
from tests.factories import make_service, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    return make_service(kind="account", label="ana.home")


def test_put_on_the_list_and_taken_off(ana, client_for):
    client, here = client_for("support"), f"/subscribers/accounts/{ana.pk}/"
    client.post(f"{here}devices/", {"mac": "aa-bb-cc-00-00-07", "label": "Till by the door"})
    device = Device.objects.get()
    assert (device.mac, device.service) == ("AA:BB:CC:00:00:07", ana)
    page = client.get(here).content.decode()
    assert "AA:BB:CC:00:00:07" in page
    assert "Till by the door" in page
    make_session(service=ana, mac=device.mac)
    asked = client.get(f"{here}devices/{device.pk}/remove/").content.decode()
    assert "online now and stays so" in asked
    client.post(f"{here}devices/{device.pk}/remove/")
    assert not Device.objects.exists()
    verbs = (
        JournalEntry.objects.filter(verb__startswith="device.").order_by("id").values_list("verb", flat=True)
    )
    assert list(verbs) == ["device.add", "device.remove"]


def test_what_will_not_do_is_said_beside_the_field(ana, client_for):
    client = client_for("owner")
    other = make_service(kind="account", label="beto.home")
    Device.objects.create(mac="AA:BB:CC:00:00:07", service=other, made_at=other.made_at)
    for typed, said in (
        ("nemo", "MAC address of one device"),
        ("AABBCC000007", "list of beto.home already"),
        ("", "required"),
    ):
        answer = client.post(f"/subscribers/accounts/{ana.pk}/devices/", {"mac": typed})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert Device.objects.count() == 1


def test_a_device_of_another_account_is_not_found(ana, client_for):
    other = make_service(kind="account", label="beto.home")
    device = Device.objects.create(mac="AA:BB:CC:00:00:07", service=other, made_at=other.made_at)
    assert (
        client_for("owner").post(f"/subscribers/accounts/{ana.pk}/devices/{device.pk}/remove/").status_code
        == 404
    )
    assert Device.objects.exists()
