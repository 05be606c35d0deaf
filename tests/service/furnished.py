"""A store in which something is there to ask for, of every sort, without anything having been solved for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from scenarios.changes import parse_changes
from service import examples, examples_record, stored_examples
from service.orders import Source, order
from service.store import ENDED, Kind, Store
from solver.settings import Settings

#: a study that found out nothing
STUDIED: dict[str, Any] = {
    "format": "staffing-study/1",
    "study": {"kind": "exposure"},
    "portfolio": examples.PROPOSAL["portfolio"],
    "settings": examples.SETTINGS,
    "versions": {},
    "fingerprint": "0" * 64,
    "outcome": "no_plan",
    "base": None,
    "found": None,
    "sentences": [],
    "cautions": [],
    "solves": 0,
    "seconds": 0.1,
}
#: more than anybody has time for
PINNED = {"change": "pin", "person": "p01", "activity": "a01", "hours": 4000}
#: no plan, and why not
INFEASIBLE: dict[str, Any] = {
    **examples.PROPOSAL,
    "run": examples.PROPOSAL["run"]
    | {"status": "INFEASIBLE", "objective": None, "bound": None, "gap": None, "value_captured": None},
    "bookings": None,
    "learning": [],
    "hires": [],
    "unfilled": [],
    "score_card": None,
    "people": [],
    "conflict": {**stored_examples.CONFLICT, "ways_out": None},
}
#: the answers of runs that are no solves, by kind and what was asked
ASKED: dict[Kind, tuple[Any, dict[str, Any]]] = {
    "study": ({"kind": "exposure"}, STUDIED),
    "why_not": (stored_examples.BODIES["why_not"]["question"], stored_examples.WHY_NOT),
    "alternatives": ({"plans": 3, "within": 5}, stored_examples.ALTERNATIVES),
    "conflict": ({}, stored_examples.CONFLICT),
}


@dataclass(frozen=True)
class Furnished:
    """Ids of what is there."""

    portfolio: str
    scenario: str
    #: two solves with the proposal of the examples, one whose rules contradict, and one that is over without any
    runs: tuple[str, str]
    infeasible: str
    without_proposal: str
    waiting: str
    #: by kind
    asked: dict[Kind, str]
    comparison: str
    contest: str
    person: str = "p01"
    colleague: str = "p02"
    activity: str = "a01"


def furnish(client: TestClient, store: Store, waiting: bool = True) -> Furnished:
    """Put one of everything into the store behind a client that may do everything.

    waiting: one of the runs is still in the queue; where a server executes runs it would not stay there.
    """
    assert client.post("/v1/portfolios", json=stored_examples.BODIES["portfolio"]).status_code == 201
    scenario = {**stored_examples.BODIES["scenario"], "revision": 1}
    made = client.post("/v1/scenarios", json=scenario)
    assert made.status_code == 201, made.text
    runs = (_ended(store, "solve", None, examples.PROPOSAL), _ended(store, "solve", None, examples.PROPOSAL))
    asked = {kind: _ended(store, kind, what, answer, runs[0]) for kind, (what, answer) in ASKED.items()}
    decided = client.post(f"/v1/runs/{runs[0]}/decisions", json={"decision": "accept"})
    assert decided.status_code == 201, decided.text
    compared = client.post("/v1/comparisons", json={"runs": list(runs)})
    assert compared.status_code == 201, compared.text
    contested = client.post("/v1/people/p01/contests", json={**examples_record.CONTEST_BODY, "term": "finance"})
    assert contested.status_code == 201, contested.text
    return Furnished(
        portfolio="example",
        scenario=made.json()["id"],
        runs=runs,
        infeasible=_ended(store, "solve", None, INFEASIBLE, changes=[PINNED]),
        without_proposal=_ended(store, "solve", None, None),
        waiting=_queued(store, "solve", None, None) if waiting else runs[0],
        asked=asked,
        comparison=compared.json()["id"],
        contest=contested.json()["id"],
    )


def _queued(store: Store, kind: Kind, asked: Any, parent: str | None, changes: Sequence[Mapping[str, Any]] = ()) -> str:
    stored, portfolio = store.portfolio("example", 1)
    source, said = Source(portfolio, stored), parse_changes(changes)
    new = order(source, "planning", said, Settings(), kind=kind, asked=asked, parent=parent)
    return store.add_run(new)[0].id


def _ended(
    store: Store,
    kind: Kind,
    asked: Any,
    answer: dict[str, Any] | None,
    parent: str | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A run that went through all its states."""
    run = None
    while run is None:
        id = _queued(store, kind, asked, parent, changes)
        run = store.claim_run(id)
        if run is None:  # the server was quicker, and executes it: nothing of it is to be written later on
            store.cancel_run(id, "planning")
            while store.run(id).status not in ENDED:
                pass
    if answer is None:
        store.end_run(id, run.attempt, "failed", failure={"code": "error", "detail": "for the sake of it"})
    else:
        outcome = answer.get("run", {}).get("status") or answer.get("status")
        store.end_run(id, run.attempt, "finished", json.dumps(answer), outcome)
    return id
