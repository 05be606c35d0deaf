"""`staffing worker`."""

from __future__ import annotations

import typer

from service.commands.outputs import BAD, WRONG_USE, say
from service.commands.stores import open_store, settings_here


def worker() -> None:
    """Execute the runs of a store in PostgreSQL until Ctrl-C.

    On as many machines as wanted; each needs STAFFING_DATABASE_URL alone. What is not done at the end is queued again.
    """
    from service import heaps, logs, metrics, tracing
    from service.queueing import Worker

    heaps.keep_few()
    settings = settings_here()
    if not settings.database_url.startswith("postgres"):
        say("A store in a file has its runs executed by `staffing serve`; workers need one in PostgreSQL.")
        raise typer.Exit(WRONG_USE)
    store = open_store(settings)
    logs.configure(settings.log)
    tracing.configure()
    metrics.watch(store)
    if settings.worker_metrics:
        try:
            metrics.serve(settings.worker_metrics)
        except OSError as error:
            say(f"Metrics cannot be served at {settings.worker_metrics}: {error.strerror}")
            raise typer.Exit(BAD) from None
    say(f"Working on up to {settings.solves_at_once} runs at once.")
    Worker(store, settings).work()
    store.close()
