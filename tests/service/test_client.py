"""The client, against a service that is a process of its own."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import openpyxl
import pytest

from scenarios.library import entry
from service import examples
from service.client import Client, Event, ServiceError
from service.store import Store
from solver.proposal import Proposal
from solver.settings import Settings
from tests.service.hard import hard_portfolio
from tests.service.running import Server, serving

QUICK = Settings(seconds=20, workers=1)
SETTINGS = {"STAFFING_SOLVES_AT_ONCE": "1", "STAFFING_SOLVES_WAITING": "1"}
HIRE = entry("adviesbureau").scenarios()[1]


@pytest.fixture(scope="module")
def server(module_address: str) -> Iterator[Server]:
    """A running service with the library in it, which solves one run at a time and lets one wait."""
    with serving(module_address, SETTINGS) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it."""
    with Client(server.url) as connected:
        yield connected


def example(id: str) -> dict[str, object]:
    """The small portfolio of the documentation, under another id."""
    return {**examples.PORTFOLIO, "id": id}


def test_from_a_portfolio_to_a_proposal_in_every_form(client: Client) -> None:
    """Checked, run with events in order, and fetched as JSON, CSV, workbook and calendar."""
    assert client.check(examples.PORTFOLIO)["summary"]["people"] == 2
    events: list[Event] = []
    run = client.follow(client.start(examples.PORTFOLIO, settings=QUICK), events.append)
    assert (run.status, run.outcome) == ("finished", "OPTIMAL")
    assert [one.number for one in events] == list(range(1, len(events) + 1))
    assert [events[0].name, events[1].name, events[-1].name] == ["queued", "running", "finished"]
    proposal = Proposal.model_validate(client.proposal(run.id))
    assert proposal.bookings
    rows = list(csv.DictReader(io.StringIO(client.proposal_file(run.id, ".csv").decode("utf-8-sig"))))
    assert [row["person"] for row in rows] == [one.person for one in proposal.bookings]
    assert "bookings" in openpyxl.load_workbook(io.BytesIO(client.proposal_file(run.id, ".xlsx"))).sheetnames
    assert client.proposal_file(run.id, ".ics").startswith(b"BEGIN:VCALENDAR")
    assert json.loads(client.proposal_file(run.id, ".json")) == client.proposal(run.id)
    person = proposal.bookings[0].person
    assert {one["person"] for one in client.proposal(run.id, person=person)["bookings"]} == {person}
    assert client.score(examples.PORTFOLIO, client.proposal(run.id))["run"]["objective"] == proposal.run.objective


def test_every_error_is_one_exception(client: Client) -> None:
    """Status, code, words, and everything that is wrong with its place."""
    wrong = json.loads(json.dumps(examples.PORTFOLIO))
    wrong["people"][0]["unit"], wrong["people"][1]["hours_per_period"] = "nowhere", -1
    with pytest.raises(ServiceError) as caught:
        client.check(wrong)
    assert (caught.value.status, caught.value.code) == (422, "invalid")
    assert [one.path for one in caught.value.errors] == [
        "/portfolio/people/0/unit",
        "/portfolio/people/1/hours_per_period",
    ]
    with pytest.raises(ServiceError, match="There is no run nothing") as caught:
        client.run("nothing")
    assert (caught.value.status, caught.value.code, caught.value.errors) == (404, "unknown_run", ())


def test_portfolios_are_stored_in_revisions(client: Client) -> None:
    """Added, changed against lost updates, imported and exported, listed page by page."""
    assert client.add_portfolio(example("kept")).revision == 1
    with pytest.raises(ServiceError) as caught:
        client.add_portfolio(example("kept"))
    assert caught.value.code == "exists"
    more = [{"op": "set", "path": "/people/p01/hours_per_period", "value": 16}]
    assert client.change_portfolio("kept", more, revision=1).revision == 2
    with pytest.raises(ServiceError) as caught:
        client.change_portfolio("kept", more, revision=1)
    assert (caught.value.status, caught.value.code) == (412, "stale")
    book = client.export_portfolio("kept", ".xlsx")
    assert client.import_portfolio("kept", book, ".xlsx", revision=2).revision == 3
    assert [one.revision for one in client.revisions("kept")] == [3, 2, 1]
    assert client.portfolio("kept", 1).portfolio["people"][0]["hours_per_period"] != 16
    assert {"kept", "adviesbureau"} <= {one.id for one in client.portfolios()}


