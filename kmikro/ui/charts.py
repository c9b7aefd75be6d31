"""Bars, sparklines, plots and QR codes as SVG; all geometry in attributes, so no style is needed."""

import math
from collections.abc import Sequence
from html import escape

import segno

WIDTH, HEIGHT = 1000, 200


def points(
    values: Sequence[float | None], width: float, height: float, top: float
) -> list[tuple[float, float] | None]:
    last = max(len(values) - 1, 1)
    return [
        None if value is None else (index * width / last, height - value / top * height)
        for index, value in enumerate(values)
    ]


def path(
    values: Sequence[float | None], width: float, height: float, top: float, *, close: bool = False
) -> str:
    """An SVG path over the values; closed down to the base line for an area. None is a gap, not zero."""
    row = list(values) if len(values) > 1 else [*values, *values]
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points(row, width, height, top):
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    drawn = [_run(run, height, close=close) for run in runs if run]
    return " ".join(drawn) or f"M0 {height:g}"


def _run(run: list[tuple[float, float]], height: float, *, close: bool) -> str:
    run = run if len(run) > 1 else [run[0], (run[0][0] + 1, run[0][1])]  # one value alone would be no line
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in run)
    return f"{line} L{run[-1][0]:.1f} {height:g} L{run[0][0]:.1f} {height:g} Z" if close else line


def nice_top(highest: float) -> float:
    """The next round number (1, 2, 4, 5 or 8 times a power of ten) at or above the highest value."""
    if highest < 1e-9:  # nothing that is measured here; near the smallest floats there are no such numbers
        return 1
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= highest * 0.9999)


def name_attributes(label: str) -> str:
    return f'role="img" aria-label="{escape(label, quote=True)}"' if label else 'aria-hidden="true"'


def bar(percent: float, tone: str = "s1", label: str = "") -> str:
    """A thin bar filled to `percent`; tones s1, brand, ok, warn, bad."""
    share = max(0.0, min(100.0, float(percent)))
    return (
        f'<svg class="bar b-{escape(tone)}" viewBox="0 0 100 6" preserveAspectRatio="none" '
        f'{name_attributes(label)}><rect width="{share:g}" height="6"/></svg>'
    )


def spark(values: Sequence[float | None], label: str = "") -> str:
    """A small line over an area, from zero."""
    top = max((value for value in values if value is not None), default=0) or 1
    return (
        f'<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" {name_attributes(label)}>'
        f'<path class="a1" d="{path(values, 100, 32, top, close=True)}"/>'
        f'<path class="l1" d="{path(values, 100, 32, top)}"/></svg>'
    )


def lines(down: Sequence[float | None], up: Sequence[float | None], top: float, label: str) -> str:
    """Two lines over a grid: download with an area, upload without."""
    grid = "".join(f'<line x1="0" x2="{WIDTH}" y1="{y}" y2="{y}"/>' for y in (0, 50, 100, 150, 200))
    second = f'<path class="l2" d="{path(up, WIDTH, HEIGHT, top)}"/>' if up else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" {name_attributes(label)}>'
        f'<g class="grid">{grid}</g><path class="a1" d="{path(down, WIDTH, HEIGHT, top, close=True)}"/>'
        f'<path class="l1" d="{path(down, WIDTH, HEIGHT, top)}"/>{second}</svg>'
    )


def columns(down: Sequence[float], up: Sequence[float], titles: Sequence[str], top: float, label: str) -> str:
    """One column per value, upload stacked on download, each with its title."""
    grid = "".join(f'<line x1="0" x2="{WIDTH}" y1="{y}" y2="{y}"/>' for y in (0, 50, 100, 150, 200))
    step = WIDTH / max(len(down), 1)
    parts: list[str] = []
    for index, value in enumerate(down):
        x, width = index * step + step * 0.16, step * 0.68
        height = value / top * HEIGHT
        above = (up[index] if index < len(up) else 0) / top * HEIGHT
        title = escape(titles[index]) if index < len(titles) else ""
        upper = (
            f'<rect class="f2" x="{x:.1f}" y="{HEIGHT - height - above - 1.5:.1f}" '
            f'width="{width:.1f}" height="{above:.1f}"/>'
            if above
            else ""
        )
        parts.append(
            f"<g><title>{title}</title>"
            f'<rect class="{"f1" if value else "f-off"}" x="{x:.1f}" y="{HEIGHT - max(height, 2):.1f}" '
            f'width="{width:.1f}" height="{max(height, 2):.1f}"/>{upper}</g>'
        )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" {name_attributes(label)}>'
        f'<g class="grid">{grid}</g>{"".join(parts)}</svg>'
    )


def corrected_columns(
    down: Sequence[float],
    up: Sequence[float],
    corrected: Sequence[float],
    titles: Sequence[str],
    top: float,
    bottom: float,
    label: str,
) -> str:
    """Columns with what corrected them as a dashed line of its own, which may go below the zero line."""
    reach = top + bottom
    zero = HEIGHT * top / reach
    share = zero / HEIGHT  # of the drawing, above the zero line

    def inside(svg: str) -> str:
        return svg[svg.index(">") + 1 : svg.rindex("</svg>")].partition("</g>")[2]

    bars = inside(columns(down, up, titles, top, ""))
    step = WIDTH / max(len(corrected), 1)
    line = " ".join(
        f"{(index + part) * step:.1f},{zero - value / reach * HEIGHT:.1f}"
        for index, value in enumerate(corrected)
        for part in (0, 1)
    )
    grid = "".join(f'<line x1="0" x2="{WIDTH}" y1="{y}" y2="{y}"/>' for y in (0, 50, 100, 150, 200))
    base = f'<line x1="0" x2="{WIDTH}" y1="{zero:.1f}" y2="{zero:.1f}"/>' if bottom else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" {name_attributes(label)}>'
        f'<g class="grid">{grid}{base}</g><g transform="scale(1 {share:.4f})">{bars}</g>'
        f'<polyline class="l3" points="{line}"/></svg>'
    )


def qr(data: str, classes: str = "", label: str = "") -> str:
    """A QR code as one path with its 4-module quiet zone, black on white in both themes."""
    code = segno.make(data, error="m", micro=False, boost_error=False, mask=4)
    border = 4
    size = code.symbol_size(border=border)[0]
    runs: list[str] = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + border} {y + border}h{x - start}v1h-{x - start}z")
            x += 1
    return (
        f'<svg class="{escape(classes, quote=True)}" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" '
        f'{name_attributes(label)}><path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/>'
        f'<path fill="#000" d="{"".join(runs)}"/></svg>'
    )
