"""Seeing a run to its end: the one way in which runs are executed, on this machine and on workers.

A run is taken up in the store, solved in a process of its own, and written back. Where that process is killed from
outside the run is queued again, as where the worker dies. Between the two stands its attempt:
where somebody else has taken the run up in the meantime, nothing more is written and the process is ended.
"""

from __future__ import annotations

import json
import logging
import math
import os
import resource
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from opentelemetry import trace
from sqlalchemy.exc import SQLAlchemyError

from scenarios import runs
from scenarios.changes import parse_changes
from scenarios.scenario import apply
from service import metrics
from service.logs import WORKER, about
from service.problems import is_away, log_fault
from service.settings import ServiceSettings
from service.store import Fenced, Status, Store, StoredRun
from service.tracing import span_of
from solver.portfolio import Portfolio, parse_json
from solver.proposal import PortfolioRef, Proposal
from solver.settings import Settings

#: how often a running run is looked after: whether it is to stop, and how far it is
LOOK_SECONDS = 0.5
#: reports of progress are kept at least that part of the elapsed time apart, so that a long run has not too many
PROGRESS_SHARE = 0.01
#: how much less urgent a solve is than whoever reads meanwhile (nice): a request waits no turn for it
POLITE = 5
#: how often writing the end of a run is tried again while the store is away
RETRY_SECONDS = 1.0

log = logging.getLogger("staffing")


@dataclass(frozen=True)
class End:
    """What a run came to, as it is stored."""

    status: Status
    result: str | None = None
    outcome: str | None = None
    failure: dict[str, str] | None = None


class Execution:
    """One attempt at a run that was taken up; `see_through` does it."""

    def __init__(self, store: Store, settings: ServiceSettings, run: StoredRun, giving_up: threading.Event) -> None:
        """giving_up: set when this process ends: the run is then queued again."""
        self.store, self.settings, self.run, self.giving_up = store, settings, run, giving_up
        self._latest: Any = None  # of a solve `Progress`, of a study `StudyProgress`
        self._told_at = 0.0
        self._began = time.monotonic()
        self._wanted = self._timed_out = False  # whether it was stopped, by somebody or since its time was up
        self._captured: float | None = None  # share of the value, of a proposal

    def see_through(self) -> None:
        """Execute the run; comes back when it has ended, was given up, or was taken up by somebody else."""
        run = self.run
        with about(run=run.id, attempt=run.attempt, worker=WORKER), span_of(run.kind) as span:
            span.set_attributes({"staffing.run": run.id, "staffing.attempt": run.attempt, "staffing.worker": WORKER})
            metrics.taken_up(run)
            self._see_through()

    def _see_through(self) -> None:
        log.info("the %s begins", self.run.kind)
        try:
            end = self._came_to()
        except Fenced:
            log.warning("it was taken up by somebody else; this attempt is given up")
            return
        except SQLAlchemyError:
            raise  # the store went away before there was anything to keep: whoever took the run up sees to it
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has to end
            log_fault("the run", error)
            detail = f"a fault of ours ({type(error).__name__}); the server's log says where"
            end = End("failed", failure={"code": "error", "detail": detail})
        if end is not None:
            self._end(end)

    def _came_to(self) -> End | None:
        """Solve it; None where the run is queued again."""
        run = self.run
        portfolio, earlier = portfolio_of(self.store, run), proposal_of(self.store, run.parent)
        with runs.start(
            portfolio,
            parse_changes(run.changes),
            Settings.model_validate(run.settings),
            earlier,
            self._note,
            id=run.id,
            clock_seconds=self.settings.study_seconds + runs.GRACE_SECONDS if run.kind == "study" else None,
            asked=None if run.kind == "solve" else runs.Asked(run.kind, run.asked),
            before=self._held_back,
        ) as handle:
            done = self._watched(handle)
        if done is None:
            self.store.release_run(run.id, run.attempt)
            return None
        if done.failure is not None and done.failure.code == "killed":
            lost = self.store.lose_run(run.id, run.attempt, "its solver was killed")
            metrics.LOST.inc()
            log.warning("its solver was killed; it is %s", lost.status)
            return None
        return self._ended_as(done)

    def _watched(self, handle: runs.RunHandle) -> runs.Run | None:
        """The run once it has ended, stopped if somebody asks for it or its time is up; None where it is given up."""
        most, began = self._most_seconds(), 0.0
        while True:
            with suppress(TimeoutError):
                return handle.result(LOOK_SECONDS)
            if self.giving_up.is_set():
                handle.close()
                return None
            with suppress(SQLAlchemyError):  # the store is away: go on, and tell it later
                if not self._wanted and self.store.is_cancelling(self.run.id, self.run.attempt):
                    self._wanted = True
                    handle.cancel()
                    log.info("it is being stopped")
                self._tell()
            if handle.solving and not self._timed_out:
                began = began or time.monotonic()
                if time.monotonic() - began > most:
                    self._timed_out = True
                    handle.cancel()

    def _most_seconds(self) -> float:
        """After how many seconds of the clock the run is stopped here, if it does not see to that itself.

        The seconds of a repeatable solve are not those of the clock, and a study is many solves.
        """
        if self.run.kind == "study":
            return self.settings.study_seconds
        return self.settings.solve_seconds if self.run.settings.get("repeatable") else math.inf

    def _ended_as(self, done: runs.Run) -> End:
        """What is stored of a run that has ended; one whose time was up has finished, if nobody stopped it too."""
        stopped = done.outcome == "cancelled" and (self._wanted or not self._timed_out)
        status: Status = "cancelled" if stopped else "finished"
        if done.answer is not None:
            told = of_revision(done.answer, self.run.revision)
            return End(status, json.dumps(told, ensure_ascii=False), _outcome(done.answer))
        if done.proposal is None:
            failure = None if done.failure is None else done.failure.model_dump()
            return End(done.outcome or "failed", failure=failure)
        portfolio = done.proposal.portfolio.model_copy(update={"revision": self.run.revision or 1})
        proposal = done.proposal.model_copy(update={"portfolio": portfolio, "scenario": self.run.scenario})
        self._captured = proposal.run.value_captured
        return End(status, proposal.model_dump_json(by_alias=True), proposal.run.status)

    def _held_back(self, pid: int) -> None:
        """Let the run's process give way, and bound its memory, with all threads and processes that it will start."""
        _bound(pid, self.settings.solve_bytes)
        _be_polite(pid)

    def _note(self, progress: Any) -> None:
        self._latest = progress

    def _note_end(self, end: End) -> None:
        log.info("the %s ended", self.run.kind, extra={"status": end.status, "outcome": end.outcome})
        seconds = time.monotonic() - self._began
        metrics.ended(self.run, end.status, end.outcome, seconds, self._captured)
        trace.get_current_span().set_attributes({"staffing.status": end.status, "staffing.outcome": end.outcome or ""})

    def _tell(self) -> None:
        """Pass the latest progress on, if there is any; raises Fenced."""
        progress = self._latest
        if progress is not None and progress.seconds >= self._told_at * (1 + PROGRESS_SHARE):
            self._latest = None
            self._told_at = progress.seconds
            self.store.tell_progress(self.run.id, self.run.attempt, asdict(progress))

    def _end(self, end: End) -> None:
        """Write the end, however long that takes: only the end of this process comes before."""
        while True:
            try:
                self.store.end_run(self.run.id, self.run.attempt, end.status, end.result, end.outcome, end.failure)
                self._note_end(end)
                return
            except Fenced:
                log.warning("it was taken up by somebody else; its end is not written")
                return
            except SQLAlchemyError as error:
                if not is_away(error):  # it would be refused again and again
                    log_fault("writing the end of a run", error)
                    detail = "what came of it cannot be stored; the server's log says why"
                    end = End("failed", failure={"code": "error", "detail": detail})
                    continue
                log.error("its end cannot be written", extra={"error": type(error).__name__})
                if self.giving_up.wait(RETRY_SECONDS):
                    return


