"""A large portfolio: prices, a plan near what they book, made part by part, then neighbourhoods.

The whole model would take longer to build than there is time. The prices of people's time give a bound over all pairs,
and what they book on the way says who works where for how many hours, as the linear relaxation would. A plan near that
is made for one group of activities after the other, those of a time together, since they want the same people's hours.
Then one neighbourhood after the other is improved.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np

from solver.model import Model, Neighbourhood
from solver.plan import Plan
from solver.rules.base import NOWHERE, UNIT, IntArray
from solver.search import Search, commitments
from solver.strategies import greedy, hull
from solver.strategies.improve import Choice, improve, side_by_side, together
from solver.strategies.mip import Worker
from solver.strategies.prices import Ascent, Floats, Prices, Pricing, sharpen
from solver.tables import Bools

#: steps towards better prices, at most, and the part of the time for them
STEPS, PRICE_SHARE = 900, 0.1
#: the part of the time that is left for the bound of whole bookings, and the time below which it is not looked for; and
#: where there is a plan to follow, in which there is less to win
WHOLE, WHOLE_FOLLOWING = (0.4, 20.0), (0.8, 2.0)
#: the part of the time that is left, for the plan made group by group
GROUP_SHARE = 0.6
#: activities in a group; how close to the best of what it may choose from a group comes: hardly better plans take long
GROUP, GROUP_GAP = 50, 0.15
#: groups of which one begins at least so many later are staffed side by side: they hardly want the same people's hours
APART = 3
#: how often a process without a group looks whether to stop, in seconds
STOP_POLL = 0.1
#: an hour that a group takes from those after it costs so many times what it is worth at the prices: who loses an hour
#: loses more, since teams and hours are whole (of the value of a start at 1,000 people 1.5 loses 2 %, 3 half a percent)
CLAIM = 8
#: a booking that takes at least so much of what somebody has in the window is large: activities of such are staffed
#: first. An hour that they take from the others costs so many times what it is worth, since others find others
LARGE, CLAIM_LARGE = 0.6, 4
#: steps towards what is booked beside them, and the part of the time that is left for the groups
STEPS_BESIDE, BESIDE_SHARE = 200, 0.1
#: a pair booked less than this on the way to the prices is left out
BOOKED = 0.02
#: activities freed at once at first; how close to its best such a neighbourhood comes, in how many seconds, because
#: there is more to win elsewhere (at 1,000 people 40 s won 250,000 of the same start; 190,000 with twenty in 2 s)
FREED, GAP, SECONDS = 10, 0.01, 1.0
#: who else may be chosen then, per activity
FEW = 0


def solve(
    search: Search,
    workers: Sequence[Worker],
    pricing: Pricing,
    prices: Prices,
    activities: int = GROUP,
    freed: int = FREED,
    *,
    bounds: bool = True,
) -> None:
    """Hand in the best plan and bound found in the time that is left; there are a first plan and first prices.

    activities: how many at most are staffed together at first; freed: so many in the first neighbourhoods. bounds:
    whether a better bound than that of the prices is of use.
    """
    seconds = max(0.01, PRICE_SHARE * search.left)
    ascent = sharpen(pricing, prices, STEPS, seconds, search.raise_bound, lambda: search.over)
    choice = Choice(search.tables, pricing.pairs, pricing.most, pricing.value(ascent.prices).dear, FEW, freed)
    likely = ascent.on > BOOKED
    choice.prefer(np.where(likely, ascent.on, 0), pricing.of_activities(ascent.on, ascent.hours))
    start = None
    if search.earlier is None:
        start = Start(search, choice, likely, pricing, ascent, activities, len(workers))
    search.stage = "improve" if start is None else "start"

    def start_and_improve(number: int, worker: Worker) -> None:
        if start is not None and number < start.at_once:
            start.work(worker)
            search.stage = "improve"
        share, least = WHOLE if search.earlier is None else WHOLE_FOLLOWING
        if bounds and not number and search.left > least:
            hull.sharpen(pricing, ascent.prices, share * search.left, search.raise_bound, lambda: search.over)
        improve(search, worker, number, choice, GAP, SECONDS)

    with _settled():
        side_by_side([partial(start_and_improve, number, worker) for number, worker in enumerate(workers)])


@contextmanager
def _settled() -> Iterator[None]:
    """Leave what is there already out of the search for garbage: at 3,000 people it takes a fifth of Python's time."""
    mine = gc.get_freeze_count() == 0  # else somebody around this did so for longer
    if mine:
        gc.freeze()
    try:
        yield
    finally:
        if mine:
            gc.unfreeze()


