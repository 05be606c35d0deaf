"""`staffing demo`: a bundled case, solved, compared with what could be done about it, and what to try next."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.inputs import bundled_case, search_settings
from service.commands.options import By, ByOption, LangOption, SecondsOption
from service.commands.outputs import command_name, new_console
from service.commands.solving import end, interruptible, solve_all, solve_shown
from service.words import Language, Words

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.library import Entry
    from solver.portfolio import Portfolio
    from solver.proposal import Proposal
    from solver.settings import Settings

EXAMPLE = "adviesbureau"
#: scenarios that the demo compares, and the part of its time limit that each of them has
DEMO_SCENARIOS, DEMO_SHARE = 3, 0.8


def demo(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A bundled portfolio.")] = EXAMPLE,
    seconds: SecondsOption = 10.0,
    by: ByOption = By.activity,
    lang: LangOption = Language.en,
) -> None:
    """Solve a bundled case, compare what could be done about it, and say what to do next."""
    case = bundled_case(name)
    settings = search_settings(seconds=seconds)
    console = new_console()
    console.print(case.title[lang], style="bold cyan")
    console.print(f"{case.summary[lang]}\n")
    found = case.portfolio()
    with interruptible() as stop:
        proposal = solve_shown(found, settings, stop, lang)
        from service.show import show

        show(console, found, proposal, lang, by)
        _say_lacking(console, found, proposal, lang)
        if proposal.bookings is not None and not stop.is_set():
            _show_scenarios(console, case, found, proposal, settings, stop, lang)
        _say_next(console, case, lang)
        end(proposal, stop)


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
    found, _ = solve_all(wanted, portfolio, limited, proposal, stop, lang)
    if found and not stop.is_set():
        sides = [(base.title[lang], portfolio, proposal), *found]
        show_briefly(console, compare_sides(sides, language=lang), lang)
        console.print()


def _say_next(console: Console, case: Entry, lang: str) -> None:
    """What to try next."""
    words, me, slug = Words(lang), command_name(), case.slug
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
