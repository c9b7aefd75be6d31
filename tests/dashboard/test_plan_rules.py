"""The rules of a plan in the browser: read as they are typed, shown in words, errors at their place."""

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from subscribers import rules
from subscribers.models import Plan
from subscribers.rules import Rules
from tests.factories import make_plan, make_router, make_service, make_session
from tests.isolation.bodies import RULES

pytestmark = pytest.mark.django_db
WANTED = Rules(
    grace_seconds=2 * 86_400,
    daily_data_bytes=2_500_000_000,
    daily_seconds=5400,
    windows=[{"days": [0, 4], "from": "18:00", "to": "24:00"}],
    stages=[{"period": "week", "after_bytes": 20 * 10**9, "download_bps": 10**6, "upload_bps": 500_000}],
    speeds=[{"days": [5], "from": "22:00", "to": "06:00", "download_bps": 40_000_000, "upload_bps": 0}],
    free_windows=[{"days": [0], "from": "00:00", "to": "05:00"}],
    sale_limit="month",
    sale_windows=[{"days": [6], "from": "08:00", "to": "20:00"}],
    carry="always",
    carry_limit_bytes=5 * 10**9,
    lock="first",
    burst_download_bps=20_000_000,
    burst_seconds=16,
    priority=3,
    pool="slow",
)


@pytest.fixture
def plan(inside_isp):
    return make_plan(name="Home 10")


def here(plan):
    return f"/plans/{plan.pk}/rules/"


def ruled(plan):
    return rules.rules_of(Plan.objects.get(pk=plan.pk))


def test_rules_are_saved_shown_and_read_again(plan, client_for):
    client, session = client_for("manager"), make_session(service=make_service(plan=plan))
    assert "None: no hours" in client.get(f"/plans/{plan.pk}/").content.decode()
    said = client.post(here(plan), RULES, follow=True).content.decode()
    assert "Live sessions that follow them now: 1." in said
    assert ruled(plan) == WANTED
    assert Session.objects.get(pk=session.pk).change_state == "changing"
    for client in (client_for("manager"), client_for("support")):
        page = client.get(f"/plans/{plan.pk}/").content.decode()
        for words in (
            "Mon, Fri, 18:00 to 24:00",
            "after 20",
            "2\u00a0days",
            "the first device",
            "slow",
            "Sat, 22:00 to 06:00: 40",
        ):
            assert words in page
    assert 'value="2.5"' in client_for("manager").get(here(plan)).content.decode()
    assert JournalEntry.objects.filter(verb="plan.rules").count() == 1


def test_places_are_ticked(plan, client_for):
    router = make_router(name="Mall")
    client_for("owner").post(here(plan), {**RULES, "routers": [router.pk], "sites": [router.site_id]})
    assert (ruled(plan).routers, ruled(plan).sites) == ([router.pk], [router.site_id])
    assert "Mall" in client_for("owner").get(f"/plans/{plan.pk}/").content.decode()


def test_a_router_that_is_gone_stays_ticked(plan, client_for):
    make_router()
    Plan.objects.filter(pk=plan.pk).update(routers=[7_000_000])
    page = client_for("owner").get(here(plan)).content.decode()
    assert "No. 7000000, which is gone" in page
    assert client_for("owner").post(here(plan), {**RULES, "routers": ["7000000"]}).status_code == 302
    assert ruled(plan).routers == [7_000_000]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"daily_data_bytes": "much"}, "Type a number"),
        ({"daily_data_bytes": "0.0001"}, "Data a day is outside"),
        ({"burst_download_bps": "1000000"}, "Burst download is outside"),
        ({"burst_seconds": "1.5"}, "Type a whole number"),
        ({"priority": "9"}, "9 is not one"),
        ({"pool": "x" * 64}, "63"),
        ({"windows-0-opens": ""}, "Hours have days"),
        ({"windows-0-opens": "noon"}, "Enter a valid time"),
        ({"windows-0-days": ["9"]}, "9 is not one"),
        ({"stages-0-upload": ""}, "data and both speeds"),
        ({"stages-0-upload": "0.001"}, "at least 8 kbps"),
        ({"stages-TOTAL_FORMS": "x"}, "ManagementForm"),
        ({"speeds-0-days": [], "speeds-0-opens": "", "speeds-0-closes": ""}, "A speed by the hour has days"),
        ({"speeds-0-closes": ""}, "Hours have days"),
        ({"speeds-0-upload": "0.001"}, "at least 8 kbps"),
        ({"sale-0-opens": ""}, "Hours have days"),
        ({"carry": "often"}, "often is not one"),
        ({"end_plan_id": "999999999"}, "999999999 is not one"),
    ],
)
def test_what_will_not_do_is_said(plan, client_for, given, said):
    answer = client_for("owner").post(here(plan), {**RULES, **given})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ruled(plan) == Rules()


def test_an_emptied_row_goes_away(plan, client_for):
    client = client_for("owner")
    client.post(here(plan), RULES)
    emptied = {
        **RULES,
        "windows-TOTAL_FORMS": "2", "windows-INITIAL_FORMS": "1", "windows-0-days": [], "windows-0-opens": "", "windows-0-closes": "",
        "stages-TOTAL_FORMS": "2", "stages-INITIAL_FORMS": "1", "stages-0-after": "", "stages-0-download": "", "stages-0-upload": "",
        "speeds-TOTAL_FORMS": "2", "speeds-INITIAL_FORMS": "1", "speeds-0-days": [], "speeds-0-opens": "", "speeds-0-closes": "",
        "speeds-0-download": "", "sale-TOTAL_FORMS": "2", "sale-INITIAL_FORMS": "1", "sale-0-days": [], "sale-0-opens": "",
        "free-TOTAL_FORMS": "2", "free-INITIAL_FORMS": "1", "free-0-days": [], "free-0-opens": "", "free-0-closes": "",
        "sale-0-closes": "",
    }  # fmt: skip
    assert client.post(here(plan), emptied).status_code == 302
    left = ruled(plan)
    assert (left.windows, left.stages, left.speeds, left.sale_windows, left.free_windows) == ([],) * 5


def test_plans_that_come_after_are_chosen_from_the_others(plan, client_for):
    slow = make_plan(name="Ended 256k")
    client = client_for("owner")
    page = client.get(here(plan)).content.decode()
    assert f'<option value="{slow.pk}">Ended 256k</option>' in page
    assert f'<option value="{plan.pk}"' not in page
    client.post(here(plan), {**RULES, "end_plan_id": slow.pk, "quota_plan_id": slow.pk})
    assert (ruled(plan).end_plan_id, ruled(plan).quota_plan_id) == (slow.pk, slow.pk)
    assert "as on Ended 256k" in client.get(f"/plans/{plan.pk}/").content.decode()
    assert f'<option value="{slow.pk}" selected>' in client.get(here(plan)).content.decode()
    client.post(here(plan), {**RULES, "end_plan_id": "", "quota_plan_id": ""})
    assert (ruled(plan).end_plan_id, ruled(plan).quota_plan_id) == (None, None)


def test_support_may_not(plan, client_for):
    assert client_for("support").get(here(plan)).status_code == 403
    assert here(plan) not in client_for("support").get(f"/plans/{plan.pk}/").content.decode()
