"""The `staffing` command. What takes long to load is loaded by the command that needs it."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from service.words import Language, Words, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from scenarios.changes import Change
    from scenarios.comparison import Comparison
    from scenarios.library import Entry
    from scenarios.runs import Run, RunHandle
    from service.what_if import WhatIf
    from solver.portfolio import Portfolio, Problem
    from solver.proposal import Proposal
    from solver.settings import Settings
    from solver.solve import Progress

BAD, WRONG_USE, OUR_FAULT, INTERRUPTED = 1, 2, 3, 130
#: a line longer than this is hard to read, however wide the terminal
WIDEST = 150
EXAMPLE = "adviesbureau"
#: seconds that requests may go on once the service has been told to end; then solves are stopped
SECONDS_TO_FINISH = 2
#: cores for each of several solves side by side; with fewer they would only wait for each other
CORES_EACH = 2
#: scenarios that the demo compares, and the part of its time limit that each of them has
DEMO_SCENARIOS, DEMO_SHARE = 3, 0.8

app = typer.Typer(
    name="staffing",
    help="From a portfolio of people and projects to a staffing proposal: who works on what, for how long, and why.",
    epilog="Exit codes: 0 fine, 1 the portfolio or plan is bad or there is no plan, 2 wrong use, 3 a fault of ours, "
    "130 interrupted (the best plan so far is still written).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class By(StrEnum):
    """What the bookings are listed by."""

    activity = "activity"
    person = "person"


PortfolioArgument = Annotated[
    str,
    typer.Argument(
        metavar="PORTFOLIO",
        help="A JSON file, an .xlsx workbook, a folder (or .zip) of CSV files, - for standard input, or the name of a "
        "bundled portfolio.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read, errors too.")]
LangOption = Annotated[
    Language,
    typer.Option("--lang", envvar="STAFFING_LANG", help="Language of labels and headings; sentences are English."),
]
ByOption = Annotated[By, typer.Option("--by", help="List the bookings by activity or by person.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write the proposal here, as .json, .csv or .xlsx; replaces the file."
    ),
]
SecondsOption = Annotated[float, typer.Option("--seconds", "-s", help="Time limit of the search.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
WorkersOption = Annotated[int, typer.Option("--workers", help="Search workers of the solver.")]
RepeatableOption = Annotated[bool, typer.Option("--repeatable", help="The same input gives the same proposal; slower.")]
PresetOption = Annotated[
    str | None, typer.Option("--preset", metavar="NAME", help="Weights to use; `staffing presets` lists them.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="RULE.SETTING=VALUE",
        help="Change a setting of a rule, as in role_width.max_share=0.5 or staffing.weight=30; may be repeated.",
    ),
]
ProposalArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROPOSAL", help="JSON: a proposal, a run as `run` writes it, or a plan with `bookings`; - as above."
    ),
]
PersonOption = Annotated[str, typer.Option("--person", metavar="ID", help="The id of the person it is about.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"staffing {version('staffing')}")
        raise typer.Exit


@app.callback()
def staffing(
    version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where a fault of ours happened; works anywhere.")
    ] = False,
) -> None:
    """The options of every command; `--debug` has been seen to by `main`."""


@app.command()
def check(portfolio: PortfolioArgument, as_json: JsonOption = False, lang: LangOption = Language.en) -> None:
    """Say what is wrong with a portfolio, all at once.

    What is legal but odd is said too, and does no harm.
    """
    found = _portfolio(portfolio, as_json, stderr=False)
    from solver.check import warnings
    from solver.tables import Tables

    odd = warnings(Tables.of(found))
    if as_json:
        _print_json(_problems_json([], odd))
        return
    console, words = _console(), Words(lang)
    calendar = found.calendar
    asked = sum(activity.hours for activity in found.activities)
    console.print(
        f"{plain(found.name)} is right: {len(found.people):,} people, {len(found.activities):,} activities "
        f"({asked:,} h) in {len(found.projects):,} {'project' if len(found.projects) == 1 else 'projects'}, "
        f"{calendar.periods} periods of a {calendar.period} from "
        f"{calendar.start}.",
        soft_wrap=True,
    )
    if odd:
        console.print(f"\n{words('warnings')}:\n")
        _print_problems(console, odd, "yellow")


@app.command()
def propose(
    portfolio: PortfolioArgument,
    seconds: SecondsOption = 30.0,
    preset: PresetOption = None,
    change: SetOption = None,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    by: ByOption = By.activity,
    lang: LangOption = Language.en,
) -> None:
    """Find the best staffing within the time.

    Shows the plan, why it is so, and how far from the best possible it can be at most.
    """
    _check_out(out)
    settings = _settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    found = _with_policy(_portfolio(portfolio, as_json), preset, change or [], as_json)
    with _interruptible() as stop:
        proposal = _solve(found, settings, stop, lang)
        written = _written(found, proposal, out, lang)
        if as_json:
            _print_proposal(found, proposal)
        else:
            from service.show import Page, show

            console = _console()
            if written is None:
                show(console, found, proposal, lang, by)
            else:
                console.print(Page(console, found, proposal, lang).headline())
                console.print(written, soft_wrap=True)
        _end(proposal, stop)


@app.command()
def run(
    portfolio: PortfolioArgument,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="NAME", help="A scenario of a bundled portfolio; `staffing scenarios`."),
    ] = None,
    changes: Annotated[
        str | None,
        typer.Option("--changes", metavar="FILE", help="JSON: a list of changes, or a scenario; `staffing changes`."),
    ] = None,
    earlier: Annotated[
        str | None, typer.Option("--from", metavar="PROPOSAL", help="Start from the plan of this proposal or run.")
    ] = None,
    seconds: SecondsOption = 30.0,
    preset: PresetOption = None,
    change: SetOption = None,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write the run with its proposal here as .json, or the proposal as .csv or .xlsx; replaces the file.",
        ),
    ] = None,
    as_json: JsonOption = False,
    by: ByOption = By.activity,
    lang: LangOption = Language.en,
) -> None:
    """Change a portfolio and find the best staffing then: what if?

    Says in words what changes, and shows the proposal as `propose` does. The solve has a process of its own.
    """
    _check_out(out)
    if scenario is not None and changes is not None:
        raise typer.BadParameter("give one of --scenario and --changes", param_hint="'--changes'")
    _one_from_input(portfolio, changes, earlier)
    settings = _settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    found = _portfolio(portfolio, as_json)
    asked = next(iter(_what_ifs(portfolio, _some(scenario), _some(changes), lang, as_json)), None)
    changed = _with_policy(_changed(found, asked, as_json), preset, change or [], as_json)
    from service.export import run_to_json
    from service.what_if import policy_changes, show_changes

    every = (*(asked.changes if asked else ()), *policy_changes(preset, _set(change or [])))
    start = None if earlier is None else _earlier(earlier, found, as_json)
    with _interruptible() as stop, _no_log():
        with _live(settings.seconds, stop, lang) as tell:
            from scenarios import runs

            with runs.start(found, every, settings, start, tell) as handle:
                done = _ended(handle, stop)
        proposal = done.proposal
        if proposal is not None:
            as_record = out is not None and out.suffix.lower() == ".json"
            written = _kept(out, run_to_json(done)) if out and as_record else _written(changed, proposal, out, lang)
        if as_json:
            _emit(run_to_json(done))
        elif proposal is not None:
            from service.show import Page, show

            console = _console()
            show_changes(console, Words(lang)("changed"), asked, found, every)
            if written is None:
                show(console, changed, proposal, lang, by)
            else:
                console.print(Page(console, changed, proposal, lang).headline())
                console.print(written, soft_wrap=True)
        if proposal is None:
            raise typer.Exit(_without_proposal(done, stop))
        _end(proposal, stop)


@app.command()
def compare(
    portfolio: PortfolioArgument,
    proposals: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROPOSAL",
            help="JSON files to compare, the first is the base: proposals, plans, or runs, which bring their changes.",
        ),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="NAME", help="Solve this scenario and compare it; may be repeated."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--changes", metavar="FILE", help="Likewise with the changes in a JSON file; may be repeated."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", "-s", help="Time limit of each search.")] = 30.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Write the comparison here, as .json or .xlsx; replaces the file."
        ),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Lay proposals side by side: what differs, what it costs, what moved.

    Without proposals the portfolio as it stands is solved first and is the base. Scenarios are solved from the base's
    plan on; all those of a bundled portfolio where nothing else is asked for.
    """
    _check_out(out, (".json", ".xlsx"))
    _one_from_input(portfolio, *(proposals or []), *(changes or []))
    settings = _settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    found = _portfolio(portfolio, as_json)
    from service.reading import bundled

    if not (proposals or scenario or changes) and (case := bundled(portfolio)) is not None:
        scenario = [one.id for one in case.scenarios()]
    asked = _what_ifs(portfolio, scenario or [], changes or [], lang, as_json)
    if not proposals:  # the base is solved anyway
        asked = [one for one in asked if one.changes]
    if len(proposals or [None]) + len(asked) < 2:
        raise typer.BadParameter(
            "a comparison takes two: name a second file, or a scenario with --scenario or --changes",
            param_hint="'PROPOSAL'",
        )
    changed = [_changed(found, one, as_json) for one in asked]
    sides = [] if not proposals else _sides(proposals, found, as_json)
    with _interruptible() as stop:
        code = 0
        if not sides:
            base, code = _solved([(_base_name(portfolio, lang), found, ())], found, settings, None, stop, lang)
            sides += base
        if sides and asked and not stop.is_set():
            wanted = [(one.name, after, one.changes) for one, after in zip(asked, changed, strict=True)]
            more, failed = _solved(wanted, found, settings, sides[0][2], stop, lang)
            sides, code = sides + more, code or failed
        if len(sides) < 2:
            if stop.is_set():
                _say("Interrupted.")
            raise typer.Exit(INTERRUPTED if stop.is_set() else code or BAD)
        comparison = _compared(sides, portfolio, lang, as_json)
        _show_comparison(comparison, out, as_json, lang)
    if stop.is_set():
        _say("Interrupted: these are the best plans so far.")
        raise typer.Exit(INTERRUPTED)
    if code or any(one.bookings is None for _, _, one in sides):
        raise typer.Exit(code or BAD)


