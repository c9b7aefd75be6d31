"""The list of people: filters, saved ones, export of everything shown."""

import pytest

from subscribers.models import SavedFilter
from tests.factories import make_plan, make_service, make_site, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(inside_isp):
    site, plan = make_site(name="Karen"), make_plan(name="Home")
    ana = make_subscriber(
        name="Ana Wanjiku", phone="0722 418 906", tags=["fibre"], site=site, account_number="77001"
    )
    make_service(kind="account", subscriber=ana, plan=plan, label="ana.home")
    beto = make_subscriber(name="=Beto", state="blocked", email="beto@example.test")
    make_subscriber(name="Lead Lea", state="lead")
    make_subscriber(name="Gone Gila", merged_into=ana)
    return site, plan, beto


def test_empty_says_what_comes(inside_isp, client_for):
    assert "Nobody yet" in client_for("owner").get("/subscribers/people/").content.decode()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [({}, {"Ana", "Beto", "Lea"}), ({"q": "0722418"}, {"Ana"}), ({"q": "77001"}, {"Ana"}), ({"q": "ana.home"}, {"Ana"}),
     ({"q": "beto@ex"}, {"Beto"}), ({"state": "blocked"}, {"Beto"}), ({"state": "lead"}, {"Lea"}), ({"tag": "fibre"}, {"Ana"}),
     ({"site": "karen"}, {"Ana", "Beto", "Lea"}), ({"tag": "copper"}, set()), ({"state": "x", "sort": "password"}, {"Ana", "Beto", "Lea"})],
)  # fmt: skip
def test_filters(three, client_for, query, wanted):
    client = client_for("support")
    page = client.get("/subscribers/people/", query).content.decode()
    assert {
        name for name in ("Ana", "Beto", "Lea", "Gila") if f"{name}" in page.partition('id="list"')[2]
    } == wanted
    exported = client.get("/subscribers/people/", {**query, "format": "csv"}).content.decode()
    assert {name for name in ("Ana", "Beto", "Lea", "Gila") if name in exported} == wanted
    assert ("Nobody matches" in page) is (not wanted)


def test_site_plan_and_no_formulas(three, client_for):
    site, plan, _beto = three
    client = client_for("owner")
    for query in ({"site": site.pk}, {"plan": plan.pk}):
        page = client.get("/subscribers/people/", query).content.decode().partition('id="list"')[2]
        assert "Ana Wanjiku" in page
        assert "Beto" not in page
    assert '"\'=Beto"' in client.get("/subscribers/people/", {"format": "csv"}).content.decode()


def test_filters_are_saved_shared_and_forgotten(three, client_for):
    owner, support = client_for("owner"), client_for("support")
    saved = owner.post("/subscribers/filters/", {"name": "Blocked ones", "state": "blocked", "shared": "1"})
    assert saved["Location"] == "/subscribers/people/?state=blocked"
    page = support.get("/subscribers/people/").content.decode()
    assert 'href="/subscribers/people/?state=blocked"' in page
    assert "Forget" not in page
    number = SavedFilter.objects.get().pk
    assert support.post(f"/subscribers/filters/{number}/forget/").status_code == 404
    owner.post("/subscribers/filters/", {"name": "Nothing"})
    assert "Choose a filter first" in owner.get("/subscribers/people/").content.decode()
    owner.post(f"/subscribers/filters/{number}/forget/")
    assert not SavedFilter.objects.exists()


def test_few_queries_however_many_people(three, client_for, django_assert_max_num_queries):
    client = client_for("owner")
    client.get("/subscribers/people/")
    with django_assert_max_num_queries(25) as counted:
        client.get("/subscribers/people/")
    for number in range(5):
        make_service(kind="account", subscriber=make_subscriber(name=f"More {number}"))
    with django_assert_max_num_queries(len(counted)):
        client.get("/subscribers/people/")
