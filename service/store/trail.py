"""The audit log: added to in the transaction of what it tells of, never changed, each entry bound to the one before.

People stand in it as hashes salted per person. Erasing a person forgets the salt; the hashes stay, and lead nowhere.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, func, insert, select

from service.store.access_tables import access_keys, audit, salts
from service.store.base import Base, columns, now, page
from service.store.records import Page
from service.who import LOCAL, Who

#: what the first entry has in place of the hash of the one before
NOTHING = "0" * 64
#: the advisory lock of PostgreSQL that one entry at a time is added under
ADDING = 2
#: entries looked at together while verifying
MANY = 1000


@dataclass(frozen=True)
class Entry:
    """One thing that was done: when (UTC, ISO 8601), by whom in which role, what, to what; `people`: salted hashes."""

    number: int
    at: str
    by: str
    role: str
    action: str
    about: dict[str, Any]
    people: list[str]
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole: how many entries it has, the hash of the last, and the first that is wrong, if any."""

    whole: bool
    entries: int
    head: str
    broken: int | None


def add(
    connection: Connection, by: Who | str, action: str, about: dict[str, Any], people: Iterable[str | None] = ()
) -> None:
    """Add an entry, in the transaction of what it tells of. The role of a mere name is that of its key, else empty."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(select(func.pg_advisory_xact_lock(ADDING)))
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    said = {
        "number": 1 if last is None else last.number + 1,
        "at": now().isoformat(timespec="microseconds"),
        "by": by.name if isinstance(by, Who) else by,
        "role": by.role if isinstance(by, Who) else _role(connection, by),
        "action": action,
        "about": about,
        "people": [_hashed(connection, person) for person in sorted({one for one in people if one is not None})],
        "previous": NOTHING if last is None else last.hash,
    }
    connection.execute(insert(audit).values(**said, hash=_hash(said)))


def forget(connection: Connection, person: str) -> str:
    """Forget what a person's id was hashed with; gives the hash that the log keeps."""
    hashed = _hashed(connection, person)
    connection.execute(delete(salts).where(salts.c.person == person))
    return hashed


class Trail(Base):
    """The part of the store that holds the audit log."""

    def entries(
        self,
        cursor: str | None = None,
        limit: int = 50,
        person: str | None = None,
        action: str | None = None,
        by: str | None = None,
    ) -> Page[Entry]:
        """The log, newest first; of a person only what is about them, of an action or somebody only that."""
        asked = select(*columns(audit, Entry))
        if action is not None:
            asked = asked.where(audit.c.action == action)
        if by is not None:
            asked = asked.where(audit.c.by == by)
        with self.reading() as connection:
            if person is not None:
                salt = connection.scalar(select(salts.c.salt).where(salts.c.person == person))
                if salt is None:
                    return Page([], None)
                asked = asked.where(cast(audit.c.people, Text).contains(_salted(salt, person)))
            return page(connection, asked, audit.c.number, Entry, cursor, limit)

    def verify(self) -> Verdict:
        """Work out every hash again."""
        number, head = 0, NOTHING
        with self.reading() as connection:
            while True:
                following = select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(MANY)
                rows = connection.execute(following).mappings().all()
                for row in rows:
                    said = {name: row[name] for name in row if name != "hash"}
                    if (row["number"], row["previous"], row["hash"]) != (number + 1, head, _hash(said)):
                        return Verdict(False, number, head, number + 1)
                    number, head = row["number"], row["hash"]
                if len(rows) < MANY:
                    return Verdict(True, number, head, None)


def _role(connection: Connection, by: str) -> str:
    if by == LOCAL.name:
        return LOCAL.role
    found = connection.scalar(select(access_keys.c.role).where(access_keys.c.id == by.removeprefix("key ")))
    return found or ""


def _hash(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _hashed(connection: Connection, person: str) -> str:
    salt = connection.scalar(select(salts.c.salt).where(salts.c.person == person))
    if salt is None:
        salt = secrets.token_hex(32)
        connection.execute(insert(salts).values(person=person, salt=salt))
    return _salted(salt, person)


def _salted(salt: str, person: str) -> str:
    return hashlib.sha256(f"{salt}:{person}".encode()).hexdigest()
