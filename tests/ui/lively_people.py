"""A subscriber of whom much is known, one row of each kind under the key that the matrix asks for."""

from datetime import datetime, timedelta
from typing import Any

from accounts.journal import SYSTEM
from accounts.models import User
from accounts.roles import Role
from radius import retention_reports
from radius.models import RetentionReport
from subscribers import bulk, import_running, importing
from subscribers.import_judging import World
from subscribers.models import (
    Arrangement,
    Attachment,
    BulkAct,
    BulkItem,
    Consent,
    Correction,
    CustomField,
    Email,
    ImportFile,
    Note,
    Period,
    Phone,
    SavedFilter,
    Service,
    Subscriber,
    UsageNotice,
)
from tests.isolation.planting import EQUAL


def known(subscriber: Subscriber, now: datetime) -> None:
    by = "Owner Fresh Air"
    subscriber.address, subscriber.tags = "Acacia Court, House 14\nRongai", ["fibre", "north side"]
    subscriber.latitude, subscriber.longitude = "-1.396230", "36.751930"  # type: ignore[assignment]
    field = CustomField.objects.create(
        pk=EQUAL, name="National ID", kind="text", is_required=True, made_at=now
    )
    CustomField.objects.create(
        name="House", kind="choice", options=["Own", "Rented"], made_at=now, is_archived=True
    )
    subscriber.custom = {str(field.pk): "2210 4471"}
    subscriber.save()
    Phone.objects.create(
        subscriber=subscriber, number="+254 733 000 001", digits="254733000001", label="Husband"
    )
    Email.objects.create(subscriber=subscriber, address="wanjiku.mwangi@example.test", is_primary=True)
    Note.objects.create(
        pk=EQUAL, subscriber=subscriber, kind="installer", text="Ladder is at the neighbour's. Dog is kind.", by=by, at=now,
        is_pinned=True,
    )  # fmt: skip
    Note.objects.create(subscriber=subscriber, text="Wants Home 20 after the holidays.", by=by, at=now)
    Consent.objects.create(
        pk=EQUAL,
        subscriber=subscriber,
        what="Terms of service",
        version="3",
        how="On paper",
        given_at=now,
        by=by,
    )
    Consent.objects.create(
        subscriber=subscriber,
        what="Text messages about offers",
        given_at=now,
        by=by,
        withdrawn_at=now,
        withdrawn_by=by,
    )
    Attachment.objects.create(
        pk=EQUAL, subscriber=subscriber, name="Contract 10418.txt", media_type="text/plain", size=8, sha256="0" * 64,
        content=b"Contract", by=by, at=now,
    )  # fmt: skip
    SavedFilter.objects.create(
        pk=EQUAL, owner=User.objects.get(role=Role.OWNER), name="Fibre, blocked", chosen={"state": "blocked", "tag": "fibre"},
        made_at=now, is_shared=True,
    )  # fmt: skip


def forgotten(now: datetime) -> None:
    """Two nights of forgetting."""
    for number, gone in enumerate(({"sessions": 1840, "attempts": 9122}, {})):
        at = now - timedelta(days=1 - number)
        made = retention_reports.write(gone, complete=True, begun_at=at, ended_at=at)
        if number:
            RetentionReport.objects.filter(pk=made.pk).update(id=EQUAL)


