"""`staffing --server URL …`: the same commands on a service elsewhere.

A command asks `elsewhere` whether there is such a service, has it do the work, and shows what comes back with the code
that shows what was made here. What the role of the key may not see is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import typer

from service.commands.outputs import (
    BAD,
    INTERRUPTED,
    OUR_FAULT,
    WRONG_USE,
    emit,
    json_bytes,
    keep,
    say,
    show_proposal,
    write_proposal,
)
from service.commands.session import KEY, Asked, Json, Session, progress_of
from service.words import plain

if TYPE_CHECKING:
    from scenarios.agreement import Agreement
    from scenarios.changes import Change
    from scenarios.comparison import Comparison
    from scenarios.person_record import PersonExplanation
    from scenarios.studies import StudyProgress, StudyResult
    from service.client import Client, Event
    from service.told import RunAnswer
    from service.what_if import WhatIf
    from solver.portfolio import Portfolio, Problem
    from solver.proposal import Conflict, Proposal
    from solver.settings import Settings


#: in the place of a run: the one that was accepted last, or else the newest
ACCEPTED = "accepted"
#: commands that work on this machine alone → why
HERE_ALONE = {
    "demo": "solves on this machine; `propose`, `compare` and `library` do the same there",
    "serve": "is the service on this machine",
    "worker": "solves for a store that it reaches itself",
    "settings": "tells of the service on this machine",
    "keys": "works on the store of this machine; keys of a service are made where it runs",
}
#: seconds in which it shows whether there is any plan
LOOK_SECONDS = 10.0
#: seconds for the ways out of a conflict
WAYS_OUT_SECONDS = 20.0


#: what was said of it for the command that goes on
ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)
THERE: ContextVar[Elsewhere | None] = ContextVar("there", default=None)


class Kept(NamedTuple):
    """A proposal that a service keeps; `told` is its JSON as it came, `run` whose it is."""

    run: RunAnswer
    proposal: Proposal | None
    told: Json | None


def ask_of(context: typer.Context, server: str | None, key_file: Path | None) -> None:
    """Note for the command to come which service is meant; refuse a command that knows none but this machine."""
    ASKED.set(None)
    THERE.set(None)
    if server is None:
        if key_file is not None:
            raise typer.BadParameter("a key is for a service: name it with --server", param_hint="'--key-file'")
        return
    source = context.get_parameter_source("server")
    by_option = source is not None and source.name == "COMMANDLINE"
    command = context.invoked_subcommand or ""
    if command in HERE_ALONE:
        unset = "" if by_option else " (it is set in STAFFING_SERVER: unset that to work here)"
        say(f"`staffing {command}` {HERE_ALONE[command]}, so it does not go with {server}{unset}.")
        raise typer.Exit(WRONG_USE)
    ASKED.set(Asked(server, _key(key_file), by_option))
    context.call_on_close(_let_go)


def _key(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(KEY) or None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise typer.BadParameter(f"{file} cannot be read: {why}", param_hint="'--key-file'") from None


def elsewhere(as_json: bool = False) -> Elsewhere | None:
    """The service that was named, if one was."""
    asked, there = ASKED.get(), THERE.get()
    if asked is not None and there is None:
        there = Elsewhere(asked)
        THERE.set(there)
    if there is not None:
        there.as_json = as_json
    return there


def _let_go() -> None:
    there = THERE.get()
    if there is not None:
        there.client.close()


class Elsewhere(Session):
    """What commands have a service do, and how they show what comes of it."""

    # --- runs

    def solve(
        self,
        source: str,
        portfolio: Portfolio,
        changes: Sequence[Change],
        settings: Settings,
        lang: str,
        parent: str | None = None,
        scenario: str | None = None,
    ) -> Kept:
        """Solve it there while somebody looks on; with the ways out where there is no plan.

        scenario: one that the service has, whose changes come before the others.
        """
        with self.refusing(source) as client:
            run = self._background(
                lambda hear: client.follow(self._started(source, portfolio, changes, settings, parent, scenario), hear),
                settings.seconds,
                lang,
            )
        return self.kept(source, run, settings, lang)

    def kept(self, source: str, run: RunAnswer, settings: Settings, lang: str) -> Kept:
        """What a run that has ended found."""
        from service.client import ServiceError
        from service.filled import filled
        from solver.proposal import Proposal

        say(f"Run {run.id} of {self.client.server}: {run.status}.")
        with self.refusing(source) as client:
            try:
                told = client.proposal(run.id)
            except ServiceError as error:
                if error.code != "no_proposal":
                    raise
                return Kept(run, None, None)
            if told.get("conflict") is not None and told["conflict"].get("ways_out") is None and not self.stop.is_set():
                asking = settings.model_copy(update={"seconds": WAYS_OUT_SECONDS})
                told["conflict"] = self._background(
                    lambda tell: client.conflict(run.id, asking, tell), WAYS_OUT_SECONDS, lang
                )
            return Kept(run, filled(Proposal, told), told)

    def _watched(self, run: RunAnswer, seconds: float, lang: str, name: str | None = None) -> RunAnswer:
        with self.refusing(run.id) as client:
            return self._background(lambda hear: client.follow(run, hear), seconds, lang, name)

    # --- what comes of it

    def write(self, kept: Kept, out: Path | None, lang: str) -> str | None:
        """Write a proposal as the service gives it; what to say of it, None where it was not wanted or could not be."""
        if out is None or kept.proposal is None:
            return None
        suffix = out.suffix.lower()
        if suffix == ".json":
            return keep(out, json_bytes(kept.told))
        if kept.proposal.bookings is None:
            say(f"There is no plan, so {out} was not written.")
            return None
        with self.refusing(kept.run.id) as client:
            return keep(out, client.proposal_file(kept.run.id, suffix, language=lang))

    def show(self, kept: Kept, portfolio: Portfolio, out: Path | None, by: str, lang: str) -> None:
        """Show or write a proposal, and end with the exit code of its run."""
        written = self.write(kept, out, lang)
        if self.as_json:
            emit(json_bytes(kept.told))
        elif kept.proposal is not None:
            show_proposal(portfolio, kept.proposal, written, by, lang)
        self.end(kept)

    def show_run(self, kept: Kept, portfolio: Portfolio, out: Path | None, by: str, lang: str) -> None:
        """The same of a run with changes: as JSON it is the whole record, as `staffing run` writes it."""
        record = json_bytes(self._record(kept))
        whole = out is not None and out.suffix.lower() == ".json"
        written = keep(out, record) if out and whole else self.write(kept, out, lang)
        if self.as_json:
            emit(record)
        elif kept.proposal is not None:
            show_proposal(portfolio, kept.proposal, written, by, lang)
        self.end(kept)

    def _record(self, kept: Kept) -> Json:
        """A run as the command line writes it, with the progress that was told of it."""
        run = kept.run
        with self.refusing(run.id) as client:
            events = [event.data for event in client.events(run.id) if event.name == "progress"]
        return {
            **{name: getattr(run, name) for name in ("id", "changes", "settings", "versions", "fingerprint", "parent")},
            "portfolio": run.portfolio.sha256,
            "started": run.started or run.created,
            "ended": run.ended,
            "progress": [{name: one for name, one in data.items() if name != "at"} for data in events],
            "outcome": run.status,
            "failure": None if run.failure is None else run.failure.model_dump(),
            "proposal": kept.told,
            "limits": [],
            "answer": None,
        }

    def end(self, kept: Kept) -> None:
        """End with the exit code of a run, if it is not 0."""
        run, proposal = kept.run, kept.proposal
        if run.failure is not None:
            say(f"The solve failed: {plain(run.failure.detail)}")
            raise typer.Exit(OUR_FAULT)
        if run.status == "cancelled":
            by = "Interrupted" if self.stop.is_set() else "It was stopped there"
            say(
                f"{by}: this is the best plan so far."
                if proposal is not None and proposal.bookings is not None
                else f"{by}."
            )
            raise typer.Exit(INTERRUPTED)
        if proposal is None or proposal.bookings is None:
            raise typer.Exit(BAD)

    # --- what else the commands ask

    def check(self, source: str, portfolio: Portfolio) -> list[Problem]:
        """What the service finds odd about a portfolio; what it finds wrong ends the command."""
        from solver.portfolio import Problem

        with self.refusing(source) as client:
            found = client.check(portfolio)["warnings"]
        return [
            Problem(one["path"].removeprefix("/portfolio"), one["code"], one.get("value"), one["expected"])
            for one in found
        ]

    def score(self, source: str, portfolio: Portfolio, plan: Json) -> tuple[Proposal, Json]:
        """A plan that was made elsewhere, as a proposal."""
        from service.filled import filled
        from solver.proposal import Proposal

        with self.refusing(source) as client:
            told = client.score(self._given(source, portfolio)[0], plan)
        return filled(Proposal, told), told

    def why_not(self, about: RunAnswer, question: Json, settings: Settings, lang: str) -> Json:
        """The answer to a question about a run."""
        return self._answer(lambda client, hear: client.why_not(about.id, question, settings, hear), settings, lang)

    def alternatives(self, about: RunAnswer, plans: int, within: float, settings: Settings, lang: str) -> Json:
        """Other plans than that of a run."""
        whole = int(within) if within == int(within) else within
        return self._answer(
            lambda client, hear: client.alternatives(about.id, plans, whole, settings, hear), settings, lang
        )

    def conflict_in(
        self, source: str, portfolio: Portfolio, changes: Sequence[Change], settings: Settings, lang: str
    ) -> tuple[bool, Conflict | None]:
        """Whether it is known if there is a plan, and if there is none, the conflict with its ways out."""
        from service.filled import filled
        from solver.proposal import Conflict

        looking = settings.model_copy(update={"seconds": min(settings.seconds, LOOK_SECONDS)})
        with self.refusing(source) as client:
            run = self._background(
                lambda hear: client.follow(self._started(source, portfolio, changes, looking), hear),
                looking.seconds,
                lang,
            )
            if run.outcome != "INFEASIBLE":
                return run.outcome in ("OPTIMAL", "FEASIBLE"), None
            told = self._background(lambda hear: client.conflict(run.id, settings, hear), settings.seconds, lang)
        return True, filled(Conflict, told)

    def sentences(self, told: Json) -> list[str]:
        """An answer in words; where those would tell of what the role may not see, what it comes to."""
        sentences: list[str] | None = told.get("sentences")
        if sentences is not None:
            return sentences
        return [f"The answer: {told.get('status', 'there')}. In words it would tell more than your role may see."]

    def write_plan(self, source: str, about: RunAnswer, told: Json | None, out: Path | None, lang: str) -> str | None:
        """Write the changed plan of an answer; what to say of it, None where it was not wanted or could not be."""
        if out is None or told is None:
            return None
        if out.suffix.lower() == ".json":
            return keep(out, json_bytes(told))
        from scenarios.changes import parse_changes
        from scenarios.scenario import apply
        from service.filled import filled
        from solver.proposal import Proposal

        changed = apply(self.portfolio(about.portfolio.id, about.portfolio.revision), parse_changes(about.changes))
        return write_proposal(changed, filled(Proposal, told), out, lang)

    def end_answer(self) -> None:
        """End with the exit code of an answer, if it is not 0."""
        if self.stop.is_set():
            raise typer.Exit(INTERRUPTED)

    def _answer(self, ask: Callable[[Client, Callable[[Event], None]], Json], settings: Settings, lang: str) -> Json:
        with self.refusing("the question") as client:
            return self._background(lambda hear: ask(client, hear), settings.seconds, lang)

    def solve_all(
        self,
        source: str,
        portfolio: Portfolio,
        wanted: Sequence[WhatIf],
        settings: Settings,
        lang: str,
        parent: str | None = None,
    ) -> tuple[list[tuple[str, RunAnswer]], int]:
        """Named changes solved there, as many at once as the service does; and the exit code so far."""
        started: list[tuple[str, RunAnswer]] = []

        def start(_: object) -> None:
            for one in wanted:
                scenario = self.scenario_of(one)
                changes = one.changes if scenario is None else ()
                started.append((one.name, self._started(source, portfolio, changes, settings, parent, scenario)))

        with self.refusing(source):
            self._background(start, settings.seconds * len(wanted), lang)
        found, code = [], 0
        for name, run in started:
            if self.stop.is_set():
                with self.refusing(run.id) as client:
                    client.cancel(run.id)
            ended = self._watched(run, settings.seconds, lang, name)
            if ended.failure is not None:
                say(f"The solve of {plain(name)} failed: {plain(ended.failure.detail)}")
                code = OUR_FAULT
            elif ended.outcome not in (None, "NONE") or not self.stop.is_set():
                found.append((name, ended))
        return found, code

    def compare(self, sides: Sequence[tuple[str, RunAnswer]], lang: str) -> tuple[Comparison, Json]:
        """Runs side by side."""
        from scenarios.comparison import Comparison
        from service.filled import filled

        with self.refusing(", ".join(name for name, _ in sides)) as client:
            language: Any = lang
            made = client.compare([run.id for _, run in sides], [name for name, _ in sides], language)
        return filled(Comparison, made.comparison), made.comparison

    def study(
        self,
        source: str,
        portfolio: Portfolio,
        asked: Json,
        settings: Settings,
        tell: Callable[[StudyProgress], None] | None,
        parent: str | None,
    ) -> tuple[StudyResult, Json]:
        """A study that is made there; `tell` hears how far it is."""
        from service.filled import study_of

        given, revision = self._given(source, portfolio)

        def hear(event: Event) -> None:
            if tell is not None and event.name == "progress":
                tell(_study_progress(event.data))

        with self.refusing(source) as client, ThreadPoolExecutor(1) as pool:
            run = client.start_study(given, asked, settings, revision=revision, parent=parent)
            working = pool.submit(client.follow, run, hear)
            while not wait([working], timeout=0.2).done:
                pass
            ended = working.result()
            told = client.study(run.id).result
        say(f"Study {run.id} of {self.client.server}: {ended.status}.")
        if told is None:
            say("Interrupted." if ended.failure is None else f"The study failed: {plain(ended.failure.detail)}")
            raise typer.Exit(INTERRUPTED if ended.failure is None else OUR_FAULT)
        return study_of(told), told

    def explanation(self, person: str, source: str, lang: str) -> PersonExplanation:
        """What the proposal of a run says of a person."""
        from scenarios.person_record import PersonExplanation
        from service.filled import filled

        with self.refusing(source) as client:
            return filled(PersonExplanation, client.explanation(person, self._run_id(source), lang))

    def agreement(self, person: str, source: str, lang: str) -> Agreement:
        """The talent agreement of a person."""
        from scenarios.agreement import Agreement
        from service.filled import filled

        with self.refusing(source) as client:
            return filled(Agreement, client.agreement(person, self._run_id(source), lang))

    def _run_id(self, source: str) -> str | None:
        """The run that a person is told of: not everybody who may hear of a run may look at it."""
        if source == ACCEPTED:
            return None
        from service.reading import stands_for_file

        return self.run_of(source).id if stands_for_file(source) else source

    def items(self, what: Literal["rules", "presets", "changes", "library"]) -> list[Json]:
        """What the service can do."""
        with self.refusing(what) as client:
            listed: list[Json] = getattr(client, what)()
        return listed

    def library_portfolio(self, name: str) -> Json:
        """A bundled portfolio of the service, with its story."""
        with self.refusing(name) as client:
            return client.library_portfolio(name)


def _study_progress(data: Json) -> StudyProgress:
    from scenarios.studies import StudyProgress

    run = data.get("run")
    plain = {name: data[name] for name in ("seconds", "done", "total", "stage")}
    return StudyProgress(**plain, name=data.get("name"), run=None if run is None else progress_of(run))
