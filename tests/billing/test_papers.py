"""Papers are found by their key, and A4 takes 24."""

from billing import papers


def test_papers_by_key() -> None:
    assert papers.of("roll58").width == 58
    assert papers.of("nonsense") is papers.A4
    assert papers.A4.per_page == 24
    assert [each.per_page for each in papers.PAPERS.values()] == [24, 1, 1, 1]
    assert [key for key, each in papers.PAPERS.items() if each.is_strip] == ["roll58", "roll80"]
    assert [key for key, _label in papers.CHOICES] == list(papers.PAPERS)
