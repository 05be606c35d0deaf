"""A large portfolio: prices, the relaxation of the pairs that may pay, a plan group by group, then neighbourhoods.

The whole model would take longer to build than there is time. At the prices of people's time, which also give a bound
over all pairs, only some pairs of each activity may pay. The linear relaxation of those says who works where for how
many hours. A plan near it is made for one group of activities after the other, those of a time together, since they
want the same people's hours. Beside all that, and afterwards, one neighbourhood after the other is improved; where
even those pairs are too many, from the beginning by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from solver.model import Model, Neighbourhood
from solver.rules.base import IntArray
from solver.search import Search, commitments
from solver.strategies.improve import Choice, improve, rank_within, side_by_side
from solver.strategies.mip import Relaxation, Worker
from solver.strategies.prices import Prices, Pricing, ascend
from solver.tables import Bools, Tables

#: steps towards better prices, at most, and the part of the time for them; how large the first is
STEPS, PRICE_SHARE, AGAIN = 600, 0.1, 0.4
#: pairs in the relaxation: the best of each activity, and up to so many that lose less than an open hour costs
PER_ACTIVITY, MOST_PER_ACTIVITY = 4, 16
#: so many pairs at most are relaxed together
RELAXABLE = 6000
#: the parts of the time that is left: for the relaxation, for the plan made group by group
RELAX_SHARE, GROUP_SHARE = 0.6, 0.6
#: activities in a group; how close to the best of what it may choose from a group comes
GROUP, GROUP_GAP = 100, 0.01
#: a pair booked less than this by the relaxation is left out; hours beyond those of the relaxation: a part, and blocks
BOOKED, MORE, MORE_BLOCKS = 0.02, 0.25, 0.5
#: activities freed at once at first; how close to its best a neighbourhood comes
FREED, GAP = 20, 0.005
#: who else may be chosen then, per activity; without a relaxation that says who
FEW, OTHERS = 2, 8


def solve(
    search: Search,
    workers: Sequence[Worker],
    pricing: Pricing,
    prices: Prices,
    activities: int = GROUP,
    freed: int = FREED,
) -> None:
    """Hand in the best plan and bound found in the time that is left; there are a first plan and first prices.

    activities: how many at most are staffed together at first; freed: so many in the first neighbourhoods.
    """
    seconds = max(0.01, PRICE_SHARE * search.left)
    prices = ascend(pricing, prices, STEPS, seconds, search.raise_bound, lambda: search.over, AGAIN)
    choice = Choice(search.tables, pricing.pairs, pricing.most, pricing.value(prices).dear, OTHERS)
    search.stage = "improve"
    hour = float(pricing.open.mean())

    def start_and_improve() -> None:
        if search.earlier is None:
            _start(search, choice, hour, workers[0], activities)
        improve(search, workers[0], 0, choice, freed, GAP)

    others = [partial(improve, search, worker, n, choice, freed, GAP) for n, worker in enumerate(workers) if n]
    side_by_side([start_and_improve, *others])


def _start(search: Search, choice: Choice, hour: float, worker: Worker, activities: int) -> None:
    """Hand in a plan near the relaxation of the pairs that may pay, which from then on are always tried.

    Nothing where those are too many for a relaxation. hour: what an open hour costs.
    """
    tables, pairs = search.tables, choice.pairs
    committed = tables.committed[pairs[:, 0], pairs[:, 1]]
    rank = rank_within(choice.dear, pairs[:, 1])
    nearly = choice.dear < hour
    chosen = committed | (rank < PER_ACTIVITY) | ((rank < MOST_PER_ACTIVITY) & nearly)
    if chosen.sum() > RELAXABLE:
        return
    model = Model(tables, pairs[chosen], choice.most[chosen])
    model.post(tables.rules)
    search.limit(model)
    model.minimise(search.tier)
    search.stage = "relaxation"
    relaxation = worker.relax(model, RELAX_SHARE * search.left, lambda: search.over)
    if relaxation is None:
        search.stage = "improve"
        return
    search.stage = "start"
    booked = np.zeros(len(pairs), dtype=bool)
    booked[chosen] = relaxation.on > BOOKED
    most = choice.most.copy()
    most[chosen] = np.where(
        committed[chosen], most[chosen], _hours_near(tables, pairs[chosen], most[chosen], relaxation)
    )
    _group_by_group(search, pairs, most, booked | committed, worker, activities)
    search.stage = "improve"
    choice.prefer(booked, FEW)


def _hours_near(tables: Tables, pairs: IntArray, most: IntArray, relaxation: Relaxation) -> IntArray:
    """(N,) hours at most so that each group leaves to the others what the relaxation gives them."""
    blocks = np.ceil(relaxation.hours * (1 + MORE) / tables.block + MORE_BLOCKS).astype(np.int64)
    least = tables.rule["smallest_booking"].least(tables)[pairs[:, 1]]  # type: ignore[attr-defined]
    return np.asarray(np.minimum(most, np.maximum(least, blocks * tables.block)))


def _group_by_group(
    search: Search, pairs: IntArray, most: IntArray, likely: Bools, worker: Worker, activities: int
) -> None:
    """Staff one group of activities after the other, from the commitments alone, and hand in the plan of all."""
    tables, plan = search.tables, commitments(search.tables)
    order = np.argsort(tables.start, kind="stable")
    groups = np.array_split(order, -(-tables.A // activities))
    until = search.seconds + GROUP_SHARE * search.left
    for number, group in enumerate(groups):
        freed = np.zeros(tables.A, dtype=bool)
        freed[group] = True
        chosen = plan.on[pairs[:, 0], pairs[:, 1]] | (freed[pairs[:, 1]] & likely)
        kept = Neighbourhood(plan, freed, np.zeros(tables.P, dtype=bool))
        model = Model(tables, pairs[chosen], most[chosen], kept)
        model.post(tables.rules)
        search.limit(model)
        model.minimise(search.tier)
        seconds = (until - search.seconds) / (len(groups) - number)
        found = worker.solve(model, max(0.01, seconds), lambda: search.over, GROUP_GAP)
        if search.over:
            return
        plan = found.plan or plan
    search.consider(plan)
