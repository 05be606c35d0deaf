"""The web page: templates, pictures drawn as SVG by the server, and htmx; no build step, nothing from elsewhere."""

from __future__ import annotations

from fastapi import FastAPI

from service.page.routes import (
    audit,
    comparisons,
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


def mount(app: FastAPI) -> None:
    """Serve the page at `/`."""
    for routes in (start, audit, comparisons, decisions, people, scenarios, studies, portfolios, runs, others, why):
        app.include_router(routes.router)
