"""Letters to customers about what they used."""

from datetime import datetime

from accounts.tasks import post
from kmikro.ui import formats
from subscribers import notices
from subscribers.models import UsageNotice
from tenants.models import Isp

PERIODS = {"total": "", "day": "today", "week": "this week", "month": "this month"}
THINGS = {"data": "data", "download": "download", "upload": "upload", "time": "online time"}


def words(notice: UsageNotice) -> str:
    """What was reached: '90 % of today's data', '100 % of the data at full speed this month'."""
    period = PERIODS[notice.period]
    thing = "data at full speed" if notice.what == "stage" else THINGS.get(notice.what, notice.what)
    return f"{notice.mark}\u00a0% of the {thing}{f' of {period}' if period else ''}".replace(
        "of today", "for today"
    )


def amounts(notice: UsageNotice) -> tuple[str, str]:
    """Used, and the limit."""
    show = formats.span if notice.what == "time" else formats.data_size
    return show(notice.used), show(notice.most)


def tell_customer(notice_id: int, isp: Isp, now: datetime) -> str:
    """Hand the letter of a notice to the post, once; returns what became of it."""
    rows = UsageNotice.objects.select_related("service__subscriber", "service__plan")
    notice = rows.defer("service__secret").filter(pk=notice_id, mail=UsageNotice.Mail.WANTED).first()
    if notice is None:
        return ""
    address = notices.address_of(notice)
    became = UsageNotice.Mail.SENT if address else UsageNotice.Mail.NO_ADDRESS
    if notices.note(notice, became, now=now) and address:
        used, limit = amounts(notice)
        owner = notice.service.subscriber
        post(
            "usage_notice",
            address,
            name=owner.name if owner else "",
            isp=isp.name,
            what=words(notice),
            used=used,
            limit=limit,
            account=notice.service.label,
            plan=notice.service.plan.name,
            slower=notice.what == "stage",
            over=notice.mark >= 100,
        )
    return str(became)
