"""Plans: hours split over periods in whole hours, without a shortfall that could be avoided, and calmly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.plan import Learning, level, plan_of
from solver.tables import Tables
from tests.builders import activity, booking, person, plan, portfolio, random_plan, random_portfolio
from tests.reference import shortfall

Task = tuple[int, int, int]


@st.composite
def levelling(draw: st.DrawFn) -> tuple[list[Task], list[int]]:
    """Tasks (first, last, hours) and the hours available in each period, often none."""
    periods = draw(st.integers(1, 7))
    available = draw(st.lists(st.one_of(st.just(0), st.integers(0, 40)), min_size=periods, max_size=periods))
    window = st.tuples(st.integers(0, periods - 1), st.integers(0, periods - 1)).map(sorted)
    tasks = draw(st.lists(st.tuples(window, st.one_of(st.just(0), st.integers(0, 60))), max_size=7))
    return [(first, last, hours) for (first, last), hours in tasks], available


@given(levelling())
def test_levelling_places_every_hour_in_its_window_with_the_smallest_shortfall(
    asked: tuple[list[Task], list[int]],
) -> None:
    """Whole hours, none lost, none outside a window, and no split at all would have a smaller shortfall."""
    tasks, available = asked
    splits = level(tasks, np.array(available, dtype=np.int64))
    load = np.zeros(len(available), dtype=np.int64)
    for (first, last, hours), split in zip(tasks, splits, strict=True):
        assert split.dtype == np.int64
        assert (split >= 0).all()
        assert split.sum() == split[first : last + 1].sum() == hours
        load += split
    over = int(np.maximum(0, load - available).sum())
    assert over == shortfall(tasks, [0] * len(available), available)


@pytest.mark.parametrize(
    ("tasks", "available", "load"),
    [
        # One task over three equal weeks: a third each.
        ([(0, 2, 12)], [40, 40, 40], [4, 4, 4]),
        # Half of what is available in each week, also where that differs.
        ([(0, 2, 40)], [40, 0, 40], [20, 0, 20]),
        ([(0, 2, 30)], [40, 10, 10], [20, 5, 5]),
        # The short task fills week 1 to 20 of 40, so the long one stays out of it: 10 in each other week.
        ([(0, 2, 20), (1, 1, 20)], [40, 40, 40], [10, 20, 10]),
        # 10 hours over 3 weeks are 3.33 each: whole hours, never more than one apart.
        ([(0, 2, 10)], [40, 40, 40], [3, 3, 4]),
        # 60 hours into 40: the 20 too many cannot be avoided and nothing else is loaded for them.
        ([(0, 0, 60), (0, 1, 10)], [40, 40], [60, 10]),
    ],
)
def test_levelling_is_calm(tasks: list[Task], available: list[int], load: list[int]) -> None:
    """The load is the same part of what is available in every period, as far as the windows allow."""
    found = sum(level(tasks, np.array(available, dtype=np.int64)))
    assert np.asarray(found).tolist() == load


def test_committed_hours_lie_where_the_planner_put_them() -> None:
    """Pinned hours keep their periods and worked hours stay in the past; what is free goes around them."""
    tables = Tables.of(
        portfolio(
            [person("ana", hours_per_period=8)],
            [activity("write", 40, (0, 3)), activity("print", 40, (0, 3)), activity("read", 40, (0, 3))],
            [
                booking("ana", "write", 8, by_period=[0, 8, 0, 0]),
                booking("ana", "print", status="frozen", by_period=[4]),
            ],
            periods=4,
            now=1,
        )
    )
    made = plan(tables, {("ana", "write"): 8, ("ana", "print"): 12, ("ana", "read"): 8})
    by_activity = dict(zip(made.activity.tolist(), made.split.tolist(), strict=True))
    assert by_activity[0] == [0, 8, 0, 0]
    assert by_activity[1][0] == 4
    assert by_activity[2][0] == 0
    assert made.load.tolist() == [[4, 8, 8, 8]]


def test_a_mentor_gives_the_hours_once_per_learner_and_activity() -> None:
    """Two terms learned from one mentor on one activity take the mentor's hours once, inside the window."""
    tables = Tables.of(
        portfolio(
            [
                person("ana", expertise={"law": 3, "tax": 3}),
                person(
                    "bo",
                    expertise={"law": 2, "tax": 2},
                    ambitions=[{"term": "law", "level": 3}, {"term": "tax", "level": 3}],
                ),
            ],
            [activity("write", 40, (1, 2), expertise={"law": 3, "tax": 3})],
            periods=3,
        )
    )
    made = plan_of(tables, {(0, 0): 24, (1, 0): 8}, [Learning(1, 0, 0), Learning(1, 1, 0)])
    assert made.mentoring == ((0, 1, 0),)
    assert made.load.sum(axis=1).tolist() == [28, 8]
    assert made.load[:, 0].tolist() == [0, 0]
    assert made.stretch.tolist() == [0, 8]


def test_hours_of_some_pairs_are_those_of_the_table() -> None:
    """Looked up pair by pair, booked or not, as in the table of all; also where nothing is booked."""
    tables = Tables.of(random_portfolio(1))
    pairs = np.argwhere(np.ones((tables.P, tables.A), dtype=bool))
    for made in (*(random_plan(tables, seed) for seed in range(20)), plan_of(tables, {})):
        assert (made.hours_of(pairs) == made.hours[*pairs.T]).all()
        assert (made.on == (made.hours > 0)).all()


def test_every_plan_is_whole() -> None:
    """On random plans the split of a booking sums to its hours and the load is that of bookings and mentoring."""
    for seed in range(60):
        tables = Tables.of(random_portfolio(seed))
        made = random_plan(tables, seed)
        assert made.hours.sum() == made.split.sum()
        assert made.load.sum() == made.split.sum() + made.mentor_split.sum()
        hours = tables.rule["mentoring"].settings.mentor_hours
        assert (made.mentor_split.sum(axis=1) == hours).all()
