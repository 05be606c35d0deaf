"""Who may do what, and what of an answer a role may see."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from scenarios.changes import parse_changes
from service.access import EVERYBODY, PERMISSIONS
from service.app import create_app
from service.orders import Source, order
from service.settings import ServiceSettings
from service.store import Store, StoredPortfolio
from service.who import ROLES
from solver.portfolio import Portfolio, parse
from tests.builders import activity, person, portfolio_data

Json = dict[str, Any]

#: words that stand nowhere but in what some roles may not see, by what may not be seen
MARKS = {
    "rate of the own unit": "7313.17",
    "rate of another unit": "8429.23",
    "wish": " asked for ",
    "energy": "phase:draining-mark",
    "date of an observation": "2019-03-02",
    "source of an observation": "certificate",
    "what hiring costs": "6151.37",
}
#: fields that no role but HR and, of the own record, the person may see
FIELDS = {"performance", "potential", "wishes", "ambitions", "trained", "top_talents_used", "top_talents_unused"}


def portfolio() -> Json:
    """Two units, a project each, and everything about the people that is not for everybody."""
    told: Json = {
        "expertise": [{"term": "mark-observed", "level": 4, "source": "certificate", "on": "2019-03-02"}],
        "talents": [
            {"term": "mark-talent", "level": 5, "source": "test", "on": "2019-03-02"},
            {"term": "idle-talent", "level": 5, "source": "test", "on": "2019-03-02"},
        ],
        "energy": [{"of": "phase:draining-mark", "value": -2}],
        "ambitions": [{"term": "mark-ambition", "level": 5}],
        "wishes": ["mine", "theirs"],
        "performance": 1,
        "potential": 3,
        "hours_per_period": 24,
    }
    terms = [
        ("law", "expertise"),
        ("mark-observed", "expertise"),
        ("mark-ambition", "expertise"),
        ("mark-talent", "talent"),
    ]
    terms.append(("idle-talent", "talent"))
    data = portfolio_data(
        [
            person("p01", unit="north", rate=7313.17, **told),
            person("p02", unit="south", rate=8429.23, **told),
            person("c01", unit="south", candidate={"cost": 6151.37}, hours_per_period=8),
        ],
        [
            activity("mine", 24, project="x", talents={"mark-talent": 3}),
            activity("theirs", 24, project="y"),
        ],
        units=[{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        projects=[
            {"id": "x", "name": "X", "lead": "p01"},
            {"id": "y", "name": "Y", "lead": "p02"},
        ],
        vocabulary=[{"id": id, "dimension": sort} for id, sort in terms],
        rules={"cost": {"weight": 1}, "staffing": {"weight": 100_000}},
    )
    return {**data, "id": "secret"}


@pytest.fixture(scope="module")
def address(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store for all tests of this file."""
    file = tmp_path_factory.mktemp("access") / "staffing.db"
    file.write_bytes(sqlite_file.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[TestClient]:
    """The service; what it does wrong is an answer, so that it can be looked at."""
    app = create_app(ServiceSettings(database_url=address, solves_at_once=1, solve_seconds=5))
    with TestClient(app, raise_server_exceptions=False) as connected:
        yield connected


@pytest.fixture(scope="module")
def keys(client: TestClient) -> dict[str, str]:
    """A key of each role, all of them for p01; a planner's for the unit north; and those that are no good."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    made = {
        role: store.add_key(role, 1, person="p01", units=["north"] if role == "planner" else None)[1] for role in ROLES
    }
    made["expired"] = store.add_key("hr", 0)[1]
    revoked, made["revoked"] = store.add_key("hr", 1)
    store.revoke_key(revoked.id)
    made["wrong"] = made["hr"][:-1] + ("A" if made["hr"][-1] != "A" else "B")
    made["no key at all"] = "staffing_"
    return made


def as_(keys: dict[str, str], role: str) -> dict[str, str]:
    """The header of a role."""
    return {"Authorization": f"Bearer {keys[role]}"}


@pytest.fixture(scope="module")
def run(client: TestClient, keys: dict[str, str]) -> str:
    """The id of a finished run of the portfolio, which was accepted."""
    hr = as_(keys, "hr")
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    store.add_portfolio(parse(portfolio()), "hr")
    body = {"portfolio": "secret", "settings": {"seconds": 5, "workers": 1}}
    answer = client.post("/v1/proposals", json=body, headers={**hr, "Prefer": "wait=60"})
    assert answer.status_code == 200, answer.json()
    id = store.runs().items[0].id
    assert client.post(f"/v1/runs/{id}/decisions", json={"decision": "accept"}, headers=hr).status_code == 201
    return id


# --- the table


def operations(client: TestClient) -> dict[str, tuple[str, str]]:
    """Operation id → method and path, of every route under /v1."""
    described = client.get("/openapi.json").json()["paths"]
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in described.items()
        for method, operation in methods.items()
        if not path.startswith("/health/")
    }


def asked(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of a request that is right in nothing but its path."""
    filled = path.replace("/people/{id}", "/people/p01")
    for name in ("id", "contest", "slug"):
        filled = filled.replace(f"{{{name}}}", "nobody")
    body = {"content": "{}"} if method in ("POST", "PUT", "PATCH") else {}
    return client.request(method, filled, headers={"Content-Type": "application/json", **headers}, **body).status_code  # type: ignore[arg-type]


def test_every_operation_says_who_may(client: TestClient) -> None:
    """The table names the operations that there are; one that it does not name would be refused to everybody."""
    assert set(operations(client)) == set(PERMISSIONS)
    assert all(roles <= set(ROLES) and roles for roles in PERMISSIONS.values())


@pytest.mark.parametrize("role", ROLES)
def test_every_role_on_every_route(client: TestClient, keys: dict[str, str], role: str) -> None:
    """A role is let through where the table has it, and gets a 403 everywhere else, before anything is read."""
    for operation, (method, path) in operations(client).items():
        if operation == "erase_person":
            path = "/v1/people/nobody"
        status = asked(client, method, path, as_(keys, role))
        assert (status == 403) == (role not in PERMISSIONS[operation]), (operation, status)
        assert status not in (401, 500), (operation, status)


@pytest.mark.parametrize("bad", ["none", "expired", "revoked", "wrong", "no key at all"])
def test_nobody_is_let_in_without_a_good_key(client: TestClient, keys: dict[str, str], bad: str) -> None:
    """Without a key, or with one that is out of date, revoked or not quite right, every route is a 401."""
    headers = {} if bad == "none" else as_(keys, bad)
    for operation, (method, path) in operations(client).items():
        assert asked(client, method, path, headers) == 401, operation
    answer = client.get("/v1/rules", headers=headers)
    assert (answer.json()["code"], answer.headers["www-authenticate"]) == ("unauthenticated", "Bearer")


def test_no_operation_takes_a_parameter_that_it_does_not_have(client: TestClient, keys: dict[str, str]) -> None:
    """Whatever is asked for, an unknown parameter is told; who may not ask for it is told that alone."""
    for operation, (method, path) in operations(client).items():
        if path.startswith("/v1/"):
            may = next(iter(PERMISSIONS[operation] - {"admin"}))
            path = re.sub(r"\{\w+\}", "p01", path) + "?nothing=p01"
            answer = client.request(method, path, headers=as_(keys, may))
            assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "?nothing"), operation
            assert client.request(method, path).status_code == 401


