"""From a portfolio to a proposal."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from service import examples
from service.dependencies import TheSettings, TheWork
from service.openapi import OF_BODIES, body, refusals, success
from service.problems import Busy, Ending, UnknownPortfolio
from service.reader import Body, gone, read
from solver.fields import Hundredths
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.settings import Settings

router = APIRouter()

PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=N` is understood; an answer is given when the solve is done, with and without it",
    "schema": {"type": "string"},
    "example": "wait=30",
}


class ProposeBody(BaseModel):
    """What to find a proposal for, and how."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio | str = Field(description="a portfolio, or the slug of one of the library")
    changes: list[Any] = Field([], max_length=0, description="empty: changes on a portfolio are not taken yet")
    settings: Settings = Field(Settings(), description="how long to look, and how")


@router.post(
    "/proposals",
    operation_id="propose",
    summary="Find a proposal",
    response_model=Proposal,
    responses=success(examples.PROPOSAL, "The proposal, or that there is none: see `run.status`")
    | refusals(*OF_BODIES, UnknownPortfolio, Busy, Ending),
    openapi_extra=body(ProposeBody, examples.BODIES["propose"], parameters=[PREFER]),
)
async def propose(request: Request, work: TheWork, settings: TheSettings) -> Response:
    """Solves and answers when done. Whoever goes away stops the solve.

    `INFEASIBLE` (the rules contradict) and `NONE` (no plan was found in time) are answers too, with status 200.
    """
    portfolio, solving = await work.at_desk(_asked, await read(request, settings), settings.solve_seconds)
    proposal = await work.solve(portfolio, solving, lambda: gone(request))
    return Response(await work.at_desk(proposal_json, proposal), media_type="application/json")


def _asked(raw: bytes, most_seconds: float) -> tuple[Portfolio, Settings]:
    asked = Body(raw, ProposeBody)
    portfolio = asked.portfolio()
    settings = asked.model("settings", _settings(most_seconds))
    changes = asked.get("changes", [])
    if changes != []:
        asked.add("/changes", "not_taken_yet", changes, "an empty list: changes on a portfolio are not taken yet")
    if portfolio is None or settings is None or asked.problems:
        raise asked.refusal()
    return portfolio, Settings.model_validate(settings.model_dump())


@cache
def _settings(most_seconds: float) -> type[Settings]:
    """The settings of a solve, of which the time limit is bounded by the service."""
    words = f"seconds from 0.1 to {most_seconds:,g} with at most two decimals"
    kind = Annotated[float, Hundredths(0.1, most_seconds, words)]
    default = min(Settings().seconds, most_seconds)
    return create_model("Settings", __base__=Settings, seconds=(kind, default))


def proposal_json(proposal: Proposal) -> bytes:
    """The JSON of the contract."""
    return proposal.model_dump_json(by_alias=True).encode()
