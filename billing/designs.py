"""The ISP's own vouchers: designs made, changed and removed, and which one is printed unless another is chosen."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from billing import papers, slip_html
from billing.models import Design, VoucherRules
from kmikro.lib.refusal import Refusal

MOST = 50
# A start for an own design: it fits every paper.
EXAMPLE = """<div style="padding:2mm 3mm;font-size:9pt;line-height:1.25">
<p style="display:flex;justify-content:space-between;font-weight:700"><span>{{ isp }}</span><span>{{ price }}</span></p>
<p style="font-size:8pt">{{ offer }}</p>
<p style="font-size:13pt;font-weight:700">{{ code }}</p>
<div style="display:flex;justify-content:space-between;align-items:flex-end">{{ qr }}
<p style="font-size:7pt;text-align:right">{{ use_by }}<br>{{ address }}<br>{{ serial }}</p></div>
</div>"""


def make(name: str, paper: str, html: str, *, by: Actor, now: datetime) -> Design:
    """A new design."""
    if Design.objects.count() >= MOST:
        raise Refusal("too_many_designs", f"There are {MOST} designs. Remove one that is not used.")
    return _save(Design(made_by_id=by.id), name, paper, html, "design.create", by, now)


def change(design: Design, name: str, paper: str, html: str, *, by: Actor, now: datetime) -> Design:
    """Give a design another name, paper or HTML."""
    return _save(design, name, paper, html, "design.change", by, now)


def remove(design: Design, *, by: Actor, now: datetime) -> None:
    """Forget a design; where it was the usual one, its paper's own look is from then on."""
    with transaction.atomic():
        record(by, "design.remove", design, now=now)
        design.delete()


def rules() -> VoucherRules:
    """What the ISP wants of its vouchers."""
    return VoucherRules.objects.select_related("design").order_by("pk").first() or VoucherRules(pk=1)


def choose(paper: str, design: Design | None, *, by: Actor, now: datetime) -> VoucherRules:
    """Print this way unless something else is chosen; with a design the paper is the design's."""
    if design is None and paper not in papers.PAPERS:
        raise Refusal("unknown_paper", f"Choose one of: {', '.join(papers.PAPERS)}.", field="paper")
    with transaction.atomic():
        held = VoucherRules.objects.select_for_update().order_by("pk").first() or VoucherRules(pk=1)
        held.paper, held.design = design.paper if design else paper, design
        held.save()
        record(by, "vouchers.usual_design", held, now=now, paper=held.paper, design=str(design or ""))
    return held


def _save(design: Design, name: str, paper: str, html: str, verb: str, by: Actor, now: datetime) -> Design:
    design.name = " ".join(name.replace("\0", "").split())[:60]
    if not design.name:
        raise Refusal("no_name", "Give the design a name.", field="name")
    if paper not in papers.PAPERS:
        raise Refusal("unknown_paper", f"Choose one of: {', '.join(papers.PAPERS)}.", field="paper")
    design.paper, design.html, design.changed_at = paper, slip_html.clean(html), now
    try:
        with transaction.atomic():
            design.save()
            record(by, verb, design, now=now, paper=paper)
    except IntegrityError:
        text = f"Another design is called “{design.name}”. Choose a different name."
        raise Refusal("name_taken", text, field="name") from None
    return design
