"""Integer NumPy tables of a portfolio: the only preprocessing, shared by the rules, the scorer and the solver.

Dimensions: P people, A activities, R requirements (expertise and talents of all activities, in order), T periods,
U units, K kinds, V terms. Levels are in tenths (0–50), fits and shares in whole percents, hours whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.portfolio import Booking, Observation, Person, Portfolio
from solver.rules import rules_of
from solver.rules.base import HUNDRED, NOWHERE, IntArray, Rule, percent
from solver.vocabulary import Vocabulary, combine

Bools = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
Percents = npt.NDArray[np.int16]

#: an own talent of at least this level (tenths) is one of the talents a person is known for
TOP_TALENT = 30
TOP_TALENTS = 5
NO_UNIT = NOWHERE


@dataclass(frozen=True)
class LendingGroup:
    """Bookings that together may take at most a share (percents) of some people's hours, and the words for it.

    people, hours: (n,) whose available hours are counted — a candidate's only when taken on. Which bookings: those with
    this one's number in `Tables.lending_group`.
    """

    words: str
    share: int
    people: IntArray
    hours: IntArray

    def most(self, taken_on: Bools) -> int:
        """The limit in hundredths of hours when these people are there."""
        return int((self.hours * taken_on[self.people]).sum()) * self.share


class Tables:
    """Everything the rules need to know about a portfolio; see the module for the dimensions."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.rules: tuple[Rule, ...] = rules_of(portfolio.policy)
        self.rule = {rule.name: rule for rule in self.rules}
        people, activities, calendar = portfolio.people, portfolio.activities, portfolio.calendar
        self.P, self.A, self.T = len(people), len(activities), calendar.periods
        self.block, self.now = portfolio.block_hours, calendar.now
        self.person_index = {person.id: p for p, person in enumerate(people)}
        self.activity_index = {activity.id: a for a, activity in enumerate(activities)}
        self.project_index = {project.id: j for j, project in enumerate(portfolio.projects)}
        self.unit_index = {unit.id: u for u, unit in enumerate(portfolio.units)}
        self.vocabulary = Vocabulary(portfolio.vocabulary)
        self.term_index = self.vocabulary.index
        self._of_people()
        self._of_activities()
        self._of_requirements()
        self._of_bookings()

    @classmethod
    def of(cls, portfolio: Portfolio) -> Tables:
        """The tables of a portfolio that was parsed."""
        return cls(portfolio)

    # --- people ---------------------------------------------------------------------------------------------------

    def _of_people(self) -> None:
        people = self.portfolio.people
        #: available (P, T) hours: absences and leaving taken off
        self.available = np.array([available_hours(person, self.T) for person in people], dtype=np.int64).reshape(
            self.P, self.T
        )
        #: hours_available (P,): A of the model, the sum over all periods
        self.hours_available = self.available.sum(axis=1)
        self.person_unit = np.array([self.unit_index.get(p.unit or "", NO_UNIT) for p in people], dtype=np.int64)
        self.candidate = np.array([p.candidate is not None for p in people], dtype=bool)
        self.candidate_cost = np.array([_cents(p.candidate.cost) if p.candidate else 0 for p in people], dtype=np.int64)
        #: rate (P,) money per hour in hundredths, 0 where it lacks
        self.rate = np.array([_cents(p.rate or 0) for p in people], dtype=np.int64)
        self.potential = np.array([p.potential or 0 for p in people], dtype=np.int64)
        self.max_learners = np.array([p.mentoring.max_learners for p in people], dtype=np.int64)
        self.rotation_share = np.array([percent(p.rotation_share) for p in people], dtype=np.int64)

        start, V = self.portfolio.calendar.start, len(self.vocabulary)
        #: own_level (P, V) tenths: the combined observations, before the tree and before trainings
        self.own_level = np.zeros((self.P, V), dtype=np.int8)
        for p, person in enumerate(people):
            for observations in (person.expertise, person.talents):
                by_term: dict[str, list[Observation]] = {}
                for observation in observations:
                    by_term.setdefault(observation.term, []).append(observation)
                for term, found in by_term.items():
                    self.own_level[p, self.term_index[term]] = combine(found, start).tenths
        #: base_level (P, V): the highest over the term and its narrower terms, trainings not counted
        self.base_level = np.zeros_like(self.own_level)
        for v in range(V):
            self.base_level[:, v] = self.own_level[:, self.vocabulary.narrower_or_self(v)].max(axis=1, initial=0)
        #: aim (P, V) tenths: the highest ambition on the term's branch, 0 where there is none
        self.aim = np.zeros((self.P, V), dtype=np.int8)
        for p, person in enumerate(people):
            for ambition in person.ambitions:
                v = self.term_index[ambition.term]
                branch = np.union1d(self.vocabulary.narrower_or_self(v), self.vocabulary.broader_or_self(v))
                self.aim[p, branch] = np.maximum(self.aim[p, branch], 10 * ambition.level)

    @cached_property
    def with_top_talent(self) -> IntArray:
        """Indices of the people who have a top talent."""
        return np.array([p for p, tops in enumerate(self.top_talents) if tops], dtype=np.int64)

    @cached_property
    def top_talents(self) -> list[list[int]]:
        """Per person the terms of the up to five strongest own talents of 3.0 or more, ties by vocabulary order."""
        talents = np.flatnonzero(self.vocabulary.is_talent)
        found = []
        for levels in self.own_level[:, talents]:
            order = talents[np.argsort(-levels.astype(np.int64), kind="stable")]
            best = [int(v) for v in order[:TOP_TALENTS]]
            found.append([v for v in best if levels[np.searchsorted(talents, v)] >= TOP_TALENT])
        return found

    # --- activities -----------------------------------------------------------------------------------------------

    def _of_activities(self) -> None:
        portfolio, activities = self.portfolio, self.portfolio.activities
        #: asked (A,) hours, rounded up to blocks: E of the model
        self.asked = -(-_whole(a.hours for a in activities) // self.block) * self.block
        self.first = _whole(a.window.first for a in activities)
        self.last = _whole(a.window.last for a in activities)
        #: start (A,): the first period in which hours may still be planned; above `last` where all is past
        self.start = np.maximum(self.first, self.now)
        #: open_from (A,): where hours without a period go, `start` unless all is past
        self.open_from = np.where(self.start > self.last, self.first, self.start)
        self.team_min = _whole(a.team.min for a in activities)
        self.team_max = _whole(a.team.max for a in activities)
        self.project = _whole(self.project_index[a.project] for a in activities)
        self.kinds = tuple(dict.fromkeys(a.kind for a in activities))
        kind_index = {kind: k for k, kind in enumerate(self.kinds)}
        #: kind (A,) index into kinds
        self.kind = _whole(kind_index[a.kind] for a in activities)
        self.responsibility = np.array([a.responsibility for a in activities], dtype=bool)
        self.critical = np.array([a.critical for a in activities], dtype=bool)
        units = _whole(self.unit_index.get(project.unit or "", NO_UNIT) for project in portfolio.projects)
        self.activity_unit = units[self.project] if self.A else _whole([])
        goal_weight = {goal.id: goal.weight for goal in portfolio.goals}
        heaviest = _whole(max((goal_weight[g] for g in project.goals), default=3) for project in portfolio.projects)
        priority = _whole(a.priority for a in activities)
        #: importance (A,) percents: priority / 3 × the heaviest goal / 3
        self.importance = _half_up(100 * priority * (heaviest[self.project] if self.A else priority), 9)

    # --- requirements ---------------------------------------------------------------------------------------------

    def _of_requirements(self) -> None:
        asked = [
            (a, requirement, talent)
            for a, activity in enumerate(self.portfolio.activities)
            for requirements, talent in ((activity.expertise, False), (activity.talents, True))
            for requirement in requirements
        ]
        self.requirements = tuple(requirement for _, requirement, _ in asked)
        self.R = len(asked)
        #: requirement_activity (R,), ascending
        self.requirement_activity = np.array([a for a, _, _ in asked], dtype=np.int64)
        self.requirement_talent = np.array([talent for _, _, talent in asked], dtype=bool)
        self.requirement_term = np.array([self.term_index[r.term] for r in self.requirements], dtype=np.int64)
        self.requirement_level = np.array([r.level for r in self.requirements], dtype=np.int64)
        self.requirement_people = np.array([r.people for r in self.requirements], dtype=np.int64)
        self.requirement_weight = np.array([r.weight for r in self.requirements], dtype=np.int64)
        self.requirement_must = np.array([r.must for r in self.requirements], dtype=bool)
        #: requirements_of[a]: the requirement indices of an activity; the slice bounds are (A + 1,)
        self._bounds = np.searchsorted(self.requirement_activity, np.arange(self.A + 1))

        #: level (P, R) tenths: L of the model for the requirement's term, trainings up to the window's start included
        # Tables of people × requirements, and × activities, lie column by column: so they are made and mostly read.
        self.level: Levels = np.ascontiguousarray(self.base_level.T)[self.requirement_term].T
        starts = self.first[self.requirement_activity] if self.R else self.requirement_activity
        for p, person in enumerate(self.portfolio.people):
            for training in person.trained:
                serves = np.isin(
                    self.requirement_term, self.vocabulary.broader_or_self(self.term_index[training.term])
                ) & (starts >= training.from_)
                self.level[p, serves] = np.maximum(self.level[p, serves], 10 * training.level)
        asked_level = (10 * self.requirement_level).astype(np.int8)
        under = 10 * self.rule["eligibility"].settings.under_level
        gap = 10 * self.rule["stretch_cap"].settings.max_gap
        #: meets, near, can_learn (P, R), as the model's notation has them
        self.meets: Bools = self.level >= asked_level
        self.near: Bools = self.level >= np.maximum(1, asked_level - under).astype(np.int8)
        self.can_learn: Bools = self.level < np.ascontiguousarray(self.aim.T)[self.requirement_term].T
        self.can_learn &= ~self.meets
        self.can_learn &= self.level >= np.maximum(10, asked_level - gap).astype(np.int8)

        #: expert (P, A): meets at least one expertise requirement, everybody if there are none
        self.expert: Bools = self._by_column(bool)
        #: able (P, A): near an expertise requirement or meeting a talent one; everybody if there are none at all
        self.able: Bools = self._by_column(bool)
        #: learnable (P, A): can learn at least one requirement
        self.learnable: Bools = self._by_column(bool)
        #: expertise_fit, talent_fit (P, A) percents
        self.expertise_fit: Percents = self._by_column(np.int16)
        self.talent_fit: Percents = self._by_column(np.int16)
        for a in range(self.A):
            first, last = int(self._bounds[a]), int(self._bounds[a + 1])
            between = last - int(self.requirement_talent[first:last].sum())
            expertise, talents = slice(first, between), slice(between, last)
            self.expert[:, a] = self.meets[:, expertise].any(axis=1) if between > first else True
            self.able[:, a] = (
                self.near[:, expertise].any(axis=1) | self.meets[:, talents].any(axis=1) if last > first else True
            )
            self.learnable[:, a] = self.can_learn[:, first:last].any(axis=1)
            self.expertise_fit[:, a] = self._fit(expertise)
            self.talent_fit[:, a] = self._fit(talents)
        self._energy()
        self._where()

    @cached_property
    def wishes(self) -> list[tuple[int, int]]:
        """(person, activity) of each wish that could be met, once."""
        wished = {
            (p, self.activity_index[wish]): None for p, one in enumerate(self.portfolio.people) for wish in one.wishes
        }
        return [pair for pair in wished if self.bookable[pair]]

    @cached_property
    def learns_somewhere(self) -> Bools:
        """(P,): there is an activity on which the person may be booked and can learn."""
        return np.asarray((self.bookable & self.learnable).any(axis=1))

    @cached_property
    def uses_top_talent(self) -> Bools:
        """(P, A): a talent requirement of the activity names a top talent of the person, or a broader term of it."""
        uses = np.zeros((self.P, self.A), dtype=bool)
        for p, tops in enumerate(self.top_talents):
            named = np.zeros(len(self.vocabulary), dtype=bool)
            for v in tops:
                named[self.vocabulary.broader_or_self(v)] = True
            uses[p, self.requirement_activity[named[self.requirement_term]]] = True
        return uses

    def requirements_of(self, a: int) -> IntArray:
        """Indices of the activity's requirements, expertise first."""
        return np.arange(self._bounds[a], self._bounds[a + 1])

    def _by_column(self, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        """An empty (P, A) table that lies column by column."""
        return np.zeros((self.A, self.P), dtype=kind).T

    def _fit(self, those: slice) -> IntArray | int:
        """(P,) percents over some requirements: the weighted mean of min(1, L / (10 × level)), rounded half up.

        Exact: 600 is the least common multiple of 10 × level.
        """
        level, weight = self.requirement_level[those], self.requirement_weight[those]
        if not len(level):
            return HUNDRED
        factor = (60 // level * weight).astype(np.int32)
        reached = np.minimum(self.level[:, those], (10 * level).astype(np.int8)).astype(np.int32) @ factor
        return _half_up(HUNDRED * reached, 600 * int(weight.sum()))

    def _energy(self) -> None:
        """Sum and count (P, A) of the statements that touch an activity, and what it drains in percents."""
        touched: dict[str, IntArray] = {}

        def activities_of(what: str) -> IntArray:
            if what not in touched:
                sort, _, name = what.partition(":")
                activities = self.portfolio.activities
                if sort in ("talent", "expertise"):
                    found = self.requirement_activity[self.requirement_term == self.term_index[name]]
                else:
                    found = np.array([a for a, one in enumerate(activities) if getattr(one, sort) == name], dtype=int)
                touched[what] = found
            return touched[what]

        self._energy_sum = np.zeros((self.P, self.A), dtype=np.int16)
        self._energy_count = np.zeros((self.P, self.A), dtype=np.int16)
        for p, person in enumerate(self.portfolio.people):
            for statement in person.energy:
                self._energy_sum[p, activities_of(statement.of)] += statement.value
                self._energy_count[p, activities_of(statement.of)] += 1
        #: drain (P, A) percents
        self.drain: Percents = np.zeros((self.P, self.A), dtype=np.int16)
        drained = np.nonzero(self._energy_sum < 0)
        lost, count = -self._energy_sum[drained].astype(np.int64), self._energy_count[drained].astype(np.int64)
        self.drain[drained] = _half_up(50 * lost, count)

    def energy(self, p: int, a: int) -> float:
        """−2…2: the mean of the person's statements that touch the activity, 0 where none does."""
        return float(self._energy_sum[p, a] / max(1, self._energy_count[p, a]))

    def _where(self) -> None:
        """Who may work where: foreign and allowed (P, A), and the groups of bookings that share a limit."""
        there, here = self.person_unit[:, None], self.activity_unit[None, :]
        #: foreign (P, A): the work of another unit than the person's own
        self.foreign: Bools = (there != NO_UNIT) & (here != NO_UNIT) & (there != here)
        #: allowed (P, A): the person's unit may work there
        self.allowed: Bools = ~self.foreign
        #: lending_group (P, A): which of `lending_groups` a foreign booking counts in, NOWHERE where in none
        self.lending_group = np.full((self.P, self.A), NOWHERE, dtype=np.int16)
        unspoken = self.foreign.copy()
        groups: list[LendingGroup] = []

        def group(words: str, rows: IntArray, columns: Bools, share: int, hours: IntArray) -> None:
            """What these people book on these activities counts here, where it does not count elsewhere already."""
            mine = unspoken[rows] & columns
            if not mine.any():
                return
            unspoken[rows] &= ~columns
            self.lending_group[rows] = np.where(mine, len(groups), self.lending_group[rows])
            self.allowed[rows] |= mine & (share > 0)
            groups.append(LendingGroup(words, share, rows, hours))

        units, everywhere = self.portfolio.units, np.ones(self.A, dtype=bool)
        for p, person in enumerate(self.portfolio.people):
            for lent in person.lent:
                inside = (self.first >= lent.first) & (self.last <= lent.last)
                there_too = self.activity_unit == self.unit_index[lent.unit]
                hours = self.available[p, lent.first : lent.last + 1].sum()
                words = f"{person.name}, lent to {units[self.unit_index[lent.unit]].name}"
                group(words, np.array([p]), inside & there_too, percent(lent.share), np.array([hours]))
        rotating = np.flatnonzero(self.rotation_share)
        self.allowed[rotating] |= unspoken[rotating]
        unspoken[rotating] = False
        for opened in self.portfolio.policy.lending:
            source, target = self.unit_index[opened.from_], self.unit_index[opened.to]
            mine = np.flatnonzero(self.person_unit == source)
            words = f"{units[source].name}, lent to {units[target].name}"
            group(words, mine, self.activity_unit == target, percent(opened.share), self.hours_available[mine])
        for u, unit in enumerate(units):
            mine = np.flatnonzero(self.person_unit == u)
            group(
                f"{unit.name}, lent to other units",
                mine,
                everywhere,
                percent(unit.lend_share),
                self.hours_available[mine],
            )
        self.lending_groups = tuple(groups)

    # --- bookings that exist --------------------------------------------------------------------------------------

    def _of_bookings(self) -> None:
        shape = (self.P, self.A)
        #: committed (P, A): pinned or frozen, the planner's word
        self.committed = np.zeros(shape, dtype=bool)
        self.forbidden = np.zeros(shape, dtype=bool)
        self.pinned: dict[tuple[int, int], Booking] = {}
        self.frozen: dict[tuple[int, int], Booking] = {}
        self.incumbent: dict[tuple[int, int], Booking] = {}
        by_status = {"pinned": self.pinned, "frozen": self.frozen, "incumbent": self.incumbent}
        for booking in self.portfolio.bookings:
            pair = (self.person_index[booking.person], self.activity_index[booking.activity])
            if booking.status == "forbidden":
                self.forbidden[pair] = True
            else:
                by_status[booking.status][pair] = booking
                self.committed[pair] = booking.status != "incumbent"
        #: eligible (P, A): what the rule `eligibility` allows, with or without learning
        self.eligible: Bools = self.allowed & (self.able | self.learnable)
        #: bookable (P, A): eligible or committed, and not forbidden
        self.bookable: Bools = (self.eligible | self.committed) & ~self.forbidden

    def worked(self, pair: tuple[int, int]) -> IntArray:
        """(T,) hours of a frozen booking worked before `now`, 0 elsewhere."""
        split = self.split_of(pair, self.frozen.get(pair))
        split[self.now :] = 0
        return split

    def split_of(self, pair: tuple[int, int], booking: Booking | None) -> IntArray:
        """(T,) hours of a booking's `by_period`, laid on the calendar from the window's first period on."""
        split = np.zeros(self.T, dtype=np.int64)
        if booking is not None and booking.by_period is not None:
            first = self.first[pair[1]]
            split[first : first + len(booking.by_period)] = booking.by_period
        return split

    def offset(self, pair: tuple[int, int]) -> int:
        """Hours of a pinned or frozen booking that come on top of whole blocks."""
        pinned = self.pinned.get(pair)
        if pinned is not None:
            return int(pinned.hours or 0) % self.block
        return int(self.worked(pair).sum()) if pair in self.frozen else 0

    # --- names, for sentences --------------------------------------------------------------------------------------

    def person(self, p: int) -> str:
        """The person's name."""
        return self.portfolio.people[p].name

    def activity(self, a: int) -> str:
        """The activity's name."""
        return self.portfolio.activities[a].name

    def term(self, r: int) -> str:
        """The label of a requirement's term with the level asked for, such as "Persuading 4"."""
        requirement = self.requirements[r]
        return f"{self.portfolio.label(requirement.term)} {requirement.level}"

    def about(self, names: tuple[str, ...], key: tuple[int, ...]) -> dict[str, str]:
        """What an item is about, by id, as findings give it."""
        found: dict[str, str] = {}
        for name, index in zip(names, key, strict=True):
            found.update(self._about(name, index))
        return found

    def _about(self, name: str, index: int) -> dict[str, str]:
        portfolio = self.portfolio
        if name == "requirement":
            activity = portfolio.activities[self.requirement_activity[index]]
            return {"activity": activity.id, "term": self.requirements[index].term}
        if name == "kind":
            return {"kind": self.kinds[index]}
        if name in ("person", "activity"):
            return {name: (portfolio.people if name == "person" else portfolio.activities)[index].id}
        if name == "relation":
            return {"relation": "+".join(portfolio.relations[index].people)}
        if name == "lending":
            return {"lending": self.lending_groups[index].words}
        if name == "group":
            return {"group": portfolio.policy.max_hires[index].group}
        return {name: str(index)}


def available_hours(person: Person, periods: int) -> IntArray:
    """(T,) hours a person can work: absences taken off, nothing from `leaves` on."""
    hours = np.zeros(periods, dtype=np.int64)
    hours[:] = person.hours_per_period
    for absence in person.absences:
        hours[absence.first : absence.last + 1] -= hours.max(initial=0) if absence.hours is None else absence.hours
    if person.leaves is not None:
        hours[person.leaves :] = 0
    return np.maximum(0, hours)


def _whole(values: Iterable[int]) -> IntArray:
    return np.array(list(values), dtype=np.int64)


def _cents(money: float) -> int:
    return round(money * 100)


def _half_up(numerator: IntArray, denominator: IntArray | int) -> IntArray:
    """Exact non-negative fractions rounded half up to whole numbers."""
    return (2 * numerator + denominator) // (2 * denominator)
