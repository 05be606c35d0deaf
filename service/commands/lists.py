"""`staffing scenarios`, `changes`, `rules` and `presets`: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import bundled_case
from service.commands.options import JsonOption, LangOption
from service.commands.outputs import new_console, print_json, print_table
from service.words import Language, plain

if TYPE_CHECKING:
    from service.commands.elsewhere import Elsewhere


def scenarios(
    portfolio: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A bundled portfolio; all of them without it.")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """List the scenarios of the bundled portfolios with their stories."""
    from scenarios.library import ENTRIES
    from service.what_if import of_library, show_scenarios

    there = elsewhere(as_json)
    if there is not None:
        _scenarios_elsewhere(there, portfolio)
        return
    cases = ENTRIES if portfolio is None else (bundled_case(portfolio),)
    if as_json:
        print_json({"items": [one.to_json() for case in cases for one in case.scenarios()]})
        return
    console = new_console()
    for case in cases:
        show_scenarios(console, f"{case.slug}: {case.title[lang]}", case.portfolio(), of_library(case, lang))


def _scenarios_elsewhere(there: Elsewhere, portfolio: str | None) -> None:
    """The scenarios that a service has, those of the same revision of a portfolio together."""
    from itertools import groupby

    from scenarios.changes import parse_changes
    from service.what_if import WhatIf, show_scenarios

    found = there.scenarios(portfolio)
    if there.as_json:
        print_json({"items": [one.model_dump() for one in found]})
        return
    console = new_console()
    found.sort(key=lambda one: (one.portfolio, one.revision))
    for (id, revision), some in groupby(found, lambda one: (one.portfolio, one.revision)):
        told = {one.id: WhatIf(one.name, "", parse_changes(one.changes), one.id) for one in some}
        seen = there.portfolio(id, revision)
        show_scenarios(console, f"{id}: {plain(seen.name)}", seen, told)


def changes(as_json: JsonOption = False) -> None:
    """List every change a scenario can make, with its fields."""
    from service.what_if import kinds_json, show_kinds

    there = elsewhere(as_json)
    kinds = kinds_json() if there is None else there.items("changes")
    if as_json:
        print_json({"items": kinds})
    else:
        show_kinds(new_console(), kinds)


def rules(as_json: JsonOption = False) -> None:
    """List every rule with its weight and settings."""
    there = elsewhere(as_json)
    items = _here("rules") if there is None else there.items("rules")
    if as_json:
        print_json({"items": items, "next": None})
        return
    rows = []
    for rule in items:
        settings = ", ".join(f"{setting['name']} {setting['default']}" for setting in rule["settings"])
        weight = "hard" if rule["hard"] else str(rule["weight"])
        rows.append((rule["name"], rule["title"], weight, rule["unit"], settings))
    print_table({"rule": 0, "title": 40, "weight": 60, "unit": 80, "settings": 80}, rows)
    new_console().print("\nSoft rules also take weight, mode (soft, hard, off) and tolerance.", style="dim")


def presets(as_json: JsonOption = False) -> None:
    """List the presets: weights with a reason."""
    there = elsewhere(as_json)
    items = _here("presets") if there is None else there.items("presets")
    if as_json:
        print_json({"items": items, "next": None})
        return
    rows = []
    balanced = next(one["weights"] for one in items if one["name"] == "balanced")
    for preset in items:
        differ = [f"{name} {weight}" for name, weight in preset["weights"].items() if weight != balanced[name]]
        rows.append((preset["name"], preset["because"], ", ".join(differ)))
    print_table({"preset": 0, "because": 40, "weights that differ from balanced": 60}, rows)


def _here(what: Literal["rules", "presets"]) -> list[dict[str, Any]]:
    """What the service on this machine would answer."""
    import asyncio

    from service.routes.rules import list_presets, list_rules

    if what == "rules":
        return [one.model_dump(mode="json") for one in asyncio.run(list_rules()).items]
    return [one.model_dump(mode="json") for one in asyncio.run(list_presets()).items]
