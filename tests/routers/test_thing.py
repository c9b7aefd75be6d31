"""Rows have names that people know."""

from routers import thing


def test_each_is_called_what_tells_it_apart() -> None:
    assert thing.of("/queue/simple", "offer.q", {"name": "kmikro-queue-q"}) == "the queue kmikro-queue-q"
    assert thing.of("/queue/simple", "offer.q", {}) == "the queue q"
    assert thing.of("/file", "login.html", {}) == "the page login.html"
    assert thing.of("/ip/dns", "", {}) == "the name servers"
    assert thing.of("/ip/pool", "kmikro-pppoe", {}) == "the addresses for PPPoE"
    assert thing.of("/ip/hotspot/walled-garden/ip", "portal", {}) == "free access to the portal before login"
    shown = thing.of("/ip/hotspot/walled-garden/ip", "offer.g.x", {"dst-host": "pay.example"})
    assert shown == "free access to pay.example before login"
