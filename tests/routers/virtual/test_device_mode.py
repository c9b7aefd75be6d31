"""Device mode of the virtual router: what is closed stays closed for everybody until the button was pressed."""

import pytest

from routers.virtual import VirtualRouter
from routers.virtual.device_mode import Mode
from routers.virtual.traps import Trap
from tests.addresses import own

NEW, OLD, SIX = (7, 20), (7, 12), (6, 49)


def test_out_of_the_box_everything_we_use_is_allowed() -> None:
    for release in (NEW, OLD):
        Mode().demand(release, "/ip/hotspot", "add")
        Mode().demand(release, "/system/scheduler", "add")
    assert (Mode().named(NEW), Mode().named(OLD)) == ("advanced", "enterprise")
    assert Mode().row(NEW)["hotspot"] == "true"
    assert "attempt-count" not in Mode().row(OLD)


def test_home_refuses_and_reading_goes_on() -> None:
    home = Mode("home")
    with pytest.raises(Trap, match="not allowed by device-mode"):
        home.demand(NEW, "/ip/hotspot", "add")
    home.demand(NEW, "/ip/hotspot", "print")
    home.demand(SIX, "/ip/hotspot", "add")  # RouterOS 6 has no modes
    assert home.row(NEW)["scheduler"] == "false"


def test_a_flagged_router_refuses_with_its_own_words() -> None:
    with VirtualRouter(address=own(62)) as router:
        router.device.mode.flagged = True
        assert "configuration flagged" in router.paste("/ip hotspot add name=h interface=bridge-lan")
        assert router.paste(":put [/system device-mode get flagged]").strip() in ("true", "yes")
        router.device.mode.flagged = False
        assert router.paste("/ip hotspot add name=h interface=bridge-lan") == ""
