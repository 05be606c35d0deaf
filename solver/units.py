"""What rules are measured in: one of it, and several."""

from __future__ import annotations

from collections.abc import Mapping

#: what one of the unit of a rule is called
ONE_OF: Mapping[str, str] = {
    "activities": "activity",
    "bookings": "booking",
    "hours": "hour",
    "learners": "learner",
    "money": "money",
    "pairs": "pair",
    "people": "person",
    "single points of failure": "single point of failure",
    "wishes": "wish",
}


def unit_of(amount: float, unit: str) -> str:
    """The unit of a rule as it stands after an amount: "activity" after 1, "activities" after 2."""
    return ONE_OF.get(unit, unit) if amount == 1 else unit
