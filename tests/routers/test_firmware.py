"""What is newer, and what is looked at before an upgrade."""

import pytest

from routers import device, firmware, rights
from tests.routers.on_loopback import enrolled


@pytest.mark.parametrize(
    ("latest", "installed", "newer"),
    [
        ("7.20.8", "7.12.2", True),
        ("7.20.8", "7.20.8 (stable)", False),
        ("7.9", "7.10", False),
        ("", "7.1", False),
        ("7.20", "nonsense", False),
        ("<b>", "7.1", False),
    ],
)
def test_newer(latest: str, installed: str, newer: bool) -> None:
    assert firmware.is_newer(latest, installed) is newer


def test_before_an_upgrade() -> None:
    with enrolled(98) as (router, target), device.opened(target) as talk:
        looked = {each.title: each for each in firmware.preflight(talk, "kmikro", rights.UPDATE)}
        assert {title: each.is_fine for title, each in looked.items()} == {
            "Rights": False,
            "Room": True,
            "Running for a while": False,
        }
        assert "/user group set" in looked["Rights"].text
        assert "in memory" in looked["Room"].text
        assert router.paste(rights.line("kmikro", rights.UPDATE)) == ""
        router.device.clock.advance(600)
        again = firmware.preflight(talk, "kmikro", rights.UPDATE)
        assert all(each.is_fine for each in again)
