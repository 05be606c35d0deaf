"""A service as a process of its own, which can be killed and come back at the same address."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def drain(stream: IO[str]) -> None:
    """Read to the end, so that who writes never has to wait."""
    with stream:
        stream.read()


class Server:
    """`staffing serve` on a store, with settings."""

    def __init__(self, store: str, settings: Mapping[str, str] | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**os.environ, **(settings or {}), "STAFFING_DATABASE_URL": store}
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        """Start it, and come back when it listens."""
        command = [str(Path(sys.executable).with_name("staffing")), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=self._environment
        )
        assert self.process.stderr
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if re.search("running on", line):
                threading.Thread(target=drain, args=[self.process.stderr], daemon=True).start()
                return self.process
        raise AssertionError("".join(lines))

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self.process.wait()


@contextmanager
def serving(store: str, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A running service."""
    server = Server(store, settings)
    try:
        yield server
    finally:
        server.stop()
