"""/metrics: off without a token, closed without the right one, and what Prometheus reads."""

import json
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from radius.metrics import Histogram

TOKEN = "a-token-for-prometheus"


@pytest.fixture
def told(settings, tmp_path):
    settings.STATE_DIR, settings.METRICS_TOKEN = tmp_path, TOKEN
    (tmp_path / "metrics").mkdir()
    decided = Histogram()
    decided.add(0.0002)
    decided.add(7.0)
    for pid in (11, 12):
        (tmp_path / "metrics" / f"{pid}.json").write_text(
            json.dumps(
                {
                    "worker": str(pid), "at": time.time(), "server": {"drop_malformed": 4}, "store": {"shed": 1},
                    "attempts": [["t_a", 7, "ended", 3], ["t_a", 7, "accept", pid]], "records": [["t_a", 7, "interim", 9]],
                    "decided": decided.told(), "durable": Histogram().told(), "queues": {"accounting": 2}, "services": 17,
                }
            )
        )  # fmt: skip


def test_there_is_no_page_without_a_token(public, settings):
    settings.METRICS_TOKEN = ""
    assert public.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"bearer {TOKEN}", "Bearer é"])
def test_it_is_closed_without_the_right_one(public, told, header):
    assert public.get("/metrics", headers={"Authorization": header}).status_code == 401


def test_it_is_not_on_the_hosts_of_isps(anonymous, told):
    assert anonymous.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_prometheus_can_read_it(public, told):
    answer = public.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer["Content-Type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }

    def value(name, **labels):
        return samples[(name, *sorted(labels.items()))]

    assert value("kmikro_radius_workers") == 2
    assert (
        value("kmikro_radius_attempts_total", worker="12", tenant="t_a", router="7", outcome="accept") == 12
    )
    assert value("kmikro_radius_records_total", worker="11", tenant="t_a", router="7", kind="interim") == 9
    assert value("kmikro_radius_events_total", worker="11", event="drop_malformed") == 4
    assert value("kmikro_radius_events_total", worker="11", event="store_shed") == 1
    assert value("kmikro_radius_queue", worker="11", queue="accounting") == 2
    assert value("kmikro_radius_services", worker="11") == 17
    assert value("kmikro_radius_decision_seconds_bucket", worker="11", le="0.00025") == 1
    assert value("kmikro_radius_decision_seconds_bucket", worker="11", le="+Inf") == 2
    assert value("kmikro_radius_decision_seconds_count", worker="11") == 2
