"""The certificate that devices see when they sign in to Wi-Fi (802.1X), and the root that they shall know it by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from tenants import authority, certificates, scope
from tenants.certificates import Signed
from tenants.models import WifiServer

RENEWED = timedelta(days=60)  # before its end; devices that know the root notice nothing


def name() -> str:
    """What the certificate is made out to; devices that ask for a domain are told this one."""
    return f"radius.{settings.BASE_DOMAIN}"


def root_pem(*, now: datetime) -> str:
    """The platform's root, for devices to trust."""
    with scope.outside():
        return authority.root(now).certificate


def server(*, now: datetime) -> Signed:
    """The certificate with its key (outside any tenant), made when there is none or it ends soon.

    It is kept, unlike the one of RadSec: phones that were told to trust this very certificate would ask again.
    """
    with transaction.atomic():
        kept = WifiServer.objects.select_for_update().filter(number=WifiServer.ONLY).first()
        if kept is not None and kept.ends_at - now > RENEWED:
            return _signed(kept)
        made = _made(now)
        row = {"certificate": made.certificate, "key": made.key, "made_at": now, "ends_at": made.ends_at}
        if kept is None:
            try:
                with transaction.atomic():
                    WifiServer.objects.create(number=WifiServer.ONLY, **row)
            except IntegrityError:  # another worker was quicker
                return _signed(WifiServer.objects.get(number=WifiServer.ONLY))
        else:
            for field, value in row.items():
                setattr(kept, field, value)
            kept.save()
    return made


def _made(now: datetime) -> Signed:
    """With the root after it: Android can trust at first sight only what it has seen up to the root."""
    root = authority.root(now)
    made = certificates.make_wifi_server(root, name=name(), now=now)
    return replace(made, certificate=made.certificate + root.certificate)


def _signed(kept: WifiServer) -> Signed:
    return Signed(kept.certificate, kept.key, "", "", kept.ends_at)
