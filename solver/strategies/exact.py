"""One CP-SAT solve of the whole portfolio, tier by tier, from a complete hint where a plan is known."""

from __future__ import annotations

from solver.model import Model
from solver.search import Search
from solver.strategies.cpsat import solve_model


def solve(search: Search) -> None:
    """Hand in the best plan and bound that CP-SAT finds in the time that is left."""
    tables = search.tables
    model = Model(tables)
    model.post(tables.rules)
    for number, tier in enumerate(search.tiers):
        if number:
            if search.cost is None:
                return
            model.hold(search.tier, search.cost)
            search.next_tier(tier)
        model.minimise(tier)
        earlier_proven = not number or proven
        share = (
            search.left / (len(search.tiers) - number) if not search.settings.repeatable else search.settings.seconds
        )
        search.stage = "search" if len(search.tiers) == 1 else f"tier {number + 1}"
        hint = model.hints(search.plan) if search.plan is not None else None
        found = solve_model(model, search, max(0.01, share), hint or (), tell=True)
        if found.plan is not None:
            search.offer(found.plan, found.cost)
        if found.bound is not None:
            search.raise_bound(found.bound)
        if found.status == "INFEASIBLE":
            search.infeasible = True
            return
        proven = earlier_proven and search.proven
        if not earlier_proven:
            search.bound = None
