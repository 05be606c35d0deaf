"""Limits on parts of the cost: they bind in every strategy, and say whose an item is."""

from __future__ import annotations

import pytest

from scenarios import runs
from solver.limits import Limit, Limits, units_of, value
from solver.plan import plan_of
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.score import measure
from solver.settings import Settings
from solver.solve import solve
from solver.tables import NO_UNIT, Tables
from tests.builders import activity, only, person, portfolio, random_plan, random_portfolio

UNIT = 10_000


def two() -> Portfolio:
    """Ana costs 10 an hour and fits, Bo costs nothing and knows half: 8 h of work, in blocks of 4."""
    return portfolio(
        [person("ana", rate=10, expertise={"law": 4}), person("bo", expertise={"law": 2})],
        [activity("draft", 8, expertise={"law": 4})],
        rules={
            **only("staffing", "expertise_fit", "cost"),
            "cost": {"weight": 0},
            "eligibility": {"under_level": 2},
            "expert_hours": {"expert_share": 0.0},
            "smallest_booking": {"hours": 4},
        },
    )


def cost_of(proposal: Proposal, rule: str) -> float:
    """The raw amount of a rule."""
    assert proposal.score_card is not None
    return next(one.amount for one in proposal.score_card.rules if one.name == rule)


@pytest.mark.parametrize(
    ("repeatable", "most", "money", "fit"),
    [(True, 80, 80, 0), (True, 79, 40, 2), (True, 39, 0, 4), (False, 79, 40, 2)],
    ids=["all", "half", "none", "half, by two solvers"],
)
def test_a_limit_holds_and_the_rest_is_the_best_there_is(repeatable: bool, most: int, money: int, fit: int) -> None:
    """Within a limit on the money, an hour by Ana for 10 saves half an hour of fit: as many as the money allows."""
    limit = Limit(weights={"cost": 1}, most=most * UNIT)
    found = solve(two(), Settings(seconds=60, workers=1, repeatable=repeatable), limits=[limit])
    assert found.run.status == "OPTIMAL"
    assert (cost_of(found, "cost"), cost_of(found, "expertise_fit"), cost_of(found, "staffing")) == (money, fit, 0)
    assert found.score_card is not None
    assert "limits" not in {rule.name for rule in found.score_card.rules}


def test_a_limit_that_nothing_keeps_has_no_plan() -> None:
    """Below what any plan costs the answer is that there is none; the limit is not named among the policy's rules."""
    found = solve(
        two(), Settings(seconds=5, workers=1, repeatable=True), limits=[Limit(weights={"staffing": 1}, most=-1)]
    )
    assert found.run.status == "INFEASIBLE"
    assert found.conflict is not None
    assert [rule.name for rule in found.conflict.rules] == ["overbooking"]  # more hours would be less than none open


def test_a_limit_goes_with_the_run() -> None:
    """The process that solves is told of it, the record names it, and it is in the fingerprint."""
    quick, limit = Settings(seconds=5, workers=1, repeatable=True), Limit(weights={"cost": 1}, most=40 * UNIT)
    [done] = runs.run_many([runs.Order(two(), settings=quick, limits=(limit,))])
    assert done.proposal is not None
    assert cost_of(done.proposal, "cost") == 40
    assert done.limits == (limit,)
    assert runs.Run.model_validate(done.to_json()).limits == (limit,)
    assert done.fingerprint != runs.fingerprint(two(), (), quick)


def test_work_and_people_are_borne_by_their_own_units() -> None:
    """North's Ana does 8 h for South: the fit is South's, the lending and her idle hours are North's."""
    tables = Tables.of(
        portfolio(
            [person("ana", unit="north", expertise={"law": 2})],
            [activity("draft", 8, expertise={"law": 4})],
            units=[{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
            projects=[{"id": "x", "name": "X", "unit": "south"}],
        )
    )
    plan = plan_of(tables, {(0, 0): 8})
    # Half of the 8 h fits; 8 of at least 24 h are worked.
    for rule, amount, unit in (("expertise_fit", 4, "south"), ("lending", 8, "north"), ("load_balance", 16, "north")):
        for one in ("north", "south"):
            assert value(tables, plan, {rule: 1}, one) == (amount * UNIT if one == unit else 0)
        assert value(tables, plan, {rule: 3}) == 3 * amount * UNIT


@pytest.mark.parametrize("seed", range(6))
def test_the_units_parts_and_what_none_bears_are_the_whole(seed: int) -> None:
    """Every item of every soft rule is one unit's or nobody's."""
    tables = Tables.of(random_portfolio(seed))
    plan = random_plan(tables, seed)
    for rule, measured in measure(tables, plan):
        if not rule.hard:
            units = units_of(tables, rule, measured.keys)
            assert units.shape == measured.amount.shape
            assert ((units == NO_UNIT) | ((units >= 0) & (units < len(tables.portfolio.units)))).all()
            parts = sum(value(tables, plan, {rule.name: 1}, unit.id) for unit in tables.portfolio.units)
            assert parts + int((measured.amount * measured.weight)[units == NO_UNIT].sum()) == measured.weighted


def test_a_limit_says_what_it_asks() -> None:
    """In a fault of ours it is told in words, with what is over."""
    tables = Tables.of(two())
    plan = plan_of(tables, {(0, 0): 8})
    limits = Limits([Limit(weights={"cost": 1}, most=79 * UNIT)])
    [amount] = limits.measure(tables, plan).amount
    assert limits.explain(tables, (0,), amount) == "Cost of the plan: at most 79.00; 1 over"
