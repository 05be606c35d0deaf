"""Keys: who holds one is somebody, for a time. The secret itself is shown once and never stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from service.store import trail
from service.store.access_tables import access_keys
from service.store.base import Base, columns, now, one_of, page
from service.store.records import Page
from service.who import LOCAL, Role, Who

#: what a key begins with, so that one that was left somewhere can be found
MARK = "staffing_"


@dataclass(frozen=True)
class StoredKey:
    """What is known of a key: everything but the key."""

    id: str
    name: str
    role: Role
    person: str | None
    units: list[str] | None
    created: datetime
    expires: datetime
    revoked: datetime | None


class Keys(Base):
    """The part of the store that holds keys."""

    _has_keys = False

    def add_key(
        self,
        role: Role,
        days: int,
        *,
        person: str | None = None,
        units: Iterable[str] | None = None,
        name: str | None = None,
        by: Who = LOCAL,
    ) -> tuple[StoredKey, str]:
        """A new key, and the text that its holder sends: this is the only time that it is seen."""
        id, secret, moment = secrets.token_hex(6), secrets.token_urlsafe(32), now()
        stored = StoredKey(
            id=id,
            name=name or f"{role} {id}",
            role=role,
            person=person,
            units=None if units is None else sorted(set(units)),
            created=moment,
            expires=moment + timedelta(days=days),
            revoked=None,
        )
        with self.writing() as connection:
            connection.execute(insert(access_keys).values(**vars(stored), hash=_hash(secret)))
            trail.add(connection, by, "add_key", {"key": id, "role": role}, [person])
        return stored, f"{MARK}{id}_{secret}"

    def keys(self, cursor: str | None = None, limit: int = 50) -> Page[StoredKey]:
        """All keys, those that are no good any more too."""
        with self.reading() as connection:
            asked = select(*columns(access_keys, StoredKey))
            return page(connection, asked, access_keys.c.number, StoredKey, cursor, limit)

    def revoke_key(self, id: str, by: Who = LOCAL) -> StoredKey | None:
        """From now on the key is no good; None where there is none of that id."""
        with self.writing() as connection:
            good = update(access_keys).where(access_keys.c.id == id, access_keys.c.revoked.is_(None))
            if connection.execute(good.values(revoked=now())).rowcount:
                trail.add(connection, by, "revoke_key", {"key": id})
            return one_of(connection, access_keys, StoredKey, id)

    def has_keys(self) -> bool:
        """Whether there ever was a key: from then on nobody is let in without one."""
        if not self._has_keys:
            with self.reading() as connection:
                self._has_keys = connection.scalar(select(access_keys.c.number).limit(1)) is not None
        return self._has_keys

    def who(self, text: str) -> Who | None:
        """Whose key it is; None where it is wrong, revoked or out of date."""
        id, _, secret = text.removeprefix(MARK).partition("_")
        with self.reading() as connection:
            asked = select(access_keys).where(access_keys.c.id == id)
            row = connection.execute(asked).one_or_none()
        right = hmac.compare_digest(_hash(secret), "" if row is None else row.hash)
        if row is None or not right or row.revoked is not None or row.expires <= now():
            return None
        units = None if row.units is None else frozenset(row.units)
        return Who(role=row.role, name=f"key {row.id}", person=row.person, units=units)


def _hash(secret: str) -> str:
    """Without salt or stretching: there is nothing to guess in 256 bits of chance."""
    return hashlib.sha256(secret.encode()).hexdigest()
