"""Working for another unit: somebody, a share of a unit, or everybody between some units."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import Change, Period, PersonRef, UnitRef, cannot, malformed
from scenarios.changes.edits import person_of, with_person
from scenarios.changes.sentences import listed, name_of, percent, span
from solver.fields import Share
from solver.portfolio import Lent, Opened, Person, Portfolio


class Lend(Change):
    """A person, or a share of a unit, works for another unit, for some periods or for all.

    A person gets an entry in `lent`: activities of `to` whose windows lie within the periods, for at most `share` of
    the hours available in them. A unit, for all periods, opens the direction in `policy.lending`: the share is of the
    hours of all its people together. For some periods only, each of its people gets an entry in `lent`: the share is of
    each one's own hours. An entry for the same unit and periods, or a direction that is open already, is replaced.
    """

    title: ClassVar[str] = "Lend to another unit"
    change: Literal["lend"] = "lend"
    person: Annotated[PersonRef | None, Field(description="who is lent; or else a unit")] = None
    unit: Annotated[UnitRef | None, Field(description="the unit of which a share is lent; or else a person")] = None
    to: Annotated[UnitRef, Field(description="the unit that is helped")]
    share: Annotated[Share, Field(description="the largest part of the hours")]
    first: Annotated[Period, Field(description="the first period")] = 0
    last: Annotated[Period | None, Field(description="the last period; null is the last of the calendar")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Lend:
        if (self.person is None) == (self.unit is None):
            raise malformed("person", "one_of", "either a person or a unit")
        if self.last is not None and self.last < self.first:
            raise malformed("last", "ends_before_begins", f"at least first, which is {self.first}")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Entries in `lent`, or a direction that is opened."""
        first, last = self.first, self._last(portfolio)
        if self.person is not None:
            person = person_of(portfolio, self.person)
            if person.unit is None:
                cannot(("person",), "no_unit", self.person, "a person with a unit; who has none works anywhere")
            if person.unit == self.to:
                cannot(("to",), "same_unit", self.to, "another unit than the person's own")
            return with_person(portfolio, self._lent(person, first, last))
        if self.unit == self.to:
            cannot(("to",), "same_unit", self.to, "another unit than the one that lends")
        if span(portfolio, first, last):
            lent = (self._lent(one, first, last) if one.unit == self.unit else one for one in portfolio.people)
            return portfolio.model_copy(update={"people": tuple(lent)})
        return _opened(portfolio, [(str(self.unit), self.to)], self.share)

    def _last(self, portfolio: Portfolio) -> int:
        return portfolio.calendar.periods - 1 if self.last is None else self.last

    def _lent(self, person: Person, first: int, last: int) -> Person:
        kept = (one for one in person.lent if (one.unit, one.first, one.last) != (self.to, first, last))
        entry = Lent(unit=self.to, first=first, last=last, share=self.share)
        return person.model_copy(update={"lent": (*kept, entry)})

    def words(self, portfolio: Portfolio) -> str:
        """Who helps whom, how much and when."""
        to, when = name_of(portfolio.units, self.to), span(portfolio, self.first, self._last(portfolio))
        if self.person is not None:
            who = name_of(portfolio.people, self.person)
            return f"{who} is lent to {to} for at most {percent(self.share)} of the hours{when}"
        lender = name_of(portfolio.units, str(self.unit))
        if when:
            return f"everybody of {lender} is lent to {to} for at most {percent(self.share)} of the hours{when}"
        return f"{lender} lends at most {percent(self.share)} of its hours to {to}"


class OpenLending(Change):
    """Units lend to each other: every direction between any two of them is opened up to a share of the lender's hours.

    The share of a direction that is open already is replaced; 0 closes it. Hours in an opened direction count against
    its share and not against the unit's `lend_share`.
    """

    title: ClassVar[str] = "Open lending between units"
    change: Literal["open_lending"] = "open_lending"
    between: Annotated[tuple[UnitRef, ...], Field(description="the units; an empty list is all of them")] = ()
    share: Annotated[Share, Field(description="the largest part of the lender's hours, in each direction")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Every direction is opened."""
        units = tuple(dict.fromkeys(self.between)) or tuple(unit.id for unit in portfolio.units)
        if len(units) < 2:
            cannot(("between",), "too_few_units", self.between, "at least two different units")
        return _opened(portfolio, [(one, other) for one in units for other in units if one != other], self.share)

    def words(self, portfolio: Portfolio) -> str:
        """Which units, and how much."""
        those = listed([name_of(portfolio.units, unit) for unit in dict.fromkeys(self.between)]) or "all units"
        return f"{those} lend each other at most {percent(self.share)} of their hours"


def _opened(portfolio: Portfolio, directions: list[tuple[str, str]], share: float) -> Portfolio:
    """A copy in which these directions are open up to `share`."""
    lending = {(one.from_, one.to): one for one in portfolio.policy.lending}
    lending |= {pair: Opened.model_validate({"from": pair[0], "to": pair[1], "share": share}) for pair in directions}
    policy = portfolio.policy.model_copy(update={"lending": tuple(lending.values())})
    return portfolio.model_copy(update={"policy": policy})
