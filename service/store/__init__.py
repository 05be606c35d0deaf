"""Everything that lasts: portfolios, scenarios, runs, comparisons, in one SQLite file or in PostgreSQL."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import Engine

from scenarios.library import ENTRIES
from service.problems import Exists
from service.store.comparisons import Comparisons
from service.store.decisions import Decisions, StoredContest, StoredDecision
from service.store.engine import connect, upgrade, url_of
from service.store.erasure import Erased, Erasure
from service.store.keys import Keys, StoredKey
from service.store.portfolios import LIBRARY, Portfolios
from service.store.records import (
    ENDED,
    Kind,
    Page,
    Status,
    StoredComparison,
    StoredEvent,
    StoredPortfolio,
    StoredRun,
    StoredScenario,
)
from service.store.runs import Fenced, Key, NewRun, Room, Runs
from service.store.scenarios import Scenarios
from service.store.standing import Standing, Standings
from service.store.tasks import enqueue
from service.store.trail import Entry, Trail

__all__ = [
    "ENDED",
    "LIBRARY",
    "Entry",
    "Erased",
    "Fenced",
    "Key",
    "Kind",
    "NewRun",
    "Page",
    "Room",
    "Standing",
    "Status",
    "Store",
    "StoredComparison",
    "StoredContest",
    "StoredDecision",
    "StoredEvent",
    "StoredKey",
    "StoredPortfolio",
    "StoredRun",
    "StoredScenario",
]


class Store(Portfolios, Scenarios, Runs, Comparisons, Keys, Decisions, Erasure, Trail, Standings):
    """The store. Every method may be called from any thread, but not from the event loop."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._at_hand = OrderedDict()

    @classmethod
    def open(cls, address: str) -> Store:
        """The store at an address, up to date and with the library in it; raises ValueError for a bad address."""
        store = cls(connect(url_of(address)))
        upgrade(store.engine)
        if store.engine.dialect.name == "postgresql":
            store.on_queued = enqueue
        store._add_library()
        return store

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _add_library(self) -> None:
        """The bundled portfolios and their scenarios, where they are not there yet: `adviesbureau.hire`."""
        there = {stored.id for stored in self.portfolios(limit=200, by=LIBRARY).items}
        for entry in ENTRIES:
            if entry.slug in there:
                continue
            try:
                with self.writing() as connection:  # all of an entry or nothing: this process may end in between
                    stored = self.add_portfolio(entry.portfolio(), LIBRARY, connection)
                    for one in entry.scenarios():
                        name = f"{entry.slug}.{one.id}"
                        self.add_scenario(one.name, stored.id, stored.revision, one.changes, LIBRARY, name, connection)
            except Exists:
                continue  # another server did it at the same moment, or somebody has a portfolio of that name
