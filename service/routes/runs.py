"""Runs: started, looked at, watched, stopped; what they found, in several forms; and questions about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError

from scenarios import scenario
from scenarios.changes import Change, ChangeInvalid, changes_to_json, parse_changes
from service import examples, stored_examples
from service.access import TheWho, refuse_money
from service.answers import answer, encoded, run_seen, solved_in
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import changed_portfolio
from service.media import JSON, PROPOSALS
from service.openapi import OF_BODIES, OF_STORE, STREAM, body, refusals, stream, success
from service.orders import Source, key_of, order
from service.paging import ID, Cursor, Limit, StoredId, Word
from service.problems import (
    BadQuery,
    Busy,
    KeyReused,
    NoProposal,
    NotAcceptable,
    UnknownPortfolio,
    UnknownRun,
    UnknownScenario,
    Wrong,
)
from service.proposal_files import narrowed, written
from service.reader import Body, read
from service.routes.portfolios import accepted
from service.routes.proposals import IdempotencyKey, no_proposal, parent_of, plain, settings_within
from service.store import ENDED, NewRun, Status, Store, StoredEvent, StoredRun
from service.told import RunAnswer, RunList
from service.visible import visible, visible_portfolio, visible_proposal
from service.who import Who
from service.work import Work
from solver.fields import Id, Revision
from solver.portfolio import Portfolio, Problem, parse
from solver.proposal import Proposal
from solver.settings import Settings

router = APIRouter()

#: how often a stream looks for what is new, and after how long without anything it says that it is still there
LOOK_SECONDS, ALIVE_SECONDS = 0.3, 15.0

WATCHED = "Server-sent events: queued, running, progress, then finished, cancelled or failed"
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,9}$", description="go on after this event")
]
FOUND = refusals(UnknownRun, BadQuery, *OF_STORE)


class RunBody(BaseModel):
    """What to run: a scenario, or a portfolio with changes."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Id | None = Field(None, description="the id of a portfolio that is stored; or else a scenario")
    revision: Revision | None = Field(None, description="of the portfolio; by default the latest")
    scenario: Id | None = Field(None, description="the id of a scenario, whose portfolio and changes it takes")
    changes: list[dict[str, Any]] = Field([], description="changes, after those of the scenario: see /v1/changes")
    settings: Settings = Field(Settings(), description="how long to look, and how")
    parent: Id | None = Field(None, description="a run of the same portfolio, whose plan to start from")


# --- starting, listing, stopping


