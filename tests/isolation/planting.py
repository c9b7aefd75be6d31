"""Rows for every model of a tenant, made from the fields themselves: a new model or field is covered at once.

Both ISPs get rows with EQUAL primary keys; the neighbour's rows at ONLY_THERE exist in that ISP alone.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from subscribers.prefixes import PrefixField
from tests.isolation.canaries import canary

EQUAL = 7001
ONLY_THERE = 1_000_000
UNKNOWN = 1_000_001
AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
FUTURE = datetime(2036, 11, 1, 9, 30, tzinfo=UTC)
PRIMES = {"A": 7919, "B": 30_011}
PREFIXES = {"A": "2001:db8:a", "B": "2001:db8:b"}
NETWORKS = {"A": "203.0.113", "B": "198.51.100"}  # documentation networks: an address is a canary too

# Django's own tables: they hold no words of an ISP (sessions are made by signing in).
FRAMEWORK = {"contenttypes.ContentType", "auth.Permission", "auth.Group", "sessions.Session"}
# Fields that have no room for a canary, or whose words are not free.
NO_ROOM = {
    "subscribers.Plan.currency": "KES",
    "billing.Agent.currency": "KES",
    "subscribers.ImportFile.country": "KE",
    "billing.Batch.currency": "KES",
    "billing.Batch.prefix": "KM",
    "subscribers.Period.currency": "KES",
    "billing.Voucher.tail": "9ZQX",
    "routers.Leak.currency": "KES",
}

Given = Callable[[str, int], Any]  # (side, primary key) -> value
OVERRIDES: dict[str, Given] = {
    "accounts.User.email": lambda side, pk: f"canary-{side}-accounts.user-email-{pk}@example.test".lower(),
    "accounts.ApiToken.scopes": lambda side, pk: ["plans:read"],
    "accounts.ApiToken.expires_at": lambda side, pk: FUTURE,
    "accounts.Invitation.expires_at": lambda side, pk: FUTURE,
    "accounts.JournalEntry.facts": lambda side, pk: {"note": canary(side, "accounts.JournalEntry", "facts", pk)},
    "billing.AgentPrice.commission": lambda side, pk: None,
    "billing.Batch.count": lambda side, pk: 1,
    "billing.Batch.made": lambda side, pk: 1,
    "billing.Batch.open_until": lambda side, pk: FUTURE,
    "billing.Batch.state": lambda side, pk: "ready",
    "billing.Voucher.serial": lambda side, pk: 1,
    "legal.Document.kind": lambda side, pk: "terms" if pk == EQUAL else "privacy",
    "subscribers.Service.kind": lambda side, pk: "account",
    "subscribers.Plan.windows": lambda side, pk: [],
    "subscribers.Plan.speeds": lambda side, pk: [],
    "subscribers.Plan.sale_windows": lambda side, pk: [],
    "subscribers.Plan.free_windows": lambda side, pk: [],
    "subscribers.Plan.sale_limit": lambda side, pk: "",
    "subscribers.Plan.carry": lambda side, pk: "early",
    "subscribers.Plan.carry_limit_bytes": lambda side, pk: 10**9,
    "subscribers.Plan.moves_a_day": lambda side, pk: 3,
    "subscribers.Period.closed": lambda side, pk: [],
    "subscribers.Plan.stages": lambda side, pk: [],
    "subscribers.Plan.sites": lambda side, pk: [],
    "subscribers.Plan.routers": lambda side, pk: [],
    "subscribers.Service.sites": lambda side, pk: [],
    "subscribers.Service.routers": lambda side, pk: [],
    "subscribers.Plan.daily_data_bytes": lambda side, pk: 10**9 + PRIMES[side],
    "subscribers.Plan.download_limit_bytes": lambda side, pk: 10**9 + PRIMES[side],
    "subscribers.Plan.upload_limit_bytes": lambda side, pk: 10**9 + PRIMES[side],
    "subscribers.Plan.data_limit_bytes": lambda side, pk: 10**9 + PRIMES[side],
    "subscribers.Plan.time_limit_seconds": lambda side, pk: None,
    "subscribers.Plan.validity_seconds": lambda side, pk: 86_400,
    "subscribers.Plan.validity_days": lambda side, pk: None,
    "subscribers.Plan.validity_months": lambda side, pk: None,
    "subscribers.PlanVersion.terms": lambda side, pk: {
        "name": canary(side, "subscribers.PlanVersion", "terms", pk), "price_minor": 5, "currency": "KES",
        "download_bps": 0, "upload_bps": 0,
    },
    "subscribers.Plan.download_bps": lambda side, pk: 5_000_000,
    "subscribers.Plan.upload_bps": lambda side, pk: 2_000_000,
    "subscribers.Fallback.reason": lambda side, pk: "ended" if pk == EQUAL else "trial",
    "subscribers.Subscriber.merged_into": lambda side, pk: None,
    "subscribers.Subscriber.latitude": lambda side, pk: None,
    "subscribers.Subscriber.longitude": lambda side, pk: None,
    "subscribers.Subscriber.custom": lambda side, pk: {
        str(pk): canary(side, "subscribers.Subscriber", "custom", pk)
    },
    "subscribers.Arrangement.kind": lambda side, pk: "data",
    "subscribers.Arrangement.period": lambda side, pk: "total",
    "subscribers.UsageNotice.what": lambda side, pk: "data",
    "subscribers.UsageNotice.period": lambda side, pk: "total",
    "subscribers.UsageNotice.mark": lambda side, pk: 80,
    "subscribers.Phone.digits": lambda side, pk: f"2547{PRIMES[side]}{pk}",
    "subscribers.CustomField.options": lambda side, pk: [],
    "subscribers.SavedFilter.chosen": lambda side, pk: {"q": canary(side, "subscribers.SavedFilter", "chosen", pk)},
    "subscribers.Merger.at": lambda side, pk: datetime(2020, 11, 1, tzinfo=UTC),  # too long ago to be undone
    "subscribers.Merger.moved": lambda side, pk: {},
    "subscribers.BulkAct.value": lambda side, pk: {
        "tag": "x", "called": canary(side, "subscribers.BulkAct", "value", pk)
    },
    "subscribers.BulkItem.result": lambda side, pk: "wont",
    "subscribers.ImportFile.columns": lambda side, pk: [""],
    "subscribers.ImportFile.rules": lambda side, pk: {},
    "subscribers.ImportFile.counts": lambda side, pk: {},
    "subscribers.ImportFile.parts": lambda side, pk: 1,
    "subscribers.ImportPart.number": lambda side, pk: 1,
    "subscribers.ImportPart.content": lambda side, pk: json.dumps(
        [[2, [canary(side, "subscribers.ImportPart", "content", pk)]]]
    ),
    "subscribers.ImportRow.part": lambda side, pk: 1,
    "subscribers.ImportRow.kind": lambda side, pk: "error",
    "subscribers.ImportRow.changes": lambda side, pk: {},
    "subscribers.Attachment.content": lambda side, pk: canary(side, "subscribers.Attachment", "content", pk).encode(),
    "subscribers.Attachment.media_type": lambda side, pk: "text/plain",
    "radius.AuthAttempt.accepted": lambda side, pk: False,
    "radius.AuthAttempt.record_id": lambda side, pk: pk,
    "radius.RetentionReport.text": lambda side, pk: json.dumps(
        {"workspace": canary(side, "radius.RetentionReport", "text", pk), "kinds": []}
    ),
    "radius.Session.disconnect_state": lambda side, pk: "",
    "radius.Session.end_cause": lambda side, pk: "",
    "radius.Session.fold": lambda side, pk: {},
    "routers.CareRun.not_before": lambda side, pk: None,
    "routers.CareRun.not_after": lambda side, pk: None,
    "routers.CareRun.ended_at": lambda side, pk: None,
    "routers.CareRun.details": lambda side, pk: {},
    "routers.CareItem.phase": lambda side, pk: "",
    "routers.RouterBackup.copy": lambda side, pk: base64.b64encode(
        canary(side, "routers.RouterBackup", "copy", pk).encode()
    ).decode(),
    "routers.RouterBackup.copy_size": lambda side, pk: 60,
    "routers.RouterBackup.menus": lambda side, pk: json.dumps(
        {"/ip/pool": [{"name": canary(side, "routers.RouterBackup", "menus", pk)}]}
    ),
    "routers.Router.state": lambda side, pk: "ready",
    "routers.Router.is_up": lambda side, pk: True,
    "routers.Router.coa_port": lambda side, pk: 3799,
    "routers.Router.cpu_load": lambda side, pk: 7,
    "routers.Router.leaving_at": lambda side, pk: None,
    "routers.Router.leased_until": lambda side, pk: None,
    "routers.Router.talks_begun": lambda side, pk: 0,
    "routers.Router.policy": lambda side, pk: "ask",
    "routers.Sample.span": lambda side, pk: 60,
    "routers.Sample.traffic": lambda side, pk: b"\x00\x05\x07",
    "routers.Sample.at": lambda side, pk: datetime.now(UTC) - timedelta(minutes=2),
    "routers.AlertRule.target": lambda side, pk: f"canary-{side}-rule-{pk}@example.test".lower(),
    "routers.AlertRule.kinds": lambda side, pk: [],
    "routers.Watch.names": lambda side, pk: ["ether1"],
    "routers.Watch.counters": lambda side, pk: {"ether1": ["5", "7"]},
    "routers.Watch.open_until": lambda side, pk: None,
    "routers.Watch.radius": lambda side, pk: {},
    "routers.Notice.state": lambda side, pk: "sent",
    "routers.Router.login_url": lambda side, pk: f"http://canary-{side}-routers.router-login-{pk}/login".lower(),
    "routers.Router.template_values": lambda side, pk: {},
    "routers.Router.written_menus": lambda side, pk: [],
    "routers.Router.more_logins": lambda side, pk: [],
    "routers.Offering.kind": lambda side, pk: "garden",
    "routers.Offering.key": lambda side, pk: f"garden-{side.lower()}",
    "routers.Offering.values": lambda side, pk: {"hosts": f"canary-{side}-offering-{pk}.example".lower()},
    "routers.Template.offers": lambda side, pk: [
        {"kind": "ntp", "key": "clock", "values": {"servers": f"canary-{side}-template-{pk}.example".lower()}}
    ],
    "routers.SiteValues.values": lambda side, pk: {"lan": canary(side, "routers.SiteValues", "values", pk)},
    "routers.Taken.path": lambda side, pk: "/queue/simple",
    "routers.Inventory.is_whole": lambda side, pk: True,
    "routers.Inventory.tables": lambda side, pk: {
        "/queue/simple": [{".id": "*1", "name": canary(side, "routers.Inventory", "tables", pk), "target": "10.0.0.5/32"}]
    },
    "routers.Router.enrolment_sealed": lambda side, pk: "",
    "routers.Router.enrolment_expires_at": lambda side, pk: None,
}  # fmt: skip
# Lists of dictionaries that pages walk through: the canary stands where a person reads.
SHAPES: dict[str, Callable[[str], Any]] = {
    "subscribers.ImportRow.problems": lambda text: [["Name", text]],
    "radius.AuthAttempt.trace": lambda text: [{"code": "unknown_user", "ok": False, "text": text}],
    "radius.AuthAttempt.sent": lambda text: {"Reply-Message": text},
    "radius.TracedPacket.attributes": lambda text: [["Reply-Message", text]],
    "routers.Watch.drift": lambda text: [{"do": "add", "path": "/radius", "what": text}],
    "routers.Watch.interfaces": lambda text: [
        {"name": text, "kind": "ether", "running": True, "disabled": False, "comment": text, "errors": 0, "downs": 0,
         "received_bps": 1, "sent_bps": 2}
    ],
    "routers.Watch.neighbours": lambda text: [{"identity": text, "interface": text}],
    "routers.CareItem.steps": lambda text: [{"state": "ok", "title": "Backup", "text": text}],
    "routers.Change.steps": lambda text: [{"do": "add", "path": "/radius", "what": text, "line": text, "done": True}],
    "routers.Change.risks": lambda text: [{"code": "door", "level": "high", "text": text}],
    "routers.Change.trail": lambda text: [{"at": AT.isoformat(), "who": text, "what": text, "ok": True}],
    "routers.Router.preflight": lambda text: [{"key": "version", "state": "warn", "title": text, "text": text}],
    "routers.SyncRun.steps": lambda text: [{"do": "add", "path": "/radius", "what": text, "done": True}],
    "legal.Version.changes": lambda text: [text],
    "legal.Version.sections": lambda text: [
        {"number": "01", "title": text, "summary": text, "paragraphs": [text], "points": [text], "closing": [text]}
    ],
}  # fmt: skip


def tenant_models() -> list[type[models.Model]]:
    """Every model with a table in a tenant's schema."""
    labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in labels
        and model._meta.managed
        and not model._meta.proxy
        and not model._meta.auto_created
        and model._meta.label not in FRAMEWORK
    ]


