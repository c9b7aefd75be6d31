"""The page that follows a router while it enrols shows what was looked at before anything was changed."""

from collections.abc import Callable

import pytest

from routers.models import Router
from tests.conftest import HostClient
from tests.factories import make_router

pytestmark = pytest.mark.django_db
NAUGHTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def looked_at(inside_isp: object) -> Router:
    return make_router(
        state="fetched",
        ready_at=None,
        is_up=False,
        trouble="Rename it.",
        preflight=[
            {"key": "version", "state": "ok", "title": "RouterOS", "text": "It runs 7.20.8."},
            {"key": "fasttrack", "state": "warn", "title": "FastTrack", "text": "A FastTrack rule is there."},
            {"key": "hotspot", "state": "stop", "title": "Hotspot", "text": f"{NAUGHTY} is there."},
        ],
    )


def test_every_check_is_shown_with_its_state(
    looked_at: Router, client_for: Callable[..., HostClient]
) -> None:
    for path in ("enrol/", "enrol/steps/"):
        text = client_for("owner").get(f"/routers/{looked_at.pk}/{path}").content.decode()
        assert "Looked at before anything was changed" in text
        for state, title in (("ok", "RouterOS"), ("warn", "FastTrack"), ("bad", "Hotspot")):
            part = text[: text.index(f">{title}</b>")]
            assert part[part.rindex("<li class=") :].startswith(f'<li class="{state}"')
        assert NAUGHTY not in text


def test_before_the_router_told_anything_there_is_no_list(
    looked_at: Router, client_for: Callable[..., HostClient]
) -> None:
    Router.objects.update(preflight=[])
    text = client_for("owner").get(f"/routers/{looked_at.pk}/enrol/").content.decode()
    assert "Looked at before anything was changed" not in text
