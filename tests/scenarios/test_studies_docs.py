"""The page about studies says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scenarios.library import entry
from scenarios.studies import BY_KIND, STUDIES, Study, parse_study
from service.show_study import WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+)`[^\n]*\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))

studies = pytest.mark.parametrize("kind", STUDIES, ids=lambda kind: kind.name())


def test_every_study_has_a_section_and_a_title_in_dutch() -> None:
    """The page lists the studies of the registry, in its order; a terminal has a heading for each."""
    assert list(SECTIONS) == list(BY_KIND)
    assert set(BY_KIND) <= set(WORDS)


@studies
def test_a_section_says_what_the_study_says(kind: type[Study]) -> None:
    """The description is the docstring; the table has each field with its description and default."""
    section, schema, expected = SECTIONS[kind.name()], kind.model_json_schema(), []
    assert kind.description() in section
    for name, field in list(schema["properties"].items())[1:]:  # the first field is `kind` itself
        default = "required" if name in schema.get("required", []) else f"`{json.dumps(field.get('default', {}))}`"
        expected.append((name, field["description"], default))
    assert re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", section, re.MULTILINE) == expected


def test_the_axes_on_the_page_are_those_of_a_study() -> None:
    """The example of a sweep can be asked of the bundled portfolio that its people are of."""
    [axes] = re.findall(r"```json\n(.*?)```", SECTIONS["sweep"], re.DOTALL)
    parse_study({"kind": "sweep", "axes": json.loads(axes)}).check(entry("adviesbureau").portfolio())


def test_the_python_on_the_page_is_a_study() -> None:
    """What it asks can be asked of the portfolio that it names."""
    [asked] = re.findall(r"parse_study\((\{.*\})\)", PAGE)
    parse_study(json.loads(asked)).check(entry("adviesbureau").portfolio())
