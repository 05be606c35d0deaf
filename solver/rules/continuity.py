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

    @staticmethod
    def _activities(tables: Tables, r: int) -> IntArray:
        """Indices of the activities of the requirement's project."""
        return np.flatnonzero(tables.project == tables.project[tables.requirement_activity[r]])

    def post(self, model: Model) -> Sequence[Item]:
        """A point of failure unless two people who meet it are on the project."""
        tables, items = model.tables, []
        critical, projects = self._requirements(tables), tables.project[model.teams]
        for r in critical[np.isin(tables.project[tables.requirement_activity[critical]], projects)].tolist():
            team = model.team_on(self._activities(tables, r))
            those = [
                model.on_project(p, int(tables.project[tables.requirement_activity[r]]))
                for p in sorted(team)
                if tables.meets[p, r]
            ]
            alone = model.flag()
            model.add(2 * alone + model.total(those) >= 2, (r,))
            items.append(Item((r,), HUNDRED * alone))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """1 per requirement that hangs on one person or nobody."""
        those = self._requirements(tables)
        on_project = np.zeros((tables.P, len(tables.portfolio.projects)), dtype=bool)
        on_project[plan.person[plan.rows], tables.project[plan.activity[plan.rows]]] = True
        there = tables.meets[:, those] & on_project[:, tables.project[tables.requirement_activity[those]]]
        return Amounts.of(those, HUNDRED * (there.sum(axis=0) < 2))

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
