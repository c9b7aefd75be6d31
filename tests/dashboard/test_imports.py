"""A file sent by a person: its list, its page in each state, and who may see what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from subscribers.models import ImportFile
from tests.factories import make_plan
from tests.subscribers.imports import checked, imported, received

pytestmark = pytest.mark.django_db


def send(client, text=b"Name,Phone\nAna,0722000001\n", name="people.csv"):
    return client.post("/subscribers/imports/", {"file": SimpleUploadedFile(name, text)})


def test_empty_says_what_comes(inside_isp, client_for):
    page = client_for("owner").get("/subscribers/imports/").content.decode()
    assert "Nothing was imported yet" in page
    assert "Send the file" in page


def test_a_file_is_sent_and_leads_to_its_columns(inside_isp, client_for):
    answer = send(client_for("support"))
    file = ImportFile.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/subscribers/imports/{file.pk}/columns/")
    assert (file.name, file.country, file.by_name) == ("people.csv", "KE", "Support Ana Net")


def test_what_is_no_file_is_said_on_the_page(inside_isp, client_for):
    client = client_for("owner")
    refused = send(client, b"PK\x03\x04xxxx")
    assert refused.status_code == 422
    assert "Save it as “CSV UTF-8”" in refused.content.decode()
    assert client.post("/subscribers/imports/", {}).status_code == 422
    assert not ImportFile.objects.exists()
    assert send(client_for("cashier")).status_code == 403


def test_the_list_is_searched_filtered_and_exported(inside_isp, client_for):
    received("Name\nAna\n", "one.csv")
    imported("Name\nBeto\n", "=two.csv")
    client = client_for("owner")
    for query, wanted in (
        ({}, {"one", "two"}),
        ({"q": "TWO"}, {"two"}),
        ({"state": "new"}, {"one"}),
        ({"q": "x"}, set()),
    ):
        listed = client.get("/subscribers/imports/", query).content.decode().partition('id="list"')[2]
        assert {name for name in ("one", "two") if f"{name}.csv" in listed} == wanted
    assert (
        '"\'=two.csv","Imported","1","1"'
        in client.get("/subscribers/imports/", {"format": "csv"}).content.decode()
    )


def test_the_page_of_an_import_in_its_states(inside_isp, client_for):
    plan, client = make_plan(), client_for("owner")
    text = "Name,Email,User\nAna,a@x.test,ana.home\n=Beto,none,\n"
    file = received(text)
    assert "Settle the columns" in client.get(f"/subscribers/imports/{file.pk}/").content.decode()
    file = checked(text, plan=plan.pk)
    page = client.get(f"/subscribers/imports/{file.pk}/").content.decode()
    assert "To be started" in page
    assert "Email: “none” is no email address." in page
    only = (
        client.get(f"/subscribers/imports/{file.pk}/", {"kind": "error"})
        .content.decode()
        .partition('id="list"')[2]
    )
    assert ("=Beto" in only, "Ana</span>" in only) == (True, False)
    assert (
        '"3","\'=Beto","Error"'
        in client.get(f"/subscribers/imports/{file.pk}/", {"format": "csv"}).content.decode()
    )
    done = imported(text, plan=plan.pk)
    page = client.get(f"/subscribers/imports/{done.pk}/").content.decode()
    assert "1 password was made." in page
    assert f"/subscribers/imports/{done.pk}/undo/" in page


def test_progress_is_polled_until_the_stage_ends(inside_isp, client_for):
    file, client = checked("Name\nAna\n"), client_for("owner")
    ImportFile.objects.filter(pk=file.pk).update(state="running")
    polled = client.get(f"/subscribers/imports/{file.pk}/progress/", HTTP_HX_REQUEST="true")
    assert "The rows are being imported" in polled.content.decode()
    assert "Take it up again" in polled.content.decode()  # no sign of progress since long ago
    ImportFile.objects.filter(pk=file.pk).update(state="done")
    assert (
        client.get(f"/subscribers/imports/{file.pk}/progress/", HTTP_HX_REQUEST="true")["HX-Refresh"]
        == "true"
    )


def test_few_queries_however_many_rows(inside_isp, client_for, django_assert_max_num_queries):
    few, client = checked("Name\nAna\n"), client_for("owner")
    many = checked("Name\n" + "".join(f"Person {n}\n" for n in range(60)))
    client.get(f"/subscribers/imports/{few.pk}/")
    with django_assert_max_num_queries(20) as counted:
        client.get(f"/subscribers/imports/{few.pk}/")
    with django_assert_max_num_queries(len(counted)):
        client.get(f"/subscribers/imports/{many.pk}/")
    with django_assert_max_num_queries(18):
        client.get("/subscribers/imports/")
