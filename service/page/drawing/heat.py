"""The people × activities heat map: hours, how well knowledge and talent fit, who learns and who guides.

Only what is booked is drawn, on a grid that is one pattern: a map of 200 people and 300 activities has 60,000 cells and
some 800 bookings. The headings stand in pictures of their own beside and above it, so that they stay while it scrolls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from service.page.drawing.svg import drawing, fitting, lines, tag, text, title

#: characters that fit below a name; longer ones go without their unit
MOST_LACKS = 5
CELL, ROW = 48, 34
NAMES, HEAD, BAND, OPEN = 216, 132, 22, 26
#: width of the names on a phone, as the style has it
NARROW = 124
#: where in a row the bars of the fits begin
FIT = 22
#: steps of colour for hours
STEPS = 6


@dataclass(frozen=True)
class Heading:
    """A person or an activity: `share` is somebody's load (1 is all hours), `open` what an activity still lacks."""

    id: str
    name: str
    about: str
    href: str
    group: str = ""
    share: float | None = None
    open: str = ""


@dataclass(frozen=True)
class Cell:
    """A booking; `share` of the largest one, fits from 0 to 1, `marks` are signs such as learner and mentor."""

    hours: str
    share: float
    expertise: float
    talent: float
    marks: str
    said: str
    href: str


@dataclass(frozen=True)
class Heat:
    """The parts of the map, as markup."""

    corner: Markup
    activities: Markup
    people: Markup
    cells: Markup


def heat(
    people: Sequence[Heading], activities: Sequence[Heading], cells: Mapping[tuple[str, str], Cell], unfilled: str
) -> Heat:
    """The map; `unfilled` names the line of what is still open. Positions of rows are told to the script as data."""
    tops, bands, height = rows(people)
    width = CELL * len(activities)
    return Heat(
        corner=_corner(unfilled),
        activities=_activities(activities),
        people=_people(people, tops, bands, height),
        cells=_cells(people, activities, cells, tops, bands, width, height),
    )


def rows(people: Sequence[Heading]) -> tuple[list[int], list[tuple[int, str]], int]:
    """Where each row begins, where each group begins, and where all ends."""
    tops: list[int] = []
    bands: list[tuple[int, str]] = []
    y, group = 0, None
    for person in people:
        if person.group and person.group != group:
            bands.append((y, person.group))
            y += BAND
        group = person.group
        tops.append(y)
        y += ROW
    return tops, bands, y


def _corner(unfilled: str) -> Markup:
    said = text(unfilled, x=12, y=HEAD + BAND + OPEN / 2, class_="quiet middle small")
    return drawing(NAMES, HEAD + BAND + OPEN, [said], "corner", crop=True)


def _activities(activities: Sequence[Heading]) -> Markup:
    parts: list[str] = []
    begun, group = 0, None
    for n, one in enumerate([*activities, None]):
        if n and (one is None or one.group != group):
            width = CELL * (n - begun)
            if group:
                parts.append(
                    tag(
                        "g",
                        title(group),
                        tag("rect", x=CELL * begun + 1, y=1, width=width - 2, height=BAND - 2, rx=3, class_="band"),
                        *_repeated(group, CELL * begun, width),
                    )
                )
            begun = n
        group = None if one is None else one.group
    for n, activity in enumerate(activities):
        parts.append(_activity(n, activity))
    return drawing(CELL * len(activities), HEAD + BAND + OPEN, parts, "heads")


def _repeated(group: str, begin: int, width: int) -> list[str]:
    """The name of a group, again and again in a wide one, so that it is always seen while the map scrolls."""
    every = 10 * CELL
    return [
        text(fitting(group, min(every, begin + width - x) - 10, 11.5), x=x + 6, y=BAND / 2, class_="middle small")
        for x in range(begin, begin + width, every)
        if x == begin or begin + width - x >= 3 * CELL
    ]


def _activity(n: int, activity: Heading) -> str:
    x = CELL * n
    told = lines(activity.name, HEAD - 10, 3, 12.5)
    middle = x + CELL / 2 - 7 * (len(told) - 1)
    names = [
        text(
            line,
            class_="small",
            dominant_baseline="central",
            transform=f"translate({middle + 14 * i:g} {BAND + HEAD - 6}) rotate(-90)",
        )
        for i, line in enumerate(told)
    ]
    link = tag("a", title(f"{activity.name}\n{activity.about}"), *names, href=activity.href, tabindex=-1)
    if not activity.open:
        return link
    y, short = HEAD + BAND, activity.open.partition(" ·")[0]
    lacking = tag(
        "a",
        title(f"{activity.name}: {activity.open}"),
        tag("rect", x=x + 3, y=y + 2, width=CELL - 6, height=OPEN - 5, rx=4, class_="lacks"),
        text(
            short if len(short) <= MOST_LACKS else short.rpartition(" ")[0],
            x=x + CELL / 2,
            y=y + OPEN / 2,
            class_="lacks-text centre middle small",
        ),
        href=f"{activity.href}#lacks",
        tabindex=-1,
        class_="open",
    )
    return link + lacking


