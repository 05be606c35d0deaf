"""Runs in the background of one process: what they do when they are stopped, when they crash, and when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from service import examples
from service.execution import POLITE
from service.here import InUse
from service.orders import Source, order
from service.problems import Busy
from service.settings import ServiceSettings
from service.store import ENDED, Store, StoredRun
from service.work import Work
from solver.portfolio import parse
from solver.proposal import Proposal
from solver.settings import Settings
from tests.service.hard import hard_portfolio

HARD, LONG = Source(parse(hard_portfolio()), None), Settings(seconds=60, workers=1)
EASY = Source(parse(examples.PORTFOLIO), None)


@pytest.fixture
def store(sqlite_address: str) -> Iterator[Store]:
    """A new store in a file."""
    opened = Store.open(sqlite_address)
    yield opened
    opened.close()


def settings(store: Store, **more: object) -> ServiceSettings:
    """One run at a time."""
    return ServiceSettings.model_validate({"solves_at_once": 1, **more})


def until(store: Store, id: str, true: Callable[[StoredRun], bool]) -> StoredRun:
    """The run as soon as something is true of it."""
    watching = threading.Event()
    while not true(run := store.run(id)):
        watching.wait(0.02)
    return run


def ended(store: Store, id: str) -> StoredRun:
    """The run as soon as it has ended."""
    return until(store, id, lambda run: run.status in ENDED)


def test_a_run_is_solved_and_tells_how_far_it_is(store: Store) -> None:
    """It ends with a proposal that names the revision it is of, after events in order."""
    work = Work(settings(store), store)
    stored, portfolio = store.portfolio("adviesbureau")
    run, _ = work.add_run(order(Source(portfolio, stored), "ana", (), Settings(seconds=2)))
    done = ended(store, run.id)
    work.close()
    proposal = Proposal.model_validate_json(store.run_result(run.id) or "")
    assert (done.status, done.outcome) == ("finished", proposal.run.status)
    assert (proposal.portfolio.id, proposal.portfolio.revision) == ("adviesbureau", 1)
    events = [one.event for one in store.events(run.id)]
    assert (events[:2], events[-1]) == (["queued", "running"], "finished")
    assert set(events[2:-1]) == {"progress"}
    assert done.progress is not None
    assert done.progress["best"] is not None


def test_a_run_that_is_cancelled_keeps_its_best_plan(store: Store) -> None:
    """Cancelling reaches the solver; what it had found by then is the proposal."""
    work = Work(settings(store), store)
    run, _ = work.add_run(order(HARD, "ana", (), LONG))
    until(store, run.id, lambda one: bool(one.progress and one.progress["best"] is not None))
    store.cancel_run(run.id, "ana")
    assert ended(store, run.id).status == "cancelled"
    work.close()
    assert Proposal.model_validate_json(store.run_result(run.id) or "").bookings


def test_a_solver_that_is_killed_again_and_again_fails_its_run_alone(store: Store) -> None:
    """It gives way to whoever reads. Its run is queued again three times, then says why not; the next one is solved."""
    work = Work(settings(store), store)
    run, _ = work.add_run(order(HARD, "ana", (), LONG))
    for attempt in range(1, 5):
        until(store, run.id, lambda one, attempt=attempt: one.attempt == attempt and one.progress is not None)
        server = subprocess.check_output(["pgrep", "-P", str(os.getpid()), "-f", "forkserver.*scenarios.child"])
        child = int(subprocess.check_output(["pgrep", "-P", server.decode().strip()]))
        if sys.platform == "linux":
            assert (os.getpriority(os.PRIO_PROCESS, child), os.sched_getscheduler(child)) == (POLITE, os.SCHED_BATCH)
        os.kill(child, signal.SIGKILL)
    failed = ended(store, run.id)
    assert (failed.status, failed.lost) == ("failed", 4)
    assert failed.failure is not None
    assert failed.failure["code"] == "lost"
    assert failed.failure["detail"].endswith("its solver was killed")
    after, _ = work.add_run(order(EASY, "ana", (), LONG))
    assert ended(store, after.id).outcome == "OPTIMAL"
    work.close()


def test_what_was_queued_or_running_goes_on_after_the_service_ended(store: Store) -> None:
    """Ended in good order nothing is lost, and a run whose process vanished is told to have lost it."""
    work = Work(settings(store), store)
    first, _ = work.add_run(order(HARD, "ana", (), LONG))
    second, _ = work.add_run(order(EASY, "ana"))
    until(store, first.id, lambda one: one.status == "running")
    work.close()
    assert [(one.status, one.lost) for one in store.runs().items] == [("queued", 0)] * 2
    store.claim_run(second.id)  # as a process did that is gone
    work = Work(settings(store), store)
    until(store, first.id, lambda one: one.status == "running")
    store.cancel_run(first.id, "ana")
    done = ended(store, second.id)
    work.close()
    assert (done.status, done.lost, done.attempt) == ("finished", 1, 2)


def test_a_file_has_one_process_at_a_time(store: Store) -> None:
    """A second one is refused, until the first has ended."""
    work = Work(settings(store), store)
    with pytest.raises(InUse):
        Work(settings(store), store)
    work.close()
    Work(settings(store), store).close()


def test_more_runs_than_may_wait_are_refused(store: Store) -> None:
    """One runs, one waits, the third is told when to come back."""
    work = Work(settings(store, solves_waiting=1), store)
    first, _ = work.add_run(order(HARD, "ana", (), LONG))
    until(store, first.id, lambda one: one.status == "running")
    work.add_run(order(EASY, "ana"))
    with pytest.raises(Busy, match="1 runs are waiting") as refused:
        work.add_run(order(EASY, "bram"))
    assert refused.value.headers == {"Retry-After": "10"}
    work.close()


def test_a_repeatable_solve_is_bound_by_the_clock_too(store: Store) -> None:
    """Its seconds are not those of the clock; the service's limit is."""
    work = Work(settings(store, solve_seconds=1), store)
    run, _ = work.add_run(order(HARD, "ana", (), Settings(seconds=600, repeatable=True)))
    done = ended(store, run.id)
    work.close()
    assert (done.status, done.outcome in ("FEASIBLE", "NONE")) == ("finished", True)


def test_a_request_waits_no_longer_than_it_said(store: Store) -> None:
    """It gets the run as it is when the time is up."""
    work = Work(settings(store), store)
    run, _ = work.add_run(order(HARD, "ana", (), LONG))
    assert asyncio.run(work.ended(run.id, 0.01)).status in ("queued", "running")
    store.cancel_run(run.id, "ana")
    assert asyncio.run(work.ended(run.id, 60)).status == "cancelled"
    work.close()
