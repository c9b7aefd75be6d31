"""What every page's test needs."""

import pytest

from legal import consent


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest Terms are read once a minute: a minute that ends within a test must not cost its pages a query."""
    newest = consent._newest_terms

    def pinned(_minute: int) -> object:
        return newest(0)

    pinned.cache_clear = newest.cache_clear
    monkeypatch.setattr(consent, "_newest_terms", pinned)
