"""What stands on a voucher: the same words for PDF, for pages that a browser prints, and for designs of the ISP."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from billing import designs, papers, slip_html
from billing.models import Batch, Design
from billing.papers import Paper
from dashboard import listing
from dashboard.access import Request
from kmikro.lib import codes
from kmikro.ui import charts, formats
from subscribers import offers
from subscribers.models import Plan

# Style attributes of an ISP's design, which are cleaned, may be shown on this page; scripts may not.
STYLED = {"style-src-attr": ["'unsafe-inline'"]}


def portal(request: Request) -> str:
    return request.build_absolute_uri("/portal/")


def shown_address(url: str) -> str:
    """As somebody types it."""
    return url.partition("://")[2].rstrip("/")


def use_by_words(batch: Batch) -> str:
    """'Use by 30 Nov 2026', or nothing."""
    if batch.use_by is None:
        return ""
    day = localtime(batch.use_by - timedelta(seconds=1))
    return f"Use by {day.day} {day:%b %Y}"


def chosen(request: Request) -> tuple[Paper, Design | None]:
    """The paper and design that were asked for, or the ISP's usual ones."""
    pk, paper = listing.number(request, "design"), request.GET.get("paper", "")
    if pk is not None and (design := Design.objects.filter(pk=pk).first()):
        return papers.of(design.paper), design
    if paper in papers.PAPERS:
        return papers.PAPERS[paper], None
    usual = designs.rules()
    return papers.of(usual.paper), usual.design


def fields(request: Request, batch: Batch, plan: Plan) -> dict[str, str]:
    """The fields of a design that all vouchers of a batch share."""
    return {
        "plan": plan.name,
        "price": formats.amount(batch.price_minor, batch.currency),
        "valid": offers.valid(validity) if (validity := plan.validity) else "",
        "offer": offers.words(plan),
        "speed": offers.speed(plan.download_bps, plan.upload_bps),
        "use_by": use_by_words(batch),
        "isp": request.isp.name,
        "address": shown_address(portal(request)),
        "note": batch.note,
    }


def filled(html: str, shared: dict[str, str], slips: Iterable[dict[str, str]]) -> list[SafeString]:
    """Each slip ({serial, code, url}) as HTML of a design."""
    large = "qr_large" in html
    made = []
    for slip in slips:
        drawn = {"qr": charts.qr(slip["url"], "slip-qr", "QR code")}
        if large:
            drawn["qr_large"] = charts.qr(slip["url"], "slip-qr-large", "QR code")
        values = {**shared, **drawn, "code": slip["code"], "serial": slip["serial"]}
        made.append(mark_safe(slip_html.fill(html, values)))
    return made


def slip(url: str, serial: str, code: str) -> dict[str, str]:
    return {"serial": serial, "code": codes.shown(code), "url": f"{url}?v={code}"}


def pages(paper: Paper, slips: list[Any]) -> list[list[Any]]:
    """As many on a page as the paper takes."""
    return [slips[at : at + paper.per_page] for at in range(0, len(slips), paper.per_page)]
