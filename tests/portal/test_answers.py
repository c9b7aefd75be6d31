"""Pages of the portal: their policy names a router only where a form posts to it."""

from routers.models import Router
from tests.conftest import HostClient
from tests.factories import make_service
from tests.portal.test_portal import CODE, address, enter, router

__all__ = ["router"]


def test_only_the_page_that_logs_in_may_post_to_the_router(router: Router, anonymous: HostClient) -> None:
    make_service(code=CODE)
    assert "10.5.50.1" not in anonymous.get(address())["Content-Security-Policy"]
    assert "form-action" in enter(anonymous, CODE)["Content-Security-Policy"]
    assert "10.5.50.1" in enter(anonymous, CODE)["Content-Security-Policy"]
    assert "10.5.50.1" not in enter(anonymous, "CDFH")["Content-Security-Policy"]
