"""This service and its peers on the same portfolios, one after the other, and one scorer that judges every plan.

    python -m benchmarks.side_by_side --sizes 12x20 50x80 --seconds 10 30 --seeds 1 2 3

Each peer is a process of its own with the same time limit, counted from its start to the written plan. Whatever it says
of its plan, the plan is scored by the rules' measures in NumPy (`solver/handmade.py`). What could be won at all is told
by the highest bound that any peer has proven. The table and the plots go to `docs/benchmarks/`, with all that was
measured (`results.json`), from which `--draw` makes them again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make, text
from benchmarks.peers.all import BY_NAME, PEERS, Peer
from benchmarks.plot import Line, chart
from benchmarks.process import watch
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse_json
from solver.report import PortfolioInvalid

#: of the activities, how many have somebody on them already
INCUMBENTS = 0.2
#: costs in the score card are exact, those that peers tell are floating point
CLOSE = 0.01
#: points of a curve closer together than this many percent are left out
STEP = 0.05


@dataclass(frozen=True)
class Case:
    """A made-up portfolio and a time limit in seconds."""

    people: int
    activities: int
    periods: int
    seed: int
    seconds: float

    @property
    def size(self) -> str:
        """As in 12 × 20."""
        return f"{self.people} × {self.activities}"


@dataclass
class Result:
    """What one peer made of one case.

    cost: of its plan as the judge has it, None without a valid plan; bound: the highest it proved; told: (seconds,
    cost) of each better plan it spoke of, its last being the judged one; empty: the cost of no plan at all.
    """

    case: Case
    peer: str
    seconds: float
    memory_mib: float
    cost: float | None
    bound: float | None
    empty: float
    told: list[tuple[float, float]] = field(default_factory=list)
    failure: str | None = None


def measure(case: Case, peer: Peer, folder: Path) -> Result:
    """Let a peer make a plan, and judge it."""
    file, plan = folder / "portfolio.json", folder / f"{peer.name}.json"
    file.write_text(text(made(case)), encoding="utf-8")
    plan.unlink(missing_ok=True)
    portfolio = parse_json(file.read_bytes())
    command = peer.command(file, plan, time.time() + case.seconds, case.seed)
    seen = watch(command, case.seconds, peer.log)
    cost, wrong = judged(portfolio, plan)
    told = improvements((one.seconds, one.best) for one in seen.told)
    if cost is not None and told and cost > told[-1][1] + CLOSE:
        wrong = f"its plan costs {cost:,.2f}, not the {told[-1][1]:,.2f} that it says"
    if cost is not None:
        told = [*[(at, best) for at, best in told if best > cost + CLOSE], (_when(told, cost, seen.seconds), cost)]
    return Result(
        case,
        peer.name,
        round(seen.seconds, 2),
        round(seen.memory),
        cost,
        max((one.bound for one in seen.told if one.bound is not None), default=None),
        score_plan(portfolio, {"bookings": []}).run.objective or 0.0,
        [(round(at, 2), round(best, 2)) for at, best in told],
        seen.failure or wrong,
    )


def made(case: Case) -> dict[str, Any]:
    """The portfolio of a case, as JSON."""
    return make(case.people, case.activities, case.periods, case.seed, incumbents=INCUMBENTS)


def judged(portfolio: Portfolio, plan: Path) -> tuple[float | None, str | None]:
    """The cost of the plan in a file, None if there is none or it breaks a rule, and what is wrong."""
    if not plan.exists():
        return None, "no plan"
    try:
        data = json.loads(plan.read_bytes())
        if isinstance(data, dict) and data.get("bookings", ()) is None:
            return None, "no plan"
        proposal = score_plan(portfolio, data)
    except (ValueError, PortfolioInvalid) as error:
        return None, f"its plan cannot be read: {error}"
    card = proposal.score_card
    if card is None or proposal.run.status != "FEASIBLE":
        broken = [rule.name for rule in (card.rules if card else ()) if rule.hard and rule.amount]
        return None, f"its plan breaks {', '.join(broken)}"
    return card.total, None


def improvements(told: Any) -> list[tuple[float, float]]:
    """(seconds, cost) of each plan that is better than all before."""
    found: list[tuple[float, float]] = []
    for at, best in told:
        if best is not None and (not found or best < found[-1][1]):
            found.append((at, best))
    return found


def _when(told: Sequence[tuple[float, float]], cost: float, end: float) -> float:
    """When the peer first spoke of the plan that was judged."""
    return next((at for at, best in told if best <= cost + CLOSE), end)


# --- what follows from results


class Results:
    """All results of a run, and what can be said of them."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.all = list(results)
        self.cases = list(dict.fromkeys(result.case for result in results))
        self.sizes = list(dict.fromkeys((case.people, case.activities) for case in self.cases))
        self.peers = [peer for peer in PEERS if any(result.peer == peer.name for result in results)]
        self.bound = {case: self._bound(case) for case in self.cases}

    def of(self, peer: str, size: tuple[int, int]) -> list[Result]:
        """The results of a peer at a size, one for each seed."""
        return [one for one in self.all if one.peer == peer and (one.case.people, one.case.activities) == size]

    def _bound(self, case: Case) -> float | None:
        """The highest that anybody proved."""
        return max((one.bound for one in self.all if one.case == case and one.bound is not None), default=None)

    def contradictions(self) -> list[str]:
        """Plans that cost less than a bound: one of the two models is wrong then."""
        return [
            f"{one.case.size}, seed {one.case.seed}: {one.peer} has a plan of {one.cost:,.2f}, below {bound:,.2f}"
            for one in self.all
            if one.cost is not None and (bound := self.bound[one.case]) is not None and one.cost < bound - 10 * CLOSE
        ]

    def value(self, result: Result, cost: float | None) -> float:
        """How much of what can provably be won a plan has; none without a plan."""
        bound = self.bound[result.case]
        return 0.0 if cost is None or bound is None else (result.empty - cost) / (result.empty - bound)

    def value_at(self, result: Result, seconds: float) -> float:
        """The same at a moment."""
        best = [cost for at, cost in result.told if at <= seconds]
        return self.value(result, min(best)) if best else 0.0

    def above_bound(self, result: Result) -> float | None:
        """Cost above the bound, as a part of the bound."""
        bound = self.bound[result.case]
        return None if result.cost is None or bound is None else max(0.0, result.cost - bound) / bound


