"""The database: one SQLite file, or PostgreSQL; opened, and brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

MIGRATIONS = Path(__file__).parent / "migrations"
#: seconds that a write waits for another one
BUSY_SECONDS = 20
#: seconds after which a connection counts as dead on which nothing comes back: its host may be gone without a word
DEAD_SECONDS = 10
#: seconds that a transaction waits for another, and that one may do nothing: its host may be paused, or cut off
HELD_SECONDS = 15
#: any number that nobody else uses: holds off a second server that starts at the same moment
MIGRATING = 0x57AFF


class TooNew(Exception):
    """A later version of the service has changed the store."""


def url_of(text: str) -> URL:
    """The address of a store: `sqlite:///file` or `postgresql://…`; raises ValueError for any other."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("a database URL, such as sqlite:///staffing.db or postgresql://user@host/name") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return url
    raise ValueError("sqlite:/// with a file, or postgresql:// with a database")


def libpq(engine: Engine) -> str:
    """The address as PostgreSQL's own library reads it, whatever stands in the password."""
    parts = engine.dialect.create_connect_args(engine.url)[1]
    return make_conninfo(**{name: value for name, value in parts.items() if name != "context"})  # SQLAlchemy's own


def manners(url: URL) -> dict[str, Any]:
    """How PostgreSQL is connected to, unless the address says otherwise: neither end waits for one that is gone."""
    every, seconds = DEAD_SECONDS // 5, DEAD_SECONDS * 1000
    server = {
        "tcp_keepalives_idle": every,
        "tcp_keepalives_interval": every,
        "tcp_keepalives_count": 4,
        "tcp_user_timeout": seconds,
        "lock_timeout": HELD_SECONDS * 1000,
        "idle_in_transaction_session_timeout": HELD_SECONDS * 1000,
    }
    said = {
        "connect_timeout": 5,
        "keepalives_idle": every,
        "keepalives_interval": every,
        "keepalives_count": 4,
        "tcp_user_timeout": seconds,
        "options": " ".join(f"-c {name}={value}" for name, value in server.items()),
    }
    return {name: value for name, value in said.items() if name not in url.query}


def connect(url: URL) -> Engine:
    """An engine for the address; nothing is reached yet."""
    if url.drivername != "sqlite":
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args=manners(url),
        )
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, see `_begin`
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # Who means to write says so at once: one that reads first and writes later may be refused in the middle.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def upgrade(engine: Engine) -> None:
    """Bring the database up to date; of several that start at once, one does it and the others wait. Raises TooNew."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            for limit in ("lock_timeout", "idle_in_transaction_session_timeout"):  # it takes as long as it takes
                connection.execute(text(f"SET LOCAL {limit} = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise TooNew("A later version of staffing has changed the store; this one cannot work with it.") from error
