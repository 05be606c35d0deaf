"""The planner's word about one person on one activity."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import ActivityRef, Change, PersonRef, cannot, malformed
from scenarios.changes.edits import booking_of, refuse_worked, with_booking
from scenarios.changes.sentences import name_of
from solver.fields import Hours
from solver.portfolio import Booking, Portfolio


class Pin(Change):
    """Somebody is booked on an activity for exactly these hours, with `by_period` exactly there.

    It replaces the booking of the pair. A pair of which hours were worked is refused: it has one booking, and what was
    worked stays.
    """

    title: ClassVar[str] = "Pin a booking"
    change: Literal["pin"] = "pin"
    person: Annotated[PersonRef, Field(description="who is booked")]
    activity: Annotated[ActivityRef, Field(description="the activity")]
    hours: Annotated[Hours, Field(description="how many hours")]
    by_period: Annotated[
        tuple[Hours, ...] | None, Field(description="hours per period of the activity's window; null leaves that open")
    ] = None

    @model_validator(mode="after")
    def _adds_up(self) -> Pin:
        if self.by_period is not None and sum(self.by_period) != self.hours:
            raise malformed("by_period", "wrong_sum", f"numbers that add up to hours, which is {self.hours}")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The booking of the pair is pinned."""
        refuse_worked(portfolio, self.person, self.activity)
        pinned = Booking(
            person=self.person, activity=self.activity, hours=self.hours, status="pinned", by_period=self.by_period
        )
        return with_booking(portfolio, pinned)

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """The fields of the booking have the same names here."""
        pairs = [(one.person, one.activity) for one in portfolio.bookings]
        pair = (self.person, self.activity)
        return {f"/bookings/{pairs.index(pair) if pair in pairs else len(pairs)}": ""}

    def words(self, portfolio: Portfolio) -> str:
        """Who, where and how much, and whether periods that were pinned no longer are."""
        who, where = name_of(portfolio.people, self.person), name_of(portfolio.activities, self.activity)
        there = booking_of(portfolio, self.person, self.activity)
        split = ""
        if self.by_period:
            split = f", {'+'.join(map(str, self.by_period))} by {portfolio.calendar.period}"
        elif there is not None and there.status == "pinned" and there.by_period:
            split = f", no longer by {portfolio.calendar.period}"
        return f"{who} is pinned to {where} for {self.hours} h{split}"


class Forbid(Change):
    """Somebody is not booked on an activity. It replaces the booking of the pair.

    A pair of which hours were worked is refused: it has one booking, and what was worked stays.
    """

    title: ClassVar[str] = "Forbid a booking"
    change: Literal["forbid"] = "forbid"
    person: Annotated[PersonRef, Field(description="who is kept off")]
    activity: Annotated[ActivityRef, Field(description="the activity")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The booking of the pair is forbidden."""
        refuse_worked(portfolio, self.person, self.activity)
        return with_booking(portfolio, Booking(person=self.person, activity=self.activity, status="forbidden"))

    def words(self, portfolio: Portfolio) -> str:
        """Who is kept off what."""
        where = name_of(portfolio.activities, self.activity)
        return f"{name_of(portfolio.people, self.person)} is kept off {where}"


class Release(Change):
    """What was pinned, forbidden or there already for one person on one activity no longer is: the booking goes.

    The solver may then book the pair or not. A pair of which hours were worked is refused: what was worked stays.
    """

    title: ClassVar[str] = "Release a booking"
    change: Literal["release"] = "release"
    person: Annotated[PersonRef, Field(description="whose booking")]
    activity: Annotated[ActivityRef, Field(description="the activity")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The booking of the pair goes."""
        refuse_worked(portfolio, self.person, self.activity)
        gone = booking_of(portfolio, self.person, self.activity)
        if gone is None:
            cannot(("activity",), "no_booking", self.activity, "an activity on which the person has a booking")
        return portfolio.model_copy(update={"bookings": tuple(one for one in portfolio.bookings if one is not gone)})

    def words(self, portfolio: Portfolio) -> str:
        """Who, and what stood there."""
        pair = f"{name_of(portfolio.people, self.person)} on {name_of(portfolio.activities, self.activity)}"
        there = booking_of(portfolio, self.person, self.activity)
        status = "booked" if there is None or there.status == "incumbent" else there.status
        return f"{pair} is no longer {status}"
