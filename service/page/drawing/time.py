"""Bookings in time: per person the load against what is available, per project when its activities are worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.page.drawing.svg import fitting, picture, tag, text, title

#: colours for projects: `p0` … `p7`, then again
COLOURS = 8


def colour_of(project: int) -> str:
    """The classes of a project's colour, by its place among the projects: the second eight are paler than the first."""
    return f"p{project % COLOURS}" + (" pale" if project // COLOURS % 2 else "")


LOAD_HEIGHT, LOAD_WIDTH = 58, 620
ROW, NAMES = 24, 230
WIDE, AXIS = 1160, 20


@dataclass(frozen=True)
class Layer:
    """Hours per period of one project, or of guiding others (`colour` −1)."""

    name: str
    colour: int
    hours: Sequence[int]


@dataclass(frozen=True)
class Bar:
    """An activity in its window: hours booked per period from `first` on, and what was asked for in all."""

    name: str
    said: str
    href: str
    first: int
    hours: Sequence[int]
    asked: int


def load(available: Sequence[int], layers: Sequence[Layer], periods: Sequence[str], said: str) -> Markup:
    """Stacked hours per period below the line of what is available; one path for each layer."""
    booked = [sum(layer.hours[t] for layer in layers) for t in range(len(available))]
    most = max(1, *available, *booked)
    step, scale = LOAD_WIDTH / len(available), (LOAD_HEIGHT - 6) / most
    parts, below = [], [0] * len(available)
    for layer in layers:
        blocks = []
        for t, hours in enumerate(layer.hours):
            if hours:
                top, wide = LOAD_HEIGHT - (below[t] + hours) * scale, step - 2
                blocks.append(f"M{step * t + 1:.1f} {top:.1f}h{wide:.1f}v{hours * scale:.1f}h-{wide:.1f}z")
                below[t] += hours
        told = ", ".join(f"{period} {hours}" for period, hours in zip(periods, layer.hours, strict=True) if hours)
        colour = "guide" if layer.colour < 0 else colour_of(layer.colour)
        parts.append(tag("path", title(f"{layer.name}: {told}"), d="".join(blocks), class_=colour))
    steps = "".join(f"H{step * (t + 1):.1f}V{LOAD_HEIGHT - free * scale:.1f}" for t, free in enumerate(available[1:]))
    line = f"M0 {LOAD_HEIGHT - available[0] * scale:.1f}{steps}H{LOAD_WIDTH}"
    parts.append(tag("path", d=line, class_="available"))
    parts.append(tag("line", x1=0, x2=LOAD_WIDTH, y1=LOAD_HEIGHT - 0.5, y2=LOAD_HEIGHT - 0.5, class_="axis"))
    return picture(LOAD_WIDTH, LOAD_HEIGHT, said, parts, "picture load", stretch=True)


def calendar(bars: Sequence[Bar], periods: Sequence[str], colour: int, said: str) -> Markup:
    """The activities of one project below each other, darker where more hours lie."""
    step = (WIDE - NAMES) / max(1, len(periods))
    height = AXIS + ROW * len(bars)
    every = max(1, round(64 / step))
    parts = [
        text(period, x=round(NAMES + step * t + 2, 1), y=AXIS - 7, class_="quiet small")
        for t, period in enumerate(periods)
        if t % every == 0
    ]
    most = max([1, *(hours for bar in bars for hours in bar.hours)])
    for n, bar in enumerate(bars):
        y = AXIS + ROW * n
        name = text(fitting(bar.name, NAMES - 16, 12.5), x=2, y=y + ROW / 2, class_="middle")
        cells = [
            tag(
                "rect",
                title(f"{bar.name}\n{periods[bar.first + i]}: {hours}"),
                x=round(NAMES + step * (bar.first + i) + 1, 1),
                y=y + 5,
                width=round(step - 2, 1),
                height=ROW - 10,
                class_=colour_of(colour),
                fill_opacity=round(0.25 + 0.75 * hours / most, 2),
            )
            for i, hours in enumerate(bar.hours)
            if hours
        ]
        window = tag(
            "rect",
            x=round(NAMES + step * bar.first, 1),
            y=y + 3,
            width=round(step * len(bar.hours), 1),
            height=ROW - 6,
            rx=4,
            class_="window",
        )
        parts += [tag("a", title(bar.said), name, href=bar.href), window, *cells]
    return picture(WIDE, height, said, parts, "picture calendar", role="group")
