"""What is printed can be read, and what cannot be drawn is seen."""

import unicodedata

import pytest

from kmikro.lib.typeface import BOLD, FILES, FOLDER, MISSING, MONO, REGULAR, printable


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_latin_names_stay_as_they_are_and_accents_are_composed(font):
    for name in ("Ñandú Łódź Kąt", "Şişli Ağı", "KSh 1,500 · 3 GB", "€ 5 … “x” » —"):
        assert printable(name, font) == name
        assert printable(unicodedata.normalize("NFD", name), font) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("سلام", MISSING * 4),
        ("a\u200bb\x00c", "abc"),
        ("a\u3000b\tc", "a b c"),
        ("\ud800", MISSING),
        ("😀", MISSING),
        ("₱1,500", "PHP 1,500"),
    ],
)
def test_what_the_font_lacks_is_replaced(text, shown):
    assert printable(text) == shown


def test_codes_can_be_printed():
    assert printable("CDFH-JKMN-PR34", MONO) == "CDFH-JKMN-PR34"


def test_the_licence_lies_beside_the_fonts():
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE-OFL.txt").read_text().upper()
    assert all((FOLDER / f"{name}.ttf").stat().st_size < 64_000 for name in FILES.values())
