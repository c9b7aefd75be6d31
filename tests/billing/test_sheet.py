"""The A4 sheet: 24 a page, every code and serial on it, and a QR code that says what it should."""

import re
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
import segno

from billing import papers, sheet

HEADING = sheet.Heading(
    "Savanna Net",
    "KSh 50",
    "1 day from first use, 3 GB",
    "savanna.test/portal",
    "https://savanna.test/portal/",
)


def read(count, heading=HEADING):
    slips = [sheet.Slip(f"12-{at:04d}", f"CDFHJKMN{at:04d}") for at in range(1, count + 1)]
    return pypdf.PdfReader(BytesIO(sheet.draw(heading, slips)))


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (24, 1), (25, 2), (49, 3)])
def test_24_on_a_page_of_a4(count, pages):
    made = read(count)
    assert len(made.pages) == pages
    assert [round(float(side)) for side in made.pages[0].mediabox[2:]] == [595, 842]


@pytest.mark.parametrize(
    ("key", "size"), [("label", (176, 113)), ("roll58", (164, 193)), ("roll80", (227, 215))]
)
def test_labels_and_receipts_are_a_page_each(key, size):
    slips = [sheet.Slip(f"12-{at:04d}", f"CDFHJKMN{at:04d}") for at in range(1, 4)]
    heading = replace(HEADING, use_by="Use by 30 Nov 2026")
    made = pypdf.PdfReader(BytesIO(sheet.draw(heading, slips, papers.of(key))))
    assert len(made.pages) == 3
    assert tuple(round(float(side)) for side in made.pages[0].mediabox[2:]) == size
    text = made.pages[1].extract_text()
    for said in ("CDFH-JKMN-0002", "12-0002", "KSh 50", "Use by 30 Nov 2026", "savanna.test/portal"):
        assert said in text


def test_everything_is_printed_in_groups_of_four():
    text = read(24).pages[0].extract_text()
    for at in (1, 24):
        assert f"CDFH-JKMN-{at:04d}" in text
        assert f"12-{at:04d}" in text
    for said in ("Savanna Net", "KSh 50", "3 GB", "savanna.test/portal"):
        assert text.count(said) == 24


def test_long_names_stay_inside_their_slip():
    heading = sheet.Heading("W" * 200, "KES 12,345,678", "x" * 300, "a" * 200, HEADING.url)
    text = read(1, heading).pages[0].extract_text()
    assert "W" * 60 not in text
    assert "KES 12,345,678" in text


def test_names_outside_latin_1_are_printed_with_an_embedded_font():
    heading = replace(HEADING, isp="Ñandú Łódź Kąt")
    page = read(1, heading).pages[0]
    assert "Ñandú Łódź Kąt" in page.extract_text()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    used = [font for font in fonts if "Atkinson" in font["/BaseFont"]]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)


def test_a_letter_that_the_font_lacks_is_seen_to_be_missing():
    heading = replace(HEADING, isp="سلام Net", offer="1 दिन\n\x07", price="৳ 50", address="例え.test")
    text = read(1, heading).pages[0].extract_text()
    assert "???? Net" in text
    assert "? 50" in text
    assert "??.test" in text


def test_the_qr_code_opens_the_portal_with_the_code():
    assert (
        sheet.link("https://savanna.test/portal/", "CDFHJKMN0001")
        == "https://savanna.test/portal/?v=CDFHJKMN0001"
    )


def test_the_drawing_on_the_page_is_that_code():
    content = read(1).pages[0].get_contents().get_data().decode("latin-1")
    runs = re.findall(r"(\d+) (\d+) (\d+) 1 re", content)
    wanted = segno.make(
        sheet.link(HEADING.url, "CDFHJKMN0001"), error="m", mask=sheet.MASK, micro=False, boost_error=False
    ).matrix
    drawn = [[0] * len(wanted) for _ in wanted]
    for x, y, width in (map(int, run) for run in runs):
        for at in range(x, x + width):
            drawn[len(wanted) - 1 - y][at] = 1
    assert drawn == [list(line) for line in wanted]


def test_no_voucher_is_an_empty_page():
    assert len(read(0).pages) == 1
