"""More work, or less."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.base import Change, KindRef, ProjectRef, cannot
from scenarios.changes.edits import worked_hours
from scenarios.changes.sentences import name_of
from solver.fields import MOST_HOURS, Whole
from solver.portfolio import Activity, Portfolio


class ScaleDemand(Change):
    """The hours asked for become a percentage of what they were: of a project, of a kind of work, of both, or of all.

    Hours are rounded up to whole blocks, so an activity keeps at least one block, and never fewer hours than are pinned
    on it or were worked. An activity of 0 hours stays as it is.
    """

    title: ClassVar[str] = "More or less work"
    change: Literal["scale_demand"] = "scale_demand"
    percent: Annotated[int, Whole(1, 10_000), Field(description="of the hours there are now: 120 is a fifth more")]
    project: Annotated[ProjectRef | None, Field(description="only of this project")] = None
    kind: Annotated[KindRef | None, Field(description="only of this kind")] = None

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Hours are scaled."""
        if not any(map(self._meant, portfolio.activities)):
            cannot(("kind",), "nothing_meant", self.kind, "a kind that some activity of the project has")
        fixed: dict[str, int] = {}
        for booking in portfolio.bookings:
            hours = booking.hours or 0 if booking.status == "pinned" else worked_hours(portfolio, booking)
            fixed[booking.activity] = fixed.get(booking.activity, 0) + hours
        block = portfolio.block_hours
        activities = []
        for one in portfolio.activities:
            if self._meant(one) and one.hours:
                blocks = -(-one.hours * self.percent // (100 * block))
                hours = max(blocks * block, fixed.get(one.id, 0))
                if hours > MOST_HOURS:
                    expected = f"a percentage with which {one.name} stays within {MOST_HOURS:,} h"
                    cannot(("percent",), "out_of_range", self.percent, expected)
                activities.append(one.model_copy(update={"hours": hours}))
            else:
                activities.append(one)
        return portfolio.model_copy(update={"activities": tuple(activities)})

    def _meant(self, activity: Activity) -> bool:
        return self.project in (None, activity.project) and self.kind in (None, activity.kind)

    def words(self, portfolio: Portfolio) -> str:
        """Which hours, and how many."""
        kind = "all work" if self.kind is None else f"work of kind {self.kind}"
        where = "" if self.project is None else f" of {name_of(portfolio.projects, self.project)}"
        return f"{kind}{where} takes {self.percent} % of the hours it took"
