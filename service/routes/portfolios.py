"""Portfolios that are stored: every change makes a new revision, and the ones before stay."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service import spreadsheet, stored_examples
from service.access import TheWho, merged, refuse_hidden, revised
from service.answers import answer, encoded
from service.bodies import whole
from service.dependencies import TheSettings, TheStore, TheWork
from service.media import JSON, PORTFOLIOS
from service.openapi import OF_BODIES, OF_STORE, SCHEMAS, body, refusals, success
from service.operations import MOST_OPERATIONS, Operation, changed
from service.paging import ETAG, Cursor, IfMatch, Limit, StoredId, Word, etag, expected, following
from service.problems import BadQuery, Exists, NotAcceptable, Stale, UnknownPortfolio, Wrong
from service.reader import Body, read, read_whole
from service.sheets import SpreadsheetInvalid
from service.store import Page, Store, StoredPortfolio
from service.store.portfolios import stale
from service.told import PortfolioInfo, PortfolioList, PortfolioPage
from service.visible import visible_portfolio
from service.who import Who
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse

router = APIRouter()

Revision = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="by default the latest")]


class PortfolioBody(BaseModel):
    """A portfolio to store."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio = Field(description="a portfolio; its own id is the one that it is stored under")


class OperationsBody(BaseModel):
    """Operations on a portfolio, done in order, all of them or none."""

    model_config = ConfigDict(extra="forbid")

    operations: list[Operation] = Field(min_length=1, max_length=MOST_OPERATIONS, description="what to change")


FOUND = refusals(UnknownPortfolio, BadQuery, *OF_STORE)


@router.post(
    "/portfolios",
    operation_id="add_portfolio",
    summary="Store a portfolio",
    status_code=201,
    response_model=PortfolioInfo,
    responses=success(stored_examples.PORTFOLIO, "Stored, as revision 1", 201)
    | refusals(*OF_BODIES, Exists, *OF_STORE),
    openapi_extra=body(PortfolioBody, stored_examples.BODIES["portfolio"]),
)
async def add_portfolio(
    request: Request, work: TheWork, store: TheStore, settings: TheSettings, who: TheWho
) -> Response:
    """Stores a portfolio under its own id."""
    stored = await work.at_desk(_added, await read(request, settings), store, who)
    return _made(stored, 201)


def _added(raw: bytes, store: Store, who: Who) -> StoredPortfolio:
    asked = Body(raw, PortfolioBody)
    portfolio = asked.part("portfolio", parse)
    if portfolio is None or asked.problems:
        raise asked.refusal()
    return store.add_portfolio(portfolio, who.name)


