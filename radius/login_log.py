"""Attempts from the journal into an ISP's login log, without unpacking them; call inside the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# The deciding rule's sentence stands beside the trace; a rule that refuses has it in words already.
_ADD = """
    INSERT INTO radius_authattempt (record_id, at, router_id, service_id, username, mac, framed_ip, accepted,
        code, sentence, trace, sent, microseconds)
    SELECT said.key, line.at, said.router, service.id, said.username, said.mac, NULLIF(said.framed_ip, '')::inet,
        said.accepted, left(said.code, 32),
        left(CASE WHEN said.accepted THEN 'Let in.' ELSE COALESCE((
            SELECT step->>'text' FROM jsonb_array_elements(said.trace) WITH ORDINALITY AS steps (step, place)
            WHERE NOT (step->>'ok')::boolean ORDER BY place LIMIT 1), 'Refused.') END, 300),
        said.trace, said.sent, said.microseconds
    FROM unnest(%s::timestamptz[], %s::jsonb[]) AS line (at, body)
    CROSS JOIN LATERAL jsonb_to_record(line.body) AS said (key bigint, router bigint, service bigint, username text,
        mac text, framed_ip text, accepted boolean, code text, trace jsonb, sent jsonb, microseconds integer)
    LEFT JOIN subscribers_service AS service ON service.id = said.service
    ON CONFLICT DO NOTHING
"""


def add(attempts: Sequence[tuple[datetime, str]]) -> None:
    """Store attempts, each with its time and its body as the journal has it; one that is there stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [[at for at, _ in attempts], [body for _, body in attempts]])
