"""Ways out of a conflict: changes after which the hard rules can all hold, each tried and priced, the cheapest first.

Of each kind of change (`remedies`) the smallest that will do is looked for, at first on the activities that the
conflict names alone, which takes a moment, then on the whole portfolio. Where no single change is enough, as with two
conflicts at once, the next conflict is solved on top of what solved the first. What is left is solved for its price.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from scenarios.changes import Change, ChangeInvalid, changes_to_json
from scenarios.changes.edits import without_activities
from scenarios.remedies import Ladder, ladders
from scenarios.scenario import apply, words
from solver import score
from solver.difference import plain
from solver.explain import can_hold, conflict_of
from solver.plan import Plan
from solver.portfolio import Portfolio
from solver.proposal import Conflict, Proposal, Status, WayOut
from solver.quick import Quick
from solver.rules.base import HUNDRED, UNIT
from solver.search import Search, gap
from solver.settings import Settings
from solver.tables import Tables

#: seconds for all of it, and the part of them for finding
SECONDS, FINDING = 10.0, 0.35
#: the most seconds for finding out whether there is any plan; less and less, where that often ends without an answer
LOOK_SECONDS, LEAST_LOOK = 3.0, 0.75
#: how many times the time is taken where nothing was found yet
PATIENCE = 2
#: how much longer each stride along a ladder is than the one before
STRIDE = 4
#: seconds that a price may take at least
LEAST_SECONDS = 0.8
#: the part of what is left after the finding that the first price takes, from whose plan the others start
FIRST = 0.5
#: ways that are priced, and of a large portfolio
MOST, MOST_OF_LARGE = 8, 5
#: changes of one way at most; first changes that a second is looked for to; after how many rules go first
DEEPEST, TRIED, FEW = 8, 3, 2
#: in a solve that can be repeated time does not pass: what it may take of its own measure of it
REPEATABLE_SECONDS = 2.0
#: rules that say nothing beyond the activities they name, or nothing more the fewer activities there are
NEARBY = {
    "availability",
    "budget",
    "commitment",
    "eligibility",
    "energy",
    "expert_hours",
    "expertise_coverage",
    "expertise_fit",
    "mentoring",
    "must_requirement",
    "overbooking",
    "relation",
    "smallest_booking",
    "stability",
    "staffing",
    "talent_coverage",
    "talent_fit",
    "team_size",
    "window",
}

#: people × activities up to which the whole portfolio is looked at each time
SMALL = 400

Changes = tuple[Change, ...]
Good = Callable[[Portfolio], bool]


def with_ways_out(
    portfolio: Portfolio,
    proposal: Proposal,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
    seconds: float = SECONDS,
) -> Proposal:
    """The proposal with the ways out of its conflict; any other proposal as it is."""
    if proposal.conflict is None:
        return proposal
    found = ways_out(portfolio, proposal.conflict, settings, stop, seconds)
    return proposal.model_copy(update={"conflict": proposal.conflict.model_copy(update={"ways_out": found})})


def conflict_in(
    portfolio: Portfolio, settings: Settings, stop: threading.Event | None = None
) -> tuple[bool, Conflict | None]:
    """Whether it is known if there is a plan, and if there is none, the conflict with its ways out.

    settings: its seconds are for the ways out, and as many at most for the rest.
    """
    with Quick(settings, stop) as quick:
        there = quick.has_plan(portfolio, settings.seconds)
    if there is not False:
        return there is True, None
    found = conflict_of(Search(Tables.of(portfolio), settings, None, stop))
    return True, found.model_copy(update={"ways_out": ways_out(portfolio, found, settings, stop, settings.seconds)})


def ways_out(
    portfolio: Portfolio,
    conflict: Conflict,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
    seconds: float = SECONDS,
) -> tuple[WayOut, ...]:
    """Changes that solve the conflict of a portfolio without a plan, found and priced within so many seconds.

    Two fifths of the time are for finding, and twice as much as there is where nothing was found by then.
    settings: how they are solved; in a repeatable search everything is tried, in whatever time that takes.
    """
    settings, stop = settings or Settings(), stop or threading.Event()
    with Quick(settings, stop) as quick:
        return _Looking(quick, settings, stop, seconds).out_of(portfolio, conflict)


@dataclass(frozen=True)
class _Tried:
    """A change of a ladder that resolves what the conflict names.

    whole: with it there is a plan. everywhere: it changes a rule.
    """

    changes: Changes
    whole: bool
    everywhere: bool


class _Looking:
    """The search for ways out: what there is of time, and whether somebody wants it to end."""

    def __init__(self, quick: Quick, settings: Settings, stop: threading.Event, seconds: float) -> None:
        self._quick, self._settings, self._stop, self._seconds = quick, settings, stop, seconds
        self._began = time.monotonic()
        #: whether there is a plan after any change
        self._any = False
        self._look_seconds = LOOK_SECONDS

    def out_of(self, portfolio: Portfolio, conflict: Conflict) -> tuple[WayOut, ...]:
        """The ways out, priced, the cheapest first."""
        found = self._without_needless(portfolio, self._find(portfolio, conflict, 0))
        found = found[: MOST if _is_small(portfolio) else MOST_OF_LARGE]
        priced: list[WayOut] = []
        first: Search | None = None
        for n, changes in enumerate(found):
            if self._stop.is_set() or (priced and self._late(1)):
                break
            share = FIRST if first is None and len(found) > 1 else 1 / (len(found) - n)
            seconds = max(LEAST_SECONDS, share * (self._seconds - self._passed))
            search = self._quick.best(apply(portfolio, changes), self._limit(seconds), first)
            if search.plan is not None:
                first = first or search
                priced.append(_way_out(portfolio, changes, search, search.plan))
        return tuple(sorted(priced, key=lambda way: way.objective))

    # --- finding

    def _find(self, portfolio: Portfolio, conflict: Conflict, before: int) -> list[Changes]:
        """Changes after which there is a plan; so many have been made before."""
        tried = self._singles(portfolio, conflict)
        found = [one.changes for one in tried if one.whole]
        if not found and before + 1 < DEEPEST:
            if before >= FEW:  # a rule that gives way everywhere ends a long row of conflicts sooner
                tried.sort(key=lambda one: not one.everywhere)
            for one in tried[: 1 if before else TRIED]:
                if self._over:
                    break
                try:
                    changed = apply(portfolio, one.changes)
                except ChangeInvalid:  # it was possible on the activities that are named alone
                    continue
                there = self._look(changed)
                if there:  # it was not found out in time before
                    found.append(one.changes)
                elif there is False:
                    more = self._find(changed, conflict_of(self._search(changed)), before + 1)
                    found += [(*one.changes, *others) for others in more]
        return found

    def _without_needless(self, portfolio: Portfolio, found: list[Changes]) -> list[Changes]:
        """What solved one conflict may be needless after what solved the next; and no way twice, or with more to it."""
        needed = [self._needed(portfolio, changes) for changes in found]
        kept: list[Changes] = []
        for changes in sorted(needed, key=len):
            if not any(all(one in changes for one in other) for other in kept):
                kept.append(changes)
        return kept

    def _needed(self, portfolio: Portfolio, changes: Changes) -> Changes:
        for one in changes if len(changes) > 1 else ():
            fewer = tuple(other for other in changes if other is not one)
            try:
                if not self._stop.is_set() and not self._late(PATIENCE) and self._look(apply(portfolio, fewer)):
                    changes = fewer
            except ChangeInvalid:  # it is about what the other brought
                continue
        return changes

    def _singles(self, portfolio: Portfolio, conflict: Conflict) -> list[_Tried]:
        """The smallest change of each kind that resolves what is named, those first after which there is a plan."""
        nearby, others = _nearby(portfolio, conflict), self._others(portfolio, conflict)
        proposed = list(ladders(portfolio, conflict))
        if nearby is None or not others:
            proposed.sort(key=lambda ladder: not ladder.everywhere)
        tried = []

        def resolves(changed: Portfolio) -> bool:
            return can_hold(self._search(changed), conflict) is True

        def has_plan(changed: Portfolio) -> bool:
            return self._look(changed) is True

        for ladder in proposed:
            if self._over:
                break
            least = 0 if nearby is None else self._smallest(ladder, 0, nearby, resolves)
            there = None
            if least is not None and (ladder.everywhere or others is not False):
                there = self._smallest(ladder, least, portfolio, has_plan)
            if there is not None:
                change = self._finer(ladder, there, portfolio, has_plan)
            elif nearby is not None and least is not None:
                change = self._finer(ladder, least, nearby, resolves)
            else:
                continue
            tried.append(_Tried((change,), there is not None, ladder.everywhere))
        return sorted(tried, key=lambda one: not one.whole)

    def _look(self, changed: Portfolio) -> bool | None:
        """Whether there is a plan, None where that is not known in time."""
        there = self._quick.has_plan(changed, self._limit(self._look_seconds))
        if there is None:
            self._look_seconds = max(LEAST_LOOK, self._look_seconds / 2)
        self._any = self._any or there is True
        return there

    def _others(self, portfolio: Portfolio, conflict: Conflict) -> bool | None:
        """Whether in a large portfolio the activities that are not named have a plan, None where that is not known."""
        named = _activities(conflict)
        if not named or _is_small(portfolio) or self._over:
            return True
        return self._quick.has_plan(without_activities(portfolio, named), self._limit(LOOK_SECONDS))

    def _smallest(self, ladder: Ladder, first: int, portfolio: Portfolio, good: Good) -> int | None:
        """The first change of a ladder, from number `first` on, that makes a good portfolio of this one."""
        last = len(ladder.steps) - 1

        def works(step: int) -> bool:
            try:
                return not self._over and good(ladder.make(step).apply(portfolio))
            except ChangeInvalid:
                return False

        if not ladder.growing:
            return next((step for step in range(first, last + 1) if works(step)), None)
        if first > last or not works(last):  # most kinds do not help at all
            return None
        if first == last or works(first):
            return first
        low, high = first, last
        stride = 1
        while high - low > 1 and not self._over:
            # It is not far from the first, mostly: as long as none works, strides grow; then the rest is halved.
            middle = min(low + stride, (low + high) // 2)
            low, high, stride = (low, middle, last) if works(middle) else (middle, high, STRIDE * stride)
        return high

    def _finer(self, ladder: Ladder, step: int, portfolio: Portfolio, good: Good) -> Change:
        """The change of a step, or a smaller one between it and the step before."""
        finer = ladder.between(step)
        smaller = None if finer is None else self._smallest(finer, 0, portfolio, good)
        return ladder.make(step) if finer is None or smaller is None else finer.make(smaller)

    # --- time

    @property
    def _passed(self) -> float:
        return time.monotonic() - self._began

    def _late(self, share: float) -> bool:
        """Whether so much of the time has passed."""
        return not self._settings.repeatable and self._passed > share * self._seconds

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._late(FINDING if self._any else PATIENCE)

    def _limit(self, seconds: float) -> float:
        return REPEATABLE_SECONDS if self._settings.repeatable else seconds

    def _search(self, portfolio: Portfolio) -> Search:
        return Search(Tables.of(portfolio), self._settings, None, self._stop)


def _activities(conflict: Conflict) -> set[str]:
    """The activities that a conflict names."""
    return {item.about["activity"] for rule in conflict.rules for item in rule.items if "activity" in item.about}


def _is_small(portfolio: Portfolio) -> bool:
    return len(portfolio.people) * len(portfolio.activities) <= SMALL


def _nearby(portfolio: Portfolio, conflict: Conflict) -> Portfolio | None:
    """What it takes a moment to see on whether the items of a conflict can hold; None where nothing will do.

    The activities that the conflict names alone, all of a small portfolio.
    """
    named = _activities(conflict)
    if named and all(rule.name in NEARBY and rule.items for rule in conflict.rules):
        return without_activities(portfolio, {activity.id for activity in portfolio.activities} - named)
    return portfolio if _is_small(portfolio) else None


def _way_out(portfolio: Portfolio, changes: Changes, search: Search, plan: Plan) -> WayOut:
    money = next(measured.total for rule, measured in score.measure(plan.tables, plan) if rule.name == "cost") / HUNDRED
    cost = score.cost(plan.tables, plan)
    proven, bound = (search.proven, search.bound) if len(search.tiers) == 1 else (False, None)  # those of the last tier
    status: Status = "OPTIMAL" if proven else "FEASIBLE"
    sure = "proven the least" if proven else "the best found"
    if status == "FEASIBLE" and (distance := gap(cost, bound)) is not None:
        sure += f", at most {plain(100 * distance)} % above the least"
    unfilled = int((plan.tables.asked - plan.of_activity).clip(0).sum())
    told = [f"the plan then costs {plain(cost / UNIT)} ({sure})"]
    if money:
        told.append(f"{plain(money)} in money")
    told.append(f"{unfilled:,} h stay unfilled" if unfilled else "all hours are filled")
    return WayOut(
        text="; ".join(words(portfolio, changes)),
        changes=tuple(changes_to_json(changes)),
        status=status,
        objective=cost / UNIT,
        bound=None if bound is None else bound / UNIT,
        money=money,
        costs=", ".join(told),
    )
