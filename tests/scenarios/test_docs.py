"""The pages about scenario changes say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scenarios.changes import BY_NAME, CHANGES, Change, parse_changes
from scenarios.library import entry

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scenario-changes.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "how-to-add-a-scenario-change.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+)`[^\n]*\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))

changes = pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.name())


def test_every_change_has_a_section_and_no_other() -> None:
    """The page lists the changes of the registry, in its order."""
    assert list(SECTIONS) == list(BY_NAME)


@changes
def test_a_section_says_what_the_change_says(kind: type[Change]) -> None:
    """The description is the docstring, the title that of the change."""
    assert kind.description() in SECTIONS[kind.name()]
    assert f"`{kind.name()}`: {kind.title[0].lower()}{kind.title[1:]}\n" in PAGE


@changes
def test_a_section_has_every_field(kind: type[Change]) -> None:
    """The table has each field once, with its description, and whether it is required or what it is by default."""
    schema = kind.model_json_schema()
    expected = []
    for name, field in list(schema["properties"].items())[1:]:  # the first field is `change` itself
        default = "required" if name in schema.get("required", []) else f"`{json.dumps(field.get('default', {}))}`"
        expected.append((name, field["description"], default))
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", SECTIONS[kind.name()], re.MULTILINE)
    assert rows == expected


@changes
def test_an_example_applies_and_is_told_as_on_the_page(kind: type[Change]) -> None:
    """The example is of that change, applies to the portfolio named, and its sentence is the one that stands there."""
    section = SECTIONS[kind.name()]
    slug, given, sentence = re.findall(r"^On `(\w+)`:\n\n```json\n(.*)\n```\n\n> (.*)$", section, re.MULTILINE)[0]
    (one,) = parse_changes([json.loads(given)])
    assert isinstance(one, kind)
    portfolio = entry(slug).portfolio()
    one.apply(portfolio)
    assert one.words(portfolio) == sentence


def test_the_first_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python on the page does what it shows."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "docs/scenario-changes.md", "exec"), {})
    assert capsys.readouterr().out == "Marijke Postma is lent to Team Omgeving for at most 50 % of the hours\n"


def test_the_guide_shows_code_that_is_there() -> None:
    """Every snippet stands in a file that the guide names, to the letter."""
    named = re.findall(r"`((?:scenarios|tests)/[\w/]+\.py)`", GUIDE)
    sources = [(ROOT / name).read_text(encoding="utf-8") for name in dict.fromkeys(named)]
    snippets = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert len(snippets) == 5
    assert [snippet for snippet in snippets if not any(snippet in source for source in sources)] == []
