"""The short form: a few places of each fault. `make faults-routers` tries them all."""

from __future__ import annotations

import pytest

from tests.faults_routers.every import run
from tests.faults_routers.tally import Tally


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("faults-routers")
def test_no_push_locks_us_out_or_leaves_half_a_change() -> None:
    total = Tally()
    run(total, short=True)
    assert total.broken == []
    assert total.pushes >= 50
    assert (total.lockouts, total.mixed, total.wrong_plans) == (0, 0, 0)
    assert total.fired > 0
