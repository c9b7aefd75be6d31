"""Device lists: one list for a device, whatever the spelling."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import devices, lifecycle
from subscribers.models import Device
from tests.factories import make_plan, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_device_is_on_one_list() -> None:
    service = make_service(kind="account")
    device = devices.add(service, " aa-bb-cc-00-00-01 ", "Till  by the\0 door", by=SYSTEM, now=NOW)
    assert (device.mac, device.label, str(device)) == (
        "AA:BB:CC:00:00:01",
        "Till by the door",
        "Till by the door",
    )
    with pytest.raises(Refusal, match=service.label) as refused:
        devices.add(make_service(), "AABBCC000001", by=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.field) == ("mac_taken", "mac")
    devices.remove(device, by=SYSTEM, now=NOW)
    assert not Device.objects.exists()
    verbs = (
        JournalEntry.objects.filter(verb__startswith="device.").order_by("id").values_list("verb", flat=True)
    )
    assert list(verbs) == ["device.add", "device.remove"]
    devices.add(make_service(), "AABBCC000001", by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    "mac", ["", "nemo", "AA:BB:CC:00:00", "FF:FF:FF:FF:FF:FF", "01:00:5E:00:00:01", "0" * 12]
)
def test_what_is_no_single_device_is_refused(mac: str) -> None:
    with pytest.raises(Refusal) as refused:
        devices.add(make_service(), mac, by=SYSTEM, now=NOW)
    assert refused.value.code == "bad_mac"


def test_a_list_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST", 1)
    service = make_service()
    devices.add(service, "AABBCC000001", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal) as refused:
        devices.add(service, "AABBCC000002", by=SYSTEM, now=NOW)
    assert refused.value.code == "too_many"


def test_what_is_over_takes_no_device() -> None:
    service = make_service(kind="account")
    lifecycle.end(service, by=SYSTEM, now=NOW)
    service.refresh_from_db()
    with pytest.raises(Refusal, match="is ended") as refused:
        devices.add(service, "AA:BB:CC:00:00:09", by=SYSTEM, now=NOW)
    assert refused.value.code == "wrong_state"
    assert not Device.objects.exists()


def test_who_holds_a_pass_adds_as_many_as_may_be_online_and_learns_nothing_of_others() -> None:
    other = make_service()
    devices.add(other, "AABBCC000009", by=SYSTEM, now=NOW)
    service = make_service(plan=make_plan(devices=2))
    for mac in ("AABBCC000001", "AABBCC000002"):
        devices.add_own(service, mac, "TV", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal) as refused:
        devices.add_own(service, "AABBCC000003", "TV", by=SYSTEM, now=NOW)
    assert refused.value.code == "list_full"
    with pytest.raises(Refusal) as refused:
        devices.add_own(make_service(), "AABBCC000009", "TV", by=SYSTEM, now=NOW)
    assert other.label not in refused.value.text


def test_a_pass_for_one_device_takes_no_other() -> None:
    with pytest.raises(Refusal) as refused:
        devices.add_own(make_service(plan=make_plan(lock="first")), "AABBCC000001", "TV", by=SYSTEM, now=NOW)
    assert refused.value.code == "locked"
