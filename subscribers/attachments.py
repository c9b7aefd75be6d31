"""Files about a subscriber: a few kinds, told by their first bytes, in the ISP's own schema."""

import hashlib
import re
from datetime import datetime

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Attachment, Subscriber

LARGEST = 5 * 1024 * 1024
MOST = 40  # of one subscriber
# By ending: the type with which it is served, and how its bytes begin. Nothing that a browser would run.
TYPES = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "webp": ("image/webp", (b"RIFF",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
}
_ODD = re.compile(r"[^\w .()+-]")


def keep(subscriber: Subscriber, name: str, content: bytes, *, by: Actor, now: datetime) -> Attachment:
    """Keep a file. Raises Refusal when it is too large, empty, or of another kind than its name says."""
    called = _ODD.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")[-120:]
    media_type, starts = TYPES.get(called.rsplit(".", 1)[-1].lower(), ("", ()))
    if "." not in called.lstrip(".") or not media_type:
        text = f"Files end in {', '.join(TYPES)}."
        raise Refusal("bad_type", text, field="file")
    if not content or len(content) > LARGEST:
        raise Refusal(
            "bad_size", f"A file has at most {LARGEST // 1024**2} MB, and is not empty.", field="file"
        )
    if (starts and not content.startswith(starts)) or (not starts and b"\0" in content):
        raise Refusal("bad_type", f"What is in {called} is something else than its name says.", field="file")
    if subscriber.files.count() >= MOST:
        raise Refusal("too_many", f"A subscriber has at most {MOST} files.", field="file")
    made = Attachment.objects.create(
        subscriber=subscriber, name=called, media_type=media_type, size=len(content), content=content,
        sha256=hashlib.sha256(content).hexdigest(), by=by.name[:140], at=now,
    )  # fmt: skip
    record(by, "file.keep", subscriber, now=now, name=called, size=made.size, sha256=made.sha256)
    return made


def remove(file: Attachment, *, by: Actor, now: datetime) -> None:
    """Throw a file away; the journal knows its name and digest."""
    record(by, "file.remove", file.subscriber, now=now, name=file.name, sha256=file.sha256)
    file.delete()
