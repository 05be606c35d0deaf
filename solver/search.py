"""What a solve knows while it runs: the best plan so far, the bound, the time that is left.

Strategies find plans and bounds; only what they hand in here counts. Every plan handed in is checked rule by rule and
scored by code without a solver, so no strategy can return a plan that breaks a rule or costs more than it says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver import score
from solver.limits import Limit, Limits
from solver.plan import Plan, plan_of
from solver.rules.base import HUNDRED, UNIT, Amounts, Rule
from solver.settings import Settings
from solver.tables import Tables

if TYPE_CHECKING:
    from solver.model import Model

#: progress is told at most this often
PROGRESS_SECONDS = 0.1


class InternalError(Exception):
    """The solver and the specification disagree: a fault of ours, never of the portfolio."""


@dataclass(frozen=True)
class Progress:
    """How far a solve is; what does not exist yet is None."""

    seconds: float
    best: float | None
    bound: float | None
    gap: float | None
    value_captured: float | None
    plans: int
    stage: str


class Search:
    """The state of one solve; costs and bounds are whole ten-thousandths inside."""

    def __init__(
        self,
        tables: Tables,
        settings: Settings,
        on_progress: Callable[[Progress], None] | None = None,
        stop: threading.Event | None = None,
        earlier: Mapping[tuple[int, int], int] | None = None,
        limits: Sequence[Limit] = (),
    ) -> None:
        self.tables, self.settings = tables, settings
        #: hours per (person, activity) of a plan from before a change, to start from
        self.earlier = earlier
        #: the policy's rules, and the limits of a study on top
        self.rules: tuple[Rule, ...] = (*tables.rules, *([Limits(limits)] if limits else []))
        self.stop = stop or threading.Event()
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._told = 0.0
        #: the lowest cost of a plan that a solver has and has not handed in yet
        self._said: int | None = None
        self.tiers = _tiers(tables)
        #: the soft rules whose cost is being minimised now
        self.tier = self.tiers[0]
        self.empty = score.cost(tables, commitments(tables), self.tier)
        self.plan: Plan | None = None
        self.cost: int | None = None
        self.bound: int | None = None
        self.infeasible = False
        self.plans = 0
        self.stage = "model"

    def limit(self, model: Model) -> None:
        """Post what is on top of the policy's rules."""
        for rule in self.rules[len(self.tables.rules) :]:
            rule.post(model)

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds left of the time limit."""
        return max(0.0, self.settings.seconds - self.seconds)

    @property
    def budget(self) -> float:
        """The seconds to give a solver now: what is left, or in a repeatable solve always the same."""
        return self.settings.seconds if self.settings.repeatable else max(0.01, self.left)

    @property
    def stopped(self) -> bool:
        """Whether to come to an end: asked to, or out of time."""
        return self.stop.is_set() or (not self.settings.repeatable and self.left <= 0)

    @property
    def proven(self) -> bool:
        """Whether the best plan is known to be the best there is."""
        return self.cost is not None and self.bound is not None and self.cost <= self.bound

    @property
    def over(self) -> bool:
        """Whether there is nothing left to look for, or no time."""
        return self.stopped or self.proven

    def consider(self, plan: Plan) -> bool:
        """Hand in a plan that may break a rule, such as one from a solver in floating point; it is then left alone."""
        cost = score.cost(self.tables, plan, self.tier)
        return (self.cost is None or cost < self.cost) and not self.broken(plan) and self._take(plan, cost)

    def offer(self, plan: Plan, said: int | None = None) -> bool:
        """Hand in a plan; True if it is better than what there was. `said`: what the solver thinks it costs."""
        wrong = self.broken(plan)
        if wrong:
            rules = ", ".join(f"{rule.name} by {measured.total / HUNDRED}" for rule, measured in wrong)
            raise InternalError(f"a plan was found that breaks {rules}")
        cost = score.cost(self.tables, plan, self.tier)
        if said is not None and cost > said:
            raise InternalError(f"a plan costs {cost / UNIT}, the solver took it for {said / UNIT}")
        return self._take(plan, cost)

    def _take(self, plan: Plan, cost: int) -> bool:
        """Keep a plan that breaks no rule if it is better than what there is; True if it is."""
        with self._lock:
            if self.cost is not None and cost >= self.cost:
                return False
            self.plans += 1
            self.plan, self.cost = plan, cost
        self.tell(always=True)
        return True

    def broken(self, plan: Plan) -> list[tuple[Rule, Amounts]]:
        """The rules and limits that a plan breaks."""
        return score.broken(self.tables, plan, self.rules)

    def raise_bound(self, bound: int) -> None:
        """Hand in a bound (ten-thousandths) that no plan can be below."""
        with self._lock:
            better = self.bound is None or bound > self.bound
            if better:
                self.bound = bound
        if better:
            self.tell()

    def next_tier(self, tier: frozenset[str]) -> None:
        """Go on with the next tier; the plan is kept, its cost is now that of the tier."""
        self.tier = tier
        self.empty = score.cost(self.tables, commitments(self.tables), tier)
        self.cost = None if self.plan is None else score.cost(self.tables, self.plan, tier)
        self.bound = self._said = None

    def tell(self, best: int | None = None, always: bool = False) -> None:
        """Report progress, at most ten times a second; `best`: a cost the solver has a plan for, not yet handed in."""
        if best is not None:
            self._said = best if self._said is None else min(self._said, best)
        now = self.seconds
        if self._on_progress is None or (not always and now - self._told < PROGRESS_SECONDS):
            return
        self._told = now
        cost = min((known for known in (self.cost, self._said) if known is not None), default=None)
        self._on_progress(
            Progress(
                seconds=now,
                best=None if cost is None else cost / UNIT,
                bound=None if self.bound is None else self.bound / UNIT,
                gap=gap(cost, self.bound),
                value_captured=value_captured(self.empty, cost, self.bound),
                plans=self.plans,
                stage=self.stage,
            )
        )


def commitments(tables: Tables) -> Plan:
    """The pinned and frozen bookings alone: the plan of which `empty` is the cost."""
    hours = {pair: int(booking.hours or 0) for pair, booking in tables.pinned.items()}
    hours |= {pair: int(tables.worked(pair).sum()) for pair in tables.frozen}
    return plan_of(tables, hours)


def gap(cost: int | None, bound: int | None) -> float | None:
    """(objective − bound) / max(1, objective), None where one of them does not exist."""
    return None if cost is None or bound is None else max(0, cost - bound) / max(UNIT, cost)


def value_captured(empty: int, cost: int | None, bound: int | None) -> float | None:
    """(empty − objective) / (empty − bound): how much of all that can provably be won was won."""
    if cost is None or bound is None:
        return None
    if empty == bound:
        return 1.0 if cost == bound else None
    return (empty - cost) / (empty - bound)


def _tiers(tables: Tables) -> list[frozenset[str]]:
    """The soft rules that count, tier by tier; those in no tier are the last one."""
    counting = {rule.name for rule in tables.rules if rule.counts}
    tiers = [frozenset(tier) & counting for tier in tables.portfolio.policy.tiers]
    tiers.append(frozenset(counting - frozenset().union(*tiers)))
    return [tier for tier in tiers if tier] or [frozenset()]
