"""A unit gives away no more than it agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, NOWHERE, Amounts, Item, Key, Rule, hours, sums

if TYPE_CHECKING:
    from solver.model import Expression, Model
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
        tables = model.tables
        in_group: dict[int, list[Expression]] = {}
        pairs = np.array(model.pairs, dtype=np.int64).reshape(-1, 2)
        for i, number in enumerate(tables.lending_group[pairs[:, 0], pairs[:, 1]].tolist()):
            in_group.setdefault(number, []).append(model.hours[i])
        for number, kept in model.claims:
            if number != NOWHERE:
                in_group.setdefault(number, []).append(kept)
        others = tables.lending_group[model.elsewhere[:, 0], model.elsewhere[:, 1]]
        elsewhere = sums(others + 1, model.hours_elsewhere, len(tables.lending_groups) + 1)[1:]
        for n, group in enumerate(tables.lending_groups):
            lent = in_group.get(n, [])
            if lent or elsewhere[n]:
                candidates = tables.candidate[group.people]
                there = [int(group.hours[~candidates].sum()) * group.share] + [
                    int(group.hours[i]) * group.share * model.taken_on(int(group.people[i]))
                    for i in np.flatnonzero(candidates)
                ]
                model.add(HUNDRED * model.total([*lent, int(elsewhere[n])]) <= model.total(there), (n,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours over, per agreement."""
        groups = tables.lending_groups
        counted = tables.lending_group[plan.person, plan.activity]
        lent = sums(counted[counted != NOWHERE], plan.booked[counted != NOWHERE], len(groups))
        most = np.array([group.most(plan.present) for group in groups], dtype=np.int64)
        return Amounts.of(np.arange(len(groups)), np.maximum(0, HUNDRED * lent - most))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours too many are lent."""
        return f"{self.demand(tables, key)}; {hours(amount)} over"

    def demand(self, tables: Tables, key: Key) -> str:
        """The agreement."""
        group = tables.lending_groups[key[0]]
        return f"{group.words}: at most {group.share} % of {int(group.hours.sum())} h"
