"""What a plan made elsewhere is worth."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service import examples
from service.access import TheWho
from service.answers import shown
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import of_revision
from service.openapi import OF_BODIES, OF_STORE, body, refusals, success
from service.problems import UnknownPortfolio
from service.reader import Body, read
from service.store import Store
from service.who import Who
from solver.fields import Hours, Id, Label
from solver.handmade import score_plan
from solver.portfolio import Portfolio
from solver.proposal import Proposal

router = APIRouter()


class PlanBooking(BaseModel):
    """Hours of a person on an activity; where `by_period` lacks, the calmest split over the window is found."""

    person: Id
    activity: Id
    hours: Hours
    by_period: list[Hours] | None = Field(None, description="covers the activity's window and sums to `hours`")


class PlanLearning(BaseModel):
    """What a person learns on an activity; without a mentor it breaks a rule."""

    person: Id
    activity: Id
    term: Label = Field(description="a term that the activity asks for")
    mentor: Id | None = None


class Plan(BaseModel):
    """Who works on what; any other field of a proposal may be there and is worked out again."""

    bookings: list[PlanBooking]
    learning: list[PlanLearning] = []


class ScoreBody(BaseModel):
    """A plan to score, and the portfolio it is for."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio | str = Field(description="a portfolio, or the id of one that is stored")
    plan: Plan = Field(description="a plan: an object with bookings, such as a proposal")


@router.post(
    "/scores",
    operation_id="score",
    summary="Score a plan",
    response_model=Proposal,
    responses=success(examples.SCORED, "The plan as a proposal, with its score card")
    | refusals(*OF_BODIES, *OF_STORE, UnknownPortfolio),
    openapi_extra=body(ScoreBody, examples.BODIES["score"]),
)
async def score(request: Request, work: TheWork, store: TheStore, settings: TheSettings, who: TheWho) -> Response:
    """Scores a plan made by hand or by another tool, by the same rules and without a solver.

    A plan that breaks hard rules is scored too: their amounts on the score card are not 0.
    """
    scored = await work.at_desk(_scored, await read(request, settings), store, who)
    return Response(scored, media_type="application/json")


def _scored(raw: bytes, store: Store, who: Who) -> bytes:
    asked = Body(raw, ScoreBody)
    source = asked.source(store)
    proposal = None if source is None else asked.part("plan", lambda plan: score_plan(source.portfolio, plan))
    if source is None or proposal is None or asked.problems:
        raise asked.refusal()
    scored = of_revision(proposal.to_json(), None if source.stored is None else source.stored.revision)
    return shown(scored, who, source.portfolio)
