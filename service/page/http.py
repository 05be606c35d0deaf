"""What every view of the page shares: who looks at it, in which language, and how an answer becomes HTML."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import quote, unquote, urlsplit

import jinja2
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import URL, FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from service.access import PERMISSIONS, who_of
from service.page.drawing.bars import difference, share
from service.page.dutch import DETAILS, PROBLEMS
from service.page.forms import title_of
from service.page.sentences import expected_in
from service.page.tongue import Tongue, tongue
from service.page.uploads import in_json
from service.problems import (
    TABLE,
    Forbidden,
    NotJson,
    Refusal,
    Sort,
    StoreAway,
    Unauthenticated,
    UnknownPath,
    is_away,
    log_fault,
)
from service.reader import received
from service.seen import seen_by
from service.settings import ServiceSettings
from service.store import Store
from service.who import LOCAL, Who
from service.words import Language
from service.work import Work
from solver.portfolio import PortfolioInvalid

log = logging.getLogger("staffing")

HERE = Path(__file__).parent
STATIC = HERE / "static"
#: cookies: the key somebody signed in with, the language, light or dark
KEY, LANGUAGE, THEME = "staffing_key", "staffing_language", "staffing_theme"
YEAR = 365 * 24 * 3600
#: largest form that is read of whoever sends it
OPEN_BYTES = 20_000
#: scripts and styles are files of this service, and nothing else is loaded or run
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ROLE_NAMES = {
    "lead": ("project lead", "projectleider"),
    "planner": ("planner", "planner"),
    "hr": ("HR", "HR"),
    "employee": ("employee", "medewerker"),
    "auditor": ("auditor", "auditor"),
    "admin": ("administrator", "beheerder"),
}


@cache
def static(name: str) -> str:
    """The address of a file, which changes with what is in it, so that it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


class Desk:
    """What a view works with: the store, who looks, and in which language."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.work = cast(Work, request.app.state.work)
        self.settings = cast(ServiceSettings, request.app.state.settings)
        cookies = request.cookies
        accepted = request.headers.get("accept-language", "")
        self.t: Tongue = tongue(request.query_params.get("language"), cookies.get(LANGUAGE), accepted)
        theme = cookies.get(THEME, "")
        self.theme = theme if theme in ("light", "dark") else ""
        self._who: Who | None = None
        self._language = ""

    @property
    def store(self) -> Store:
        """The store as who looks sees it; raises Unauthenticated where that cannot be told."""
        return seen_by(self.who, cast(Store, self.request.app.state.store))

    @property
    def who(self) -> Who:
        """Who looks; raises Unauthenticated where that cannot be told."""
        if self._who is None:
            self._who = who_of(self.request)
        return self._who

    def may(self, operation: str) -> bool:
        """Whether the role may do what the operation of that id does over REST."""
        return bool(self.who.roles & PERMISSIONS.get(operation, frozenset()))

    def need(self, operation: str) -> Who:
        """Who looks; raises Forbidden unless the role may do that operation."""
        if not self.may(operation):
            role = self.t(*ROLE_NAMES[self.who.role])
            raise Forbidden(self.t("As {role} you may not do this.", "Als {role} mag je dit niet.", role=role))
        return self.who

    def looks(self, form: Form) -> bool:
        """Whether a form was sent only to be seen in another language, which is that of the page from here on."""
        language = form("look")
        if language not in [one.value for one in Language]:
            return False
        self.t, self._language = Tongue(language), language
        return True

    @property
    def partial(self) -> bool:
        """Whether a script asks, which puts the answer into the page that is there."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A template as an answer."""
        shared = {
            "t": self.t,
            "who": self._who,
            "theme": self.theme,
            "here": here(self.request),
            "signed": KEY in self.request.cookies,
            "static": static,
            "share": share,
            "difference": difference,
            "may": self.may,
            "partial": self.partial,
            "role_name": self._role,
            "title_of": lambda name: title_of(name, self.t),
        }
        answer = HTMLResponse(ENVIRONMENT.get_template(template).render(shared | context), status)
        if self._language:
            keep(answer, LANGUAGE, self._language)
        return answer

    def to(self, address: str) -> Response:
        """Go and look there."""
        if self.partial:
            return Response(headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)

    def _role(self, who: Who) -> str:
        if who is LOCAL:
            return self.t("this machine: all is shown", "deze machine: alles is te zien")
        name = self.t(*ROLE_NAMES[who.role])
        return f"{name} · {who.person}" if who.person else name


