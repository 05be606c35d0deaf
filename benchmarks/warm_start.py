"""Warm starts: a scenario solved from its base's proposal, against the same scenario solved from nothing.

    python -m benchmarks.warm_start --people 12 30 --activities 20 50 --seeds 1 2 3 --seconds 30

A made-up portfolio is solved; then whoever has most hours leaves after a third of the calendar, and that is solved both
ways at the same time, so that whatever else the machine does slows both. Printed as Markdown: when each first had 99 %
of the value of the best plan that either found, how much of what can provably be won it had won in the end, and when
that was.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.make_portfolio import make
from scenarios.changes import Change, parse_changes
from scenarios.runs import Order, Run, run, run_many
from scenarios.scenario import apply
from solver.portfolio import Portfolio, parse
from solver.proposal import Run as Found
from solver.rules.base import UNIT
from solver.search import Progress, Search
from solver.settings import Settings
from solver.tables import Tables

#: the part of the value of the best plan that is waited for
ENOUGH = 0.99
HEAD = ("size", "seed", "cold: s to 99 %", "warm: s to 99 %", "cold: value", "warm: value", "cold: s", "warm: s")


@dataclass(frozen=True)
class Way:
    """One way of solving the scenario: seconds to enough (None if never), value captured, seconds to the end."""

    enough: float | None
    captured: float
    seconds: float


def leaving(portfolio: Portfolio, base: Run) -> tuple[Change, ...]:
    """Whoever has most hours in the base's plan leaves after a third of the calendar."""
    hours: Counter[str] = Counter()
    for booking in (base.proposal and base.proposal.bookings) or ():
        hours[booking.person] += booking.hours
    who = hours.most_common(1)[0][0]
    return parse_changes([{"change": "leave", "person": who, "from": portfolio.calendar.periods // 3}])


def compare(portfolio: Portfolio, settings: Settings) -> tuple[Way, Way]:
    """The scenario solved cold and warm."""
    base = run(portfolio, (), settings)
    _found(base)
    changes = leaving(portfolio, base)
    empty = Search(Tables.of(apply(portfolio, changes)), settings).empty / UNIT
    traces: dict[str, list[Progress]] = {"cold": [], "warm": []}
    orders = [Order(portfolio, changes, settings, None, "cold"), Order(portfolio, changes, settings, base, "warm")]
    ended = {one.id: one for one in run_many(orders, len(orders), lambda id, progress: traces[id].append(progress))}
    runs = [ended[order] for order in traces]
    found = [_found(one) for one in runs]
    costs = [float("inf") if one.objective is None else one.objective for one in found]
    # where there is no bound, the best plan that was found has to do
    bound = max((one.bound for one in found if one.bound is not None), default=min(costs))
    wanted = empty - ENOUGH * (empty - min(costs))
    cold, warm = (
        Way(
            next((told.seconds for told in trace if told.best is not None and told.best <= wanted), None),
            (empty - cost) / (empty - bound),
            one.seconds,
        )
        for trace, cost, one in zip(traces.values(), costs, found, strict=True)
    )
    return cold, warm


def _found(one: Run) -> Found:
    """What a run says of its solve."""
    if one.proposal is None:
        raise SystemExit(f"a run {one.outcome}: {one.failure.detail if one.failure else ''}")
    return one.proposal.run


def cells(size: str, seed: str, ways: Sequence[Way]) -> tuple[str, ...]:
    """One row of the table."""
    enough = ["never" if way.enough is None else f"{way.enough:.1f}" for way in ways]
    return (size, seed, *enough, *(f"{way.captured:.2%}" for way in ways), *(f"{way.seconds:.1f}" for way in ways))


def median(ways: Sequence[Way]) -> Way:
    """The median of each figure; what was never reached counts as taking for ever."""
    enough = statistics.median_low([float("inf") if way.enough is None else way.enough for way in ways])
    captured, seconds = (statistics.median([getattr(way, name) for way in ways]) for name in ("captured", "seconds"))
    return Way(None if enough == float("inf") else enough, captured, seconds)


def rows(sizes: Sequence[tuple[int, int]], seeds: Sequence[int], settings: Settings) -> Iterator[tuple[str, ...]]:
    """The table, row by row as they are measured."""
    yield HEAD
    yield ("---",) * len(HEAD)
    for people, activities in sizes:
        size, measured = f"{people} × {activities}", []
        for seed in seeds:
            measured.append(compare(parse(make(people, activities, seed=seed, incumbents=0.2)), settings))
            yield cells(size, str(seed), measured[-1])
        yield cells(size, "median", [median(ways) for ways in zip(*measured, strict=True)])


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[12, 30])
    parser.add_argument("--activities", type=int, nargs="+", default=[20, 50], help="as many as there are --people")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit of each solve")
    parser.add_argument("--workers", type=int, default=Settings().workers)
    given = parser.parse_args()
    if len(given.people) != len(given.activities):
        parser.error("--people and --activities must be as many")
    sizes = list(zip(given.people, given.activities, strict=True))
    for row in rows(sizes, given.seeds, Settings(seconds=given.seconds, workers=given.workers)):
        sys.stdout.write(f"| {' | '.join(row)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
