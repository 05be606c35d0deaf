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
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Pipe
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2

from solver.forkserver import Forkserver
from solver.model import Decision, Model
from solver.plan import Plan
from solver.strategies.question import Answer, Rows, Way

#: what the child processes run, and where they come from
HIGHS = "solver.strategies.highs"
FORKSERVER = Forkserver(HIGHS)
#: how often a waiting parent looks whether to stop
STOP_POLL = 0.02
#: seconds beyond its time in which HiGHS may still come to its end, before its process is replaced
LATE_SECONDS = 5.0
#: how much too high a bound that was computed in floating point may be; objectives are whole
NOISE = 0.5


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


class Worker:
    """A child process that solves one model after the other; the first may take half a second to be ready."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._here, there = Pipe()
        self._process = FORKSERVER.fork(HIGHS, there)
        self._ready = False

    def relax(self, model: Model, seconds: float, stopped: Callable[[], bool]) -> Relaxation | None:
        """Solve a model in which all is open without whole numbers; None if it did not finish in time."""
        answer = self._ask(partial(_rows, model, whole=False), seconds, 0, Way(), stopped)
        if answer is None or not answer.finished or answer.values is None or answer.bound is None:
            return None
        on, blocks = (answer.values[columns_of(decisions)] for decisions in (model.on, model.blocks))
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
        teams_first: bool = False,
    ) -> Solution:
        """Minimise the model's objective for some seconds, or until within a relative gap of the best there is.

        `proving`: spend the time on the bound, not on plans. `start`: a plan to begin with, left alone where the model
        has no room for it, and not returned where no other was found. `teams_first`: decide who works where with hours
        in fractions, then the hours in whole blocks; the gap and the bound are those of the former.
        """
        known = None if start is None else model.hints(start)
        decided = tuple((variable.index, value) for variable, value in known or ())
        rows = partial(_rows, model, whole=True, teams_first=teams_first, proving=proving)
        answer = self._ask(rows, seconds, gap, Way(seed, proving, decided), stopped)
        if answer is None:
            return Solution(None, None, False)
        plan = None
        if answer.values is not None:
            values = np.rint(answer.values).astype(np.int64)
            if not decided or any(values[index] != value for index, value in decided):
                plan = model.plan(lambda variable: int(values[variable.index]))
        bound = None if answer.bound is None else model.bound_of(answer.bound, NOISE)
        return Solution(plan, bound, answer.finished)

    def optimum(self, program: model_pb2.ModelProto, seconds: float, stopped: Callable[[], bool]) -> Optimum | None:
        """Solve a linear program; None if it did not finish in time, or has no optimum."""
        answer = self._ask(program.SerializeToString, seconds, 0, Way(duals=True), stopped)
        if answer is None or not answer.finished or answer.bound is None or answer.duals is None:
            return None
        return Optimum(answer.bound, answer.duals)

    def _ask(
        self, program: Callable[[], Rows | bytes], seconds: float, gap: float, way: Way, stopped: Callable[[], bool]
    ) -> Answer | None:
        """Hand over a program and wait; None where a stop, or a crash, ended the process, or it did not end in time."""
        try:
            if not self._ready:  # sending a program to a child that still loads would block, and no stop be heard
                if not self._heard(stopped):
                    return None
                self._ready = self._here.recv()
            try:
                asked = program()
            except OSError:
                self.close()  # the next question would have no answer either
                return None
            self._here.send((asked, seconds, gap, way))
            if not self._heard(stopped, seconds + LATE_SECONDS):
                return None
            answer: Answer = self._here.recv()
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
        return self._process.alive and not self._here.closed


def columns_of(decisions: Iterable[Decision]) -> list[int]:
    """Where the values of decisions stand, all of which are open."""
    return [one.index for one in decisions if not isinstance(one, int)]


def _rows(model: Model, *, whole: bool, teams_first: bool = False, proving: bool = False) -> Rows:
    """The rows of a model: it is written to files alone, but to read them here would take thirty times as long.

    What follows from the decisions is whole by itself, and may be a fraction meanwhile; a proof from the best plan is
    shorter by a seventh where HiGHS knows that it is whole.
    """
    with NamedTemporaryFile(suffix=".pb") as file:
        if not model.cp.export_to_file(file.name):
            raise OSError(f"the model could not be written to {file.name}")
        written = Path(file.name).read_bytes()
    hours = frozenset(columns_of(model.blocks)) if teams_first else frozenset[int]()
    follows = frozenset[int]() if proving and not teams_first else frozenset(model.follows)
    return Rows(written, follows if whole else None, hours)
