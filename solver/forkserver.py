"""Processes forked off from one that has loaded what they need: there in milliseconds, where loading takes a second.

A fork has one thread, and what the others of its parent had locked stays locked in it. So the parent of all is a
process of its own with one thread, which does nothing but load and fork. A caller may have threads, and needs no guard
in its main module. The server has the environment, folder and priority that its caller had at the first request, and
ends with its caller; those that it forked off see to their own end.

Who asks for a process sends one byte, the number of the module that it serves, and two descriptors: the connection
that it serves, and a pipe over which its id comes back and, once it has ended, its exit code; that alone where there
was no room for another process.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NoReturn

from solver.faults import show

#: how often a server looks whether it still has its parent
PARENT_SECONDS = 1.0
#: how often somebody who waits looks whether the process is wanted any more
WANTED_POLL = 0.02
#: how long a server that could not begin may take to end
SERVER_SECONDS = 5.0
#: of an exit code or id, signed
NUMBER_BYTES = 8


class Process:
    """A process that was asked for; any thread may call."""

    def __init__(self, told: Connection[Any, Any], server: subprocess.Popen[bytes] | None) -> None:
        self._told, self._server = told, server
        self._lock = threading.Lock()
        self._pid: int | None = None
        #: its exit code, or the number of the signal that ended it, negative
        self._code: int | None = None

    @property
    def pid(self) -> int:
        """Its id, once it is there; raises ProcessLookupError where it never will be."""
        while self._pid is None and self._code is None:
            self._hear(WANTED_POLL)
        if self._pid is None:
            raise ProcessLookupError("the process was not started")
        return self._pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        self._hear(0)
        return self._code is None

    def kill(self) -> None:
        """End it, unless it has ended."""
        self._hear(0)
        with self._lock:
            if self._code is not None:
                return
            if self._pid is None:  # the server is still loading, and is told so that it is not wanted
                self._end(-signal.SIGKILL)
            else:
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code, or the number of the signal that ended it, negative, once it has ended."""
        while self._code is None:
            self._hear(WANTED_POLL)
        return self._code

    def _hear(self, seconds: float) -> None:
        """Take in all that the server has told; wait so long for it where that is nothing."""
        with suppress(OSError):  # closed meanwhile, since another thread has heard all
            self._told.poll(seconds)
        with self._lock:
            while self._code is None and self._told.poll():
                try:
                    number = int.from_bytes(self._told.recv_bytes(), signed=True)
                except EOFError:
                    self._end(self._code_without_server())
                    return
                if self._pid is None and number > 0:
                    self._pid = number
                else:
                    self._end(number)

    def _code_without_server(self) -> int:
        """What ended it, where nobody is left to tell: it was killed, or its server could not even begin."""
        if self._pid is None and self._server is not None:
            with suppress(subprocess.TimeoutExpired):
                return self._server.wait(SERVER_SECONDS)
        return -signal.SIGKILL

    def _end(self, code: int) -> None:
        self._code = code
        self._told.close()


class Forkserver:
    """Processes that serve a connection, each by the function `serve` of one of some modules, all loaded once.

    The server is started with the first process, and anew where it has died.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._asking: socket.socket | None = None
        #: None where it was forked off from this process
        self._server: subprocess.Popen[bytes] | None = None
        #: the process whose server it is: a fork of that has none yet
        self._caller = os.getpid()

    def fork(self, module: str, connection: Connection[Any, Any]) -> Process:
        """A process that serves the connection, which is closed here; comes back at once."""
        told, telling = Pipe(duplex=False)
        with self._lock, connection, telling:
            if self._asking is None or self._caller != os.getpid() or wait([self._asking], 0):
                self._start()  # the first, or it has ended: it never says anything
            assert self._asking is not None
            number = bytes([self._modules.index(module)])
            with suppress(ConnectionError):  # it has just ended, which the pipe tells
                socket.send_fds(self._asking, [number], [connection.fileno(), telling.fileno()])
            return Process(told, self._server)

    def _start(self) -> None:
        self.close()
        atexit.register(self.close)
        self._caller = os.getpid()
        self._asking, asked = socket.socketpair()
        command = [sys.executable, "-P", "-m", "solver.forkserver", str(asked.fileno()), str(os.getpid())]
        # In a group of its own: Ctrl-C is for this process, which decides when to stop. The library for matrices
        # would start threads, and nothing here multiplies matrices that are worth any.
        self._server = subprocess.Popen(
            [*command, *self._modules],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[asked.fileno()],
            process_group=0,
        )
        asked.close()

    @contextmanager
    def split(self, *mine: Connection[Any, Any]) -> Iterator[None]:
        """Within, the server is forked off from this process, and need not load what is loaded here.

        This process must have no threads yet. mine: connections that it alone is to hold, so that the other side hears
        when it ends.
        """
        self._asking, asked = socket.socketpair()
        parent = self._caller = os.getpid()
        if (server := os.fork()) == 0:
            try:
                self._asking.close()
                self._asking = None
                for connection in mine:
                    connection.close()
                _serve(asked, parent, self._modules)
            finally:
                os._exit(1)
        asked.close()
        try:
            yield
        finally:
            self.close()
            os.kill(server, signal.SIGKILL)  # others may hold its socket open
            os.waitpid(server, 0)

    def close(self) -> None:
        """End the server, as happens at the exit of this process too."""
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        if self._server is not None:
            atexit.unregister(self.close)
            self._server.kill()
            self._server.wait()
            self._server = None


def _serve(asked: socket.socket, parent: int, modules: Sequence[str]) -> NoReturn:
    """Fork off whatever is asked for, until the parent is gone or wants no more."""
    for module in modules:
        import_module(module)
    running: dict[int, Connection[Any, Any]] = {}
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while os.getppid() == parent:
        ready = wait([asked, woken], PARENT_SECONDS)
        if woken in ready:
            os.read(woken, 1024)
        _tell_ended(running)
        if asked in ready:
            number, descriptors, _, _ = socket.recv_fds(asked, 1, 2)
            if not number:
                break
            if len(descriptors) != 2:  # it has as many files open as it may
                for descriptor in descriptors:
                    os.close(descriptor)
                continue
            connection: Connection[Any, Any] = Connection(descriptors[0])
            telling: Connection[Any, Any] = Connection(descriptors[1])
            pid = _forked()
            if pid == 0:
                try:
                    asked.close()
                    for descriptor in (woken, wake):
                        os.close(descriptor)
                    for other in (telling, *running.values()):
                        other.close()
                    _become(modules[number[0]], connection)
                finally:
                    os._exit(1)
            connection.close()
            if pid is None:
                with telling:
                    _tell(telling, -signal.SIGKILL)
                continue
            running[pid] = telling
            if not _tell(telling, pid):
                os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _forked() -> int | None:
    """Its id, 0 in the process that was forked off; None where the system has no room for another."""
    try:
        return os.fork()
    except OSError:
        return None


def _become(module: str, connection: Connection[Any, Any]) -> NoReturn:
    """Serve a connection in this process, which has just been forked off, to its end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    try:
        sys.modules[module].serve(connection)
    except Exception as error:
        show(error)
        raise
    os._exit(0)


def _tell_ended(running: dict[int, Connection[Any, Any]]) -> None:
    """Tell of those that have ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as telling:
            _tell(telling, os.waitstatus_to_exitcode(status))


def _tell(telling: Connection[Any, Any], number: int) -> bool:
    """Whether somebody still wanted to know."""
    try:
        telling.send_bytes(number.to_bytes(NUMBER_BYTES, signed=True))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3:])
