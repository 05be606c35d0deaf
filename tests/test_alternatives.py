"""Alternatives: valid plans within the distance, different in people as stated, honest about there being no more."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from solver import score
from solver.alternatives import Alternatives, alternatives, pairs_differing
from solver.handmade import plan_from, score_plan
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.rules.base import UNIT
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from tests.builders import activity, only, person, portfolio, random_portfolio

SETTINGS = Settings(seconds=4, workers=2)
#: seeds of random portfolios that have a plan
RANDOM = (0, 1, 6, 7, 9, 11, 17, 20)


def proposal(portfolio: Portfolio, *bookings: tuple[str, str, int]) -> Proposal:
    """A proposal of (person, activity, hours)."""
    booked = [dict(zip(("person", "activity", "hours"), one, strict=True)) for one in bookings]
    return score_plan(portfolio, {"bookings": booked})


def people(found: Alternatives) -> list[set[tuple[str, str]]]:
    """(person, activity) of every plan."""
    return [{(b.person, b.activity) for b in one.plan.bookings or ()} for one in found.alternatives]


#: one person fills the activity; Cas knows less, so 40 of his hours cost 6 × 0.25 × 40 = 60
ONE_OF_THREE: Any = portfolio(
    [person(name, expertise={"law": level}) for name, level in (("ana", 4), ("bob", 4), ("cas", 3))],
    [activity("look", expertise={"law": 4}, team=(0, 1))],
    rules=only("staffing", "expertise_fit")
    | {"eligibility": {"under_level": 1}, "expert_hours": {"expert_share": 0}, "staffing": {"mode": "hard"}},
    policy={"fixed_costs": [{"what": "room", "money": 100}]},
)


def test_the_other_one_does_as_well() -> None:
    """Bob costs nothing more than Ana; Cas costs 60, and no distance in percents of nothing reaches that."""
    found = alternatives(ONE_OF_THREE, proposal(ONE_OF_THREE, ("ana", "look", 40)), 2, 10, SETTINGS)
    assert people(found) == [{("bob", "look")}]
    assert (found.complete, found.exhausted, found.least) == (False, True, 2)
    assert found.alternatives[0].difference.cost.difference == 0
    assert "There are no more, proven" in found.sentences
    assert found.sentences[0].startswith("1 of 2 other plans")


def test_within_the_distance_of_a_dear_proposal() -> None:
    """Cas costs 60; within nothing more than that both others are found, and both are cheaper."""
    found = alternatives(ONE_OF_THREE, proposal(ONE_OF_THREE, ("cas", "look", 40)), 2, 0, SETTINGS)
    assert sorted(map(sorted, people(found))) == [[("ana", "look")], [("bob", "look")]]
    assert [one.difference.cost.difference for one in found.alternatives] == [-60, -60]
    assert (found.complete, found.exhausted) == (True, False)
    assert "Cheaper than the proposal, which was not the best: 1 and 2" in found.sentences


def test_trifles_are_no_alternative() -> None:
    """Where plans are to differ in three bookings, one person for another is not enough."""
    found = alternatives(ONE_OF_THREE, proposal(ONE_OF_THREE, ("cas", "look", 40)), 1, 0, SETTINGS, least=3)
    assert (found.alternatives, found.exhausted) == ((), True)


@pytest.mark.parametrize(("k", "within", "least"), [(0, 1, None), (1, -1, None), (1, 1, 0)])
def test_numbers_out_of_range_are_refused(k: int, within: float, least: int | None) -> None:
    """There is no plan to look for then."""
    with pytest.raises(ValueError, match="at least"):
        alternatives(ONE_OF_THREE, proposal(ONE_OF_THREE), k, within, SETTINGS, least=least)


@pytest.mark.parametrize("seed", RANDOM)
def test_alternatives_are_as_they_are_said_to_be(seed: int) -> None:
    """On random portfolios each breaks no rule, stays within the distance and differs from all others as stated."""
    there = random_portfolio(seed, calm=True)
    tables = Tables.of(there)
    before = solve(there, Settings(seconds=2, workers=2))
    found = alternatives(there, before, 3, 20, SETTINGS)
    assert Alternatives.model_validate(found.model_dump(mode="json", by_alias=True)) == found
    assert found.complete == (len(found.alternatives) == 3)
    plans = [plan_from(tables, one.to_json()) for one in (before, *(other.plan for other in found.alternatives))]
    assert all(pairs_differing(*both) >= found.least for both in combinations(plans, 2))
    for plan, one in zip(plans[1:], found.alternatives, strict=True):
        assert score.broken(tables, plan) == []
        assert score.cost(tables, plan) <= found.limit * UNIT + 0.5
        assert round(one.difference.cost.after * UNIT) == score.cost(tables, plan)
        assert one.differing == pairs_differing(plans[0], plan)
