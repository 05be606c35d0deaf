"""What the service refuses, and how it says so: one table from error class to status, code and title (RFC 9457)."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.visible import visible_errors
from solver.faults import places
from solver.portfolio import Problem
from solver.references import plain

MEDIA_TYPE = "application/problem+json"
#: an answer holds no more errors than this; its detail says that there are more
MOST_ERRORS = 10_000

#: on every answer: it is data, to be neither guessed at, nor kept, nor run
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}

#: what PostgreSQL says of a transaction that it ended since nothing happened in it, and of a standby, which only reads
AWAY = {"25P03", "25006"}

log = logging.getLogger("staffing")


class FieldError(BaseModel):
    """One thing that is wrong in a body."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=lambda schema: schema["required"].remove("value"))

    path: str = Field(description="JSON pointer into the body; empty for the whole of it")
    code: str = Field(description="stable slug")
    value: Any = Field(description="what was given, cut short where it is long; left out where the role may not see it")
    expected: str = Field(description="what would be right")


class ProblemDetails(BaseModel):
    """An error, for people and for programs (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="a URI with the code")
    title: str = Field(description="what sort of problem it is")
    status: int = Field(description="the HTTP status")
    code: str = Field(description="stable slug of the sort of problem")
    detail: str = Field(description="what is wrong this time, and what to do")
    errors: list[FieldError] = Field(description="everything that is wrong in the body, all at once")


class Refusal(Exception):
    """A request that is refused."""

    def __init__(self, detail: str, errors: Sequence[Problem] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail, self.errors, self.headers = detail, errors, headers


class NotJson(Refusal):
    """The body cannot be read as JSON."""


class Unauthenticated(Refusal):
    """Nobody knows who asks."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Refusal):
    """Who asks may not."""


class UnknownPath(Refusal):
    """Nothing is there."""


class BadQuery(Refusal):
    """What stands behind the question mark, or in a header, is not right."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        things = "1 parameter is" if len(errors) == 1 else f"{len(errors)} parameters are"
        said = "; ".join(f"{one.path} should be {one.expected}" for one in errors)
        super().__init__(f"{things} not right: {said}.", errors)


class UnknownPortfolio(Refusal):
    """There is no portfolio, or no revision of it, of that name."""


class UnknownScenario(Refusal):
    """There is no scenario of that id."""


class UnknownRun(Refusal):
    """There is no run of that id."""


class UnknownComparison(Refusal):
    """There is no comparison of that id."""


class UnknownPerson(Refusal):
    """Nobody of that id is there, or not for who asks."""


class UnknownContest(Refusal):
    """No contested level has that id."""


class WrongMethod(Refusal):
    """The path exists, the method on it does not."""


class TooSlow(Refusal):
    """The body did not arrive in time."""


class Exists(Refusal):
    """Something of that id is there already."""


class KeyReused(Refusal):
    """The idempotency key was used for another request."""


class NoProposal(Refusal):
    """The run has no proposal, or not yet."""


class NotTaken(Refusal):
    """What was decided cannot become the bookings of the portfolio."""


class Settled(Refusal):
    """The contested level was answered already."""


class InUse(Refusal):
    """Runs are under way with what is to be erased."""


class Stale(Refusal):
    """It has changed since it was read."""


class TooLarge(Refusal):
    """The body is larger than the service takes."""


class NotAcceptable(Refusal):
    """There is no such form of the answer."""


class WrongType(Refusal):
    """The body is of a type that the service does not take."""


class Wrong(Refusal):
    """The body is JSON, but not right."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        count = len(errors)
        things = "1 thing is" if count == 1 else f"{count:,} things are"
        if count > MOST_ERRORS:
            things = f"More than {MOST_ERRORS:,} things, of which these are the first, are"
        super().__init__(f"{things} wrong in the body. Each error says where, and what would be right.", errors)


class Busy(Refusal):
    """As many runs as may are waiting."""


class StoreAway(Refusal):
    """The database cannot be reached, or cannot write."""


class Ending(Refusal):
    """The service ends before the request is done."""


