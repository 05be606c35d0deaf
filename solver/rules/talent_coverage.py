"""The talents an activity asks for are on its team."""

from __future__ import annotations

from solver.rules.coverage import Coverage


class TalentCoverage(Coverage):
    """Missing people per talent requirement."""

    name = "talent_coverage"
    title = "Talent missing from a team"
    default_weight = 200
    of_talents = True
