"""Times of the dashboard's pages with 10,000 services and sessions, as multiples of the smallest page."""

import statistics
import time
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import User
from bench.ground import Ground
from tenants import scope

PAGES = {
    "home": "/",
    "vouchers": "/vouchers/",
    "sessions": "/sessions/",
    "login log": "/logins/",
    "subscribers": "/subscribers/",
    "subscribers, searched": "/subscribers/?q=Subscriber+77",
    "plans": "/plans/",
    "routers": "/routers/",
}
PEER = "/healthz"
ROUNDS = 7


def measure(ground: Ground) -> dict[str, Any]:
    """Median milliseconds of each page and its ratio to /healthz in the same run."""
    client = Client(HTTP_HOST=f"{ground.isp.slug}.{settings.BASE_DOMAIN}")
    with scope.inside(ground.isp.schema_name):
        user = User.objects.get()
        client.force_login(user)
        session = client.session
        session["epoch"] = user.session_epoch
        session.save()
    peer = _median(client, PEER)
    shown = {}
    for name, path in PAGES.items():
        took = _median(client, path)
        shown[name] = {"ms": round(took * 1000, 1), "ratio": round(took / peer, 1)}
    return {"peer": PEER, "peer_ms": round(peer * 1000, 2), "pages": shown}


def _median(client: Client, path: str) -> float:
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = client.get(path)
        times.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return statistics.median(times[1:])  # the first one loads templates
