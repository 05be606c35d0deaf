"""One person's own part of a portfolio and a proposal: everybody else is taken out before anything is worked out.

What is made from this cannot tell of a colleague, because it does not know one. Rules that look at a single person
measure the same here as on the whole plan; what a rule makes of a team is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np

from scenarios.could import Could
from scenarios.phrases import Phrases
from solver.handmade import plan_from
from solver.portfolio import Person, Portfolio, PortfolioInvalid, Problem
from solver.proposal import Proposal
from solver.rules.base import IntArray
from solver.tables import Bools, Tables
from solver.vocabulary import Combined, combine

#: the person's index in the tables
ME = 0


class Own:
    """The portfolio with one person in it, that person's bookings, and the words of a language.

    Raises PortfolioInvalid for an unknown person, and where the proposal names work that the portfolio does not have.
    """

    def __init__(self, portfolio: Portfolio, proposal: Proposal, person_id: str, language: str) -> None:
        self.phrases = Phrases(language)
        self.person = _person(portfolio, person_id)
        self.portfolio = portfolio.model_copy(
            update={
                "people": (self.person,),
                "bookings": tuple(one for one in portfolio.bookings if one.person == person_id),
                "relations": (),
                "projects": tuple(project.model_copy(update={"lead": None}) for project in portfolio.projects),
            }
        )
        self.calendar = portfolio.calendar
        self.tables = Tables.of(self.portfolio)
        bookings = [
            {"person": person_id, "activity": one.activity, "hours": one.hours, "by_period": one.by_period}
            for one in proposal.bookings or ()
            if one.person == person_id
        ]
        learning = [
            {"person": person_id, "activity": one.activity, "term": one.term}
            for one in proposal.learning
            if one.person == person_id
        ]
        self.plan = plan_from(self.tables, {"bookings": bookings, "learning": learning})
        #: hours of guiding learners per activity index, (T,) each
        self.guiding = self._guiding(proposal)

    def _guiding(self, proposal: Proposal) -> dict[int, IntArray]:
        """A mentor gives hours per learner and activity, however many terms are learned there."""
        tasks = {
            (one.person, one.activity): one.mentor_hours_by_period
            for one in proposal.learning
            if one.mentor == self.person.id
        }
        found: dict[int, IntArray] = {}
        for (_, activity), by_period in tasks.items():
            a = self.tables.activity_index[activity]
            first = int(self.tables.first[a])
            split = found.setdefault(a, np.zeros(self.tables.T, dtype=np.int64))
            split[first : first + len(by_period)] += by_period
        return found

    @cached_property
    def could(self) -> Could:
        """What no rule about the person forbids."""
        return Could(self.tables)

    @cached_property
    def workable(self) -> Bools:
        """(A,): open to the person, whose unit may work there."""
        return np.asarray(self.could.open[ME] & self.tables.allowed[ME])

    @cached_property
    def teaching(self) -> Bools:
        """(A,): workable, and the person could learn there what it asks for."""
        return np.asarray(self.workable & self.could.time[ME] & self.could.lesson[ME])

    @cached_property
    def load(self) -> IntArray:
        """(T,) hours of bookings and of guiding learners."""
        return np.asarray(self.plan.load[ME] + sum(self.guiding.values(), np.zeros(self.tables.T, dtype=np.int64)))

    @cached_property
    def booked(self) -> list[int]:
        """Indices of the activities the person is on."""
        return [int(a) for a in np.flatnonzero(self.plan.on[ME])]

    @cached_property
    def learned(self) -> list[int]:
        """Indices of the requirements the person learns."""
        return sorted(one.requirement for one in self.plan.learning)

    def hours(self, a: int) -> int:
        """Hours booked on an activity."""
        return int(self.plan.hours[ME, a])

    def split(self, a: int) -> IntArray:
        """(T,) hours booked on an activity."""
        return np.asarray(self.plan.split[self.plan.activity == a].sum(axis=0))

    @cached_property
    def observed(self) -> dict[str, Combined]:
        """Per term with observations of its own: the level and what it comes from."""
        every = (*self.person.expertise, *self.person.talents)
        return {
            term: combine([one for one in every if one.term == term], self.calendar.start)
            for term in dict.fromkeys(one.term for one in every)
        }

    # --- names

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(one.name for one in self.portfolio.activities)

    def activity(self, a: int) -> str:
        """An activity's name; where two share a name, the id stands with it."""
        one = self.portfolio.activities[a]
        return one.name if self._times[one.name] == 1 else f"{one.name} ({one.id})"

    def activities(self, indices: Iterable[int]) -> str:
        """The names of activities in one list, each once."""
        return self.phrases.listed([self.activity(a) for a in dict.fromkeys(indices)])

    def ids(self, indices: Collection[int]) -> tuple[str, ...]:
        """The ids of activities, each once."""
        return tuple(self.portfolio.activities[a].id for a in dict.fromkeys(indices))

    def project(self, a: int) -> str:
        """The name of an activity's project."""
        return self.portfolio.projects[int(self.tables.project[a])].name

    def term(self, v: int) -> str:
        """The label of a term, by its index."""
        return self.label(self.portfolio.vocabulary[v].id)

    def label(self, term: str) -> str:
        """The label of a term, by its id."""
        return self.portfolio.label(term, self.phrases.language)

    def level(self, tenths: int | np.integer) -> str:
        """A level in words: 23 → "2.3"."""
        return self.phrases.number(int(tenths) / 10)

    def when(self, split: IntArray) -> str:
        """The days over which (T,) hours lie; nothing where there are none."""
        periods = np.flatnonzero(split)
        return self.phrases.span(self.calendar, int(periods[0]), int(periods[-1])) if len(periods) else ""

    def energy_source(self, of: str) -> str:
        """What an energy statement is about, in words: a term's label, a project's name, or the kind or phase."""
        sort, _, name = of.partition(":")
        if sort in ("talent", "expertise"):
            return self.label(name)
        if sort == "project":
            return next((one.name for one in self.portfolio.projects if one.id == name), name)
        return name

    def touched(self, of: str) -> list[int]:
        """Indices of the activities that an energy statement touches."""
        sort, _, name = of.partition(":")
        if sort in ("talent", "expertise"):
            return sorted(
                {
                    int(self.tables.requirement_activity[r])
                    for r, one in enumerate(self.tables.requirements)
                    if one.term == name
                }
            )
        return [a for a, one in enumerate(self.portfolio.activities) if getattr(one, sort) == name]


def _person(portfolio: Portfolio, person_id: str) -> Person:
    for person in portfolio.people:
        if person.id == person_id:
            return person
    raise PortfolioInvalid([Problem("/person", "unknown_id", person_id, "the id of a person in the portfolio")])
