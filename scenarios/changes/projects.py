"""Work that comes, goes, or is done elsewhere."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import ActivityRef, Change, ProjectRef, malformed
from scenarios.changes.edits import activity_of, with_cost, without_activities
from scenarios.changes.sentences import count, money, name_of
from solver.fields import Money
from solver.portfolio import Activity, Portfolio, Project


class AddProject(Change):
    """A project comes in, with its activities, each as in a portfolio.

    The activities name this project; `after` may name activities that are there already. They come last, in this order.
    """

    title: ClassVar[str] = "Add a project"
    change: Literal["add_project"] = "add_project"
    project: Annotated[Project, Field(description="the project, as in a portfolio, with an id of its own")]
    activities: Annotated[tuple[Activity, ...], Field(min_length=1, description="its activities, as in a portfolio")]

    @model_validator(mode="after")
    def _own_activities(self) -> AddProject:
        if any(activity.project != self.project.id for activity in self.activities):
            raise malformed("activities", "other_project", f"activities whose project is {self.project.id}")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The project and its activities come last."""
        projects, activities = (*portfolio.projects, self.project), (*portfolio.activities, *self.activities)
        return portfolio.model_copy(update={"projects": projects, "activities": activities})

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """They are the last ones."""
        last = len(portfolio.activities)
        paths = {f"/activities/{last + i}": f"/activities/{i}" for i in range(len(self.activities))}
        return {f"/projects/{len(portfolio.projects)}": "/project", **paths}

    def words(self, portfolio: Portfolio) -> str:
        """What comes, and how much work it is."""
        return f"{self.project.name} is added: {_size(self.activities)}"


class DropProject(Change):
    """A project goes, with its activities, their bookings, the wishes for them and what is said of its energy.

    Activities of other projects that came after one of these come after what that one came after. Hours that were
    worked already go too, but what they cost stays, as a fixed cost.
    """

    title: ClassVar[str] = "Drop a project"
    change: Literal["drop_project"] = "drop_project"
    project: Annotated[ProjectRef, Field(description="the project that goes")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Everything that names the project or its activities goes or is repaired."""
        rest = without_activities(portfolio, {activity.id for activity in self._activities(portfolio)})
        people = tuple(
            person.model_copy(update={"energy": tuple(e for e in person.energy if e.of != f"project:{self.project}")})
            for person in rest.people
        )
        projects = tuple(project for project in portfolio.projects if project.id != self.project)
        return rest.model_copy(update={"projects": projects, "people": people})

    def _activities(self, portfolio: Portfolio) -> tuple[Activity, ...]:
        return tuple(activity for activity in portfolio.activities if activity.project == self.project)

    def words(self, portfolio: Portfolio) -> str:
        """What goes, and how much work it was."""
        return f"{name_of(portfolio.projects, self.project)} is dropped: {_size(self._activities(portfolio))}"


class Outsource(Change):
    """An activity is done by others, at a price: it is taken out with its bookings and the wishes for it.

    The price is spent whatever the plan: a fixed cost. What came after the activity now comes after what that one came
    after. Hours that were worked already go too, but what they cost stays, as a fixed cost.
    """

    title: ClassVar[str] = "Outsource an activity"
    change: Literal["outsource"] = "outsource"
    activity: Annotated[ActivityRef, Field(description="the activity that others do")]
    price: Annotated[Money, Field(description="what they ask for it")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The activity goes, the price comes."""
        rest = without_activities(portfolio, {self.activity})
        return with_cost(rest, f"Outsourcing {activity_of(portfolio, self.activity).name}", self.price)

    def words(self, portfolio: Portfolio) -> str:
        """What, and the price."""
        return f"{name_of(portfolio.activities, self.activity)} is outsourced for {money(self.price)}"


def _size(activities: tuple[Activity, ...]) -> str:
    """`3 activities, 240 h`."""
    return f"{count(len(activities), 'activity', 'activities')}, {sum(one.hours for one in activities):,} h"
