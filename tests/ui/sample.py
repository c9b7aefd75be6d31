"""Sample data for the kit's pages, and the one way tests render a template: no request, no database."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string

NAV = [
    {
        "title": "",
        "items": [
            {"key": "home", "label": "Home", "icon": "house", "url": "/"},
            {"key": "vouchers", "label": "Vouchers", "icon": "ticket", "url": "/vouchers/"},
            {"key": "plans", "label": "Plans", "icon": "package", "url": "/plans/"},
        ],
    },
    {
        "title": "Network",
        "items": [
            {"key": "routers", "label": "Routers", "icon": "router", "url": "/routers/", "count": "1 down", "alert": True},
            {"key": "sessions", "label": "Live sessions", "icon": "activity", "url": "/sessions/", "count": "412"},
        ],
    },
    {
        "title": "",
        "bottom": True,
        "items": [{"key": "settings", "label": "Settings", "icon": "settings", "url": "/settings/"}],
    },
]  # fmt: skip
STEPS = [
    {"state": "ok", "title": "Command opened", "text": "102.68.77.10 fetched the script", "when": "16:40:12"},
    {"state": "now", "title": "Reading its configuration"},
    {"state": "bad", "title": "Voucher is spent", "text": "1 hour used on Friday"},
    {"state": "skip", "title": "Ready"},
]


class PlanForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="Shown to customers")
    bundle = forms.ChoiceField(
        label="Bundle", widget=forms.RadioSelect, choices=[("1", "1 hour\nKSh 20"), ("2", "Day\nKSh 50")]
    )
    price = forms.IntegerField(label="Price", min_value=5)
    site = forms.ChoiceField(label="Works at", choices=[("", "All"), ("k", "Kibera")], required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    sell = forms.BooleanField(label="Sell on the portal", required=False)
    terms = forms.BooleanField(label="I accept the Terms")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def sample(**changes: Any) -> dict[str, Any]:
    """A context with everything a page of the kit may use."""
    now = datetime.now(UTC)
    rows = [
        {
            "code": f"7K4MPXWCD{index}",
            "state": state,
            "used": used,
            "seen": now - timedelta(minutes=7 * index + 1),
        }
        for index, (state, used) in enumerate([("unused", 0), ("in_use", 1_200_000_000), ("revoked", 4)])
    ]
    return {
        "csrf_token": "t" * 64,
        "user": SimpleNamespace(name="Achieng Odhiambo", role="owner", initials="AO"),
        "isp": SimpleNamespace(name="Savanna <Net>", slug="savanna", currency="KES"),
        "nav": NAV,
        "nav_key": "vouchers",
        "theme": "",
        "legal_banner": {"text": "New Terms start soon.", "url": "/legal/terms/", "action": "Read"},
        "form": PlanForm({"bundle": "2", "price": "3"}),
        "page": Paginator(range(538), 10).page(2),
        "rows": rows,
        "chips": [
            {"label": "All", "url": "?", "current": True, "count": 538},
            {"label": "Used", "url": "?state=used"},
        ],
        "steps": STEPS,
        "down": [120e6, 300e6, 1180e6, 412e6],
        "up": [20e6, 30e6, 99e6, 88e6],
        "crumbs": [{"label": "Vouchers", "url": "/vouchers/"}, {"label": "Batch"}],
        "messages": [],
    } | changes


def render(source: str, **changes: Any) -> str:
    """Template source with the kit's tags, rendered with the sample."""
    return Template("{% load i18n kmikro_ui %}" + source).render(Context(sample(**changes)))


def render_file(name: str, **changes: Any) -> str:
    """A template file rendered with the sample."""
    return render_to_string(name, sample(**changes))


