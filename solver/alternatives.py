"""Other plans that are nearly as good: they differ from the proposal and from each other in people, not in trifles."""

from __future__ import annotations

import threading
import time
from typing import Literal

import numpy as np

from solver import score
from solver.difference import Difference, cost_in_words, difference, in_words, listed, plain
from solver.handmade import plan_from, scored
from solver.model import Model
from solver.nearby import Around, Nearby
from solver.plan import Plan
from solver.portfolio import Portfolio
from solver.proposal import Figure, Part, Proposal
from solver.rules.base import UNIT, IntArray
from solver.search import Search
from solver.settings import Settings
from solver.strategies.guided import SMALL
from solver.tables import Tables

#: plans differ in at least this part of the proposal's bookings, and in so many pairs
SHARE, LEAST = 0.05, 2
#: activities around one that are freed at once in a large portfolio: at first, at least; and seconds for it
FREED, FEWEST, SECONDS = 12, 6, 5.0
#: a plan this close to the best of its neighbourhood will do
GAP = 0.002


class Alternative(Part):
    """A plan, what differs from the proposal, and in how many pairs of person and activity; the latter in sentences."""

    plan: Proposal
    difference: Difference
    differing: int
    sentences: tuple[str, ...]


class Alternatives(Part):
    """Up to k plans, the cheapest first.

    least: pairs of person and activity in which each differs from the proposal and from each other. limit: what none of
    them costs more than. complete: k were found. exhausted: proven that no further one exists.
    """

    format: Literal["staffing-alternatives/1"] = "staffing-alternatives/1"
    asked: int
    within: Figure
    least: int
    limit: Figure
    alternatives: tuple[Alternative, ...]
    complete: bool
    exhausted: bool
    seconds: float
    sentences: tuple[str, ...]


def alternatives(
    portfolio: Portfolio,
    proposal: Proposal,
    k: int,
    within: float,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
    least: int | None = None,
) -> Alternatives:
    """Up to k plans that cost at most `within` percent more than the proposal, found within `settings.seconds`.

    least: (person, activity) pairs in which any two differ, by default a twentieth of the proposal's bookings. Raises
    PortfolioInvalid where the proposal names what the portfolio has not, ValueError for numbers out of range.
    """
    if k < 1 or within < 0 or (least is not None and least < 1):
        raise ValueError("k and least are at least 1, within at least 0")
    search = Search(Tables.of(portfolio), settings or Settings(), None, stop)
    before = plan_from(search.tables, proposal.to_json())
    if least is None:
        least = max(LEAST, round(SHARE * int(before.on.sum())))
    looking = _Looking(search, before, within, least)
    try:
        looking.look(k)
    finally:
        looking.nearby.close()
    return looking.told(k)


def pairs_differing(one: Plan, other: Plan) -> int:
    """Pairs of person and activity that one of two plans books and the other does not."""
    return int((one.on != other.on).sum())


