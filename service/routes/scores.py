"""What a plan made elsewhere is worth."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service import examples
from service.dependencies import TheSettings, TheWork
from service.openapi import OF_BODIES, body, refusals, success
from service.problems import UnknownPortfolio
from service.reader import Body, read
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

    portfolio: Portfolio | str = Field(description="a portfolio, or the slug of one of the library")
    plan: Plan = Field(description="a plan: an object with bookings, such as a proposal")


@router.post(
    "/scores",
    operation_id="score",
    summary="Score a plan",
    response_model=Proposal,
    responses=success(examples.SCORED, "The plan as a proposal, with its score card")
    | refusals(*OF_BODIES, UnknownPortfolio),
    openapi_extra=body(ScoreBody, examples.BODIES["score"]),
)
async def score(request: Request, work: TheWork, settings: TheSettings) -> Response:
    """Scores a plan made by hand or by another tool, by the same rules and without a solver.

    A plan that breaks hard rules is scored too: their amounts on the score card are not 0.
    """
    scored = await work.at_desk(_scored, await read(request, settings))
    return Response(scored, media_type="application/json")


def _scored(raw: bytes) -> bytes:
    asked = Body(raw, ScoreBody)
    portfolio = asked.portfolio()
    proposal = None if portfolio is None else asked.part("plan", lambda plan: score_plan(portfolio, plan))
    if proposal is None or asked.problems:
        raise asked.refusal()
    return proposal.model_dump_json(by_alias=True).encode()
