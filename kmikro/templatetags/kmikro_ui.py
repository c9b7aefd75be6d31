"""The template tags of the interface kit; templates/components/README.md is their catalogue."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from kmikro.ui import charts, faceplates, formats
from kmikro.ui.fields import PARTIALS, attributes_of, choices_of, input_kind
from kmikro.ui.states import state_of

register = template.Library()
TAB_KEYS = ("home", "sell", "vouchers", "routers", "sessions")
TAB_PLACES = 4
BETWEEN_TAGS = re.compile(r">\s+<")


def plain(value: float) -> str:
    return f"{value:g}"


SHOWN: dict[str, Callable[[float], str]] = {
    "rate": formats.bit_rate,
    "bytes": formats.data_size,
    "count": plain,
}


@lru_cache(maxsize=512)
def icon_markup(name: str, size: int, weight: float, classes: str) -> SafeString:
    looks = {"class": classes or "icon", "stroke_width": weight, "aria_hidden": "true", "focusable": "false"}
    drawing = lucide(name, size=size, **looks)
    return mark_safe(BETWEEN_TAGS.sub("><", drawing).strip())


@register.simple_tag
def icon(name: str, size: int = 18, weight: float = 1.9, classes: str = "") -> SafeString:
    """A lucide icon as inline SVG, hidden from screen readers: words carry the meaning."""
    return icon_markup(name, size, weight, classes)


@register.simple_tag
def pill(state: object, label: str = "") -> SafeString:
    """A state as icon and word; `state` is a key of STATES or a mapping with tone, icon, label."""
    shown = state_of(state)
    tone = f" pill-{shown.tone}" if shown.tone else ""
    mark = icon_markup(shown.icon, 14, 2.3, "")
    return format_html('<span class="pill{}">{}{}</span>', tone, mark, label or shown.label)


@register.simple_tag
def led(tone: str = "off", label: str = "", blink: bool = False) -> SafeString:
    """A lamp: ok, warn, bad, off. Without a label a word must stand next to it."""
    name = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html('<span class="led led-{}{}"{}></span>', tone, " led-blink" if blink else "", name)


@register.simple_tag
def bar(percent: float, tone: str = "s1", label: str = "") -> SafeString:
    """A thin bar filled to a percentage."""
    return mark_safe(charts.bar(percent, tone, label))


@register.simple_tag
def faceplate(model: str = "", ports: str = "", labels: bool = False, title: str = "") -> SafeString:
    """A router's front; `ports` has one letter per port in drawing order: u, w, e, d."""
    return mark_safe(faceplates.draw(model or "", ports or "", labels=labels, title=title))


@register.simple_tag
def spark(values: Sequence[float | None], label: str = "") -> SafeString:
    """A small line chart without axes."""
    return mark_safe(charts.spark(list(values), label))


@register.simple_tag
def plot(
    down: Sequence[float | None],
    up: Sequence[float | None] = (),
    kind: str = "lines",
    unit: str = "rate",
    x: Sequence[str] = (),
    label: str = "",
    titles: Sequence[str] = (),
    corrected: Sequence[float] = (),
) -> SafeString:
    """A chart with axes in HTML; kind lines or columns; unit rate (bit/s), bytes (octets) or count.

    `corrected` is a line of its own over columns, and may be below nothing.
    """
    stacked = kind == "columns"
    heights = [value or 0 for value in down], [value or 0 for value in up]
    rows = [a + b for a, b in zip(*heights, strict=False)] if stacked and up else [*heights[0], *heights[1]]
    top = charts.nice_top(max(rows, default=0))
    show = SHOWN.get(unit, plain)
    if any(corrected):
        top = charts.nice_top(max(max(rows, default=0), max(corrected)))
        bottom = charts.nice_top(-min(corrected)) if min(corrected) < 0 else 0
        drawing = charts.corrected_columns(*heights, corrected, list(titles), top, bottom, label)
        y = [show(top - (top + bottom) * step / 4) for step in range(5)]
        return render_to_string("components/plot.html", {"y": y, "x": x, "drawing": mark_safe(drawing)})
    drawing = (
        charts.columns(*heights, list(titles), top, label)
        if stacked
        else charts.lines(list(down), list(up), top, label)
    )
    context = {"y": [show(top * step / 4) for step in (4, 3, 2, 1, 0)], "x": x, "drawing": mark_safe(drawing)}
    return render_to_string("components/plot.html", context)


