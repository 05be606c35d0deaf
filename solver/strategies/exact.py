"""One CP-SAT solve of the whole portfolio, tier by tier, from a complete hint where a plan is known."""

from __future__ import annotations

import math

import numpy as np

from solver.model import Model, pairs_of
from solver.plan import plan_of
from solver.search import Search, commitments
from solver.strategies import greedy
from solver.strategies.cpsat import complete_hint, solve_model
from solver.strategies.earlier import about

#: up to this many pairs CP-SAT has proven a plan before HiGHS has loaded
TINY = 60
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
    """See to it that there is a plan, the earlier one repaired if there was one; False where there can be none."""
    from_earlier(search)
    return search.plan is not None or any_plan(search, model)


def any_plan(search: Search, model: Model) -> bool:
    """Hand in any plan of the whole model; False where there is none to be had.

    Looking without caring what it costs takes a fraction of the time.
    """
    model.cp.clear_objective()  # type: ignore[no-untyped-call]
    found = solve_model(model, search, search.budget)
    model.minimise(search.tier)
    plan = found.plan(model)
    if plan is not None:
        search.offer(plan)
    search.infeasible = found.status == "INFEASIBLE"
    return plan is not None


def from_earlier(search: Search, share: float = EARLIER_SHARE) -> None:
    """Hand in the earlier plan, repaired where a change broke it, in a share of the time at most.

    Its teams stay, with its hours as the hint, and whoever works there already may; but activities that lost somebody's
    hours, or that broken rules are about, may have anybody, those that lack somebody may have whoever that could be,
    and people without work in it, such as somebody new, may be anywhere.
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
    left = plan_of(tables, {pair: hours for pair, hours in earlier.items() if hours <= possible[pair]})
    for rule, measured in search.broken(left):
        broken |= about(tables, rule, measured.keys[measured.amount > rule.tolerance]).any(axis=0)
    works_there = np.zeros_like(broken, shape=booked.shape)
    for pair in tables.incumbent:
        works_there[pair] = True
    helps = np.zeros_like(broken, shape=booked.shape)
    if search.plan is not None:
        for r in np.flatnonzero(tables.requirement_people > search.plan.members_meeting).tolist():
            helps[:, tables.requirement_activity[r]] |= tables.meets[:, r]
    kept = (tables.committed | works_there | (booked > 0) | broken | new | helps)[pairs[:, 0], pairs[:, 1]]
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
    found = solve_model(model, search, share * search.budget, hint, gap_limit=EARLIER_GAP)
    plan = found.plan(model)
    if plan is not None:
        search.offer(plan, found.cost)


def by_tiers(search: Search, model: Model, most: float = math.inf) -> None:
    """Improve the plan there is, tier by tier, each with its share of the time; a tier without time keeps its plan.

    most: seconds that a tier takes at most.
    """
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
        seconds = min(most, search.budget / (len(search.tiers) - number))
        found = solve_model(model, search, seconds, hint, tell=proven)
        plan = found.plan(model)
        if plan is not None:
            search.offer(plan, found.cost)
        # A bound says something only while the tiers before it were proven: another value there, another bound here.
        if found.bound is not None and proven:
            search.raise_bound(found.bound)
        proven = proven and search.proven
