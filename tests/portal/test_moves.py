"""Another device with the right code: told what is in the way, moved, and let in when the other one is gone."""

import re
from html import unescape
from typing import Any

import pytest

from accounts.models import JournalEntry
from radius import disconnect, moving
from radius.models import Session
from routers.models import Router
from subscribers.models import Device
from tests.conftest import HostClient
from tests.factories import make_plan, make_service, make_session
from tests.portal.test_portal import CODE, LOGIN, address, enter, field, router

__all__ = ["router"]
NEW = "AA:BB:CC:00:00:02"


def posted(client: HostClient, page: str, where: str, **more: str) -> Any:
    """The form of a page, with all that it hides."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return client.post(
        f"/portal/r-one/{where}/", {name: unescape(text) for name, text in hidden.items()} | more
    )


@pytest.fixture
def taken(router: Router) -> Session:
    return make_session(service=make_service(code=CODE), router=router)


def test_the_pass_is_moved_and_the_phone_waits_until_the_other_is_gone(
    taken: Session, anonymous: HostClient
) -> None:
    said = enter(anonymous, CODE, mac=NEW)
    page = said.content.decode()
    assert said.status_code == 409
    assert "It has been online with it since" in page
    assert "3\u00a0times" in page or "3 times more today" in page
    assert LOGIN not in page
    answer = posted(anonymous, page, "move")
    page = answer.content.decode()
    assert (answer.status_code, "being signed out" in page) == (200, True)
    assert Session.objects.get().disconnect_state == disconnect.ASKED
    entry = JournalEntry.objects.get(verb=moving.VERB)
    assert (entry.actor, entry.address) == ("A guest with the code", "10.5.50.20")
    for _ in range(9):  # it asks by itself: that is no guessing of codes
        answer = posted(anonymous, page, "move")
        page = answer.content.decode()
        assert "being signed out" in page
    Session.objects.update(ended_at=taken.started_at)
    page = posted(anonymous, page, "move").content.decode()
    assert (field(page, "username"), field(page, "password")) == (CODE, CODE)
    assert f'action="{LOGIN}"' in page
    assert JournalEntry.objects.filter(verb=moving.VERB).count() == 1


def test_the_same_phone_is_let_in_as_ever(taken: Session, anonymous: HostClient) -> None:
    assert f'action="{LOGIN}"' in enter(anonymous, CODE).content.decode()


def test_a_page_that_waits_for_one_pass_does_not_try_others(taken: Session, anonymous: HostClient) -> None:
    page = posted(anonymous, enter(anonymous, CODE, mac=NEW).content.decode(), "move").content.decode()
    tries = [posted(anonymous, page, "move", code="CDFH").status_code for _ in range(6)]
    assert tries[-1] == 429


def test_no_moves_are_left(taken: Session, anonymous: HostClient) -> None:
    taken.service.plan.moves_a_day = 0
    taken.service.plan.save()
    page = enter(anonymous, CODE, mac=NEW).content.decode()
    assert "cannot move any more today" in page
    assert "Move it here" not in page
    assert "move the pass to this device" not in page
    start = anonymous.get(address(mac=NEW)).content.decode()
    answer = posted(anonymous, start, "move", code=CODE)
    assert answer.status_code == 422
    assert "stays on the device" in answer.content.decode()
    assert Session.objects.get().disconnect_state == ""


def test_a_pass_for_listed_devices_says_so(router: Router, anonymous: HostClient) -> None:
    make_service(code=CODE, plan=make_plan(lock="list"))
    page = enter(anonymous, CODE).content.decode()
    assert "for the devices on its list" in page
    assert "Another device" not in page
    assert "<form" not in page


def test_a_television_is_put_on_the_list_by_who_has_the_code(router: Router, anonymous: HostClient) -> None:
    service = make_service(code=CODE)
    start = anonymous.get(address()).content.decode()
    page = posted(anonymous, start, "device").content.decode()
    assert 'name="mac"' in page
    assert "Write the MAC address" in posted(anonymous, page, "device", code=CODE, mac="tv").content.decode()
    done = posted(anonymous, page, "device", code=CODE, mac="aa-bb-cc-11-22-33")
    assert "AA:BB:CC:11:22:33" in done.content.decode()
    assert Device.objects.get().service == service
    again = posted(anonymous, page, "device", code=CODE, mac="AA:BB:CC:11:22:34")
    assert (again.status_code, "as many as may be online" in again.content.decode()) == (422, True)


def test_a_wrong_code_adds_nothing(router: Router, anonymous: HostClient) -> None:
    page = posted(anonymous, anonymous.get(address()).content.decode(), "device").content.decode()
    answer = posted(anonymous, page, "device", code="CDFH", mac="AA:BB:CC:11:22:33")
    assert answer.status_code == 422
    assert not Device.objects.exists()


@pytest.mark.parametrize("where", ["move", "device"])
def test_without_a_signed_visit_nothing_happens(router: Router, anonymous: HostClient, where: str) -> None:
    answer = anonymous.post(f"/portal/r-one/{where}/", {"visit": "x", "code": CODE, "mac": NEW})
    assert answer.status_code == 400
