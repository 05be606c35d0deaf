"""The work gets done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Staffing(Rule):
    """E[a] − T[a] per activity; item weight importance."""

    name = "staffing"
    title = "Hours left open"
    default_weight = 20
    unit = "hours"
    about = ("activity",)

    def post(self, model: Model) -> Sequence[Item]:
        """The open hours are the hours asked for less the hours booked."""
        tables, weights = model.tables, model.tables.importance.tolist()
        return [
            Item((a,), model.excess(HUNDRED * int(tables.asked[a]) - HUNDRED * model.hours_on(a)), weights[a])
            for a in model.activities
        ]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Open hours per activity."""
        open_hours = np.maximum(0, tables.asked - plan.of_activity)
        return Amounts.of(np.arange(tables.A), HUNDRED * open_hours, tables.importance)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours nobody does."""
        return f"{tables.activity(key[0])}: {hours(amount)} of {tables.asked[key[0]]} h are not staffed"

    def demand(self, tables: Tables, key: Key) -> str:
        """What must be filled in mode hard."""
        return f"{tables.activity(key[0])} wants its {tables.asked[key[0]]} h staffed, {self.leeway}"
