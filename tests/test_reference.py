"""The score card against a second, independent implementation of the documents (`tests/reference.py`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scenarios.library import ENTRIES, Entry
from solver import score
from solver.plan import Plan
from solver.portfolio import parse
from solver.proposal import Run, proposal_of
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from tests.builders import random_data, random_plan
from tests.reference import Reference

Json = dict[str, Any]

#: what these items are about is named by the program, not by the documents
NAMED_HERE = ("lending", "relation")


def said_of(tables: Tables, plan: Plan) -> Json:
    """The proposal of a plan, as JSON."""
    nothing: Json = dict.fromkeys(("objective", "bound", "gap", "value_captured"))
    run = Run(status="FEASIBLE", **nothing, seconds=0, settings={}, versions={}, fingerprint="")
    return proposal_of(tables, run, plan, score.score(tables, plan)).to_json()


def exact(number: float, parts: int = 100) -> Fraction:
    """A number of the proposal that is a whole number of hundredths (or other parts)."""
    assert abs(number * parts - round(number * parts)) < 1e-4
    return Fraction(round(number * parts), parts)


def compare(portfolio: Json, proposal: Json) -> None:
    """Every amount, item by item, every cost, the total, fits, roles, what is unfilled and the balance of talents."""
    reference = Reference(portfolio, proposal)
    total = Fraction()
    for line in proposal["score_card"]["rules"]:
        name = line["name"]

        def named(about: dict[str, str]) -> tuple[tuple[str, str], ...]:
            return tuple(sorted((word, id) for word, id in about.items() if word not in NAMED_HERE))

        ours = sorted((named(finding["about"]), exact(finding["amount"])) for finding in line["findings"])
        theirs = sorted((named(dict(about)), amount) for about, amount, _ in reference.items(name))
        assert ours == theirs, (name, portfolio["id"])
        assert exact(line["amount"]) == sum(amount for _, amount in theirs), name
        assert exact(line["cost"], 10_000) == reference.cost_of(name), name
        total += reference.cost_of(name)
    assert exact(proposal["score_card"]["total"], 10_000) == total
    for booking in proposal["bookings"]:
        pair = (booking["person"], booking["activity"])
        assert exact(booking["fit"]["expertise"]) == reference.fit(*pair, "expertise")
        assert exact(booking["fit"]["talent"]) == reference.fit(*pair, "talents")
        assert abs(booking["fit"]["energy"] - reference.energy(*pair) / 2) < 1e-9
        assert booking["role"] == reference.role(*pair)
    for one in proposal["learning"]:
        assert exact(one["from"], 10) == Fraction(reference.level(one["person"], one["term"], one["activity"]), 10)
    assert proposal["unfilled"] == reference.unfilled()
    balance = {one["term"]: one for one in proposal["talent_balance"]}
    assert balance.keys() == reference.talent_balance().keys()
    for term, (demand, supply, state) in reference.talent_balance().items():
        assert abs(balance[term]["demand_hours"] - demand) < 1e-6
        assert (balance[term]["supply_hours"], balance[term]["state"]) == (supply, state), term


@pytest.mark.parametrize("block", range(10))
def test_random_plans_score_the_same(block: int) -> None:
    """On random portfolios and plans both implementations agree in every amount, cost and word they share."""
    for seed in range(30 * block, 30 * block + 30):
        data = random_data(seed)
        tables = Tables.of(parse(data))
        compare(data, said_of(tables, random_plan(tables, seed)))


def test_without_periods_availability_is_the_smallest_shortfall() -> None:
    """Where a plan comes without by_period, what the levelled split lacks is what no split can avoid."""
    for seed in range(150):
        data = random_data(seed)
        tables = Tables.of(parse(data))
        proposal = said_of(tables, random_plan(tables, seed))
        [ours] = [line["findings"] for line in proposal["score_card"]["rules"] if line["name"] == "availability"]
        for one in proposal["bookings"]:
            del one["by_period"]
        for one in proposal["learning"]:
            del one["mentor_hours_by_period"]
        theirs = {dict(about)["person"]: amount for about, amount, _ in Reference(data, proposal).items("availability")}
        assert {finding["about"]["person"]: finding["amount"] for finding in ours} == theirs, seed


@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.slug)
def test_proposals_of_the_library_score_the_same(case: Entry) -> None:
    """What the solver proposes for the library is scored the same by both, keeps the hard rules and ends the total."""
    portfolio = case.portfolio()
    proposal = solve(portfolio, Settings(seconds=0.5, workers=1, repeatable=True)).to_json()
    assert proposal["run"]["status"] in ("OPTIMAL", "FEASIBLE")
    compare(portfolio.canonical(), proposal)
    assert [line["name"] for line in proposal["score_card"]["rules"] if line["hard"] and line["amount"]] == []
    assert proposal["run"]["objective"] == proposal["score_card"]["total"]