@router.post(
    "/runs",
    operation_id="start_run",
    summary="Start a run",
    status_code=202,
    response_model=RunAnswer,
    responses=success(stored_examples.RUN, "Queued; `Location` says where it is", 202)
    | refusals(
        *OF_BODIES, UnknownPortfolio, UnknownScenario, UnknownRun, NoProposal, KeyReused, BadQuery, Busy, *OF_STORE
    ),
    openapi_extra=body(RunBody, stored_examples.BODIES["run"]),
)
async def start_run(
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Queues a run, which is solved as soon as its turn comes. A repeat with one Idempotency-Key is the same run."""
    raw = await read(request, settings)

    def start() -> tuple[StoredRun, bytes]:
        new = _asked(raw, settings.solve_seconds, store, who)
        run, _ = work.add_run(new, key_of(idempotency_key, "runs", raw))
        return run, encoded(run_seen(store, run, who))

    run, content = await work.at_desk(start)
    return answer(content, 202, Location=f"/v1/runs/{run.id}")


def _asked(raw: bytes, most_seconds: float, store: Store, who: Who) -> NewRun:
    asked = Body(raw, RunBody)
    changes = asked.changes()
    settings = asked.model("settings", settings_within(most_seconds))
    fields = asked.fields(RunBody, "portfolio", "revision", "scenario", "parent")
    if fields is not None and (fields["portfolio"] is None) == (fields["scenario"] is None):
        asked.add("/portfolio", "one_of_two", fields["portfolio"], "either a portfolio or a scenario")
    if changes is None or settings is None or fields is None or asked.problems:
        raise asked.refusal()
    id, revision = fields["portfolio"], fields["revision"]
    before: tuple[Change, ...] = ()
    if fields["scenario"] is not None:
        stored_scenario = store.scenario(fields["scenario"])
        id, revision = stored_scenario.portfolio, stored_scenario.revision
        before = parse_changes(stored_scenario.changes)
    stored, portfolio = store.portfolio(id, revision)
    earlier = parent_of(store, fields["parent"], stored.id)
    try:
        changed = scenario.apply(scenario.apply(portfolio, before), changes)
    except ChangeInvalid as invalid:
        raise Wrong(invalid.problems) from None
    refuse_money(changes_to_json(changes), who, portfolio, changed)
    return order(
        Source(portfolio, stored),
        who.name,
        (*before, *changes),
        plain(settings),
        scenario_id=fields["scenario"],
        parent=fields["parent"],
        earlier=earlier,
    )


@router.get(
    "/runs",
    operation_id="list_runs",
    summary="The runs",
    response_model=RunList,
    responses=success(stored_examples.page(stored_examples.FINISHED), "Runs") | refusals(BadQuery, *OF_STORE),
)
async def list_runs(
    work: TheWork,
    store: TheStore,
    who: TheWho,
    portfolio: Annotated[str | None, Query(pattern=ID)] = None,
    scenario: Annotated[str | None, Query(pattern=ID)] = None,
    parent: Annotated[str | None, Query(pattern=ID)] = None,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[Literal["solve", "study", "why_not", "alternatives", "conflict"] | None, Query()] = None,
    by: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Every run: solves, studies and explanations."""
    given = {"portfolio": portfolio, "scenario": scenario, "parent": parent, "status": status, "kind": kind, "by": by}
    filters = {field: value for field, value in given.items() if value is not None}

    def found() -> bytes:
        page = store.runs(cursor, limit, **filters)
        items = [run_seen(store, run, who) for run in page.items]
        return encoded({"items": items, "next": page.next})

    return answer(await work.at_desk(found))


@router.get(
    "/runs/{id}",
    operation_id="get_run",
    summary="A run",
    response_model=RunAnswer,
    responses=success(stored_examples.RUN, "As it is now") | FOUND,
)
async def get_run(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """Its status, times and progress."""
    return answer(await work.at_desk(lambda: encoded(run_seen(store, store.run(id), who))))


@router.post(
    "/runs/{id}/cancel",
    operation_id="cancel_run",
    summary="Stop a run",
    response_model=RunAnswer,
    responses=success({**stored_examples.RUN, "cancelling": True}, "As it is now: it may take a moment to stop")
    | FOUND,
)
async def cancel_run(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """Stops it, and keeps the best plan that it has. A run that has ended stays as it is."""

    def cancel() -> bytes:
        return encoded(run_seen(store, store.cancel_run(id, who), who))

    return answer(await work.at_desk(cancel))


# --- watching


@router.get(
    "/runs/{id}/events",
    operation_id="watch_run",
    summary="Watch a run",
    response_class=StreamingResponse,
    responses=stream(stored_examples.EVENTS, WATCHED) | FOUND,
)
async def watch_run(
    id: StoredId,
    work: TheWork,
    store: TheStore,
    who: TheWho,
    last_event_id: LastEvent = None,
) -> Response:
    """What happened so far and what happens, as it happens; the stream ends with the run."""
    return await events_of(work, store, id, last_event_id, who)


async def events_of(work: Work, store: Store, id: str, last_event_id: str | None, who: Who) -> Response:
    """The stream of a run's events."""
    run = await work.at_desk(store.run, id)
    portfolios = await work.at_desk(solved_in, store, run)
    events = _events(work, store, run.id, int(last_event_id or 0), who, portfolios)
    return StreamingResponse(events, media_type=STREAM, headers={"X-Accel-Buffering": "no"})


async def _events(
    work: Work, store: Store, id: str, after: int, who: Who, portfolios: tuple[Portfolio, ...]
) -> AsyncIterator[bytes]:
    """The events after the one of that number; ends with the run, and where the service ends."""
    quiet, first = 0.0, True
    yield b"retry: 1000\n\n"
    while True:
        try:
            found, over = await work.at_desk(_news, store, id, after, first)
        except SQLAlchemyError:  # the store is away: who comes back goes on where this ended
            return
        for event in found:
            after = event.number
            yield event_text(event, who, *portfolios)
        if over:
            return
        first = False
        quiet = 0.0 if found else quiet + LOOK_SECONDS
        if quiet >= ALIVE_SECONDS:
            quiet = 0.0
            yield b": still there\n\n"
        await asyncio.sleep(LOOK_SECONDS)


def _news(store: Store, id: str, after: int, first: bool) -> tuple[list[StoredEvent], bool]:
    """What happened after the event of that number, and whether nothing else will; first: whether it may be over."""
    found = store.events(id, after)
    if not found and first and store.run(id).status in ENDED:
        return store.events(id, after), True  # resumed after its last event, or ended just now
    return found, bool(found) and found[-1].event in ENDED


def event_text(event: StoredEvent, who: Who, *portfolios: Portfolio) -> bytes:
    """An event as it goes over the wire."""
    data = visible({"at": event.at.isoformat(), **event.content}, who, *portfolios)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.number, event.event.encode(), encoded(data))


# --- what was found


@router.get(
    "/runs/{id}/proposal",
    operation_id="get_proposal",
    summary="The proposal of a run",
    response_model=Proposal,
    responses={
        200: {
            "description": "The proposal; bookings alone in CSV and iCalendar. What the role may not see is left out",
            "content": {
                JSON: {"example": examples.PROPOSAL},
                **{
                    type: {"schema": {"type": "string", "format": "binary"}, "example": f"a file {suffix}"}
                    for type, suffix in PROPOSALS.items()
                    if type != JSON
                },
            },
        }
    }
    | refusals(NoProposal, NotAcceptable)
    | FOUND,
)
async def get_proposal(
    id: StoredId,
    work: TheWork,
    store: TheStore,
    who: TheWho,
    person: Annotated[str | None, Query(pattern=ID, description="only what is about this person")] = None,
    project: Annotated[str | None, Query(pattern=ID, description="only what is about this project")] = None,
    unit: Annotated[str | None, Query(pattern=ID, description="only what is about people of this unit")] = None,
    language: Annotated[Literal["en", "nl"], Query(description="of the labels of terms in CSV and workbooks")] = "en",
    accept: Annotated[str | None, Header(description="which form; JSON where nothing is said")] = None,
) -> Response:
    """The best plan that was found, with its score card and reasons; of a cancelled run the best until then."""
    type = accepted(accept, list(PROPOSALS))

    def found() -> bytes:
        run = store.run(id)
        result = store.run_result(id) if run.kind == "solve" else None
        if result is None:
            raise no_proposal(run)
        if type == JSON and who.role == "hr" and not (person or project or unit):
            return result.encode()
        portfolio = changed_portfolio(store, run)
        if person or project or unit:
            _refuse_unknown(portfolio, who, person=person, project=project, unit=unit)
        data = narrowed(visible_proposal(json.loads(result), who, portfolio), portfolio, person, project, unit)
        seen = portfolio if type == JSON else parse(visible_portfolio(portfolio.canonical(), who, portfolio))
        return written(data, seen, type, id, run.ended, language)

    content = await work.at_desk(found)
    headers = {} if type == JSON else {"Content-Disposition": f'attachment; filename="{id}{PROPOSALS[type]}"'}
    return Response(content, media_type=type, headers=headers)


def _refuse_unknown(portfolio: Portfolio, who: Who, **wanted: str | None) -> None:
    """Raises BadQuery for a filter that names nothing that the role is shown: what is hidden is not there."""
    seen = visible_portfolio(portfolio.canonical(), who, portfolio)
    sections = {"person": "people", "project": "projects", "unit": "units"}
    problems = [
        Problem(f"?{name}", "unknown_id", id, f"the id of a {name}")
        for name, id in wanted.items()
        if id is not None and id not in {one["id"] for one in seen[sections[name]]}
    ]
    if problems:
        raise BadQuery(problems)
