"""Somebody gets to know other units."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.base import Change, PersonRef, cannot
from scenarios.changes.edits import person_of, with_person
from scenarios.changes.sentences import name_of, percent
from solver.fields import Share
from solver.portfolio import Portfolio


class Rotate(Change):
    """At least a share of somebody's booked hours is on other units' projects: sets `rotation_share`.

    The person may then work there, and it does not use up the unit's lending. 0 takes it back.
    """

    title: ClassVar[str] = "Rotate somebody"
    change: Literal["rotate"] = "rotate"
    person: Annotated[PersonRef, Field(description="who rotates")]
    share: Annotated[Share, Field(description="the smallest part of the booked hours")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """`rotation_share` is set."""
        person = person_of(portfolio, self.person)
        if person.unit is None and self.share:
            cannot(("person",), "no_unit", self.person, "a person with a unit; who has none knows no other units")
        return with_person(portfolio, person.model_copy(update={"rotation_share": self.share}))

    def words(self, portfolio: Portfolio) -> str:
        """Who, and how much."""
        who = name_of(portfolio.people, self.person)
        if not self.share:
            return f"{who} need not work on other units' projects"
        return f"{who} spends at least {percent(self.share)} of the booked hours on other units' projects"
