"""Portfolios in which one field of the contract is wrong, each in turn and many at once: told alike everywhere."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from service.app import create_app
from service.cli import app
from service.settings import ServiceSettings
from service.store import Store
from solver.portfolio import PortfolioInvalid, Problem, parse, parse_json
from solver.report import brief
from tests.test_portfolio import GONE, MONEY, NULLABLE, RELATIONAL, REQUIRED, changed, whole

Json = dict[str, Any]

#: what is no number, no text, and so on, whatever the field; the whole portfolio has every field of the contract
OF_OTHER_KINDS: dict[type, list[Any]] = {
    int: ["4", "", True, [], [4], {}, {"value": 4}, 10**400, -(10**30), float("nan"), float("inf"), 4.25],
    float: ["0.5", "", False, [], [0.5], {}, 10**400, -1, float("nan"), float("-inf"), 0.123],
    str: [3, 0.5, True, [], ["x"], {}, {"id": "x"}, "", " \t", "\ud800", "a\0b", "\x1b[31m", "x" * 5000],
    bool: [0, 1, 0.0, "true", "", [], {}, [True]],
    list: ["x", "", 1, True, 0.5],
    dict: ["x", "", 1, True, 0.5, [], [[]]],
}
#: fields with a second form: a number for each period, observations as an object
TWO_FORMS = {
    "/people/0/hours_per_period": list,
    "/people/1/hours_per_period": int,
    "/people/0/expertise": dict,
    "/people/0/talents": dict,
    "/people/1/expertise": list,
    "/people/1/talents": list,
}
#: what a list that may be null, or a number that is none of the calendar, does to other fields is told there too
ELSEWHERE = RELATIONAL | {"too_few_people", "not_the_format", "unknown_setting", "protected_trait"}


def fields(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a portfolio with what stands in it, those that hold others too."""
    if path:
        yield path, node
    for step, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from fields(child, f"{path}/{step}")


def wrong_values(path: str, right: Any) -> list[Any]:
    """What may not stand in a field: every value of another kind, nothing where it is required, null unless it may."""
    kind = float if path in MONEY else type(right)
    found = [junk for junk in OF_OTHER_KINDS[kind] if type(junk) is not TWO_FORMS.get(path)]
    if path in REQUIRED:
        found.append(GONE)
    if (
        re.sub(r"\d+", "#", path) not in [re.sub(r"\d+", "#", one) for one in NULLABLE]
        and path != "/people/0/hours_per_period"
    ):
        found.append(None)
    return found


CASES = [(path, junk) for path, right in fields(whole()) for junk in wrong_values(path, right)]


def problems(data: Any, read: Callable[[Any], object] = parse) -> list[Problem]:
    """What is wrong with it."""
    try:
        read(data)
    except PortfolioInvalid as invalid:
        return invalid.problems
    return []


def test_there_are_a_thousand() -> None:
    """Each field of the contract is wrong in turn, in more than 1,000 ways in all."""
    assert len(CASES) > 1000
    assert {path for path, _ in CASES} == {path for path, _ in fields(whole())}


@pytest.mark.parametrize("path", [path for path, _ in fields(whole())])
def test_one_field_is_wrong(path: str) -> None:
    """The report has that field once, with what was given and what would be right; other fields only for its sake."""
    for junk in (one for at, one in CASES if at == path):
        found = problems(changed((path, junk)))
        here = [one for one in found if one.path == path]
        assert len(here) == 1, (junk, found)
        assert here[0].value == (None if junk is GONE else brief(junk)), junk
        assert here[0].code
        assert 4 < len(here[0].expected) <= 400
        assert {one.code for one in found if not one.path.startswith(path)} <= ELSEWHERE, (junk, found)
        json.dumps([vars(one) for one in found], allow_nan=False).encode()


@pytest.mark.parametrize("seed", range(20))
def test_many_fields_are_wrong(seed: int) -> None:
    """Fields that are wrong in one portfolio are all told at once, whichever they are."""
    chance = random.Random(seed)
    chosen: dict[str, Any] = {}
    for path, junk in chance.sample(CASES, 400):
        above = any(path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in chosen)
        needed = junk not in (GONE, None)  # what lacks may be needed only because of what stands in another field
        if not above and needed and not isinstance(whole_at(path), dict | list):
            chosen[path] = junk
    assert len(chosen) > 60
    found = {one.path for one in problems(changed(*chosen.items()))}
    assert set(chosen) - found == set()


def whole_at(path: str) -> Any:
    """What stands in a field of the right portfolio."""
    return dict(fields(whole()))[path]


# --- told alike everywhere


SAMPLE = random.Random(1).sample(CASES, 60)


@pytest.fixture(scope="module")
def client(module_address: str) -> Iterator[TestClient]:
    """The service; what it does wrong is an answer."""
    settings = ServiceSettings(database_url=module_address, solves_at_once=1)
    with TestClient(create_app(settings), raise_server_exceptions=False) as connected:
        yield connected


def written(data: Any) -> str:
    """JSON as people may send it: with half characters and words that are no numbers."""
    return json.dumps(data)


@pytest.mark.parametrize("number", range(len(SAMPLE)))
def test_every_way_in_tells_the_same(client: TestClient, tmp_path: Path, number: int) -> None:
    """REST, command line and page refuse a wrong portfolio with the same paths, values and words; nothing is stored."""
    path, junk = SAMPLE[number]
    data = changed((path, junk))
    no_json = isinstance(junk, float) and junk not in (0.0, 0.5, 4.25, 0.123)
    told = [vars(one) for one in problems(written(data), parse_json)]
    headers = {"Content-Type": "application/json"}
    for route in ("/v1/check", "/v1/proposals", "/v1/portfolios"):
        answer = client.post(route, content=f'{{"portfolio": {written(data)}}}', headers=headers)
        assert answer.status_code == (400 if no_json else 422), answer.text[:300]
        errors = [{**one, "path": one["path"].removeprefix("/portfolio")} for one in answer.json()["errors"]]
        if no_json:
            assert [(one["path"], one["code"]) for one in errors] == [(path, "not_finite")]
        else:
            assert errors == told
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert not [one for one in store.portfolios(limit=200).items if one.by != "library"]
    assert store.runs().items == []

    file = tmp_path / "portfolio.json"
    file.write_text(written(data))
    checked = CliRunner().invoke(app, ["check", str(file), "--json"])
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["errors"] == told
    in_words = CliRunner().invoke(app, ["check", str(file)])
    assert in_words.exit_code == 1
    assert in_words.exception is None or isinstance(in_words.exception, SystemExit)

    page = client.post("/portfolios", files={"file": ("portfolio.json", written(data))})
    assert page.status_code == 422
    text = html.unescape(re.sub(r"\s+", " ", page.text))
    for one in told:
        assert " ".join(one["expected"].split()) in text
