"""HiGHS on a model, in a process of its own.

Where CP-SAT takes half a minute to prove a plan of 12 people optimal, HiGHS takes seconds; on a small part of a large
portfolio it finds better plans sooner. It cannot be interrupted from another thread, so it runs in a child process,
which a stop ends at once and whose crash takes nothing along. Its time limit goes by the date, so its time is watched
from here too: set back, it would go on for as long. What it returns is floating point: plans are rounded and
checked like any other, bounds are lowered by half of the smallest difference there is.

All rows of a model are linear. Without whole numbers its optimum is a little below the best plan, and it books nearly
what the best plan books: a bound for the whole model and a guide to where good plans are.
"""

from __future__ import annotations

import math
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2
from ortools.sat import cp_model_pb2

from solver.model import Decision, Model
from solver.plan import Plan

#: how often a waiting parent looks whether to stop
STOP_POLL = 0.02
#: seconds beyond its time in which HiGHS may still come to its end, before its process is replaced
LATE_SECONDS = 5.0
#: rows and bounds of CP-SAT without an end are given with an end beyond this
ENDLESS = 2**62
#: how much too high a bound that was computed in floating point may be; objectives are whole
NOISE = 0.5
#: a bound this close to the plan proves it: lowered by the noise, it still rounds up to the plan's whole objective
PROVES = 0.4
#: a plan is known, and nearly the best: fewer trials before a branching, hardly any search for plans, no second start
PROVING = highs_pb2.HighsOptionsProto(
    int_options={"mip_pscost_minreliable": 2},
    double_options={"mip_heuristic_effort": 0.02},
    bool_options={"mip_allow_restart": False},
)


@dataclass(frozen=True)
class Solution:
    """A rounded plan or None, the bound in ten-thousandths or None, whether the solver came to its end."""

    plan: Plan | None
    bound: int | None
    finished: bool


@dataclass(frozen=True)
class Relaxation:
    """bound: no plan of these pairs costs less, ten-thousandths; (N,) the part that is on, 0–1, and the hours."""

    bound: int
    on: npt.NDArray[np.float64]
    hours: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Optimum:
    """Of a linear program: the least that its objective can be, and (rows,) the duals."""

    least: float
    duals: npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Rows:
    """A CP-SAT model as OR-Tools writes it, and which of its variables need not be whole, None for all of them."""

    written: bytes
    free: frozenset[int] | None

    @classmethod
    def of(cls, model: Model, *, whole: bool) -> _Rows:
        """Those of a model: it is written to files alone, but to read its rows here would take thirty times as long."""
        with NamedTemporaryFile(suffix=".pb") as file:
            model.cp.export_to_file(file.name)
            return cls(Path(file.name).read_bytes(), frozenset(model.follows) if whole else None)


@dataclass(frozen=True)
class _Answer:
    """What the child found: values of the variables, bound on the objective, duals; None where there are none."""

    finished: bool
    values: npt.NDArray[np.float64] | None = None
    bound: float | None = None
    duals: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class _Way:
    """How to go about it: the seed; whether the bound matters more than plans; (variable, value) of a plan known.

    duals: whether they are asked for.
    """

    seed: int = 0
    proving: bool = False
    known: tuple[tuple[int, int], ...] = ()
    duals: bool = False


