"""Nobody is torn between too many things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Count
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, RuleSettings, counted

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Focus(Rule):
    """max(0, number of activities − `max_activities`) per person."""

    name = "focus"
    title = "Too many things at once"
    default_weight = 30
    unit = "activities"
    about = ("person",)
    alone = True

    class Settings(RuleSettings):
        """Up to `max_activities` activities cost nothing."""

        max_activities: Count = 4

    def post(self, model: Model) -> Sequence[Item]:
        """One item per person who could have more."""
        most = self.settings.max_activities
        return [
            Item((p,), model.excess(HUNDRED * model.total([model.on[i] for i in work]) - HUNDRED * most))
            for p in model.people
            if len(work := model.work[p]) > most
        ]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Activities too many, per person."""
        over = np.maximum(0, np.bincount(plan.person[plan.rows], minlength=tables.P) - self.settings.max_activities)
        return Amounts.of(np.arange(tables.P), HUNDRED * over)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many too many."""
        most = self.settings.max_activities
        over = counted(amount, "activity", "activities")
        return f"{tables.person(key[0])}: {over} more than the {most} that leave focus"

    def demand(self, tables: Tables, key: Key) -> str:
        """The most in mode hard."""
        most = counted(HUNDRED * self.settings.max_activities, "activity", "activities")
        return f"{tables.person(key[0])} is on at most {most}, {self.leeway}"
