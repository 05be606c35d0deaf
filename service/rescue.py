"""What dead workers were at is queued again, and so is what has lost its task in any other way.

Who is dead is told by a sign of life that does not come any more while this process looks, in seconds of its own
monotonic clock: the clocks of hosts and of the database may be set forth and back without anybody counting as dead, or
as alive, for it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from service.store import Store, StoredRun
from service.store.tasks import QUEUE, enqueue

#: any number that nobody else uses: one worker at a time rescues
RESCUING = 0x57AFE
#: a worker, or a task that was fetched, and its id
Watched = tuple[Literal["worker", "task"], int]

# Tasks that somebody has fetched whose run nobody has taken up: that takes a moment, unless the answer to who fetched
# it was lost on the way.
_FETCHED = text(
    "SELECT job.id FROM procrastinate_jobs job JOIN runs ON runs.id = job.args->>'run'"
    " WHERE job.queue_name = :queue AND job.status = 'doing' AND runs.status = 'queued'"
)
_WORKERS = text("SELECT id, last_heartbeat FROM procrastinate_workers")
_DROP = text(
    "DELETE FROM procrastinate_jobs WHERE queue_name = :queue AND status = 'doing'"
    " AND (worker_id IS NULL OR worker_id = ANY(:workers) OR id = ANY(:tasks))"
)
_FORGET = text("DELETE FROM procrastinate_workers WHERE id = ANY(:workers)")
_WITHOUT_TASK = text(
    "SELECT id, status FROM runs WHERE status IN ('queued', 'running') AND NOT EXISTS (SELECT 1"
    " FROM procrastinate_jobs job WHERE job.queue_name = :queue AND job.args->>'run' = runs.id"
    " AND job.status IN ('todo', 'doing')) ORDER BY number"
)


class Rescue:
    """Looks for what was left behind; `look` is to be called some times within `dead_seconds`."""

    def __init__(self, store: Store, dead_seconds: float) -> None:
        """dead_seconds: after how long without a sign of life a worker counts as dead."""
        self.store, self.dead_seconds = store, dead_seconds
        self._seen: dict[Watched, tuple[object, float]] = {}  # what → its sign, and when that was seen first

    def look(self) -> list[StoredRun]:
        """Queue again what was left behind; the runs that were being executed."""
        try:
            with self.store.writing() as connection:
                if not connection.scalar(select(func.pg_try_advisory_xact_lock(RESCUING))):
                    return []
                return self._rescue(connection)
        except SQLAlchemyError:
            self._seen.clear()  # while the store is away nobody can give a sign of life
            raise

    def _rescue(self, connection: Connection) -> list[StoredRun]:
        queue = {"queue": QUEUE}
        signs: dict[Watched, object] = {("worker", id): at for id, at in connection.execute(_WORKERS)}
        signs |= {("task", id): None for id in connection.scalars(_FETCHED, queue)}
        silent: dict[str, list[int]] = {"worker": [], "task": []}
        for kind, id in self._silent(signs):
            silent[kind].append(id)
        connection.execute(_DROP, {**queue, "workers": silent["worker"], "tasks": silent["task"]})
        connection.execute(_FORGET, {"workers": silent["worker"]})
        found = connection.execute(_WITHOUT_TASK, queue).all()
        for id, status in found:
            if status == "queued":
                enqueue(connection, self.store.run_in(connection, id))
        return self.store.requeue_lost([id for id, status in found if status == "running"], connection=connection)

    def _silent(self, signs: Mapping[Watched, object]) -> list[Watched]:
        """Those whose sign has been the same for too long."""
        now, before = time.monotonic(), self._seen
        self._seen = {
            what: before[what] if what in before and before[what][0] == sign else (sign, now)
            for what, sign in signs.items()
        }
        return [what for what, (_, since) in self._seen.items() if now - since > self.dead_seconds]
