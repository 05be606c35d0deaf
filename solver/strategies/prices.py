"""What people's time is worth: a lower bound over all pairs at once, and which pairs may be worth booking.

A Lagrangian relaxation (Fisher, "The Lagrangian relaxation method for solving integer programming problems", 1981).
The rows that tie pairs together get a price and go into the objective; what is left decides every pair by itself, in
NumPy. Any prices give a valid bound; a subgradient ascent whose steps adapt to each price (Kingma and Ba, "Adam: a
method for stochastic optimization", 2015) looks for those that give a high one. Rules that are not named here can only
make plans cost more, so leaving them out leaves the bound valid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.model import pairs_of
from solver.plan import Plan
from solver.rules.base import HUNDRED, NOWHERE, UNIT, IntArray
from solver.rules.per_hour import PerHour
from solver.tables import Bools, Tables

Floats = npt.NDArray[np.float64]
Prices = dict[str, Floats]


class Value(NamedTuple):
    """At some prices: the bound; the subgradient; (N,) what booking each pair costs, negative where it pays, and hours.

    The hours are those of the best that each pair can do by itself, 0 where that is not to be booked. own: (P,) the
    part of the bound that is one person's: whatever the person does costs at least that.
    """

    bound: float
    slope: Prices
    dear: Floats
    booked: Floats
    own: Floats


class Ascent(NamedTuple):
    """The best prices found; (N,) how often each pair was booked on the way there, 0–1, and its mean hours."""

    prices: Prices
    on: Floats
    hours: Floats


#: how much of the last directions and of their squares is kept from one step to the next; what counts as no direction
KEPT, KEPT_SQUARE, NO_SLOPE = 0.9, 0.99, 1e-3
#: steps are this part of what an open hour costs, or of the most that a price can be
OF_HOUR, OF_MOST = 0.2, 0.25
#: the price of a lesson moves like that of so many hours
LESSON_HOURS = 20
#: an hour costs this much at first
FIRST_PRICE = 8.0 * UNIT
#: hours that everybody is taken to have more in each period, so that none is nothing
LITTLE = 1e-3
#: periods this close to the cheapest share the hours of a pair
NEAR = 0.02 * UNIT
#: the part of the steps before what is booked means something
SETTLED = 0.5
#: rounds from the first prices on: the part of the steps, and how large the first of them is
FIRST_ROUNDS = ((0.2, 0.4), (0.3, 0.4), (0.5, 0.4))
#: rounds of sharpening, likewise
ROUNDS = ((2 / 9, 0.4), (3 / 9, 0.3), (4 / 9, 0.2))
#: a pair nearly pays if it costs less than this for each hour that it can have
NEARLY_PAYS = 1.0 * UNIT
#: how much lower a bound is handed in than it was computed in floating point, as a part of what all open hours cost
SAFETY = 1e-9


#: what there is one of per pair
PER_PAIR = (
    *("pairs", "p", "a", "most", "least", "hourly", "expert", "lent"),
    *("learnable", "only_learning", "teaches", "window_of"),
)
#: what is about some pairs: which, and what else is known of each
OF_PAIRS = (
    ("pair_of", "requirement_of"),
    ("needed", "needed_by"),
    ("kept", "had", "kept_learns"),
)


class Pricing:
    """The relaxation of one portfolio; all money in ten-thousandths, as in the search."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.pairs, self.most = pairs_of(tables)
        self.p, self.a = self.pairs[:, 0], self.pairs[:, 1]
        weight = {name: rule.weight if rule.counts else 0 for name, rule in tables.rule.items()}
        settings = {name: rule.settings for name, rule in tables.rule.items()}
        least = np.minimum(tables.rule["smallest_booking"].least(tables)[self.a], self.most)  # type: ignore[attr-defined]
        self.least = np.where(tables.committed[self.p, self.a], 0, least)
        self.asked = tables.asked.astype(float)
        #: (A,) what an hour that stays open costs
        self.open = HUNDRED * weight["staffing"] * tables.importance.astype(float)
        #: (N,) what an hour costs by itself, less what it saves
        self.hourly = -self.open[self.a]
        for rule in tables.rules:
            if isinstance(rule, PerHour) and rule.counts:
                self.hourly += HUNDRED * rule.weight * rule.percents(tables, (self.p, self.a)).astype(float)
        covers = np.where(tables.requirement_talent, weight["talent_coverage"], weight["expertise_coverage"])
        #: (R,) what a missing person costs
        self.missing = np.asarray(
            HUNDRED * covers * tables.importance[tables.requirement_activity] * tables.requirement_weight,
            dtype=float,
        )
        self.people = tables.requirement_people.astype(float)
        self.pair_of, self.requirement_of = self._meeting()
        self.expert = tables.expert[self.p, self.a]
        self.share = settings["expert_hours"].expert_share
        self.needing, self.needed, self.needed_by = self._needed()
        #: (N,) under which lending agreement a pair falls, the last for none; (G,) hours each allows
        self.lent = tables.lending_group[self.p, self.a].astype(np.int64)
        everybody = np.ones(tables.P, dtype=bool)
        self.lendable = np.array([group.most(everybody) for group in tables.lending_groups], dtype=float) / HUNDRED
        #: (T, P) hours; the same with a little everywhere, so that hours can be split in proportion
        self.available = np.ascontiguousarray(tables.available.T, dtype=float)
        self.room = self.available + LITTLE
        self.total = self.available.sum(axis=0)
        self.balance = UNIT * weight["load_balance"]
        self.low = np.where(tables.candidate, 0.0, settings["load_balance"].low)
        self.high = settings["load_balance"].high
        #: (P,) how many activities cost nothing
        self.focus, self.few = UNIT * weight["focus"], np.full(tables.P, settings["focus"].max_activities)
        stretch = tables.rule["stretch"]
        those, self.grow = stretch.people(tables), settings["stretch"].min_share  # type: ignore[attr-defined]
        #: (P,) what an hour short of stretch costs; (N,) whether the person could learn there
        self.short = np.zeros(tables.P)
        self.short[those] = HUNDRED * weight["stretch"] * stretch.weights(tables)[those]  # type: ignore[attr-defined]
        self._learning()
        self.keep = float(UNIT * weight["stability"])
        self.kept, self.had, self.lost = self._incumbents()
        self.windows, self.window_of = self._windows()
        self.kept_learns = self.learnable[self.kept]

    def _learning(self) -> None:
        """Who can learn where, who is there only to learn, and how many a pair's person can teach there at most."""
        tables, p, a = self.tables, self.p, self.a
        self.learnable = tables.learnable[p, a]
        self.only_learning = ~(tables.able[p, a] & tables.allowed[p, a]) & ~tables.committed[p, a]
        meets_some = np.bincount(self.pair_of, minlength=len(p)) > 0
        self.teaches = np.where(meets_some, tables.max_learners[p], 0).astype(float)
        self.lesson = float(tables.rule["mentoring"].settings.mentor_hours)

    def _incumbents(self) -> tuple[IntArray, IntArray, Floats]:
        """Pairs that do the work today, their hours, and (P,) what it would cost to take all of it from somebody."""
        tables = self.tables
        today = {pair: int(one.hours or 0) for pair, one in tables.incumbent.items() if not tables.candidate[pair[0]]}
        had = np.zeros((tables.P, tables.A), dtype=np.int64)
        for pair, hours in today.items():
            had[pair] = hours
        kept = np.flatnonzero(had[self.p, self.a])
        return kept, had[self.p[kept], self.a[kept]], self.keep * had.sum(axis=1)

    def _meeting(self) -> tuple[IntArray, IntArray]:
        """Pairs and the requirements of their activity that the person meets, one entry for each."""
        tables = self.tables
        order = np.argsort(self.a, kind="stable")
        starts = np.searchsorted(self.a[order], np.arange(tables.A + 1))
        found: list[tuple[IntArray, IntArray]] = []
        for a in range(tables.A):
            team, every = order[starts[a] : starts[a + 1]], tables.requirements_of(a)
            i, r = np.nonzero(tables.meets[self.p[team][:, None], np.asarray(every)[None, :]])
            found.append((team[i], np.asarray(every)[r]))
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate([i for i, _ in found]), np.concatenate([r for _, r in found])

    def _needed(self) -> tuple[IntArray, IntArray, IntArray]:
        """Who an activity cannot do without: those who meet one must, the experts.

        (M,) the activity of each such group; then the pairs in them and the number of their group, one entry for each.
        """
        tables = self.tables
        musts = np.flatnonzero(tables.requirement_must & (tables.requirement_people == 1))
        number = np.full(tables.R, NOWHERE)
        number[musts] = np.arange(len(musts))
        of_must = number[self.requirement_of]
        there = of_must != NOWHERE
        activity, pair, group = tables.requirement_activity[musts], self.pair_of[there], of_must[there]
        if self.share:
            activity = np.concatenate((activity, np.arange(tables.A)))
            pair = np.concatenate((pair, np.flatnonzero(self.expert)))
            group = np.concatenate((group, len(musts) + self.a[self.expert]))
        return activity, pair, group

    def _windows(self) -> tuple[list[tuple[int, int]], IntArray]:
        """The different windows, and (N,) which of them is that of each pair; what is committed may lie in the past."""
        tables = self.tables
        which = self.a + tables.A * tables.committed[self.p, self.a]
        first, last = np.concatenate((tables.open_from, tables.first)), np.tile(tables.last, 2)
        there = np.bincount(which, minlength=2 * tables.A) > 0
        both, number = np.unique(np.stack((first, last))[:, there], axis=1, return_inverse=True)
        of = np.zeros(2 * tables.A, dtype=np.int64)
        of[there] = number.reshape(-1)
        return [(int(one), int(other)) for one, other in both.T], of[which]

    def in_window(self, hours: IntArray) -> IntArray:
        """(N,) the hours of each pair's person in its window, of so many (P, T)."""
        total = np.concatenate((np.zeros((len(hours), 1), dtype=np.int64), np.cumsum(hours, axis=1)), axis=1)
        first, last = np.array(self.windows, dtype=np.int64).reshape(-1, 2).T
        return np.asarray((total[:, last + 1] - total[:, first])[self.p, self.window_of])

    def among(self, chosen: Bools) -> Pricing:
        """The same with some of the pairs alone, (N,): quicker, but no bound where another pair pays."""
        part, number = copy(self), np.cumsum(chosen) - 1
        for name in PER_PAIR:
            setattr(part, name, getattr(self, name)[chosen])
        for pair, *others in OF_PAIRS:
            there = chosen[getattr(self, pair)]
            setattr(part, pair, number[getattr(self, pair)[there]])
            for other in others:
                setattr(part, other, getattr(self, other)[there])
        return part

    def beside(self, plan: Plan, left: Bools) -> tuple[Pricing, Bools]:
        """The same for the activities that are left, (A,), and what people have left beside a plan; (N,) which pairs.

        The plan has nobody on what is left. A guide to what may be booked, and no bound: what the plan means for
        people's own rules is not all taken over.
        """
        tables, people, activities = self.tables, plan.person, plan.activity
        free = np.maximum(0, tables.available - plan.load)
        most = np.minimum(self.most, self.in_window(free))
        there = left[self.a] & (most >= np.maximum(1, self.least))
        part = self.among(there)
        part.most = most[there]
        part.available = np.ascontiguousarray(free.T, dtype=float)
        part.room = part.available + LITTLE
        part.asked = left * self.asked
        part.people = left[tables.requirement_activity] * self.people
        part.few = np.maximum(0, self.few - np.bincount(people[plan.rows], minlength=tables.P))
        lent = np.bincount(tables.lending_group[people, activities] + 1, plan.booked, len(self.lendable) + 1)[1:]
        part.lendable = np.maximum(0, self.lendable - lent)
        return part, there

    def of_activities(self, on: Floats, hours: Floats) -> Floats:
        """(A,) what each activity costs by itself where pairs are on (N,), also in part, for so many hours (N,)."""
        open_or_done = self.open * self.asked + np.bincount(self.a, self.hourly * hours, self.tables.A)
        met = np.bincount(self.requirement_of, on[self.pair_of], self.tables.R)
        lacking = self.missing * np.maximum(0, self.people - met)
        return np.asarray(open_or_done + np.bincount(self.tables.requirement_activity, lacking, self.tables.A))

    def start(self) -> Prices:
        """Prices to begin with: an hour of anybody costs the same, and on an activity so much that few want more."""
        tables = self.tables
        cost = self.hourly + FIRST_PRICE
        order = np.lexsort((cost, self.a))
        first = np.searchsorted(self.a[order], np.arange(tables.A))
        wanted = np.cumsum(self.most[order])
        wanted -= np.append(0, wanted)[first][self.a[order]]  # by those of the same activity whom it costs no more
        enough = np.flatnonzero(wanted >= self.asked[self.a[order]])
        place = np.zeros(tables.A)
        np.maximum.at(place, self.a[order[enough]], -cost[order[enough]])
        hour = np.zeros((tables.T, tables.P))
        hour[tables.now :] = FIRST_PRICE
        return {
            "hour": hour,  # (T, P) of a person's hour in a period
            "work": np.zeros(tables.P),  # of an hour of work, whenever
            "place": place,  # of an hour of an activity
            "expert": np.zeros(tables.A),  # of an hour that is not by an expert
            "cover": np.zeros(tables.R),  # of a person who meets a requirement
            "needed": np.zeros(len(self.needing)),  # of an hour beside nobody of those without whom there is no work
            "others": np.zeros(tables.A),  # of an hour of those who are no experts
            "lent": np.zeros(len(self.lendable)),  # of an hour under a lending agreement
            "focus": np.zeros(tables.P),  # of one more activity
            "stretch": 0.5 * self.short,  # of an hour short of stretch
            "lesson": np.zeros(tables.A),  # of one learner's lesson
        }

    def cheapest(self, at: Prices) -> Floats:
        """(windows, P) the lowest price of a person's hour in each window."""
        cheapest = np.zeros((len(self.windows), self.tables.P))
        for window, (first, last) in enumerate(self.windows):
            at["hour"][first : last + 1].min(axis=0, out=cheapest[window])
        return cheapest

    def hourly_price(self, at: Prices) -> Floats:
        """(N,) the price of an hour of each pair's person, in the window of its activity."""
        return np.asarray(self.cheapest(at)[self.window_of, self.p])

    def constant(self, at: Prices) -> float:
        """The part of the bound that is nobody's: what the prices shared by several people come to by themselves."""
        return float(
            (self.open * self.asked).sum()
            + (at["cover"] * self.people).sum()
            - (at["place"] * self.asked).sum()
            - (at["others"] * (1 - self.share) * self.asked).sum()
            - (at["lent"] * self.lendable).sum()
        )

    def costs(self, at: Prices) -> tuple[Floats, Floats]:
        """(N,) what an hour and a booking of a pair cost, but for lessons and what the person's own rules cost."""
        a = self.a
        place = at["place"] + np.bincount(self.needing, at["needed"], self.tables.A)
        hour = self.hourly + place[a] + np.append(at["lent"], 0)[self.lent]
        hour += np.where(self.expert, (self.share - 1) * at["expert"][a], (self.share * at["expert"] + at["others"])[a])
        met = np.bincount(self.pair_of, at["cover"][self.requirement_of], len(a))
        needed = np.bincount(self.needed, (at["needed"] * self.asked[self.needing])[self.needed_by], len(a))
        return hour, np.asarray(-met - needed, dtype=float)

    def slopes(self, on: Floats, hours: Floats, lessons: Floats) -> Prices:
        """The subgradient, for the prices shared by several people, where pairs are on (N,), also in part.

        hours: (N,) of each; lessons: (N,) taken less those given.
        """
        tables, a = self.tables, self.a
        on_activity = np.bincount(a, hours, tables.A)
        by_others = np.bincount(a, np.where(self.expert, 0, hours), tables.A)
        there = np.bincount(self.needed_by, on[self.needed], len(self.needing))
        return {
            "place": on_activity - self.asked,
            "expert": self.share * by_others - (1 - self.share) * (on_activity - by_others),
            "cover": self.people - np.bincount(self.requirement_of, on[self.pair_of], tables.R),
            "needed": on_activity[self.needing] - self.asked[self.needing] * there,
            "others": by_others - (1 - self.share) * self.asked,
            "lent": np.bincount(self.lent + 1, hours, len(self.lendable) + 1)[1:] - self.lendable,
            "lesson": np.bincount(a, lessons, tables.A),
        }

    def value(self, at: Prices) -> Value:
        """What these prices give."""
        tables, p, a = self.tables, self.p, self.a
        cheapest = self.cheapest(at)
        when = cheapest[self.window_of, p]
        hour, once = self.costs(at)
        hour += when + at["work"][p] + self.grow * at["stretch"][p]
        # A lesson is worth its price to who gives it, and costs its hours.
        lesson = at["lesson"][a] - self.lesson * when
        gives = np.where(lesson > 0, self.teaches, 0)
        once += at["focus"][p] - gives * lesson
        hours = np.where(hour > 0, self.least, self.most)
        worth = np.where(self.only_learning, np.inf, hour * hours + once)
        # Learning there: hours count as stretch, and somebody has to give a lesson.
        learning = hour - at["stretch"][p]
        hours_learning = np.where(learning > 0, self.least, self.most)
        worth_learning = np.where(self.learnable, learning * hours_learning + once + at["lesson"][a], np.inf)
        learns = worth_learning < worth
        worth, hours = np.where(learns, worth_learning, worth), np.where(learns, hours_learning, hours)
        # Who does the work today may have fewer hours, as many, or more; what is kept is not lost. Lessons are free.
        kept, had = self.kept, self.had
        least, most = self.least[kept], self.most[kept]
        options = np.stack((least, np.minimum(np.maximum(had, least), most), most))
        hour_kept = np.where(self.kept_learns, learning[kept], hour[kept])
        costs = hour_kept * options - self.keep * np.minimum(had, options) + once[kept]
        best = costs.argmin(axis=0)[None]
        hours[kept] = np.take_along_axis(options, best, axis=0)[0]
        worth[kept] = np.take_along_axis(costs, best, axis=0)[0]
        on = worth < 0
        booked = np.where(on, hours, 0).astype(float)
        stretched = learns.astype(float)
        stretched[kept] = self.kept_learns
        learns[kept] = False
        given = np.where(on, gives, 0)
        worked = np.bincount(p, booked, tables.P)
        # H of its own: each person's hours at the price of work, with what an uneven load costs.
        ends = np.stack((np.zeros(tables.P), self.low * self.total, self.high * self.total, self.total))
        uneven = self.balance * (np.maximum(0, ends[1] - ends) + np.maximum(0, ends - ends[2])) - at["work"] * ends
        chosen = uneven.argmin(axis=0)
        own = self.lost + np.bincount(p, np.minimum(0, worth), tables.P) - (at["hour"] * self.available).sum(axis=0)
        own += uneven.min(axis=0) - self.few * at["focus"]
        bound = self.constant(at) + float(own.sum())
        load = np.zeros((tables.T, tables.P))
        taken = booked + self.lesson * given
        at_window = np.bincount(self.window_of * tables.P + p, taken, len(self.windows) * tables.P)
        for (first, last), those, low in zip(self.windows, at_window.reshape(-1, tables.P), cheapest, strict=True):
            part = (at["hour"][first : last + 1] <= low + NEAR) * self.room[first : last + 1]
            load[first : last + 1] += part * (those / part.sum(axis=0))
        slope = {
            "hour": load - self.available,
            "work": worked - np.take_along_axis(ends, chosen[None], axis=0)[0],
            "focus": np.bincount(p, on.astype(float), tables.P) - self.few,
            "stretch": self.grow * worked - np.bincount(p, booked * stretched, tables.P),
            **self.slopes(on.astype(float), booked, (on & learns).astype(float) - given),
        }
        slope["hour"][: tables.now] = 0
        return Value(bound, slope, worth, booked, own)

    def within(self, prices: Prices) -> Prices:
        """The prices, each within what it may be."""
        most: dict[str, Floats | float] = {
            "work": self.balance,
            "cover": self.missing,
            "focus": self.focus,
            "stretch": self.short,
        }
        return {
            name: np.minimum(np.maximum(price, -self.balance if name == "work" else 0), most.get(name, np.inf))
            for name, price in prices.items()
        }

    def steps(self) -> dict[str, Floats | float]:
        """How far each price goes in a first step."""
        hour = OF_HOUR * float(self.open.mean()) if len(self.open) else 0.0
        return {
            "hour": hour,
            "work": OF_MOST * self.balance,
            "place": hour,
            "expert": hour,
            "cover": OF_MOST * self.missing,
            "needed": hour,
            "others": hour,
            "lent": hour,
            "focus": self.focus,
            "stretch": OF_MOST * self.short,
            "lesson": LESSON_HOURS * hour,
        }


