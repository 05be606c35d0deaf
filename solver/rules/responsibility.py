"""Some of everybody's work is answered for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours, Share
from solver.rules.base import RuleSettings
from solver.rules.share_of_hours import ShareOfHours

if TYPE_CHECKING:
    from solver.tables import Bools, Tables


class Responsibility(ShareOfHours):
    """Hours on activities that are done on one's own account."""

    name = "responsibility"
    title = "Too little to answer for"
    default_weight = 3
    words = "work on one's own account"

    class Settings(RuleSettings):
        """At least `min_share` of the hours, less `free` hours."""

        min_share: Share = 0.1
        free: Hours = 8

    def counts_as(self, tables: Tables) -> Bools:
        """(P, A): the activity is a responsibility."""
        return np.broadcast_to(tables.responsibility, (tables.P, tables.A))
