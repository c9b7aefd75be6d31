"""Two ISPs full of canaries with equal primary keys, and everybody who may come to their doors."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts import invitations, links, tokens
from accounts.journal import person
from accounts.models import ApiToken, Invitation, User
from accounts.roles import Action, Role
from billing.models import Batch, Voucher
from kmikro.lib import codes
from radius.models import Session
from routers.models import Router
from subscribers.models import Service
from tenants import onboarding, routes, scope
from tenants.models import Domain, Isp, RadsecClient
from tests.conftest import PASSWORD, HostClient, host_of, sign_in
from tests.factories import lookup
from tests.isolation.bodies import IP, MAC
from tests.isolation.canaries import canary
from tests.isolation.planting import EQUAL, NETWORKS, ONLY_THERE, plant

CODE = "CDFHJKMNPRT" + codes.check_character("CDFHJKMNPRT")


@dataclass
class Side:
    """One ISP and what only it knows."""

    tag: str
    isp: Isp
    keys: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return host_of(self.isp)


@dataclass
class World:
    a: Side
    b: Side

    def other(self, side: Side) -> Side:
        return self.b if side is self.a else self.a


def build(first: Isp, second: Isp) -> World:
    """Fill both ISPs (rolled back with the test)."""
    now = datetime.now(UTC)
    world = World(_fill("A", first, now), _fill("B", second, now))
    staff = User(
        email="canary-p-staff@example.test",
        name="CANARY-P-staff",
        role="",
        kind=User.Kind.STAFF,
        joined_at=now,
    )
    staff.set_password(PASSWORD)
    staff.save()
    for side in (world.a, world.b):
        side.keys["staff"] = staff.email
    world.a.keys["ticket"] = world.b.keys["ticket"] = _watched(now)
    return world


def _fill(tag: str, isp: Isp, now: datetime) -> Side:
    isp.name, isp.slug = canary(tag, "tenants.Isp", "name", 1), f"canary-{tag}-tenants-isp-slug".lower()
    isp.owner_name, isp.owner_email = (
        canary(tag, "billing.Owner", "name", 1),
        f"canary-{tag}-billing-owner@example.test".lower(),
    )
    isp.save()
    Domain.objects.filter(tenant=isp).update(domain=f"{isp.slug}.{settings.BASE_DOMAIN}")
    side = Side(tag, isp)
    with scope.inside(isp.schema_name):
        for user in User.objects.all():
            user.name = canary(tag, "accounts.User", f"name-{user.role}", user.pk)
            user.email = f"canary-{tag}-accounts-user-{user.role}@example.test".lower()
            user.save()
            side.emails[user.role] = user.email
        plant(tag, EQUAL)
        if tag == "B":
            plant(tag, ONLY_THERE)
        _live(side, now)
        _bearers(side, now)
    return side


def _live(side: Side, now: datetime) -> None:
    """Rows that doors can open: a voucher whose code works, a phone that is online, links, an enrolling router."""
    keys, router = side.keys, Router.objects.get(pk=EQUAL)
    Router.objects.filter(pk=EQUAL).update(address=f"{NETWORKS[side.tag]}.72")
    keys["router"], keys["login_url"], keys["code"] = router.public_id, router.login_url, CODE
    keys["enrolment"] = f"canary{side.tag}enrolment".lower() + "7" * 10
    waiting = Router.objects.create(
        name=canary(side.tag, "routers.Router", "name", 2), site=router.site, public_id=f"wait{side.tag.lower()}",
        state="waiting", made_at=now, api_password=canary(side.tag, "routers.Router", "api_password", 2),
        enrolment_sealed=keys["enrolment"], enrolment_expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    routes.register_enrolment(waiting.pk, token=keys["enrolment"], expires_at=now + timedelta(hours=1))
    with scope.outside():
        RadsecClient.objects.create(
            schema=side.isp.schema_name, router_id=EQUAL, serial=f"{side.tag}1", made_at=now, ends_at=now + timedelta(days=730),
            fingerprint=canary(side.tag, "tenants.RadsecClient", "fingerprint", 1),
        )  # fmt: skip
    mine = Service.objects.create(
        kind="voucher", label=canary(side.tag, "subscribers.Service", "label", 2), lookup=lookup(CODE), plan_id=EQUAL, made_at=now
    )  # fmt: skip
    Voucher.objects.create(batch_id=EQUAL, serial=2, service=mine, code=CODE, tail=CODE[-4:])
    Session.objects.create(
        router_id=EQUAL, acct_session_id="live", username=CODE, service=mine, mac=MAC, framed_ip=IP,
        started_at=now, updated_at=now,
    )  # fmt: skip
    # Signing in spends links, so these belong to somebody who does not.
    User.objects.filter(pk=EQUAL).update(role=Role.MANAGER)
    linked, owner = User.objects.get(pk=EQUAL), User.objects.get(email=side.emails["owner"])
    keys["reset"] = links.make(links.Purpose.RESET, linked, now=now)
    keys["first"] = links.make(links.Purpose.FIRST_SIGN_IN, linked, now=now)
    _invitation, keys["join"] = invitations.invite(
        email=f"canary-{side.tag}-joins@example.test".lower(), name="Joins", role="support", by=owner,
        actor=person(owner), now=now,
    )  # fmt: skip
    # Those who see only their own batches would see the planted ones if they belonged to their namesake.
    Batch.objects.filter(pk=EQUAL).update(made_by=EQUAL)
    Invitation.objects.filter(pk=EQUAL).update(role=Role.SUPPORT)


def _bearers(side: Side, now: datetime) -> None:
    owner = User.objects.get(email=side.emails["owner"])
    by, ends = person(owner), now + timedelta(days=30)
    wanted: dict[str, tuple[Action, ...]] = {
        "all": tokens.SCOPES,
        **{scope.value: (scope,) for scope in tokens.SCOPES},
    }
    for name in ("revoked", "expired"):
        wanted[name] = tokens.SCOPES
    for name, scopes in wanted.items():
        row, secret = tokens.mint(name=f"Token {name}", scopes=scopes, expires_at=ends, by=by, now=now)
        side.bearers[name] = secret
        if name == "revoked":
            tokens.revoke(row, by=by, now=now)
        elif name == "expired":
            ApiToken.objects.filter(pk=row.pk).update(expires_at=now - timedelta(seconds=1))


def _watched(now: datetime) -> str:
    """The ticket of somebody who is signing up."""
    _isp, ticket = onboarding.ask(
        name="Fourth Net", slug="fourth-net", owner_name="Fourth", email="fourth@example.test", password=PASSWORD,
        country="KE", currency="KES", time_zone="Africa/Nairobi", now=now,
    )  # fmt: skip
    return ticket


def client(host: str) -> HostClient:
    return HostClient(host, raise_request_exception=False)


def operator(side: Side, role: str, host: str = "") -> HostClient:
    """A browser in which this person is signed in at their ISP; `host` takes its cookies elsewhere."""
    with scope.inside(side.isp.schema_name):
        user = User.objects.get(email=side.emails[role])
    made = sign_in(client(side.host), side.isp, user)
    if host:
        made.defaults["HTTP_HOST"] = host
    return made


def staff(host: str) -> HostClient:
    user = User.objects.get(kind=User.Kind.STAFF, email="canary-p-staff@example.test")
    made = client(settings.BASE_DOMAIN)
    made.force_login(user)
    session = made.session
    session["epoch"] = user.session_epoch
    session.save()
    made.defaults["HTTP_HOST"] = host
    return made
