"""What the launcher makes of the product's own words."""

import pytest
from stack import product
from stack.trouble import Trouble


def test_the_seed_may_talk_before_its_answer() -> None:
    assert product.json_answer('loading {demo}\n{"isp": "demo", "sign_ins": []}\n') == {
        "isp": "demo",
        "sign_ins": [],
    }


@pytest.mark.parametrize("text", ["", "done", "[1, 2]", '{"isp": '])
def test_a_seed_without_an_answer_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="no JSON object"):
        product.json_answer(text)
