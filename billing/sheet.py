"""Vouchers on paper: A4, 3 by 8 to a page, each with its code, its QR and what the customer gets for it."""

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

from kmikro.lib import codes
from kmikro.lib.typeface import BOLD, MONO, REGULAR, printable, register

COLUMNS, ROWS = 3, 8
PER_PAGE = COLUMNS * ROWS
WIDTH, HEIGHT = A4
SIDE, TOP = 9 * mm, 10 * mm
CELL_W, CELL_H = (WIDTH - 2 * SIDE) / COLUMNS, (HEIGHT - 2 * TOP) / ROWS
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


@dataclass(frozen=True, slots=True)
class Slip:
    """One voucher."""

    serial: str
    code: str


def link(url: str, code: str) -> str:
    """What the QR code opens: the portal with the code filled in."""
    return f"{url}?{urlencode({'v': code})}"


def draw(heading: Heading, slips: Iterable[Slip]) -> bytes:
    """The sheet as PDF."""
    register()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(f"Vouchers of {heading.isp}")
    canvas.setAuthor(heading.isp)
    at = 0
    for slip in slips:
        if at == PER_PAGE:
            canvas.showPage()
            at = 0
        _slip(canvas, at, heading, slip)
        at += 1
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _slip(canvas: Canvas, at: int, heading: Heading, slip: Slip) -> None:
    row, column = divmod(at, COLUMNS)
    x, y = SIDE + column * CELL_W, HEIGHT - TOP - (row + 1) * CELL_H
    canvas.setDash(2, 2)
    canvas.setLineWidth(0.5)
    canvas.setStrokeGray(0.55)
    canvas.rect(x, y, CELL_W, CELL_H)
    canvas.setDash()
    left, right, top = x + PAD, x + CELL_W - PAD, y + CELL_H - PAD
    inner = CELL_W - 2 * PAD
    canvas.setFillGray(0.06)
    price = printable(heading.price, BOLD)
    price_width = stringWidth(price, BOLD, 10)
    _line(canvas, heading.isp, left, top - 8, inner - price_width - 6, BOLD, 9)
    canvas.setFont(BOLD, 10)
    canvas.drawRightString(right, top - 8, price)
    _qr(canvas, link(heading.url, slip.code), right - QR, y + (CELL_H - QR) / 2 - 0.5 * mm)
    text_width = inner - QR - 2 * mm
    canvas.setFillGray(0.3)
    _line(canvas, heading.offer, left, y + CELL_H / 2 + 6, text_width, REGULAR, 7)
    canvas.setFillGray(0.06)
    _line(canvas, codes.shown(slip.code), left, y + CELL_H / 2 - 8, text_width, MONO, 13)
    canvas.setFillGray(0.3)
    serial_width = stringWidth(slip.serial, REGULAR, 7)
    _line(canvas, heading.address, left, y + PAD - 1, inner - serial_width - 6, REGULAR, 7)
    canvas.setFont(REGULAR, 7)
    canvas.drawRightString(right, y + PAD - 1, slip.serial)


def _line(canvas: Canvas, text: str, x: float, y: float, width: float, font: str, size: float) -> None:
    """One line that shrinks, then is cut, so that it stays inside its width."""
    text = printable(text, font)
    while size > 5.5 and stringWidth(text, font, size) > width:
        size -= 0.25
    while text and stringWidth(text, font, size) > width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _qr(canvas: Canvas, data: str, x: float, y: float) -> None:
    code = segno.make(data, error="m", mask=MASK, micro=False, boost_error=False)
    matrix = code.matrix
    module = QR / (len(matrix) + 2 * QUIET)
    path = canvas.beginPath()
    for row, line in enumerate(matrix):
        top = y + QR - (row + 1 + QUIET) * module
        start = None
        for column, dark in enumerate((*line, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + (start + QUIET) * module, top, (column - start) * module, module)
                start = None
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
