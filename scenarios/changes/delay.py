"""A project slips."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StrictBool

from scenarios.changes.base import Change, ProjectRef, cannot
from scenarios.changes.edits import worked_hours
from scenarios.changes.sentences import listed, name_of, periods, unbound
from solver.fields import Whole
from solver.portfolio import Activity, Booking, Portfolio, Window

#: a sentence names no more activities than this
MOST_NAMES = 2


class Delay(Change):
    """A project slips by a number of periods: the windows of its activities move.

    - An activity on which hours were worked keeps its beginning and ends that much later; one that is past stays.
    - Hours pinned by period move with their window; where the window keeps its beginning, they stay where they are.
    - A window that would leave the calendar is an error, unless `cut` is true: then it ends with the calendar, and
      hours pinned to periods that fall off stay pinned, without periods.
    - What comes `after` the project does not move: `staffing check` warns where it now begins too early.
    """

    title: ClassVar[str] = "Delay a project"
    change: Literal["delay"] = "delay"
    project: Annotated[ProjectRef, Field(description="the project that slips")]
    periods: Annotated[int, Whole(1, 520), Field(description="by how many periods")]
    cut: Annotated[StrictBool, Field(description="whether windows may be cut off at the end of the calendar")] = False

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Windows move, and the periods of bookings with them."""
        moved = self._moved(portfolio)
        self._check_calendar(portfolio, moved)
        end = portfolio.calendar.periods - 1
        now = {one.id: one.model_copy(update={"window": self._cut(window, end)}) for one, window in moved}
        activities = tuple(now.get(one.id, one) for one in portfolio.activities)
        old = {one.id: one for one, _ in moved}
        bookings = tuple(
            self._with_window(portfolio, booking, old[booking.activity], now[booking.activity].window)
            if booking.activity in now
            else booking
            for booking in portfolio.bookings
        )
        return portfolio.model_copy(update={"activities": activities, "bookings": bookings})

    def _moved(self, portfolio: Portfolio) -> list[tuple[Activity, Window]]:
        """The activities that move, with their new windows, which may leave the calendar."""
        begun = {one.activity for one in portfolio.bookings if worked_hours(portfolio, one)}
        moved = []
        for one in portfolio.activities:
            if one.project == self.project and not (one.id in begun and one.window.last < portfolio.calendar.now):
                first = one.window.first if one.id in begun else one.window.first + self.periods
                moved.append((one, Window(first=first, last=one.window.last + self.periods)))
        return moved

    @staticmethod
    def _cut(window: Window, end: int) -> Window:
        return Window(first=window.first, last=min(window.last, end))

    def _check_calendar(self, portfolio: Portfolio, moved: list[tuple[Activity, Window]]) -> None:
        """Refuse, naming the activities, where a window ends, or with `cut` begins, after the calendar."""
        end = portfolio.calendar.periods - 1
        edges = [(window.first if self.cut else window.last, one.name) for one, window in moved]
        latest = max((edge for edge, _ in edges), default=0)
        if latest > end:
            most = self.periods - (latest - end)
            late = listed([name for edge, name in edges if edge == latest])
            does, unit = "begin" if self.cut else "end", portfolio.calendar.period
            allowed = f"at most {most}" if most else "no delay"
            expected = f"{allowed}: {late} would {does} in {unit} {latest}, and the last is {unit} {end}"
            cannot(("periods",), "outside_calendar", self.periods, expected)

    def _with_window(self, portfolio: Portfolio, booking: Booking, old: Activity, window: Window) -> Booking:
        """The booking with its periods laid on the new window of its activity."""
        if booking.by_period is None:
            return booking
        length = window.last - window.first + 1
        update: dict[str, Any]
        if booking.status == "frozen":
            kept = booking.by_period if window.first == old.window.first else ()  # where it moves, nothing was worked
            update = {"by_period": (*kept, *[0] * length)[:length]}
        else:
            laid = (*booking.by_period, *[0] * length)
            update = {"by_period": None if any(laid[length:]) else laid[:length]}
        return booking.model_copy(update=update)

    def words(self, portfolio: Portfolio) -> str:
        """What slips, and by how much."""
        end, moved = portfolio.calendar.periods - 1, {one.id: (one, window) for one, window in self._moved(portfolio)}
        cut = [one.name for one, window in moved.values() if window.last > end]
        those = listed(cut) if len(cut) <= MOST_NAMES else f"{len(cut)} activities"
        ends = f"; {those} must still end with the calendar" if cut else ""
        mine = ((one, *moved[one.activity]) for one in portfolio.bookings if one.activity in moved and one.by_period)
        loose = [
            one
            for one, old, window in mine
            if not self._with_window(portfolio, one, old, self._cut(window, end)).by_period
        ]
        what, by = name_of(portfolio.projects, self.project), periods(portfolio, self.periods)
        return f"{what} is delayed by {by}{ends}{unbound(portfolio, loose)}"
