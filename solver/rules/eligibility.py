"""Nobody is put on work for which they bring nothing, or which their unit may not do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Levels, Rule, RuleSettings, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Eligibility(Rule):
    """Near an expertise requirement, meeting a talent one or learning one, where the unit may work.

    Pinned and frozen bookings are exempt.
    """

    name = "eligibility"
    title = "Brings something to the work"
    hard = True
    unit = "hours"
    about = ("person", "activity")
    alone = True

    class Settings(RuleSettings):
        """`under_level`: how many levels below an expertise requirement still count as near."""

        under_level: Levels = 0

    def post(self, model: Model) -> Sequence[Item]:
        """Whoever brings nothing is not on; whoever only learns is on only while learning."""
        tables = model.tables
        for i in model.open:
            p, a = model.pairs[i]
            if tables.committed[p, a] or (tables.allowed[p, a] and tables.able[p, a]):
                continue
            if tables.allowed[p, a] and i in model.learns:
                model.add(model.on[i] <= model.learns[i], (p, a))
            else:
                model.add(model.on[i] <= 0, (p, a))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """The hours of bookings that are not allowed."""
        pairs = plan.person[plan.rows], plan.activity[plan.rows]
        right = tables.committed[pairs] | (tables.allowed[pairs] & (tables.able[pairs] | plan.learns[pairs]))
        return Amounts.of(np.stack(pairs, axis=1), HUNDRED * plan.booked[plan.rows] * ~right)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Why the booking is not allowed."""
        return f"{self.demand(tables, key)}, yet has {hours(amount)}"

    def demand(self, tables: Tables, key: Key) -> str:
        """What stands between the person and the activity."""
        p, a = key
        if not tables.allowed[p, a]:
            return f"{tables.person(p)} may not work on {tables.activity(a)}: it is another unit's work"
        return f"{tables.person(p)} brings nothing that {tables.activity(a)} asks for and learns nothing on it"
