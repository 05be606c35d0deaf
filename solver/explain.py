"""Why hard rules contradict, in words: found by leaving rules out and solving again."""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model

from solver.model import Model
from solver.proposal import Conflict, ConflictRule
from solver.rules.base import Rule
from solver.search import Search


def conflict_of(search: Search) -> Conflict:
    """The rules that cannot all hold: without any one of them the rest can."""
    named = [rule for rule in search.tables.rules if rule.binds]
    for rule in list(named):
        rest = [one for one in named if one is not rule]
        if not _feasible(search, rest):
            named = rest
    return Conflict(rules=tuple(ConflictRule(name=rule.name, items=()) for rule in named), ways_out=None)


def _feasible(search: Search, rules: Sequence[Rule]) -> bool:
    model = Model(search.tables)
    model.post(rules)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = search.settings.workers
    solver.parameters.max_time_in_seconds = 2
    return solver.solve(model.cp) != cp_model.INFEASIBLE
