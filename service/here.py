"""Runs on this machine: as many at once as the settings say, the rest queued in the store."""

from __future__ import annotations

import fcntl
import logging
import threading
from pathlib import Path
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

from service import metrics
from service.execution import Execution
from service.problems import log_fault
from service.settings import ServiceSettings
from service.store import Store, StoredRun

#: how often the queue is looked at when nobody says that there is something in it
LOOK_SECONDS = 1.0

log = logging.getLogger("staffing")


class InUse(Exception):
    """Another process executes the runs of this store."""


def hold(store: Store) -> IO[str]:
    """Hold the runs of a store in a file until what is given is closed, or this process dies; raises InUse."""
    database = store.engine.url.database
    assert database is not None
    held = Path(f"{database}.lock").open("w")  # noqa: SIM115  held until the end
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise InUse(f"{database} is in use by another process; a store in a file has one at a time.") from None
    return held


class Here:
    """Takes runs up and executes them in threads, each with a process of its own, from `start` to `close`."""

    def __init__(self, store: Store, settings: ServiceSettings) -> None:
        self.store, self.settings = store, settings
        self._giving_up, self._awake = threading.Event(), threading.Event()
        self._running: dict[str, threading.Thread] = {}
        #: whether a run may have been taken up without our knowing, since the store went away in the middle of it
        self._in_doubt = True
        self._held: IO[str] | None = None
        self._dispatcher = threading.Thread(target=self._dispatch, name="runs", daemon=True)

    def start(self) -> None:
        """Begin, first of all with what was running when the last process ended; raises InUse."""
        self._held = hold(self.store)
        self._dispatcher.start()

    def wake(self) -> None:
        """Say that there is something in the queue."""
        self._awake.set()

    def close(self) -> None:
        """End; runs that are not done are queued again, for the next start."""
        self._giving_up.set()
        self._awake.set()
        if self._dispatcher.is_alive():
            self._dispatcher.join()
        for thread in list(self._running.values()):
            thread.join()
        if self._held is not None:
            self._held.close()

    def _dispatch(self) -> None:
        while not self._giving_up.is_set():
            self._awake.clear()
            try:
                self._requeue_lost()
                while len(self._running) < self.settings.solves_at_once and not self._giving_up.is_set():
                    run = self.store.claim_run()
                    if run is None:
                        break
                    self._begin(run)
            except SQLAlchemyError as error:
                log.error("the queue cannot be read", extra={"error": type(error).__name__})
                self._in_doubt = True
            except Exception as error:  # noqa: BLE001 - such as no room for another thread: the queue goes on
                log_fault("taking up a run", error)
                self._in_doubt = True
            self._awake.wait(LOOK_SECONDS)

    def _requeue_lost(self) -> None:
        """Queue again what is running in the store, and not here."""
        if self._in_doubt:
            self._in_doubt = False  # before looking: what is doubted from now on is looked at the next time
            for run in self.store.requeue_lost(keep=list(self._running)):
                metrics.LOST.inc()
                log.warning("it was running and nobody was at it; it is %s", run.status, extra={"run": run.id})

    def _begin(self, run: StoredRun) -> None:
        def execute() -> None:
            doubtful = False
            try:
                Execution(self.store, self.settings, run, self._giving_up).see_through()
            except Exception as error:  # noqa: BLE001 - the run is looked after again
                log_fault(f"executing run {run.id}", error)
                doubtful = True
            finally:
                del self._running[run.id]
                if doubtful:  # now that it does not count as running here
                    self._in_doubt = True
                self._awake.set()

        thread = self._running[run.id] = threading.Thread(target=execute, name=f"run {run.id}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            del self._running[run.id]
            raise
