"""Nobody is on a team for the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours, Share
from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule, RuleSettings, hours, percent

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class SmallestBooking(Rule):
    """h[p,a] is 0 or at least min(E[a], max(`hours`, `share` × E[a])), rounded up to blocks.

    Pinned and frozen bookings are exempt.
    """

    name = "smallest_booking"
    title = "No booking for the form"
    hard = True
    unit = "hours"
    about = ("person", "activity")
    alone = True

    class Settings(RuleSettings):
        """`hours` and `share` of the activity's hours below which nobody is booked."""

        hours: Hours = 8
        share: Share = 0.1

    def least(self, tables: Tables) -> IntArray:
        """(A,) hours of the smallest booking."""
        wanted = np.maximum(HUNDRED * self.settings.hours, percent(self.settings.share) * tables.asked)
        return np.asarray(np.minimum(tables.asked, -(-wanted // (HUNDRED * tables.block)) * tables.block))

    def post(self, model: Model) -> Sequence[Item]:
        """A lower bound on every booking that is not committed."""
        least = self.least(model.tables)
        for i in model.open:
            p, a = model.pairs[i]
            if not model.tables.committed[p, a] and least[a] > model.tables.block:
                model.add(model.hours[i] >= int(least[a]) * model.on[i], (p, a))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours short of the smallest booking."""
        pairs = plan.person[plan.rows], plan.activity[plan.rows]
        short = np.maximum(0, self.least(tables)[pairs[1]] - plan.booked[plan.rows])
        return Amounts.of(np.stack(pairs, axis=1), HUNDRED * short * ~tables.committed[pairs])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How far the booking is below the smallest."""
        p, a = key
        return f"{tables.person(p)} on {tables.activity(a)}: {hours(amount)} short of the smallest booking"

    def demand(self, tables: Tables, key: Key) -> str:
        """The smallest booking there."""
        p, a = key
        return f"{tables.person(p)} on {tables.activity(a)}: at least {self.least(tables)[a]} h, or not at all"
