"""Alert, outage and health pages: what they show, empty and full, and what people may do there."""

from datetime import UTC, datetime, timedelta

import pytest

from routers import incidents, samples, watching
from routers.incidents import Kind
from routers.models import AlertRule, Incident, Outage, Router, Watch
from routers.readings import Port, Reading
from tenants.models import Isp
from tests.dashboard.test_routers import ClientFor
from tests.factories import make_router

pytestmark = pytest.mark.django_db
NAUGHTY = '"><svg/onload=1>'


def text_of(answer: object) -> str:
    content: bytes = answer.content  # type: ignore[attr-defined]
    return content.decode()


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name="Gate", checked_at=datetime.now(UTC))


def test_empty_pages_say_what_will_be_there(inside_isp: Isp, client_for: ClientFor) -> None:
    client = client_for("owner")
    for path, words in (
        ("/routers/alerts/", "No alert yet"),
        ("/routers/alerts/?state=open", "No alert matches"),
        ("/routers/outages/", "No outage yet"),
        ("/routers/alerts/rules/", "Nobody is told yet"),
        ("/routers/leaks/", "Not compared yet"),
    ):
        assert words in text_of(client.get(path))


def test_an_alert_is_listed_found_exported_and_taken_on(gate: Router, client_for: ClientFor) -> None:
    now = datetime.now(UTC)
    incident = incidents.begin(gate, Kind.HOT, f"76.0 °C {NAUGHTY}", now=now)
    assert incident is not None
    client = client_for("technician")
    shown = text_of(client.get("/routers/alerts/?q=gate&state=open&kind=hot"))
    assert "Too hot" in shown and NAUGHTY not in shown
    assert "Too hot" in text_of(client.get("/routers/alerts/?format=csv"))
    assert client.post(f"/routers/alerts/{incident.pk}/take/").status_code == 302
    incident.refresh_from_db()
    assert incident.acknowledged_at is not None and incident.acknowledged_by


def test_outages_with_how_long_and_how_many(gate: Router, client_for: ClientFor) -> None:
    now = datetime.now(UTC)
    watch = watching.watch_of(gate, now=now)
    Outage.objects.create(
        router=gate, name="Gate", started_at=now - timedelta(hours=2), noticed_at=now, ended_at=now, sessions=12,
        cause="It was without power.",
    )  # fmt: skip
    client = client_for("support")
    shown = text_of(client.get("/routers/outages/"))
    assert "without power" in shown and "2 h" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert '"7200","12"' in text_of(client.get("/routers/outages/?format=csv"))
    assert "without power" in text_of(client.get(f"/routers/{watch.pk}/health/"))


def test_a_rule_is_made_changed_and_removed(gate: Router, client_for: ClientFor) -> None:
    client = client_for("manager")
    body = {
        "name": "Night",
        "channel": "webhook",
        "target": "https://example.test/in",
        "is_on": "on",
        "kinds": ["down"],
    }
    assert client.post("/routers/alerts/rules/new/", body).status_code == 302
    rule = AlertRule.objects.get()
    assert rule.secret and rule.secret in text_of(client.get(f"/routers/alerts/rules/{rule.pk}/"))
    bad = client.post(f"/routers/alerts/rules/{rule.pk}/", body | {"target": "http://10.0.0.1/"})
    assert bad.status_code == 422
    assert client.post(f"/routers/alerts/rules/{rule.pk}/", body | {"name": "Day"}).status_code == 302
    assert "Day" in text_of(client.get("/routers/alerts/rules/"))
    assert "Day" in text_of(client.get("/routers/alerts/rules/?q=EXAMPLE.test&channel=webhook"))
    assert "No rule matches" in text_of(client.get("/routers/alerts/rules/?channel=email"))
    assert "No rule matches" in text_of(client.get("/routers/alerts/rules/?q=night"))
    client.post(f"/routers/alerts/rules/{rule.pk}/", body | {"name": "=Day"})
    sheet = text_of(client.get("/routers/alerts/rules/?format=csv"))
    assert '"\'=Day","yes",' in sheet and "https://example.test/in" in sheet
    assert rule.secret not in sheet
    assert client.post(f"/routers/alerts/rules/{rule.pk}/remove/").status_code == 302
    assert not AlertRule.objects.exists()


def test_health_over_time_with_gaps_differences_and_policy(gate: Router, client_for: ClientFor) -> None:
    now, client = datetime.now(UTC), client_for("owner")
    path = f"/routers/{gate.pk}/health/"
    assert "No samples of this time" in text_of(client.get(path))
    watch = watching.watch_of(gate, now=now)
    for minute in (50, 49, 20, 1):
        port = Port("ether1", "ether", True, False, "uplink", (60 - minute) * 10_000_000, 5, 0, 0)
        reading = Reading(cpu=12, temperature=470, voltage=241, hotspot=3, ports=(port,))
        samples.keep(watch, reading, now=now - timedelta(minutes=minute))
    watch.drift, watch.drift_since = [{"do": "add", "path": "/radius", "what": "Adds our RADIUS server"}], now
    watch.temperature = 470
    watch.save()
    shown = text_of(client.get(f"{path}?range=hour&port=ether1"))
    for words in ("Adds our RADIUS server", "uplink", "°C", "47", "Put it right", "<svg"):
        assert words in shown
    assert "style=" not in shown
    assert client.post(f"/routers/{gate.pk}/policy/", {"policy": "report"}).status_code == 302
    gate.refresh_from_db()
    assert gate.policy == Router.Policy.REPORT
    Router.objects.update(checked_at=now - timedelta(hours=1))
    assert "These figures are old" in text_of(client.get(path))
    assert "Put it right" not in text_of(client_for("support").get(path))


def test_the_page_of_health_asks_little_of_the_database(
    gate: Router, client_for: ClientFor, django_assert_max_num_queries: object
) -> None:
    Watch.objects.create(router=gate, due_at=datetime.now(UTC), compare_at=datetime.now(UTC))
    Incident.objects.all().delete()
    client = client_for("owner")
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        client.get(f"/routers/{gate.pk}/health/")
