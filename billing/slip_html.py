"""The HTML of an ISP's own voucher: what may be in it, and how its fields are filled. No scripts, nothing from outside."""

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

import nh3

from kmikro.lib.refusal import Refusal

LONGEST = 200_000  # with a logo as a data: image
FIELDS = {
    "code": "The code, in groups of four",
    "qr": "The QR code that opens the portal with the code, 18 mm",
    "qr_large": "The same, 28 mm",
    "plan": "The plan's name",
    "price": "What it is sold for",
    "valid": "How long it is valid",
    "offer": "Time, data, speed and devices in words",
    "speed": "Down and up",
    "use_by": "The last day for the first use; empty without one",
    "serial": "Batch and number: 12-0004",
    "isp": "Your name",
    "address": "The portal's address, to type it",
    "note": "The batch's note",
}
DRAWN = {"qr", "qr_large"}  # filled with what we draw, everything else with text
_FIELD = re.compile(r"\{\{\s*([A-Za-z0-9_]*)\s*\}\}")
_TAGS = {
    "div", "p", "span", "b", "strong", "i", "em", "u", "small", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li",
    "table", "thead", "tbody", "tr", "th", "td", "img", "sup", "sub",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"style", "dir", "lang"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}  # fmt: skip
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_STYLES = {
    "color", "background-color", "font-size", "font-weight", "font-style", "font-family", "font-variant-numeric",
    "text-align", "text-decoration", "text-transform", "line-height", "letter-spacing", "white-space", "overflow-wrap",
    "width", "height", "max-width", "max-height", "min-width", "min-height", "box-sizing", "vertical-align", "display",
    "flex", "flex-direction", "flex-wrap", "justify-content", "align-items", "align-self", "gap", "order",
    "grid-template-columns", "grid-column", "grid-row", "float", "clear", "opacity", "border-radius",
    "border-collapse", "list-style-type", "transform",
    *(f"{name}{side}" for name in ("margin", "padding", "border") for side in _SIDES),
    "border-color", "border-style", "border-width",
}  # fmt: skip
_VALUE = re.compile(r"[\w#%.,+\-/'\" ()!]*")
_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "calc", "rotate", "repeat", "minmax", "scale"}
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")


def clean(typed: str) -> str:
    """The HTML without what may not be in it. Raises Refusal for fields that there are not, or a missing code."""
    if len(typed) > LONGEST:
        text = f"The design has at most {LONGEST:,} characters, with its pictures. Make the logo smaller."
        raise Refusal("design_too_long", text, field="html")
    kept = nh3.clean(
        typed.replace("\0", ""),
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "iframe", "object", "noscript", "template"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"data"},
        link_rel=None,
        filter_style_properties=_STYLES,
    )
    names = _FIELD.findall(kept)
    if unknown := sorted({name for name in names if name not in FIELDS}):
        text = f"There is no field {{{{ {unknown[0]} }}}}. There are: {', '.join(FIELDS)}."
        raise Refusal("unknown_field", text, field="html")
    if "code" not in names:
        raise Refusal("no_code", "A voucher needs its code: put {{ code }} somewhere.", field="html")
    attributes = _Attributes()
    attributes.feed(kept)
    if attributes.has_field:
        text = "Fields stand in the text, not in an attribute such as style or alt."
        raise Refusal("field_in_attribute", text, field="html")
    return kept


def fill(cleaned: str, values: Mapping[str, str]) -> str:
    """One voucher: text is escaped; the drawings of DRAWN are ours and go in as they are."""

    def put(match: re.Match[str]) -> str:
        name = match[1]
        value = values.get(name, "")
        return value if name in DRAWN else escape(value)

    return _FIELD.sub(put, cleaned)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if tag == "img" and _IMAGE.fullmatch(value) else None
    if name == "style":
        return ";".join(each for each in value.split(";") if _is_harmless(each)) or None
    return value


def _is_harmless(declaration: str) -> bool:
    """Names are the library's to check; a value may not reach outside or hide what it is by escapes."""
    value = declaration.partition(":")[2].strip()
    functions = {each.lower() for each in re.findall(r"([\w-]+)\(", value)}
    return bool(value) and _VALUE.fullmatch(value) is not None and functions <= _FUNCTIONS


class _Attributes(HTMLParser):
    """Looks for fields in attributes."""

    has_field = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.has_field = self.has_field or any("{{" in (value or "") for _name, value in attrs)