class Moment:
    """Where to go, from the last slopes and their squares (Adam)."""

    def __init__(self) -> None:
        self._direction: Prices = {}
        self._square: Prices = {}
        self._number = 0

    def towards(self, slope: Prices) -> Prices:
        """The next step for each price, hardly more than 1, after one more slope."""
        self._number += 1
        found = {}
        for name, one in slope.items():
            direction = KEPT * self._direction.get(name, 0) + (1 - KEPT) * one
            square = KEPT_SQUARE * self._square.get(name, 0) + (1 - KEPT_SQUARE) * one**2
            self._direction[name], self._square[name] = direction, square
            found[name] = direction / (1 - KEPT**self._number)
            found[name] /= np.sqrt(square / (1 - KEPT_SQUARE**self._number)) + NO_SLOPE
        return found


def ascend(
    pricing: Pricing,
    at: Prices,
    steps: int,
    seconds: float,
    tell: Callable[[int], object],
    stopped: Callable[[], bool],
    first: float = FIRST_ROUNDS[0][1],
    moving: Collection[str] | None = None,
) -> Ascent:
    """The best prices found in so many steps or seconds, in steps that become smaller; `first`: how large the first is.

    moving: the prices that may become others, all by default.
    `tell` hears of every better bound, rounded so that no plan can cost less. What is booked at each step, weighed by
    the length of the step, comes close to what the linear relaxation books (Barahona and Anbil, "The volume algorithm",
    2000); the first half, which is far from it, is left out.
    """
    began = time.monotonic()
    best, best_at, scale, moment = -np.inf, at, pricing.steps(), Moment()
    on, hours, weight = np.zeros(len(pricing.pairs)), np.zeros(len(pricing.pairs)), NO_SLOPE
    for number in range(1, steps + 1):
        bound, slope, _, booked, _ = pricing.value(at)
        if bound > best:
            best, best_at = bound, at
            tell(safe(pricing, best))
        done = max(number / steps, (time.monotonic() - began) / seconds)
        if done >= 1 or stopped():
            break
        if done > SETTLED:
            on += (1 - done) * (booked > 0)
            hours += (1 - done) * booked
            weight += 1 - done
        further = dict(at)
        for name, towards in moment.towards({name: slope[name] for name in moving or slope}).items():
            further[name] = at[name] + first * (1 - done) * scale[name] * towards
        at = pricing.within(further)
    return Ascent(best_at, on / weight, hours / weight)


