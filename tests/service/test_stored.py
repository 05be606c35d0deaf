"""What is stored over REST, and how it is guarded: portfolios, scenarios, runs, comparisons, studies, explanations."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from scenarios.library import entry
from service import examples, stored_examples
from service.app import create_app
from service.media import XLSX
from service.settings import ServiceSettings
from solver.proposal import Proposal
from tests.service.test_rest import refused

Json = dict[str, Any]
WAIT = {"Prefer": "wait=60"}
QUICK = {"seconds": 20}


@pytest.fixture(scope="module")
def client(module_address: str) -> Iterator[TestClient]:
    """The service, in this process, with the example portfolio in its store."""
    settings = ServiceSettings(solve_seconds=20, solves_at_once=1, database_url=module_address)
    with TestClient(create_app(settings), raise_server_exceptions=False) as connected:
        assert connected.post("/v1/portfolios", json=stored_examples.BODIES["portfolio"]).status_code == 201
        yield connected


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """The service on either database, for what needs no solving: on PostgreSQL that is the workers'."""
    if request.param == "sqlite":
        yield request.getfixturevalue("client")
        return
    address = request.getfixturevalue("module_postgres_address")
    with TestClient(create_app(ServiceSettings(database_url=address)), raise_server_exceptions=False) as connected:
        assert connected.post("/v1/portfolios", json=stored_examples.BODIES["portfolio"]).status_code == 201
        yield connected


def ended(client: TestClient, path: str) -> Json:
    """What stands at the path of a run once it has ended: its events are followed to their end."""
    run = client.get(path).json()
    kind = "studies" if run["kind"] == "study" else "runs"
    assert client.get(f"/v1/{kind}/{run['id']}/events").text.rstrip().splitlines()[-2].startswith("event: ")
    told: Json = client.get(path).json()
    return told


@pytest.fixture(scope="module")
def finished(client: TestClient) -> Json:
    """A run of the example as it was first stored, at its end."""
    body = {"portfolio": "example", "revision": 1, "settings": QUICK}
    started = client.post("/v1/runs", json=body)
    assert started.status_code == 202
    return ended(client, started.headers["location"])


# --- portfolios


def test_a_portfolio_is_stored_and_read(anywhere: TestClient) -> None:
    """What comes out is what went in with its defaults, under an ETag that names the revision."""
    response = anywhere.get("/v1/portfolios/example?revision=1")
    told = response.json()
    assert (response.headers["etag"], told["revision"], told["by"]) == ('"1"', 1, "local")
    assert told["portfolio"]["people"][0]["name"] == "Ana"
    assert told["sha256"] == examples.CHECKED["summary"]["sha256"]
    refused(anywhere.post("/v1/portfolios", json=stored_examples.BODIES["portfolio"]), 409, "exists")
    refused(anywhere.get("/v1/portfolios/nothing"), 404, "unknown_portfolio")
    refused(anywhere.get("/v1/portfolios/example?revision=77"), 404, "unknown_portfolio")


def test_operations_make_a_revision(anywhere: TestClient) -> None:
    """Fields are addressed by id; the revision before stays; who read an older one is refused."""
    before = anywhere.get("/v1/portfolios/kenniswerkers").json()
    person, activity = before["portfolio"]["people"][0]["id"], before["portfolio"]["activities"][0]["id"]
    operations = [
        {"op": "set", "path": f"/people/{person}/hours_per_period", "value": 24},
        {"op": "remove", "path": f"/activities/{activity}/after"},
        {"op": "add", "path": "/relations", "value": {"people": [person, "new"], "kind": "apart"}},
        {"op": "add", "path": "/people", "value": {"id": "new", "name": "New"}},
        {"op": "set", "path": "/policy/preset", "value": "one-team"},
    ]
    if_match = {"If-Match": '"1"'}
    changed = anywhere.patch("/v1/portfolios/kenniswerkers", json={"operations": operations}, headers=if_match)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    after = anywhere.get("/v1/portfolios/kenniswerkers").json()["portfolio"]
    assert (after["people"][0]["hours_per_period"], after["people"][-1]["name"]) == (24, "New")
    assert (after["activities"][0]["after"], after["policy"]["preset"]) == ([], "one-team")
    assert anywhere.get("/v1/portfolios/kenniswerkers?revision=1").json() == before
    again = anywhere.patch("/v1/portfolios/kenniswerkers", json={"operations": operations}, headers=if_match)
    refused(again, 412, "stale")
    revisions = anywhere.get("/v1/portfolios/kenniswerkers/revisions").json()["items"]
    assert [(one["revision"], one["by"]) for one in revisions] == [(2, "local"), (1, "library")]


