"""Runs: one state machine, `queued → running → finished | cancelled | failed`.

Whoever takes a run up counts its `attempt` up by one, and may write to it as long as that is the latest attempt and
the run is running: a worker that was away for too long, and whose run was given to another, finds that it may not
(`Fenced`).
A run whose worker or solver was killed is queued again, at most `MOST_LOST` times. Each step is one transaction, with
its event.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, true, update

from service.problems import Busy, KeyReused, UnknownRun
from service.store import trail
from service.store.base import Base, columns, new_id, now, one_of, page
from service.store.records import ENDED, Kind, Page, Status, StoredEvent, StoredRun
from service.store.tables import idempotency_keys, run_events, runs
from service.who import Who

#: how often a run is queued again that was interrupted: its worker died, or its solver was killed
MOST_LOST = 3
#: the advisory lock of PostgreSQL that one run at a time is added under
ADDING = 1
#: after how many seconds to come back where the queue is full
RETRY_SECONDS = 10


class Fenced(Exception):
    """Somebody else has taken the run up since, or it has ended: nothing was written."""


@dataclass(frozen=True)
class NewRun:
    """A run to be added; the fields of `StoredRun` of that name.

    content: the canonical JSON of a portfolio that came with the request, whose `revision` is then None.
    """

    kind: Kind
    by: str
    portfolio: str
    revision: int | None
    content: str | None
    sha256: str
    scenario: str | None
    changes: list[dict[str, Any]]
    asked: Any
    settings: dict[str, Any]
    versions: dict[str, str]
    fingerprint: str
    parent: str | None


@dataclass(frozen=True)
class Key:
    """An idempotency key, and the hash of what was asked with it."""

    key: str
    asked: str


@dataclass(frozen=True)
class Room:
    """How many runs may wait: in all, and of one user."""

    in_all: int
    each: int


class Runs(Base):
    """The part of the store that holds runs."""

    #: which of them are there, for who looks
    seen_runs: ColumnElement[bool] = true()
    #: called in the transaction that queues a run, so that neither exists without the other
    on_queued: Callable[[Connection, StoredRun], None] | None = None

    def add_run(self, new: NewRun, key: Key | None = None, room: Room | None = None) -> tuple[StoredRun, bool]:
        """Queue a run; of a key that was used before, the run that it made. The second part says whether it is new.

        Raises KeyReused where the key was used for something else, Busy where there is no room.

        Its place in the queue is fair between users: a user's runs take turns one by one, and who comes new starts at
        the turn that is being served, not behind everybody else's.
        """
        with self.writing() as connection:
            hold_queue(connection)  # room and turn are read before they are taken
            if key is not None and (before := self._of_key(connection, new.by, key)) is not None:
                return before, False
            if room is not None:
                _admit(connection, new.by, room)
            stored = StoredRun(
                **{name: getattr(new, name) for name in NewRun.__dataclass_fields__ if name != "content"},
                id=new_id(),
                status="queued",
                attempt=0,
                lost=0,
                cancelling=False,
                turn=_turn(connection, new.by),
                created=now(),
                started=None,
                ended=None,
                last_event=0,
                progress=None,
                outcome=None,
                failure=None,
            )
            connection.execute(insert(runs).values(**vars(stored), content=new.content))
            if key is not None:
                used = insert(idempotency_keys).values(
                    by=new.by, key=key.key, asked=key.asked, run=stored.id, created=now()
                )
                connection.execute(used)
            self._tell(connection, stored.id, "queued", {})
            if self.on_queued is not None:
                self.on_queued(connection, stored)
            about = {"run": stored.id, "kind": new.kind, "portfolio": new.portfolio}
            trail.add(connection, new.by, "start_run", about)
        return self.run(stored.id), True

    def run(self, id: str) -> StoredRun:
        """One run; raises UnknownRun."""
        with self.reading() as connection:
            return _known(connection, id, self.seen_runs)

    def run_in(self, connection: Connection, id: str) -> StoredRun:
        """One run, as a transaction sees it; raises UnknownRun."""
        return _known(connection, id)

    def runs(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredRun]:
        """All runs; filters: any field of `StoredRun` that is a word, such as `portfolio`, `status`, `kind`, `by`."""
        asked = select(*columns(runs, StoredRun)).where(self.seen_runs)
        for name, value in filters.items():
            asked = asked.where(runs.c[name] == value)
        with self.reading() as connection:
            return page(connection, asked, runs.c.number, StoredRun, cursor, limit)

    def run_content(self, id: str) -> str | None:
        """The portfolio that came with the request, as JSON, if it did."""
        with self.reading() as connection:
            return connection.scalar(select(runs.c.content).where(runs.c.id == id))

    def run_result(self, id: str) -> str | None:
        """The proposal or answer as JSON, if there is one yet."""
        with self.reading() as connection:
            return connection.scalar(select(runs.c.result).where(runs.c.id == id))

    def events(self, id: str, after: int = 0, limit: int = 500) -> list[StoredEvent]:
        """What happened to a run after the event of that number, in order."""
        asked = (
            select(*columns(run_events, StoredEvent))
            .where(run_events.c.run == id, run_events.c.number > after)
            .order_by(run_events.c.number)
            .limit(limit)
        )
        with self.reading() as connection:
            return [StoredEvent(**row._mapping) for row in connection.execute(asked)]

    def reports(self, id: str, most: int = 500) -> list[StoredEvent]:
        """The progress since a run was last queued or taken up, in order; of more than `most` the latest."""
        of_run = run_events.c.run == id
        begun = select(func.max(run_events.c.number)).where(of_run, run_events.c.event.in_(("queued", "running")))
        asked = (
            select(*columns(run_events, StoredEvent))
            .where(of_run, run_events.c.event == "progress", run_events.c.number > begun.scalar_subquery())
            .order_by(run_events.c.number.desc())
            .limit(most)
        )
        with self.reading() as connection:
            return [StoredEvent(**row._mapping) for row in reversed(connection.execute(asked).all())]

    def active(self) -> tuple[int, int]:
        """How many runs are running, and how many are queued."""
        asked = select(func.count()).select_from(runs)
        with self.reading() as connection:
            running, queued = (connection.scalar(asked.where(runs.c.status == one)) for one in ("running", "queued"))
        return running or 0, queued or 0

    # --- the steps of a run

    def claim_run(self, id: str | None = None) -> StoredRun | None:
        """Take up a queued run, by default the next one; None where there is none, or somebody else has it."""
        with self.writing() as connection:
            if id is None:
                waiting = select(runs.c.id).where(runs.c.status == "queued").order_by(runs.c.turn, runs.c.number)
                id = connection.scalar(waiting.limit(1).with_for_update(skip_locked=True))
            taken = update(runs).where(runs.c.id == id, runs.c.status == "queued")
            said = {"status": "running", "attempt": runs.c.attempt + 1, "started": now()}
            if id is None or not connection.execute(taken.values(**said)).rowcount:
                return None
            attempt = connection.scalar(select(runs.c.attempt).where(runs.c.id == id))
            self._tell(connection, id, "running", {"attempt": attempt})
            return _known(connection, id)

    def tell_progress(self, id: str, attempt: int, progress: dict[str, Any]) -> None:
        """Add to the progress of a run; raises Fenced."""
        with self.writing() as connection:
            self._write(connection, id, attempt, {"progress": progress})
            self._tell(connection, id, "progress", progress)

    def end_run(
        self,
        id: str,
        attempt: int,
        status: Status,
        result: str | None = None,
        outcome: str | None = None,
        failure: dict[str, str] | None = None,
    ) -> None:
        """End a run, with what came of it; raises Fenced."""
        with self.writing() as connection:
            said = {"status": status, "ended": now(), "result": result, "outcome": outcome, "failure": failure}
            self._write(connection, id, attempt, said | {"cancelling": False})
            self._tell(connection, id, status, {"outcome": outcome, "failure": failure})

    def cancel_run(self, id: str, by: Who | str) -> StoredRun:
        """Stop a run: at once where it is queued, else as soon as its worker hears of it; not one that has ended."""
        with self.writing() as connection:
            _known(connection, id, self.seen_runs)
            waits = update(runs).where(runs.c.id == id, runs.c.status == "queued")
            works = update(runs).where(runs.c.id == id, runs.c.status == "running", runs.c.cancelling.is_(False))
            stopped = connection.execute(waits.values(status="cancelled", ended=now())).rowcount
            if stopped:
                self._tell(connection, id, "cancelled", {"outcome": None, "failure": None})
            if stopped or connection.execute(works.values(cancelling=True)).rowcount:
                trail.add(connection, by, "cancel_run", {"run": id})
            return _known(connection, id)

    def is_cancelling(self, id: str, attempt: int) -> bool:
        """Whether somebody asked to stop it; raises Fenced."""
        asked = select(runs.c.cancelling).where(runs.c.id == id, runs.c.attempt == attempt, runs.c.status == "running")
        with self.reading() as connection:
            cancelling = connection.scalar(asked)
        if cancelling is None:
            raise Fenced
        return bool(cancelling)

    def release_run(self, id: str, attempt: int) -> None:
        """Queue a run again that is given up in good order, or cancel it where that was asked; raises Fenced."""
        with self.writing() as connection:
            row = self._held(connection, id, attempt)
            if row["cancelling"]:
                self._cancelled(connection, id, attempt)
                return
            self._write(connection, id, attempt, {"status": "queued", "progress": None})
            self._queued_again(connection, id, "the service was stopped")

    def lose_run(self, id: str, attempt: int, why: str) -> StoredRun:
        """Queue a run again of which `why` says what became of it, as `requeue_lost` does; raises Fenced."""
        with self.writing() as connection:
            self._lose(connection, self._held(connection, id, attempt), why)
            return _known(connection, id)

    def requeue_lost(
        self, ids: Collection[str] | None = None, keep: Collection[str] = (), connection: Connection | None = None
    ) -> list[StoredRun]:
        """Queue running runs again whose worker died (of those ids, by default all but `keep`).

        Where that happened too often they are failed, and those that were to be cancelled are.
        """
        if connection is None:
            with self.writing() as connection:
                return self.requeue_lost(ids, keep, connection)
        asked = _at_work(runs.c.id.not_in(keep))
        if ids is not None:
            asked = asked.where(runs.c.id.in_(ids))
        rows = connection.execute(asked.order_by(runs.c.number)).mappings().all()
        for row in rows:
            self._lose(connection, row, "its worker died")
        return [_known(connection, row["id"]) for row in rows]

    def _lose(self, connection: Connection, row: RowMapping, why: str) -> None:
        id, attempt = row["id"], row["attempt"]
        if row["cancelling"]:
            self._cancelled(connection, id, attempt)
        elif row["lost"] < MOST_LOST:
            self._write(connection, id, attempt, {"status": "queued", "lost": row["lost"] + 1, "progress": None})
            self._queued_again(connection, id, why)
        else:
            detail = f"it was interrupted {MOST_LOST + 1} times, the last time because {why}"
            failure = {"code": "lost", "detail": detail}
            said = {"status": "failed", "ended": now(), "lost": row["lost"] + 1, "failure": failure}
            self._write(connection, id, attempt, said)
            self._tell(connection, id, "failed", {"outcome": None, "failure": failure})

    def _held(self, connection: Connection, id: str, attempt: int) -> RowMapping:
        """The running run of that attempt, held until the transaction ends; raises Fenced."""
        row = connection.execute(_at_work(runs.c.id == id, runs.c.attempt == attempt)).mappings().one_or_none()
        if row is None:
            raise Fenced
        return row

    def _cancelled(self, connection: Connection, id: str, attempt: int) -> None:
        """End a run that was to be cancelled and that nobody is at any more; raises Fenced."""
        self._write(connection, id, attempt, {"status": "cancelled", "ended": now(), "cancelling": False})
        self._tell(connection, id, "cancelled", {"outcome": None, "failure": None})

    def _queued_again(self, connection: Connection, id: str, why: str) -> None:
        self._tell(connection, id, "queued", {"because": why})
        if self.on_queued is not None:
            self.on_queued(connection, _known(connection, id))

    def _write(self, connection: Connection, id: str, attempt: int, said: dict[str, Any]) -> None:
        """Change a running run of that attempt; raises Fenced."""
        where = (runs.c.id == id) & (runs.c.attempt == attempt) & (runs.c.status == "running")
        if not connection.execute(update(runs).where(where).values(**said)).rowcount:
            raise Fenced

    def _tell(self, connection: Connection, id: str, event: str, content: dict[str, Any]) -> None:
        """Add an event; the row of the run is held by this transaction."""
        connection.execute(update(runs).where(runs.c.id == id).values(last_event=runs.c.last_event + 1))
        number = select(runs.c.last_event).where(runs.c.id == id).scalar_subquery()
        said = {"run": id, "number": number, "event": event, "at": now(), "content": content}
        connection.execute(insert(run_events).values(**said))

    def _of_key(self, connection: Connection, by: str, key: Key) -> StoredRun | None:
        asked = select(idempotency_keys.c.asked, idempotency_keys.c.run).where(
            idempotency_keys.c.by == by, idempotency_keys.c.key == key.key
        )
        row = connection.execute(asked).one_or_none()
        if row is None:
            return None
        if row.asked != key.asked:
            raise KeyReused(f"Idempotency-Key {key.key} was used for another request; use a new one.")
        return _known(connection, row.run)


def hold_queue(connection: Connection) -> None:
    """Let nobody else add a run before this transaction ends; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ADDING)))


