"""Backup, restore and upgrade, by the very commands of `docs/operations.md`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text
from typer.testing import CliRunner

from service import examples
from service.cli import app as cli
from service.orders import Source, order
from service.store import ENDED, Store
from service.store.engine import MIGRATIONS, connect, url_of
from solver.portfolio import parse
from tests.service.postgres import Postgres

OPERATING = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
EXAMPLE = parse(examples.PORTFOLIO)


def told(mark: str) -> str:
    """The one command of the page that begins so."""
    [found] = set(re.findall(rf"(?:^    |`)({mark}[^`\n]+)", OPERATING, re.MULTILINE))
    return str(found)


def filled(store: Store) -> str:
    """Put something of every sort in; the id of a run that waits."""
    store.add_portfolio(EXAMPLE, "ana")
    store.add_key("hr", 30)
    run, _ = store.add_run(order(Source(EXAMPLE, None), "ana"))
    return run.id


def content(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but procrastinate's, sorted."""
    names = [name for name in inspect(store.engine).get_table_names() if not name.startswith("procrastinate")]
    with store.engine.connect() as connection:
        return {name: sorted(map(str, connection.execute(text(f"SELECT * FROM {name}")))) for name in names}


def test_a_file_is_backed_up_and_restored(sqlite_address: str, tmp_path: Path) -> None:
    """The copy that is made while the store is in use has everything, and is a store itself."""
    store = Store.open(sqlite_address)
    filled(store)
    line = told("python -c")
    subprocess.run(line.replace("python", sys.executable, 1), shell=True, check=True, cwd=tmp_path)
    before = content(store)
    store.close()
    restored = Store.open(f"sqlite:///{tmp_path / 'backup.db'}")
    assert content(restored) == before
    assert restored.verify().whole
    restored.close()


def test_postgresql_is_backed_up_and_restored_with_its_queue(
    postgres: Postgres, postgres_address: str, tmp_path: Path
) -> None:
    """What was dumped is restored into an empty database, and a worker solves there what waited."""
    store = Store.open(postgres_address)
    id = filled(store)
    path = f"{postgres.programs}{os.pathsep}{os.environ['PATH']}"

    def run(line: str, address: str) -> None:
        env = {**os.environ, "PATH": path, "STAFFING_DATABASE_URL": address}
        subprocess.run(line, shell=True, check=True, cwd=tmp_path, env=env)

    run(told("pg_dump"), postgres_address)
    before = content(store)
    store.close()
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    address = postgres.address("restored")
    run(told("pg_restore"), address)
    restored = Store.open(address)
    assert content(restored) == before
    env = {**os.environ, "STAFFING_DATABASE_URL": address}
    with subprocess.Popen([Path(sys.executable).with_name("staffing"), "worker"], env=env, stderr=-3) as worker:
        waiting = threading.Event()
        while restored.run(id).status not in ENDED:
            assert worker.poll() is None
            waiting.wait(0.1)
        worker.terminate()
    assert (restored.run(id).status, restored.verify().whole) == ("finished", True)
    restored.close()


@pytest.mark.parametrize("revision", ["0001", "0002"])
@pytest.mark.parametrize("sort", ["sqlite", "postgresql"])
def test_a_store_of_an_earlier_version_is_brought_up_to_date(
    request: pytest.FixtureRequest, tmp_path: Path, sort: str, revision: str
) -> None:
    """What an earlier version stored is there after the start of this one, and can be worked with."""
    address = f"sqlite:///{tmp_path / 'earlier.db'}"
    if sort == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE earlier_{revision}".encode())
        address = postgres.address(f"earlier_{revision}")
    engine = connect(url_of(address))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        said = {"id": "example", "name": "Example", "sha256": "0" * 64, "content": "{}", "at": "2026-01-02 03:04:05"}
        for statement in (
            "INSERT INTO portfolios (id, name, revision, created) VALUES (:id, :name, 1, :at)",
            "INSERT INTO revisions (portfolio, revision, name, sha256, people, activities, content, created, by)"
            " VALUES (:id, 1, :name, :sha256, 1, 1, :content, :at, 'ana')",
        ):
            connection.execute(text(statement), said)
    engine.dispose()
    store = Store.open(address)
    assert store.portfolio_record("example").by == "ana"
    assert store.standing(30).runs == {}
    run, _ = store.add_run(order(Source(EXAMPLE, None), "bram"))
    assert store.standing(30).runs == {("solve", "queued", None): 1}
    assert store.claim_run(run.id)
    assert store.verify().whole
    store.close()


def test_an_earlier_version_leaves_a_later_store_alone(sqlite_address: str) -> None:
    """A store that a later version has changed is named as such by every command, in a line."""
    store = Store.open(sqlite_address)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    for line in (["serve"], ["keys", "list"]):
        done = CliRunner().invoke(cli, line, env={"STAFFING_DATABASE_URL": sqlite_address})
        assert (done.exit_code, "A later version of staffing has changed the store" in done.output) == (1, True)
