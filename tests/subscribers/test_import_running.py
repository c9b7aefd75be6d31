"""The dry run says what the import does; the import does each row once, whatever happens in between."""

import pytest

from accounts.models import JournalEntry
from subscribers import accounts, import_running, importing, people
from subscribers.import_judging import World
from subscribers.models import Device, Phone, Service, Subscriber
from tests.factories import make_plan, make_router, make_service, make_site, make_subscriber
from tests.subscribers.imports import BY, NOW, checked, imported, kinds

pytestmark = pytest.mark.django_db
HEAD = "Account no,Name,Phone,Email,Address,Site,Tags,User,Password,Profile,Expires,Static IP,MAC,Router,Status\n"
ANA = '501,Ana Wanjiku,"Home: 0722000001; 0733000001",a@x.test,Acacia,Rongai,"fibre,vip",ana.home,secret-1,HOME 10,2027-01-31,' \
      "10.20.0.7,AA:BB:CC:00:11:22,Mall,active\n"  # fmt: skip
REST = (
    ",Beto,0722000002,,,,,beto.home,,Home 10,,,,,disabled\n"  # a number and a password are made
    "501,Ana Wanjiku,0755000001,,,,shop,ana.shop,secret-2,Home 10,,,,,\n"  # a second account of Ana
    ",Carla,0722000003,no-mail,,Karen,,,,,,,,,\n"  # two errors
    ",Beto again,+254722000002,,Yard 5,,,,,,,,,,\n"  # Beto by the phone
)


@pytest.fixture
def place(inside_isp):
    site = make_site(name="Rongai")
    return make_plan(name="Home 10"), site, make_router(name="Mall", site=site)


def test_the_dry_run_changes_nothing_and_says_what_would_be(place):
    file = checked(HEAD + ANA + REST)
    assert (file.state, kinds(file)) == ("checked", ["new", "new", "merge", "error", "merge"])
    assert file.counts == {"new": 2, "merge": 2, "error": 1}
    wrong = file.lines.get(kind="error")
    assert (wrong.number, [column for column, _text in wrong.problems]) == (5, ["Site", "Email"])
    assert file.lines.get(number=4).note == "Joined to Ana Wanjiku (501)."
    assert not Subscriber.objects.exists()
    assert not Service.objects.exists()


def test_everything_of_a_row_is_there_afterwards(place, django_assert_max_num_queries):
    plan, site, router = place
    file = imported(HEAD + ANA + REST)
    assert (file.state, file.counts) == (
        "done",
        {"new": 2, "merge": 2, "error": 1, "accounts": 3, "secrets": 1},
    )
    ana, beto = Subscriber.objects.order_by("pk")
    assert (ana.account_number, ana.name, ana.address, ana.site, ana.tags, ana.state) == (
        "501", "Ana Wanjiku", "Acacia", site, ["fibre", "shop", "vip"], "active",
    )  # fmt: skip
    assert [(p.number, p.digits, p.label, p.is_primary) for p in ana.phones.all()] == [
        ("0722000001", "254722000001", "Home", True), ("0733000001", "254733000001", "", False),
        ("0755000001", "254755000001", "", False),
    ]  # fmt: skip
    assert ana.email == "a@x.test"
    home = Service.objects.get(lookup=accounts.lookup("ana.home"))
    assert (home.label, home.secret, home.plan, home.status, home.framed_ip, home.routers) == (
        "ana.home", "secret-1", plan, "active", "10.20.0.7", [router.pk],
    )  # fmt: skip
    assert f"{home.expires_at:%Y-%m-%d %H:%M}" == "2027-01-31 20:59"
    assert Device.objects.get().service == home
    assert Service.objects.get(label="ana.shop").subscriber == ana
    made = Service.objects.get(label="beto.home")
    assert (made.status, len(made.secret), made.subscriber) == ("suspended", accounts.SECRET_LENGTH, beto)
    assert (beto.address, beto.account_number.isdecimal(), Phone.objects.filter(subscriber=beto).count()) == (
        "Yard 5",
        True,
        1,
    )
    told = JournalEntry.objects.filter(facts__contains={"import": file.pk}).values_list("verb", flat=True)
    assert sorted(told) == ["account.open"] * 3 + ["subscriber.add"] * 2 + ["subscriber.change"] * 2


