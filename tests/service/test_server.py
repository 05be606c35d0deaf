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
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from service import examples
from tests.service.hard import hard_portfolio

JSON = {"Content-Type": "application/json"}
LONG = json.dumps({"portfolio": hard_portfolio(), "settings": {"seconds": 60}}).encode()
SETTINGS = {
    "STAFFING_SOLVES_AT_ONCE": "1",
    "STAFFING_SOLVES_WAITING": "0",
    "STAFFING_BODY_SECONDS": "2",
    "STAFFING_BODY_BYTES": "500000",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a running service."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "uvicorn", "service.app:create_app", "--factory", "--log-level", "error"]
        server = subprocess.Popen(
            [*command, "--fd", str(listening.fileno())],
            pass_fds=[listening.fileno()],
            env={**os.environ, **SETTINGS},
        )
        yield listening.getsockname()[1]
        server.terminate()
        assert server.wait() in (0, -15)  # uvicorn ends by the signal it got


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of an answer."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, JSON if body is not None else {})
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), json.loads(response.read())
    connection.close()
    return answer


def solves(port: int) -> dict[str, int]:
    """What the service says it is solving."""
    counts: dict[str, int] = ask(port, "GET", "/health/ready")[2]["solves"]
    return counts


def test_a_solve_stops_when_its_client_goes_away(port: int) -> None:
    """While one client's solve takes the only place another is refused; once that client is gone the place is free."""
    before = solves(port)
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/proposals", LONG, JSON)
    while not solves(port)["running"]:
        pass
    status, headers, told = ask(port, "POST", "/v1/proposals", json.dumps(examples.BODIES["propose"]).encode())
    assert (status, told["code"], headers["retry-after"]) == (429, "busy", "10")
    connection.close()
    while solves(port)["running"]:
        pass
    after = solves(port)
    assert (after["stopped"], after["finished"]) == (before["stopped"] + 1, before["finished"])  # not: ran to its end
    assert ask(port, "POST", "/v1/proposals", json.dumps(examples.BODIES["propose"]).encode())[0] == 200


def test_a_body_that_never_ends_is_given_up(port: int) -> None:
    """Half a body, and then nothing: a 408, and the connection is closed."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head + b'{"portfolio"')
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in told


def test_who_sends_too_much_hears_so(port: int) -> None:
    """The answer reaches a client that sends its whole body before it listens."""
    status, headers, told = ask(port, "POST", "/v1/check", b" " * 900_000)
    assert (status, told["code"], headers["connection"]) == (413, "too_large", "close")


def test_a_service_that_is_told_to_end_stops_its_solve() -> None:
    """After SIGTERM the client of a long solve gets a 503, and the process ends long before the solve would have."""
    command = [Path(sys.executable).with_name("staffing"), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        assert server.stderr
        running = next(line for line in server.stderr if "running on" in line)
        at = int(re.findall(r":(\d+) ", running)[0])
        connection = HTTPConnection("127.0.0.1", at)
        long = json.dumps({"portfolio": hard_portfolio(), "settings": {"seconds": 300}})
        connection.request("POST", "/v1/proposals", long, JSON)
        while not solves(at)["running"]:
            pass
        server.send_signal(signal.SIGTERM)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["code"]) == (503, "ending")
        connection.close()
        assert "Traceback" not in server.stderr.read()
    assert server.returncode in (0, -signal.SIGTERM)
