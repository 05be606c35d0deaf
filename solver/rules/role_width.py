"""No role is only one narrow sort of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours, Share
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, RuleSettings, hours, percent

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class RoleWidth(Rule):
    """max(0, hours in the kind − `max_share` × H[p] − `free`) per person and kind."""

    name = "role_width"
    title = "Narrow roles"
    default_weight = 4
    unit = "hours"
    about = ("person", "kind")

    class Settings(RuleSettings):
        """One kind takes at most `max_share` of the hours plus `free` hours."""

        max_share: Share = 0.6
        free: Hours = 16

    def post(self, model: Model) -> Sequence[Item]:
        """One item per person and kind of work the person could do."""
        tables, items = model.tables, []
        share, free = percent(self.settings.max_share), self.settings.free
        for p in model.people:
            work = model.work[p]
            for k in sorted({int(tables.kind[model.activity[i]]) for i in work}):
                in_kind = model.total([model.hours[i] for i in work if tables.kind[model.activity[i]] == k])
                over = HUNDRED * in_kind - share * model.hours_of(p) - HUNDRED * free
                items.append(Item((p, k), model.excess(over)))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours too many, per person and kind."""
        by_kind = np.zeros((tables.P, len(tables.kinds)), dtype=np.int64)
        np.add.at(by_kind, (plan.person, tables.kind[plan.activity]), plan.booked)
        allowed = percent(self.settings.max_share) * plan.of_person + HUNDRED * self.settings.free
        over = np.maximum(0, HUNDRED * by_kind - allowed[:, None])
        return Amounts.of(np.argwhere(over), over[over > 0])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours the kind takes too many."""
        p, k = key
        return f"{tables.person(p)}: {hours(amount)} of {tables.kinds[k]} more than {self._allowed()} allow"

    def _allowed(self) -> str:
        return f"{percent(self.settings.max_share)} % of the role and {self.settings.free} h more"

    def demand(self, tables: Tables, key: Key) -> str:
        """The width in mode hard."""
        p, k = key
        return f"{tables.person(p)}: {tables.kinds[k]} takes at most {self._allowed()}, {self.leeway}"
