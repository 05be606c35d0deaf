"""Somebody leaves."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.base import Change, PersonRef
from scenarios.changes.edits import activity_of, person_of, with_person
from scenarios.changes.sentences import listed, name_of
from solver.portfolio import Booking, Portfolio, Until


class Leave(Change):
    """Somebody is gone from a period on: sets `leaves`.

    A period after the calendar takes a departure back. Bookings stay as they are: hours pinned from then on contradict
    the leaving, and the conflict of the solve will say so; the sentence names them.
    """

    title: ClassVar[str] = "Somebody leaves"
    change: Literal["leave"] = "leave"
    person: Annotated[PersonRef, Field(description="who leaves")]
    from_: Annotated[Until, Field(alias="from", description="the first period in which they are gone")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """`leaves` is set."""
        return with_person(portfolio, person_of(portfolio, self.person).model_copy(update={"leaves": self.from_}))

    def words(self, portfolio: Portfolio) -> str:
        """Who leaves when, and what they are pinned to after that."""
        who = name_of(portfolio.people, self.person)
        if self.from_ >= portfolio.calendar.periods:
            return f"{who} stays to the end of the calendar"
        after = [
            name_of(portfolio.activities, booking.activity)
            for booking in portfolio.bookings
            if booking.person == self.person and self._pinned_after(portfolio, booking)
        ]
        though = f", though pinned to {listed(after)} after that" if after else ""
        return f"{who} leaves from {portfolio.calendar.period} {self.from_} on{though}"

    def _pinned_after(self, portfolio: Portfolio, booking: Booking) -> bool:
        """Whether hours of the booking must lie after the leaving."""
        if booking.status != "pinned" or not booking.hours:
            return False
        first = activity_of(portfolio, booking.activity).window.first
        if booking.by_period is None:
            return first >= self.from_
        return any(booking.by_period[max(0, self.from_ - first) :])
