"""The routes, one by one: what they answer, and how they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg.errors import AdminShutdown
from sqlalchemy.exc import OperationalError

from scenarios.library import ENTRIES, PAGES
from service import examples
from service.app import create_app
from service.problems import HEADERS, MEDIA_TYPE, MOST_ERRORS, TABLE, Wrong
from service.settings import ServiceSettings
from solver.portfolio import Problem, parse
from solver.presets import PRESETS
from solver.proposal import Proposal
from solver.rules import RULES
from tests.builders import activity, person, portfolio_data

Json = dict[str, Any]
BODY_ROUTES = ("/v1/check", "/v1/proposals", "/v1/scores")


#: an answer is waited for
WAIT = {"Prefer": "wait=60"}
#: the longest that this service allows, so that a busy machine proves the small example too
PATIENT = {"settings": {"seconds": 20}}


@pytest.fixture(scope="module")
def client(module_address: str) -> Iterator[TestClient]:
    """The service, in this process."""
    settings = ServiceSettings(body_bytes=100_000, solve_seconds=20, database_url=module_address)
    with TestClient(create_app(settings), raise_server_exceptions=False) as connected:
        yield connected


def refused(response: Any, status: int, code: str) -> list[Json]:
    """The errors of a problem, of which the form and these two are checked."""
    told = response.json()
    assert (response.status_code, told["code"]) == (status, code)
    assert response.headers["content-type"] == MEDIA_TYPE
    assert list(told) == ["type", "title", "status", "code", "detail", "errors"]
    errors: list[Json] = told["errors"]
    return errors


def changed(**fields: Any) -> Json:
    """The example portfolio with other values for some fields."""
    return {**examples.PORTFOLIO, **fields}


# --- check


def test_a_good_portfolio_is_valid_with_its_warnings(client: TestClient) -> None:
    """A portfolio that is right is a 200 with no errors, its warnings, and what is in it."""
    response = client.post("/v1/check", json=examples.BODIES["check"])
    told = response.json()
    assert response.status_code == 200
    assert (told["valid"], told["errors"]) == (True, [])
    assert examples.CHECKED["warnings"][0] in told["warnings"]
    assert told["summary"] == examples.CHECKED["summary"]


def test_all_errors_of_a_portfolio_come_at_once_with_paths_from_the_body_on(client: TestClient) -> None:
    """A portfolio with several faults is one 422 that names them all."""
    people = [{"id": "p01", "name": "Ana", "unit": "nowhere"}, {"id": "p01", "name": ""}]
    errors = refused(client.post("/v1/check", json={"portfolio": changed(people=people)}), 422, "invalid")
    assert [error["path"] for error in errors] == [
        "/portfolio/people/0/unit",
        "/portfolio/people/1/id",
        "/portfolio/people/1/name",
    ]
    assert errors[0] == {
        "path": "/portfolio/people/0/unit",
        "code": "unknown_id",
        "value": "nowhere",
        "expected": "the id of a unit",
    }


def test_check_does_not_take_a_slug(client: TestClient) -> None:
    """What is checked is a portfolio that is handed in, not the name of one."""
    [error] = refused(client.post("/v1/check", json={"portfolio": "adviesbureau"}), 422, "invalid")
    assert (error["path"], error["code"]) == ("/portfolio", "not_an_object")


def test_an_answer_holds_a_bounded_number_of_errors_and_says_that_there_are_more() -> None:
    """A body with errors beyond counting does not become an answer beyond measure, and the answer says so."""
    refusal = Wrong([Problem("/x", "wrong", None, "right")] * (MOST_ERRORS + 1))
    assert refusal.detail.startswith("More than 10,000 things, of which these are the first, are wrong in the body.")
    assert len(TABLE[Wrong].body(refusal.detail, refusal.errors)["errors"]) == MOST_ERRORS


# --- proposals


def test_a_portfolio_becomes_a_proposal(client: TestClient) -> None:
    """Who waits gets the proposal of the contract as the body of the answer."""
    response = client.post("/v1/proposals", json=examples.BODIES["propose"] | PATIENT, headers=WAIT)
    assert response.status_code == 200
    proposal = Proposal.model_validate(response.json())
    assert proposal.run.status == "OPTIMAL"
    assert proposal.run.objective == examples.PROPOSAL["run"]["objective"]
    assert proposal.portfolio.sha256 == parse(examples.PORTFOLIO).sha256()
    assert {rule.name for rule in proposal.score_card.rules} == {rule.name for rule in RULES}  # type: ignore[union-attr]


def test_a_slug_of_the_library_stands_for_its_portfolio(client: TestClient) -> None:
    """The library's portfolios need not be sent; settings are taken over, defaults are filled in."""
    response = client.post(
        "/v1/proposals", json={"portfolio": "kenniswerkers", "settings": {"seconds": 0.5}}, headers=WAIT
    )
    told = response.json()
    assert response.status_code == 200
    assert told["portfolio"]["id"] == "kenniswerkers"
    assert told["run"]["settings"] == {"seconds": 0.5, "seed": 1, "workers": 8, "repeatable": False}


