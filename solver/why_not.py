"""Why a plan is not otherwise: the smallest changed plan with what was asked for, or what stands in its way.

The proposal is changed as little as possible: first the activity and what the people concerned do at the same time,
then related activities, then everything, as far as there is time. Of the plans that are possible then, the cheapest is
taken, where changing a booking has a small price of its own (see `nearby`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import ConfigDict, Discriminator

from solver import obstacles, score
from solver.difference import Difference, cost_in_words, difference, in_words
from solver.explain import conflict_of
from solver.fields import Hours, Id
from solver.handmade import plan_from, scored
from solver.model import Model
from solver.nearby import Around, Found, Nearby
from solver.obstacles import Reason
from solver.plan import Plan
from solver.portfolio import Portfolio
from solver.proposal import Part, Proposal
from solver.report import Place, PortfolioInvalid, Problem, Report
from solver.search import InternalError, Search
from solver.settings import Settings
from solver.strategies.guided import SMALL
from solver.tables import Bools, Tables

#: an answer is for somebody who waits: the time limit, and the part of it after which a better one is not looked for
SECONDS, ENOUGH = 10.0, 0.25
#: related activities that are freed, and the part of the time left for each step but the last
RELATED, SHARE = 12, 0.6
#: the part of the time, on top of it, to prove that nothing can be found; and for a first try, where it seems so
PROOF, EARLY = 0.3, 0.15


class WhyNotPerson(Part):
    """Why is this person not on this activity?"""

    ask: Literal["person"] = "person"
    person: Id
    activity: Id


class WhyNotHours(Part):
    """Why has this person not at least so many hours on this activity?"""

    ask: Literal["hours"] = "hours"
    person: Id
    activity: Id
    hours: Hours


class WhyNotMentor(Part):
    """Why does the learner not learn from this mentor on this activity?"""

    ask: Literal["mentor"] = "mentor"
    mentor: Id
    learner: Id
    activity: Id


class WhyUnfilled(Part):
    """Why has this activity not at least so many hours (null: all it asks for), or not the people with this term?"""

    ask: Literal["unfilled"] = "unfilled"
    activity: Id
    term: Id | None = None
    hours: Hours | None = None


Question = Annotated[WhyNotPerson | WhyNotHours | WhyNotMentor | WhyUnfilled, Discriminator("ask")]


class WhyNot(Part):
    """The answer.

    status: `possible` with the changed plan in `plan` and what differs in `difference`; `already` so in the proposal;
    `impossible` by the rules in `reasons`; `open` where the time was up before either was found. proven: within which
    limits no plan with what was asked ranks better, counting what its changes count (`nearby`): `portfolio`,
    `neighbourhood` (all teams outside `freed` as they are) or `no`. freed: the activities whose teams could change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: Question
    status: Literal["possible", "already", "impossible", "open"]
    proven: Literal["portfolio", "neighbourhood", "no"] | None
    freed: tuple[str, ...]
    difference: Difference | None
    reasons: tuple[Reason, ...]
    plan: Proposal | None
    seconds: float
    sentences: tuple[str, ...]


def why_not(
    portfolio: Portfolio,
    proposal: Proposal,
    question: Question,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
) -> WhyNot:
    """The answer to a question about a proposal, within `settings.seconds` (by default 10, mostly a quarter of it).

    Raises PortfolioInvalid with all problems where the question or the proposal names what the portfolio has not.
    """
    search = Search(Tables.of(portfolio), settings or Settings(seconds=SECONDS), None, stop)
    return _Answer(search, proposal, question).answer()


@dataclass(frozen=True)
class _Named:
    """What a question is about, as indices; people: those concerned, r: the requirement or -1."""

    people: tuple[int, ...]
    a: int
    r: int


