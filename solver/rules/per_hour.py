"""What three rules share: each booked hour on an activity costs the person's percentage there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.rules.base import Amounts, IntArray, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Percents, Tables


class PerHour(Rule):
    """h[p,a] × a percentage that depends on the person and the activity."""

    unit = "hours"
    about = ("person", "activity")
    #: what is wrong with the hours that count, in words
    words: ClassVar[str]

    @abstractmethod
    def percents(self, tables: Tables, pairs: tuple[IntArray, IntArray]) -> Percents:
        """(N,) hundredths of an hour that each booked hour counts for; pairs: people (N,) and activities (N,)."""

    def post(self, model: Model) -> Sequence[Item]:
        """The hours times the percentage."""
        pairs = np.array([model.pairs[i] for i in model.open], dtype=np.int64).reshape(-1, 2)
        percents = self.percents(model.tables, (pairs[:, 0], pairs[:, 1])).tolist()
        those = zip(model.open, percents, strict=True)
        return [Item(model.pairs[i], percent * model.hours[i]) for i, percent in those if percent]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """The hours times the percentage, per booking."""
        percents = self.percents(tables, (plan.person, plan.activity)).astype(np.int64)
        return Amounts.of(np.stack((plan.person, plan.activity), axis=1), plan.booked * percents)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How much of the booking counts."""
        p, a = key
        return f"{tables.person(p)} on {tables.activity(a)}: {self.words} for {hours(amount)} of the work"

    def demand(self, tables: Tables, key: Key) -> str:
        """What a booking may count in mode hard."""
        p, a = key
        return f"{tables.person(p)} on {tables.activity(a)}: no hours with {self.words}, {self.leeway}"
