"""What the launcher makes of the product's own words."""

from pathlib import Path

import pytest
from stack import product, settings
from stack.report import Steps
from stack.running import Running
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


@pytest.mark.parametrize(
    ("endpoint", "user", "there"),
    [("", 0, False), ("hub.example:51820", 1000, False), ("hub.example:51820", 0, True)],
)
def test_the_tunnel_agent_is_started_where_it_is_wanted_and_may_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str, user: int, there: bool
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    running = Running(settings.read({}, tmp_path), Steps(), "no-demo")
    names = [spec.name for spec in product.specs(running, {"KMIKRO_TUNNEL_ENDPOINT": endpoint})]
    assert ("tunnel" in names) is there