def _at_work(*where: ColumnElement[bool]) -> Select[Any]:
    """Running runs, held until the transaction ends."""
    asked = select(runs.c.id, runs.c.attempt, runs.c.lost, runs.c.cancelling)
    return asked.where(runs.c.status == "running", *where).with_for_update()


def _known(connection: Connection, id: str, *where: ColumnElement[bool]) -> StoredRun:
    stored = one_of(connection, runs, StoredRun, id, *where)
    if stored is None:
        raise UnknownRun(f"There is no run {id}.")
    return stored


def _admit(connection: Connection, by: str, room: Room) -> None:
    """Raises Busy where too many wait already."""
    waiting = select(func.count()).where(runs.c.status == "queued")
    for count, most, whose in (
        (connection.scalar(waiting), room.in_all, ""),
        (connection.scalar(waiting.where(runs.c.by == by)), room.each, " of yours"),
    ):
        if (count or 0) >= most:
            said = f"{count} runs{whose} are waiting, as many as may; try again in {RETRY_SECONDS} seconds."
            raise Busy(said, headers={"Retry-After": str(RETRY_SECONDS)})


def _turn(connection: Connection, by: str) -> int:
    """The turn of a user's next run: after their last one, and not before the one that is being served."""
    mine = connection.scalar(select(func.max(runs.c.turn)).where(runs.c.by == by, runs.c.status.not_in(ENDED)))
    serving = connection.scalar(select(func.max(runs.c.turn)).where(runs.c.status == "running"))
    if serving is None:
        serving = connection.scalar(select(func.min(runs.c.turn)).where(runs.c.status == "queued")) or 0
    return int(serving if mine is None else max(serving, mine + 1))
