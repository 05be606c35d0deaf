"""Conflicts: the rules and items that are named contradict each other, and none of them is needless."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver import explain
from solver.explain import conflict_of
from solver.portfolio import Portfolio, parse
from solver.proposal import Conflict
from solver.search import InternalError, Search
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from tests.builders import activity, booking, person, portfolio, portfolio_data, random_data

SETTINGS = Settings(seconds=5, workers=2)
#: seeds of random portfolios; in four of five of them rules contradict
RANDOM = range(30)


def search(portfolio: Portfolio) -> Search:
    """A search that has not begun."""
    return Search(Tables.of(portfolio), SETTINGS)


def named(conflict: Conflict) -> dict[str, list[dict[str, str]]]:
    """What the items of each rule in a conflict are about."""
    return {rule.name: [item.about for item in rule.items] for rule in conflict.rules}


ANA_AND_BOB = [person("ana"), person("bob")]

CASES: dict[str, tuple[dict[str, Any], dict[str, list[dict[str, str]]]]] = {
    "pinned for more hours than there are": (
        portfolio_data(
            ANA_AND_BOB,
            [activity("look", 48), activity("tell")],
            [booking("ana", "look", 48), booking("bob", "tell", 20)],
        ),
        {"commitment": [{"person": "ana", "activity": "look"}], "availability": [{"person": "ana"}]},
    ),
    "together and apart": (
        portfolio_data(
            ANA_AND_BOB,
            [activity("look"), activity("tell")],
            [booking("ana", "look", 8)],
            relations=[
                {"people": ["ana", "bob"], "kind": "together"},
                {"people": ["bob", "ana"], "kind": "apart"},
            ],
        ),
        {
            "commitment": [{"person": "ana", "activity": "look"}],
            "relation": [
                {"relation": "ana+bob", "activity": "look"},
                {"relation": "bob+ana", "activity": "look"},
            ],
        },
    ),
    "staffed without exception, and nobody brings anything": (
        portfolio_data(
            [person("ana", expertise={"law": 2}), person("bob")],
            [activity("look", expertise={"law": 4}), activity("tell")],
            rules={"staffing": {"mode": "hard"}},
        ),
        {
            "staffing": [{"activity": "look"}],
            "eligibility": [{"person": "ana", "activity": "look"}, {"person": "bob", "activity": "look"}],
        },
    ),
    "pinned without a budget": (
        portfolio_data([person("ana", rate=90)], [activity("look")], [booking("ana", "look", 8)], policy={"budget": 0}),
        {"commitment": [{"person": "ana", "activity": "look"}], "budget": [{}]},
    ),
    "fixed costs above the budget": (
        portfolio_data(
            ANA_AND_BOB,
            [activity("look")],
            policy={"budget": 10, "fixed_costs": [{"what": "Hall", "money": 10.01}]},
        ),
        {"budget": [{}]},
    ),
    "rotation with nowhere to go": (
        portfolio_data(
            [person("ana", unit="north", rotation_share=0.5)],
            [activity("look")],
            [booking("ana", "look", 8)],
            projects=[{"id": "x", "name": "X", "unit": "north"}],
        ),
        {"commitment": [{"person": "ana", "activity": "look"}], "rotation": [{"person": "ana"}]},
    ),
    "rotation to work that is too small": (
        portfolio_data(
            [person("ana", unit="north", rotation_share=0.5)],
            [activity("look"), activity("tell", 8, project="y")],
            [booking("ana", "look", 16)],
            projects=[{"id": "x", "name": "X", "unit": "north"}, {"id": "y", "name": "Y", "unit": "south"}],
            units=[{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        ),
        {
            "commitment": [{"person": "ana", "activity": "look"}],
            "rotation": [{"person": "ana"}],
            "overbooking": [{"activity": "tell"}],
        },
    ),
    "pinned to a team of others": (
        portfolio_data(
            ANA_AND_BOB,
            [activity("look", team=(1, 1)), activity("tell")],
            [booking("ana", "look", 8), booking("bob", "look", 8), booking("bob", "tell", 8)],
        ),
        {
            "commitment": [{"person": "ana", "activity": "look"}, {"person": "bob", "activity": "look"}],
            "team_size": [{"activity": "look"}],
        },
    ),
    "too many activities without exception": (
        portfolio_data(
            ANA_AND_BOB,
            [activity("look"), activity("tell")],
            [booking("ana", "look", 8), booking("ana", "tell", 8)],
            rules={"focus": {"mode": "hard", "max_activities": 1}},
        ),
        {
            "commitment": [{"person": "ana", "activity": "look"}, {"person": "ana", "activity": "tell"}],
            "focus": [{"person": "ana"}],
        },
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_a_conflict_names_exactly_what_contradicts(case: str) -> None:
    """The rules and items named are those that a reader of the portfolio would point at, and no others."""
    data, expected = CASES[case]
    assert named(conflict_of(search(parse(data)))) == expected


def test_a_conflict_is_told_in_words() -> None:
    """Each item is a sentence with names and numbers, the planner's own word first; solving gives it with no plan."""
    data, _ = CASES["pinned for more hours than there are"]
    proposal = solve(parse(data), SETTINGS)
    assert proposal.run.status == "INFEASIBLE"
    assert proposal.bookings is None
    assert proposal.conflict is not None
    assert [item.text for rule in proposal.conflict.rules for item in rule.items] == [
        "Ana on Look is pinned at 48 h",
        "Ana has 40 h in all, and only so many in each period",
    ]
    assert proposal.conflict.ways_out is None


