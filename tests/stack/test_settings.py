"""The environment is read once and nonsense is refused by name."""

from pathlib import Path

import pytest
from stack import settings
from stack.trouble import Trouble


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "٨٠", "1e3"])
def test_a_port_that_is_none_names_its_variable(text: str) -> None:
    with pytest.raises(Trouble, match="KMIKRO_RADIUS_AUTH_PORT"):
        settings.read({"KMIKRO_RADIUS_AUTH_PORT": text})


def test_an_address_that_is_none_names_its_variable() -> None:
    with pytest.raises(Trouble, match="KMIKRO_VROUTER_ADDRESS"):
        settings.read({"KMIKRO_VROUTER_ADDRESS": "router.example"})


def test_defaults(tmp_path: Path) -> None:
    chosen = settings.read({}, tmp_path)
    assert chosen.state == tmp_path / ".kmikro"
    assert chosen.http_port == 8000
    assert chosen.http_bind == "127.0.0.1"
    assert (chosen.database_url, chosen.redis_url) == ("", "")


@pytest.mark.parametrize(
    ("environ", "bound"),
    [
        ({}, "127.0.0.1"),
        ({"KMIKRO_RADIUS_ADDRESS": "203.0.113.7"}, "0.0.0.0"),
        ({"KMIKRO_RADIUS_ADDRESS": "203.0.113.7", "KMIKRO_RADIUS_BIND": "127.0.0.3"}, "127.0.0.3"),
    ],
)
def test_radius_listens_where_the_product_says(environ: dict[str, str], bound: str) -> None:
    assert settings.read(environ).radius_bind == bound
