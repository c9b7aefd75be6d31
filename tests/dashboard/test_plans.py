"""Plan pages: what is typed simply arrives exactly, errors sit at their field, roles that may not change read."""

import pytest

from accounts.models import JournalEntry
from dashboard.forms_plans import PlanForm, initial
from subscribers import plans
from subscribers.models import Plan
from subscribers.plans import Terms
from tests.factories import make_plan, make_session, make_voucher

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Day",
    "price": "1,500",
    "validity": "1",
    "validity_unit": "days",
    "download": "2,5",
    "download_unit": "mbps",
    "upload": "512",
    "upload_unit": "kbps",
    "data_limit": "3",
    "data_limit_unit": "GB",
    "time_limit": "",
    "time_limit_unit": "hours",
    "devices": "2",
}


def test_create_reads_units(inside_isp, client_for):
    answer = client_for("manager").post("/plans/new/", FORM)
    plan = Plan.objects.get()
    assert answer["Location"] == f"/plans/{plan.pk}/"
    assert plans.terms_of(plan) == Terms(
        "Day", 150_000, "KES", 2_500_000, 512_000, None, 3 * 10**9, None, 2, validity_days=1
    )
    assert JournalEntry.objects.get(verb="plan.create").actor.startswith("Manager")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("price", "free"),
        ("price", "19.999"),
        ("price", "-5"),
        ("price", "1e99999"),
        ("download", "fast"),
        ("download", "1.2.3"),
        ("upload", "-1"),
        ("validity", "0.0001"),
        ("validity", "99999999"),
        ("validity", "NaN"),
        ("data_limit", "0.0000001"),
        ("devices", "0"),
        ("devices", "1.5"),
        ("devices", ""),
        ("validity_unit", "years"),
    ],
)
def test_nonsense_is_shown_at_its_field(inside_isp, client_for, field, typed):
    answer = client_for("owner").post("/plans/new/", FORM | {field: typed})
    assert not Plan.objects.exists()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()


def test_a_taken_name_is_shown_at_the_name(inside_isp, client_for):
    make_plan(name="Day")
    page = client_for("owner").post("/plans/new/", FORM)
    assert page.status_code == 422
    assert "already called" in page.content.decode()


@pytest.mark.parametrize(
    "terms",
    [
        Terms("A", 1999, "KES", 0, 0),
        Terms("B", 150_000, "KES", 2_500_000, 512_000, 5400, 1_500_000, 90_000, 3),
        Terms("C", 100, "KES", 1_000, 10**9, 7 * 86_400, 10**9, 3600, 1),
        Terms("D", 0, "UGX", 12_345, 8_000, 61, 10**6 + 1, 60, 100),
        Terms("E", 0, "KES", 0, 0, validity_days=14),
        Terms("F", 0, "KES", 0, 0, validity_months=3, validity_begins="start"),
    ],
)
def test_saving_unchanged_changes_nothing(terms):
    form = PlanForm(initial(terms), currency=terms.currency)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["terms"] == terms


def test_edit_tells_how_many_it_touches(inside_isp, client_for):
    plan = make_plan(name="Day", price_minor=5000)
    make_voucher(plan=plan)
    client = client_for("owner")
    assert "0 vouchers in use, 1 unused" in client.get(f"/plans/{plan.pk}/").content.decode()
    assert client.post(f"/plans/{plan.pk}/", FORM | {"price": "60"}).status_code == 302
    plan.refresh_from_db()
    assert plan.price_minor == 6000


def test_preview_says_upload_first_and_needs_no_name(inside_isp, client_for):
    page = client_for("owner").post("/plans/preview/", FORM | {"name": "", "price": ""}).content.decode()
    assert "512k/2500k" in page
    assert "<html" not in page
    assert not Plan.objects.exists()


def test_archive_asks_first_and_restore_brings_back(inside_isp, client_for):
    plan = make_plan(name="Day")
    client = client_for("owner")
    assert "Take Day out of sale?" in client.get(f"/plans/{plan.pk}/archive/").content.decode()
    plan.refresh_from_db()
    assert not plan.is_archived
    client.post(f"/plans/{plan.pk}/archive/")
    plan.refresh_from_db()
    assert plan.is_archived
    assert (
        "Day"
        not in client.get("/plans/")
        .content.decode()
        .split('id="list"')[1]
        .split("</table>")[0]
        .split("empty")[0]
    )
    client.post(f"/plans/{plan.pk}/restore/")
    plan.refresh_from_db()
    assert not plan.is_archived


@pytest.mark.parametrize("role", ["support", "cashier", "reseller"])
def test_readers_read_and_change_nothing(inside_isp, client_for, role):
    plan = make_plan(name="Day")
    client = client_for(role)
    page = client.get(f"/plans/{plan.pk}/").content.decode()
    assert "Save plan" not in page
    for path in (f"/plans/{plan.pk}/", "/plans/new/", "/plans/preview/", f"/plans/{plan.pk}/archive/"):
        assert client.post(path, FORM).status_code == 403
    plan.refresh_from_db()
    assert (plan.name, plan.is_archived) == ("Day", False)


def test_neighbours_plans_are_not_found(client_for, neighbour, isp):
    assert client_for("owner", neighbour).get("/plans/987654/").status_code == 404


@pytest.mark.parametrize(
    ("change", "state"), [({"download": "9"}, "changing"), ({"download": "2,5", "price": "1"}, "")]
)
def test_a_new_speed_reaches_who_is_online(
    inside_isp, client_for, django_capture_on_commit_callbacks, change, state
):
    client = client_for("manager")
    client.post("/plans/new/", FORM)
    plan = Plan.objects.get()
    online = make_session(service=make_voucher(plan=plan).service)
    with django_capture_on_commit_callbacks() as sent:
        answer = client.post(f"/plans/{plan.pk}/", {**FORM, **change}, follow=True)
    online.refresh_from_db()
    assert (online.change_state, len(sent)) == (state, int(bool(state)))
    assert ("Live sessions that get the new speed now: 1." in answer.content.decode()) == bool(state)
