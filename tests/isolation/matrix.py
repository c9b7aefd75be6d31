"""The one table of all routes: who may ask what, and what they get.

A new route needs one line: `"name": at(Action.WHAT_IT_NEEDS, post=302, body=FORM)`.
A second line of the same route with another query or body is called "name?what".
Integer parts of the address get the primary key that both ISPs have; other parts are named: token=Key("reset").
"""

from accounts.roles import Action
from tests.isolation import bodies
from tests.isolation.lines import Key, Line, Scope, at
from tests.isolation.planting import EQUAL

A = Action
HEALTH = {"healthz": at("all", lenient=True), "readyz": at("all", get=(200, 503), lenient=True)}
LEGAL = {
    "legal-document": at("all", kind="terms"),
    "legal-document?privacy": at("all", kind="privacy"),
    "legal-versions": at("all", kind="terms"),
    "legal-version": at("all", kind="terms", number=1),
    "legal-pdf": at("all", kind="terms", number=1),
    "legal-diff": at("all", kind="terms", old=1, new=1),
}

TENANT: dict[str, Line] = {
    **HEALTH,
    **LEGAL,
    "terms-gate": at("signed-in", get=302, post=302, lenient=True),
    "terms-accepted": at("signed-in"),
    # The everyday pages
    "home": at(A.SEE_HOME),
    "home-live": at(A.SEE_HOME),
    "find": at("signed-in", query={"q": "anary"}),
    "find?place": at("signed-in", query={"q": "10.5.50.20"}),
    "plans": at(A.SEE_PLANS),
    "plans?archived": at(A.SEE_PLANS, query={"shelf": "archived", "q": "anary"}),
    "fallbacks": at(A.SEE_PLANS),
    "fallback": at(A.CHANGE_PLANS, post=302, reason="suspended", body=bodies.FALLBACK),
    "fallback-remove": at(A.CHANGE_PLANS, post=302, reason="ended"),
    "plan-new": at(A.CHANGE_PLANS, post=302, body=bodies.PLAN),
    "plan-preview": at(A.CHANGE_PLANS, get=None, post=200, body=bodies.PLAN),
    "plan": at(A.SEE_PLANS, post=302, writes=A.CHANGE_PLANS, body=bodies.PLAN),
    "plan-rules": at(A.CHANGE_PLANS, post=302, body=bodies.RULES),
    "plan-versions": at(A.SEE_PLANS),
    "plan-ahead": at(A.SEE_PLANS),
    "plan-ahead?habit": at(
        A.SEE_PLANS, query={"gigabytes": "50", "begins": "8", "ends": "4", "kind": "voucher"}
    ),
    "plan-bring-up": at(A.CHANGE_PLANS, get=404, post=404),  # the planted one is on its newest terms
    "plan-archive": at(A.CHANGE_PLANS, post=302),
    "plan-restore": at(A.CHANGE_PLANS, get=None, post=302),
    "vouchers": at(A.SEE_VOUCHERS, post=302, writes=A.MAKE_VOUCHERS, body=bodies.BATCH),
    "batch-rows": at(A.SEE_VOUCHERS),
    "batch-preview": at(A.MAKE_VOUCHERS, get=None, post=200, body=bodies.BATCH),
    "voucher-find": at(A.SEE_VOUCHERS, query={"q": "anary"}),
    "voucher-designs": at(A.SEE_VOUCHERS),
    "voucher-designs?search": at(A.SEE_VOUCHERS, query={"q": "anary", "paper": "a4"}),
    "voucher-designs?csv": at(A.SEE_VOUCHERS, query={"format": "csv"}),
    "voucher-design-new": at(A.CHANGE_PLANS, post=302, body=bodies.DESIGN),
    "voucher-design-preview": at(A.CHANGE_PLANS, get=None, post=200, body=bodies.DESIGN),
    "voucher-design-usual": at(A.CHANGE_PLANS, get=None, post=302, body={"design": str(EQUAL)}),
    "voucher-top-up": at(A.CHANGE_PLANS, get=None, post=302, body={"top_up": "after"}),
    "voucher-design": at(A.CHANGE_PLANS, post=302, body=bodies.DESIGN),
    "voucher-design-remove": at(A.CHANGE_PLANS, post=302),
    "batch": at(A.SEE_VOUCHERS, own=True),
    "batch?csv": at(A.SEE_CODES, own=True, query={"format": "csv"}),
    "batch-progress": at(A.SEE_VOUCHERS, own=True),
    "batch-pdf": at(A.SEE_CODES, own=True),
    "batch-pdf?paper": at(A.SEE_CODES, own=True, query={"paper": "roll58"}),
    "batch-print": at(A.SEE_CODES, own=True),
    "batch-print?design": at(A.SEE_CODES, own=True, query={"design": str(EQUAL)}),
    "batch-void": at(A.MAKE_VOUCHERS, own=True, post=302, body={"reason": "Stolen"}),
    "batch-void?range": at(
        A.MAKE_VOUCHERS,
        own=True,
        post=302,
        query={"reach": "working", "first": "1", "last": "9"},
        body={"reach": "working", "first": "1", "last": "9", "reason": "Stolen"},
    ),
    "batch-hand-over": at(A.MAKE_VOUCHERS, own=True, post=302),
    "batch-open": at(A.PRINT_AGAIN, own=True, post=302, body={"reason": "Jam"}),
    "batch-retry": at(A.MAKE_VOUCHERS, own=True, get=None, post=302),
    "voucher": at(A.SEE_VOUCHERS, own=True),
    "voucher-void": at(A.MAKE_VOUCHERS, own=True, post=302, body={"reason": "Stolen"}),
    "voucher-print": at(A.PRINT_AGAIN, own=True, post=(200, 302), body={"reason": "Jam"}),
    "voucher-pause": at(A.MAKE_VOUCHERS, own=True, post=302),
    "voucher-resume": at(A.MAKE_VOUCHERS, own=True, get=None, post=302),
    "sessions": at(A.SEE_SESSIONS),
    "sessions?search": at(A.SEE_SESSIONS, query={"q": "anary", "router": "7001", "plan": "7001"}),
    "sessions?csv": at(A.SEE_SESSIONS, query={"format": "csv"}),
    "sessions-live": at(A.SEE_SESSIONS),
    "session-disconnect": at(A.DISCONNECT, post=302),
    "logins": at(A.SEE_LOGINS),
    "logins?csv": at(A.SEE_LOGINS, query={"format": "csv", "q": "anary"}),
    "login": at(A.SEE_LOGINS),
    "traces": at(A.TRACE),
    "trace-start": at(A.TRACE, get=None, post=302, body={"subject": "02:00:5E:10:00:09"}),
    "trace-start?attempt": at(A.TRACE, get=None, post=302, body={"attempt": "7001"}),
    "trace": at(A.TRACE),
    "trace?csv": at(A.TRACE, query={"format": "csv", "q": "anary", "kind": "asked"}),
    "trace-stop": at(A.TRACE, get=None, post=302),
    "login-why": at(A.SEE_LOGINS),
    "login-why?asked": at(A.SEE_LOGINS, query={"q": "anary"}),
    "radius-health": at(A.SEE_LOGINS),
    "radius-now": at(A.SEE_LOGINS),
    "subscribers": at(A.SEE_SUBSCRIBERS),
    "subscribers?search": at(A.SEE_SUBSCRIBERS, query={"q": "anary"}),
    "subscribers?filtered": at(
        A.SEE_SUBSCRIBERS, query={"state": "online", "plan": "7001", "access": "any", "sort": "-used"}
    ),
    "subscribers?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv"}),
    "subscriber": at(A.SEE_SUBSCRIBERS),
    "subscriber-duplicates": at(A.SEE_SUBSCRIBERS),
    "subscriber-duplicates?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "q": "anary"}),
    "subscriber-merge": at(A.CHANGE_SUBSCRIBERS, post=422),  # with itself
    "subscriber-merger-undo": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "bulk-acts": at(A.SEE_SUBSCRIBERS),
    "bulk-acts?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "q": "anary", "act": "plan"}),
    "bulk-new": at(A.CHANGE_SUBSCRIBERS, post=302, query={"of": "accounts"}, body={"act": "suspend"}),
    "bulk-new?people": at(
        A.CHANGE_SUBSCRIBERS,
        post=302,
        query={"of": "people", "row": "7001"},
        body={"act": "add_tag", "tag": "seen"},
    ),
    "bulk-act": at(A.SEE_SUBSCRIBERS),
    "bulk-act?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "q": "anary"}),
    "bulk-progress": at(A.SEE_SUBSCRIBERS),
    "bulk-start": at(A.CHANGE_SUBSCRIBERS, post=302),
    "bulk-stop": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "bulk-go-on": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "bulk-undo": at(A.CHANGE_SUBSCRIBERS, post=302),
    "bulk-discard": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "imports": at(A.SEE_SUBSCRIBERS, post=422, writes=A.CHANGE_SUBSCRIBERS),  # nothing is sent
    "imports?csv": at(
        A.SEE_SUBSCRIBERS,
        post=422,
        writes=A.CHANGE_SUBSCRIBERS,
        query={"format": "csv", "q": "anary"},
    ),
    "import": at(A.SEE_SUBSCRIBERS),
    "import?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "kind": "new", "q": "anary"}),
    "import-progress": at(A.SEE_SUBSCRIBERS),
    "import-columns": at(A.CHANGE_SUBSCRIBERS, post=302, body=bodies.IMPORT_COLUMNS),
    "import-start": at(A.CHANGE_SUBSCRIBERS, post=302),
    "import-stop": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "import-go-on": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "import-undo": at(A.CHANGE_SUBSCRIBERS, post=302),
    "import-discard": at(A.CHANGE_SUBSCRIBERS, post=302),
    "import-errors": at(A.CHANGE_SUBSCRIBERS),
    "import-passwords": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-people": at(A.SEE_SUBSCRIBERS),
    "subscriber-people?filtered": at(
        A.SEE_SUBSCRIBERS,
        query={"q": "anary", "state": "active", "tag": "anary", "site": "7001", "plan": "7001"},
    ),
    "subscriber-people?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv"}),
    "subscriber-filter-save": at(A.SEE_SUBSCRIBERS, get=None, post=302, body={"name": "Mine", "tag": "x"}),
    "subscriber-filter-forget": at(A.SEE_SUBSCRIBERS, get=None, post=(302, 404)),  # one's own only
    "subscriber-timeline": at(A.SEE_SUBSCRIBERS),
    "subscriber-timeline?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "kind": "note"}),
    "subscriber-new": at(A.CHANGE_SUBSCRIBERS, post=302, body=bodies.SUBSCRIBER),
    "subscriber-edit": at(A.CHANGE_SUBSCRIBERS, post=302, body=bodies.SUBSCRIBER),
    "subscriber-act": at(A.CHANGE_SUBSCRIBERS, post=302, verb="block"),
    "subscriber-note": at(A.CHANGE_SUBSCRIBERS, get=None, post=302, body={"text": "Roof of tin"}),
    "subscriber-note-pin": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "subscriber-consent": at(A.CHANGE_SUBSCRIBERS, get=None, post=302, body={"what": "Text messages"}),
    "subscriber-consent-withdraw": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-file-add": at(A.CHANGE_SUBSCRIBERS, get=None, post=422),  # nothing is sent
    "subscriber-file": at(A.SEE_SUBSCRIBERS),
    "subscriber-file-remove": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-fields": at(A.CHANGE_SETTINGS, post=302, body={"name": "House", "kind": "text"}),
    "subscriber-field-archive": at(A.CHANGE_SETTINGS, get=None, post=302),
    "subscriber-language": at(A.CHANGE_SUBSCRIBERS, get=None, post=302, body={"language": "sw"}),
    "usage": at(A.SEE_SUBSCRIBERS),
    "usage?filtered": at(
        A.SEE_SUBSCRIBERS,
        query={"q": "anary", "plan": "7001", "site": "7001", "since": "2026-10-20", "until": "2026-11-10"},
    ),
    "usage?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "period": "week"}),
    "retention-reports": at(A.SEE_JOURNAL),
    "retention-reports?csv": at(A.SEE_JOURNAL, query={"format": "csv", "show": "some"}),
    "retention-report": at(A.SEE_JOURNAL),
    "retention-download": at(A.SEE_JOURNAL),
    "usage-notices": at(A.SEE_SUBSCRIBERS),
    "usage-notices?filtered": at(
        A.SEE_SUBSCRIBERS, query={"q": "anary", "what": "data", "mark": "80", "service": "7001"}
    ),
    "usage-notices?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv"}),
    "usage-notices-rule": at(A.CHANGE_SETTINGS, get=None, post=302, body={"mails": "1"}),
    "service-usage": at(A.SEE_SUBSCRIBERS, query={"by": "month"}),
    "service-usage?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv", "by": "hour"}),
    "arrangements": at(A.SEE_SUBSCRIBERS),
    "arrangements?filtered": at(
        A.SEE_SUBSCRIBERS, query={"q": "anary", "state": "all", "kind": "data", "service": "7001"}
    ),
    "arrangements?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv"}),
    "renewals": at(A.SEE_SUBSCRIBERS),
    "renewals?filtered": at(A.SEE_SUBSCRIBERS, query={"q": "anary", "state": "counts", "plan": "7001"}),
    "renewals?csv": at(A.SEE_SUBSCRIBERS, query={"format": "csv"}),
    "redeem": at(A.CHANGE_SUBSCRIBERS, post=422, body={"code": "CCCC-DDDD-FFFF"}),
    "renew": at(A.CHANGE_SUBSCRIBERS, post=302, body={"after": "7001"}),
    "renewal-undo": at(A.CHANGE_SUBSCRIBERS, post=302),
    "service-arrange": at(A.CHANGE_SUBSCRIBERS, post=302, kind="speed", body=bodies.SPEED),
    "service-arrange?pause": at(A.CHANGE_SUBSCRIBERS, post=422, kind="pause"),
    "service-arrangement-undo": at(A.CHANGE_SUBSCRIBERS, post=302),
    "service-correct": at(A.CORRECT_USAGE, post=302, body=bodies.CORRECTION),
    "service-correction-undo": at(A.CORRECT_USAGE, post=302),
    "subscriber-account-new": at(A.CHANGE_SUBSCRIBERS, post=200, body=bodies.ACCOUNT),
    "subscriber-account-new?known": at(
        A.CHANGE_SUBSCRIBERS, post=200, query={"subscriber": "7001"}, body=bodies.ACCOUNT
    ),
    "subscriber-account": at(A.SEE_SUBSCRIBERS),
    "subscriber-account-secret": at(A.CHANGE_SUBSCRIBERS, post=200, body={"disconnect": "1"}),
    "subscriber-account-pause": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-account-resume": at(A.CHANGE_SUBSCRIBERS, get=None, post=302),
    "subscriber-account-end": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-account-terms": at(A.CHANGE_SUBSCRIBERS, post=302, body=bodies.OWN_TERMS),
    "subscriber-account-unbind": at(A.CHANGE_SUBSCRIBERS, post=302),
    "subscriber-device-add": at(A.CHANGE_SUBSCRIBERS, get=None, post=302, body=bodies.DEVICE),
    "subscriber-device-remove": at(A.CHANGE_SUBSCRIBERS, post=302),
    "agents": at(A.SEE_AGENTS),
    "agents?csv": at(A.SEE_AGENTS, query={"format": "csv", "q": "anary", "state": "active"}),
    "agent-new": at(A.CHANGE_AGENTS, post=302, body={"name": "Amina", "commission": "10"}),
    "agent": at(A.SEE_AGENTS, own=True),
    "agent-edit": at(A.CHANGE_AGENTS, post=302, body={"name": "Amina", "commission": "10"}),
    "agent-stop": at(A.CHANGE_AGENTS, post=302),
    "agent-resume": at(A.CHANGE_AGENTS, get=None, post=302),
    "agent-prices": at(A.CHANGE_AGENTS, post=302, body={"plan": str(EQUAL), "commission": "5"}),
    "agent-ledger": at(A.SEE_AGENTS, own=True),
    "agent-ledger?csv": at(A.SEE_AGENTS, own=True, query={"format": "csv", "q": "anary", "kind": "top_up"}),
    "agent-top-up": at(A.CHANGE_AGENTS, post=302, body=bodies.AMOUNT),
    "agent-correct": at(A.CHANGE_AGENTS, post=302, body=bodies.AMOUNT),
    "agent-send": at(A.SELL, own=True, post=422, body=bodies.AMOUNT),  # nobody is below the planted one
    "sell": at(A.SELL, get=302),
    "agent-days": at(A.SEE_AGENTS, own=True, post=302, writes=A.CHANGE_AGENTS, body=bodies.CLOSE_DAY),
    "agent-days?csv": at(
        A.SEE_AGENTS,
        own=True,
        post=302,
        writes=A.CHANGE_AGENTS,
        query={"format": "csv"},
        body=bodies.CLOSE_DAY,
    ),
    "agent-report": at(A.SEE_AGENTS),
    "agent-report?csv": at(A.SEE_AGENTS, query={"format": "csv", "by": "batch", "first": "2026-10-01"}),
    "agent-sell": at(A.SELL, own=True, post=422, body=bodies.SELL),  # the planted one has no float
    "agent-sales": at(A.SEE_AGENTS, own=True),
    "agent-sales?csv": at(
        A.SEE_AGENTS, own=True, query={"format": "csv", "q": "anary", "state": "sold", "day": "2026-11-01"}
    ),
    "agent-sold": at(A.SEE_AGENTS, own=True),
    "agent-undo": at(A.SELL, own=True, post=302, body={"why": "A slip"}),
    "agent-stock": at(A.SEE_AGENTS, own=True),
    "agent-stock?csv": at(A.SEE_AGENTS, own=True, query={"format": "csv", "state": "sent"}),
    "agent-stock-give": at(A.CHANGE_AGENTS, get=None, post=302, body={"batch": str(EQUAL)}),
    "agent-stock-used": at(A.SELL, own=True, get=None, post=302),
    "agent-stock-receive": at(A.SELL, own=True, get=None, post=302),
    "agent-stock-return": at(A.SELL, own=True, post=302),
    "agent-stock-restock": at(A.CHANGE_AGENTS, get=None, post=302),
    "help": at("signed-in"),
    "routers": at(A.SEE_ROUTERS),
    "routers?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "changes": at(A.SEE_ROUTERS),
    "changes?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "changes?router": at(A.SEE_ROUTERS, query={"router": "7001", "state": "open"}),
    "change-rules": at(A.CHANGE_TEAM, get=None, post=302),
    "change": at(A.SEE_ROUTERS),
    "change-act": at(A.CHANGE_ROUTERS, get=None, post=302, what="drop"),
    "rollouts": at(A.SEE_ROUTERS),
    "rollouts?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary", "state": "running"}),
    "rollout-new": at(A.CHANGE_ROUTERS, get=None, post=302, body={"name": "All", "q": "nothing like it"}),
    "rollout-new?template": at(A.CHANGE_ROUTERS, get=None, post=302, body={"template": str(EQUAL)}),
    "rollout": at(A.SEE_ROUTERS),
    "rollout?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "rollout-act": at(A.CHANGE_ROUTERS, get=None, post=302, what="stop"),
    "router-templates": at(A.SEE_ROUTERS),
    "router-templates?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "router-template-new": at(A.CHANGE_ROUTERS, post=302, body={"name": "Cafe", "note": "For cafes"}),
    "router-template": at(A.SEE_ROUTERS),
    "router-template?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "router-template-edit": at(A.CHANGE_ROUTERS, post=302, body={"name": "Cafe"}),
    "router-template-remove": at(A.CHANGE_ROUTERS, post=302),
    "router-template-offer-add": at(A.CHANGE_ROUTERS, post=302, kind="queue", body=bodies.OFFER),
    "router-template-offer": at(
        A.CHANGE_ROUTERS, post=302, key="clock", body={"servers": "pool.example.org"}
    ),
    "router-template-offer-remove": at(A.CHANGE_ROUTERS, post=302, key="clock"),
    "site-values": at(
        A.CHANGE_ROUTERS, post=302, query={"template": str(EQUAL)}, body={"value-lan": "10.9.0.0/24"}
    ),
    "router-follow": at(
        A.CHANGE_ROUTERS,
        post=302,
        query={"template": str(EQUAL)},
        body={"template": str(EQUAL), "act": "follow"},
    ),
    "router-follow?preview": at(A.CHANGE_ROUTERS, post=200, body={"template": str(EQUAL), "act": "preview"}),
    "router-change": at(A.CHANGE_ROUTERS, post=422),  # the planted one is open
    "router-add": at(A.CHANGE_ROUTERS, post=302, body=bodies.ROUTER),
    "router": at(A.SEE_ROUTERS),
    "router-health": at(A.SEE_ROUTERS),
    "router-health?range": at(A.SEE_ROUTERS, query={"range": "hour", "port": "ether1"}),
    "router-policy": at(A.CHANGE_ROUTERS, get=None, post=302, body={"policy": "report"}),
    "alerts": at(A.SEE_ROUTERS),
    "alerts?search": at(
        A.SEE_ROUTERS, query={"q": "anary", "state": "open", "kind": "down", "router": "7001"}
    ),
    "alerts?csv": at(A.SEE_ROUTERS, query={"format": "csv"}),
    "alert-acknowledge": at(A.SEE_ROUTERS, get=None, post=302),
    "alert-rules": at(A.SEE_ROUTERS),
    "alert-rules?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary", "channel": "email"}),
    "alert-rule-new": at(A.CHANGE_ROUTERS, post=302, body=bodies.ALERT_RULE),
    "alert-rule": at(A.CHANGE_ROUTERS, post=302, body=bodies.ALERT_RULE),
    "alert-rule-remove": at(A.CHANGE_ROUTERS, post=302),
    "leaks": at(A.SEE_REVENUE),
    "leaks?csv": at(A.SEE_REVENUE, query={"format": "csv", "q": "anary", "kind": "unpaid"}),
    "outages": at(A.SEE_ROUTERS),
    "outages?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary", "router": "7001"}),
    "router-runs": at(A.SEE_ROUTERS),
    "router-history": at(A.SEE_ROUTERS),
    "router-history?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary"}),
    "router-enrol": at(A.SEE_ROUTERS),
    "router-steps": at(A.SEE_ROUTERS),
    "router-command": at(A.CHANGE_ROUTERS, post=302),
    "router-paste": at(A.CHANGE_ROUTERS, post=422, body={"address": "102.68.77.10", "line": "kmikro:1:"}),
    "router-again": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-secret": at(A.CHANGE_ROUTERS, get=None, post=302),
    "wifi-root": at(A.SEE_ROUTERS),
    "router-sign-in": at(A.CHANGE_ROUTERS, post=302, body=bodies.SIGN_IN_WAYS),
    "router-certificate-new": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-certificate-revoke": at(A.CHANGE_ROUTERS, post=302, number=1),
    "router-unsigned": at(A.EXCUSE_ROUTERS, get=None, post=302),
    "router-compare": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-firmware": at(A.SEE_ROUTERS),
    "router-firmware?csv": at(A.SEE_ROUTERS, query={"format": "csv"}),
    "router-orders": at(A.SEE_ROUTERS),
    "router-orders?search": at(A.SEE_ROUTERS, query={"q": "anary", "state": "running", "kind": "backup"}),
    "router-orders?csv": at(A.SEE_ROUTERS, query={"format": "csv"}),
    "router-order-new": at(A.CHANGE_ROUTERS, post=302, query={"kind": "reboot"}, body=bodies.ORDER),
    "router-order": at(A.SEE_ROUTERS),
    "router-order?search": at(A.SEE_ROUTERS, query={"q": "anary", "state": "waiting"}),
    "router-order?csv": at(A.SEE_ROUTERS, query={"format": "csv"}),
    "router-order-stop": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-backups": at(A.SEE_ROUTERS),
    "router-backups?csv": at(A.SEE_ROUTERS, query={"format": "csv"}),
    "router-backup-take": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-backup": at(A.CHANGE_ROUTERS, number=EQUAL),
    "router-backup-copy": at(A.TAKE_COPIES, number=EQUAL, post=200),
    "router-backup-copy?file": at(A.TAKE_COPIES, number=EQUAL, query={"format": "file"}, post=200),
    "router-backup?text": at(A.CHANGE_ROUTERS, number=EQUAL, query={"format": "text"}),
    "router-restore": at(A.CHANGE_ROUTERS, post=422, number=EQUAL),
    "router-plan": at(A.CHANGE_ROUTERS, post=200, token="nothing"),
    "router-tools": at(A.SEE_ROUTERS, post=302, body={"tool": "queues"}),
    "router-answer": at(A.SEE_ROUTERS, token="nothing"),
    "router-doctor": at(A.SEE_ROUTERS, post=302),
    "router-examination": at(A.SEE_ROUTERS, token="nothing"),
    "session-rate": at(A.SEE_SESSIONS),
    "router-edit": at(A.CHANGE_ROUTERS, post=302, body=bodies.ROUTER),
    "router-offers": at(A.SEE_ROUTERS),
    "router-offers-apply": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-people": at(A.CHANGE_ROUTERS, get=None, post=302, body={"keep": "1"}),
    "router-offer-add": at(A.CHANGE_ROUTERS, post=302, kind="queue", body=bodies.OFFER),
    "router-offer": at(A.CHANGE_ROUTERS, post=302, body={"hosts": "pay.example.com"}),
    "router-offer-remove": at(A.CHANGE_ROUTERS, post=302),
    "router-look": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-others": at(A.SEE_ROUTERS),
    "router-take": at(A.CHANGE_ROUTERS, get=None, post=302, body={"row": "/queue/simple *1"}),
    "router-give-back": at(A.CHANGE_ROUTERS, get=None, post=302),
    "router-others?csv": at(A.SEE_ROUTERS, query={"format": "csv", "q": "anary", "menu": "/queue/simple"}),
    "router-taken": at(A.CHANGE_ROUTERS, post=302, number=EQUAL, body={"act": "save"}),
    "router-taken?preview": at(A.CHANGE_ROUTERS, post=200, number=EQUAL, body={"act": "preview"}),
    "router-taken-undo": at(A.CHANGE_ROUTERS, get=None, post=302, number=EQUAL),
    "router-remove": at(A.CHANGE_ROUTERS, post=302, body={"release": "1"}),
    # Settings
    "team": at(A.SEE_TEAM),
    "team-invite": at(A.CHANGE_TEAM, post=200, body=bodies.INVITE),
    "invitation-resend": at(A.CHANGE_TEAM, get=None, post=(200, 302)),
    "invitation-revoke": at(A.CHANGE_TEAM, post=302),
    "person-role": at(A.CHANGE_TEAM, post=(302, 422), body={"role": "support"}),
    "person-act": at(A.CHANGE_TEAM, post=302, what="off"),
    "workspace": at(A.CHANGE_SETTINGS, post=302, body={"language": "sw"}),
    "tokens": at(A.CHANGE_TOKENS),
    "token-new": at(A.CHANGE_TOKENS, post=200, body=bodies.TOKEN),
    "token-revoke": at(A.CHANGE_TOKENS, post=302),
    # One's own account, and the ways in
    "account": at("signed-in"),
    "account-name": at("signed-in", get=None, post=302, body={"name": "New Name"}),
    "account-password": at("signed-in", get=None, post=302, body=bodies.PASSWORDS),
    "sign-in": at("all", get=(200, 302), post=302, body=bodies.SIGN_IN),
    "sign-out": at("all", get=None, post=302),
    "sign-out-everywhere": at("signed-in", post=302),
    "first-sign-in": at("all", get=302, token=Key("first")),
    "forgot": at("all", post=200, body={"email": "canary@example.test"}),
    "reset": at("all", post=302, body=bodies.NEW_PASSWORD, token=Key("reset")),
    "join": at("all", post=302, body=bodies.JOIN, token=Key("join")),
    # The API
    "api-schema": at("all", lenient=True),
    "api-docs": at("all", lenient=True),
    "api-me": at("any token"),
    "api-routers": at(Scope(A.SEE_ROUTERS), post=201, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_ROUTER),
    "api-router-plan": at(Scope(A.SEE_ROUTERS)),
    "api-offers": at(Scope(A.SEE_ROUTERS), post=201, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_OFFER),
    "api-offer": at(
        Scope(A.SEE_ROUTERS),
        patch=200,
        delete=204,
        writes=Scope(A.CHANGE_ROUTERS),
        body=bodies.API_OFFER_VALUES,
    ),
    "api-router-templates": at(
        Scope(A.SEE_ROUTERS), post=201, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_TEMPLATE
    ),
    "api-router-template": at(
        Scope(A.SEE_ROUTERS), patch=200, delete=409, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_TEMPLATE
    ),
    "api-site-values": at(
        Scope(A.SEE_ROUTERS),
        patch=200,
        writes=Scope(A.CHANGE_ROUTERS),
        body={"values": {"lan": "10.40.0.0/24"}},
    ),
    "api-router-follows": at(
        Scope(A.SEE_ROUTERS), patch=200, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_FOLLOW
    ),
    "api-router-follows-preview": at(Scope(A.SEE_ROUTERS), get=None, post=200, body=bodies.API_FOLLOW),
    "api-router-others": at(Scope(A.SEE_ROUTERS), query={"menu": "/queue/simple"}),
    "api-router-taken": at(
        Scope(A.SEE_ROUTERS), post=201, writes=Scope(A.CHANGE_ROUTERS), body={"rows": ["/queue/simple *1"]}
    ),
    "api-taken": at(
        Scope(A.SEE_ROUTERS), patch=200, writes=Scope(A.CHANGE_ROUTERS), number=EQUAL, body=bodies.API_TAKEN
    ),
    "api-taken-preview": at(Scope(A.SEE_ROUTERS), get=None, post=200, number=EQUAL, body=bodies.API_TAKEN),
    "api-taken-undo": at(Scope(A.CHANGE_ROUTERS), get=None, post=200, number=EQUAL),
    "api-taken-give-back": at(Scope(A.CHANGE_ROUTERS), get=None, post=204, number=EQUAL),
    "api-router-runs": at(Scope(A.SEE_ROUTERS)),
    "api-alert-rules": at(
        Scope(A.SEE_ROUTERS), post=201, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_ALERT_RULE
    ),
    "api-alert-rule": at(
        Scope(A.SEE_ROUTERS),
        patch=200,
        delete=204,
        writes=Scope(A.CHANGE_ROUTERS),
        body=bodies.API_ALERT_RULE,
    ),
    "api-router-changes": at(
        Scope(A.SEE_ROUTERS), post=409, writes=Scope(A.CHANGE_ROUTERS), body={"reason": "x"}
    ),
    "api-changes": at(Scope(A.SEE_ROUTERS)),
    "api-changes?search": at(
        Scope(A.SEE_ROUTERS), query={"search": "anary", "router": "7001", "rollout": "7001", "state": "open"}
    ),
    "api-change-rules": at(
        Scope(A.SEE_ROUTERS), patch=200, writes=Scope(A.CHANGE_ROUTERS), body={"second_person": True}
    ),
    "api-change": at(Scope(A.SEE_ROUTERS)),
    "api-change-begin": at(
        Scope(A.CHANGE_ROUTERS), get=None, post=409, body={"accept_risks": True}
    ),  # the planted one is still being planned
    "api-change-approve": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),
    "api-change-keep": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),
    "api-change-take-back": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),
    "api-change-look": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),
    "api-change-drop": at(Scope(A.CHANGE_ROUTERS), get=None, post=200),
    "api-rollouts": at(
        Scope(A.SEE_ROUTERS), post=409, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_ROLLOUT
    ),
    "api-rollouts?search": at(Scope(A.SEE_ROUTERS), query={"search": "anary", "state": "running"}),
    "api-rollout": at(Scope(A.SEE_ROUTERS)),
    "api-rollout-changes": at(Scope(A.SEE_ROUTERS)),
    "api-rollout-stop": at(Scope(A.CHANGE_ROUTERS), get=None, post=200),
    "api-rollout-resume": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),
    "api-router": at(
        Scope(A.SEE_ROUTERS),
        patch=200,
        delete=204,
        writes=Scope(A.CHANGE_ROUTERS),
        body={"name": "Gate", "policy": "report"},
    ),
    "api-router-sign-in": at(
        Scope(A.SEE_ROUTERS),
        patch=200,
        writes=Scope(A.CHANGE_ROUTERS),
        body={"services": ["hotspot", "ppp"], "pppoe_interface": "", "pppoe_network": ""},
    ),
    "api-router-compare": at(Scope(A.CHANGE_ROUTERS), get=None, post=202),
    "api-router-read": at(Scope(A.CHANGE_ROUTERS), get=None, post=202),
    "api-router-retry": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),  # the planted one is ready
    "api-router-secret": at(
        Scope(A.CHANGE_ROUTERS), get=None, post=409
    ),  # RADIUS does not know the planted one
    "api-router-command": at(Scope(A.CHANGE_ROUTERS), get=None, post=201),
    "api-router-block": at(Scope(A.CHANGE_ROUTERS), get=None, post=409),  # the planted one has no command
    "api-router-line": at(
        Scope(A.CHANGE_ROUTERS), get=None, post=422, body={"address": "102.68.77.10", "line": "kmikro:1:"}
    ),
    "api-router-certificates": at(Scope(A.SEE_ROUTERS), post=409, writes=Scope(A.CHANGE_ROUTERS)),
    "api-router-certificate-revoke": at(Scope(A.CHANGE_ROUTERS), get=None, post=200, number=1),
    "api-sites": at(Scope(A.SEE_ROUTERS), query={"search": "anary"}),
    "api-site": at(Scope(A.SEE_ROUTERS)),
    "api-router-samples": at(Scope(A.SEE_ROUTERS), query={"range": "hour"}),
    "api-outages": at(Scope(A.SEE_ROUTERS), query={"router": "7001"}),
    "api-leaks": at(Scope(A.SEE_REVENUE), query={"kind": "unpaid"}),
    "api-alerts": at(Scope(A.SEE_ROUTERS), query={"kind": "down", "router": "7001"}),
    "api-alert-take": at(Scope(A.CHANGE_ROUTERS), get=None, post=200),
    "api-plans": at(Scope(A.SEE_PLANS), post=201, writes=Scope(A.CHANGE_PLANS), body=bodies.API_PLAN),
    "api-plan": at(Scope(A.SEE_PLANS), patch=200, writes=Scope(A.CHANGE_PLANS), body={"devices": 2}),
    "api-plan-rules": at(
        Scope(A.SEE_PLANS), patch=200, writes=Scope(A.CHANGE_PLANS), body={"priority": 3, "grace_seconds": 60}
    ),
    "api-fallbacks": at(
        Scope(A.SEE_PLANS),
        post=201,
        writes=Scope(A.CHANGE_PLANS),
        body={"reason": "suspended", "download_bps": 64_000},
    ),
    "api-fallback": at(Scope(A.CHANGE_PLANS), get=None, delete=204, reason="ended"),
    "api-plan-versions": at(Scope(A.SEE_PLANS)),
    "api-plan-ahead": at(Scope(A.SEE_PLANS), query={"bytes_a_day": "5000000000"}),
    "api-plan-bring-up": at(Scope(A.CHANGE_PLANS), get=None, post=409),
    "api-plan-archive": at(Scope(A.CHANGE_PLANS), get=None, post=200),
    "api-router-backups": at(Scope(A.SEE_ROUTERS)),
    "api-router-backup": at(Scope(A.CHANGE_ROUTERS), number=EQUAL),
    "api-router-looks": at(Scope(A.SEE_ROUTERS), get=None, post=202, body={"tool": "queues"}),
    "api-router-look": at(Scope(A.SEE_ROUTERS), get=404, token="nothing"),
    "api-router-firmware": at(Scope(A.SEE_ROUTERS)),
    "api-router-orders": at(
        Scope(A.SEE_ROUTERS), post=202, writes=Scope(A.CHANGE_ROUTERS), body=bodies.API_ORDER
    ),
    "api-router-order": at(Scope(A.SEE_ROUTERS)),
    "api-router-order-items": at(Scope(A.SEE_ROUTERS)),
    "api-router-order-stop": at(Scope(A.CHANGE_ROUTERS), get=None, post=200),
    "api-voucher-batches": at(
        Scope(A.SEE_VOUCHERS), post=202, writes=Scope(A.MAKE_VOUCHERS), body=bodies.API_BATCH
    ),
    "api-voucher-batch": at(Scope(A.SEE_VOUCHERS), own=True),
    "api-voucher-batch-void": at(
        Scope(A.MAKE_VOUCHERS), own=True, get=None, post=200, body={"reason": "Stolen", "everything": True}
    ),
    "api-voucher-batch-hand-over": at(Scope(A.MAKE_VOUCHERS), own=True, get=None, post=(200, 409)),
    "api-voucher-batch-open": at(
        Scope(A.PRINT_AGAIN), own=True, get=None, post=(200, 409), body={"reason": "Jam"}
    ),
    "api-voucher-print": at(
        Scope(A.PRINT_AGAIN), own=True, get=None, post=(200, 409), body={"reason": "Jam"}
    ),
    "api-voucher-designs": at(
        Scope(A.SEE_VOUCHERS), post=201, writes=Scope(A.CHANGE_PLANS), body=bodies.DESIGN
    ),
    "api-voucher-design": at(
        Scope(A.SEE_VOUCHERS), patch=200, delete=204, writes=Scope(A.CHANGE_PLANS), body=bodies.DESIGN
    ),
    "api-voucher-rules": at(
        Scope(A.SEE_VOUCHERS), patch=200, writes=Scope(A.CHANGE_PLANS), body={"design": EQUAL}
    ),
    "api-vouchers": at(Scope(A.SEE_VOUCHERS)),
    "api-voucher": at(Scope(A.SEE_VOUCHERS), own=True),
    "api-voucher-void": at(Scope(A.MAKE_VOUCHERS), own=True, get=None, post=200),
    "api-agents": at(Scope(A.SEE_AGENTS), post=201, writes=Scope(A.CHANGE_AGENTS), body={"name": "Amina"}),
    "api-agents?search": at(Scope(A.SEE_AGENTS), query={"search": "anary", "state": "active"}),
    "api-agent": at(
        Scope(A.SEE_AGENTS), own=True, patch=200, writes=Scope(A.CHANGE_AGENTS), body={"commission": 500}
    ),
    "api-agent-stop": at(Scope(A.CHANGE_AGENTS), own=True, get=None, post=200),
    "api-agent-resume": at(Scope(A.CHANGE_AGENTS), own=True, get=None, post=200),
    "api-agent-prices": at(
        Scope(A.SEE_AGENTS),
        own=True,
        patch=200,
        writes=Scope(A.CHANGE_AGENTS),
        body={"plan": EQUAL, "commission": 5},
    ),
    "api-agent-ledger": at(Scope(A.SEE_AGENTS), own=True, query={"kind": "top_up"}),
    "api-agent-top-up": at(Scope(A.CHANGE_AGENTS), own=True, get=None, post=201, body={"amount_minor": 5}),
    "api-agent-correct": at(
        Scope(A.CHANGE_AGENTS), own=True, get=None, post=201, body={"amount_minor": 5, "text": "Right"}
    ),
    "api-agent-days": at(
        Scope(A.SEE_AGENTS), own=True, post=201, writes=Scope(A.CHANGE_AGENTS), body=bodies.API_CLOSE_DAY
    ),
    "api-agent-open-days": at(Scope(A.SEE_AGENTS), own=True),
    "api-agent-report": at(
        Scope(A.SEE_AGENTS), query={"by": "batch", "first": "2026-10-01", "last": "2026-12-01"}
    ),
    "api-agent-sales": at(
        Scope(A.SEE_AGENTS),
        own=True,
        post=422,
        writes=Scope(A.SELL),
        body={"plan": EQUAL, "on_the_spot": True},
    ),
    "api-agent-sale-undo": at(Scope(A.SELL), own=True, get=None, post=200, body={"why": "A slip"}),
    "api-agent-stock": at(
        Scope(A.SEE_AGENTS), own=True, post=422, writes=Scope(A.CHANGE_AGENTS), body={"batch": EQUAL}
    ),  # the planted batch is with the agent
    "api-agent-stock-used": at(Scope(A.SELL), own=True, get=None, post=201),
    "api-agent-stock-receive": at(Scope(A.SELL), own=True, get=None, post=200),
    "api-agent-stock-return": at(Scope(A.SELL), own=True, get=None, post=200),
    "api-agent-stock-restock": at(Scope(A.CHANGE_AGENTS), own=True, get=None, post=409),
    "api-agent-send": at(
        Scope(A.SELL), own=True, get=None, post=422, body={"to": EQUAL, "amount_minor": 5}
    ),  # nobody is below the planted one
    "api-subscribers": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body={"name": "Dora"}
    ),
    "api-subscribers?search": at(
        Scope(A.SEE_SUBSCRIBERS),
        query={"search": "anary", "state": "active", "tag": "anary", "site": "7001", "plan": "7001"},
    ),
    "api-subscriber": at(
        Scope(A.SEE_SUBSCRIBERS), patch=200, writes=Scope(A.CHANGE_SUBSCRIBERS), body={"language": "sw"}
    ),
    "api-subscriber-act": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200, verb="block"),
    "api-subscriber-duplicates": at(Scope(A.SEE_SUBSCRIBERS)),
    "api-subscriber-merge": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=422, body={"gone": EQUAL}),
    "api-subscriber-merger-undo": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),  # too long ago
    "api-subscriber-timeline": at(Scope(A.SEE_SUBSCRIBERS), query={"kind": "note"}),
    "api-subscriber-notes": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body={"text": "Roof of tin"}
    ),
    "api-subscriber-consents": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body={"what": "Text messages"}
    ),
    "api-subscriber-consent-withdraw": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-subscriber-files": at(
        Scope(A.SEE_SUBSCRIBERS),
        post=201,
        writes=Scope(A.CHANGE_SUBSCRIBERS),
        body={"name": "a.txt", "content": "aGk="},
    ),
    "api-subscriber-file": at(Scope(A.SEE_SUBSCRIBERS), delete=204, writes=Scope(A.CHANGE_SUBSCRIBERS)),
    "api-bulk-acts": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body=bodies.API_BULK
    ),
    "api-bulk-act": at(Scope(A.SEE_SUBSCRIBERS), delete=204, writes=Scope(A.CHANGE_SUBSCRIBERS)),
    "api-bulk-items": at(Scope(A.SEE_SUBSCRIBERS), query={"result": "wont"}),
    "api-bulk-start": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-bulk-stop": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-bulk-go-on": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-bulk-undo": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-imports": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body=bodies.API_IMPORT
    ),
    "api-import": at(Scope(A.SEE_SUBSCRIBERS), delete=204, writes=Scope(A.CHANGE_SUBSCRIBERS)),
    "api-import-pieces": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409, body={"number": 2, "text": "x"}),
    "api-import-columns": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=202, body={"columns": ["name"]}),
    "api-import-start": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-import-stop": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-import-go-on": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-import-undo": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-import-rows": at(Scope(A.SEE_SUBSCRIBERS), query={"kind": "error", "search": "anary"}),
    "api-import-secrets": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409),
    "api-custom-fields": at(
        Scope(A.SEE_SUBSCRIBERS),
        post=201,
        writes=Scope(A.CHANGE_SUBSCRIBERS),
        body={"name": "House", "kind": "text"},
    ),
    "api-custom-field": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, delete=204),
    "api-accounts": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body=bodies.API_ACCOUNT
    ),
    "api-accounts?filtered": at(
        Scope(A.SEE_SUBSCRIBERS),
        query={"search": "anary", "plan": "7001", "subscriber": "7001", "state": "new", "access": "any"},
    ),
    "api-account": at(Scope(A.SEE_SUBSCRIBERS)),
    "api-account-secret": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-account-suspend": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-account-resume": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-account-end": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-account-terms": at(
        Scope(A.SEE_SUBSCRIBERS),
        patch=200,
        writes=Scope(A.CHANGE_SUBSCRIBERS),
        body={"grace_seconds": 60, "framed_ip": "10.9.0.7", "disconnect": True},
    ),
    "api-account-unbind": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-renewals": at(Scope(A.SEE_SUBSCRIBERS), query={"account": "7001"}),
    "api-redeem": at(
        Scope(A.CHANGE_SUBSCRIBERS), get=None, post=422, body={"code": "CCCC-DDDD-FFFF", "preview": True}
    ),
    "api-renew": at(Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS)),
    "api-renewal-undo": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-arrangements": at(Scope(A.SEE_SUBSCRIBERS), query={"service": "7001", "kind": "data"}),
    "api-service-arrangements": at(
        Scope(A.CHANGE_SUBSCRIBERS), get=None, post=201, body={"kind": "speed", "download_bps": 1_000_000}
    ),
    "api-service-arrangement-preview": at(
        Scope(A.SEE_SUBSCRIBERS), get=None, post=200, body={"kind": "data", "octets": 10**9}
    ),
    "api-service-arrangement-undo": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, post=200),
    "api-service-arrangement-resume": at(
        Scope(A.CHANGE_SUBSCRIBERS), get=None, post=409
    ),  # the planted one is no holiday
    "api-service-usage": at(Scope(A.SEE_SUBSCRIBERS), query={"by": "month"}),
    "api-retention-reports": at(Scope(A.SEE_JOURNAL)),
    "api-retention-report": at(Scope(A.SEE_JOURNAL)),
    "api-usage-notices": at(Scope(A.SEE_SUBSCRIBERS), query={"service": "7001", "mark": "80"}),
    "api-usage-notice-rule": at(Scope(A.SEE_SUBSCRIBERS)),
    "api-usage": at(
        Scope(A.SEE_SUBSCRIBERS),
        query={"plan": "7001", "site": "7001", "search": "anary", "since": "2026-11-01"},
    ),
    "api-service-corrections": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CORRECT_USAGE), body=bodies.API_CORRECTION
    ),
    "api-service-correction-undo": at(Scope(A.CORRECT_USAGE), get=None, post=201),
    "api-devices": at(
        Scope(A.SEE_SUBSCRIBERS), post=201, writes=Scope(A.CHANGE_SUBSCRIBERS), body=bodies.DEVICE
    ),
    "api-device": at(Scope(A.CHANGE_SUBSCRIBERS), get=None, delete=204),
    "api-sessions": at(Scope(A.SEE_SESSIONS)),
    "api-sessions?filtered": at(
        Scope(A.SEE_SESSIONS), query={"router": "7001", "service": "7001", "state": "live"}
    ),
    "api-session": at(Scope(A.SEE_SESSIONS)),
    "api-session-disconnect": at(Scope(A.DISCONNECT), get=None, post=202),
    "api-explain": at(Scope(A.SEE_LOGINS), query={"q": "anary"}),
    "api-radius-traces": at(Scope(A.TRACE), post=201, body={"username": "02:00:5E:10:00:09"}),
    "api-radius-trace": at(Scope(A.TRACE), delete=204),
    "api-radius-trace-packets": at(Scope(A.TRACE)),
    "api-legal-documents": at(Scope(A.SEE_LEGAL)),
    "api-legal-versions": at(Scope(A.SEE_LEGAL), kind="terms"),
    "api-legal-version": at(Scope(A.SEE_LEGAL), kind="terms", number=1),
    "api-root": at("all", get=404, post=404, put=404, patch=404, delete=404),
    "api-unknown": at("all", get=404, post=404, put=404, patch=404, delete=404, rest="nothing"),
    # The captive portal and the routers' own calls
    "portal": at("all"),
    "portal?scanned": at("all", query={"v": "CCCCDDDDFFFF"}),
    "portal-start": at("signed visit", get=400, public_id=Key("router")),
    "portal-start?visit": at("signed visit", query=bodies.VISIT, public_id=Key("router")),
    "portal-enter": at("signed visit", get=None, post=200, body=bodies.PORTAL_ENTER, public_id=Key("router")),
    "portal-move": at("signed visit", get=None, post=200, body=bodies.PORTAL_ENTER, public_id=Key("router")),
    "portal-device": at(
        "signed visit", get=None, post=200, body=bodies.PORTAL_ENTER, public_id=Key("router")
    ),
    "portal-connected": at("signed visit", query=bodies.CONNECTED, public_id=Key("router")),
    "enrolment-script": at("enrolment token", token=Key("enrolment")),
    "enrolment-loose-script": at("enrolment token", token=Key("enrolment")),
    "enrolment-script-six": at("enrolment token", token=Key("enrolment")),
    "enrolment-certificate-script": at("enrolment token", get=404, token=Key("enrolment")),
    "enrolment-certificate": at("enrolment token", get=404, token=Key("enrolment")),
    "enrolment-certificate-report": at(
        "enrolment token", get=None, post=404, token=Key("enrolment"), body={}
    ),
    "enrolment-preflight": at("enrolment token", get=None, post=(200, 404), token=Key("enrolment"), body={}),
    "enrolment-hub-certificate": at("enrolment token", get=404, token=Key("enrolment")),
    "enrolment-tunnel": at("enrolment token", get=None, post=404, token=Key("enrolment"), body={}),
    "enrolment-report": at("enrolment token", get=None, post=(200, 404), token=Key("enrolment"), body={}),
}

