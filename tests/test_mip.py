"""HiGHS in a process of its own: what it proves, and what it begins with."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator

import pytest

from solver import score
from solver.model import Model
from solver.plan import plan_of
from solver.rules.base import UNIT
from solver.search import Search, commitments
from solver.settings import Settings
from solver.strategies import exact, mip
from solver.strategies.highs import PROVES
from solver.strategies.mip import NOISE, Worker
from solver.tables import Tables
from tests.builders import activity, only, person, portfolio, random_portfolio


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A process for all tests here."""
    started = Worker()
    yield started
    started.close()


def proven(seed: int) -> Search:
    """A random portfolio of which the best plan is known."""
    search = Search(Tables.of(random_portfolio(seed, calm=True)), Settings(seconds=60, workers=1, repeatable=True))
    exact.solve(search)
    if search.plan is None:
        pytest.skip("the rules of this portfolio contradict")
    return search


@pytest.mark.parametrize("seed", range(12))
def test_whatever_plan_a_proof_begins_with_it_ends_with_the_best(seed: int, worker: Worker) -> None:
    """From nothing, from the commitments alone and from the best plan, the same cost is proven."""
    search = proven(seed)
    for start in (None, commitments(search.tables), search.plan):
        found = worker.solve(exact.whole_model(search), 60, lambda: False, proving=True, start=start)
        best = start if found.plan is None else found.plan
        assert found.finished
        assert best is not None
        assert found.bound == search.cost == score.cost(search.tables, best, search.tier)


@pytest.mark.parametrize("seed", range(12))
def test_a_search_that_needs_no_better_plan_comes_back_with_none_worse(seed: int, worker: Worker) -> None:
    """With any distance from the best good enough, a plan to begin with is already good enough."""
    search = proven(seed)
    found = worker.solve(exact.whole_model(search), 60, lambda: False, gap=1e6, start=search.plan)
    assert found.plan is None or score.cost(search.tables, found.plan, search.tier) == search.cost


def test_only_another_plan_than_the_first_is_told(worker: Worker) -> None:
    """Ana can do the 40 h: from nothing that is found, and from there on nothing is, but that it is proven."""
    search = Search(Tables.of(portfolio([person("ana")], [activity("work", 40)])), Settings(seconds=60))
    model = exact.whole_model(search)
    best = worker.solve(model, 60, lambda: False, start=commitments(search.tables))
    assert best.plan is not None
    assert best.plan.hours.tolist() == [[40]]
    again = worker.solve(model, 60, lambda: False, start=best.plan)
    assert (again.plan, again.bound, again.finished) == (None, best.bound, True)


@pytest.mark.parametrize("seed", range(12))
def test_with_teams_first_the_bound_holds_and_the_plan_breaks_no_rule(seed: int, worker: Worker) -> None:
    """Hours in fractions cost no more than whole ones; the plan has whole ones, and costs no less than the best."""
    search = proven(seed)
    found = worker.solve(exact.whole_model(search), 60, lambda: False, teams_first=True)
    assert search.cost is not None
    assert found.bound is not None
    assert found.bound <= search.cost
    if found.plan is not None:  # the teams that are best in fractions may have no whole hours
        assert not score.broken(search.tables, found.plan)
        assert score.cost(search.tables, found.plan, search.tier) >= search.cost


def test_with_teams_first_hours_are_whole_blocks_in_the_end(worker: Worker) -> None:
    """Ana has 30 h: in blocks of 4 she works 28 of the 40 that are asked for; in fractions it would be 30."""
    one = portfolio([person("ana", hours_per_period=30)], [activity("work", 40)], rules=only(staffing=20))
    model = exact.whole_model(Search(Tables.of(one), Settings(seconds=60)))
    found = worker.solve(model, 60, lambda: False, teams_first=True)
    assert found.plan is not None
    assert int(found.plan.hours.sum()) == 28
    assert found.bound is not None
    assert 10 * 20 * UNIT <= found.bound <= 12 * 20 * UNIT


def test_a_plan_that_the_model_has_no_room_for_is_no_start(worker: Worker) -> None:
    """Who left since is in no pair; the plan is looked for from nothing."""
    ann, ben = (person(name, expertise={"sql": 4}) for name in ("ann", "ben"))
    work = activity("work", expertise={"sql": 3})
    before = plan_of(Tables.of(portfolio(people=[ann, ben], activities=[work])), {(1, 0): 40})
    search = Search(Tables.of(portfolio(people=[ann], activities=[work])), Settings(seconds=60))
    found = worker.solve(exact.whole_model(search), 60, lambda: False, start=before)
    assert found.finished
    assert found.plan is not None


def test_a_process_that_does_not_end_in_its_time_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS goes by the date, which may be set back; here its process is paused. The next question has its answer."""
    monkeypatch.setattr(mip, "LATE_SECONDS", 0.2)
    search = Search(Tables.of(portfolio(people=[person("ann")], activities=[activity("work")])), Settings(seconds=60))
    model = exact.whole_model(search)
    worker = Worker()
    try:
        assert worker.solve(model, 60, lambda: False).finished
        paused = worker._process.pid
        os.kill(paused, signal.SIGSTOP)
        found = worker.solve(model, 0.1, lambda: False)
        assert (found.plan, found.bound, found.finished) == (None, None, False)
        with pytest.raises(ProcessLookupError):
            os.kill(paused, 0)
        assert worker.alive
        assert worker.solve(model, 60, lambda: False).finished
    finally:
        worker.close()


def test_where_no_model_can_be_written_nothing_is_asked_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder for temporary files nothing is found and nothing fails; the process is ended."""
    search = Search(Tables.of(portfolio(people=[person("ann")], activities=[activity("work")])), Settings(seconds=60))
    model = exact.whole_model(search)
    worker = Worker()
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    found = worker.solve(model, 60, lambda: False)
    assert (found.plan, found.bound, found.finished) == (None, None, False)
    assert not worker.alive


def test_a_bound_that_ends_a_proof_rounds_up_to_the_plan() -> None:
    """The furthest bound that HiGHS stops at is still the plan's own cost, once lowered by the noise and rounded up."""
    model = Model(Tables.of(portfolio(people=[person("ann")], activities=[activity("work")])))
    assert model.bound_of(1000 - PROVES, NOISE) == model.cost_of(1000)
