"""Prove a small portfolio with two solvers at once; improve a large one part by part, from the linear relaxation on.

A plain CP-SAT solve of a large portfolio wanders. Among the pairs that the relaxation books, with those that it books
nearly wholly taken as given, a plan close to the bound is found in seconds. Large neighbourhood search then frees the
activities around a weak spot and keeps the teams elsewhere (Shaw, "Using constraint programming and local search
methods to solve vehicle routing problems", 1998).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from functools import partial

import numpy as np

from solver.model import Model, pairs_of
from solver.search import Search
from solver.strategies import exact, large
from solver.strategies.cpsat import solve_model
from solver.strategies.improve import Choice, improve, side_by_side
from solver.strategies.mip import Relaxation, Worker
from solver.strategies.prices import FIRST_ROUNDS, Prices, Pricing, sharpen

#: seconds for CP-SAT alone where it should not take longer
TINY_SECONDS = 1.0
#: up to this many pairs the whole model is given to CP-SAT and HiGHS, to be proven
SMALL = 600
#: beyond this many pairs it is not even built
LARGE = 3000
#: a pair booked at least this much by the relaxation is taken as given; where that is infeasible, the next
GIVEN = (0.8, 0.95, 0.999, 2.0)
#: a pair booked less than this is left out of the start
BOOKED = 1e-6
#: parts of the time that is left: for the relaxation, for the start, for a better bound beside the improving
RELAX_SHARE, START_SHARE, BOUND_SHARE = 0.6, 0.3, 0.75
#: seconds that the start takes at least, if there are as many: before that there is hardly ever a plan
START_LEAST = 4.0
#: seconds for the start where a proof is looked for: there it is an advantage, not all there is
SMALL_START = 1.0
#: the start is good enough this close to the best of what it may choose from
START_GAP = 0.005
#: activities freed at once, at first
SIZE = 10
#: people who may be booked on a freed activity, beside those who are
CANDIDATES = 24
#: steps towards the prices of people's time, and the part of the time they may take
PRICE_STEPS, PRICE_SHARE = 150, 0.15
#: how much less urgent than HiGHS the many threads of CP-SAT are (nice)
POLITE = 15
#: the most that there is of it
LEAST_URGENT = 19
#: where there are only seconds: the part of them for mending an earlier plan; activities staffed together otherwise,
#: and freed at once
FOLLOW_SHARE, BRIEF_GROUP, BRIEF_SIZE = 0.4, 40, 6
#: HiGHS processes beside each other, at most; and how many of them race for one proof
PROCESSES, RACING = 8, 2
#: which of the processes looks for a better bound of a model that is not proven, while the first looks for a start
BOUNDS = 1


def processes() -> int:
    """How many HiGHS processes it is of use to have beside each other."""
    return min(PROCESSES, os.cpu_count() or 1)


def solve(search: Search) -> None:
    """Hand in the best plan and bound found in the time that is left."""
    if len(pairs_of(search.tables)[0]) <= exact.TINY and _at_once(search):
        return
    workers = [Worker() for _ in range(processes())]
    try:
        _solve(search, workers)
    finally:
        for worker in workers:
            worker.close()


def _at_once(search: Search) -> bool:
    """Whether CP-SAT alone comes to the end within a moment: processes would take longer to be there."""
    exact.quick_plans(search)
    model = exact.whole_model(search)
    if exact.first_plan(search, model):
        exact.by_tiers(search, model, TINY_SECONDS)
    return search.over or search.infeasible


def _solve(search: Search, workers: Sequence[Worker]) -> None:
    exact.quick_plans(search)
    pricing, prices = _priced(search)
    if search.over:
        return
    if search.plan is not None and len(pricing.pairs) > LARGE:
        large.solve(search, workers, pricing, prices)
        return
    model = exact.whole_model(search)
    if not exact.first_plan(search, model) or search.stopped:
        return
    if len(model.pairs) <= SMALL:
        # The others begin with the proof at once: which of them comes to its end first is a matter of luck, often by a
        # factor of two, and a good plan to start from is worth another.
        racing = [partial(_bound, search, model, one, seed) for seed, one in enumerate(workers[:RACING]) if seed]
        side_by_side([partial(_start_and_prove, search, model, workers[0]), *racing])
        return
    choice = Choice(search.tables, pricing.pairs, pricing.most, pricing.value(prices).dear, CANDIDATES, SIZE)

    def start_and_improve(worker: Worker) -> None:
        relaxation = _relaxed(search, model, worker, START_SHARE, START_LEAST)
        if relaxation is not None:
            hoped = pricing.of_activities(relaxation.on, relaxation.hours)
            choice.prefer((relaxation.on > BOOKED).astype(float), hoped)
        search.stage = "improve"
        if len(workers) <= BOUNDS:
            _bound(search, model, worker, 0, BOUND_SHARE)
        improve(search, worker, 0, choice, 0)

    def bound_and_improve(number: int, worker: Worker) -> None:
        if number == BOUNDS:
            _bound(search, model, worker, number, BOUND_SHARE)
        improve(search, worker, number, choice, 0)

    others = [partial(bound_and_improve, number, worker) for number, worker in enumerate(workers) if number]
    side_by_side([partial(start_and_improve, workers[0]), *others])


def _relaxed(search: Search, model: Model, worker: Worker, share: float, least: float) -> Relaxation | None:
    """Solve the relaxation, hand in its bound, and the first good plan that it leads to.

    share, least: of the time that is left for that plan, and seconds that it takes at least, if there are as many.
    """
    search.stage = "relaxation"
    relaxation = worker.relax(model, RELAX_SHARE * search.left, lambda: search.over)
    if relaxation is not None:
        search.raise_bound(relaxation.bound)
        if search.earlier is None:
            search.stage = "start"
            search.tell(always=True)
            _start(search, relaxation, worker, share, least)
    return relaxation


def _start_and_prove(search: Search, model: Model, worker: Worker) -> None:
    """Find a good plan, then prove from there on, by CP-SAT and by HiGHS."""
    _relaxed(search, model, worker, 0, SMALL_START)
    search.stage = "prove"
    search.tell(always=True)
    side_by_side([partial(_prove, search, model), partial(_bound, search, model, worker, 0)])


def brief(search: Search, workers: Sequence[Worker]) -> None:
    """Hand in a good plan within seconds, too few for the relaxation of the whole model; an earlier one is followed."""
    exact.quick_plans(search)
    exact.from_earlier(search, FOLLOW_SHARE)
    pricing, prices = _priced(search)
    if search.over or (search.plan is None and not exact.any_plan(search, exact.whole_model(search))):
        return
    large.solve(search, workers, pricing, prices, BRIEF_GROUP, BRIEF_SIZE, bounds=False)


def _priced(search: Search) -> tuple[Pricing, Prices]:
    """Prices of people's time, with the bound that they give handed in."""
    search.stage = "prices"
    pricing = Pricing(search.tables)
    seconds = max(0.01, PRICE_SHARE * search.left)
    start, over = pricing.start(), lambda: search.over
    return pricing, sharpen(pricing, start, PRICE_STEPS, seconds, search.raise_bound, over, FIRST_ROUNDS).prices


