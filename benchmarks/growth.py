"""How the time to a good plan grows with the portfolio, and each of its phases.

    python -m benchmarks.growth --sizes 10x16 50x80 200x300 --seconds 10 30 60 --seeds 1 2 3

Measured from the portfolio's JSON to the first plan with 99 % of all that can provably be won, by the bound that stands
in the end. What comes before the search is told apart by the stage that progress names. Written to `docs/benchmarks/`:
a table, a chart with fitted exponents, and all that was measured (`growth.json`), from which `--draw` makes them again.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make, text
from benchmarks.plot import Line, chart
from benchmarks.side_by_side import INCUMBENTS
from solver import score
from solver.handmade import plan_from
from solver.portfolio import parse_json
from solver.search import Progress
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables

#: the part of what can provably be won that is waited for; what the largest have in their time too
ENOUGH, NEARLY = 0.99, 0.97
#: which stages of a solve belong to which phase; the others are the search
STAGES = {"model": "model", "first plan": "model", "prices": "LP", "relaxation": "LP", "score": "score"}
PHASES = ("parse", "tables", "model", "LP", "search", "score")
COLUMNS = (*PHASES, "all", "97 %")


@dataclass(frozen=True)
class Growth:
    """One solve: seconds in each phase until there was enough, and until there was nearly, None where there never was.

    Without enough the search has no seconds. value: what was won in the end.
    """

    people: int
    activities: int
    seed: int
    limit: float
    pairs: int
    phases: dict[str, float]
    enough: float | None
    nearly: float | None
    value: float


def measure(people: int, activities: int, seed: int, limit: float) -> Growth:
    """Solve a made-up portfolio and look at the clock on the way."""
    told: list[Progress] = []
    moments = [time.monotonic()]
    file = text(make(people, activities, seed=seed, incumbents=INCUMBENTS)).encode()
    moments.append(time.monotonic())
    portfolio = parse_json(file)
    moments.append(time.monotonic())
    tables = Tables.of(portfolio)
    moments.append(time.monotonic())
    phases = {"parse": moments[2] - moments[1], "tables": moments[3] - moments[2]}
    proposal = solve(portfolio, Settings(seconds=limit, seed=seed), told.append)
    began = time.monotonic()
    plan = plan_from(tables, proposal.model_dump(mode="json", by_alias=True) if proposal.bookings else {"bookings": []})
    score.broken(tables, plan)
    score.score(tables, plan)
    phases["score"] = time.monotonic() - began
    empty = score.score(tables, plan_from(tables, {"bookings": []})).total
    bound = -math.inf if proposal.run.bound is None else proposal.run.bound  # without one nothing is known to be enough
    enough, nearly = (reached(told, empty - part * (empty - bound)) for part in (ENOUGH, NEARLY))
    spent = by_phase(told, limit if enough is None else enough)
    beside = sum(phases.values())
    within = ("model", "LP") if enough is None else ("model", "LP", "search")  # a search without enough has no end
    phases |= {name: spent[name] for name in within if name in spent}
    rounded = {name: round(seconds, 4) for name, seconds in phases.items()}
    enough, nearly = (None if one is None else round(one + beside, 3) for one in (enough, nearly))
    value = proposal.run.value_captured or 0.0
    pairs = int(tables.bookable.sum())
    return Growth(people, activities, seed, limit, pairs, rounded, enough, nearly, value)


def reached(told: Sequence[Progress], cost: float) -> float | None:
    """Seconds until a plan cost no more than this."""
    return next((one.seconds for one in told if one.best is not None and one.best <= cost), None)


def by_phase(told: Sequence[Progress], until: float) -> dict[str, float]:
    """Seconds of a solve in each phase until a moment; what passes before a report belongs to the stage it names."""
    spent: dict[str, float] = defaultdict(float)
    before = 0.0
    for one in told:
        if before >= until:
            break
        spent[STAGES.get(one.stage, "search")] += min(one.seconds, until) - before
        before = one.seconds
    return dict(spent)


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """b of y = c × x^b, by least squares in logarithms; None for fewer than three points."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    return statistics.linear_regression(*zip(*logs, strict=True)).slope if len(logs) > 2 else None


# --- what follows from them