def test_scenarios_are_stored_in_versions(client: Client) -> None:
    """Added, replaced against lost updates, run, deleted; those of the library are there."""
    calm = [{"change": "set_preset", "preset": "one-team"}]
    made = client.add_scenario("As one team", "adviesbureau", calm)
    assert client.replace_scenario(made.id, "One team", "adviesbureau", calm, version=1).version == 2
    with pytest.raises(ServiceError) as caught:
        client.replace_scenario(made.id, "Late", "adviesbureau", calm, version=1)
    assert caught.value.code == "stale"
    run = client.start(scenario=made.id, settings=QUICK)
    assert (run.scenario, run.changes[0]["preset"]) == (made.id, "one-team")
    client.cancel(run.id)
    client.delete_scenario(made.id, version=2)
    assert made.id not in {one.id for one in client.scenarios("adviesbureau")}
    assert client.scenario(f"adviesbureau.{HIRE.id}").name == HIRE.name


def test_runs_are_questioned_and_compared(client: Client) -> None:
    """Why not, other plans, side by side, a study from what was solved, a person's own view, a decision."""
    base = client.follow(client.start(example("asked"), settings=QUICK))
    answer = client.why_not(base.id, {"ask": "person", "person": "p02", "activity": "a02"}, QUICK)
    assert answer["sentences"]
    assert "alternatives" in client.alternatives(base.id, 1, 50, QUICK)
    with pytest.raises(ServiceError) as caught:
        client.conflict(base.id)
    assert caught.value.code == "no_proposal"
    changes = [{"change": "set_preset", "preset": "one-team"}]
    other = client.follow(client.start(example("asked"), changes, QUICK, parent=base.id))
    assert other.parent == base.id
    compared = client.compare([base.id, other.id], ["now", "as one"])
    assert [one["name"] for one in compared.comparison["proposals"]] == ["now", "as one"]
    assert client.comparison(compared.id) == compared
    assert compared.id in {one.id for one in client.comparisons()}
    study = client.follow(client.start_study(example("asked"), {"kind": "exposure"}, QUICK, parent=base.id))
    assert client.study(study.id).result is not None
    assert study.id in {one.id for one in client.studies()}
    assert {base.id, other.id} <= {one.id for one in client.runs(portfolio="asked", kind="solve", status="finished")}
    assert client.explanation("p01", base.id)["person"] == client.agreement("p01", base.id)["person"] == "p01"
    assert client.agreement_file("p01", ".pdf", base.id).startswith(b"%PDF")


def test_decisions_contests_and_the_record(client: Client) -> None:
    """A proposal is accepted and taken over, a level contested and settled, a person erased; the log tells of all."""
    person = "zoe"  # in no other portfolio, as the person will be erased
    portfolio = json.loads(json.dumps(example("decided")).replace("p01", person))
    stored = client.add_portfolio(portfolio)
    run = client.follow(client.start(stored.id, settings=QUICK))
    decision = client.decide(run.id, "accept", reason="As we had hoped")
    assert list(client.decisions(run.id)) == [decision]
    assert (decision.decision, decision.bookings) == ("accept", None)
    taken = client.make_incumbent(run.id)
    assert (taken.portfolio, taken.revision) == (stored.id, 2)
    assert taken.incumbents == len(client.proposal(run.id)["bookings"])
    assert {one.portfolio: one.accept for one in client.overrides().items}[stored.id] == 1
    term = portfolio["people"][0]["expertise"][0]["term"]
    contested = client.contest(person, stored.id, term, "I wrote the book", level=5)
    settled = client.settle(person, contested.id, "upheld", "So you did")
    assert [contested.status, settled.status] == ["open", "upheld"]
    assert list(client.contests(person)) == [settled]
    gone = client.erase(person)
    assert person not in json.dumps([client.portfolio(stored.id, n).portfolio for n in (1, 2)])
    with pytest.raises(ServiceError) as caught:
        client.erase(person)
    assert (caught.value.status, caught.value.code) == (404, "unknown_person")
    entries = list(client.audit())
    assert (entries[0].action, entries[0].about["hash"]) == ("erase_person", gone.hash)
    assert list(client.audit(action="erase_person", by=entries[0].by)) == entries[:1]
    verdict = client.verify_audit()
    assert (verdict.whole, verdict.entries, verdict.head) == (True, entries[0].number, entries[0].hash)


