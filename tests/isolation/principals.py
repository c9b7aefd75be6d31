"""Who walks: strangers, each role, people and tokens at the neighbour's door, platform staff."""

from functools import partial

from django.conf import settings

from accounts.roles import Role
from accounts.tokens import SCOPES
from tests.conftest import HostClient
from tests.isolation import world as worlds
from tests.isolation.visits import Principal
from tests.isolation.world import World

A, B, BOTH = frozenset("A"), frozenset("B"), frozenset("AB")
PUBLIC = settings.BASE_DOMAIN


def _operator(world: World, *, of: str, role: str, to: str = "") -> HostClient:
    side = world.a if of == "A" else world.b
    host = {"A": world.a.host, "B": world.b.host, "public": PUBLIC}.get(to, "")
    return worlds.operator(side, role, host)


def _anonymous(world: World, *, to: str) -> HostClient:
    return worlds.client({"A": world.a.host, "public": PUBLIC}[to])


def _staff(world: World, *, to: str) -> HostClient:
    return worlds.staff({"A": world.a.host, "public": PUBLIC}[to])


def _token(world: World, *, name: str, of: str = "A") -> HostClient:
    client = worlds.client(world.a.host)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {(world.a if of == 'A' else world.b).bearers[name]}"
    return client


PEOPLE = [
    Principal("anonymous", "A", partial(_anonymous, to="A"), thorough=True),
    *(
        Principal(
            role.value,
            "A",
            partial(_operator, of="A", role=role.value),
            role=role.value,
            knows=A,
            thorough=role is Role.OWNER,
        )
        for role in Role
    ),
    Principal("neighbour's cookie", "A", partial(_operator, of="B", role="owner", to="A"), thorough=True),
    Principal("neighbour at home", "B", partial(_operator, of="B", role="owner"), role="owner", knows=B),
    Principal("staff's cookie", "A", partial(_staff, to="A")),
]
AT_PUBLIC = [
    Principal("anonymous in public", "public", partial(_anonymous, to="public")),
    Principal("owner's cookie in public", "public", partial(_operator, of="A", role="owner", to="public")),
    Principal(
        "staff", "public", partial(_staff, to="public"), staff=True, thorough=True, knows=frozenset("P")
    ),
]
TOKENS = [
    Principal(
        "token: all", "A", partial(_token, name="all"), scopes=frozenset(SCOPES), knows=A, thorough=True
    ),
    *(
        Principal(
            f"token: {scope}",
            "A",
            partial(_token, name=scope.value),
            scopes=frozenset({scope.value}),
            knows=A,
        )
        for scope in SCOPES
    ),
    Principal("token: neighbour's", "A", partial(_token, name="all", of="B")),
    Principal("token: revoked", "A", partial(_token, name="revoked")),
    Principal("token: expired", "A", partial(_token, name="expired")),
]
OWNER = next(each for each in PEOPLE if each.name == "owner")
