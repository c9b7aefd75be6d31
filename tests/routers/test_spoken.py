"""Lines are for reading: whole, short, without secrets."""

from routers import plan, spoken
from routers.rows import Row


def test_lines() -> None:
    add = plan.Add(Row("/radius", "radius", {"address": "10.0.0.1", "secret": "hush", "comment": 'a "b"'}))
    assert spoken.line(add) == '/radius add address=10.0.0.1 secret=••• comment="a \\"b\\""'
    assert (
        spoken.line(plan.Set("*A", Row("/ip/hotspot", "k", {}), {"profile": "x"}))
        == "/ip hotspot set *A profile=x"
    )
    assert (
        spoken.line(plan.Set("", Row("/ppp/aaa", "", {}), {"use-radius": "true"}))
        == "/ppp aaa set use-radius=true"
    )
    assert spoken.line(plan.Remove("*B", "/ip/pool", "kmikro-x")) == "/ip pool remove *B"
    page = plan.Add(Row("/file", "login.html", {"name": "kmikro/login.html", "contents": "x" * 9999}))
    assert spoken.line(page) == "/file add name=kmikro/login.html contents=•••"
    assert (
        len(spoken.line(plan.Add(Row("/radius", "r", {"realm": "x" * 999, "domain": "\0"}))))
        == spoken.LONGEST
    )
