"""Somebody learns something off the job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import Change, Period, PersonRef, TermRef, cannot, malformed, term_id
from scenarios.changes.edits import person_of, with_cost, with_person
from scenarios.changes.sentences import cost, name_of, periods
from solver.fields import Hours, Level, Money, Whole
from solver.portfolio import Absence, Portfolio, Training


class Train(Change):
    """Somebody reaches a level on a term from a period on, for hours of absence in the periods before it.

    Sets `trained`, and for `hours` in each of the `lasts` periods right before `from` an absence. An activity looks at
    the level at the start of its window, so a training that ends within a window comes too late for it. The cost is
    spent whatever the plan: a fixed cost.
    """

    title: ClassVar[str] = "Train somebody"
    change: Literal["train"] = "train"
    person: Annotated[PersonRef, Field(description="who is trained")]
    term: Annotated[TermRef, Field(description="the expertise or talent")]
    level: Annotated[Level, Field(description="the level that is reached")]
    from_: Annotated[Period, Field(alias="from", description="the first period in which the level counts")]
    hours: Annotated[Hours, Field(description="hours away for it in each period of the training")] = 0
    lasts: Annotated[int, Whole(0, 520), Field(description="periods of training, right before `from`")] = 0
    cost: Annotated[Money, Field(description="what the training costs, once")] = 0.0

    @model_validator(mode="after")
    def _has_time(self) -> Train:
        if bool(self.hours) != bool(self.lasts):
            raise malformed("lasts", "one_of", "hours and the periods they are spent in, or neither")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The level is written down, and the time that it takes."""
        now = portfolio.calendar.now
        if self.lasts and self.from_ - self.lasts < now:
            expected = f"at most {periods(portfolio, max(0, self.from_ - now))}: there is no time before period {now}"
            cannot(("lasts",), "begins_too_early", self.lasts, expected)
        person = person_of(portfolio, self.person)
        gained = {"term": term_id(portfolio, self.term), "level": self.level, "from": self.from_}
        update: dict[str, object] = {"trained": (*person.trained, Training.model_validate(gained))}
        if self.lasts:
            away = Absence(first=self.from_ - self.lasts, last=self.from_ - 1, hours=self.hours)
            update["absences"] = (*person.absences, away)
        trained = with_person(portfolio, person.model_copy(update=update))
        return with_cost(trained, f"Training {person.name} in {self._term(portfolio)}", self.cost)

    def _term(self, portfolio: Portfolio) -> str:
        return portfolio.label(term_id(portfolio, self.term))

    def words(self, portfolio: Portfolio) -> str:
        """Who reaches what, when, and what it takes."""
        who, when = name_of(portfolio.people, self.person), f"from {portfolio.calendar.period} {self.from_} on"
        before = f", after {periods(portfolio, self.lasts)} of {self.hours} h of training" if self.lasts else ""
        return f"{who} has level {self.level} on {self._term(portfolio)} {when}{before}{cost(self.cost)}"
