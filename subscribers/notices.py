"""Marks that were reached, and whether customers are told of them by e-mail."""

from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from subscribers.models import Email, NoticeRule, UsageNotice

ONLY = 1  # the one row of the rule


def rule(*, hold: bool = False) -> NoticeRule:
    """The ISP's rule; `hold` keeps others from it until the transaction ends."""
    rows = NoticeRule.objects.select_for_update() if hold else NoticeRule.objects
    found = rows.filter(pk=ONLY).first()
    if found is None:
        NoticeRule.objects.bulk_create([NoticeRule(pk=ONLY)], ignore_conflicts=True)
        found = rows.get(pk=ONLY)
    return found


def mail_customers(mails: bool, *, by: Actor, now: datetime) -> NoticeRule:
    """Switch the letters on or off."""
    with transaction.atomic():
        held = rule(hold=True)
        if held.mails != mails:
            record(by, "notice_rule.change", held, now=now, changed=[held.mails, mails])
            held.mails = mails
            held.save(update_fields=["mails"])
    return held


def address_of(notice: UsageNotice) -> str:
    """Where its customer is written to; '' where no address is known."""
    owner = notice.service.subscriber_id
    if owner is None:
        return ""
    rows = Email.objects.filter(subscriber=owner).order_by("-is_primary", "pk")
    return rows.values_list("address", flat=True).first() or ""


def note(notice: UsageNotice, mail: str, *, now: datetime) -> bool:
    """Write down what became of its letter, once; False when somebody did so before."""
    waits = UsageNotice.objects.filter(pk=notice.pk, mail=UsageNotice.Mail.WANTED)
    return bool(waits.update(mail=mail, mailed_at=now if mail == UsageNotice.Mail.SENT else None))
