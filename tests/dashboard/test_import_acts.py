"""What a person does with an import, from its columns to its undo, and the files that come of it."""

import csv
import io

import pytest

from subscribers.models import ImportFile, Service, Subscriber
from tests.factories import make_plan
from tests.subscribers.imports import checked, imported, received

pytestmark = pytest.mark.django_db
RULES = {
    "match": ["account_number"],
    "on_match": "fill",
    "dates": "dmy",
    "state": "active",
    "access": "ppp",
    "make_passwords": "on",
}


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_columns_are_shown_as_guessed_and_settled(inside_isp, client_for, soon):
    plan, client = make_plan(name="Home 10"), client_for("owner")
    file = received("Client,PPPoE user,Secret\nAna,ana.home,pass-1\n")
    path = f"/subscribers/imports/{file.pk}/columns/"
    page = client.get(path).content.decode()
    assert '<option value="username" selected>' in page
    assert ("pass-1" in page, "ana.home" in page) == (False, True)
    bad = client.post(path, {**RULES, "column-0": "username", "column-1": "username", "column-2": ""})
    assert (bad.status_code, "Two columns are" in bad.content.decode()) == (422, True)
    with soon():
        settled = client.post(
            path,
            {
                **RULES,
                "column-0": "name",
                "column-1": "username",
                "column-2": "password",
                "plan": str(plan.pk),
            },
        )
    assert settled["Location"] == f"/subscribers/imports/{file.pk}/"
    file.refresh_from_db()
    assert (file.state, file.counts, file.rules["match"], file.rules["plan"]) == (
        "checked",
        {"new": 1},
        ["account_number"],
        plan.pk,
    )


def test_start_and_undo_are_confirmed_with_numbers(inside_isp, client_for, soon):
    file, client = checked("Name,Email\nAna,a@x.test\nBeto,none\n"), client_for("owner")
    path = f"/subscribers/imports/{file.pk}/"
    asked = client.get(f"{path}start/").content.decode()
    assert "1 rows make somebody new" in asked
    assert "1 rows have errors" in asked
    with soon():
        assert client.post(f"{path}start/")["Location"] == path
    assert Subscriber.objects.get().name == "Ana"
    assert "stays, and is listed with why" in client.get(f"{path}undo/").content.decode()
    with soon():
        client.post(f"{path}undo/")
    assert not Subscriber.objects.exists()
    assert "there is nothing to undo" in client.post(f"{path}undo/", follow=True).content.decode()


def test_errors_come_back_as_they_stood_defused_and_can_be_sent_again(inside_isp, client_for):
    text = "Name,Phone,Email\n=cmd|x,+254722000001,none\nAna,0722000002,a@x.test\n@Beto,+254722000003,none\n"
    file, client = checked(text), client_for("owner")
    answer = client.get(f"/subscribers/imports/{file.pk}/errors/")
    assert answer["Cache-Control"] == "private, no-store"
    head, first, second = rows_of(answer)
    assert head == ["Row in the file", "Wrong column", "What to do", "Name", "Phone", "Email"]
    assert first[:2] + first[3:] == ["2", "Email", "'=cmd\\|x", "'+254722000001", "none"]
    assert second[3] == "'@Beto"
    corrected = answer.content.decode().replace('"none"', '""')
    again = checked(corrected)
    assert (again.columns, again.counts) == (["", "", "", "name", "phone", "email"], {"new": 2})
    assert list(again.lines.values_list("who", flat=True)) == ["=cmd|x", "@Beto"]


def test_passwords_are_a_file_once(inside_isp, client_for):
    plan, client = make_plan(), client_for("owner")
    file = imported("Account,Name,User\n91,Ana,ana.home\n", plan=plan.pk)
    path = f"/subscribers/imports/{file.pk}/passwords/"
    assert "data-download" in client.get(path).content.decode()
    taken = rows_of(client.post(path))
    assert taken[1] == ["91", "Ana", "ana.home", Service.objects.get().secret]
    again = client.post(path, follow=True).content.decode()
    assert "took them on" in again
    assert taken[1][3] not in again


def test_stop_go_on_and_throw_away(inside_isp, client_for, soon):
    file, client = checked("Name\nAna\n"), client_for("owner")
    path = f"/subscribers/imports/{file.pk}/"
    ImportFile.objects.filter(pk=file.pk).update(state="running", parts_done=0)
    client.post(f"{path}stop/")
    assert "It was stopped." in client.get(path).content.decode()
    with soon():
        client.post(f"{path}go-on/")
    assert Subscriber.objects.get().name == "Ana"
    assert "stays in the list" in client.post(f"{path}discard/", follow=True).content.decode()
    other = checked("Name\nBeto\n")
    assert (
        "Nothing of it was imported"
        in client.get(f"/subscribers/imports/{other.pk}/discard/").content.decode()
    )
    assert client.post(f"/subscribers/imports/{other.pk}/discard/")["Location"] == "/subscribers/imports/"
    assert list(ImportFile.objects.values_list("pk", flat=True)) == [file.pk]
