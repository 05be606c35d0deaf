"""Requests to a service elsewhere: every refusal is one exception, and what may be sent again is sent again.

A request that was not taken because the queue was full (429) is sent again when the service says so. One that got a
503, or whose connection was lost, is sent again where doing it twice is doing it once. An address that never answered
is not waited for: it is wrong more often than the service is away.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx2
import tenacity

from solver.report import Problem

Json = dict[str, Any]

#: seconds to connect, and to wait for more of an answer, and of a stream, which says every 15 s that it is there
CONNECT_SECONDS, READ_SECONDS, SILENT_SECONDS = 5.0, 120.0, 45.0
#: seconds that are still spent on trying again once the caller wants to stop
STOPPING_SECONDS = 5.0
#: the first and the longest pause between two tries, seconds
PAUSE, LONGEST_PAUSE = 0.5, 8.0
#: what a proxy says while the service behind it is away
AWAY = (502, 503, 504)
ENDED = ("finished", "cancelled", "failed")


class ServiceError(Exception):
    """A request that the service refused, or that reached no service.

    code: stable, that of the problem (see `docs/rest.md`); `unreachable` where nobody answered, `not_staffing` where
    somebody else did. detail: in words. errors: everything that is wrong in the body. status: of the answer, None
    where there is none. retry_after: seconds, where the service says so.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: tuple[Problem, ...] = (),
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{detail} [{code}]")
        self.code, self.detail, self.errors = code, detail, errors
        self.status, self.retry_after = status, retry_after


@dataclass(frozen=True)
class Event:
    """One thing that happened to a run: `queued`, `running`, `progress`, `finished`, `cancelled` or `failed`."""

    number: int
    name: str
    data: Json


