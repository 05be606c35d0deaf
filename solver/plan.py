"""A plan: who is booked on what, in which periods, and who learns what from whom. No solver here.

The split over periods is found without one: a person's tasks have windows that are intervals, so the calmest split is
the classical one of Yao, Demers and Shenker ("A scheduling model for reduced CPU energy", 1995): the interval with the
highest load against what is available is filled evenly, taken out, and so on. It is also the split with the smallest
shortfall where the hours do not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from solver.rules.base import NOWHERE, IntArray, sums
from solver.tables import Bools, Tables

#: splits of so many people's work are remembered
LEVELLED = 4096


class Learning(NamedTuple):
    """Person p learns the term of requirement r on that requirement's activity; `mentor` is a person or None."""

    person: int
    requirement: int
    mentor: int | None


@dataclass(frozen=True)
class Plan:
    """Bookings as rows: person (N,), activity (N,), split (N, T) hours; learning, and the mentors' hours as (M, T).

    `mentoring` has one (mentor, learner, activity) for each row of `mentor_split`: a mentor gives hours per learner and
    activity, however many terms are learned there.
    """

    tables: Tables
    person: IntArray
    activity: IntArray
    split: IntArray
    learning: tuple[Learning, ...] = ()
    mentoring: tuple[tuple[int, int, int], ...] = ()
    mentor_split: IntArray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))

    @cached_property
    def booked(self) -> IntArray:
        """(N,) hours of each booking."""
        return np.asarray(self.split.sum(axis=1))

    @cached_property
    def hours(self) -> IntArray:
        """(P, A) hours: h of the model."""
        table = np.zeros((self.tables.P, self.tables.A), dtype=np.int64)
        table[self.person, self.activity] = self.booked
        return table

    def hours_of(self, pairs: IntArray) -> IntArray:
        """(N,) hours of these (N, 2) pairs, without a table of all."""
        if not len(self.numbers):
            return np.zeros(len(pairs), dtype=np.int64)
        number = pairs @ (self.tables.A, 1)
        place = np.minimum(np.searchsorted(self.numbers, number), len(self.numbers) - 1)
        return np.where(self.numbers[place] == number, self.booked[self.rows][place], 0)

    @cached_property
    def numbers(self) -> IntArray:
        """One number per booking with hours, ascending."""
        return np.asarray(self.person[self.rows] * self.tables.A + self.activity[self.rows])

    @cached_property
    def on(self) -> Bools:
        """(P, A): x of the model."""
        table = np.zeros((self.tables.P, self.tables.A), dtype=bool)
        table[self.person[self.rows], self.activity[self.rows]] = True
        return table

    @cached_property
    def of_person(self) -> IntArray:
        """(P,) hours: H of the model."""
        return sums(self.person, self.booked, self.tables.P)

    @cached_property
    def of_activity(self) -> IntArray:
        """(A,) hours: T of the model."""
        return sums(self.activity, self.booked, self.tables.A)

    @cached_property
    def rows(self) -> IntArray:
        """Bookings with hours, person by person and activity by activity."""
        rows = np.lexsort((self.activity, self.person))
        return np.asarray(rows[self.booked[rows] > 0])

    def hours_where(self, those: Bools) -> IntArray:
        """(P,) hours of each person on pairs for which a (P, A) table is true."""
        return sums(self.person, self.booked * those[self.person, self.activity], self.tables.P)

    @cached_property
    def present(self) -> Bools:
        """(P,): everybody who is there, and the candidates who are taken on."""
        return ~self.tables.candidate | (self.of_person > 0)

    @cached_property
    def lessons(self) -> IntArray:
        """(3, L) the person, requirement and mentor of all learning, `NOWHERE` where there is no mentor."""
        rows = [(p, r, NOWHERE if mentor is None else mentor) for p, r, mentor in self.learning]
        return np.array(rows, dtype=np.int64).reshape(-1, 3).T

    @cached_property
    def learns(self) -> Bools:
        """(P, A): the person learns something on the activity (is booked there, and can)."""
        table = np.zeros((self.tables.P, self.tables.A), dtype=bool)
        p, r, _ = self.lessons
        there = self.tables.can_learn[p, r]
        p, a = p[there], self.tables.requirement_activity[r[there]]
        table[p, a] = self.on[p, a]
        return table

    @cached_property
    def stretch(self) -> IntArray:
        """(P,) stretch hours: S of the model."""
        return self.hours_where(self.learns)

    @cached_property
    def mentors_of(self) -> dict[tuple[int, int], set[int]]:
        """Who learns on which activity, and from whom; a plan made elsewhere may have several mentors."""
        found: dict[tuple[int, int], set[int]] = {}
        for one in self.learning:
            mentors = found.setdefault((one.person, int(self.tables.requirement_activity[one.requirement])), set())
            if one.mentor is not None:
                mentors.add(one.mentor)
        return found

    @cached_property
    def load(self) -> IntArray:
        """(P, T) hours of bookings and mentoring."""
        P, T = self.tables.P, self.tables.T
        mentors = np.array([mentor for mentor, _, _ in self.mentoring], dtype=np.int64)
        cells = np.concatenate((self.person, mentors))[:, None] * T + np.arange(T)
        splits = np.concatenate((self.split, self.mentor_split.reshape(-1, T)))
        return sums(cells.ravel(), splits.ravel(), P * T).reshape(P, T)

    @cached_property
    def members_meeting(self) -> IntArray:
        """(R,) members of the requirement's activity who meet it."""
        booked = self.person[self.rows], self.activity[self.rows]
        return self.meeting(*booked, np.arange(self.tables.R), self.tables.requirement_activity)

    def meeting(self, person: IntArray, group: IntArray, requirements: IntArray, of: IntArray) -> IntArray:
        """(K,) how many people of a group meet each of some requirements.

        person, group: (N,) who is in which group, each once; requirements: (K,); of: (K,) the group that each is about.
        """
        members = person[np.argsort(group, kind="stable")]
        size = np.bincount(group, minlength=int(of.max(initial=-1)) + 1)
        # Every member of its group beside every requirement.
        many = size[of]
        number = np.repeat(np.arange(len(of)), many)
        place = np.arange(len(number)) - np.repeat(np.cumsum(many) - many, many)
        first = (np.cumsum(size) - size)[of]
        met = self.tables.meets[members[first[number] + place], requirements[number]]
        return sums(number, met, len(of))

    def but_for(self, people: Iterable[int], hours: dict[tuple[int, int], int], learning: Sequence[Learning]) -> Plan:
        """The same but for these people, who have these hours; learning: all of it, as it is then."""
        tables = self.tables
        others = np.ones(tables.P, dtype=bool)
        others[list(people)] = False
        new = plan_of(tables, hours, [one for one in learning if one.mentor is not None and not others[one.mentor]])
        rows = others[self.person]
        person, activity = (
            np.concatenate((old[rows], more))
            for old, more in ((self.person, new.person), (self.activity, new.activity))
        )
        order = np.lexsort((activity, person))
        stay = np.array([bool(others[mentor]) for mentor, _, _ in self.mentoring], dtype=bool)
        return Plan(
            tables,
            person[order],
            activity[order],
            np.concatenate((self.split[rows], new.split))[order],
            tuple(learning),
            (*(self.mentoring[i] for i in np.flatnonzero(stay).tolist()), *new.mentoring),
            np.concatenate((self.mentor_split.reshape(-1, tables.T)[stay], new.mentor_split)),
        )


