"""The `staffing` command. What takes long to load is loaded by the command that needs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
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
        f"({asked:,} h) in {len(found.projects):,} projects, {calendar.periods} periods of a {calendar.period} from "
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
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="NAME", help="Weights to use; `staffing presets` lists them.")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="RULE.SETTING=VALUE",
            help="Change a setting of a rule, as in role_width.max_share=0.5 or staffing.weight=30; may be repeated.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 1,
    workers: Annotated[int, typer.Option("--workers", help="Search workers of the solver.")] = 8,
    repeatable: Annotated[
        bool, typer.Option("--repeatable", help="The same input gives the same proposal; slower.")
    ] = False,
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
def score(
    portfolio: PortfolioArgument,
    plan: Annotated[
        str,
        typer.Argument(
            metavar="PLAN",
            help="JSON with `bookings` of person, activity and hours: a proposal, or a plan made by hand or by another "
            "tool; - for standard input.",
        ),
    ],
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Score any plan by the same rules.

    The exit code is 1 if it breaks a rule that may not be broken.
    """
    from service.reading import STANDARD_INPUT, Unusable, plan_of

    if portfolio == plan == STANDARD_INPUT:
        raise typer.BadParameter("portfolio and plan cannot both come from standard input", param_hint="'PLAN'")
    _check_out(out)
    found = _portfolio(portfolio, as_json)
    from solver.handmade import score_plan
    from solver.portfolio import PortfolioInvalid

    try:
        scored = score_plan(found, plan_of(plan))
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
    """Solve a bundled case and say what to do next."""
    from scenarios.library import entry

    try:
        case = entry(name)
    except KeyError as error:
        raise typer.BadParameter(error.args[0], param_hint="'NAME'") from None
    settings = _settings(seconds=seconds)
    console = _console()
    console.print(case.title[lang], style="bold cyan")
    console.print(f"{case.summary[lang]}\n")
    found = case.portfolio()
    with _interruptible() as stop:
        proposal = _solve(found, settings, stop, lang)
        from service.show import show

        show(console, found, proposal, lang, by)
        _say_next(console, found, proposal, lang)
        _end(proposal, stop)


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
    from scenarios.library import ENTRIES, entry

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
    try:
        case = entry(name)
    except KeyError as error:
        raise typer.BadParameter(error.args[0], param_hint="'NAME'") from None
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
    from service.reading import Unusable, setting_of, with_policy
    from solver.presets import PRESETS

    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"there is no {preset!r}, only {', '.join(PRESETS)}", param_hint="'--preset'")
    settings = []
    for text in changes:
        setting = setting_of(text)
        if setting is None:
            raise typer.BadParameter(f"{text!r} is not rule.setting=value", param_hint="'--set'")
        settings.append(setting)
    if preset is None and not settings:
        return portfolio
    try:
        return with_policy(portfolio, preset, settings)
    except Unusable as unusable:
        _refuse("--set", unusable.problems, as_json, WRONG_USE)


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
    with _live(settings, stop, lang) as tell:
        from solver.solve import solve

        # In a thread of its own, so that Ctrl-C reaches this one while the solver computes.
        with ThreadPoolExecutor(1) as pool:
            solving = pool.submit(solve, portfolio, settings, tell, stop)
            while not wait([solving], timeout=0.2).done:
                pass
            return solving.result()


@contextmanager
def _live(settings: Settings, stop: threading.Event, lang: str) -> Iterator[Callable[[Progress], None] | None]:
    """Shows what is handed to it on one line of standard error; nothing where that is no terminal."""
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
        return _progress_line(words, last.get("known"), time.monotonic() - began, settings.seconds, stop.is_set())

    with Live(get_renderable=line, console=console, refresh_per_second=8, transient=True):
        yield tell


def _progress_line(words: Words, progress: Progress | None, seconds: float, limit: float, stopping: bool) -> Text:
    from rich.text import Text

    frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    parts = [words("of_seconds", n=int(seconds), limit=words.number(limit))]
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


def _say_next(console: Console, portfolio: Portfolio, proposal: Proposal, lang: str) -> None:
    """What no staffing of the same people can mend, and what to try next."""
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
    me, slug = _command(), portfolio.id
    steps = [
        (f"{me} library {slug}", words("next_story")),
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


def _check_out(out: Path | None) -> None:
    """Refuse, before anything takes long, a file that the proposal cannot be written to."""
    if out is None:
        return
    if out.suffix.lower() not in (".json", ".csv", ".xlsx"):
        raise typer.BadParameter(f"{out} should end in .json, .csv or .xlsx", param_hint="'--out'")
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
