"""What is legal in a portfolio but odd: warnings, without a solver."""

from __future__ import annotations

from solver.report import Problem
from solver.tables import Tables


def warnings(tables: Tables) -> list[Problem]:
    """Everything that is odd, each with its path, its value and what would be usual."""
    return list(_after(tables))


def _after(tables: Tables) -> list[Problem]:
    """Activities that come after one whose window ends too late."""
    found = []
    for a, activity in enumerate(tables.portfolio.activities):
        for i, before in enumerate(activity.after):
            end = int(tables.last[tables.activity_index[before]])
            if end >= activity.window.first:
                expected = f"an activity whose window ends before period {activity.window.first}; it ends in {end}"
                found.append(Problem(f"/activities/{a}/after/{i}", "ends_too_late", before, expected))
    return found
