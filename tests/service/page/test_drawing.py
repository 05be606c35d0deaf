"""The pictures: what stands in them, and that they are good XML whatever the names are."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from service.page.drawing import bars, heat, progress, svg, time

#: a name that would break markup if it were not escaped
NASTY = "<b> & \"Ana\" 'x'"
SVG = "{http://www.w3.org/2000/svg}"


def read(picture: Markup) -> ElementTree.Element:
    """A picture as XML, as a browser reads it."""
    return ElementTree.fromstring(picture)


def heading(id: str, group: str = "", **more: object) -> heat.Heading:
    """A person or an activity with a nasty name."""
    return heat.Heading(id, NASTY, NASTY, f"/x/{id}?a=1&b=2", group, **more)  # type: ignore[arg-type]


def cell(hours: str = "8", **more: float) -> heat.Cell:
    """A booking."""
    said = {"share": 0.5, "expertise": 1.0, "talent": 0.25} | more
    return heat.Cell(hours, marks="◆", said=NASTY, href="/cell?a=1&b=2", **said)


def test_the_map_draws_what_is_booked_and_nothing_else() -> None:
    """A map of 200 × 300 has one link per booking, and its empty cells are one pattern."""
    people = [heading(f"p{n}", f"unit {n // 50}") for n in range(200)]
    activities = [heading(f"a{n}", f"project {n // 6}") for n in range(300)]
    cells = {(f"p{n}", f"a{n}"): cell() for n in range(200)}
    drawn = heat.heat(people, activities, cells, "open")
    links = read(drawn.cells).findall("a")
    assert len(links) == 200
    assert len(read(drawn.people).findall("a")) == 200
    assert len(drawn.cells) < 200_000


def test_rows_of_the_map_leave_room_for_the_name_of_each_group() -> None:
    """Rows follow each other, a band higher where a group begins; without groups there are no bands."""
    tops, bands, height = heat.rows([heading("p1", "A"), heading("p2", "A"), heading("p3", "B")])
    assert tops == [heat.BAND, heat.BAND + heat.ROW, 2 * heat.BAND + 2 * heat.ROW]
    assert bands == [(0, "A"), (heat.BAND + 2 * heat.ROW, "B")]
    assert height == 2 * heat.BAND + 3 * heat.ROW
    assert heat.rows([heading("p1"), heading("p2")]) == ([0, heat.ROW], [], 2 * heat.ROW)


def test_a_booking_shows_hours_and_both_fits() -> None:
    """The bars of a cell are as long as knowledge and talent fit; the sign of a mentor stands in it."""
    drawn = heat.heat([heading("p")], [heading("a")], {("p", "a"): cell("36", expertise=0.5, talent=1.0)}, "open")
    cells = read(drawn.cells)
    bars = {one.get("class", "").split()[0]: one.get("d", "") for one in cells.findall("path")}
    assert [float(re.findall(r"h([\d.]+)", bars[sort])[0]) for sort in ("track", "what", "how")] == [34, 17, 34]
    link = cells.find("a")
    assert link is not None
    assert [text.text for text in link.findall("text")] == ["36", "◆"]


def test_what_an_activity_lacks_stands_below_its_name() -> None:
    """Open hours are a link of their own in the heading; an activity with everything has none."""
    drawn = heat.heat([heading("p")], [heading("a", open="−12 h · 1 × Law 3"), heading("b")], {}, "open")
    lacking = [one for one in read(drawn.activities).findall("a") if one.get("class") == "open"]
    assert [one.findall("text")[0].text for one in lacking] == ["−12 h"]


@pytest.mark.parametrize("letter", ["W", "M", "m", "x", "É", "語"])
def test_a_name_of_wide_letters_is_cut_in_time(letter: str) -> None:
    """One word of 120 letters stays within its room, by how wide its letters are; one that fits is whole."""
    cut = svg.fitting(letter * 120, 200, 12.5)
    assert cut.endswith("…")
    assert svg.length(cut) * 12.5 <= 200
    first, second = svg.lines(f"ok {letter * 120}", 122, 3, 12.5)
    assert (first, svg.length(second) * 12.5 <= 122) == ("ok", True)
    assert svg.fitting(letter, 200, 12.5) == letter


def test_names_are_cut_to_the_column_of_a_phone_too() -> None:
    """A name that is too long there stands twice, of which the style shows one; its group does as well."""
    of = heat.Heading("p", "Maximiliana van Oudenaarden", "", "/", "Ruimtelijke ordening en milieu")
    drawn = read(heat.heat([of, heat.Heading("q", "Bo", "", "/", of.group)], [], {}, "open").people)
    told = [(one.get("class", "").split()[-1], one.text or "") for one in drawn.iter("text")]
    assert [sort for sort, _ in told] == ["long", "short", "long", "short", "name"]
    for (_, long), (_, short) in (told[:2], told[2:4]):
        assert short.endswith("…")
        assert long.startswith(short[:-1])


def test_a_load_stacks_the_hours_below_what_is_available() -> None:
    """Each project is a path of its own, as high as its hours; the line of what there is comes last."""
    drawn = read(time.load([20, 20], [time.Layer("A", 0, [10, 0]), time.Layer("B", 1, [10, 30])], ["w1", "w2"], NASTY))
    first, second, line = drawn.findall("path")
    assert (first.get("class"), second.get("class"), line.get("class")) == ("p0", "p1", "available")
    heights = [float(height) for height in re.findall(r"v([\d.]+)", second.get("d", ""))]
    assert heights[1] == pytest.approx(3 * heights[0], abs=0.2)
    assert drawn.get("aria-label") == NASTY


def test_a_calendar_puts_each_activity_in_its_window() -> None:
    """An activity's hours begin where its window does, the fullest period darkest."""
    bar = time.Bar(NASTY, NASTY, "/a", first=1, hours=[4, 8], asked=12)
    drawn = read(time.calendar([bar], ["w1", "w2", "w3"], 2, "said"))
    cells = [one for one in drawn.findall("rect") if one.get("class") == "p2"]
    assert [one.get("fill-opacity") for one in cells] == ["0.62", "1"]


