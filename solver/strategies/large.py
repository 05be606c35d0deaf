"""A large portfolio: prices, a plan near what they book, made part by part, then neighbourhoods.

The whole model would take longer to build than there is time. The prices of people's time give a bound over all pairs,
and what they book on the way says who works where for how many hours, as the linear relaxation would. A plan near that
is made for one group of activities after the other, those of a time together, since they want the same people's hours.
Then one neighbourhood after the other is improved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from solver.model import Model, Neighbourhood
from solver.rules.base import IntArray
from solver.search import Search, commitments
from solver.strategies.improve import Choice, improve, side_by_side
from solver.strategies.mip import Worker
from solver.strategies.prices import Floats, Prices, Pricing, ascend
from solver.tables import Bools, Tables

#: steps towards better prices, at most, and the part of the time for them; how large the first is
STEPS, PRICE_SHARE, AGAIN = 600, 0.1, 0.4
#: the part of the time that is left, for the plan made group by group
GROUP_SHARE = 0.5
#: activities in a group; how close to the best of what it may choose from a group comes
GROUP, GROUP_GAP = 50, 0.02
#: a pair booked less than this on the way to the prices is left out; hours beyond those there: a part, and blocks
BOOKED, MORE, MORE_BLOCKS = 0.02, 0.25, 0.5
#: activities freed at once at first; how close to its best a neighbourhood comes
FREED, GAP = 20, 0.005
#: who else may be chosen then, per activity
FEW = 2


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
    ascent = ascend(pricing, prices, STEPS, seconds, search.raise_bound, lambda: search.over, AGAIN)
    choice = Choice(search.tables, pricing.pairs, pricing.most, pricing.value(ascent.prices).dear, FEW)
    likely = ascent.on > BOOKED
    choice.prefer(likely, FEW, pricing.of_activities(ascent.on, ascent.hours))
    search.stage = "improve"

    def start_and_improve() -> None:
        if search.earlier is None:
            search.stage = "start"
            _group_by_group(search, choice, likely, ascent.hours, workers[0], activities)
            search.stage = "improve"
        improve(search, workers[0], 0, choice, freed, GAP)

    others = [partial(improve, search, worker, n, choice, freed, GAP) for n, worker in enumerate(workers) if n]
    side_by_side([start_and_improve, *others])


def _hours_near(tables: Tables, pairs: IntArray, most: IntArray, hours: Floats) -> IntArray:
    """(N,) hours at most so that each group leaves to the others what is theirs."""
    blocks = np.ceil(hours * (1 + MORE) / tables.block + MORE_BLOCKS).astype(np.int64)
    least = tables.rule["smallest_booking"].least(tables)[pairs[:, 1]]  # type: ignore[attr-defined]
    return np.asarray(np.minimum(most, np.maximum(least, blocks * tables.block)))


def _group_by_group(
    search: Search, choice: Choice, likely: Bools, hours: Floats, worker: Worker, activities: int
) -> None:
    """Staff one group of activities after the other, from the commitments alone, and hand in the plan of all.

    likely, hours: (N,) what is booked on the way to the prices, and for how long. activities: in a group, at most.
    """
    tables, pairs, plan = search.tables, choice.pairs, commitments(search.tables)
    committed = tables.committed[pairs[:, 0], pairs[:, 1]]
    most = np.where(likely & ~committed, _hours_near(tables, pairs, choice.most, hours), choice.most)
    groups = np.array_split(np.argsort(tables.start, kind="stable"), -(-tables.A // activities))
    until = search.seconds + GROUP_SHARE * search.left
    for number, group in enumerate(groups):
        freed = np.zeros(tables.A, dtype=bool)
        freed[group] = True
        chosen = plan.on[pairs[:, 0], pairs[:, 1]] | (freed[pairs[:, 1]] & (likely | committed))
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