class Start:
    """A plan made group by group from the commitments alone: activities of a time, since they want the same hours.

    What is not staffed yet claims the hours that are booked for it on the way to the prices (`Model.claim`): to take
    one costs what it is worth there. Groups are taken from both ends of the calendar, so that several can be staffed at
    once.

    Where even the smallest booking takes most of somebody's time, the prices book parts of many people, of whom none is
    free enough once others are staffed. A group or more of such activities come first; what is booked beside them is
    then found anew.
    """

    def __init__(
        self,
        search: Search,
        choice: Choice,
        likely: Bools,
        pricing: Pricing,
        ascent: Ascent,
        activities: int,
        workers: int,
    ) -> None:
        tables = search.tables
        #: of all groups that are staffed so far
        self.plan = commitments(tables)
        self._search, self._choice = search, choice
        self._until = search.seconds + GROUP_SHARE * search.left
        people, on = choice.pairs.T
        self._committed = tables.committed[people, on]
        self._large, by_time = _large(pricing, likely), np.argsort(tables.start, kind="stable")
        if self._large.sum() < activities:  # too few to keep the others waiting
            self._large[:] = False
        self._groups: list[IntArray] = []
        self._left: list[int] = []
        #: how many groups can be staffed at once
        self.at_once = 0
        for those in (by_time[self._large[by_time]], by_time[~self._large[by_time]]):
            first, groups = len(self._groups), -(-len(those) // activities)
            self._groups += np.array_split(those, max(1, groups))[:groups]
            self._left += [first + (n // 2 if n % 2 == 0 else groups - 1 - n // 2) for n in range(groups)]
            self.at_once = min(workers, max(self.at_once, -(-groups // APART)))
        #: whether what is booked is what is booked beside the large ones
        self._beside = not self._large.any()
        self._busy: set[int] = set()
        #: seconds that a group took at most
        self._longest = 0.0
        self._changed = threading.Condition()
        self._handed_in = False
        #: (A,) not staffed yet
        self._open = np.ones(tables.A, dtype=bool)
        self._pricing = pricing
        self._follow(ascent.prices, likely, ascent.hours)

    def _follow(self, prices: Prices, likely: Bools, hours: Floats) -> None:
        """Choose from now on from the likely pairs (N,), and leave others the hours that are booked for them (N,)."""
        pricing = self._pricing
        self._likely, self._prices, self._hours = likely | self._committed, prices, hours
        people, on = pricing.pairs.T
        hours = np.rint(hours).astype(np.int64)
        claimed = (hours >= 1) & ~self._committed
        worth = pricing.hourly_price(prices) + np.append(prices["lent"], 0)[pricing.lent]
        #: (C, 3) person, activity, hours; (C,) what an hour of them is worth, in ten-thousandths
        self._claims, self._worth = np.stack((people, on, hours), axis=1)[claimed], worth[claimed]

    def _follow_beside(self) -> None:
        """Find anew what is booked for what is left, beside what is staffed.

        As before it is where somebody is committed, whom the prices know there only together with what others may do,
        and where nobody is found, as when there is no time for it.
        """
        self._beside = True
        search, pricing = self._search, self._pricing
        left, there = pricing.beside(self.plan, self._open & ~search.tables.committed.any(axis=0))
        seconds = max(0.01, BESIDE_SHARE * (self._until - search.seconds))
        ascent = sharpen(left, self._prices, STEPS_BESIDE, seconds, lambda _: None, lambda: search.over)
        on, hours = np.zeros(len(there)), np.zeros(len(there))
        on[there], hours[there] = np.where(ascent.on > BOOKED, ascent.on, 0), ascent.hours
        anew = np.bincount(pricing.a, on, search.tables.A)[pricing.a] > 0
        self._follow(ascent.prices, np.where(anew, on > 0, self._likely), np.where(anew, hours, self._hours))
        self._choice.prefer(np.maximum(self._choice.likely, on), self._choice.hoped)

    def work(self, worker: Worker) -> None:
        """Staff one group after the other until all are, also those of others, and hand in the plan.

        What is left open, or there was no time for, is staffed request by request.
        """
        while (number := self._next()) is not None:
            try:
                self._staff(self._groups[number], worker)
            finally:
                with self._changed:
                    self._busy.discard(number)
                    self._changed.notify_all()
        with self._changed:
            if not self._handed_in:
                self._search.consider(self.plan)
                greedy.fill(self._search, self.plan)
            self._handed_in = True

    def _next(self) -> int | None:
        """The next group far enough from those that are being staffed; None if all are staffed, or if time is up."""
        with self._changed:
            while (self._busy or (self._left and self._search.seconds < self._until)) and not self._search.over:
                for number in self._left if self._search.seconds < self._until else ():
                    if not self._beside and not self._large[self._groups[number][0]]:
                        if self._busy:
                            break
                        self._follow_beside()
                    if all(abs(number - other) >= APART for other in self._busy):
                        self._left.remove(number)
                        self._busy.add(number)
                        return number
                self._changed.wait(STOP_POLL)
        return None

    def _staff(self, group: IntArray, worker: Worker) -> None:
        """Find teams for a group that go together with what others found meanwhile; without any it stays empty."""
        search, tables, pairs = self._search, self._search.tables, self._choice.pairs
        freed = np.zeros(tables.A, dtype=bool)
        freed[group] = True
        chosen = freed[pairs[:, 1]] & self._likely
        plan, began, left = self.plan, search.seconds, self._until - search.seconds
        # Half of its share, so that a hard group takes nothing from the rest; but where there is not enough time for
        # all, it is better spent on some than on none.
        seconds = min(left, max(0.5 * left / (len(self._left) / self.at_once + 1), self._longest))
        while not search.over:
            model = self._model(plan, freed, chosen)
            found = worker.solve(model, max(0.01, seconds), lambda: search.over, GROUP_GAP, teams_first=True).plan
            if found is None:
                return
            with self._changed:
                both = found if self.plan is plan else together(tables, plan, found, self.plan)
                if self.plan is plan or _excess(search, both) <= _excess(search, self.plan):
                    self.plan = both
                    self._open &= ~freed
                    self._longest = max(self._longest, search.seconds - began)
                    return
                plan = self.plan
            # The teams may stay but for those with somebody who is wanted by both.
            over = np.asarray((both.load > tables.available).any(axis=1))
            twice = np.asarray(found.on[over].any(axis=0))
            chosen &= found.on[pairs[:, 0], pairs[:, 1]] | twice[pairs[:, 1]]

    def _model(self, plan: Plan, freed: Bools, chosen: Bools) -> Model:
        """Teams from the chosen pairs for the freed activities beside what is planned, and beside what others claim."""
        search, tables, (people, on) = self._search, self._search.tables, self._choice.pairs.T
        those = plan.on[people, on] | chosen
        kept = Neighbourhood(plan, freed, np.zeros(tables.P, dtype=bool))
        model = Model(tables, self._choice.pairs[those], self._choice.most[those], kept)
        dearer = CLAIM_LARGE if (self._large & freed).any() else CLAIM
        cost = np.rint(dearer * self._worth / UNIT).astype(np.int64) * UNIT
        claimed = (self._open & ~freed)[self._claims[:, 1]] & (dearer * self._worth >= UNIT)
        claims, cost = self._claims[claimed], cost[claimed]
        p, a, hours = claims.T
        wanted = np.zeros(tables.P, dtype=bool)
        wanted[people[chosen]] = True
        of_wanted = zip(claims[wanted[p]].tolist(), cost[wanted[p]].tolist(), strict=True)
        lost = [(worth, model.claim(*claim)) for claim, worth in of_wanted]
        # Of the others' hours only that they are lent matters here, all of them under one agreement together.
        lent = tables.lending_group[p, a]
        for agreement in sorted(set(tables.lending_group[people[chosen], on[chosen]].tolist()) - {NOWHERE}):
            those = (lent == agreement) & ~wanted[p]
            if total := int(hours[those].sum()):
                lost.append((int(cost[those] @ hours[those]) // total, model.claim_lent(agreement, total)))
        model.count("claims", lost)
        model.post(tables.rules)
        search.limit(model)
        model.minimise([*search.tier, "claims"])
        return model


def _large(pricing: Pricing, likely: Bools) -> Bools:
    """(A,) activities of which even the smallest booking takes most of what those have in the window who are likely."""
    some = pricing.among(likely)
    there = np.maximum(1, some.in_window(pricing.tables.available))
    part = np.bincount(some.a, some.least / there, pricing.tables.A)
    return np.asarray(part >= LARGE * np.maximum(1, np.bincount(some.a, minlength=pricing.tables.A)))


def _excess(search: Search, plan: Plan) -> int:
    """By how much a plan breaks rules, as one does of which a part is not staffed yet: nothing for most."""
    return sum(measured.total for _, measured in search.broken(plan))
