"""How the runs of the whole service stand, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, text

from service.store.base import Base, now
from service.store.tables import runs


@dataclass(frozen=True)
class Standing:
    """runs: how many, by kind, status and outcome. workers: with a sign of life lately; of a file the server."""

    runs: dict[tuple[str, str, str | None], int]
    waiting: int
    oldest_seconds: float
    workers: int


class Standings(Base):
    """The part of the store that counts."""

    def standing(self, worker_seconds: float) -> Standing:
        """The numbers now; a worker that was silent for so many seconds is not counted."""
        by = (runs.c.kind, runs.c.status, runs.c.outcome)
        oldest = select(func.min(runs.c.created)).where(runs.c.status == "queued")
        with self.reading() as connection:
            counts = {
                (kind, status, outcome): count
                for kind, status, outcome, count in connection.execute(select(*by, func.count()).group_by(*by))
            }
            since = connection.scalar(oldest)
            workers = 1
            if connection.dialect.name == "postgresql":
                alive = text(
                    "SELECT count(*) FROM procrastinate_workers"
                    " WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
                )
                workers = connection.scalar(alive, {"seconds": worker_seconds}) or 0
        waiting = sum(count for (_, status, _), count in counts.items() if status == "queued")
        seconds = 0.0 if since is None else max(0.0, (now() - since).total_seconds())
        return Standing(counts, waiting, seconds, workers)
