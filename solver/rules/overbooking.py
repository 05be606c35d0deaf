"""No more hours than an activity asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Overbooking(Rule):
    """T[a] ≤ E[a]."""

    name = "overbooking"
    title = "No more than asked"
    hard = True
    unit = "hours"
    about = ("activity",)

    def post(self, model: Model) -> Sequence[Item]:
        """One row per activity."""
        for a in model.activities:
            if model.team[a]:
                model.add(model.hours_on(a) <= int(model.tables.asked[a]), (a,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours over, per activity."""
        return Amounts.of(np.arange(tables.A), HUNDRED * np.maximum(0, plan.of_activity - tables.asked))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours too many."""
        return f"{tables.activity(key[0])}: {hours(amount)} more than the {tables.asked[key[0]]} h it asks for"

    def demand(self, tables: Tables, key: Key) -> str:
        """The hours asked for."""
        return f"{tables.activity(key[0])} takes no more than the {tables.asked[key[0]]} h it asks for"
