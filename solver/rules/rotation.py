"""Whoever rotates really works elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Rotation(Rule):
    """Hours of p on other units' projects ≥ `rotation_share` × H[p]."""

    name = "rotation"
    title = "Rotation"
    hard = True
    unit = "hours"
    about = ("person",)
    alone = True

    def post(self, model: Model) -> Sequence[Item]:
        """One row per person who rotates."""
        tables = model.tables
        for p in model.among(np.flatnonzero(tables.rotation_share)):
            away = model.total([model.hours[i] for i in model.work[p] if tables.foreign[p, model.activity[i]]])
            model.add(HUNDRED * away >= int(tables.rotation_share[p]) * model.hours_of(p), (p,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours short, per person."""
        away = plan.hours_where(tables.foreign)
        return Amounts.of(np.arange(tables.P), np.maximum(0, tables.rotation_share * plan.of_person - HUNDRED * away))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours elsewhere are short."""
        return f"{self.demand(tables, key)}; {hours(amount)} short"

    def demand(self, tables: Tables, key: Key) -> str:
        """The share to be worked elsewhere."""
        share = tables.rotation_share[key[0]]
        return f"{tables.person(key[0])} works at least {share} % of the booked hours for other units"
