"""The menus that we write are in an order in which they can be written, and the script's rows are safe from plans."""

from routers import allowed, menus, rows, script
from routers.rows import Found
from routers.virtual.menus import MENUS as VIRTUAL


def test_what_is_referred_to_comes_before_who_refers_to_it() -> None:
    place = {menu.path: number for number, menu in enumerate(menus.MENUS)}
    for path, at in place.items():
        for field in VIRTUAL[path].fields.values():
            if field.reference in place and field.reference != path:
                assert place[field.reference] < at, f"{path} {field.name} refers to {field.reference}"


def test_every_menu_is_known_to_the_virtual_router_with_its_fields() -> None:
    for menu in menus.MENUS:
        assert set(menu.kinds) | set(menu.defaults) <= set(VIRTUAL[menu.path].fields), menu.path


def test_rows_of_the_enrolment_are_not_the_plans_to_judge() -> None:
    for key in ("api", "coa", "tunnel", "wg"):
        for path in ("/ip/firewall/filter", "/ip/address", "/ip/firewall/address-list"):
            assert rows.key_of(Found(path, "*1", {"comment": f"kmikro:{key}"}), "kmikro") is None
    assert (
        rows.key_of(Found("/ip/firewall/filter", "*1", {"comment": "kmikro:offer.a.rest"}), "")
        == "offer.a.rest"
    )
    assert script._mark("api") == "kmikro:api"


def test_only_rows_and_never_the_ways_to_the_router_are_written() -> None:
    assert allowed.is_allowed("/ip/firewall/filter/add")
    for word in ("/user/add", "/ip/service/set", "/ip/firewall/filter/move", "/ip/dns/add"):
        assert not allowed.is_allowed(word)
