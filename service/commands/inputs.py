"""What the arguments of a command mean; where one is no good, it is said and the command ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from service.commands.elsewhere import elsewhere
from service.commands.outputs import WRONG_USE, refuse
from service.words import Words

if TYPE_CHECKING:
    from scenarios.library import Entry
    from scenarios.runs import Run
    from service.what_if import WhatIf
    from solver.portfolio import Portfolio, Problem
    from solver.proposal import Proposal
    from solver.settings import Settings


def read_portfolio(source: str, as_json: bool, stderr: bool = True) -> Portfolio:
    """The portfolio of an argument; where it is no good, says so and ends the command.

    With a service elsewhere what is no file is one of its portfolios.
    """
    return read_placed(source, as_json, stderr)[0]


def read_placed(source: str, as_json: bool, stderr: bool = True) -> tuple[Portfolio, Callable[[Problem], Problem]]:
    """The same, and what makes of a path in it the place in a spreadsheet, where it came from one."""
    from service.reading import Unusable, placed, stands_for_file

    there = elsewhere(as_json)
    if there is not None and not stands_for_file(source):
        return there.portfolio(source), lambda problem: problem
    try:
        return placed(source)
    except Unusable as unusable:
        refuse(source, unusable.problems, as_json, stderr=stderr)


def with_settings(portfolio: Portfolio, preset: str | None, changes: list[str], as_json: bool) -> Portfolio:
    """The portfolio with the preset and the settings of the options."""
    from service.reading import Unusable, with_policy
    from solver.presets import PRESETS

    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"there is no {preset!r}, only {', '.join(PRESETS)}", param_hint="'--preset'")
    settings = rule_settings(changes)
    if preset is None and not settings:
        return portfolio
    try:
        return with_policy(portfolio, preset, settings)
    except Unusable as unusable:
        refuse("--set", unusable.problems, as_json, WRONG_USE)


def rule_settings(texts: list[str]) -> list[tuple[str, str, Any]]:
    """Rule, setting and value of each `--set`."""
    from service.reading import setting_of

    settings = []
    for text in texts:
        setting = setting_of(text)
        if setting is None:
            raise typer.BadParameter(f"{text!r} is not rule.setting=value", param_hint="'--set'")
        settings.append(setting)
    return settings


def bundled_case(name: str) -> Entry:
    """The bundled portfolio of that name."""
    from scenarios.library import entry

    try:
        return entry(name)
    except KeyError as error:
        raise typer.BadParameter(error.args[0], param_hint="'NAME'") from None


def read_case(
    source: str, names: list[str] | None, files: list[str], lang: str, as_json: bool
) -> tuple[Portfolio, list[WhatIf]]:
    """A portfolio, its scenarios by name, then the changes in files; names: of none all scenarios, of null no one.

    The scenarios are those of a bundled portfolio, or those that the service elsewhere has of the portfolio, which is
    then in the revision that they are of.
    """
    from service.reading import Unusable, stands_for_file
    from service.what_if import from_file

    portfolio = read_portfolio(source, as_json)
    found: list[WhatIf] = []
    there = elsewhere(as_json)
    if names is not None and there is not None and not stands_for_file(source):
        found, older = there.what_ifs(source, names)
        portfolio = older or portfolio
    elif names is not None:
        found = _bundled(source, names, lang)
    for file in files:
        try:
            found.append(from_file(file, lang))
        except Unusable as unusable:
            refuse(file, unusable.problems, as_json)
    return portfolio, found


def _bundled(source: str, names: list[str], lang: str) -> list[WhatIf]:
    from service.reading import bundled
    from service.what_if import of_library

    case = bundled(source)
    if case is None:
        if not names:
            return []
        said = f"{source} has no named scenarios, only bundled portfolios do; give its changes with --changes"
        raise typer.BadParameter(said, param_hint="'--scenario'")
    known = of_library(case, lang)
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"there is no {name!r}, only {', '.join(known)}", param_hint="'--scenario'")
    return [known[name] for name in names or known]


def some(given: str | None) -> list[str]:
    """A list of what may have been given."""
    return [] if given is None else [given]


def changed_portfolio(portfolio: Portfolio, asked: WhatIf | None, as_json: bool) -> Portfolio:
    """The portfolio with the changes made; where one cannot apply, says which and why."""
    from service.reading import Unusable

    if asked is None:
        return portfolio
    try:
        return asked.apply(portfolio)
    except Unusable as unusable:
        refuse(asked.source, unusable.problems, as_json)


def read_side(source: str, proposal: str, as_json: bool) -> tuple[Portfolio, Proposal]:
    """A proposal and its portfolio, changed where a run says so."""
    found = read_portfolio(source, as_json)
    from service.comparing import side_of
    from service.reading import Unusable

    try:
        return side_of(proposal, found)
    except Unusable as unusable:
        refuse(proposal, unusable.problems, as_json)


def read_sides(files: list[str], portfolio: Portfolio, as_json: bool) -> list[tuple[str, Portfolio, Proposal]]:
    """The proposals in files with their names and portfolios, changed where a run says so."""
    from service.comparing import sides_of
    from service.reading import Unusable

    try:
        return sides_of([(file, portfolio) for file in files])
    except Unusable as unusable:
        refuse(", ".join(files), unusable.problems, as_json)


def read_earlier(source: str, portfolio: Portfolio, as_json: bool) -> Run | Proposal:
    """The run or proposal in a file, to start from."""
    from service.comparing import earlier_of
    from service.reading import Unusable

    try:
        return earlier_of(source, portfolio)
    except Unusable as unusable:
        refuse(source, unusable.problems, as_json)


def one_from_input(*sources: str | None) -> None:
    """Refuse to read standard input twice."""
    from service.reading import STANDARD_INPUT

    if sources.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("only one of them can come from standard input", param_hint="'-'")


def base_name(source: str, lang: str) -> str:
    """What the portfolio as it stands is called."""
    from service.reading import bundled

    case = bundled(source)
    return Words(lang)("as_it_stands") if case is None else case.scenarios()[0].title[lang]


def search_settings(**given: Any) -> Settings:
    """The settings of a search; where one is out of range, says so and ends the command."""
    from pydantic import ValidationError

    from solver.settings import Settings

    try:
        return Settings(**given)
    except ValidationError as invalid:
        found = invalid.errors()[0]
        expected = found.get("ctx", {}).get("expected", found["msg"])
        raise typer.BadParameter(
            f"expected {expected}, not {found['input']}", param_hint=f"'--{found['loc'][0]}'"
        ) from None