def test_of_two_conflicts_one_is_told() -> None:
    """Where two things contradict independently, one of them is told and not both mixed."""
    found = portfolio(
        ANA_AND_BOB,
        [activity("look", 48), activity("tell", 48)],
        [booking("ana", "look", 48), booking("bob", "tell", 48)],
    )
    conflict = conflict_of(search(found))
    assert [(rule.name, len(rule.items)) for rule in conflict.rules] == [("commitment", 1), ("availability", 1)]


def test_rules_that_can_all_hold_are_no_conflict() -> None:
    """Asked for a conflict where there is none, it says that something is wrong instead of making one up."""
    with pytest.raises(InternalError, match="can all hold"):
        conflict_of(search(portfolio(ANA_AND_BOB, [activity("look")])))


def test_with_no_time_left_the_rules_are_named_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not tried is still named: the items contradict each other, though some may be needless."""
    monkeypatch.setattr(explain, "SECONDS", 0.0)
    data, expected = CASES["together and apart"]
    found = named(conflict_of(search(parse(data))))
    assert all(item in found[rule] for rule, items in expected.items() for item in items)
    assert "availability" in found


def test_a_stop_ends_the_looking() -> None:
    """A stop asked for from outside gives what is known so far."""
    data, expected = CASES["together and apart"]
    stopped = search(parse(data))
    stopped.stop.set()
    assert expected.keys() <= named(conflict_of(stopped)).keys()


def test_a_rule_with_very_many_items_is_named_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a number of items a rule stands without them, which says the rule as a whole."""
    monkeypatch.setattr(explain, "MOST_ITEMS", 1)
    data, _ = CASES["together and apart"]
    assert named(conflict_of(search(parse(data)))) == {
        "commitment": [{"person": "ana", "activity": "look"}],
        "relation": [],
    }


def test_in_a_large_portfolio_only_pairs_with_room_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a size what cannot be booked anyway is left out, and the conflict is found among the rest."""
    monkeypatch.setattr(explain, "LARGEST", 0)
    data, expected = CASES["pinned for more hours than there are"]
    assert named(conflict_of(search(parse(data)))) == expected


@pytest.mark.parametrize("seed", RANDOM)
def test_no_item_of_a_random_conflict_is_needless(seed: int) -> None:
    """The named items cannot all hold, and without any one of them, or any one rule, the others can."""
    none_is_needless(seed)


@pytest.mark.parametrize("seed", range(8))
def test_nor_where_a_linear_program_begins(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same holds where, as in a large portfolio, the items to begin with come from a linear program."""
    monkeypatch.setattr(explain, "MANY", 0)
    none_is_needless(seed)


def test_a_linear_program_names_what_contradicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the few items of a conflict, and nothing where rules contradict only in whole numbers."""
    monkeypatch.setattr(explain, "MANY", 0)
    found = {}
    for case in ("rotation to work that is too small", "pinned to a team of others"):
        looking = search(parse(CASES[case][0]))
        model = explain._model(looking.tables)
        subsets = explain._Subsets(looking, model, len(model.cp.proto.constraints))
        found[case] = subsets.keep_linear() and int(subsets.left.sum())
    assert found == {"rotation to work that is too small": 3, "pinned to a team of others": False}


def none_is_needless(seed: int) -> None:
    """Hold the conflict of a random portfolio, if it has one, to what is said of conflicts."""
    tables = Tables.of(parse(random_data(seed)))
    looking = Search(tables, SETTINGS)
    model = explain._model(tables)
    subsets = explain._Subsets(looking, model, len(model.cp.proto.constraints))
    if subsets.feasible(subsets.left):
        return
    conflict = conflict_of(looking)
    items = {
        (rule.name, tuple(sorted(item.about.items())), item.text) for rule in conflict.rules for item in rule.items
    }
    chosen = [
        i
        for i, (name, key) in enumerate(subsets.items)
        for rule in [tables.rule[name]]
        if (name, tuple(sorted(tables.about(rule.about, key).items())), rule.demand(tables, key)) in items
    ]
    assert {subsets.items[i][0] for i in chosen} == {rule.name for rule in conflict.rules}
    alone = np.zeros(len(subsets.items), dtype=bool)
    alone[chosen] = True
    assert subsets.feasible(alone) is False
    for i in chosen:
        without = alone.copy()
        without[i] = False
        assert subsets.feasible(without) is True
