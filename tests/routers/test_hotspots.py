"""Rows of a hotspot."""

from routers import hotspots
from routers.hotspots import Signing


def test_a_name_is_looked_up_and_an_address_is_not() -> None:
    assert hotspots.free("offer.g.a", "pay.example").values["dst-host"] == "pay.example"
    assert hotspots.free("offer.g.b", "192.0.2.1").values["dst-address"] == "192.0.2.1"


def test_a_mac_password_is_written_where_macs_sign_in() -> None:
    plain = hotspots.profile("kmikro", "10.0.0.1", Signing("kmikro"))
    by_mac = hotspots.profile(
        "kmikro", "10.0.0.1", Signing("kmikro", mac_login=True, mac_auth_password="till")
    )
    assert "mac-auth-password" not in plain.values
    assert by_mac.values["mac-auth-password"] == "till"
    assert "till" not in repr(Signing("kmikro", mac_login=True, mac_auth_password="till"))
