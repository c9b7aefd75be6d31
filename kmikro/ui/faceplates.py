"""A router's front drawn as SVG: ports with lamps, one letter per port (u up, w warn, e error, d down)."""

from dataclasses import dataclass
from html import escape

CLASSES = {"u": "up", "w": "warn", "e": "err", "d": "down"}
WORDS = (("u", "up"), ("w", "slow or with errors"), ("e", "failing"), ("d", "without a link"))


@dataclass(frozen=True, slots=True)
class Layout:
    """Port groups of a model, left to right: sfp cages, single-row RJ45, double-row RJ45."""

    sfp: int = 0
    single: int = 0
    double: int = 0

    @property
    def ports(self) -> int:
        return self.sfp + self.single + self.double


# Longest prefix of the board name wins; what is not listed is drawn from the number of its ports.
MODELS = {
    "hex s": Layout(sfp=1, single=5),
    "hex": Layout(single=5),
    "hap": Layout(single=5),
    "rb750": Layout(single=5),
    "rb760": Layout(sfp=1, single=5),
    "rb951": Layout(single=5),
    "rb2011": Layout(sfp=1, double=10),
    "rb3011": Layout(sfp=1, double=10),
    "rb4011": Layout(sfp=1, double=10),
    "rb5009": Layout(sfp=1, single=8),
    "l009": Layout(sfp=1, single=8),
    "ccr2004-16g": Layout(sfp=2, double=16),
    "ccr2116": Layout(sfp=4, double=12),
}


def layout_of(model: str, ports: int) -> Layout:
    """The layout of a board name, else a plain row (two rows over 10 ports)."""
    name = model.strip().lower()
    known = max((key for key in MODELS if name.startswith(key)), key=len, default="")
    if known:
        return MODELS[known]
    count = min(max(ports, 1), 26) if ports else 5
    return Layout(single=count) if count <= 10 else Layout(double=count)


def summary(model: str, states: str) -> str:
    """The drawing in words: 'hEX S: 4 ports up, 2 without a link'."""
    counts = [f"{states.count(letter)} {word}" for letter, word in WORDS if letter in states]
    return f"{model or 'Router'}: " + ", ".join(counts)


def cage(x: float, state: str, label: str) -> str:
    text = f'<text x="{x + 13}" y="39">{label}</text>' if label else ""
    return (
        f'<g class="{CLASSES[state]}"><rect class="lamp" x="{x + 3}" y="9" width="4" height="2.6" rx=".8"/>'
        f'<rect class="hole" x="{x}" y="15" width="26" height="15" rx="1.5"/>'
        f'<rect class="slot" fill="none" x="{x + 3}" y="25.4" width="20" height="2"/>{text}</g>'
    )


def socket(x: float, state: str, label: str) -> str:
    text = f'<text x="{x + 9}" y="38.5">{label}</text>' if label else ""
    return (
        f'<g class="{CLASSES[state]}"><rect class="lamp" x="{x + 3}" y="9" width="4" height="2.6" rx=".8"/>'
        f'<path class="hole" d="M{x} 15h18v13h-4v2.5h-10v-2.5h-4z"/>'
        f'<path class="slot" fill="none" d="M{x + 4} 16.6h10v2.2h-10z"/>{text}</g>'
    )


def stacked(x: float, upper: bool, state: str) -> str:
    y = 5.5 if upper else 23.5
    return (
        f'<g class="{CLASSES[state]}"><rect class="hole" x="{x}" y="{y}" width="18" height="13" rx="1.2"/>'
        f'<rect class="slot" fill="none" x="{x + 4}" y="{y + 1.6}" width="10" height="2"/>'
        f'<rect class="lamp" x="{x + 7}" y="{y + 7.6}" width="4" height="2.6" rx=".8"/></g>'
    )


def draw(model: str, states: str, *, labels: bool = False, title: str = "") -> str:
    """SVG of a front; `states` in drawing order, sfp cages first; missing ports are drawn without a link."""
    letters = "".join(letter if letter in CLASSES else "d" for letter in states.lower())
    layout = layout_of(model, len(letters))
    letters = letters.ljust(layout.ports, "d")[: layout.ports]
    parts: list[str] = []
    x = 12.0
    for index in range(layout.sfp):
        parts.append(cage(x, letters[index], f"S{index + 1}" if labels else ""))
        x += 31
    x += 6 if layout.sfp else 0
    for index in range(layout.single):
        parts.append(socket(x, letters[layout.sfp + index], str(index + 1) if labels else ""))
        x += 23
    for index in range(layout.double):
        column = index // 2
        left = x + column * 22 + (6 if column >= 4 else 0)
        parts.append(stacked(left, index % 2 == 0, letters[layout.sfp + layout.single + index]))
    if layout.double:
        columns = (layout.double + 1) // 2
        x += columns * 22 + (6 if columns > 4 else 0)
    width = max(250.0, x + 8)
    height = 50 if labels else 44
    name = escape(title or summary(model, letters), quote=True)
    return (
        f'<svg class="faceplate" viewBox="0 0 {width:g} {height}" role="img" aria-label="{name}">'
        f'<rect class="body" x=".5" y=".5" width="{width - 1:g}" height="{height - 1}" rx="5"/>'
        f"{''.join(parts)}</svg>"
    )
