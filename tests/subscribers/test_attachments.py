"""A file is kept when its bytes are what its name says, and nothing that a browser would run is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import attachments
from subscribers.models import Attachment
from tests.factories import make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
DO: dict[str, Any] = {"by": SYSTEM, "now": datetime(2026, 11, 22, 12, tzinfo=UTC)}


def test_kept_and_thrown_away() -> None:
    ana = make_subscriber()
    made = attachments.keep(ana, "C:\\papers\\Contract <1>.pdf", b"%PDF-1.7 x", **DO)
    assert (made.name, made.media_type, made.size) == ("Contract _1_.pdf", "application/pdf", 10)
    assert bytes(Attachment.objects.get().content) == b"%PDF-1.7 x"
    attachments.remove(made, **DO)
    assert not Attachment.objects.exists()
    assert JournalEntry.objects.get(verb="file.remove").facts["sha256"] == made.sha256


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<script>"), ("a.svg", b"<svg>"), ("a.pdf", b"MZ"), ("a.png", b"%PDF-"), ("a.txt", b"a\0b"), ("pdf", b"%PDF-"),
        (".pdf", b"%PDF-"), ("a.pdf", b""), ("a.txt", b"x" * (attachments.LARGEST + 1)), ("", b"x"),
    ],
)  # fmt: skip
def test_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        attachments.keep(make_subscriber(), name, content, **DO)
    assert refused.value.field == "file"


def test_not_more_than_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST", 1)
    ana = make_subscriber()
    attachments.keep(ana, "a.txt", b"x", **DO)
    with pytest.raises(Refusal):
        attachments.keep(ana, "b.txt", b"x", **DO)
