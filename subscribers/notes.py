"""Notes about a subscriber, of the office or of an installer; the important ones are pinned."""

from datetime import datetime

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Note, Subscriber

LONGEST = 2000


def write(
    subscriber: Subscriber,
    text: str,
    kind: str = Note.Kind.OFFICE,
    *,
    pinned: bool = False,
    by: Actor,
    now: datetime,
) -> Note:
    """Write something down. Raises Refusal when there is nothing, or too much."""
    words = text.replace("\0", "").strip()
    if not words or len(words) > LONGEST:
        raise Refusal("bad_note", f"Write a note of at most {LONGEST} characters.", field="text")
    if kind not in Note.Kind.values:
        raise Refusal("bad_kind", "A note is of the office or of an installer.", field="kind")
    made = Note.objects.create(
        subscriber=subscriber, text=words, kind=kind, by=by.name[:140], at=now, is_pinned=pinned
    )
    record(by, "note.write", subscriber, now=now, note=made.pk, kind=str(kind), text=words[:200])
    return made


def pin(note: Note, pinned: bool, *, by: Actor, now: datetime) -> Note:
    """Keep a note on top, or let it go down."""
    if note.is_pinned != pinned:
        note.is_pinned = pinned
        note.save(update_fields=["is_pinned"])
        record(by, "note.pin", note.subscriber, now=now, note=note.pk, pinned=pinned)
    return note
