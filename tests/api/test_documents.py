"""Legal documents over the API."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from legal import consent

NOW = datetime.now(UTC) - timedelta(days=90)
SECTIONS = [{"number": "01", "title": "Acceptance of Terms", "paragraphs": ["Be kind."]}]


@pytest.fixture
def terms(isp: Any) -> list[int]:
    """Two versions of the Terms more than there are; the last is not in force yet."""
    numbers = []
    for index, effective in enumerate((NOW, datetime.now(UTC) + timedelta(days=20))):
        version = consent.publish(
            "terms",
            sections=[{**SECTIONS[0], "closing": [f"Version {index}"]}],
            changes=["Kinder."],
            dated=date(2025, 9, 1),
            effective_at=effective,
            now=NOW,
        )
        numbers.append(version.number)
    return numbers


def test_documents_and_versions(token_for: Callable[..., Any], terms: list[int]) -> None:
    program = token_for(["legal:read"])
    documents = program.call("GET", "legal-documents/").json()["results"]
    found = {row["kind"]: row for row in documents}
    assert found["terms"]["version"]["number"] == terms[0]
    versions = program.call("GET", "legal-documents/terms/versions/?limit=1").json()
    assert [row["number"] for row in versions["results"]] == [terms[1]]
    after = program.call("GET", f"legal-documents/terms/versions/?limit=1&cursor={versions['next_cursor']}")
    assert [row["number"] for row in after.json()["results"]] == [terms[0]]
    text = program.call("GET", f"legal-documents/terms/versions/{terms[0]}/").json()
    assert text["sections"][0]["closing"] == ["Version 0"]
    assert text["digest"] == consent.digest(text["sections"])
    for path in ("terms/versions/999/", "nonsense/versions/", "nonsense/versions/1/"):
        assert program.call("GET", f"legal-documents/{path}").status_code == 404