@app.command()
def explain(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    person: PersonOption,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Tell one person what a proposal says about them, from what, and what would change it.

    Only that person's own data is in it, and no colleague's.
    """
    _one_from_input(portfolio, proposal)
    from scenarios.person import explanation
    from scenarios.person_text import as_markdown
    from solver.portfolio import PortfolioInvalid

    found, made = _side(portfolio, proposal, as_json)
    try:
        told = explanation(found, made, person, lang.value)
    except PortfolioInvalid as invalid:
        _refuse(proposal, invalid.problems, as_json)
    if as_json:
        _print_json(told.model_dump(mode="json", by_alias=True))
    else:
        _print_markdown(as_markdown(told))


@app.command()
def agreement(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    person: PersonOption,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write it here, as .md, .html, .pdf or .json; replaces it."),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Make the talent agreement of one person: the sheet for a talk between employee and manager."""
    _one_from_input(portfolio, proposal)
    _check_out(out, (".md", ".html", ".pdf", ".json"))
    from scenarios import agreement as agreements
    from service.agreements import to_json, to_markdown, write
    from solver.portfolio import PortfolioInvalid

    found, made = _side(portfolio, proposal, as_json)
    try:
        sheet = agreements.agreement(found, made, person, lang.value)
    except PortfolioInvalid as invalid:
        _refuse(proposal, invalid.problems, as_json)
    if out is not None:
        try:
            write(sheet, out)
        except OSError as error:
            raise typer.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="'--out'") from None
    if as_json:
        _emit(to_json(sheet))
    elif out is not None:
        _console().print(f"Written to {out}.", soft_wrap=True)
    else:
        _print_markdown(to_markdown(sheet).decode())