def test_operations_at_the_same_time_follow_each_other(anywhere: TestClient) -> None:
    """Without If-Match none of many is refused: each is a revision, and the last one has what all of them set."""
    path, people = "/v1/portfolios/at-once", 8
    given = entry("bedrijfsbureau").portfolio().canonical() | {"id": "at-once"}
    assert anywhere.post("/v1/portfolios", json={"portfolio": given}).status_code == 201
    before = anywhere.get(path).json()
    ids = [one["id"] for one in before["portfolio"]["people"]][:people]

    def set_hours(id: str) -> int:
        operation = {"op": "set", "path": f"/people/{id}/hours_per_period", "value": 13}
        return anywhere.patch(path, json={"operations": [operation]}).status_code

    with ThreadPoolExecutor(people) as pool:
        assert set(pool.map(set_hours, ids)) == {200}
    after = anywhere.get(path).json()
    assert after["revision"] == before["revision"] + len(ids)
    assert {one["hours_per_period"] for one in after["portfolio"]["people"] if one["id"] in ids} == {13}


def test_operations_that_are_wrong_are_all_told(anywhere: TestClient) -> None:
    """What names nothing is told by its operation, what makes no portfolio by its place; nothing is stored."""
    operations = [
        {"op": "set", "path": "/people/nobody/name", "value": "x"},
        {"op": "remove", "path": "/activities/a01/nothing"},
        {"op": "add", "path": "/name", "value": "x"},
        {"op": "set", "path": "/people/p01/expertise/finance/level", "value": 3},
        {"op": "set", "path": "/name/first", "value": 3},
    ]
    errors = refused(anywhere.patch("/v1/portfolios/example", json={"operations": operations}), 422, "invalid")
    assert [(error["path"], error["code"]) for error in errors] == [
        ("/operations/0/path", "not_there"),
        ("/operations/1/path", "not_there"),
        ("/operations/2/path", "not_a_list"),
        ("/operations/3/path", "not_named"),
        ("/operations/4/path", "not_there"),
    ]
    operations = [{"op": "set", "path": "/people/p01/unit", "value": "no"}, {"op": "set", "path": "/id", "value": "x"}]
    [error] = refused(anywhere.patch("/v1/portfolios/example", json={"operations": operations}), 422, "invalid")
    assert error["path"] == "/id"
    [error] = refused(anywhere.patch("/v1/portfolios/example", json={"operations": operations[:1]}), 422, "invalid")
    assert (error["path"], error["code"]) == ("/people/0/unit", "unknown_id")
    errors = refused(
        anywhere.patch("/v1/portfolios/example", json={"operations": [{"op": "do", "path": "x"}]}), 422, "invalid"
    )
    assert {error["path"] for error in errors} == {"/operations/0/op", "/operations/0/path"}
    operations = [
        {"op": "set", "path": "/people/p01/rate"},
        {"op": "remove", "path": "/people/p02/rate", "value": 5},
        {"op": "add", "path": "/people"},
    ]
    errors = refused(anywhere.patch("/v1/portfolios/example", json={"operations": operations}), 422, "invalid")
    assert [(error["path"], error["code"]) for error in errors] == [
        ("/operations/0/value", "missing"),
        ("/operations/1/value", "not_allowed"),
        ("/operations/2/value", "missing"),
    ]
    assert anywhere.get("/v1/portfolios/example").headers["etag"] == '"1"'