def test_an_unknown_slug_is_not_found(client: TestClient) -> None:
    """An id that is not in the store is a 404 that says so."""
    response = client.post("/v1/proposals", json={"portfolio": "adviesburo"})
    refused(response, 404, "unknown_portfolio")
    assert response.json()["detail"] == "There is no portfolio adviesburo."


def test_rules_that_contradict_are_an_answer(client: TestClient) -> None:
    """INFEASIBLE is a 200 with the conflict, no bookings, and no number that does not exist."""
    portfolio = portfolio_data(
        [person("ann", hours_per_period=8)],
        [activity("a", hours=40)],
        [{"person": "ann", "activity": "a", "hours": 40, "status": "pinned"}],
    )
    response = client.post("/v1/proposals", json={"portfolio": portfolio, **PATIENT}, headers=WAIT)
    told = response.json()
    assert (response.status_code, told["run"]["status"], told["bookings"]) == (200, "INFEASIBLE", None)
    assert told["run"]["objective"] is None
    assert [rule["name"] for rule in told["conflict"]["rules"]]


def test_everything_wrong_in_a_body_is_told_at_once(client: TestClient) -> None:
    """Faults of the body, the portfolio, the settings and the changes come in one answer."""
    body = {
        "portfolio": changed(block_hours=0),
        "settings": {"seconds": 21, "seed": "one", "gender": "x", "repeatable": 1},
        "changes": [{"kind": "hire"}],
        "setings": {},
    }
    errors = refused(client.post("/v1/proposals", json=body), 422, "invalid")
    assert {(error["path"], error["code"]) for error in errors} == {
        ("/portfolio/block_hours", "out_of_range"),
        ("/settings/seconds", "out_of_range"),
        ("/settings/seed", "not_a_number"),
        ("/settings/gender", "protected_trait"),
        ("/settings/repeatable", "not_a_boolean"),
        ("/changes/0/change", "missing"),
        ("/setings", "unknown_field"),
    }
    assert {error["path"]: error["expected"] for error in errors}["/settings/seconds"].startswith(
        "seconds from 0.1 to 20"
    )


def test_an_empty_list_of_changes_is_fine(client: TestClient) -> None:
    """No changes are no reason to refuse."""
    assert client.post("/v1/proposals", json={**examples.BODIES["propose"], "changes": []}).status_code == 202


@pytest.mark.parametrize(
    ("settings", "expected"), [(None, "an object"), ([], "an object"), ({"seconds": 0}, "seconds from 0.1 to 20")]
)
def test_settings_that_are_none(client: TestClient, settings: Any, expected: str) -> None:
    """Settings of another form are refused with what would be right."""
    body = {"portfolio": examples.PORTFOLIO, "settings": settings}
    [error] = refused(client.post("/v1/proposals", json=body), 422, "invalid")
    assert error["expected"].startswith(expected)


def test_the_default_time_limit_is_within_what_the_service_allows(client: TestClient) -> None:
    """Whoever says nothing about seconds gets the default, or all that is allowed where that is less."""
    body = {"portfolio": examples.PORTFOLIO}
    assert client.post("/v1/proposals", json=body).json()["settings"]["seconds"] == 20


