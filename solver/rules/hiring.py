"""Taking somebody on costs money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import Amounts, Item, Key, Rule, number

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Hiring(Rule):
    """The cost of each candidate taken on."""

    name = "hiring"
    title = "Cost of new people"
    default_weight = 1
    unit = "money"
    about = ("person",)

    def post(self, model: Model) -> Sequence[Item]:
        """The cost, if taken on."""
        costs = model.tables.candidate_cost
        return [Item((p,), int(costs[p]) * model.taken_on(p)) for p in np.flatnonzero(costs).tolist()]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """The cost, per candidate taken on."""
        return Amounts.of(np.arange(tables.P), tables.candidate_cost * plan.present)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Who costs what."""
        return f"taking on {tables.person(key[0])} costs {number(amount)}"

    def demand(self, tables: Tables, key: Key) -> str:
        """The most in mode hard."""
        return f"taking on {tables.person(key[0])} costs no more than {number(self.tolerance)}"