def forbidden(html: str) -> list[str]:
    """What the Content-Security-Policy would block: style attributes, inline handlers, scripts without a source."""
    found = re.findall(r"<[^>]*\sstyle\s*=[^>]*>", html)
    found += re.findall(r"<[^>]*\son[a-z]+\s*=[^>]*>", html)
    found += re.findall(r"<(?:script|style)(?![^>]*\s(?:src|nonce)=)[^>]*>", html)
    found += re.findall(r"<[^>]*\s(?:hx-on|hx-vars)[^>]*>", html)
    found += re.findall(r"<[^>]*hx-(?:vals|headers)=['\"]js:[^>]*>", html)
    return found + re.findall(r"<[^>]*(?:src|href)=['\"]https?://(?!example)[^>]*>", html)


KIT = """
<header class="page-head"><div><h1>Vouchers</h1><p>1,164 unused</p></div><div class="acts"><a class="btn btn-primary" href="/new/">{% icon "ticket" 17 %}New batch</a></div></header>
<section class="ledger" aria-label="Today">{% include "components/ledger_item.html" with label="Online now" value="412" unit="of 538" led="ok" led_blink=True text="74 hotspot" %}<div><p>Data</p><p class="figure">{{ 1234567890|bytes }}</p>{% spark down %}{% bar 79 "s1" "79 percent" %}</div></section>
<section class="panel" aria-label="Voucher list">{% include "components/toolbar.html" with target="#list" label="Search vouchers" action="/vouchers/" export_url="/vouchers.csv" %}
<div id="list"><table class="table cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Code</th><th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">Used</th><th role="columnheader" scope="col">Seen</th><th role="columnheader" scope="col"><span class="sr-only">Actions</span></th></tr></thead>
<tbody role="rowgroup">{% for row in rows %}<tr role="row"><td role="cell"><a class="row mono" href="/v/">{{ row.code }}</a></td><td role="cell" class="end-card">{% pill row.state %}</td><td role="cell" data-label="Used">{{ row.used|bytes }}</td><td role="cell">{% when row.seen %}</td><td role="cell" class="num wide"><a class="btn btn-sm btn-danger" href="confirm.html" hx-get="fragment.html" hx-target="#dialog">Revoke {{ row.code }}</a></td></tr>{% endfor %}</tbody></table>
{% include "components/pager.html" with target="#list" %}</div></section>
<form class="panel form" method="post">{% error_summary form %}{% field form.name %}{% field form.bundle %}{% field form.price before="KSh" hint="5 or more" %}{% field form.site %}{% field form.note %}{% field form.sell kind="switch" %}{% field form.terms %}{% field form.key %}<div class="form-foot"><button class="btn btn-primary">Save plan</button></div></form>
<section class="panel" aria-label="Charts"><div class="panel-body">{% plot down up label="Traffic" %}{% plot down up kind="columns" unit="bytes" label="Per day" titles=hours %}</div></section>
<section class="panel" aria-label="Router"><div class="panel-body">{% led "warn" "Waiting" %}{% faceplate "RB5009UG+S+IN" "duddddddd" labels=True %}{% include "components/trace.html" with label="Enrolment" %}{% include "components/code.html" with id="cmd" text='/tool fetch url="https://x"' label="Command" %}{% qr "http://login.example/?v=7K4M" label="QR code" %}</div></section>
<section class="panel" aria-label="States">{% include "components/empty.html" with plate=True title="No router yet" text="Paste one command." action_url="/add/" action_label="Add a router" action_icon="plus" %}{% include "components/no_permission.html" with title="Your role cannot see revenue" %}{% include "components/skeleton.html" with rows="123" label="Loading" %}{% include "components/callout.html" with tone="bad" title="Kitengela did not answer." text="We waited." %}{% include "components/tabs.html" with tabs=chips label="Parts" %}</section>
"""
PAGE = (
    '{% extends "dashboard/_shell.html" %}{% load i18n kmikro_ui %}{% block title %}Kit{% endblock %}'
    '{% block crumbs %}{% include "components/crumbs.html" %}{% endblock %}{% block content %}'
    + KIT
    + "{% endblock %}"
)


def kit_page(**changes: Any) -> str:
    """A whole operator page with every component on it."""
    return Template(PAGE).render(Context(sample(**changes)))