@app.command()
def score(
    portfolio: PortfolioArgument,
    plan: Annotated[
        str,
        typer.Argument(
            metavar="PLAN",
            help="JSON with `bookings` of person, activity and hours: a proposal, a run, or a plan made by hand or by "
            "another tool; - for standard input.",
        ),
    ],
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Score any plan by the same rules.

    The exit code is 1 if it breaks a rule that may not be broken.
    """
    _one_from_input(portfolio, plan)
    _check_out(out)
    found = _portfolio(portfolio, as_json)
    from service.comparing import plan_in
    from service.reading import Unusable
    from solver.handmade import score_plan
    from solver.portfolio import PortfolioInvalid

    try:
        found, data = plan_in(plan, found)
        scored = score_plan(found, data)
    except Unusable as unusable:
        _refuse(plan, unusable.problems, as_json)
    except PortfolioInvalid as invalid:
        _refuse(plan, invalid.problems, as_json)
    written = _written(found, scored, out, lang)
    if as_json:
        _print_proposal(found, scored)
    else:
        from service.show import show_score

        console = _console()
        show_score(console, found, scored, lang)
        if written is not None:
            console.print(written, soft_wrap=True)
    if scored.run.status != "FEASIBLE":
        raise typer.Exit(BAD)


@app.command()
def demo(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A bundled portfolio.")] = EXAMPLE,
    seconds: SecondsOption = 10.0,
    by: ByOption = By.activity,
    lang: LangOption = Language.en,
) -> None:
    """Solve a bundled case, compare what could be done about it, and say what to do next."""
    case = _entry(name)
    settings = _settings(seconds=seconds)
    console = _console()
    console.print(case.title[lang], style="bold cyan")
    console.print(f"{case.summary[lang]}\n")
    found = case.portfolio()
    with _interruptible() as stop:
        proposal = _solve(found, settings, stop, lang)
        from service.show import show

        show(console, found, proposal, lang, by)
        _say_lacking(console, found, proposal, lang)
        if proposal.bookings is not None and not stop.is_set():
            _show_scenarios(console, case, found, proposal, settings, stop, lang)
        _say_next(console, case, lang)
        _end(proposal, stop)


@app.command()
def scenarios(
    portfolio: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A bundled portfolio; all of them without it.")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """List the scenarios of the bundled portfolios with their stories."""
    from scenarios.library import ENTRIES
    from service.what_if import show_scenarios

    cases = ENTRIES if portfolio is None else (_entry(portfolio),)
    if as_json:
        _print_json({"items": [one.to_json() for case in cases for one in case.scenarios()]})
        return
    console = _console()
    for case in cases:
        show_scenarios(console, case, lang)


@app.command()
def changes(as_json: JsonOption = False) -> None:
    """List every change a scenario can make, with its fields."""
    from service.what_if import kinds_json, show_kinds

    if as_json:
        _print_json({"items": kinds_json()})
    else:
        show_kinds(_console())


@app.command()
def rules(as_json: JsonOption = False) -> None:
    """List every rule with its weight and settings."""
    import asyncio

    from service.routes.rules import list_rules

    listed = asyncio.run(list_rules())
    if as_json:
        _print_json(listed.model_dump(mode="json"))
        return
    table, console = _table("rule", "title", "weight", "unit", "settings"), _console()
    for rule in listed.items:
        settings = ", ".join(f"{setting.name} {setting.default}" for setting in rule.settings)
        table.add_row(rule.name, rule.title, "hard" if rule.hard else str(rule.weight), rule.unit, settings)
    console.print(table)
    console.print("\nSoft rules also take weight, mode (soft, hard, off) and tolerance.", style="dim")


@app.command()
def presets(as_json: JsonOption = False) -> None:
    """List the presets: weights with a reason."""
    import asyncio

    from service.routes.rules import list_presets

    if as_json:
        _print_json(asyncio.run(list_presets()).model_dump(mode="json"))
        return
    from solver.presets import PRESETS

    table = _table("preset", "because", "weights that differ from balanced")
    for preset in PRESETS.values():
        table.add_row(preset.name, preset.because, ", ".join(f"{name} {n}" for name, n in preset.weights.items()))
    _console().print(table)


@app.command()
def library(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell the story of this one.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="OUT", help="Write it here: .json, .xlsx, .zip, or a folder of CSV files."),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """List the bundled portfolios, or show or write one."""
    from scenarios.library import ENTRIES

    if name is None:
        if out is not None:
            raise typer.BadParameter("say which portfolio to write", param_hint="'NAME'")
        if as_json:
            _print_json({"items": [{"slug": e.slug, "title": e.title, "summary": e.summary} for e in ENTRIES]})
            return
        table = _table("name", "title", "what it is about")
        for one in ENTRIES:
            table.add_row(one.slug, one.title[lang], one.summary[lang])
        _console().print(table)
        return
    case = _entry(name)
    if out is not None:
        if out.suffix.lower() == ".json":
            _write(out, lambda: out.write_text(case.text(), encoding="utf-8"))
        else:
            _write_portfolio(case.portfolio(), out)
    elif as_json:
        _print_json(json.loads(case.text()))
    else:
        from rich.markdown import Markdown

        _console().print(Markdown(case.story(lang)))


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="An .xlsx or .zip file, or a folder for CSV files.")],
    examples: Annotated[bool, typer.Option("--examples", help="With a small portfolio in it, to write over.")] = False,
    force: ForceOption = False,
) -> None:
    """Write an empty workbook, or folder of CSV files.

    Every column is explained in it. What is there already is not replaced.
    """
    from service import spreadsheet

    _check_sheets(out)
    if not force and out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise typer.BadParameter(f"{out} is there already; --force replaces it", param_hint="'OUT'")
    _write(out, lambda: spreadsheet.template(out, examples=examples))


@app.command()
def convert(
    portfolio: PortfolioArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A .json, .xlsx or .zip file, or a folder of CSV files.")],
) -> None:
    """Write a portfolio as JSON or as a spreadsheet.

    A file that is there already is replaced.
    """
    if out.suffix.lower() != ".json":
        _check_sheets(out)
    _write_portfolio(_portfolio(portfolio, as_json=False), out)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; this machine alone by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Run the REST service until Ctrl-C."""
    import uvicorn

    from service.settings import ServiceSettings, SettingsInvalid

    try:
        ServiceSettings.of(os.environ)
    except SettingsInvalid as invalid:
        _say(str(invalid))
        raise typer.Exit(WRONG_USE) from None
    uvicorn.run(
        "service.app:create_app", factory=True, host=host, port=port, timeout_graceful_shutdown=SECONDS_TO_FINISH
    )


# What comes in


def _portfolio(source: str, as_json: bool, stderr: bool = True) -> Portfolio:
    """The portfolio of an argument; where it is no good, says so and ends the command."""
    from service.reading import Unusable, portfolio_of

    try:
        return portfolio_of(source)
    except Unusable as unusable:
        _refuse(source, unusable.problems, as_json, stderr=stderr)


def _with_policy(portfolio: Portfolio, preset: str | None, changes: list[str], as_json: bool) -> Portfolio:
    from service.reading import Unusable, with_policy
    from solver.presets import PRESETS

    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"there is no {preset!r}, only {', '.join(PRESETS)}", param_hint="'--preset'")
    settings = _set(changes)
    if preset is None and not settings:
        return portfolio
    try:
        return with_policy(portfolio, preset, settings)
    except Unusable as unusable:
        _refuse("--set", unusable.problems, as_json, WRONG_USE)


