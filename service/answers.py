"""What the routes answer: stored records as JSON, without what the role of who asks may not see."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from fastapi.responses import Response

from service.execution import portfolio_of
from service.media import JSON
from service.store import Store, StoredRun
from service.visible import edited, varied, visible
from service.who import Who
from solver.portfolio import Portfolio


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


def run_seen(store: Store, run: StoredRun, who: Who) -> dict[str, Any]:
    """A run, ready for JSON, without what the role may not see."""
    data = run_json(run)
    if who.role != "hr":
        data = visible(data, who, *solved_in(store, run))
    return data


def solved_in(store: Store, run: StoredRun) -> tuple[Portfolio, ...]:
    """The portfolio of a run with its changes made, and what the options of a sweep make of it."""
    portfolio = edited(portfolio_of(store, run), run.changes)
    return (portfolio, *varied(run.asked, portfolio))


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