def keep(answer: Response, cookie: str, value: str) -> None:
    """Keep the language or the colours somebody wants."""
    answer.set_cookie(cookie, value, max_age=YEAR, samesite="strict", httponly=True)


def here(request: Request) -> str:
    """The address to come back to: of a form that was sent, or a script that asked, that of the page it was on."""
    address, headers = request.url, request.headers
    if request.method != "GET" or "hx-request" in headers:
        try:
            address = URL(headers.get("hx-current-url", headers.get("referer", "/")))
            if address.netloc not in ("", request.url.netloc) or not _read(request, address.path):
                return "/"
        except ValueError:
            return "/"
    return place(str(address))


def place(address: str) -> str:
    """Path and query of an address, as a page of this service; else the first page.

    A path that begins with two slashes, of either sort, is the name of another host to a browser.
    """
    try:
        there = urlsplit(address)
    except ValueError:
        return "/"
    if not there.path.startswith("/") or there.path.startswith(("//", "/\\")):
        return "/"
    return there.path + (f"?{there.query}" if there.query else "")


def _read(request: Request, path: str) -> bool:
    """Whether there is a page at a path, or only forms are sent there."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


async def _desk(request: Request) -> Desk:
    return Desk(request)


TheDesk = Annotated[Desk, Depends(_desk)]


class Form:
    """What a form sent: text fields, each perhaps several times, and files."""

    def __init__(self, data: FormData) -> None:
        self.data = data

    def __call__(self, name: str, default: str = "") -> str:
        """The text of a field, without spaces around it."""
        value = self.data.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def all(self, name: str) -> list[str]:
        """Every text of a field that was sent several times."""
        return [value for value in self.data.getlist(name) if isinstance(value, str)]

    def fields(self) -> dict[str, str]:
        """All text fields; of those sent several times the last."""
        return {name: value for name, value in self.data.items() if isinstance(value, str)}

    def files(self, name: str) -> list[tuple[str, bytes]]:
        """Name and content of every file that was chosen."""
        chosen = [one for one in self.data.getlist(name) if isinstance(one, UploadFile) and one.filename]
        return [(one.filename or "", one.file.read()) for one in chosen]


@asynccontextmanager
async def _sent(desk: Desk, most: int) -> AsyncIterator[Form]:
    """The form of a request, its files open as long as the request takes; raises NotJson, or as `received` does."""
    request = desk.request
    raw = await received(request, most, desk.settings.body_seconds, "form")

    async def body() -> AsyncIterator[bytes]:
        yield raw
        yield b""

    stream = cast(Any, body())
    sort = request.headers.get("content-type", "")
    try:
        if sort.startswith("multipart/form-data"):
            data = await MultiPartParser(request.headers, stream, max_part_size=most).parse()
        else:
            data = await FormParser(request.headers, stream).parse()
    except MultiPartException as error:
        raise NotJson(f"The form cannot be read: {error.message}") from None
    if any("\0" in text for pair in data.multi_items() for text in pair if isinstance(text, str)):
        raise NotJson("The form cannot be read: there is no text with the character NUL in it.")
    try:
        yield Form(data)
    finally:
        await data.close()


async def _form(desk: TheDesk) -> AsyncIterator[Form]:
    """The form of somebody who is known; of others nothing is read."""
    await desk.work.at_desk(lambda: desk.who)
    async with _sent(desk, desk.settings.body_bytes) as form:
        yield form


async def _open_form(desk: TheDesk) -> AsyncIterator[Form]:
    """A small form, of anybody."""
    async with _sent(desk, OPEN_BYTES) as form:
        yield form


TheForm = Annotated[Form, Depends(_form)]
#: before anybody has signed in
TheOpenForm = Annotated[Form, Depends(_open_form)]


class PageRoute(APIRoute):
    """A route that answers errors as a page, and posts only from the page itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of FastAPI."""
        handle = super().get_route_handler()

        async def wrapped(request: Request) -> Response:
            key = request.cookies.get(KEY)
            if key and "authorization" not in request.headers:  # who signed in on the page sends the key in a cookie
                sign(request, key)
            try:
                if "\0" in unquote(f"{request.url.path}?{request.url.query}"):
                    raise UnknownPath("No address has the character NUL in it.")
                if request.method == "POST" and not _own(request):
                    raise Forbidden("This was sent from another page than this service's own.")
                answer = await _known(handle, request)
            except Unauthenticated as error:
                answer = _sign_in(request, error)
            except Refusal as error:
                answer = _refused(request, error)
            except RequestValidationError:
                answer = nowhere(request)
            except PortfolioInvalid as error:
                desk = Desk(request)
                answer = desk.page("invalid.html", 422, problems=in_json(error.problems, desk.t), what="")
            except Exception as error:
                if isinstance(error, HTTPException | ClientDisconnect):  # no faults: the service answers them
                    raise
                answer = _failed(request, error)
            answer.headers.setdefault("Content-Security-Policy", POLICY)
            return answer

        return wrapped


async def _known(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    """What a handler answers; whoever is not known is not told which parameters are not right either."""
    try:
        return await handle(request)
    except RequestValidationError:
        await run_in_threadpool(who_of, request)
        raise


def sign(request: Request, key: str) -> None:
    """Let a request carry a key as programs send it, in the place of any other."""
    others = [(name, value) for name, value in request.scope["headers"] if name != b"authorization"]
    request.scope["headers"] = [*others, (b"authorization", f"Bearer {key}".encode())]
    del request._headers  # it was read before this


def _own(request: Request) -> bool:
    """Whether a form comes from this service: browsers say so, and others have no cookies to be misused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _sign_in(request: Request, error: Refusal) -> Response:
    desk = Desk(request)
    back = here(request)
    if desk.partial:
        return Response(headers={"HX-Redirect": f"/sign-in?back={quote(back, safe='/')}"})
    if request.method == "GET" and request.url.path != "/sign-in":
        return RedirectResponse(f"/sign-in?back={quote(back, safe='/')}", 303)
    wrong = in_words(desk, error.detail)
    if KEY not in request.cookies:
        wrong = desk.t("You are not signed in, or no longer.", "Je bent niet aangemeld, of niet meer.")
    return desk.page("sign-in.html", 401, back=back, wrong=wrong)


