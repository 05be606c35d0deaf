"""Plans close to one that is there: some activities are freed, all teams elsewhere are kept.

Changing a booking has a small price besides what the rules cost, so that nothing moves for next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver import score
from solver.model import Expression, Model, pairs_of
from solver.plan import Plan
from solver.rules.base import UNIT
from solver.search import InternalError, Search
from solver.strategies import exact
from solver.strategies.cpsat import Hint, solve_model
from solver.strategies.mip import Worker
from solver.tables import Bools, Tables

#: what counts beside the rules: a booking that comes or goes, a mentor who goes, an hour more or less on what stays
CHANGED_BOOKING, CHANGED_MENTOR, CHANGED_HOUR = 10 * UNIT, 10 * UNIT, UNIT // 2
#: under this name both are in the model's objective
CHANGES = "changes"


def changes(before: Plan, after: Plan) -> int:
    """What the changes from one plan to the other count, in ten-thousandths."""
    came_or_went = before.on != after.on
    shifted = np.abs(after.hours - before.hours)[~came_or_went].sum()
    mentors_gone = len(set(before.mentoring) - set(after.mentoring))
    return CHANGED_BOOKING * int(came_or_went.sum()) + CHANGED_MENTOR * mentors_gone + CHANGED_HOUR * int(shifted)


@dataclass(frozen=True)
class Around:
    """A neighbourhood: what may differ from the plan.

    freed: (A,) the activities that anybody may join or leave; loose: (P,) people who may leave whatever they are on.
    Of them, and of the teams of the freed activities, all hours may shift, and those of `shifting` (P,) besides.
    """

    freed: Bools
    loose: Bools
    shifting: Bools


@dataclass(frozen=True)
class Found:
    """The best plan of a model or None; whether the solver came to its end, so that none is better or there is none."""

    plan: Plan | None
    finished: bool


class Nearby:
    """Looks for plans close to `plan`; the child process with HiGHS is ended by `close`."""

    def __init__(self, search: Search, plan: Plan) -> None:
        self.search, self.plan = search, plan
        self.tables: Tables = search.tables
        self.pairs, self.most = pairs_of(self.tables)
        # Where every run must be the same, CP-SAT does it all.
        alone = len(self.pairs) <= exact.TINY or search.settings.repeatable
        self.worker = None if alone else Worker()

    def close(self) -> None:
        """End the child process."""
        if self.worker is not None:
            self.worker.close()

    @cached_property
    def able(self) -> Bools:
        """(P, A): the pairs that some plan can book."""
        able = np.zeros((self.tables.P, self.tables.A), dtype=bool)
        able[self.pairs[:, 0], self.pairs[:, 1]] = True
        return able

    def related(self, freed: Bools, size: int) -> Bools:
        """(A,) these activities and, up to `size` in all, those whose teams could be made of the same people."""
        tables = self.tables
        shared = self.able[:, freed].sum(axis=1) @ self.able + 2 * (
            self.plan.on[:, freed].sum(axis=1) @ self.plan.on.astype(np.int64)
        )
        near = shared / np.maximum(1, np.sqrt(self.able.sum(axis=0)))
        near[np.isin(tables.project, tables.project[freed])] *= 1.5
        near[freed] = np.inf
        wider = freed.copy()
        wider[np.argsort(-near, kind="stable")[:size]] = True
        return wider

    def rank(self, plan: Plan) -> tuple[int, ...]:
        """What the plan costs tier by tier, the price of its changes in the last; lower is better."""
        costs = [score.cost(self.tables, plan, tier) for tier in self.search.tiers]
        return (*costs[:-1], costs[-1] + changes(self.plan, plan))

    def better_than(self, model: Model, plan: Plan) -> None:
        """Leave only plans of a lower rank in the model; with tiers, of no higher rank in the first."""
        tiers, rank = self.search.tiers, self.rank(plan)
        if len(tiers) == 1:
            model.hold(tiers[0] | {CHANGES}, rank[0] - 1)
        else:
            model.hold(tiers[0], rank[0])

    def best(self, model: Model, seconds: float, gap: float = 0) -> Found:
        """The plan of the lowest rank, tier by tier, within some seconds, or within a relative gap of it."""
        best, finished, ends = None, True, self.search.seconds + seconds
        for number, tier in enumerate(self.search.tiers, 1):
            last = number == len(self.search.tiers)
            model.minimise(tier | {CHANGES} if last else tier)
            left = seconds if self.search.settings.repeatable else max(0.05, ends - self.search.seconds)
            found = self._solve(model, left, gap)
            finished = finished and found.finished
            if found.plan is None:
                return Found(best, finished and best is None)
            best = found.plan
            if not last:
                model.hold(tier, score.cost(self.tables, best, tier))
        return Found(best, finished)

    def any_plan(self, model: Model, seconds: float) -> Found:
        """Any plan at all; only CP-SAT's word is taken for there being none."""
        model.cp.clear_objective()  # type: ignore[no-untyped-call]
        return self._by_cpsat(model, seconds, hint=model.hints(self.plan) or ())

    def _solve(self, model: Model, seconds: float, gap: float) -> Found:
        if self.worker is None or not self.worker.alive:
            return self._by_cpsat(model, seconds, gap)
        found = self.worker.solve(model, seconds, lambda: self.search.stop.is_set(), gap)
        if found.plan is not None and score.broken(self.tables, found.plan):  # floating point
            return Found(None, False)
        return Found(found.plan, found.finished)

    def _by_cpsat(self, model: Model, seconds: float, gap: float = 0, hint: Hint = ()) -> Found:
        found = solve_model(model, self.search, seconds, hint, gap_limit=gap)
        plan = found.plan(model)
        if plan is not None and score.broken(self.tables, plan):
            raise InternalError("a plan was found that breaks a rule")
        return Found(plan, found.status in ("OPTIMAL", "INFEASIBLE"))

    def model(self, around: Around) -> Model:
        """The model of all plans in a neighbourhood, with the price of changes."""
        tables, plan, freed = self.tables, self.plan, around.freed
        p, a = self.pairs.T
        chosen = freed[a] | plan.on[p, a] | tables.committed[p, a]
        most = self.most[chosen]
        model = Model(tables, self.pairs[chosen], most)
        model.post(tables.rules)
        shifting = around.loose | around.shifting | (plan.on & freed).any(axis=1)
        items: list[tuple[int, Expression]] = []
        for i, (p, a) in enumerate(model.pairs):
            before = int(plan.hours[p, a])
            blocks, rest = divmod(before - tables.offset((p, a)), tables.block)
            kept = before > 0 and not freed[a] and not around.loose[p]
            if kept:
                model.require(model.on[i] == 1)
            if kept and not shifting[p] and not rest and before <= most[i]:
                model.require(model.blocks[i] == blocks)
            else:
                items += self._changes(model, i, before)
        taught = set(plan.mentoring)
        for i, mentors in model.mentors.items():
            p, a = model.pairs[i]
            items += [(CHANGED_MENTOR, 1 - one) for j, one in mentors if (model.person[j], p, a) in taught]
        model.count(CHANGES, items)
        return model

    def _changes(self, model: Model, i: int, before: int) -> list[tuple[int, Expression]]:
        if not before:
            return [(CHANGED_BOOKING, model.on[i])]
        hours, on = model.hours[i], model.on[i]
        more, less = model.excess(hours - before), model.excess(before * on - hours)
        return [(CHANGED_BOOKING, 1 - on), (CHANGED_HOUR, more), (CHANGED_HOUR, less)]
