"""The tables of access and of the record: keys, decisions, contested levels, the audit log."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from service.store.tables import By, Id, Moment, Number, metadata

access_keys = Table(
    "access_keys",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(12), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),  # SHA-256 of the secret, which is chance alone
    Column("name", By, nullable=False),
    Column("role", String(10), nullable=False),
    Column("person", Id, nullable=True),
    Column("units", JSON, nullable=True),  # of a planner; null: all
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Moment, nullable=True),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("run", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("decision", String(10), nullable=False),  # accept, reject, override
    Column("bookings", JSON, nullable=True),  # null: all of the proposal
    Column("reason", Text, nullable=True),
    Column("by", By, nullable=False),
    Column("person", Id, nullable=True),  # who decided, where the key says
    Column("role", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("revision", Integer, nullable=True),  # whose incumbents it became
    Index(None, "run", "number"),
)

contests = Table(
    "contests",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("portfolio", Id, ForeignKey("portfolios.id", ondelete="CASCADE"), nullable=False),
    Column("person", Id, nullable=False),
    Column("term", Id, nullable=False),
    Column("level", Integer, nullable=True),  # what it should be, as the person says
    Column("reason", Text, nullable=False),
    Column("status", String(10), nullable=False),  # open, upheld, dismissed
    Column("by", By, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", Text, nullable=True),
    Column("settled_by", By, nullable=True),
    Column("settled", Moment, nullable=True),
    Index(None, "person", "number"),
)

#: entries are added and never changed; each carries the hash of the one before
audit = Table(
    "audit",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),  # as text: the hash covers it to the letter
    Column("by", By, nullable=False),
    Column("role", String(10), nullable=False),
    Column("action", String(40), nullable=False),
    Column("about", JSON, nullable=False),
    Column("people", JSON, nullable=False),  # salted hashes
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

#: what a person's id is hashed with in the audit log; forgotten with the person
salts = Table(
    "salts",
    metadata,
    Column("person", Id, primary_key=True),
    Column("salt", String(64), nullable=False),
)
