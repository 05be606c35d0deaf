"""The store as somebody sees it: to a lead, what others merely think through is not there.

Planners and HR try out what leaving, hiring or lending would mean. Of such runs and scenarios a lead sees the own ones,
and those that were accepted; of all others those without changes, which are about the work as it stands.
"""

from __future__ import annotations

from copy import copy

from sqlalchemy import Text, and_, cast, exists, or_

from service.store import LIBRARY, Store
from service.store.access_tables import decisions
from service.store.tables import runs, scenarios
from service.who import Who


def seen_by(who: Who, store: Store) -> Store:
    """The store, for whoever asks."""
    if who.role != "lead":
        return store
    seen = copy(store)
    accepted = exists().where(decisions.c.run == runs.c.id, decisions.c.decision == "accept")
    unchanged = cast(runs.c.changes, Text) == "[]"
    seen.seen_runs = or_(runs.c.by == who.name, and_(runs.c.kind == "solve", or_(unchanged, accepted)))
    seen.seen_scenarios = scenarios.c.by.in_((who.name, LIBRARY))
    return seen
