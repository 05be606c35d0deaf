"""Runs on many machines: PostgreSQL holds the queue, procrastinate hands it out, `staffing worker` executes.

A task carries the id of its run and nothing else; what a run is and how it stands is in the store alone. Whoever queues
a run writes its task in the same transaction. Workers are watched by their heartbeat: what a dead one was at is queued
again, and a worker that was only slow finds that its attempt is over (see `service.store.runs`).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from contextlib import suppress

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg import OperationalError
from psycopg.errors import RaiseException
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from service import metrics
from service.execution import Execution
from service.settings import ServiceSettings
from service.store import Store, StoredRun
from service.store.engine import libpq
from service.store.tasks import QUEUE, TASK, enqueue

#: how long to wait before a worker whose database went away begins again
RESTART_SECONDS = 1.0
#: any number that nobody else uses: one worker at a time rescues
RESCUING = 0x57AFE

log = logging.getLogger("staffing")


def rescue(store: Store, dead_seconds: float) -> list[StoredRun]:
    """Queue again what workers were at that have been silent for so long, and what has no task; the runs changed."""
    with store.writing() as connection:
        if not connection.scalar(select(func.pg_try_advisory_xact_lock(RESCUING))):
            return []
        dead = text(
            "DELETE FROM procrastinate_jobs WHERE id IN (SELECT job.id FROM procrastinate_jobs job"
            " LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id"
            " WHERE job.status = 'doing' AND job.queue_name = :queue AND (worker.id IS NULL"
            " OR worker.last_heartbeat < now() - make_interval(secs => :seconds)))"
        )
        connection.execute(dead, {"queue": QUEUE, "seconds": dead_seconds})
        orphans = text(
            "SELECT id, status FROM runs WHERE status IN ('queued', 'running') AND NOT EXISTS (SELECT 1"
            " FROM procrastinate_jobs job WHERE job.queue_name = :queue AND job.args->>'run' = runs.id"
            " AND job.status IN ('todo', 'doing')) ORDER BY number"
        )
        found = connection.execute(orphans, {"queue": QUEUE}).all()
        for id, status in found:
            if status == "queued":
                enqueue(connection, store.run_in(connection, id))
        return store.requeue_lost([id for id, status in found if status == "running"], connection=connection)


class Jobs(JobManager):
    """Procrastinate's manager of tasks, for which a task that somebody rescued in the meantime is no fault."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Say that a task is done, where it is there still."""
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            log.info("its task was gone: the run is another worker's", extra={"run": job.task_kwargs.get("run")})


class Worker:
    """Executes runs of a store until it is told to stop."""

    def __init__(self, store: Store, settings: ServiceSettings) -> None:
        self.store, self.settings = store, settings
        self._giving_up = threading.Event()

    def work(self) -> None:
        """Work until SIGINT or SIGTERM; what is not done by then is queued again."""
        asyncio.run(self._work())

    async def _work(self) -> None:
        stopping = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
        rescuing = asyncio.create_task(self._rescue())
        try:
            while not stopping.is_set():
                await self._until(stopping)
        finally:
            rescuing.cancel()

    async def _until(self, stopping: asyncio.Event) -> None:
        """One life of procrastinate's worker, which ends by itself when the database goes away."""
        ended = asyncio.create_task(stopping.wait())
        try:
            async with self._app().open_async() as app:
                working = asyncio.create_task(
                    app.run_worker_async(
                        queues=[QUEUE],
                        concurrency=self.settings.solves_at_once,
                        listen_notify=False,  # a listener that lost its connection is not noticed
                        fetch_job_polling_interval=1,
                        abort_job_polling_interval=0.5,
                        update_heartbeat_interval=self.settings.worker_seconds / 4,
                        stalled_worker_timeout=self.settings.worker_seconds,
                        delete_jobs="always",
                        install_signal_handlers=False,
                    )
                )
                await asyncio.wait({working, ended}, return_when=asyncio.FIRST_COMPLETED)
                if stopping.is_set():
                    self._giving_up.set()
                    working.cancel()
                with suppress(asyncio.CancelledError):
                    await working
        except (ConnectorException, OperationalError, OSError) as error:
            log.error("the database is away", extra={"error": type(error).__name__})
        finally:
            ended.cancel()
        if not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), RESTART_SECONDS)

    def _app(self) -> App:
        connector = PsycopgConnector(
            conninfo=libpq(self.store.engine), min_size=1, max_size=self.settings.solves_at_once + 4
        )
        app = App(connector=connector)
        app.job_manager = Jobs(connector)
        app.task(name=TASK, queue=QUEUE)(self._execute)
        return app

    async def _execute(self, run: str) -> None:
        """What procrastinate calls: nothing is to be done where the run was cancelled, or is somebody else's."""
        await asyncio.to_thread(self._see_through, run)

    def _see_through(self, id: str) -> None:
        try:
            claimed = None if self._giving_up.is_set() else self.store.claim_run(id)
            if claimed is not None:
                Execution(self.store, self.settings, claimed, self._giving_up).see_through()
        except SQLAlchemyError as error:  # the rescue finds the run
            log.error("it could not be executed", extra={"run": id, "error": type(error).__name__})

    async def _rescue(self) -> None:
        while True:
            try:
                for run in await asyncio.to_thread(rescue, self.store, self.settings.worker_seconds):
                    metrics.LOST.inc()
                    log.warning("its worker died; it is %s", run.status, extra={"run": run.id})
            except SQLAlchemyError as error:
                log.error("nothing can be rescued now", extra={"error": type(error).__name__})
            await asyncio.sleep(self.settings.worker_seconds / 4)