PUBLIC: dict[str, Line] = {
    **HEALTH,
    **LEGAL,
    "terms-gate": at("signed-in", get=302, post=302, lenient=True),
    "terms-accepted": at("signed-in"),
    "landing": at("all"),
    "sign-up": at("all", post=302, body=bodies.SIGN_UP),
    "slug-check": at("all", query={"slug": "some-name"}),
    "opening": at("all", ticket=Key("ticket")),
    "opening-retry": at("all", get=None, post=302, ticket=Key("ticket")),
    "finder": at("all"),
    "finder-mail": at("all", get=None, post=200, body={"email": "canary@example.test"}),
    "metrics": at("all", get=404),  # off until a token for it is set
    "staff": at("staff"),
    "staff?search": at("staff", query={"q": "a"}),
    "staff-sign-in": at("all", get=(200, 302), post=302, body=bodies.STAFF_SIGN_IN),
    "staff-sign-out": at("all", get=None, post=302),
}

# Celery tasks that belong to no tenant: they look at public tables or hand sealed letters on.
PLATFORM_TASKS = {
    "accounts.tasks.deliver": "sends a sealed letter",
    "api.tasks.purge_replies_everywhere": "sends a tenant task to each ISP",
    "billing.tasks.end_unused_everywhere": "sends a tenant task to each ISP",
    "dashboard.tasks.audit_everywhere": "sends a tenant task to each ISP",
    "dashboard.tasks.mail_workspaces": "finds where an address can sign in",
    "dashboard.tasks.open_isp": "makes a workspace",
    "radius.tasks.close_stale_everywhere": "sends a tenant task to each ISP",
    "radius.tasks.forget_everywhere": "sends a tenant task to each ISP",
    "radius.tasks.note_usage_everywhere": "sends a tenant task to each ISP",
    "radius.tasks.project": "folds the journal in public, entering each tenant for its own records",
    "routers.changing.due_everywhere": "sends a tenant task to each ISP",
    "routers.tasks.check_everywhere": "sends a tenant task to each ISP",
    "routers.tasks.tend_everywhere": "sends a tenant task to each ISP",
    "routers.care_tasks.back_up_everywhere": "sends a tenant task to each ISP",
    "routers.care_tasks.tidy_everywhere": "sends a tenant task to each ISP",
    "subscribers.tasks.forget_imports_everywhere": "sends a tenant task to each ISP",
    "tenants.tasks.heartbeat": "proves that beat and a worker live",
}

# Management commands, with the side they work on.
COMMANDS = {
    "check_api_schema": "no database",
    "make_staff": "public",
    "migrate_all": "public and every tenant, as the owner of the schemas",
    "open_isp": "public, then the new tenant",
    "radiusd": "public; tenants by the source address of packets",
    "router_account": "the tenant",
    "verify_retention": "no database",
    "tunnel_agent": "public",
    "sstp_hub": "public",
    "suspend_isp": "public, and the tenant's journal",
    "radsec_certificate": "the tenant, and public for the authority",
    "wifi_root": "public",
    "rotate_keys": "public; the schemas of the ISPs named, one after the other",
    "seed_demo": "the demo tenant alone",
    "virtual_router": "no database",
}

TABLES = {"tenant": TENANT, "public": PUBLIC}
