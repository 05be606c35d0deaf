"""What an activity cannot do without is there before any hours are booked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, number

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class MustRequirement(Rule):
    """T[a] > 0 only while at least `people` members of a meet each requirement that is a `must`."""

    name = "must_requirement"
    title = "Must have"
    hard = True
    unit = "people"
    about = ("requirement",)

    def post(self, model: Model) -> Sequence[Item]:
        """Each must requirement of a staffed activity is met."""
        tables = model.tables
        for r in model.requirements[tables.requirement_must[model.requirements]].tolist():
            a, people = int(tables.requirement_activity[r]), int(tables.requirement_people[r])
            meeting = [i for i in model.team[a] if tables.meets[model.person[i], r]]
            if people == 1:
                model.only_with(a, meeting, (r,))
            elif model.team[a]:
                met = model.total([model.on[i] for i in meeting])
                model.add(met >= people * model.staffed(a), (r,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """People missing, per must requirement of an activity with hours."""
        binding = tables.requirement_must & (plan.of_activity[tables.requirement_activity] > 0)
        missing = np.maximum(0, tables.requirement_people - plan.members_meeting) * binding
        return Amounts.of(np.arange(tables.R), HUNDRED * missing)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Who is missing."""
        return f"{self.demand(tables, key)}; {number(amount)} missing"

    def demand(self, tables: Tables, key: Key) -> str:
        """What the activity cannot do without."""
        (r,) = key
        activity = tables.activity(int(tables.requirement_activity[r]))
        return f"{activity} cannot do without {tables.term(r)} from {tables.requirement_people[r]} of its team"
