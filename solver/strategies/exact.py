"""One CP-SAT solve of the whole portfolio, tier by tier, from a complete hint where a plan is known."""

from __future__ import annotations

from solver.model import Model
from solver.search import Search
from solver.strategies.cpsat import solve_model


def solve(search: Search, model: Model | None = None) -> None:
    """Hand in the best plan and bound that CP-SAT finds in the time that is left.

    model: all rules posted and the first tier's cost minimised, where it exists already.
    """
    if model is None:
        model = Model(search.tables)
        model.post(search.tables.rules)
        model.minimise(search.tier)
    proven = True
    for number, tier in enumerate(search.tiers):
        if number:
            if search.cost is None:
                return
            model.hold(search.tier, search.cost)
            search.next_tier(tier)
            model.minimise(tier)
        search.stage = "prove" if len(search.tiers) == 1 else f"tier {number + 1}"
        hint = None if search.plan is None else model.hints(search.plan)
        seconds = search.budget / (len(search.tiers) - number)
        found = solve_model(model, search, seconds, hint or (), tell=proven)
        if found.plan is not None:
            search.offer(found.plan, found.cost)
        if found.status == "INFEASIBLE" and search.plan is None:
            search.infeasible = True
            return
        # A bound says something only while the tiers before it were proven: another value there, another bound here.
        if found.bound is not None and proven:
            search.raise_bound(found.bound)
        proven = proven and search.proven
