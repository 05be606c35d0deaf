"""What the plan costs in money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, number

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables


def fixed_costs(tables: Tables) -> int:
    """The policy's fixed costs, in hundredths of money."""
    return sum(round(one.money * HUNDRED) for one in tables.portfolio.policy.fixed_costs)


def cost_of(model: Model) -> Expression:
    """Σ rate × h + fixed costs in the solver's model, hundredths of money."""
    rates = model.tables.rate
    paid = [int(rates[p]) * model.hours[i] for i, p in enumerate(model.person) if rates[p]]
    return model.total(paid) + int(rates[model.elsewhere[:, 0]] @ model.hours_elsewhere) + fixed_costs(model.tables)


def money_of(tables: Tables, plan: Plan) -> int:
    """Σ rate × h + fixed costs of a plan, hundredths of money."""
    return int((tables.rate * plan.of_person).sum()) + fixed_costs(tables)


class Cost(Rule):
    """Σ rate × h, plus fixed costs; the whole plan is one item."""

    name = "cost"
    title = "Cost of the plan"
    unit = "money"
    about = ()

    def post(self, model: Model) -> Sequence[Item]:
        """One item for the whole plan."""
        return [Item((), cost_of(model))]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """The money."""
        return Amounts.of(np.zeros((1, 0)), [money_of(tables, plan)])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """The money."""
        return f"the booked hours and fixed costs come to {number(amount)}"

    def demand(self, tables: Tables, key: Key) -> str:
        """The limit in mode hard."""
        return f"the plan costs no more than {number(self.tolerance)}"
