"""Processes that are forked off: what they are told, how they end, and what the death of their server means."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import pytest

from solver.forkserver import Forkserver, Process

HERE = "tests.test_forkserver"
#: far more than anything here takes, also on a machine that is busy
PATIENCE = 60.0


def serve(connection: Connection[Any, Any]) -> None:
    """What the processes here do: answer with their id and those of their threads, or end as they are told to."""
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        if asked == "who":
            connection.send((os.getpid(), os.getpgid(0), len(os.listdir("/proc/self/task"))))
        elif asked == "fail":
            raise ZeroDivisionError
        elif asked == "end":
            return
        else:
            os._exit(asked)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server finds this module, wherever the tests are started."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.fixture(scope="module")
def server() -> Iterator[Forkserver]:
    """One that has loaded this module."""
    one = Forkserver(HERE)
    yield one
    one.close()


def forked(server: Forkserver) -> tuple[Process, Connection[Any, Any]]:
    """A process, and the connection that it serves."""
    here, there = Pipe()
    return server.fork(HERE, there), here


def ends(pid: int) -> int:
    """A handle of a process that can be read once it has ended: ids are used again."""
    return os.pidfd_open(pid)


def have_ended(*handles: int) -> bool:
    """Whether all have ended before patience has."""
    return all(select.select([handle], [], [], PATIENCE)[0] for handle in handles)


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")


@linux
def test_each_is_a_process_of_its_own(server: Forkserver) -> None:
    """It has the id that is told, one thread, and a group of its own, which Ctrl-C does not reach."""
    those = [forked(server) for _ in range(3)]
    for process, here in those:
        here.send("who")
        assert process.alive
        assert here.recv() == (process.pid, process.pid, 1)
        assert process.alive
    assert len({process.pid for process, _ in those}) == 3
    for process, _ in those:
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert not process.alive


def test_the_other_side_hears_when_one_ends_beside_others(server: Forkserver) -> None:
    """Nobody else holds its end of the connection, whether forked off before it or after it."""
    before, first = forked(server)
    process, here = forked(server)
    after, last = forked(server)
    assert len({before.pid, process.pid, after.pid}) == 3
    here.send("end")
    with pytest.raises(EOFError):
        here.recv()
    assert process.wait() == 0
    assert {one.alive for one in (before, after)} == {True}
    for one, connection in ((before, first), (after, last)):
        connection.send(3)
        assert one.wait() == 3


def test_how_it_ended_is_told(server: Forkserver, capfd: pytest.CaptureFixture[str]) -> None:
    """Its own exit code, 1 for an exception, the signal; a kill of what has ended does nothing."""
    for asked, code in ((0, 0), (7, 7), ("end", 0), ("fail", 1)):
        process, here = forked(server)
        here.send(asked)
        assert process.wait() == code
        process.kill()
        assert process.wait() == code
    process, _ = forked(server)
    os.kill(process.pid, signal.SIGSEGV)
    assert process.wait() == -signal.SIGSEGV


@linux
def test_a_server_keeps_nothing_of_those_that_have_ended(server: Forkserver) -> None:
    """After fifty more it has as many files open beside one that is there as before, and no other child."""

    def beside_one() -> int:
        process, here = forked(server)
        pid = process.pid
        assert server._server is not None
        folder = Path(f"/proc/{server._server.pid}")
        assert (folder / "task" / folder.name / "children").read_text().split() == [str(pid)]
        files = len(list((folder / "fd").iterdir()))
        here.send(0)
        assert process.wait() == 0
        return files

    before = beside_one()
    for _ in range(50):
        process, here = forked(server)
        here.send(0)
        assert process.wait() == 0
    assert beside_one() == before


def test_one_that_is_not_wanted_any_more_is_not_waited_for() -> None:
    """Killed while its server still loads, it has ended at once, was never there, and the next one is."""
    server = Forkserver(HERE)
    try:
        process, here = forked(server)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            assert process.pid
        with pytest.raises(EOFError):
            here.recv()
        process, here = forked(server)
        here.send(0)
        assert process.wait() == 0
    finally:
        server.close()


@linux
def test_what_has_ended_is_not_taken_for_alive(server: Forkserver) -> None:
    """Of one that nobody had asked about, all that there is to tell is heard at once."""
    process, here = forked(server)
    here.send("who")
    ended = ends(here.recv()[0])
    here.send("end")
    assert have_ended(ended)
    os.close(ended)
    other, _ = forked(server)
    assert other.pid  # the server has been told meanwhile
    assert not process.alive


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_has_died_is_told_and_replaced(server: Forkserver, by: signal.Signals) -> None:
    """Its processes have been lost as if they had been killed, whatever it died of; the next comes from a new one."""
    process, here = forked(server)
    assert process.pid
    assert server._server is not None
    server._server.send_signal(by)
    assert process.wait() == -signal.SIGKILL
    here.close()
    process, here = forked(server)
    here.send(0)
    assert process.wait() == 0


def test_a_server_that_cannot_begin_is_told_with_its_exit_code() -> None:
    """What it is to load is not there."""
    server = Forkserver("nowhere.to.be.found")
    here, there = Pipe()
    process = server.fork("nowhere.to.be.found", there)
    assert process.wait() == 1
    with pytest.raises(EOFError):
        here.recv()
    server.close()


#: a caller that forks its server off from itself, and tells of it and of a process that it asked for
SPLIT = f"""
import signal, sys
from multiprocessing.connection import Pipe
from pathlib import Path
from solver.forkserver import Forkserver
import {HERE}

