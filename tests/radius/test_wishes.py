"""Work that is wished for after a commit, with the ISP it is for."""

from typing import Any

import pytest
from django.db import transaction

from radius import wishes
from tenants import scope
from tenants.models import Isp


class Broker:
    """Takes wishes, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.sent: list[tuple[str, tuple[Any, ...]]] = []

    def signature(self, task: str, args: tuple[Any, ...]) -> Any:
        broker = self

        class Wish:
            def apply_async(self, **_options: Any) -> None:
                if broker.away:
                    raise ConnectionError("no broker")
                broker.sent.append((task, args))

        return Wish()


@pytest.mark.django_db
def test_a_wish_names_the_isp_and_waits_for_the_commit(
    isp: Isp, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    broker = Broker()
    monkeypatch.setattr(wishes, "signature", broker.signature)
    with django_capture_on_commit_callbacks(execute=True):
        with scope.inside(isp.schema_name), transaction.atomic():
            wishes.after_commit("some.task", 7, 8)
        assert broker.sent == []
    assert broker.sent == [("some.task", (isp.schema_name, 7, 8))]


@pytest.mark.django_db
def test_a_broker_that_is_away_undoes_nothing(
    isp: Isp, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(wishes, "signature", Broker(away=True).signature)
    with django_capture_on_commit_callbacks(execute=True), scope.inside(isp.schema_name):
        wishes.after_commit("some.task", 7)
