"""Nobody is asked for more hours than they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Availability(Rule):
    """Σ_t max(0, Σ_a w[p,a,t] + mentor hours of p − avail[p,t]) = 0 for every person.

    The model needs no variable per period: all windows are intervals, so hours fit their windows if and only if, for
    every interval of periods, the hours whose windows lie inside it are at most the hours available in it (Hall).
    """

    name = "availability"
    title = "Hours a person has"
    hard = True
    unit = "hours"
    about = ("person",)
    alone = True

    def post(self, model: Model) -> Sequence[Item]:
        """One row per person and interval that could bind; of those about the same decisions, the tightest."""
        for p in model.people:
            self._post_person(model, p)
        return ()

    def _post_person(self, model: Model, p: int) -> None:
        tables = model.tables
        room = [0, *np.cumsum(tables.available[p]).tolist()]
        # A task is a window with an amount that moves freely in it; rigid hours take their period whenever booked.
        tasks = [(int(tables.open_from[a]), int(tables.last[a]), task, most) for a, task, most in model.tasks_of(p)]
        rigid = model.rigid_of(p)
        if all(isinstance(amount, int) for amount in [task[2] for task in tasks] + [on for on, _ in rigid]):
            return  # nothing may change, so what is there fits
        for t in np.flatnonzero(sum((split for _, split in rigid), np.zeros(tables.T, dtype=np.int64))):
            used = model.total([int(split[t]) * on for on, split in rigid if split[t]])
            model.add(used <= int(tables.available[p, t]), (p,))
        ending: dict[int, list[int]] = {}
        for n, task in enumerate(tasks):
            ending.setdefault(task[1], []).append(n)
        lasts = sorted(ending)
        # The least space of intervals with the same open tasks and rigid hours: what is settled in them differs.
        spaces: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        for first in {task[0] for task in tasks}:
            inside: list[int] = []
            begins, settled = False, 0
            # Intervals that begin or end where no task does give nothing: a smaller one is tighter.
            for last in lasts:
                ends = False
                for n in ending[last]:
                    start, _, amount, _ = tasks[n]
                    if start >= first:
                        if isinstance(amount, int):
                            settled += amount
                        else:
                            inside.append(n)
                        begins, ends = begins or start == first, True
                if begins and ends:
                    taken = tuple(int(split[first : last + 1].sum()) for _, split in rigid)
                    of, space = (tuple(inside), taken), room[last + 1] - room[first] - settled
                    spaces[of] = min(space, spaces.get(of, space))
        for (those, taken), space in spaces.items():
            if sum(tasks[n][3] for n in those) + sum(taken) > space:
                hours_there = [tasks[n][2] for n in those]
                hours_there += [hours * on for hours, (on, _) in zip(taken, rigid, strict=True) if hours]
                model.add(model.total(hours_there) <= space, (p,))

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours over, per person."""
        over = np.maximum(0, plan.load - tables.available).sum(axis=1)
        return Amounts.of(np.arange(tables.P), HUNDRED * over)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours too many."""
        return f"{tables.person(key[0])}: {hours(amount)} more than available in the periods of the work"

    def demand(self, tables: Tables, key: Key) -> str:
        """What the rule asks of the person."""
        available = int(tables.hours_available[key[0]])
        return f"{tables.person(key[0])} has {available} h in all, and only so many in each period"
