"""Clients that start short runs, watch them, decide about them, and keep a record of all they were told."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

ENDED = ("finished", "cancelled", "failed")
#: seconds between two tries
AGAIN = 0.2
#: what a client may be told while something is away, besides no answer at all: (status, code)
REFUSALS = {(503, "store_away"), (503, "ending"), (429, "busy")}


@dataclass
class Answer:
    """What came back; `problem` is the code of an error."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def problem(self) -> str | None:
        """The code of an error."""
        return self.body.get("code") if self.status >= 400 and isinstance(self.body, dict) else None


def ask(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    host: str = "127.0.0.1",
    timeout: float = 30,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request, with JSON; raises OSError or HTTPException where no answer comes."""
    connection = HTTPConnection(host, port, timeout=timeout)
    try:
        sent = None if body is None else json.dumps(body).encode()
        said = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, sent, said)
        response = connection.getresponse()
        content = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        try:
            return Answer(response.status, found, json.loads(content))
        except ValueError:
            return Answer(response.status, found, content)
    finally:
        connection.close()


@dataclass
class Record:
    """What clients were told, all of it; `wrong` says what may never be."""

    asked: int = 0  # keys sent
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → run
    ended: dict[str, tuple[str, str | None]] = field(default_factory=dict)  # run → status and outcome
    took: list[float] = field(default_factory=list)  # seconds from the acknowledgement to the end that was seen
    events: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # run → number and event, as streamed
    decided: dict[str, str] = field(default_factory=dict)  # decision → run
    refused: dict[str, int] = field(default_factory=dict)  # status and code → how often
    unanswered: int = 0
    resumed: int = 0  # streams that went on after they broke
    wrong: list[str] = field(default_factory=list)


class Clients:
    """Some clients in threads, each with a run at a time, until they are told to stop."""

    def __init__(self, port: int, count: int, asked: Mapping[str, Any]) -> None:
        """asked: the body of each run; every client streams every other run, and polls the rest."""
        self.port, self.asked = port, dict(asked)
        self.record, self._lock, self._over = Record(), threading.Lock(), threading.Event()
        self._late = time.monotonic() + 3600
        self._threads = [threading.Thread(target=self._go, args=[n], daemon=True) for n in range(count)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self, seconds: float) -> None:
        """Start no more runs, and see those that were acknowledged to their end, at most so long."""
        self._late = time.monotonic() + seconds
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _go(self, number: int) -> None:
        turn = number
        while not self._over.is_set():
            key = uuid.uuid4().hex
            with self._lock:
                self.record.asked += 1
            run = self._started(key)
            if run is None:
                return
            began = time.monotonic()
            turn += 1
            status = self._streamed(run) if turn % 2 else self._polled(run)
            if status is None:
                self._wrong(f"run {run} is stuck")
                continue
            with self._lock:
                self.record.took.append(time.monotonic() - began)
            self._look_again(run, key)
            if status == "finished" and not turn % 3:
                self._decide(run)

    def _patient(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer | None:
        """The answer to a request that is repeated while something is away; None where it is too late for that."""
        while time.monotonic() < self._late:
            try:
                found = ask(self.port, method, path, body, headers={} if key is None else {"Idempotency-Key": key})
            except (OSError, HTTPException):
                with self._lock:
                    self.record.unanswered += 1
            else:
                if found.status < 400:
                    return found
                self._refused(found, f"{method} {path}")
            time.sleep(AGAIN)
        return None

    def _refused(self, found: Answer, what: str) -> None:
        said = (found.status, found.problem)
        with self._lock:
            self.record.refused[f"{said[0]} {said[1]}"] = self.record.refused.get(f"{said[0]} {said[1]}", 0) + 1
        if said not in REFUSALS:
            self._wrong(f"{what} was answered {found.status}: {found.body!r:.300}")

    def _wrong(self, what: str) -> None:
        with self._lock:
            self.record.wrong.append(what)

    def _started(self, key: str) -> str | None:
        """The run of that key, once it is acknowledged; where clients stop before that, None."""
        while not self._over.is_set():
            try:
                found = ask(self.port, "POST", "/v1/runs", self.asked, headers={"Idempotency-Key": key})
            except (OSError, HTTPException):
                with self._lock:
                    self.record.unanswered += 1
            else:
                if found.status == 202:
                    run = str(found.body["id"])
                    with self._lock:
                        self.record.acknowledged[key] = run
                    return run
                self._refused(found, "POST /v1/runs")
            time.sleep(AGAIN)
        return None

    def _polled(self, run: str) -> str | None:
        while (found := self._patient("GET", f"/v1/runs/{run}")) is not None:
            if found.body["status"] in ENDED:
                self._note_end(run, found.body["status"], found.body["outcome"])
                return str(found.body["status"])
            time.sleep(AGAIN)
        return None

    def _note_end(self, run: str, status: str, outcome: str | None) -> None:
        with self._lock:
            before = self.record.ended.setdefault(run, (status, outcome))
        if before != (status, outcome):
            self._wrong(f"run {run} was {before}, and then {(status, outcome)}")

    def _streamed(self, run: str) -> str | None:
        """Follow the events of a run to its end, going on after the last one whenever the stream breaks."""
        seen: list[tuple[int, str]] = []
        with self._lock:
            self.record.events[run] = seen
        while time.monotonic() < self._late:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                last = str(seen[-1][0]) if seen else "0"
                connection.request("GET", f"/v1/runs/{run}/events", headers={"Last-Event-ID": last})
                response = connection.getresponse()
                if response.status != 200:
                    self._refused(
                        Answer(response.status, {}, json.loads(response.read())), f"GET /v1/runs/{run}/events"
                    )
                else:
                    self._read(response, seen)
            except (OSError, HTTPException, ValueError):
                with self._lock:
                    self.record.unanswered += 1
            finally:
                connection.close()
            if seen and seen[-1][1] in ENDED:
                return seen[-1][1]
            with self._lock:
                self.record.resumed += 1
            time.sleep(AGAIN)
        return None

    def _read(self, lines: Any, seen: list[tuple[int, str]]) -> None:
        number, event, data = 0, "", b""
        for line in lines:
            name, _, value = line.rstrip(b"\n").partition(b": ")
            if name == b"id":
                number = int(value)
            elif name == b"event":
                event = value.decode()
            elif name == b"data":
                data = value
            elif not line.strip() and event:
                json.loads(data)
                if seen and number != seen[-1][0] + 1:
                    self._wrong(f"event {number} came after {seen[-1][0]}")
                seen.append((number, event))
                event = ""

    def _look_again(self, run: str, key: str) -> None:
        """The end stays as it was told, and the key still leads to the run."""
        found = self._patient("GET", f"/v1/runs/{run}")
        if found is not None:
            self._note_end(run, found.body["status"], found.body["outcome"])
        again = self._patient("POST", "/v1/runs", self.asked, key)
        if again is not None and again.body["id"] != run:
            self._wrong(f"key {key} led to run {run} and then to {again.body['id']}")

    def _decide(self, run: str) -> None:
        """Accept a proposal: an entry in the audit log."""
        with suppress(OSError, HTTPException):
            found = ask(self.port, "POST", f"/v1/runs/{run}/decisions", {"decision": "accept"})
            if found.status < 300:
                with self._lock:
                    self.record.decided[found.body["id"]] = run
            elif (found.status, found.problem) != (409, "no_proposal"):
                self._refused(found, "POST decisions")
