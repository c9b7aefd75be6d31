"""The RouterOS versions of all routers: filter, sort, export, and words of routers as text."""

from collections.abc import Callable
from typing import Any

import pytest

from routers.models import RouterFirmware
from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db
NAUGHTY = "<img src=x onerror=alert(1)>"
ClientFor = Callable[..., HostClient]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_filters_and_export(inside_isp: Isp, client_for: ClientFor) -> None:
    client = client_for("technician")
    assert "No router is ready yet" in text(client.get("/routers/firmware/"))
    names = {"Old": True, "New": False, "Dumb": None}
    for name, behind in names.items():
        router = make_router(name=name, version="7.12.2")
        if behind is not None:
            RouterFirmware.objects.create(
                router=router, channel="stable", installed="7.12.2", latest="7.20.8" if behind else "",
                is_behind=behind, status=NAUGHTY, checked_at=NOW,
            )  # fmt: skip
    for state, name in (("behind", "Old"), ("current", "New"), ("unknown", "Dumb")):
        page = text(client.get(f"/routers/firmware/?firmware={state}"))
        assert [each for each in names if f">{each}<" in page] == [name]
    page = text(client.get("/routers/firmware/?sort=-checked"))
    assert NAUGHTY not in page
    assert "Upgrade these" not in page
    assert "Upgrade these" in text(client_for("owner").get("/routers/firmware/"))
    assert "7.20.8" in text(client.get("/routers/firmware/?format=csv"))
    assert "No router matches" in text(client.get("/routers/firmware/?q=zzz"))
    assert client_for("cashier").get("/routers/firmware/").status_code == 403
