"""After a batch is handed over no page, file or search shows its codes; who prints again says why."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pypdf
import pytest

from accounts.models import JournalEntry
from billing.models import Batch
from kmikro.lib import codes
from tests.factories import NOW, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
WHY = {"reason": "The printer jammed"}


@pytest.fixture
def voucher(people):
    batch = make_batch(plan=make_plan(name="Day"), made_by=people["cashier"])
    return make_voucher(batch=batch)


def close(voucher):
    Batch.objects.filter(pk=voucher.batch_id).update(open_until=datetime.now(UTC) - timedelta(minutes=1))


@pytest.mark.parametrize("role", ["owner", "manager", "cashier"])
def test_codes_are_covered_everywhere_afterwards(client_for, voucher, role):
    client, clear = client_for(role), codes.shown(voucher.code)
    batch, page = f"/vouchers/batches/{voucher.batch_id}/", f"/vouchers/{voucher.pk}/"
    shown = (batch, page, f"/vouchers/find/?q={voucher.code}", f"{batch}?format=csv", f"{batch}print/")
    for path in shown:
        assert clear in client.get(path).content.decode(), path
    close(voucher)
    before = JournalEntry.objects.filter(verb="batch.codes").count()
    for path in shown[:-1]:
        text = client.get(path).content.decode()
        assert clear not in text and voucher.code not in text.replace(f"?q={voucher.code}", "").replace(
            f'value="{voucher.code}"', ""
        ), path
        assert codes.masked(voucher.code) in text, path
    for path in ("print/", "sheet.pdf"):
        assert client.get(f"{batch}{path}")["Location"] == batch
    assert JournalEntry.objects.filter(verb="batch.codes").count() == before


def test_handed_over_by_who_made_it(client_for, voucher):
    client, batch = client_for("cashier"), f"/vouchers/batches/{voucher.batch_id}/"
    assert "Hand over batch" in client.get(f"{batch}hand-over/").content.decode()
    client.post(f"{batch}hand-over/")
    text = client.get(batch).content.decode()
    assert "This batch was handed over" in text
    assert codes.shown(voucher.code) not in text
    assert "Print again" not in text
    for path in (f"{batch}open/", f"/vouchers/{voucher.pk}/print/"):
        assert client.post(path, WHY).status_code == 403


def test_a_batch_is_shown_again_for_a_reason(client_for, voucher):
    close(voucher)
    client, batch = client_for("manager"), f"/vouchers/batches/{voucher.batch_id}/"
    client.post(f"{batch}open/", {"reason": " "})
    assert codes.shown(voucher.code) not in client.get(batch).content.decode()
    client.post(f"{batch}open/", WHY)
    assert codes.shown(voucher.code) in client.get(batch).content.decode()
    assert JournalEntry.objects.get(verb="batch.open_again").facts == WHY


def test_one_voucher_is_printed_again_for_a_reason(client_for, voucher):
    close(voucher)
    client, path = client_for("owner"), f"/vouchers/{voucher.pk}/print/"
    asked = client.get(path).content.decode()
    assert "data-download" in asked and "whoever uses it first" in asked
    assert client.post(path).status_code == 302
    made = client.post(path, WHY)
    assert made["Content-Type"] == "application/pdf"
    assert codes.shown(voucher.code) in pypdf.PdfReader(BytesIO(made.content)).pages[0].extract_text()
    assert JournalEntry.objects.get(verb="voucher.print_again").facts == WHY


def test_its_whole_life_stands_on_one_page(client_for, voucher):
    client, batch = client_for("owner"), f"/vouchers/batches/{voucher.batch_id}/"
    client.get(f"{batch}sheet.pdf")
    client.get(batch, {"format": "csv"})
    client.post(f"{batch}hand-over/")
    client.post(f"/vouchers/{voucher.pk}/print/", WHY)
    voucher.service.first_used_at = NOW
    voucher.service.expires_at = NOW + timedelta(hours=1)
    voucher.service.save()
    text = client.get(f"/vouchers/{voucher.pk}/").content.decode()
    for said in (
        "Made in batch",
        "Printed",
        "Exported",
        "Handed over",
        "Printed again",
        WHY["reason"],
        "First used",
        "Ended",
    ):
        assert said in text
    other = make_voucher(batch=voucher.batch)
    text = client.get(f"/vouchers/{other.pk}/").content.decode()
    assert "Handed over" in text and "Printed again" not in text and ">Printed<" not in text
