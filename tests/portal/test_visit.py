import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import visit

LOGIN = "http://10.5.50.1/login"
GOOD = {
    "mac": "aa-bb-cc-00-00-01",
    "ip": "10.5.50.20",
    "link-login-only": LOGIN,
    "link-orig": "http://example.com/a?b=c",
}


def read(**changes: str) -> visit.Visit:
    given_ = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return visit.read(given_, router="r1", registered_login=LOGIN)


def test_a_good_visit_is_read_and_survives_the_form() -> None:
    seen = read()
    assert (seen.mac, seen.ip, seen.orig) == ("AA:BB:CC:00:00:01", "10.5.50.20", "http://example.com/a?b=c")
    assert visit.unseal(visit.seal(seen), router="r1") == seen


@pytest.mark.parametrize(
    "link",
    [
        "https://evil/", "javascript:alert(1)", "http://10.5.50.1@evil/login", "data:text/html,x", "", "//evil",
        "http://10.5.50.1/login?x=1", "http://10.5.50.1:8080/login", "HTTP://10.5.50.1/login", "http://10.5.50.1/login/",
    ],
)  # fmt: skip
def test_only_the_registered_login_link_counts(link: str) -> None:
    with pytest.raises(visit.BadVisit):
        read(link_login_only=link)


def test_a_router_without_a_registered_link_is_never_posted_to() -> None:
    with pytest.raises(visit.BadVisit):
        visit.read({**GOOD, "link-login-only": ""}, router="r1", registered_login="")


@pytest.mark.parametrize(
    "mac", ["", "zz:bb:cc:00:00:01", 'AA:BB:CC:00:00:01"', "</script>", "AA:BB:CC:00:00:01:02"]
)
def test_bad_macs(mac: str) -> None:
    with pytest.raises(visit.BadVisit):
        read(mac=mac)


@pytest.mark.parametrize("ip", ["", "10.5.50", "::1", "10.5.50.300", "10.5.50.1'"])
def test_bad_addresses(ip: str) -> None:
    with pytest.raises(visit.BadVisit):
        read(ip=ip)


@pytest.mark.parametrize(
    "dst",
    [
        "//evil",
        "/\\evil",
        "javascript:1",
        "http://a@b/",
        "http://a/\r\nSet-Cookie: x",
        "http://" + "a" * 8192,
        "ftp://a/",
        "http://[",
        "data:x",
    ],
)
def test_hostile_destinations_are_dropped(dst: str) -> None:
    assert read(link_orig=dst).orig == ""


def test_chap_values_are_octets() -> None:
    assert visit.octets("\\001a\\377") == b"\x01a\xff"
    with pytest.raises(visit.BadVisit):
        read(chap_id="\\001", chap_challenge="\\9zz")
    with pytest.raises(visit.BadVisit):
        read(chap_id="\\001")
    with pytest.raises(visit.BadVisit):
        visit.octets("\u20ac")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=60), st.text(max_size=60))
def test_nothing_but_bad_visit_is_raised(mac: str, ip: str, orig: str, chap: str) -> None:
    try:
        seen = read(mac=mac, ip=ip, link_orig=orig, chap_id=chap, chap_challenge=chap)
    except visit.BadVisit:
        return
    assert visit.MAC.match(seen.mac)


def test_a_changed_old_or_foreign_field_is_refused() -> None:
    sealed = visit.seal(read())
    for text, router in ((sealed[:-2] + "AA", "r1"), ("", "r1"), ("x:y:z", "r1"), (sealed, "r2")):
        with pytest.raises(visit.BadVisit):
            visit.unseal(text, router=router)