def _set(texts: list[str]) -> list[tuple[str, str, Any]]:
    """Rule, setting and value of each `--set`."""
    from service.reading import setting_of

    settings = []
    for text in texts:
        setting = setting_of(text)
        if setting is None:
            raise typer.BadParameter(f"{text!r} is not rule.setting=value", param_hint="'--set'")
        settings.append(setting)
    return settings


def _entry(name: str) -> Entry:
    """The bundled portfolio of that name."""
    from scenarios.library import entry

    try:
        return entry(name)
    except KeyError as error:
        raise typer.BadParameter(error.args[0], param_hint="'NAME'") from None


def _what_ifs(source: str, names: list[str], files: list[str], lang: str, as_json: bool) -> list[WhatIf]:
    """The scenarios of a bundled portfolio by name, then the changes in files."""
    from service.reading import Unusable, bundled
    from service.what_if import from_file, of_library

    found = []
    if names:
        case = bundled(source)
        if case is None:
            said = f"{source} has no named scenarios, only bundled portfolios do; give its changes with --changes"
            raise typer.BadParameter(said, param_hint="'--scenario'")
        known = of_library(case, lang)
        for name in names:
            if name not in known:
                raise typer.BadParameter(f"there is no {name!r}, only {', '.join(known)}", param_hint="'--scenario'")
            found.append(known[name])
    for file in files:
        try:
            found.append(from_file(file, lang))
        except Unusable as unusable:
            _refuse(file, unusable.problems, as_json)
    return found


