"""What people's time is worth: a lower bound over all pairs at once, and which pairs may be worth booking.

A Lagrangian relaxation (Fisher, "The Lagrangian relaxation method for solving integer programming problems", 1981).
The rows that tie pairs together get a price and go into the objective; what is left decides every pair by itself, in
NumPy. Any prices give a valid bound; a subgradient ascent with deflected directions (Camerini, Fratta and Maffioli, "On
improving relaxation methods by modified gradient techniques", 1975) looks for those that give a high one. Rules that
are not named here can only make plans cost more, so leaving them out leaves the bound valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.model import pairs_of
from solver.rules.base import HUNDRED, IntArray
from solver.rules.per_hour import PerHour
from solver.search import UNIT
from solver.tables import Tables

Floats = npt.NDArray[np.float64]
Prices = dict[str, Floats]


class Value(NamedTuple):
    """At some prices: the bound; the subgradient; (N,) what booking each pair costs, negative where it pays."""

    bound: float
    slope: Prices
    dear: Floats


#: prices per person and not per hour move this much further in one step
COARSE = 30.0
#: how much of the last direction is kept; how far to go towards the plan at first; after how many vain steps half
DEFLECTION, FIRST_STEP, PATIENCE = 0.5, 1.0, 30
#: an hour costs this much at first
FIRST_PRICE = 8.0 * UNIT
#: periods this close to the cheapest share the hours of a pair
NEAR = 0.02 * UNIT
#: how much lower a bound is handed in than it was computed in floating point, per whole
SAFETY = 1e-9


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
                self.hourly += HUNDRED * rule.weight * rule.percents(tables)[self.p, self.a].astype(float)
        covers = np.where(tables.requirement_talent, weight["talent_coverage"], weight["expertise_coverage"])
        #: (R,) what a missing person costs
        self.missing = np.asarray(
            HUNDRED * covers * tables.importance[tables.requirement_activity] * tables.requirement_weight,
            dtype=float,
        )
        self.people = tables.requirement_people.astype(float)
        self.must = np.flatnonzero(tables.requirement_must & (tables.requirement_people == 1))
        self.pair_of, self.requirement_of = self._meeting()
        self.expert = tables.expert[self.p, self.a]
        self.share = settings["expert_hours"].expert_share
        self.available = tables.available.astype(float)
        self.total = self.available.sum(axis=1)
        self.balance = UNIT * weight["load_balance"]
        self.low = np.where(tables.candidate, 0.0, settings["load_balance"].low)
        self.high = settings["load_balance"].high
        self.focus, self.few = UNIT * weight["focus"], settings["focus"].max_activities
        stretch = tables.rule["stretch"]
        those, self.grow = stretch.people(tables), settings["stretch"].min_share  # type: ignore[attr-defined]
        #: (P,) what an hour short of stretch costs; (N,) whether the person could learn there
        self.short = np.zeros(tables.P)
        self.short[those] = HUNDRED * weight["stretch"] * stretch.weights(tables)[those]  # type: ignore[attr-defined]
        self.teaches = tables.learnable[self.p, self.a].astype(float)
        self.keep = float(UNIT * weight["stability"])
        self.kept, self.had, self.lost = self._incumbents()
        self.windows, self.window_of = self._windows()

    def _incumbents(self) -> tuple[IntArray, IntArray, float]:
        """Pairs that do the work today, their hours, and what it would cost to take all of it from everybody."""
        tables = self.tables
        today = {pair: int(one.hours or 0) for pair, one in tables.incumbent.items() if not tables.candidate[pair[0]]}
        had = np.zeros((tables.P, tables.A), dtype=np.int64)
        for pair, hours in today.items():
            had[pair] = hours
        kept = np.flatnonzero(had[self.p, self.a])
        return kept, had[self.p[kept], self.a[kept]], self.keep * sum(today.values())

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

    def _windows(self) -> tuple[list[tuple[int, int]], IntArray]:
        """The different windows, and (N,) which of them is that of each pair; what is committed may lie in the past."""
        tables = self.tables
        first = np.where(tables.committed[self.p, self.a], tables.first[self.a], tables.open_from[self.a])
        both, of = np.unique(np.stack((first, tables.last[self.a])), axis=1, return_inverse=True)
        return [(int(one), int(other)) for one, other in both.T], of.reshape(-1)

    def start(self) -> Prices:
        """Prices to begin with."""
        tables = self.tables
        hour = np.zeros((tables.P, tables.T))
        hour[:, tables.now :] = FIRST_PRICE
        return {
            "hour": hour,  # of a person's hour in a period
            "work": np.zeros(tables.P),  # of an hour of work, whenever
            "place": np.zeros(tables.A),  # of an hour of an activity
            "expert": np.zeros(tables.A),  # of an hour that is not by an expert
            "cover": np.asarray(0.3 * self.missing),  # of a person who meets a requirement
            "must": np.zeros(len(self.must)),  # of an hour beside nobody who meets what is a must
            "focus": np.zeros(tables.P),  # of one more activity
            "stretch": 0.5 * self.short,  # of an hour short of stretch
        }

    def value(self, at: Prices) -> Value:
        """What these prices give."""
        tables, p, a = self.tables, self.p, self.a
        cheapest = np.zeros((tables.P, len(self.windows)))
        for window, (first, last) in enumerate(self.windows):
            cheapest[:, window] = at["hour"][:, first : last + 1].min(axis=1)
        must_hour = np.bincount(tables.requirement_activity[self.must], at["must"], tables.A)
        hour = self.hourly + (at["work"] + 0.0)[p] + cheapest[p, self.window_of] + (at["place"] + must_hour)[a]
        hour += at["stretch"][p] * (self.grow - self.teaches)
        hour += at["expert"][a] * np.where(self.expert, self.share - 1, self.share)
        per_requirement = at["cover"].copy()
        per_requirement[self.must] += at["must"] * self.asked[tables.requirement_activity[self.must]]
        once = at["focus"][p] - np.bincount(self.pair_of, per_requirement[self.requirement_of], len(p))
        hours = np.where(hour > 0, self.least, self.most)
        worth = hour * hours + once
        # Who does the work today may have fewer hours, as many, or more; what is kept is not lost.
        kept, had = self.kept, self.had
        least, most = self.least[kept], self.most[kept]
        options = np.stack((least, np.minimum(np.maximum(had, least), most), most))
        costs = hour[kept] * options - self.keep * np.minimum(had, options) + once[kept]
        best = costs.argmin(axis=0)[None]
        hours[kept] = np.take_along_axis(options, best, axis=0)[0]
        worth[kept] = np.take_along_axis(costs, best, axis=0)[0]
        on = worth < 0
        booked = np.where(on, hours, 0).astype(float)
        worked = np.bincount(p, booked, tables.P)
        # H of its own: each person's hours at the price of work, with what an uneven load costs.
        ends = np.stack((np.zeros(tables.P), self.low * self.total, self.high * self.total, self.total))
        uneven = self.balance * (np.maximum(0, ends[1] - ends) + np.maximum(0, ends - ends[2])) - at["work"] * ends
        chosen = uneven.argmin(axis=0)
        bound = float(
            (self.open * self.asked).sum()
            + (at["cover"] * self.people).sum()
            - (at["hour"] * self.available).sum()
            + uneven.min(axis=0).sum()
            - (at["place"] * self.asked).sum()
            - self.few * at["focus"].sum()
            + self.lost
            + worth[on].sum()
        )
        load = np.zeros((tables.P, tables.T))
        at_window = np.bincount(p * len(self.windows) + self.window_of, booked, tables.P * len(self.windows))
        for (first, last), those, low in zip(
            self.windows, at_window.reshape(tables.P, len(self.windows)).T, cheapest.T, strict=True
        ):
            prices, room = at["hour"][:, first : last + 1], self.available[:, first : last + 1]
            part = (prices <= low[:, None] + NEAR) * (room + 1e-3)
            load[:, first : last + 1] += those[:, None] * part / part.sum(axis=1, keepdims=True)
        on_activity = np.bincount(a, booked, tables.A)
        met = np.bincount(self.requirement_of, on[self.pair_of].astype(float), tables.R)
        by_others = np.bincount(a, np.where(self.expert, 0, booked), tables.A)
        at_must = tables.requirement_activity[self.must]
        slope = {
            "hour": load - self.available,
            "work": worked - np.take_along_axis(ends, chosen[None], axis=0)[0],
            "place": on_activity - self.asked,
            "expert": self.share * by_others - (1 - self.share) * (on_activity - by_others),
            "cover": self.people - met,
            "must": on_activity[at_must] - self.asked[at_must] * met[self.must],
            "focus": np.bincount(p, on.astype(float), tables.P) - self.few,
            "stretch": self.grow * worked - np.bincount(p, booked * self.teaches, tables.P),
        }
        slope["hour"][:, : tables.now] = 0
        return Value(bound, slope, worth)

    def moved(self, at: Prices, direction: Prices, step: float) -> Prices:
        """Prices further in a direction, within what they may be."""
        most: dict[str, Floats | float] = {
            "work": self.balance,
            "cover": self.missing,
            "focus": self.focus,
            "stretch": self.short,
        }
        further = {name: price + step * _scale(name) ** 2 * direction[name] for name, price in at.items()}
        return {
            name: np.minimum(np.maximum(price, -self.balance if name == "work" else 0), most.get(name, np.inf))
            for name, price in further.items()
        }


def _scale(name: str) -> float:
    return COARSE if name in ("cover", "focus") else 1.0


def ascend(
    pricing: Pricing, at: Prices, target: float, steps: int, tell: Callable[[int], object], stopped: Callable[[], bool]
) -> Prices:
    """The best prices found in so many steps towards a target, the cost of a plan.

    `tell` hears of every better bound, rounded so that no plan can cost less.
    """
    best, best_at, factor, vain = -np.inf, at, FIRST_STEP, 0
    direction: Prices = {}
    for _ in range(steps):
        bound, slope, _ = pricing.value(at)
        if bound > best:
            vain = 0 if bound > best + 1e-4 * abs(target - best) else vain + 1
            best, best_at = bound, at
            tell(max(0, int(np.floor(best - SAFETY * abs(target)))))  # nothing costs less than nothing
        else:
            vain += 1
        if stopped() or best >= target:
            break
        if vain >= PATIENCE:
            factor, vain, at, direction = factor / 2, 0, best_at, {}
            bound, slope, _ = pricing.value(at)
        direction = {name: one + (DEFLECTION * direction[name] if direction else 0.0) for name, one in slope.items()}
        length = sum(float(((_scale(name) * one) ** 2).sum()) for name, one in direction.items())
        if not length:
            break
        at = pricing.moved(at, direction, factor * (target - bound) / length)
    return best_at
