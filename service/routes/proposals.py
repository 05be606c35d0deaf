"""From a portfolio to a proposal, at once or as a run."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.requests import ClientDisconnect

from scenarios.changes import ChangeInvalid, changes_to_json
from scenarios.scenario import apply
from service import examples, stored_examples
from service.access import TheWho, refuse_money
from service.answers import answer, encoded, run_seen, shown
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import changed_portfolio, proposal_of
from service.openapi import OF_BODIES, OF_STORE, body, refusals, success
from service.orders import key_of, order
from service.problems import BadQuery, Busy, Ending, KeyReused, NoProposal, UnknownPortfolio, UnknownRun, Wrong
from service.reader import Body, gone, read
from service.store import ENDED, NewRun, Store, StoredRun
from service.told import RunAnswer
from service.who import Who
from service.work import Work
from solver.fields import Hundredths
from solver.portfolio import Portfolio, Problem
from solver.proposal import Proposal
from solver.settings import Settings

router = APIRouter()

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="any word of your own: a repeat with the same word gives the same run",
        examples=["7f6f3c3a"],
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=30`: answer when the run is done, if within so many seconds; `respond-async`: do not wait",
        examples=["wait=30"],
    ),
]
LOCATION = {"Location": {"description": "where the run is", "schema": {"type": "string"}}}


class ProposeBody(BaseModel):
    """What to find a proposal for, and how."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio | str = Field(description="a portfolio, or the id of one that is stored")
    changes: list[dict[str, object]] = Field([], description="changes on the portfolio, in order: see /v1/changes")
    settings: Settings = Field(Settings(), description="how long to look, and how")
    parent: str | None = Field(None, description="a run of the same portfolio, whose plan to start from")


@router.post(
    "/proposals",
    operation_id="propose",
    summary="Find a proposal",
    response_model=Proposal,
    responses=success(examples.PROPOSAL, "The proposal, or that there is none: see `run.status`")
    | {
        202: {
            "description": "It takes longer than was to be waited: the run, which goes on",
            "model": RunAnswer,
            "content": {"application/json": {"example": stored_examples.RUN}},
            "headers": LOCATION,
        }
    }
    | refusals(*OF_BODIES, *OF_STORE, BadQuery, UnknownPortfolio, UnknownRun, KeyReused, NoProposal, Busy, Ending),
    openapi_extra=body(ProposeBody, examples.BODIES["propose"]),
)
async def propose(
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Queues a run and answers 202 with it, or, with `Prefer: wait=N`, 200 with the proposal as soon as it is there.

    Whoever goes away while waiting, and gave no Idempotency-Key to come back with, stops the run. `INFEASIBLE` (the
    rules contradict) and `NONE` (no plan was found in time) are answers too, with status 200.
    """
    raw = await read(request, settings)
    new = await work.at_desk(_asked, raw, settings.solve_seconds, store, who)
    key = key_of(idempotency_key, "proposals", raw)
    run, _ = await work.at_desk(work.add_run, new, key)
    seconds = wait_of(prefer, settings.wait_seconds)
    if seconds:
        run = await _ended(request, work, run, seconds, stays=key is not None)
    if run.status not in ENDED:
        headers = {"Location": f"/v1/runs/{run.id}"}
        if seconds is not None:
            headers["Preference-Applied"] = f"wait={seconds:g}"
        return answer(await work.at_desk(lambda: encoded(run_seen(store, run, who))), 202, **headers)
    return answer(await work.at_desk(_proposal, store, run, who))


def wait_of(prefer: str | None, most: float) -> float | None:
    """The seconds to wait, no more than `most`; None where nothing was said of it."""
    found = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\b", prefer or "", re.IGNORECASE)
    return None if found is None else min(float(found[1]), most)


async def _ended(request: Request, work: Work, run: StoredRun, seconds: float, stays: bool) -> StoredRun:
    """The run when it has ended or the time is up; where the client goes away and does not come back, it is stopped."""
    waiting = asyncio.ensure_future(work.ended(run.id, seconds))
    leaving = asyncio.ensure_future(gone(request))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        if not stays:
            await work.at_desk(work.store.cancel_run, run.id, run.by)
        raise ClientDisconnect
    finally:
        waiting.cancel()
        leaving.cancel()


def _proposal(store: Store, run: StoredRun, who: Who) -> bytes:
    result = store.run_result(run.id)
    if result is None:
        raise failed(run)
    proposal = Proposal.model_validate_json(result)
    told = proposal.to_json()
    return encoded(told) if who.role == "hr" else shown(told, who, changed_portfolio(store, run))


def failed(run: StoredRun) -> NoProposal:
    """What to raise where a run ended without anything to show."""
    why = "it was cancelled before there was a plan" if run.failure is None else run.failure["detail"]
    return NoProposal(f"Run {run.id} has no proposal: {why}.")


def no_proposal(run: StoredRun) -> NoProposal:
    """What to say of a run without a proposal."""
    if run.kind != "solve":
        return NoProposal(f"Run {run.id} has no proposal: it is a {run.kind}.")
    if run.status not in ENDED:
        return NoProposal(f"Run {run.id} has no proposal yet: it is {run.status}.")
    return failed(run)


def parent_of(store: Store, id: str | None, portfolio: str) -> Proposal | None:
    """The proposal of the run to start from; raises Wrong where it is of another portfolio, NoProposal for none."""
    if id is None:
        return None
    run = store.run(id)
    if run.portfolio != portfolio or run.kind != "solve":
        raise Wrong([Problem("/parent", "of_another", id, f"a run of {portfolio} that has a proposal")])
    found = proposal_of(store, id)
    if found is None:
        raise no_proposal(run)
    return found


def _asked(raw: bytes, most_seconds: float, store: Store, who: Who) -> NewRun:
    asked = Body(raw, ProposeBody)
    source = asked.source(store)
    settings = asked.model("settings", settings_within(most_seconds))
    changes = asked.changes()
    fields = asked.fields(ProposeBody, "parent")
    if source is None or settings is None or changes is None or fields is None or asked.problems:
        raise asked.refusal()
    earlier = parent_of(store, fields["parent"], source.portfolio.id)
    try:
        changed = apply(source.portfolio, changes)
        new = order(source, who.name, changes, plain(settings), parent=fields["parent"], earlier=earlier)
    except ChangeInvalid as invalid:
        raise Wrong(invalid.problems) from None
    if source.stored is not None:
        refuse_money(changes_to_json(changes), who, source.portfolio, changed)
    return new


def plain(settings: Settings) -> Settings:
    """Settings without the bounds of the service."""
    return Settings.model_validate(settings.model_dump())


@cache
def settings_within(most_seconds: float) -> type[Settings]:
    """The settings of a solve, of which the time limit is bounded by the service."""
    words = f"seconds from 0.1 to {most_seconds:,g} with at most two decimals"
    kind = Annotated[float, Hundredths(0.1, most_seconds, words)]
    default = min(Settings().seconds, most_seconds)
    return create_model("Settings", __base__=Settings, seconds=(kind, default))