def median(values: Sequence[float | None]) -> float | None:
    """The median, the lower of two; what does not exist counts as worse than everything."""
    middle = statistics.median_low([float("inf") if value is None else value for value in values])
    return None if middle == float("inf") else middle


HEAD = ("", "value captured", "above the bound", "first plan", "ended", "memory", "proven", "remarks")


def table(results: Results, size: tuple[int, int]) -> Iterator[tuple[str, ...]]:
    """A row for each peer: medians over the seeds."""
    for peer in results.peers:
        those = results.of(peer.name, size)
        if not those:
            continue
        value = statistics.median_low([results.value(one, one.cost) for one in those])
        above = median([results.above_bound(one) for one in those])
        first = median([one.told[0][0] if one.told and one.cost is not None else None for one in those])
        proven = sum(one.cost is not None and one.bound is not None and one.cost <= one.bound + CLOSE for one in those)
        failures = dict.fromkeys(one.failure for one in those if one.failure)
        yield (
            peer.title,
            "–" if above is None else f"{value:.2%}",
            "–" if above is None else f"{above:.2%}",
            "–" if first is None else f"{first:.1f} s",
            f"{median([one.seconds for one in those]):.1f} s",
            f"{median([one.memory_mib for one in those]):,.0f} MiB",
            f"{proven} of {len(those)}",
            "; ".join(failures),
        )


def over_time(results: Results, size: tuple[int, int]) -> str:
    """The chart of value captured over time, as SVG."""
    seconds = max(one.case.seconds for one in results.all if (one.case.people, one.case.activities) == size)
    lines = []
    for peer in results.peers:
        those = results.of(peer.name, size)
        moments = sorted({at for one in those for at, _ in one.told if at <= 1.5 * seconds})
        points: list[tuple[float, float]] = []
        for at in moments:
            value = 100 * statistics.median_low([results.value_at(one, at) for one in those])
            if value > 0 and (not points or value > points[-1][1] + STEP):
                points.append((at, value))
        if points:
            points.append((max(seconds, points[-1][0]), points[-1][1]))
        lines.append(_line(peer, points, steps=True))
    return chart(
        f"{size[0]} people × {size[1]} activities: value captured, median of seeds",
        "seconds",
        "%",
        lines,
        log_x=True,
        y_range=_interesting(lines),
    )


def _line(peer: Peer, points: Sequence[tuple[float, float]], steps: bool = False, marks: bool = False) -> Line:
    """A peer without a plan is named too, so that each has the same colour in all charts."""
    return Line(peer.title if points else f"{peer.title}: no plan", points, steps, marks)


