"""The page that looks two months ahead."""

import pytest

from tests.factories import make_plan

HABIT = "?gigabytes=2&begins=18&ends=23&kind=account"


def test_it_tells_what_changes_when(inside_isp, client_for):
    plan = make_plan(name="Cap", data_limit_bytes=10 * 10**9, validity_seconds=None)
    page = client_for("support").get(f"/plans/{plan.pk}/ahead/{HABIT}").content.decode()
    assert "All 10 GB of data are used." in page
    assert "The customer reads:" in page
    assert "of 120" in page.replace("\u00a0", " "), "two months of 2 GB a day"


def test_it_begins_with_a_habit(inside_isp, client_for):
    plan = make_plan(name="Open", validity_seconds=None)
    answer = client_for("owner").get(f"/plans/{plan.pk}/ahead/")
    assert answer.status_code == 200
    assert "Online, " in answer.content.decode()


@pytest.mark.parametrize(
    "wrong", ["gigabytes=much", "gigabytes=99999999", "begins=25", "kind=router", "gigabytes="]
)
def test_what_cannot_be_read_is_said(inside_isp, client_for, wrong):
    plan = make_plan()
    name, _, value = wrong.partition("=")
    habit = dict(pair.split("=") for pair in HABIT[1:].split("&")) | {name: value}
    answer = client_for("owner").get(f"/plans/{plan.pk}/ahead/", habit)
    assert answer.status_code == 422
    assert f'id="id_{name}-error"' in answer.content.decode()