class Worker:
    """A child process that solves one model after the other; start it early, it takes half a second to be ready."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._here, there = Pipe()
        command = [sys.executable, "-P", "-m", "solver.strategies.mip", str(there.fileno())]
        # In a group of its own: Ctrl-C is for the parent, which decides when to stop.
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[there.fileno()], process_group=0
        )
        there.close()
        self._ready = False

    def relax(self, model: Model, seconds: float, stopped: Callable[[], bool]) -> Relaxation | None:
        """Solve a model in which all is open without whole numbers; None if it did not finish in time."""
        answer = self._ask(partial(_Rows.of, model, whole=False), seconds, 0, _Way(), stopped)
        if answer is None or not answer.finished or answer.values is None or answer.bound is None:
            return None
        on, blocks = (answer.values[_columns(decisions)] for decisions in (model.on, model.blocks))
        offset = np.array([model.tables.offset(pair) for pair in model.pairs])
        return Relaxation(model.bound_of(answer.bound, NOISE), on, model.tables.block * blocks + offset * on)

    def solve(
        self,
        model: Model,
        seconds: float,
        stopped: Callable[[], bool],
        gap: float = 0,
        seed: int = 0,
        proving: bool = False,
        start: Plan | None = None,
    ) -> Solution:
        """Minimise the model's objective for some seconds, or until within a relative gap of the best there is.

        `proving`: spend the time on the bound, not on plans. `start`: a plan to begin with, left alone where the model
        has no room for it.
        """
        known = None if start is None else model.hints(start)
        decided = tuple((variable.index, value) for variable, value in known or ())
        answer = self._ask(partial(_Rows.of, model, whole=True), seconds, gap, _Way(seed, proving, decided), stopped)
        if answer is None:
            return Solution(None, None, False)
        plan = None
        if answer.values is not None:
            values = np.rint(answer.values).astype(np.int64)
            plan = model.plan(lambda variable: int(values[variable.index]))
        bound = None if answer.bound is None else model.bound_of(answer.bound, NOISE)
        return Solution(plan, bound, answer.finished)

    def optimum(self, program: model_pb2.ModelProto, seconds: float, stopped: Callable[[], bool]) -> Optimum | None:
        """Solve a linear program; None if it did not finish in time, or has no optimum."""
        answer = self._ask(program.SerializeToString, seconds, 0, _Way(duals=True), stopped)
        if answer is None or not answer.finished or answer.bound is None or answer.duals is None:
            return None
        return Optimum(answer.bound, answer.duals)

    def _ask(
        self, program: Callable[[], _Rows | bytes], seconds: float, gap: float, way: _Way, stopped: Callable[[], bool]
    ) -> _Answer | None:
        """Hand over a program and wait; None where a stop, or a crash, ended the process, or it did not end in time."""
        try:
            if not self._ready:  # sending a program to a child that still loads would block, and no stop be heard
                if not self._heard(stopped):
                    return None
                self._ready = self._here.recv()
            self._here.send((program(), seconds, gap, way))
            if not self._heard(stopped, seconds + LATE_SECONDS):
                return None
            answer: _Answer = self._here.recv()
        except (EOFError, OSError):
            return None
        return answer

    def _heard(self, stopped: Callable[[], bool], seconds: float = math.inf) -> bool:
        """Wait until the child says something; False where a stop came before, which ends it, or its time was over."""
        until = time.monotonic() + seconds
        while not self._here.poll(STOP_POLL):
            if stopped():
                self.close()
                return False
            if time.monotonic() >= until:
                self.close()
                self._start()
                return False
        return True

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._here.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None and not self._here.closed


def _columns(decisions: Sequence[Decision]) -> list[int]:
    """Where the values of decisions stand, all of which are open."""
    return [one.index for one in decisions if not isinstance(one, int)]


def _linear(rows: _Rows) -> model_pb2.ModelProto:
    """The same rows in OR-Tools' format for mathematical programs."""
    source, target = cp_model_pb2.CpModelProto.FromString(rows.written), model_pb2.ModelProto()
    variables = target.variables
    domains = [(variable.domain[0], variable.domain[len(variable.domain) - 1]) for variable in source.variables]
    variables.ids.extend(range(len(domains)))
    variables.lower_bounds.extend(float(low) for low, _ in domains)
    variables.upper_bounds.extend(float(high) for _, high in domains)
    variables.integers.extend(rows.free is not None and i not in rows.free for i in range(len(domains)))
    factors = sorted(zip(source.objective.vars, source.objective.coeffs, strict=True))
    target.objective.linear_coefficients.ids.extend(index for index, _ in factors)
    target.objective.linear_coefficients.values.extend(float(factor) for _, factor in factors)
    constraints, matrix = target.linear_constraints, target.linear_constraint_matrix
    for number, constraint in enumerate(source.constraints):
        row = constraint.linear
        low, high = row.domain[0], row.domain[len(row.domain) - 1]
        constraints.ids.append(number)
        constraints.lower_bounds.append(float(low) if low > -ENDLESS else -np.inf)
        constraints.upper_bounds.append(float(high) if high < ENDLESS else np.inf)
        entries = sorted(zip(row.vars, row.coeffs, strict=True))
        matrix.row_ids.extend([number] * len(entries))
        matrix.column_ids.extend(index for index, _ in entries)
        matrix.coefficients.extend(float(factor) for _, factor in entries)
    return target


def _end_with_parent(connection: Connection[Any, Any]) -> None:
    """End this process once the parent is gone; in the midst of a solve nothing else would notice."""
    gone = select.poll()
    gone.register(connection.fileno(), 0)  # no events asked for: what is left is that the other side was closed
    gone.poll()
    os._exit(1)


def _serve(connection: Connection[Any, Any]) -> None:
    """Answer until the parent goes away."""
    threading.Thread(target=_end_with_parent, args=[connection], daemon=True).start()
    with suppress(EOFError, OSError):  # nobody is there any more
        connection.send(True)  # ready
        while True:
            connection.send(_answer(*connection.recv()))


def _answer(asked: _Rows | bytes, seconds: float, gap: float, way: _Way) -> _Answer:
    began = time.monotonic()
    told = _linear(asked) if isinstance(asked, _Rows) else model_pb2.ModelProto.FromString(asked)
    program = mathopt.Model.from_model_proto(told)
    left = max(0.01, seconds - (time.monotonic() - began))
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
        return _Answer(False)  # the clock was set back, and a solve that took less than no time is refused
    ended = (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
    values = None
    if result.has_primal_feasible_solution():
        values = np.array(result.variable_values(list(program.variables())))
    duals = None
    if way.duals and result.has_dual_feasible_solution():
        duals = np.array(result.dual_values(list(program.linear_constraints())))
    bound = result.dual_bound()
    return _Answer(result.termination.reason in ended, values, bound if np.isfinite(bound) else None, duals)


if __name__ == "__main__":
    # Under its real name, so that what it sends can be read by a parent that imported it.
    from solver.strategies import mip

    mip._serve(Connection(int(sys.argv[1])))
