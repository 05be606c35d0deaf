"""A run as it goes: the best plan comes down, the bound comes up, and between them lies what is not known yet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from service.page.drawing.svg import picture, tag, text

WIDTH, HEIGHT, LEFT, BELOW = 720, 250, 8, 22


def progress(points: Sequence[tuple[float, float | None, float | None]], limit: float, words: dict[str, str]) -> Markup:
    """Points of (seconds, best, bound); `words` has best, bound, seconds and said, which tells the picture."""
    shown = [point for point in points if point[1] is not None]
    if not shown:
        return picture(WIDTH, HEIGHT, words["said"], [_axis(limit, words)], "picture progress")
    end = max(limit, points[-1][0])
    # The first plans may cost many times the last: the middle of what was seen decides the scale, the rest is cut.
    bests = [best for _, best, _ in shown if best is not None]
    bounds = [bound for _, _, bound in shown if bound is not None]
    low, high = min([*bests, *bounds[-1:]]), bests[-1]
    for best in bests:
        high = max(high, min(best, bests[-1] + 4 * max(bests[-1] - low, 0.04 * abs(bests[-1]), 1)))
    low = low - 0.15 * max(high - low, 1)
    x = [LEFT + (WIDTH - 2 * LEFT) * seconds / end for seconds, _, _ in shown]
    top, floor = 14, HEIGHT - BELOW

    def y(cost: float) -> float:
        return floor - (floor - top) * (min(max(cost, low), high) - low) / max(high - low, 1e-9)

    last = LEFT + (WIDTH - 2 * LEFT) * points[-1][0] / end
    upper = _steps(x, [y(best) for _, best, _ in shown if best is not None], last)
    known = [(place, y(bound)) for place, (_, _, bound) in zip(x, shown, strict=True) if bound is not None]
    parts = [_axis(end, words)]
    if known:
        lower = _steps([place for place, _ in known], [height for _, height in known], last)
        between = f"M{upper} L{' L'.join(reversed(lower.split(' L')))} Z"
        parts += [tag("path", d=between, class_="unknown"), tag("path", d=f"M{lower}", class_="bound-line")]
    parts.append(tag("path", d=f"M{upper}", class_="best-line"))
    parts.append(tag("circle", cx=round(last, 1), cy=round(y(bests[-1]), 1), r=4.5, class_="best-dot"))
    right = last > WIDTH * 0.75
    place = {"x": round(last + (-10 if right else 10), 1), "y": round(max(12, y(bests[-1]) - 9), 1)}
    end_class = " end" if right else ""
    parts.append(text(words["best"], class_=f"best-text small{end_class}", **place))
    if known:
        below = {"x": place["x"], "y": round(min(floor - 4, known[-1][1] + 14), 1)}
        parts.append(text(words["bound"], class_=f"bound-text small{end_class}", **below))
    return picture(WIDTH, HEIGHT, words["said"], parts, "picture progress")


def _steps(x: Sequence[float], y: Sequence[float], last: float) -> str:
    """A line that holds its height until the next point."""
    points = [f"{x[0]:.1f} {y[0]:.1f}"]
    for n in range(1, len(x)):
        points += [f"{x[n]:.1f} {y[n - 1]:.1f}", f"{x[n]:.1f} {y[n]:.1f}"]
    return " L".join([*points, f"{last:.1f} {y[-1]:.1f}"])


def _axis(end: float, words: dict[str, str]) -> str:
    marks = [
        text(f"{end * part:.3g}", x=LEFT + (WIDTH - 2 * LEFT) * part, y=HEIGHT - 6, class_=f"quiet small {where}")
        for part, where in ((0.25, "centre"), (0.5, "centre"), (0.75, "centre"))
    ]
    ends = text("0", x=LEFT, y=HEIGHT - 6, class_="quiet small")
    ends += text(f"{end:.3g} {words['seconds']}", x=WIDTH - LEFT, y=HEIGHT - 6, class_="quiet small end")
    floor = HEIGHT - BELOW
    return tag("line", x1=LEFT, x2=WIDTH - LEFT, y1=floor, y2=floor, class_="axis") + "".join(marks) + ends