# --- scores


def test_a_plan_is_scored(client: TestClient) -> None:
    """A plan made by hand gets a proposal's form: score card, people, talent balance."""
    response = client.post("/v1/scores", json=examples.BODIES["score"])
    assert response.status_code == 200
    scored = Proposal.model_validate(response.json())
    assert scored.score_card is not None
    assert scored.score_card.total == scored.run.objective
    assert [booking.hours for booking in scored.bookings or ()] == [60, 40]


def test_a_plan_is_scored_in_the_revision_that_there_is(client: TestClient) -> None:
    """The score of a stored portfolio names its revision, as a run does; of one that is not stored it is 1."""
    body = examples.BODIES["score"]
    stored = {**body["portfolio"], "id": "scored"}
    assert client.post("/v1/portfolios", json={"portfolio": stored}).status_code == 201
    renamed = {"operations": [{"op": "set", "path": "/name", "value": "Scored"}]}
    assert client.patch("/v1/portfolios/scored", json=renamed).json()["revision"] == 2
    for portfolio, revision in (("scored", 2), (stored, 1)):
        told = client.post("/v1/scores", json={**body, "portfolio": portfolio}).json()["portfolio"]
        assert (told["id"], told["revision"]) == ("scored", revision)


def test_a_proposal_can_be_scored_again(client: TestClient) -> None:
    """A proposal of the service, handed in as it came, costs what it said."""
    proposal = examples.PROPOSAL
    scored = client.post("/v1/scores", json={"portfolio": examples.PORTFOLIO, "plan": proposal}).json()
    assert scored["score_card"]["total"] == proposal["score_card"]["total"]


def test_errors_of_a_plan_have_paths_from_the_body_on(client: TestClient) -> None:
    """A booking of somebody unknown is found where it stands in the body."""
    plan = {"bookings": [{"person": "nobody", "activity": "a01", "hours": 8}]}
    errors = refused(client.post("/v1/scores", json={"portfolio": examples.PORTFOLIO, "plan": plan}), 422, "invalid")
    assert [error["path"] for error in errors] == ["/plan/bookings/0/person"]


# --- what the service can do


def test_every_rule_is_listed_with_what_it_says(client: TestClient) -> None:
    """Hard and soft rules alike, in the order of a score card, each with title, sentence, unit and default weight."""
    told = client.get("/v1/rules").json()
    assert told["next"] is None
    assert [item["name"] for item in told["items"]] == [rule.name for rule in RULES]
    for item, rule in zip(told["items"], RULES, strict=True):
        assert (item["title"], item["hard"], item["unit"]) == (rule.title, rule.hard, rule.unit)
        assert item["weight"] == rule.default_weight
        assert item["says"].endswith(".")
        assert item["measure"]


def test_a_rule_describes_its_settings(client: TestClient) -> None:
    """Name, type, default, what would be right and what it does."""
    told = {item["name"]: item for item in client.get("/v1/rules").json()["items"]}
    assert told["role_width"] == examples.RULES["items"][0]
    choice = next(setting for setting in told["stretch"]["settings"] if setting["name"] == "for")
    assert (choice["type"], choice["default"], choice["expected"]) == (
        "string",
        "all",
        "one of all, potential, differentiated",
    )


def test_every_preset_is_listed_with_all_its_weights(client: TestClient) -> None:
    """A preset's weights are those of every soft rule, its own over the defaults."""
    items = client.get("/v1/presets").json()["items"]
    assert [item["name"] for item in items] == list(PRESETS)
    soft = {rule.name for rule in RULES if not rule.hard}
    assert all(item["weights"].keys() == soft for item in items)
    assert items[0]["weights"] == {rule.name: rule.default_weight for rule in RULES if not rule.hard}
    assert {item["name"]: item["weights"]["wishes"] for item in items}["greater-good"] == 60