def _people(people: Sequence[Heading], tops: Sequence[int], bands: Sequence[tuple[int, str]], height: int) -> Markup:
    parts = [_group(y, name) for y, name in bands]
    for person, y in zip(people, tops, strict=True):
        bar = ""
        if person.share is not None:
            length = (NAMES - 24) * min(1.25, person.share) / 1.25
            sort = "over" if person.share > 1 else "busy" if person.share > 0.9 else "load"
            bar = tag("rect", x=12, y=y + ROW - 8, width=NAMES - 24, height=3, class_="track") + tag(
                "rect", x=12, y=y + ROW - 8, width=round(length, 1), height=3, class_=sort
            )
            full = 12 + (NAMES - 24) / 1.25
            bar += tag("line", x1=full, x2=full, y1=y + ROW - 10, y2=y + ROW - 3, class_="tick")
        about = f"{person.name}\n{person.about}"
        names = _name(person.name, 24, 13, x=12, y=y + 14, class_="middle name")
        parts.append(tag("a", title(about), *names, bar, href=person.href, tabindex=-1))
    return drawing(NAMES, height, parts, "names", crop=True)


def _group(y: int, name: str) -> str:
    names = _name(name, 20, 11.5, x=10, y=y + BAND / 2, class_="middle small")
    return tag("rect", x=2, y=y + 2, width=NAMES - 4, height=BAND - 4, rx=3, class_="band") + "".join(names)


def _name(said: str, beside: int, size: float, *, class_: str, **place: object) -> list[str]:
    """A text cut to the width of the names without what lies beside it; where a phone has room for less, that too."""
    long, short = fitting(said, NAMES - beside, size), fitting(said, NARROW - beside, size)
    if long == short:
        return [text(long, class_=class_, **place)]
    return [text(long, class_=f"{class_} long", **place), text(short, class_=f"{class_} short", **place)]


def _cells(
    people: Sequence[Heading],
    activities: Sequence[Heading],
    cells: Mapping[tuple[str, str], Cell],
    tops: Sequence[int],
    bands: Sequence[tuple[int, str]],
    width: int,
    height: int,
) -> Markup:
    row = {person.id: y for person, y in zip(people, tops, strict=True)}
    column = {activity.id: CELL * n for n, activity in enumerate(activities)}
    squares = tag("path", d=f"M0 0H{CELL}M0 0V{ROW}", class_="line")
    pattern = tag("pattern", squares, id="grid", width=CELL, height=ROW, patternUnits="userSpaceOnUse")
    grid = [tag("defs", pattern)]
    begins, ends = [0, *(y + BAND for y, _ in bands)], [*(y for y, _ in bands), height]
    for top, bottom in zip(begins, ends, strict=True):
        if bottom > top:
            field = tag("rect", width=width, height=bottom - top, fill="url(#grid)")
            grid.append(tag("g", field, transform=f"translate(0 {top})"))
    placed = [
        (column[activity], row[person], cell, f"{person} {activity}")
        for (person, activity), cell in cells.items()
        if person in row and activity in column
    ]
    drawn = [_cell(x, y, cell, key) for x, y, cell, key in placed]
    cursor = tag("rect", id="cursor", width=CELL, height=ROW, rx=5, class_="cursor", visibility="hidden")
    return drawing(width, height, [*grid, *drawn, *_fits(placed), cursor], "cells")


def _fits(placed: Sequence[tuple[int, int, Cell, str]]) -> list[str]:
    """The bars of all bookings, three paths in all: knowledge above talent, each on its full length."""
    inner = CELL - 14
    tracks = [f"M{x + 7} {y + FIT}h{inner}v3h-{inner}zm0 4h{inner}v3h-{inner}z" for x, y, _, _ in placed]
    what = [_bar(x + 7, y + FIT, inner * cell.expertise) for x, y, cell, _ in placed]
    how = [_bar(x + 7, y + FIT + 4, inner * cell.talent) for x, y, cell, _ in placed]
    parts = (("track", tracks), ("what", what), ("how", how))
    return [tag("path", d="".join(bars), class_=f"{sort} fits") for sort, bars in parts]


def _bar(x: int, y: int, length: float) -> str:
    return f"M{x} {y}h{length:.3g}v3h-{length:.3g}z" if length else ""


def _cell(x: int, y: int, cell: Cell, key: str) -> str:
    """Written out by hand: of these there may be thousands."""
    step = min(STEPS, 1 + int(cell.share * STEPS))
    marks = f'<text x="{x + CELL - 5}" y="{y + 10}" class="mark end">{escape(cell.marks)}</text>' if cell.marks else ""
    return (
        f'<a href="{escape(cell.href)}" tabindex="-1" class="cell" data-at="{escape(key)}"><title>{escape(cell.said)}'
        f'</title><rect x="{x + 2}" y="{y + 2}" width="{CELL - 4}" height="{ROW - 4}" rx="5" class="h{step}"/>'
        f'<text x="{x + CELL / 2 - (5 if cell.marks else 0):g}" y="{y + 13}" class="t{step} centre middle hours">'
        f"{escape(cell.hours)}</text>{marks}</a>"
    )
