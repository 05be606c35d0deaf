"""The process of one run: it gets its task over a pipe, tells how far it is, and hands over what came of it.

Started by `scenarios.runs`, which describes what goes over the pipe. It ends when its parent is gone.
"""

from __future__ import annotations

import os
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from scenarios.runs import Task
from solver.portfolio import parse_json
from solver.solve import solve

#: how often it looks whether it still has its parent; usually the pipe tells, unless somebody else holds the other end
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


def serve(connection: Connection[Any, Any], parent: int) -> None:
    """Solve what comes over the connection; an exception is told and raised."""
    task: Task = connection.recv()
    stop, telling = threading.Event(), threading.Lock()
    threading.Thread(target=_heed, args=[connection, stop, parent], daemon=True).start()

    def tell(kind: str, content: object) -> None:
        try:
            with telling:
                connection.send((kind, content))
        except OSError:  # nobody listens any more
            os._exit(1)

    def progress(now: object) -> None:
        tell("progress", now)

    tell("begun", None)
    try:
        portfolio = parse_json(task.portfolio)
        if task.asked is None:
            found: Any = solve(portfolio, task.settings, progress, stop, task.earlier, task.limits)
        else:
            from scenarios.questions import answered  # loads all studies, which a solve does without

            found = answered(portfolio, task.asked, task.settings, task.earlier, progress, stop)
    except Exception as error:
        tell("error", f"{type(error).__name__}: {error}")
        raise
    tell("stopped" if stop.is_set() else "finished", found)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
