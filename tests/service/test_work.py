"""Solves never take more than the machine bears, and end when nobody waits for them."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from service import examples
from service.problems import Busy
from service.settings import ServiceSettings
from service.work import Counts, Work
from solver.portfolio import parse
from solver.settings import Settings
from tests.service.hard import hard_portfolio

HARD, LONG = parse(hard_portfolio()), Settings(seconds=60)
EASY = parse(examples.PORTFOLIO)


async def never() -> None:
    """A client that stays."""
    await asyncio.Event().wait()


async def begun(work: Work) -> None:
    """Comes back once a solve is running."""
    while not work.counts.running:
        await asyncio.sleep(0)


def test_a_solve_ends_when_its_client_goes_away() -> None:
    """The solver stops, and the place is free again."""

    async def story() -> None:
        work, left = Work(ServiceSettings(solves_at_once=1)), asyncio.Event()
        solve = asyncio.create_task(work.solve(HARD, LONG, left.wait))
        await begun(work)
        left.set()
        with pytest.raises(ClientDisconnect):
            await solve
        proposal = await work.solve(EASY, LONG, never)
        assert proposal.run.status == "OPTIMAL"
        assert work.counts == Counts(running=0, waiting=0, finished=1, stopped=1)
        work.close()

    asyncio.run(story())


def test_a_solve_ends_when_its_request_is_cancelled() -> None:
    """A server that shuts down does not wait for the solver."""

    async def story() -> None:
        work = Work(ServiceSettings(solves_at_once=1))
        solve = asyncio.create_task(work.solve(HARD, LONG, never))
        await begun(work)
        solve.cancel()
        with pytest.raises(asyncio.CancelledError):
            await solve
        work.close()
        assert work.counts == Counts(stopped=1)

    asyncio.run(story())


def test_closing_stops_what_runs_and_drops_what_waits() -> None:
    """After `close` nothing is left; a solve that ran gives the best it had."""

    async def story() -> None:
        work = Work(ServiceSettings(solves_at_once=1))
        first = asyncio.create_task(work.solve(HARD, LONG, never))
        await begun(work)
        second = asyncio.create_task(work.solve(HARD, LONG, never))
        await asyncio.sleep(0)
        await asyncio.to_thread(work.close)
        assert (await first).run.status in ("FEASIBLE", "NONE")
        with pytest.raises(asyncio.CancelledError):
            await second
        assert work.counts == Counts(stopped=2)

    asyncio.run(story())


def test_more_solves_than_may_wait_are_refused() -> None:
    """One runs, one waits, the third is told when to come back; who leaves while waiting frees the place."""

    async def story() -> None:
        work, left = Work(ServiceSettings(solves_at_once=1, solves_waiting=1)), asyncio.Event()
        first = asyncio.create_task(work.solve(HARD, LONG, left.wait))
        await begun(work)
        second = asyncio.create_task(work.solve(HARD, LONG, left.wait))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="1 solve is running and 1 is waiting") as refused:
            await work.solve(EASY, LONG, never)
        assert refused.value.headers == {"Retry-After": "10"}
        left.set()
        assert [type(end) for end in await asyncio.gather(first, second, return_exceptions=True)] == [
            ClientDisconnect
        ] * 2
        assert work.counts.waiting == 0
        work.close()
        assert work.counts == Counts(stopped=2)

    asyncio.run(story())


def test_a_solve_whose_turn_does_not_come_is_refused() -> None:
    """Nobody waits longer for a turn than the setting says."""

    async def story() -> None:
        work, left = Work(ServiceSettings(solves_at_once=1, turn_seconds=0.01)), asyncio.Event()
        first = asyncio.create_task(work.solve(HARD, LONG, left.wait))
        await begun(work)
        with pytest.raises(Busy):
            await work.solve(EASY, LONG, never)
        assert not first.done()
        left.set()
        with pytest.raises(ClientDisconnect):
            await first
        work.close()

    asyncio.run(story())


def test_a_repeatable_solve_is_bound_by_the_clock_too() -> None:
    """Its seconds are not those of the clock; the service's limit is."""

    async def story() -> None:
        work = Work(ServiceSettings(solve_seconds=1))
        proposal = await work.solve(HARD, Settings(seconds=600, repeatable=True), never)
        assert proposal.run.status in ("FEASIBLE", "NONE")
        work.close()

    asyncio.run(story())
