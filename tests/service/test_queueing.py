"""Many machines: real workers, each a process, over a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from service import examples
from service.orders import Source, order
from service.problems import is_away
from service.rescue import Rescue
from service.store import ENDED, Store, StoredRun
from solver.portfolio import parse
from solver.settings import Settings
from tests.service.hard import hard_portfolio
from tests.service.postgres import Postgres

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
    for _ in range(2):
        Rescue(store, 20).look()
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


def test_a_clock_that_is_set_makes_nobody_dead(store: Store) -> None:
    """A sign of life from tomorrow or of yesterday counts as one; one that stays the same for too long does not."""
    run, _ = store.add_run(order(EASY, "ana"))
    store.claim_run(run.id)
    with store.writing() as connection:
        worker = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 day') RETURNING id"
        taken = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :id")
        connection.execute(taken, {"id": connection.scalar(text(worker))})
    patient, strict = Rescue(store, 3600), Rescue(store, 0)
    for moment in ("now() - interval '1 day'", "now() + interval '1 day'", "now()"):
        with store.writing() as connection:
            connection.execute(text(f"UPDATE procrastinate_workers SET last_heartbeat = {moment}"))
        assert patient.look() == strict.look() == []
    assert [(one.status, one.lost) for one in strict.look()] == [("queued", 1)]


def test_a_task_that_nobody_has_is_given_out_again(store: Store) -> None:
    """Fetched by a worker that lives and never heard of it, since the answer was lost: another task is written."""
    run, _ = store.add_run(order(EASY, "ana"))
    with store.writing() as connection:
        worker = connection.scalar(text("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"))
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :id"), {"id": worker})
    rescue = Rescue(store, 0)
    rescue.look()
    with store.writing() as connection:
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = clock_timestamp()"))
    rescue.look()
    with store.reading() as connection:
        assert connection.scalars(text("SELECT status::text FROM procrastinate_jobs")).all() == ["todo"]
    assert store.run(run.id).status == "queued"


def test_a_solve_outlives_its_database(
    postgres: Postgres, store: Store, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """The database is killed and comes back: the run is not begun anew, and its worker still counts as alive."""
    start()
    run, _ = store.add_run(order(HARD, "ana", (), LONG))
    until(store, run.id, lambda one: one.progress is not None)
    postgres.stop("immediate")
    postgres.start()
    beats = text("SELECT max(last_heartbeat) FROM procrastinate_workers")
    seen = set()
    while len(seen) < 8:  # twice as many as a worker misses that counts as dead
        with store.reading() as connection:
            seen.add(connection.scalar(beats))
    store.cancel_run(run.id, "ana")
    done = until(store, run.id, lambda one: one.status in ENDED)
    assert (done.status, done.attempt, done.lost) == ("cancelled", 1, 0)


def test_who_is_paused_in_the_middle_holds_nobody_up(postgres_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction in which nothing happens is ended, so that what it holds is free."""
    monkeypatch.setattr("service.store.engine.HELD_SECONDS", 1)
    store = Store.open(postgres_address)
    with store.engine.connect() as paused:
        paused.execute(text("SELECT pg_advisory_xact_lock(1)"))  # what a run is queued under
        added = False
        while not added:
            with suppress(OperationalError):  # it had to wait too long
                _, added = store.add_run(order(EASY, "ana"))
        with pytest.raises(DBAPIError) as told:
            paused.execute(text("SELECT 1"))
        assert is_away(told.value)
        paused.invalidate()
    store.close()
