"""One search: each kind only for whom may see it, whole names open at once, and nothing of others' batches."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.models import Batch
from kmikro.lib import codes
from tests.factories import (
    make_batch,
    make_router,
    make_service,
    make_session,
    make_site,
    make_subscriber,
    make_voucher,
)

pytestmark = pytest.mark.django_db
MAC = "AA:BB:CC:00:00:77"


def shown(client, text, **headers):
    answer = client.get("/find/", {"q": text}, headers=headers)
    assert answer.status_code == 200
    return answer.text


def opens(client, text):
    answer = client.get("/find/", {"q": text})
    assert answer.status_code == 302, answer.text
    return answer["Location"]


@pytest.fixture
def found(inside_isp):
    """Two of each kind that the word Kibera (or its MAC) finds."""
    site = make_site(name="Kibera")
    routers = [make_router(name=f"Tower {number}", site=site, serial=f"HX{number}") for number in (1, 2)]
    people = [make_subscriber(name=f"Kibera Shop {number}", phone=f"+25470{number}") for number in (1, 2)]
    make_session(router=routers[0], mac=MAC, framed_ip="10.5.50.77", service=make_service(label="9-0001"))
    lately = datetime.now(UTC) - timedelta(days=29)
    make_session(router=routers[0], mac=MAC, framed_ip="10.5.50.78", started_at=lately, ended_at=lately)
    return {"routers": routers, "people": people}


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("owner", {"Routers", "Subscribers"}),
        ("support", {"Routers", "Subscribers"}),
        ("technician", {"Routers"}),
        ("cashier", set()),
        ("reseller", set()),
    ],
)
def test_each_role_finds_what_it_may_see(found, client_for, role, kinds):
    text = shown(client_for(role), "kibera")
    assert {
        kind for kind in ("Routers", "Subscribers", "Vouchers", "Sessions") if f"{kind}</h2>" in text
    } == kinds
    assert ("Tower 1" in text) is ("Routers" in kinds)
    assert ("Kibera Shop 2" in text) is ("Subscribers" in kinds)
    assert ("Nothing matches" in text) is (not kinds)


@pytest.mark.parametrize("typed", [MAC, "aa-bb-cc-00-00-77", "aabb.cc00.0077", "AA:BB:CC:00:00"])
def test_sessions_are_found_by_mac_in_any_spelling(found, client_for, typed):
    text = shown(client_for("technician"), typed)
    assert text.count(f">{MAC}</a>") == 2
    assert text.index("10.5.50.77") < text.index("10.5.50.78")  # who is online stands first
    assert "Sessions</h2>" not in shown(client_for("cashier"), typed)


def test_what_ended_long_ago_is_not_looked_for(found, client_for):
    before = datetime.now(UTC) - timedelta(days=31)
    make_session(framed_ip="10.5.50.79", started_at=before, ended_at=before)
    assert "Nothing matches" in shown(client_for("support"), "10.5.50.79")


def test_people_by_number_and_state(inside_isp, client_for):
    ana = make_subscriber(name="Ana", phone="0722 418 906", account_number="77001", state="blocked")
    make_subscriber(name="Anabel", merged_into=ana)
    client = client_for("support")
    assert opens(client, "77001") == f"/subscribers/{ana.pk}/"
    text = shown(client, "722418")
    assert "Blocked" in text
    assert "77001" in text
    assert "/subscribers/people/?q=722418" in text
    assert "Anabel" not in shown(client, "an")


def test_one_address_opens_its_session_list(found, client_for):
    assert opens(client_for("support"), "10.5.50.77").startswith("/sessions/?q=10.5.50.77")
    assert opens(client_for("support"), "10.5.50.78") == "/sessions/?q=10.5.50.78&state=ended"


def test_a_whole_name_opens_what_it_names(found, client_for):
    client = client_for("owner")
    router, person = found["routers"][0], found["people"][0]
    for typed in ("tower 1", "hx1", router.address):
        assert opens(client, typed) == f"/routers/{router.pk}/"
    for typed in (" Kibera  shop 1 ", "+254701"):
        assert opens(client, typed) == f"/subscribers/{person.pk}/"
    make_subscriber(name="Kibera Shop 1")
    assert "Kibera Shop 1" in shown(client, "kibera shop 1")  # of two people neither is opened


def test_typing_on_the_page_does_not_leave_it(found, client_for):
    assert "Tower 1" in shown(client_for("owner"), "tower 1", **{"hx-request": "true"})


def test_vouchers_by_code_and_serial(inside_isp, client_for):
    voucher = make_voucher()
    make_voucher()
    client = client_for("support")
    lower = codes.shown(voucher.code).lower()
    for typed in (voucher.code, lower, voucher.service.label):
        assert opens(client, typed) == f"/vouchers/{voucher.pk}/"
    text = shown(client, voucher.tail)
    assert codes.masked(voucher.code) in text
    assert voucher.code not in text
    assert codes.shown(voucher.code) not in text


def test_a_cashier_finds_the_own_batches_only(people, client_for):
    own = make_voucher(batch=make_batch(made_by=people["cashier"]))
    other = make_voucher(batch=make_batch(made_by=people["owner"]))
    client = client_for("cashier")
    assert opens(client, own.code) == f"/vouchers/{own.pk}/"
    for typed in (other.code, other.service.label, other.tail):
        assert "Nothing matches" in shown(client, typed)
    assert Batch.objects.count() == 2


def test_a_mistyped_code_is_told(inside_isp, client_for):
    code = make_voucher().code
    wrong = code[:-1] + next(each for each in codes.ALPHABET if each != code[-1])
    assert "typing error" in shown(client_for("cashier"), wrong)
    assert "typing error" not in shown(client_for("technician"), wrong)


def test_eight_of_a_kind_and_the_way_to_all(inside_isp, client_for):
    site = make_site(name="Long Valley")
    for number in range(9):
        make_router(name=f"Mast {number}", site=site)
    text = shown(client_for("owner"), "long valley")
    assert text.count(">Mast ") == 8
    assert "/routers/?q=long+valley" in text
    assert "More in the list" in text


def test_nothing_typed_and_nonsense_are_answered(inside_isp, client_for):
    client = client_for("owner")
    assert "What are you looking for?" in client.get("/find/").text
    for typed in ("%", "\\", "' OR 1=1", "\0x", "::1", "999.1.1.1", "x" * 500, "<script>"):
        text = shown(client, typed)
        assert "Nothing matches" in text
        assert "<script>&" not in text


@pytest.mark.parametrize(
    ("role", "hint"),
    [("owner", "Find a subscriber, router or voucher"), ("technician", "Find a router, a MAC or an address"),
     ("reseller", "Find a voucher")],
)  # fmt: skip
def test_the_field_on_every_page_promises_what_the_role_finds(client_for, role, hint):
    text = client_for(role).get("/account/").text
    assert f'placeholder="{hint}"' in text
    assert 'action="/find/"' in text


def test_visitors_sign_in_first(anonymous):
    assert anonymous.get("/find/", {"q": "x"})["Location"].startswith("/account/sign-in/")
