"""Runs side by side."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from scenarios.compare import compare
from service import stored_examples
from service.access import TheWho
from service.answers import answer, encoded
from service.bodies import whole
from service.dependencies import TheSettings, TheStore, TheWork
from service.execution import changed_portfolio, proposal_of
from service.openapi import OF_BODIES, OF_STORE, body, refusals, success
from service.paging import Cursor, Limit, StoredId
from service.problems import BadQuery, NoProposal, UnknownComparison, UnknownRun, Wrong
from service.reader import read
from service.routes.proposals import no_proposal
from service.store import Store, StoredComparison, StoredRun
from service.told import ComparisonAnswer, ComparisonInfo, ComparisonList
from service.visible import visible_comparison
from service.who import Who
from solver.fields import Id, Name
from solver.portfolio import Portfolio, Problem
from solver.proposal import Proposal

router = APIRouter()

MOST_RUNS = 10


class CompareBody(BaseModel):
    """Which runs to lay side by side."""

    model_config = ConfigDict(extra="forbid")

    runs: list[Id] = Field(
        min_length=2,
        max_length=MOST_RUNS,
        description="ids of runs with proposals; the first is the base",
    )
    names: list[Name] | None = Field(None, description="what to call them; by default what their scenarios are called")
    language: Literal["en", "nl"] = Field("en", description="of the labels of terms")


@router.post(
    "/comparisons",
    operation_id="compare",
    summary="Compare runs",
    status_code=201,
    response_model=ComparisonAnswer,
    responses=success(stored_examples.COMPARED, "The differences from the first", 201)
    | refusals(*OF_BODIES, UnknownRun, NoProposal, *OF_STORE),
    openapi_extra=body(CompareBody, stored_examples.BODIES["compare"]),
)
async def compare_runs(
    request: Request, work: TheWork, store: TheStore, settings: TheSettings, who: TheWho
) -> Response:
    """Two or more runs side by side: what moved, what it costs, which is proven better."""
    raw = await read(request, settings)

    def compared() -> tuple[StoredComparison, bytes]:
        asked = whole(raw, CompareBody)
        runs, sides = _sides(store, asked)
        told = compare(sides, language=asked.language).to_json()
        stored = store.add_comparison([run.id for run in runs], json.dumps(told, ensure_ascii=False), who.name)
        return stored, _told(stored, told, who, [portfolio for _, portfolio, _ in sides])

    stored, content = await work.at_desk(compared)
    return answer(content, 201, Location=f"/v1/comparisons/{stored.id}")


def _sides(store: Store, asked: CompareBody) -> tuple[list[StoredRun], list[tuple[str, Portfolio, Proposal]]]:
    runs = [store.run(id) for id in asked.runs]
    problems = [
        Problem(f"/runs/{i}", "twice", run.id, "every run once")
        for i, run in enumerate(runs)
        if run.id in asked.runs[:i]
    ]
    if asked.names is not None and len(asked.names) != len(runs):
        problems.append(Problem("/names", "length", len(asked.names), f"{len(runs)} names, one for each run"))
    if problems:
        raise Wrong(problems)
    names = asked.names or [_name(store, run) for run in runs]
    again = Counter(names)
    sides = []
    for run, name in zip(runs, names, strict=True):
        proposal = proposal_of(store, run.id) if run.kind == "solve" else None
        if proposal is None:
            raise no_proposal(run)
        sides.append((name if again[name] == 1 else f"{name} ({run.id[:12]})", changed_portfolio(store, run), proposal))
    return runs, sides


def _name(store: Store, run: StoredRun) -> str:
    """What a run is called: its scenario's name, where that is still there."""
    if run.scenario is not None:
        known = store.scenarios(limit=1, id=run.scenario).items
        return known[0].name if known else run.scenario
    return "As it stands" if not run.changes else f"Changed ({len(run.changes)})"


@router.get(
    "/comparisons",
    operation_id="list_comparisons",
    summary="The comparisons",
    response_model=ComparisonList,
    responses=success(
        stored_examples.page({name: stored_examples.COMPARED[name] for name in ComparisonInfo.model_fields}),
        "Comparisons",
    )
    | refusals(BadQuery, *OF_STORE),
)
async def list_comparisons(work: TheWork, store: TheStore, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Every comparison that was made."""
    page = await work.at_desk(store.comparisons, cursor, limit)
    return answer(encoded({"items": [_info(one) for one in page.items], "next": page.next}))


@router.get(
    "/comparisons/{id}",
    operation_id="get_comparison",
    summary="A comparison",
    response_model=ComparisonAnswer,
    responses=success(stored_examples.COMPARED, "It") | refusals(UnknownComparison, *OF_STORE),
)
async def get_comparison(id: StoredId, work: TheWork, store: TheStore, who: TheWho) -> Response:
    """A comparison as it was made."""

    def found() -> bytes:
        stored, result = store.comparison(id)
        return _told(stored, json.loads(result), who, [changed_portfolio(store, store.run(id)) for id in stored.runs])

    return answer(await work.at_desk(found))


def _told(stored: StoredComparison, told: dict[str, Any], who: Who, portfolios: list[Portfolio]) -> bytes:
    return encoded({**_info(stored), "comparison": visible_comparison(told, who, *portfolios)})


def _info(stored: StoredComparison) -> dict[str, Any]:
    return {**vars(stored), "created": stored.created.isoformat()}
