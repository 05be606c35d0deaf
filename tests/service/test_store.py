"""The store, on both databases: what was put in comes out, and nobody undoes what somebody else did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from scenarios.changes import parse_changes
from scenarios.library import ENTRIES, entry
from service import examples
from service.problems import BadQuery, Busy, Exists, KeyReused, Stale, UnknownPortfolio, UnknownRun, UnknownScenario
from service.store import Fenced, Key, NewRun, Room, Store
from service.store.runs import MOST_LOST
from service.store.schema import metadata
from solver.portfolio import parse

EXAMPLE = parse(examples.PORTFOLIO)


def new_run(by: str = "ana", **fields: Any) -> NewRun:
    """A run of the library's first portfolio."""
    said: dict[str, Any] = {
        "kind": "solve",
        "by": by,
        "portfolio": "adviesbureau",
        "revision": 1,
        "content": None,
        "sha256": "0" * 64,
        "scenario": None,
        "changes": [],
        "asked": None,
        "settings": {},
        "versions": {},
        "fingerprint": "0" * 64,
        "parent": None,
    }
    return NewRun(**said | fields)


def claimed(store: Store) -> str:
    """The id of a run that is running, in its first attempt."""
    run, _ = store.add_run(new_run())
    assert store.claim_run(run.id)
    return run.id


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    """A database that was brought up to date has nothing more and nothing less than `tables.py` says."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [one for one in compare_metadata(context, metadata) if "procrastinate" not in str(one)]
    assert differences == []


def test_the_library_is_in_a_new_store(store: Store) -> None:
    """The bundled portfolios are there under their slugs, with their scenarios, once however often it is opened."""
    store._add_library()
    assert {one.id for one in store.portfolios().items} == {one.slug for one in ENTRIES}
    assert store.portfolio("adviesbureau")[1] == entry("adviesbureau").portfolio()
    scenario = store.scenario("adviesbureau.hire")
    assert parse_changes(scenario.changes) == entry("adviesbureau").scenarios()[1].changes


def test_a_portfolio_comes_out_as_it_went_in_and_its_revisions_stay(store: Store) -> None:
    """A revision gets the next number; the ones before stay as they are."""
    first = store.add_portfolio(EXAMPLE, "ana")
    renamed = parse({**examples.PORTFOLIO, "name": "Renamed"})
    second = store.revise_portfolio("example", renamed, "bram", expected=1)
    assert (first.revision, second.revision, second.by) == (1, 2, "bram")
    assert store.portfolio("example") == (second, renamed)
    assert store.portfolio("example", 1) == (first, EXAMPLE)
    assert store.portfolios(name="Renamed").items == [second]
    assert store.revisions("example").items == [second, first]
    assert (first.created.tzinfo, store.portfolio_record("example", 1)) == (second.created.tzinfo, first)


def test_a_portfolio_is_guarded(store: Store) -> None:
    """An id that is taken, a revision that is not the latest any more, and what is not there are refused."""
    store.add_portfolio(EXAMPLE, "ana")
    with pytest.raises(Exists):
        store.add_portfolio(EXAMPLE, "bram")
    store.revise_portfolio("example", EXAMPLE, "ana")
    with pytest.raises(Stale):
        store.revise_portfolio("example", EXAMPLE, "bram", expected=1)
    with pytest.raises(UnknownPortfolio):
        store.portfolio("example", 3)
    with pytest.raises(UnknownPortfolio):
        store.revise_portfolio("nothing", EXAMPLE, "ana")


def test_of_two_who_revise_at_once_one_is_refused(store: Store) -> None:
    """Nobody overwrites what was stored in between, however close."""
    store.add_portfolio(EXAMPLE, "ana")

    def revise(by: str) -> bool:
        try:
            store.revise_portfolio("example", EXAMPLE, by, expected=1)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(revise, "abcd")) == [False, False, False, True]
    assert store.portfolio_record("example").revision == 2


def test_pages_go_through_everything_once_newest_first(store: Store) -> None:
    """Following `next` gives each item once; what comes in between does not move the rest."""
    ids = [store.add_run(new_run())[0].id for _ in range(5)]
    page = store.runs(limit=2)
    store.add_run(new_run())
    found = [one.id for one in page.items]
    while page.next is not None:
        page = store.runs(page.next, limit=2)
        found += [one.id for one in page.items]
    assert found == ids[::-1]
    with pytest.raises(BadQuery):
        store.runs("two")


def test_a_scenario_can_be_put_and_deleted(store: Store) -> None:
    """Each put counts the version up; a version that is not the latest is refused; what is deleted is gone."""
    changes = entry("adviesbureau").scenarios()[1].changes
    first = store.add_scenario("Hire", "adviesbureau", 1, changes, "ana")
    assert store.scenario(first.id) == first
    put = store.put_scenario(first.id, "Nothing", "adviesbureau", 1, (), "bram", expected=1)
    assert (put.version, put.changes, store.scenario(first.id)) == (2, [], put)
    with pytest.raises(Stale):
        store.delete_scenario(first.id, expected=1)
    store.delete_scenario(first.id, expected=2)
    with pytest.raises(UnknownScenario):
        store.scenario(first.id)
    assert {one.by for one in store.scenarios(portfolio="adviesbureau").items} == {"library"}


def test_a_run_goes_its_way(store: Store) -> None:
    """Queued, running, finished; each step is an event, and an ended run stays as it is."""
    run, new = store.add_run(new_run(settings={"seconds": 1}))
    assert (run.status, new, run.settings) == ("queued", True, {"seconds": 1})
    assert store.claim_run(run.id) == store.run(run.id)
    assert store.claim_run(run.id) is None
    store.tell_progress(run.id, 1, {"best": 7})
    store.end_run(run.id, 1, "finished", '{"a": 1}', "OPTIMAL")
    with pytest.raises(Fenced):
        store.end_run(run.id, 1, "failed")
    ended = store.cancel_run(run.id, "ana")
    assert (ended.status, ended.outcome, ended.progress, store.run_result(run.id)) == (
        "finished",
        "OPTIMAL",
        {"best": 7},
        '{"a": 1}',
    )
    events = store.events(run.id)
    assert [one.event for one in events] == ["queued", "running", "progress", "finished"]
    assert [one.number for one in store.events(run.id, after=2)] == [3, 4]
    with pytest.raises(UnknownRun):
        store.run("nothing")


def test_a_queued_run_is_cancelled_at_once_and_a_running_one_by_its_worker(store: Store) -> None:
    """A status is only written when it is true."""
    waiting, _ = store.add_run(new_run())
    assert store.cancel_run(waiting.id, "ana").status == "cancelled"
    running = claimed(store)
    assert not store.is_cancelling(running, 1)
    assert store.cancel_run(running, "ana").status == "running"
    assert store.is_cancelling(running, 1)
    store.end_run(running, 1, "cancelled")
    assert not store.run(running).cancelling


def test_whoever_lost_a_run_may_not_write_to_it(store: Store) -> None:
    """After the run was given to another, the first one's progress and result are refused."""
    run = claimed(store)
    [lost] = store.requeue_lost()
    assert (lost.status, lost.lost) == ("queued", 1)
    with pytest.raises(Fenced):
        store.tell_progress(run, 1, {"best": 1})
    assert store.claim_run(run)
    with pytest.raises(Fenced):
        store.end_run(run, 1, "finished", "{}")
    with pytest.raises(Fenced):
        store.is_cancelling(run, 1)
    store.end_run(run, 2, "finished", "{}")


