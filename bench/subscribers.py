"""The search and the lists of an ISP with many subscribers and sessions, beside a plain OR over the same tables."""

import random
import statistics
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.test import Client

from accounts.models import User
from bench.ground import Ground
from subscribers.models import Subscriber
from tenants import schemas, scope

NAMES = ("Wanjiku", "Otieno", "Fatuma", "Baraka", "Mwangi", "Achieng", "Njoroge", "Kiptoo", "Halima", "Juma")
ROUNDS = 15
GOAL_MS = 100
# Set-based: rows of that many are made by the database itself.
FILL = """
INSERT INTO subscribers_subscriber (account_number, kind, name, legal_name, tax_number, state, language, address, tags, custom,
    made_at)
    SELECT (500000 + n)::text, 'person', (%(names)s::text[])[1 + n %% 10] || ' ' || (%(names)s::text[])[1 + n / 10 %% 10] || ' ' || n,
    '', '', 'active', '', '', '[]', '{}', now() FROM generate_series(1, %(people)s) n;
INSERT INTO subscribers_phone (subscriber_id, label, number, digits, is_primary)
    SELECT id, '', '+2547' || lpad(account_number, 8, '0'), '2547' || lpad(account_number, 8, '0'), true
    FROM subscribers_subscriber WHERE account_number::bigint > 500000;
INSERT INTO subscribers_service (kind, label, lookup, secret, subscriber_id, plan_id, status, access, made_at, upload_bytes,
    download_bytes, seconds_used)
    SELECT 'account', 'home.' || account_number, 'bench-' || account_number, '', id, %(plan)s, 'active', 'ppp', now(), 0, 0, 0
    FROM subscribers_subscriber WHERE account_number::bigint > 500000;
INSERT INTO radius_session (router_id, acct_session_id, username, generation, mac, framed_ip, called, port, started_at, updated_at,
    ended_at, end_cause, upload_bytes, download_bytes, seconds, fold, disconnect_state, disconnect_text, disconnect_tries,
    change_state, change_text, service_id)
    SELECT 1, 'b' || n, 'home', 0, upper(regexp_replace(lpad(to_hex(n %% %(people)s), 12, '0'), '(..)(?=.)', '\\1:', 'g')),
    ('10.' || n %% 200 || '.' || n / 200 %% 250 || '.' || n %% 250)::inet, '', '', now() - (n %% 90) * interval '1 day', now(),
    CASE WHEN n %% 100 = 0 THEN NULL ELSE now() END, '', 0, 0, 0, '{}', '', '', 0, '', '',
    NULL FROM generate_series(1, %(sessions)s) n;
"""


def measure(ground: Ground, people: int, sessions: int) -> dict[str, Any]:
    """Milliseconds of the search box by what is typed, of the list, and of a search that ORs everything."""
    with scope.inside(ground.isp.schema_name), connection.cursor() as cursor:
        cursor.execute(
            FILL, {"names": list(NAMES), "people": people, "sessions": sessions, "plan": ground.plan_id}
        )
    with connection.cursor() as cursor:  # statistics are the owner's to take
        cursor.execute(f'SET ROLE "{schemas.owner_role()}"')
        for table in ("subscribers_subscriber", "subscribers_phone", "subscribers_service", "radius_session"):
            cursor.execute(f'ANALYZE "{ground.isp.schema_name}".{table}')
        cursor.execute("RESET ROLE")
    client = Client(HTTP_HOST=f"{ground.isp.slug}.{settings.BASE_DOMAIN}")
    with scope.inside(ground.isp.schema_name):
        user = User.objects.get()
        client.force_login(user)
        session = client.session
        session["epoch"] = user.session_epoch
        session.save()
        someone = Subscriber.objects.get(account_number=str(500_000 + people // 2))
        name, phone = someone.name, someone.phone
    some = random.Random(7).randrange(1, people)
    mac = ":".join(f"{some:012X}"[at : at + 2] for at in range(0, 12, 2))
    typed = {
        "a whole name": name,
        "part of a name": name.split()[-1],
        "a common name": "wanjiku",
        "a phone": phone,
        "part of a phone": phone[-7:],
        "an account number": someone.account_number,
        "a user name": f"home.{someone.account_number}",
        "a MAC": mac,
        "an address": "10.77.100.27",
        "a voucher's serial": "1-00500",
        "nothing that there is": "zzyzx",
    }
    found = {word: _times(client, f"/find/?q={text.replace('+', '%2B')}") for word, text in typed.items()}
    lists = {
        word: _times(client, path)
        for word, path in {
            "people": "/subscribers/people/",
            "people, searched": "/subscribers/people/?q=njoroge",
            "people, blocked": "/subscribers/people/?state=blocked",
            "accounts": "/subscribers/",
            "timeline": f"/subscribers/{someone.pk}/timeline/",
            "duplicates": "/subscribers/duplicates/",
        }.items()
    }
    peer = _plain(ground, phone[-7:])
    slowest = max(found.values(), key=lambda each: each["p95_ms"])
    return {
        "people": people,
        "sessions": sessions,
        "search": found,
        "lists": lists,
        "slowest_search_p95_ms": slowest["p95_ms"],
        "goal": f"{GOAL_MS} ms: {'reached' if slowest['p95_ms'] <= GOAL_MS else 'not reached'}",
        "peer": "part of a phone by OR over joined tables, the database's part alone",
        "peer_ms": round(peer, 1),
        "ratio": round(peer / found["part of a phone"]["median_ms"], 2),
    }


def _times(client: Client, path: str) -> dict[str, float]:
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code not in {200, 302}:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    kept = sorted(times[1:])  # the first one loads templates
    return {"median_ms": round(statistics.median(kept), 1), "p95_ms": round(kept[int(len(kept) * 0.95)], 1)}


def _plain(ground: Ground, text: str) -> float:
    times = []
    with scope.inside(ground.isp.schema_name):
        for _ in range(3):
            rows = Subscriber.objects.filter(
                Q(name__icontains=text) | Q(phones__number__icontains=text) | Q(emails__address__icontains=text)
                | Q(services__label__icontains=text)
            ).distinct()  # fmt: skip
            began = time.perf_counter()
            list(rows.order_by("name")[:9])
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
