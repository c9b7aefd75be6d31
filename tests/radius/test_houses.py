"""What an ISP gives instead of refusals is remembered while we are told of changes, and not a moment longer."""

from __future__ import annotations

from radius.houses import House, Houses


class Books:
    def __init__(self) -> None:
        self.reads = 0
        self.during = lambda: None

    def __call__(self, schema: str) -> House:
        self.reads += 1
        self.during()
        return {}


def test_it_is_read_once_while_we_are_told() -> None:
    books = Books()
    houses = Houses(books)
    houses.of("a", trusted=True)
    houses.of("a", trusted=True)
    assert books.reads == 1
    houses.of("a", trusted=False)
    assert books.reads == 2


def test_news_of_it_and_of_everything() -> None:
    books = Books()
    houses = Houses(books)
    for news in (lambda: houses.forget("a"), houses.forget_all):
        houses.of("a", trusted=True)
        news()
        before = books.reads
        houses.of("a", trusted=True)
        assert books.reads == before + 1


def test_a_read_that_raced_with_news_is_not_kept() -> None:
    books = Books()
    houses = Houses(books)
    books.during = lambda: houses.forget("a")
    houses.of("a", trusted=True)
    books.during = lambda: None
    houses.of("a", trusted=True)
    assert books.reads == 2