def plan_of(
    tables: Tables,
    hours: dict[tuple[int, int], int],
    learning: Sequence[Learning] = (),
    splits: dict[tuple[int, int], IntArray] | None = None,
    mentor_splits: dict[tuple[int, int, int], IntArray] | None = None,
) -> Plan:
    """A plan of these hours; what has no split yet gets the calmest one that fits.

    hours: per (person, activity) pair; splits: (T,) per pair, mentor_splits: (T,) per (mentor, learner, activity).
    """
    splits, mentor_splits = dict(splits or {}), dict(mentor_splits or {})
    pairs = [pair for pair in hours if hours[pair] > 0 or pair in splits]
    mentor_hours = tables.rule["mentoring"].settings.mentor_hours
    mentoring = tuple(
        dict.fromkeys(
            (one.mentor, one.person, int(tables.requirement_activity[one.requirement]))
            for one in learning
            if one.mentor is not None
        )
    )
    given, nothing = tables.available.copy(), np.zeros(tables.T, dtype=np.int64)
    tasks: dict[int, list[tuple[int, int, int]]] = {}
    wanting: dict[int, list[tuple[int, ...]]] = {}

    def place(person: int, what: tuple[int, ...], a: int, wanted: int) -> None:
        tasks.setdefault(person, []).append((int(tables.open_from[a]), int(tables.last[a]), wanted))
        wanting.setdefault(person, []).append(what)

    for p, a in pairs:
        if (p, a) in splits:
            given[p] -= splits[p, a]
            continue
        if not tables.committed[p, a]:
            splits[p, a] = nothing
            place(p, (p, a), a, int(hours[p, a]))
            continue
        fixed = tables.worked((p, a))
        pinned = tables.pinned.get((p, a))
        if pinned is not None and pinned.by_period is not None and pinned.hours == hours[p, a]:
            fixed = tables.split_of((p, a), pinned)
        if fixed.sum() > hours[p, a]:
            fixed = np.zeros_like(fixed)
        given[p] -= fixed
        splits[p, a] = fixed
        if hours[p, a] > fixed.sum():
            place(p, (p, a), a, int(hours[p, a] - fixed.sum()))
    for task in mentoring:
        if task in mentor_splits:
            given[task[0]] -= mentor_splits[task]
        else:
            place(task[0], task, task[2], mentor_hours)
    for person, asked in tasks.items():
        found = _level(tuple(asked), np.maximum(0, given[person]).tobytes())
        for what, split in zip(wanting[person], found, strict=True):
            if len(what) == 2:
                splits[what] = splits[what] + split
            else:
                mentor_splits[what] = split  # type: ignore[index]
    shape = (len(pairs), tables.T)
    return Plan(
        tables,
        np.array([p for p, _ in pairs], dtype=np.int64),
        np.array([a for _, a in pairs], dtype=np.int64),
        np.array([splits[pair] for pair in pairs], dtype=np.int64).reshape(shape),
        tuple(learning),
        mentoring,
        np.array([mentor_splits[task] for task in mentoring], dtype=np.int64).reshape(len(mentoring), tables.T),
    )


