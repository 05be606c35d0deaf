"""What the routes answer: stored records as JSON, without what the role of who asks may not see."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

from fastapi.responses import Response
from pydantic import BaseModel, Field

from service.access import Who, visible
from service.store import StoredRun
from solver.portfolio import Portfolio

JSON = "application/json"


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


def run_json(run: StoredRun) -> dict[str, Any]:
    """A run, ready for JSON."""
    took = None if run.started is None or run.ended is None else run.ended - run.started
    return {
        "id": run.id,
        "kind": run.kind,
        "status": run.status,
        "portfolio": {"id": run.portfolio, "revision": run.revision, "sha256": run.sha256},
        "scenario": run.scenario,
        "changes": run.changes,
        "asked": run.asked,
        "settings": run.settings,
        "versions": run.versions,
        "fingerprint": run.fingerprint,
        "parent": run.parent,
        "by": run.by,
        "attempt": run.attempt,
        "cancelling": run.cancelling,
        "created": run.created.isoformat(),
        "started": None if run.started is None else run.started.isoformat(),
        "ended": None if run.ended is None else run.ended.isoformat(),
        "took": None if took is None else duration(took),
        "progress": run.progress,
        "outcome": run.outcome,
        "failure": run.failure,
    }


def duration(length: timedelta) -> str:
    """ISO 8601, in seconds; a clock that was set back gives no negative one."""
    return f"PT{max(0.0, length.total_seconds()):.3f}S"


def shown(data: Any, who: Who, portfolio: Portfolio) -> bytes:
    """An answer about a portfolio, as JSON."""
    return encoded(visible(data, who, portfolio))


def encoded(data: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def answer(content: bytes, status: int = 200, **headers: str) -> Response:
    """A JSON response; names of headers with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, media_type=JSON, headers=named)
