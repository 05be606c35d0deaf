"""What operators measure, for Prometheus. Nothing in it names a person, a portfolio or a user.

What a process does itself it counts, from its start; how the runs of the whole service stand is asked of the store.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import InterfaceError, OperationalError

from service.store import Store, StoredRun

disable_created_metrics()  # type: ignore[no-untyped-call]  # samples that say when counting began, which nobody asks for
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LONG = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
SHARES = (0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1)

REQUESTS = Histogram(
    "staffing_request_seconds",
    "Time from a request to the beginning of its answer, by route template",
    ["method", "route", "status"],
    buckets=QUICK,
    registry=REGISTRY,
)
STORE_ERRORS = Counter(
    "staffing_store_errors", "Failures of the store, by the driver's word for them", ["error"], registry=REGISTRY
)
ENDED = Counter(
    "staffing_runs_ended",
    "Runs that this process saw to their end, by kind, status and the solver's word",
    ["kind", "status", "outcome"],
    registry=REGISTRY,
)
LOST = Counter(
    "staffing_runs_lost",
    "Runs of which this process found that the worker had died or the solver was killed",
    registry=REGISTRY,
)
WAITED = Histogram(
    "staffing_run_wait_seconds",
    "Time from queueing a run to taking it up for the first time",
    ["kind"],
    buckets=LONG,
    registry=REGISTRY,
)
SOLVED = Histogram(
    "staffing_solve_seconds",
    "Time from taking a run up to its end",
    ["kind", "outcome"],
    buckets=LONG,
    registry=REGISTRY,
)
CAPTURED = Histogram(
    "staffing_value_captured",
    "Share of the value that is possible which a proposal captures, 0 to 1, where that is known",
    buckets=SHARES,
    registry=REGISTRY,
)


def watch(store: Store) -> None:
    """Count from now on how often the store is away or cannot write."""

    def failed(context: ExceptionContext) -> None:
        if context.is_disconnect or isinstance(context.sqlalchemy_exception, InterfaceError | OperationalError):
            STORE_ERRORS.labels(type(context.original_exception).__name__).inc()

    event.listen(store.engine, "handle_error", failed)


def taken_up(run: StoredRun) -> None:
    """A run begins."""
    if run.attempt == 1 and run.started is not None:
        WAITED.labels(run.kind).observe(max(0.0, (run.started - run.created).total_seconds()))


def ended(run: StoredRun, status: str, outcome: str | None, seconds: float, captured: float | None) -> None:
    """A run of this process has ended, so long after it was taken up."""
    ENDED.labels(run.kind, status, outcome or "").inc()
    SOLVED.labels(run.kind, outcome or "").observe(seconds)
    if captured is not None:
        CAPTURED.observe(captured)


def serve(address: str) -> None:
    """Serve what this process counts at `host:port`, for a worker; raises OSError where that cannot be."""
    host, _, port = address.rpartition(":")
    start_http_server(int(port), host, REGISTRY)


class Everything(Collector):
    """What this process counted, and how the store's runs and workers stand now."""

    def __init__(self, store: Store, worker_seconds: float) -> None:
        self.store, self.worker_seconds = store, worker_seconds

    def collect(self) -> Iterator[Metric]:
        """Every metric; raises what the store raises where it is away."""
        yield from REGISTRY.collect()
        standing = self.store.standing(self.worker_seconds)
        runs = GaugeMetricFamily(
            "staffing_runs", "Runs in the store, on all machines", labels=["kind", "status", "outcome"]
        )
        for (kind, status, outcome), count in standing.runs.items():
            runs.add_metric([kind, status, outcome or ""], count)
        yield runs
        yield GaugeMetricFamily("staffing_queue_runs", "Runs that wait for their turn", standing.waiting)
        yield GaugeMetricFamily(
            "staffing_queue_oldest_seconds", "How long the run that waits longest has waited", standing.oldest_seconds
        )
        yield GaugeMetricFamily(
            "staffing_workers_alive",
            "Workers with a sign of life lately; of a store in a file the server itself",
            standing.workers,
        )


def exposition(store: Store, worker_seconds: float) -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(Everything(store, worker_seconds))