@register.simple_tag
def qr(data: str, classes: str = "size-24", label: str = "") -> SafeString:
    """A QR code as inline SVG."""
    return mark_safe(charts.qr(data, classes, label))


@register.simple_tag
def when(moment: datetime | None, empty: str = "") -> SafeString:
    """A moment as its age, with the exact local time in title and datetime."""
    if moment is None:
        return format_html("{}", empty)
    local = localtime(moment)
    text = formats.age(moment, datetime.now(UTC))
    exact = local.strftime("%d %b %Y %H:%M:%S")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text)


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago a moment is: 38 s ago."""
    return formats.age(moment, datetime.now(UTC)) if moment else ""


@register.filter(name="bytes")
def as_bytes(octets: float | None) -> str:
    """Octets: 1.2 GB."""
    return "" if octets is None else formats.data_size(octets)


@register.filter
def grouped(number: int | None) -> str:
    """A count with its thousands apart: 2,111."""
    return "" if number is None else f"{number:,}"


@register.filter
def rate(bits_per_second: float | None) -> str:
    """Bits per second: 5 Mbps."""
    return "" if bits_per_second is None else formats.bit_rate(bits_per_second)


@register.filter
def duration(value: timedelta | float | None) -> str:
    """Seconds or a timedelta: 2 h 5 min."""
    return "" if value is None else formats.span(formats.seconds_of(value))


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units of a currency: KSh 1,500."""
    return "" if minor is None else formats.amount(minor, currency, get_language() or "en")


@register.filter
def percent(hundredths: int | None) -> str:
    """Hundredths of a percent: 12.5 %."""
    return "" if hundredths is None else formats.percent(hundredths)


@register.filter(is_safe=True)
def units(text: object) -> str:
    """Text whose numbers do not part from their units."""
    return formats.bind_units(str(text))


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A form field with label, hint and error wired to the input; see the catalogue for options."""
    kind = input_kind(bound, str(options.get("kind", "")))
    if kind == "hidden":
        return bound.as_widget()
    context: dict[str, Any] = {"field": bound, "kind": kind, "hint": bound.help_text, **options}
    attributes = attributes_of(bound, kind, options)
    if kind == "choices":
        context["choices"] = choices_of(bound)
        context["described"] = attributes.get("aria-describedby", "")
    else:
        context["widget"] = bound.as_widget(attrs=attributes)
    return render_to_string(PARTIALS.get(kind, "components/field.html"), context)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """What has to be fixed, each with a link to its field; takes the focus."""
    items = [
        {"id": bound.id_for_label or bound.auto_id, "label": bound.label, "errors": bound.errors}
        for bound in form
        if bound.errors
    ]
    return {"items": items, "general": form.non_field_errors(), "count": len(items)}


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: object) -> str:
    """The current query string with changes; None removes a key; the page is forgotten unless given."""
    request = context.get("request")
    pairs = dict(request.GET.lists()) if request is not None else {}
    if "page" not in changes and "cursor" not in changes:
        pairs.pop("page", None)
        pairs.pop("cursor", None)
    for key, value in changes.items():
        if value is None or value == "":
            pairs.pop(key, None)
        else:
            pairs[key] = [str(value)]
    return "?" + urlencode(pairs, doseq=True)


@register.simple_tag
def tab_items(nav: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The four items of the phone's tab bar, out of the navigation the role may see."""
    items = [item for group in nav or () for item in group.get("items", ())]
    first = [item for key in TAB_KEYS for item in items if item.get("key") == key]
    rest = [item for item in items if item.get("key") not in TAB_KEYS]
    return (first + rest)[:TAB_PLACES]