server = Forkserver("{HERE}")
with server.split():
    here, there = Pipe()
    process = server.fork("{HERE}", there)
    here.send("who")
    print(here.recv()[0], *Path("/proc/self/task", str(__import__("os").getpid()), "children").read_text().split())
    sys.stdout.flush()
    if sys.argv[1] == "stay":
        signal.pause()
    here.send(5)
    assert process.wait() == 5
print(Path("/proc/self/task", str(__import__("os").getpid()), "children").read_text() == "")
"""


@linux
@pytest.mark.parametrize("killed", [False, True])
def test_a_server_that_was_split_off_ends_with_its_caller(killed: bool) -> None:
    """Nothing is left of it, whether the caller leaves the block or is killed."""
    command = [sys.executable, "-c", SPLIT, "stay" if killed else "go on"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pids = [int(pid) for pid in caller.stdout.readline().split()]
        assert len(pids) == 2
        if killed:
            handles = [ends(pid) for pid in pids]
            caller.kill()
            assert have_ended(*handles)
            for handle in handles:
                os.close(handle)
        else:
            assert caller.stdout.readline() == "True\n"
            assert caller.wait() == 0


#: a caller with two servers forked off from itself, that leaves while one of the processes is there
NESTED = f"""
from multiprocessing.connection import Pipe
from solver.forkserver import Forkserver
import {HERE}

outer, inner = Forkserver("{HERE}"), Forkserver("{HERE}")
with outer.split(), inner.split():
    here, there = Pipe()
    process = inner.fork("{HERE}", there)
    here.send("who")
    here.recv()
"""


@linux
def test_a_process_that_is_left_does_not_keep_its_caller() -> None:
    """Neither server is waited for because something that it forked off, or the other did, has its socket open."""
    subprocess.run([sys.executable, "-c", NESTED], check=True, timeout=PATIENCE)


@linux
def test_what_a_run_is_forked_off_from_has_one_thread() -> None:
    """What it loads starts none: they would not be there in a fork, and what they had locked would stay locked."""
    counted = "import os, scenarios.child, solver.strategies.highs; print(len(os.listdir('/proc/self/task')))"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    assert subprocess.check_output([sys.executable, "-c", counted], env=environment).strip() == b"1"


#: a caller whose server may not make any more processes; an administrator may, so it becomes somebody else
FULL = f"""
import os, resource
from multiprocessing.connection import Pipe
from pathlib import Path
from solver.forkserver import Forkserver
import {HERE}

if os.getuid() == 0:
    os.setgid(54321)
    os.setuid(54321)
server = Forkserver("{HERE}")
with server.split():
    here, there = Pipe()
    first = server.fork("{HERE}", there)
    assert first.pid
    of_this = Path(f"/proc/self/task/{{os.getpid()}}/children").read_text()
    resource.prlimit(int(of_this), resource.RLIMIT_NPROC, (1, 1))
    here_too, there_too = Pipe()
    assert server.fork("{HERE}", there_too).wait() == -9
    here.send(4)
    assert first.wait() == 4
"""


@linux
def test_where_there_is_no_room_for_another_the_others_go_on() -> None:
    """One that cannot be forked off is told as killed, as the system does when memory runs out."""
    subprocess.run([sys.executable, "-c", FULL], check=True, timeout=PATIENCE)
