"""The list of bulk acts, and the page of one with what becomes of each."""

import pytest

from subscribers import bulk
from subscribers.models import BulkAct, Service, Subscriber
from tests.factories import make_service, make_subscriber
from tests.subscribers.imports import BY

pytestmark = pytest.mark.django_db
HERE = "/subscribers/bulk/"


@pytest.fixture
def two(inside_isp):
    make_service(kind="account", label="=ana", subscriber=make_subscriber(name="Ana"))
    make_service(kind="account", label="beto", status="suspended")
    paused = bulk.ask("suspend", {}, "accounts", Service.objects.all(), **BY)
    tagged = bulk.ask("add_tag", {"tag": "vip"}, "people", Subscriber.objects.all(), **BY)
    BulkAct.objects.filter(pk=tagged.pk).update(state="done")
    return paused, tagged


def test_empty_says_what_comes(inside_isp, client_for):
    assert "No bulk act yet" in client_for("owner").get(HERE).content.decode()


def test_the_list_is_filtered_and_exported(two, client_for):
    client = client_for("support")
    for query, wanted in (
        ({}, {"Pause", "vip"}),
        ({"state": "done"}, {"vip"}),
        ({"act": "suspend"}, {"Pause"}),
        ({"q": "zoe"}, set()),
    ):
        listed = client.get(HERE, query).content.decode().partition('id="list"')[2]
        assert {name for name in ("Pause", "vip") if name in listed} == wanted
    assert '"Add a tag: vip","Done","1","1"' in client.get(HERE, {"format": "csv"}).content.decode()


def test_a_page_tells_numbers_and_reasons(two, client_for):
    client, path = client_for("owner"), f"{HERE}{two[0].pk}/"
    page = client.get(path).content.decode()
    assert "Nothing is changed yet." in page
    assert "It is paused." in page
    only = client.get(path, {"result": "will", "q": "ana"}).content.decode().partition('id="list"')[2]
    assert ("=ana (Ana)" in only, "beto" in only) == (True, False)
    assert '"\'=ana (Ana)","Will change",""' in client.get(path, {"format": "csv"}).content.decode()
    assert "Undo" not in page
    assert client_for("cashier").get(path).status_code == 403


def test_progress_is_polled_until_it_ends(two, client_for):
    client, path = client_for("owner"), f"{HERE}{two[0].pk}/progress/"
    BulkAct.objects.filter(pk=two[0].pk).update(state="running")
    polled = client.get(path, HTTP_HX_REQUEST="true").content.decode()
    assert ("They are being changed" in polled, "Take it up again" in polled) == (True, True)
    BulkAct.objects.filter(pk=two[0].pk).update(state="done")
    assert client.get(path, HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_few_queries_however_many_rows(two, client_for, django_assert_max_num_queries):
    client, path = client_for("owner"), f"{HERE}{two[0].pk}/"
    client.get(path)
    with django_assert_max_num_queries(20) as counted:
        client.get(path)
    for _ in range(30):
        make_service(kind="account")
    many = bulk.ask("suspend", {}, "accounts", Service.objects.all(), **BY)
    with django_assert_max_num_queries(len(counted)):
        client.get(f"{HERE}{many.pk}/")