def medians(measured: Sequence[Growth]) -> dict[tuple[int, int], dict[str, float | None]]:
    """Per size the median seconds of each phase and of all (None where most seeds never had as much), and of pairs."""
    found: dict[tuple[int, int], dict[str, float | None]] = {}
    for size in dict.fromkeys((one.people, one.activities) for one in measured):
        those = [one for one in measured if (one.people, one.activities) == size]
        row: dict[str, float | None] = {"pairs": float(statistics.median_low([one.pairs for one in those]))}
        for phase in PHASES:
            seconds = [one.phases[phase] for one in those if phase in one.phases]
            row[phase] = statistics.median_low(seconds) if seconds else None
        for name, known in (("all", [one.enough for one in those]), ("97 %", [one.nearly for one in those])):
            every = statistics.median_low([math.inf if seconds is None else seconds for seconds in known])
            row[name] = None if math.isinf(every) else every
        row["value"] = statistics.median_low([one.value for one in those])
        found[size] = row
    return found


def section(measured: Sequence[Growth], facts: dict[str, str]) -> str:
    """What goes into the page."""
    rows = []
    by_size = medians(measured)
    for (people, activities), row in by_size.items():
        cells = ["–" if (value := row[name]) is None else f"{value:.3g}" for name in COLUMNS]
        rows.append((f"{people} × {activities}", f"{row['pairs']:,.0f}", *cells, f"{row['value']:.2%}"))
    by_work, by_pairs = fitted(by_size, "size"), fitted(by_size, "pairs")
    for words, fit in (("exponent, people × activities", by_work), ("exponent, eligible pairs", by_pairs)):
        rows.append((words, "", *("–" if (b := fit[name]) is None else f"{b:.2f}" for name in COLUMNS), ""))
    head = ("size", "eligible pairs", *(f"{name}, s" for name in COLUMNS), "value in the end")
    return "\n\n".join([page.facts(facts), page.table(head, rows), "![Time to 99 % against size](growth.svg)"])


def fitted(by_size: dict[tuple[int, int], dict[str, float | None]], against: str) -> dict[str, float | None]:
    """The exponent of each phase, and of all, against people × activities or against eligible pairs."""
    found = {}
    for name in COLUMNS:
        points = [
            (float(p * a) if against == "size" else row["pairs"] or 0.0, row[name] or 0.0)
            for (p, a), row in by_size.items()
        ]
        found[name] = exponent(points)
    return found


def picture(measured: Sequence[Growth]) -> str:
    """Seconds of each phase against people × activities, as SVG."""
    by_size = medians(measured)
    fits = fitted(by_size, "size")
    lines = []
    for name in reversed(COLUMNS):
        points = [(float(p * a), max(seconds, 1e-3)) for (p, a), row in by_size.items() if (seconds := row[name])]
        fit = fits[name]
        if points:
            lines.append(Line(f"{name}{'' if fit is None else f' ∝ n^{fit:.2f}'}", points, marks=True))
    title = "Time to 99 % of what can be won, by phase, median of seeds"
    return chart(title, "n = people × activities", "seconds", lines, log_x=True, log_y=True)


def draw(measured: Sequence[Growth], facts: dict[str, str], folder: Path) -> None:
    """Write the page's section and the chart."""
    (folder / "growth.svg").write_text(picture(measured), encoding="utf-8")
    page.replace(folder / "README.md", "growth", section(measured, facts))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = ["10x16", "20x30", "50x80", "100x150", "200x300", "500x600", "1000x1200"]
    parser.add_argument("--sizes", nargs="+", default=sizes, help="people x activities")
    parser.add_argument("--seconds", type=float, nargs="+", default=[10, 20, 30, 60, 60, 180, 300])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--out", type=Path, default=page.FOLDER, help="folder for the page, the chart and the results")
    parser.add_argument("--draw", action="store_true", help="no measuring: draw what is in the folder's growth.json")
    given = parser.parse_args()
    file = given.out / "growth.json"
    if given.draw:
        data = json.loads(file.read_text(encoding="utf-8"))
        draw([Growth(**one) for one in data["results"]], data["facts"], given.out)
        return
    if len(given.sizes) != len(given.seconds):
        parser.error("--sizes and --seconds must be as many")
    facts = machine() | {"load before": f"{load():.1f}"}
    measured = []
    for size, seconds in zip(given.sizes, given.seconds, strict=True):
        for seed in given.seeds:
            measured.append(measure(*page.size_of(size), seed, seconds))
            page.say(f"{size} seed {seed}: {measured[-1].enough} s, {measured[-1].phases}")
    given.out.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(asdict(one)) for one in measured)
    file.write_text(f'{{"facts": {json.dumps(facts)},\n"results": [\n{lines}\n]}}\n', encoding="utf-8")
    draw(measured, facts, given.out)


if __name__ == "__main__":
    main()
