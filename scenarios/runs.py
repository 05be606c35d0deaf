"""Runs: one solve of one scenario each, in a process of its own, with everything that is needed to repeat it.

A run can be stopped, and then keeps its best plan. It can crash, and then nothing else does. Its process is forked off
from one that has loaded the solver. The pipe between carries one `Task` to the child; from it pairs of a word and its
content: `begun`, `progress` many times, and in the end `finished` or `stopped` with the proposal or answer, or `error`
with the class of an exception and where it happened. Anything sent to it after its task is a stop.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import signal
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Pipe
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from scenarios import scenario
from scenarios.changes import Change, changes_to_json, parse_changes
from solver.faults import places, show
from solver.forkserver import Forkserver
from solver.limits import Limit
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.search import Progress
from solver.settings import Settings
from solver.versions import VERSIONS

__all__ = ["Failure", "Order", "Run", "RunHandle", "fingerprint", "run", "run_many", "start"]

#: reports of progress that a run keeps
MOST_POINTS = 200
#: seconds beyond its time limit, or after a stop, in which a run may load, build its model and explain a conflict
GRACE_SECONDS = 60.0
#: seconds of the clock allowed for each deterministic second of a repeatable solve
REPEATABLE_FACTOR = 20
#: how often `run_many` looks whether to stop
STOP_POLL = 0.02

#: what the process of a run is, and where it comes from: with it HiGHS is loaded, for the processes of its own
CHILD = "scenarios.child"
FORKSERVER = Forkserver(CHILD, "solver.strategies.highs")

Outcome = Literal["finished", "cancelled", "failed"]

log = logging.getLogger("staffing")


def _changes(given: Any) -> tuple[Change, ...]:
    there = isinstance(given, list | tuple) and all(isinstance(one, Change) for one in given)
    return tuple(given) if there else parse_changes(given)


class Failure(BaseModel):
    """Why a run has no proposal: its solve raised, or its process crashed, was killed, exited, or did not end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Literal["error", "crashed", "killed", "exited", "overdue"]
    detail: str


class Run(BaseModel):
    """One solve of one scenario; while it runs, `ended` and `outcome` are null.

    portfolio: SHA-256 of the portfolio before the changes. parent: the run whose plan it starts from. progress: the
    reports that tell most, at most 200. outcome: `finished` came to its end, whatever it found (see the proposal's
    `run.status`); `cancelled` was stopped, the proposal has the best plan until then, if there was one; `failed` has
    no proposal but a `failure`. answer: of a run that was asked a question instead. limits: what the plan had to keep
    besides the portfolio's own rules.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    portfolio: str
    changes: Annotated[
        tuple[Change, ...],
        BeforeValidator(_changes),
        PlainSerializer(changes_to_json, return_type=list[dict[str, Any]], when_used="json"),
    ]
    settings: Settings
    versions: dict[str, str]
    fingerprint: str
    parent: str | None
    started: datetime
    ended: datetime | None = None
    progress: tuple[Progress, ...] = ()
    outcome: Outcome | None = None
    failure: Failure | None = None
    proposal: Proposal | None = None
    limits: tuple[Limit, ...] = ()
    answer: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON; `Run.model_validate` of it gives the same run."""
        return self.model_dump(mode="json", by_alias=True)


