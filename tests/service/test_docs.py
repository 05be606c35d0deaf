"""`docs/rest.md` and the OpenAPI description say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from service import examples, metrics, stored_examples
from service.app import create_app
from service.problems import HEADERS, TABLE, Refusal
from service.settings import ServiceSettings, reference
from service.store import Store
from solver.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"
PAGE, OPERATING = ((DOCS / name).read_text() for name in ("rest.md", "operations.md"))
API: dict[str, Any] = create_app(ServiceSettings(solve_seconds=20)).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in API["paths"].items()
    for method, operation in methods.items()
}


#: bodies that the page shows as they are in the description
SHOWN = ("operations", "scenario", "run", "why_not", "study")


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
    """The table in operations is the one that the code gives, every variable with its default and what it does."""
    assert reference() in OPERATING


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
        for content in described.get("content", {}).values():
            assert "schema" in content
            assert content.get("example") or content.get("examples")


@pytest.mark.parametrize("name", [name for name in OPERATIONS if "/v1/" in name])
def test_errors_are_described_where_they_can_occur(name: str) -> None:
    """Who may not, ids that lead nowhere, wrong bodies and parameters, versions, a full queue: each where it can be."""
    method, path = name.split()
    operation = OPERATIONS[name]
    parameters = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    wanted = {"401", "403", "422"}  # whatever it is, there are parameters that it does not have
    if "{" in path:
        wanted.add("404")
    if "requestBody" in operation:
        wanted |= {"400", "408", "413", "415"}
    if "202" in operation["responses"]:
        wanted |= {"429", "503"}
    if "If-Match" in {one["name"].title() for one in operation.get("parameters", ()) if one["in"] == "header"}:
        wanted.add("412")
    assert wanted <= set(operation["responses"])
    assert any(status.startswith("2") for status in operation["responses"])
    if method == "GET" and "{" not in path and not parameters:
        assert set(operation["responses"]) <= wanted | {"200", "503"}


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
    for example in (stored_examples.PORTFOLIO, *(stored_examples.BODIES[name] for name in SHOWN)):
        assert example in shown


def test_every_metric_is_documented(sqlite_address: str) -> None:
    """The table in operations names the metrics that a server gives, and no others."""
    store = Store.open(sqlite_address)
    given = re.findall(r"^# TYPE (staffing_\w+) (\w+)", metrics.exposition(store, 30).decode(), re.MULTILINE)
    store.close()
    assert {name for name, _ in given} == set(re.findall(r"^\| `(staffing_\w+)` \|", OPERATING, re.MULTILINE))
