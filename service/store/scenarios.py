"""Scenarios: named lists of changes on a revision of a portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from scenarios.changes import Change, changes_to_json
from service.problems import Exists, Stale, UnknownScenario
from service.store import trail
from service.store.base import Base, columns, new_id, now, one_of, page
from service.store.portfolios import LIBRARY
from service.store.records import Page, StoredScenario
from service.store.tables import scenarios


class Scenarios(Base):
    """The part of the store that holds scenarios."""

    #: which of them are there, for who looks
    seen_scenarios: ColumnElement[bool] = true()

    def add_scenario(
        self,
        name: str,
        portfolio: str,
        revision: int,
        changes: Sequence[Change],
        by: str,
        id: str | None = None,
        connection: Connection | None = None,
    ) -> StoredScenario:
        """Store a new scenario; the id is made up where none is given. Raises Exists where there is one of that id."""
        if connection is None:
            with self.writing() as connection:
                return self.add_scenario(name, portfolio, revision, changes, by, id, connection)
        moment = now()
        stored = StoredScenario(
            id=id or new_id(),
            name=name,
            portfolio=portfolio,
            revision=revision,
            changes=changes_to_json(changes),
            version=1,
            created=moment,
            updated=moment,
            by=by,
        )
        try:
            connection.execute(insert(scenarios).values(**vars(stored)))
        except IntegrityError:
            raise Exists(f"There is a scenario {id} already.") from None
        if by != LIBRARY:
            trail.add(connection, by, "store_scenario", {"scenario": stored.id, "version": 1})
        return stored

    def scenario(self, id: str) -> StoredScenario:
        """One scenario; raises UnknownScenario."""
        with self.reading() as connection:
            stored = one_of(connection, scenarios, StoredScenario, id, self.seen_scenarios)
        if stored is None:
            raise _unknown(id)
        return stored

    def scenarios(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredScenario]:
        """All scenarios; filters: `portfolio`, `name`, `by`."""
        asked = select(*columns(scenarios, StoredScenario)).where(self.seen_scenarios)
        for name, value in filters.items():
            asked = asked.where(scenarios.c[name] == value)
        with self.reading() as connection:
            return page(connection, asked, scenarios.c.number, StoredScenario, cursor, limit)

    def put_scenario(
        self,
        id: str,
        name: str,
        portfolio: str,
        revision: int,
        changes: Sequence[Change],
        by: str,
        expected: int | None = None,
    ) -> StoredScenario:
        """Replace a scenario; raises UnknownScenario, or Stale where its version is not the `expected` one."""
        with self.writing() as connection:
            self._as_expected(connection, id, expected)
            said = {
                "name": name,
                "portfolio": portfolio,
                "revision": revision,
                "changes": changes_to_json(changes),
                "version": scenarios.c.version + 1,
                "updated": now(),
                "by": by,
            }
            connection.execute(update(scenarios).where(scenarios.c.id == id).values(**said))
            stored = one_of(connection, scenarios, StoredScenario, id)
            assert stored is not None
            trail.add(connection, by, "store_scenario", {"scenario": id, "version": stored.version})
        return stored

    def delete_scenario(self, id: str, expected: int | None = None) -> None:
        """Delete a scenario; its runs stay. Raises as `put_scenario` does."""
        with self.writing() as connection:
            self._as_expected(connection, id, expected)
            connection.execute(delete(scenarios).where(scenarios.c.id == id))

    def _as_expected(self, connection: Connection, id: str, expected: int | None) -> None:
        """Hold the scenario for this transaction; raises UnknownScenario or Stale."""
        version = connection.scalar(select(scenarios.c.version).where(scenarios.c.id == id).with_for_update())
        if version is None:
            raise _unknown(id)
        if expected is not None and expected != version:
            raise Stale(f"Scenario {id} is at version {version} by now, not at {expected}; read it again.")


def _unknown(id: str) -> UnknownScenario:
    return UnknownScenario(f"There is no scenario {id}.")