def sharpen(
    pricing: Pricing,
    at: Prices,
    steps: int,
    seconds: float,
    tell: Callable[[int], object],
    stopped: Callable[[], bool],
    rounds: Sequence[tuple[float, float]] = ROUNDS,
) -> Ascent:
    """Ascend further from some prices, in so many steps or seconds in all, with fewer pairs.

    Only those that nearly pay take part, and round by round those that came to pay meanwhile: at 200 people and 300
    activities a quarter of the pairs, at 1,000 and 1,200 a twelfth. `tell` hears of bounds over all pairs.
    """
    on, hours = np.zeros(len(pricing.pairs)), np.zeros(len(pricing.pairs))
    value = pricing.value(at)
    best, best_at, chosen = value.bound, at, np.zeros(len(pricing.pairs), dtype=bool)
    for part, first in rounds:
        chosen |= value.dear < NEARLY_PAYS * pricing.most
        ascent = ascend(pricing.among(chosen), at, round(part * steps), part * seconds, lambda _: None, stopped, first)
        at = ascent.prices
        on[chosen], hours[chosen] = ascent.on, ascent.hours
        value = pricing.value(at)
        if value.bound > best:
            best, best_at = value.bound, at
            tell(safe(pricing, best))
    return Ascent(best_at, on, hours)


def safe(pricing: Pricing, bound: float) -> int:
    """A bound to hand in: lowered by what floating point may have added; nothing costs less than nothing."""
    return max(0, int(np.floor(bound - SAFETY * float((pricing.open * pricing.asked).sum()))))
