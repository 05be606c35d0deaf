"""Improve a plan part by part: other teams for some activities, everything else as it is.

Large neighbourhood search (Shaw, "Using constraint programming and local search methods to solve vehicle routing
problems", 1998), each neighbourhood solved by HiGHS in a process of its own, several beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.model import Model, Neighbourhood
from solver.plan import Plan
from solver.rules.base import UNIT, IntArray
from solver.search import Search
from solver.strategies.mip import Worker
from solver.tables import Bools, Tables

#: activities freed at once, at least; seconds for one such neighbourhood of the first size, and no more than this part
#: of all time for any
SMALLEST, NEIGHBOURHOOD_SECONDS, NEIGHBOURHOOD_SHARE = 4, 4.0, 0.125
#: around an activity where nothing was found so many times more are freed the next time, fewer where time was short
LARGER, SMALLER = 1.5, 0.8
#: but no more than so many times as many as at first: around what nobody can staff there is nothing to find
LARGEST = 6.0
#: one that brought nothing, although there was time for it, is followed by one that comes closer to its best, but no
#: closer than this; others by one that is content with less
NARROWER, WIDER, NARROWEST = 0.8, 1.05, 0.0005
#: how many others are tried by chance, per freed activity
BY_CHANCE = 1.5
#: a pair that is booked at least so much where all is as it should be may always be chosen, others less often
OFTEN = 0.6
#: in this part of the neighbourhoods learning may begin
LEARNING = 0.25


class Choice:
    """Which activities to free, and who may then be booked on them.

    pairs: (N, 2), most: (N,) hours; dear: (N,) what booking a pair costs at the prices of people's time, the lower the
    better; few: how many of those an activity gets beside its team; size: activities freed at once, at first.
    """

    def __init__(
        self, tables: Tables, pairs: IntArray, most: IntArray, dear: npt.NDArray[np.float64], few: int, size: int
    ) -> None:
        self.tables, self.pairs, self.most, self.dear, self.few = tables, pairs, most, dear, few
        #: (A,) how many are freed around each activity, as a multiple of the first size
        self.times = np.ones(tables.A)
        self._size = size
        #: (N,) how much of each pair is booked where all is as it should be, 0–1
        self.likely = np.zeros(len(pairs))
        #: of the last plan that was asked about: how much may be won around each activity, numbers of its pairs
        self._known: tuple[Plan, npt.NDArray[np.float64], IntArray] | None = None
        #: (A,) what each activity may cost at best, in ten-thousandths
        self.hoped = np.zeros(tables.A)
        self._wanted = np.zeros((tables.P, tables.A), dtype=bool)
        by_activity = np.argsort(pairs[:, 1], kind="stable")
        #: per activity the numbers of its pairs
        self._of = np.split(by_activity, np.searchsorted(pairs[by_activity, 1], np.arange(1, tables.A)))
        self._number = pairs[:, 0] * tables.A + pairs[:, 1]

    def prefer(self, likely: npt.NDArray[np.float64], hoped: npt.NDArray[np.float64]) -> None:
        """From now on pairs are the more often among those to choose from the likelier they are, (N,) from 0 to 1.

        hoped: (A,) what each activity costs where all of them are as they should be: what is dearer is weak.
        """
        self.likely, self.hoped, self._known = likely, hoped, None
        wanted = likely > 0
        self._wanted[self.pairs[wanted, 0], self.pairs[wanted, 1]] = True

    def about(self, search: Search, plan: Plan) -> tuple[npt.NDArray[np.float64], IntArray]:
        """(A,) how much of a plan's cost may be won around each activity, and the numbers of the pairs it books."""
        known = self._known
        if known is None or known[0] is not plan:
            booked = np.searchsorted(self._number, plan.numbers)
            self._known = known = plan, _weakness(search, plan, self.hoped), booked
        return known[1:]

    def activities(self, first: int, times: float, plan: Plan, random: np.random.Generator) -> Bools:
        """(A,) around one that lacks something, those on which the people it wants work at the same time.

        times: how many, as a multiple of the first size.
        """
        tables, size = self.tables, max(SMALLEST, round(times * self._size))
        wanted = self._wanted[:, first] | plan.on[:, first]
        shared = np.minimum(tables.last, tables.last[first]) - np.maximum(tables.start, tables.start[first]) + 1
        near = plan.on[wanted].sum(axis=0) * random.uniform(0.5, 1.0, tables.A)
        near += 0.01 * self._wanted[wanted].sum(axis=0)
        near[shared <= 0] *= 0.05
        near[first] = np.inf
        freed = np.zeros(tables.A, dtype=bool)
        freed[np.argsort(-near)[:size]] = True
        return freed

    def resize(self, first: int, times: float, finished: bool, won: bool) -> None:
        """Free more around an activity where so many brought nothing, fewer where there was no time for so many."""
        times *= SMALLER if not finished else 1 if won else LARGER
        self.times[first] = np.clip(times, SMALLEST / self._size, LARGEST)

    def among(self, plan: Plan, booked: IntArray, freed: Bools, random: np.random.Generator) -> IntArray:
        """Numbers of the pairs that the plan books, and for each freed activity those who seem to bring most.

        They are not always the same.
        """
        those = np.sort(np.concatenate([self._of[a] for a in np.flatnonzero(freed)]))
        sure = self.likely[those] > OFTEN * random.random(len(those))
        there = plan.on[self.pairs[those, 0], self.pairs[those, 1]]
        others = those[~sure & ~there]
        dear = self.dear[others] * random.uniform(0.5, 1.5, len(others))
        few = rank_within(dear, self.pairs[others, 1]) < self.few
        few |= random.random(len(others)) * len(others) < BY_CHANCE * freed.sum()
        return np.sort(np.concatenate((booked, those[sure & ~there], others[few])))


