"""A command that talks with a service elsewhere: what its arguments mean there, what is refused, the line meanwhile."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import typer

from service.commands.outputs import BAD, INTERRUPTED, NO_SERVICE, OUR_FAULT, refuse, say
from service.commands.solving import Line, in_background
from service.words import Words, plain

if TYPE_CHECKING:
    from scenarios.changes import Change
    from service.client import Client, Event, ServiceError
    from service.told import PortfolioPage, RunAnswer, ScenarioAnswer
    from service.what_if import WhatIf
    from solver.portfolio import Portfolio
    from solver.search import Progress
    from solver.settings import Settings

Answer = TypeVar("Answer")
Json = dict[str, Any]

KEY = "STAFFING_KEY"
#: what stands around a portfolio or a plan in a body, and not in the file
WRAPPED = re.compile("^/(?:portfolio|plan)(?=/)")
#: where the options of a search stand in a body
SETTINGS = "/settings/"
#: newest runs of a portfolio among which the one of a proposal in a file is looked for
MOST_RUNS = 50


class Asked(NamedTuple):
    """What was said about the service: its address, where the key is, and whether on the command line."""

    server: str
    key: str | None
    by_option: bool


class Session:
    """A service, for one command; what it refuses is said, and ends the command."""

    def __init__(self, asked: Asked) -> None:
        from service.client import Client

        self.as_json = False
        self._telling: list[str] = []
        self._again = ""
        self._line: Line | None = None
        self._scenarios: set[str] = set()
        self._stored: dict[str, tuple[Portfolio, PortfolioPage]] = {}
        try:
            self.client: Client = Client(asked.server, asked.key, on_wait=self._waits)
        except ValueError as wrong:
            raise typer.BadParameter(
                str(wrong), param_hint=f"'{'--server' if asked.by_option else 'STAFFING_SERVER'}'"
            ) from None
        if self.client.is_open and asked.key is not None:
            say(f"The key goes to {self.client.server} as anybody on the way can read it; https would hide it.")

    @property
    def stop(self) -> threading.Event:
        """Once it is set, what is done there is stopped."""
        return self.client.stop

    @contextmanager
    def refusing(self, about: str) -> Iterator[Client]:
        """The client; whatever the service refuses is said of what it is about."""
        from service.client import ServiceError

        try:
            yield self.client
        except ServiceError as error:
            self._refuse(about, error)

    def _refuse(self, about: str, error: ServiceError) -> NoReturn:
        from dataclasses import replace

        from solver.portfolio import Problem

        code = BAD
        if error.status in (401, 403, 429, 503) or error.code in ("unreachable", "not_staffing"):
            code = NO_SERVICE
        elif error.status == 500:
            code = OUR_FAULT
        if self.client.stop.is_set():
            say("Interrupted; what was begun there may go on." if code == NO_SERVICE else "Interrupted.")
            code = INTERRUPTED
        for one in error.errors:
            if one.path.startswith(SETTINGS):
                option = one.path.removeprefix(SETTINGS)
                raise typer.BadParameter(f"expected {one.expected}, not {one.value}", param_hint=f"'--{option}'")
        if error.errors:
            problems = [replace(one, path=WRAPPED.sub("", one.path)) for one in error.errors]
            refuse(about, problems, self.as_json, code)
        if self.as_json:
            refuse(about, [Problem("", error.code, None, error.detail)], True, code)
        help = f"; put a key in {KEY}, or in a file for --key-file" if error.code == "unauthenticated" else ""
        say(plain(f"{error.detail.removesuffix('.')}{help} [{error.code}]"))
        raise typer.Exit(code)

    def portfolio(self, source: str, revision: int | None = None) -> Portfolio:
        """A portfolio that the service has, as the role may see it."""
        from service.client import ServiceError
        from solver.portfolio import Problem, parse

        with self.refusing(source):
            try:
                page = self.client.portfolio(source, revision)
            except ServiceError as error:
                if error.status != 404:
                    raise
                expected = f"a file or folder that is here, -, or the id of a portfolio of {self.client.server}"
                refuse(source, [Problem("", "unreadable", source, expected)], self.as_json)
        portfolio = parse(page.portfolio)
        self._stored[source] = portfolio, page
        return portfolio

    def _given(self, source: str, portfolio: Portfolio) -> tuple[str | Portfolio, int | None]:
        """What to send for an argument: the id and revision where the service has it, or the portfolio itself."""
        stored, page = self._stored.get(source, (None, None))
        return (portfolio, None) if page is None or stored is not portfolio else (page.id, page.revision)

    def run_of(self, source: str) -> RunAnswer:
        """The run that an argument names: by its id, or by what it found, in a file."""
        from service.client import ServiceError
        from service.comparing import is_run
        from service.reading import Unusable, plan_of, stands_for_file
        from solver.portfolio import Problem

        id: Any = source
        if stands_for_file(source):
            try:
                told = plan_of(source)
            except Unusable as unusable:
                refuse(source, unusable.problems, self.as_json)
            id = told.get("id") if is_run(told) else self._found(source, told)
        with self.refusing(source) as client:
            try:
                return client.run(str(id))
            except ServiceError as error:
                if error.status != 404:
                    raise
                expected = f"the id of a run of {client.server}, or a file that `propose` or `run` wrote of one"
                refuse(source, [Problem("", "unknown_run", source, expected)], self.as_json)

    def _found(self, source: str, told: Any) -> str | None:
        """The id of the run that found a proposal; a plan that was made by hand is of none."""
        known = isinstance(told, dict) and all(isinstance(told.get(one), dict) for one in ("portfolio", "run"))
        if not known:
            return None
        with self.refusing(source) as client:
            runs = client.runs(portfolio=str(told["portfolio"].get("id")), kind="solve")
            for _, run in zip(range(MOST_RUNS), runs, strict=False):
                if run.outcome == told["run"].get("status") and client.proposal(run.id)["run"] == told["run"]:
                    return run.id
        return None

    def scenarios(self, portfolio: str | None) -> list[ScenarioAnswer]:
        """Every scenario, or those of a portfolio, the oldest first."""
        with self.refusing(portfolio or "scenarios") as client:
            return list(reversed(list(client.scenarios(portfolio))))

    def what_ifs(self, source: str, names: Sequence[str]) -> tuple[list[WhatIf], Portfolio | None]:
        """Scenarios of a portfolio by id, which may lack the portfolio's, or by name; all where none is named.

        All are of one revision. With them comes the portfolio in that revision, where it is not the one that was read.
        """
        from scenarios.changes import parse_changes
        from service.what_if import WhatIf

        known = self.scenarios(source)
        _, page = self._stored.get(source, (None, None))
        if names:
            found = [self._scenario(source, name, known) for name in names]
        else:
            found = [one for one in known if page is None or one.revision == page.revision]
            if older := [one for one in known if one not in found]:
                say(f"Of older revisions, and so left out unless they are named: {_listed(older)}.")
        revisions = {one.revision for one in found}
        if len(revisions) > 1:
            said = f"they are of different revisions of {source}, and cannot be held against each other"
            raise typer.BadParameter(f"{said}: {_listed(found)}", param_hint="'--scenario'")
        portfolio = None
        if page is not None and revisions - {page.revision}:
            (revision,) = revisions
            say(f"{source} is at revision {page.revision} by now; this is of revision {revision}: {_listed(found)}.")
            portfolio = self.portfolio(source, revision)
        self._scenarios |= {one.id for one in found}
        return [WhatIf(one.name, "", parse_changes(one.changes), one.id) for one in found], portfolio

    def _scenario(self, source: str, name: str, known: Sequence[ScenarioAnswer]) -> ScenarioAnswer:
        """The newest scenario of that id or name."""
        for one in reversed(known):
            if name in (one.id, one.id.removeprefix(f"{source}."), one.name):
                return one
        there = ", ".join(one.id.removeprefix(f"{source}.") for one in known) or "none"
        raise typer.BadParameter(f"there is no {name!r} of {source}, only {there}", param_hint="'--scenario'")

    def scenario_of(self, asked: WhatIf | None) -> str | None:
        """The id of a scenario that the service has: its changes may be more than the role sees."""
        return asked.source if asked is not None and asked.source in self._scenarios else None

    def _started(
        self,
        source: str,
        portfolio: Portfolio,
        changes: Sequence[Change],
        settings: Settings,
        parent: str | None = None,
        scenario: str | None = None,
    ) -> RunAnswer:
        from scenarios.changes import changes_to_json

        told = changes_to_json(changes)
        given, revision = self._given(source, portfolio)
        if scenario is not None:
            return self.client.start(None, told, settings, scenario=scenario, parent=parent)
        return self.client.start(given, told, settings, revision=revision, parent=parent)

    def _background(
        self, work: Callable[[Callable[[Event], None]], Answer], seconds: float, lang: str, name: str | None = None
    ) -> Answer:
        """What `work` returns, with a live line of the events that it hands over; its seconds are those of the run."""
        words = Words(lang)
        self._again = words("again")

        def shown(line: Line | None) -> Answer:
            def hear(event: Event) -> None:
                self._telling[:] = [
                    *([] if name is None else [name]),
                    *([words("queued")] if event.name == "queued" else []),
                ]
                if line is not None:
                    heard(line, event)

            self._line = line
            return work(hear)

        return in_background(shown, seconds, self.stop, lang, self._telling)

    def _waits(self, error: ServiceError, seconds: float) -> None:
        self._telling[:] = [error.detail.removesuffix("."), self._again]
        if self._line is not None:
            self._line.wait()


def heard(line: Line, event: Event) -> None:
    """Let the live line know what happened to the run, whose seconds it shows: a run may be begun anew."""
    if event.name == "queued":
        line.wait()
    elif event.name == "running":
        line.begin_anew()
    elif event.name == "progress":
        line.begin(event.data["seconds"])
        line(progress_of(event.data))


def progress_of(data: Json) -> Progress:
    """What an event tells; what the role may not see is not known."""
    from solver.search import Progress

    numbers = {name: data.get(name) for name in ("best", "bound", "gap", "value_captured")}
    return Progress(seconds=data["seconds"], plans=data["plans"], stage=data["stage"], **numbers)


def _listed(scenarios: Sequence[ScenarioAnswer]) -> str:
    return ", ".join(f"{plain(one.name)} (revision {one.revision})" for one in scenarios)
