"""Stretch stays a part of somebody's work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours, Share
from solver.rules.base import HUNDRED, Amounts, Item, Key, Levels, Rule, RuleSettings, hours, percent

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class StretchCap(Rule):
    """S[p] ≤ `max_share` × H[p] + `free`."""

    name = "stretch_cap"
    title = "Not only stretch"
    hard = True
    unit = "hours"
    about = ("person",)
    alone = True

    class Settings(RuleSettings):
        """`max_share` of the hours plus `free` hours may be stretch; `max_gap`: levels below what is asked."""

        max_share: Share = 0.3
        free: Hours = 16
        max_gap: Levels = 1

    def post(self, model: Model) -> Sequence[Item]:
        """One row per person who can learn."""
        share, free = percent(self.settings.max_share), self.settings.free
        for p in model.learners:
            cap = share * model.hours_of(p) + HUNDRED * free
            model.add(HUNDRED * model.stretch_of(p) <= cap, (p,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Stretch hours over, per person."""
        cap = percent(self.settings.max_share) * plan.of_person + HUNDRED * self.settings.free
        return Amounts.of(np.arange(tables.P), np.maximum(0, HUNDRED * plan.stretch - cap))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many stretch hours too many."""
        return f"{tables.person(key[0])}: {hours(amount)} of stretch more than allowed"

    def demand(self, tables: Tables, key: Key) -> str:
        """The most stretch allowed."""
        share, free = percent(self.settings.max_share), self.settings.free
        return f"{tables.person(key[0])}: at most {share} % of the hours and {free} h more are stretch"
