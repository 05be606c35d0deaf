"""Who is on it today stays on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Stability(Rule):
    """max(0, hours of an incumbent booking − h) per incumbent booking of somebody who is there."""

    name = "stability"
    title = "Work taken away from who does it"
    default_weight = 5
    unit = "hours"
    about = ("person", "activity")
    alone = True

    def post(self, model: Model) -> Sequence[Item]:
        """One item per incumbent booking of somebody of whom something is open."""
        items, people = [], set(model.people)
        for (p, a), booking in model.tables.incumbent.items():
            if p not in people:
                continue
            there = HUNDRED * int(booking.hours or 0) * model.taken_on(p)
            items.append(Item((p, a), model.excess(there - HUNDRED * model.hours_pair(p, a))))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours taken away, per incumbent booking."""
        pairs = np.array(list(tables.incumbent), dtype=np.int64).reshape(-1, 2)
        today = np.array([int(booking.hours or 0) for booking in tables.incumbent.values()], dtype=np.int64)
        lost = np.maximum(0, today - plan.hours_of(pairs)) * plan.present[pairs[:, 0]]
        return Amounts.of(pairs, HUNDRED * lost)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """What is taken away from whom."""
        p, a = key
        today = tables.incumbent[p, a].hours
        return f"{tables.person(p)} loses {hours(amount)} of today's {today} h on {tables.activity(a)}"

    def demand(self, tables: Tables, key: Key) -> str:
        """What stays in mode hard."""
        p, a = key
        return f"{tables.person(p)} keeps {tables.incumbent[p, a].hours} h on {tables.activity(a)}, {self.leeway}"
