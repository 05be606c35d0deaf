"""A store with a proposal in it that no solver had to make, and with keys."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from scenarios.changes import Change
from scenarios.library import entry
from scenarios.questions import ANSWERS
from service.orders import Source, order
from service.store import Kind, Store
from solver.handmade import score_plan
from solver.portfolio import Portfolio
from solver.proposal import Conflict, ConflictItem, ConflictRule, Proposal
from solver.settings import Settings

Json = dict[str, Any]

PLAN = Path(__file__).parents[2] / "data" / "adviesbureau-plan.json"


def made_proposal() -> Proposal:
    """The plan of adviesbureau that somebody made by hand, scored."""
    return score_plan(entry("adviesbureau").portfolio(), json.loads(PLAN.read_text()))


def no_plan(status: str) -> Proposal:
    """A proposal without a plan: none was found (`NONE`), or the rules contradict (`INFEASIBLE`)."""
    made = made_proposal()
    rule = ConflictRule(
        name="budget", items=(ConflictItem(about={}, text="the plan costs no more than its budget of 1"),)
    )
    nothing: dict[str, Any] = {"bookings": None, "score_card": None, "unfilled": (), "people": (), "learning": ()}
    nothing["conflict"] = Conflict(rules=(rule,), ways_out=None) if status == "INFEASIBLE" else None
    unknown = {"status": status, "objective": None, "bound": None, "gap": None, "value_captured": None}
    return made.model_copy(update={**nothing, "run": made.run.model_copy(update=unknown)})


def found_out(of: Portfolio, kind: Kind, asked: Any, about: Proposal, settings: Settings) -> Json:
    """The answer to a question about a proposal, or a study of its portfolio."""
    return ANSWERS[kind](of, asked, settings, about, lambda _: None, threading.Event())


def with_run(
    store: Store, changes: tuple[Change, ...] = (), by: str = "local", proposal: Proposal | None = None, **more: Any
) -> str:
    """The id of a finished run of adviesbureau, by default with the plan made by hand."""
    return with_answer(store, "adviesbureau", (proposal or made_proposal()).to_json(), changes, by, **more)


def with_answer(
    store: Store, portfolio: str, answer: Json, changes: tuple[Change, ...] = (), by: str = "local", **more: Any
) -> str:
    """The id of a finished run of a portfolio with this answer: a proposal, or what was found out."""
    stored, source = store.portfolio(portfolio)
    claimed = None
    while claimed is None:  # a service on this store may be quicker to take it up, and then solves it
        run, _ = store.add_run(order(Source(source, stored), by, changes, **more))
        claimed = store.claim_run(run.id)
        if claimed is None:
            store.cancel_run(run.id, "ana")
    outcome = answer.get("run", {}).get("status") or answer.get("status") or answer.get("outcome")
    store.end_run(run.id, claimed.attempt, "finished", json.dumps(answer), outcome)
    return run.id