def test_the_library_is_listed_and_told(client: TestClient) -> None:
    """Every bundled portfolio, in both languages, and each with its story and itself."""
    items = client.get("/v1/library").json()["items"]
    assert [item["slug"] for item in items] == [entry.slug for entry in ENTRIES]
    for entry in ENTRIES:
        told = client.get(f"/v1/library/{entry.slug}").json()
        assert told["title"].keys() == told["summary"].keys() == told["story"].keys() == PAGES.keys()
        assert parse(told["portfolio"]) == entry.portfolio()


def test_an_unknown_page_of_the_library_is_not_found(client: TestClient) -> None:
    """A slug that the library does not have is a 404."""
    refused(client.get("/v1/library/unknown"), 404, "unknown_portfolio")


def test_health(client: TestClient) -> None:
    """Live says that the process answers, ready also how many runs there are to do."""
    assert client.get("/health/live").json() == {"status": "live"}
    told = client.get("/health/ready").json()
    assert told["status"] == "ready"
    assert told["runs"].keys() == {"running", "waiting"}


# --- what is refused, whatever the route


@pytest.mark.parametrize("path", BODY_ROUTES)
@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"", "bad_json", ""),
        (b"{", "bad_json", ""),
        (b'{"portfolio": {}} {}', "bad_json", ""),
        (b"\xff\xfe{}", "not_utf8", ""),
        (b"[" * 50_000, "too_deep", ""),
        (b'{"portfolio": {"activities": [{"hours": NaN}]}}', "not_finite", "/portfolio/activities/0/hours"),
        (b'{"portfolio": -Infinity}', "not_finite", "/portfolio"),
        (b'{"portfolio": ' + b"[" * 100 + b"NaN" + b"]" * 100 + b"}", "not_finite", ""),
    ],
)
def test_what_is_not_json_is_a_400(client: TestClient, path: str, raw: bytes, code: str, where: str) -> None:
    """A body that cannot be read says where and why."""
    response = client.post(path, content=raw, headers={"Content-Type": "application/json"})
    [error] = refused(response, 400, "bad_json")
    assert (error["code"], error["path"]) == (code, where)


@pytest.mark.parametrize("path", BODY_ROUTES)
@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"[]", "not_an_object", ""),
        (b"null", "not_an_object", ""),
        (b'"text"', "not_an_object", ""),
        (b"{}", "missing", "/portfolio"),
        (b'{"portfolio": null}', "not_an_object", "/portfolio"),
        (b'{"portfolio": {}, "portfolio": {}}', "duplicate_key", "/portfolio"),
        (b'{"portfolio": {"people": [{"id": "a", "id": "b"}]}}', "duplicate_key", "/portfolio/people/0/id"),
        (b'{"portfolio": {"block_hours": ' + b"9" * 5000 + b"}}", "not_finite", "/portfolio/block_hours"),
        (b'{"portfolio": {"block_hours": 1e999}}', "not_finite", "/portfolio/block_hours"),
        (b'{"portfolio": {"id": "\\ud800"}}', "bad_id", "/portfolio/id"),
        (b'{"portfolio": {"name": "\\ud800"}}', "bad_text", "/portfolio/name"),
        (b'{"portfolio": {}, "\\ud800": 1}', "unknown_field", "/?"),
        (b'{"portfolio": {"people": [{"age": 40}]}}', "protected_trait", "/portfolio/people/0/age"),
        (b'{"portfolio": ' + b'{"people":[' * 200 + b"]}" * 200 + b"}", "missing", "/portfolio/id"),
    ],
)
def test_what_is_not_right_is_a_422(client: TestClient, path: str, raw: bytes, code: str, where: str) -> None:
    """A body that is JSON but wrong says where, at any depth and with any characters."""
    response = client.post(path, content=raw, headers={"Content-Type": "application/json; charset=utf-8"})
    errors = refused(response, 422, "invalid")
    assert (where, code) in {(error["path"], error["code"]) for error in errors}


