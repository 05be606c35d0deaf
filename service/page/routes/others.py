"""Other plans than the proposed one that are nearly as good: looked for while the page waits, shown, taken over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from scenarios.questions import AlternativesAsked
from service.page.http import Desk, PageRoute, TheDesk
from service.page.plans import Beside, plan_page
from service.page.running import ask, difference_of, solved, view_of
from service.problems import UnknownPath, UnknownRun
from service.store import ENDED, StoredRun
from service.visible import visible
from solver.proposal import Proposal

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: seconds to look for other plans; the search ends earlier where it has them
LOOK_SECONDS = 20.0


@router.post("/runs/{id}/others")
def look(desk: TheDesk, id: str) -> Response:
    """Look for three other plans that cost hardly more."""
    desk.need("ask_alternatives")
    asked = ask(desk, solved(desk.store, id), "alternatives", AlternativesAsked().model_dump(), LOOK_SECONDS)
    return desk.to(f"/runs/{id}/others/{asked.id}")


@router.get("/runs/{id}/others/{asked}")
def others(desk: TheDesk, id: str, asked: str) -> Response:
    """How far the search is, or what it found."""
    desk.need("ask_alternatives")
    found, run = solved(desk.store, id), _asked(desk, id, asked)
    if run.status not in ENDED:
        limit = float(run.settings.get("seconds", LOOK_SECONDS))
        seconds = 0.0 if run.started is None else (datetime.now(UTC) - run.started).total_seconds()
        view, _ = view_of(desk, found)
        return desk.page("others-wait.html", view=view, run=run, limit=limit, seconds=min(limit, round(seconds, 1)))
    if desk.partial:  # who waited goes to the answer
        return desk.to(f"/runs/{id}/others/{asked}")
    view, _ = view_of(desk, found)
    answer = _answer(desk, run)
    plans = []
    for n, one in enumerate(answer.get("alternatives", ())):
        told = visible(one, desk.who, found.portfolio)
        plans.append({"n": n, **difference_of(told.get("difference")), "changes": _changes(told.get("difference"))})
    return desk.page("others.html", view=view, run=run, plans=plans, answer=answer, failed=not answer)


@router.get("/runs/{id}/others/{asked}/{number}")
def plan(desk: TheDesk, id: str, asked: str, number: int) -> Response:
    """One of the other plans as a map."""
    desk.need("ask_alternatives")
    found, run = solved(desk.store, id), _asked(desk, id, asked)
    plans = _answer(desk, run).get("alternatives", ())
    if not 0 <= number < len(plans):
        raise UnknownPath(desk.t("There is no such plan.", "Dat plan is er niet."))
    told = visible(plans[number], desk.who, found.portfolio)
    proposal = Proposal.model_validate(plans[number]["plan"])
    beside = Beside(found.portfolio, proposal, _changes(told.get("difference")), True, f"/runs/{id}/with")
    return plan_page(desk, beside, f"/runs/{id}/others/{asked}", desk.t("Other plans", "Andere plannen"))


def _asked(desk: Desk, id: str, asked: str) -> StoredRun:
    run = desk.store.run(asked)
    if run.kind != "alternatives" or run.parent != id:
        raise UnknownRun(desk.t("There is no such search.", "Die zoektocht is er niet."))
    return run


def _answer(desk: Desk, run: StoredRun) -> dict[str, Any]:
    text = desk.store.run_result(run.id)
    return json.loads(text) if text else {}


def _changes(difference: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The pins and forbids that make a proposal of the other plan."""
    changes: list[dict[str, Any]] = []
    for move in (difference or {}).get("moves", ()):
        pair = {"person": move["person"], "activity": move["activity"]}
        if move["after"]:
            changes.append({"change": "pin", **pair, "hours": move["after"]})
        else:
            changes.append({"change": "forbid", **pair})
    return changes