def text_fields() -> "dict[str, models.Field[Any, Any]]":
    """Every free text field of a tenant, by app.Model.field: all but closed choices."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in tenant_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }


class NoValue(AssertionError):
    """A field of a kind that planting does not know."""


def _value(model: type[models.Model], field: "models.Field[Any, Any]", side: str, pk: int) -> Any:
    name = f"{model._meta.label}.{field.name}"
    if name in OVERRIDES:
        return OVERRIDES[name](side, pk)
    if name in NO_ROOM:
        return NO_ROOM[name]
    text = canary(side, model._meta.label, field.name, pk, getattr(field, "max_length", None))
    if name in SHAPES:
        return SHAPES[name](text)
    if field.choices:
        return field.get_default() if field.has_default() else field.choices[0][0]
    match field:
        case models.GenericIPAddressField():
            return f"{NETWORKS[side]}.{71 if pk == EQUAL else 100}"
        case PrefixField():
            return f"{PREFIXES[side]}:{71 if pk == EQUAL else 100}::/64"
        case models.EmailField():
            return text.replace(" ", "").lower() + "@example.test"
        case models.CharField() | models.TextField():
            return text
        case models.JSONField():
            return [text] if field.has_default() and field.get_default() == [] else {"note": text}
        case ArrayField():
            return [text]
        case models.BooleanField():
            return field.get_default() if field.has_default() else False
        case models.TimeField():
            return None
        case models.DateTimeField():
            return None if field.null else AT
        case models.DateField():
            return date(2026, 11, 1)
        case models.IntegerField():
            if field.has_default():
                return field.get_default()
            return pk if field.name.endswith("_id") or field.name == "number" else PRIMES[side]
    raise NoValue(f"{name}: teach tests/isolation/planting.py a value for {type(field).__name__}")


def plant(side: str, pk: int) -> list[models.Model]:
    """One row of every model with this primary key, referring to each other; call inside the tenant."""
    waiting, made = tenant_models(), []
    done: set[type[models.Model]] = set()
    while waiting:
        ready = [model for model in waiting if _parents(model) <= done | {model}]
        assert ready, f"models refer to each other in a circle: {waiting}"
        for model in ready:
            made.append(_row(model, side, pk))
            done.add(model)
        waiting = [model for model in waiting if model not in done]
    return made


def _parents(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def _row(model: type[models.Model], side: str, pk: int) -> models.Model:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key:
            values[field.attname] = pk
        elif field.is_relation:  # a row that refers to one of its own kind would refer to itself
            override = OVERRIDES.get(f"{model._meta.label}.{field.name}")
            own = field.related_model is model and field.null
            values[field.attname] = override(side, pk) if override else None if own else pk
        else:
            values[field.name] = _value(model, field, side, pk)
    return model._default_manager.create(**values)