@pytest.mark.parametrize("path", BODY_ROUTES)
@pytest.mark.parametrize("streamed", [False, True], ids=["with its length", "in chunks"])
def test_a_body_that_is_too_large_is_a_413(client: TestClient, path: str, streamed: bool) -> None:
    """The limit holds for what arrives, whatever the headers say."""
    content = iter([b" " * 60_000] * 9) if streamed else b" " * 100_001
    response = client.post(path, content=content, headers={"Content-Type": "application/json"})
    refused(response, 413, "too_large")


@pytest.mark.parametrize("path", BODY_ROUTES)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}],
    ids=["none", "other", "packed"],
)
def test_a_body_of_another_type_is_a_415(client: TestClient, path: str, headers: dict[str, str]) -> None:
    """Only JSON, said to be JSON and sent as it is, is read."""
    refused(client.post(path, content=b"{}", headers=headers), 415, "wrong_type")


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/check/", "/v1/library/a/b", "/docs", "/v1/rules%00", "/%ff"])
def test_an_unknown_path_is_a_404(client: TestClient, path: str) -> None:
    """Where nothing is, a problem says so."""
    refused(client.get(path), 404, "unknown_path")


@pytest.mark.parametrize(
    ("path", "allow"), [("/v1/check", "POST"), ("/v1/rules", "GET, HEAD"), ("/v1/library/x", "GET, HEAD")]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_method_that_does_not_work_is_a_405(client: TestClient, path: str, allow: str, method: str) -> None:
    """The answer says which methods do."""
    response = client.request(method, path)
    refused(response, 405, "wrong_method")
    assert response.headers["allow"] == allow


@pytest.mark.parametrize(
    "path", ["/health/live", "/v1/runs", "/metrics", "/", "/openapi.json", "/nowhere", "/v1/check"]
)
def test_whatever_takes_get_takes_head(client: TestClient, path: str) -> None:
    """The same status and headers without the body, and nothing of it in the description."""
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert {**head.headers, "x-request-id": "", "content-length": ""} == {
        **whole.headers,
        "x-request-id": "",
        "content-length": "",
    }
    assert not any("head" in methods for methods in client.get("/openapi.json").json()["paths"].values())


@pytest.mark.parametrize("path", ["/v1/rules", "/nowhere", "/openapi.json"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    """Answers are not to be guessed at, kept or run."""
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_a_fault_of_ours_tells_nothing_of_itself(sqlite_address: str, caplog: pytest.LogCaptureFixture) -> None:
    """A 500 is a problem like any other, without a word of what went wrong; the log says where, and no more either."""
    app = create_app(ServiceSettings(database_url=sqlite_address))

    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("secret")

    with TestClient(app) as client:  # what reached the server below would be raised here
        response = client.get("/fault")
    assert refused(response, 500, "internal_error") == []
    [told] = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (told["msg"] % told["args"], told["error"]) == ("a request failed", "RuntimeError")
    assert "in fault\n" in told["where"]
    assert "secret" not in str(told).replace('raise RuntimeError("secret")', "")  # the line of code itself
    assert "secret" not in response.text
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_what_the_driver_says_of_a_store_that_is_away_is_not_logged(
    sqlite_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its message may hold what was to be written; class and code say what an operator needs."""
    app = create_app(ServiceSettings(database_url=sqlite_address))

    @app.get("/away")
    async def away() -> None:
        raise OperationalError("INSERT", {}, AdminShutdown("the server ended at line 1 of Ann's reasons"))

    with TestClient(app) as client:
        assert refused(client.get("/away"), 503, "store_away") == []
    [told] = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (told["msg"] % told["args"], told["error"]) == ("the store is away: 57P01", "AdminShutdown")
    assert "Ann" not in str(told)


def test_the_examples_of_the_description_are_true(client: TestClient) -> None:
    """Every body shown as an example is accepted, every proposal shown is one."""
    for name, path in (("check", "/v1/check"), ("propose", "/v1/proposals"), ("score", "/v1/scores")):
        assert client.post(path, json=examples.BODIES[name], headers=WAIT).status_code == 200
    for shown in (examples.PROPOSAL, examples.SCORED):
        assert json.loads(Proposal.model_validate(shown).model_dump_json(by_alias=True)) == shown
