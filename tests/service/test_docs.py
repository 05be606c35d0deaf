"""`docs/rest.md` and the OpenAPI description say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from service import examples
from service.app import create_app
from service.problems import HEADERS, TABLE, Refusal
from service.settings import PREFIX, ServiceSettings
from solver.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text()
API: dict[str, Any] = create_app(ServiceSettings(solve_seconds=20)).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in API["paths"].items()
    for method, operation in methods.items()
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with a heading."""
    table = PAGE[PAGE.index(f"| {heading} |") :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_route_is_documented() -> None:
    """The page lists the routes that there are, and no others."""
    assert [re.findall("`([^`]+)`", route)[0] for route, _ in rows("route")] == list(OPERATIONS)


def test_every_problem_is_documented() -> None:
    """The page lists every code with its status."""
    assert [(code.strip("`"), int(status)) for code, status, _ in rows("code")] == [
        (sort.code, sort.status) for sort in TABLE.values()
    ]


def test_every_setting_is_documented() -> None:
    """The page lists every variable with its default and its description."""
    told = {variable.strip("`"): (default, what) for variable, default, what in rows("variable")}
    assert told == {
        PREFIX + name.upper(): (
            f"{field.default:g}" if field.default_factory is None else "the cores",
            field.description,
        )
        if name != "body_bytes"
        else (str(field.default), field.description)
        for name, field in ServiceSettings.model_fields.items()
    }


def test_every_header_is_documented() -> None:
    """The page names what every answer carries."""
    assert [f"{name}: {value}" for name, value in HEADERS.items() if f"`{name}: {value}`" not in PAGE] == []


def test_the_table_of_problems_is_complete() -> None:
    """Whatever can be refused has its line, and no two lines have one code."""
    assert set(Refusal.__subclasses__()) | {Exception} == set(TABLE)
    assert len({sort.code for sort in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_and_every_error_is_described_with_an_example(name: str) -> None:
    """Requests, answers and problems: schema and example, and a stable id for the operation."""
    operation = OPERATIONS[name]
    assert re.fullmatch("[a-z_]+", operation["operationId"])
    told = [*operation["responses"].values(), *([operation["requestBody"]] if "requestBody" in operation else [])]
    for described in told:
        for content in described["content"].values():
            assert content["schema"]
            assert content.get("example") or content.get("examples")


def test_errors_are_described_where_they_can_occur() -> None:
    """Bodies can be wrong in five ways, slugs unknown, solves taken or given up; nothing else is said."""
    known = {"200", "401", "403"}
    body = known | {"400", "408", "413", "415", "422"}
    assert {name: set(operation["responses"]) for name, operation in OPERATIONS.items()} == {
        "POST /v1/check": body,
        "POST /v1/proposals": body | {"404", "429", "503"},
        "POST /v1/scores": body | {"404"},
        "GET /v1/rules": known,
        "GET /v1/presets": known,
        "GET /v1/library": known,
        "GET /v1/library/{slug}": known | {"404"},
        "GET /health/live": {"200"},
        "GET /health/ready": {"200"},
    }


def test_every_reference_leads_somewhere() -> None:
    """No schema is named that is not there, and none is there that nothing names."""
    named = set(re.findall('"#/components/schemas/([^"]+)"', json.dumps(API)))
    assert named == API["components"]["schemas"].keys()


def test_the_schema_says_what_the_parser_takes() -> None:
    """The short form of observations, the settings of every rule and the longest time limit are in the schemas."""
    schemas = API["components"]["schemas"]
    assert [form["type"] for form in schemas["Person"]["properties"]["expertise"]["anyOf"]] == ["array", "object"]
    rules = schemas["Policy"]["properties"]["rules"]["properties"]
    assert rules.keys() == {rule.name for rule in RULES}
    assert rules["stretch"]["properties"].keys() == {"weight", "mode", "tolerance", "min_share", "for"}
    assert schemas["Settings"]["properties"]["seconds"]["maximum"] == 20


def test_the_examples_of_the_page_are_those_of_the_description() -> None:
    """The page shows the same error and the same rule."""
    shown = [json.loads(text) for text in re.findall("```json\n(.+?)```", PAGE, re.DOTALL) if "…" not in text]
    invalid = next(sort for sort in TABLE.values() if sort.code == "invalid")
    rule = examples.RULES["items"][0]
    assert invalid.body(invalid.detail, invalid.errors) in shown
    assert {**rule, "settings": rule["settings"][:1]} in shown
    assert examples.READY in shown
