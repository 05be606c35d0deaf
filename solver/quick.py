"""Many portfolios one after the other, each for a moment: is there a plan, and what does the best one cost."""

from __future__ import annotations

import threading
import time
from functools import cached_property

import numpy as np

from solver.handmade import scored
from solver.model import Model
from solver.portfolio import Portfolio
from solver.search import Search
from solver.settings import Settings
from solver.strategies import exact, guided
from solver.strategies.cpsat import solve_model
from solver.strategies.earlier import hand_in
from solver.strategies.mip import Worker
from solver.tables import Tables

#: up to this many pairs CP-SAT has proven a plan before HiGHS has loaded
TINY = 60


class Quick:
    """Settles portfolios in a `with` block, at the end of which the process with HiGHS, if there is one, is ended."""

    def __init__(self, settings: Settings, stop: threading.Event | None = None) -> None:
        self._settings, self._stop = settings, stop

    def __enter__(self) -> Quick:
        return self

    def __exit__(self, *_: object) -> None:
        if "_worker" in vars(self):
            self._worker.close()

    @cached_property
    def _worker(self) -> Worker:
        return Worker()

    def has_plan(self, portfolio: Portfolio, seconds: float) -> bool | None:
        """Whether all hard rules can hold, None where that is not known in time."""
        search = self._search(portfolio, seconds)
        if search.stopped:
            return None
        exact.quick_plans(search)
        if search.plan is not None:
            return True
        model = Model(search.tables)
        model.post(rule for rule in search.tables.rules if rule.binds)
        status = solve_model(model, search, search.budget).status
        return None if status == "UNKNOWN" else status != "INFEASIBLE"

    def best(self, portfolio: Portfolio, seconds: float, near: Search | None = None) -> Search:
        """A search that has come to its end: its plan, if any, its cost and its bound.

        near: the search of a portfolio that is nearly the same; in a large one its plan is what to start from.
        """
        search = self._search(portfolio, seconds)
        alone = len(search.tiers) > 1 or self._settings.repeatable
        if not alone and near is not None and near.plan is not None:
            hand_in(search, scored(near.tables, near.plan, time.monotonic()))
        exact.quick_plans(search)
        model = exact.whole_model(search)
        if not alone and len(model.pairs) > guided.SMALL:
            search.earlier = None if near is None else _booked(near, search.tables)
            guided.solve(search)
        elif exact.first_plan(search, model):
            if alone or len(model.pairs) <= TINY or not self._worker.alive:
                exact.by_tiers(search, model)
            else:
                found = self._worker.solve(model, search.left, lambda: search.stop.is_set())
                if found.plan is not None:
                    search.consider(found.plan)
                if found.bound is not None:
                    search.raise_bound(found.bound)
        return search

    def _search(self, portfolio: Portfolio, seconds: float) -> Search:
        settings = self._settings.model_copy(update={"seconds": seconds})
        return Search(Tables.of(portfolio), settings, None, self._stop)


def _booked(search: Search, tables: Tables) -> dict[tuple[int, int], int] | None:
    """Hours per (person, activity) of another portfolio's plan, in the numbers of these tables."""
    plan = search.plan
    if plan is None:
        return None
    people, activities = plan.tables.portfolio.people, plan.tables.portfolio.activities
    booked = {}
    for p, a in np.argwhere(plan.on):
        pair = tables.person_index.get(people[p].id), tables.activity_index.get(activities[a].id)
        if pair[0] is not None and pair[1] is not None:
            booked[pair[0], pair[1]] = int(plan.hours[p, a])
    return booked