def test_a_run_that_kills_its_workers_fails_in_the_end(store: Store) -> None:
    """It is queued again three times, and then failed with the reason; one that was to be cancelled is cancelled."""
    run = claimed(store)
    for lost in range(1, MOST_LOST + 1):
        store.requeue_lost([run])
        assert (store.run(run).status, store.run(run).lost) == ("queued", lost)
        store.claim_run(run)
    store.requeue_lost([run])
    failed = store.run(run)
    assert (failed.status, failed.failure) == (
        "failed",
        {"code": "lost", "detail": "it was interrupted 4 times, the last time because its worker died"},
    )
    unwanted = claimed(store)
    store.cancel_run(unwanted, "ana")
    store.requeue_lost()
    assert store.run(unwanted).status == "cancelled"


def test_a_run_that_is_given_up_in_good_order_is_not_counted_as_lost(store: Store) -> None:
    """Stopping the service does not use up the tries of a run."""
    run = claimed(store)
    store.release_run(run, 1)
    assert (store.run(run).status, store.run(run).lost) == ("queued", 0)


def test_a_run_that_is_being_stopped_is_cancelled_when_it_is_given_up(store: Store) -> None:
    """It is not taken up again only to be stopped, and nothing says that it is still being stopped."""
    run = claimed(store)
    store.cancel_run(run, "ana")
    store.release_run(run, 1)
    given_up = store.run(run)
    assert (given_up.status, given_up.cancelling, given_up.ended is None) == ("cancelled", False, False)
    assert store.events(run)[-1].event == "cancelled"
    with pytest.raises(Fenced):
        store.release_run(run, 1)