def portfolio_of(store: Store, run: StoredRun) -> Portfolio:
    """The portfolio of a run, before its changes."""
    if run.revision is not None:
        return store.portfolio(run.portfolio, run.revision)[1]
    content = store.run_content(run.id)
    assert content is not None
    return parse_json(content)


def changed_portfolio(store: Store, run: StoredRun) -> Portfolio:
    """The portfolio that a run solved: with its changes."""
    return apply(portfolio_of(store, run), parse_changes(run.changes))


def proposal_of(store: Store, id: str | None) -> Proposal | None:
    """The proposal of a run, if it has one."""
    text = None if id is None else store.run_result(id)
    return None if text is None else Proposal.model_validate_json(text)


def of_revision(data: Any, revision: int | None) -> Any:
    """What a solve told, of that revision of its portfolio wherever it says which; None is of one that is not stored.

    The solver knows of no store, and calls every revision 1.
    """
    if revision is None:
        return data
    if isinstance(data, list):
        return [of_revision(one, revision) for one in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == PortfolioRef.model_fields.keys():
        return {**data, "revision": revision}
    return {name: of_revision(one, revision) for name, one in data.items()}


def _outcome(answer: dict[str, Any]) -> str | None:
    """What an answer came to, in its own word."""
    return next((answer[name] for name in ("outcome", "status") if isinstance(answer.get(name), str)), None)


def _be_polite(pid: int) -> None:
    """Let a process that has nothing to do yet give way."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError):
            os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, pid, POLITE)


def _bound(pid: int, most_bytes: int) -> None:
    """Bound the memory of a process, where the system can."""
    if hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_AS, (most_bytes, most_bytes))