WORDS = {"best": "best", "bound": "bound", "seconds": "s", "said": "said"}


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0.1, None, None)],
        [(0.1, None, 3.0), (0.5, 100.0, 3.0), (1.0, 20.0, 18.0)],
        [(1.0, 0.0, 0.0)],
        [(1.0, 5.0, None), (2.0, 5.0, None)],
        [(1.0, -10.0, -30.0)],
    ],
)
def test_progress_is_drawn_at_every_stage(points: list[tuple[float, float | None, float | None]]) -> None:
    """Before there is a plan, without a bound, proven, at no cost: always a picture within its frame."""
    drawn = read(progress.progress(points, 10.0, WORDS))
    dots = drawn.findall("circle")
    assert len(dots) == any(best is not None for _, best, _ in points)
    for dot in dots:
        assert 0 <= float(dot.get("cx", -1)) <= progress.WIDTH
        assert 0 <= float(dot.get("cy", -1)) <= progress.HEIGHT


def test_the_best_comes_down_as_the_bound_comes_up() -> None:
    """A better plan lies lower than the one before, and never below the bound."""
    drawn = read(progress.progress([(1.0, 100.0, 10.0), (2.0, 60.0, 40.0)], 4.0, WORDS))
    paths = {one.get("class"): one.get("d", "") for one in drawn.findall("path")}
    best = [float(point.split()[1]) for point in paths["best-line"][1:].split(" L")]
    bound = [float(point.split()[1]) for point in paths["bound-line"][1:].split(" L")]
    assert best == sorted(best)
    assert max(best) < min(bound[-1:])


def test_a_balance_marks_what_is_beyond_the_scale() -> None:
    """Supply far above demand is cut, with an arrow; what is there fits."""
    assert len(read(bars.balance(10, 500, 40, "surplus")).findall("path")) == 1
    assert not read(bars.balance(10, 30, 40, "balanced")).findall("path")


def test_a_difference_points_to_what_is_better() -> None:
    """Less cost is better and goes to the left, more is worse and goes to the right; none is no bar."""
    better, worse = (read(bars.difference(value, 10)).find("rect") for value in (-5, 5))
    assert better is not None
    assert worse is not None
    assert (better.get("class"), worse.get("class")) == ("better", "worse")
    assert float(better.get("x", 0)) < float(worse.get("x", 0))
    assert read(bars.difference(0, 0)).find("rect") is None


def test_points_of_a_study_lead_to_their_plans() -> None:
    """Each point with an address is a link; the others are told, and are none."""
    points = [
        bars.Point(1, 2, NASTY, NASTY, "/studies/x/plans/0?a=1&b=2"),
        bars.Point(1, 2, "now", "now", None, "point base"),
        bars.Point(500_000, 2, "dear", "dear", "/x"),
    ]
    drawn = read(bars.scatter(points, "x", "y", NASTY, str, line=True))
    assert [one.get("href") for one in drawn.findall("a")] == ["/studies/x/plans/0?a=1&b=2", "/x"]
    assert len(drawn.findall("g")) == 1


def test_columns_mark_the_best_and_leave_out_what_is_not_there() -> None:
    """The smallest value is the best; a proposal without a plan has words instead of a bar."""
    those = [bars.Column("a", 10, "10"), bars.Column("b", 5, "5"), bars.Column("c", None, "no plan")]
    drawn = read(bars.columns(those, "said"))
    assert [one.get("class") for one in drawn.findall("rect")] == ["s0", "s1 best"]


def test_no_picture_has_a_style_of_its_own() -> None:
    """The page's policy refuses inline styles, so colours are classes."""
    drawn = heat.heat([heading("p")], [heading("a")], {("p", "a"): cell()}, "open")
    assert "style=" not in drawn.cells + drawn.people + drawn.activities + drawn.corner
