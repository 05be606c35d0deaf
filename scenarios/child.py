"""The process of one run: it gets its task over a pipe, tells how far it is, and hands over what came of it.

Asked for by `scenarios.runs`, which describes what goes over the pipe. It ends when whoever asked, or its parent, is
gone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from multiprocessing.connection import Connection
from typing import Any

from scenarios import runs
from scenarios.runs import Task
from solver.faults import places, show
from solver.portfolio import parse_json
from solver.solve import solve
from solver.strategies import mip

#: how often it looks whether it still has its parent, which ends with whoever asked; usually the pipe tells, unless
#: somebody else holds the other end
PARENT_SECONDS = 1.0


def _heed(connection: Connection[Any, Any], stop: threading.Event, parent: int) -> None:
    """Pass a stop on; end this process, and with it those it started, when the parent is gone."""
    while True:
        try:
            if connection.poll(PARENT_SECONDS):
                connection.recv()
                stop.set()
        except (EOFError, OSError):
            os._exit(1)
        if os.getppid() != parent:
            os._exit(1)


def serve(connection: Connection[Any, Any]) -> None:
    """Solve what comes over the connection; an exception is told."""
    parent = os.getppid()
    try:
        task: Task = connection.recv()
    except EOFError:
        return  # it was given up before it began
    stop, telling = threading.Event(), threading.Lock()

    def tell(kind: str, content: object) -> None:
        try:
            with telling:
                connection.send((kind, content))
        except OSError:  # nobody listens any more
            os._exit(1)

    # While there is one thread yet: the processes that this one asks for are forked off from it.
    runs_too = nullcontext() if task.asked is None else runs.FORKSERVER.split(connection)
    try:
        with runs_too, mip.FORKSERVER.split(connection):
            threading.Thread(target=_heed, args=[connection, stop, parent], daemon=True).start()
            tell("begun", None)
            found = _found(task, lambda now: tell("progress", now), stop)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run has an end
        show(error)
        tell("error", places(error))
        return
    tell("stopped" if stop.is_set() else "finished", found)


def _found(task: Task, progress: Callable[[object], None], stop: threading.Event) -> Any:
    """The proposal, or the answer to what is asked."""
    portfolio = parse_json(task.portfolio)
    if task.asked is None:
        return solve(portfolio, task.settings, progress, stop, task.earlier, task.limits)
    from scenarios.questions import answered  # loads all studies, which a solve does without

    return answered(portfolio, task.asked, task.settings, task.earlier, progress, stop)
