"""Usage pages: of one service and of everybody, by chosen days, as chart, table and file; limits as bars."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Correction, Usage
from tests.factories import make_plan, make_service, make_site, make_subscriber

pytestmark = pytest.mark.django_db
GB = 10**9


def use(service, hours_ago=2, down=GB, up=0, seconds=600):
    hour = (datetime.now(UTC) - timedelta(hours=hours_ago)).replace(minute=0, second=0, microsecond=0)
    Usage.objects.create(service=service, hour=hour, download_bytes=down, upload_bytes=up, seconds=seconds)
    return hour


@pytest.fixture
def ana(inside_isp):
    stage = {"period": "month", "after_bytes": 8 * GB, "download_bps": 1_000_000, "upload_bps": 500_000}
    plan = make_plan(name="Home", data_limit_bytes=10 * GB, stages=[stage])
    owner = make_subscriber(name="Ana Wanjiku", site=make_site(name="Hill"))
    return make_service(
        kind="account", label="ana.home", plan=plan, subscriber=owner, download_bytes=9 * GB, seconds_used=600
    )


def test_one_service_with_limits_corrections_and_a_table(ana, client_for):
    hour = use(ana, down=9 * GB)
    Correction.objects.create(
        service=ana, hour=hour, download_bytes=-2 * GB, why="x", made_at=hour, made_by="Amina"
    )
    client, here = client_for("support"), f"/usage/services/{ana.pk}/"
    page = client.get(here).content.decode().replace("\u00a0", " ")
    for words in (
        "9 GB of 10 GB", "90 percent used", "Fair use this month: then 1 Mbps down", "7 GB of 8 GB",
        "Corrected by \u22122 GB", 'class="l3"', "The same as a table",
    ):  # fmt: skip
        assert words in page, words
    assert "polyline" not in client.get(f"{here}?since=2020-01-01&until=2020-01-02").content.decode()
    for by in ("hour", "month"):
        assert "9 GB" in client.get(f"{here}?by={by}").content.decode().replace("\u00a0", " ")
    assert "begins after it ends" in client.get(f"{here}?since=2026-02-01&until=2026-01-01").content.decode()
    assert "Type a date" in client.get(f"{here}?since=soon").content.decode()
    lines = client.get(f"{here}?format=csv").content.decode().splitlines()
    assert len(lines) == 31 and f'"{9 * GB}"' in "".join(lines) and f'"{-2 * GB}"' in "".join(lines)
    account = client.get(f"/subscribers/accounts/{ana.pk}/").content.decode()
    assert "90 percent used" in account and here in account


def test_everybody_with_who_used_most_narrowed_searched_and_exported(ana, client_for):
    other = make_service(kind="account", label="bob.home")
    use(ana, down=3 * GB)
    use(other, down=GB, up=GB, seconds=9000)
    client = client_for("support")
    page = client.get("/usage/?period=week").content.decode().replace("\u00a0", " ")
    assert page.index("Ana Wanjiku") < page.index("bob.home") and "Download 4 GB" in page
    by_time = client.get("/usage/?period=week&sort=-seconds").content.decode()
    assert by_time.index("bob.home") < by_time.index("Ana Wanjiku")
    for query in (f"plan={ana.plan_id}", f"site={ana.subscriber.site_id}", "q=wanjiku"):
        narrowed = client.get(f"/usage/?period=week&{query}").content.decode()
        assert "Ana Wanjiku" in narrowed and "bob.home" not in narrowed, query
    assert "Nobody matches" in client.get("/usage/?q=nobody").content.decode()
    assert "Nothing was used in these days" in client.get("/usage/?since=2020-01-01&until=2020-01-02").content.decode()  # fmt: skip
    lines = client.get("/usage/?period=week&format=csv").content.decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ['"ana.home"', '"bob.home"']
    assert client_for("technician").get("/usage/").status_code == 403


def test_a_page_of_many_costs_what_a_page_of_one_does(ana, client_for):
    client, counts = client_for("support"), []
    use(ana)
    client.get("/usage/?period=week")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/usage/?period=week")
        counts.append(len(queries))
        for _each in range(8):
            use(make_service(kind="account"))
    assert counts[0] == counts[1] <= 18
