"""Is a portfolio right? Nothing is stored."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from service import examples
from service.dependencies import TheSettings, TheWork
from service.openapi import OF_BODIES, body, refusals, success
from service.problems import FieldError
from service.reader import Body, read
from solver.check import warnings
from solver.portfolio import Portfolio, parse
from solver.tables import Tables

router = APIRouter()


class CheckBody(BaseModel):
    """A portfolio to check."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Portfolio = Field(description="a portfolio")


class Summary(BaseModel):
    """What is in a portfolio."""

    id: str
    name: str
    sha256: str = Field(description="fingerprint of its canonical form")
    periods: int
    people: int
    activities: int
    hours: int = Field(description="hours of all activities together, before rounding to blocks")


class CheckAnswer(BaseModel):
    """A portfolio that is right: what is odd in it, and what is in it."""

    valid: Literal[True]
    errors: list[FieldError] = Field(max_length=0, description="always empty: a portfolio with errors is a 422")
    warnings: list[FieldError] = Field(description="what is legal but odd; paths begin at the body")
    summary: Summary


@router.post(
    "/check",
    operation_id="check",
    summary="Check a portfolio",
    response_model=CheckAnswer,
    responses=success(examples.CHECKED, "The portfolio is right") | refusals(*OF_BODIES),
    openapi_extra=body(CheckBody, examples.BODIES["check"]),
)
async def check(request: Request, work: TheWork, settings: TheSettings) -> CheckAnswer:
    """Validates a portfolio and stores nothing. One that is not right is a 422 that names everything wrong at once."""
    return await work.at_desk(_checked, await read(request, settings))


def _checked(raw: bytes) -> CheckAnswer:
    asked = Body(raw, CheckBody)
    portfolio = asked.part("portfolio", parse)
    if portfolio is None or asked.problems:
        raise asked.refusal()
    found = [
        FieldError(path=f"/portfolio{one.path}", code=one.code, value=one.value, expected=one.expected)
        for one in warnings(Tables.of(portfolio))
    ]
    summary = Summary(
        id=portfolio.id,
        name=portfolio.name,
        sha256=portfolio.sha256(),
        periods=portfolio.calendar.periods,
        people=len(portfolio.people),
        activities=len(portfolio.activities),
        hours=sum(activity.hours for activity in portfolio.activities),
    )
    return CheckAnswer(valid=True, errors=[], warnings=found, summary=summary)
