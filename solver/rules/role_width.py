"""No role is only one narrow sort of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours, Share
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, RuleSettings, hours, percent, sums

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables


class RoleWidth(Rule):
    """max(0, hours in the kind − `max_share` × H[p] − `free`) per person and kind."""

    name = "role_width"
    title = "Narrow roles"
    default_weight = 4
    unit = "hours"
    about = ("person", "kind")
    alone = True

    class Settings(RuleSettings):
        """One kind takes at most `max_share` of the hours plus `free` hours."""

        max_share: Share = 0.6
        free: Hours = 16

    def post(self, model: Model) -> Sequence[Item]:
        """One item per person and kind of work the person could do."""
        kind, items = model.tables.kind.tolist(), []
        share, free = percent(self.settings.max_share), self.settings.free
        for p in model.people:
            by_kind: dict[int, list[Expression]] = defaultdict(list)
            for i in model.work[p]:
                by_kind[kind[model.activity[i]]].append(model.hours[i])
            for k in sorted(by_kind):
                over = HUNDRED * model.total(by_kind[k]) - share * model.hours_of(p) - HUNDRED * free
                items.append(Item((p, k), model.excess(over)))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours too many, per person and kind."""
        kinds = len(tables.kinds)
        by_kind = sums(plan.person * kinds + tables.kind[plan.activity], plan.booked, tables.P * kinds)
        allowed = percent(self.settings.max_share) * plan.of_person + HUNDRED * self.settings.free
        over = np.maximum(0, HUNDRED * by_kind.reshape(tables.P, kinds) - allowed[:, None])
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
