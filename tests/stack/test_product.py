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


@pytest.mark.parametrize(
    ("port", "user", "there"), [("0", 0, False), ("8443", 1000, False), ("8443", 0, True)]
)
def test_the_sstp_hub_is_started_for_the_user_that_the_agent_makes_its_interface_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str, user: int, there: bool
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    running = Running(settings.read({}, tmp_path), Steps(), "no-demo")
    env = {"KMIKRO_TUNNEL_ENDPOINT": "hub.example:51820", "KMIKRO_SSTP_PORT": port}
    found = {spec.name: spec for spec in product.specs(running, env)}
    assert ("sstp" in found) is there
    assert (
        not there or found["tunnel"].env["KMIKRO_SSTP_USER"] == found["sstp"].env["KMIKRO_SSTP_USER"] == "0"
    )
