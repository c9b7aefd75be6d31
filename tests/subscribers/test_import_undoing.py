"""One act takes an import back: what nobody changed or used since goes, the rest stays and says why."""

import pytest

from accounts.models import JournalEntry
from subscribers import accounts, devices, import_undoing, importing, lifecycle, notes, people
from subscribers.models import Device, Service, Subscriber
from tests.factories import make_plan, make_session, make_subscriber
from tests.subscribers.imports import BY, NOW, imported, undone

pytestmark = pytest.mark.django_db
HEAD = "Account,Name,Phone,Email,Tags,User,Plan,MAC\n"


def lines(*numbers):
    return HEAD + "".join(
        f"9{n},Person {n},072200000{n},,,user.{n},Home 10,02:00:00:00:00:0{n}\n" for n in numbers
    )


@pytest.fixture
def plan(inside_isp):
    return make_plan(name="Home 10")


def test_everything_goes_that_nobody_touched(plan):
    file = undone(imported(lines(1, 2, 3) + "91,Person 1,,,,user.shop,Home 10,\n"))
    assert (file.state, file.counts["undone"], file.counts.get("kept")) == ("undone", 4, None)
    assert not Subscriber.objects.exists()
    assert not Service.objects.exists()
    assert not Device.objects.exists()
    assert JournalEntry.objects.filter(verb="import.undone", facts__undone=4).exists()
    assert imported(lines(1, 2, 3)).counts["new"] == 3  # and can be imported again


def test_what_was_used_or_changed_stays_with_why(plan):
    file = imported(lines(1, 2, 3, 4, 5, 6, 7))
    service = {n: Service.objects.get(label=f"user.{n}") for n in range(1, 8)}
    person = {n: Subscriber.objects.get(account_number=f"9{n}") for n in range(1, 8)}
    Service.objects.filter(pk=service[1].pk).update(first_used_at=NOW)
    lifecycle.suspend(service[2], **BY)
    make_session(service=service[3])
    people.change(person[4], {"name": "Zoe"}, **BY)
    notes.write(person[5], "Roof of tin", "office", **BY)
    devices.add(service[6], "02:00:00:00:00:AA", **BY)
    undone(file)
    why = dict(file.lines.filter(undone="kept").order_by("number").values_list("who", "note"))
    assert why == {
        "Person 1": "user.1 was used. Person 1 stays for an account.",
        "Person 2": "user.2 was changed since. Person 2 stays for an account.",
        "Person 3": "user.3 is in use: session. Person 3 stays for an account.",
        "Person 4": "Zoe was changed since.",
        "Person 5": "Person 5 was changed since.",
        "Person 6": "user.6 was changed since. Person 6 stays for an account.",
    }
    assert set(Service.objects.values_list("label", flat=True)) == {"user.1", "user.2", "user.3", "user.6"}
    assert not Subscriber.objects.filter(account_number="97").exists()


def test_joined_people_become_what_they_were(plan):
    ana = make_subscriber(name="Ana", account_number="91", phone="0799 000 000", tags=["old"], address="")
    beto = make_subscriber(name="Beto", account_number="92", phone="", address="")
    text = "Account,Name,Phone,Email,Tags,Address,Lat,Lon,User,Plan\n" \
           "91,Ana,0722000001,a@x.test,new,Acacia,-1.5,36.5,ana.home,Home 10\n92,Beto,0722000002,,,Yard 5,,,,\n"  # fmt: skip
    file = imported(text)
    people.change(beto, {"address": "Yard 6"}, **BY)
    people.change(ana, {"tags": ["old", "new", "mine"]}, **BY)
    undone(file)
    ana.refresh_from_db()
    beto.refresh_from_db()
    assert (ana.address, ana.tags, ana.latitude, ana.phone, ana.email) == (
        "",
        ["mine", "old"],
        None,
        "0799 000 000",
        "",
    )
    assert (beto.address, beto.phones.count()) == ("Yard 6", 0)
    assert not Service.objects.exists()
    kept = file.lines.get(undone="kept")
    assert (kept.who, kept.note) == ("Beto", "address was changed since.")
    assert (
        JournalEntry.objects.filter(verb="subscriber.change", facts__contains={"import": file.pk}).count()
        == 4
    )


def test_it_goes_part_by_part_and_twice_does_nothing(plan, monkeypatch):
    monkeypatch.setattr(import_undoing, "CHUNK", 2)
    file = imported(lines(1, 2, 3))
    importing.undo(file, **BY)
    assert import_undoing.undo_part(file.pk, now=NOW) is True
    assert Subscriber.objects.count() == 1  # the newest rows first
    assert [import_undoing.undo_part(file.pk, now=NOW) for _ in range(2)] == [False, False]
    assert not Subscriber.objects.exists()


def test_only_what_the_import_made_goes(plan):
    accounts.open_account("mine", plan, make_subscriber(phone=""), **BY)
    undone(imported(lines(1)))
    assert (Service.objects.count(), Subscriber.objects.count()) == (1, 1)