class _Answer:
    """Looks for the answer to one question."""

    def __init__(self, search: Search, proposal: Proposal, question: Question) -> None:
        self.search, self.question, self.began = search, question, time.monotonic()
        self.tables: Tables = search.tables
        self.named = _named(self.tables, question)
        self.before = plan_from(self.tables, proposal.to_json())

    def answer(self) -> WhyNot:
        if self.holds(self.before):
            return self._told("already", [f"It is so already: {self.wish()}"])
        reasons = self.obstacles()
        if reasons:
            return self._impossible(reasons)
        nearby = Nearby(self.search, self.before)
        try:
            return self._look(nearby)
        finally:
            nearby.close()

    # --- what was asked

    def wish(self) -> str:
        """What was asked for, in words."""
        tables, asked, a = self.tables, self.question, self.named.a
        names, where = [tables.person(p) for p in self.named.people], tables.activity(a)
        if isinstance(asked, WhyNotPerson):
            return f"{names[0]} on {where}"
        if isinstance(asked, WhyNotHours):
            return f"{names[0]} on {where} for {asked.hours} h or more"
        if isinstance(asked, WhyNotMentor):
            return f"{names[1]} learning from {names[0]} on {where}"
        if self.named.r >= 0:
            r = self.named.r
            return f"{tables.requirement_people[r]} with {tables.term(r)} on {where}"
        return f"{where} staffed with {self._wanted} h"

    @property
    def _wanted(self) -> int:
        """Hours of an activity that is to be filled."""
        hours = self.question.hours if isinstance(self.question, WhyUnfilled) else None
        return int(self.tables.asked[self.named.a]) if hours is None else hours

    def holds(self, plan: Plan) -> bool:
        """Whether a plan has what was asked for."""
        tables, asked, people, a = self.tables, self.question, self.named.people, self.named.a
        if isinstance(asked, WhyNotPerson):
            return bool(plan.on[people[0], a])
        if isinstance(asked, WhyNotHours):
            return bool(plan.hours[people[0], a] >= asked.hours)
        if isinstance(asked, WhyNotMentor):
            every = tables.requirements_of(a)
            return any((one.mentor, one.person) == people and one.requirement in every for one in plan.learning)
        if self.named.r >= 0:
            return bool(plan.members_meeting[self.named.r] >= tables.requirement_people[self.named.r])
        return bool(plan.of_activity[a] >= self._wanted)

    def obstacles(self) -> list[Reason]:
        """What can be seen at once to stand in the way."""
        tables, asked, people, a = self.tables, self.question, self.named.people, self.named.a
        if isinstance(asked, WhyNotPerson):
            return obstacles.of_hours(tables, people[0], a, 0)
        if isinstance(asked, WhyNotHours):
            return obstacles.of_hours(tables, people[0], a, asked.hours)
        if isinstance(asked, WhyNotMentor):
            return obstacles.of_mentor(tables, people[0], people[1], a)
        if self.named.r >= 0:
            return obstacles.of_requirement(tables, self.named.r)
        return obstacles.of_filling(tables, a, self._wanted)

    def force(self, model: Model) -> None:
        """Leave only plans with what was asked for in the model."""
        asked, people, a = self.question, self.named.people, self.named.a
        if isinstance(asked, WhyNotPerson):
            wanted = model.on_pair(people[0], a) >= 1
        elif isinstance(asked, WhyNotHours):
            wanted = model.hours_pair(people[0], a) >= asked.hours
        elif isinstance(asked, WhyNotMentor):
            pair = model.at.get((people[1], a), -1)
            mentors = [taught for j, taught in model.mentors.get(pair, ()) if model.person[j] == people[0]]
            wanted = model.total(mentors) >= 1
        elif self.named.r >= 0:
            meets = self.tables.meets[:, self.named.r]
            members = model.total([model.on[i] for i in model.team[a] if meets[model.person[i]]])
            wanted = members >= int(self.tables.requirement_people[self.named.r])
        else:
            wanted = model.hours_on(a) >= self._wanted
        model.require(wanted)

    # --- looking

    def _look(self, nearby: Nearby) -> WhyNot:
        """Widen the neighbourhood while there is time; a wider one is of use only for a better plan."""
        search, best, proven, fallback = self.search, None, None, None
        searched = steps = self._steps(nearby)
        for number, around in enumerate(steps):
            tried, last = best is not None, number == len(steps) - 1
            # The whole of a large portfolio takes too long; whether it has any such plan is asked at last.
            if search.stopped or (around.freed.all() and len(nearby.pairs) > SMALL):
                break
            if tried and around.shifting.any():  # much freedom, for where less is not enough
                continue
            seconds = search.budget * (1 if last else SHARE)
            if tried and not search.settings.repeatable:
                seconds = ENOUGH * search.settings.seconds - search.seconds
            if seconds <= 0:
                break
            model = nearby.model(around)
            self.force(model)
            if best is not None:
                nearby.better_than(model, best)
            found = nearby.best(model, seconds)
            searched = steps[: number + 1]
            plan = found.plan if found.plan is not None and self.holds(found.plan) else None
            if plan is not None and (best is None or nearby.rank(plan) < nearby.rank(best)):
                best, proven = plan, None
            if found.finished:
                proven = around.freed
            if number == 0 and best is None and found.finished:
                # What cannot be had here can often not be had at all, and that is proven sooner than looked for.
                known = self._any_plan(nearby, EARLY * search.settings.seconds)
                if known.finished and known.plan is None:
                    return self._contradicted()
                fallback = known.plan
        if best is None and fallback is not None:
            return self._possible(fallback, None, np.ones(self.tables.A, dtype=bool))
        if best is not None:
            return self._possible(best, proven, searched[-1].freed)
        return self._none(nearby)

    def _steps(self, nearby: Nearby) -> list[Around]:
        """What to free: the activity, what those concerned do then, who else could help, related activities, all."""
        tables, a = self.tables, self.named.a
        loose = np.zeros(tables.P, dtype=bool)
        loose[list(self.named.people)] = True
        nobody, alone = np.zeros_like(loose), np.zeros(tables.A, dtype=bool)
        alone[a] = True
        busy: Bools = np.asarray(self.before.on[loose].any(axis=0))
        own = alone | (busy & (tables.first <= tables.last[a]) & (tables.last >= tables.first[a]))
        every = np.ones(tables.A, dtype=bool)
        steps = [Around(alone, loose, nobody)]
        if own.sum() > 1:
            steps.append(Around(own, loose, nobody))
        helpers = nearby.able[:, a] & (tables.meets[:, self.named.r] if self.named.r >= 0 else True)
        steps.append(Around(own, loose | helpers, helpers))
        if tables.A > RELATED:
            steps.append(Around(nearby.related(own, RELATED), loose, nobody))
        return [*steps, Around(every, ~nobody, nobody)]

    def _none(self, nearby: Nearby) -> WhyNot:
        """Nothing was found: prove that nothing can be, and say why."""
        found = self._any_plan(nearby, max(PROOF * self.search.settings.seconds, self.search.budget))
        if found.plan is not None:
            return self._possible(found.plan, None, np.ones(self.tables.A, dtype=bool))
        if not found.finished:
            return self._told("open", [f"{self.wish()}: no such plan was found in the time, nor that there is none"])
        return self._contradicted()

    def _any_plan(self, nearby: Nearby, seconds: float) -> Found:
        """Any plan with what was asked for, whatever it costs."""
        model = Model(self.tables, nearby.pairs, nearby.most)
        model.post(rule for rule in self.tables.rules if rule.binds)
        self.force(model)
        return nearby.any_plan(model, seconds)

    def _contradicted(self) -> WhyNot:
        """The rules that what was asked for contradicts."""
        conflict = conflict_of(self.search, self.force)
        reasons = [
            Reason(rule=rule.name, about=item.about, text=item.text) for rule in conflict.rules for item in rule.items
        ]
        return self._impossible(reasons)

    # --- telling

    def _told(self, status: Literal["already", "impossible", "open"], sentences: list[str]) -> WhyNot:
        return WhyNot(
            question=self.question,
            status=status,
            proven=None,
            freed=(),
            difference=None,
            reasons=(),
            plan=None,
            seconds=round(time.monotonic() - self.began, 3),
            sentences=tuple(sentences),
        )

    def _impossible(self, reasons: list[Reason]) -> WhyNot:
        sentences = [f"{self.wish()} is impossible", *dict.fromkeys(reason.text for reason in reasons)]
        return self._told("impossible", sentences).model_copy(update={"reasons": tuple(reasons)})

    def _possible(self, plan: Plan, proven: Bools | None, searched: Bools) -> WhyNot:
        tables = self.tables
        if not self.holds(plan) or score.broken(tables, plan):
            raise InternalError("a changed plan breaks a rule or is without what was asked for")
        found = difference(self.before, plan)
        freed = searched if proven is None else proven
        within: Literal["portfolio", "neighbourhood", "no"] = "no"
        words = "This is the best found in the time; a smaller change may do"
        if proven is not None:
            within = "portfolio" if proven.all() else "neighbourhood"
            rest = "" if proven.all() else f" that leaves all but {_counted(int(proven.sum()))} as it is"
            words = f"Proven: no plan with it{rest} costs less, unless it changes more for it"
        ids = [activity.id for activity in tables.portfolio.activities]
        return WhyNot(
            question=self.question,
            status="possible",
            proven=within,
            freed=tuple(ids[a] for a in np.flatnonzero(freed)),
            difference=found,
            reasons=(),
            plan=scored(tables, plan, self.began),
            seconds=round(time.monotonic() - self.began, 3),
            sentences=(f"{self.wish()}: the plan {cost_in_words(found.cost)}", *in_words(plan, found), words),
        )


