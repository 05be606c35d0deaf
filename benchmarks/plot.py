"""Line charts as SVG, readable on light and dark pages, without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 790, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 220, 44, 52
#: distinguishable also for those who are colour-blind (Okabe and Ito, "Color universal design", 2008)
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d1f", "#777777")
STYLE = (
    "text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.grid{stroke:#ccc;stroke-width:.5}"
    "rect{fill:#fff}@media(prefers-color-scheme:dark){rect{fill:#16181c}text{fill:#ddd}.grid{stroke:#444}}"
)


@dataclass(frozen=True)
class Line:
    """Points (x, y) in order of x; steps: a value holds until the next; marks: a dot at each, not at the last alone."""

    name: str
    points: Sequence[tuple[float, float]]
    steps: bool = False
    marks: bool = False


class Axis:
    """From values to places between two ends."""

    def __init__(self, low: float, high: float, log: bool, ends: tuple[float, float]) -> None:
        self.log, self.ends = log, ends
        if high <= low:
            high = low * 10 if log else low + 1
        self.low, self.high = low, high

    def place(self, value: float) -> float:
        """Where a value lies; what is outside lies at the end."""
        low, high, value = (self._scaled(one) for one in (self.low, self.high, value))
        part = min(1.0, max(0.0, (value - low) / (high - low)))
        return self.ends[0] + part * (self.ends[1] - self.ends[0])

    def _scaled(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.log else value

    def ticks(self) -> list[float]:
        """Round numbers on the axis."""
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            factors = (1, 2, 5) if len(decades) < 4 else (1,)
            every = [factor * 10.0**decade for decade in decades for factor in factors]
        else:
            rough = (self.high - self.low) / 6
            unit = 10.0 ** math.floor(math.log10(rough))
            step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
            every = [step * n for n in range(math.floor(self.low / step), math.ceil(self.high / step) + 1)]
        return [tick for tick in every if self.low * (1 - 1e-9) <= tick <= self.high * (1 + 1e-9)]


def chart(
    title: str,
    x_name: str,
    y_name: str,
    lines: Sequence[Line],
    log_x: bool = False,
    log_y: bool = False,
    y_range: tuple[float, float] | None = None,
) -> str:
    """The SVG of a chart."""
    points = [point for line in lines for point in line.points] or [(1.0, 1.0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = y_range or (min(ys) if log_y else min(0.0, *ys), max(ys))
    across = Axis(min(xs), max(xs), log_x, (LEFT, WIDTH - RIGHT))
    up = Axis(low, high, log_y, (HEIGHT - BOTTOM, TOP))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}"/>',
        _text(LEFT, 24, title, kind="title"),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_name, "middle"),
        _text(LEFT - 8, TOP - 8, y_name, "end"),
    ]
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(_rule(x, TOP, x, HEIGHT - BOTTOM) + _text(x, HEIGHT - BOTTOM + 18, _number(tick), "middle"))
    for tick in up.ticks():
        y = up.place(tick)
        parts.append(_rule(LEFT, y, WIDTH - RIGHT, y) + _text(LEFT - 8, y + 4, _number(tick), "end"))
    for n, line in enumerate(lines):
        parts.append(_line(line, COLOURS[n % len(COLOURS)], across, up))
        y = TOP + 10 + 20 * n
        colour = COLOURS[n % len(COLOURS)]
        parts.append(
            f'<path d="M{WIDTH - RIGHT + 16} {y}h24" stroke="{colour}" stroke-width="2.5"/>'
            + _text(WIDTH - RIGHT + 48, y + 4, line.name)
        )
    return "\n".join([*parts, "</svg>\n"])


def _line(line: Line, colour: str, across: Axis, up: Axis) -> str:
    places = [(across.place(x), up.place(y)) for x, y in line.points]
    path = ""
    for n, (x, y) in enumerate(places):
        if line.steps and n:
            path += f"H{x:.1f}V{y:.1f}"
        else:
            path += f"{'L' if n else 'M'}{x:.1f} {y:.1f}"
    drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    marked = places if line.marks else places[-1:]
    return drawn + "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in marked)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="grid" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {where}{f' class={kind!r}' if kind else ''}>{escape(words)}</text>"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:g}"
