"""Where the service computes: short work at a desk of threads, runs in the queue of the store."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from service.here import Here
from service.settings import ServiceSettings
from service.store import ENDED, Key, NewRun, Room, Store, StoredRun

#: how often a request that waits for a run looks whether it has ended
LOOK_SECONDS = 0.1
Result = TypeVar("Result")

log = logging.getLogger("staffing")


class Work:
    """The desk, and the way to the queue. The runs of a store in a file are executed here, others by workers."""

    def __init__(self, settings: ServiceSettings, store: Store) -> None:
        """Begins to execute; raises InUse where another process executes the runs of this store."""
        self.settings, self.store = settings, store
        self._desk = ThreadPoolExecutor(max(4, os.cpu_count() or 1), thread_name_prefix="desk")
        self._here = Here(store, settings) if store.engine.dialect.name == "sqlite" else None
        if self._here is not None:
            self._here.start()

    async def at_desk(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What `function` gives, without holding up other requests."""
        within = copy_context().run  # the log knows the request there too
        return await asyncio.get_running_loop().run_in_executor(self._desk, within, function, *arguments)

    def add_run(self, new: NewRun, key: Key | None = None) -> tuple[StoredRun, bool]:
        """Queue a run, as `Store.add_run` does, where there is room."""
        room = Room(self.settings.solves_waiting, self.settings.solves_waiting_each)
        added = self.store.add_run(new, key, room)
        if added[1]:
            log.info("the %s is queued", new.kind, extra={"run": added[0].id})
        if self._here is not None:
            self._here.wake()
        return added

    async def ended(self, id: str, seconds: float) -> StoredRun:
        """The run as soon as it has ended, or as it is after so many seconds."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            run = await self.at_desk(self.store.run, id)
            left = until - asyncio.get_running_loop().time()
            if run.status in ENDED or left <= 0:
                return run
            await asyncio.sleep(min(LOOK_SECONDS, left))

    def close(self) -> None:
        """End; what runs here is queued again, for the next start."""
        if self._here is not None:
            self._here.close()
        self._desk.shutdown(cancel_futures=True)