class Asked(NamedTuple):
    """A question: `kind` says which function of `scenarios.questions` answers it, `data` is what it is asked."""

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What the child gets: the canonical JSON of the changed portfolio, settings, a proposal to start from, limits.

    asked: what to answer about the proposal instead of solving, see `scenarios.questions`.
    """

    portfolio: str
    settings: Settings
    earlier: Proposal | None
    limits: tuple[Limit, ...] = ()
    asked: Asked | None = None


class Order(NamedTuple):
    """A run to be made; `id` is made up where it is None."""

    portfolio: Portfolio
    changes: Sequence[Change] = ()
    settings: Settings = Settings()
    earlier: Run | Proposal | None = None
    id: str | None = None
    limits: tuple[Limit, ...] = ()


def fingerprint(
    portfolio: Portfolio,
    changes: Sequence[Change] = (),
    settings: Settings | None = None,
    earlier: Run | Proposal | None = None,
    limits: Sequence[Limit] = (),
) -> str:
    """The content hash of all that decides a repeatable run: what is solved, how, with what, and from which plan on.

    Not that of its proposal, which is of the changed portfolio: here the portfolio and its changes count each.
    """
    plan = _proposal_of(earlier)
    booked = None if plan is None else sorted((one.person, one.activity, one.hours) for one in plan.bookings or ())
    said: dict[str, Any] = {
        "scenario": scenario.fingerprint(portfolio, changes),
        "settings": (settings or Settings()).model_dump(mode="json"),
        "versions": VERSIONS,
        "earlier": booked,
    }
    if limits:
        said["limits"] = [limit.model_dump(mode="json") for limit in limits]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def start(
    portfolio: Portfolio,
    changes: Sequence[Change] = (),
    settings: Settings | None = None,
    earlier: Run | Proposal | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_end: Callable[[Run], None] | None = None,
    *,
    id: str | None = None,
    clock_seconds: float | None = None,
    limits: Sequence[Limit] = (),
    asked: Asked | None = None,
    before: Callable[[int], None] | None = None,
) -> RunHandle:
    """Start a run in a process of its own and come back at once; raises ChangeInvalid where a change cannot apply.

    earlier: a run or proposal of the portfolio before the changes, whose plan to start from. on_progress and on_end are
    called from a thread that belongs to the run; be quick in them. clock_seconds: when a run that has not ended by
    itself is killed as hung; by default well beyond the seconds of the settings. limits: what else the plan must keep.
    asked: a question to answer instead of solving; `earlier` is then the proposal that it is about. before: called with
    the id of the process before it has anything to do.
    """
    settings = settings or Settings()
    plan = _proposal_of(earlier)
    changed = scenario.apply(portfolio, changes)
    begun = Run(
        id=id or uuid.uuid4().hex,
        portfolio=portfolio.sha256(),
        changes=tuple(changes),
        settings=settings,
        versions=VERSIONS,
        fingerprint=fingerprint(portfolio, changes, settings, plan, limits),
        parent=earlier.id if isinstance(earlier, Run) and plan is not None else None,
        started=datetime.now(UTC),
        limits=tuple(limits),
    )
    if clock_seconds is None:
        clock_seconds = settings.seconds * (REPEATABLE_FACTOR if settings.repeatable else 1) + GRACE_SECONDS
    about = earlier.proposal if isinstance(earlier, Run) else earlier
    told = plan if asked is None else about  # a conflict is asked about as well, and has no plan
    task = Task(json.dumps(changed.canonical()), settings, told, tuple(limits), asked)
    return RunHandle(begun, task, clock_seconds, before, on_progress, on_end)


def run(
    portfolio: Portfolio,
    changes: Sequence[Change] = (),
    settings: Settings | None = None,
    earlier: Run | Proposal | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Run:
    """A run from its start to its end; see `start`. An exception that comes in between, such as Ctrl-C, ends it."""
    with start(portfolio, changes, settings, earlier, on_progress) as handle:
        return handle.result()


def run_many(
    orders: Iterable[Order],
    at_once: int | None = None,
    on_progress: Callable[[str, Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Run]:
    """Runs side by side, each given as soon as it has ended, which is not the order in which they were asked for.

    at_once: how many, by default as many as there are cores. on_progress gets the id of the run too, from several
    threads. `stop` cancels those that run, which are still given, and starts no more. Orders are taken as they come
    up, so they may be made while others run; ChangeInvalid is raised at the first that cannot apply. That, and giving
    up the iteration, ends those that run.
    """
    ended: queue.SimpleQueue[Run] = queue.SimpleQueue()
    stop = stop or threading.Event()
    waiting = iter(orders)
    running: dict[str, RunHandle] = {}

    def begin(order: Order) -> None:
        portfolio, changes, settings, earlier, name, limits = Order(*order)
        name = name or uuid.uuid4().hex
        tell = None if on_progress is None else lambda progress: on_progress(name, progress)
        running[name] = start(portfolio, changes, settings, earlier, tell, ended.put, id=name, limits=limits)

    try:
        while True:
            while len(running) < (at_once or os.cpu_count() or 1) and not stop.is_set():
                order = next(waiting, None)
                if order is None:
                    break
                begin(order)
            if not running:
                return
            done = _first(ended, running, stop)
            del running[done.id]
            yield done
    finally:
        for handle in running.values():
            handle.close()


def _first(ended: queue.SimpleQueue[Run], running: Mapping[str, RunHandle], stop: threading.Event) -> Run:
    """The next to end; all are cancelled as soon as `stop` is set."""
    while True:
        if stop.is_set():
            for handle in running.values():
                handle.cancel()
        with suppress(queue.Empty):
            return ended.get(timeout=STOP_POLL)


class RunHandle:
    """A run that has been started; in a `with` statement it is ended at the latest when the block is left."""

    def __init__(
        self,
        begun: Run,
        task: Task,
        clock_seconds: float,
        before: Callable[[int], None] | None,
        on_progress: Callable[[Progress], None] | None,
        on_end: Callable[[Run], None] | None,
    ) -> None:
        self._run, self._task = begun, task
        self._before, self._on_progress, self._on_end = before, on_progress, on_end
        self._points: list[Progress] = []
        #: of what follows, and of the process's end
        self._lock = threading.Lock()
        self._solving = self._stopped = self._over = False
        #: why this process killed the other, if it did
        self._killed: Literal["cancelled", "overdue"] | None = None
        self._ended = threading.Event()
        self._here, there = Pipe()
        self._process = FORKSERVER.fork(CHILD, there)
        self._clock = self._kill_after(clock_seconds)
        threading.Thread(target=self._watch, name=f"run {begun.id}", daemon=True).start()

    @property
    def id(self) -> str:
        """The run's id."""
        return self._run.id

    @property
    def pid(self) -> int:
        """The id of the process that solves."""
        return self._process.pid

    @property
    def solving(self) -> bool:
        """Whether its process has loaded and begun to solve; before that, a cancelled run has nothing to keep."""
        return self._solving

    @property
    def run(self) -> Run:
        """The run as it is now."""
        return self._run if self._ended.is_set() else self._run.model_copy(update={"progress": tuple(self._points)})

    def result(self, timeout: float | None = None) -> Run:
        """The run once it has ended; raises TimeoutError if it has not within the seconds given."""
        if not self._ended.wait(timeout):
            raise TimeoutError(f"run {self.id} has not ended within {timeout} seconds")
        return self._run

    def cancel(self) -> None:
        """Stop and keep the best plan. It is heard at once while a solver searches, else at the next opportunity."""
        with self._lock:
            if not self._solving:
                self._kill("cancelled")  # there is no plan yet, so nothing to wait for
            elif not self._over and not self._stopped:
                self._stopped = True
                self._clock.cancel()
                self._clock = self._kill_after(GRACE_SECONDS)
                with suppress(OSError):  # it has just ended
                    self._here.send(None)

    def close(self) -> None:
        """End the process, if it has not ended, without keeping anything, and wait until it is gone."""
        with self._lock:
            self._kill("cancelled")
        self._ended.wait()

    def __enter__(self) -> RunHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _kill(self, why: Literal["cancelled", "overdue"]) -> None:
        """End the process, unless it has ended; the lock is held."""
        if not self._over:
            self._killed = self._killed or why
            self._process.kill()

    def _kill_after(self, seconds: float) -> threading.Timer:
        def kill() -> None:
            with self._lock:
                self._kill("overdue")

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        return timer

    def _watch(self) -> None:
        """Hand over the task, pass progress on, and see the process to its end."""
        word: str = ""
        content: Any = None
        try:
            pid = self._process.pid
            if self._before is not None:
                self._before(pid)
            self._here.send(self._task)
            while word not in ("finished", "stopped", "error"):
                word, content = self._here.recv()
                if word == "begun":
                    with self._lock:
                        self._solving = True
                elif word == "progress":
                    self._tell(content)
        except (EOFError, ConnectionError, ProcessLookupError):
            word = ""  # the process is gone
        except Exception as error:  # noqa: BLE001 - whatever it is, such as a bound that the system refuses, a run has an end
            show(error)
            word, content = "error", places(error)
        with self._lock:
            self._over = True
            self._clock.cancel()
            if word:
                self._process.kill()  # its answer is all that was wanted
        code = self._process.wait()
        self._here.close()
        self._end(word, content, code)

    def _tell(self, progress: Progress) -> None:
        remember(self._points, progress)
        if self._on_progress is not None:
            try:
                self._on_progress(progress)
            except Exception as error:  # noqa: BLE001 - the run goes on
                log.error("the progress of run %s could not be passed on", self.id, extra=places(error))

    def _end(self, word: str, content: Any, code: int) -> None:
        said: dict[str, Any] = {"ended": datetime.now(UTC), "progress": tuple(self._points)}
        if word in ("finished", "stopped"):
            said |= {"outcome": "finished" if word == "finished" else "cancelled"}
            said["proposal" if isinstance(content, Proposal) else "answer"] = content
        elif not word and self._killed == "cancelled":
            said["outcome"] = "cancelled"
        else:
            failure = self._failure(word, content, code)
            said |= {"outcome": "failed", "failure": failure}
            where = content if word == "error" else {}
            log.error("run %s failed: %s", self.id, failure.detail, extra=where)
        self._run = self._run.model_copy(update=said)
        self._ended.set()
        if self._on_end is not None:
            self._on_end(self._run)

    def _failure(self, word: str, content: Any, code: int) -> Failure:
        if word == "error":
            return Failure(code="error", detail=f"a fault of ours ({content['error']})")
        if self._killed == "overdue":
            return Failure(code="overdue", detail="the process did not end long after its time was up and was killed")
        if code >= 0:
            return Failure(code="exited", detail=f"the process ended by itself with exit code {code}")
        if -code == signal.SIGKILL:
            return Failure(code="killed", detail="the process was killed, as the system does when memory runs out")
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return Failure(code="crashed", detail=f"the process ended with {name}")


def _proposal_of(earlier: Run | Proposal | None) -> Proposal | None:
    """The proposal to start from, if there is one and it has a plan."""
    proposal = earlier.proposal if isinstance(earlier, Run) else earlier
    return None if proposal is None or proposal.bookings is None else proposal


def remember(points: list[Progress], latest: Progress) -> None:
    """Add a report; beyond the most that are kept, one that lies close between its neighbours goes, early ones last."""
    points.append(latest)
    if len(points) > MOST_POINTS:
        spread = [
            (after.seconds - before.seconds) / max(after.seconds, 1e-9)
            for before, after in zip(points, points[2:], strict=False)
        ]
        del points[1 + spread.index(min(spread))]
