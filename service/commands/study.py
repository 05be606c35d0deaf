"""`staffing study`: many solves behind one question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import one_from_input, read_portfolio, read_side, search_settings
from service.commands.options import (
    JsonOption,
    LangOption,
    PortfolioArgument,
    SeedOption,
    WorkersOption,
)
from service.commands.outputs import (
    BAD,
    INTERRUPTED,
    OUR_FAULT,
    WRONG_USE,
    check_out,
    emit,
    json_bytes,
    keep,
    new_console,
    refuse,
    say,
)
from service.commands.solving import interruptible, no_log
from service.words import Language, Words, plain

if TYPE_CHECKING:
    from rich.text import Text

    from scenarios.studies import StudyProgress, StudyResult
    from solver.portfolio import Portfolio
    from solver.proposal import Proposal

EXIT = {"finished": 0, "no_plan": BAD, "failed": OUR_FAULT, "cancelled": INTERRUPTED}

app = typer.Typer(
    name="study",
    help="Questions that take many solves: whom to hire, who would be missed, what lending brings, and trade-offs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="PROPOSAL", help="A proposal of the portfolio as it stands; else it is solved."),
]
SecondsOption = Annotated[float, typer.Option("--seconds", "-s", help="Time limit of each solve.")]
RepeatableOption = Annotated[bool, typer.Option("--repeatable", help="The same input gives the same result; slower.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write the result here, as .json; replaces the file."),
]
StartOption = Annotated[int | None, typer.Option("--start", metavar="PERIOD", help="From which period on.")]


@app.command("best-hires")
def best_hires(
    portfolio: PortfolioArgument,
    profiles: Annotated[int, typer.Option("--profiles", help="How many profiles to rank.")] = 5,
    terms: Annotated[int, typer.Option("--terms", help="Terms of a profile, at most.")] = 3,
    hours: Annotated[
        int | None, typer.Option("--hours", help="Hours in each period; by default the median of those who are there.")
    ] = None,
    start: StartOption = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="ID", help="The unit they would join.")] = None,
    rate: Annotated[float | None, typer.Option("--rate", help="Money per hour.")] = None,
    cost: Annotated[float, typer.Option("--cost", help="What hiring costs, once.")] = 0.0,
    pool: Annotated[int, typer.Option("--pool", help="Candidate profiles to choose from, at most.")] = 40,
    earlier: FromOption = None,
    seconds: SecondsOption = 10.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Find the profiles that, hired, would improve the plan most per hour, and what each would relieve."""
    asked = {
        "kind": "best_hires",
        "profiles": profiles,
        "terms": terms,
        "hours_per_period": hours,
        "from": start or 0,
        "unit": unit,
        "rate": rate,
        "cost": cost,
        "pool": pool,
    }
    _study(portfolio, asked, earlier, _search(seconds, seed, workers, repeatable), out, as_json, lang)


