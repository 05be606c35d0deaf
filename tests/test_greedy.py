"""What is staffed request by request: who joins, who has more hours, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import library
from solver import score
from solver.plan import plan_of
from solver.search import Search
from solver.settings import Settings
from solver.strategies import greedy
from solver.tables import Tables
from tests.builders import activity, person, plan, portfolio

LAW = {"law": 3}


def filled(search: Search, hours: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Hours per person and activity once a plan of these hours is filled."""
    tables = search.tables
    greedy.fill(search, plan(tables, hours))
    assert search.plan is not None
    people, activities = list(tables.person_index), list(tables.activity_index)
    return {
        (people[p], activities[a]): int(search.plan.hours[p, a])
        for p, a in zip(search.plan.person, search.plan.activity, strict=True)
    }


def test_who_is_on_the_team_has_more_hours_as_far_as_there_are_any() -> None:
    """Ana has 40 h and works 16 of the 60 that are asked for: she works 40, and 20 stay open."""
    one = portfolio([person("ana", expertise=LAW)], [activity("a", 60, expertise=LAW)])
    assert filled(Search(Tables.of(one), Settings()), {("ana", "a"): 16}) == {("ana", "a"): 40}


def test_somebody_joins_where_the_team_has_no_more_hours() -> None:
    """Ana works all of her 40 h; Ben joins for the other 20, and nobody for an activity that is full."""
    one = portfolio(
        [person(name, expertise=LAW) for name in ("ana", "ben")],
        [activity("a", 60, expertise=LAW), activity("b", 8, expertise=LAW)],
    )
    given = {("ana", "a"): 32, ("ana", "b"): 8}
    assert filled(Search(Tables.of(one), Settings()), given) == {("ana", "a"): 32, ("ben", "a"): 28, ("ana", "b"): 8}


def test_who_is_no_expert_has_a_quarter_of_the_hours_at_most() -> None:
    """Ben is near the level only. Beside 24 h of Ana, who has no more, he works 8: a quarter of 32."""
    one = portfolio(
        [person("ana", hours_per_period=24, expertise=LAW), person("ben", expertise={"law": 2})],
        [activity("a", 60, expertise=LAW)],
        rules={"eligibility": {"under_level": 1}},
    )
    assert filled(Search(Tables.of(one), Settings()), {("ana", "a"): 24}) == {("ana", "a"): 24, ("ben", "a"): 8}


def test_a_full_team_has_more_hours_and_nobody_else() -> None:
    """A team of one at most: Ana gets what she has, Ben does not join."""
    one = portfolio(
        [person(name, expertise=LAW) for name in ("ana", "ben")], [activity("a", 60, expertise=LAW, team=(1, 1))]
    )
    assert filled(Search(Tables.of(one), Settings()), {("ana", "a"): 16}) == {("ana", "a"): 40}


@pytest.mark.parametrize("name", ["adviesbureau", "kenniswerkers"])
def test_where_an_activity_lost_its_team_others_are_found(name: str) -> None:
    """A plan made request by request, without the team of its fullest activity: filled, it costs less again."""
    search = Search(Tables.of(library.entry(name).portfolio()), Settings())
    greedy.solve(search)
    assert search.plan is not None
    hours = {(int(p), int(a)): int(search.plan.hours[p, a]) for p, a in np.argwhere(search.plan.hours)}
    fullest = int(search.plan.of_activity.argmax())
    rest = plan_of(search.tables, {pair: booked for pair, booked in hours.items() if pair[1] != fullest})
    again = Search(search.tables, Settings())
    greedy.fill(again, rest)
    assert again.plan is not None
    assert again.cost is not None
    assert again.cost < score.cost(again.tables, rest, again.tier)
    assert not score.broken(again.tables, again.plan)
