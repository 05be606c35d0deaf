"""Ways out of a conflict: each really is one, none changes more than it must, and the cheapest come first."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import pytest

from scenarios import ways_out as module
from scenarios.changes import parse_changes
from scenarios.scenario import apply, words
from scenarios.ways_out import with_ways_out
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal, WayOut
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, person, portfolio_data, random_data
from tests.test_explain import CASES

SETTINGS = Settings(seconds=5, workers=1, repeatable=True)
#: seeds of random portfolios in which rules contradict, in the last in several places at once
RANDOM = ("2", "14", "16", "17")


def plan_of(portfolio: Portfolio) -> Proposal:
    """A proposal, found by one worker."""
    return solve(portfolio, SETTINGS)


@cache
def told(case: str) -> tuple[Portfolio, tuple[WayOut, ...]]:
    """A portfolio of the conflicts by name, or a random one by its seed, with its ways out."""
    portfolio = parse(CASES[case][0] if case in CASES else random_data(int(case)))
    conflict = with_ways_out(portfolio, plan_of(portfolio), SETTINGS).conflict
    assert conflict is not None
    assert conflict.ways_out is not None
    return portfolio, conflict.ways_out


def texts(case: str) -> list[str]:
    """The ways out in words."""
    return [way.text for way in told(case)[1]]


@pytest.mark.parametrize("case", [*CASES, *RANDOM])
def test_every_way_out_is_one(case: str) -> None:
    """With its changes there is a plan, which costs what it says; the cheapest comes first, and none comes twice."""
    portfolio, ways = told(case)
    assert ways
    assert [way.objective for way in ways] == sorted(way.objective for way in ways)
    assert len({way.text for way in ways}) == len(ways)
    for way in ways:
        changes = parse_changes(list(way.changes))
        assert way.text == "; ".join(words(portfolio, changes))
        proposal = plan_of(apply(portfolio, changes))
        assert proposal.run.status == way.status == "OPTIMAL"
        assert proposal.run.objective == way.objective == way.bound


@pytest.mark.parametrize("case", RANDOM)
def test_no_change_of_a_way_out_is_needless(case: str) -> None:
    """Without any one of several changes there is no plan, or the others cannot be made."""
    portfolio, ways = told(case)
    for changes in (parse_changes(list(way.changes)) for way in ways):
        for n in range(len(changes) if len(changes) > 1 else 0):
            fewer = changes[:n] + changes[n + 1 :]
            try:
                assert plan_of(apply(portfolio, fewer)).run.status == "INFEASIBLE"
            except module.ChangeInvalid:
                continue


def test_the_smallest_change_of_each_kind_is_offered() -> None:
    """Ana has 40 h and is pinned for 48: 8 h less, 8 h more of her, or no pin; and no way that is larger."""
    assert texts("pinned for more hours than there are") == [
        "Ana on Look is no longer pinned",
        "Ana is pinned to Look for 40 h",
        "Ana works 8 h more in week 0",
    ]
    _, ways = told("pinned for more hours than there are")
    assert ways[1].changes == ({"change": "pin", "person": "ana", "activity": "look", "hours": 40, "by_period": None},)
    assert ways[1].costs == "the plan then costs 408 (proven the least), 20 h stay unfilled"


def test_with_tiers_a_way_out_costs_what_all_rules_do() -> None:
    """The cost is the total of the score card, which the search in tiers does not prove to be the least."""
    data = CASES["fixed costs above the budget"][0]
    portfolio = parse({**data, "policy": {**data["policy"], "tiers": [["staffing"]]}})
    conflict = with_ways_out(portfolio, plan_of(portfolio), SETTINGS).conflict
    assert conflict is not None
    assert conflict.ways_out
    for way in conflict.ways_out:
        card = plan_of(apply(portfolio, parse_changes(list(way.changes)))).score_card
        assert card is not None
        assert (way.objective, way.bound, way.status) == (card.total, None, "FEASIBLE")
        assert "(the best found)" in way.costs


def test_a_requirement_is_lowered_no_further_than_it_must() -> None:
    """Law 4 is asked for and Ana has 2: 2 is enough, and so is training her, somebody new, or a rule that gives way."""
    assert texts("staffed without exception, and nobody brings anything") == [
        "Look asks for Law at level 2 instead of 4",
        "Look no longer asks for Law",
        "Ana has level 4 on Law from week 0 on",
        "Somebody for Look, 40 h a week is hired",
        "the policy is changed: tolerance of staffing 40",
        "the policy is changed: mode of staffing soft",
    ]


def test_relations_rotation_and_teams_can_give_way() -> None:
    """What the planner said of people can be taken back, or asked for a little less."""
    assert "Bob and Ana need not work apart any more" in texts("together and apart")
    rotation = texts("rotation to work that is too small")
    assert "Ana spends at least 33 % of the booked hours on other units' projects" in rotation
    assert "Look has a team of 1 to 2 people instead of 1 to 1" in texts("pinned to a team of others")
    assert "the policy is changed: budget 11" in texts("fixed costs above the budget")


def test_lending_and_money_can_be_had() -> None:
    """Another unit's work is opened to those who could do it, and outsourcing has the price of an hour of theirs."""
    data = portfolio_data(
        [person("ana", unit="north", rate=50, expertise={"law": 3})],
        [activity("look", 20, expertise={"law": 3}), activity("tell", 8, project="y")],
        projects=[{"id": "x", "name": "X", "unit": "south"}, {"id": "y", "name": "Y", "unit": "north"}],
        units=[{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        rules={"staffing": {"mode": "hard"}},
    )
    found = with_ways_out(parse(data), plan_of(parse(data)), SETTINGS).conflict
    assert found is not None
    ways = {way.text: way for way in found.ways_out or ()}
    assert {"North lends at most 50 % of its hours to South", "Look is outsourced for 1,000"} <= ways.keys()
    assert "Ana is lent to South for at most 50 % of the hours" in ways
    assert ways["Look is outsourced for 1,000"].money == 1400


def test_pinned_periods_give_way_before_hours_do() -> None:
    """Ana is pinned to weeks 0 to 3 and leaves before week 2: her 32 h fit, only not in those weeks."""
    data = portfolio_data(
        [person("ana", leaves=2)],
        [activity("look", 40, (0, 3))],
        [booking("ana", "look", 32, by_period=[8, 8, 8, 8])],
        periods=5,
    )
    found = with_ways_out(parse(data), plan_of(parse(data)), SETTINGS).conflict
    assert found is not None
    said = [way.text for way in found.ways_out or ()]
    assert [text for text in said if "is pinned" in text] == ["Ana is pinned to Look for 32 h, no longer by week"]
    moved = "Look is done in weeks 1 to 4 instead of weeks 0 to 3"
    assert [text for text in said if moved in text] == [f"{moved}; Ana is no longer pinned by week"]


@pytest.mark.parametrize(("budget", "least"), [(500, 800), (799.5, 800), (20, 800), (790, 800)])
def test_a_budget_is_no_larger_than_it_must_be(budget: float, least: int) -> None:
    """16 h at 50 cost 800, so that is the budget that will do, to the whole amount, wherever it started."""
    data = portfolio_data(
        [person("ana", rate=50)], [activity("look", 80)], [booking("ana", "look", 16)], policy={"budget": budget}
    )
    found = with_ways_out(parse(data), plan_of(parse(data)), SETTINGS).conflict
    assert found is not None
    assert f"the policy is changed: budget {least}" in [way.text for way in found.ways_out or ()]


def test_two_conflicts_take_two_changes() -> None:
    """Where people are pinned for too much in two places, each way mends both."""
    data = portfolio_data(
        [person("ana"), person("bob")],
        [activity("look", 48), activity("tell", 48)],
        [booking("ana", "look", 48), booking("bob", "tell", 48)],
    )
    found = with_ways_out(parse(data), plan_of(parse(data)), SETTINGS).conflict
    assert found is not None
    assert found.ways_out
    assert all(len(way.changes) == 2 for way in found.ways_out)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every portfolio counts as a large one."""
    monkeypatch.setattr(module, "SMALL", 0)


@pytest.mark.usefixtures("large")
def test_in_a_large_portfolio_what_is_named_is_looked_at_first() -> None:
    """What the conflict names alone is tried first, and the ways out are the same, but for how many are priced."""
    case = "staffed without exception, and nobody brings anything"
    portfolio = parse(CASES[case][0])
    found = with_ways_out(portfolio, plan_of(portfolio), SETTINGS).conflict
    assert found is not None
    assert {way.text for way in found.ways_out or ()} <= set(texts(case))
    assert len(found.ways_out or ()) == module.MOST_OF_LARGE


@pytest.mark.usefixtures("large")
def test_where_the_rest_has_no_plan_either_the_rules_are_changed() -> None:
    """Two activities that nobody can do: no change to one of them helps, so it is the rule that gives way."""
    data = portfolio_data(
        [person("ana")],
        [activity("look", expertise={"law": 4}), activity("tell", expertise={"law": 4})],
        rules={"staffing": {"mode": "hard"}},
    )
    found = with_ways_out(parse(data), plan_of(parse(data)), SETTINGS).conflict
    assert found is not None
    assert {change["change"] for way in found.ways_out or () for change in way.changes} == {"set_policy"}


def test_a_plan_has_no_ways_out_and_a_stop_finds_none() -> None:
    """A proposal without a conflict stays as it is; stopped before it begins, nothing is offered."""
    fine = parse(portfolio_data([person("ana")], [activity("look")]))
    proposal = plan_of(fine)
    assert with_ways_out(fine, proposal, SETTINGS) is proposal
    stop = threading.Event()
    stop.set()
    portfolio, _ = told("together and apart")
    stopped: Any = with_ways_out(portfolio, plan_of(portfolio), SETTINGS, stop).conflict
    assert stopped.ways_out == ()
