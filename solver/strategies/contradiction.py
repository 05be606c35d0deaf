"""Rows that contradict each other already without whole numbers, found by one linear program.

All rows that may give way do so by the same amount, and that amount is minimised. Where it cannot be 0, the rows that
the optimal dual solution speaks of cannot all hold. Duals of the rows that give way add up to 1, so a corner of the
dual polyhedron is taken, and those speak of few rows: a smallest such set, up to ties (Gleeson and Ryan, "Identifying
minimally infeasible subsystems of inequalities", 1990).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2

from solver.rules.base import IntArray
from solver.strategies.mip import Worker
from solver.strategies.question import ENDLESS
from solver.tables import Bools

#: smaller than this is floating point's nothing
NOTHING = 1e-6


@dataclass(frozen=True)
class Rows:
    """Sparse rows low ≤ Σ coefficient × variable ≤ high; row, variable, coefficient: (E,), one entry each.

    low, high: (N,) of the rows; least, most: (V,) of the variables. Beyond `ENDLESS` is no limit.
    """

    row: IntArray
    variable: IntArray
    coefficient: IntArray
    low: IntArray
    high: IntArray
    least: IntArray
    most: IntArray


def contradicting(rows: Rows, giving: Bools, seconds: float, stopped: Callable[[], bool]) -> Bools | None:
    """(N,) rows that cannot all hold, None where without whole numbers all can, or where that is not known in time.

    giving: (N,) the rows that may give way; without them the others can hold.
    """
    with closing(Worker()) as worker:
        program, origin = _program(rows, giving)
        optimum = worker.optimum(program, seconds, stopped)
    if optimum is None or optimum.least <= NOTHING:
        return None
    found = np.zeros(len(rows.low), dtype=bool)
    found[origin[np.abs(optimum.duals) > NOTHING]] = True
    return found


def _program(rows: Rows, giving: Bools) -> tuple[model_pb2.ModelProto, IntArray]:
    """The linear program, and the row of `rows` of which each of its rows is one."""
    low, high = _ends(rows.low), _ends(rows.high)
    from_below, from_above = np.flatnonzero(giving & np.isfinite(low)), np.flatnonzero(giving & np.isfinite(high))
    # Every row that gives way from below and, apart, from above; then the others.
    origin = np.concatenate((from_below, from_above, np.flatnonzero(~giving)))
    amount = len(rows.least)
    steps = np.concatenate((np.ones(len(from_below)), -np.ones(len(from_above))))
    lows, highs = low[origin].copy(), high[origin].copy()
    highs[: len(from_below)] = np.inf
    lows[len(from_below) : len(steps)] = -np.inf
    by_row = np.argsort(rows.row, kind="stable")
    ends = np.searchsorted(rows.row[by_row], np.arange(len(low) + 1))
    counts = (ends[1:] - ends[:-1])[origin]
    first = np.repeat(ends[:-1][origin] - np.cumsum(counts) + counts, counts)
    entries = by_row[first + np.arange(counts.sum())]
    number = np.concatenate((np.repeat(np.arange(len(origin)), counts), np.arange(len(steps))))
    variable = np.concatenate((rows.variable[entries], np.full(len(steps), amount)))
    factor = np.concatenate((rows.coefficient[entries], steps))
    program = model_pb2.ModelProto()
    variables = program.variables
    variables.ids.extend(range(amount + 1))
    variables.lower_bounds.extend([*_ends(rows.least).tolist(), 0.0])
    variables.upper_bounds.extend([*_ends(rows.most).tolist(), np.inf])
    variables.integers.extend([False] * (amount + 1))
    program.objective.linear_coefficients.ids.append(amount)
    program.objective.linear_coefficients.values.append(1.0)
    program.linear_constraints.ids.extend(range(len(origin)))
    program.linear_constraints.lower_bounds.extend(lows.tolist())
    program.linear_constraints.upper_bounds.extend(highs.tolist())
    order = np.lexsort((variable, number))
    matrix = program.linear_constraint_matrix
    matrix.row_ids.extend(number[order].tolist())
    matrix.column_ids.extend(variable[order].tolist())
    matrix.coefficients.extend(factor[order].tolist())
    return program, origin


def _ends(values: IntArray) -> npt.NDArray[np.float64]:
    """Ends of ranges as floating point, infinite where there are none."""
    ends = values.astype(np.float64)
    ends[values >= ENDLESS] = np.inf
    ends[values <= -ENDLESS] = -np.inf
    return ends
