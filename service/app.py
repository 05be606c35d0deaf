"""The REST service."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics, page, problems
from service.access import allowed
from service.dependencies import known_parameters
from service.oidc import Provider
from service.openapi import describe
from service.routes import (
    audit,
    check,
    comparisons,
    decisions,
    explanations,
    health,
    library,
    model_card,
    people,
    portfolios,
    proposals,
    rules,
    runs,
    scenarios,
    scores,
    studies,
)
from service.routes import metrics as metrics_route
from service.settings import ServiceSettings
from service.store import Store
from service.watching import Watching
from service.work import Work

BODIES = (
    check.CheckBody,
    proposals.ProposeBody,
    scores.ScoreBody,
    decisions.DecisionBody,
    people.ContestBody,
    people.SettleBody,
    portfolios.PortfolioBody,
    portfolios.OperationsBody,
    scenarios.ScenarioBody,
    runs.RunBody,
    explanations.WhyNotBody,
    explanations.AlternativesBody,
    explanations.ConflictBody,
    comparisons.CompareBody,
    studies.StudyBody,
)

#: how often what was kept long enough is looked for
FORGET_SECONDS = 3600

log = logging.getLogger("staffing")

#: everything under /v1, in the order in which the description lists it
ROUTES = (
    check,
    proposals,
    scores,
    portfolios,
    scenarios,
    runs,
    explanations,
    comparisons,
    studies,
    rules,
    library,
    decisions,
    people,
    audit,
    model_card,
)


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The service with these settings, else with those of the environment (or SettingsInvalid)."""
    settings = settings or ServiceSettings.of(os.environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.store = Store.open(settings.database_url)
        metrics.watch(app.state.store)
        app.state.work = Work(settings, app.state.store)
        forgetting = asyncio.create_task(_forget_old(app.state.work, app.state.store, settings.keep_days))
        yield
        forgetting.cancel()
        app.state.work.close()
        app.state.store.close()

    app = FastAPI(
        title="staffing",
        version=version("staffing"),
        description="From a portfolio of people and projects to a staffing proposal that can be read and checked.",
        lifespan=lifespan,
        docs_url=None,  # they load their code from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        # its own traces and logs have addresses and messages, which may name people; see `service.watching`
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    for routes in ROUTES:
        app.include_router(routes.router, prefix="/v1", dependencies=[Depends(allowed), Depends(known_parameters)])
    app.include_router(health.router, prefix="/health")
    app.include_router(metrics_route.router)
    problems.install(app)
    page.mount(app)
    app.add_middleware(Head)
    app.add_middleware(Headers)
    app.add_middleware(LastWord)
    app.add_middleware(Watching)

    def openapi() -> dict[str, Any]:
        app.openapi_schema = app.openapi_schema or describe(app, settings, BODIES)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


async def _forget_old(work: Work, store: Store, days: int) -> None:
    """Forget what was kept for so many days, now and every hour; 0 days: never."""
    while days:
        try:
            await work.at_desk(store.forget_old, days)
        except SQLAlchemyError:
            log.warning("the store is away; what is old is forgotten later")
        await asyncio.sleep(FORGET_SECONDS)


class Headers:
    """Puts the headers of `problems.HEADERS` on every answer that has not its own, as the page has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in problems.HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class HeadSent(Exception):
    """The head of an answer was sent, and nobody asked for more."""


class Head:
    """Answers HEAD as GET up to the body, which nobody waits for: a stream of events would go on for long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            await send(message)
            await send({"type": "http.response.body"})
            raise HeadSent

        asked = {**scope, "method": "GET"}
        with suppress(HeadSent):
            await self.app(asked, receive, head)
        scope["route"] = asked.get("route")  # for whoever notes requests


class BrokenOff(Exception):
    """An answer that had begun could not be finished; the log has said why."""


class LastWord:
    """Answers what nobody else did: a request that the server, told to end, has cancelled, and a fault of ours.

    The server below would log a fault with its message, which may hold what people said of others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        answered = False

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except asyncio.CancelledError:
            if scope["type"] != "http" or answered:
                raise
            sort = problems.TABLE[problems.Ending]
            await problems.answer(sort, sort.detail)(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            problems.log_fault("a request", error)
            if answered:
                raise BrokenOff from None
            sort = problems.TABLE[Exception]
            await problems.answer(sort, sort.detail)(scope, receive, send)