def test_the_same_file_again_is_all_there_already(place):
    imported(HEAD + ANA + REST)
    people_before, services = (
        list(Subscriber.objects.values()),
        list(Service.objects.values_list("pk", "lookup")),
    )
    again = checked(
        HEAD.replace(",", ";") + (ANA + REST).replace('"fibre,vip"', '"fibre|vip"').replace(",", ";")
    )
    assert kinds(again) == ["there", "there", "there", "error", "there"]
    twice = checked("\ufeff" + HEAD + ANA + REST, "other name.csv", match=["phone"])
    assert kinds(twice) == ["there", "there", "there", "error", "there"]
    assert "row 2 of people.csv" in twice.lines.get(number=2).note
    assert list(Subscriber.objects.values()) == people_before
    assert list(Service.objects.values_list("pk", "lookup")) == services


def test_parts_go_on_where_they_were_and_no_row_is_done_twice(place, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    file = importing.start(checked(HEAD + ANA + REST), **BY)
    assert file.parts == 3
    assert import_running.run_part(file.pk, now=NOW) is True
    importing.stop(file, **BY)
    assert import_running.run_part(file.pk, now=NOW) is False
    assert Service.objects.count() == 2
    importing.go_on(file, **BY)
    assert [import_running.run_part(file.pk, now=NOW) for _ in range(4)] == [True, False, False, False]
    assert (Service.objects.count(), Subscriber.objects.count()) == (3, 2)
    file.refresh_from_db()
    assert (file.state, kinds(file)) == ("done", ["new", "new", "merge", "error", "merge"])


def test_what_happened_since_the_dry_run_is_seen(place):
    plan, _site, _router = place
    file = importing.start(checked(HEAD + ANA, match=["account_number"]), **BY)
    accounts.open_account("ana.home", plan, None, **BY)
    import_running.run_part(file.pk, now=NOW)
    assert (kinds(file), Subscriber.objects.count()) == (["error"], 0)


def test_a_part_that_somebody_else_crossed_is_judged_again(place, monkeypatch):
    plan, _site, _router = place
    file = importing.start(checked(HEAD + ANA), **BY)
    once, write = [], import_running.import_writing.write

    def crossed(*given, **named):
        if not once:
            once.append(accounts.open_account("ana.home", plan, None, **BY))
            raise import_running.IntegrityError("lookup")
        return write(*given, **named)

    monkeypatch.setattr(import_running.import_writing, "write", crossed)
    import_running.run_part(file.pk, now=NOW)
    assert kinds(file) == ["new"]  # what was made in between was undone with the broken part
    assert Service.objects.filter(label="ana.home").count() == 1


def test_a_dry_run_of_older_columns_ends_by_itself(place):
    file = checked(HEAD + ANA)
    newer = importing.settle(file, file.columns, file.rules, **BY)
    assert import_running.check_part(file.pk, newer.attempt - 1, 1, World(), now=NOW) is False
    assert import_running.check_part(0, 1, 1, World(), now=NOW) is False


def test_known_people_are_filled_in_and_locked_to_what_they_are(place):
    plan, _site, _router = place
    ana = make_subscriber(
        name="Ana", account_number="501", phone="0722 000 001", tags=["old"], state="pending"
    )
    make_service(
        kind="account", label="ana.home", lookup=accounts.lookup("ana.home"), subscriber=ana, plan=plan
    )
    gone = make_subscriber(name="Ana Old", account_number="499", phone="", merged_into=ana)
    file = imported("Account,Name,Address,Language,Lat,Lon,Tags,User,Plan\n"
                    f"{gone.account_number},Ana W,Acacia,Swahili,-1.29,36.82,new,ana.shop,Home 10\n")  # fmt: skip
    ana.refresh_from_db()
    assert (ana.name, ana.address, ana.language, str(ana.latitude), ana.tags) == (
        "Ana",
        "Acacia",
        "sw",
        "-1.290000",
        ["new", "old"],
    )
    assert Service.objects.get(label="ana.shop").status == "pending"
    line = JournalEntry.objects.get(verb="subscriber.change")
    assert (line.target_id, line.facts["changed"]["language"], line.facts["import"]) == (
        str(ana.pk),
        ["", "sw"],
        file.pk,
    )


def test_numbers_of_the_file_are_not_drawn_for_others(inside_isp, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    next_one = int(people.next_number()) + 1
    text = f"Account,Name\n,Ana\n,Beto\n{next_one},Carla\n{next_one + 1},Dora\n254722000001,Eve\n"
    imported(text)
    numbers = dict(Subscriber.objects.values_list("name", "account_number"))
    assert (numbers["Carla"], numbers["Dora"], numbers["Eve"]) == (
        str(next_one),
        str(next_one + 1),
        "254722000001",
    )
    assert len(set(numbers.values())) == 5
    assert int(people.add("Fay", **BY).account_number) > next_one + 3
