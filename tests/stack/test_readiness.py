"""What `/readyz` says of a part."""

import pytest
from stack import readiness


@pytest.mark.parametrize(
    ("payload", "well"),
    [
        ({"ok": False, "worker": "ok"}, True),
        ({"worker": {"status": "ok"}}, True),
        ({"checks": {"worker": True}}, True),
        ({"worker": "no heartbeat"}, False),
        ({"ok": True}, False),
        ({}, False),
    ],
)
def test_readiness_of_a_part(payload: dict[str, object], well: bool) -> None:
    assert readiness.says_ok(payload, "worker") is well
