"""What the service tells of what it keeps: the answers about runs, portfolios, scenarios and comparisons.

The routes answer them and the client reads them, so nothing of the server is needed here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class PortfolioName(BaseModel):
    """Which portfolio a run is about; `revision` is null where it came with the request."""

    id: str
    revision: int | None
    sha256: str


class FailureTold(BaseModel):
    """Why a run failed."""

    code: str
    detail: str


class RunAnswer(BaseModel):
    """A run as it is now."""

    id: str
    kind: Literal["solve", "study", "why_not", "alternatives", "conflict"]
    status: Literal["queued", "running", "finished", "cancelled", "failed"]
    portfolio: PortfolioName
    scenario: str | None = Field(description="the scenario whose changes it has, if it is of one")
    changes: list[dict[str, Any]]
    asked: Any = Field(description="of a study or an explanation: what it asks")
    settings: dict[str, Any]
    versions: dict[str, str]
    fingerprint: str = Field(description="of everything that decides a repeatable run")
    parent: str | None = Field(description="the run whose plan it starts from, or is about")
    by: str
    attempt: int = Field(description="how often it was taken up; more than once where a worker died")
    cancelling: bool = Field(description="somebody asked to stop it, and it has not stopped yet")
    created: str
    started: str | None = Field(description="when it was last taken up")
    ended: str | None
    took: str | None = Field(description="how long it ran, an ISO 8601 duration")
    progress: dict[str, Any] | None = Field(
        description="how far it is: of a solve seconds, best, bound, gap, value_captured, plans and stage; of a study "
        "seconds, done, total, stage, and the latest word of one of its solves"
    )
    outcome: str | None = Field(description="what a solve found: `run.status` of its proposal")
    failure: FailureTold | None


class RunList(BaseModel):
    """A page of runs, newest first."""

    items: list[RunAnswer]
    next: str | None


class StudyAnswer(RunAnswer):
    """A study as it is now; `result` is null until it has ended."""

    result: dict[str, Any] | None


class StudyList(BaseModel):
    """A page of studies, newest first, without their results."""

    items: list[RunAnswer]
    next: str | None


class PortfolioInfo(BaseModel):
    """A revision of a portfolio."""

    id: str
    revision: int
    name: str
    sha256: str
    people: int = Field(description="how many")
    activities: int = Field(description="how many")
    created: str = Field(description="when this revision was made")
    by: str = Field(description="who made it")


class PortfolioList(BaseModel):
    """A page of portfolios or revisions, newest first."""

    items: list[PortfolioInfo]
    next: str | None


class PortfolioPage(PortfolioInfo):
    """A revision of a portfolio, with the portfolio: fields that the role may not see are left out."""

    portfolio: dict[str, Any]


class ScenarioAnswer(BaseModel):
    """A scenario; of changes, fields that the role may not see are left out."""

    id: str
    name: str
    portfolio: str
    revision: int
    changes: list[dict[str, Any]]
    version: int = Field(description="counts how often it was replaced, from 1")
    created: str
    updated: str
    by: str = Field(description="who wrote this version")


class ScenarioList(BaseModel):
    """A page of scenarios, newest first."""

    items: list[ScenarioAnswer]
    next: str | None


class ComparisonAnswer(BaseModel):
    """A comparison; what the role may not see is left out."""

    id: str
    runs: list[str]
    created: str
    by: str
    comparison: dict[str, Any] = Field(description="per rule, person, activity, unit and term, in money, in sentences")


class ComparisonInfo(BaseModel):
    """Which runs were compared, when and by whom."""

    id: str
    runs: list[str]
    created: str
    by: str


class ComparisonList(BaseModel):
    """A page of comparisons, newest first."""

    items: list[ComparisonInfo]
    next: str | None
