"""Notes, consents and files on the page of a subscriber, and the page of own fields."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from subscribers.models import Attachment, Consent, CustomField, Note
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db


def test_notes_and_consents(inside_isp, client_for):
    ana, client = make_subscriber(), client_for("support")
    here = f"/subscribers/{ana.pk}/"
    assert client.post(f"{here}notes/", {"text": "Dog is kind", "kind": "installer"}).status_code == 302
    note = Note.objects.get()
    client.post(f"{here}notes/{note.pk}/pin/")
    assert client.post(f"{here}notes/", {"text": ""}).status_code == 422
    assert client.post(f"{here}consents/", {"what": "Terms", "version": "3"}).status_code == 302
    assert client.post(f"{here}consents/", {}).status_code == 422
    consent = Consent.objects.get()
    assert "Take it back" in client.get(f"{here}consents/{consent.pk}/withdraw/").content.decode()
    client.post(f"{here}consents/{consent.pk}/withdraw/")
    page = client.get(here).content.decode()
    for said in ("Dog is kind", "Pinned:", "Terms", "taken back"):
        assert said in page
    other = make_subscriber()
    assert client.post(f"/subscribers/{other.pk}/notes/{note.pk}/pin/").status_code == 404


def test_files_are_downloaded_and_never_shown(inside_isp, client_for):
    ana, client = make_subscriber(), client_for("support")
    here = f"/subscribers/{ana.pk}/files/"
    sent = client.post(here, {"file": SimpleUploadedFile("Contract.pdf", b"%PDF-1.7")})
    assert sent.status_code == 302
    file = Attachment.objects.get()
    got = client.get(f"{here}{file.pk}/")
    assert (got.content, got["Content-Disposition"]) == (
        b"%PDF-1.7",
        "attachment; filename*=UTF-8''Contract.pdf",
    )
    assert (got["X-Content-Type-Options"], got["Content-Type"]) == ("nosniff", "application/pdf")
    bad = client.post(here, {"file": SimpleUploadedFile("page.html", b"<script>")})
    assert bad.status_code == 422
    assert "Files end in" in bad.content.decode()
    client.post(f"{here}{file.pk}/remove/")
    assert not Attachment.objects.exists()


def test_own_fields(inside_isp, client_for):
    client = client_for("owner")
    assert "No own field yet" in client.get("/subscribers/fields/").content.decode()
    client.post("/subscribers/fields/", {"name": "House", "kind": "choice", "options": "Own\nRented"})
    field = CustomField.objects.get()
    assert field.options == ["Own", "Rented"]
    assert client.post("/subscribers/fields/", {"name": "House", "kind": "text"}).status_code == 422
    client.post(f"/subscribers/fields/{field.pk}/archive/")
    assert "Archived" in client.get("/subscribers/fields/").content.decode()
    assert client_for("support").get("/subscribers/fields/").status_code == 403
