"""What the planner has fixed stays fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Commitment(Rule):
    """A pinned booking keeps its hours (and its periods), a frozen one what was worked, a forbidden one stays away."""

    name = "commitment"
    title = "Pinned, frozen and forbidden"
    hard = True
    unit = "bookings"
    about = ("person", "activity")

    def post(self, model: Model) -> Sequence[Item]:
        """Fix the hours, or the part of them that was worked."""
        tables = model.tables
        for (p, a), booking in tables.pinned.items():
            model.add(model.hours_pair(p, a) == int(booking.hours or 0), (p, a))
        for pair in tables.frozen:
            worked = int(tables.worked(pair).sum())
            hours = model.hours_pair(*pair)
            if tables.start[pair[1]] > tables.last[pair[1]]:  # all is past: more could only lie there
                model.add(hours == worked, pair)
            elif worked:
                model.add(hours >= worked, pair)
        for i in model.open:
            if tables.forbidden[model.pairs[i]]:
                model.add(model.on[i] <= 0, model.pairs[i])
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """1 per booking that is not as the planner said."""
        those = np.flatnonzero(tables.committed[plan.person, plan.activity])
        row = {(int(plan.person[n]), int(plan.activity[n])): n for n in those}
        nothing = np.zeros(tables.T, dtype=np.int64)
        booked = np.stack((plan.person[plan.rows], plan.activity[plan.rows]), axis=1)
        wrong = [(int(p), int(a)) for p, a in booked[tables.forbidden[*booked.T]]]
        for pair, booking in tables.pinned.items():
            split = plan.split[row[pair]] if pair in row else nothing
            exactly = tables.split_of(pair, booking)
            if split.sum() != (booking.hours or 0) or (booking.by_period is not None and (split != exactly).any()):
                wrong.append(pair)
        for pair in tables.frozen:
            split = plan.split[row[pair]] if pair in row else nothing
            if (split[: tables.now] != tables.worked(pair)[: tables.now]).any():
                wrong.append(pair)
        return Amounts.of(np.array(wrong, dtype=np.int64).reshape(-1, 2), np.full(len(wrong), HUNDRED))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Which word of the planner was not kept."""
        return f"{self.demand(tables, key)}, and the plan differs"

    def demand(self, tables: Tables, key: Key) -> str:
        """What the planner said."""
        p, a = key
        who = f"{tables.person(p)} on {tables.activity(a)}"
        if tables.forbidden[p, a]:
            return f"{who} is forbidden"
        if (p, a) in tables.pinned:
            return f"{who} is pinned at {tables.pinned[p, a].hours} h"
        return f"{who} has worked {tables.worked((p, a)).sum()} h already"
