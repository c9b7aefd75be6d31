"""Vouchers: codes only for who may see them, found by what is on the paper, their life told, void ends sessions."""

from io import BytesIO

import pypdf
import pytest

from accounts.models import JournalEntry
from kmikro.lib import codes
from radius.models import Session
from tests.factories import NOW, make_attempt, make_batch, make_plan, make_router, make_session, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(people):
    return make_batch(plan=make_plan(name="Day"), made_by=people["owner"], count=3, made=3)


@pytest.fixture
def vouchers(batch):
    return [
        make_voucher(batch=batch),
        make_voucher(batch=batch, first_used_at=NOW),
        make_voucher(batch=batch, status="void"),
    ]


def test_codes_are_covered_for_support_everywhere(client_for, batch, vouchers):
    client = client_for("support")
    for path in (
        f"/vouchers/batches/{batch.pk}/",
        f"/vouchers/{vouchers[0].pk}/",
        f"/vouchers/find/?q={vouchers[0].code}",
    ):
        page = client.get(path).content.decode()
        assert codes.masked(vouchers[0].code) in page
        assert codes.shown(vouchers[0].code) not in page
    for path in ("sheet.pdf", "print/", "?format=csv"):
        assert client.get(f"/vouchers/batches/{batch.pk}/{path}").status_code == 403
    assert not JournalEntry.objects.filter(verb="batch.codes").exists()


def test_states_are_counted_and_filtered(client_for, batch, vouchers):
    client = client_for("owner")
    url = f"/vouchers/batches/{batch.pk}/"
    assert ">All <b>3</b>" in client.get(url).content.decode()
    only = client.get(url, {"state": "new"}).content.decode()
    assert codes.shown(vouchers[0].code) in only
    assert codes.shown(vouchers[2].code) not in only
    assert codes.shown(vouchers[2].code) in client.get(url, {"state": "void"}).content.decode()


def test_csv_has_codes_and_a_journal_line(client_for, batch, vouchers):
    answer = client_for("owner").get(f"/vouchers/batches/{batch.pk}/", {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    for voucher in vouchers:
        assert codes.shown(voucher.code) in answer.content.decode()
    assert JournalEntry.objects.get(verb="batch.codes").facts == {"form": "csv"}


def test_paper_holds_unused_codes_only(client_for, batch, vouchers):
    client = client_for("owner")
    made = client.get(f"/vouchers/batches/{batch.pk}/sheet.pdf")
    assert made["Content-Type"] == "application/pdf"
    text = pypdf.PdfReader(BytesIO(made.content)).pages[0].extract_text()
    html = client.get(f"/vouchers/batches/{batch.pk}/print/").content.decode()
    for paper in (text, html):
        assert codes.shown(vouchers[0].code) in paper
        assert codes.shown(vouchers[1].code) not in paper
        assert codes.shown(vouchers[2].code) not in paper
        assert "Ana Net" in paper
    assert JournalEntry.objects.filter(verb="batch.codes").count() == 2


def test_one_voucher_is_printed_again(client_for, batch, vouchers):
    other = make_voucher(batch=batch)
    made = client_for("owner").get(f"/vouchers/batches/{batch.pk}/sheet.pdf", {"serial": other.serial})
    text = pypdf.PdfReader(BytesIO(made.content)).pages[0].extract_text()
    assert codes.shown(other.code) in text
    assert codes.shown(vouchers[0].code) not in text


def test_found_by_what_is_on_the_paper(client_for, vouchers):
    client = client_for("owner")
    wanted = vouchers[1]
    for typed in (codes.shown(wanted.code), wanted.code.lower()):
        page = client.get("/vouchers/find/", {"q": typed}).content.decode()
        assert f"/vouchers/{wanted.pk}/" in page
        assert f"/vouchers/{vouchers[0].pk}/" not in page
    last = "C" if wanted.code[-1] != "C" else "D"
    assert "typing error" in client.get("/vouchers/find/", {"q": wanted.code[:-1] + last}).content.decode()


def test_life_line_tells_what_happened(client_for, people, vouchers):
    router = make_router(name="Kibera Hotspot")
    used = vouchers[1]
    make_session(service=used.service, router=router, mac="AA:BB:CC:00:00:09")
    make_attempt(
        service=used.service, router=router, code="too_many_devices", sentence="1 of 1 devices are online."
    )
    page = client_for("owner").get(f"/vouchers/{used.pk}/").content.decode()
    for said in (
        "Made in batch",
        "First used",
        "Online at Kibera Hotspot",
        "AA:BB:CC:00:00:09",
        "1 of 1 devices",
    ):
        assert said in page
    seller = client_for("owner")
    assert "15:00" in seller.get(f"/vouchers/{used.pk}/").content.decode()  # 12:00 UTC in Nairobi


def test_pause_ends_the_live_session_and_resume_opens_again(client_for, vouchers):
    used = vouchers[0]
    live = make_session(service=used.service, router=make_router())
    client, page = client_for("owner"), f"/vouchers/{used.pk}/"
    assert f"{page}pause/" in client.get(page).content.decode()
    assert "1 device is online with it" in client.get(f"{page}pause/").content.decode()
    client.post(f"{page}pause/")
    used.service.refresh_from_db()
    assert used.service.status == "suspended"
    assert Session.objects.get(pk=live.pk).disconnect_state == "asked"
    shown = client.get(page).content.decode()
    assert f"{page}resume/" in shown and f"{page}pause/" not in shown
    client.post(f"{page}resume/")
    used.service.refresh_from_db()
    assert used.service.status == "active"


def test_what_is_void_is_neither_paused_nor_resumed(client_for, vouchers):
    client, page = client_for("owner"), f"/vouchers/{vouchers[0].pk}/"
    client.post(f"{page}void/", {"reason": "Lost"})
    for verb in ("pause", "resume"):
        assert "cannot be changed" in client.post(f"{page}{verb}/", follow=True).content.decode()
    vouchers[0].service.refresh_from_db()
    assert vouchers[0].service.status == "void"
