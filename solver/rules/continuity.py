"""No project hangs on one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Continuity(Rule):
    """1 per expertise requirement of a critical activity that fewer than 2 of the whole project's team meet."""

    name = "continuity"
    title = "Single points of failure"
    default_weight = 100
    unit = "single points of failure"
    about = ("requirement",)

    @staticmethod
    def _requirements(tables: Tables) -> IntArray:
        return np.flatnonzero(~tables.requirement_talent & tables.critical[tables.requirement_activity])

    def post(self, model: Model) -> Sequence[Item]:
        """A point of failure unless two people who meet it are on the project."""
        tables, items = model.tables, []
        critical, projects = self._requirements(tables), tables.project[model.teams]
        teams: dict[int, list[int]] = {}
        for r in critical[np.isin(tables.project[tables.requirement_activity[critical]], projects)].tolist():
            project = int(tables.project[tables.requirement_activity[r]])
            if project not in teams:
                teams[project] = sorted(model.team_on(np.flatnonzero(tables.project == project)))
            those = [model.on_project(p, project) for p in teams[project] if tables.meets[p, r]]
            alone = model.flag()
            model.add(2 * alone + model.total(those) >= 2, (r,))
            items.append(Item((r,), HUNDRED * alone))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """1 per requirement that hangs on one person or nobody."""
        those, projects = self._requirements(tables), len(tables.portfolio.projects)
        on_project = np.unique(plan.person[plan.rows] * projects + tables.project[plan.activity[plan.rows]])
        of = tables.project[tables.requirement_activity[those]]
        there = plan.meeting(*np.divmod(on_project, projects), those, of)
        return Amounts.of(those, HUNDRED * (there < 2))

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Where one person leaving would stop the project."""
        return f"{self._where(tables, key[0])} hangs on fewer than two people"

    @staticmethod
    def _where(tables: Tables, r: int) -> str:
        a = int(tables.requirement_activity[r])
        project = tables.portfolio.projects[tables.project[a]].name
        return f"{project}: {tables.term(r)}, critical for {tables.activity(a)},"

    def demand(self, tables: Tables, key: Key) -> str:
        """Who must be there in mode hard."""
        return f"{self._where(tables, key[0])} wants two people, {self.leeway}"
