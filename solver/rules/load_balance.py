"""Nobody idles and nobody is full to the brim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Share
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, RuleSettings, hours, percent

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class LoadBalance(Rule):
    """max(0, `low` × A − H[p]) + max(0, H[p] − `high` × A), A = Σ_t avail; for everybody who is there."""

    name = "load_balance"
    title = "Uneven load"
    default_weight = 2
    unit = "hours"
    about = ("person",)
    alone = True

    class Settings(RuleSettings):
        """Between `low` and `high` of the hours available."""

        low: Share = 0.6
        high: Share = 0.9

    def post(self, model: Model) -> Sequence[Item]:
        """Hours below and above the band, per person."""
        low, high, items = percent(self.settings.low), percent(self.settings.high), []
        for p in model.people:
            available = int(model.tables.hours_available[p])
            booked = HUNDRED * model.hours_of(p)
            below = model.excess(low * available * model.taken_on(p) - booked)
            items.append(Item((p,), below + model.excess(booked - high * available)))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours outside the band, per person."""
        available, booked = tables.hours_available, HUNDRED * plan.of_person
        below = np.maximum(0, percent(self.settings.low) * available - booked) * plan.present
        above = np.maximum(0, booked - percent(self.settings.high) * available)
        return Amounts.of(np.arange(tables.P), below + above)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How far outside the band."""
        return f"{tables.person(key[0])}: {hours(amount)} outside {self._band(tables, key[0])}"

    def _band(self, tables: Tables, p: int) -> str:
        low, high = percent(self.settings.low), percent(self.settings.high)
        return f"{low} to {high} % of the {tables.hours_available[p]} h available"

    def demand(self, tables: Tables, key: Key) -> str:
        """The band in mode hard."""
        return f"{tables.person(key[0])} works {self._band(tables, key[0])}, {self.leeway}"
