"""Everything is restarted in the middle of everything: in good order, as at an upgrade, and by `kill -9`.

    python -m tests.faults.restart

Runs are queued and running, their events are streamed, and a study is under way.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from service.store import ENDED, Store
from tests.faults.clients import Clients, ask
from tests.faults.kills import ASKED, CLIENTS, _wait_for_rest, embedded, tracebacks, with_workers
from tests.faults.processes import PATIENCE, until
from tests.faults.storage import at_work, prepared
from tests.faults.verdict import found_in

STUDY = {
    "portfolio": "example",
    "study": {"kind": "exposure"},
    "settings": {"seconds": 3, "workers": 1},
}
QUEUED = 6


def restart(way: str, sign: signal.Signals) -> dict[str, Any]:
    """One restart of server and workers; what came of what was under way."""
    ways = {"embedded": embedded, "workers": with_workers}
    with tempfile.TemporaryDirectory(prefix="staffing-restart-") as name, ways[way](Path(name)) as system:
        prepared(system)
        study = ask(system.port, "POST", "/v1/studies", STUDY, headers={"Idempotency-Key": "study"})
        assert study.status == 202, study
        at_work(system, study.body["id"])
        clients = Clients(system.port, CLIENTS, ASKED)
        clients.record.acknowledged["study"] = study.body["id"]
        for number in range(QUEUED):
            key = f"queued-{number}"
            answer = ask(system.port, "POST", "/v1/runs", ASKED, headers={"Idempotency-Key": key})
            assert answer.status == 202, answer
            clients.record.acknowledged[key] = answer.body["id"]
        clients.start()
        until(lambda: len(clients.record.events) >= CLIENTS // 2)
        before = ask(system.port, "GET", "/health/ready").body["runs"]
        processes = [one.process for one in (system.server, *system.workers) if one.process is not None]
        began = time.monotonic()
        for process in processes:
            process.send_signal(sign)
        codes = sorted({process.wait(PATIENCE) for process in processes})
        stopped = time.monotonic() - began
        system.until_ready()
        ready = time.monotonic() - began
        until(lambda: len(clients.record.ended) >= CLIENTS, PATIENCE)
        clients.finish(PATIENCE)
        store = Store.open(system.address)
        _wait_for_rest(store)
        found = found_in(store, clients.record)
        runs = [store.run(id) for id in clients.record.acknowledged.values()]
        done = store.run(study.body["id"])
        assert all(run.status in ENDED for run in runs)
        store.close()
        return {
            "before": before,
            "exit codes": codes,
            "seconds to end": round(stopped, 1),
            "seconds until ready": round(ready, 1),
            "acknowledged": len(runs),
            "ends": dict(Counter(run.status for run in runs)),
            "counted as interrupted": sum(run.lost for run in runs),
            "study": f"{done.status} at attempt {done.attempt}",
            "streams resumed": clients.record.resumed,
            "wrong": found.wrong,
            "tracebacks": tracebacks(Path(name)),
        }


def main() -> None:
    """Both ways of running, both ways to end, as JSON; exit code 1 where something is wrong."""
    found = {
        f"{way}, {sign.name}": restart(way, sign)
        for way in sys.argv[1:] or ("embedded", "workers")
        for sign in (signal.SIGTERM, signal.SIGKILL)
    }
    print(json.dumps(found, indent=1))  # noqa: T201
    sys.exit(any(one["wrong"] for one in found.values()))


if __name__ == "__main__":
    main()
