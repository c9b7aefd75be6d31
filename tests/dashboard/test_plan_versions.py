"""The page of a plan's versions, and moving people to the newest."""

from dataclasses import replace

from accounts.journal import SYSTEM
from dashboard import plan_versions
from subscribers import plans, rules
from subscribers.models import Plan, Service
from subscribers.plans import Terms
from tests.dashboard.test_plans import FORM
from tests.factories import NOW, make_service

DAY = Terms("Day", 5000, "KES", 5_000_000, 2_000_000, validity_days=1)


def test_differences_are_said_by_label_and_repeated_labels_together(inside_isp):
    older = plans.create(DAY, by=SYSTEM, now=NOW)
    hours = [{"days": [0], "from": "08:00", "to": "12:00"}, {"days": [1], "from": "08:00", "to": "12:00"}]
    newer = rules.settle(older, rules.Rules(windows=hours), by=SYSTEM, now=NOW)
    older.refresh_from_db()
    older.windows = []
    told = plan_versions.differences(plan_versions.lines(older), plan_versions.lines(newer))
    assert told == [("Hours", "", "Mon, 08:00 to 12:00; Tue, 08:00 to 12:00")]


def test_a_change_for_new_sales_is_shown_and_undone(inside_isp, client_for):
    plan = plans.create(DAY, by=SYSTEM, now=NOW)
    make_service(plan=plan)
    client = client_for("manager")
    answer = client.post(f"/plans/{plan.pk}/", FORM | {"price": "60", "reach": "new"})
    assert answer.status_code == 302
    frozen = Plan.objects.get(frozen_of=plan)
    page = client.get(f"/plans/{plan.pk}/versions/").content.decode()
    assert "1 service has these terms" in page
    kept = client.get(f"/plans/{frozen.pk}/").content.decode()
    assert "terms of version 1" in kept
    assert '<form id="plan-form"' not in kept
    confirm = client.get(f"/plans/{frozen.pk}/bring-up/").content.decode()
    assert "Services with version 1: 1." in confirm
    assert client.post(f"/plans/{frozen.pk}/bring-up/").status_code == 302
    assert Service.objects.get().plan_id == plan.pk
    assert "service has these terms" not in client.get(f"/plans/{plan.pk}/versions/").content.decode()


def test_rules_reach_only_new_sales_too(inside_isp, client_for):
    plan = plans.create(DAY, by=SYSTEM, now=NOW)
    held = make_service(plan=plan)
    rules.settle(plan, rules.Rules(priority=2), by=SYSTEM, now=NOW, reach="new")
    held.refresh_from_db()
    assert held.plan.priority == 8
    page = client_for("owner").get(f"/plans/{plan.pk}/versions/").content.decode()
    assert "Priority of the queue" in page


def test_who_may_only_look_cannot_move(inside_isp, client_for):
    plan = plans.create(DAY, by=SYSTEM, now=NOW)
    make_service(plan=plan)
    plans.change(plan, replace(DAY, devices=2), by=SYSTEM, now=NOW, reach="new")
    frozen = Plan.objects.get(frozen_of=plan)
    client = client_for("support")
    assert "Move to the newest" not in client.get(f"/plans/{plan.pk}/versions/").content.decode()
    assert client.post(f"/plans/{frozen.pk}/bring-up/").status_code == 403
    assert client.post(f"/plans/{frozen.pk}/", FORM).status_code == 403


def test_lists_and_counts_hold_older_versions_with_their_plan(inside_isp, client_for):
    plan = plans.create(DAY, by=SYSTEM, now=NOW)
    make_service(plan=plan, label="1-0042")
    plans.change(plan, replace(DAY, devices=2), by=SYSTEM, now=NOW, reach="new")
    client = client_for("owner")
    shelf = client.get("/plans/?shelf=archived").content.decode()
    assert "No archived plan" in shelf
    assert "0 vouchers in use, 1 unused" in client.get(f"/plans/{plan.pk}/").content.decode()
