"""The timeline's page says what happened in words, by kinds, and what a role may not see is not there."""

import pytest

from accounts.journal import SYSTEM
from subscribers import notes, people, standing
from tests.factories import NOW, make_attempt, make_service, make_session, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    ana = make_subscriber(name="Ana")
    service = make_service(kind="account", subscriber=ana, label="ana.home")
    make_session(service=service, download_bytes=2 * 10**9)
    make_attempt(service=service, code="bad_password")
    notes.write(ana, "Dog is kind", by=SYSTEM, now=NOW)
    people.change(ana, {"name": "Ana W"}, by=SYSTEM, now=NOW)
    standing.act(ana, "block", why="Owes", by=SYSTEM, now=NOW)
    return ana


def test_words(ana, client_for):
    page = client_for("support").get(f"/subscribers/{ana.pk}/timeline/").content.decode()
    for said in (
        "Online, 1 session that day", "2\u00a0GB down", "Login refused once", "ana.home: bad password", "Dog is kind",
        "name: Ana → Ana W", "Blocked", "active → blocked", "Owes", "Service follows its subscriber", "active → paused",
    ):  # fmt: skip
        assert said in page, said


def test_one_kind_and_export(ana, client_for):
    client = client_for("owner")
    page = client.get(f"/subscribers/{ana.pk}/timeline/", {"kind": "note"}).content.decode()
    assert "Dog is kind" in page
    assert "Blocked" not in page
    assert (
        "Nothing of this kind"
        in client.get(f"/subscribers/{ana.pk}/timeline/", {"kind": "file"}).content.decode()
    )
    exported = client.get(f"/subscribers/{ana.pk}/timeline/", {"format": "csv"}).content.decode()
    assert '"Login refused once"' in exported
    assert (
        "Nothing has happened yet"
        in client.get(f"/subscribers/{make_subscriber().pk}/timeline/").content.decode()
    )


def test_by_pages(ana, client_for):
    for number in range(60):
        notes.write(ana, f"Note number {number}", by=SYSTEM, now=NOW)
    client, here = client_for("owner"), f"/subscribers/{ana.pk}/timeline/"
    first = client.get(here).content.decode()
    query = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = client.get(here + query).content.decode()
    for number in range(60):
        assert (f"Note number {number} ·" in first) is not (f"Note number {number} ·" in second)
    assert 'rel="prev"' in second
