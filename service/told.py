"""What the service tells of what it keeps: runs, portfolios, scenarios, comparisons, decisions, contests, the log.

The routes answer them and the client reads them, so nothing of the server is needed here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from solver.fields import Hours, Id


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


class DecidedBooking(BaseModel):
    """A booking that is decided about."""

    model_config = ConfigDict(extra="forbid")

    person: Id
    activity: Id
    hours: Hours | None = Field(None, description="of an override: the hours instead of those proposed, 0 for none")


class Decision(BaseModel):
    """A decision that was made."""

    id: str
    run: str
    decision: Literal["accept", "reject", "override"]
    bookings: list[DecidedBooking] | None = Field(description="null: the whole proposal")
    reason: str | None
    by: str = Field(description="the key, or the subject of the token")
    role: str
    at: datetime
    revision: int | None = Field(description="of the portfolio whose incumbent bookings it became")


class DecisionList(BaseModel):
    """Decisions, newest first."""

    items: list[Decision]
    next: str | None


class Incumbents(BaseModel):
    """The revision whose incumbent bookings are what was accepted."""

    portfolio: str
    revision: int
    sha256: str
    incumbents: int


class OverrideLine(BaseModel):
    """How often proposals of a portfolio were followed; `rate` is overrides and rejections among all decisions."""

    portfolio: str
    accept: int
    reject: int
    override: int
    rate: float


class OverrideReport(BaseModel):
    """By portfolio, and in all; reasons of the latest overrides, newest first."""

    items: list[OverrideLine]
    accept: int
    reject: int
    override: int
    rate: float | None
    reasons: list[str]
    next: None


class Contest(BaseModel):
    """A contested level, and what came of it."""

    id: str
    portfolio: str
    person: str
    term: str
    level: int | None
    reason: str
    status: Literal["open", "upheld", "dismissed"]
    by: str
    at: datetime
    answer: str | None
    settled_by: str | None
    settled: datetime | None


class ContestList(BaseModel):
    """Contested levels of a person, newest first."""

    items: list[Contest]
    next: str | None


class ErasedPerson(BaseModel):
    """What stands where the person stood; `changed`: rows of each table; `hash`: all that the audit log keeps."""

    pseudonym: str
    hash: str
    changed: dict[str, int]


class AuditEntry(BaseModel):
    """One thing that was done; its hash covers all other fields, and with them the entry before."""

    number: int
    at: str = Field(description="when, UTC")
    by: str = Field(description="the key, or the subject of the token")
    role: str
    action: str
    about: dict[str, Any] = Field(description="ids of what it was done to")
    people: list[str] = Field(description="whom it concerns, each as a hash with a salt of their own")
    previous: str
    hash: str


class AuditList(BaseModel):
    """The log, newest first."""

    items: list[AuditEntry]
    next: str | None


class AuditVerdict(BaseModel):
    """Whether every hash is what it should be."""

    whole: bool
    entries: int = Field(description="entries that are right, from the first on")
    head: str = Field(description="the hash of the last of them: kept elsewhere, it also proves that none was cut off")
    broken: int | None = Field(description="the number of the first entry that is wrong")
