"""One CP-SAT solve under a search's time limit and stop, with its status looked at once, here."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.model import Model
from solver.plan import Plan
from solver.search import InternalError, Search

#: variables with the values to start from
Hint = Sequence[tuple[cp_model.IntVar, int]]
#: time for working out what follows from a plan
COMPLETE_SECONDS = 5.0
#: how often a stop asked for from outside is passed on; one that comes before the solve begins is lost, so repeat it
STOP_POLL = 0.02


class _Told(cp_model.CpSolverSolutionCallback):
    """Passes what CP-SAT finds on to the search's progress."""

    def __init__(self, model: Model, search: Search) -> None:
        super().__init__()
        self._model, self._search = model, search

    def on_solution_callback(self) -> None:
        self._search.plans += 1
        self._search.tell(best=self._model.cost_of(self.objective_value))


@contextmanager
def stopping(
    solver: cp_model.CpSolver, seconds: float = math.inf, stopped: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Pass a stop on to the solver while it runs, and the end of its time.

    Its own time limit goes by the date: where somebody sets the clock back meanwhile, it would go on for as long.
    """
    done, ends = threading.Event(), time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(STOP_POLL):
            if stopped() or time.monotonic() >= ends:
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


@dataclass(frozen=True)
class Solution:
    """What a CP-SAT solve ended with: `status` by name; all variables' values, their cost and the bound, or None."""

    status: str
    values: Sequence[int] | None
    cost: int | None
    bound: int | None

    def plan(self, model: Model) -> Plan | None:
        """The plan of the values."""
        values = self.values
        return None if values is None else model.plan(lambda variable: values[variable.index])


def solve_model(
    model: Model,
    search: Search,
    seconds: float,
    hint: Hint = (),
    *,
    tell: bool = False,
    fix: bool = False,
    gap_limit: float = 0,
    stopped: Callable[[], bool] = lambda: False,
) -> Solution:
    """Minimise the model's objective, if it has one, for some seconds, starting from a hint.

    tell: report progress and bound of this solve as the search's own (the model is the whole portfolio). fix: take the
    hint as given and work out only what follows from it. gap_limit: relative distance from the best that is enough.
    stopped: another reason to stop, besides the search's own.
    """
    solver, settings = cp_model.CpSolver(), search.settings
    parameters = solver.parameters
    parameters.num_workers = 1 if fix else settings.workers
    # Its own handler would take Ctrl-C away from whoever called, and ends the process when another solve follows.
    parameters.catch_sigint_signal = False
    parameters.random_seed = settings.seed
    parameters.fix_variables_to_their_hinted_value = fix
    parameters.relative_gap_limit = gap_limit
    if settings.repeatable:
        parameters.interleave_search = parameters.num_workers > 1
        parameters.max_deterministic_time = seconds
    else:
        parameters.max_time_in_seconds = seconds
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    for variable, value in hint:
        model.cp.add_hint(variable, value)
    if tell:
        solver.best_bound_callback = lambda bound: search.raise_bound(model.bound_of(bound))
    limit = math.inf if settings.repeatable else seconds
    with stopping(solver, limit, lambda: search.stop.is_set() or stopped() or (tell and search.proven)):
        status = solver.solve(model.cp, _Told(model, search) if tell else None)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = list(solver.response_proto.solution)
        cost, bound = solver.objective_value, solver.best_objective_bound
        return Solution(status.name, values, model.cost_of(cost), model.bound_of(bound))
    if status == cp_model.MODEL_INVALID:
        raise InternalError(f"the model is invalid: {model.cp.validate()}")
    return Solution(status.name, None, None, None)


def complete_hint(model: Model, search: Search, plan: Plan) -> Hint:
    """A hint for every variable, worked out from a plan; an incomplete one is lost. Empty if the model has no room."""
    decisions = model.hints(plan)
    if decisions is None:
        return ()
    found = solve_model(model, search, min(COMPLETE_SECONDS, search.budget), decisions, fix=True)
    return [(model.cp.get_int_var_from_proto_index(i), value) for i, value in enumerate(found.values or ())]
