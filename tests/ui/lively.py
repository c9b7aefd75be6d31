"""An ISP on a busy afternoon, with one row of each kind under the key that the matrix asks for; real commits."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts import invitations, links, tokens
from accounts.journal import SYSTEM, person
from accounts.models import ApiToken, Invitation, User
from accounts.roles import Role
from billing import designs
from billing.models import Design, Voucher
from kmikro.lib import codes
from radius.models import PacketTrace, TracedPacket
from routers.models import Router, SyncRun
from subscribers import fallbacks, versions
from subscribers.fallbacks import Given
from subscribers.models import Plan, Service, Usage
from subscribers.rules import Rules, settle
from tenants import onboarding, scope
from tenants.models import Isp, RadsecClient
from tests.conftest import PASSWORD
from tests.factories import (
    make_attempt,
    make_batch,
    make_device,
    make_plan,
    make_router,
    make_service,
    make_session,
    make_site,
    make_subscriber,
    make_voucher,
)
from tests.isolation.bodies import IP, MAC
from tests.isolation.planting import EQUAL
from tests.isolation.world import Side
from tests.ui import lively_agents, lively_people, lively_routers, lively_site

PLANS = (("Hour", 2_000, 3600, None), ("Day", 8_000, 86_400, None), ("Week, 10 GB", 35_000, 604_800, 10**10))
RULES = Rules(
    grace_seconds=86_400,
    daily_data_bytes=5 * 10**9,
    windows=[{"days": [0, 1, 2, 3, 4], "from": "18:00", "to": "06:00"}, {"days": [5, 6], "from": "00:00", "to": "24:00"}],
    stages=[{"period": "month", "after_bytes": 200 * 10**9, "download_bps": 3 * 10**6, "upload_bps": 10**6}],
    lock="first", burst_download_bps=20 * 10**6, burst_upload_bps=10**7, burst_seconds=16, priority=5,
)  # fmt: skip
WAITING = "lake-net-shots"
PEOPLE = ("Wanjiku Mwangi", "Otieno Hardware and Sons Limited", "Baraka Lodge", "Fatuma Abdi")
REFUSALS = (
    ("unknown_user", "No voucher or account has this name."),
    ("data_spent", "All 10 GB of data are used."),
    ("too_many_devices", "1 of 1 devices is online already."),
)


def fill(isp: Isp) -> Side:
    """Rows that make every page look used; returns what addresses need."""
    now, side = datetime.now(UTC), Side("A", isp)
    with scope.inside(isp.schema_name):
        owner = User.objects.get(role=Role.OWNER)
        side.emails["owner"] = owner.email
        _radius(side, _sold(owner, now), now)
        _team(side, owner, now)
    staff = User(email="staff@platform.test", name="Sam Staff", role="", kind=User.Kind.STAFF, joined_at=now)
    staff.set_password(PASSWORD)
    staff.save()
    side.keys["staff"] = staff.email
    _asked, side.keys["ticket"] = onboarding.ask(
        name="Lake Net", slug=WAITING, owner_name="Lake", email="lake@example.test", password=PASSWORD,
        country="KE", currency="KES", time_zone="Africa/Nairobi", now=now,
    )  # fmt: skip
    return side


def clear() -> None:
    """Take back what was written in public."""
    with connection.cursor() as cursor:
        # Django's delete would look for what refers to a person in tables that only tenants have.
        cursor.execute("DELETE FROM accounts_user WHERE kind = %s", [User.Kind.STAFF])
        cursor.execute("DELETE FROM tenants_radsecclient WHERE router_id = %s", [EQUAL])
        cursor.execute("DELETE FROM tenants_isp WHERE slug = %s", [WAITING])


def _sold(owner: User, now: datetime) -> list[Service]:
    made: list[Plan] = []
    for number, (name, price, validity, data) in enumerate(PLANS):
        key = {"pk": EQUAL} if number == 1 else {}
        made.append(
            make_plan(
                name=name, price_minor=price, validity_seconds=validity, data_limit_bytes=data, made_at=now, changed_at=now, **key
            )
        )  # fmt: skip
    fallbacks.give("ended", Given(address_list="walled", seconds=300), by=SYSTEM, now=now)
    fallbacks.give(
        "data_spent", Given(plan_id=made[0].pk, download_bps=64_000, upload_bps=64_000), by=SYSTEM, now=now
    )
    versions.open_first(made[1], by=SYSTEM, now=now)
    make_service(plan=made[1], label="keeps-version-1", made_at=now)
    settle(made[1], RULES, by=SYSTEM, now=now, reach=versions.Reach.NEW)
    batch = make_batch(
        plan=made[1], pk=EQUAL, count=30, made=30, note="Counter at the mall", made_by=owner, made_at=now
    )
    make_batch(plan=made[2], count=500, made=180, state="making", made_by=owner, made_at=now)
    make_batch(
        plan=made[0], count=50, made=20, state="failed", state_text="The worker was stopped.", made_at=now
    )
    design = designs.make("Kiosk at the stage", "label", designs.EXAMPLE, by=SYSTEM, now=now)
    Design.objects.filter(pk=design.pk).update(id=EQUAL)
    services = []
    for number in range(30):
        used = (
            {"first_used_at": now - timedelta(minutes=9 * number), "download_bytes": 10**8 * number}
            if number < 12
            else {}
        )
        voucher = make_voucher(
            batch=batch, plan=made[1], label=f"{EQUAL}-{number + 1:04d}", made_at=now, **used
        )
        services.append(voucher.service)
    Voucher.objects.filter(service=services[0]).update(id=EQUAL)
    lively_agents.sell(made[1], batch, now)
    return services


def _radius(side: Side, services: list[Service], now: datetime) -> None:
    site = make_site(pk=EQUAL, name="Kitengela", made_at=now)
    routers = [
        make_router(
            name=name, site=site, identity=name.lower(), board=board, version="7.20.8 (stable)", serial=f"HE{pk}", pk=pk,
            cpu_load=load, free_memory=9 * 10**7, total_memory=25 * 10**7, up_since=now - timedelta(days=3), is_up=up,
            checked_at=now, made_at=now, ready_at=now, fetched_at=now, reached_at=now, api_user_at=now, radius_tested_at=now,
        )
        for name, board, load, up, pk in (("Mall", "hEX", 7, True, EQUAL), ("Lodge", "RB5009", 41, False, EQUAL + 1))
    ]  # fmt: skip
    _by_tls(routers[0], now)
    lively_routers.equip(routers[0], routers[1], now)
    lively_site.equip(routers[0], routers[1], now)
    SyncRun.objects.create(
        router=routers[0], reason="Asked for by a person", state="done", started_at=now, ended_at=now, written=1,
        steps=[{"do": "set", "path": "/radius", "what": "Timeout 3 s", "done": True}],
    )  # fmt: skip
    for number, service in enumerate(services[:12]):
        key = {"pk": EQUAL} if number == 0 else {}
        make_session(
            service=service, router=routers[number % 2], mac=f"02:AA:00:00:00:{number:02X}", framed_ip=f"10.5.50.{20 + number}",
            started_at=now - timedelta(minutes=5 * number), updated_at=now, download_bytes=3 * 10**7 * number,
            upload_bytes=10**6 * number, ended_at=now if number > 8 else None, end_cause="User-Request" if number > 8 else "", **key,
        )  # fmt: skip
        make_attempt(
            service=service, router=routers[0], at=now - timedelta(minutes=number), accepted=True, code="accepted",
            sentence="Let in.", trace=[{"code": "known", "ok": True, "text": "Found."}], mac=f"02:AA:00:00:00:{number:02X}",
        )  # fmt: skip
    for number, (code, sentence) in enumerate(REFUSALS):
        key = {"pk": EQUAL} if number == 0 else {}
        make_attempt(
            router=routers[0], at=now - timedelta(minutes=2), code=code, sentence=sentence,
            trace=[{"code": "known", "ok": True, "text": "Found."}, {"code": code, "ok": False, "text": sentence}],
            sent={"Reply-Message": "Please ask at the counter."}, **key,
        )  # fmt: skip
    home = make_plan(
        name="Home 10", price_minor=250_000, validity_seconds=None, data_limit_bytes=200 * 10**9, made_at=now, changed_at=now
    )  # fmt: skip
    for number, name in enumerate(PEOPLE):
        key = {"pk": EQUAL} if number == 0 else {}
        subscriber = make_subscriber(name=name, made_at=now, **key)
        if number == 0:
            lively_people.known(subscriber, now)
        account = make_service(
            kind="account", label=f"home-{number}", subscriber=subscriber, plan=home, made_at=now, access="ppp",
            status="suspended" if number == 3 else "active", first_used_at=now if number < 2 else None,
            framed_ip="10.20.4.118" if number == 0 else None, bound_mac="4C:5E:0C:9A:11:02" if number == 0 else "",
            download_bytes=(186 - 100 * number) * 10**9 if number < 2 else 0, **key,
        )  # fmt: skip
        if number == 0:
            _at_home(account, routers[0], now)
            _followed(account, routers[0], now)
    lively_people.imported(now)
    lively_people.changed(Service.objects.get(pk=EQUAL), now)
    side.keys |= {"router": routers[0].public_id, "login_url": routers[0].login_url, "code": codes.mint()}
    make_session(
        service=services[13], router=routers[0], mac=MAC, framed_ip=IP, started_at=now, updated_at=now
    )


def _by_tls(router: Router, now: datetime) -> None:
    """A router with PPPoE, listed devices and two certificates."""
    router.radius_services, router.mac_login, router.allow_mschap1 = "hotspot,ppp", True, True
    router.pppoe_interface, router.pppoe_network = "ether3", "10.20.0.0/22"
    router.wants_radsec, router.radsec_certificate = True, "kmikro-radsec-2"
    router.save()
    schema = scope.current()
    assert schema is not None
    with scope.outside():
        for number in (1, 2):
            RadsecClient.objects.create(
                schema=schema,
                router_id=router.pk, serial=f"{number}", fingerprint=hashlib.sha256(bytes([number])).hexdigest(),
                made_at=now, ends_at=now + timedelta(days=730), revoked_at=now if number == 1 else None,
            )  # fmt: skip


def _followed(account: Service, router: Router, now: datetime) -> None:
    """A trace under way with a login that was refused, tried again and let in."""
    trace = PacketTrace.objects.create(
        pk=EQUAL, subject=account.label, service=account, started_at=now - timedelta(minutes=4),
        ends_at=now + timedelta(minutes=11), by="Owner Fresh Air", kept=4,
    )  # fmt: skip
    asked = [["User-Name", account.label], ["User-Password", "16 octets"], ["Service-Type", "Framed"]]
    for seconds, direction, code, identifier, attributes, outcome in (
        (90, "in", "Access-Request", 41, asked, "wrong_password"),
        (89, "out", "Access-Reject", 41, [["Message-Authenticator", "16 octets"], ["Reply-Message", "Wrong password."]], ""),
        (40, "in", "Access-Request", 42, asked, "accepted"),
        (40, "out", "Access-Accept", 42, [["Mikrotik-Rate-Limit", "2M/10M"], ["Acct-Interim-Interval", "300"]], ""),
    ):  # fmt: skip
        TracedPacket.objects.create(
            trace=trace, at=now - timedelta(seconds=seconds), direction=direction, code=code, identifier=identifier,
            router_id=router.pk, peer=f"{router.address}:41812", attributes=attributes, outcome=outcome,
        )  # fmt: skip


def _at_home(account: Service, router: Router, now: datetime) -> None:
    """A month of one account: days of use, somebody online, attempts and a device."""
    for day in range(1, 29):
        Usage.objects.create(
            service=account, hour=(now - timedelta(days=day)).replace(minute=0, second=0, microsecond=0),
            download_bytes=(day * 37 % 9 + 2) * 10**9, upload_bytes=(day * 11 % 3 + 1) * 3 * 10**8,
        )  # fmt: skip
    make_session(
        service=account, router=router, mac="4C:5E:0C:9A:11:02", framed_ip="10.20.4.118", username=account.label,
        started_at=now - timedelta(hours=3), updated_at=now, download_bytes=62 * 10**8, upload_bytes=7 * 10**8,
    )  # fmt: skip
    for hours, code, sentence in (
        (3, "accepted", "Let in."),
        (4, "wrong_password", "The password for home-0 is wrong."),
    ):
        make_attempt(
            service=account, router=router, at=now - timedelta(hours=hours, minutes=1), username=account.label, code=code,
            accepted=code == "accepted", sentence=sentence, mac="4C:5E:0C:9A:11:02",
        )  # fmt: skip
    make_device(service=account, pk=EQUAL, mac="4C:5E:0C:9A:11:07", label="Till by the door")
    lively_people.arranged(account, now)
    lively_people.forgotten(now)


def _team(side: Side, owner: User, now: datetime) -> None:
    linked = User.objects.create(
        pk=EQUAL,
        email="grace@fresh.test",
        name="Grace Wambui",
        role=Role.MANAGER,
        joined_at=now,
        password="!",
    )
    side.keys["reset"] = links.make(links.Purpose.RESET, linked, now=now)
    side.keys["first"] = links.make(links.Purpose.FIRST_SIGN_IN, linked, now=now)
    invitation, side.keys["join"] = invitations.invite(
        email="joins@example.test", name="Joins", role="support", by=owner, actor=person(owner), now=now
    )
    Invitation.objects.filter(pk=invitation.pk).update(id=EQUAL)
    token, _secret = tokens.mint(
        name="Accounting export", scopes=["plans:read", "vouchers:read"], expires_at=now + timedelta(days=90),
        by=person(owner), now=now,
    )  # fmt: skip
    ApiToken.objects.filter(pk=token.pk).update(id=EQUAL)
    side.keys["enrolment"] = "nobody0000"
