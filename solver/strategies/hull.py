"""What one person can do at best, in whole bookings: a better bound than fractions give.

The prices let everybody do parts of everything. Who has 72 hours for three activities that want 40 each works on one of
them with fewer, or not at all. For each person the best set of whole bookings is worked out at the prices of everything
but the person's own time, by CP-SAT, in a few milliseconds; no plan gives more, so this is a row for every plan (an
inequality of the person's own integer hull), and gets a price like the others (Lagrangian cuts). On 200 people and 300
activities two rounds of it raise the bound by 0.2 % of the value.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil

import numpy as np
from ortools.sat.python import cp_model

from solver.rules.base import IntArray
from solver.search import UNIT
from solver.strategies.prices import Prices, Pricing

#: costs are whole multiples of this, in ten-thousandths, and CP-SAT computes in them
STEP = UNIT // 100
#: CP-SAT's deterministic time for one person: hardly ever needed, and what it has proven by then counts
EFFORT = 0.5


def cut(pricing: Pricing, at: Prices, stopped: Callable[[], bool]) -> tuple[Pricing, Prices]:
    """The pricing with one more row for each person to whom something pays, and the prices with a 0 for each row."""
    hour, once = pricing.costs(at)
    block = pricing.tables.block
    per_block, per_booking = np.rint(hour * block / STEP).astype(np.int64), np.rint(once / STEP).astype(np.int64)
    least = -(-pricing.least // block)
    pays = np.minimum(per_block * least, per_block * (pricing.most // block)) + per_booking < 0
    pays[pricing.kept] = False  # what is kept has a value of its own
    pays &= ~pricing.tables.committed[pricing.p, pricing.a]
    paying = np.flatnonzero(pays).astype(np.int64)  # person by person, as the pairs are
    those = np.split(paying, np.flatnonzero(np.diff(pricing.p[paying])) + 1) if len(paying) else []

    def best(pairs: IntArray) -> int | None:
        return None if stopped() else _best(pricing, pairs, per_block[pairs], per_booking[pairs])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [(pairs, least) for pairs, least in zip(those, pool.map(best, those), strict=True) if least is not None]
    if not found:
        return pricing, at
    per_hour, at_once = per_block.astype(float) * STEP / block, per_booking.astype(float) * STEP
    rows = [(pairs, per_hour[pairs], at_once[pairs], float(STEP * least)) for pairs, least in found]
    return pricing.with_rows(rows), {**at, "hull": np.append(at["hull"], np.zeros(len(rows)))}


def _best(pricing: Pricing, pairs: IntArray, per_block: IntArray, per_booking: IntArray) -> int | None:
    """No set of whole bookings of these pairs of one person costs less, in steps; None if CP-SAT came to no answer."""
    tables, person = pricing.tables, int(pricing.p[pairs[0]])
    model, cost = cp_model.CpModel(), []
    tasks: list[tuple[int, int, cp_model.IntVar, int]] = []
    for i, of_block, of_booking in zip(pairs.tolist(), per_block.tolist(), per_booking.tolist(), strict=True):
        a, most = pricing.a[i], int(pricing.most[i]) // tables.block
        on, blocks = model.new_bool_var(""), model.new_int_var(0, most, "")
        model.add(blocks <= most * on)
        model.add(blocks >= ceil(int(pricing.least[i]) / tables.block) * on)
        cost.append(of_block * blocks + of_booking * on)
        tasks.append((int(tables.open_from[a]), int(tables.last[a]), blocks, most))
    room = np.append(0, np.cumsum(tables.available[person]))
    for first in {task[0] for task in tasks}:
        for last in {task[1] for task in tasks}:
            inside = [task for task in tasks if first <= task[0] and task[1] <= last]
            space = int(room[last + 1] - room[first]) // tables.block
            if inside and sum(task[3] for task in inside) > space:
                model.add(sum(task[2] for task in inside) <= space)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return ceil(solver.best_objective_bound - 1e-6)
