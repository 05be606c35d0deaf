"""Scenarios that are stored: named lists of changes on a revision of a portfolio."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from scenarios import scenario
from scenarios.changes import Change, ChangeInvalid, changes_to_json
from service import stored_examples
from service.access import TheWho, refuse_money
from service.answers import answer, encoded
from service.dependencies import TheSettings, TheStore, TheWork
from service.openapi import OF_BODIES, OF_STORE, body, refusals, success, without_content
from service.paging import ID, Cursor, IfMatch, Limit, StoredId, Word, etag, expected
from service.problems import BadQuery, Stale, UnknownPortfolio, UnknownScenario, Wrong
from service.reader import Body, read
from service.store import Store, StoredScenario
from service.told import ScenarioAnswer, ScenarioList
from service.visible import visible_changes
from service.who import Who
from solver.fields import Id, Name, Revision

router = APIRouter()

FOUND = refusals(UnknownScenario, BadQuery, *OF_STORE)


class ScenarioBody(BaseModel):
    """A scenario to store."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="what it is called")
    portfolio: Id = Field(description="the id of a portfolio that is stored")
    revision: Revision | None = Field(None, description="of the portfolio; by default the latest")
    changes: list[dict[str, Any]] = Field([], description="changes, in order: see /v1/changes")


class _Asked(NamedTuple):
    """What a body asks to store."""

    name: str
    portfolio: str
    revision: int
    changes: tuple[Change, ...]


@router.post(
    "/scenarios",
    operation_id="add_scenario",
    summary="Store a scenario",
    status_code=201,
    response_model=ScenarioAnswer,
    responses=success(stored_examples.SCENARIO, "Stored", 201) | refusals(*OF_BODIES, UnknownPortfolio, *OF_STORE),
    openapi_extra=body(ScenarioBody, stored_examples.BODIES["scenario"]),
)
async def add_scenario(
    request: Request, work: TheWork, store: TheStore, settings: TheSettings, who: TheWho
) -> Response:
    """Stores changes that apply to the revision of the portfolio that they name."""
    raw = await read(request, settings)
    stored = await work.at_desk(lambda: store.add_scenario(*_asked(raw, store, who), who.name))
    return _answer(stored, who, 201)


@router.get(
    "/scenarios",
    operation_id="list_scenarios",
    summary="The scenarios",
    response_model=ScenarioList,
    responses=success(stored_examples.page(stored_examples.SCENARIO), "Scenarios") | refusals(BadQuery, *OF_STORE),
)
async def list_scenarios(
    work: TheWork,
    store: TheStore,
    who: TheWho,
    portfolio: Annotated[str | None, Query(pattern=ID)] = None,
    name: Word = None,
    by: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Every scenario, also those of the library, whose ids begin with the name of the portfolio."""
    given = {"portfolio": portfolio, "name": name, "by": by}
    filters = {field: value for field, value in given.items() if value is not None}
    page = await work.at_desk(lambda: store.scenarios(cursor, limit, **filters))
    return answer(encoded({"items": [told(one, who) for one in page.items], "next": page.next}))


@router.get(
    "/scenarios/{id}",
    operation_id="get_scenario",
    summary="A scenario",
    response_model=ScenarioAnswer,
    responses=success(stored_examples.SCENARIO, "It") | FOUND,
)
async def get_scenario(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """The changes, and what they are on."""
    return _answer(await work.at_desk(store.scenario, id), who)


@router.put(
    "/scenarios/{id}",
    operation_id="replace_scenario",
    summary="Replace a scenario",
    response_model=ScenarioAnswer,
    responses=success(stored_examples.SCENARIO, "As it is now")
    | refusals(*OF_BODIES, Stale, UnknownPortfolio, UnknownScenario, BadQuery, *OF_STORE),
    openapi_extra=body(ScenarioBody, stored_examples.BODIES["scenario"]),
)
async def replace_scenario(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    if_match: IfMatch = None,
) -> Response:
    """Replaces all of it; runs that were made from it keep the changes that they were made with."""
    raw = await read(request, settings)

    def replace() -> StoredScenario:
        store.scenario(id)
        return store.put_scenario(id, *_asked(raw, store, who), who.name, expected(if_match))

    return _answer(await work.at_desk(replace), who)


@router.delete(
    "/scenarios/{id}",
    operation_id="delete_scenario",
    summary="Delete a scenario",
    status_code=204,
    responses=without_content("It is gone; runs that were made from it stay")
    | refusals(Stale, UnknownScenario, BadQuery, *OF_STORE),
)
async def delete_scenario(id: StoredId, work: TheWork, store: TheStore, if_match: IfMatch = None) -> Response:
    """Deletes it; runs that were made from it stay."""
    await work.at_desk(lambda: store.delete_scenario(id, expected(if_match)))
    return Response(status_code=204)


def _asked(raw: bytes, store: Store, who: Who) -> _Asked:
    asked = Body(raw, ScenarioBody)
    changes = asked.changes()
    fields = asked.fields(ScenarioBody, "name", "portfolio", "revision")
    if changes is None or fields is None or asked.problems:
        raise asked.refusal()
    stored, portfolio = store.portfolio(fields["portfolio"], fields["revision"])
    try:
        changed = scenario.apply(portfolio, changes)
    except ChangeInvalid as invalid:
        raise Wrong(invalid.problems) from None
    refuse_money(changes_to_json(changes), who, portfolio, changed)
    return _Asked(fields["name"], stored.id, stored.revision, changes)


def told(stored: StoredScenario, who: Who) -> dict[str, Any]:
    """A scenario, ready for JSON."""
    return {
        **vars(stored),
        "changes": visible_changes(stored.changes, who),
        "created": stored.created.isoformat(),
        "updated": stored.updated.isoformat(),
    }


def _answer(stored: StoredScenario, who: Who, status: int = 200) -> Response:
    headers = {"ETag": etag(stored.version)}
    if status == 201:
        headers["Location"] = f"/v1/scenarios/{stored.id}"
    return answer(encoded(told(stored, who)), status, **headers)
