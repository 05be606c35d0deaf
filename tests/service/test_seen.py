"""What is there for a lead, on both databases: of what others think through only what was accepted."""

from __future__ import annotations

import pytest

from scenarios.changes import Change, parse_changes
from service.orders import Source, order
from service.problems import UnknownRun, UnknownScenario
from service.seen import seen_by
from service.store import Kind, Store
from service.who import LOCAL, Who

LEAD = Who("lead", "sanne", "sanne")
LEAVES = parse_changes([{"change": "leave", "person": "koen", "from": 0}])


def started(store: Store, by: str, changes: tuple[Change, ...] = (), kind: Kind = "solve") -> str:
    """The id of a run that waits."""
    stored, portfolio = store.portfolio("adviesbureau")
    return store.add_run(order(Source(portfolio, stored), by, changes, kind=kind))[0].id


def test_pages_are_full_of_what_a_lead_sees(store: Store) -> None:
    """Ever so much that is not for a lead stands between: a page has as many as were asked for, and all are shown."""
    shown = [started(store, "hr"), started(store, LEAD.name, LEAVES), started(store, "hr", LEAVES)]
    store.decide(shown[-1], "accept", None, None, LOCAL, ())
    hidden = [started(store, "hr", LEAVES) for _ in range(9)] + [started(store, "hr", kind="study")]
    store.decide(hidden[0], "reject", None, None, LOCAL, ())
    seen = seen_by(LEAD, store)
    first = seen.runs(limit=2)
    second = seen.runs(first.next, limit=2)
    assert ([one.id for one in (*first.items, *second.items)], second.next) == (shown[::-1], None)
    assert [one.id for one in seen.runs(by="hr").items] == [shown[2], shown[0]]
    assert len(store.runs().items) == len(shown) + len(hidden)


def test_what_a_lead_does_not_see_is_not_there(store: Store) -> None:
    """Nor can it be stopped, or found by its id; what is a lead's own can."""
    own, others = started(store, LEAD.name, LEAVES), started(store, "hr", LEAVES)
    seen = seen_by(LEAD, store)
    for ask in (seen.run, lambda id: seen.cancel_run(id, LEAD)):
        with pytest.raises(UnknownRun):
            ask(others)
        assert ask(own).id == own
    assert (store.run(others).status, store.run(own).status) == ("queued", "cancelled")


def test_scenarios_are_ones_own_and_those_of_the_library(store: Store) -> None:
    """Of others' scenarios a lead sees none, also where a page would be full of them."""
    bundled = [one.id for one in store.scenarios(limit=200).items]
    own = store.add_scenario("mine", "adviesbureau", 1, LEAVES, LEAD.name).id
    others = [store.add_scenario("theirs", "adviesbureau", 1, LEAVES, "hr").id for _ in range(3)]
    seen = seen_by(LEAD, store)
    assert [one.id for one in seen.scenarios(limit=2).items] == [own, bundled[0]]
    assert seen.scenario(own).name == "mine"
    with pytest.raises(UnknownScenario):
        seen.scenario(others[0])
