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
