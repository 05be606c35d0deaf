"""From a portfolio to a proposal: pick the strategy, keep the best plan, re-score it, say what is true of it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from solver import score
from solver.check import warnings
from solver.explain import conflict_of
from solver.limits import Limit
from solver.portfolio import Portfolio
from solver.proposal import Proposal, Run, Status, proposal_of
from solver.rules.base import UNIT
from solver.search import Progress, Search, gap, value_captured
from solver.settings import Settings
from solver.strategies import exact, guided
from solver.strategies.earlier import hand_in
from solver.tables import Tables
from solver.versions import VERSIONS

__all__ = ["Progress", "Settings", "solve"]


def solve(
    portfolio: Portfolio,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    earlier: Proposal | None = None,
    limits: Sequence[Limit] = (),
) -> Proposal:
    """The best proposal found within the settings.

    earlier: a proposal for this portfolio as it was before a change, to start from. limits: what else must hold.
    on_progress is called from several threads, at most ten times a second. Setting `stop` ends the search and keeps the
    best plan. Raises InternalError where solver and specification disagree.
    """
    tables = Tables.of(portfolio)
    known = None if earlier is None else _hours(tables, earlier)
    search = Search(tables, settings or Settings(), on_progress, stop, known, limits)
    if earlier is not None:
        hand_in(search, earlier)
    if not search.stopped:
        # In tiers and where every run must be the same, one solver does it all.
        alone = len(search.tiers) > 1 or search.settings.repeatable
        (exact if alone else guided).solve(search)
    return _proposal(search, _fingerprint(portfolio, search.settings, earlier, limits))


def _fingerprint(
    portfolio: Portfolio, settings: Settings, earlier: Proposal | None = None, limits: Sequence[Limit] = ()
) -> str:
    """The content hash of what decides a repeatable solve: portfolio, settings, versions and what it starts from.

    A run has its changes apart from the portfolio, so its fingerprint is another one: see `scenarios.runs`.
    """
    said: dict[str, Any] = {
        "portfolio": portfolio.sha256(),
        "settings": settings.model_dump(mode="json"),
        "versions": VERSIONS,
        "earlier": None if earlier is None else [(b.person, b.activity, b.hours) for b in earlier.bookings or ()],
    }
    if limits:
        said["limits"] = [limit.model_dump(mode="json") for limit in limits]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _hours(tables: Tables, earlier: Proposal) -> dict[tuple[int, int], int]:
    """Hours per (person, activity) of a proposal's bookings, of those who are still there."""
    people, activities = tables.person_index, tables.activity_index
    return {
        (people[one.person], activities[one.activity]): one.hours
        for one in earlier.bookings or ()
        if one.person in people and one.activity in activities
    }


def _proposal(search: Search, fingerprint: str) -> Proposal:
    tables, settings, plan = search.tables, search.settings, search.plan
    status: Status = "NONE"
    if search.infeasible:
        status = "INFEASIBLE"
    elif plan is not None:
        status = "OPTIMAL" if search.proven else "FEASIBLE"
    bound = None if search.infeasible else search.bound
    captured = value_captured(search.empty, search.cost, bound) if len(search.tiers) == 1 else None
    search.stage = "score"
    card = None if plan is None else score.score(tables, plan)
    run = Run(
        status=status,
        objective=None if search.cost is None else search.cost / UNIT,
        bound=None if bound is None else bound / UNIT,
        gap=gap(search.cost, bound),
        value_captured=captured,
        seconds=round(search.seconds, 3),
        settings=settings.model_dump(mode="json"),
        versions=VERSIONS,
        fingerprint=fingerprint,
    )
    conflict = conflict_of(search, search.limit) if search.infeasible else None
    return proposal_of(tables, run, plan, card, warnings(tables), conflict)