@dataclass(frozen=True)
class Sort:
    """A sort of problem; `detail` and `errors` are its example."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[Problem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # name → what it says

    def body(self, detail: str, errors: Sequence[Problem] = ()) -> dict[str, Any]:
        """The JSON of one problem of this sort."""
        shown = [
            {"path": one.path, "code": one.code, "value": one.value, "expected": one.expected}
            for one in errors[:MOST_ERRORS]
        ]
        about = f"urn:staffing:problem:{self.code}"
        return {
            "type": about,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": detail,
            "errors": shown,
        }


TABLE: Mapping[type[Exception], Sort] = {
    NotJson: Sort(
        400,
        "bad_json",
        "The body is not JSON",
        "The body is not JSON: line 1, column 15: Expecting value.",
        (Problem("", "bad_json", "}", "JSON; line 1, column 15: Expecting value"),),
    ),
    Unauthenticated: Sort(
        401,
        "unauthenticated",
        "Who asks is not known",
        "A key is needed: send `Authorization: Bearer` and the key.",
        headers={"WWW-Authenticate": "how to say who asks: Bearer"},
    ),
    Forbidden: Sort(403, "forbidden", "Not allowed", "The role employee may not do this."),
    UnknownPath: Sort(404, "unknown_path", "Nothing is there", "There is no /v2; /openapi.json lists what there is."),
    UnknownPortfolio: Sort(
        404,
        "unknown_portfolio",
        "No such portfolio",
        "There is no portfolio adviesburo.",
    ),
    UnknownScenario: Sort(404, "unknown_scenario", "No such scenario", "There is no scenario hire."),
    UnknownRun: Sort(404, "unknown_run", "No such run", "There is no run 019a8f."),
    UnknownComparison: Sort(404, "unknown_comparison", "No such comparison", "There is no comparison 019a8f."),
    UnknownPerson: Sort(404, "unknown_person", "No such person", "There is no person p99."),
    UnknownContest: Sort(404, "unknown_contest", "No such contest", "There is no contest 019a8f of p01."),
    WrongMethod: Sort(
        405,
        "wrong_method",
        "That method does not work here",
        "/v1/check does not take GET; it takes POST.",
        headers={"Allow": "the methods that work"},
    ),
    NotAcceptable: Sort(
        406, "not_acceptable", "There is no such form", "There is no such form; there are application/json, text/csv."
    ),
    TooSlow: Sort(408, "too_slow", "The body took too long", "The body was not complete after 30 seconds."),
    NoProposal: Sort(409, "no_proposal", "There is no proposal", "Run 019a8f has no proposal yet: it is running."),
    Exists: Sort(
        409, "exists", "It is there already", "There is a portfolio example already; a change to it makes a revision."
    ),
    KeyReused: Sort(
        409, "key_reused", "The key was used", "Idempotency-Key 7 was used for another request; use a new one."
    ),
    NotTaken: Sort(409, "not_taken", "It cannot be taken over", "Nothing of run 019a8f was accepted."),
    Settled: Sort(409, "settled", "It was settled", "Contest 019a8f is upheld already; a new one can be made."),
    InUse: Sort(
        409,
        "in_use",
        "Somebody works with it",
        "Runs are under way with this person: 019a8f. Wait for them, or cancel them.",
    ),
    Stale: Sort(412, "stale", "It has changed", "Portfolio example is at revision 3 by now, not at 2; read it again."),
    TooLarge: Sort(413, "too_large", "The body is too large", "The body is larger than 20,971,520 bytes."),
    WrongType: Sort(
        415, "wrong_type", "The body is of another type", "The body is text/plain; it has to be application/json."
    ),
    Wrong: Sort(
        422,
        "invalid",
        "The body is not right",
        "1 thing is wrong in the body. Each error says where, and what would be right.",
        (Problem("/portfolio/people/0/unit", "unknown_id", "advise", "the id of a unit"),),
    ),
    BadQuery: Sort(
        422,
        "bad_query",
        "A parameter is not right",
        "1 parameter is not right: ?limit should be less than or equal to 200.",
        (Problem("?limit", "less_than_equal", "1000", "less than or equal to 200"),),
    ),
    Busy: Sort(
        429,
        "busy",
        "The queue is full",
        "1000 runs are waiting, as many as may; try again in 10 seconds.",
        headers={"Retry-After": "after how many seconds to try again"},
    ),
    Exception: Sort(
        500,
        "internal_error",
        "A fault of ours",
        "Something went wrong that should not have; the server's log says what.",
    ),
    StoreAway: Sort(
        503,
        "store_away",
        "The store cannot be reached",
        "The database cannot be reached, or cannot write; try again in 10 seconds.",
        headers={"Retry-After": "after how many seconds to try again"},
    ),
    Ending: Sort(503, "ending", "The service ends", "The service was told to end and gave this request up."),
}


def answer(
    sort: Sort, detail: str, errors: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The response that tells a problem."""
    return JSONResponse(
        sort.body(detail, errors), sort.status, media_type=MEDIA_TYPE, headers={**HEADERS, **(headers or {})}
    )


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    sort = TABLE[type(refusal)]
    told = sort.body(refusal.detail, refusal.errors)
    told["errors"] = visible_errors(told["errors"], getattr(request.state, "who", None))
    return JSONResponse(told, sort.status, media_type=MEDIA_TYPE, headers={**HEADERS, **(refusal.headers or {})})


