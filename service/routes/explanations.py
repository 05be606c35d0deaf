"""Questions about a proposal: why not otherwise, what else, and what would solve a conflict."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from scenarios.changes import parse_changes
from scenarios.questions import AlternativesAsked, parse_question
from service import stored_examples
from service.access import TheWho
from service.answers import answer, encoded, run_seen
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import changed_portfolio, portfolio_of, proposal_of
from service.media import JSON
from service.openapi import OF_BODIES, OF_STORE, body, refusals, success
from service.orders import Source, key_of, order
from service.paging import LOCATION, StoredId
from service.problems import BadQuery, Busy, Ending, KeyReused, NoProposal, UnknownRun
from service.reader import Body, read
from service.routes.proposals import IdempotencyKey, Prefer, failed, no_proposal, plain, settings_within, wait_of
from service.settings import ServiceSettings
from service.store import ENDED, Kind, Store, StoredRun
from service.told import RunAnswer
from service.visible import visible
from service.who import Who
from service.work import Work
from solver.alternatives import Alternatives
from solver.portfolio import Portfolio
from solver.proposal import Conflict, Proposal
from solver.settings import Settings
from solver.why_not import Question, WhyNot, question_problems

router = APIRouter()

#: seconds that an explanation may take, unless it says otherwise
EXPLAINING = Settings(seconds=10.0)


class WhyNotBody(BaseModel):
    """A question about a proposal."""

    model_config = ConfigDict(extra="forbid")

    question: Question = Field(description="why not this person, more hours, that mentor; why is this unfilled")
    settings: Settings = Field(EXPLAINING, description="how long to look, and how")


class AlternativesBody(BaseModel):
    """What other plans to look for."""

    model_config = ConfigDict(extra="forbid")

    alternatives: AlternativesAsked = Field(AlternativesAsked(), description="how many, and how far from the best")
    settings: Settings = Field(EXPLAINING, description="how long to look, and how")


class ConflictBody(BaseModel):
    """How to look for the ways out of a conflict."""

    model_config = ConfigDict(extra="forbid")

    settings: Settings = Field(EXPLAINING, description="how long to look, and how")


#: an explanation is waited for, unless somebody does not want to
WAIT = "wait=30"
ANSWERED = {
    202: {
        "description": "It takes longer than was to be waited: a run, which goes on; its answer is at /answer",
        "model": RunAnswer,
        "content": {JSON: {"example": {**stored_examples.RUN, "kind": "why_not"}}},
        "headers": LOCATION,
    }
}
ASKING = refusals(*OF_BODIES, UnknownRun, NoProposal, KeyReused, BadQuery, Busy, Ending, *OF_STORE)


@router.post(
    "/runs/{id}/why-not",
    operation_id="ask_why_not",
    summary="Why not?",
    response_model=WhyNot,
    responses=success(stored_examples.WHY_NOT, "The smallest changed plan, or what is in its way") | ANSWERED | ASKING,
    openapi_extra=body(WhyNotBody, stored_examples.BODIES["why_not"]),
)
async def ask_why_not(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    prefer: Prefer = WAIT,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Why somebody is not on an activity, or has not more hours, or not that mentor; why something is unfilled."""
    raw = await read(request, settings)
    return await _ask(work, store, settings, who, id, "why_not", raw, prefer, idempotency_key)


