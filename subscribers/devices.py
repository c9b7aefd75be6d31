"""The device list of a service: what may sign in by its MAC alone. Nothing else ever does."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from kmikro.lib import macs
from kmikro.lib.refusal import Refusal
from subscribers.lifecycle import OVER
from subscribers.models import Device, Service

MOST = 50  # of one service


def add(service: Service, mac: str, label: str = "", *, by: Actor, now: datetime) -> Device:
    """Put a device on the list. Raises Refusal when the MAC is none, or on a list already."""
    written = macs.of_device(mac)
    if not written:
        raise Refusal("bad_mac", "Write the MAC address of one device, like AA:BB:CC:DD:EE:FF.", field="mac")
    if service.status in OVER:
        raise Refusal(
            "wrong_state",
            f"{service.label} is {service.status}. Nothing signs in with it again.",
            field="mac",
        )
    if service.devices.count() >= MOST:
        raise Refusal("too_many", f"A service has at most {MOST} devices on its list.", field="mac")
    try:
        with transaction.atomic():
            device = Device.objects.create(
                mac=written,
                service=service,
                label=" ".join(label.replace("\0", "").split())[:80],
                made_at=now,
            )
    except IntegrityError:
        holder = Device.objects.select_related("service").get(mac=written).service.label
        raise Refusal("mac_taken", f"{written} is on the list of {holder} already.", field="mac") from None
    record(by, "device.add", service, now=now, mac=written, label=device.label)
    return device


def add_own(service: Service, mac: str, label: str, *, by: Actor, now: datetime) -> Device:
    """The same by who holds the pass: no more devices than the plan lets be online at once. Raises Refusal."""
    with transaction.atomic():
        held = Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service.pk)
        if held.plan.lock:
            raise Refusal(
                "locked", "This pass is for one device. Ask who sold it about another.", field="mac"
            )
        most = held.plan.devices or MOST
        if held.devices.count() >= most:
            text = f"This pass has {most} on its list already, as many as may be online at once. Ask who sold it."
            raise Refusal("list_full", text, field="mac")
        try:
            return add(held, mac, label, by=by, now=now)
        except Refusal as refusal:
            if refusal.code != "mac_taken":  # whose it is is nobody's business here
                raise
            raise Refusal(
                "mac_taken", "This device is on the list of another pass already.", field="mac"
            ) from None


def remove(device: Device, *, by: Actor, now: datetime) -> None:
    """Take a device off the list; its next sign-in by MAC is refused."""
    record(by, "device.remove", device.service, now=now, mac=device.mac, label=device.label)
    device.delete()
