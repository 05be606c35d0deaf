"""What is noted of every request: its id, a line in the log, its time for Prometheus, and a trace.

Of its address only the route's template is noted, `/v1/people/{id}`, since the address itself may name a person.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from opentelemetry import propagate
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics
from service.logs import about
from service.tracing import span_of

#: the header with a request's id, taken from who asks where it is a plain word
REQUEST_ID = "X-Request-ID"
PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
#: asked every few seconds by machines: counted, not logged
QUIET = {"/health/live", "/health/ready", "/metrics"}
#: what is noted as the status where the client went away before an answer, or the answer could not begin
UNANSWERED = 499

log = logging.getLogger("staffing")


class Watching:
    """Notes every request that passes through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        id = given if PLAIN.fullmatch(given) else secrets.token_hex(8)
        method = scope["method"] if scope["method"] in METHODS else "other"
        began, status, seconds = time.perf_counter(), UNANSWERED, 0.0

        async def noting(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
                MutableHeaders(scope=message)[REQUEST_ID] = id
            await send(message)

        context = propagate.extract(dict(headers))
        with about(request=id), span_of(method, context, SpanKind.SERVER) as span:
            span.set_attribute("staffing.request", id)
            try:
                await self.app(scope, receive, noting)
            finally:
                route = template(scope)
                took = time.perf_counter() - began
                metrics.REQUESTS.labels(method, route, str(status)).observe(seconds or took)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                noted = {"method": method, "route": route, "status": status, "milliseconds": round(took * 1000)}
                log.log(logging.DEBUG if route in QUIET else logging.INFO, "request", extra=noted)


def template(scope: Scope) -> str:
    """The template of a request's route, `none` where it leads nowhere."""
    route = scope.get("route")
    if route is None:
        return "none"
    # FastAPI gives the path within its router; what stands before it, /v1, has no names in it.
    before = scope["path"].split("/")[: scope["path"].count("/") - route.path.count("/") + 1]
    return "/".join(before) + str(route.path)
