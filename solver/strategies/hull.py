"""What each person can do at best, in whole bookings and with all rules that are about that person alone.

At the prices alone everybody does parts of everything. Who has 72 hours for three activities that want 40 each works on
one of them with fewer, or not at all. The bound is the higher, the more of people's own rules is taken as it is: at the
prices of what several people share, CP-SAT works out for each person the best set of whole bookings, in some 15
milliseconds; no plan gives more (Dantzig and Wolfe, "Decomposition principle for linear programs", 1960).

Which prices give most is found by a bundle method (Lemaréchal, "An extension of Davidon methods to non differentiable
problems", 1975). A set of bookings that was best for somebody once, a *column*, says what that person costs at most at
any prices. The least of everybody's columns is a model of the bound that is never too low and costs next to nothing. It
is ascended near the best prices known, as far as it can be trusted there, smoothed (Nesterov, "Smooth minimization of
non-smooth functions", 2005); what it promises is then looked for with CP-SAT, which gives new columns.

A person's likeliest pairs are looked at alone at first: whoever does something else costs at least what the prices
alone say with that. Where this is too little, all pairs that might be better are looked at in the end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from solver.model import WHOLE, Decision, Model
from solver.rules.base import UNIT, IntArray
from solver.strategies.mip import columns_of
from solver.strategies.prices import NEARLY_PAYS, Floats, Moment, Prices, Pricing, ascend, safe

#: what an hour and a booking cost is lowered to whole multiples of this, in ten-thousandths
STEP = UNIT // 1000
#: CP-SAT's deterministic time for one person: hardly ever needed, and what it has proven by then counts
EFFORT = 0.5
#: how many pairs of a person are looked at first, and at most where others might be better; in the end all that might
PAIRS, MOST_PAIRS = 25, 60
#: with so many pairs in all the time is better spent on the plan: so many of a person are looked at, once
HUGE, HUGE_PAIRS = 1_000_000, 20
#: prices of people's own time and rules, which follow those that are shared: in so many steps, the first so large
OWN, OWN_STEPS, OWN_FIRST = ("hour", "work", "focus", "stretch"), 60, 0.1
#: how far prices go from the best known at first, in steps like those of the prices alone
REACH = 0.015
#: with so much of what the columns promised come true they are trusted further, with less than that less far
TRUE, UNTRUE, FURTHER, NEARER = 0.5, 0.1, 1.5, 0.6
#: steps among the columns, and how far the first of them goes, as a part of the reach
STEPS, FIRST = 200, 0.2
#: columns that cost so much more than a person's best count too, at first and in the end: parts of an hour's step
SMOOTH, SHARP = 1.25, 0.05
#: the last look, at all pairs that might be better, takes up to so many times as long as one before
LAST = 2
#: a promise of less than this part of what all open hours cost is not worth looking into
ENOUGH = 2e-5


class Column(NamedTuple):
    """A set of bookings of one person: numbers of its pairs, hours of each, lessons taken less those given there.

    rules: what the person's own rules cost with it, in ten-thousandths.
    """

    person: int
    pairs: IntArray
    hours: Floats
    lessons: Floats
    rules: float


class Costs(NamedTuple):
    """What an hour, a booking and a lesson of each pair cost at some prices, (N,) ten-thousandths, whole."""

    hour: IntArray
    once: IntArray
    lesson: IntArray

    def of(self, column: Column) -> float:
        """What a column costs."""
        hours, lessons = self.hour[column.pairs] @ column.hours, self.lesson[column.pairs] @ column.lessons
        return float(hours + lessons + self.once[column.pairs].sum()) + column.rules


class Alone(Model):
    """What one person can do with some pairs; who teaches and who learns is a matter of the price of a lesson."""

    def __init__(self, pricing: Pricing, person: int, those: IntArray) -> None:
        super().__init__(pricing.tables, pricing.pairs[those], pricing.most[those])
        self._people = {person}
        #: lessons that may be given, by pair
        self.gives: dict[int, Decision] = {}
        for i, most in enumerate(pricing.teaches[those].astype(np.int64).tolist()):
            if most:
                self.gives[i] = given = self.cp.new_int_var(0, most, "")
                self.cp.add(given <= most * self.on[i])
                self.taught_by[person].append((self.activity[i], given))
        self.post(rule for rule in self.tables.rules if rule.alone)

    def _learn(self, i: int) -> None:
        if self.tables.learnable[self.pairs[i]]:
            self.learns[i] = learns = self.cp.new_bool_var("")
            self.cp.add(learns <= self.on[i])


class Person:
    """One person with some pairs (n,), asked at one price after the other; no more of the model is kept than that."""

    def __init__(self, pricing: Pricing, person: int, those: IntArray) -> None:
        self._person, self.those = person, those
        model = Alone(pricing, person, those)
        self._cp, self._block = model.cp, model.tables.block
        self._offset = np.array([model.tables.offset(pair) for pair in model.pairs], dtype=np.int64)
        self._on, self._blocks = columns_of(model.on), columns_of(model.blocks)
        #: pairs with a lesson to be taken, or given, and the numbers of those decisions
        self._learning, self._learns = list(model.learns), columns_of(model.learns.values())
        self._giving, self._gives = list(model.gives), columns_of(model.gives.values())
        model.minimise()
        objective = self._cp.proto.objective
        #: (variables,) what the person's own rules cost, but for what they cost anyway
        self._rules = np.zeros(len(self._cp.proto.variables), dtype=np.int64)
        self._rules[list(objective.vars)] = model.step * np.array(list(objective.coeffs), dtype=np.int64)
        self._anyway = model.constant
        objective.vars.clear()
        objective.vars.extend(range(len(self._rules)))
        self._decided = np.concatenate((self._on, self._blocks, self._learns, self._gives)).astype(np.int64).tolist()

    def cheapest(self, costs: Costs, known: Column | None) -> tuple[float, Column | None]:
        """What the person costs at least, and the best set of bookings; infinite where rules leave none.

        known: one that is good already. Without an answer from CP-SAT the least is not known: minus infinity.
        """
        proto, factors = self._cp.proto, self._rules.copy()
        hour, once, lesson = (one[self.those] for one in costs)
        factors[self._on] += once + hour * self._offset
        factors[self._blocks] += hour * self._block
        factors[self._learns] += lesson[self._learning]
        factors[self._gives] -= lesson[self._giving]
        proto.objective.coeffs.clear()
        proto.objective.coeffs.extend(factors.tolist())
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_deterministic_time = EFFORT
        # All that is of use only where a solve is long takes four times as long as the solve.
        solver.parameters.cp_model_presolve = False
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.linearization_level = 2
        solver.parameters.cut_level = 0
        hint = proto.solution_hint
        hint.vars.clear()
        hint.values.clear()
        if known is not None:
            hint.vars.extend(self._decided)
            hint.values.extend(self._decisions(known))
        else:  # with nothing to begin with, a search on the bound comes to its end soonest
            solver.parameters.optimize_with_lb_tree_search = True
            solver.parameters.save_lp_basis_in_lb_tree_search = True
        status = solver.solve(self._cp)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return (np.inf if status == cp_model.INFEASIBLE else -np.inf), None
        column = self._column(np.array(list(solver.response_proto.solution), dtype=np.int64))
        return np.ceil(solver.best_objective_bound - WHOLE) + self._anyway, column

    def _decisions(self, column: Column) -> list[int]:
        """The values of the decisions that a column says, as far as these pairs go."""
        _, here, there = np.intersect1d(self.those, column.pairs, assume_unique=True, return_indices=True)
        on, hours, lessons = (np.zeros(len(self.those), dtype=np.int64) for _ in range(3))
        on[here], hours[here], lessons[here] = 1, column.hours[there], column.lessons[there]
        blocks = (hours - on * self._offset) // self._block
        learns, gives = np.maximum(0, lessons)[self._learning], np.maximum(0, -lessons)[self._giving]
        return [int(one) for one in np.concatenate((on, blocks, learns, gives))]

    def _column(self, values: IntArray) -> Column:
        """The bookings that the variables' values say."""
        on, lessons = values[self._on], np.zeros(len(self.those))
        lessons[self._learning] += values[self._learns]
        lessons[self._giving] -= values[self._gives]
        hours = values[self._blocks] * self._block + on * self._offset
        booked = np.flatnonzero(on)
        rules = float(self._rules @ values) + self._anyway
        return Column(self._person, self.those[booked], hours[booked].astype(float), lessons[booked], rules)


