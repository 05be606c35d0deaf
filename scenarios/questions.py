"""Questions that take a solver: each answered like a run, in a process of its own that can be stopped and can crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from scenarios.changes.reading import read
from scenarios.runs import Asked
from scenarios.studies import parse_study, run_study
from scenarios.ways_out import with_ways_out
from solver.alternatives import alternatives
from solver.fields import Whole
from solver.portfolio import Portfolio, PortfolioInvalid
from solver.proposal import Proposal
from solver.report import Report
from solver.settings import Settings
from solver.why_not import Question, why_not

#: what a why-not question asks → its model
WHY_NOT: Mapping[str, type[Question]] = {
    model.model_fields["ask"].default: model for model in get_args(get_args(Question)[0])
}
Tell = Callable[[object], None]


class AlternativesAsked(BaseModel):
    """How many other plans, how much dearer at most, and in how many pairs of person and activity they differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plans: Annotated[int, Whole(1, 10)] = Field(3, description="how many")
    within: Annotated[int, Whole(0, 1000)] = Field(5, description="percent of the cost that they may cost more")
    least: Annotated[int, Whole(1, 100_000)] | None = Field(
        None, description="pairs of person and activity in which any two differ; by default a twentieth of the bookings"
    )


def parse_question(data: Any) -> Question:
    """The why-not question in decoded JSON; raises PortfolioInvalid with all problems at once."""
    report, asked = Report(), data.get("ask") if isinstance(data, dict) else None
    question = None
    if not isinstance(data, dict):
        report.add((), "not_an_object", data, "a question, which is an object")
    elif "ask" not in data:
        report.add(("ask",), "missing", None, f"required: one of {', '.join(WHY_NOT)}")
    elif not isinstance(asked, str) or asked not in WHY_NOT:
        report.add(("ask",), "not_a_choice", asked, f"one of {', '.join(WHY_NOT)}")
    else:
        question = read(WHY_NOT[asked], data, (), report)
    if question is None:
        raise PortfolioInvalid(report.problems())
    return question


def answered(
    portfolio: Portfolio, asked: Asked, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    """The answer, ready for JSON; `proposal` is the one that the question is about, or a study's base."""
    return ANSWERS[asked.kind](portfolio, asked.data, settings, proposal, tell, stop)


def _why_not(
    portfolio: Portfolio, data: Any, settings: Settings, proposal: Proposal | None, tell: Tell, stop: threading.Event
) -> dict[str, Any]:
    assert proposal is not None
    question = parse_question(data)
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
