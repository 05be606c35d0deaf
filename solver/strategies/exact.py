"""One CP-SAT solve of the whole portfolio, tier by tier, from a complete hint where a plan is known."""

from __future__ import annotations

import numpy as np

from solver.model import Model, pairs_of
from solver.search import Search, commitments
from solver.strategies import greedy
from solver.strategies.cpsat import complete_hint, solve_model

#: the part of the time for repairing an earlier plan, and how close to the best of its teams is good enough
EARLIER_SHARE, EARLIER_GAP = 0.2, 0.005


def whole_model(search: Search) -> Model:
    """The model of the whole portfolio with all its rules, minimising the search's tier."""
    model = Model(search.tables)
    model.post(search.rules)
    model.minimise(search.tier)
    return model


def solve(search: Search) -> None:
    """Hand in the best plan and bound that CP-SAT finds alone in the time that is left."""
    quick_plans(search)
    model = whole_model(search)
    if first_plan(search, model):
        by_tiers(search, model)


def quick_plans(search: Search) -> None:
    """Hand in the pinned and frozen bookings alone, which are a plan nearly always, and one made request by request."""
    search.stage = "first plan"
    search.consider(commitments(search.tables))
    greedy.solve(search)


def first_plan(search: Search, model: Model) -> bool:
    """See to it that there is a plan, the earlier one repaired if there was one; False where there is none to be had.

    Looking for any plan, without caring what it costs, takes a fraction of the time.
    """
    _from_earlier(search)
    if search.plan is None:
        model.cp.clear_objective()  # type: ignore[no-untyped-call]
        found = solve_model(model, search, search.budget)
        model.minimise(search.tier)
        plan = found.plan(model)
        if plan is not None:
            search.offer(plan)
        search.infeasible = found.status == "INFEASIBLE"
    return search.plan is not None


def _from_earlier(search: Search) -> None:
    """Hand in the earlier plan, repaired where a change broke it.

    Its teams stay, with its hours as the hint; but activities that lost somebody's hours may have anybody, those that
    lack somebody may have whoever that could be, and people without work in it, such as somebody new, may be anywhere.
    """
    if search.earlier is None:
        return
    search.stage = "earlier plan"
    tables, earlier = search.tables, search.earlier
    pairs, most = pairs_of(tables)
    booked = np.zeros((tables.P, tables.A), dtype=np.int64)
    for pair, hours in earlier.items():
        booked[pair] = hours
    possible = np.zeros_like(booked)
    possible[pairs[:, 0], pairs[:, 1]] = most
    broken, new = (booked > possible).any(axis=0), booked.sum(axis=1, keepdims=True) == 0
    helps = np.zeros_like(broken, shape=booked.shape)
    if search.plan is not None:
        for r in np.flatnonzero(tables.requirement_people > search.plan.members_meeting).tolist():
            helps[:, tables.requirement_activity[r]] |= tables.meets[:, r]
    kept = (tables.committed | (booked > 0) | broken | new | helps)[pairs[:, 0], pairs[:, 1]]
    model = Model(tables, pairs[kept], most[kept])
    model.post(search.rules)
    model.minimise(search.tier)
    hint = [
        (variable, value)
        for i, pair in enumerate(model.pairs)
        for variable, value in (
            (model.on[i], int(pair in earlier)),
            (model.blocks[i], max(0, earlier.get(pair, 0) - tables.offset(pair)) // tables.block),
        )
        if not isinstance(variable, int)
    ]
    found = solve_model(model, search, EARLIER_SHARE * search.budget, hint, gap_limit=EARLIER_GAP)
    plan = found.plan(model)
    if plan is not None:
        search.offer(plan, found.cost)


def by_tiers(search: Search, model: Model) -> None:
    """Improve the plan there is, tier by tier, each with its share of the time; a tier without time keeps its plan."""
    proven = True
    for number, tier in enumerate(search.tiers):
        if number:
            model.hold(search.tier, search.cost or 0)
            search.next_tier(tier)
            model.minimise(tier)
        if search.stopped:
            proven = False
            continue
        search.stage = "prove" if len(search.tiers) == 1 else f"tier {number + 1}"
        hint = () if search.plan is None else complete_hint(model, search, search.plan)
        seconds = search.budget / (len(search.tiers) - number)
        found = solve_model(model, search, seconds, hint, tell=proven)
        plan = found.plan(model)
        if plan is not None:
            search.offer(plan, found.cost)
        # A bound says something only while the tiers before it were proven: another value there, another bound here.
        if found.bound is not None and proven:
            search.raise_bound(found.bound)
        proven = proven and search.proven