class Columns:
    """What is known of what people do at best: a model of the bound that is never too low."""

    def __init__(self, pricing: Pricing, columns: Sequence[Column], rest: float) -> None:
        """columns: person by person; rest: what those cost who have none."""
        self._rest = rest
        pairs = np.concatenate([column.pairs for column in columns])
        there = np.zeros(len(pricing.pairs), dtype=bool)
        there[pairs] = True
        #: of the pairs that are in a column
        self._pricing = pricing.among(there)
        self._pair = (np.cumsum(there) - 1)[pairs]
        self._of = np.repeat(np.arange(len(columns)), [len(column.pairs) for column in columns])
        self._hours = np.concatenate([column.hours for column in columns])
        self._lessons = np.concatenate([column.lessons for column in columns])
        self._rules = np.array([column.rules for column in columns])
        _, self._first, self._person = np.unique(
            [column.person for column in columns], return_index=True, return_inverse=True
        )

    def value(self, at: Prices, smooth: float) -> tuple[float, Prices]:
        """The bound at most, and the subgradient where all columns count that are nearly a person's best.

        smooth: how much dearer such a column may be, in ten-thousandths.
        """
        pricing, pair = self._pricing, self._pair
        hour, once = pricing.costs(at)
        lesson = at["lesson"][pricing.a[pair]]
        of_pairs = hour[pair] * self._hours + once[pair] + lesson * self._lessons
        cost = np.bincount(self._of, of_pairs, len(self._rules)) + self._rules
        least = np.minimum.reduceat(cost, self._first)
        part = np.exp((least[self._person] - cost) / smooth)
        part /= np.add.reduceat(part, self._first)[self._person]

        def booked(what: Floats) -> Floats:
            return np.asarray(np.bincount(pair, part[self._of] * what, len(pricing.pairs)), dtype=float)

        slope = pricing.slopes(booked(np.ones(len(pair))), booked(self._hours), booked(self._lessons))
        return pricing.constant(at) + float(least.sum()) + self._rest, slope

    def ascend(self, best: Prices, reach: float) -> tuple[float, Prices]:
        """The highest value found, and where, no further from the best prices than the reach."""
        scale, at, highest, moment = self._pricing.steps(), best, (-np.inf, best), Moment()
        step = float(np.max(scale["place"], initial=1.0))
        for number in range(STEPS):
            left = 1 - number / STEPS
            value, slope = self.value(at, step * (SMOOTH * left + SHARP))
            if value > highest[0]:
                highest = value, at
            further = dict(best)
            for name, towards in moment.towards(slope).items():
                most = reach * scale[name]
                further[name] = np.clip(at[name] + FIRST * left * most * towards, best[name] - most, best[name] + most)
            at = self._pricing.within(further)
        return highest


