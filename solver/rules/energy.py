"""Work gives more energy than it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.rules.per_hour import PerHour

if TYPE_CHECKING:
    from solver.rules.base import IntArray
    from solver.tables import Percents, Tables


class Energy(PerHour):
    """h × drain, drain = max(0, −energy) / 2."""

    name = "energy"
    title = "Work that drains"
    default_weight = 3
    words = "energy drained"

    def percents(self, tables: Tables, pairs: tuple[IntArray, IntArray]) -> Percents:
        """Drain."""
        return tables.drain[pairs]
