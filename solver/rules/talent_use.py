"""People's talents are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.fields import Hours, Share
from solver.rules.base import IntArray, RuleSettings
from solver.rules.share_of_hours import ShareOfHours

if TYPE_CHECKING:
    from solver.tables import Bools, Tables


class TalentUse(ShareOfHours):
    """Hours on activities with a talent requirement that names one of p's top talents or a broader term of it."""

    name = "talent_use"
    title = "Talents left unused"
    default_weight = 3
    words = "work that uses a top talent"

    class Settings(RuleSettings):
        """At least `min_share` of the hours, less `free` hours."""

        min_share: Share = 0.4
        free: Hours = 16

    def counts_as(self, tables: Tables) -> Bools:
        """(P, A): the activity asks for a top talent of the person."""
        return tables.uses_top_talent

    def people(self, tables: Tables) -> IntArray:
        """Those who have a top talent."""
        return tables.with_top_talent
