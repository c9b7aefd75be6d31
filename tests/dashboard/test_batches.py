"""Batches in the dashboard: asked once however often it is sent, made by the worker, voided with its sessions."""

from uuid import uuid4

import pytest

from accounts.journal import person
from billing.models import Batch
from billing.vouchers import ask_batch
from tests.factories import NOW, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db


def form(offered, **changes):
    return {"plan": str(offered.pk), "count": "30", "note": "Shop", "key": str(uuid4()), **changes}


def test_asked_made_and_shown(inside_isp, client_for, soon, people):
    plan = make_plan(name="Day", price_minor=5000)
    client = client_for("cashier")
    with soon():
        answer = client.post("/vouchers/", form(plan))
    batch = Batch.objects.get()
    assert answer["Location"] == f"/vouchers/batches/{batch.pk}/"
    assert (batch.state, batch.made, batch.made_by) == ("ready", 30, people["cashier"])
    page = client.get(answer["Location"]).content.decode()
    assert page.count(f"{batch.pk}-00") >= 30


def test_a_form_sent_twice_is_one_batch(inside_isp, client_for):
    data = form(make_plan())
    client = client_for("owner")
    first, second = client.post("/vouchers/", data), client.post("/vouchers/", data)
    assert Batch.objects.count() == 1
    assert first["Location"] == second["Location"]
    client.post("/vouchers/", form(make_plan()))
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    "change", [{"count": "0"}, {"count": "100001"}, {"count": "x"}, {"plan": "0"}, {"key": "x"}]
)
def test_nonsense_makes_nothing(inside_isp, client_for, change):
    answer = client_for("owner").post("/vouchers/", form(make_plan(), **change))
    assert answer.status_code == 422
    assert not Batch.objects.exists()


def test_archived_plans_are_not_offered(inside_isp, client_for):
    plan = make_plan(name="Old", is_archived=True)
    make_plan(name="New")
    client = client_for("owner")
    assert "Old" not in client.get("/vouchers/").content.decode()
    assert client.post("/vouchers/", form(plan)).status_code == 422


def test_progress_is_polled_until_it_is_ready(inside_isp, client_for, people):
    batch = make_batch(made_by=people["owner"], count=1000, made=500, state="making")
    client = client_for("owner")
    part = client.get(f"/vouchers/batches/{batch.pk}/progress/")
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "500 of 1,000" in part.content.decode()
    assert "HX-Refresh" not in part
    assert "every 2s" in client.get("/vouchers/rows/").content.decode()
    Batch.objects.filter(pk=batch.pk).update(state="ready", made=1000)
    part = client.get(f"/vouchers/batches/{batch.pk}/progress/")
    assert "every" not in part.content.decode()
    assert part["HX-Refresh"] == "true"
    assert "every 2s" not in client.get("/vouchers/rows/").content.decode()


@pytest.mark.parametrize("role", ["cashier", "reseller"])
def test_sellers_see_their_own_batches_only(inside_isp, client_for, people, role):
    mine, theirs = (
        make_batch(made_by=people[role], note="mine"),
        make_batch(made_by=people["owner"], note="theirs"),
    )
    voucher = make_voucher(batch=theirs)
    client = client_for(role)
    page = client.get("/vouchers/").content.decode()
    assert "mine" in page
    assert "theirs" not in page
    assert client.get(f"/vouchers/batches/{mine.pk}/").status_code == 200
    batch = f"/vouchers/batches/{theirs.pk}"
    for path in (
        f"{batch}/",
        f"{batch}/progress/",
        f"{batch}/sheet.pdf",
        f"{batch}/print/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/vouchers/{voucher.pk}/").status_code == 404
    assert voucher.service.label not in client.get("/vouchers/find/", {"q": voucher.code}).content.decode()
    never = 404 if role == "cashier" else 403  # an agent makes no batches and no voucher void
    for path in (f"{batch}/void/", f"{batch}/retry/", f"/vouchers/{voucher.pk}/void/"):
        assert client.post(path).status_code == never, path


def test_support_reads_and_makes_nothing(inside_isp, client_for, people):
    batch = make_batch(made_by=people["owner"])
    client = client_for("support")
    assert "Create vouchers" not in client.get("/vouchers/").content.decode()
    for path in ("/vouchers/", "/vouchers/preview/", f"/vouchers/batches/{batch.pk}/void/"):
        assert client.post(path, form(make_plan())).status_code == 403
    assert Batch.objects.count() == 1


def test_a_failed_batch_is_told_and_goes_on(inside_isp, client_for, people, soon):
    batch = ask_batch(make_plan(), 3, "", by=person(people["owner"]), now=NOW)
    Batch.objects.filter(pk=batch.pk).update(state="failed", state_text="The disk was full.")
    client = client_for("owner")
    assert "The disk was full." in client.get(f"/vouchers/batches/{batch.pk}/").content.decode()
    with soon():
        client.post(f"/vouchers/batches/{batch.pk}/retry/")
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("ready", 3)


def test_preview_counts_pages_and_money(inside_isp, client_for):
    plan = make_plan(price_minor=5000)
    page = client_for("owner").post("/vouchers/preview/", form(plan, count="120")).content.decode()
    assert "KSh\u00a06,000" in page
    assert "5 A4 pages" in page


def test_codes_price_and_last_day_are_chosen(inside_isp, client_for, soon):
    plan = make_plan(price_minor=5000)
    more = {"alphabet": "digits", "length": "9", "prefix": "km", "price_minor": "75", "use_by": "2030-11-30"}
    client = client_for("owner")
    shown = client.post("/vouchers/preview/", form(plan, **more)).content.decode()
    assert "KM11-1122-2233" in shown
    assert "KSh\u00a02,250" in shown
    with soon():
        answer = client.post("/vouchers/", form(plan, **more))
    batch = Batch.objects.get()
    assert (batch.prefix, batch.alphabet, batch.length, batch.price_minor) == ("KM", "digits", 9, 7500)
    code = batch.vouchers.first().code
    assert len(code) == 12 and code.startswith("KM") and code[2:].isdigit()
    assert "use by 30 Nov 2030" in client.get(answer["Location"]).content.decode()


def test_codes_that_can_be_guessed_are_refused_with_what_to_choose(inside_isp, client_for):
    client, weak = client_for("owner"), form(make_plan(), count="500", alphabet="digits", length="6")
    assert "Choose 10 or more" in client.post("/vouchers/preview/", weak).content.decode()
    answer = client.post("/vouchers/", weak)
    assert answer.status_code == 422
    assert "Choose 10 or more" in answer.content.decode()
    assert not Batch.objects.exists()
