from pathlib import Path

import pytest

from kmikro import env


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KMIKRO_NOPE", raising=False)
    with pytest.raises(SystemExit, match="KMIKRO_NOPE is not set"):
        env.text("KMIKRO_NOPE")


def test_secrets_may_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("KMIKRO_NOPE_FILE", str(tmp_path / "secret"))
    assert env.text("KMIKRO_NOPE") == "from a file"


@pytest.mark.parametrize("value", ["abc", "0", "70000", "-1", "1.5", "१"])
def test_numbers_out_of_range_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KMIKRO_PORT", value)
    with pytest.raises(SystemExit, match="KMIKRO_PORT"):
        env.number("KMIKRO_PORT", 8000, low=1, high=65535)


def test_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMIKRO_FLAG", "perhaps")
    with pytest.raises(SystemExit, match="Use 1 or 0"):
        env.flag("KMIKRO_FLAG")


@pytest.mark.parametrize("url", ["sqlite:///x", "postgresql://u:p@h:5/", "nonsense"])
def test_other_databases_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KMIKRO_DB", url)
    with pytest.raises(SystemExit, match="postgresql://"):
        env.database("KMIKRO_DB")


def test_a_database_address_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMIKRO_DB", "postgresql://u%40x:p%2F@h:5/d")
    assert env.database("KMIKRO_DB") == {
        "NAME": "d",
        "USER": "u@x",
        "PASSWORD": "p/",
        "HOST": "h",
        "PORT": "5",
    }


@pytest.mark.parametrize(
    ("value", "numbers"),
    [("", range(0)), ("20000-20099", range(20_000, 20_100)), ("20000-20000", range(20_000, 20_001))],
)
def test_a_span_of_ports(monkeypatch, value, numbers):
    monkeypatch.setenv("KMIKRO_SPAN", value)
    assert list(env.span("KMIKRO_SPAN", low=1024, high=65535, most=1000)) == list(numbers)


@pytest.mark.parametrize(
    "value", ["20000", "20099-20000", "80-90", "a-b", "20000-30000", "1-0", "-", "20000-70000"]
)
def test_a_span_that_makes_no_sense(monkeypatch, value):
    monkeypatch.setenv("KMIKRO_SPAN", value)
    with pytest.raises(env.BadEnvironment, match=r"KMIKRO_SPAN is .* from 1024 to 65535, at most 1000"):
        env.span("KMIKRO_SPAN", low=1024, high=65535, most=1000)


@pytest.mark.parametrize(
    "text", ["hub.example", "hub.example:0", "hub example:1", "a:b:1", ":51820", "hub:99999", "hüb:1"]
)
def test_an_endpoint_that_is_none_names_its_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KMIKRO_X", text)
    with pytest.raises(env.BadEnvironment, match="KMIKRO_X"):
        env.endpoint("KMIKRO_X")


def test_an_endpoint_is_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.endpoint("KMIKRO_X") == ("", 0)
    monkeypatch.setenv("KMIKRO_X", "Hub.Example:51820")
    assert env.endpoint("KMIKRO_X") == ("hub.example", 51820)


@pytest.mark.parametrize("text", ["8.8.0.0/16", "10.99.0.1/16", "10.99.0.0/30", "fd00::/64", "ten"])
def test_a_network_that_is_none_of_ours_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("KMIKRO_X", text)
    with pytest.raises(env.BadEnvironment, match="KMIKRO_X"):
        env.network("KMIKRO_X", "10.99.0.0/16")


def test_a_network_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.network("KMIKRO_X", "10.99.0.0/16") == "10.99.0.0/16"
    monkeypatch.setenv("KMIKRO_X", "10.77.0.0/20")
    assert env.network("KMIKRO_X", "10.99.0.0/16") == "10.77.0.0/20"