def test_what_the_service_can_do(client: Client) -> None:
    """Rules, presets, changes, the library and the model card."""
    assert {"rules": len(client.rules()), "presets": len(client.presets())} == {"rules": 34, "presets": 6}
    assert client.changes()[0]["schema"]
    assert client.library_portfolio(client.library()[0]["slug"])["portfolio"]["people"]
    assert client.model_card("nl")["rules"]
    assert client.ready()["runs"]["running"] >= 0


def test_stop_cancels_the_run_and_keeps_its_plan(client: Client) -> None:
    """Once `stop` is set the run that is followed ends, and its best plan until then is there."""

    def look(event: Event) -> None:
        if event.data.get("best") is not None:
            client.stop.set()

    run = client.follow(client.start(hard_portfolio(), settings=Settings(seconds=120, workers=1)), look)
    assert run.status == "cancelled"
    assert client.proposal(run.id)["bookings"]


def test_a_full_queue_is_waited_for(server: Server, client: Client) -> None:
    """Whoever gets a 429 hears how long to wait, is told so, and is taken when there is room; patience has an end."""
    long = Settings(seconds=120, workers=1)
    first, second = (client.start(hard_portfolio(), settings=long) for _ in range(2))
    waits: list[tuple[str, float]] = []

    def make_room(error: ServiceError, seconds: float) -> None:
        waits.append((error.code, seconds))
        client.cancel(first.id)
        client.cancel(second.id)
        impatient.stop.set()  # as it cannot be waited for ten seconds here

    with Client(server.url, on_wait=make_room) as impatient:
        third = impatient.start(hard_portfolio(), settings=long)
    assert waits[0] == ("busy", 10)
    client.cancel(third.id)
    blockers = [client.start(hard_portfolio(), settings=long) for _ in range(2)]
    with Client(server.url, patience=0) as hasty, pytest.raises(ServiceError) as caught:
        hasty.start(hard_portfolio(), settings=long)
    assert (caught.value.status, caught.value.retry_after) == (429, 10)
    for one in blockers:
        client.cancel(one.id)


def test_a_service_that_dies_and_comes_back_is_followed_on(sqlite_address: str) -> None:
    """Killed amid a run and started again: each event comes once, in order, and the run goes on until it is stopped."""
    events: list[Event] = []
    waits: list[str] = []
    with serving(sqlite_address, SETTINGS) as mortal:

        def look(event: Event) -> None:
            events.append(event)
            solving = event.data.get("best") is not None
            if solving and not waits:
                mortal.kill()
            elif solving and waits:
                client.stop.set()

        def revive(error: ServiceError, _: float) -> None:
            waits.append(error.code)
            if mortal.process.returncode is not None:
                mortal.start()

        with Client(mortal.url, on_wait=revive) as client:
            run = client.follow(client.start(hard_portfolio(), settings=Settings(seconds=120, workers=1)), look)
            assert (run.status, run.attempt) == ("cancelled", 2)
            assert client.proposal(run.id)["bookings"]
    assert set(waits) == {"unreachable"}
    assert [one.number for one in events] == list(range(1, len(events) + 1))
    assert [one.name for one in events if one.name != "progress"] == [
        "queued",
        "running",
        "queued",
        "running",
        "cancelled",
    ]


