"""Solving for somebody who looks on: a live line on a terminal, and Ctrl-C keeps the best plan so far."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from service.commands.outputs import BAD, INTERRUPTED, OUR_FAULT, new_console, say
from service.words import Words, plain

if TYPE_CHECKING:
    from rich.text import Text

    from scenarios.changes import Change
    from scenarios.runs import Run, RunHandle
    from solver.portfolio import Portfolio
    from solver.proposal import Proposal
    from solver.settings import Settings
    from solver.solve import Progress

#: cores for each of several solves side by side; with fewer they would only wait for each other
CORES_EACH = 2
Result = TypeVar("Result")


class Line:
    """What the live line knows: how far the search is, and since when it runs; None while it waits for its turn."""

    def __init__(self) -> None:
        self.since: float | None = time.monotonic()
        self.known: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        if progress.best is None and self.known is not None and progress.stage == self.known.stage:
            return  # the bound rose before the plan that is known was handed in
        self.known = progress

    def wait(self) -> None:
        """It waits, and does not count on."""
        self.since = None

    def begin(self, ago: float = 0.0) -> None:
        """It runs, since so many seconds."""
        self.since = time.monotonic() - ago

    def begin_anew(self) -> None:
        """It runs from now on, and nothing is known of how far it was before."""
        self.known = None
        self.begin()


@contextmanager
def interruptible(stop: threading.Event | None = None) -> Iterator[threading.Event]:
    """An event that Ctrl-C sets instead of ending the program; who presses it a third time is in earnest."""
    stop = stop or threading.Event()

    def interrupt(number: int, frame: object) -> None:
        if stop.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def in_background(
    work: Callable[[Line | None], Result],
    limit: float,
    stop: threading.Event,
    lang: str,
    told: Sequence[str] = (),
) -> Result:
    """What `work` returns, with a live line on a terminal; it is handed what to call with its progress."""
    # In a thread of its own, so that Ctrl-C reaches this one while the solver computes.
    with live(limit, stop, lang, told) as tell, ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, tell)
        while not wait([working], timeout=0.2).done:
            pass
        return working.result()


def solve_shown(portfolio: Portfolio, settings: Settings, stop: threading.Event, lang: str) -> Proposal:
    """The proposal, with the ways out where there is no plan."""

    def work(tell: Line | None) -> Proposal:
        from scenarios.ways_out import with_ways_out
        from solver.solve import solve

        return with_ways_out(portfolio, solve(portfolio, settings, tell, stop), settings, stop)

    return in_background(work, settings.seconds, stop, lang)


def with_ways_out_shown(
    portfolio: Portfolio, proposal: Proposal, settings: Settings, stop: threading.Event, lang: str
) -> Proposal:
    """The proposal with the ways out of its conflict, if it has one."""
    if proposal.conflict is None:
        return proposal
    from scenarios.ways_out import SECONDS, with_ways_out

    return in_background(lambda _: with_ways_out(portfolio, proposal, settings, stop), SECONDS, stop, lang)


def solve_all(
    wanted: list[tuple[str, Portfolio, tuple[Change, ...]]],
    base: Portfolio,
    settings: Settings,
    earlier: Proposal | None,
    stop: threading.Event,
    lang: str,
) -> tuple[list[tuple[str, Portfolio, Proposal]], int]:
    """Named changes of a portfolio solved, in that order, with the changed portfolios; and the exit code so far."""
    from scenarios import runs

    at_once = max(1, (os.cpu_count() or 1) // CORES_EACH)
    orders = [runs.Order(base, changes, settings, earlier, str(n)) for n, (_, _, changes) in enumerate(wanted)]
    told: list[str] = []

    with no_log(), live(settings.seconds * -(-len(wanted) // at_once), stop, lang, told) as tell:

        def hear(id: str, progress: Progress) -> None:
            if tell is not None:
                told[:] = [wanted[int(id)][0]]
                tell(progress)

        done = {one.id: one for one in runs.run_many(orders, at_once, hear, stop)}
    found, code = [], 0
    for n, (name, portfolio, _) in enumerate(wanted):
        one = done.get(str(n))
        if one is None or one.proposal is None:
            if one is not None and one.failure is not None:
                say(f"The solve of {plain(name)} failed: {plain(one.failure.detail)}")
                code = OUR_FAULT
        elif one.proposal.bookings is not None or not stop.is_set():
            found.append((name, portfolio, one.proposal))
    return found, code


@contextmanager
def no_log() -> Iterator[None]:
    """A run that fails is told by the command itself, and not logged as well."""
    log, nowhere = logging.getLogger("staffing"), logging.NullHandler()
    log.addHandler(nowhere)
    try:
        yield
    finally:
        log.removeHandler(nowhere)


def ended(handle: RunHandle, stop: threading.Event) -> Run:
    """The run once it has ended, which is soon after `stop` is set."""
    while True:
        try:
            return handle.result(timeout=0.1)
        except TimeoutError:
            if stop.is_set():
                handle.cancel()


def say_without_proposal(done: Run, stop: threading.Event) -> int:
    """Say why a run has no proposal; the exit code."""
    if done.failure is not None:
        say(f"The solve failed: {plain(done.failure.detail)}")
        return OUR_FAULT
    say("Interrupted.")
    return INTERRUPTED


def end(proposal: Proposal, stop: threading.Event) -> None:
    """End with the exit code of a solve, if it is not 0."""
    if stop.is_set():
        say("Interrupted: this is the best plan so far." if proposal.bookings is not None else "Interrupted.")
        raise typer.Exit(INTERRUPTED)
    if proposal.bookings is None:
        raise typer.Exit(BAD)


@contextmanager
def live(limit: float, stop: threading.Event, lang: str, told: Sequence[str] = ()) -> Iterator[Line | None]:
    """Shows what is handed to it on one line of standard error; nothing where that is no terminal.

    told: what it is about, as it is just then.
    """
    console = new_console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    from rich.live import Live

    words, line = Words(lang), Line()

    def shown() -> Text:
        return line_text(words, line, limit, stop.is_set(), told)

    with Live(get_renderable=shown, console=console, refresh_per_second=8, transient=True):
        yield line


def line_text(words: Words, line: Line, limit: float, stopping: bool, told: Sequence[str]) -> Text:
    """What the live line shows just now."""
    from rich.text import Text

    frames, now, progress = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", time.monotonic(), line.known
    parts = [*map(plain, told)]
    if line.since is not None:
        parts.append(words("of_seconds", n=int(now - line.since), limit=words.number(limit)))
    if stopping:
        parts.append(words("stopping"))
    if progress is not None and (progress.best is not None or progress.bound is not None):
        if progress.best is not None:
            parts.append(f"{words.best(progress.stage)} {words.number(round(progress.best))}")
        if progress.bound is not None:
            parts.append(f"{words('bound_short')} {words.number(round(progress.bound))}")
        if progress.value_captured is not None:
            parts.append(f"{words('captured')} {words.percent(progress.value_captured)}")
        parts.append(f"{progress.plans} {words('plans')}")
    elif line.since is not None:
        parts.append(words("model"))
    return Text(f"{frames[int(now * 8) % len(frames)]} {' · '.join(parts)}", no_wrap=True, overflow="ellipsis")
