"""A wish that is not known whole writes nothing."""

import pytest

from kmikro.lib.refusal import Refusal
from routers import planning
from tests.routers.test_offer_rows import of, world


def test_a_broken_template_takes_nothing_off_a_router() -> None:
    with pytest.raises(Refusal, match="filled in"):
        planning.steps(of(broken="Its template cannot be filled in."), world().facts())
