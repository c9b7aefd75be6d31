"""The tenant comes from the exact Host and from nothing else (inputs 43 and 46)."""

import pytest

from tenants.models import Isp
from tests.isolation import oracle
from tests.isolation.canaries import found
from tests.isolation.principals import OWNER
from tests.isolation.visits import calls
from tests.isolation.world import World, client, operator

STRANGERS = (
    "nobody.localhost", "10.1.2.3", "127.0.0.1", "[::1]", "{b}.evil.test", "x{b}", "{b}.evil", "{b}..", "a@{b}", "{a}@{b}",
    "{b}:80@{a}", "{b}/", "{b} ", "{b},{a}", "{a}.{b}", "%63{b}", "",
)  # fmt: skip
SPELLINGS = ("{b}", "{B}", "{b}:8000", "{b}.")  # a final dot is the same name; browsers send it as typed
FORWARDED = (
    ("HTTP_X_FORWARDED_HOST", "{b}"), ("HTTP_X_HOST", "{b}"), ("HTTP_X_ORIGINAL_HOST", "{b}"), ("HTTP_FORWARDED", "host={b}"),
    ("HTTP_X_FORWARDED_SERVER", "{b}"), ("HTTP_X_TENANT", "{schema}"), ("HTTP_X_ORIGINAL_URL", "http://{b}/"),
    ("HTTP_X_REWRITE_URL", "http://{b}/"),
)  # fmt: skip
QUERIES = (
    "tenant={schema}",
    "schema={schema}",
    "search_path={schema}",
    "host={b}",
    "isp={pk}",
    "isp_id={pk}",
)


def spelt(text: str, world: World) -> str:
    names = {"a": world.a.host, "b": world.b.host, "B": world.b.host.upper()}
    return text.format(**names, schema=world.b.isp.schema_name, pk=world.b.isp.pk)


def check_unknown_hosts(world: World) -> None:
    """A host that is nobody's gets 404 or 400 and no word of any ISP."""
    for text in STRANGERS:
        host = spelt(text, world)
        for path in ("/", "/account/sign-in/", "/api/v1/me/", "/portal/", "/legal/terms/", "/plans/7001/"):
            answer = client(host).get(path, HTTP_X_FORWARDED_HOST=world.b.host)
            assert answer.status_code in {400, 404}, f"{host!r}{path}: {answer.status_code}"
            shown = found(answer.content, "A") + found(answer.content, "B")
            # The name that was asked for may be repeated, nothing else.
            assert not [mark for mark in shown if "TENANTSISPSLUG" not in mark], (
                f"{host!r}{path} shows {shown}"
            )


def test_hosts_of_nobody(world: World) -> None:
    check_unknown_hosts(world)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_a_host_are_that_isp_and_a_strangers_session_counts_nothing(
    world: World, spelling: str
) -> None:
    browser = operator(world.a, "owner", spelt(spelling, world))
    answer = browser.get("/plans/")
    assert answer.status_code in {302, 400, 404}
    assert not found(answer.content, "B")
    assert client(spelt(spelling, world)).get("/account/sign-in/").status_code in {200, 400, 404}


def test_forwarded_hosts_and_hints_in_headers_are_not_followed(world: World) -> None:
    for header, value in FORWARDED:
        given = {header: spelt(value, world)}
        own = operator(world.a, "owner").get("/plans/", **given)  # type: ignore[arg-type]
        assert own.status_code == 200
        assert found(own.content, "A")
        assert not found(own.content, "B"), given
        foreign = operator(world.b, "owner", world.a.host).get("/plans/", **given)  # type: ignore[arg-type]
        assert foreign.status_code == 302, given


def test_hints_in_the_query_are_not_followed(world: World) -> None:
    browser = OWNER.client(world)
    for query in QUERIES:
        for call in calls("tenant", world.a, ("GET",)):
            if "GET" not in call.line.statuses or call.line.is_api:
                continue
            joint = "&" if "?" in call.address else "?"
            with oracle.undone():
                answer = browser.get(f"{call.address}{joint}{spelt(query, world)}")
            assert answer.status_code < 500 or answer.status_code in call.line.statuses["GET"], call.address
            marks = [mark for mark in found(answer.content, "B") if "TENANTSISPSLUG" not in mark]
            assert not marks, f"{call.address} {query}: {marks}"


def test_an_isp_that_is_closed_is_a_host_of_nobody(world: World) -> None:
    Isp.objects.filter(pk=world.b.isp.pk).update(state=Isp.State.FAILED)
    for path in ("/", "/account/sign-in/", "/api/v1/me/", "/portal/"):
        assert client(world.b.host).get(path).status_code == 404
