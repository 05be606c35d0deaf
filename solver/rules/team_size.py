"""A team is neither too small nor too large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, number

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class TeamSize(Rule):
    """Σ_p x[p,a] ≤ team.max, and ≥ team.min as soon as anybody is on."""

    name = "team_size"
    title = "Size of the team"
    hard = True
    unit = "people"
    about = ("activity",)

    def post(self, model: Model) -> Sequence[Item]:
        """Both ends, per activity."""
        tables = model.tables
        for a in model.teams:
            team = model.team[a]
            size = model.total([model.on[i] for i in team])
            if len(team) > tables.team_max[a]:
                model.add(size <= int(tables.team_max[a]), (a,))
            if team and tables.team_min[a] > 1:
                model.add(size >= int(tables.team_min[a]) * model.staffed(a), (a,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """People too many or too few, per activity."""
        size = np.bincount(plan.activity[plan.rows], minlength=tables.A)
        wrong = np.maximum(0, size - tables.team_max) + np.maximum(0, tables.team_min - size) * (size > 0)
        return Amounts.of(np.arange(tables.A), HUNDRED * wrong)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How far off the team is."""
        return f"{self.demand(tables, key)}; the team is {number(amount)} off"

    def demand(self, tables: Tables, key: Key) -> str:
        """The team the activity wants."""
        (a,) = key
        return f"{tables.activity(a)} wants a team of {tables.team_min[a]} to {tables.team_max[a]} people, or nobody"
