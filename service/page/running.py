"""Runs as the page starts and reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scenarios.changes import Change, parse_changes
from scenarios.scenario import apply, words
from service.execution import portfolio_of, proposal_of
from service.orders import Source, order
from service.page.forms import title_of
from service.page.http import Desk
from service.page.sentences import Sentences
from service.page.shown import Shows, shown
from service.page.view import View
from service.problems import UnknownRun
from service.store import ENDED, Kind, Store, StoredRun
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.settings import Settings

#: proposals that are kept at hand with their portfolios
MOST_AT_HAND = 16


def start(
    desk: Desk,
    portfolio_id: str,
    revision: int,
    changes: Sequence[Change],
    seconds: float,
    scenario: str | None = None,
    parent: str | None = None,
) -> StoredRun:
    """Queue a run; raises ChangeInvalid where a change cannot apply, Busy where too many wait."""
    stored, portfolio = desk.store.portfolio(portfolio_id, revision)
    settings = Settings(seconds=min(seconds, desk.settings.solve_seconds))
    earlier = proposal_of(desk.store, parent)
    new = order(
        Source(portfolio, stored),
        desk.who.name,
        changes,
        settings,
        scenario_id=scenario,
        parent=None if earlier is None else parent,
        earlier=earlier,
    )
    run, _ = desk.work.add_run(new)
    return run


def again(desk: Desk, run: StoredRun, seconds: float) -> StoredRun:
    """Queue the very question of an earlier run, with more time; raises Busy where too many wait."""
    stored = None if run.revision is None else desk.store.portfolio_record(run.portfolio, run.revision)
    settings = Settings.model_validate(run.settings | {"seconds": min(seconds, desk.settings.solve_seconds)})
    new = order(
        Source(portfolio_of(desk.store, run), stored),
        desk.who.name,
        parse_changes(run.changes),
        settings,
        kind=run.kind,
        scenario_id=run.scenario,
        parent=run.parent,
        earlier=proposal_of(desk.store, run.parent),
        asked=run.asked,
    )
    return desk.work.add_run(new)[0]


def ask(desk: Desk, found: Solved, kind: Kind, asked: Any, seconds: float) -> StoredRun:
    """Queue a question about a proposal; raises Busy where too many wait."""
    run = found.run
    stored = None if run.revision is None else desk.store.portfolio_record(run.portfolio, run.revision)
    new = order(
        Source(found.before, stored),
        desk.who.name,
        found.changes,
        Settings(seconds=min(seconds, desk.settings.solve_seconds)),
        kind=kind,
        scenario_id=run.scenario,
        parent=run.id,
        earlier=found.proposal,
        asked=asked,
    )
    return desk.work.add_run(new)[0]


def difference_of(difference: dict[str, Any] | None) -> dict[str, Any]:
    """What another plan moves, team by team, and what it costs and brings rule by rule, the most first."""
    told = difference or {}
    teams: dict[str, list[dict[str, Any]]] = {}
    for move in told.get("moves", ()):
        teams.setdefault(move["activity"], []).append(move)
    rules = sorted((one for one in told.get("rules", ()) if one["difference"]), key=lambda one: -abs(one["difference"]))
    most = max([1.0, *(abs(one["difference"]) for one in rules)])
    return {"teams": teams, "rules": rules, "most": most, "cost": told.get("cost")}


@dataclass(frozen=True)
class Solved:
    """A run that has a proposal: the portfolio with its changes made, and the proposal, both whole."""

    run: StoredRun
    before: Portfolio
    portfolio: Portfolio
    proposal: Proposal

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that were made to the portfolio before."""
        return parse_changes(self.run.changes)


def changed(desk: Desk, before: Portfolio, changes: Sequence[Change], most: int | None = None) -> list[str]:
    """Changes in words, at most so many; only what sort they are of for roles that do not see what they cost."""
    if desk.who.role not in ("hr", "planner"):
        told = [title_of(one.name(), desk.t) for one in changes]
    else:
        sentences = Sentences(before, desk.t)
        told = [sentences(line) for line in words(before, changes)]
    if most is None or len(told) <= most:
        return told
    return [*told[: most - 1], desk.t.word("more", n=len(told) - most + 1)]


def solved(store: Store, id: str) -> Solved:
    """A run with its proposal; raises UnknownRun where it has none."""
    run = store.run(id)
    text = store.run_result(id) if run.kind == "solve" and run.status in ENDED else None
    if text is None:
        raise UnknownRun(f"Run {id} has no proposal.")
    before = portfolio_of(store, run)
    portfolio, proposal = _parsed(_Kept(before, parse_changes(run.changes)), text)
    return Solved(run, before, portfolio, proposal)


@dataclass(frozen=True, eq=False)
class _Kept:
    """A portfolio and changes to it, the same only where the portfolio is the very one that the store has at hand."""

    before: Portfolio
    changes: tuple[Change, ...]

    def __hash__(self) -> int:
        return hash((id(self.before), len(self.changes)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.before is other.before and self.changes == other.changes


@lru_cache(MOST_AT_HAND)
def _parsed(kept: _Kept, text: str) -> tuple[Portfolio, Proposal]:
    return apply(kept.before, kept.changes), Proposal.model_validate_json(text)


def view_of(desk: Desk, found: Solved) -> tuple[View, Shows]:
    """The view of a run's proposal for who looks at it."""
    portfolio, proposal, shows = shown(found.portfolio, found.proposal, desk.who)
    return View(portfolio, proposal, desk.t, f"/runs/{found.run.id}"), shows
