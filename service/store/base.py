"""What every part of the store builds on: transactions, ids, pages."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Engine, Select, Table, select

from service.problems import BadQuery
from service.store.records import Page
from solver.portfolio import Problem

MOST_ITEMS = 200
Record = TypeVar("Record")


class Base:
    """A database, in short transactions. Every method may be called from any thread, but not from the event loop."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; on SQLite it waits for any other one first."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection


def now() -> datetime:
    """The time, with its offset."""
    return datetime.now(UTC)


def new_id() -> str:
    """32 hexadecimal digits: the time, and then chance."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def columns(table: Table, record: type[Any]) -> list[Column[Any]]:
    """The columns that a record is made of."""
    return [table.c[name] for name in record.__dataclass_fields__]


def page(
    connection: Connection,
    asked: Select[Any],
    number: Column[Any],
    record: type[Record],
    cursor: str | None,
    limit: int,
) -> Page[Record]:
    """Up to `limit` records, the newest first; raises BadQuery for one that no page gave."""
    if cursor is not None:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            problem = Problem("?cursor", "bad_cursor", cursor[:100], "the `next` of the page before")
            raise BadQuery([problem])
        asked = asked.where(number < int(cursor))
    limit = max(1, min(limit, MOST_ITEMS))
    rows = connection.execute(asked.add_columns(number.label("_number")).order_by(number.desc()).limit(limit + 1)).all()
    items = [record(**_fields(row)) for row in rows[:limit]]
    return Page(items, str(rows[limit - 1]._number) if len(rows) > limit else None)


def record_of(row: Any, record: type[Record]) -> Record:
    """A row as a record."""
    return record(**_fields(row))


def _fields(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "_number"}


def one_of(
    connection: Connection, table: Table, record: type[Record], id: str, *where: ColumnElement[bool]
) -> Record | None:
    """The record of that id, if there is one."""
    row = connection.execute(select(*columns(table, record)).where(table.c.id == id, *where)).one_or_none()
    return None if row is None else record_of(row, record)
