"""The device list of an account: what may sign in at a hotspot by its MAC alone."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.accounts import shown
from dashboard.forms_subscribers import DeviceForm
from dashboard.own_terms import account_or_404
from dashboard.page import confirm, done
from kmikro.lib.refusal import Refusal
from radius.models import Session
from subscribers import devices
from subscribers.models import Device


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def add(request: Request, pk: int) -> HttpResponse:
    service, form = account_or_404(pk), DeviceForm(request.POST)
    if not form.is_valid():
        return shown(request, pk, device_form=form)
    given = form.cleaned_data
    try:
        device = devices.add(
            service, given["mac"], given["label"], by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return shown(request, pk, device_form=form, refusal=refusal)
    return done(request, reverse("subscriber-account", args=[pk]), f"{device} can sign in by its MAC.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int, device: int) -> HttpResponse:
    listed = get_object_or_404(
        Device.objects.select_related("service"), pk=device, service=account_or_404(pk)
    )
    here = reverse("subscriber-account", args=[pk])
    if request.method == "GET":
        online = Session.objects.filter(service=pk, mac=listed.mac, ended_at=None).exists()
        stays = " It is online now and stays so until it signs in again." if online else ""
        return confirm(
            request,
            title=f"Take {listed} off the list?",
            text=f"{listed.mac} is not let in by its MAC any more; with user name and secret it still is.{stays}",
            action=reverse("subscriber-device-remove", args=[pk, device]),
            verb="Take it off",
            cancel_url=here,
            nav_key="subscribers",
        )
    devices.remove(listed, by=access.actor(request), now=datetime.now(UTC))
    return done(request, here, f"{listed} is off the list.")
