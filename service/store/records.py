"""What the store gives: plain records, which never change after they were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

Item = TypeVar("Item")
Kind = Literal["solve", "study", "why_not", "alternatives", "conflict"]
Status = Literal["queued", "running", "finished", "cancelled", "failed"]

#: a run in one of these stays in it
ENDED: tuple[Status, ...] = ("finished", "cancelled", "failed")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items, newest first; `next` is the cursor of the page after, None where there is none."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True)
class StoredPortfolio:
    """One revision of a portfolio; `by` made it."""

    id: str
    revision: int
    name: str
    sha256: str
    people: int
    activities: int
    created: datetime
    by: str


@dataclass(frozen=True)
class StoredScenario:
    """A named list of changes on a revision of a portfolio; `version` counts how often it was put."""

    id: str
    name: str
    portfolio: str
    revision: int
    changes: list[dict[str, Any]]
    version: int
    created: datetime
    updated: datetime
    by: str


@dataclass(frozen=True)
class StoredRun:
    """One solve, study or explanation.

    revision: None where the portfolio came with the request. attempt: how often it was taken up; lost: how often its
    worker died. cancelling: it runs still, and somebody asked to stop it. progress: the latest. outcome: the
    solver's word on what it found. failure: `{"code", "detail"}` of a failed one.
    """

    id: str
    kind: Kind
    status: Status
    attempt: int
    lost: int
    cancelling: bool
    turn: int
    by: str
    portfolio: str
    revision: int | None
    sha256: str
    scenario: str | None
    changes: list[dict[str, Any]]
    asked: Any
    settings: dict[str, Any]
    versions: dict[str, str]
    fingerprint: str
    parent: str | None
    created: datetime
    started: datetime | None
    ended: datetime | None
    last_event: int
    progress: dict[str, Any] | None
    outcome: str | None
    failure: dict[str, str] | None


@dataclass(frozen=True)
class StoredEvent:
    """Something that happened to a run; `number` counts from 1 within the run."""

    run: str
    number: int
    event: str
    at: datetime
    content: dict[str, Any]


@dataclass(frozen=True)
class StoredComparison:
    """Runs laid side by side; `result` is the comparison as JSON."""

    id: str
    runs: list[str]
    created: datetime
    by: str