@pytest.mark.parametrize(("type", "suffix"), [(XLSX, "xlsx"), ("application/zip", "zip"), ("application/json", "json")])
def test_a_portfolio_goes_out_as_a_file_and_comes_back(anywhere: TestClient, type: str, suffix: str) -> None:
    """An exported file, imported again, is the same portfolio in a new revision."""
    exported = anywhere.get("/v1/portfolios/bedrijfsbureau/export", headers={"Accept": type})
    assert exported.headers["content-type"] == type
    assert exported.headers["content-disposition"] == f'attachment; filename="bedrijfsbureau.{suffix}"'
    back = anywhere.post(
        "/v1/portfolios/bedrijfsbureau/import", content=exported.content, headers={"Content-Type": type}
    )
    assert back.status_code == 200
    assert back.json()["sha256"] == entry("bedrijfsbureau").portfolio().sha256()
    assert back.headers["etag"] == f'"{int(exported.headers["etag"].strip(chr(34))) + 1}"'


def test_a_file_that_is_wrong_is_told_by_its_places(anywhere: TestClient) -> None:
    """The sheet, the row and the column; a file of another type, or for another portfolio, is refused."""
    book = openpyxl.load_workbook(io.BytesIO(anywhere.get("/v1/portfolios/example/export").content))
    book["people"]["A2"] = None
    data = io.BytesIO()
    book.save(data)
    wrong = anywhere.post("/v1/portfolios/example/import", content=data.getvalue(), headers={"Content-Type": XLSX})
    assert any("sheet people, row 2" in error["path"] for error in refused(wrong, 422, "invalid"))
    exported = anywhere.get("/v1/portfolios/example/export", headers={"Accept": "application/json"}).content
    json_type = {"Content-Type": "application/json"}
    [error] = refused(anywhere.post("/v1/portfolios/other/import", content=exported, headers=json_type), 422, "invalid")
    assert error["path"] == "/id"
    refused(
        anywhere.post("/v1/portfolios/example/import", content=b"x", headers={"Content-Type": "text/plain"}),
        415,
        "wrong_type",
    )
    refused(anywhere.get("/v1/portfolios/example/export", headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_lists_are_paged_and_parameters_checked(anywhere: TestClient) -> None:
    """Every page says where the next one is; a parameter that is not right is told."""
    first = anywhere.get("/v1/portfolios?limit=1").json()
    rest = anywhere.get(f"/v1/portfolios?limit=200&cursor={first['next']}").json()
    assert {one["id"] for one in first["items"] + rest["items"]} >= {"example", "adviesbureau", "bedrijfsbureau"}
    assert rest["next"] is None
    assert [one["id"] for one in anywhere.get("/v1/portfolios?name=Example").json()["items"]] == ["example"]
    errors = refused(anywhere.get("/v1/runs?limit=1000&status=lost&cursor=x"), 422, "bad_query")
    assert {error["path"]: (error["value"], error["expected"]) for error in errors} == {
        "?limit": ("1000", "at most 200"),
        "?status": ("lost", "one of queued, running, finished, cancelled, failed"),
        "?cursor": ("x", "text of the form ^[0-9]{1,18}$"),
    }
    refused(anywhere.get("/v1/runs/%00"), 404, "unknown_path")
    errors = refused(anywhere.get("/v1/portfolios?nam=Example&limit=1&limit=2&by=x&by=x&nam=x"), 422, "bad_query")
    assert [(error["path"], error["code"], error["value"], error["expected"]) for error in errors] == [
        ("?nam", "unknown_parameter", "x", "one of ?name, ?by, ?cursor, ?limit"),
        ("?limit", "repeated", "2", "given once"),
        ("?by", "repeated", "x", "given once"),
    ]
    [error] = refused(anywhere.get("/v1/rules?x"), 422, "bad_query")
    assert (error["path"], error["expected"]) == ("?x", "left out: there are no parameters here")


# --- scenarios


def test_a_scenario_goes_its_way(anywhere: TestClient) -> None:
    """Stored, read, listed, replaced against its version, deleted."""
    made = anywhere.post("/v1/scenarios", json=stored_examples.BODIES["scenario"] | {"revision": 1})
    path = made.headers["location"]
    assert (made.status_code, made.json()["changes"]) == (201, stored_examples.CHANGES)
    assert anywhere.get(path).json() == made.json()
    listed = anywhere.get("/v1/scenarios?portfolio=example").json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    body = {"name": "Nothing", "portfolio": "example", "changes": []}
    assert anywhere.put(path, json=body, headers={"If-Match": made.headers["etag"]}).json()["version"] == 2
    refused(anywhere.put(path, json=body, headers={"If-Match": made.headers["etag"]}), 412, "stale")
    refused(anywhere.delete(path, headers={"If-Match": '"x"'}), 412, "stale")
    assert anywhere.delete(path).status_code == 204
    refused(anywhere.get(path), 404, "unknown_scenario")


def test_a_scenario_that_cannot_apply_is_not_stored(anywhere: TestClient) -> None:
    """All that is malformed at once, then the first change that cannot apply, by its place in the body."""
    body = {"name": "", "portfolio": "example", "revision": 0, "changes": [{"change": "fly"}], "more": 1}
    errors = refused(anywhere.post("/v1/scenarios", json=body), 422, "invalid")
    assert {error["path"] for error in errors} == {"/name", "/revision", "/changes/0/change", "/more"}
    body = {"name": "x", "portfolio": "example", "changes": [{"change": "leave", "person": "nobody", "from": 1}]}
    [error] = refused(anywhere.post("/v1/scenarios", json=body), 422, "invalid")
    assert (error["path"], error["code"]) == ("/changes/0/person", "unknown_id")


# --- runs


def test_a_run_ends_with_a_proposal(client: TestClient, finished: Json) -> None:
    """Its record says how it came about; the proposal names the revision."""
    assert (finished["status"], finished["outcome"], finished["attempt"]) == ("finished", "OPTIMAL", 1)
    assert finished["portfolio"] == {"id": "example", "revision": 1, "sha256": examples.CHECKED["summary"]["sha256"]}
    assert re.fullmatch(r"PT\d+\.\d{3}S", finished["took"])
    proposal = Proposal.model_validate(client.get(f"/v1/runs/{finished['id']}/proposal").json())
    assert (proposal.portfolio.revision, proposal.run.objective) == (1, examples.PROPOSAL["run"]["objective"])
    listed = client.get("/v1/runs?portfolio=example&status=finished&kind=solve").json()["items"]
    assert finished in listed


def test_events_can_be_resumed(client: TestClient, finished: Json) -> None:
    """The stream is server-sent events in order; after the last one that was seen it goes on, and it ends."""
    path = f"/v1/runs/{finished['id']}/events"
    response = client.get(path)
    assert response.headers["content-type"].startswith("text/event-stream")
    numbers = [int(number) for number in re.findall(r"^id: (\d+)$", response.text, re.MULTILINE)]
    events = re.findall(r"^event: (\w+)$", response.text, re.MULTILINE)
    assert numbers == list(range(1, len(numbers) + 1))
    assert (events[:2], events[-1]) == (["queued", "running"], "finished")
    rest = client.get(path, headers={"Last-Event-ID": "1"}).text
    assert re.findall(r"^event: (\w+)$", rest, re.MULTILINE) == events[1:]
    assert "event" not in client.get(path, headers={"Last-Event-ID": str(numbers[-1])}).text


def test_a_key_gives_the_same_run(client: TestClient) -> None:
    """A repeat is the run that it was; the key with another body is refused."""
    headers = {"Idempotency-Key": "k-1"}
    body = {"portfolio": "example", "revision": 1, "settings": QUICK}
    first, second = (client.post("/v1/runs", json=body, headers=headers) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    refused(client.post("/v1/runs", json={"portfolio": "adviesbureau"}, headers=headers), 409, "key_reused")
    cancelled = client.post(f"/v1/runs/{first.json()['id']}/cancel")
    assert cancelled.status_code == 200


def test_a_run_takes_the_changes_of_its_scenario_and_more(client: TestClient, finished: Json) -> None:
    """Scenario first, then the changes in the body; it starts from its parent's plan, and compares with it."""
    scenario = client.post("/v1/scenarios", json=stored_examples.BODIES["scenario"] | {"revision": 1}).json()
    more = {"change": "leave", "person": "p02", "from": 3}
    body = {"scenario": scenario["id"], "changes": [more], "parent": finished["id"], "settings": QUICK}
    run = ended(client, client.post("/v1/runs", json=body).headers["location"])
    assert [one["change"] for one in run["changes"]] == ["set_preset", "leave"]
    assert (run["scenario"], run["parent"], run["status"]) == (scenario["id"], finished["id"], "finished")
    assert client.get(f"/v1/runs/{run['id']}/proposal").json()["scenario"] == scenario["id"]
    made = client.post("/v1/comparisons", json={"runs": [finished["id"], run["id"]]})
    assert made.status_code == 201
    told = made.json()["comparison"]
    assert [one["name"] for one in told["proposals"]] == ["As it stands", "As one team"]
    total = told["differences"][0]["total"]
    assert total["difference"] == pytest.approx(total["after"] - total["before"])
    assert client.get(made.headers["location"]).json() == made.json()
    assert client.get("/v1/comparisons").json()["items"][0]["id"] == made.json()["id"]
    errors = refused(client.post("/v1/comparisons", json={"runs": [run["id"]] * 2, "names": ["x"]}), 422, "invalid")
    assert {error["path"] for error in errors} == {"/runs/1", "/names"}


def test_runs_that_cannot_begin_are_refused(client: TestClient, finished: Json) -> None:
    """Neither or both of portfolio and scenario, a parent of another portfolio, what does not exist."""
    [error] = refused(client.post("/v1/runs", json={}), 422, "invalid")
    assert (error["path"], error["code"]) == ("/portfolio", "one_of_two")
    other = {"portfolio": "adviesbureau", "parent": finished["id"]}
    [error] = refused(client.post("/v1/runs", json=other), 422, "invalid")
    assert error["path"] == "/parent"
    refused(client.post("/v1/runs", json={"portfolio": "example", "parent": "nothing"}), 404, "unknown_run")
    refused(client.post("/v1/runs", json={"scenario": "nothing"}), 404, "unknown_scenario")
    refused(client.get("/v1/runs/nothing/proposal"), 404, "unknown_run")


def test_a_proposal_comes_in_many_forms_and_parts(client: TestClient, finished: Json) -> None:
    """CSV, workbook, calendar; of one person, one project, one unit."""
    path = f"/v1/runs/{finished['id']}/proposal"

    def get(type: str, **parameters: str) -> bytes:
        response = client.get(path, headers={"Accept": type}, params=parameters)
        assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, type)
        return response.content

    lines = get("text/csv", person="p01").decode().splitlines()
    assert len(lines) == 2
    assert "Ana" in lines[1]
    assert "bookings" in openpyxl.load_workbook(io.BytesIO(get(XLSX, project="x"))).sheetnames
    calendar = get("text/calendar").decode()
    booked = sum(sum(map(bool, one["by_period"])) for one in client.get(path).json()["bookings"])
    assert calendar.count("BEGIN:VEVENT\r\n") == booked
    assert "DTSTART;VALUE=DATE:20270104\r\nDTEND;VALUE=DATE:20270111\r\n" in calendar
    assert max(len(line.encode()) for line in calendar.split("\r\n")) <= 75
    wanted = {"person": "zz", "project": "zz", "unit": "nowhere"}
    errors = refused(client.get(path, params=wanted), 422, "bad_query")
    assert [(error["path"], error["value"], error["expected"]) for error in errors] == [
        (f"?{name}", value, f"the id of a {name}") for name, value in wanted.items()
    ]
    refused(client.get(path, headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_what_is_not_waited_for_is_a_run(client: TestClient) -> None:
    """POST /v1/proposals answers 202 with the run; who waits gets the proposal, also of a stored one with changes."""
    body = examples.BODIES["propose"] | {"settings": QUICK}
    queued = client.post("/v1/proposals", json=body)
    assert (queued.status_code, queued.json()["portfolio"]["revision"]) == (202, None)
    assert ended(client, queued.headers["location"])["outcome"] == "OPTIMAL"
    stored = {"portfolio": "example", "changes": stored_examples.CHANGES, "settings": QUICK}
    waited = client.post("/v1/proposals", json=stored, headers=WAIT)
    assert (waited.status_code, waited.json()["run"]["status"]) == (200, "OPTIMAL")


# --- questions and studies


def test_questions_about_a_proposal_are_answered(client: TestClient, finished: Json) -> None:
    """Why not, and what else; what names nobody is refused, and a solve that found a plan has no conflict."""
    path = f"/v1/runs/{finished['id']}"
    question = {"question": {"ask": "person", "person": "p02", "activity": "a01"}, "settings": QUICK}
    answered = client.post(f"{path}/why-not", json=question, headers=WAIT)
    assert (answered.status_code, answered.json()["status"]) == (200, "already")
    run = client.get(f"/v1/runs?parent={finished['id']}&kind=why_not").json()["items"][0]
    assert client.get(f"/v1/runs/{run['id']}/answer").json() == answered.json()
    other = client.post(f"{path}/alternatives", json={"alternatives": {"plans": 1}, "settings": QUICK}, headers=WAIT)
    assert (other.status_code, other.json()["asked"]) == (200, 1)
    wrong = {"question": {"ask": "person", "person": "nobody", "activity": "a09"}}
    errors = refused(client.post(f"{path}/why-not", json=wrong), 422, "invalid")
    assert {error["path"] for error in errors} == {"/question/person", "/question/activity"}
    senseless = {
        ("mentor",): {"ask": "mentor", "mentor": "p02", "learner": "p02", "activity": "a01"},
        ("hours", "term"): {"ask": "unfilled", "activity": "a01", "term": "p02", "hours": 4},
    }
    for fields, asked in senseless.items():  # told at once, and not by a run that fails
        errors = refused(client.post(f"{path}/why-not", json={"question": asked}), 422, "invalid")
        assert [error["path"] for error in errors] == [f"/question/{field}" for field in fields]
    refused(client.post(f"{path}/conflict", json={}), 409, "no_proposal")
    refused(client.get(f"{path}/answer"), 409, "no_proposal")
    refused(client.get(f"/v1/runs/{run['id']}/proposal"), 409, "no_proposal")


def test_a_study_is_run(client: TestClient, finished: Json) -> None:
    """It is queued, followed and read like a run; what it cannot study is refused before."""
    body = {
        "portfolio": "example",
        "revision": 1,
        "study": {"kind": "exposure"},
        "settings": {"seconds": 5},
        "parent": finished["id"],
    }
    started = client.post("/v1/studies", json=body)
    assert (started.status_code, started.json()["kind"]) == (202, "study")
    done = ended(client, started.headers["location"])
    assert (done["status"], done["outcome"], done["result"]["format"]) == ("finished", "finished", "staffing-study/1")
    assert [one["id"] for one in client.get("/v1/studies").json()["items"]] == [done["id"]]
    renamed = {"operations": [{"op": "set", "path": "/name", "value": "Example"}]}
    revision = client.patch("/v1/portfolios/example", json=renamed).json()["revision"]
    later = client.post("/v1/studies", json=body | {"revision": revision}).json()["id"]
    assert ended(client, f"/v1/studies/{later}")["result"]["portfolio"]["revision"] == revision
    assert client.post(f"/v1/studies/{done['id']}/cancel").json()["status"] == "finished"
    [error] = refused(client.post("/v1/studies", json=body | {"study": {"kind": "magic"}}), 422, "invalid")
    assert error["path"] == "/study/kind"
    refused(client.get(f"/v1/studies/{finished['id']}"), 404, "unknown_run")
