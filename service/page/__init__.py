"""The web page: templates, pictures drawn as SVG by the server, and htmx; no build step, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.page.http import nowhere
from service.page.routes import (
    audit,
    comparisons,
    contests,
    decisions,
    others,
    people,
    portfolios,
    runs,
    scenarios,
    start,
    studies,
    why,
)

Handler = Callable[[Request, HTTPException], Awaitable[Response]]


def mount(app: FastAPI) -> None:
    """Serve the page at `/`; a browser that goes astray is told so by a page, programs as before."""
    programs = cast(Handler, app.exception_handlers[HTTPException])

    async def not_routed(request: Request, error: HTTPException) -> Response:
        person = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")
        return nowhere(request) if person and request.method == "GET" else await programs(request, error)

    app.add_exception_handler(HTTPException, cast(Any, not_routed))
    for routes in (
        start,
        audit,
        contests,
        comparisons,
        decisions,
        people,
        scenarios,
        studies,
        portfolios,
        runs,
        others,
        why,
    ):
        app.include_router(routes.router)