class Connection:
    """A service at an address."""

    def __init__(
        self, server: str, key: str | None, patience: float, on_wait: Callable[[ServiceError, float], None] | None
    ) -> None:
        """Raises ValueError for an address that is none, or a key that cannot be one."""
        if key is not None and not (key.isascii() and key.isprintable() and key.strip()):
            raise ValueError("the key is none: it has signs that no key has")
        self.server, self.patience, self.on_wait = server.rstrip("/"), patience, on_wait
        self.stop = threading.Event()
        self._answered = False
        host = _host_of(self.server)
        self.is_open = self.server.startswith("http:") and not _is_loopback(host)
        self._http = httpx2.Client(
            base_url=self.server,
            headers={} if key is None else {"Authorization": f"Bearer {key}"},
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            trust_env=not _is_loopback(host),  # no proxy stands before this machine itself
        )

    def close(self) -> None:
        """Let go of what is open."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        once: bool = False,
    ) -> httpx2.Response:
        """The answer to a request, which has a status below 300; raises ServiceError.

        body: JSON. once: doing it twice is not doing it once, so it is not sent again after it may have been done.
        """
        return self._patiently(safe=not once)(
            self._send, method, path, body=body, params=params, headers=headers, content=content
        )

    def start(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """The answer to a POST that begins something, with a key under which a repeat begins nothing more."""
        return self.send("POST", path, body, headers={"Idempotency-Key": uuid.uuid4().hex, **(headers or {})})

    def events(self, run: str, after: int) -> Iterator[Event]:
        """What happens to a run after the event of that number, until its end; raises ServiceError.

        Goes on where it was when the connection is lost.
        """
        while True:
            before = after
            with suppress(httpx2.TransportError):
                for event in self._patiently(safe=True)(self._opened, run, after):
                    after = event.number
                    yield event
                    if event.name in ENDED:
                        return
            if after == before:
                if self.send("GET", f"/v1/runs/{run}").json()["status"] in ENDED:
                    return  # there is nothing after the event that was named
                self._sleep(PAUSE)

    def _opened(self, run: str, after: int) -> Iterator[Event]:
        """The events of one connection, the first of which is there; whatever is wrong before is a ServiceError."""
        events = self._streamed(run, after)
        try:
            first = next(events, None)
        except httpx2.TransportError as lost:
            raise self._unreachable(lost) from None
        return iter(()) if first is None else _after(first, events)

    def _streamed(self, run: str, after: int) -> Iterator[Event]:
        headers = {"Last-Event-ID": str(after)} if after else {}
        timeout = httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
        with self._http.sse(f"/v1/runs/{run}/events", headers=headers, timeout=timeout) as source:
            if not source.response.is_success:
                source.response.read()
            self._judge(source.response)
            for one in source:
                if one.data:
                    yield Event(int(one.id), one.event, json.loads(one.data))

    def _send(self, method: str, path: str, *, body: Any, **more: Any) -> httpx2.Response:
        try:
            response = self._http.request(method, path, json=body, **more)
        except httpx2.RequestError as lost:
            raise self._unreachable(lost) from None
        self._judge(response)
        return response

    def _judge(self, response: httpx2.Response) -> None:
        """Raises ServiceError unless all is well."""
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.is_success and not html and response.headers.get("X-Content-Type-Options"):
            self._answered = True
            return
        problem = None
        if response.headers.get("Content-Type", "").startswith("application/problem+json"):
            with suppress(ValueError):
                problem = response.json()
        if not isinstance(problem, dict):
            raise self._not_staffing(response)
        self._answered = True
        errors = tuple(
            Problem(one["path"], one["code"], one.get("value"), one["expected"]) for one in problem.get("errors", ())
        )
        raise ServiceError(problem["code"], problem["detail"], errors, response.status_code, _seconds(response.headers))

    def _unreachable(self, lost: httpx2.RequestError) -> ServiceError:
        said = re.sub(r"^\[Errno -?\d+\] ", "", str(lost)) or type(lost).__name__
        why = "it took too long" if isinstance(lost, httpx2.TimeoutException) else said
        return ServiceError("unreachable", f"{self.server} cannot be reached: {why}.")

    def _not_staffing(self, response: httpx2.Response) -> ServiceError:
        """Somebody else answers, such as a proxy."""
        status, where = response.status_code, response.headers.get("Location")
        if status in AWAY:
            return ServiceError(
                "unreachable", f"{self.server} is away: what stands before it says {status}.", (), status
            )
        said = f"with {status}" if where is None else f"with {status}, to go to {where}"
        detail = f"{self.server} answers {said}, and not as this service does: is the address right?"
        return ServiceError("not_staffing", detail, (), status)

    # --- trying again

    def _patiently(self, safe: bool) -> tenacity.Retrying:
        def worth_it(error: BaseException) -> bool:
            if not isinstance(error, ServiceError):
                return False
            if error.code == "unreachable":
                return safe and self._answered
            return error.status == 429 or (safe and error.status == 503)

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(worth_it),
            wait=self._pause,
            stop=self._enough,
            sleep=self._sleep,
            before_sleep=self._tell,
            reraise=True,
        )

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """As long as the service says; else longer each time, and not all clients at the same moment."""
        told = _error_of(state).retry_after
        return tenacity.wait_random_exponential(PAUSE, LONGEST_PAUSE)(state) if told is None else told

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        most = STOPPING_SECONDS if self.stop.is_set() else self.patience
        return (state.seconds_since_start or 0.0) > most

    def _tell(self, state: tenacity.RetryCallState) -> None:
        if self.on_wait is not None:
            self.on_wait(_error_of(state), state.upcoming_sleep)

    def _sleep(self, seconds: float) -> None:
        """Sleep, but not for long where the caller wants to stop."""
        if self.stop.is_set():
            time.sleep(min(seconds, PAUSE))
        else:
            self.stop.wait(seconds)


def _error_of(state: tenacity.RetryCallState) -> ServiceError:
    error = None if state.outcome is None else state.outcome.exception()
    assert isinstance(error, ServiceError)
    return error


def _after(first: Event, others: Iterator[Event]) -> Iterator[Event]:
    yield first
    yield from others


def _seconds(headers: httpx2.Headers) -> float | None:
    text = headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _host_of(server: str) -> str:
    try:
        url = httpx2.URL(server)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment or " " in server:
        raise ValueError(f"{server!r} is no address of a service, as https://staffing.example.org is")
    return url.host


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
