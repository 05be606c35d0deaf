"""Work for another unit costs a little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.rules.base import HUNDRED
from solver.rules.per_hour import PerHour

if TYPE_CHECKING:
    from solver.rules.base import IntArray
    from solver.tables import Percents, Tables


class Lending(PerHour):
    """Hours worked for another unit, per booking."""

    name = "lending"
    title = "Hours lent to another unit"
    default_weight = 1
    words = "work for another unit"

    def percents(self, tables: Tables, pairs: tuple[IntArray, IntArray]) -> Percents:
        """A whole hour where the work is another unit's."""
        return HUNDRED * tables.foreign[pairs].astype("int16")
