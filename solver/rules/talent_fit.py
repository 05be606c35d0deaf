"""The hours go to those who naturally work the way the activity needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.rules.per_hour import PerHour

if TYPE_CHECKING:
    from solver.rules.base import IntArray
    from solver.tables import Percents, Tables


class TalentFit(PerHour):
    """h × (1 − talent_fit)."""

    name = "talent_fit"
    title = "Work beside how people work best"
    default_weight = 4
    words = "talent missing"

    def percents(self, tables: Tables, pairs: tuple[IntArray, IntArray]) -> Percents:
        """What is missing of the fit."""
        return 100 - tables.talent_fit[pairs]
