"""Runs on many machines: PostgreSQL holds the queue, procrastinate hands it out, `staffing worker` executes.

A task carries the id of its run and nothing else; what a run is and how it stands is in the store alone. Whoever queues
a run writes its task in the same transaction. What dead workers were at is queued again (see `service.rescue`), and a
worker that was only slow finds that its attempt is over (see `service.store.runs`).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg import OperationalError
from psycopg.errors import RaiseException
from sqlalchemy.exc import SQLAlchemyError

from service import metrics
from service.execution import Execution
from service.problems import log_fault
from service.rescue import Rescue
from service.settings import ServiceSettings
from service.store import Store
from service.store.engine import libpq, manners
from service.store.tasks import QUEUE, TASK

#: how long to wait before asking a database again that went away
AGAIN_SECONDS = 1.0
#: procrastinate tells dead workers by the database's clock, which may be set; that is left to `service.rescue`
NEVER = 100 * 365 * 86400.0

log = logging.getLogger("staffing")


class Patient(PsycopgConnector):
    """Asks again where the database is away.

    Procrastinate's worker would end, and wait for all its tasks before: for as long as they take it would neither give
    a sign of life nor take up others.
    """

    def __init__(self, stopping: asyncio.Event, **more: Any) -> None:
        """stopping: set when the worker is to end: then nothing is asked again."""
        super().__init__(**more)
        self._stopping = stopping

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """A query without an answer."""
        await self._until_there(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """A query with one row."""
        row: dict[str, Any] = await self._until_there(super().execute_query_one_async, query, arguments)
        return row

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """A query with rows."""
        rows: list[dict[str, Any]] = await self._until_there(super().execute_query_all_async, query, arguments)
        return rows

    async def _until_there(self, ask: Callable[..., Awaitable[Any]], query: Any, arguments: dict[str, Any]) -> Any:
        while True:
            try:
                return await ask(query, **arguments)
            except ConnectorException as error:
                if not isinstance(error.__cause__, OperationalError) or self._stopping.is_set():
                    raise
                log.error("the database is away", extra={"error": type(error.__cause__).__name__})
            await asyncio.sleep(AGAIN_SECONDS)


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
        self._rescue = Rescue(store, settings.worker_seconds)
        self._places = ThreadPoolExecutor(settings.solves_at_once, thread_name_prefix="run")

    def work(self) -> None:
        """Work until SIGINT or SIGTERM; what is not done by then is queued again."""
        asyncio.run(self._work())
        self._places.shutdown()

    async def _work(self) -> None:
        stopping = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
        rescuing = asyncio.create_task(self._keep_rescuing())
        try:
            while not stopping.is_set():
                await self._until(stopping)
        finally:
            rescuing.cancel()

    async def _until(self, stopping: asyncio.Event) -> None:
        """One life of procrastinate's worker; it ends where others took it for dead, and another one begins."""
        ended = asyncio.create_task(stopping.wait())
        try:
            async with self._app(stopping).open_async() as app:
                working = asyncio.create_task(
                    app.run_worker_async(
                        queues=[QUEUE],
                        concurrency=self.settings.solves_at_once,
                        listen_notify=False,  # a listener that lost its connection is not noticed
                        fetch_job_polling_interval=1,
                        abort_job_polling_interval=self.settings.worker_seconds,  # runs are stopped through the store
                        update_heartbeat_interval=self.settings.worker_seconds / 4,
                        stalled_worker_timeout=NEVER,
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
            log.warning("this worker begins anew", extra={"error": type(error.__cause__ or error).__name__})
        finally:
            ended.cancel()
        if not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), AGAIN_SECONDS)

    def _app(self, stopping: asyncio.Event) -> App:
        connector = Patient(
            stopping,
            conninfo=libpq(self.store.engine),
            kwargs=manners(self.store.engine.url),
            min_size=1,
            max_size=self.settings.solves_at_once + 4,
        )
        app = App(connector=connector)
        app.job_manager = Jobs(connector)
        app.task(name=TASK, queue=QUEUE)(self._execute)
        return app

    async def _execute(self, run: str) -> None:
        """What procrastinate calls: nothing is to be done where the run was cancelled, or is somebody else's."""
        await asyncio.get_running_loop().run_in_executor(self._places, self._see_through, run)

    def _see_through(self, id: str) -> None:
        try:
            claimed = None if self._giving_up.is_set() else self.store.claim_run(id)
            if claimed is not None:
                Execution(self.store, self.settings, claimed, self._giving_up).see_through()
        except SQLAlchemyError as error:  # the rescue finds the run
            log.error("it could not be executed", extra={"run": id, "error": type(error).__name__})

    async def _keep_rescuing(self) -> None:
        while True:
            try:
                for run in await asyncio.to_thread(self._rescue.look):
                    metrics.LOST.inc()
                    log.warning("its worker died; it is %s", run.status, extra={"run": run.id})
            except SQLAlchemyError as error:
                log.error("nothing can be rescued now", extra={"error": type(error).__name__})
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
                log_fault("rescuing", error)
            await asyncio.sleep(self.settings.worker_seconds / 4)
