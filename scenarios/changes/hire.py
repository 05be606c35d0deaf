"""People who come: for certain, or if the solver takes them on."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from scenarios.changes.base import Change, Period, malformed
from scenarios.changes.edits import with_cost
from scenarios.changes.sentences import cost, count, from_on, listed
from solver.fields import Count, Id, Money
from solver.portfolio import Absence, Candidate, MaxHires, Person, Portfolio


class Hire(Change):
    """Somebody is hired, for certain: one more person, away wholly before `from`.

    The cost of hiring is spent whatever the plan, so it becomes a fixed cost: it counts in the money of the plan and in
    the budget, and not in the rule `hiring`, which weighs candidates. The person's record has no `candidate`.
    """

    title: ClassVar[str] = "Hire somebody"
    change: Literal["hire"] = "hire"
    person: Annotated[Person, Field(description="the person, as in a portfolio, with an id of their own")]
    from_: Annotated[Period, Field(alias="from", description="the first period in which they are there")] = 0
    cost: Annotated[Money, Field(description="what hiring costs, once")] = 0.0

    @model_validator(mode="after")
    def _certain(self) -> Hire:
        if self.person.candidate is not None:
            raise malformed(
                "person", "not_allowed", "a person without candidate; who may be taken on is in `candidates`"
            )
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The person comes last."""
        people = (*portfolio.people, _there_from(self.person, self.from_))
        return with_cost(portfolio.model_copy(update={"people": people}), f"Hiring {self.person.name}", self.cost)

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """The person is the last one."""
        return {f"/people/{len(portfolio.people)}": "/person"}

    def words(self, portfolio: Portfolio) -> str:
        """Who comes when, and the price."""
        return f"{self.person.name} is hired{from_on(portfolio, self.from_)}{cost(self.cost)}"


class Candidates(Change):
    """People who could be taken on: the solver picks at most `most` of the group, where that improves the plan.

    They are candidates of `group`, each at the cost in their own `candidate` (0 where there is none), and away wholly
    before `from`. A group that exists already gets them as further members, and `most` replaces its limit.
    """

    title: ClassVar[str] = "Candidates to choose from"
    change: Literal["candidates"] = "candidates"
    people: Annotated[tuple[Person, ...], Field(min_length=1, description="the people, as in a portfolio")]
    most: Annotated[Count, Field(description="how many of the group may be taken on")]
    group: Annotated[Id, Field(description="the group they belong to")] = "hires"
    from_: Annotated[Period, Field(alias="from", description="the first period in which they are there")] = 0

    @model_validator(mode="after")
    def _one_group(self) -> Candidates:
        for person in self.people:
            if person.candidate is not None and person.candidate.group not in (None, self.group):
                raise malformed("people", "other_group", f"candidates without a group of their own, or of {self.group}")
        return self

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The candidates come last."""
        joined = tuple(
            _there_from(person, self.from_).model_copy(
                update={
                    "candidate": Candidate(cost=person.candidate.cost if person.candidate else 0.0, group=self.group)
                }
            )
            for person in self.people
        )
        limits = {limit.group: limit for limit in portfolio.policy.max_hires}
        limits[self.group] = MaxHires(group=self.group, most=self.most)
        policy = portfolio.policy.model_copy(update={"max_hires": tuple(limits.values())})
        return portfolio.model_copy(update={"people": (*portfolio.people, *joined), "policy": policy})

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """The candidates are the last ones."""
        return {f"/people/{len(portfolio.people) + i}": f"/people/{i}" for i in range(len(self.people))}

    def words(self, portfolio: Portfolio) -> str:
        """Who could come, and how many of the group."""
        members = [p for p in portfolio.people if p.candidate and p.candidate.group == self.group]
        names = listed([person.name for person in self.people])
        limit = f"at most {self.most} of the {count(len(members) + len(self.people), 'candidate', 'candidates')}"
        return f"{names} could be taken on{from_on(portfolio, self.from_)}, {limit} of group {self.group}"


def _there_from(person: Person, period: int) -> Person:
    """The person, away wholly before `period`."""
    if not period:
        return person
    return person.model_copy(update={"absences": (*person.absences, Absence(first=0, last=period - 1))})
