"""`staffing check`, `propose` and `score`."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import (
    one_from_input,
    read_placed,
    read_portfolio,
    rule_settings,
    search_settings,
    with_settings,
)
from service.commands.options import (
    By,
    ByOption,
    JsonOption,
    LangOption,
    OutOption,
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
    check_out,
    json_bytes,
    keep,
    new_console,
    print_json,
    print_problems,
    print_proposal,
    problems_json,
    refuse,
    show_proposal,
    write_proposal,
)
from service.commands.solving import end, interruptible, solve_shown
from service.words import Language, Words, plain


def check(portfolio: PortfolioArgument, as_json: JsonOption = False, lang: LangOption = Language.en) -> None:
    """Say what is wrong with a portfolio, all at once.

    What is legal but odd is said too, and does no harm.
    """
    found, placed = read_placed(portfolio, as_json, stderr=False)
    from solver.check import warnings
    from solver.tables import Tables

    there = elsewhere(as_json)
    odd = [*map(placed, warnings(Tables.of(found)) if there is None else there.check(portfolio, found))]
    if as_json:
        print_json(problems_json([], odd))
        return
    console, words = new_console(), Words(lang)
    said = words(
        "is_right",
        name=plain(found.name),
        people=words.number(len(found.people)),
        activities=words.number(len(found.activities)),
        hours=words.number(sum(activity.hours for activity in found.activities)),
        projects=words.number(len(found.projects)),
        project=words("project" if len(found.projects) == 1 else "projects"),
        periods=found.calendar.periods,
        period=words(found.calendar.period),
        start=found.calendar.start,
    )
    console.print(said, soft_wrap=True)
    if odd:
        console.print(f"\n{words('warnings')}:\n")
        print_problems(console, odd, "yellow")


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
    there = elsewhere(as_json)
    check_out(out, FORMS if there is None else FORMS_THERE)
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    source = read_portfolio(portfolio, as_json)
    found = with_settings(source, preset, change or [], as_json)
    if there is not None:
        from service.what_if import policy_changes

        changes = policy_changes(preset, rule_settings(change or []))
        with interruptible(there.stop):
            kept = there.solve(portfolio, source, changes, settings, lang)
            there.show(kept, found, out, by, lang)
        return
    with interruptible() as stop:
        proposal = solve_shown(found, settings, stop, lang)
        written = write_proposal(found, proposal, out, lang)
        if as_json:
            print_proposal(found, proposal)
        else:
            show_proposal(found, proposal, written, by, lang)
        end(proposal, stop)


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
    one_from_input(portfolio, plan)
    check_out(out)
    there = elsewhere(as_json)
    found = read_portfolio(portfolio, as_json)
    from service.comparing import plan_in
    from service.reading import Unusable
    from solver.handmade import score_plan
    from solver.portfolio import PortfolioInvalid

    try:
        found, data = plan_in(plan, found)
        if there is None:
            scored = score_plan(found, data)
            told = scored.to_json()
        else:
            scored, told = there.score(portfolio, found, data)
    except Unusable as unusable:
        refuse(plan, unusable.problems, as_json)
    except PortfolioInvalid as invalid:
        refuse(plan, invalid.problems, as_json)
    as_told = out is not None and out.suffix.lower() == ".json"
    written = keep(out, json_bytes(told)) if out and as_told else write_proposal(found, scored, out, lang)
    if as_json:
        print_json(told)
    else:
        from service.show import show_score

        console = new_console()
        show_score(console, found, scored, lang)
        if written is not None:
            console.print(written, soft_wrap=True)
    if scored.run.status != "FEASIBLE":
        raise typer.Exit(BAD)
