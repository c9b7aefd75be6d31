"""What vouchers are printed on: an A4 sheet to cut, labels, and rolls of thermal printers. Millimetres."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """One slip is width by height; an A4 page takes columns by rows of them, a roll or label one."""

    key: str
    label: str
    width: float
    height: float
    columns: int = 1
    rows: int = 1

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def is_strip(self) -> bool:
        """Narrow and tall: everything stands in the middle, one below the other."""
        return self.key.startswith("roll")


A4 = Paper("a4", "A4, 24 to a page", 64, 34.6, 3, 8)
PAPERS = {
    each.key: each
    for each in (
        A4,
        Paper("label", "Label, 62 mm", 62, 40),
        Paper("roll58", "Receipt, 58 mm", 58, 68),
        Paper("roll80", "Receipt, 80 mm", 80, 76),
    )
}
CHOICES = [(each.key, each.label) for each in PAPERS.values()]


def of(key: str) -> Paper:
    """The paper of a key; A4 for what is none."""
    return PAPERS.get(key, A4)
