"""What people asked for counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Wishes(Rule):
    """1 per wish for an activity the person could be booked on and is not."""

    name = "wishes"
    title = "Wishes not met"
    default_weight = 20
    unit = "wishes"
    about = ("person", "activity")
    alone = True
    counts_by = (("eligibility", "under_level"), ("stretch_cap", "max_gap"))

    def post(self, model: Model) -> Sequence[Item]:
        """A wish of somebody who is there is met by being on the activity."""
        people = set(model.people)
        return [
            Item((p, a), HUNDRED * model.taken_on(p) - HUNDRED * model.on_pair(p, a))
            for p, a in model.tables.wishes
            if p in people
        ]

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """1 per wish that is not met."""
        unmet = [(p, a) for p, a in tables.wishes if plan.present[p] and not plan.on[p, a]]
        return Amounts.of(np.array(unmet, dtype=np.int64).reshape(-1, 2), np.full(len(unmet), HUNDRED))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Whose wish is not met."""
        return f"{tables.person(key[0])} asked for {tables.activity(key[1])} and is not on it"

    def demand(self, tables: Tables, key: Key) -> str:
        """The wish."""
        return f"{tables.person(key[0])} asked for {tables.activity(key[1])}"
