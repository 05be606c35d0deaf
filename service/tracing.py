"""Traces by OpenTelemetry: one of each request and of each run, where the standard variables of the environment ask.

Without them, or without the extra `staffing[otel]`, the spans cost nothing and go nowhere.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode

#: any of these asks for traces
ASKING = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

log = logging.getLogger("staffing")
_tracer = trace.get_tracer("staffing")


@contextmanager
def span_of(name: str, context: Context | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """A span while this is open; of an exception it has the class alone, since the message may tell too much."""
    with _tracer.start_as_current_span(
        name, context, kind, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def configure(environment: Mapping[str, str] = os.environ) -> bool:
    """Send traces where the environment says; whether it does.

    `OTEL_TRACES_EXPORTER` is `otlp`, `console` or `none`; all else, such as the sampler, the SDK reads by itself.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or exporter == "none" or not any(environment.get(name) for name in ASKING):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError:
        log.warning("the environment asks for traces, but staffing[otel] is not installed: there are none")
        return False
    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "staffing"}
    provider = TracerProvider(resource=Resource.create(named))
    sending = ConsoleSpanExporter() if exporter == "console" else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(sending))
    trace.set_tracer_provider(provider)
    return True
