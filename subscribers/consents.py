"""What a subscriber agreed to, in which version and how; a consent that is taken back stays with the day of that."""

from datetime import datetime

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Consent, Subscriber


def give(
    subscriber: Subscriber, what: str, *, version: str = "", how: str = "", by: Actor, now: datetime
) -> Consent:
    """Write down a consent. Raises Refusal."""
    texts = {
        name: " ".join(text.replace("\0", "").split())
        for name, text in (("what", what), ("version", version), ("how", how))
    }
    for name, most in (("what", 80), ("version", 40), ("how", 80)):
        if len(texts[name]) > most or (name == "what" and not texts[name]):
            raise Refusal("bad_consent", f"Write what it is in at most {most} characters.", field=name)
    made = Consent.objects.create(subscriber=subscriber, given_at=now, by=by.name[:140], **texts)
    record(by, "consent.give", subscriber, now=now, **texts)
    return made


def withdraw(consent: Consent, *, by: Actor, now: datetime) -> Consent:
    """Take it back; once is enough."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at, consent.withdrawn_by = now, by.name[:140]
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(
            by, "consent.withdraw", consent.subscriber, now=now, what=consent.what, version=consent.version
        )
    return consent
