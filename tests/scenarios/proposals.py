"""Proposals for tests of the employee's side: of plans by hand, and of random plans, whatever those break."""

from __future__ import annotations

from typing import Any

from solver import score
from solver.handmade import score_plan
from solver.portfolio import Portfolio
from solver.proposal import Proposal, Run, proposal_of
from solver.tables import Tables
from tests.builders import random_plan, random_portfolio


def proposed(portfolio: Portfolio, hours: dict[tuple[str, str], int], *learning: tuple[str, str, str, str]) -> Proposal:
    """The proposal of hours per (person, activity); learning as (learner, activity, term, mentor)."""
    bookings = [{"person": p, "activity": a, "hours": booked} for (p, a), booked in hours.items()]
    learned = [dict(zip(("person", "activity", "term", "mentor"), one, strict=True)) for one in learning]
    return score_plan(portfolio, {"bookings": bookings, "learning": learned})


def without_plan(portfolio: Portfolio, status: Any = "INFEASIBLE") -> Proposal:
    """A proposal in which there is no plan."""
    return proposal_of(Tables.of(portfolio), _run(status), None, None)


def at_random(seed: int) -> tuple[Portfolio, Proposal]:
    """A random portfolio in which nobody's id or name is a part of anything else, and a random plan of it."""
    drawn = random_portfolio(seed)
    ids = {one.id: f"Q{n}id{one.id}Q" for n, one in enumerate(drawn.people)}
    people = tuple(one.model_copy(update={"id": ids[one.id], "name": f"Z{one.id}nameZ"}) for one in drawn.people)
    portfolio = drawn.model_copy(
        update={
            "people": people,
            "bookings": tuple(one.model_copy(update={"person": ids[one.person]}) for one in drawn.bookings),
            "relations": tuple(
                one.model_copy(update={"people": tuple(ids[p] for p in one.people)}) for one in drawn.relations
            ),
            "projects": tuple(one.model_copy(update={"lead": ids.get(one.lead or "")}) for one in drawn.projects),
        }
    )
    tables = Tables.of(portfolio)
    plan = random_plan(tables, seed)
    return portfolio, proposal_of(tables, _run("FEASIBLE"), plan, score.score(tables, plan))


def _run(status: Any) -> Run:
    return Run(
        status=status,
        objective=None,
        bound=None,
        gap=None,
        value_captured=None,
        seconds=0.0,
        settings={},
        versions={},
        fingerprint="",
    )