def _bound(search: Search, model: Model, worker: Worker, seed: int, share: float = 1) -> None:
    """Give the whole model to HiGHS for a share of the time: a better bound, perhaps the best plan."""
    found = worker.solve(
        model,
        share * search.left,
        lambda: search.over,
        seed=search.settings.seed + seed,
        proving=True,
        start=search.plan,
        teams_first=len(model.pairs) > SMALL,
    )
    if found.plan is not None:
        search.consider(found.plan)
    if found.bound is not None:
        search.raise_bound(found.bound)


def _be_polite() -> None:
    """Make this thread, and those it starts, less urgent: CP-SAT's many would leave HiGHS next to nothing."""
    if sys.platform == "linux":
        nice = min(LEAST_URGENT, os.getpriority(os.PRIO_PROCESS, 0) + POLITE)  # this process may have been made so too
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)


def _prove(search: Search, model: Model) -> None:
    """Give the whole model to CP-SAT."""
    _be_polite()
    exact.by_tiers(search, model)


def _start(search: Search, relaxation: Relaxation, worker: Worker, share: float, least: float) -> None:
    """Hand in a first good plan from among what the relaxation books.

    CP-SAT and HiGHS look for it side by side, until one of them has one that is good enough: now the one is lucky, now
    the other. Where neither has any, less is taken as given, with as much of the time again: without this plan, all
    that is left of the time would win less.
    """
    until = search.seconds
    for given in GIVEN:
        if search.seconds >= until:
            until += min(search.left, max(least, share * search.left))
        model = _among_booked(search, relaxation, given)
        done = threading.Event()
        left = max(0.01, until - search.seconds)

        def by_highs(model: Model = model, done: threading.Event = done, left: float = left) -> bool:
            found = worker.solve(model, left, lambda: search.stopped or done.is_set(), START_GAP)
            if found.finished:
                done.set()
            return found.plan is not None and search.consider(found.plan)

        def by_cpsat(model: Model = model, done: threading.Event = done, left: float = left) -> bool:
            _be_polite()
            found = solve_model(model, search, left, stopped=done.is_set, gap_limit=START_GAP)
            plan = found.plan(model)
            if plan is not None:
                search.offer(plan, found.cost)
            if found.status in ("OPTIMAL", "INFEASIBLE"):
                done.set()
            return plan is not None

        if any(side_by_side([by_highs, by_cpsat])) or search.stopped:
            return


def _among_booked(search: Search, relaxation: Relaxation, given: float) -> Model:
    """The model of the pairs that the relaxation books, those booked at least `given` taken as on."""
    tables = search.tables
    pairs, most = pairs_of(tables)
    fixed = tables.committed[pairs[:, 0], pairs[:, 1]]
    chosen = (relaxation.on > BOOKED) | fixed
    model = Model(tables, pairs[chosen], most[chosen])
    model.post(search.rules)
    model.minimise(search.tier)
    for i in np.flatnonzero((relaxation.on[chosen] >= given) & ~fixed[chosen]).tolist():
        model.cp.add(model.on[i] == 1)
    return model
