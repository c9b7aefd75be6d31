"""A version as a PDF, with its content hash on every page."""

import io
from typing import Any
from xml.sax.saxutils import escape

from legal.models import Version


def render(version: Version) -> bytes:
    """A4 PDF of one version. reportlab is imported here because it is heavy and rarely needed."""
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415
    from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer  # noqa: PLC0415

    from kmikro.lib.typeface import BOLD, REGULAR, printable, register  # noqa: PLC0415

    register()
    text = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=15, spaceAfter=6)
    title = ParagraphStyle("title", parent=text, fontName=BOLD, fontSize=22, leading=28)
    head = ParagraphStyle("head", parent=text, fontName=BOLD, fontSize=13, leading=18, spaceBefore=12)
    small = ParagraphStyle("small", parent=text, fontSize=9, textColor=HexColor("#596770"))

    def shown(words: str) -> str:
        return escape(printable(words))

    def footer(canvas: Canvas, _template: SimpleDocTemplate) -> None:
        canvas.setFont(REGULAR, 7)
        canvas.drawString(20 * mm, 12 * mm, f"Version {version.number} · SHA-256 {version.digest}")
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, str(canvas.getPageNumber()))

    story: list[Any] = [
        Paragraph("K-Mikro Core · Legal Documentation", small),
        Paragraph(shown(version.document.title), title),
        Paragraph(f"Last updated: {version.dated:%B %Y}", small),
        Spacer(1, 6 * mm),
    ]
    for section in version.sections:
        story.append(Paragraph(f"{section['number']} &nbsp; {shown(section['title'])}", head))
        story.extend(Paragraph(shown(line), text) for line in section.get("paragraphs", []))
        if section.get("points"):
            items: Any = [ListItem(Paragraph(shown(point), text), value="»") for point in section["points"]]
            story.append(ListFlowable(items, bulletType="bullet", start="»", leftIndent=14))
        story.extend(Paragraph(shown(line), text) for line in section.get("closing", []))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, title=version.document.title, author="K-Mikro Core", leftMargin=20 * mm, rightMargin=20 * mm,
        topMargin=20 * mm, bottomMargin=22 * mm, invariant=1,
    )  # fmt: skip
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()
