"""The log: one line for each thing that happens, for people or as JSON, on standard error.

What a line hangs on goes with it (`request`, `run`, `attempt`, `worker`) as long as `about` says so. Nothing of what is
in portfolios is logged: of an error only its class and where it happened, since its message may hold what people said
of others.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from typing import TextIO

import structlog
from structlog.contextvars import bound_contextvars as about
from structlog.typing import EventDict, Processor, WrappedLogger

from service.settings import LogFormat
from solver.faults import SHOWN, places

__all__ = ["FIELDS", "WORKER", "about", "configure"]

#: what a line may have beside its event, when, how serious and from whom; other libraries' extras are left out
FIELDS = {
    *("request", "run", "attempt", "worker"),
    *("method", "route", "status", "milliseconds", "outcome", "error", "where"),
}
#: what this process is called where several work together
WORKER = f"{socket.gethostname()}:{os.getpid()}"
#: libraries that tell more than anybody wants to know
CHATTY = ("alembic", "procrastinate")


def configure(form: LogFormat, stream: TextIO | None = None) -> None:
    """From now on log to the stream, by default standard error, in this form; nothing else is to be shown there."""
    os.environ.pop(SHOWN, None)
    stream = stream or sys.stderr
    shown: list[Processor] = (
        [structlog.processors.JSONRenderer()]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=40)]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(allow=FIELDS),
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
                _without_message,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception as its class and where it happened."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event.update(places(found))
    return event
