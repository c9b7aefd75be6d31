"""Many are chosen by filter or ticked, looked at, changed and changed back from the pages."""

import pytest

from subscribers.models import BulkAct, Service, Subscriber
from tests.factories import make_plan, make_service, make_subscriber

pytestmark = pytest.mark.django_db
NEW = "/subscribers/bulk/new/"


@pytest.fixture
def accounts(inside_isp):
    home, gold = make_plan(name="Home 10"), make_plan(name="Gold 50")
    ana = make_subscriber(name="Ana", tags=["fibre"])
    rows = [
        make_service(kind="account", label=f"home.{n}", plan=home, subscriber=ana if n == 0 else None)
        for n in range(3)
    ]
    make_service(kind="account", label="gold", plan=gold)
    return home, gold, rows


def test_all_that_a_filter_finds_are_changed_and_changed_back(accounts, client_for, soon):
    home, _gold, rows = accounts
    client = client_for("owner")
    listed = client.get("/subscribers/", {"plan": home.pk}).content.decode()
    assert f'href="{NEW}?plan={home.pk}&amp;of=accounts"' in listed
    query = f"{NEW}?plan={home.pk}&of=accounts"
    assert "Change 3 accounts" in client.get(query).content.decode()
    looked = client.post(query, {"act": "suspend"})
    made = BulkAct.objects.get()
    here = f"/subscribers/bulk/{made.pk}/"
    assert (looked["Location"], made.will, made.items) == (here, 3, 3)
    assert "disconnected" in client.get(f"{here}start/").content.decode()
    with soon():
        client.post(f"{here}start/")
    assert set(Service.objects.filter(plan=home).values_list("status", flat=True)) == {"suspended"}
    assert Service.objects.get(label="gold").status == "active"
    assert "stays, and is listed" in client.get(f"{here}undo/").content.decode()
    with soon():
        client.post(f"{here}undo/")
    assert set(Service.objects.values_list("status", flat=True)) == {"active"}
    assert "nothing to undo" in client.post(f"{here}undo/", follow=True).content.decode()
    assert rows


def test_ticked_ones_alone(accounts, client_for):
    _home, gold, rows = accounts
    client = client_for("support")
    page = client.get("/subscribers/").content.decode()
    assert f'name="row" value="{rows[1].pk}" form="ticked"' in page
    client.post(
        f"{NEW}?of=accounts&row={rows[0].pk}&row={rows[1].pk}&row=x", {"act": "plan", "plan": str(gold.pk)}
    )
    made = BulkAct.objects.get()
    assert (made.will, made.value) == (2, {"plan": gold.pk, "called": "Gold 50"})


def test_people_by_filter_and_what_is_missing_is_said(accounts, client_for):
    client, query = client_for("owner"), f"{NEW}?of=people&tag=fibre"
    assert (
        "Change all that are found" in client.get("/subscribers/people/", {"tag": "fibre"}).content.decode()
    )
    for body, said in (({}, "This field is required"), ({"act": "add_tag"}, "Write the tag"), ({"act": "extend"}, "Give from 1"),
                       ({"act": "plan"}, "Choose the plan")):  # fmt: skip
        refused = client.post(query, body)
        assert (refused.status_code, said in refused.content.decode()) == (422, True), body
    client.post(query, {"act": "add_tag", "tag": "VIP"})
    made = BulkAct.objects.get()
    assert (made.of, made.will) == ("people", 1)
    client.post(f"/subscribers/bulk/{made.pk}/discard/")
    assert not BulkAct.objects.exists()
    assert Subscriber.objects.get().tags == ["fibre"]


def test_stop_and_go_on(accounts, client_for, soon):
    client = client_for("owner")
    client.post(f"{NEW}?of=accounts", {"act": "suspend"})
    BulkAct.objects.update(state="running")
    here = f"/subscribers/bulk/{BulkAct.objects.get().pk}/"
    client.post(f"{here}stop/")
    assert "It was stopped." in client.get(here).content.decode()
    with soon():
        client.post(f"{here}go-on/")
    assert set(Service.objects.values_list("status", flat=True)) == {"suspended"}


def test_who_may_not_change_is_not_offered_it(accounts, client_for):
    assert client_for("technician").get(NEW).status_code == 403
    assert client_for("cashier").post(NEW, {"act": "suspend"}).status_code == 403
