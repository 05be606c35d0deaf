"""Questions that take a solver: each answered like a run, in a process of its own that can be stopped and can crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scenarios.runs import Asked
from scenarios.studies import parse_study, run_study
from scenarios.ways_out import with_ways_out
from solver.alternatives import alternatives
from solver.fields import Whole
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.settings import Settings
from solver.why_not import Question, why_not

WHY_NOT: TypeAdapter[Question] = TypeAdapter(Question)
Tell = Callable[[object], None]


class AlternativesAsked(BaseModel):
    """How many other plans, how much dearer at most, and in how many pairs of person and activity they differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plans: Annotated[int, Whole(1, 10)] = Field(3, description="how many")
    within: Annotated[int, Whole(0, 1000)] = Field(5, description="percent of the cost that they may cost more")
    least: Annotated[int, Whole(1, 100_000)] | None = Field(
        None, description="pairs of person and activity in which any two differ; by default a twentieth of the bookings"
    )


def answered(
    portfolio: Portfolio, asked: Asked, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    """The answer, ready for JSON; `proposal` is the one that the question is about, or a study's base."""
    return ANSWERS[asked.kind](portfolio, asked.data, settings, proposal, tell, stop)


def _why_not(
    portfolio: Portfolio, data: Any, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    assert proposal is not None
    question = WHY_NOT.validate_python(data)
    return why_not(portfolio, proposal, question, settings, stop).model_dump(mode="json", by_alias=True)


def _alternatives(
    portfolio: Portfolio, data: Any, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    assert proposal is not None
    asked = AlternativesAsked.model_validate(data)
    found = alternatives(portfolio, proposal, asked.plans, asked.within, settings, stop, asked.least)
    return found.model_dump(mode="json", by_alias=True)


def _conflict(
    portfolio: Portfolio, data: Any, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    assert proposal is not None
    found = with_ways_out(portfolio, proposal, settings, stop, settings.seconds).conflict
    assert found is not None
    return found.model_dump(mode="json", by_alias=True)


def _study(
    portfolio: Portfolio, data: Any, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    return run_study(portfolio, parse_study(data), settings, tell, stop, proposal).to_json()


ANSWERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "why_not": _why_not,
    "alternatives": _alternatives,
    "conflict": _conflict,
    "study": _study,
}
