"""What if, for the command line: the changes that are meant, what they say in words, and every change there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scenarios.changes import CHANGES, Change, ChangeInvalid, parse_changes
from scenarios.changes.set_policy import SetPolicy, SetPreset
from scenarios.library import Entry
from scenarios.scenario import apply, parse_scenario, words
from service.reading import Unusable, plan_of
from service.words import plain
from solver.portfolio import Portfolio
from solver.report import Place


class WhatIf(NamedTuple):
    """Changes that are asked for: what they are called, which argument named them, where in it the list stands."""

    name: str
    story: str
    changes: tuple[Change, ...]
    source: str
    place: Place = ("changes",)

    def apply(self, portfolio: Portfolio) -> Portfolio:
        """The changed portfolio; raises Unusable."""
        try:
            return apply(portfolio, self.changes, self.place)
        except ChangeInvalid as invalid:
            raise Unusable(invalid.problems) from None


def of_library(case: Entry, language: str) -> dict[str, WhatIf]:
    """The scenarios of a bundled portfolio by their ids, the base first."""
    return {
        one.id: WhatIf(one.title[language], one.summary[language], one.changes, f"{case.slug} {one.id}")
        for one in case.scenarios()
    }


def from_file(source: str, language: str) -> WhatIf:
    """A list of changes, or a scenario, in a JSON file; raises Unusable."""
    data, name = plan_of(source, "changes"), Path(source).stem
    try:
        if isinstance(data, list):
            return WhatIf(name, "", parse_changes(data, ()), source, ())
        found = parse_scenario(data)
    except ChangeInvalid as invalid:
        raise Unusable(invalid.problems) from None
    return WhatIf(found.title.get(language, found.name), found.summary.get(language, ""), found.changes, source)


def policy_changes(preset: str | None, settings: Iterable[tuple[str, str, Any]]) -> tuple[Change, ...]:
    """Another preset and other settings as changes, so that a run's record tells them."""
    changes: list[Change] = [] if preset is None else [SetPreset(preset=preset)]
    rules: dict[str, dict[str, Any]] = {}
    for rule, setting, value in settings:
        rules.setdefault(rule, {})[setting] = value
    return (*changes, SetPolicy(rules=rules)) if rules else tuple(changes)


# What is shown


def show_changes(
    console: Console, title: str, asked: WhatIf | None, portfolio: Portfolio, changes: Sequence[Change]
) -> None:
    """Print what a run changes, one sentence a change; nothing where it changes nothing."""
    if asked is not None:
        console.print(Text(plain(asked.name), style="bold cyan"))
        if asked.story:
            console.print(Text(plain(asked.story)))
    if changes:
        console.print(Text(title, style="bold"))
        _sentences(console, words(portfolio, changes), 2)
    if asked is not None or changes:
        console.print()


def show_scenarios(console: Console, heading: str, portfolio: Portfolio, scenarios: Mapping[str, WhatIf]) -> None:
    """Print scenarios of a portfolio by id: title, story, and each change in a sentence."""
    console.print(Text(heading, style="bold cyan"))
    for id, one in scenarios.items():
        console.print(Text.assemble((id, "bold"), "  ", plain(one.name)))
        if one.story:
            console.print(Padding(Text(one.story), (0, 0, 0, 4)))
        _sentences(console, words(portfolio, one.changes), 4)
    console.print()


def show_kinds(console: Console, kinds: Iterable[dict[str, Any]]) -> None:
    """Print changes, as `kinds_json` has them, with what each means and its fields."""
    for change in kinds:
        about, _, _ = change["description"].partition("\n\n")
        console.print(Text.assemble((change["change"], "bold cyan"), "  ", change["title"]))
        console.print(Padding(Text(" ".join(about.split())), (0, 0, 0, 2)))
        fields = Table.grid(padding=(0, 2))
        for name, text, needed in _fields(change):
            fields.add_row(Text(name, style="bold"), Text.assemble(text, ("" if needed else " (optional)", "dim")))
        console.print(Padding(fields, (0, 0, 0, 4)))
        console.print()


def kinds_json() -> list[dict[str, Any]]:
    """Every change with its schema."""
    return [
        {
            "change": change.name(),
            "title": change.title,
            "description": change.description(),
            "schema": change.model_json_schema(by_alias=True),
        }
        for change in CHANGES
    ]


def _fields(change: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Name, meaning and whether it must be there, of each field but `change` itself."""
    schema = change["schema"]
    for name, field in schema["properties"].items():
        if name != "change":
            yield name, field.get("description", ""), name in schema.get("required", ())


def _sentences(console: Console, sentences: Iterable[str], indent: int) -> None:
    for sentence in sentences:
        console.print(Padding(Text(f"- {plain(sentence)}"), (0, 0, 0, indent)))
