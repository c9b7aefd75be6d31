"""The letters of our PDF files: a font that is embedded, and what is printed for a character it does not have.

Import it only where a PDF is made: reportlab is heavy.
"""

import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, MONO = "Atkinson", "Atkinson-Bold", "Atkinson-Mono"
FOLDER = Path(__file__).resolve().parents[2] / "assets/fonts"
FILES = {REGULAR: "atkinson-next-regular", BOLD: "atkinson-next-bold", MONO: "atkinson-mono-bold"}
# A price must stay a price where the font lacks the sign.
SIGNS = {
    "₦": "NGN ",
    "₱": "PHP ",
    "₪": "ILS ",
    "₫": "VND ",
    "₵": "GHS ",
    "₲": "PYG ",
    "₡": "CRC ",
    "₸": "KZT ",
}
MISSING = "?"  # for each character that the font cannot draw: a gap in a name would not be seen


@cache
def register() -> dict[str, Collection[int]]:
    """Make the fonts known to reportlab, once a process; the code points that each of them has."""
    known: dict[str, Collection[int]] = {}
    for name, file in FILES.items():
        font = TTFont(name, FOLDER / f"{file}.ttf")
        pdfmetrics.registerFont(font)
        bold = BOLD if name == REGULAR else name
        pdfmetrics.registerFontFamily(name, normal=name, bold=bold, italic=name, boldItalic=bold)
        known[name] = frozenset(font.face.charToGlyph)
    return known


def printable(text: str, font: str = REGULAR) -> str:
    """The text as the font can draw it: composed accents, no control characters, codes
    for currency signs and MISSING for the rest."""
    known = register()[font]
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        each if ord(each) in known else " " if each.isspace() else SIGNS.get(each, MISSING)
        for each in composed
        if unicodedata.category(each) not in {"Cc", "Cf"} or each.isspace()
    )
