"""From what was asked to a run in the queue: everything is checked before, so that no run begins that cannot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from scenarios import scenario
from scenarios.changes import Change, changes_to_json
from scenarios.runs import fingerprint
from service.store import Key, Kind, NewRun, StoredPortfolio
from service.store.portfolios import content_of
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.settings import Settings
from solver.versions import VERSIONS


class Source(NamedTuple):
    """A portfolio, and which stored revision it is; None where it came with the request."""

    portfolio: Portfolio
    stored: StoredPortfolio | None


def order(
    source: Source,
    by: str,
    changes: Sequence[Change] = (),
    settings: Settings | None = None,
    *,
    kind: Kind = "solve",
    scenario_id: str | None = None,
    parent: str | None = None,
    earlier: Proposal | None = None,
    asked: Any = None,
) -> NewRun:
    """A run to be queued; raises ChangeInvalid where a change cannot apply.

    earlier: the proposal of `parent`, whose plan to start from. asked: of a study or an explanation, what it asks.
    """
    settings = settings or Settings()
    portfolio, stored = source
    scenario.apply(portfolio, changes)
    content_hash = fingerprint(portfolio, changes, settings, earlier)
    if asked is not None:
        content_hash = hashlib.sha256(f"{content_hash} {kind} {json.dumps(asked, sort_keys=True)}".encode()).hexdigest()
    return NewRun(
        kind=kind,
        by=by,
        portfolio=portfolio.id,
        revision=None if stored is None else stored.revision,
        content=content_of(portfolio) if stored is None else None,
        sha256=portfolio.sha256(),
        scenario=scenario_id,
        changes=changes_to_json(changes),
        asked=asked,
        settings=settings.model_dump(mode="json"),
        versions=VERSIONS,
        fingerprint=content_hash,
        parent=parent,
    )


def key_of(header: str | None, path: str, raw: bytes) -> Key | None:
    """The idempotency key of a request, if it has one."""
    if header is None:
        return None
    return Key(header, hashlib.sha256(path.encode() + b"\n" + raw).hexdigest())
