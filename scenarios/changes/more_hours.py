"""Somebody works more."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import Change, Period, PersonRef, malformed
from scenarios.changes.edits import person_of, with_person
from scenarios.changes.sentences import name_of, span
from solver.fields import Whole
from solver.portfolio import Portfolio


class MoreHours(Change):
    """Somebody works more hours in each of some periods, or in all: adds to `hours_per_period`.

    Absences stay: whoever is away for a whole period works no hours in it.
    """

    title: ClassVar[str] = "More hours of somebody"
    change: Literal["more_hours"] = "more_hours"
    person: Annotated[PersonRef, Field(description="who works more")]
    hours: Annotated[int, Whole(1, 1_000), Field(description="how many hours more in each period")]
    first: Annotated[Period, Field(description="the first period")] = 0
    last: Annotated[Period | None, Field(description="the last period; null is the last of the calendar")] = None

    @model_validator(mode="after")
    def _begins_first(self) -> MoreHours:
        if self.last is not None and self.last < self.first:
            raise malformed("last", "ends_before_begins", f"at least first, which is {self.first}")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """`hours_per_period` is higher."""
        person, periods = person_of(portfolio, self.person), portfolio.calendar.periods
        first, last = self.first, self._last(portfolio)
        now = person.hours_per_period
        hours: int | tuple[int, ...]
        if isinstance(now, int) and not span(portfolio, first, last):
            hours = now + self.hours
        else:
            each = (now,) * periods if isinstance(now, int) else now
            hours = tuple(n + self.hours * (first <= t <= last) for t, n in enumerate(each))
        return with_person(portfolio, person.model_copy(update={"hours_per_period": hours}))

    def _last(self, portfolio: Portfolio) -> int:
        return portfolio.calendar.periods - 1 if self.last is None else self.last

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """Whatever is wrong with the hours comes from the hours."""
        index = next((i for i, one in enumerate(portfolio.people) if one.id == self.person), 0)
        return {f"/people/{index}/hours_per_period": "/hours"}

    def words(self, portfolio: Portfolio) -> str:
        """Who, how much and when."""
        last, unit = self._last(portfolio), portfolio.calendar.period
        when = f" {unit} {last}" if self.first == last else span(portfolio, self.first, last).removeprefix(" in")
        each = "" if self.first == last else " each of" if when else f" every {unit}"
        return f"{name_of(portfolio.people, self.person)} works {self.hours} h more in{each}{when}"