@router.post(
    "/runs/{id}/alternatives",
    operation_id="ask_alternatives",
    summary="Other plans",
    response_model=Alternatives,
    responses=success(stored_examples.ALTERNATIVES, "Plans that differ in people") | ANSWERED | ASKING,
    openapi_extra=body(AlternativesBody, stored_examples.BODIES["alternatives"]),
)
async def ask_alternatives(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    prefer: Prefer = WAIT,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Plans that differ in people and not in trifles, each within the stated distance of the proposal."""
    raw = await read(request, settings)
    return await _ask(work, store, settings, who, id, "alternatives", raw, prefer, idempotency_key)


@router.post(
    "/runs/{id}/conflict",
    operation_id="ask_conflict",
    summary="Ways out of a conflict",
    response_model=Conflict,
    responses=success(stored_examples.CONFLICT, "The rules that contradict, and ways out, cheapest first")
    | ANSWERED
    | ASKING,
    openapi_extra=body(ConflictBody, stored_examples.BODIES["conflict"]),
)
async def ask_conflict(
    id: StoredId,
    request: Request,
    work: TheWork,
    store: TheStore,
    settings: TheSettings,
    who: TheWho,
    prefer: Prefer = WAIT,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Where hard rules contradict: which ones, over what, and what would solve it, each way tried and priced."""
    raw = await read(request, settings)
    return await _ask(work, store, settings, who, id, "conflict", raw, prefer, idempotency_key)


async def _ask(
    work: Work,
    store: Store,
    settings: ServiceSettings,
    who: Who,
    id: str,
    kind: Kind,
    raw: bytes,
    prefer: str | None,
    key: str | None,
) -> Response:
    """The answer where it is there in time, else the run that looks for it."""

    def start() -> tuple[StoredRun, Portfolio]:
        run = store.run(id)
        proposal = proposal_of(store, id) if run.kind == "solve" else None
        if proposal is None:
            raise no_proposal(run)
        portfolio = changed_portfolio(store, run)
        asked, solving = BODIES[kind](raw, proposal, portfolio, settings.solve_seconds)
        stored = None if run.revision is None else store.portfolio_record(run.portfolio, run.revision)
        new = order(
            Source(portfolio_of(store, run), stored),
            who.name,
            parse_changes(run.changes),
            solving,
            kind=kind,
            scenario_id=run.scenario,
            parent=id,
            earlier=proposal,
            asked=asked,
        )
        return work.add_run(new, key_of(key, f"{id}/{kind}", raw))[0], portfolio

    run, portfolio = await work.at_desk(start)
    seconds = wait_of(prefer, settings.wait_seconds)
    if seconds:
        run = await work.ended(run.id, seconds)
    if run.status in ENDED:
        return answer(await work.at_desk(_answer, store, run, who, portfolio))
    content = encoded(run_seen(store, run, who))
    return answer(content, 202, Location=f"/v1/runs/{run.id}")


def _answer(store: Store, run: StoredRun, who: Who, portfolio: Portfolio) -> bytes:
    result = store.run_result(run.id)
    if result is None:
        raise failed(run) if run.status in ENDED else no_proposal(run)
    return encoded(visible(json.loads(result), who, portfolio))


@router.get(
    "/runs/{id}/answer",
    operation_id="get_answer",
    summary="The answer to a question",
    response_model=dict[str, Any],
    responses=success(stored_examples.WHY_NOT, "The answer") | refusals(UnknownRun, NoProposal, BadQuery, *OF_STORE),
)
async def get_answer(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """What a run of a question found, in the form that the question is answered in."""

    def found() -> bytes:
        run = store.run(id)
        if run.kind == "solve":
            raise NoProposal(f"Run {id} was asked no question; it has a proposal.")
        return _answer(store, run, who, changed_portfolio(store, run))

    return answer(await work.at_desk(found))


# --- what is asked, checked before it is queued


def _settings(asked: Body, most_seconds: float) -> Settings | None:
    if "settings" not in asked.given:
        return EXPLAINING.model_copy(update={"seconds": min(EXPLAINING.seconds, most_seconds)})
    settings = asked.model("settings", settings_within(most_seconds))
    return None if settings is None else plain(settings)


def _why_not(raw: bytes, proposal: Proposal, portfolio: Portfolio, most_seconds: float) -> tuple[Any, Settings]:
    asked = Body(raw, WhyNotBody)
    settings = _settings(asked, most_seconds)
    question = asked.part("question", parse_question)
    if question is not None:
        asked.problems += question_problems(portfolio, question, ("question",))
    if settings is None or question is None or asked.problems:
        raise asked.refusal()
    if proposal.bookings is None:
        raise NoProposal("The proposal has no plan: ask for the ways out of its conflict.")
    return question.model_dump(mode="json"), settings


def _alternatives(raw: bytes, proposal: Proposal, portfolio: Portfolio, most_seconds: float) -> tuple[Any, Settings]:
    asked = Body(raw, AlternativesBody)
    settings = _settings(asked, most_seconds)
    wanted = asked.model("alternatives", AlternativesAsked)
    if settings is None or wanted is None or asked.problems:
        raise asked.refusal()
    if proposal.bookings is None:
        raise NoProposal("The proposal has no plan: ask for the ways out of its conflict.")
    return wanted.model_dump(mode="json"), settings


def _conflict(raw: bytes, proposal: Proposal, portfolio: Portfolio, most_seconds: float) -> tuple[Any, Settings]:
    asked = Body(raw, ConflictBody)
    settings = _settings(asked, most_seconds)
    if settings is None or asked.problems:
        raise asked.refusal()
    if proposal.conflict is None:
        raise NoProposal("The proposal has no conflict: its rules do not contradict each other.")
    return {}, settings


BODIES = {"why_not": _why_not, "alternatives": _alternatives, "conflict": _conflict}
