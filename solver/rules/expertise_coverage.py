"""The knowledge an activity asks for is on its team."""

from __future__ import annotations

from solver.rules.coverage import Coverage


class ExpertiseCoverage(Coverage):
    """Missing people per expertise requirement."""

    name = "expertise_coverage"
    title = "Expertise missing from a team"
    default_weight = 400
    of_talents = False
