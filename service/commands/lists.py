"""`staffing scenarios`, `changes`, `rules` and `presets`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.inputs import bundled_case
from service.commands.options import JsonOption, LangOption
from service.commands.outputs import new_console, new_table, print_json
from service.words import Language


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

    cases = ENTRIES if portfolio is None else (bundled_case(portfolio),)
    if as_json:
        print_json({"items": [one.to_json() for case in cases for one in case.scenarios()]})
        return
    console = new_console()
    for case in cases:
        show_scenarios(console, case, lang)


def changes(as_json: JsonOption = False) -> None:
    """List every change a scenario can make, with its fields."""
    from service.what_if import kinds_json, show_kinds

    if as_json:
        print_json({"items": kinds_json()})
    else:
        show_kinds(new_console())


def rules(as_json: JsonOption = False) -> None:
    """List every rule with its weight and settings."""
    import asyncio

    from service.routes.rules import list_rules

    listed = asyncio.run(list_rules())
    if as_json:
        print_json(listed.model_dump(mode="json"))
        return
    table, console = new_table("rule", "title", "weight", "unit", "settings"), new_console()
    for rule in listed.items:
        settings = ", ".join(f"{setting.name} {setting.default}" for setting in rule.settings)
        table.add_row(rule.name, rule.title, "hard" if rule.hard else str(rule.weight), rule.unit, settings)
    console.print(table)
    console.print("\nSoft rules also take weight, mode (soft, hard, off) and tolerance.", style="dim")


def presets(as_json: JsonOption = False) -> None:
    """List the presets: weights with a reason."""
    import asyncio

    from service.routes.rules import list_presets

    if as_json:
        print_json(asyncio.run(list_presets()).model_dump(mode="json"))
        return
    from solver.presets import PRESETS

    table = new_table("preset", "because", "weights that differ from balanced")
    for preset in PRESETS.values():
        table.add_row(preset.name, preset.because, ", ".join(f"{name} {n}" for name, n in preset.weights.items()))
    new_console().print(table)