def _counted(activities: int) -> str:
    return "this activity and its team" if activities == 1 else f"{activities} activities and their teams"


def question_problems(portfolio: Portfolio, question: Question, place: Place = ()) -> list[Problem]:
    """Everything in a question that the portfolio gives no sense to; place: where the question stands."""
    report = Report()
    people = {one.id for one in portfolio.people}
    activities = {one.id: one for one in portfolio.activities}

    def look_for(field: str, known: Collection[str], what: str) -> None:
        name = getattr(question, field)
        if name not in known:
            report.add((*place, field), "unknown_id", name, f"the id of {what}{report.closest(name, known)}")

    for field in _people(question):
        look_for(field, people, "a person")
    look_for("activity", activities, "an activity")
    if isinstance(question, WhyNotMentor) and question.mentor == question.learner:
        report.add((*place, "mentor"), "same_person", question.mentor, "somebody else than the learner")
    if isinstance(question, WhyUnfilled) and question.term is not None:
        activity = activities.get(question.activity)
        if question.hours is not None:
            report.add((*place, "hours"), "too_much", question.hours, "hours or a term, not both")
        if activity is not None and question.term not in {one.term for one in (*activity.expertise, *activity.talents)}:
            report.add((*place, "term"), "not_asked", question.term, "a term that the activity asks for")
    return report.problems()


def _people(question: Question) -> list[str]:
    """The fields of a question that name people."""
    return [field for field in ("person", "mentor", "learner") if hasattr(question, field)]


def _named(tables: Tables, question: Question) -> _Named:
    """The indices of what a question names; raises PortfolioInvalid with all problems."""
    problems = question_problems(tables.portfolio, question)
    if problems:
        raise PortfolioInvalid(problems)
    a, term = tables.activity_index[question.activity], getattr(question, "term", None)
    r = next((int(n) for n in tables.requirements_of(a) if tables.requirements[int(n)].term == term), -1)
    return _Named(tuple(tables.person_index[getattr(question, field)] for field in _people(question)), a, r)
