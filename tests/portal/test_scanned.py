"""A QR code opens the portal without a router: the code is kept, and filled in when the router sends the phone."""

import pytest

from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import make_router
from tests.portal.test_portal import CODE, LOGIN, address

SHOWN = "-".join((CODE[:4], CODE[4:8], CODE[8:]))


def test_one_tap_away_with_the_code_kept(inside_isp: Isp, anonymous: HostClient) -> None:
    make_router(public_id="r-one", login_url=LOGIN)
    make_router(login_url=LOGIN)
    answer = anonymous.get("/portal/", {"v": SHOWN.lower()})
    page = answer.content.decode()
    assert SHOWN in page and page.count(f'href="{LOGIN}"') == 1
    kept = answer.cookies["voucher"]
    assert (kept.value, kept["path"], kept["httponly"], kept["samesite"]) == (CODE, "/portal/", True, "Lax")
    assert f'value="{CODE}"' in anonymous.get(address()).content.decode()
    assert 'value="OTHER"' in anonymous.get(address(v="OTHER")).content.decode()
    said = anonymous.get(address(error="Wrong", username="TRIED")).content.decode()
    assert 'value="TRIED"' in said


def test_routers_that_leave_or_are_not_ready_are_not_offered(inside_isp: Isp, anonymous: HostClient) -> None:
    make_router(login_url="http://10.1.1.1/login", state="reached")
    page = anonymous.get("/portal/", {"v": CODE}).content.decode()
    assert "10.1.1.1" not in page and "Open any web page" in page


@pytest.mark.parametrize("typed", ["", "<script>", "x" * 500 + "é", '"><b>', "\x00"])
def test_nonsense_is_kept_nowhere(inside_isp: Isp, anonymous: HostClient, typed: str) -> None:
    answer = anonymous.get("/portal/", {"v": typed})
    assert "<script>" not in answer.content.decode().replace("<script nonce", "")
    if not typed.startswith("x"):
        assert "voucher" not in answer.cookies
    anonymous.cookies["voucher"] = '"><i>zz'
    make_router(public_id="r-one", login_url=LOGIN)
    assert "<i>zz" not in anonymous.get(address()).content.decode()
