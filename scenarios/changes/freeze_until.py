"""Re-staffing in mid-project."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from scenarios.changes.base import ActivityRef, Change, PersonRef, cannot
from scenarios.changes.edits import activity_of, booking_of
from solver.fields import Hours, Whole
from solver.portfolio import Booking, Part, Portfolio, Window
from solver.report import Place

#: what a proposal says of a booking beyond its hours
_SAID = frozenset(("role", "fit", "reason"))


class PlannedBooking(Part):
    """One booking of the plan in force; `by_period` covers the activity's window and adds up to `hours`."""

    person: PersonRef
    activity: ActivityRef
    hours: Hours | None = None
    by_period: tuple[Hours, ...]


def _hours_only(value: Any) -> Any:
    """A booking as a proposal has it, without its role, fit and reason."""
    return {key: part for key, part in value.items() if key not in _SAID} if isinstance(value, dict) else value


class FreezeUntil(Change):
    """Everything before a period stays as it was booked; the rest may move, and moving it counts as unrest.

    `bookings` are those of the plan in force, as a proposal has them; role, fit and reason are passed over. `now`
    becomes `period`, and each booking of the plan,

    - where hours lie before it, becomes frozen: `by_period` is what was worked, `hours` all that the plan meant;
    - where all hours lie after it, stays pinned or forbidden if it was, or else becomes incumbent, which `stability`
      prices.

    Of the portfolio's bookings that are not in the plan, incumbent ones are no longer in force and go. What was worked
    before the `now` there was must be the same in the plan, of every pair; hours pinned to periods now past count as
    worked. Without `bookings` the portfolio's own stay. See `docs/decisions/freezing-a-plan.md`.
    """

    title: ClassVar[str] = "Freeze what has been worked"
    change: Literal["freeze_until"] = "freeze_until"
    period: Annotated[
        int,
        Whole(0, 520),
        Field(
            description="the first period that may still be planned",
            json_schema_extra={"x-refers-to": "periods and after"},
        ),
    ]
    bookings: Annotated[
        tuple[Annotated[PlannedBooking, BeforeValidator(_hours_only)], ...],
        Field(description="the bookings of the plan in force, with by_period"),
    ] = ()

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """`now` moves, and the plan becomes what was worked and what is intended."""
        calendar = portfolio.calendar
        if not calendar.now <= self.period <= calendar.periods:
            expected = f"a period from {calendar.now}, which is now, to {calendar.periods}"
            cannot(("period",), "outside_calendar", self.period, expected)
        plan = {}
        for i, booking in enumerate(self.bookings):
            pair = (booking.person, booking.activity)
            if pair in plan:
                cannot(("bookings", i), "duplicate_booking", list(pair), "one booking of a pair")
            plan[pair] = self._in_force(portfolio, booking, ("bookings", i))
        for one in portfolio.bookings if plan else ():
            pair = (one.person, one.activity)
            if pair not in plan and any(_worked(portfolio, one, activity_of(portfolio, one.activity).window)):
                expected = f"a booking of each pair of which hours were worked before period {calendar.now}"
                cannot(("bookings",), "differs_from_worked", list(pair), expected)
        rest = {
            (one.person, one.activity): self._past(portfolio, one)
            for one in portfolio.bookings
            if not (plan and one.status == "incumbent")
        }
        moved = calendar.model_copy(update={"now": self.period})
        return portfolio.model_copy(update={"calendar": moved, "bookings": tuple({**rest, **plan}.values())})

    def _in_force(self, portfolio: Portfolio, planned: PlannedBooking, at: Place) -> Booking:
        """What the booking of one pair becomes."""
        window = activity_of(portfolio, planned.activity).window
        length, hours = window.last - window.first + 1, sum(planned.by_period)
        if len(planned.by_period) != length:
            expected = f"{length} numbers, one a period of the activity's window"
            cannot((*at, "by_period"), "wrong_length", planned.by_period, expected)
        if planned.hours not in (None, hours):
            cannot((*at, "hours"), "wrong_sum", planned.hours, f"the sum of by_period, which is {hours}")
        before = booking_of(portfolio, planned.person, planned.activity)
        worked = _worked(portfolio, before, window)
        if planned.by_period[: len(worked)] != worked:
            expected = f"{', '.join(map(str, worked))} first, which was worked before period {portfolio.calendar.now}"
            cannot((*at, "by_period"), "differs_from_worked", planned.by_period, expected)
        pair: dict[str, Any] = {"person": planned.person, "activity": planned.activity, "hours": hours}
        done = planned.by_period[: max(0, self.period - window.first)]
        if any(done):
            return Booking.model_construct(**pair, status="frozen", by_period=_laid(done, window))
        if before is not None and before.status in ("pinned", "forbidden"):
            return before
        return Booking.model_construct(**pair, status="incumbent")

    def _past(self, portfolio: Portfolio, booking: Booking) -> Booking:
        """A booking that the plan says nothing of, seen from the new `now`."""
        window, by_period = activity_of(portfolio, booking.activity).window, booking.by_period or ()
        if booking.status == "frozen":
            done = by_period[: max(0, portfolio.calendar.now - window.first)]
        else:
            done = by_period[: max(0, self.period - window.first)]
        if booking.status == "frozen" or any(done):
            return booking.model_copy(update={"status": "frozen", "by_period": _laid(done, window)})
        return booking

    def words(self, portfolio: Portfolio) -> str:
        """From when on, what was worked before, and what may move."""
        until = f"everything before {portfolio.calendar.period} {self.period} stays as booked"
        if not self.bookings:
            return until
        first = {one.id: one.window.first for one in portfolio.activities}
        past = {one: max(0, self.period - first.get(one.activity, 0)) for one in self.bookings}
        worked = sum(sum(one.by_period[:periods]) for one, periods in past.items())
        planned = sum(sum(one.by_period[periods:]) for one, periods in past.items())
        return f"{until}, {worked:,} h; the {planned:,} h planned after that may move"


def _worked(portfolio: Portfolio, booking: Booking | None, window: Window) -> tuple[int, ...]:
    """What was worked in the periods of a window before `now`; hours pinned there count as worked."""
    past = min(max(0, portfolio.calendar.now - window.first), window.last - window.first + 1)
    done = () if booking is None or booking.by_period is None else booking.by_period[:past]
    return (*done, *[0] * (past - len(done)))


def _laid(done: tuple[int, ...], window: Window) -> tuple[int, ...]:
    """What was worked, on the whole window: nothing is said of the periods from `now` on."""
    return (*done, *[0] * (window.last - window.first + 1 - len(done)))