class _Looking:
    """The plans found so far, and the search for the next."""

    def __init__(self, search: Search, before: Plan, within: float, least: int) -> None:
        self.search, self.before, self.within, self.least = search, before, within, least
        self.began = time.monotonic()
        self.tables: Tables = search.tables
        self.nearby = Nearby(search, before)
        self.limit = int(score.cost(self.tables, before) * (1 + within / 100))
        self.found: list[Plan] = []
        self.exhausted = False
        self._size = FREED
        self._random = np.random.default_rng(search.settings.seed)

    def look(self, k: int) -> None:
        """Find up to k plans, one after the other, each among the cheapest of its neighbourhood."""
        whole = len(self.nearby.pairs) <= SMALL or self.tables.A <= FREED
        order: list[int] = []
        tries = 0
        while len(self.found) < k and not self.search.stopped and not self.exhausted:
            # In a repeatable search time does not pass: as many tries as there are activities.
            if self.search.settings.repeatable and tries > max(k, self.tables.A):
                return
            tries += 1
            order = order or self._random.permutation(self.tables.A).tolist()
            model = self.nearby.model(self._everything() if whole else self._around(order.pop()))
            self._restrict(model)
            budget = self.search.budget
            seconds = budget / (k - len(self.found)) if whole else min(SECONDS, budget)
            found = self.nearby.best(model, seconds, GAP)
            if found.plan is not None and self._is_one(found.plan):
                self.found.append(found.plan)
            elif whole:
                self._prove(model, budget)
            else:  # too little was freed, or so much that the time was too short
                self._size = min(self.tables.A, self._size + 3) if found.finished else max(FEWEST, self._size - 2)

    def _prove(self, model: Model, seconds: float) -> None:
        """Nothing was found in the whole: by CP-SAT a plan after all, or that there is none."""
        found = self.nearby.any_plan(model, seconds)
        if found.plan is not None and self._is_one(found.plan):
            self.found.append(found.plan)
        self.exhausted = found.finished and found.plan is None

    def _everything(self) -> Around:
        nobody = np.zeros(self.tables.P, dtype=bool)
        return Around(np.ones(self.tables.A, dtype=bool), ~nobody, nobody)

    def _around(self, a: int) -> Around:
        nobody = np.zeros(self.tables.P, dtype=bool)
        alone = np.zeros(self.tables.A, dtype=bool)
        alone[a] = True
        return Around(self.nearby.related(alone, self._size), nobody, nobody)

    def _restrict(self, model: Model) -> None:
        """Within the distance, and other people than in every plan so far."""
        model.hold({rule.name for rule in self.tables.rules if rule.counts}, self.limit)
        for plan in (self.before, *self.found):
            gone = int(plan.on.sum()) - sum(int(plan.on[pair]) for pair in model.pairs)
            parts = [1 - model.on[i] if plan.on[pair] else model.on[i] for i, pair in enumerate(model.pairs)]
            model.require(model.total(parts) + gone >= self.least)

    def _is_one(self, plan: Plan) -> bool:
        """Whether a plan is as it has to be; one from floating point may fall short."""
        return (
            not score.broken(self.tables, plan)
            and score.cost(self.tables, plan) <= self.limit
            and all(pairs_differing(plan, other) >= self.least for other in (self.before, *self.found))
        )

    def told(self, k: int) -> Alternatives:
        """What was found, in words."""
        cheapest = sorted(self.found, key=lambda plan: score.cost(self.tables, plan))
        told = [self._told(n, plan) for n, plan in enumerate(cheapest, 1)]
        complete = len(told) >= k
        number = f"{len(told)} of {k}" if told else f"None of {k}"
        sentences = [
            f"{number} other plans that differ in {self.least} bookings or more "
            f"and cost at most {plain(self.limit / UNIT)}, {plain(self.within)} % more than the proposal"
        ]
        if not complete:
            sentences.append("There are no more, proven" if self.exhausted else "No more were found in the time")
        if cheaper := [str(n) for n, one in enumerate(told, 1) if one.difference.cost.difference < 0]:
            sentences.append(f"Cheaper than the proposal, which was not the best: {listed(cheaper)}")
        sentences += [one.sentences[0] for one in told]
        return Alternatives(
            asked=k,
            within=self.within,
            least=self.least,
            limit=self.limit / UNIT,
            alternatives=tuple(told),
            complete=complete,
            exhausted=self.exhausted,
            seconds=round(time.monotonic() - self.began, 3),
            sentences=tuple(sentences),
        )

    def _told(self, number: int, plan: Plan) -> Alternative:
        found = difference(self.before, plan)
        differing = pairs_differing(self.before, plan)
        changed: IntArray = np.flatnonzero((self.before.on != plan.on).any(axis=1))
        names = [self.tables.person(int(p)) for p in changed[:8]]
        more = [f"{len(changed) - 8} more"] if len(changed) > 8 else []
        head = f"Plan {number} {cost_in_words(found.cost)}; {differing} bookings come or go, of {listed(names + more)}"
        return Alternative(
            plan=scored(self.tables, plan, self.began),
            difference=found,
            differing=differing,
            sentences=(head, *in_words(plan, found)),
        )
