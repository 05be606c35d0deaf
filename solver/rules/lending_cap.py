"""A unit gives away no more than it agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class LendingCap(Rule):
    """Hours for other units within the unit's `lend_share`, an opened direction's share, or a lent person's share.

    Each foreign booking counts in exactly one place: where the person is lent to that unit for that window, else where
    the person rotates (which has no limit), else the opened direction, else the unit's own lending.
    """

    name = "lending_cap"
    title = "Lending within what was agreed"
    hard = True
    unit = "hours"
    about = ("lending",)

    def post(self, model: Model) -> Sequence[Item]:
        """One row per agreement."""
        for n, group in enumerate(model.tables.lending_groups):
            lent = [model.hours[model.at[p, a]] for p, a in group.pairs.tolist() if (p, a) in model.at]
            if lent:
                there = [
                    int(hours) * group.share * model.taken_on(int(p))
                    for p, hours in zip(group.people, group.hours, strict=True)
                ]
                model.add(HUNDRED * model.total(lent) <= model.total(there), (n,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours over, per agreement."""
        groups = tables.lending_groups
        over = [
            max(0, HUNDRED * int(plan.hours[group.pairs[:, 0], group.pairs[:, 1]].sum()) - group.most(plan.present))
            for group in groups
        ]
        return Amounts.of(np.arange(len(groups)), over)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours too many are lent."""
        return f"{self.demand(tables, key)}; {hours(amount)} over"

    def demand(self, tables: Tables, key: Key) -> str:
        """The agreement."""
        group = tables.lending_groups[key[0]]
        return f"{group.words}: at most {group.share} % of {int(group.hours.sum())} h"
