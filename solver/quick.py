"""Many portfolios one after the other, each for a moment: is there a plan, and what does the best one cost."""

from __future__ import annotations

import threading
import time

import numpy as np

from solver.handmade import scored
from solver.model import Model, pairs_of
from solver.plan import Plan
from solver.portfolio import Portfolio
from solver.search import Search
from solver.settings import Settings
from solver.strategies import exact, guided
from solver.strategies.cpsat import solve_model
from solver.strategies.earlier import hand_in
from solver.strategies.mip import Worker
from solver.tables import Tables


class Quick:
    """Settles portfolios in a `with` block, at the end of which the process with HiGHS, if there is one, is ended."""

    def __init__(self, settings: Settings, stop: threading.Event | None = None) -> None:
        self._settings, self._stop = settings, stop
        self._workers: list[Worker] = []
        #: the latest plan that was looked for without caring what it costs; with a little less it may do again
        self._found: Plan | None = None

    def __enter__(self) -> Quick:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()

    def _processes(self, number: int) -> list[Worker]:
        """So many processes with HiGHS at least; those that ended are begun anew."""
        self._workers = [worker for worker in self._workers if worker.alive]
        while len(self._workers) < number:
            self._workers.append(Worker())
        return self._workers

    def has_plan(self, portfolio: Portfolio, seconds: float) -> bool | None:
        """Whether all hard rules can hold, None where that is not known in time."""
        search = self._search(portfolio, seconds)
        if search.stopped:
            return None
        exact.quick_plans(search)
        if search.plan is None and self._found is not None:
            hand_in(search, scored(self._found.tables, self._found, time.monotonic()))
        if search.plan is not None:
            return True
        model = Model(search.tables)
        model.post(rule for rule in search.tables.rules if rule.binds)
        found = solve_model(model, search, search.budget)
        self._found = found.plan(model) or self._found
        return None if found.status == "UNKNOWN" else found.status != "INFEASIBLE"

    def best(self, portfolio: Portfolio, seconds: float, near: Search | None = None) -> Search:
        """A search that has come to its end: its plan, if any, its cost and its bound.

        near: the search of a portfolio that is nearly the same; in a large one its plan is what to start from.
        """
        search = self._search(portfolio, seconds)
        alone = len(search.tiers) > 1 or self._settings.repeatable
        if alone or len(pairs_of(search.tables)[0]) <= guided.SMALL:
            self._prove(search, alone)
        else:
            known = self._found if near is None else near.plan
            if known is not None:
                hand_in(search, scored(known.tables, known, time.monotonic()))
            if near is not None and near.plan is not None:
                search.earlier = _booked(near.plan, search.tables)
            guided.brief(search, self._processes(guided.processes()))
        return search

    def _prove(self, search: Search, alone: bool) -> None:
        """Solve a small portfolio to its end."""
        exact.quick_plans(search)
        model = exact.whole_model(search)
        if not exact.first_plan(search, model):
            return
        if alone or len(model.pairs) <= exact.TINY:
            exact.by_tiers(search, model)
            return
        found = self._processes(1)[0].solve(model, search.left, lambda: search.stop.is_set())
        if found.plan is not None:
            search.consider(found.plan)
        if found.bound is not None:
            search.raise_bound(found.bound)

    def _search(self, portfolio: Portfolio, seconds: float) -> Search:
        settings = self._settings.model_copy(update={"seconds": seconds})
        return Search(Tables.of(portfolio), settings, None, self._stop)


def _booked(plan: Plan, tables: Tables) -> dict[tuple[int, int], int]:
    """Hours per (person, activity) of another portfolio's plan, in the numbers of these tables."""
    people, activities = plan.tables.portfolio.people, plan.tables.portfolio.activities
    booked = {}
    for p, a in np.argwhere(plan.on):
        pair = tables.person_index.get(people[p].id), tables.activity_index.get(activities[a].id)
        if pair[0] is not None and pair[1] is not None:
            booked[pair[0], pair[1]] = int(plan.hours[p, a])
    return booked