def _some(given: str | None) -> list[str]:
    return [] if given is None else [given]


def _changed(portfolio: Portfolio, asked: WhatIf | None, as_json: bool) -> Portfolio:
    """The portfolio with the changes made; where one cannot apply, says which and why."""
    from service.reading import Unusable

    if asked is None:
        return portfolio
    try:
        return asked.apply(portfolio)
    except Unusable as unusable:
        _refuse(asked.source, unusable.problems, as_json)


def _side(source: str, proposal: str, as_json: bool) -> tuple[Portfolio, Proposal]:
    """A proposal and its portfolio, changed where a run says so."""
    found = _portfolio(source, as_json)
    from service.comparing import side_of
    from service.reading import Unusable

    try:
        return side_of(proposal, found)
    except Unusable as unusable:
        _refuse(proposal, unusable.problems, as_json)


def _sides(files: list[str], portfolio: Portfolio, as_json: bool) -> list[tuple[str, Portfolio, Proposal]]:
    from service.comparing import sides_of
    from service.reading import Unusable

    try:
        return sides_of([(file, portfolio) for file in files])
    except Unusable as unusable:
        _refuse(", ".join(files), unusable.problems, as_json)


def _earlier(source: str, portfolio: Portfolio, as_json: bool) -> Run | Proposal:
    """The run or proposal in a file, to start from."""
    from service.comparing import earlier_of
    from service.reading import Unusable

    try:
        return earlier_of(source, portfolio)
    except Unusable as unusable:
        _refuse(source, unusable.problems, as_json)


def _one_from_input(*sources: str | None) -> None:
    """Refuse to read standard input twice."""
    from service.reading import STANDARD_INPUT

    if sources.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("only one of them can come from standard input", param_hint="'-'")


def _base_name(source: str, lang: str) -> str:
    """What the portfolio as it stands is called."""
    from service.reading import bundled

    case = bundled(source)
    return Words(lang)("as_it_stands") if case is None else case.scenarios()[0].title[lang]


def _settings(**given: Any) -> Settings:
    from pydantic import ValidationError

    from solver.settings import Settings

    try:
        return Settings(**given)
    except ValidationError as invalid:
        found = invalid.errors()[0]
        expected = found.get("ctx", {}).get("expected", found["msg"])
        raise typer.BadParameter(f"expected {expected}", param_hint=f"'--{found['loc'][0]}'") from None