def arranged(account: Service, now: datetime) -> None:
    """An extension, extra data, a faster evening, a holiday to come, and usage that was corrected."""
    day, by = timedelta(days=1), {"made_by": "Owner Fresh Air", "service": account}
    Arrangement.objects.create(
        kind="extension", starts_at=now - 9 * day, ends_at=now + 12 * day, moved_seconds=3 * 86_400,
        why="Mast was down for three days", made_at=now - 9 * day, **by,
    )  # fmt: skip
    Arrangement.objects.create(
        kind="speed", starts_at=now - 2 * day, ends_at=now - day, download_bps=50_000_000, upload_bps=20_000_000,
        made_at=now - 2 * day, **by,
    )  # fmt: skip
    Arrangement.objects.create(
        pk=EQUAL, kind="data", starts_at=now, octets=20 * 10**9, period="total", made_at=now, **by
    )
    Arrangement.objects.create(
        kind="pause",
        starts_at=now + 5 * day,
        ends_at=now + 9 * day,
        moved_seconds=4 * 86_400,
        made_at=now,
        **by,
    )
    Period.objects.create(
        pk=EQUAL, service=account, plan=account.plan, price_minor=250_000, currency="KES", begins_at=now - 3 * day,
        ends_at=account.expires_at, ended_before=now - 4 * day, anchor_at=now - 3 * day, nth=1, upload_bytes=0, download_bytes=0,
        seconds_used=0, carried_bytes=4 * 10**9, made_at=now - 3 * day, made_by="Owner Fresh Air",
    )  # fmt: skip
    for mark, mail in ((80, "sent"), (90, "")):
        UsageNotice.objects.create(
            service=account, what="data", period="total", most=200 * 10**9, used=mark * 2 * 10**9, mark=mark, at=now, mail=mail
        )  # fmt: skip
    Correction.objects.create(
        pk=EQUAL, hour=now.replace(minute=0, second=0, microsecond=0) - 2 * day, download_bytes=-(2 * 10**9),
        why="Counted twice by the old router", made_at=now, **by,
    )  # fmt: skip


FILE = """Account No;Full name;MSISDN;Town;pppoe_user;Secret;Profile;Expiration
201;Achieng Odhiambo;0722 418 906;Kitengela;achieng.home;;Home 10;31/12/2027
202;Baraka Njoroge;0733 000 118;Rongai;baraka.home;;Home 10;15/01/2028
203;Halima Yusuf;0711 92 ab 14;Rongai;halima;;Home 10;15/01/2028
204;Juma Stores;0722 555 019;Kitengela;juma shop;;Gold 50;soon
"""


def imported(now: datetime) -> None:
    """Files of several stages; the one that the matrix asks for waits after its dry run."""
    by: dict[str, Any] = {"by": SYSTEM, "now": now}
    done = importing.receive("hotspot-2025.csv", b"Name;Phone\nZawadi;0722 000 777\n", country="KE", **by)
    _checked(done, by)
    importing.start(done, **by)
    import_running.run_part(done.pk, now=now)
    importing.receive("from the old system.csv", FILE.encode(), country="KE", **by)
    waiting = ImportFile.objects.create(
        pk=EQUAL,
        name="pppoe-users.csv",
        size=0,
        country="KE",
        by_name="Owner Fresh Air",
        made_at=now,
        progress_at=now,
    )
    _checked(importing._read(waiting, FILE.encode(), **by), by)


def _checked(file: ImportFile, by: dict[str, Any]) -> None:
    settled = importing.settle(file, file.columns, file.rules, **by)
    import_running.check_part(settled.pk, settled.attempt, 1, World(), now=by["now"])


def changed(account: Service, now: datetime) -> None:
    """A bulk act that was looked at, and one that is done."""
    bulk.ask("add_tag", {"tag": "vip"}, "people", Subscriber.objects.all(), by=SYSTEM, now=now)
    BulkAct.objects.update(state=BulkAct.State.DONE)
    looked = BulkAct.objects.create(
        pk=EQUAL,
        act="suspend",
        of="accounts",
        items=3,
        will=1,
        by_name="Owner Fresh Air",
        made_at=now,
        progress_at=now,
    )
    for number, (who, result, note) in enumerate(
        (("home-0 (Wanjiku Mwangi)", "will", ""), ("home-3 (Fatuma Abdi)", "wont", "It is paused."), ("shop", "wont", "It has ended.")), 1
    ):  # fmt: skip
        mine = account if number == 1 else None
        BulkItem.objects.create(bulk=looked, number=number, who=who, result=result, note=note, service=mine)