def test_operators_need_no_key(client: TestClient, keys: dict[str, str]) -> None:
    """Health is for machines that hold none."""
    assert client.get("/health/live").status_code == client.get("/health/ready").status_code == 200


#: what everybody may ask for, with a key or without: the description, the ways in, and what machines look at
FOR_ALL = {"/openapi.json", "/health/live", "/health/ready"}
FOR_ALL |= {"/sign-in", "/sign-out", "/look", "/static/{digest}/{name}"}


def routes(client: TestClient) -> set[tuple[str, str]]:
    """Method and path of every route there is, those of the page and others that the description leaves out too."""
    described = client.get("/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in described.items() for method in methods}
    waiting: list[Any] = list(client.app.routes)  # type: ignore[attr-defined]
    while waiting:
        one = waiting.pop()
        within = getattr(one, "original_router", None)
        if within is not None:
            waiting += within.routes
        elif not getattr(one, "include_in_schema", True) or (isinstance(one.path, str) and one.path == "/openapi.json"):
            found |= {(method, one.path) for method in one.methods - {"HEAD"}}
    return found


def looked_at(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of a request for something that is not there, or a form with nothing in it."""
    for name in ("id", "person", "activity", "slug", "digest", "name", "number", "contest"):
        path = path.replace(f"{{{name}}}", "nobody")
    return client.request(method, path, headers=headers, follow_redirects=False).status_code


def test_the_table_of_routes_is_whole(client: TestClient) -> None:
    """Every route there is stands under /v1 in the table of permissions, is for everybody, or is one of the page."""
    there, guarded = routes(client), set(operations(client).values())
    assert {(method, path) for method, path in there if path.startswith("/v1/")} <= guarded <= there
    assert {path for _, path in there} >= FOR_ALL
    assert len(there) > 80


@pytest.mark.parametrize("bad", ["none", "expired", "revoked", "wrong", "no key at all"])
def test_no_page_without_a_good_key(client: TestClient, keys: dict[str, str], bad: str) -> None:
    """Whatever the page has, nobody sees it without a good key: they are sent to the door, or told with a 401."""
    headers, guarded = {} if bad == "none" else as_(keys, bad), set(operations(client).values())
    for method, path in routes(client):
        status = looked_at(client, method, path, headers)
        if path in FOR_ALL:
            assert (status in (401, 403, 500)) == ((method, path) == ("POST", "/sign-in")), (method, path, status)
        elif (method, path) in guarded or method != "GET":
            assert status == 401, (method, path, status)
        else:
            assert status in (303, 401), (method, path, status)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_on_every_page(client: TestClient, keys: dict[str, str], role: str) -> None:
    """With a good key no route says that nobody is known, and none fails, whatever it is asked for."""
    for method, path in routes(client):
        if path != "/v1/people/{id}":
            status = looked_at(client, method, path, as_(keys, role))
            assert status < 500, (method, path, status)
            assert status != 401 or path == "/sign-in", (method, path, status)


# --- what is seen


#: of `MARKS`, what is shown to a planner of the unit north
OF_A_PLANNER = {"rate of the own unit", "what hiring costs"}
FORMS = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "ics": "text/calendar",
}


def read(client: TestClient, headers: dict[str, str], run: str) -> dict[str, Any]:
    """Everything that can be read about the portfolio, in every form; only what was answered with a 200."""
    paths = [
        *(path for name, (_, path) in operations(client).items() if "{" not in path and PERMISSIONS[name] != EVERYBODY),
        *(f"/v1/portfolios/secret{rest}" for rest in ("", "/revisions", "/export")),
        *(f"/v1/runs/{run}{rest}" for rest in ("", "/events", "/proposal", "/decisions")),
    ]
    answers = {
        f"{path} as {form}": client.get(path, headers={**headers, "Accept": kind})
        for path in paths
        for form, kind in FORMS.items()
    }
    assert {answer.status_code for answer in answers.values()} <= {200, 403, 405, 406}
    return {name: answer for name, answer in answers.items() if answer.status_code == 200}


def text(answer: Any) -> str:
    """What stands in an answer; of a workbook, or a ZIP of files, what stands in its cells or parts."""
    if not answer.content.startswith(b"PK"):
        return str(answer.text)
    if answer.headers["content-type"] == FORMS["xlsx"]:
        sheets = load_workbook(io.BytesIO(answer.content)).worksheets
        return " ".join(str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def fields(data: Any) -> Iterator[str]:
    """The names of all fields with something in them."""
    if isinstance(data, dict):
        for name, value in data.items():
            if value not in (None, [], {}):
                yield name
            yield from fields(value)
    elif isinstance(data, list):
        for one in data:
            yield from fields(one)


def found(answers: dict[str, Any]) -> dict[str, str]:
    """What of `MARKS` and `FIELDS` stands somewhere, and where."""
    there = {}
    for name, answer in answers.items():
        told = text(answer)
        there |= {what: name for what, mark in MARKS.items() if mark in told}
        if answer.headers["content-type"] == "application/json":
            there |= dict.fromkeys(FIELDS & set(fields(answer.json())), name)
    return there


def test_hr_see_everything(client: TestClient, keys: dict[str, str], run: str) -> None:
    """All marks and fields are in what HR read, so that the tests of the other roles look for what is there."""
    answers = read(client, as_(keys, "hr"), run)
    assert set(found(answers)) == set(MARKS) | FIELDS - {"trained"}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "hr"])
def test_nothing_is_read_that_the_role_may_not_see(
    client: TestClient, keys: dict[str, str], run: str, role: str
) -> None:
    """No answer in any form holds a rate, a review, a statement or a level that is not for the role."""
    key = {**keys, "other": client.app.state.store.add_key(role, 1, units=["north"])[1]}  # type: ignore[attr-defined]
    answers = read(client, as_(key, "other"), run)
    assert set(found(answers)) == (OF_A_PLANNER if role == "planner" else set())


def test_a_lead_sees_the_own_projects_alone(client: TestClient, keys: dict[str, str], run: str) -> None:
    """Of others' projects there is neither activity nor booking, finding or hour."""
    lead = as_(keys, "lead")
    seen = client.get("/v1/portfolios/secret", headers=lead).json()["portfolio"]
    assert ([one["id"] for one in seen["projects"]], [one["id"] for one in seen["activities"]]) == (["x"], ["mine"])
    assert [one for one in seen["people"] if one["id"] != "p01"] == [
        {"id": "p02", "name": "P02", "unit": "south"},
        {"id": "c01", "name": "C01", "unit": "south"},
    ]
    parse(seen)
    proposal = client.get(f"/v1/runs/{run}/proposal", headers=lead).json()
    assert {one["activity"] for one in proposal["bookings"]} == {"mine"}
    assert "theirs" not in json.dumps(proposal)
    assert "people" not in proposal


def test_what_a_lead_is_not_shown_is_no_filter_either(client: TestClient, keys: dict[str, str], run: str) -> None:
    """A project of others is to a lead what one that is not there is: the same error, but for its name."""
    lead, told = as_(keys, "lead"), []
    for project in ("y", "nowhere"):
        answer = client.get(f"/v1/runs/{run}/proposal?project={project}", headers=lead)
        assert answer.status_code == 422
        told.append(answer.text.replace(f'"{project}"', '""'))
    assert told[0] == told[1]
    assert client.get(f"/v1/runs/{run}/proposal?project=y", headers=as_(keys, "hr")).status_code == 200
    assert client.get(f"/v1/runs/{run}/proposal?project=x&person=p02&unit=south", headers=lead).status_code == 200


def test_a_planner_sees_all_of_the_plan(client: TestClient, keys: dict[str, str], run: str) -> None:
    """Bookings with fit and reason, hours and findings of everybody; of sums none that has hidden rates in it."""
    proposal = client.get(f"/v1/runs/{run}/proposal", headers=as_(keys, "planner")).json()
    everything = client.get(f"/v1/runs/{run}/proposal", headers=as_(keys, "hr")).json()
    assert [(one["person"], one["hours"], one["fit"]) for one in proposal["bookings"]] == [
        (one["person"], one["hours"], one["fit"]) for one in everything["bookings"]
    ]
    assert all(one["reason"] for one in proposal["bookings"])
    assert {rule["name"] for rule in everything["score_card"]["rules"]} - {
        rule["name"] for rule in proposal["score_card"]["rules"]
    } == {"cost", "budget"}
    assert "total" not in proposal["score_card"]
    assert "objective" not in proposal["run"]
    everywhere = client.app.state.store.add_key("planner", 1)[1]  # type: ignore[attr-defined]
    headers = {"Authorization": f"Bearer {everywhere}"}
    seen = client.get(f"/v1/runs/{run}/proposal", headers=headers).json()
    assert seen["score_card"]["total"] == everything["score_card"]["total"]


def test_a_person_sees_the_own_side_and_no_other(client: TestClient, keys: dict[str, str], run: str) -> None:
    """The own explanation has levels with their sources and the own words; another person's is a 403."""
    own = client.get("/v1/people/p01/explanation", headers=as_(keys, "employee"))
    told = own.json()
    assert (own.status_code, told["person"]) == (200, "p01")
    [level] = [one for one in told["levels"] if one["term"] == "mark-talent"]
    assert (level["observations"][0]["source"], level["observations"][0]["on"]) == ("test", "2019-03-02")
    assert "P02" not in own.text
    assert "7313.17" not in own.text
    for path in ("explanation", "agreement", "contests"):
        assert client.get(f"/v1/people/p02/{path}", headers=as_(keys, "employee")).status_code == 403
    sheet = client.get("/v1/people/p01/agreement", headers={**as_(keys, "employee"), "Accept": "application/pdf"})
    assert sheet.content.startswith(b"%PDF")


@pytest.mark.parametrize(("role", "seen"), [("hr", True), ("planner", False)], ids=["hr", "planner"])
def test_errors_do_not_tell_either(client: TestClient, keys: dict[str, str], run: str, role: str, seen: bool) -> None:
    """An error at a field that the role may not see says where and what would be right, but not what stands there."""
    data = portfolio()
    data["people"][0]["rate"] = -7313.17
    answer = client.post("/v1/check", json={"portfolio": data}, headers=as_(keys, role))
    [error] = answer.json()["errors"]
    assert (error["path"], bool(error["expected"])) == ("/portfolio/people/0/rate", True)
    assert ("value" in error) == seen
    assert ("7313.17" in answer.text) == seen


def test_what_is_not_shown_is_neither_changed_nor_lost(client: TestClient, keys: dict[str, str], run: str) -> None:
    """A planner may not set a hidden field, and what they import leaves hidden fields as they were."""
    planner, hr = as_(keys, "planner"), as_(keys, "hr")
    body = {"operations": [{"op": "set", "path": "/people/p02/rate", "value": 1}]}
    assert client.patch("/v1/portfolios/secret", json=body, headers=planner).status_code == 403
    body["operations"][0]["path"] = "/people/p01/rate"
    body["operations"][0]["value"] = 7313.17
    assert client.patch("/v1/portfolios/secret", json=body, headers=planner).status_code == 200
    before = client.get("/v1/portfolios/secret", headers=hr).json()["portfolio"]
    file = client.get("/v1/portfolios/secret/export", headers={**planner, "Accept": FORMS["xlsx"]})
    headers = {**planner, "Content-Type": FORMS["xlsx"]}
    assert client.post("/v1/portfolios/secret/import", content=file.content, headers=headers).status_code == 200
    assert client.get("/v1/portfolios/secret", headers=hr).json()["portfolio"] == before


def test_nobody_is_moved_to_where_more_of_them_is_shown(client: TestClient, keys: dict[str, str]) -> None:
    """A planner moves nobody of another unit into the own one: by operation, as a whole, by import or by upload."""
    planner, hr = as_(keys, "planner"), as_(keys, "hr")
    client.app.state.store.add_portfolio(parse({**portfolio(), "id": "moving"}), "hr")  # type: ignore[attr-defined]
    before = client.get("/v1/portfolios/moving", headers=hr).json()["portfolio"]
    seen = client.get("/v1/portfolios/moving", headers=planner).json()["portfolio"]
    moved = {**seen["people"][1], "unit": "north"}
    people = [seen["people"][0], moved, *seen["people"][2:]]
    ways: list[list[Json]] = [
        [{"op": "set", "path": "/people/p02/unit", "value": "north"}],
        [{"op": "set", "path": "/people/p02", "value": moved}],
        [{"op": "set", "path": "/people", "value": people}],
        [{"op": "remove", "path": "/people/p02"}, {"op": "add", "path": "/people", "value": moved}],
    ]
    for operations in ways:
        answer = client.patch("/v1/portfolios/moving", json={"operations": operations}, headers=planner)
        assert (answer.status_code, "/people/p02/unit" in answer.json()["detail"]) == (403, True), answer.text
    changed = {**seen, "people": people}
    assert client.post("/v1/portfolios/moving/import", json=changed, headers=planner).status_code == 403
    files = {"file": ("moving.json", json.dumps(changed).encode())}
    upload = client.post("/portfolios", files=files, headers={**planner, "Accept-Language": "nl"})
    assert (upload.status_code, "niet te zien krijgt" in upload.text) == (403, True)
    assert client.get("/v1/portfolios/moving", headers=hr).json()["portfolio"] == before


def test_under_another_id_nothing_hidden_comes_along(client: TestClient, keys: dict[str, str]) -> None:
    """A planner who gives somebody another id, be it the own one, is shown nothing more of them, in whatever unit."""
    planner = as_(keys, "planner")
    client.app.state.store.add_portfolio(parse({**portfolio(), "id": "renamed"}), "hr")  # type: ignore[attr-defined]
    seen = client.get("/v1/portfolios/renamed", headers=planner).json()["portfolio"]
    ids = [{"op": "set", "path": f"/people/{one}/id", "value": "x"} for one in ("p01", "p02")]
    for one in ids:
        refused = client.patch("/v1/portfolios/renamed", json={"operations": [one]}, headers=planner)
        assert (refused.status_code, "would be lost" in refused.json()["detail"]) == (403, True)
    first, second, _ = seen["people"]
    swapped = [{"op": "set", "path": f"/projects/{one}/lead", "value": None} for one in ("x", "y")] + [
        {"op": "set", "path": "/people/p01", "value": {**first, "id": "x"}},
        {"op": "set", "path": "/people/p02", "value": {**second, "id": "p01"}},
    ]
    moved = [
        {"op": "set", "path": "/people/p01", "value": {**second, "id": "z"}},
        {"op": "set", "path": "/people/z/unit", "value": "north"},
    ]
    for operations in (swapped, moved):
        body = {"operations": operations}
        assert client.patch("/v1/portfolios/renamed", json=body, headers=planner).status_code == 200
        answer = client.get("/v1/portfolios/renamed", headers=planner)
        assert not {"rate of another unit", "wish", "energy", "date of an observation"} & set(found({"": answer}))
        assert not FIELDS & set(fields(answer.json()))


class Between(Store):
    """A store in which somebody else makes a revision as soon as one was read, once."""

    def portfolio(self, id: str, revision: int | None = None) -> tuple[StoredPortfolio, Portfolio]:
        """A portfolio, as it was before that revision."""
        found = super().portfolio(id, revision)
        if found[0].revision == 1:
            people = [one.model_copy(update={"rate": 99.0}) for one in found[1].people]
            self.revise_portfolio(id, found[1].model_copy(update={"people": tuple(people)}), "hr", 1)
        return found


def test_a_file_takes_over_what_came_between(sqlite_address: str) -> None:
    """What a planner is not shown is as HR have set it meanwhile; where a revision is expected the file is refused."""
    with TestClient(create_app(ServiceSettings(database_url=sqlite_address)), base_url="http://localhost") as client:
        store: Store = client.app.state.store  # type: ignore[attr-defined]
        client.app.state.store = Between(store.engine)  # type: ignore[attr-defined]
        planner = {"Authorization": f"Bearer {store.add_key('planner', 1, units=['north'])[1]}"}

        def sent(id: str, **headers: str) -> int:
            file = {**portfolio(), "id": id}
            store.add_portfolio(parse(file), "hr")
            if id == "uploaded":
                files = {"file": ("p.json", json.dumps(file))}
                return client.post("/portfolios", files=files, headers=planner, follow_redirects=False).status_code
            return client.post(f"/v1/portfolios/{id}/import", json=file, headers=planner | headers).status_code

        assert (sent("imported"), sent("uploaded"), sent("expected", **{"If-Match": '"1"'})) == (200, 303, 412)
        for id, revision in (("imported", 3), ("uploaded", 3), ("expected", 2)):
            stored, found = store.portfolio(id)
            assert (stored.revision, {one.id: one.rate for one in found.people}["p02"]) == (revision, 99.0)


def test_nothing_of_it_stands_in_the_log(
    client: TestClient, keys: dict[str, str], run: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither keys nor what people said or are paid are logged, at whatever level."""
    with caplog.at_level(logging.DEBUG):
        read(client, as_(keys, "hr"), run)
        client.get("/v1/rules", headers=as_(keys, "wrong"))
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert [mark for mark in (*MARKS.values(), *keys.values()) if mark in logged] == []


def test_what_others_think_through_is_not_there_for_a_lead(client: TestClient, keys: dict[str, str], run: str) -> None:
    """Of what would be if somebody left, a lead sees neither the scenario nor the run, until it was accepted."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    lead, hr = as_(keys, "lead"), as_(keys, "hr")
    body = {"name": "P02 leaves", "portfolio": "secret", "changes": [{"change": "leave", "person": "p02", "from": 0}]}
    scenario = client.post("/v1/scenarios", json=body, headers=hr).json()["id"]
    settings = {"seconds": 1, "workers": 1}
    asked = {"portfolio": "secret", "changes": body["changes"], "settings": settings}
    assert client.post("/v1/proposals", json=asked, headers={**hr, "Prefer": "wait=60"}).status_code == 200
    thought = store.runs().items[0].id
    for path in (f"/v1/scenarios/{scenario}", f"/v1/runs/{thought}", f"/v1/runs/{thought}/proposal"):
        assert client.get(path, headers=lead).status_code == 404
        assert client.get(path, headers=hr).status_code == 200
    assert client.post(f"/v1/runs/{thought}/cancel", headers=lead).status_code == 404
    assert client.post("/v1/runs", json={"scenario": scenario, "settings": settings}, headers=lead).status_code == 404
    listed = (
        client.get("/v1/runs", headers=lead).json()["items"] + client.get("/v1/scenarios", headers=lead).json()["items"]
    )
    assert not {scenario, thought} & {one["id"] for one in listed}
    assert client.post(f"/v1/runs/{thought}/decisions", json={"decision": "accept"}, headers=hr).status_code == 201
    assert client.get(f"/v1/runs/{thought}", headers=lead).status_code == 200


# --- money


POINTS = {"settings": {"seconds": 1, "workers": 1}, "portfolio": "points"}
#: what moves a plan by rates that the role may not be shown, and where in the list of changes it stands
TELLING: dict[str, Json] = {
    "/changes/0/rules/cost": {"change": "set_policy", "rules": {"cost": {"weight": 1}}},
    "/changes/0/budget": {"change": "set_policy", "budget": 300_000, "rules": {"staffing": {"mode": "hard"}}},
}


@pytest.fixture(scope="module")
def points(client: TestClient, keys: dict[str, str]) -> str:
    """The id of a finished run of a portfolio in which money weighs nothing."""
    data = {**portfolio(), "id": "points"}
    data["policy"] = {**data["policy"], "rules": {"staffing": {"weight": 100_000}}}
    data["people"] = data["people"][:2]
    client.app.state.store.add_portfolio(parse(data), "hr")  # type: ignore[attr-defined]
    return proposed(client, as_(keys, "hr"))


def proposed(client: TestClient, headers: dict[str, str], *changes: Json) -> str:
    """The id of a run with changes that has ended, and was accepted, so that leads see it too."""
    body = {**POINTS, "changes": list(changes)}
    answer = client.post("/v1/proposals", json=body, headers={**headers, "Prefer": "wait=60"})
    assert answer.status_code == 200, answer.json()
    id: str = client.app.state.store.runs(portfolio="points", kind="solve").items[0].id  # type: ignore[attr-defined]
    assert client.post(f"/v1/runs/{id}/decisions", json={"decision": "accept"}, headers=headers).status_code == 201
    return id


@pytest.mark.parametrize("path", TELLING)
@pytest.mark.parametrize("role", ["lead", "planner"])
def test_what_tells_of_rates_is_refused_wherever_it_is_sent(
    client: TestClient, keys: dict[str, str], points: str, role: str, path: str
) -> None:
    """Budget and weight of money are refused with their path in every body with changes, and in the page's forms."""
    headers, changes = as_(keys, role), [TELLING[path]]
    scenario = {"name": "Telling", "portfolio": "points", "changes": changes}
    sweep = {"kind": "sweep", "axes": [{"name": "All", "options": [{"name": "one", "changes": changes}]}]}
    asked: dict[str, tuple[str, Json]] = {
        "/v1/proposals": (path, {**POINTS, "changes": changes}),
        "/v1/runs": (path, {**POINTS, "changes": changes}),
        "/v1/scenarios": (path, scenario),
    }
    if role == "planner":
        asked["/v1/studies"] = (f"/study/axes/0/options/0{path}", {**POINTS, "study": sweep})
    for where, (named, body) in asked.items():
        answer = client.post(where, json=body, headers=headers)
        assert (answer.status_code, named in answer.json()["detail"]) == (403, True), (where, answer.text)
    forms = {
        "/portfolios/points/scenarios/new": {"do": "run", "revision": "1"},
        f"/runs/{points}/with": {},
        **({"/studies/{study}/runs": {}} if role == "planner" else {}),
    }
    study = client.post("/v1/studies", json={**POINTS, "study": {"kind": "exposure"}}, headers=as_(keys, "hr")).json()
    for where, form in forms.items():
        sent = {**form, "changes": json.dumps(changes)}
        answer = client.post(where.format(study=study["id"]), data=sent, headers={**headers, "Accept-Language": "nl"})
        assert (answer.status_code, path in answer.text) == (403, True), (where, answer.text)
        assert "niet te zien krijgt" in answer.text
    client.post(f"/v1/studies/{study['id']}/cancel", headers=as_(keys, "hr"))


def test_who_sees_every_rate_sets_money(client: TestClient, keys: dict[str, str], points: str) -> None:
    """HR and planners of all units set what money weighs and may come to; others go on asking for the rest."""
    everywhere = {"Authorization": f"Bearer {client.app.state.store.add_key('planner', 1)[1]}"}  # type: ignore[attr-defined]
    pin = {"change": "pin", "person": "p01", "activity": "mine", "hours": 8}
    body = {"name": "Asked", "portfolio": "points"}
    for headers in (as_(keys, "hr"), everywhere):
        for change in (*TELLING.values(), pin):
            assert client.post("/v1/scenarios", json={**body, "changes": [change]}, headers=headers).status_code == 201
    for role in ("planner", "lead"):
        asked = client.post("/v1/scenarios", json={**body, "changes": [pin]}, headers=as_(keys, role))
        assert asked.status_code == 201


def test_limits_of_money_stay_in_a_stored_portfolio(client: TestClient, keys: dict[str, str], run: str) -> None:
    """A planner of one unit moves neither budget nor weight of money, by operation, import or upload."""
    planner, hr = as_(keys, "planner"), as_(keys, "hr")
    before = client.get("/v1/portfolios/secret", headers=hr).json()["portfolio"]
    moved = {"budget": 300_000, "rules/cost": {"weight": 2}}
    for path, value in moved.items():
        operations = {"operations": [{"op": "set", "path": f"/policy/{path}", "value": value}]}
        answer = client.patch("/v1/portfolios/secret", json=operations, headers=planner)
        assert (answer.status_code, f"/policy/{path}" in answer.json()["detail"]) == (403, True), answer.text
    seen = client.get("/v1/portfolios/secret", headers=planner).json()["portfolio"]
    changed = {**seen, "policy": {**seen["policy"], "budget": 300_000}}
    assert client.post("/v1/portfolios/secret/import", json=changed, headers=planner).status_code == 403
    files = {"file": ("secret.json", json.dumps(changed).encode())}
    assert client.post("/portfolios", files=files, headers=planner).status_code == 403
    assert client.get("/v1/portfolios/secret", headers=hr).json()["portfolio"] == before


@pytest.mark.parametrize("role", ["lead", "planner"])
def test_money_that_changes_bring_in_hides_totals_of_all_that_is_compared(
    client: TestClient, keys: dict[str, str], points: str, role: str
) -> None:
    """What is compared with a run in which money counts by its changes has no totals either, nor has the page."""
    headers, hr = as_(keys, role), as_(keys, "hr")
    weighed = proposed(client, hr, TELLING["/changes/0/rules/cost"])
    made = client.post("/v1/comparisons", json={"runs": [points, weighed]}, headers=headers).json()
    again = client.get(f"/v1/comparisons/{made['id']}", headers=headers).json()
    for one in (made, again):
        [difference] = one["comparison"]["differences"]
        assert not {"cost", "objective", "bound"} & set(fields(one["comparison"]["proposals"]))
        assert not {"total", "verdict", "money"} & difference.keys()
        assert not {"headline", "more_cost"} & difference["moved"].keys()
        assert "cost weighs" not in json.dumps(difference).lower()
    page = f"/compare?run={points}&run={weighed}"
    assert "weighs 1 instead of 0" in client.get(page, headers=hr).text
    assert client.get(f"/v1/runs/{points}/proposal", headers=headers).json()["score_card"]["total"] >= 0
    seen = client.get(page, headers=headers)
    assert (seen.status_code, "weighs" in seen.text, "Cost in points" in seen.text) == (200, False, False)


def test_a_posted_portfolio_hides_what_its_changes_bring_in(client: TestClient, keys: dict[str, str]) -> None:
    """Whoever sends rates along may weigh them, and is told of the plan what the role is told of any."""
    body = {**POINTS, "portfolio": portfolio(), "changes": [TELLING["/changes/0/rules/cost"]]}
    body["portfolio"]["policy"]["rules"] = {}
    answer = client.post("/v1/proposals", json=body, headers={**as_(keys, "lead"), "Prefer": "wait=60"})
    assert answer.status_code == 200
    assert not {"total", "objective", "bound"} & set(fields(answer.json()))


def test_a_sweep_in_which_money_counts_tells_what_was_asked(
    client: TestClient, keys: dict[str, str], points: str
) -> None:
    """Where one option weighs money, neither cells nor events nor plans of the sweep are shown with hidden rates."""
    hr, planner = as_(keys, "hr"), as_(keys, "planner")
    options = [{"name": "now"}, {"name": "weighed", "changes": [TELLING["/changes/0/rules/cost"]]}]
    body = {**POINTS, "study": {"kind": "sweep", "axes": [{"name": "Money", "options": options}]}, "parent": points}
    id = client.post("/v1/studies", json=body, headers=hr).json()["id"]
    client.get(f"/v1/studies/{id}/events", headers=hr)  # ends with the study
    assert client.get(f"/v1/studies/{id}", headers=hr).json()["result"]["found"]["cells"][1]["solved"]["cost"]
    seen = client.get(f"/v1/studies/{id}", headers=planner).json()
    assert seen["result"].keys() >= {"study", "outcome"}
    assert not {"found", "base", "sentences"} & seen["result"].keys()
    assert not {"best", "bound", "cost"} & set(fields({**seen, "asked": None, "result": None}))
    events = client.get(f"/v1/studies/{id}/events", headers=planner).text
    assert '"bound"' not in events
    assert "that you are not shown" in client.get(f"/studies/{id}", headers=planner).text
    assert [client.get(f"/studies/{id}/plans/1", headers=who).status_code for who in (hr, planner)] == [200, 404]


def underway(client: TestClient, by: str, *changes: Json, study: Json | None = None) -> str:
    """The id of a run, or of a study, that has told how far it is, and was stopped."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    stored, found = store.portfolio("points")
    kind: dict[str, Any] = {"kind": "study", "asked": study} if study else {}
    claimed = None
    while claimed is None:  # the service may be quicker to take it up
        run, _ = store.add_run(order(Source(found, stored), by, parse_changes(list(changes)), **kind))
        claimed = store.claim_run(run.id)
        if claimed is None:
            store.cancel_run(run.id, by)
    told: Json = {"seconds": 1.0, "best": 7.0, "bound": 6.0, "gap": 0.1}
    if kind:
        told = {"stage": "first rule", "name": "cost at most 7", "run": told}
    store.tell_progress(run.id, claimed.attempt, told)
    store.end_run(run.id, claimed.attempt, "cancelled")
    return run.id


@pytest.mark.parametrize("role", ["lead", "planner", "auditor"])
def test_progress_has_no_totals_where_the_changes_bring_in_money(
    client: TestClient, keys: dict[str, str], points: str, role: str
) -> None:
    """A run, its line in the list and its events tell best and bound, but not where its changes let money count."""
    by = client.app.state.store.who(keys["lead"]).name  # type: ignore[attr-defined]
    weigh = TELLING["/changes/0/rules/cost"]
    sweep = {"kind": "sweep", "axes": [{"name": "All", "options": [{"name": "now", "changes": []}]}]}
    both = {"kind": "sweep", "axes": [*sweep["axes"], {"name": "M", "options": [{"name": "w", "changes": [weigh]}]}]}
    runs = {underway(client, by): True, underway(client, by, weigh): False}
    if role != "auditor":
        runs[underway(client, by, study=sweep)] = True
        runs[underway(client, by, study=both)] = False
        runs[underway(client, by, study={"kind": "frontier", "rules": ["staffing", "cost"]})] = False
    listed = {one["id"]: one for one in client.get("/v1/runs", headers=as_(keys, role)).json()["items"]}
    for id, seen in runs.items():
        one = client.get(f"/v1/runs/{id}", headers=as_(keys, role)).json()
        events = client.get(f"/v1/runs/{id}/events", headers=as_(keys, role)).text
        for told in (json.dumps(one), json.dumps(listed[id]), events):
            assert '"gap"' in told
            assert ('"best"' in told, '"bound"' in told) == (seen, seen)
            assert seen or "at most 7" not in told
