"""What the two coverage rules share: how many people who meet a requirement are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule, counted, number

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Coverage(Rule):
    """max(0, `people` − members meeting it) per requirement of one dimension; item weight importance × weight."""

    unit = "people"
    about = ("requirement",)
    #: whether the rule looks at talent requirements, or at expertise ones
    of_talents: ClassVar[bool]

    def post(self, model: Model) -> Sequence[Item]:
        """People missing, per requirement."""
        tables, weights, items = model.tables, self._weights(model.tables).tolist(), []
        for r in model.requirements[tables.requirement_talent[model.requirements] == self.of_talents].tolist():
            team = model.team[tables.requirement_activity[r]]
            met = model.total([model.on[i] for i in team if tables.meets[model.person[i], r]])
            missing = model.excess(HUNDRED * int(tables.requirement_people[r]) - HUNDRED * met)
            items.append(Item((r,), missing, weights[r]))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """People missing, per requirement."""
        missing = np.maximum(0, tables.requirement_people - plan.members_meeting)
        missing = missing * (tables.requirement_talent == self.of_talents)
        return Amounts.of(np.arange(tables.R), HUNDRED * missing, self._weights(tables))

    @staticmethod
    def _weights(tables: Tables) -> IntArray:
        """(R,) percents."""
        return np.asarray(tables.importance[tables.requirement_activity] * tables.requirement_weight)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """What is missing where."""
        (r,) = key
        asked, activity = tables.requirement_people[r], tables.activity(int(tables.requirement_activity[r]))
        return f"{activity}: {number(amount)} of {asked} people with {tables.term(r)} missing"

    def demand(self, tables: Tables, key: Key) -> str:
        """Who must be there in mode hard."""
        (r,) = key
        asked, activity = tables.requirement_people[r], tables.activity(int(tables.requirement_activity[r]))
        people = counted(HUNDRED * int(asked), "person", "people")
        return f"{activity} wants {people} with {tables.term(r)}, {self.leeway}"
