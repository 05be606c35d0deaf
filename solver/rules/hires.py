"""No more people are taken on than there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule, counted, number

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Hires(Rule):
    """Candidates of a group taken on (H[p] > 0) ≤ the group's `most`."""

    name = "hires"
    title = "Room for new people"
    hard = True
    unit = "people"
    about = ("group",)

    def post(self, model: Model) -> Sequence[Item]:
        """One row per group."""
        for n, limit in enumerate(model.tables.portfolio.policy.max_hires):
            taken = [model.taken_on(int(p)) for p in self._group(model.tables, n)]
            if len(taken) > limit.most:
                model.add(model.total(taken) <= limit.most, (n,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """People too many, per group."""
        limits = tables.portfolio.policy.max_hires
        over = [
            max(0, int((plan.of_person[self._group(tables, n)] > 0).sum()) - limit.most)
            for n, limit in enumerate(limits)
        ]
        return Amounts.of(np.arange(len(limits)), HUNDRED * np.array(over, dtype=np.int64))

    @staticmethod
    def _group(tables: Tables, n: int) -> IntArray:
        group = tables.portfolio.policy.max_hires[n].group
        people = tables.portfolio.people
        return np.array(
            [p for p, one in enumerate(people) if one.candidate and one.candidate.group == group], dtype=int
        )

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many too many."""
        return f"{self.demand(tables, key)}; {number(amount)} too many"

    def demand(self, tables: Tables, key: Key) -> str:
        """The limit."""
        limit = tables.portfolio.policy.max_hires[key[0]]
        most = counted(HUNDRED * limit.most, "person of the group {} is", "people of the group {} are")
        return f"at most {most.format(limit.group)} taken on"
