"""Forgetting: a person through every table, and runs that were kept long enough."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from service.erasing import Erasing, mentions, names_of
from service.problems import InUse, UnknownPerson
from service.store import trail
from service.store.access_tables import access_keys, contests, decisions
from service.store.base import Base, now
from service.store.portfolios import content_of
from service.store.records import ENDED
from service.store.runs import hold_queue
from service.store.tables import comparisons, portfolios, revisions, run_events, runs, scenarios
from service.who import LOCAL, Who
from solver.portfolio import parse

#: table → the columns that tell of people; those of the second group are JSON texts
_SAYS: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...] = (
    (scenarios, ("name", "changes"), ()),
    (runs, ("changes", "asked", "progress", "failure"), ("content", "result")),
    (run_events, ("content",), ()),
    (comparisons, (), ("result",)),
    (decisions, ("bookings", "reason", "person"), ()),
)


@dataclass(frozen=True)
class Erased:
    """What stands in the person's place, what the audit log keeps, and how many rows of each table were changed."""

    pseudonym: str
    hash: str
    changed: dict[str, int]


class Erasure(Base):
    """The part of the store that forgets."""

    def erase_person(self, person: str, who: Who) -> Erased:
        """Put a pseudonym in the person's place; raises UnknownPerson, or InUse while a run works on them."""
        with self.writing() as connection:
            _hold(connection)
            under_way = _under_way(connection, person)
            if under_way:
                listed = ", ".join(under_way)
                raise InUse(f"Runs are under way with this person: {listed}. Wait for them, or cancel them.")
            names = frozenset(_names(connection, person))
            if not names and not _has_key(connection, person):
                raise UnknownPerson(f"There is no person {person}.")
            erasing = Erasing(person, names, f"erased-{secrets.token_hex(4)}")
            changed = {"revisions": self._portfolios(connection, erasing, who)}
            for table, told, texts in _SAYS:
                changed[table.name] = _rows(connection, erasing, table, told, texts)
            changed["contests"] = connection.execute(delete(contests).where(contests.c.person == person)).rowcount
            keys = update(access_keys).where(access_keys.c.person == person)
            gone = {"person": erasing.pseudonym, "name": erasing.pseudonym, "revoked": now()}
            changed["access_keys"] = connection.execute(keys.values(**gone)).rowcount
            hashed = trail.forget(connection, person)
            about = {"changed": changed, "hash": hashed, "pseudonym": erasing.pseudonym}
            trail.add(connection, who, "erase_person", about)
        self._at_hand.clear()  # type: ignore[attr-defined]
        if self.engine.dialect.name == "sqlite":  # what was written over stands in the log of the file as well
            with closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Erased(erasing.pseudonym, hashed, changed)

    def forget_old(self, days: int) -> int:
        """Delete runs that ended more than so many days ago (0: none), with what hangs on them; how many it were."""
        if not days:
            return 0
        then = now() - timedelta(days=days)
        with self.writing() as connection:
            connection.execute(delete(comparisons).where(comparisons.c.created < then))
            old = delete(runs).where(runs.c.status.in_(ENDED), runs.c.ended < then)
            count = connection.execute(old).rowcount
            if count:
                trail.add(connection, LOCAL, "forget_old", {"runs": count, "days": days})
        return count

    def _portfolios(self, connection: Connection, erasing: Erasing, who: Who) -> int:
        """Every revision that has the person, with its new hash.

        The latest is the next revision as well, so that nobody who read it before writes the person back with it.
        """
        asked = select(revisions, portfolios.c.revision.label("latest")).join(portfolios)
        rows = connection.execute(asked.where(revisions.c.content.like(f'%"{erasing.person}"%'))).all()
        count = 0
        for row in rows:
            before = json.loads(row.content)
            after = erasing.of(before)
            if after == before:
                continue
            portfolio = parse(after)
            this = (revisions.c.portfolio == row.portfolio) & (revisions.c.revision == row.revision)
            said = {"name": portfolio.name, "content": content_of(portfolio), "sha256": portfolio.sha256()}
            connection.execute(update(revisions).where(this).values(**said))
            if row.revision == row.latest:
                self.revise_portfolio(row.portfolio, portfolio, who.name, connection=connection)  # type: ignore[attr-defined]
            count += 1
        return count


def _hold(connection: Connection) -> None:
    """Let nobody queue a run, or change a portfolio or scenario, until this transaction ends."""
    hold_queue(connection)
    for table in (portfolios, scenarios):
        connection.execute(select(table.c.id).order_by(table.c.number).with_for_update())


def _under_way(connection: Connection, person: str) -> list[str]:
    """Runs that have not ended and know the person."""
    asked = select(runs.c.id, runs.c.content, runs.c.changes, runs.c.asked, revisions.c.content.label("stored"))
    joined = asked.outerjoin(
        revisions, (revisions.c.portfolio == runs.c.portfolio) & (revisions.c.revision == runs.c.revision)
    )
    rows = connection.execute(joined.where(runs.c.status.not_in(ENDED))).all()
    return [
        row.id
        for row in rows
        if mentions([row.content, row.stored, json.dumps(row.changes), json.dumps(row.asked)], person)
    ]


def _names(connection: Connection, person: str) -> Iterator[str]:
    """Every name that the person has anywhere."""
    mark = f'%"{person}"%'
    for column in (revisions.c.content, runs.c.content):
        for text in connection.scalars(select(column).where(column.like(mark))):
            yield from names_of(json.loads(text), person)
    for column in (scenarios.c.changes, runs.c.changes):
        for data in connection.scalars(select(column)):
            yield from names_of(data, person)


def _has_key(connection: Connection, person: str) -> bool:
    return connection.scalar(select(access_keys.c.number).where(access_keys.c.person == person).limit(1)) is not None


def _rows(connection: Connection, erasing: Erasing, table: Table, told: tuple[str, ...], texts: tuple[str, ...]) -> int:
    keys = list(table.primary_key.columns)
    count = 0
    for row in connection.execute(select(*keys, *(table.c[name] for name in (*told, *texts)))).mappings().all():
        said: dict[str, Any] = {}
        for name in told:
            before = row[name]
            after = erasing.words(before) if name in ("reason", "name") and before is not None else erasing.of(before)
            if after != before:
                said[name] = after
        for name in texts:
            before = None if row[name] is None else json.loads(row[name])
            after = erasing.of(before)
            if after != before:
                said[name] = json.dumps(after, ensure_ascii=False, separators=(",", ":"))
        if said:
            if "version" in table.c:  # whoever read it before is told so
                said["version"] = table.c.version + 1
            this = [column == row[column.name] for column in keys]
            connection.execute(update(table).where(*this).values(**said))
            count += 1
    return count
