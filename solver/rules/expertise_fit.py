"""The hours go to those who know the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.rules.per_hour import PerHour

if TYPE_CHECKING:
    from solver.rules.base import IntArray
    from solver.tables import Percents, Tables


class ExpertiseFit(PerHour):
    """h × (1 − expertise_fit)."""

    name = "expertise_fit"
    title = "Work beyond what people know"
    default_weight = 6
    words = "knowledge missing"

    def percents(self, tables: Tables, pairs: tuple[IntArray, IntArray]) -> Percents:
        """What is missing of the fit."""
        return 100 - tables.expertise_fit[pairs]
