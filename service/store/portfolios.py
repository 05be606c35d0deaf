"""Portfolios and their revisions, which never change: a change makes a new one."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.problems import Exists, Stale, UnknownPortfolio
from service.store import trail
from service.store.base import Base, now, page, record_of
from service.store.records import Page, StoredPortfolio
from service.store.tables import portfolios, revisions
from solver.portfolio import Portfolio, parse

#: who the bundled portfolios and their scenarios are by
LIBRARY = "library"
#: parsed portfolios that are kept at hand
MOST_AT_HAND = 16


def content_of(portfolio: Portfolio) -> str:
    """The canonical JSON that is stored."""
    return json.dumps(portfolio.canonical(), ensure_ascii=False, separators=(",", ":"))


class Portfolios(Base):
    """The part of the store that holds portfolios."""

    _lock = Lock()
    _at_hand: OrderedDict[str, Portfolio]

    def add_portfolio(self, portfolio: Portfolio, by: str, connection: Connection | None = None) -> StoredPortfolio:
        """Store a new portfolio as revision 1; raises Exists where there is one of its id."""
        if connection is None:
            with self.writing() as connection:
                return self.add_portfolio(portfolio, by, connection)
        try:
            added = insert(portfolios).values(id=portfolio.id, name=portfolio.name, revision=1, created=now())
            connection.execute(added)
        except IntegrityError:
            raise Exists(f"There is a portfolio {portfolio.id} already; a change to it makes a revision.") from None
        return self._add_revision(connection, portfolio, 1, by)

    def revise_portfolio(
        self, id: str, portfolio: Portfolio, by: str, expected: int | None = None, connection: Connection | None = None
    ) -> StoredPortfolio:
        """Store the next revision; raises UnknownPortfolio, or Stale where the latest is not the `expected` one."""
        if connection is None:
            with self.writing() as connection:
                return self.revise_portfolio(id, portfolio, by, expected, connection)
        latest = connection.scalar(select(portfolios.c.revision).where(portfolios.c.id == id).with_for_update())
        if latest is None:
            raise UnknownPortfolio(f"There is no portfolio {id}.")
        if expected is not None and expected != latest:
            raise stale(id, latest, expected)
        changed = update(portfolios).where(portfolios.c.id == id).values(revision=latest + 1, name=portfolio.name)
        connection.execute(changed)
        return self._add_revision(connection, portfolio, latest + 1, by)

    def portfolio(self, id: str, revision: int | None = None) -> tuple[StoredPortfolio, Portfolio]:
        """A portfolio, its latest revision or another one; raises UnknownPortfolio."""
        stored = self.portfolio_record(id, revision)
        with self._lock:
            portfolio = self._at_hand.get(stored.sha256)
            if portfolio is not None:
                self._at_hand.move_to_end(stored.sha256)
                return stored, portfolio
        portfolio = parse(json.loads(self.portfolio_text(id, stored.revision)))
        with self._lock:
            self._at_hand[stored.sha256] = portfolio
            while len(self._at_hand) > MOST_AT_HAND:
                self._at_hand.popitem(last=False)
        return stored, portfolio

    def portfolio_record(self, id: str, revision: int | None = None) -> StoredPortfolio:
        """What is known of a revision, without what is in it; raises UnknownPortfolio."""
        asked = _records().where(revisions.c.portfolio == id)
        if revision is None:
            latest = select(portfolios.c.revision).where(portfolios.c.id == id).scalar_subquery()
            asked = asked.where(revisions.c.revision == latest)
        else:
            asked = asked.where(revisions.c.revision == revision)
        with self.reading() as connection:
            row = connection.execute(asked).one_or_none()
        if row is None:
            said = f"There is no portfolio {id}" if revision is None else f"There is no revision {revision} of {id}"
            raise UnknownPortfolio(f"{said}.")
        return record_of(row, StoredPortfolio)

    def portfolio_text(self, id: str, revision: int) -> str:
        """The canonical JSON of a revision; raises UnknownPortfolio."""
        asked = select(revisions.c.content).where(revisions.c.portfolio == id, revisions.c.revision == revision)
        with self.reading() as connection:
            text = connection.scalar(asked)
        if text is None:
            raise UnknownPortfolio(f"There is no revision {revision} of {id}.")
        return str(text)

    def portfolios(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredPortfolio]:
        """The latest revision of every portfolio; filters: `name`, `by`."""
        asked = _records().join(
            portfolios, (portfolios.c.id == revisions.c.portfolio) & (portfolios.c.revision == revisions.c.revision)
        )
        for name, value in filters.items():
            asked = asked.where(revisions.c[name] == value)
        with self.reading() as connection:
            return page(connection, asked, portfolios.c.number, StoredPortfolio, cursor, limit)

    def revisions(self, id: str, cursor: str | None = None, limit: int = 50) -> Page[StoredPortfolio]:
        """All revisions of a portfolio; raises UnknownPortfolio."""
        self.portfolio_record(id)
        with self.reading() as connection:
            asked = _records().where(revisions.c.portfolio == id)
            return page(connection, asked, revisions.c.revision, StoredPortfolio, cursor, limit)

    def _add_revision(self, connection: Connection, portfolio: Portfolio, revision: int, by: str) -> StoredPortfolio:
        stored = StoredPortfolio(
            id=portfolio.id,
            revision=revision,
            name=portfolio.name,
            sha256=portfolio.sha256(),
            people=len(portfolio.people),
            activities=len(portfolio.activities),
            created=now(),
            by=by,
        )
        said = {**vars(stored), "portfolio": stored.id, "content": content_of(portfolio)}
        del said["id"]
        connection.execute(insert(revisions).values(**said))
        if by != LIBRARY:
            trail.add(connection, by, "store_portfolio", {"portfolio": stored.id, "revision": revision})
        return stored


def stale(id: str, latest: int, expected: int | None) -> Stale:
    """What to raise where the latest revision is not the expected one."""
    return Stale(f"Portfolio {id} is at revision {latest} by now, not at {expected}; read it again.")


def _records() -> Select[Any]:
    names = [name for name in StoredPortfolio.__dataclass_fields__ if name != "id"]
    return select(revisions.c.portfolio.label("id"), *(revisions.c[name] for name in names))
