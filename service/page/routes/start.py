"""Where one begins: the portfolios, an upload, signing in, language and colours."""

from __future__ import annotations

import mimetypes
from itertools import count
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response

from scenarios.library import ENTRIES
from service.access import revised, who_of
from service.page.http import (
    KEY,
    LANGUAGE,
    STATIC,
    THEME,
    YEAR,
    Desk,
    PageRoute,
    TheDesk,
    TheForm,
    TheOpenForm,
    keep,
    place,
    sign,
    static,
)
from service.page.uploads import read_upload
from service.problems import Exists, Unauthenticated, UnknownPath
from service.store import StoredPortfolio
from service.who import Who
from service.words import Language
from solver.portfolio import Portfolio

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: runs and portfolios on the first page
MOST_RUNS, MOST_PORTFOLIOS = 8, 50


@router.get("/")
def start(desk: TheDesk) -> Response:
    """The portfolios there are, each one click from a proposal."""
    if desk.who.role == "employee":
        return desk.to("/me")
    mine: list[StoredPortfolio] = []
    library = {entry.slug: entry for entry in ENTRIES}
    if desk.may("list_portfolios"):
        mine = [one for one in desk.store.portfolios(limit=MOST_PORTFOLIOS).items if one.id not in library]
    runs = desk.store.runs(limit=MOST_RUNS, kind="solve").items if desk.may("list_runs") else []
    names = {one.id: one.name for one in desk.store.portfolios(limit=200).items} if runs else {}
    return desk.page("start.html", library=library.values(), mine=mine, runs=runs, names=names, scenarios_of={})


@router.post("/portfolios")
def upload(desk: TheDesk, form: TheForm) -> Response:
    """Store a portfolio from a file, or tell what is wrong with it."""
    who = desk.need("add_portfolio")
    files = form.files("file")
    if not files:
        what = desk.t("No file was chosen.", "Er is geen bestand gekozen.")
        return desk.page("invalid.html", 422, problems={}, what=what, again=True)
    sent = read_upload(files, desk.t)
    if sent.portfolio is None:
        names = ", ".join(name for name, _ in files)
        return desk.page("invalid.html", 422, problems=sent.wrong, what=names, tables=sent.tables, again=True)
    return desk.to(f"/portfolios/{_stored(desk, sent.portfolio, who).id}")


def _stored(desk: Desk, portfolio: Portfolio, who: Who) -> StoredPortfolio:
    """A new portfolio; one of the same id and name is its next revision, one of another name stands beside it."""
    id = portfolio.id
    for n in count(2):
        try:
            return desk.store.add_portfolio(portfolio, who.name)
        except Exists:
            if desk.store.portfolio_record(portfolio.id).name == portfolio.name:
                return revised(desk.store, portfolio, who)
            portfolio = portfolio.model_copy(update={"id": f"{id[:60]}-{n}"})
    raise AssertionError("numbers do not end")


@router.post("/look")
def look(desk: TheDesk, form: TheOpenForm) -> Response:
    """Keep the language or the colours somebody wants."""
    answer = desk.to(place(form("back")))
    if form("language") in [one.value for one in Language]:
        keep(answer, LANGUAGE, form("language"))
    if form("theme") in ("light", "dark"):
        keep(answer, THEME, form("theme"))
    elif "theme" in form.fields():
        answer.delete_cookie(THEME)
    return answer


@router.get("/sign-in")
def sign_in_form(desk: TheDesk, back: str = "/") -> Response:
    """Ask for a key."""
    return desk.page("sign-in.html", back=back, wrong="")


@router.post("/sign-in")
def sign_in(desk: TheDesk, form: TheOpenForm) -> Response:
    """Keep the key in a cookie that no script reads and no other site sends."""
    back = place(form("back"))
    sign(desk.request, form("key"))
    try:
        who_of(desk.request)
    except Unauthenticated:
        wrong = desk.t("This key is not known, or it has expired.", "Deze sleutel is niet bekend, of verlopen.")
        return desk.page("sign-in.html", 401, back=back, wrong=wrong)
    answer = RedirectResponse(back, 303)
    secure = desk.request.url.scheme == "https"
    answer.set_cookie(KEY, form("key"), httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
def sign_out(desk: TheDesk) -> Response:
    """Forget the key."""
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(KEY)
    return answer


@router.get("/static/{digest}/{name}")
def file(digest: str, name: str) -> Response:
    """A file of the page; its address changes with what is in it, so it may be kept."""
    path = STATIC / Path(name).name
    if not path.is_file() or static(path.name) != f"/static/{digest}/{name}":
        raise UnknownPath(f"There is no file {name}.")
    sort = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(path, media_type=sort, headers={"Cache-Control": f"public, max-age={YEAR}, immutable"})
