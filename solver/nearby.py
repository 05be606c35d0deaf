"""Plans close to one that is there: some activities are freed, all teams elsewhere are kept.

Changing a booking has a small price besides what the rules cost, so that nothing moves for next to nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver import score
from solver.model import Model, pairs_of
from solver.plan import Plan
from solver.rules.base import IntArray
from solver.search import UNIT, InternalError, Search
from solver.strategies.cpsat import solve_model
from solver.strategies.mip import Worker
from solver.tables import Bools, Tables

#: what a booking that comes or goes counts beside the rules, and an hour more or less on one that stays
CHANGED_BOOKING, CHANGED_HOUR = 5 * UNIT, UNIT // 10
#: under this name both are in the model's objective
CHANGES = "changes"
#: up to this many pairs CP-SAT settles a model before HiGHS has loaded
TINY = 60

Force = Callable[[Model], None]


def changes(before: Plan, after: Plan) -> int:
    """What the changes from one plan to the other count, in ten-thousandths."""
    came_or_went = before.on != after.on
    shifted = np.abs(after.hours - before.hours)[~came_or_went].sum()
    return CHANGED_BOOKING * int(came_or_went.sum()) + CHANGED_HOUR * int(shifted)


@dataclass(frozen=True)
class Found:
    """The best plan of a model or None; whether no other is better (or, without one, that there is none)."""

    plan: Plan | None
    proven: bool


class Nearby:
    """Looks for plans close to `plan`; the child process with HiGHS is ended by `close`."""

    def __init__(self, search: Search, plan: Plan) -> None:
        self.search, self.plan = search, plan
        self.tables: Tables = search.tables
        self.pairs, self.most = pairs_of(self.tables)
        self.worker = Worker() if len(self.pairs) > TINY else None

    def close(self) -> None:
        """End the child process."""
        if self.worker is not None:
            self.worker.close()

    @cached_property
    def able(self) -> Bools:
        """(P, A): the pairs that some plan can book."""
        able = np.zeros((self.tables.P, self.tables.A), dtype=bool)
        able[self.pairs[:, 0], self.pairs[:, 1]] = True
        return able

    def related(self, freed: Bools, size: int) -> Bools:
        """(A,) these activities and, up to `size` in all, those whose teams could be made of the same people."""
        tables = self.tables
        shared = self.able[:, freed].sum(axis=1) @ self.able + 2 * (
            self.plan.on[:, freed].sum(axis=1) @ self.plan.on.astype(np.int64)
        )
        near = shared / np.maximum(1, np.sqrt(self.able.sum(axis=0)))
        near[np.isin(tables.project, tables.project[freed])] *= 1.5
        near[freed] = np.inf
        wider = freed.copy()
        wider[np.argsort(-near, kind="stable")[:size]] = True
        return wider

    def model(self, freed: Bools) -> Model:
        """The model with all teams kept but those of the freed activities; who is not on those keeps all hours."""
        tables, plan = self.tables, self.plan
        p, a = self.pairs.T
        chosen = freed[a] | plan.on[p, a] | tables.committed[p, a]
        model = Model(tables, self.pairs[chosen], self.most[chosen])
        model.post(tables.rules)
        touched = (plan.on[:, freed] | self.able[:, freed]).any(axis=1)
        items = []
        for i, pair in enumerate(model.pairs):
            before = int(plan.hours[pair])
            if freed[pair[1]] or not before:
                items += self._changes(model, i, before)
                continue
            model.cp.add(model.on[i] == 1)
            blocks, rest = divmod(before - tables.offset(pair), tables.block)
            if touched[pair[0]] or rest or before > self.most[chosen][i]:
                items += self._changes(model, i, before)
            else:
                model.cp.add(model.blocks[i] == blocks)
        model.count(CHANGES, items)
        return model

    def _changes(self, model: Model, i: int, before: int) -> list[tuple[int, object]]:
        if not before:
            return [(CHANGED_BOOKING, model.on[i])]
        hours, on = model.hours[i], model.on[i]
        more, less = model.excess(hours - before), model.excess(before * on - hours)
        return [(CHANGED_BOOKING, 1 - on), (CHANGED_HOUR, more), (CHANGED_HOUR, less)]