class Look(NamedTuple):
    """What people cost at least at some prices: nobody's part, and (P,) each one's, in ten-thousandths.

    own: at the prices alone; least: in whole bookings; hoped: the same if no pair mattered that was not looked at,
    infinite where rules leave nothing with those. dear: (N,) how much more than `own` the pair's person costs at least
    with each.
    """

    at: Prices
    costs: Costs
    constant: float
    own: Floats
    dear: Floats
    least: Floats
    hoped: Floats

    @property
    def bound(self) -> float:
        """No plan costs less."""
        return self.constant + float(self.least.sum())

    @property
    def reached(self) -> float:
        """What the bound would be if no pair mattered that was not looked at."""
        return self.constant + float(np.where(np.isfinite(self.hoped), self.hoped, self.own).sum())


class People:
    """What everybody costs at least at some prices; the sets of bookings that were best are remembered."""

    def __init__(self, pricing: Pricing, stopped: Callable[[], bool]) -> None:
        self._columns: dict[int, list[Column]] = {}
        self._rest = 0.0
        self._pricing, self._stopped = pricing, stopped
        self._pairs_of = np.split(np.arange(len(pricing.p)), np.searchsorted(pricing.p, np.arange(1, pricing.tables.P)))
        self._person: dict[int, Person] = {}
        #: whether another look takes more time than it is worth
        self.once = len(pricing.pairs) >= HUGE
        self._first, self._most = (HUGE_PAIRS, HUGE_PAIRS) if self.once else (PAIRS, MOST_PAIRS)

    def look(self, at: Prices, until: float = np.inf) -> Look | None:
        """What people cost at these prices, with those of their own time and rules nearly at their best there.

        None if it was stopped. Who is not reached until then, by the monotonic clock, counts at the prices alone.
        """
        pricing = self._pricing
        at = {**at, "lesson": np.rint(at["lesson"])}  # one price for who learns and who teaches
        value = pricing.value(at)
        near = pricing.among(value.dear < NEARLY_PAYS * pricing.most)
        closer = ascend(near, at, OWN_STEPS, np.inf, lambda _: None, self._stopped, OWN_FIRST, OWN).prices
        of_all = pricing.value(closer)
        if of_all.bound > value.bound:
            value, at = of_all, closer
        hour, once = (np.floor(one / STEP).astype(np.int64) * STEP for one in pricing.costs(at))
        costs = Costs(hour, once, np.rint(at["lesson"][pricing.a]).astype(np.int64))
        own, dear = np.floor(value.own) - 1, np.floor(value.dear)  # lowered by what floating point may have added
        found = Look(at, costs, pricing.constant(at), own, dear, own.copy(), own.copy())

        def least(person: int) -> None:
            found.least[person], found.hoped[person] = self._least(person, found)

        self._each(range(pricing.tables.P), least, until)
        self._rest = float(sum(one for person, one in enumerate(found.least) if person not in self._columns))
        return None if self._stopped() else found

    def wider(self, seen: Look, until: float = np.inf) -> float | None:
        """The bound at the same prices where whoever might be better off with other pairs is looked at with those too.

        None if it was stopped. Who is not reached until then counts as before.
        """
        bounds = seen.least.copy()

        def least(person: int) -> None:
            bounds[person] = max(bounds[person], self._least_wider(person, seen))

        others_matter = np.flatnonzero(seen.hoped > seen.least)
        most_first = others_matter[np.argsort((seen.least - seen.hoped)[others_matter], kind="stable")]
        self._each(most_first.tolist(), least, until)
        return None if self._stopped() else seen.constant + float(bounds.sum())

    def _each(self, people: Iterable[int], least: Callable[[int], None], until: float) -> None:
        def in_time(person: int) -> None:
            if time.monotonic() <= until and not self._stopped():
                least(person)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(in_time, people))

    def _least(self, person: int, seen: Look) -> tuple[float, float]:
        """What one person costs at least, and what that would be if no pair mattered that is not looked at.

        The pairs that are looked at are enough where no other could make up for what whole bookings cost more.
        """
        pairs, own = self._by_cost(person, seen), float(seen.own[person])
        known = min(self._columns.get(person, ()), key=seen.costs.of, default=None)
        one = self._person.get(person) or Person(self._pricing, person, np.sort(pairs[: self._first]))
        (least, column), without = one.cheapest(seen.costs, known), own + self._dearer(one, pairs, seen.dear)
        if without < least and len(one.those) < self._most:
            wanted = pairs[own + seen.dear[pairs] < least][: self._most]
            one = Person(self._pricing, person, np.sort(wanted))
            (least, column), without = one.cheapest(seen.costs, column), own + self._dearer(one, pairs, seen.dear)
        self._person[person] = one
        self._remember(column)
        # A set that was best once, and may have other pairs, shows that no more can be hoped for.
        hoped = least if known is None else min(least, seen.costs.of(known))
        return self._known(own, min(least, without)), max(own, hoped)

    def _least_wider(self, person: int, seen: Look) -> float:
        """What one person costs at least, with all pairs that might make it less than hoped."""
        pairs, own = self._by_cost(person, seen), float(seen.own[person])
        wanted = pairs[own + seen.dear[pairs] < seen.hoped[person]]
        one = Person(self._pricing, person, np.sort(wanted))
        least, column = one.cheapest(seen.costs, None)
        self._remember(column)
        return self._known(own, min(least, own + self._dearer(one, pairs, seen.dear)))

    def _by_cost(self, person: int, seen: Look) -> IntArray:
        pairs = self._pairs_of[person]
        return np.asarray(pairs[np.argsort(seen.dear[pairs], kind="stable")])

    def _remember(self, column: Column | None) -> None:
        if column is not None:
            self._columns.setdefault(column.person, []).append(column)

    @staticmethod
    def _known(own: float, least: float) -> float:
        """No less than at the prices alone; where rules leave nothing, no more is known."""
        return max(own, least) if least < np.inf else own

    @staticmethod
    def _dearer(one: Person, pairs: IntArray, dear: Floats) -> float:
        """How much more a person with these pairs costs at least with one of them that is not looked at."""
        others = np.setdiff1d(pairs, one.those, assume_unique=True)
        return max(0.0, float(dear[others].min(initial=np.inf)))

    def columns(self) -> Columns | None:
        """All that is known; None where that is nothing."""
        known = [column for _, columns in sorted(self._columns.items()) for column in columns]
        return Columns(self._pricing, known, self._rest) if known else None


