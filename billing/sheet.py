"""Vouchers as PDF on any paper, each with its code, its QR and what the customer gets for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

# Heavy imports: this module is itself imported only where a sheet is printed.
import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from billing.papers import A4 as SHEET
from billing.papers import Paper
from kmikro.lib import codes
from kmikro.lib.typeface import BOLD, MONO, REGULAR, printable, register

SIDE, TOP = 9 * mm, 10 * mm  # of an A4 page
PAD = 3 * mm
QR = 17 * mm
QUIET = 4  # modules of white around a QR code (ISO/IEC 18004)
MASK = 2  # fixed: trying all eight masks takes most of the time, and any of them can be read


@dataclass(frozen=True, slots=True)
class Heading:
    """What all vouchers of a sheet say; price, offer and address as text for people."""

    isp: str
    price: str
    offer: str
    address: str  # what is typed into a browser
    url: str  # the portal's voucher page, for the QR code
    use_by: str = ""  # the last day for the first use


@dataclass(frozen=True, slots=True)
class Slip:
    """One voucher."""

    serial: str
    code: str


def link(url: str, code: str) -> str:
    """What the QR code opens: the portal with the code filled in."""
    return f"{url}?{urlencode({'v': code})}"


def draw(heading: Heading, slips: Iterable[Slip], paper: Paper = SHEET) -> bytes:
    """The slips as PDF: an A4 page is full of them, of a roll or label each is a page."""
    register()
    out = BytesIO()
    width, height = paper.width * mm, paper.height * mm
    size = A4 if paper.per_page > 1 else (width, height)
    canvas = Canvas(out, pagesize=size, pageCompression=1, invariant=1)
    canvas.setTitle(f"Vouchers of {heading.isp}")
    canvas.setAuthor(heading.isp)
    at = 0
    for slip in slips:
        if at == paper.per_page:
            canvas.showPage()
            at = 0
        if paper.is_strip:
            _strip(canvas, width, height, heading, slip)
        elif paper.per_page == 1:
            _slip(canvas, 0, 0, width, height, heading, slip)
        else:
            _cell(canvas, at, paper, heading, slip)
        at += 1
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _cell(canvas: Canvas, at: int, paper: Paper, heading: Heading, slip: Slip) -> None:
    """One of an A4 page, with lines to cut along."""
    row, column = divmod(at, paper.columns)
    width, height = (A4[0] - 2 * SIDE) / paper.columns, (A4[1] - 2 * TOP) / paper.rows
    x, y = SIDE + column * width, A4[1] - TOP - (row + 1) * height
    canvas.setDash(2, 2)
    canvas.setLineWidth(0.5)
    canvas.setStrokeGray(0.55)
    canvas.rect(x, y, width, height)
    canvas.setDash()
    _slip(canvas, x, y, width, height, heading, slip)


def _slip(
    canvas: Canvas, x: float, y: float, width: float, height: float, heading: Heading, slip: Slip
) -> None:
    left, right, top = x + PAD, x + width - PAD, y + height - PAD
    inner, middle = width - 2 * PAD, y + height / 2
    canvas.setFillGray(0.06)
    price = printable(heading.price, BOLD)
    price_width = stringWidth(price, BOLD, 10)
    _line(canvas, heading.isp, left, top - 8, inner - price_width - 6, BOLD, 9)
    canvas.setFont(BOLD, 10)
    canvas.drawRightString(right, top - 8, price)
    _qr(canvas, link(heading.url, slip.code), right - QR, y + (height - QR) / 2 - 0.5 * mm, QR)
    text_width = inner - QR - 2 * mm
    canvas.setFillGray(0.3)
    _line(canvas, heading.offer, left, middle + 6, text_width, REGULAR, 7)
    canvas.setFillGray(0.06)
    _line(canvas, codes.shown(slip.code), left, middle - 8, text_width, MONO, 13)
    canvas.setFillGray(0.3)
    if heading.use_by:
        _line(canvas, heading.use_by, left, middle - 17, text_width, REGULAR, 6.5)
    serial_width = stringWidth(slip.serial, REGULAR, 7)
    _line(canvas, heading.address, left, y + PAD - 1, inner - serial_width - 6, REGULAR, 7)
    canvas.setFont(REGULAR, 7)
    canvas.drawRightString(right, y + PAD - 1, slip.serial)


def _strip(canvas: Canvas, width: float, height: float, heading: Heading, slip: Slip) -> None:
    """For a roll: one below the other in the middle, and black, since thermal paper knows no grey."""
    inner, side = width - 2 * PAD, width * 0.52
    y = height - PAD
    canvas.setFillGray(0)
    for text, font, size in ((heading.isp, BOLD, 11.0), (heading.price, BOLD, 13.0)):
        y -= size + 2
        _centred(canvas, text, width, y, inner, font, size)
    y -= side + 2
    _qr(canvas, link(heading.url, slip.code), (width - side) / 2, y, side)
    for text, font, size in (
        (codes.shown(slip.code), MONO, 14.0),
        (heading.offer, REGULAR, 7.5),
        (heading.use_by, REGULAR, 7.5),
        (heading.address, REGULAR, 7.5),
        (slip.serial, REGULAR, 6.5),
    ):
        if text:
            y -= size + 1.5
            _centred(canvas, text, width, y, inner, font, size)


def _centred(canvas: Canvas, text: str, width: float, y: float, inner: float, font: str, size: float) -> None:
    text, size = _fitted(text, inner, font, size)
    canvas.setFont(font, size)
    canvas.drawCentredString(width / 2, y, text)


def _line(canvas: Canvas, text: str, x: float, y: float, width: float, font: str, size: float) -> None:
    text, size = _fitted(text, width, font, size)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _fitted(text: str, width: float, font: str, size: float) -> tuple[str, float]:
    """One line that shrinks, then is cut, so that it stays inside its width."""
    text = printable(text, font)
    while size > 5.5 and stringWidth(text, font, size) > width:
        size -= 0.25
    while text and stringWidth(text, font, size) > width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text, size


def _qr(canvas: Canvas, data: str, x: float, y: float, side: float) -> None:
    code = segno.make(data, error="m", mask=MASK, micro=False, boost_error=False)
    matrix = code.matrix
    module = side / (len(matrix) + 2 * QUIET)
    runs = []
    for row, line in enumerate(matrix):
        start = None
        for column, dark in enumerate((*line, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append(f"{start} {len(matrix) - 1 - row} {column - start} 1 re")
                start = None
    canvas.saveState()
    canvas.translate(x + QUIET * module, y + QUIET * module)
    canvas.scale(module, module)
    canvas.setFillGray(0)
    # In whole modules and at once: through reportlab's path, writing each number takes most of the time of a sheet.
    canvas._code.append(f"{' '.join(runs)} f")  # type: ignore[attr-defined]
    canvas.restoreState()