def in_words(desk: Desk, detail: str) -> str:
    """What went wrong, in the language of the page."""
    if not desk.t.dutch:
        return detail
    told = (re.fullmatch(said, detail) for said, _ in DETAILS)
    return next((found.expand(dutch) for found, (_, dutch) in zip(told, DETAILS, strict=True) if found), detail)


def nowhere(request: Request) -> Response:
    """The page that says that an address leads nowhere."""
    return _refused(request, UnknownPath(f"There is no page {request.url.path}."))


def _failed(request: Request, error: Exception) -> Response:
    """The page that says that the store is away, or that something went wrong that should not have."""
    if isinstance(error, SQLAlchemyError) and is_away(error):
        log.error("the store is away: %s", type(error).__name__)
        return _refused(request, StoreAway(TABLE[StoreAway].detail, headers={"Retry-After": "10"}))
    log_fault("a request", error)
    return _told(request, TABLE[Exception], Refusal(TABLE[Exception].detail))


def _refused(request: Request, error: Refusal) -> Response:
    return _told(request, TABLE[type(error)], error)


def _told(request: Request, sort: Sort, error: Refusal) -> Response:
    """The page that tells a problem."""
    desk = Desk(request)
    title, detail = desk.t(sort.title, PROBLEMS.get(sort.code, sort.title)), in_words(desk, error.detail)
    problems = [(expected_in(desk.t, one.expected), one.path) for one in error.errors]
    answer = desk.page("error.html", sort.status, title=title, detail=detail, problems=problems)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer
