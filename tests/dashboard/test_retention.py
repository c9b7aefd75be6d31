"""Reports of what was forgotten, as pages and files, and over the API."""

import json
from datetime import timedelta

import pytest

from radius import retention_reports
from radius.models import RetentionReport
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HERE = "/settings/retention/"


def report(**gone):
    return retention_reports.write(gone, complete=True, begun_at=NOW, ended_at=NOW + timedelta(seconds=9))


def test_reports_are_listed_filtered_shown_and_downloaded(inside_isp, client_for):
    client = client_for("owner")
    assert "No report yet" in client.get(HERE).content.decode()
    made, other = report(sessions=1234), report()
    page = client.get(HERE).content.decode()
    for words in ("1,234", "Signature holds", "366 days", f"Report {other.pk}"):
        assert words in page
    assert f"Report {other.pk}" not in client.get(f"{HERE}?show=some").content.decode()
    assert len(client.get(f"{HERE}?format=csv").content.decode().splitlines()) == 3
    shown = client.get(f"{HERE}{made.pk}/").content.decode()
    for words in ("Sessions, after their end", "1,234", "which is as it was", made.public_key):
        assert words in shown
    file = client.get(f"{HERE}{made.pk}/report.json")
    assert f"retention-{made.pk}.json" in file["Content-Disposition"]
    assert json.loads(file.content)["report"] == made.text
    RetentionReport.objects.filter(pk=made.pk).update(text=made.text.replace("1234", "12"))
    assert "Signature broken" in client.get(f"{HERE}{made.pk}/").content.decode()
    assert "missing or was changed" in client.get(f"{HERE}{other.pk}/").content.decode()
    assert client_for("support").get(HERE).status_code == 403