def _interesting(lines: Sequence[Line]) -> tuple[float, float]:
    """From a round number below where most lines end, to all of the value."""
    ends = [line.points[-1][1] for line in lines if line.points]
    return (max(0.0, min(90.0, 10 * (min(ends, default=0) // 10) - 10)), 100.0)


def against_size(results: Results) -> str:
    """The chart of cost above the bound against size, as SVG."""
    lines = []
    for peer in results.peers:
        points = []
        for size in results.sizes:
            above = median([results.above_bound(one) for one in results.of(peer.name, size)] or [None])
            if above is not None:
                points.append((float(size[0] * size[1]), max(0.01, 100 * above)))
        lines.append(_line(peer, points, marks=True))
    return chart(
        "Cost above the bound (0.01 % or more) at the time limit, median of seeds: lower is better",
        "people × activities",
        "%",
        lines,
        log_x=True,
        log_y=True,
    )


def section(results: Results, facts: dict[str, Any]) -> str:
    """What goes into the page."""
    parts = [page.facts(facts["machine"] | {"portfolios": facts["portfolios"]})]
    parts.append(
        page.table(
            ("peer", "version", "set-up"), [(p.title, facts["versions"][p.name], p.set_up) for p in results.peers]
        )
    )
    parts.append("![Cost above the bound against size](against-size.svg)")
    for size in results.sizes:
        limits = {one.case.seconds for one in results.all if (one.case.people, one.case.activities) == size}
        seeds = sorted({one.case.seed for one in results.all if (one.case.people, one.case.activities) == size})
        told = ", ".join(f"{limit:g} s" for limit in sorted(limits))
        parts.append(f"### {size[0]} × {size[1]}, {told}, seeds {', '.join(map(str, seeds))}")
        parts.append(page.table(HEAD, table(results, size)))
        parts.append(f"![Value captured over time](over-time-{size[0]}x{size[1]}.svg)")
    parts += [f"**Left out**: {words}" for words in facts["left_out"]]
    return "\n\n".join(parts)


def draw(results: Results, facts: dict[str, Any], folder: Path) -> None:
    """Write the page's section and the charts."""
    for size in results.sizes:
        (folder / f"over-time-{size[0]}x{size[1]}.svg").write_text(over_time(results, size), encoding="utf-8")
    (folder / "against-size.svg").write_text(against_size(results), encoding="utf-8")
    page.replace(folder / "README.md", "side by side", section(results, facts))


# --- the command


def run(cases: Sequence[Case], peers: Sequence[Peer], say: Callable[[str], None]) -> list[Result]:
    """All peers on all cases, one at a time."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            for peer in peers:
                result = measure(case, peer, Path(folder))
                cost = "no plan" if result.cost is None else f"{result.cost:,.2f}"
                say(
                    f"{case.size} seed {case.seed} {peer.title}: {cost}, {result.seconds:.1f} s, "
                    f"{result.memory_mib:.0f} MiB{f', {result.failure}' if result.failure else ''}"
                )
                results.append(result)
    return results


def read(file: Path) -> tuple[Results, dict[str, Any]]:
    """Results and facts as they were written."""
    data = json.loads(file.read_text(encoding="utf-8"))
    results = [
        Result(**{**one, "case": Case(**one["case"]), "told": [(at, cost) for at, cost in one["told"]]})
        for one in data["results"]
    ]
    return Results(results), data["facts"]


def write(results: Results, facts: dict[str, Any], file: Path) -> None:
    """A line for each result, so that differences can be read."""
    lines = ",\n".join(json.dumps(asdict(one)) for one in results.all)
    file.write_text(f'{{"facts": {json.dumps(facts)},\n"results": [\n{lines}\n]}}\n', encoding="utf-8")


def facts_of(cases: Sequence[Case], peers: Sequence[Peer], left_out: Sequence[str]) -> dict[str, Any]:
    """What the figures depend on."""
    periods = sorted({case.periods for case in cases})
    return {
        "machine": machine() | {"load before": f"{load():.1f}"},
        "versions": {peer.name: peer.version() for peer in peers},
        "portfolios": f"`benchmarks/make_portfolio.py`, --periods {periods[0]} --incumbents {INCUMBENTS}",
        "left_out": list(left_out),
    }


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["12x20", "50x80", "200x300"], help="people x activities")
    parser.add_argument("--seconds", type=float, nargs="+", default=[20, 30, 60], help="one limit a size")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--peers", nargs="+", choices=list(BY_NAME), default=list(BY_NAME))
    parser.add_argument("--out", type=Path, default=page.FOLDER, help="folder for the page, the plots and the results")
    parser.add_argument("--draw", action="store_true", help="no measuring: draw what is in the folder's results.json")
    given = parser.parse_args()
    file = given.out / "results.json"
    if given.draw:
        draw(*read(file), given.out)
        return
    if len(given.sizes) != len(given.seconds):
        parser.error("--sizes and --seconds must be as many")
    cases = [
        Case(*page.size_of(size), given.periods, seed, seconds)
        for size, seconds in zip(given.sizes, given.seconds, strict=True)
        for seed in given.seeds
    ]
    asked = [BY_NAME[name] for name in given.peers]
    left_out = [f"{peer.title}: {why}" for peer in asked if (why := peer.lacking()) is not None]
    peers = [peer for peer in asked if peer.lacking() is None]
    for words in left_out:
        page.say(f"left out: {words}")
    for peer in peers:
        peer.prepare()
    facts = facts_of(cases, peers, left_out)
    results = Results(run(cases, peers, page.say))
    given.out.mkdir(parents=True, exist_ok=True)
    write(results, facts, file)
    draw(results, facts, given.out)
    wrong = results.contradictions()
    for words in wrong:
        page.say(f"contradiction: {words}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
