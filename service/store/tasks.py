"""The queue of a store in PostgreSQL, which procrastinate hands out: a task carries the id of its run, nothing else."""

from __future__ import annotations

import json

from sqlalchemy import Connection, text

from service.store.records import StoredRun

QUEUE, TASK = "runs", "execute_run"


def enqueue(connection: Connection, run: StoredRun) -> None:
    """Write the task of a run, in the transaction that queues the run; earlier turns go first."""
    asked = text(
        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, :priority, NULL, NULL, CAST(:args AS jsonb), NULL)"
        "::procrastinate_job_to_defer_v1])"
    )
    said = {"queue": QUEUE, "task": TASK, "priority": -run.turn, "args": json.dumps({"run": run.id})}
    connection.execute(asked, said)
