"""A solved portfolio with one thing changed: solved again from the old plan, in a tenth of the time, and from nothing.

    python -m benchmarks.what_if --size 200x300 --seconds 60 --seeds 1 2 3

The changes: whoever has most hours leaves after a third of the calendar; the project that ends first slips by a
period; somebody may no longer be on an activity. And a sweep: many scenarios of one portfolio at once, and how busy
that keeps the machine. The table goes to `docs/benchmarks/`.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make
from benchmarks.side_by_side import INCUMBENTS
from scenarios.changes import Change, parse_changes
from scenarios.runs import FORKSERVER, Order, run_many
from scenarios.scenario import apply
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.search import Progress
from solver.settings import Settings
from solver.solve import solve

#: the part of the time in which the old plan must lead to a new one
TENTH = 0.1
#: what it is to have won by then
ENOUGH = 0.995


@dataclass(frozen=True)
class Answer:
    """One change solved three ways: value captured from the old plan and from nothing, in a tenth of the time and all.

    enough: seconds until the solve from the old plan had `ENOUGH`, None if it never had. All by the highest bound.
    """

    change: str
    warm: float
    cold_in_a_tenth: float
    cold: float
    enough: float | None


def changes_of(portfolio: Portfolio, base: Proposal) -> dict[str, tuple[Change, ...]]:
    """One of each sort, by name."""
    hours: Counter[str] = Counter()
    for booking in base.bookings or ():
        hours[booking.person] += booking.hours
    periods = portfolio.calendar.periods
    latest: Counter[str] = Counter()
    for activity in portfolio.activities:
        latest[activity.project] = max(latest[activity.project], activity.window.last + 1)
    early = min(latest, key=lambda project: latest[project])
    grown = max(portfolio.activities, key=lambda activity: activity.priority)
    given = {
        "somebody leaves": {"change": "leave", "person": hours.most_common(1)[0][0], "from": periods // 3},
        "a project slips": {"change": "delay", "project": early, "periods": 1, "cut": True},
        "somebody stays away": {"change": "forbid", "person": _first_on(base, grown.id), "activity": grown.id},
    }
    return {name: parse_changes([change]) for name, change in given.items()}


def _first_on(base: Proposal, activity: str) -> str:
    """Somebody who is on the activity, or on any."""
    booked = list(base.bookings or ())
    return next((booking.person for booking in booked if booking.activity == activity), booked[0].person)


def ask(name: str, changed: Portfolio, base: Proposal, settings: Settings) -> Answer:
    """Solve a changed portfolio from the old plan and from nothing."""
    told: list[Progress] = []
    short = settings.model_copy(update={"seconds": round(max(0.1, TENTH * settings.seconds), 2)})
    warm = solve(changed, short, told.append, earlier=base)
    quick, cold = solve(changed, short), solve(changed, settings)
    empty = score_plan(changed, {"bookings": []}).run.objective or 0.0
    runs = [one.run for one in (warm, quick, cold)]
    costs = [run.objective for run in runs if run.objective is not None]
    # where nobody proved anything, the best plan that was found has to do
    bound = max((run.bound for run in runs if run.bound is not None), default=min(costs, default=empty))

    def value(cost: float | None) -> float:
        return 0.0 if cost is None or bound == empty else (empty - cost) / (empty - bound)

    enough = next((one.seconds for one in told if value(one.best) >= ENOUGH), None)
    return Answer(name, value(warm.run.objective), value(quick.run.objective), value(cold.run.objective), enough)


def sweep(portfolio: Portfolio, number: int, seconds: float) -> tuple[float, float]:
    """Seconds for so many scenarios, each with one pair forbidden, and the part of all cores that was busy."""
    settings = Settings(seconds=seconds)
    ids = [activity.id for activity in portfolio.activities[:number]]
    people = [person.id for person in portfolio.people]
    orders = [
        Order(
            portfolio,
            parse_changes([{"change": "forbid", "person": people[n % len(people)], "activity": id}]),
            settings,
        )
        for n, id in enumerate(ids)
    ]
    cores = os.cpu_count() or 1
    before, began = _children_seconds(), time.monotonic()
    for _ in run_many(orders, cores):
        pass
    FORKSERVER.close()  # what processes used is known once they have been waited for
    lasted = time.monotonic() - began
    return lasted, (_children_seconds() - before) / (lasted * cores)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def section(answers: Sequence[Answer], facts: dict[str, str], size: str, settings: Settings, swept: str) -> str:
    """What goes into the page."""
    rows = []
    for name in dict.fromkeys(answer.change for answer in answers):
        those = [answer for answer in answers if answer.change == name]
        reached = sum(answer.warm >= ENOUGH for answer in those)
        cells = (statistics.median_low([getattr(one, field) for one in those]) for field in FIELDS)
        soon = [one.enough for one in those if one.enough is not None]
        first = f"{statistics.median_low(soon):.1f} s" if 2 * len(soon) > len(those) else "–"
        rows.append((name, *(f"{cell:.2%}" for cell in cells), first, f"{reached} of {len(those)}"))
    tenth, whole = f"{TENTH * settings.seconds:g} s", f"{settings.seconds:g} s"
    head = (
        size,
        f"from the old plan, {tenth}",
        f"from nothing, {tenth}",
        f"from nothing, {whole}",
        f"{ENOUGH:.1%} from the old plan after",
        f"{ENOUGH:.1%} in {tenth}",
    )
    return "\n\n".join([page.facts(facts), page.table(head, rows), *([swept] if swept else [])])


FIELDS = ("warm", "cold_in_a_tenth", "cold")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="200x300", help="people x activities")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a solve from nothing")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--sweep-size", default="50x80")
    parser.add_argument("--sweep", type=int, default=20, help="scenarios in the sweep; 0: none")
    parser.add_argument("--sweep-seconds", type=float, default=10.0, help="time limit of each")
    parser.add_argument("--out", type=Path, default=page.FOLDER, help="folder of the page")
    given = parser.parse_args()
    facts = machine() | {"load before": f"{load():.1f}"}
    answers = []
    for seed in given.seeds:
        portfolio = parse(make(*page.size_of(given.size), seed=seed, incumbents=INCUMBENTS))
        settings = Settings(seconds=given.seconds, seed=seed)
        base = solve(portfolio, settings)
        for name, changes in changes_of(portfolio, base).items():
            answers.append(ask(name, apply(portfolio, changes), base, settings))
            page.say(f"seed {seed}: {answers[-1]}")
    swept = ""
    if given.sweep:
        portfolio = parse(make(*page.size_of(given.sweep_size), incumbents=INCUMBENTS))
        lasted, busy = sweep(portfolio, given.sweep, given.sweep_seconds)
        swept = (
            f"A sweep of {given.sweep} scenarios at {given.sweep_size.replace('x', ' × ')}, {given.sweep_seconds:g} s "
            f"each: {lasted:.0f} s in all, {busy:.0%} of all cores busy."
        )
        page.say(swept)
    given.out.mkdir(parents=True, exist_ok=True)
    page.replace(
        given.out / "README.md", "what if", section(answers, facts, given.size.replace("x", " × "), settings, swept)
    )


if __name__ == "__main__":
    main()