async def _not_routed(request: Request, error: Exception) -> Response:
    """What the router itself refuses: an unknown path, or a method that the path does not have."""
    assert isinstance(error, HTTPException)
    path = request.url.path
    sort = TABLE[WrongMethod]
    if error.status_code == sort.status:
        takes = _methods(request.app, path) or _with_head((error.headers or {})["Allow"].split(", "))
        return answer(sort, f"{path} does not take {request.method}; it takes {takes}.", (), {"Allow": takes})
    return answer(TABLE[UnknownPath], f"There is no {path}; /openapi.json lists what there is.")


def _methods(app: FastAPI, path: str) -> str:
    """The methods that a path takes: the router itself names those of the first route of that path alone."""
    found = [
        method.upper()
        for template, methods in app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
        for method in methods
    ]
    return _with_head(found)


def _with_head(methods: Collection[str]) -> str:
    """Methods as `Allow` lists them: what takes GET takes HEAD."""
    return ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else set(methods)))


async def _gone(request: Request, error: Exception) -> Response:
    """The client went away: there is nobody to answer."""
    return Response(status_code=499, headers=HEADERS)


def log_fault(what: str, error: Exception) -> None:
    """Log where a fault of ours happened, without the error's message: it may hold what people said of others."""
    log.error("%s failed", what, extra=places(error))


async def _bad_query(request: Request, error: Exception) -> Response:
    """Parameters that are not right; a path with an id that cannot be one leads nowhere."""
    assert isinstance(error, RequestValidationError)
    marks = {"query": "?", "header": ""}
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return answer(TABLE[UnknownPath], f"There is no {request.url.path}; /openapi.json lists what there is.")
    problems = [
        Problem(
            marks.get(str(one["loc"][0]), "") + str(one["loc"][-1]),
            one["type"],
            str(one["input"])[:100],
            plain(dict(one))[1],
        )
        for one in found
    ]
    return answer(TABLE[BadQuery], BadQuery(problems).detail, problems)


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database is away, full, held up or read-only: the same may go well later."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated or state in AWAY
    return isinstance(error, TimeoutError)  # all connections are in use


async def _store_away(request: Request, error: Exception) -> Response:
    """The database is away, or its disk is full; the log has the class of what the driver raised, and its code."""
    assert isinstance(error, SQLAlchemyError)
    if not is_away(error):
        log_fault("a request", error)
        return answer(TABLE[Exception], TABLE[Exception].detail)
    said = getattr(error, "orig", error)
    code = getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None)
    log.error("the store is away: %s", code or type(said).__name__, extra={"error": type(said).__name__})
    headers = {"Retry-After": "10"}
    return answer(TABLE[StoreAway], TABLE[StoreAway].detail, (), headers)


def install(app: FastAPI) -> None:
    """Let `app` answer every error as the table says."""
    app.add_exception_handler(RequestValidationError, _bad_query)
    app.add_exception_handler(SQLAlchemyError, _store_away)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(ClientDisconnect, _gone)
