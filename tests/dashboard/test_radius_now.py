"""RADIUS as it is now: rates of this ISP alone, drops by reason, silence and nothing at all."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_attempt, make_router

pytestmark = pytest.mark.django_db


@pytest.fixture
def tell(settings, tmp_path, inside_isp):
    settings.STATE_DIR = tmp_path
    (tmp_path / "metrics").mkdir()

    def told(name="a-1", back=0.0, accounting=0, spool=0, **minute):
        rows = {
            kind: [[inside_isp.schema_name if tenant is None else tenant, *rest] for tenant, *rest in each]
            for kind, each in minute.items()
        }
        said = {
            "worker": name, "at": time.time() - back, "server": {}, "store": {}, "attempts": [], "records": [],
            "queues": {"accounting": accounting, "spool": spool}, "minute": {"seconds": 60.0, **rows},
        }  # fmt: skip
        (tmp_path / "metrics" / f"{name}.json").write_text(json.dumps(said))

    return told


def shown(client, address="/network/radius/now/"):
    return " ".join(client.get(address).content.decode().split())


def test_rates_routers_and_reasons_of_this_isp_alone(tell, client_for):
    router = make_router(name="Kibera")
    make_attempt(router=router, at=datetime.now(UTC) - timedelta(seconds=5), microseconds=1500)
    for name in ("a-1", "a-2"):
        tell(
            name,
            attempts=[
                (None, router.pk, "accept", 600),
                (None, router.pk, "ended", 30),
                ("t_other", 9, "accept", 900),
            ],
            records=[(None, router.pk, "interim", 60)],
            drops=[(None, router.pk, "drop_wrong_authenticator", 3), ("t_other", 9, "flood", 7777)],
            accounting=4,
        )
    page = shown(client_for("technician"))
    assert "20 <small>/s" in page and "1.0 <small>/s" in page and "2.0 <small>/s" in page
    assert page.count("<dd>1.5&nbsp;ms</dd>") == 2
    assert "Kibera" in page and "1,200" in page
    assert "<dt>Ended</dt><dd>60</dd>" in page
    assert "Signed with another secret</dt><dd>6</dd>" in page
    assert "7,777" not in page and "Unread" not in page
    assert "<dt>Reporting</dt><dd>2</dd>" in page and "<dt>Accounting that waits</dt><dd>8</dd>" in page
    assert "silent" not in page


def test_nothing_is_measured(tell, client_for):
    assert "Nothing is measured" in shown(client_for("owner"))
    assert "Nothing is measured" in shown(client_for("owner"), "/network/radius/")


def test_workers_that_are_silent_say_since_when(tell, client_for):
    tell(back=25.0)
    page = shown(client_for("owner"))
    assert "The RADIUS workers are silent" in page
    assert "<dt>Reporting</dt><dd>0</dd>" in page


def test_a_quiet_minute_is_no_error_and_accounting_on_disk_is_told(tell, client_for):
    tell(spool=2)
    page = shown(client_for("support"))
    assert "No router has asked in the last minute" in page and "Everybody was let in" in page
    assert "Accounting lies on disk" in page


def test_the_part_alone_for_htmx_and_nobody_else(tell, client_for):
    tell()
    part = client_for("owner").get("/network/radius/now/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="now"')
    assert client_for("cashier").get("/network/radius/now/").status_code == 403