@app.command("exposure")
def exposure(
    portfolio: PortfolioArgument,
    person: Annotated[
        list[str] | None, typer.Option("--person", metavar="ID", help="Only this person; may be repeated.")
    ] = None,
    start: StartOption = None,
    earlier: FromOption = None,
    seconds: SecondsOption = 10.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Remove each person in turn: what is lost, and who is a single point of failure."""
    asked = {"kind": "exposure", "people": person or [], "from": start}
    _study(portfolio, asked, earlier, _search(seconds, seed, workers, repeatable), out, as_json, lang)


@app.command("lending-market")
def lending_market(
    portfolio: PortfolioArgument,
    share: Annotated[float, typer.Option("--share", help="The largest part of a lender's hours, each way.")] = 0.2,
    between: Annotated[
        list[str] | None, typer.Option("--between", metavar="ID", help="Only between these units; repeat it.")
    ] = None,
    worse_by: Annotated[
        float | None, typer.Option("--worse-by", help="Points that no unit may be worse off by more than.")
    ] = None,
    earlier: FromOption = None,
    seconds: SecondsOption = 30.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Open lending between units: what each gains and gives up, if asked with nobody worse off than a limit."""
    asked = {"kind": "lending_market", "share": share, "between": between or [], "worse_by": worse_by}
    _study(portfolio, asked, earlier, _search(seconds, seed, workers, repeatable), out, as_json, lang)


@app.command("sweep")
def sweep(
    portfolio: PortfolioArgument,
    axes: Annotated[
        str, typer.Argument(metavar="AXES", help="JSON: a list of axes with options, or a study of kind sweep.")
    ],
    earlier: FromOption = None,
    seconds: SecondsOption = 10.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Solve every combination of changes in a grid, and show the key figures of all."""
    one_from_input(portfolio, axes)
    from service.reading import Unusable, plan_of

    try:
        given: Any = plan_of(axes, "axes")
    except Unusable as unusable:
        refuse(axes, unusable.problems, as_json)
    asked = given if isinstance(given, dict) else {"kind": "sweep", "axes": given}
    _study(portfolio, asked, earlier, _search(seconds, seed, workers, repeatable), out, as_json, lang, axes)


@app.command("frontier")
def frontier(
    portfolio: PortfolioArgument,
    first: Annotated[str, typer.Argument(metavar="RULE", help="A soft rule; `staffing rules` lists them.")],
    second: Annotated[str, typer.Argument(metavar="RULE", help="Another one.")],
    points: Annotated[int, typer.Option("--points", help="How many plans, at most.")] = 5,
    slack: Annotated[
        float, typer.Option("--slack", help="The part of the base's cost that the other rules may cost more.")
    ] = 0.1,
    earlier: FromOption = None,
    seconds: SecondsOption = 10.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Show how much of one rule must be given up for another, in plans that are evenly spread."""
    asked = {"kind": "frontier", "rules": [first, second], "points": points, "slack": slack}
    _study(portfolio, asked, earlier, _search(seconds, seed, workers, repeatable), out, as_json, lang)


def _search(seconds: float, seed: int, workers: int, repeatable: bool) -> dict[str, Any]:
    return {"seconds": seconds, "seed": seed, "workers": workers, "repeatable": repeatable}


def _study(
    source: str,
    asked: dict[str, Any],
    earlier: str | None,
    search: dict[str, Any],
    out: Path | None,
    as_json: bool,
    lang: Language,
    file: str | None = None,
) -> None:
    """Ask it, show or write the answer, and end with the exit code; file: where the question came from, if any."""
    check_out(out, (".json",))
    one_from_input(source, earlier)
    settings = search_settings(**search)
    there = elsewhere(as_json)
    found = read_portfolio(source, as_json)
    base = None if earlier is None or there is not None else _base(source, found, earlier, as_json)
    from scenarios.studies import StudyInvalid, parse_study, run_study

    try:
        study = parse_study(asked)
        study.check(found)
    except StudyInvalid as invalid:
        name, code = (asked["kind"].replace("_", "-"), WRONG_USE) if file is None else (file, BAD)
        refuse(name, invalid.problems, as_json, code)
    if there is not None:
        parent = None if earlier is None else there.run_of(earlier).id
        with interruptible(there.stop), _live(lang) as tell:
            result, told = there.study(source, found, study.to_json(), settings, tell, parent)
    else:
        with interruptible() as stop, no_log(), _live(lang) as tell:
            result = run_study(found, study, settings, tell, stop, base)
            told = result.to_json()
    _show(result, told, out, as_json, lang)
    if result.outcome == "cancelled":
        say("Interrupted: this is what was found so far.")
    if EXIT[result.outcome]:
        raise typer.Exit(EXIT[result.outcome])


def _base(source: str, portfolio: Portfolio, earlier: str, as_json: bool) -> Proposal:
    """The proposal of the portfolio as it stands that is in a file."""
    changed, base = read_side(source, earlier, as_json)
    if changed.sha256() != portfolio.sha256():
        raise typer.BadParameter(
            f"{earlier} is a run with changes, not the portfolio as it stands", param_hint="'--from'"
        )
    if base.bookings is None or base.run.status not in ("OPTIMAL", "FEASIBLE"):
        raise typer.BadParameter(f"{earlier} has no plan that keeps the hard rules", param_hint="'--from'")
    return base


def _show(result: StudyResult, told: dict[str, Any], out: Path | None, as_json: bool, lang: str) -> None:
    data = json_bytes(told)
    written = None if out is None else keep(out, data)
    if as_json:
        emit(data)
        return
    from service.show_study import StudyPage, show_study

    console = new_console()
    if written is None:
        show_study(console, result, lang)
    else:
        console.print(StudyPage(console, result, lang).headline())
        console.print(written, soft_wrap=True)


@contextmanager
def _live(lang: str) -> Iterator[Callable[[StudyProgress], None] | None]:
    """Shows how far a study is on one line of standard error; nothing where that is no terminal."""
    console = new_console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    from rich.live import Live

    words, began = Words(lang), time.monotonic()
    last: list[StudyProgress] = []

    def tell(progress: StudyProgress) -> None:
        last[:] = [progress]

    def line() -> Text:
        return _line(words, last[0] if last else None, time.monotonic() - began)

    with Live(get_renderable=line, console=console, refresh_per_second=8, transient=True):
        yield tell


def _line(words: Words, progress: StudyProgress | None, seconds: float) -> Text:
    from rich.text import Text

    frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    parts = [words("in_seconds", n=int(seconds))]
    if progress is not None:
        parts = [f"{progress.done}/{progress.total}", *parts, progress.stage]
        if progress.name is not None:
            parts.append(plain(progress.name))
        if progress.run is not None and progress.run.best is not None:
            parts.append(f"{words('best')} {words.number(round(progress.run.best))}")
    return Text(f"{frames[int(seconds * 8) % len(frames)]} {' · '.join(parts)}", no_wrap=True, overflow="ellipsis")
