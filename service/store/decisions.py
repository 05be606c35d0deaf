"""What people decided about proposals, and levels that they contest. Nothing follows by itself from either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from service.problems import Settled, UnknownContest
from service.store import trail
from service.store.access_tables import contests, decisions
from service.store.base import Base, columns, new_id, now, one_of, page
from service.store.records import Page, StoredPortfolio
from service.store.tables import runs
from service.who import Role, Who
from solver.portfolio import Portfolio

Verb = Literal["accept", "reject", "override"]
Standing = Literal["open", "upheld", "dismissed"]


@dataclass(frozen=True)
class StoredDecision:
    """A decision on bookings of a run's proposal, None being all of them; `revision`: whose incumbents it became.

    person: who decided, where the key says who that is.
    """

    id: str
    run: str
    decision: Verb
    bookings: list[dict[str, Any]] | None
    reason: str | None
    by: str
    person: str | None
    role: Role
    at: datetime
    revision: int | None


@dataclass(frozen=True)
class StoredContest:
    """A level that a person contests; `level` is what it should be, as far as they say."""

    id: str
    portfolio: str
    person: str
    term: str
    level: int | None
    reason: str
    status: Standing
    by: str
    at: datetime
    answer: str | None
    settled_by: str | None
    settled: datetime | None


class Decisions(Base):
    """The part of the store that holds decisions and contested levels."""

    def decide(
        self,
        run: str,
        decision: Verb,
        bookings: list[dict[str, Any]] | None,
        reason: str | None,
        who: Who,
        people: Iterable[str],
    ) -> StoredDecision:
        """Store a decision; people: those whose bookings it is about."""
        stored = StoredDecision(
            id=new_id(),
            run=run,
            decision=decision,
            bookings=bookings,
            reason=reason,
            by=who.name,
            person=who.person,
            role=who.role,
            at=now(),
            revision=None,
        )
        with self.writing() as connection:
            connection.execute(insert(decisions).values(**vars(stored)))
            about = {"run": run, "decision": stored.id}
            trail.add(connection, who, decision, about, [*people, who.person])
        return stored

    def decisions(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredDecision]:
        """Decisions, newest first; filters: `run`, `by`, `person`."""
        asked = select(*columns(decisions, StoredDecision))
        for name, value in filters.items():
            asked = asked.where(decisions.c[name] == value)
        with self.reading() as connection:
            return page(connection, asked, decisions.c.number, StoredDecision, cursor, limit)

    def decisions_of(self, run: str) -> list[StoredDecision]:
        """All decisions on a run, in their order."""
        asked = select(*columns(decisions, StoredDecision)).where(decisions.c.run == run).order_by(decisions.c.number)
        with self.reading() as connection:
            return [StoredDecision(**row._mapping) for row in connection.execute(asked)]

    def make_incumbent(
        self, run: str, portfolio: Portfolio, expected: int, who: Who, people: Iterable[str]
    ) -> StoredPortfolio:
        """Store the portfolio, with a run's accepted bookings in it, as the next revision; raises Stale."""
        with self.writing() as connection:
            stored: StoredPortfolio = self.revise_portfolio(  # type: ignore[attr-defined]
                portfolio.id, portfolio, who.name, expected, connection
            )
            connection.execute(update(decisions).where(decisions.c.run == run).values(revision=stored.revision))
            about = {"run": run, "portfolio": stored.id, "revision": stored.revision}
            trail.add(connection, who, "make_incumbent", about, people)
        return stored

    def outcomes(self) -> list[tuple[StoredDecision, str, int]]:
        """Every decision with the portfolio of its run, and how many bookings were decided in it (0: not told)."""
        asked = (
            select(*columns(decisions, StoredDecision), runs.c.portfolio.label("of"))
            .join(runs, runs.c.id == decisions.c.run)
            .order_by(decisions.c.number)
        )
        found = []
        with self.reading() as connection:
            for row in connection.execute(asked).mappings():
                stored = StoredDecision(**{name: row[name] for name in StoredDecision.__dataclass_fields__})
                found.append((stored, str(row["of"]), len(stored.bookings or ())))
        return found

    # --- levels

    def contest(
        self, portfolio: str, person: str, term: str, level: int | None, reason: str, who: Who
    ) -> StoredContest:
        """Store that a person contests a level."""
        stored = StoredContest(
            id=new_id(),
            portfolio=portfolio,
            person=person,
            term=term,
            level=level,
            reason=reason,
            status="open",
            by=who.name,
            at=now(),
            answer=None,
            settled_by=None,
            settled=None,
        )
        with self.writing() as connection:
            connection.execute(insert(contests).values(**vars(stored)))
            trail.add(connection, who, "contest_level", {"contest": stored.id, "portfolio": portfolio}, [person])
        return stored

    def contests_of(self, person: str, cursor: str | None = None, limit: int = 50) -> Page[StoredContest]:
        """What a person contests, newest first."""
        asked = select(*columns(contests, StoredContest)).where(contests.c.person == person)
        with self.reading() as connection:
            return page(connection, asked, contests.c.number, StoredContest, cursor, limit)

    def contests(self, cursor: str | None = None, limit: int = 50) -> Page[StoredContest]:
        """What people contest, newest first."""
        with self.reading() as connection:
            return page(
                connection, select(*columns(contests, StoredContest)), contests.c.number, StoredContest, cursor, limit
            )

    def settle_contest(self, person: str, id: str, status: Standing, answer: str, who: Who) -> StoredContest:
        """Answer a contest; raises UnknownContest, or Settled where it was answered before."""
        with self.writing() as connection:
            before = one_of(connection, contests, StoredContest, id)
            if before is None or before.person != person:
                raise UnknownContest(f"There is no contest {id} of {person}.")
            if before.status != "open":
                raise Settled(f"Contest {id} is {before.status} already; a new one can be made.")
            said = {"status": status, "answer": answer, "settled_by": who.name, "settled": now()}
            connection.execute(update(contests).where(contests.c.id == id).values(**said))
            trail.add(connection, who, "settle_contest", {"contest": id, "status": status}, [person])
            settled = one_of(connection, contests, StoredContest, id)
        assert settled is not None
        return settled
