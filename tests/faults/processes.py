"""The service as its processes: a server, workers, a database, each of which can be killed and is started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.service.postgres import Postgres

STAFFING = str(Path(sys.executable).with_name("staffing"))
#: how long anything may take before a trial gives it up as stuck
PATIENCE = 120.0


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> float:
    """How long it took until something was true, in seconds; raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not so after {seconds:g} seconds")
        time.sleep(0.02)
    return time.monotonic() - began


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def children(pid: int) -> set[int]:
    """The processes that a process started and that are there."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread has just ended
            found |= {int(child) for child in task.read_text().split()}
    return found


def solvers(pid: int) -> set[int]:
    """The solver processes that a server or worker asked for."""
    found = set()
    for child in children(pid):
        with suppress(OSError):
            if b"scenarios.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                found |= children(child)
    return found


class Kept:
    """A command that is kept running, as a service manager would; its output goes to a file."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, prefix: Sequence[str] = ()
    ) -> None:
        """prefix: what to run the command under, such as `ip netns exec`."""
        self.name, self.command, self.log = name, [*prefix, *command], log
        self.environment = {**os.environ, "STAFFING_LOG": "json", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of its log of that event."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [one for one in found if one["event"] == event]

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid

    def signal(self, sign: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(sign)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        process = self.process  # another may stand there as soon as this one has ended
        if process is not None:
            process.kill()
            process.wait()

    def stop(self) -> int:
        """SIGTERM, as at an upgrade, and wait; the exit code."""
        self.signal(signal.SIGTERM)
        assert self.process is not None
        return self.process.wait(PATIENCE)


class Revived:
    """Starts again what has ended, every so often, until it is told not to."""

    def __init__(self, kept: Sequence[Kept], seconds: float = 0.2) -> None:
        self._kept, self._seconds, self._over = kept, seconds, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(self._seconds):
            for one in self._kept:
                one.start()

    def __enter__(self) -> Revived:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for one in self._kept:
            one.kill()


def server(address: str, port: int, folder: Path, more: Mapping[str, str], host: str = "127.0.0.1") -> Kept:
    """`staffing serve`."""
    command = [STAFFING, "serve", "--host", host, "--port", str(port)]
    return Kept("server", command, {"STAFFING_DATABASE_URL": address, **more}, folder / "server.log")


def worker(address: str, folder: Path, more: Mapping[str, str], name: str = "worker") -> Kept:
    """`staffing worker`."""
    return Kept(name, [STAFFING, "worker"], {"STAFFING_DATABASE_URL": address, **more}, folder / f"{name}.log")


def killed_postgres(postgres: Postgres, whole: bool) -> None:
    """SIGKILL the database: all of it, or one process that serves a connection, after which it begins anew by itself.

    Comes back when it takes connections again.
    """
    first = int((postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
    below = children(first)
    if whole:
        for pid in (first, *below):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        gone(below | {first})
        (postgres.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        begin_again(postgres)
        return
    serving = [pid for pid in below if b"127.0.0.1" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    if serving:
        os.kill(serving[0], signal.SIGKILL)


def gone(pids: set[int]) -> None:
    """Wait until the processes have ended."""
    until(lambda: not any(alive(pid) for pid in pids))


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def begin_again(postgres: Postgres) -> None:
    """Start a database that was killed; what it left has to be gone first, so this may take several tries."""
    for _ in range(100):
        try:
            return postgres.start()
        except subprocess.SubprocessError:
            time.sleep(0.2)
    return postgres.start()
