"""Timefold on a model in Java (`benchmarks/timefold/`): the facts are written down for it, then its program takes over.

    python -m benchmarks.peers.timefold --home .venv-timefold …

`--home` is an environment in which `pip install --pre timefold` was run; its jars hold the solver. `compiled` compiles
the model against them, once, before anything is measured. The same numbers that the other peers' models are made of are
handed over in a file, so reading the portfolio takes as long as it does for them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.peers.protocol import Task, refuse_what_is_not_modelled
from solver.rules.base import HUNDRED, percent
from solver.tables import Tables

SOURCES = Path(__file__).parent.parent / "timefold"
#: jars in the wheel that are for its tests, for Python, or for a log that nobody reads
UNUSED = re.compile(r"logback|junit|mockito|assertj|jpyinterpreter|python-core|solver-test|opentest4j")
#: of the Java machine: as much memory as it wants, and a garbage collector for throughput
OPTIONS = ["-Xmx16g", "-XX:+UseParallelGC"]


def jars(home: Path) -> list[Path]:
    """The jars of the wheel that is installed in an environment; empty where there is none."""
    found = sorted(home.glob("lib/python*/site-packages/timefold/solver/jars/*.jar"))
    return [jar for jar in found if not UNUSED.search(jar.name)]


def lacking(home: Path) -> str | None:
    """What stands in the way of this peer, in words; None if nothing does."""
    if shutil.which("javac") is None or shutil.which("java") is None:
        return "no JDK: neither `javac` nor `java` may be missing"
    if not jars(home):
        return f"no Timefold in {home.name}: `make {home.name}` installs it"
    return None


def version(home: Path) -> str:
    """The version of the solver in the wheel."""
    names = [re.match(r"timefold-solver-core-(.+)\.jar", jar.name) for jar in jars(home)]
    return next(match[1] for match in names if match)


def compiled(home: Path) -> None:
    """Compile the model; raises CalledProcessError where Java refuses it."""
    (home / "model").mkdir(exist_ok=True)
    command = ["javac", "-Xlint:all", "-cp", _path(home), "-d", str(home / "model"), *map(str, SOURCES.glob("*.java"))]
    subprocess.run(command, check=True)


def _path(home: Path) -> str:
    return os.pathsep.join(map(str, [home / "model", *jars(home)]))


def facts(tables: Tables) -> Iterator[int | str]:
    """The words of the file, in the order in which `benchmarks/timefold/Facts.java` reads them."""
    refuse_what_is_not_modelled(tables)
    rule, price = tables.rule, _Prices(tables)
    cap, use, width = rule["stretch_cap"].settings, rule["talent_use"].settings, rule["role_width"].settings
    own, stretch, load = rule["responsibility"].settings, rule["stretch"].settings, rule["load_balance"].settings
    smallest = rule["smallest_booking"].settings
    yield from (tables.T, tables.block, rule["mentoring"].settings.mentor_hours)
    yield from (percent(rule["expert_hours"].settings.expert_share), len(tables.kinds))
    yield from (percent(cap.max_share), cap.free)
    yield from (percent(use.min_share), use.free, price("talent_use"))
    yield from (percent(width.max_share), width.free, price("role_width"))
    yield from (percent(own.min_share), own.free, price("responsibility"))
    yield from (percent(stretch.min_share), 0)
    yield from (percent(load.low), percent(load.high), price("load_balance"))
    yield from (rule["focus"].settings.max_activities, HUNDRED * price("focus"))
    yield len(tables.lending_groups)
    yield from (group.most(np.ones(tables.P, dtype=bool)) for group in tables.lending_groups)
    learners = np.asarray((tables.bookable & tables.learnable).any(axis=1))
    yield tables.P
    for p, person in enumerate(tables.portfolio.people):
        meant = learners[p] and (stretch.for_ != "potential" or tables.potential[p] == 3)
        twice = 2 if stretch.for_ == "differentiated" and tables.potential[p] == 3 else 1
        yield from (person.id, int(tables.max_learners[p]), int(bool(tables.top_talents[p])))
        yield price("stretch") * twice if meant else 0
        yield from tables.available[p].tolist()
    yield len(tables.portfolio.projects)
    yield tables.A
    for a, activity in enumerate(tables.portfolio.activities):
        asked = int(tables.asked[a])
        wanted = max(HUNDRED * smallest.hours, percent(smallest.share) * asked)
        least = min(asked, -(-wanted // (HUNDRED * tables.block)) * tables.block)
        yield from (activity.id, int(tables.project[a]), int(tables.first[a]), int(tables.last[a]))
        yield from (int(tables.team_min[a]), int(tables.team_max[a]), asked, least, int(tables.kind[a]))
        yield from (int(tables.responsibility[a]), HUNDRED * price("staffing", int(tables.importance[a])))
        every = tables.requirements_of(a)
        yield len(every)
        for r in every.tolist():
            talent = bool(tables.requirement_talent[r])
            weight = int(tables.importance[a] * tables.requirement_weight[r])
            alone = HUNDRED * price("continuity") if tables.critical[a] and not talent else 0
            meeting = np.flatnonzero(tables.meets[:, r]).tolist() if alone else []
            yield from (tables.requirements[r].term, int(tables.requirement_people[r]))
            yield int(tables.requirement_must[r])
            yield HUNDRED * price("talent_coverage" if talent else "expertise_coverage", weight)
            yield from (alone, len(meeting), *meeting)
        bits = 1 << np.arange(len(every))
        eligible = np.flatnonzero(tables.eligible[:, a])
        yield len(eligible)
        for p in eligible.tolist():
            per_hour = (
                price("expertise_fit") * (HUNDRED - int(tables.expertise_fit[p, a]))
                + price("talent_fit") * (HUNDRED - int(tables.talent_fit[p, a]))
                + price("energy") * int(tables.drain[p, a])
                + price("lending") * HUNDRED * int(tables.foreign[p, a])
            )
            yield from (p, int(tables.able[p, a]), int(tables.expert[p, a]), int(tables.uses_top_talent[p, a]))
            yield from (per_hour, int(tables.lending_group[p, a]))
            yield from (int(bits @ tables.meets[p, every]), int(bits @ tables.can_learn[p, every]))
        held = {p: booking for (p, b), booking in tables.incumbent.items() if b == a}
        yield len(held)
        for p, booking in held.items():
            yield from (p, int(booking.hours or 0), HUNDRED * price("stability"))


class _Prices:
    """Ten-thousandths of cost per hundredth of a rule's amount."""

    def __init__(self, tables: Tables) -> None:
        self._rule = tables.rule

    def __call__(self, name: str, item_weight: int = HUNDRED) -> int:
        return self._rule[name].weight * item_weight if self._rule[name].counts else 0


def main() -> None:
    """Write the facts and become the Java program."""
    at = sys.argv.index("--home")
    home = Path(sys.argv[at + 1])
    del sys.argv[at : at + 2]
    task = Task.given()
    tables = Tables.of(task.portfolio)
    file = task.plan.with_suffix(".facts")
    file.write_text(" ".join(map(str, facts(tables))), encoding="utf-8")
    given = [str(file), str(task.plan), str(task.until), str(task.seed), str(SOURCES / "solver.xml")]
    os.execvp("java", ["java", *OPTIONS, "-cp", _path(home), "staffing.Main", *given])


if __name__ == "__main__":
    main()
