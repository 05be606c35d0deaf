"""Where a study makes its runs: side by side, told about, stopped together, each started from a plan that is known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scenarios.changes import Change
from scenarios.compare import compare
from scenarios.comparison import Difference
from scenarios.runs import Order, Run, run_many
from scenarios.scenario import apply
from scenarios.studies.base import Solved
from solver.handmade import plan_from
from solver.limits import Limit
from solver.plan import Plan
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.search import Progress
from solver.settings import Settings
from solver.tables import Tables

#: sentences of a comparison that a study keeps
MOST_SENTENCES = 5
#: what is being looked for
Stage = Literal[
    "base",
    "base once more",
    "candidates",
    "candidates around the best",
    "hired",
    "without",
    "lending",
    "grid",
    "first rule",
    "second rule",
    "all rules",
]
#: what the base is called in comparisons
AS_IT_STANDS = "As it stands"


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is: solves that are done, and how many there will be as far as is known now.

    stage: what is being looked for; run: the latest word of one of the solves, named `name`.
    """

    seconds: float
    done: int
    total: int
    stage: Stage
    name: str | None = None
    run: Progress | None = None


@dataclass(frozen=True)
class Ask:
    """A solve that a study wants; earlier: the proposal to start from, by default the base's.

    portfolio: what the changes apply to, by default the study's own.
    """

    name: str
    changes: tuple[Change, ...] = ()
    earlier: Proposal | None = None
    limits: tuple[Limit, ...] = ()
    portfolio: Portfolio | None = None


@dataclass
class Desk:
    """Makes the runs of one study, and remembers what it must tell about them."""

    portfolio: Portfolio
    settings: Settings
    on_progress: Callable[[StudyProgress], None] | None
    stop: threading.Event
    #: the plan of the portfolio as it stands; from outside, or solved first
    base: Proposal | None = None
    cautions: list[str] = field(default_factory=list)
    solves: int = 0
    failed: bool = False

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._stage: Stage = "base"
        self._total, self._done = 0, 0

    @property
    def seconds(self) -> float:
        """Seconds since the study began."""
        return time.monotonic() - self._began

    @property
    def plan(self) -> Proposal:
        """The base, which has a plan."""
        assert self.base is not None
        return self.base

    @property
    def solved(self) -> Solved:
        """How the base was found."""
        return Solved.of(self.plan, self.portfolio)

    def expect(self, solves: int) -> None:
        """So many more solves will come, as far as is known."""
        self._total = max(self._total, self._done + solves)

    def end(self) -> None:
        """There will be no more solves."""
        self._total = self._done
        self._tell(None, None)

    def find(self, stage: Stage, asks: Sequence[Ask]) -> list[Proposal | None]:
        """The proposals that were asked for, in that order; None where a run failed, was stopped, or has no plan."""
        if not asks:
            return []
        self._stage = stage
        self.expect(len(asks))
        orders = [
            Order(
                ask.portfolio or self.portfolio,
                ask.changes,
                self.settings,
                ask.earlier or self.base,
                str(n),
                ask.limits,
            )
            for n, ask in enumerate(asks)
        ]
        self._tell(None, None)

        def hear(id: str, progress: Progress) -> None:
            self._tell(asks[int(id)].name, progress)

        done: dict[str, Run] = {}
        for run in run_many(orders, on_progress=hear, stop=self.stop):
            self._done += 1
            self.solves += 1
            done[run.id] = run
            self._tell(None, None)
        return [self._kept(ask.name, done[str(n)]) if str(n) in done else None for n, ask in enumerate(asks)]

    def _kept(self, name: str, run: Run) -> Proposal | None:
        if run.failure is not None:
            self.failed = True
            self.cautions.append(f"{name}: the solve failed, {run.failure.detail}")
        elif run.proposal is not None and run.proposal.bookings is not None:
            return run.proposal
        elif run.outcome == "finished":
            why = "rules that may not be broken contradict each other"
            none = run.proposal is None or run.proposal.run.status != "INFEASIBLE"
            self.cautions.append(f"{name}: {'no plan was found in the time' if none else f'there is no plan, {why}'}")
        return None

    def _tell(self, name: str | None, progress: Progress | None) -> None:
        if self.on_progress is not None:
            with self._lock:
                self.on_progress(StudyProgress(self.seconds, self._done, self._total, self._stage, name, progress))

    # --- what studies ask about plans

    def changed(self, ask: Ask) -> Portfolio:
        """The portfolio that was solved for it; raises ChangeInvalid."""
        return apply(ask.portfolio or self.portfolio, ask.changes)

    def difference(self, name: str, portfolio: Portfolio, proposal: Proposal) -> Difference:
        """A proposal of a changed portfolio against the base."""
        sides = [(AS_IT_STANDS, self.portfolio, self.plan), (name, portfolio, proposal)]
        return compare(sides, MOST_SENTENCES).differences[0]


def plan_in(tables: Tables, proposal: Proposal) -> Plan:
    """The plan of a proposal that has one."""
    return plan_from(tables, proposal.to_json())
