"""`staffing run` and `compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import (
    base_name,
    changed_portfolio,
    one_from_input,
    read_case,
    read_earlier,
    read_sides,
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
from service.commands.outputs import (
    BAD,
    FORMS,
    FORMS_THERE,
    INTERRUPTED,
    check_out,
    emit,
    json_bytes,
    keep,
    new_console,
    refuse,
    say,
    show_proposal,
    write_proposal,
)
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
    from service.commands.elsewhere import Elsewhere
    from service.what_if import WhatIf
    from solver.portfolio import Portfolio
    from solver.proposal import Proposal
    from solver.settings import Settings


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
    there = elsewhere(as_json)
    check_out(out, FORMS if there is None else FORMS_THERE)
    if scenario is not None and changes is not None:
        raise typer.BadParameter("give one of --scenario and --changes", param_hint="'--changes'")
    one_from_input(portfolio, changes, earlier)
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    named = None if scenario is None else [scenario]
    found, every_asked = read_case(portfolio, named, some(changes), lang, as_json)
    asked = next(iter(every_asked), None)
    changed = with_settings(changed_portfolio(found, asked, as_json), preset, change or [], as_json)
    from service.export import run_to_json
    from service.what_if import policy_changes, show_changes

    every = (*(asked.changes if asked else ()), *policy_changes(preset, rule_settings(change or [])))
    if there is not None:
        with interruptible(there.stop):
            parent = None if earlier is None else there.run_of(earlier).id
            stored = there.scenario_of(asked)
            sent = every if stored is None else policy_changes(preset, rule_settings(change or []))
            kept = there.solve(portfolio, found, sent, settings, lang, parent, stored)
            if not as_json:
                show_changes(new_console(), Words(lang)("changed"), asked, found, every)
            there.show_run(kept, changed, out, by, lang)
        return
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
            show_changes(new_console(), Words(lang)("changed"), asked, found, every)
            show_proposal(changed, proposal, written, by, lang)
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
    names = None if scenario is None and (proposals or changes) else scenario or []
    found, asked = read_case(portfolio, names, changes or [], lang, as_json)
    there = elsewhere(as_json)
    if not proposals:  # the base is solved anyway
        asked = [one for one in asked if one.changes]
    if len(proposals or [None]) + len(asked) < 2:
        raise typer.BadParameter(
            "a comparison takes two: name a second file, or a scenario with --scenario or --changes",
            param_hint="'PROPOSAL'",
        )
    changed = [changed_portfolio(found, one, as_json) for one in asked]
    if there is not None:
        _compare_elsewhere(there, portfolio, found, proposals or [], asked, settings, out, lang)
        return
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
        _show_comparison(comparison, comparison.to_json(), out, as_json, lang)
    if stop.is_set():
        say("Interrupted: these are the best plans so far.")
        raise typer.Exit(INTERRUPTED)
    if code or any(one.bookings is None for _, _, one in sides):
        raise typer.Exit(code or BAD)


def _compare_elsewhere(
    there: Elsewhere,
    source: str,
    portfolio: Portfolio,
    proposals: list[str],
    asked: list[WhatIf],
    settings: Settings,
    out: Path | None,
    lang: str,
) -> None:
    """The same on a service: runs that it has, and others that are made for it from the first one's plan on."""
    with interruptible(there.stop) as stop:
        from service.reading import stands_for_file
        from service.what_if import WhatIf

        as_it_stands = WhatIf(base_name(source, lang), "", (), source)
        sides = [(Path(one).stem if stands_for_file(one) else one, there.run_of(one)) for one in proposals]
        code = 0
        if not sides:
            sides, code = there.solve_all(source, portfolio, [as_it_stands], settings, lang)
        if sides and asked and not stop.is_set():
            more, failed = there.solve_all(source, portfolio, asked, settings, lang, sides[0][1].id)
            sides, code = sides + more, code or failed
        if len(sides) < 2:
            if stop.is_set():
                say("Interrupted.")
            raise typer.Exit(INTERRUPTED if stop.is_set() else code or BAD)
        comparison, told = there.compare(sides, lang)
        _show_comparison(comparison, told, out, there.as_json, lang)
    if stop.is_set():
        say("Interrupted: these are the best plans so far.")
        raise typer.Exit(INTERRUPTED)
    if code or any(run.outcome not in ("OPTIMAL", "FEASIBLE") for _, run in sides):
        raise typer.Exit(code or BAD)


def _compared(sides: list[tuple[str, Portfolio, Proposal]], source: str, lang: str, as_json: bool) -> Comparison:
    from service.comparing import compare_sides
    from service.reading import Unusable

    try:
        return compare_sides(sides, language=lang)
    except Unusable as unusable:
        refuse(source, unusable.problems, as_json)


def _show_comparison(comparison: Comparison, told: dict[str, Any], out: Path | None, as_json: bool, lang: str) -> None:
    """Print a comparison, or write it and print how the proposals were found; told: as JSON."""
    from service.export_comparison import to_workbook
    from service.show_comparison import ComparisonPage, show_comparison

    written = None
    if out is not None:
        written = keep(out, json_bytes(told) if out.suffix.lower() == ".json" else to_workbook(comparison))
    if as_json:
        emit(json_bytes(told))
        return
    console = new_console()
    if written is None:
        show_comparison(console, comparison, lang)
    else:
        console.print(ComparisonPage(console, comparison, lang).facts())
        console.print(written, soft_wrap=True)