def rank_within(value: npt.NDArray[np.float64], group: IntArray) -> IntArray:
    """(N,) the rank of each value within its group, from the lowest on."""
    order = np.lexsort((value, group))
    rank = np.empty(len(value), dtype=np.int64)
    rank[order] = np.arange(len(value)) - np.searchsorted(group[order], group[order])
    return rank


def side_by_side(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run them in threads and return what they return; the first exception is raised here."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]


def improve(
    search: Search,
    worker: Worker,
    number: int,
    choice: Choice,
    gap: float,
    seconds: float = NEIGHBOURHOOD_SECONDS,
) -> None:
    """Free one neighbourhood after the other until the time is up or the plan is proven.

    number: of those side by side; gap: how close to its best one neighbourhood comes at first, and at least, in so many
    seconds at most where it is of the first size, and in as many times more where it is larger.
    """
    random, most_gap = np.random.default_rng((search.settings.seed, number)), gap
    while not search.over and search.plan is not None and worker.alive:
        finished, won = _solve(search, search.plan, choice, gap, seconds, random, worker)
        if finished:
            gap = min(most_gap, max(NARROWEST, gap * (WIDER if won else NARROWER)))


def _solve(
    search: Search,
    plan: Plan,
    choice: Choice,
    gap: float,
    seconds: float,
    random: np.random.Generator,
    worker: Worker,
) -> tuple[bool, bool]:
    """Look for a better plan with other teams for some activities alone: whether there was time for all, and one."""
    tables = search.tables
    weak, booked = choice.about(search, plan)
    first = int(random.choice(tables.A, p=weak / weak.sum()))
    times = float(choice.times[first])
    freed = choice.activities(first, times, plan, random)
    chosen = choice.among(plan, booked, freed, random)
    moving, learning = np.zeros(tables.P, dtype=bool), random.random() < LEARNING
    moving[plan.person[plan.rows[freed[plan.activity[plan.rows]]]]] = True
    model = Model(tables, choice.pairs[chosen], choice.most[chosen], Neighbourhood(plan, freed, moving, learning))
    model.post(tables.rules)
    search.limit(model)
    model.minimise(search.tier)
    most = min(seconds * max(1, times), NEIGHBOURHOOD_SHARE * search.settings.seconds, search.left)
    found = worker.solve(model, most, lambda: search.over, gap, start=plan)
    won = False
    if found.plan is not None:
        other = search.plan
        if other is not None and other is not plan:
            # Another process found a better plan meanwhile: what changed here may go together with what did there.
            won = search.consider(together(tables, plan, found.plan, other))
        won |= search.consider(found.plan)  # alone it is better where both changed the same
    choice.resize(first, times, found.finished, won)
    return found.finished, won


def together(tables: Tables, old: Plan, new: Plan, other: Plan) -> Plan:
    """What `new` and `other` changed in the old plan, together; it may break a rule."""
    numbers = np.unique(np.concatenate((old.numbers, new.numbers, other.numbers)))
    pairs = np.stack(np.divmod(numbers, tables.A), axis=1)
    before, found = old.hours_of(pairs), new.hours_of(pairs)
    hours = np.maximum(0, other.hours_of(pairs) + found - before)
    changed, people = np.zeros(tables.A, dtype=bool), np.zeros(tables.P, dtype=bool)
    people[pairs[found != before, 0]] = changed[pairs[found != before, 1]] = True
    learning = [one for one in new.learning if changed[tables.requirement_activity[one.requirement]]]
    learning += [one for one in other.learning if not changed[tables.requirement_activity[one.requirement]]]
    booked = set(numbers[hours > 0].tolist())
    there = [
        one for one in learning if one.person * tables.A + int(tables.requirement_activity[one.requirement]) in booked
    ]
    people[[one.mentor for one in {*there} ^ {*other.learning} if one.mentor is not None]] = True
    those = people[pairs[:, 0]]
    of_them = {(p, a): h for (p, a), h in zip(pairs[those].tolist(), hours[those].tolist(), strict=True)}
    return other.but_for(np.flatnonzero(people).tolist(), of_them, there)


def _weakness(search: Search, plan: Plan, hoped: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(A,) what each activity costs more than hoped, so that where much is lost is freed more often."""
    tables = search.tables
    cost = np.zeros(tables.A)
    for rule in tables.rules:
        if not rule.counts or not {"activity", "requirement"} & set(rule.about):
            continue
        measured = rule.measure(tables, plan)
        if "activity" in rule.about:
            where = measured.keys[:, rule.about.index("activity")]
        else:
            where = tables.requirement_activity[measured.keys[:, 0]]
        cost += np.bincount(where, rule.weight * measured.weight * measured.amount, tables.A)
    return np.asarray(np.maximum(UNIT, cost - hoped), dtype=float)