@lru_cache(LEVELLED)
def _level(tasks: tuple[tuple[int, int, int], ...], available: bytes) -> list[IntArray]:
    """`level` of what was asked lately: most of a plan stays as it was when a part of it is improved."""
    splits = level(tasks, np.frombuffer(available, dtype=np.int64))
    for split in splits:
        split.flags.writeable = False
    return splits


def level(tasks: Sequence[tuple[int, int, int]], available: IntArray) -> list[IntArray]:
    """Split tasks (first, last, hours) over the periods in whole hours, as evenly as their windows allow.

    available: (T,) hours; returns a (T,) split per task. No other split has a smaller Σ max(0, load − available), and
    none spreads the load against what is available more evenly.
    """
    T = len(available)
    room = available.astype(np.int64).copy()
    windows = [[first, last] for first, last, _ in tasks]
    left = set(range(len(tasks)))
    splits = [np.zeros(T, dtype=np.int64) for _ in tasks]
    open_period = np.ones(T, dtype=bool)
    while left:
        first, last = _tightest([(windows[i][0], windows[i][1], tasks[i][2]) for i in left], room)
        inside = [i for i in left if first <= windows[i][0] and windows[i][1] <= last]
        total = sum(tasks[i][2] for i in inside)
        periods = [t for t in range(first, last + 1) if open_period[t]]
        if room[periods].any():
            budget = _evenly(total, np.cumsum(room[periods]))
            _earliest_deadline(periods, budget, inside, windows, [tasks[i][2] for i in inside], splits)
        else:  # all of it is too much wherever it lies
            for i in inside:
                own = [t for t in periods if windows[i][0] <= t <= windows[i][1]]
                splits[i][own] = _evenly(tasks[i][2], np.arange(1, len(own) + 1))
        left.difference_update(inside)
        room[periods] = 0
        open_period[periods] = False
        for i in left:
            if first <= windows[i][0] <= last:
                windows[i][0] = last + 1
            if first <= windows[i][1] <= last:
                windows[i][1] = first - 1
    return splits


def _evenly(hours: int, room: IntArray) -> IntArray:
    """Whole hours per period in proportion to its room, which is given as a running total.

    Rounding the running total down keeps every interval that must hold whole hours large enough for them.
    """
    return np.diff(room * hours // int(room[-1]), prepend=0)


def _tightest(tasks: Sequence[tuple[int, int, int]], room: IntArray) -> tuple[int, int]:
    """The interval of periods with the most hours inside it against its room, the longest such."""
    total = np.concatenate(([0], np.cumsum(room)))
    best, found = (-1.0, -1), (0, 0)
    for first in sorted({task[0] for task in tasks}):
        inside = 0
        for last, hours in sorted((task[1], task[2]) for task in tasks if task[0] >= first):
            inside += hours
            space = int(total[last + 1] - total[first])
            density = inside / space if space else float("inf")
            if (density, last - first) > best:
                best, found = (density, last - first), (first, last)
    return found


def _earliest_deadline(
    periods: Sequence[int],
    budget: IntArray,
    inside: Sequence[int],
    windows: Sequence[Sequence[int]],
    wanted: Sequence[int],
    splits: Sequence[IntArray],
) -> None:
    """Fill each period's budget with the tasks that are open there, the one that ends first going first."""
    remaining = dict(zip(inside, wanted, strict=True))
    order = sorted(inside, key=lambda i: (windows[i][1], windows[i][0]))
    for t, space in zip(periods, budget.tolist(), strict=True):
        for i in order:
            if space == 0:
                break
            if windows[i][0] <= t <= windows[i][1] and remaining[i]:
                hours = min(space, remaining[i])
                splits[i][t] += hours
                remaining[i] -= hours
                space -= hours
