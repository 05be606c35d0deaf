"""Many machines: real workers, each a process, over a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from service import examples
from service.orders import Source, order
from service.queueing import rescue
from service.store import ENDED, Store, StoredRun
from solver.portfolio import parse
from solver.settings import Settings
from tests.service.hard import hard_portfolio

HARD, LONG = Source(parse(hard_portfolio()), None), Settings(seconds=120, workers=1)
EASY = Source(parse(examples.PORTFOLIO), None)


@pytest.fixture
def store(postgres_address: str) -> Iterator[Store]:
    """A new store in PostgreSQL."""
    opened = Store.open(postgres_address)
    yield opened
    opened.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the workers of the test log to."""
    return tmp_path / "log"


@pytest.fixture
def start(postgres_address: str, log: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a worker that counts as dead after two seconds; what is left of them is ended with the test."""
    env = {**os.environ, "STAFFING_DATABASE_URL": postgres_address}
    env |= {"STAFFING_WORKER_SECONDS": "2", "STAFFING_SOLVES_AT_ONCE": "1"}
    with ExitStack() as stack:
        told = stack.enter_context(log.open("a"))

        def begin() -> subprocess.Popen[bytes]:
            command = [Path(sys.executable).with_name("staffing"), "worker"]
            process = subprocess.Popen(command, env=env, stderr=told, stdout=subprocess.DEVNULL)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield begin


def until(store: Store, id: str, true: Callable[[StoredRun], bool]) -> StoredRun:
    """The run as soon as something is true of it."""
    watching = threading.Event()
    while not true(run := store.run(id)):
        watching.wait(0.05)
    return run


def test_a_run_and_its_task_are_one(store: Store) -> None:
    """Neither is there without the other; earlier turns go first, and a run that lost its task gets another."""
    runs = [store.add_run(order(EASY, by))[0] for by in ("ana", "ana", "bram")]
    tasks = text("SELECT args->>'run' FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id")
    with store.engine.connect() as connection:
        assert connection.scalars(tasks).all() == [runs[0].id, runs[2].id, runs[1].id]
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.commit()
    rescue(store, 20)
    rescue(store, 20)
    with store.engine.connect() as connection:
        assert sorted(connection.scalars(tasks)) == sorted(run.id for run in runs)


def test_runs_survive_their_workers(store: Store, start: Callable[[], subprocess.Popen[bytes]], log: Path) -> None:
    """What a paused or killed worker was at goes to another; who wakes up cannot write to it, and works on.

    One stopped in good order queues what it was at, which is not counted as lost; a run is cancelled on any host.
    Whoever was late says so in a line; nobody's log has a traceback.
    """
    first = start()
    run, _ = store.add_run(order(HARD, "ana", (), LONG))
    until(store, run.id, lambda one: one.progress is not None)
    first.send_signal(signal.SIGSTOP)
    second = start()
    again = until(store, run.id, lambda one: one.attempt == 2)
    assert (again.status, again.lost) == ("running", 1)
    first.send_signal(signal.SIGCONT)
    short, _ = store.add_run(order(EASY, "ana"))
    assert until(store, short.id, lambda one: one.status in ENDED).outcome == "OPTIMAL"
    assert (store.run(run.id).status, store.run(run.id).attempt) == ("running", 2)
    second.send_signal(signal.SIGKILL)
    assert until(store, run.id, lambda one: one.attempt == 3).lost == 2
    other, _ = store.add_run(order(HARD, "ana", (), LONG))
    store.cancel_run(run.id, "ana")
    assert until(store, run.id, lambda one: one.status in ENDED).status == "cancelled"
    until(store, other.id, lambda one: one.status == "running")
    first.send_signal(signal.SIGTERM)
    assert first.wait() == 0
    stopped = store.run(other.id)
    assert (stopped.status, stopped.lost) == ("queued", 0)
    told = log.read_text()
    assert told.count("its task was gone: the run is another worker's") == 1
    assert "Traceback" not in told