def test_keys_and_roles(sqlite_address: str) -> None:
    """A wrong key is a 401, a role that may not a 403; what a role may not see is left out, not in the way."""
    store = Store.open(sqlite_address)
    planner, employee = store.add_key("planner", 1)[1], store.add_key("employee", 1, person="p01")[1]
    store.close()
    with serving(sqlite_address) as guarded:
        for key, code in ((None, "unauthenticated"), ("sk_wrong", "unauthenticated"), (employee, "forbidden")):
            with Client(guarded.url, key) as client, pytest.raises(ServiceError) as caught:
                client.start("adviesbureau")
            assert caught.value.code == code
        with Client(guarded.url, planner) as client:
            run = client.follow(client.start(examples.PORTFOLIO, settings=QUICK))
            assert "top_talents_used" not in client.proposal(run.id)["people"][0]
            assert "potential" not in client.portfolio("adviesbureau").portfolio["people"][0]


@contextmanager
def somebody_else(status: int, headers: dict[str, str]) -> Iterator[str]:
    """The address of a web server that is no staffing service."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"<html>welcome</html>")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_address[1]}"
        other.shutdown()


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (200, {"Content-Type": "text/html", "X-Content-Type-Options": "nosniff"}, "not_staffing"),
        (404, {"Content-Type": "text/html"}, "not_staffing"),
        (302, {"Location": "https://login.example.org/"}, "not_staffing"),
        (502, {"Content-Type": "text/html"}, "unreachable"),
    ],
)
def test_an_address_where_somebody_else_answers(status: int, headers: dict[str, str], code: str) -> None:
    """Another web server, a page to log in and a proxy before nothing are told apart from the service, at once."""
    with somebody_else(status, headers) as url, Client(url) as client, pytest.raises(ServiceError) as caught:
        client.rules()
    assert (caught.value.code, caught.value.status) == (code, status)
    assert headers.get("Location", url) in caught.value.detail


def test_an_address_where_nobody_answers_is_not_waited_for() -> None:
    """A port that nothing listens on is an error at once, with the address in it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    waits: list[float] = []
    with Client(url, on_wait=lambda _, seconds: waits.append(seconds)) as client, pytest.raises(ServiceError) as caught:
        client.start("adviesbureau")
    assert (caught.value.code, caught.value.status, waits) == ("unreachable", None, [])
    assert url in caught.value.detail


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://staffing", "https://", "https://a b", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """Without a scheme that is spoken and a host there is nothing to ask."""
    with pytest.raises(ValueError, match="is no address of a service"):
        Client(address)


@pytest.mark.parametrize("key", ["", " ", "sleutel\n", "sleutel-é"])
def test_a_key_that_cannot_be_sent_is_refused(key: str) -> None:
    """Signs that cannot stand in a header are told before anything is sent, and the key is not repeated."""
    with pytest.raises(ValueError, match="it has signs that no key has"):
        Client("http://localhost:8000", key)


def test_every_method_is_documented() -> None:
    """The table of `docs/client.md` names the methods that there are, and no others."""
    page = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", " ".join(rows)))
    methods = {name for name, one in vars(Client).items() if callable(one) and not name.startswith("_")}
    assert named == methods - {"close"}


#: operation of the description → the method that asks for it, where it has another name; None where none does
OTHERWISE = {
    "ask_alternatives": "alternatives",
    "ask_conflict": "conflict",
    "ask_why_not": "why_not",
    "cancel_run": "cancel",
    "cancel_study": "cancel",
    "contest_level": "contest",
    "erase_person": "erase",
    "explain_person": "explanation",
    "get_agreement": "agreement",
    "get_answer": "why_not",
    "live": None,
    "propose": "start",
    "read_metrics": None,
    "report_overrides": "overrides",
    "settle_contest": "settle",
    "start_run": "start",
    "watch_run": "events",
    "watch_study": "events",
}


def test_every_route_has_a_method(server: Server) -> None:
    """What the description offers can be asked for with the client: a new route needs a method, or a word why not."""
    with urllib.request.urlopen(f"{server.url}/openapi.json") as answer:
        paths = json.loads(answer.read())["paths"]
    operations = {one["operationId"] for path in paths.values() for one in path.values()}
    named = {id: OTHERWISE.get(id, id.removeprefix("get_").removeprefix("list_")) for id in operations}
    assert {id for id, name in named.items() if name is not None and not hasattr(Client, name)} == set()
    assert set(OTHERWISE) <= operations
