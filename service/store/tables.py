"""The tables of the store, the same on SQLite and PostgreSQL; `migrations/` brings a database to them.

`number` counts up and gives every list its order, whatever the clock does. Portfolios and proposals are kept as the
JSON text that they are, since nothing asks for parts of them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: a whole number that counts up by itself
Number = BigInteger().with_variant(Integer, "sqlite")
#: an id of a portfolio, a scenario, a run
Id = String(64)
#: who did something
By = String(200)


class Moment(TypeDecorator[datetime]):
    """A time with its offset, which SQLite would lose: kept and given in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


portfolios = Table(
    "portfolios",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # the latest
    Column("created", Moment, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("portfolio", Id, ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("people", Integer, nullable=False),
    Column("activities", Integer, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON
    Column("created", Moment, nullable=False),
    Column("by", By, nullable=False),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("portfolio", Id, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("version", Integer, nullable=False),  # counts what was put
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("by", By, nullable=False),
    ForeignKeyConstraint(["portfolio", "revision"], ["revisions.portfolio", "revisions.revision"], ondelete="CASCADE"),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),  # solve, study, why_not, alternatives, conflict
    Column("status", String(12), nullable=False),  # queued, running, finished, cancelled, failed
    Column("attempt", Integer, nullable=False),  # how often it was taken up; only who took it up last may write
    Column("lost", Integer, nullable=False),  # how often whoever had taken it up died
    Column("cancelling", Boolean, nullable=False),  # somebody asked to stop it
    Column("turn", Integer, nullable=False),  # its place in the queue, see Store.add_run
    Column("by", By, nullable=False),
    Column("portfolio", Id, nullable=False),
    Column("revision", Integer, nullable=True),  # null: the portfolio came with the request and is in `content`
    Column("content", Text, nullable=True),
    Column("sha256", String(64), nullable=False),
    Column("scenario", Id, nullable=True),
    Column("changes", JSON, nullable=False),
    Column("asked", JSON, nullable=True),  # of a study or an explanation: what it asks
    Column("settings", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("parent", Id, nullable=True),
    Column("created", Moment, nullable=False),
    Column("started", Moment, nullable=True),
    Column("ended", Moment, nullable=True),
    Column("last_event", Integer, nullable=False),
    Column("progress", JSON, nullable=True),  # the latest
    Column("outcome", String(20), nullable=True),  # the solver's word on it, of a solve
    Column("failure", JSON, nullable=True),
    Column("result", Text, nullable=True),  # the proposal or answer, JSON
    Index(None, "status", "turn", "number"),
    Index(None, "by", "status"),
    Index(None, "portfolio", "number"),
    Index("ix_runs_kind_status_outcome", "kind", "status", "outcome"),  # to count them
)

run_events = Table(
    "run_events",
    metadata,
    Column("run", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("content", JSON, nullable=False),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("runs", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("by", By, nullable=False),
    Column("result", Text, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("by", By, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("asked", String(64), nullable=False),  # hash of the request
    Column("run", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("created", Moment, nullable=False),
)
