"""Everybody who takes part: the commands, how each is set up, and what it needs to be there."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import timefold

ROOT = Path(__file__).parent.parent.parent
#: where `make .venv-timefold` puts the wheel
TIMEFOLD = ROOT / ".venv-timefold"
#: the plan's cost in the lines that the solvers log
HIGHS = re.compile(r"%\s+\S+\s+(?P<best>[\d.]+)\s+(?:[\d.]+%|Large|inf)")
SCIP = re.compile(r"\|\s*(?P<best>\d\.\d+e[+-]\d+)\s*\|[^|]*\|[^|]*$")


@dataclass(frozen=True)
class Peer:
    """Somebody who makes plans; lacking: why it cannot take part, None if it can; prepare: before anything is timed."""

    name: str
    title: str
    module: str
    set_up: str
    arguments: tuple[str, ...] = ()
    log: re.Pattern[str] | None = None
    version: Callable[[], str] = lambda: f"OR-Tools {version('ortools')}"
    lacking: Callable[[], str | None] = lambda: None
    prepare: Callable[[], None] = lambda: None

    def command(self, portfolio: Path, plan: Path, until: float, seed: int) -> list[str]:
        """The command that writes a plan of a portfolio; until: seconds since 1970."""
        given = ["--portfolio", str(portfolio), "--plan", str(plan), "--until", f"{until:.3f}", "--seed", str(seed)]
        return [sys.executable, "-m", f"benchmarks.peers.{self.module}", *self.arguments, *given]


PEERS = (
    Peer(
        "service",
        "this service",
        "service",
        "`solve` with its default settings.",
        version=lambda: f"{version('staffing')}, OR-Tools {version('ortools')}",
    ),
    Peer(
        "matching",
        "request by request",
        "request_by_request",
        "What resource tools do: the most important request next, the best person who is free for it, by hand-written "
        "rules; whoever is on it already comes first. It takes its fraction of a second and has no use for more.",
        version=lambda: version("staffing"),
    ),
    Peer(
        "cpsat",
        "CP-SAT, plain",
        "cpsat",
        "The whole model as a tutorial would write it, all rules, no hint; 8 workers, because CP-SAT does far worse "
        "with one for each of two cores; all else as it comes.",
    ),
    Peer(
        "highs",
        "HiGHS",
        "mip",
        "The same whole model through MathOpt, with as many threads as HiGHS takes; all else as it comes.",
        ("--solver", "highs"),
        HIGHS,
    ),
    Peer(
        "scip",
        "SCIP",
        "mip",
        "The same whole model through MathOpt; SCIP has one thread. All else as it comes.",
        ("--solver", "scip"),
        SCIP,
    ),
    Peer(
        "timefold",
        "Timefold",
        "timefold",
        "A model in Java (`benchmarks/timefold/`), compiled beforehand: a slot for each place on a team with its "
        "person, hours and mentor; all rules, scored incrementally by hand, which evaluates about five times as many "
        "moves as constraint streams did; construction, then simulated annealing over changes of one slot and moves "
        "written for it: somebody new with the hours that they have, people who trade places, hours that go from one "
        "slot to another, mentors from the team. Late acceptance (400) did worse at 12 × 20 and 50 × 80. The community "
        "edition has one thread.",
        ("--home", str(TIMEFOLD)),
        version=lambda: timefold.version(TIMEFOLD),
        lacking=lambda: timefold.lacking(TIMEFOLD),
        prepare=lambda: timefold.compiled(TIMEFOLD),
    ),
)
BY_NAME = {peer.name: peer for peer in PEERS}