@router.get(
    "/portfolios",
    operation_id="list_portfolios",
    summary="The portfolios",
    response_model=PortfolioList,
    responses=success(stored_examples.page(stored_examples.PORTFOLIO), "The latest revision of each")
    | refusals(BadQuery, *OF_STORE),
)
async def list_portfolios(
    work: TheWork, store: TheStore, name: Word = None, by: Word = None, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """The latest revision of every portfolio."""
    filters = {field: value for field, value in (("name", name), ("by", by)) if value is not None}
    return _list(await work.at_desk(lambda: store.portfolios(cursor, limit, **filters)))


@router.get(
    "/portfolios/{id}",
    operation_id="get_portfolio",
    summary="A portfolio",
    response_model=PortfolioPage,
    responses=success(
        {**stored_examples.PORTFOLIO, "portfolio": stored_examples.BODIES["portfolio"]["portfolio"]}, "It"
    )
    | FOUND,
)
async def get_portfolio(
    id: StoredId, work: TheWork, store: TheStore, who: TheWho, revision: Revision = None
) -> Response:
    """The portfolio as it stands in its latest revision, or in another one."""
    stored, content = await work.at_desk(_page, store, id, revision, who)
    return answer(content, ETag=etag(stored.revision))


def _page(store: Store, id: str, revision: int | None, who: Who) -> tuple[StoredPortfolio, bytes]:
    stored, portfolio = store.portfolio(id, revision)
    data = visible_portfolio(portfolio.canonical(), who, portfolio)
    return stored, encoded({**info(stored), "portfolio": data})


@router.patch(
    "/portfolios/{id}",
    operation_id="change_portfolio",
    summary="Change a portfolio",
    response_model=PortfolioInfo,
    responses=success(stored_examples.PORTFOLIO, "The new revision") | refusals(*OF_BODIES, Stale) | FOUND,
    openapi_extra=body(OperationsBody, stored_examples.BODIES["operations"]),
)
async def change_portfolio(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    if_match: IfMatch = None,
) -> Response:
    """Makes a new revision by operations that address fields by id, `/people/p07/hours_per_period`."""
    raw = await read(request, settings)
    return _made(await work.at_desk(_changed, raw, store, id, who, expected(if_match)))


def _changed(raw: bytes, store: Store, id: str, who: Who, expect: int | None) -> StoredPortfolio:
    asked = whole(raw, OperationsBody)
    return following(expect, lambda: _changed_once(asked, store, id, who, expect))


def _changed_once(asked: OperationsBody, store: Store, id: str, who: Who, expect: int | None) -> StoredPortfolio:
    stored, portfolio = store.portfolio(id)
    if expect not in (None, stored.revision):
        raise stale(id, stored.revision, expect)
    refuse_hidden((one.path for one in asked.operations), who, portfolio)
    try:
        # Done on what the role is shown: nothing else can be moved to where it would be seen.
        after = changed(visible_portfolio(portfolio.canonical(), who, portfolio), asked.operations)
    except PortfolioInvalid as invalid:
        raise Wrong(invalid.problems) from None
    after = _with_hidden(after, portfolio, who)
    # What is stored is what was looked at, or nothing.
    return store.revise_portfolio(id, after, who.name, stored.revision)


@router.get(
    "/portfolios/{id}/revisions",
    operation_id="list_revisions",
    summary="The revisions of a portfolio",
    response_model=PortfolioList,
    responses=success(stored_examples.page(stored_examples.PORTFOLIO), "Its revisions") | FOUND,
)
async def list_revisions(
    id: StoredId, work: TheWork, store: TheStore, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Every revision, who made it and when."""
    return _list(await work.at_desk(store.revisions, id, cursor, limit))


@router.post(
    "/portfolios/{id}/import",
    operation_id="import_portfolio",
    summary="Store a file",
    response_model=PortfolioInfo,
    responses=success(stored_examples.PORTFOLIO, "The new revision")
    | {201: {**success(stored_examples.PORTFOLIO, "Stored, as revision 1")[200], "model": PortfolioInfo}}
    | refusals(*OF_BODIES, Stale)
    | FOUND,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                **{
                    type: {"schema": {"type": "string", "format": "binary"}, "example": f"a file {suffix}"}
                    for type, suffix in PORTFOLIOS.items()
                },
                JSON: {
                    "schema": {"$ref": f"{SCHEMAS}{Portfolio.__name__}"},
                    "example": stored_examples.BODIES["portfolio"]["portfolio"],
                },
            },
        }
    },
)
async def import_portfolio(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    if_match: IfMatch = None,
) -> Response:
    """Stores a workbook, a ZIP of CSV files, or JSON: as a new revision, or as a new portfolio where there is none.

    The portfolio in the file must have the id of the path. Paths of errors are places in the file.
    """
    raw = await read(request, settings, tuple(PORTFOLIOS))
    type = request.headers["content-type"].partition(";")[0].strip().lower()
    stored = await work.at_desk(_imported, raw, PORTFOLIOS[type], store, id, who, expected(if_match))
    return _made(stored, 201 if stored.revision == 1 else 200)


def _imported(raw: bytes, suffix: str, store: Store, id: str, who: Who, expect: int | None) -> StoredPortfolio:
    portfolio = of_file(raw, suffix)
    if portfolio.id != id:
        raise Wrong([Problem("/id", "fixed", portfolio.id, f"{id}, the id of the path")])
    if expect is None:
        with suppress(Exists):
            return store.add_portfolio(portfolio, who.name)
    try:
        return revised(store, portfolio, who, expect)
    except PortfolioInvalid as invalid:
        raise Wrong(invalid.problems) from None


def _with_hidden(after: Portfolio, before: Portfolio, who: Who) -> Portfolio:
    """What the role is not shown stays as it was: it was not in what somebody worked on, and must not be lost so."""
    try:
        return merged(after, before, who)
    except PortfolioInvalid as invalid:
        raise Wrong(invalid.problems) from None


def of_file(raw: bytes, suffix: str) -> Portfolio:
    """The portfolio in a file; raises NotJson, or Wrong with places in the file."""
    if suffix == ".json":
        return read_whole(raw, parse)
    try:
        return spreadsheet.read_bytes(raw, f"file{suffix}")
    except SpreadsheetInvalid as invalid:
        problems = [
            Problem(one.place, one.code, None if one.value is None else str(one.value)[:200], one.expected)
            for one in invalid.problems
        ]
        raise Wrong(problems) from None
    except PortfolioInvalid as invalid:
        raise Wrong(invalid.problems) from None


@router.get(
    "/portfolios/{id}/export",
    operation_id="export_portfolio",
    summary="A portfolio as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file, without what the role may not see",
            "content": {
                type: {"schema": {"type": "string", "format": "binary"}, "example": f"a file {suffix}"}
                for type, suffix in PORTFOLIOS.items()
            },
            "headers": ETAG,
        }
    }
    | refusals(NotAcceptable)
    | FOUND,
)
async def export_portfolio(
    id: StoredId,
    work: TheWork,
    store: TheStore,
    who: TheWho,
    revision: Revision = None,
    accept: Annotated[str | None, Header(description="which form; a workbook where nothing is said")] = None,
) -> Response:
    """The portfolio as a workbook, a ZIP of CSV files, or JSON, as `Accept` says."""
    type = accepted(accept, list(PORTFOLIOS))
    stored, content = await work.at_desk(_exported, store, id, revision, who, PORTFOLIOS[type])
    name = f'attachment; filename="{id}{PORTFOLIOS[type]}"'
    return Response(content, media_type=type, headers={"ETag": etag(stored.revision), "Content-Disposition": name})


def _exported(store: Store, id: str, revision: int | None, who: Who, suffix: str) -> tuple[StoredPortfolio, bytes]:
    stored, portfolio = store.portfolio(id, revision)
    data = visible_portfolio(portfolio.canonical(), who, portfolio)
    if suffix == ".json":
        return stored, json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"
    return stored, spreadsheet.to_bytes(parse(data), suffix)


def accepted(header: str | None, types: list[str]) -> str:
    """The media type that a client likes best, of several the first; raises NotAcceptable."""
    if not header:
        return types[0]
    liked: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((float(one[2:]) for one in parameters if re.fullmatch(r"q=[01](\.\d{1,3})?", one)), 1.0)
        for type in types:
            if name in (type, f"{type.partition('/')[0]}/*", "*/*"):
                liked[type] = quality if name == type else liked.get(type, quality)
    good = [type for type in types if liked.get(type)]
    if not good:
        raise NotAcceptable(f"There is no such form; there are {', '.join(types)}.")
    return max(good, key=lambda type: liked[type])


def info(stored: StoredPortfolio) -> dict[str, Any]:
    """A revision, ready for JSON."""
    return {**vars(stored), "created": stored.created.isoformat()}


def _made(stored: StoredPortfolio, status: int = 200) -> Response:
    headers = {"ETag": etag(stored.revision)}
    if status == 201:
        headers["Location"] = f"/v1/portfolios/{stored.id}"
    return answer(encoded(info(stored)), status, **headers)


def _list(page: Page[StoredPortfolio]) -> Response:
    return answer(encoded({"items": [info(one) for one in page.items], "next": page.next}))