def sharpen(
    pricing: Pricing, at: Prices, seconds: float, tell: Callable[[int], object], stopped: Callable[[], bool]
) -> None:
    """Look for better bounds for so many seconds, or until there is hardly more to win; `tell` hears of each."""
    if not pricing.tables.P:
        return
    people, reach, until = People(pricing, stopped), REACH, time.monotonic() + seconds
    enough = ENOUGH * float((pricing.open * pricing.asked).sum())
    best: Look | None = None
    promised, highest = np.inf, -np.inf
    while best is None or promised - best.reached > enough:
        began = time.monotonic()
        seen = people.look(at, until)
        if seen is None:
            return
        if seen.bound > highest:
            highest = seen.bound
            tell(safe(pricing, highest))
        if best is not None:
            true = (seen.reached - best.reached) / (promised - best.reached)
            reach *= FURTHER if true > TRUE else NEARER if true < UNTRUE else 1
        if best is None or seen.reached > best.reached:
            best = seen
        if people.once:
            return
        now = time.monotonic()
        if now + (1 + LAST) * (now - began) > until or (columns := people.columns()) is None:
            break
        promised, at = columns.ascend(best.at, reach)
    bound = people.wider(best, until)
    if bound is not None and bound > highest:
        tell(safe(pricing, bound))
