"""Designs on pages: who may, the preview that tells what is wrong, and the usual one that is printed."""

import pytest

from accounts.journal import person
from billing import designs
from billing.models import Design
from kmikro.lib import codes
from tests.factories import NOW, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
FORM = {"name": "Kiosk", "paper": "roll58", "html": '<p style="color:red">{{ code }} {{ qr }} {{ plan }}</p>'}


def test_made_chosen_and_printed(client_for, people):
    client = client_for("owner")
    answer = client.post("/vouchers/designs/new/", FORM)
    design = Design.objects.get()
    assert answer["Location"] == f"/vouchers/designs/{design.pk}/"
    client.post("/vouchers/designs/usual/", {"design": design.pk})
    assert "Usual" in client.get("/vouchers/designs/").content.decode()
    voucher = make_voucher(batch=make_batch(plan=make_plan(name="<Day>"), made_by=people["owner"]))
    path = f"/vouchers/batches/{voucher.batch_id}/"
    assert "Kiosk" in client.get(path).content.decode()
    page = client.get(f"{path}print/")
    text = page.content.decode()
    assert codes.shown(voucher.code) in text
    assert 'style="color:red"' in text and "&lt;Day&gt;" in text and 'class="slip-qr"' in text
    assert "slips-roll58" in text
    policy = page["Content-Security-Policy"]
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "unsafe" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    usual = client.get(f"{path}print/", {"paper": "a4"})
    assert 'class="sheet"' in usual.content.decode()
    assert "unsafe" not in usual["Content-Security-Policy"]


def test_the_preview_shows_the_slip_or_what_is_wrong(client_for):
    client = client_for("manager")
    shown = client.post("/vouchers/designs/preview/", FORM).content.decode()
    assert "CCCC-DDDD-FFFF" in shown and "<h1" not in shown
    wrong = client.post(
        "/vouchers/designs/preview/", {**FORM, "html": "{{ code }} {{ pin }}"}
    ).content.decode()
    assert "There is no field {{ pin }}" in wrong


def test_nonsense_is_refused_with_what_was_typed(inside_isp, client_for):
    answer = client_for("owner").post("/vouchers/designs/new/", {**FORM, "html": "nothing <i>here</i>"})
    assert answer.status_code == 422
    assert "A voucher needs its code" in answer.content.decode()
    assert "nothing &lt;i&gt;here" in answer.content.decode()
    assert not Design.objects.exists()


def test_sellers_see_designs_and_change_none(client_for, people):
    made = designs.make("Kiosk", "a4", "{{ code }}", by=person(people["owner"]), now=NOW)
    client = client_for("cashier")
    page = client.get("/vouchers/designs/").content.decode()
    assert "Kiosk" in page and "New design" not in page and "Use this" not in page
    for path in ("new/", "preview/", "usual/", f"{made.pk}/", f"{made.pk}/remove/"):
        assert client.post(f"/vouchers/designs/{path}", FORM).status_code == 403


def test_removed_after_a_question(client_for, people):
    made = designs.make("Kiosk", "a4", "{{ code }}", by=person(people["owner"]), now=NOW)
    client, path = client_for("owner"), f"/vouchers/designs/{made.pk}/remove/"
    assert "Remove the design Kiosk?" in client.get(path).content.decode()
    client.post(path)
    assert not Design.objects.exists()
    assert client.get(path).status_code == 404
