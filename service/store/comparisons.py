"""Comparisons: runs side by side, kept as they were when they were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from service.problems import UnknownComparison
from service.store.base import Base, columns, new_id, now, one_of, page
from service.store.records import Page, StoredComparison
from service.store.tables import comparisons


class Comparisons(Base):
    """The part of the store that holds comparisons."""

    def add_comparison(self, runs: Sequence[str], result: str, by: str) -> StoredComparison:
        """Store one; `result` is its JSON."""
        stored = StoredComparison(id=new_id(), runs=list(runs), created=now(), by=by)
        with self.writing() as connection:
            connection.execute(insert(comparisons).values(**vars(stored), result=result))
        return stored

    def comparison(self, id: str) -> tuple[StoredComparison, str]:
        """One comparison and its JSON; raises UnknownComparison."""
        with self.reading() as connection:
            stored = one_of(connection, comparisons, StoredComparison, id)
            result = connection.scalar(select(comparisons.c.result).where(comparisons.c.id == id))
        if stored is None or result is None:
            raise UnknownComparison(f"There is no comparison {id}.")
        return stored, str(result)

    def comparisons(self, cursor: str | None = None, limit: int = 50) -> Page[StoredComparison]:
        """All comparisons."""
        with self.reading() as connection:
            asked = select(*columns(comparisons, StoredComparison))
            return page(connection, asked, comparisons.c.number, StoredComparison, cursor, limit)
