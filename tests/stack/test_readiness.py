"""What `/readyz` says of a part."""

from collections.abc import Callable
from types import SimpleNamespace

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


def test_every_process_that_is_started_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []

    class Look:
        def __init__(self, running: object) -> None:
            self.payload: dict[str, object] = {}

        def web(self) -> bool:
            return True

        all = web

        def part(self, name: str) -> bool:
            return True

    def wait_ready(child: SimpleNamespace, probe: Callable[[], bool], seconds: int) -> None:
        assert probe()
        waited.append(child.spec.name)

    names = ("web", "worker", "beat", "radius", "tunnel", "sstp")
    children = [(0.0, SimpleNamespace(spec=SimpleNamespace(name=name), popen=None)) for name in names]
    monkeypatch.setattr(readiness, "Look", Look)
    running = SimpleNamespace(supervisor=SimpleNamespace(wait_ready=wait_ready), steps=lambda *_words: None)
    readiness.wait_processes(running, children)
    assert waited == ["web", "radius", "beat", "tunnel", "sstp", "worker"]
