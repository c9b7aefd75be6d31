"""Pairs are shown, compared, merged and taken apart on pages."""

import pytest

from subscribers.models import Merger
from tests.factories import make_service, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(inside_isp):
    kept, gone = make_subscriber(name="Ana"), make_subscriber(name="Ana W")
    make_service(kind="account", subscriber=gone, label="ana.home")
    return kept, gone


def test_found_and_exported(two, client_for):
    client = client_for("support")
    page = client.get("/subscribers/duplicates/").content.decode()
    assert "The same phone: 254700000001" in page
    assert "No pair matches" in client.get("/subscribers/duplicates/", {"q": "beto"}).content.decode()
    assert '"Ana W"' in client.get("/subscribers/duplicates/", {"format": "csv"}).content.decode()


def test_none(inside_isp, client_for):
    assert "No duplicates" in client_for("owner").get("/subscribers/duplicates/").content.decode()


def test_merged_and_taken_apart(two, client_for):
    kept, gone = two
    client = client_for("support")
    page = client.get(f"/subscribers/{kept.pk}/merge/{gone.pk}/").content.decode()
    assert "Merge Ana W into Ana" in page
    client.post(f"/subscribers/{kept.pk}/merge/{gone.pk}/")
    assert client.get(f"/subscribers/{gone.pk}/")["Location"] == f"/subscribers/{kept.pk}/"
    page = client.get(f"/subscribers/{kept.pk}/").content.decode()
    for said in ("ana.home", "Merged records", "Ana W"):
        assert said in page
    assert client.post(f"/subscribers/{kept.pk}/merge/{gone.pk}/").status_code == 422
    merger = Merger.objects.get()
    undo = f"/subscribers/{kept.pk}/mergers/{merger.pk}/undo/"
    client.post(undo)
    assert client.get(f"/subscribers/{gone.pk}/").status_code == 200
    client.post(undo)
    assert "taken apart already" in client.get(f"/subscribers/{kept.pk}/").content.decode()
