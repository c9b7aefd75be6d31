"""A subscriber's record on its page: made, changed, blocked, with notes, consents, files and own fields."""

import pytest

from accounts.models import JournalEntry
from subscribers.models import Consent, CustomField, Note, Subscriber
from tests.factories import make_plan, make_service, make_session, make_subscriber

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "company", "name": "Otieno Hardware", "legal_name": "Otieno Ltd", "tax_number": "P05", "phone": "Shop: 0722 418 906\n0733000001",
    "email": "shop@example.test", "address": "Acacia Court", "latitude": "-1.29", "longitude": "36.82", "site": "", "tags": "fibre, North",
    "state": "lead",
}  # fmt: skip


def test_made_and_changed(inside_isp, client_for):
    client = client_for("support")
    house = CustomField.objects.create(name="Own house", kind="yes_no", made_at="2026-11-22T12:00Z")
    assert "Own house" in client.get("/subscribers/new/").content.decode()
    made = client.post("/subscribers/new/", {**FORM, f"custom-{house.pk}": "yes"})
    assert made.status_code == 302
    person = Subscriber.objects.get()
    assert person.custom == {str(house.pk): True}
    page = client.get(made["Location"]).content.decode()
    for said in (
        "Lead",
        person.account_number,
        "Otieno Ltd",
        "0722 418 906",
        "shop@example.test",
        "/subscribers/people/?tag=fibre",
        "Own house",
        "-1.290000",
    ):
        assert said in page, said
    edit = f"/subscribers/{person.pk}/edit/"
    assert "Shop: 0722 418 906" in client.get(edit).content.decode()
    wrong = client.post(edit, {**FORM, "latitude": "91"})
    assert wrong.status_code == 422
    assert "from -90 to 90" in wrong.content.decode()
    assert client.post(edit, {**FORM, "phone": "", f"custom-{house.pk}": ""}).status_code == 302
    person.refresh_from_db()
    assert (person.phone, person.custom) == ("", {})
    assert "phones" in JournalEntry.objects.get(verb="subscriber.change").facts["changed"]


def test_blocked_with_a_warning_and_back(inside_isp, client_for):
    ana, client = make_subscriber(name="Ana"), client_for("owner")
    service = make_service(kind="account", subscriber=ana, label="ana.home")
    make_session(service=service)
    asked = client.get(f"/subscribers/{ana.pk}/do/block/").content.decode()
    assert "1 service is paused" in asked
    assert "It is billed" in asked
    client.post(f"/subscribers/{ana.pk}/do/block/")
    page = client.get(f"/subscribers/{ana.pk}/").content.decode()
    assert "because blocked" in page
    assert "Unblock" in page
    client.post(f"/subscribers/{ana.pk}/do/unblock/")
    service.refresh_from_db()
    assert service.status == "active"
    assert client.get(f"/subscribers/{ana.pk}/do/dance/").status_code == 302
    assert "cannot be changed" in client.get(f"/subscribers/{ana.pk}/").content.decode()


def test_a_merged_record_leads_to_the_one_that_was_kept(inside_isp, client_for):
    ana = make_subscriber()
    gone = make_subscriber(merged_into=ana)
    assert client_for("support").get(f"/subscribers/{gone.pk}/")["Location"] == f"/subscribers/{ana.pk}/"


def test_the_page_asks_as_little_for_many_as_for_one(inside_isp, client_for, django_assert_max_num_queries):
    ana, plan, client = make_subscriber(), make_plan(), client_for("owner")

    def more() -> None:
        for _ in range(3):
            make_session(service=make_service(kind="account", subscriber=ana, plan=plan))
            Note.objects.create(subscriber=ana, text="x", at="2026-11-22T12:00Z")
            Consent.objects.create(subscriber=ana, what="x", given_at="2026-11-22T12:00Z")

    more()
    client.get(f"/subscribers/{ana.pk}/")
    with django_assert_max_num_queries(30) as counted:
        client.get(f"/subscribers/{ana.pk}/")
    more()
    with django_assert_max_num_queries(len(counted)):
        client.get(f"/subscribers/{ana.pk}/")


@pytest.mark.parametrize(
    ("status", "expires", "word"),
    [("active", "2026-11-01T00:00Z", "In grace"), ("ended", None, "Walled garden")],
)
def test_what_the_clock_and_fallbacks_make_of_it(inside_isp, client_for, status, expires, word):
    from_plan = make_plan(grace_seconds=10**9)
    ana = make_subscriber()
    make_service(kind="account", subscriber=ana, plan=from_plan, status=status, expires_at=expires)
    client = client_for("owner")
    if word == "Walled garden":
        assert word not in client.get(f"/subscribers/{ana.pk}/").content.decode()
        client.post(
            "/plans/fallbacks/ended/", {"address_list": "walled", "seconds": "15", "seconds_unit": "minutes"}
        )
    assert word in client.get(f"/subscribers/{ana.pk}/").content.decode()
