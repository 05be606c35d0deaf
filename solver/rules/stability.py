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

    def post(self, model: Model) -> Sequence[Item]:
        """One item per incumbent booking."""
        items = []
        for (p, a), booking in model.tables.incumbent.items():
            there = HUNDRED * int(booking.hours or 0) * model.taken_on(p)
            items.append(Item((p, a), model.excess(there - HUNDRED * model.hours_pair(p, a))))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours taken away, per incumbent booking."""
        lost = [
            max(0, int(booking.hours or 0) - int(plan.hours[pair])) * int(plan.present[pair[0]])
            for pair, booking in tables.incumbent.items()
        ]
        return Amounts.of(
            np.array(list(tables.incumbent), dtype=np.int64).reshape(-1, 2), HUNDRED * np.array(lost, dtype=np.int64)
        )

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """What is taken away from whom."""
        p, a = key
        today = tables.incumbent[p, a].hours
        return f"{tables.person(p)} loses {hours(amount)} of today's {today} h on {tables.activity(a)}"

    def demand(self, tables: Tables, key: Key) -> str:
        """What stays in mode hard."""
        p, a = key
        return f"{tables.person(p)} keeps {tables.incumbent[p, a].hours} h on {tables.activity(a)}, {self.leeway}"
