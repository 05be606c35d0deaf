"""The process with HiGHS: it gets programs and answers with what HiGHS found.

It needs nothing of the solver, so that it is there in half the time where nothing is loaded yet.
"""

from __future__ import annotations

import gc
import os
import select
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2
from ortools.sat import cp_model_pb2

from solver.strategies.question import ENDLESS, Answer, Rows, Way

#: a bound this close to the plan proves it: lowered by the noise, it still rounds up to the plan's whole objective
PROVES = 0.4
#: once teams are decided: seconds for the hours at most, and how close to their best they come
LATER_SECONDS, LATER_GAP = 1.0, 0.0005
#: a plan is known, and nearly the best: fewer trials before a branching, hardly any search for plans, no second start
PROVING = highs_pb2.HighsOptionsProto(
    int_options={"mip_pscost_minreliable": 2},
    double_options={"mip_heuristic_effort": 0.02},
    bool_options={"mip_allow_restart": False},
)


def _linear(rows: Rows) -> model_pb2.ModelProto:
    """The same rows in OR-Tools' format for mathematical programs."""
    source, target = cp_model_pb2.CpModelProto.FromString(rows.written), model_pb2.ModelProto()
    variables = target.variables
    lows, highs = _ends(source.variables)
    variables.ids.extend(range(len(lows)))
    variables.lower_bounds.extend(lows)
    variables.upper_bounds.extend(highs)
    variables.integers.extend(rows.free is not None and i not in rows.free for i in range(len(lows)))
    factors = sorted(zip(source.objective.vars, source.objective.coeffs, strict=True))
    target.objective.linear_coefficients.ids.extend(index for index, _ in factors)
    target.objective.linear_coefficients.values.extend(float(factor) for _, factor in factors)
    linear = [constraint.linear for constraint in source.constraints]
    constraints, matrix = target.linear_constraints, target.linear_constraint_matrix
    lows, highs = _ends(linear)
    constraints.ids.extend(range(len(linear)))
    constraints.lower_bounds.extend(low if low > -ENDLESS else -np.inf for low in lows)
    constraints.upper_bounds.extend(high if high < ENDLESS else np.inf for high in highs)
    columns = np.array([index for row in linear for index in row.vars], dtype=np.int64)
    values = np.array([factor for row in linear for factor in row.coeffs], dtype=float)
    number = np.array([n for n, row in enumerate(linear) for _ in row.vars], dtype=np.int64)
    order = np.lexsort((columns, number))
    matrix.row_ids.extend(number.tolist())
    matrix.column_ids.extend(columns[order].tolist())
    matrix.coefficients.extend(values[order].tolist())
    return target


def _ends(ranges: Iterable[Any]) -> tuple[list[float], list[float]]:
    """The lowest and the highest value of each variable or row."""
    domains = [one.domain for one in ranges]
    return [float(domain[0]) for domain in domains], [float(domain[len(domain) - 1]) for domain in domains]


def _end_with_parent(connection: Connection[Any, Any]) -> None:
    """End this process once the parent is gone; in the midst of a solve nothing else would notice."""
    gone = select.poll()
    gone.register(connection.fileno(), 0)  # no events asked for: what is left is that the other side was closed
    gone.poll()
    os._exit(1)


def serve(connection: Connection[Any, Any]) -> None:
    """Answer until the parent goes away."""
    gc.freeze()  # what was loaded before stays, and much of it may be the solver
    threading.Thread(target=_end_with_parent, args=[connection], daemon=True).start()
    with suppress(EOFError, OSError):  # nobody is there any more
        connection.send(True)  # ready
        while True:
            connection.send(_answer(*connection.recv()))


def _answer(asked: Rows | bytes, seconds: float, gap: float, way: Way) -> Answer:
    began = time.monotonic()
    told = _linear(asked) if isinstance(asked, Rows) else model_pb2.ModelProto.FromString(asked)
    later = asked.later if isinstance(asked, Rows) else ()
    for index in later:
        told.variables.integers[index] = False
    found = _solved(told, seconds - (time.monotonic() - began), gap, way)
    if not later or found.values is None:
        return found
    values = np.rint(found.values)
    for index, whole in enumerate(told.variables.integers):
        if whole:
            told.variables.lower_bounds[index] = told.variables.upper_bounds[index] = values[index]
    for index in later:
        told.variables.integers[index] = True
    hours = _solved(told, LATER_SECONDS, LATER_GAP, Way(way.seed))
    return Answer(found.finished, hours.values, found.bound)


def _solved(told: model_pb2.ModelProto, seconds: float, gap: float, way: Way) -> Answer:
    program = mathopt.Model.from_model_proto(told)
    left = max(0.01, seconds)
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=left),
        relative_gap_tolerance=gap,
        absolute_gap_tolerance=PROVES,
        random_seed=way.seed,
        highs=PROVING if way.proving else highs_pb2.HighsOptionsProto(),
    )
    known = mathopt.SolutionHint({program.get_variable(index): float(value) for index, value in way.known})
    start = mathopt.ModelSolveParameters(solution_hints=[known] if way.known else [])
    date = time.time()
    try:
        result = mathopt.solve(program, mathopt.SolverType.HIGHS, params=parameters, model_params=start)
    except Exception:
        if time.time() >= date:
            raise
        return Answer(False)  # the clock was set back, and a solve that took less than no time is refused
    ended = (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
    values = None
    if result.has_primal_feasible_solution():
        values = np.array(result.variable_values(list(program.variables())))
    duals = None
    if way.duals and result.has_dual_feasible_solution():
        duals = np.array(result.dual_values(list(program.linear_constraints())))
    bound = result.dual_bound()
    return Answer(result.termination.reason in ended, values, bound if np.isfinite(bound) else None, duals)
