"""Who is told of what: rules are made, changed and removed by people."""

import secrets
from collections.abc import Collection
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import journal
from accounts.journal import Actor
from kmikro.lib import outward
from kmikro.lib.refusal import Refusal
from routers.models import AlertRule, Incident
from subscribers.models import Site

Channel = AlertRule.Channel


def search(text: str, channel: str) -> "QuerySet[AlertRule]":
    """Rules whose name, target or site contains text, by one channel or by any."""
    found = AlertRule.objects.select_related("site")
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(target__icontains=text) | Q(site__name__icontains=text)
        )
    return found.filter(channel=channel) if channel else found


def save(
    rule: AlertRule | None,
    *,
    name: str,
    kinds: Collection[str],
    site: Site | None,
    channel: str,
    target: str,
    quiet_from: time | None,
    quiet_until: time | None,
    is_on: bool,
    by: Actor,
    now: datetime,
) -> AlertRule:
    """Make a rule, or change one; a webhook gets a secret of its own that signs what it is told."""
    made = rule is None
    rule = rule or AlertRule(key=secrets.token_hex(8), made_at=now)
    rule.name, rule.site, rule.channel, rule.is_on = name.strip(), site, channel, is_on
    rule.kinds = [kind for kind in Incident.Kind.values if kind in set(kinds)]
    rule.target = _target(channel, target.strip())
    if (quiet_from is None) != (quiet_until is None):
        raise Refusal("half_quiet", "Give both ends of the quiet hours, or none.", field="quiet_until")
    rule.quiet_from, rule.quiet_until = quiet_from, quiet_until
    if channel == Channel.WEBHOOK and not rule.secret:
        rule.secret = secrets.token_hex(20)
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise Refusal("name_taken", "Another rule has this name.", field="name") from None
    verb = "alert_rule.made" if made else "alert_rule.changed"
    journal.record(by, verb, rule, now=now, channel=rule.channel, kinds=rule.kinds)
    return rule


def remove(rule: AlertRule, *, by: Actor, now: datetime) -> None:
    """Nobody is told by it any more; what it told is forgotten with it."""
    journal.record(by, "alert_rule.removed", rule, now=now)
    rule.delete()


def _target(channel: str, target: str) -> str:
    match channel:
        case Channel.EMAIL:
            try:
                validate_email(target)
            except ValidationError:
                raise Refusal("bad_address", "This is no e-mail address.", field="target") from None
        case Channel.WEBHOOK:
            try:
                outward.https_place(target)
            except outward.Inside:
                text = "A webhook needs an address such as https://example.org/alerts, without user name and port."
                raise Refusal("bad_webhook", text, field="target") from None
        case _:
            digits = target.removeprefix("+").replace(" ", "")
            if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
                raise Refusal(
                    "bad_phone", "Type the number with its country code: +254 700 000 000.", field="target"
                )
    return target[:300]
