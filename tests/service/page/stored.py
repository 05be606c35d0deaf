"""A store with a proposal in it that no solver had to make, and with keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scenarios.changes import Change
from scenarios.library import entry
from service.orders import Source, order
from service.store import Store
from solver.handmade import score_plan
from solver.proposal import Proposal

PLAN = Path(__file__).parents[2] / "data" / "adviesbureau-plan.json"


def made_proposal() -> Proposal:
    """The plan of adviesbureau that somebody made by hand, scored."""
    return score_plan(entry("adviesbureau").portfolio(), json.loads(PLAN.read_text()))


def with_run(store: Store, changes: tuple[Change, ...] = (), by: str = "local", **more: Any) -> str:
    """The id of a finished run of adviesbureau."""
    stored, portfolio = store.portfolio("adviesbureau")
    run, _ = store.add_run(order(Source(portfolio, stored), by, changes, **more))
    claimed = store.claim_run(run.id)
    assert claimed is not None
    proposal = made_proposal()
    store.end_run(run.id, claimed.attempt, "finished", proposal.model_dump_json(by_alias=True), proposal.run.status)
    return run.id
