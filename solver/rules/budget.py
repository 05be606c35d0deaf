"""The plan stays within its money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, number
from solver.rules.cost import cost_of, money_of

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Budget(Rule):
    """The amount of `cost` ≤ the policy's budget, where one is set."""

    name = "budget"
    title = "Within the budget"
    hard = True
    unit = "money"
    about = ()

    def post(self, model: Model) -> Sequence[Item]:
        """One row, where a budget is set."""
        budget = model.tables.portfolio.policy.budget
        if budget is not None:
            model.add(cost_of(model) <= round(budget * HUNDRED), ())
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Money over."""
        budget = tables.portfolio.policy.budget
        over = 0 if budget is None else max(0, money_of(tables, plan) - round(budget * HUNDRED))
        return Amounts.of(np.zeros((1, 0)), [over])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How much over."""
        return f"{self.demand(tables, key)}; {number(amount)} over"

    def demand(self, tables: Tables, key: Key) -> str:
        """The budget."""
        return f"the plan costs no more than its budget of {number(round((tables.portfolio.policy.budget or 0) * 100))}"