def test_users_take_turns(store: Store) -> None:
    """Each user's runs keep their order, and nobody waits behind all of another's."""
    for by in ("ana", "ana", "ana", "ana"):
        store.add_run(new_run(by))
    first = store.claim_run()
    for _ in range(2):
        store.add_run(new_run("bram"))
    order = [run for run in (first, *(store.claim_run() for _ in range(5))) if run]
    assert [run.by for run in order] == ["ana", "bram", "ana", "bram", "ana", "ana"]
    of_ana = [run.id for run in order if run.by == "ana"]
    assert of_ana == sorted(of_ana, key=[one.id for one in store.runs().items][::-1].index)


def test_no_two_take_up_one_run(store: Store) -> None:
    """However many ask at once, each run is given out once."""
    ids = {store.add_run(new_run())[0].id for _ in range(4)}
    with ThreadPoolExecutor(8) as threads:
        taken = [run for run in threads.map(lambda _: store.claim_run(), range(12)) if run]
    while (run := store.claim_run()) is not None:  # one that was being given out at that moment
        taken.append(run)
    assert sorted(run.id for run in taken) == sorted(ids)


def test_a_key_gives_the_same_run_again(store: Store) -> None:
    """However often and however close it is asked; for another request, or another user, it does not."""
    key = Key("k", "asked")
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(lambda _: store.add_run(new_run(), key), range(4)))
    assert (len({run.id for run, _ in added}), sum(new for _, new in added)) == (1, 1)
    with pytest.raises(KeyReused):
        store.add_run(new_run(), Key("k", "something else"))
    assert store.add_run(new_run("bram"), key)[1]


def test_the_queue_is_bounded_in_all_and_for_each(store: Store) -> None:
    """What does not fit is refused with the time to come back; the refused leave nothing behind."""
    room = Room(in_all=3, each=2)
    for _ in range(2):
        store.add_run(new_run(), room=room)
    with pytest.raises(Busy, match="2 runs of yours are waiting") as refused:
        store.add_run(new_run(), Key("k", "a"), room)
    assert refused.value.headers == {"Retry-After": "10"}
    store.add_run(new_run("bram"), Key("k", "a"), room)
    assert not store.add_run(new_run("bram"), Key("k", "a"), room)[1]  # no new run, so no room is needed
    with pytest.raises(Busy, match="3 runs are waiting"):
        store.add_run(new_run("cor"), room=room)
    assert store.active() == (0, 3)


def test_a_comparison_is_kept(store: Store) -> None:
    """It comes out as it went in."""
    stored = store.add_comparison(["a", "b"], '{"x": 1}', "ana")
    assert store.comparison(stored.id) == (stored, '{"x": 1}')
    assert store.comparisons().items == [stored]


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite://", "nothing", ""])
def test_only_a_file_or_postgresql_is_an_address(address: str) -> None:
    """Anything else is refused before anything is tried."""
    with pytest.raises(ValueError, match="sqlite"):
        Store.open(address)


def test_the_library_is_there_as_a_whole(sqlite_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that ends between a bundled portfolio and its scenarios leaves neither: the next one adds both."""
    address = f"sqlite:///{tmp_path / 'new.db'}"

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Store, "add_scenario", end)
        with pytest.raises(KeyboardInterrupt):
            Store.open(address)
    store, whole = Store.open(address), Store.open(sqlite_address)
    assert [one.id for one in store.scenarios().items] == [one.id for one in whole.scenarios().items] != []
    store.close()
    whole.close()
