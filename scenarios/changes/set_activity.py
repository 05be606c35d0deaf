"""How much work it is, when it is done, and by how many."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import ActivityRef, Change, Period, cannot, malformed
from scenarios.changes.edits import activity_of, worked_hours
from scenarios.changes.sentences import listed, name_of, span, unbound
from solver.fields import Hours, Whole
from solver.portfolio import Activity, Booking, Portfolio, Team, Window

People = Annotated[int, Whole(1, 1_000_000)]


class SetActivity(Change):
    """An activity asks for other hours, has another window, or another size of team.

    - What is given replaces what stood there; the rest stays.
    - Hours booked by period stay in their periods. A pinned booking of which some fall outside the new window stays
      pinned, without periods; hours that were worked must lie inside it.
    - What comes `after` the activity does not move: `staffing check` warns where it now begins too early.
    """

    title: ClassVar[str] = "Change an activity"
    change: Literal["set_activity"] = "set_activity"
    activity: Annotated[ActivityRef, Field(description="the activity")]
    hours: Annotated[Hours | None, Field(description="the hours it asks for")] = None
    first: Annotated[Period | None, Field(description="the first period of its window")] = None
    last: Annotated[Period | None, Field(description="the last period of its window")] = None
    team_min: Annotated[People | None, Field(description="the smallest team")] = None
    team_max: Annotated[People | None, Field(description="the largest team")] = None

    @model_validator(mode="after")
    def _says_something(self) -> SetActivity:
        if all(one is None for one in (self.hours, self.first, self.last, self.team_min, self.team_max)):
            raise malformed("hours", "missing", "at least one of hours, first, last, team_min and team_max")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The activity is replaced in its place, and its bookings by period lie on the new window."""
        old = activity_of(portfolio, self.activity)
        new = self._changed(old)
        activities = tuple(new if one.id == old.id else one for one in portfolio.activities)
        if new.window == old.window or new.window.last < new.window.first:
            return portfolio.model_copy(update={"activities": activities})
        bookings = tuple(
            self._laid(portfolio, one, old.window, new.window) if one.activity == old.id else one
            for one in portfolio.bookings
        )
        return portfolio.model_copy(update={"activities": activities, "bookings": bookings})

    def _changed(self, old: Activity) -> Activity:
        first = old.window.first if self.first is None else self.first
        last = old.window.last if self.last is None else self.last
        least = old.team.min if self.team_min is None else self.team_min
        most = old.team.max if self.team_max is None else self.team_max
        hours = old.hours if self.hours is None else self.hours
        window, team = Window.model_construct(first=first, last=last), Team.model_construct(min=least, max=most)
        return old.model_copy(update={"hours": hours, "window": window, "team": team})

    def _laid(self, portfolio: Portfolio, booking: Booking, old: Window, new: Window) -> Booking:
        """The booking with its hours in the same periods as before."""
        if booking.by_period is None:
            return booking
        at = {old.first + i: hours for i, hours in enumerate(booking.by_period)}
        split = tuple(at.get(period, 0) for period in range(new.first, new.last + 1))
        if booking.status == "frozen" and sum(split[: max(0, portfolio.calendar.now - new.first)]) < worked_hours(
            portfolio, booking
        ):
            expected = f"a window with the periods in which {name_of(portfolio.people, booking.person)} worked on it"
            cannot(("first",), "already_worked", self.first, expected)
        kept = booking.status == "frozen" or sum(split) == sum(booking.by_period)
        return booking.model_copy(update={"by_period": split if kept else None})

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """Window and team are fields of the change."""
        index = next((i for i, one in enumerate(portfolio.activities) if one.id == self.activity), 0)
        there = f"/activities/{index}"
        fields = {"hours": "hours", "window/first": "first", "window/last": "last", "window": "last"}
        fields |= {"team/min": "team_min", "team/max": "team_max", "team": "team_min"}
        return {f"{there}/{path}": f"/{field}" for path, field in fields.items()}

    def words(self, portfolio: Portfolio) -> str:
        """What is other than before."""
        old = activity_of(portfolio, self.activity)
        new, said = self._changed(old), []
        if self.hours is not None:
            said.append(f"asks for {self.hours} h instead of {old.hours} h")
        if self.first is not None or self.last is not None:
            whole = f" in every {portfolio.calendar.period}"
            then, before = (span(portfolio, one.first, one.last) or whole for one in (new.window, old.window))
            said.append(f"is done{then} instead of{before.removeprefix(' in')}")
        if self.team_min is not None or self.team_max is not None:
            said.append(
                f"has a team of {new.team.min} to {new.team.max} people instead of {old.team.min} to {old.team.max}"
            )
        pinned = [one for one in portfolio.bookings if one.activity == old.id and one.status == "pinned"]
        split = [one for one in pinned if one.by_period]
        loose = [one for one in split if not self._laid(portfolio, one, old.window, new.window).by_period]
        return f"{old.name} {listed(said)}{unbound(portfolio, loose)}"
