"""Studies: many runs behind one question. A study is a run as well, of kind `study`."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from scenarios import scenario
from scenarios.changes import ChangeInvalid, changes_to_json
from scenarios.studies import Study, parse_study
from service import stored_examples
from service.access import TheWho, refuse_money
from service.answers import answer, encoded, run_seen
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import changed_portfolio
from service.openapi import OF_BODIES, OF_STORE, body, refusals, stream, success
from service.orders import key_of, order
from service.paging import ID, Cursor, Limit, StoredId, Word
from service.problems import BadQuery, Busy, KeyReused, NoProposal, UnknownPortfolio, UnknownRun, Wrong
from service.reader import Body, read
from service.routes.proposals import IdempotencyKey, parent_of, plain, settings_within
from service.routes.runs import WATCHED, LastEvent, events_of
from service.store import NewRun, Status, Store, StoredRun
from service.told import RunAnswer, StudyAnswer, StudyList
from service.visible import varied, visible
from service.who import Who
from solver.fields import Id, Revision
from solver.portfolio import Portfolio
from solver.settings import Settings

router = APIRouter()

FOUND = refusals(UnknownRun, BadQuery, *OF_STORE)


class StudyBody(BaseModel):
    """What to study, and on what."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio | str = Field(description="a portfolio, or the id of one that is stored")
    revision: Revision | None = Field(None, description="of a stored one; by default the latest")
    changes: list[dict[str, Any]] = Field([], description="changes made before: see /v1/changes")
    study: dict[str, Any] = Field(description="the question: its `kind`, and what that kind needs")
    settings: Settings = Field(Settings(), description="of each solve: how long to look, and how")
    parent: Id | None = Field(None, description="a run of the same portfolio as it stands, to spare solving it")


@router.post(
    "/studies",
    operation_id="start_study",
    summary="Start a study",
    status_code=202,
    response_model=RunAnswer,
    responses=success(stored_examples.STUDY, "Queued; `Location` says where it is", 202)
    | refusals(*OF_BODIES, UnknownPortfolio, UnknownRun, NoProposal, KeyReused, BadQuery, Busy, *OF_STORE),
    openapi_extra=body(StudyBody, stored_examples.BODIES["study"]),
)
async def start_study(
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Queues a study: who to hire, what to lose somebody means, what lending brings, a grid, a trade-off."""
    raw = await read(request, settings)

    def start() -> tuple[StoredRun, bytes]:
        new = _asked(raw, settings.solve_seconds, store, who)
        run, _ = work.add_run(new, key_of(idempotency_key, "studies", raw))
        return run, encoded(run_seen(store, run, who))

    run, content = await work.at_desk(start)
    return answer(content, 202, Location=f"/v1/studies/{run.id}")


def _asked(raw: bytes, most_seconds: float, store: Store, who: Who) -> NewRun:
    asked = Body(raw, StudyBody)
    changes = asked.changes()
    settings = asked.model("settings", settings_within(most_seconds))
    fields = asked.fields(StudyBody, "revision", "parent")
    source = asked.source(store, None if fields is None else fields["revision"])
    study = asked.part("study", parse_study)
    if changes is None or settings is None or fields is None or source is None or study is None or asked.problems:
        raise asked.refusal()
    portfolio = source.portfolio
    earlier = parent_of(store, fields["parent"], portfolio.id)
    try:
        changed = scenario.apply(portfolio, changes)
    except ChangeInvalid as invalid:
        raise Wrong(invalid.problems) from None
    asked.part("study", lambda _: _checked(study, changed))
    if asked.problems:
        raise asked.refusal()
    if source.stored is not None:
        there = (portfolio, changed, *varied(study.to_json(), changed))
        refuse_money(changes_to_json(changes), who, *there)
        refuse_money(study.to_json(), who, *there, place="/study")
    return order(
        source,
        who.name,
        changes,
        plain(settings),
        kind="study",
        parent=fields["parent"],
        earlier=earlier,
        asked=study.to_json(),
    )


def _checked(study: Study, portfolio: Portfolio) -> Study:
    """Raises StudyInvalid where the portfolio does not have what the study names."""
    study.check(portfolio)
    return study


@router.get(
    "/studies",
    operation_id="list_studies",
    summary="The studies",
    response_model=StudyList,
    responses=success(stored_examples.page(stored_examples.STUDY), "Studies") | refusals(BadQuery, *OF_STORE),
)
async def list_studies(
    work: TheWork,
    store: TheStore,
    who: TheWho,
    portfolio: Annotated[str | None, Query(pattern=ID)] = None,
    status: Annotated[Status | None, Query()] = None,
    by: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Every study, without what it found."""
    given = {"portfolio": portfolio, "status": status, "by": by}
    filters = {field: value for field, value in given.items() if value is not None}

    def found() -> bytes:
        page = store.runs(cursor, limit, kind="study", **filters)
        items = [run_seen(store, run, who) for run in page.items]
        return encoded({"items": items, "next": page.next})

    return answer(await work.at_desk(found))


@router.get(
    "/studies/{id}",
    operation_id="get_study",
    summary="A study",
    response_model=StudyAnswer,
    responses=success({**stored_examples.STUDY, "result": None}, "As it is now") | FOUND,
)
async def get_study(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """How far it is, and once it has ended what it found."""

    def found() -> bytes:
        run = _study(store, id)
        result = store.run_result(id)
        told = None if result is None else visible(json.loads(result), who, changed_portfolio(store, run))
        return encoded({**run_seen(store, run, who), "result": told})

    return answer(await work.at_desk(found))


@router.get(
    "/studies/{id}/events",
    operation_id="watch_study",
    summary="Watch a study",
    response_class=StreamingResponse,
    responses=stream(stored_examples.EVENTS, WATCHED) | FOUND,
)
async def watch_study(
    id: StoredId, work: TheWork, store: TheStore, who: TheWho, last_event_id: LastEvent = None
) -> Response:
    """What happened so far and what happens, as it happens; the stream ends with the study."""
    await work.at_desk(_study, store, id)
    return await events_of(work, store, id, last_event_id, who)


@router.post(
    "/studies/{id}/cancel",
    operation_id="cancel_study",
    summary="Stop a study",
    response_model=RunAnswer,
    responses=success({**stored_examples.STUDY, "cancelling": True}, "As it is now; stopping takes a moment") | FOUND,
)
async def cancel_study(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """Stops it, and keeps what it has found."""

    def cancel() -> bytes:
        return encoded(run_seen(store, store.cancel_run(_study(store, id).id, who), who))

    return answer(await work.at_desk(cancel))


def _study(store: Store, id: str) -> StoredRun:
    run = store.run(id)
    if run.kind != "study":
        raise UnknownRun(f"There is no study {id}; there is a run of that id.")
    return run
