"""A thousand vouchers as PDF on each paper, beside the same sheet with the QR codes of reportlab itself."""

import io
import time
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from bench.ground import Ground
from billing import papers, sheet
from kmikro.lib import codes

COUNT, PEER_COUNT = 1_000, 100
GOAL_SECONDS = 5.0
HEADING = sheet.Heading(
    "Bench Net", "KSh 50", "1 day from first use, 3 GB, 5 Mbps down, 2 Mbps up", "bench.example/portal",
    "https://bench.example/portal/", "Use by 30 Nov 2026",
)  # fmt: skip


def measure(_ground: Ground) -> dict[str, Any]:
    """Seconds for COUNT vouchers of every paper; beside the peer's only CPU counts, so that other work does not."""
    slips = [sheet.Slip(f"12-{at:04d}", codes.mint()) for at in range(1, COUNT + 1)]
    sheet.draw(HEADING, slips[:24])  # fonts are read once a process
    seconds, cpu, sizes = {}, {}, {}
    for key, paper in papers.PAPERS.items():
        began, busy = time.perf_counter(), time.process_time()
        sizes[key] = len(sheet.draw(HEADING, slips, paper))
        seconds[key] = round(time.perf_counter() - began, 2)
        cpu[key] = round(time.process_time() - busy, 2)
    busy = time.process_time()
    _peer(slips[:PEER_COUNT])
    peer = (time.process_time() - busy) * COUNT / PEER_COUNT
    return {
        "vouchers": COUNT,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "bytes": sizes,
        "goal": f"{GOAL_SECONDS} s: {'reached' if max(seconds.values()) <= GOAL_SECONDS else 'missed'}",
        "peer": "the A4 sheet with reportlab's own QR codes",
        "peer_cpu_seconds": round(peer, 2),
        "ratio": round(peer / cpu["a4"], 1),
    }


def _peer(slips: list[sheet.Slip]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    for number, slip in enumerate(slips):
        at = number % 24
        if number and not at:
            canvas.showPage()
        row, column = divmod(at, 3)
        x, y = 9 * mm + column * 64 * mm, A4[1] - 10 * mm - (row + 1) * 34.6 * mm
        canvas.rect(x, y, 64 * mm, 34.6 * mm)
        canvas.setFont("Helvetica", 9)
        for line, text in enumerate((HEADING.isp, HEADING.offer, codes.shown(slip.code), HEADING.address)):
            canvas.drawString(x + 3 * mm, y + (28 - 6 * line) * mm, text)
        widget = QrCodeWidget(sheet.link(HEADING.url, slip.code), barLevel="M")
        left, bottom, right, top = widget.getBounds()
        size = 17 * mm
        drawing = Drawing(size, size, transform=[size / (right - left), 0, 0, size / (top - bottom), 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, canvas, x + 44 * mm, y + 8 * mm)
    canvas.save()
    return out.getvalue()
