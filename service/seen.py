"""The store as somebody sees it: to a lead, what others merely think through is not there.

Planners and HR try out what leaving, hiring or lending would mean. Of such runs and scenarios a lead sees the own ones,
and those that were accepted; of all others those without changes, which are about the work as it stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from service.problems import UnknownRun, UnknownScenario
from service.store import LIBRARY, Page, Store, StoredRun, StoredScenario
from service.who import Who


def seen_by(who: Who, store: Store) -> Store:
    """The store, for whoever asks."""
    return cast(Store, _OfLead(store, who)) if who.role == "lead" else store


class _OfLead:
    """A store without what is not a lead's to see; everything else is the store's own."""

    def __init__(self, store: Store, who: Who) -> None:
        self._store, self._who = store, who

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def run(self, id: str) -> StoredRun:
        """One run; raises UnknownRun."""
        run = self._store.run(id)
        if not self._is_seen(run):
            raise UnknownRun(f"There is no run {id}.")
        return run

    def cancel_run(self, id: str, by: Who | str) -> StoredRun:
        """Stop a run; raises UnknownRun, also for one that is not seen."""
        return self._store.cancel_run(self.run(id).id, by)

    def runs(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredRun]:
        """A page of runs, which may be shorter than others' pages."""
        page = self._store.runs(cursor, limit, **filters)
        return replace(page, items=[one for one in page.items if self._is_seen(one)])

    def scenario(self, id: str) -> StoredScenario:
        """One scenario; raises UnknownScenario."""
        found = self._store.scenario(id)
        if found.by not in (self._who.name, LIBRARY):
            raise UnknownScenario(f"There is no scenario {id}.")
        return found

    def scenarios(self, cursor: str | None = None, limit: int = 50, **filters: Any) -> Page[StoredScenario]:
        """A page of scenarios, likewise."""
        page = self._store.scenarios(cursor, limit, **filters)
        return replace(page, items=[one for one in page.items if one.by in (self._who.name, LIBRARY)])

    def _is_seen(self, run: StoredRun) -> bool:
        if run.by == self._who.name:
            return True
        if run.kind != "solve":
            return False
        return not run.changes or any(one.decision == "accept" for one in self._store.decisions_of(run.id))
