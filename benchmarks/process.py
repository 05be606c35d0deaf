"""A command watched from outside: how long it takes, how much memory it and its children need, and what it tells."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MIB = 2**20
#: how often memory is looked at
LOOK_SECONDS = 0.25
#: a command that does not end is killed after this many times its time limit, and this many seconds
PATIENCE, GRACE_SECONDS = 1.5, 20.0
#: nobody may take more than this
MOST_MIB = 18 * 1024


@dataclass(frozen=True)
class Told:
    """Progress at a moment: seconds since the command was started; costs, None where there was none."""

    seconds: float
    best: float | None
    bound: float | None


@dataclass
class Watched:
    """What was seen: seconds from start to end, MiB at most over all its processes, what it told, why it failed."""

    seconds: float = 0.0
    memory: float = 0.0
    told: list[Told] = field(default_factory=list)
    failure: str | None = None


def watch(command: Sequence[str], seconds: float, log: re.Pattern[str] | None = None) -> Watched:
    """Run a command to its end, or until it took far more than `seconds`.

    log: groups `best` and `bound` in lines of output that are not JSON.
    """
    seen, began = Watched(), time.monotonic()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        streams = {process.stdout.fileno(): b"", process.stderr.fileno(): b""}
        output, open_streams, looked = process.stdout.fileno(), set(streams), 0.0
        while open_streams and seen.failure is None:
            ready, _, _ = select.select(list(open_streams), [], [], LOOK_SECONDS)
            now = time.monotonic() - began
            for stream in ready:
                data = os.read(stream, 2**16)
                if not data:
                    open_streams.discard(stream)
                streams[stream] += data
                if stream == output:
                    *lines, streams[stream] = streams[stream].split(b"\n")
                    told = [_told(line.decode(errors="replace"), now, log) for line in lines]
                    seen.told += [one for one in told if one is not None]
            if now - looked >= LOOK_SECONDS:
                looked = now
                seen.memory = max(seen.memory, session_memory(process.pid))
            seen.failure = _too_much(now, seconds, seen.memory)
        if seen.failure is not None:
            os.killpg(process.pid, signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seen.seconds = time.monotonic() - began
    # between two looks the largest single process may have been larger
    seen.memory = max(seen.memory, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MIB)
    if process.returncode and seen.failure is None:
        errors = streams[next(stream for stream in streams if stream != output)].decode(errors="replace").split("\n")
        seen.failure = next((line.strip() for line in reversed(errors) if line.strip()), f"exit {process.returncode}")
    return seen


def _too_much(now: float, seconds: float, memory: float) -> str | None:
    if now > PATIENCE * seconds + GRACE_SECONDS:
        return f"not at an end after {now:.0f} s"
    return f"more than {MOST_MIB // 1024} GiB of memory" if memory > MOST_MIB else None


def _told(line: str, now: float, log: re.Pattern[str] | None) -> Told | None:
    """What a line of output says, if anything."""
    known: Mapping[str, str | float | None] = {}
    if line.startswith("{"):
        known = json.loads(line)
    elif log is not None:
        match = log.search(line)
        known = match.groupdict() if match else {}
    best, bound = (_number(known.get(name)) for name in ("best", "bound"))
    return None if best is None and bound is None else Told(now, best, bound)


def _number(value: str | float | None) -> float | None:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e15 else None


def session_memory(session: int) -> float:
    """MiB of all processes of a session together, what they share counted once; 0 where the system does not tell."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[3]) == session:
                proportional = re.search(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                total += int(proportional[1]) * 1024 if proportional else 0
        except (OSError, IndexError):
            continue  # it ended meanwhile
    return total / MIB
