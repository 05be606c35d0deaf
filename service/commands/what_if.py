"""`staffing run` and `compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.inputs import (
    base_name,
    changed_portfolio,
    one_from_input,
    read_earlier,
    read_portfolio,
    read_sides,
    read_what_ifs,
    rule_settings,
    search_settings,
    some,
    with_settings,
)
from service.commands.options import (
    By,
    ByOption,
    JsonOption,
    LangOption,
    PortfolioArgument,
    PresetOption,
    RepeatableOption,
    SecondsOption,
    SeedOption,
    SetOption,
    WorkersOption,
)
from service.commands.outputs import BAD, INTERRUPTED, check_out, emit, keep, new_console, refuse, say, write_proposal
from service.commands.solving import (
    end,
    ended,
    interruptible,
    live,
    no_log,
    say_without_proposal,
    solve_all,
    with_ways_out_shown,
)
from service.words import Language, Words

if TYPE_CHECKING:
    from scenarios.comparison import Comparison
    from solver.portfolio import Portfolio
    from solver.proposal import Proposal


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
    check_out(out)
    if scenario is not None and changes is not None:
        raise typer.BadParameter("give one of --scenario and --changes", param_hint="'--changes'")
    one_from_input(portfolio, changes, earlier)
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    found = read_portfolio(portfolio, as_json)
    asked = next(iter(read_what_ifs(portfolio, some(scenario), some(changes), lang, as_json)), None)
    changed = with_settings(changed_portfolio(found, asked, as_json), preset, change or [], as_json)
    from service.export import run_to_json
    from service.what_if import policy_changes, show_changes

    every = (*(asked.changes if asked else ()), *policy_changes(preset, rule_settings(change or [])))
    start = None if earlier is None else read_earlier(earlier, found, as_json)
    with interruptible() as stop, no_log():
        with live(settings.seconds, stop, lang) as tell:
            from scenarios import runs

            with runs.start(found, every, settings, start, tell) as handle:
                done = ended(handle, stop)
        proposal = done.proposal
        if proposal is not None:
            proposal = with_ways_out_shown(changed, proposal, settings, stop, lang)
            done = done.model_copy(update={"proposal": proposal})
            as_record = out is not None and out.suffix.lower() == ".json"
            written = (
                keep(out, run_to_json(done)) if out and as_record else write_proposal(changed, proposal, out, lang)
            )
        if as_json:
            emit(run_to_json(done))
        elif proposal is not None:
            from service.show import Page, show

            console = new_console()
            show_changes(console, Words(lang)("changed"), asked, found, every)
            if written is None:
                show(console, changed, proposal, lang, by)
            else:
                console.print(Page(console, changed, proposal, lang).headline())
                console.print(written, soft_wrap=True)
        if proposal is None:
            raise typer.Exit(say_without_proposal(done, stop))
        end(proposal, stop)


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
    check_out(out, (".json", ".xlsx"))
    one_from_input(portfolio, *(proposals or []), *(changes or []))
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    found = read_portfolio(portfolio, as_json)
    from service.reading import bundled

    if not (proposals or scenario or changes) and (case := bundled(portfolio)) is not None:
        scenario = [one.id for one in case.scenarios()]
    asked = read_what_ifs(portfolio, scenario or [], changes or [], lang, as_json)
    if not proposals:  # the base is solved anyway
        asked = [one for one in asked if one.changes]
    if len(proposals or [None]) + len(asked) < 2:
        raise typer.BadParameter(
            "a comparison takes two: name a second file, or a scenario with --scenario or --changes",
            param_hint="'PROPOSAL'",
        )
    changed = [changed_portfolio(found, one, as_json) for one in asked]
    sides = [] if not proposals else read_sides(proposals, found, as_json)
    with interruptible() as stop:
        code = 0
        if not sides:
            base, code = solve_all([(base_name(portfolio, lang), found, ())], found, settings, None, stop, lang)
            sides += base
        if sides and asked and not stop.is_set():
            wanted = [(one.name, after, one.changes) for one, after in zip(asked, changed, strict=True)]
            more, failed = solve_all(wanted, found, settings, sides[0][2], stop, lang)
            sides, code = sides + more, code or failed
        if len(sides) < 2:
            if stop.is_set():
                say("Interrupted.")
            raise typer.Exit(INTERRUPTED if stop.is_set() else code or BAD)
        comparison = _compared(sides, portfolio, lang, as_json)
        _show_comparison(comparison, out, as_json, lang)
    if stop.is_set():
        say("Interrupted: these are the best plans so far.")
        raise typer.Exit(INTERRUPTED)
    if code or any(one.bookings is None for _, _, one in sides):
        raise typer.Exit(code or BAD)


def _compared(sides: list[tuple[str, Portfolio, Proposal]], source: str, lang: str, as_json: bool) -> Comparison:
    from service.comparing import compare_sides
    from service.reading import Unusable

    try:
        return compare_sides(sides, language=lang)
    except Unusable as unusable:
        refuse(source, unusable.problems, as_json)


def _show_comparison(comparison: Comparison, out: Path | None, as_json: bool, lang: str) -> None:
    """Print a comparison, or write it and print how the proposals were found."""
    from service.export_comparison import FORMATS, to_json
    from service.show_comparison import ComparisonPage, show_comparison

    written = None if out is None else keep(out, FORMATS[out.suffix.lower()](comparison))
    if as_json:
        emit(to_json(comparison))
        return
    console = new_console()
    if written is None:
        show_comparison(console, comparison, lang)
    else:
        console.print(ComparisonPage(console, comparison, lang).facts())
        console.print(written, soft_wrap=True)
