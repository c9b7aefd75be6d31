"""Sites over the API."""

from collections.abc import Callable

from subscribers.models import Site
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.api.conftest import Program


def test_sites_are_listed_found_and_looked_at(token_for: Callable[..., Program], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        Site.objects.all().delete()
        mall = Site.objects.create(name="Mall", made_at=make.NOW)
        Site.objects.create(name="Market", note="By the road", made_at=make.NOW)
    program = token_for(["routers:read"])

    def names(query: str = "") -> list[str]:
        return [row["name"] for row in program.call("GET", f"sites/{query}").json()["results"]]

    assert names() == ["Market", "Mall"]
    assert names("?search=mal") == ["Mall"]
    assert names("?search=%25") == []
    shown = program.call("GET", f"sites/{mall.pk}/").json()
    assert (shown["id"], shown["name"], shown["note"]) == (mall.pk, "Mall", "")
    assert program.call("GET", "sites/999999/").status_code == 404
    assert program.call("POST", "sites/", {"name": "New"}).status_code == 405
    assert token_for(["plans:read"]).call("GET", "sites/").status_code == 403
