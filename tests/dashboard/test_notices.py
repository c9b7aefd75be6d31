"""The list of notices, and letters to customers when the ISP wants them."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from dashboard import letters, tasks
from subscribers import notices
from subscribers.models import UsageNotice
from tenants import scope
from tests.factories import make_plan, make_service, make_subscriber

pytestmark = pytest.mark.django_db
GB = 10**9
HERE = "/usage/notices/"


def notice(service, **fields):
    base = {"what": "data", "period": "total", "most": 10 * GB, "used": 9 * GB, "mark": 90, "at": datetime.now(UTC)}  # fmt: skip
    return UsageNotice.objects.create(service=service, **{**base, **fields})


@pytest.fixture
def ana(inside_isp):
    owner = make_subscriber(name="Ana Wanjiku", email="ana@example.test")
    return make_service(
        kind="account", label="ana.home", subscriber=owner, plan=make_plan(name="Home", data_limit_bytes=10 * GB)
    )  # fmt: skip


def test_the_list_is_filtered_searched_and_exported(ana, client_for):
    client, bob = client_for("support"), make_service(kind="account", label="bob.home")
    assert "Nobody is near a limit" in client.get(HERE).content.decode()
    notice(ana)
    notice(bob, what="stage", number=1, period="day", begins_at=datetime.now(UTC), mark=100, used=11 * GB)
    page = client.get(HERE).content.decode().replace("\u00a0", " ")
    for words in ("90 % of the data", "100 % of the data at full speed for today", "Text messages wait"):
        assert words in page
    for query, seen, hidden in (
        ("q=wanjiku", "ana.home", "bob.home"), ("mark=100", "bob.home", "ana.home"), ("what=data", "ana.home", "bob.home"),
        (f"service={bob.pk}", "bob.home", "ana.home"),
    ):  # fmt: skip
        found = client.get(f"{HERE}?{query}").content.decode()
        assert seen in found and hidden not in found, query
    assert len(client.get(f"{HERE}?format=csv").content.decode().splitlines()) == 3
    timeline = client.get(f"/subscribers/{ana.subscriber_id}/timeline/")
    assert timeline.status_code == 200


def test_letters_are_the_isps_choice(ana, client_for):
    owner = client_for("owner")
    assert "Nobody is mailed" in owner.get(HERE).content.decode()
    assert "mailed from now on" in owner.post(f"{HERE}rule/", {"mails": "1"}, follow=True).content.decode()
    assert notices.rule().mails
    owner.post(f"{HERE}rule/", {"mails": "0"})
    assert not notices.rule().mails
    assert client_for("support").post(f"{HERE}rule/", {"mails": "1"}).status_code == 403


def test_a_letter_says_how_much_and_goes_once(isp, worker):
    with scope.inside(isp.schema_name):
        service = make_service(
            kind="account", label="ana.home", plan=make_plan(name="Home"),
            subscriber=make_subscriber(name="Ana Wanjiku", email="ana@example.test"),
        )  # fmt: skip
        made, other = notice(service, mail="wanted"), make_service(kind="account")
        nobody = notice(other, mail="wanted")
    with worker():
        assert tasks.mail_usage_notice(isp.schema_name, made.pk) == "sent"
        assert tasks.mail_usage_notice(isp.schema_name, made.pk) == ""
        assert tasks.mail_usage_notice(isp.schema_name, nobody.pk) == "nobody"
    [letter] = mail.outbox
    assert letter.to == ["ana@example.test"]
    body = letter.body.replace("\u00a0", " ")
    assert "90 % of the data of ana.home (Home) is used: 9 GB of 10 GB" in body
    with scope.inside(isp.schema_name):
        assert {each.mail for each in UsageNotice.objects.all()} == {"sent", "nobody"}


def test_words_of_every_limit():
    for what in ("data", "download", "upload", "time", "stage"):
        each = UsageNotice(what=what, period="week", mark=80, used=60, most=3600)
        assert "80" in letters.words(each) and "this week" in letters.words(each)
