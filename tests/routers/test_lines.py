"""Steps as RouterOS lines: quoted, without secrets."""

from hypothesis import given
from hypothesis import strategies as st

from routers import lines, plan
from routers.rows import Row

RADIUS = Row("/radius", "radius", {"comment": "kmikro:radius", "secret": "hush", "address": "9.9.9.9"})


def test_each_kind_of_step() -> None:
    name = Row("/ip/hotspot", "kmikro-hotspot", {"name": "kmikro-hotspot"})
    rule = Row("/ip/firewall/filter", "offer.a.rest", {"chain": "forward", "comment": "kmikro:offer.a.rest"})
    page = Row("/file", "login.html", {"name": "kmikro/login.html", "contents": "<html>"})
    single = Row("/ip/dns", "", {"servers": "9.9.9.9"})
    assert lines.lines(
        [
            plan.Add(RADIUS),
            plan.Set("*1", RADIUS, {"secret": "hush"}),
            plan.Set("*1", name, {"disabled": "false"}),
            plan.Add(rule, "*5"),
            plan.Remove("*2", "/ip/firewall/filter", "offer.a.rest"),
            plan.Add(page),
            plan.Set("", single, {"servers": "9.9.9.9,1.1.1.1"}),
        ]
    ) == [
        "/radius add comment=kmikro:radius secret=***** address=9.9.9.9",
        "/radius set [find where comment=kmikro:radius] secret=*****",
        "/ip hotspot set [find where name=kmikro-hotspot] disabled=false",
        "/ip firewall filter add place-before=[…] chain=forward comment=kmikro:offer.a.rest",
        "/ip firewall filter remove [find where comment=kmikro:offer.a.rest]",
        '/file add name=kmikro/login.html contents="… 6 bytes"',
        "/ip dns set servers=9.9.9.9,1.1.1.1",
    ]


@given(st.text(max_size=30))
def test_no_value_leaves_its_quotes(text: str) -> None:
    shown = lines.line(plan.Add(Row("/queue/simple", "offer.q", {"name": text})))
    assert "\n" not in shown
    value = shown.partition("name=")[2]
    assert value.startswith('"') or value == text
