"""Bodies that are no good, on every route that takes one: the right refusal, and nothing stored."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from service import examples, examples_record, stored_examples
from service.app import create_app
from service.problems import MEDIA_TYPE
from service.settings import ServiceSettings
from service.store import Store
from service.store.schema import metadata
from tests.service.furnished import Furnished, furnish

Json = dict[str, Any]
JSON = {"Content-Type": "application/json"}
#: for what never comes as far as the database
ON_ONE = pytest.mark.parametrize("client", ["sqlite"], indirect=True)
WORDS = ("NaN", "Infinity", "-Infinity")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """The service on either database, which do not take the same texts; what it does wrong is an answer."""
    name = "module_address" if request.param == "sqlite" else "module_postgres_address"
    settings = ServiceSettings(database_url=request.getfixturevalue(name), body_bytes=500_000, solves_waiting=0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as connected:
        yield connected


@pytest.fixture(scope="module")
def store(client: TestClient) -> Store:
    """The store behind it."""
    found: Store = client.app.state.store  # type: ignore[attr-defined]
    return found


@pytest.fixture(scope="module")
def there(client: TestClient, store: Store) -> Furnished:
    """What is in the store."""
    return furnish(client, store, waiting=False)


#: operation → its path, and a body that is right but for what a test does to it
RIGHT: dict[str, tuple[str, str, Json]] = {
    "check": ("POST", "/v1/check", examples.BODIES["check"]),
    "propose": ("POST", "/v1/proposals", {**examples.BODIES["propose"], "changes": stored_examples.CHANGES}),
    "score": ("POST", "/v1/scores", examples.BODIES["score"]),
    "add_portfolio": ("POST", "/v1/portfolios", {"portfolio": {**examples.PORTFOLIO, "id": "another"}}),
    "change_portfolio": ("PATCH", "/v1/portfolios/{portfolio}", stored_examples.BODIES["operations"]),
    "import_portfolio": ("POST", "/v1/portfolios/{portfolio}/import", examples.PORTFOLIO),
    "add_scenario": ("POST", "/v1/scenarios", {**stored_examples.BODIES["scenario"], "revision": 1}),
    "replace_scenario": (
        "PUT",
        "/v1/scenarios/{scenario}",
        {**stored_examples.BODIES["scenario"], "revision": 1},
    ),
    "start_run": ("POST", "/v1/runs", stored_examples.BODIES["run"]),
    "ask_why_not": ("POST", "/v1/runs/{run}/why-not", stored_examples.BODIES["why_not"]),
    "ask_alternatives": ("POST", "/v1/runs/{run}/alternatives", stored_examples.BODIES["alternatives"]),
    "ask_conflict": ("POST", "/v1/runs/{run}/conflict", stored_examples.BODIES["conflict"]),
    "compare": ("POST", "/v1/comparisons", {"runs": ["{run}", "{other}"], "names": ["one", "two"]}),
    "start_study": ("POST", "/v1/studies", stored_examples.BODIES["study"]),
    "decide": ("POST", "/v1/runs/{run}/decisions", examples_record.DECISION_BODY),
    "contest_level": ("POST", "/v1/people/p02/contests", {**examples_record.CONTEST_BODY, "term": "finance"}),
    "settle_contest": ("POST", "/v1/people/p01/contests/{contest}/settlement", examples_record.SETTLE_BODY),
}


def request_of(operation: str, there: Furnished) -> tuple[str, str, Json]:
    """Method, path and body of an operation, with the ids of what is there."""
    method, path, body = RIGHT[operation]
    ids = {
        "{run}": there.runs[0],
        "{other}": there.runs[1],
        "{portfolio}": there.portfolio,
        "{scenario}": there.scenario,
        "{contest}": there.contest,
    }
    text = json.dumps(body)
    for name, id in ids.items():
        path, text = path.replace(name, id), text.replace(name, id)
    return method, path, json.loads(text)


def stored(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as connection:
        tables = metadata.sorted_tables
        return {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def refused(response: Response, *statuses: int) -> Json:
    """The problem in an answer, which must be one of these statuses and tell nothing of the program."""
    assert response.status_code in statuses, (response.status_code, response.text[:500])
    assert response.headers["content-type"] == MEDIA_TYPE
    problem: Json = response.json()
    assert problem["status"] == response.status_code
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors"}
    assert "Traceback" not in response.text
    for error in problem["errors"]:
        assert error["code"]
        assert error["expected"]
    return problem


@ON_ONE
def test_every_route_with_a_body_is_tried(client: TestClient) -> None:
    """The table above has every operation of the description that takes a body."""
    described = client.get("/openapi.json").json()["paths"]
    with_body = {one["operationId"] for path in described.values() for one in path.values() if "requestBody" in one}
    assert set(RIGHT) == with_body


# --- bodies that cannot be read


def unreadable(right: bytes) -> dict[str, bytes]:
    """Bodies that are no JSON in UTF-8, made of one that is right."""
    text = right.decode()
    return {
        "nothing": b"",
        "spaces": b" \r\n\t",
        "truncated": right[:-1],
        "half": right[: len(right) // 2],
        "twice": right + right,
        "a comma at the end": right[:-1] + b",}",
        "single quotes": text.replace('"', "'").encode(),
        "a comment": b"/* */" + right,
        "a word": b"portfolio",
        "a form": b"portfolio=x&settings=y",
        "markup": b"<?xml version='1.0'?><portfolio/>",
        "NUL before": b"\0" + right,
        "NUL after": right + b"\0",
        "NUL between": text.replace(": ", ":\0 ", 1).encode(),
        "a control character in a text": text.replace('"', '"\x01', 1).encode(),
        "a line break in a text": text.replace('"', '"\n', 1).encode(),
        "an escape that is none": text.replace('"', '"\\x', 1).encode(),
        "half an escape": text.replace('"', '"\\u1z', 1).encode(),
        "two marks of byte order": b"\xef\xbb\xbf\xef\xbb\xbf" + right,
        "UTF-16": text.encode("utf-16"),
        "UTF-16 without its mark": text.encode("utf-16-le"),
        "UTF-32": text.encode("utf-32"),
        "UTF-7": b"+AHs-" + right[1:],
        "Latin-1": text.replace('"', '"\xe9', 1).encode("latin-1"),
        "half a character": right.replace(b'"', b'"\xc3', 1),
        "a surrogate in UTF-8": text.replace('"', '"\ud800', 1).encode(errors="surrogatepass"),
        "overlong": right.replace(b'"', b'"\xc0\x80', 1),
        "packed": gzip.compress(right),
        "packed zeros": gzip.compress(b"\0" * 20_000_000),
        "a number with zeros before": b'{"x": 007}',
        "a number with a plus": b'{"x": +1}',
        "a hexadecimal number": b'{"x": 0x10}',
        "a fraction without digits": b'{"x": 1.}',
        "lists without end": b"[" * 100_000,
        "objects without end": b'{"x":' * 60_000,
        "lists in lists": b"[" * 100_000 + b"]" * 100_000,
    }


@ON_ONE
@pytest.mark.parametrize("operation", RIGHT)
def test_what_cannot_be_read_is_a_400(client: TestClient, store: Store, there: Furnished, operation: str) -> None:
    """Whatever is no JSON in UTF-8 is a 400 with one error for the whole body, and nothing is stored."""
    method, path, body = request_of(operation, there)
    before = stored(store)
    for name, raw in unreadable(json.dumps(body).encode()).items():
        problem = refused(client.request(method, path, content=raw, headers=JSON), 400)
        (error,) = problem["errors"]
        assert (error["path"], error["code"] in ("bad_json", "not_utf8", "too_deep")) == ("", True), name
    assert stored(store) == before


@ON_ONE
@pytest.mark.parametrize("operation", RIGHT)
def test_words_that_are_no_numbers(client: TestClient, store: Store, there: Furnished, operation: str) -> None:
    """NaN and infinities are refused at the place where they stand, wherever that is."""
    method, path, body = request_of(operation, there)
    before = stored(store)
    for place, word in zip(tried(operation, body), cycle(WORDS), strict=False):
        raw = json.dumps(replaced(body, place, "MARK")).replace('"MARK"', word).encode()
        problem = refused(client.request(method, path, content=raw, headers=JSON), 400)
        assert [(error["path"], error["code"]) for error in problem["errors"]] == [(pointer(place), "not_finite")]
    assert stored(store) == before


@ON_ONE
@pytest.mark.parametrize("operation", RIGHT)
def test_bodies_of_other_kinds(client: TestClient, store: Store, there: Furnished, operation: str) -> None:
    """What is not said to be JSON, or comes packed, is a 415, be it right otherwise; too large is a 413."""
    method, path, body = request_of(operation, there)
    raw, before = json.dumps(body).encode(), stored(store)
    for kind in (
        None,
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json, text/plain",
        "*/*",
    ):
        headers = {} if kind is None else {"Content-Type": kind}
        assert refused(client.request(method, path, content=raw, headers=headers), 415)["code"] == "wrong_type", kind
    for packed in ("gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP"):
        headers = {**JSON, "Content-Encoding": packed}
        refused(client.request(method, path, content=gzip.compress(raw), headers=headers), 415)
    assert refused(client.request(method, path, content=b" " * 600_000 + raw, headers=JSON), 413)["code"] == "too_large"
    chunks = iter([b" " * 60_000] * 10)
    assert refused(client.request(method, path, content=chunks, headers=JSON), 413)["code"] == "too_large"
    assert stored(store) == before


# --- bodies that can be read, and are wrong


def tried(operation: str, body: Json) -> list[tuple[str | int, ...]]:
    """The places in a body to try: all, but of the same portfolio in several bodies only once."""
    return [place for place in places(body) if operation == "check" or len(place) < 3]


def places(node: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a body where something stands, but the whole."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found: list[tuple[str | int, ...]] = [place] if place else []
    for step, child in steps:
        found += places(child, (*place, step))
    return found


def pointer(place: tuple[str | int, ...]) -> str:
    """A place as a JSON pointer."""
    return "".join(f"/{step}" for step in place)


def replaced(body: Json, place: tuple[str | int, ...], value: Any) -> Json:
    """A body in which something else stands at a place."""
    changed: Any = copy.deepcopy(body)
    node = changed
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    result: Json = changed
    return result


#: values that no field of any body takes
JUNK: dict[str, Any] = {
    "a surrogate": "\ud800",
    "surrogates the wrong way round": "\udc00\ud800",
    "NUL": "a\0b",
    "a surrogate in a name": {"\ud800": 1},
    "NUL in a name": {"\0": 1},
    "beyond all floats": 10**400,
    "beyond all integers": 10**30,
    "deep": json.loads("[" * 200 + "]" * 200),
    "deep objects": json.loads('{"a":' * 200 + "1" + "}" * 200),
    "deeper": json.loads("[" * 700 + "]" * 700),
}
#: fields that are read once they stand in a portfolio, and are refused by their place there
SET_LATER = ("value",)


@pytest.mark.parametrize("operation", RIGHT)
def test_junk_in_every_place(client: TestClient, store: Store, there: Furnished, operation: str) -> None:
    """What no field takes is a 422 at its place, or under it, in every field of every body; nothing is stored."""
    method, path, body = request_of(operation, there)
    before, wrong = stored(store), []
    for place in tried(operation, body):
        for name, junk in JUNK.items():
            raw = json.dumps(replaced(body, place, junk)).encode()
            response = client.request(method, path, content=raw, headers=JSON)
            where = [error["path"] for error in response.json()["errors"]]
            right = any(one.startswith(pointer(place)) for one in where) or {*SET_LATER} & {*place}
            if response.status_code != 422 or not right:
                wrong.append((pointer(place), name, response.status_code, where))
            else:
                refused(response, 422)
    assert wrong == []
    assert stored(store) == before


@ON_ONE
@pytest.mark.parametrize("operation", RIGHT)
def test_names_written_twice(client: TestClient, store: Store, there: Furnished, operation: str) -> None:
    """A name that is written twice in one object is told by its path, in every object of every body."""
    method, path, body = request_of(operation, there)
    before = stored(store)
    for place in [(), *tried(operation, body)]:
        node: Any = body
        for step in place:
            node = node[step]
        if isinstance(node, dict) and node:
            name = next(iter(node))
            text = f"{{{json.dumps(name)}: 1, {json.dumps(node)[1:]}"
            whole = text if not place else json.dumps(replaced(body, place, "MARK")).replace('"MARK"', text)
            problem = refused(client.request(method, path, content=whole, headers=JSON), 422)
            told = {(error["path"], error["code"]) for error in problem["errors"]}
            assert (pointer((*place, name)), "duplicate_key") in told, place
    assert stored(store) == before


@pytest.mark.parametrize(
    ("operation", "where"),
    [
        ({"op": "remove", "path": "/id"}, "/id"),
        ({"op": "set", "path": "/id", "value": "other"}, "/id"),
        ({"op": "set", "path": "/", "value": 1}, "/"),
        ({"op": "set", "path": "//", "value": 1}, "/operations/0/path"),
        ({"op": "set", "path": "/people", "value": None}, "/people"),
        ({"op": "set", "path": "/people/0/name", "value": "x"}, "/operations/0/path"),
        ({"op": "set", "path": "/people/-/name", "value": "x"}, "/operations/0/path"),
        ({"op": "set", "path": "/people/p01/absences/0", "value": {}}, "/operations/0/path"),
        ({"op": "set", "path": "/people/p01/name/x", "value": 1}, "/operations/0/path"),
        ({"op": "add", "path": "/people/p01/name", "value": 1}, "/operations/0/path"),
        ({"op": "add", "path": "/people/p02/ambitions", "value": "\ud800"}, "/people/1/ambitions/1"),
        ({"op": "remove", "path": "/bookings/p01/"}, "/operations/0/path"),
        ({"op": "remove", "path": "/calendar"}, "/calendar"),
        ({"op": "remove", "path": "/\ud800"}, "/operations/0/path"),
        ({"op": "move", "path": "/people"}, "/operations/0/op"),
        ({"op": "set", "path": "people"}, "/operations/0/path"),
        ({"op": "set", "path": "/" + "x" * 500}, "/operations/0/path"),
    ],
    ids=str,
)
def test_operations_that_cannot_be_done(
    client: TestClient, store: Store, there: Furnished, operation: Json, where: str
) -> None:
    """What an operation may not do is told where it stands, and no revision is made."""
    path, before = f"/v1/portfolios/{there.portfolio}", stored(store)
    problem = refused(client.patch(path, content=json.dumps({"operations": [operation]}), headers=JSON), 422)
    assert where in {error["path"] for error in problem["errors"]}
    assert stored(store) == before


@pytest.mark.parametrize("text", ["\0", "\ud800", "a b", "x" * 65, ""])
def test_ids_that_are_none(client: TestClient, store: Store, there: Furnished, text: str) -> None:
    """An id that no database takes is refused as a body that is not right, whatever it should be the id of."""
    before = stored(store)
    for path, body, where in (
        ("/v1/proposals", {"portfolio": text}, "/portfolio"),
        ("/v1/scores", {"portfolio": text, "plan": {"bookings": []}}, "/portfolio"),
        ("/v1/runs", {"portfolio": text}, "/portfolio"),
        ("/v1/runs", {"scenario": text}, "/scenario"),
        ("/v1/runs", {"portfolio": there.portfolio, "parent": text}, "/parent"),
        ("/v1/studies", {"portfolio": text, "study": {"kind": "exposure"}}, "/portfolio"),
        ("/v1/scenarios", {"name": "x", "portfolio": text}, "/portfolio"),
        ("/v1/comparisons", {"runs": [there.runs[0], text]}, "/runs/1"),
    ):
        problem = refused(client.post(path, content=json.dumps(body), headers=JSON), 422)
        assert [(error["path"], error["code"]) for error in problem["errors"]] == [(where, "bad_id")]
    assert stored(store) == before


# --- the page


UPLOADS = {
    **unreadable(json.dumps(examples.PORTFOLIO).encode()),
    **{f"{name} as a whole": json.dumps(junk).encode() for name, junk in JUNK.items()},
    **{f"{name} inside": json.dumps({**examples.PORTFOLIO, "people": [junk]}).encode() for name, junk in JUNK.items()},
    "numbers as names": b'{"calendar": {"\xc2\xb2": 1, "' + b"9" * 5000 + b'": 2}}',
    "a ZIP that ends early": b"PK\x03\x04 and no more",
    "a ZIP of nothing": b"PK\x05\x06" + b"\0" * 18,
}


@ON_ONE
@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a.zip", "a.csv", "x", "\u00e9.ods"])
def test_files_that_are_no_good(client: TestClient, store: Store, name: str) -> None:
    """The page tells what is wrong with a file that is no portfolio, whatever it is called; nothing is stored."""
    before = stored(store)
    for what, raw in UPLOADS.items():
        answer = client.post("/portfolios", files={"file": (name, raw)})
        assert answer.status_code == 422, (what, answer.text[:300])
        assert "Traceback" not in answer.text
    assert stored(store) == before


#: fields of the forms of the page, and what no browser sends in them
FORM = (
    *("about", "activity", "ask", "back", "cancel", "change", "changes", "decision", "do", "hours", "key", "kind"),
    *("kind_of_study", "language", "learner", "level", "mentor", "name", "number", "person", "portfolio", "proposed"),
    *("reason", "revision", "run", "scenario", "seconds", "term", "theme", "verb"),
)
NESTED = "[" * 50_000
ODD = ("\u00b2", "9" * 5000, "-1", "1e999", NESTED, "{}", '[{"change": 1}]', "add ", "remove \u00b2", "//[", "a\0b")


def test_forms_that_no_browser_sends(client: TestClient, store: Store, there: Furnished) -> None:
    """The page refuses what none of its forms holds, in every form, without a fault of its own."""
    paths = [
        *("/portfolios", "/look", "/sign-in", "/me/contests"),
        *(f"/portfolios/{there.portfolio}/{rest}" for rest in ("runs", "compare", "studies", "scenarios/new")),
        *(f"/runs/{there.runs[0]}/{rest}" for rest in ("ask", "with", "again", "decide", "ways-out", "incumbents")),
        f"/studies/{there.asked['study']}/runs",
    ]
    wrong = []
    for path in paths:
        for odd in ODD:
            for form in ({}, dict.fromkeys(FORM, odd), {**dict.fromkeys(FORM, odd), "change": "pin", "do": "add"}):
                status = client.post(path, data=form, follow_redirects=False).status_code
                if status >= 500 and status != 503:
                    wrong.append((path, odd[:20], status))
    assert wrong == []


@pytest.mark.parametrize(
    "path", ["/runs/a%00b", "/portfolios/%00", "/compare?one=%00&other=x", "/portfolios/x?revision=%00"]
)
def test_addresses_that_no_database_takes(client: TestClient, path: str) -> None:
    """An address with the character NUL in it leads nowhere."""
    assert client.get(path, follow_redirects=False).status_code == 404
