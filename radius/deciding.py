"""One decision: what is known of the name, what policy says, and what the ISP gives instead of a refusal."""

from __future__ import annotations

from radius import fallback, policy
from radius.case import name_of
from radius.events import Accept, AccessRequest, Reject
from radius.ports import FactsSource
from radius.sentences import zone_of


def decide(known: FactsSource, request: AccessRequest, at: float) -> Accept | Reject:
    """`at` is unix seconds. Raises Unavailable rather than guess."""
    schema, zone = request.nas.schema, zone_of(request.nas.zone)
    facts = known.of(schema, name_of(request)) if request.username else None
    verdict = policy.authorize(request, facts, at, zone)
    if isinstance(verdict, Reject) and verdict.code in fallback.REASONS:
        return fallback.instead(request, facts, verdict, known.instead(schema), at, zone)
    return verdict