# Solving


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets instead of ending the program; who presses it a third time is in earnest."""
    stop = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        if stop.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _solve(portfolio: Portfolio, settings: Settings, stop: threading.Event, lang: str) -> Proposal:
    """The proposal, with a live line on a terminal while it is looked for."""
    with _live(settings.seconds, stop, lang) as tell:
        from solver.solve import solve

        # In a thread of its own, so that Ctrl-C reaches this one while the solver computes.
        with ThreadPoolExecutor(1) as pool:
            solving = pool.submit(solve, portfolio, settings, tell, stop)
            while not wait([solving], timeout=0.2).done:
                pass
            return solving.result()


@contextmanager
def _no_log() -> Iterator[None]:
    """A run that fails is told by the command itself, and not logged as well."""
    log, nowhere = logging.getLogger("staffing"), logging.NullHandler()
    log.addHandler(nowhere)
    try:
        yield
    finally:
        log.removeHandler(nowhere)


def _ended(handle: RunHandle, stop: threading.Event) -> Run:
    """The run once it has ended, which is soon after `stop` is set."""
    while True:
        try:
            return handle.result(timeout=0.1)
        except TimeoutError:
            if stop.is_set():
                handle.cancel()


def _without_proposal(done: Run, stop: threading.Event) -> int:
    """Say why a run has no proposal; the exit code."""
    if done.failure is not None:
        _say(f"The solve failed: {plain(done.failure.detail)}")
        return OUR_FAULT
    _say("Interrupted.")
    return INTERRUPTED


def _solved(
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

    with _no_log(), _live(settings.seconds * -(-len(wanted) // at_once), stop, lang, told) as tell:

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
                _say(f"The solve of {plain(name)} failed: {plain(one.failure.detail)}")
                code = OUR_FAULT
        elif one.proposal.bookings is not None or not stop.is_set():
            found.append((name, portfolio, one.proposal))
    return found, code


@contextmanager
def _live(
    limit: float, stop: threading.Event, lang: str, told: Sequence[str] = ()
) -> Iterator[Callable[[Progress], None] | None]:
    """Shows what is handed to it on one line of standard error; nothing where that is no terminal.

    told: what it is about, as it is just then.
    """
    console = _console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    from rich.live import Live

    words, began = Words(lang), time.monotonic()
    last: dict[str, Progress] = {}

    def tell(progress: Progress) -> None:
        if progress.best is None and "known" in last and progress.stage == last["known"].stage:
            return  # the bound rose before the plan that is known was handed in
        last["known"] = progress

    def line() -> Text:
        return _progress_line(words, last.get("known"), time.monotonic() - began, limit, stop.is_set(), told)

    with Live(get_renderable=line, console=console, refresh_per_second=8, transient=True):
        yield tell


def _progress_line(
    words: Words, progress: Progress | None, seconds: float, limit: float, stopping: bool, told: Sequence[str]
) -> Text:
    from rich.text import Text

    frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    parts = [*map(plain, told), words("of_seconds", n=int(seconds), limit=words.number(limit))]
    if stopping:
        parts.append(words("stopping"))
    if progress is None or (progress.best is None and progress.bound is None):
        parts.append(words("model"))
    else:
        if progress.best is not None:
            parts.append(f"{words('best')} {words.number(round(progress.best))}")
        if progress.bound is not None:
            parts.append(f"{words('bound_short')} {words.number(round(progress.bound))}")
        if progress.value_captured is not None:
            parts.append(f"{words('captured')} {words.percent(progress.value_captured)}")
        parts.append(f"{progress.plans} {words('plans')}")
    return Text(f"{frames[int(seconds * 8) % len(frames)]} {' · '.join(parts)}", no_wrap=True, overflow="ellipsis")


def _say_lacking(console: Console, portfolio: Portfolio, proposal: Proposal, lang: str) -> None:
    """What no staffing of the same people can mend."""
    from rich.padding import Padding

    from service.words import Names

    words, names = Words(lang), Names(portfolio, lang)
    lacking: list[str] = []
    for state, key in (("missing", "nobody_brings"), ("short", "too_few_bring")):
        terms = [names.term(line.term) for line in proposal.talent_balance if line.state == state]
        if terms:
            lacking.append(words(key, terms=", ".join(terms)))
    if lacking:
        console.print(Padding(" ".join([*lacking, words("no_shuffling")]), (0, 1, 1, 1)))


def _show_scenarios(
    console: Console,
    case: Entry,
    portfolio: Portfolio,
    proposal: Proposal,
    settings: Settings,
    stop: threading.Event,
    lang: str,
) -> None:
    """The first scenarios of a bundled portfolio beside its proposal, in a few lines."""
    from service.comparing import compare_sides
    from service.show_comparison import show_briefly

    base, *others = case.scenarios()
    wanted = [(one.title[lang], one.apply(portfolio), one.changes) for one in others[:DEMO_SCENARIOS]]
    limited = settings.model_copy(update={"seconds": settings.seconds * DEMO_SHARE})
    found, _ = _solved(wanted, portfolio, limited, proposal, stop, lang)
    if found and not stop.is_set():
        sides = [(base.title[lang], portfolio, proposal), *found]
        show_briefly(console, compare_sides(sides, language=lang), lang)
        console.print()


def _say_next(console: Console, case: Entry, lang: str) -> None:
    """What to try next."""
    words, me, slug = Words(lang), _command(), case.slug
    scenario = case.scenarios()[1].id
    steps = [
        (f"{me} library {slug}", words("next_story")),
        (f"{me} scenarios {slug}", words("next_scenarios")),
        (f"{me} run {slug} --scenario {scenario}", words("next_run")),
        (f"{me} compare {slug}", words("next_compare")),
        (f"{me} propose {slug} --preset innovation", words("next_preset")),
        (f"{me} propose {slug} --out plan.xlsx", words("next_workbook")),
        (f"{me} template mine.xlsx --examples", words("next_template")),
        (f"{me} check mine.xlsx", words("next_check")),
        (f"{me} propose mine.xlsx", words("next_own")),
        (f"{me} serve", words("next_serve")),
    ]
    widest = max(len(command) for command, _ in steps)
    beside = widest + max(len(what) for _, what in steps) + 4 <= console.width
    console.print(words("next"), style="bold cyan")
    for command, what in steps:
        console.print(f"  {command}", style="bold", soft_wrap=True, end="")
        console.print(f"{' ' * (widest - len(command) + 2)}{what}" if beside else f"\n      {what}", style="dim")


def _end(proposal: Proposal, stop: threading.Event) -> None:
    """End with the exit code of a solve, if it is not 0."""
    if stop.is_set():
        _say("Interrupted: this is the best plan so far." if proposal.bookings is not None else "Interrupted.")
        raise typer.Exit(INTERRUPTED)
    if proposal.bookings is None:
        raise typer.Exit(BAD)


# What goes out


def _check_out(out: Path | None, suffixes: tuple[str, ...] = (".json", ".csv", ".xlsx")) -> None:
    """Refuse, before anything takes long, a file that what is wanted cannot be written to."""
    if out is None:
        return
    if out.suffix.lower() not in suffixes:
        *most, last = suffixes
        raise typer.BadParameter(f"{out} should end in {', '.join(most)} or {last}", param_hint="'--out'")
    if out.is_dir() or not out.parent.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        raise typer.BadParameter(f"{out} cannot be written", param_hint="'--out'")


def _check_sheets(out: Path) -> None:
    if out.suffix.lower() not in (".xlsx", ".zip", ""):
        raise typer.BadParameter(f"{out} should end in .xlsx or .zip, or be a folder", param_hint="'OUT'")


def _written(portfolio: Portfolio, proposal: Proposal, out: Path | None, lang: str) -> str | None:
    """Write the proposal where one is wanted; what to say of it, None where it was not wanted or could not be."""
    if out is None:
        return None
    from service import export

    try:
        export.write(portfolio, proposal, out, lang)
    except export.NoPlan:
        _say(f"There is no plan, so {out} was not written.")
        return None
    except OSError as error:
        # The plan took long to find: it is shown instead, and not lost.
        _say(f"{out} could not be written: {error.strerror}")
        return None
    return f"Written to {out}."


def _kept(out: Path, data: bytes) -> str | None:
    """Write what took long to find; what to say of it, None where it could not be written."""
    try:
        out.write_bytes(data)
    except OSError as error:
        _say(f"{out} could not be written: {error.strerror}")
        return None
    return f"Written to {out}."


def _compared(sides: list[tuple[str, Portfolio, Proposal]], source: str, lang: str, as_json: bool) -> Comparison:
    from service.comparing import compare_sides
    from service.reading import Unusable

    try:
        return compare_sides(sides, language=lang)
    except Unusable as unusable:
        _refuse(source, unusable.problems, as_json)


def _show_comparison(comparison: Comparison, out: Path | None, as_json: bool, lang: str) -> None:
    """Print a comparison, or write it and print how the proposals were found."""
    from service.export_comparison import FORMATS, to_json
    from service.show_comparison import ComparisonPage, show_comparison

    written = None if out is None else _kept(out, FORMATS[out.suffix.lower()](comparison))
    if as_json:
        _emit(to_json(comparison))
        return
    console = _console()
    if written is None:
        show_comparison(console, comparison, lang)
    else:
        console.print(ComparisonPage(console, comparison, lang).facts())
        console.print(written, soft_wrap=True)


def _print_markdown(text: str) -> None:
    """Laid out on a terminal; in a pipe the Markdown itself, for a program or a file."""
    console = _console()
    if console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(text))
    else:
        _emit(text.encode("utf-8", "replace"))


def _write_portfolio(portfolio: Portfolio, out: Path) -> None:
    if out.suffix.lower() == ".json":
        text = json.dumps(portfolio.canonical(), ensure_ascii=False, indent=2) + "\n"
        _write(out, lambda: out.write_text(text, encoding="utf-8"))
        return
    from service import spreadsheet

    _write(out, lambda: spreadsheet.write(portfolio, out))


def _write(out: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="'OUT'") from None
    _console().print(f"Written to {out}.", soft_wrap=True)


def _refuse(source: str, problems: list[Problem], as_json: bool, code: int = BAD, stderr: bool = True) -> NoReturn:
    """Say what is wrong, and end the command."""
    if as_json:
        _print_json(_problems_json(problems, []))
    else:
        console = _console(stderr=stderr)
        if len(problems) == 1 and not problems[0].path:
            (one,) = problems
            console.print(_one_line(source, one), soft_wrap=True)
        else:
            things = "1 thing is" if len(problems) == 1 else f"{len(problems):,} things are"
            console.print(f"{things} wrong with {source}:\n", soft_wrap=True)
            _print_problems(console, problems, "bold red")
    raise typer.Exit(code)


def _one_line(source: str, problem: Problem) -> str:
    given = "" if problem.value in (None, source) else f"{plain(str(problem.value))!r} is not right, "
    return f"{source}: {given}expected {plain(problem.expected)} [{problem.code}]"


def _print_problems(console: Console, problems: Iterable[Problem], style: str) -> None:
    """Path, what was given and what would be right, each problem apart from the next."""
    for one in problems:
        console.print(plain(one.path) or "the whole", style=style, soft_wrap=True, end="")
        console.print(f"  [{one.code}]", style="dim", soft_wrap=True)
        given = "nothing" if one.value is None else plain(json.dumps(one.value, ensure_ascii=False))
        console.print(f"    given     {given}", soft_wrap=True)
        console.print(f"    expected  {plain(one.expected)}", soft_wrap=True)


def _problems_json(errors: Iterable[Problem], warnings: Iterable[Problem]) -> dict[str, Any]:
    def listed(problems: Iterable[Problem]) -> list[dict[str, Any]]:
        return [{"path": p.path, "code": p.code, "value": p.value, "expected": p.expected} for p in problems]

    return {"errors": listed(errors), "warnings": listed(warnings)}


def _print_json(data: Any) -> None:
    _emit((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace"))


def _print_proposal(portfolio: Portfolio, proposal: Proposal) -> None:
    from service.export import to_json

    _emit(to_json(portfolio, proposal))


def _emit(data: bytes) -> None:
    try:
        typer.echo(data, nl=False)
    except BrokenPipeError:
        _nobody_reads()


def _nobody_reads() -> None:
    """Whoever read standard output has seen enough: the exit code is what it would have been."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    class Patient(Console):
        def on_broken_pipe(self) -> None:
            _nobody_reads()

    console = Patient(stderr=stderr, markup=False, highlight=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console


def _table(*headers: str) -> Any:
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for n, header in enumerate(headers):
        table.add_column(header, no_wrap=n == 0, style="bold" if n == 0 else "")
    return table


def _command() -> str:
    """How this command was called, so that what is suggested works as it stands."""
    called = Path(sys.argv[0])
    if called.stem != "staffing":
        return "python -m service.cli"
    found = shutil.which("staffing")
    return "staffing" if found and Path(found).resolve() == called.resolve() else str(called)


# The entry point


def guarded(run: Callable[[], object], debug: bool) -> int:
    """The exit code of `run`; a fault of ours is one plain line, with --debug after where it happened."""
    try:
        run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OUR_FAULT if ended.code else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is ours
        if debug:
            traceback.print_exc()
        more = "" if debug else "; --debug shows where it happened"
        said = plain(f"{type(fault).__name__}: {fault}")
        _say(f"A fault of ours, please report it with the command and `staffing --version`: {said}{more}")
        return OUR_FAULT
    return 0


def main() -> None:
    """Run the command; `--debug` counts wherever it stands."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter still shows the rest
    debug = "--debug" in sys.argv[1:]
    sys.argv[1:] = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.exit(guarded(app, debug))


if __name__ == "__main__":
    main()
