"""Every page of a store in which there is everything, opened by everybody: what is left out breaks no page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import permutations, product
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from scenarios.changes import Change, parse_changes
from scenarios.scenario import apply
from scenarios.studies import parse_study
from service.app import create_app
from service.settings import ServiceSettings
from service.store import Kind, Store
from service.who import LOCAL, Role
from solver.portfolio import Portfolio, parse
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, person, portfolio_data
from tests.service.page.stored import found_out, with_answer
from tests.service.test_access import routes

Json = dict[str, Any]

#: one process has the store, which takes half a minute to fill
pytestmark = pytest.mark.xdist_group("everybody")

QUICK = Settings(seconds=5, workers=1, repeatable=True)
#: who opens every page: the role of a key, whose it is, and for which units
EVERYBODY: dict[str, tuple[Role, str | None, tuple[str, ...] | None]] = {
    "employee": ("employee", "ana", None),
    "lead": ("lead", "ana", None),
    "lead of nothing": ("lead", "bob", None),
    "planner": ("planner", None, None),
    "planner of a unit": ("planner", None, ("east",)),
    "hr": ("hr", None, None),
    "auditor": ("auditor", None, None),
    "admin": ("admin", None, None),
}
#: what the page answers: itself, the way elsewhere, that somebody may not, or that there is no such thing for them
TOLD = {200, 303, 403, 404, 406, 409}
LEAVE: Json = {"change": "leave", "person": "bob", "from": 0}
DEARER: Json = {"change": "set_policy", "rules": {"cost": {"weight": 2}}}
#: one of each kind
STUDIES: tuple[Json, ...] = (
    {"kind": "best_hires", "profiles": 1},
    {"kind": "exposure", "people": ["ana"]},
    {"kind": "lending_market"},
    {"kind": "sweep", "axes": [{"name": "Bob", "options": [{"name": "stays"}, {"name": "goes", "changes": [LEAVE]}]}]},
    {"kind": "frontier", "rules": ["staffing", "cost"], "points": 2},
)
#: where there is nothing of the page
ELSEWHERE = re.compile(r"/(?:v1|health|metrics|openapi\.json)\b")


def portfolio(id: str, **more: Any) -> Portfolio:
    """Two units, each with a project, of which ana leads one; rates, a wish, a candidate, and work that stays open."""
    data = portfolio_data(
        [
            person("ana", expertise={"law": 4, "data": 2}, unit="east", rate=50, wishes=["review"]),
            person("bob", expertise={"data": 4}, unit="west", rate=60),
            person("cas", expertise={"data": 3}, unit="west", rate=40, candidate={"cost": 5}),
        ],
        [
            activity("review", 30, expertise={"law": 4}, project="e"),
            activity("model", 24, expertise={"data": 4}, talents={"calm": 4}, project="e"),
            activity("count", 12, expertise={"data": 4}, project="w"),
        ],
        projects=[
            {"id": "e", "name": "East's", "unit": "east", "lead": "ana"},
            {"id": "w", "name": "West's", "unit": "west"},
        ],
        units=[{"id": "east", "name": "East"}, {"id": "west", "name": "West"}],
        **more,
    )
    return parse(data | {"id": id, "name": id.capitalize()})


def fill(store: Store, of: Portfolio, studies: Iterable[Json]) -> Iterator[str]:
    """Whatever there can be of a portfolio; yields the addresses that no link of the page leads to."""
    store.add_portfolio(of, "local")

    def ended(kind: Kind, asked: Any, answer: Json, changes: tuple[Change, ...] = (), parent: str | None = None) -> str:
        return with_answer(store, of.id, answer, changes, kind=kind, asked=asked, parent=parent)

    plan = solve(of, QUICK)
    run = ended("solve", None, plan.to_json())
    for asked in (parse_study(one).to_json() for one in studies):
        study = ended("study", asked, found_out(of, "study", asked, plan, QUICK))
        yield from (f"/studies/{study}/plans/{n}" for n in ("open", "fair", 0, 1, 2))
    yield from (f"/runs/{run}/people/{one.id}" for one in of.people)
    yield from (f"/runs/{run}/activities/{one.id}" for one in of.activities)
    yield from (f"/runs/{run}/cell?person={p.id}&activity={a.id}" for p, a in product(of.people, of.activities))
    yield from (f"/runs/{run}/{path}" for path in ("live", "decide", "download.csv"))
    made = [run]
    for changes in (parse_changes([LEAVE]), parse_changes([DEARER])):
        changed = solve(apply(of, changes), QUICK)
        store.add_scenario("What if", of.id, 1, changes, "local")
        made.append(ended("solve", None, changed.to_json(), changes, run))
        store.decide(made[-1], "accept", None, None, LOCAL, ["ana"])  # so that leads see it as well
    yield from (f"/compare?run={one}&run={other}" for one, other in permutations(made, 2))
    if plan.bookings is not None:
        wanted = {"plans": 1, "within": 1000, "least": 1}
        searched = ended("alternatives", wanted, found_out(of, "alternatives", wanted, plan, QUICK), (), run)
        yield f"/runs/{run}/others/{searched}/0"


@pytest.fixture(scope="module")
def full(module_address: str) -> tuple[list[str], dict[str, str]]:
    """A store with everything in it: addresses that no link leads to, and a key for each who opens them."""
    store = Store.open(module_address)
    costed, pinned = {"cost": {"weight": 1}}, booking("ana", "review", 400)
    addresses = [
        "/me",
        "/me/agreement",
        "/sign-in",
        *fill(store, portfolio("free"), STUDIES),
        *fill(store, portfolio("costed", rules=costed), STUDIES[1:2]),
        *fill(store, portfolio("tight", bookings=[pinned]), STUDIES),
    ]
    store.contest("free", "ana", "law", 5, "I wrote it", LOCAL)
    keys = {name: store.add_key(role, 1, person=of, units=units)[1] for name, (role, of, units) in EVERYBODY.items()}
    store.close()
    return addresses, keys


@pytest.fixture(scope="module")
def service(module_address: str, full: tuple[list[str], dict[str, str]]) -> Iterator[TestClient]:
    """The service over that store."""
    settings = ServiceSettings(database_url=module_address, solve_seconds=2)
    with TestClient(create_app(settings), base_url="http://localhost", follow_redirects=False) as connected:
        yield connected


def opened(service: TestClient, key: str, first: Iterable[str]) -> dict[str, int]:
    """Addresses with how they answered: the first ones, and whatever links and redirections lead to from there."""
    waiting, found = ["/", *first], {}
    headers = {"cookie": f"staffing_key={key}", "accept": "text/html"}
    while waiting:
        address = waiting.pop()
        if address in found or not address.startswith("/") or address.startswith("/static/"):
            continue
        answer = service.get(address, headers=headers)
        found[address] = answer.status_code
        links = [answer.headers.get("location", "")]
        if answer.headers.get("content-type", "").startswith("text/html"):
            links += re.findall(r'\bhref="([^"#]*)', answer.text)
        waiting += [urljoin(address, unescape(link)).partition("#")[0] for link in links]
    return found


@pytest.fixture(scope="module")
def everywhere(service: TestClient, full: tuple[list[str], dict[str, str]]) -> list[str]:
    """The address of every page there is, which HR may see."""
    return list(opened(service, full[1]["hr"], full[0]))


def test_every_view_is_among_them(service: TestClient, everywhere: list[str]) -> None:
    """No view of the page is left out of those that everybody opens below."""
    views = {path for method, path in routes(service) if method == "GET" and not ELSEWHERE.match(path)}
    paths = [urlsplit(one).path for one in everywhere]
    missed = {one for one in views if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path) for path in paths)}
    assert missed == {"/static/{digest}/{name}"}


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_opens_every_page(
    service: TestClient, full: tuple[list[str], dict[str, str]], everywhere: list[str], who: str
) -> None:
    """Each page is there, or refused in words: whatever is left out of it for who looks, it does not fail."""
    found = opened(service, full[1][who], everywhere)
    assert {one: status for one, status in found.items() if status not in TOLD} == {}
    assert 200 in found.values()


@pytest.mark.parametrize("who", ["lead", "planner of a unit"])
@pytest.mark.parametrize(
    ("portfolio", "path", "sent"),
    [
        ("costed", "ask", {"ask": "person", "person": "bob", "activity": "review"}),
        ("costed", "ask", {"ask": "unfilled", "activity": "model"}),
        ("tight", "ways-out", {}),
    ],
)
def test_what_is_asked_on_the_page_is_answered_without_the_money(
    service: TestClient, full: tuple[list[str], dict[str, str]], who: str, portfolio: str, path: str, sent: Json
) -> None:
    """To those who do not see every rate the answer comes as well, with no word of what it costs in money."""
    store = service.app.state.store  # type: ignore[attr-defined]
    run = store.runs(portfolio=portfolio, kind="solve").items[-1].id
    headers = {"cookie": f"staffing_key={full[1][who]}"}
    answer = service.post(f"/runs/{run}/{path}", data=sent, headers=headers)
    assert answer.status_code == 200
    assert "No answer yet" not in answer.text
    assert " in money" not in answer.text


def test_a_study_with_money_in_its_answer_says_so(service: TestClient, full: tuple[list[str], dict[str, str]]) -> None:
    """Who is not shown it is not told that there is no plan, nor led to a plan behind its points."""
    store = service.app.state.store  # type: ignore[attr-defined]
    study = store.runs(portfolio="costed", kind="study").items[0].id
    for who, said in (("planner", "points"), ("planner of a unit", "that you are not shown")):
        answer = service.get(f"/studies/{study}", headers={"cookie": f"staffing_key={full[1][who]}"})
        assert said in answer.text, who
    traded = next(one.id for one in store.runs(portfolio="free", kind="study").items if one.asked["kind"] == "frontier")
    for who, status in (("planner", 200), ("planner of a unit", 404)):
        answer = service.get(f"/studies/{traded}/plans/0", headers={"cookie": f"staffing_key={full[1][who]}"})
        assert answer.status_code == status, who
