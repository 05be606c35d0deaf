"""HiGHS on a model, in a process of its own.

Where CP-SAT takes half a minute to prove a plan of 12 people optimal, HiGHS takes seconds; on a small part of a large
portfolio it finds better plans sooner. It cannot be interrupted from another thread, so it runs in a child process,
which a stop ends at once and whose crash takes nothing along. What it returns is floating point: plans are rounded and
checked like any other, bounds are lowered by a tolerance.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection, Pipe
from typing import Any

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from solver.model import Model
from solver.plan import Plan
from solver.strategies.relaxation import TOLERANCE, linear_model

#: how often a waiting parent looks whether to stop
STOP_POLL = 0.02
#: objectives are whole, so a bound closer than this to the plan proves it
LESS_THAN_ONE = 0.9


@dataclass(frozen=True)
class Solution:
    """A rounded plan or None, the bound in ten-thousandths or None, whether the solver came to its end."""

    plan: Plan | None
    bound: int | None
    finished: bool


class Worker:
    """A child process that solves one model after the other; start it early, it takes half a second to be ready."""

    def __init__(self) -> None:
        self._here, there = Pipe()
        command = [sys.executable, "-P", "-m", "solver.strategies.mip", str(there.fileno())]
        # In a group of its own: Ctrl-C is for the parent, which decides when to stop.
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[there.fileno()], process_group=0
        )
        there.close()

    def solve(self, model: Model, seconds: float, stopped: Callable[[], bool], gap: float = 0) -> Solution:
        """Minimise the model's objective for some seconds, or until within a relative gap of the best there is.

        A stop ends the process; a crash is as good as no answer.
        """
        nothing = Solution(None, None, False)
        try:
            self._here.send((linear_model(model, whole=True).SerializeToString(), seconds, gap))
            while not self._here.poll(STOP_POLL):
                if stopped():
                    self.close()
                    return nothing
            finished, values, bound = self._here.recv()
        except (EOFError, OSError):
            return nothing
        found = None if values is None else model.plan(lambda variable: int(values[variable.index]))
        return Solution(found, None if bound is None else model.bound_of(bound, TOLERANCE), finished)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._here.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None and not self._here.closed


def _serve(connection: Connection[Any, Any]) -> None:
    """Answer until the parent goes away."""
    while True:
        try:
            serialised, seconds, gap = connection.recv()
        except EOFError:
            return
        began = time.monotonic()
        program = mathopt.Model.from_model_proto(model_pb2.ModelProto.FromString(serialised))
        left = max(0.01, seconds - (time.monotonic() - began))
        parameters = mathopt.SolveParameters(
            time_limit=timedelta(seconds=left), relative_gap_tolerance=gap, absolute_gap_tolerance=LESS_THAN_ONE
        )
        result = mathopt.solve(program, mathopt.SolverType.HIGHS, params=parameters)
        ended = (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
        values = None
        if result.has_primal_feasible_solution():
            values = np.rint(result.variable_values(list(program.variables()))).astype(np.int64)
        bound = result.dual_bound()
        connection.send((result.termination.reason in ended, values, bound if np.isfinite(bound) else None))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
