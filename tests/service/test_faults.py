"""A few kills of each sort; `make faults` does hundreds, and more than kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import embedded, trial, with_workers
from tests.service.postgres import Postgres


@pytest.mark.slow
def test_a_server_with_its_store_in_a_file_survives_kills(tmp_path: Path) -> None:
    """No run that was acknowledged is lost, ended twice or stuck, whatever is killed; the audit log is whole."""
    with embedded(tmp_path) as system:
        done = trial(system, "embedded", ["server", "solver", "server"], 1)
    assert done.found.wrong == done.tracebacks == []
    assert set(done.found.ends) == {"finished"}


@pytest.mark.slow
def test_servers_workers_and_their_database_survive_kills(postgres: Postgres, tmp_path: Path) -> None:
    """The same on many machines, where the database is killed too."""
    with with_workers(tmp_path) as system:
        done = trial(system, "workers", ["worker", "database", "server"], 1)
    assert done.found.wrong == done.tracebacks == []
    assert set(done.found.ends) == {"finished"}
