"""Small pictures of numbers: shares, demand against supply, before against after, points of a study."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.page.drawing.svg import CHARACTER, drawing, fitting, picture, tag, text, title

WIDTH, HEIGHT = 120, 10


def share(part: float, sort: str = "load", width: int = WIDTH) -> Markup:
    """A bar of which a part is filled; more than 1 fills it and is marked."""
    filled = max(0.0, min(1.0, part))
    bars = [
        tag("rect", y=1, width=width, height=HEIGHT - 2, rx=4, class_="track"),
        tag("rect", y=1, width=round(width * filled, 1), height=HEIGHT - 2, rx=4, class_="over" if part > 1 else sort),
    ]
    return drawing(width, HEIGHT, bars, "bar")


def balance(demand: float, supply: float, most: float, state: str, width: int = 260) -> Markup:
    """What is asked for above what there is, on one scale; what is beyond it is cut with an arrow."""
    parts = []
    for y, hours, sort in ((1, demand, "demand"), (11, supply, f"supply {state}")):
        length = max(1.5 if hours else 0, width * min(1, hours / most))
        parts.append(tag("rect", y=y, width=width, height=8, rx=2, class_="track"))
        parts.append(tag("rect", y=y, width=round(length, 1), height=8, rx=2, class_=sort))
        if hours > most:
            parts.append(tag("path", d=f"M{width - 6} {y}l6 4l-6 4z", class_="beyond"))
    return drawing(width, 20, parts, "bar")


def difference(value: float, most: float, better_below: bool = True, width: int = 160) -> Markup:
    """A bar from the middle: what is better goes one way in one colour, what is worse the other way in another."""
    half = width / 2
    length = half * min(1, abs(value) / most) if most else 0
    sort = "worse" if (value > 0) == better_below else "better"
    x = half if value > 0 else half - length
    parts = [tag("line", x1=half, x2=half, y1=0, y2=12, class_="axis")]
    if value:
        parts.append(tag("rect", x=round(x, 1), y=2, width=round(max(length, 1), 1), height=8, rx=2, class_=sort))
    return drawing(width, 12, parts, "bar")


def change(value: float, most: float, width: int = 110) -> Markup:
    """A bar from the middle for a number that is neither better nor worse: less to the left, more to the right."""
    half = width / 2
    length = half * min(1, abs(value) / most) if most else 0
    parts = [tag("line", x1=half, x2=half, y1=0, y2=12, class_="axis")]
    if value:
        x = half if value > 0 else half - length
        parts.append(tag("rect", x=round(x, 1), y=2, width=round(max(length, 1), 1), height=8, rx=2, class_="load"))
    return drawing(width, 12, parts, "bar")


@dataclass(frozen=True)
class Column:
    """One proposal in a picture of several: its value and how it is written."""

    name: str
    value: float | None
    said: str


def columns(those: Sequence[Column], said: str, lowest: float | None = None) -> Markup:
    """Bars below each other, one a proposal, each with its number."""
    names, height, width = 205, 26, 470
    values = [one.value for one in those if one.value is not None]
    most = max([*values, 1e-9])
    parts = []
    for n, one in enumerate(those):
        y = height * n
        parts.append(text(fitting(one.name, names - 12, 12.5), x=0, y=y + height / 2, class_="middle"))
        if one.value is not None:
            length = (width - names - 90) * max(0, one.value) / most
            best = one.value == min(values) and len(set(values)) > 1
            bar = {"x": names, "y": y + 6, "width": round(max(2, length), 1), "height": height - 12, "rx": 3}
            parts.append(tag("rect", class_=f"s{n}{' best' if best else ''}", **bar))
            parts.append(text(one.said, x=round(names + max(2, length) + 6, 1), y=y + height / 2, class_="middle"))
        else:
            parts.append(text(one.said, x=names, y=y + height / 2, class_="middle quiet"))
    return picture(width, height * len(those), said, parts, "picture columns")


@dataclass(frozen=True)
class Point:
    """A point of a study that leads to the plan behind it."""

    x: float
    y: float
    name: str
    said: str
    href: str | None
    sort: str = "point"


def scatter(
    points: Sequence[Point], x_name: str, y_name: str, said: str, number: Callable[[float], str], line: bool = False
) -> Markup:
    """Points in a plane; those with an address are links. `line` joins those from left to right, `number` writes."""
    width, height, left, below, top = 680, 340, 62, 42, 22
    xs, ys = [one.x for one in points], [one.y for one in points]
    low_x, high_x = _widened(min(xs), max(xs))
    low_y, high_y = _widened(min(ys), max(ys))

    def at(one: Point) -> tuple[float, float]:
        across = left + (width - left - 16) * (one.x - low_x) / (high_x - low_x)
        return round(across, 1), round(height - below - (height - below - top) * (one.y - low_y) / (high_y - low_y), 1)

    parts = [
        tag("line", x1=left, x2=width - 16, y1=height - below, y2=height - below, class_="axis"),
        tag("line", x1=left, x2=left, y1=top, y2=height - below, class_="axis"),
        text(x_name, x=width - 16, y=height - 6, class_="quiet small end"),
        text(y_name, x=4, y=10, class_="quiet small"),
    ]
    for x in _round(low_x, high_x):
        across, _ = at(Point(x, low_y, "", "", None))
        parts.append(text(number(x), x=across, y=height - below + 16, class_="quiet small centre"))
        parts.append(tag("line", x1=across, x2=across, y1=top, y2=height - below, class_="line"))
    for y in _round(low_y, high_y):
        _, up = at(Point(low_x, y, "", "", None))
        parts.append(text(number(y), x=left - 6, y=up, class_="quiet small end middle"))
        parts.append(tag("line", x1=left, x2=width - 16, y1=up, y2=up, class_="line"))
    if line:
        joined = sorted((one for one in points if one.href), key=lambda one: one.x)
        way = " L".join("{} {}".format(*at(one)) for one in joined)
        parts.append(tag("path", d=f"M{way}", class_="way"))
    taken = [(x - 8, x + 8, y) for x, y in map(at, points)]  # from, to and height of what a label may not cover
    for one in sorted(points, key=lambda one: -one.y):
        x, y = at(one)
        dot = tag("circle", cx=x, cy=y, r=7, class_=one.sort)
        said, right = fitting(one.name, 230, 12), x > width * 0.6
        wide = len(said) * 12 * CHARACTER
        begin, end = (x - 11 - wide, x - 11) if right else (x + 11, x + 11 + wide)
        beside = y
        while any(begin < to and other < end and abs(beside - line) < 13 for other, to, line in taken):
            beside = round(beside - 13, 1)
        taken.append((begin, end, beside))
        place = {"x": end if right else begin, "y": beside}
        label = text(said, class_=f"middle small{' end' if right else ''}", **place)
        shown = [title(one.said), dot, label]
        parts.append(tag("a", *shown, href=one.href) if one.href else tag("g", *shown))
    return picture(width, height, said, parts, "picture scatter", role="group")


def _widened(low: float, high: float) -> tuple[float, float]:
    room = (high - low) * 0.08 or max(1.0, abs(high) * 0.05)
    return low - room, high + room


def _round(low: float, high: float) -> list[float]:
    """Three to six round numbers from low to high."""
    rough = (high - low) / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(part * size for part in (1, 2, 5, 10) if part * size >= rough)
    return [round(n * step, 10) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
