"""Where the service computes: off the event loop, never more at once than the machine bears."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect

from service.problems import Busy
from service.settings import ServiceSettings
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve

RETRY_SECONDS = 10
Result = TypeVar("Result")

log = logging.getLogger("staffing")


@dataclass
class Counts:
    """Solves: now running and waiting; since the start, those that came to their end and those that were stopped."""

    running: int = 0
    waiting: int = 0
    finished: int = 0
    stopped: int = 0


class Work:
    """Two groups of threads: one for solves, one for everything else that takes more than a moment."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.counts = Counts()
        self._lock = threading.Lock()
        self._stops: set[threading.Event] = set()
        self._solves = ThreadPoolExecutor(settings.solves_at_once, thread_name_prefix="solve")
        self._desk = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="desk")

    async def at_desk(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What `function` gives, without holding up other requests."""
        return await asyncio.get_running_loop().run_in_executor(self._desk, function, *arguments)

    async def solve(self, portfolio: Portfolio, settings: Settings, gone: Callable[[], Awaitable[object]]) -> Proposal:
        """The proposal of a solve, which is stopped as soon as `gone` comes back or the caller is cancelled.

        Raises Busy where too many are waiting, or where the turn does not come in time; ClientDisconnect after `gone`.
        """
        stop = threading.Event()
        job = self._submit(portfolio, settings, stop)
        proposal, leaving = asyncio.wrap_future(job), asyncio.ensure_future(gone())
        either: set[asyncio.Future[Any]] = {proposal, leaving}
        first = asyncio.FIRST_COMPLETED
        try:
            done, _ = await asyncio.wait(either, timeout=self.settings.turn_seconds, return_when=first)
            if not done:
                if job.cancel():
                    raise self._busy()
                await asyncio.wait(either, return_when=first)
            if proposal.done():
                return proposal.result()
            raise ClientDisconnect
        finally:
            stop.set()
            job.cancel()
            leaving.cancel()

    def close(self) -> None:
        """Stop everything that runs and wait until it has stopped."""
        with self._lock:
            for stop in self._stops:
                stop.set()
        self._solves.shutdown(cancel_futures=True)
        self._desk.shutdown(cancel_futures=True)

    def _busy(self) -> Busy:
        running, waiting = self.counts.running, self.counts.waiting
        detail = (
            f"{running} {'solve is' if running == 1 else 'solves are'} running and {waiting} "
            f"{'is' if waiting == 1 else 'are'} waiting; try again in {RETRY_SECONDS} seconds."
        )
        return Busy(detail, headers={"Retry-After": str(RETRY_SECONDS)})

    def _submit(self, portfolio: Portfolio, settings: Settings, stop: threading.Event) -> Future[Proposal]:
        with self._lock:
            most = self.settings.solves_at_once + self.settings.solves_waiting
            if self.counts.running + self.counts.waiting >= most:
                raise self._busy()
            self.counts.waiting += 1
            self._stops.add(stop)

        def ended(job: Future[Proposal]) -> None:
            with self._lock:
                self._stops.discard(stop)
                if job.cancelled():  # its turn never came
                    self.counts.waiting -= 1
                    self.counts.stopped += 1

        job = self._solves.submit(self._solve, portfolio, settings, stop)
        job.add_done_callback(ended)
        return job

    def _solve(self, portfolio: Portfolio, settings: Settings, stop: threading.Event) -> Proposal:
        with self._lock:
            self.counts.waiting -= 1
            self.counts.running += 1
        # The seconds of a repeatable solve are not those of the clock, so the clock has to be watched here.
        clock = threading.Timer(self.settings.solve_seconds, stop.set)
        clock.daemon = True
        clock.start()
        try:
            return solve(portfolio, settings, stop=stop)
        finally:
            clock.cancel()
            with self._lock:
                self.counts.running -= 1
                if stop.is_set():
                    self.counts.stopped += 1
                    log.info("a solve of %s was stopped", portfolio.id)
                else:
                    self.counts.finished += 1
