"""The service as a process of its own, over real connections."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from service import examples, heaps
from service.store import Store
from tests.service.hard import hard_portfolio
from tests.service.running import serving

JSON = {"Content-Type": "application/json"}
WAIT = {"Prefer": "wait=30"}
LONG = json.dumps({"portfolio": hard_portfolio(), "settings": {"seconds": 60}}).encode()
SETTINGS = {
    "STAFFING_SOLVES_AT_ONCE": "1",
    "STAFFING_SOLVES_WAITING": "1",
    "STAFFING_BODY_SECONDS": "2",
    "STAFFING_BODY_BYTES": "500000",
}


@pytest.fixture(scope="module")
def port(module_address: str) -> Iterator[int]:
    """The port of a running service."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "uvicorn", "service.app:create_app", "--factory", "--log-level", "error"]
        server = subprocess.Popen(
            [*command, "--fd", str(listening.fileno())],
            pass_fds=[listening.fileno()],
            env={**os.environ, **SETTINGS, "STAFFING_DATABASE_URL": module_address},
        )
        yield listening.getsockname()[1]
        server.terminate()
        assert server.wait() in (0, -15)  # uvicorn ends by the signal it got


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of an answer, which is waited for."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, {**JSON, **WAIT} if body is not None else {})
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), json.loads(response.read())
    connection.close()
    return answer


def solves(port: int) -> dict[str, int]:
    """What the service says it is solving."""
    counts: dict[str, int] = ask(port, "GET", "/health/ready")[2]["runs"]
    return counts


def test_a_solve_stops_when_its_client_goes_away(port: int) -> None:
    """A client that waits for a run holds its place; once that client is gone the run is cancelled, the place free."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/proposals", LONG, {**JSON, **WAIT})
    while not solves(port)["running"]:
        pass
    run = ask(port, "GET", "/v1/runs?status=running")[2]["items"][0]
    status, headers, waiting = ask(port, "POST", "/v1/runs", b'{"portfolio": "adviesbureau"}')
    assert (status, waiting["status"]) == (202, "queued")
    status, headers, told = ask(port, "POST", "/v1/proposals", json.dumps(examples.BODIES["propose"]).encode())
    assert (status, told["code"], headers["retry-after"]) == (429, "busy", "10")
    ask(port, "POST", f"/v1/runs/{waiting['id']}/cancel", b"")
    looking = HTTPConnection("127.0.0.1", port)
    for _ in range(2):  # the head of a stream that goes on comes at once, and leaves the connection as it was
        looking.request("HEAD", f"/v1/runs/{run['id']}/events")
        head = looking.getresponse()
        assert (head.status, head.getheader("content-type"), head.read()) == (
            200,
            "text/event-stream; charset=utf-8",
            b"",
        )
    looking.close()
    connection.close()
    while solves(port)["running"]:
        pass
    assert ask(port, "GET", f"/v1/runs/{run['id']}")[2]["status"] == "cancelled"
    assert ask(port, "POST", "/v1/proposals", json.dumps(examples.BODIES["propose"]).encode())[0] == 200


@pytest.mark.parametrize(
    ("path", "type", "said"),
    [
        (b"/v1/check", b"application/json", b'"code":"too_slow"'),
        (b"/sign-in", b"application/x-www-form-urlencoded", b"The form was not complete after 2 seconds."),
        (b"/portfolios", b"multipart/form-data; boundary=x", b"The form was not complete after 2 seconds."),
    ],
)
def test_a_body_that_never_ends_is_given_up(port: int, path: bytes, type: bytes, said: bytes) -> None:
    """Half a body or form, and then nothing: a 408, and the connection is closed."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head % (path, type) + b'{"portfolio"')
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    assert told.startswith(b"HTTP/1.1 408 ")
    assert said in told


def test_who_sends_too_much_hears_so(port: int) -> None:
    """The answer reaches a client that sends its whole body before it listens."""
    status, headers, told = ask(port, "POST", "/v1/check", b" " * 900_000)
    assert (status, told["code"], headers["connection"]) == (413, "too_large", "close")


def test_a_service_that_is_told_to_end_stops_its_solve(sqlite_address: str) -> None:
    """After SIGTERM the client of a long solve gets a 503, the process ends, and the run is queued for the next one."""
    command = [Path(sys.executable).with_name("staffing"), "serve", "--port", "0"]
    env = {**os.environ, "STAFFING_DATABASE_URL": sqlite_address}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env) as server:
        assert server.stderr
        running = next(line for line in server.stderr if "running on" in line)
        at = int(re.findall(r":(\d+) ", running)[0])
        connection = HTTPConnection("127.0.0.1", at)
        long = json.dumps({"portfolio": hard_portfolio(), "settings": {"seconds": 300}})
        connection.request("POST", "/v1/proposals", long, {**JSON, **WAIT})
        while not solves(at)["running"]:
            pass
        server.send_signal(signal.SIGTERM)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["code"]) == (503, "ending")
        connection.close()
        assert "Traceback" not in server.stderr.read()
    assert server.returncode in (0, -signal.SIGTERM)
    store = Store.open(sqlite_address)
    assert [(run.status, run.lost) for run in store.runs().items] == [("queued", 0)]
    store.close()


def heaps_of(pid: int) -> int:
    """How many heaps `malloc` has made for a process beside its first.

    Each reserves 64 MiB at a multiple of that: what is in use, and behind it what nobody may touch yet. Holes of
    libraries and pages that guard threads' stacks may end at such an address, but no used part begins 64 MiB before.
    """
    size, parts = 64 * 2**20, []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        ends, rights, *_ = line.split()
        begin, end = (int(each, 16) for each in ends.split("-"))
        parts.append((begin, end, rights))
    return sum(
        (used, behind) == ("rw-p", "---p") and begin % size == 0 and (middle, end) == (begins, begin + size)
        for (begin, middle, used), (begins, end, behind) in pairwise(parts)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="counts heaps in /proc, which Linux alone has")
def test_threads_share_their_heaps(sqlite_address: str) -> None:
    """Many requests at once make no more heaps, each of which would keep the most that it ever had."""
    with serving(sqlite_address) as server, ThreadPoolExecutor(8) as pool:
        paths = ["/v1/portfolios/kenniswerkers", "/v1/rules", "/v1/scenarios", "/v1/audit"] * 4
        answers = list(pool.map(lambda path: ask(server.port, "GET", path)[0], paths))
        assert set(answers) == {200}
        assert heaps_of(server.process.pid) < heaps.MOST
