"""Decisions, the audit log, erasure, contested levels, keys: what people do, and what is remembered of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert, select, text, update
from typer.testing import CliRunner

from scenarios.changes import parse_changes
from service.app import create_app
from service.cli import app as cli
from service.problems import InUse, Stale, UnknownPerson
from service.settings import ServiceSettings
from service.store import NewRun, Store
from service.store.access_tables import audit
from service.store.erasure import Erased
from service.store.schema import metadata
from service.store.tables import runs
from service.who import Who
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse
from tests.builders import activity, booking, person, portfolio_data
from tests.service.hard import hard_portfolio

Json = dict[str, Any]

HR = Who(role="hr", name="key hr")
PLAN = {
    "bookings": [
        {"person": "ann", "activity": "a", "hours": 16},
        {"person": "bob", "activity": "a", "hours": 8},
        {"person": "bob", "activity": "b", "hours": 24},
    ]
}


def team(id: str = "team") -> Portfolio:
    """Ann Vries leads x with activity a, Bob Kroes y with b; both are on b already."""
    data = portfolio_data(
        [
            person("ann", name="Ann Vries", expertise={"law": 3}),
            person("bob", name="Bob Kroes", expertise={"law": 4}, rate=88.0, wishes=["a"]),
        ],
        [activity("a", 24, expertise={"law": 3}), activity("b", 32, project="y")],
        [booking("bob", "b", 32, "incumbent"), booking("ann", "b", 8, "incumbent")],
        projects=[{"id": "x", "name": "X", "lead": "ann"}, {"id": "y", "name": "Y", "lead": "bob"}],
        periods=2,
    )
    return parse({**data, "id": id})


def finished(store: Store, portfolio: Portfolio) -> str:
    """The id of a finished run of the portfolio, which is stored for it, with the plan."""
    stored = store.add_portfolio(portfolio, "key hr")
    proposal, id = score_plan(portfolio, PLAN), f"run-of-{portfolio.id}"
    moment = datetime.now(UTC)
    said = {
        "id": id,
        "kind": "solve",
        "status": "finished",
        "attempt": 1,
        "lost": 0,
        "cancelling": False,
        "turn": 0,
        "by": "key hr",
        "portfolio": portfolio.id,
        "revision": stored.revision,
        "sha256": stored.sha256,
        "changes": [],
        "settings": {},
        "versions": {},
        "fingerprint": "0" * 64,
        "created": moment,
        "ended": moment,
        "last_event": 0,
        "outcome": proposal.run.status,
        "result": json.dumps(proposal.to_json()),
    }
    with store.writing() as connection:
        connection.execute(insert(runs).values(**said))
    return id


@pytest.fixture
def run(store: Store) -> str:
    """A finished run of the team."""
    return finished(store, team())


@pytest.fixture(scope="module")
def service(module_address: str) -> Iterator[TestClient]:
    """The service without keys."""
    with TestClient(create_app(ServiceSettings(database_url=module_address))) as connected:
        yield connected


@dataclass(frozen=True)
class Case:
    """A service with a portfolio of the test's own, and a finished run of it."""

    client: TestClient
    store: Store
    team: str
    run: str

    def decide(self, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """A decision on the run."""
        return self.client.post(f"/v1/runs/{self.run}/decisions", json=body, headers=headers)

    def take_over(self, **headers: str) -> Any:
        """What was accepted becomes the incumbent bookings."""
        return self.client.post(f"/v1/runs/{self.run}/incumbents", headers=headers)

    def change(self, **fields: Any) -> None:
        """Somebody changes the portfolio: fields of it are replaced."""
        latest = self.store.portfolio(self.team)[1].canonical()
        self.store.revise_portfolio(self.team, parse({**latest, **fields}), "key hr")

    def bookings(self) -> set[tuple[str, str, int | None]]:
        """Those of the latest revision."""
        return {(one.person, one.activity, one.hours) for one in self.store.portfolio(self.team)[1].bookings}


def case_of(client: TestClient) -> Case:
    """A case of its own."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    id = f"team-{uuid.uuid4().hex[:8]}"
    return Case(client, store, id, finished(store, team(id)))


@pytest.fixture
def case(service: TestClient) -> Case:
    """A case of a service without keys."""
    return case_of(service)


@pytest.fixture
def keyed(sqlite_address: str) -> Iterator[Case]:
    """A case of a service that will get keys."""
    with TestClient(create_app(ServiceSettings(database_url=sqlite_address))) as connected:
        yield case_of(connected)


# --- decisions


def test_an_override_needs_bookings_with_hours_and_a_reason(case: Case) -> None:
    """What is missing or unknown in a decision is told with its place; nothing is written down."""
    pair = {"person": "ann", "activity": "a"}
    wrong: list[tuple[Json, str]] = [
        ({"decision": "override", "bookings": [{**pair, "hours": 8}]}, "/reason"),
        ({"decision": "override", "reason": "x"}, "/bookings"),
        ({"decision": "override", "bookings": [pair], "reason": "x"}, "/bookings/0/hours"),
        ({"decision": "accept", "bookings": [{**pair, "hours": 8}]}, "/bookings/0/hours"),
        ({"decision": "accept", "bookings": [{"person": "bob", "activity": "c"}]}, "/bookings/0/activity"),
        ({"decision": "accept", "bookings": [{"person": "ann", "activity": "b"}]}, "/bookings/0"),
        ({"decision": "accept", "bookings": [{"person": "eve", "activity": "b"}]}, "/bookings/0/person"),
        ({"decision": "override", "bookings": [{**pair, "hours": 25}], "reason": "x"}, "/bookings/0/hours"),
        ({"decision": "override", "bookings": [{**pair, "hours": n} for n in (8, 16)], "reason": "x"}, "/bookings/1"),
        ({"decision": "perhaps"}, "/decision"),
    ]
    for body, path in wrong:
        answer = case.decide(**body)
        assert (answer.status_code, [one["path"] for one in answer.json()["errors"]]) == (422, [path])
    assert case.client.get(f"/v1/runs/{case.run}/decisions").json()["items"] == []


def test_an_override_may_be_all_that_the_activity_asks_for(case: Case) -> None:
    """Hours up to those asked for are right, and an answer to more says how many that is."""
    pair = {"person": "ann", "activity": "a"}
    [error] = case.decide(decision="override", bookings=[{**pair, "hours": 999_999}], reason="x").json()["errors"]
    assert (error["value"], error["expected"]) == (999_999, "at most 24, the hours that the activity asks for")
    assert case.decide(decision="override", bookings=[{**pair, "hours": 24}], reason="x").status_code == 201


def test_an_override_books_no_more_than_somebody_has(case: Case) -> None:
    """Nor more hours than the person has in the window of the activity, as in no plan."""
    mine = team(f"{case.team}-away").canonical()
    away = parse({**mine, "people": [{**mine["people"][0], "hours_per_period": 10}, mine["people"][1]]})
    other = Case(case.client, case.store, away.id, finished(case.store, away))
    pair = {"person": "ann", "activity": "a"}
    [error] = other.decide(decision="override", bookings=[{**pair, "hours": 11}], reason="x").json()["errors"]
    assert (error["code"], error["expected"]) == (
        "too_many_hours",
        "at most 10, the hours that the person has in its window",
    )
    assert other.decide(decision="override", bookings=[{**pair, "hours": 10}], reason="x").status_code == 201


def test_nothing_is_booked_by_itself(case: Case) -> None:
    """An accepted proposal leaves the portfolio as it is, until somebody makes it the incumbent bookings."""
    assert case.decide(decision="accept").status_code == 201
    assert case.store.portfolio(case.team)[0].revision == 1
    made = case.take_over().json()
    assert (made["revision"], made["incumbents"]) == (2, 3)
    [told] = case.client.get(f"/v1/runs/{case.run}/decisions").json()["items"]
    assert told["revision"] == 2


def test_overrides_and_rejections_count_for_what_becomes_incumbent(case: Case) -> None:
    """The last word on a booking counts; one that was rejected is not taken over."""
    case.decide(decision="accept")
    case.decide(decision="reject", bookings=[{"person": "bob", "activity": "a"}])
    changed = [{"person": "ann", "activity": "a", "hours": 24}]
    case.decide(decision="override", bookings=changed, reason="Ann knows them")
    case.take_over()
    assert case.bookings() == {("ann", "a", 24), ("bob", "b", 24)}


def test_a_booking_that_is_not_to_be_ends(case: Case) -> None:
    """An override of 0 hours is taken over also where nothing else was decided: that booking goes, the others stay."""
    before = case.bookings()
    off = [{"person": "bob", "activity": "b", "hours": 0}]
    case.decide(decision="override", bookings=off, reason="Bob has left the project")
    assert case.take_over().status_code == 201
    assert before - case.bookings() == {("bob", "b", 32)}


def test_what_was_not_accepted_does_not_become_incumbent(case: Case) -> None:
    """Without an acceptance, or where all of it was rejected again, there is nothing to take over."""
    assert case.take_over().json()["code"] == "not_taken"
    case.decide(decision="accept")
    case.decide(decision="reject")
    assert case.take_over().status_code == 409


def test_an_undecided_booking_stays_as_it_was(case: Case) -> None:
    """Accepting one booking touches no other."""
    case.decide(decision="accept", bookings=[{"person": "ann", "activity": "a"}])
    case.take_over()
    assert case.bookings() == {("bob", "b", 32), ("ann", "b", 8), ("ann", "a", 16)}


def test_what_the_portfolio_no_longer_has_is_not_taken_over(case: Case) -> None:
    """A booking of an activity that has gone since is named, and no revision is made."""
    case.decide(decision="accept")
    data = team(case.team).canonical()
    without = {**data, "activities": data["activities"][:1], "bookings": []}
    case.store.revise_portfolio(case.team, parse(without), "key hr")
    answer = case.take_over()
    assert (answer.status_code, answer.json()["errors"][0]["value"]) == (409, "b")
    assert case.store.portfolio(case.team)[0].revision == 2


def test_what_the_run_could_not_know_of_stays(case: Case) -> None:
    """Where all was accepted, bookings that were added or changed since the run are not taken away."""
    case.decide(decision="accept")
    mine = team(case.team).canonical()
    people = [*mine["people"], person("cas", expertise={"law": 3})]
    case.change(people=people, bookings=[booking("ann", "b", 4, "incumbent"), booking("cas", "a", 8, "incumbent")])
    assert case.take_over().status_code == 201
    accepted = {("ann", "a", 16), ("bob", "a", 8), ("bob", "b", 24)}
    assert case.bookings() == accepted | {("ann", "b", 4), ("cas", "a", 8)}


def test_an_override_goes_where_all_is_accepted_after_it(case: Case) -> None:
    """What a decision on the run itself booked is known, and goes where a later one accepts the proposal as it is."""
    case.decide(decision="override", bookings=[{"person": "ann", "activity": "b", "hours": 12}], reason="x")
    case.take_over()
    assert ("ann", "b", 12) in case.bookings()
    case.decide(decision="accept")
    case.take_over()
    assert case.bookings() == {("ann", "a", 16), ("bob", "a", 8), ("bob", "b", 24)}


def test_hours_that_no_longer_fit_are_not_taken_over(case: Case) -> None:
    """All hours that have no room any more are told at once, like those of an override, and nothing is made."""
    case.decide(decision="accept")
    mine = team(case.team).canonical()
    smaller, gone = {**mine["activities"][1], "hours": 20}, {**mine["people"][0], "leaves": 0}
    case.change(people=[gone, mine["people"][1]], activities=[mine["activities"][0], smaller])
    answer = case.take_over()
    assert (answer.status_code, answer.json()["code"]) == (409, "not_taken")
    assert [(one["code"], one["value"], one["expected"]) for one in answer.json()["errors"]] == [
        ("too_many_hours", 16, "at most 0, the hours that the person has in its window"),
        ("too_many_hours", 24, "at most 20, the hours that the activity asks for"),
    ]
    page = case.client.post(f"/runs/{case.run}/incumbents", headers={"Accept-Language": "nl"})
    assert (page.status_code, "hooguit 20, de uren die de activiteit vraagt" in page.text) == (409, True)
    assert case.store.portfolio(case.team)[0].revision == 2
    for pair in (("ann", "a", 0), ("bob", "b", 20)):
        changed = dict(zip(("person", "activity", "hours"), pair, strict=True))
        case.decide(decision="override", bookings=[changed], reason="x")
    assert case.take_over().status_code == 201
    assert case.bookings() == {("bob", "a", 8), ("bob", "b", 20)}


def test_taking_over_follows_the_revision_that_was_read(case: Case) -> None:
    """With If-Match a portfolio that changed since is a 412, as in every write; without, it is what it is then."""
    case.decide(decision="accept")
    case.change(name="Renamed")
    before = case.bookings()
    for stale in ('"1"', '"3"', '"x"'):
        answer = case.take_over(**{"If-Match": stale})
        assert (answer.status_code, answer.json()["code"], case.bookings()) == (412, "stale", before)
    assert case.take_over(**{"If-Match": '"2"'}).headers["etag"] == '"3"'
    assert case.take_over().headers["etag"] == '"4"'


def test_a_run_of_a_portfolio_that_is_not_stored_is_not_taken_over(case: Case) -> None:
    """Neither over REST nor by the page: another portfolio of that id may be stored."""
    case.decide(decision="accept")
    content = case.store.portfolio_text(case.team, 1)
    with case.store.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == case.run).values(revision=None, content=content))
    for path in (f"/v1/runs/{case.run}/incumbents", f"/runs/{case.run}/incumbents"):
        assert case.client.post(path).status_code == 409
    assert case.store.portfolio(case.team)[0].revision == 1


def test_decisions_are_shown_to_whom_they_concern(keyed: Case) -> None:
    """A lead decides about own projects alone; a person reads decisions on own bookings alone."""
    made = {
        name: {"Authorization": f"Bearer {keyed.store.add_key(role, 1, person=who)[1]}"}  # type: ignore[arg-type]
        for name, role, who in (("lead", "lead", "ann"), ("bob", "employee", "bob"), ("hr", "hr", None))
    }
    theirs = [{"person": "bob", "activity": "b", "hours": 8}]
    assert keyed.decide(made["lead"], decision="override", bookings=theirs, reason="x").status_code == 403
    told = keyed.decide(made["lead"], decision="accept").json()
    assert {one["activity"] for one in told["bookings"]} == {"a"}
    path = f"/v1/runs/{keyed.run}/decisions"
    [seen] = keyed.client.get(path, headers=made["bob"]).json()["items"]
    assert [one["person"] for one in seen["bookings"]] == ["bob"]
    anns = [{"person": "ann", "activity": "a", "hours": 4}]
    keyed.decide(made["hr"], decision="override", bookings=anns, reason="y")
    assert len(keyed.client.get(path, headers=made["bob"]).json()["items"]) == 1
    assert len(keyed.client.get(path, headers=made["hr"]).json()["items"]) == 2


def test_how_often_proposals_are_overridden_is_reported(case: Case) -> None:
    """By portfolio, and the latest reasons first."""
    case.decide(decision="accept")
    anns = [{"person": "ann", "activity": "a", "hours": 4}]
    case.decide(decision="override", bookings=anns, reason="too much")
    told = case.client.get("/v1/overrides").json()
    [line] = [one for one in told["items"] if one["portfolio"] == case.team]
    assert (line["accept"], line["override"], line["rate"], told["reasons"][0]) == (1, 1, 0.5, "too much")


# --- contests


def test_a_level_is_contested_and_answered_once(case: Case) -> None:
    """The person says what is wrong, HR answer, and the portfolio stays as it is until somebody changes it."""
    body = {"portfolio": case.team, "term": "law", "level": 5, "reason": "I wrote the book"}
    made = case.client.post("/v1/people/ann/contests", json=body).json()
    assert (made["status"], made["person"], made["level"]) == ("open", "ann", 5)
    path = f"/v1/people/ann/contests/{made['id']}/settlement"
    answered = case.client.post(path, json={"status": "upheld", "answer": "So you did."})
    assert (answered.status_code, answered.json()["answer"]) == (200, "So you did.")
    assert case.client.post(path, json={"status": "dismissed", "answer": "No."}).json()["code"] == "settled"
    [told] = case.client.get("/v1/people/ann/contests").json()["items"]
    assert told["status"] == "upheld"
    assert case.store.portfolio(case.team)[0].revision == 1


def test_only_what_there_is_can_be_contested(case: Case) -> None:
    """An unknown person or contest is a 404, an unknown term a 422."""
    body = {"portfolio": case.team, "term": "law", "reason": "x"}
    post = case.client.post
    assert post("/v1/people/eve/contests", json=body).json()["code"] == "unknown_person"
    assert post("/v1/people/ann/contests", json={**body, "term": "tax"}).json()["errors"][0]["path"] == "/term"
    settle = {"status": "upheld", "answer": "x"}
    assert post("/v1/people/ann/contests/none/settlement", json=settle).json()["code"] == "unknown_contest"


# --- the audit log


def logged(store: Store) -> None:
    """Three entries."""
    store.add_key("hr", 1)
    key, _ = store.add_key("employee", 1, person="ann")
    store.revoke_key(key.id)


def test_the_log_is_whole_until_somebody_tampers(store: Store) -> None:
    """Every entry carries the hash of the one before; a change, a removal and an insertion are found where they are."""
    logged(store)
    whole = store.verify()
    assert (whole.whole, whole.entries, whole.broken) == (True, 3, None)
    with store.writing() as connection:
        second = dict(connection.execute(select(audit).where(audit.c.number == 2)).mappings().one())
        connection.execute(update(audit).where(audit.c.number == 2).values(by="somebody else"))
    assert (store.verify().whole, store.verify().broken) == (False, 2)
    with store.writing() as connection:
        connection.execute(delete(audit).where(audit.c.number == 2))
    assert store.verify().broken == 2
    with store.writing() as connection:
        connection.execute(insert(audit).values(second))
    assert store.verify() == whole
    with store.writing() as connection:
        connection.execute(delete(audit).where(audit.c.number == 3))
    assert store.verify().head != whole.head  # whoever noted the head knows


def test_starting_and_stopping_a_run_stands_in_the_log_once(keyed: Case) -> None:
    """Who started a run and who stopped it; a repeat adds nothing, and nothing of what is in the run is told."""
    keys = {role: keyed.store.add_key(role, 1)[1] for role in ("planner", "hr")}
    as_ = {role: {"Authorization": f"Bearer {key}"} for role, key in keys.items()}
    before = keyed.store.verify().entries
    body = {"portfolio": hard_portfolio()}
    started = [
        keyed.client.post("/v1/proposals", json=body, headers={**as_["planner"], "Idempotency-Key": "1"}).json()["id"]
        for _ in range(2)
    ]
    for _ in range(2):
        assert keyed.client.post(f"/v1/runs/{started[0]}/cancel", headers=as_["hr"]).status_code == 200
    told = keyed.store.entries().items[: keyed.store.verify().entries - before]
    assert [(one.action, one.role, one.about) for one in reversed(told)] == [
        ("start_run", "planner", {"run": started[0], "kind": "solve", "portfolio": body["portfolio"]["id"]}),
        ("cancel_run", "hr", {"run": started[0]}),
    ]
    assert told[1].at <= told[0].at
    assert keyed.store.verify().whole


def test_people_stand_in_the_log_as_hashes_and_find_their_own_entries(store: Store) -> None:
    """No entry has an id of a person; who knows it finds what is about them, and nothing else."""
    logged(store)
    assert "ann" not in json.dumps([vars(one) for one in store.entries().items])
    assert [one.action for one in store.entries(person="ann").items] == ["add_key"]
    assert store.entries(person="bob").items == []


# --- erasure


def everything(store: Store) -> str:
    """All rows of all tables, as text."""
    with store.reading() as connection:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_a_person_is_erased_through_every_table(store: Store, run: str) -> None:
    """Neither id nor name is left in any row; hours and bookings stay, under a pseudonym, and the log stays whole."""
    hire = [{"change": "leave", "person": "bob", "from": 1}]
    store.add_scenario("Without Bob Kroes", "team", 1, parse_changes(hire), "key hr")
    decision = [{"person": "bob", "activity": "a", "hours": 4}]
    store.decide(run, "override", decision, "Bob asked me for it, (bob) that is", HR, ["bob"])
    store.contest("team", "bob", "law", 5, "Bob knows law", Who(role="employee", name="key bob", person="bob"))
    _, secret = store.add_key("employee", 9, person="bob", name="Bob Kroes at home")
    before = everything(store)
    assert "Bob Kroes" in before
    erased = store.erase_person("bob", HR)
    after = everything(store)
    if store.engine.dialect.name == "sqlite":
        file = Path(str(store.engine.url.database))
        assert b"Kroes" not in b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    for mark in ("'bob'", '"bob"', "(bob)", "Kroes", "Bob"):
        assert mark in before, mark
        assert mark not in after, mark
    stored, portfolio = store.portfolio("team")
    gone = portfolio.people[1]
    assert (gone.id, gone.name, gone.rate, gone.wishes, gone.expertise) == (
        erased.pseudonym,
        "Erased person",
        None,
        (),
        (),
    )
    assert (stored.sha256, portfolio.bookings[0].person) == (portfolio.sha256(), erased.pseudonym)
    proposal = json.loads(store.run_result(run) or "")
    assert sum(one["hours"] for one in proposal["bookings"]) == 48
    assert store.who(secret) is None
    assert erased.hash in json.dumps([one.about for one in store.entries().items])
    assert store.entries(person="bob").items == []
    assert store.verify().whole


def test_others_stay_as_they_are(store: Store, run: str) -> None:
    """Erasing one person changes nothing that is said of another."""
    before = store.portfolio("team")[1].people[0]
    store.erase_person("bob", HR)
    assert store.portfolio("team")[1].people[0] == before


def test_nobody_is_erased_while_a_run_works_on_them(store: Store, run: str) -> None:
    """The result of a run under way would bring the name back, so it is named, and nothing is changed."""
    said = {name: value for name, value in vars(store.run(run)).items() if name in NewRun.__dataclass_fields__}
    again, _ = store.add_run(NewRun(**said, content=None))
    with pytest.raises(InUse, match=again.id):
        store.erase_person("bob", HR)
    store.cancel_run(again.id, "ana")
    assert store.erase_person("bob", HR).changed["revisions"] == 1


def test_what_was_read_before_an_erasure_is_not_written_after_it(store: Store, run: str) -> None:
    """A change to a portfolio or a scenario that was under way is told that it has changed: nobody comes back."""
    changes = parse_changes([{"change": "leave", "person": "bob", "from": 1}])
    scenario = store.add_scenario("Without Bob Kroes", "team", 1, changes, "key hr")
    other = store.add_scenario("Without Ann", "team", 1, (), "key hr")
    stored, portfolio = store.portfolio("team")
    store.erase_person("bob", HR)
    with pytest.raises(Stale):
        store.revise_portfolio("team", portfolio, "key hr", stored.revision)
    with pytest.raises(Stale):
        store.put_scenario(scenario.id, scenario.name, "team", 1, changes, "key hr", scenario.version)
    assert "Kroes" not in everything(store)
    store.put_scenario(other.id, other.name, "team", 1, (), "key hr", other.version)
    latest = store.portfolio_record("team")
    assert (latest.revision, latest.sha256) == (2, store.portfolio_record("team", 1).sha256)


def under_way(store: Store, thread: ThreadPoolExecutor) -> Future[Erased]:
    """The erasure of bob in the thread; on PostgreSQL it waits for somebody by now, or has ended."""
    erasing = thread.submit(store.erase_person, "bob", HR)
    while store.engine.dialect.name == "postgresql" and not erasing.done():
        with store.reading() as connection:
            if connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                break
    return erasing


def test_a_run_that_is_being_queued_is_under_way(store: Store, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erasing waits for whoever is queueing a run, and then names it."""
    said = {name: value for name, value in vars(store.run(run)).items() if name in NewRun.__dataclass_fields__}
    erasing: list[Future[Erased]] = []
    with ThreadPoolExecutor(1) as thread:
        monkeypatch.setattr(store, "on_queued", lambda *_: erasing.append(under_way(store, thread)))
        again, _ = store.add_run(NewRun(**said, content=None))
        with pytest.raises(InUse, match=again.id):
            erasing[0].result()


def test_a_change_that_is_being_written_is_erased_too(store: Store, run: str) -> None:
    """Erasing waits for whoever is writing a revision, which then has the person no more either."""
    _, portfolio = store.portfolio("team")
    with ThreadPoolExecutor(1) as thread:
        with store.writing() as connection:
            store.revise_portfolio("team", portfolio, "key hr", 1, connection)
            erasing = under_way(store, thread)
        assert erasing.result().changed["revisions"] == 2
    assert "Kroes" not in everything(store)


def test_who_is_not_there_cannot_be_erased(store: Store) -> None:
    """An unknown id is told."""
    with pytest.raises(UnknownPerson):
        store.erase_person("eve", HR)


def test_runs_that_were_kept_long_enough_are_forgotten(store: Store, run: str) -> None:
    """Ended runs go after so many days, with their decisions; without a number of days they stay."""
    store.decide(run, "accept", None, None, HR, ["ann"])
    assert (store.forget_old(0), store.forget_old(30)) == (0, 0)
    with store.writing() as connection:
        connection.execute(text("UPDATE runs SET ended = '2020-01-01 00:00:00+00:00'"))
    assert store.forget_old(30) == 1
    assert store.decisions().items == []
    assert store.entries().items[0].action == "forget_old"


def test_the_service_forgets_as_its_setting_says(sqlite_address: str) -> None:
    """What ended before the days to keep is gone as soon as the service has started."""
    store = Store.open(sqlite_address)
    id = finished(store, team())
    with store.writing() as connection:
        connection.execute(text("UPDATE runs SET ended = '2020-01-01 00:00:00+00:00'"))
    with TestClient(create_app(ServiceSettings(database_url=sqlite_address, keep_days=30))) as connected:
        while connected.get(f"/v1/runs/{id}").status_code == 200:
            pass
    assert store.runs().items == []
    store.close()


# --- keys


def test_keys_are_shown_once_and_stored_as_hashes(sqlite_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints the key, lists it without, and revokes it; the store never holds it."""
    monkeypatch.setenv("STAFFING_DATABASE_URL", sqlite_address)
    runner = CliRunner()
    made = runner.invoke(cli, ["keys", "add", "--role", "planner", "--units", "north, south", "--days", "9"])
    key = made.stdout.strip()
    store = Store.open(sqlite_address)
    who = store.who(key)
    assert who is not None
    assert (who.role, who.units) == ("planner", frozenset({"north", "south"}))
    assert key.split("_", 2)[2] not in everything(store)
    listed = runner.invoke(cli, ["keys", "list"]).stdout
    id = listed.split()[0]
    assert id in key
    assert key not in listed
    assert runner.invoke(cli, ["keys", "revoke", id]).exit_code == 0
    assert store.who(key) is None
    assert runner.invoke(cli, ["keys", "revoke", "nothing"]).exit_code == 1
    store.close()


@pytest.mark.parametrize(
    "options",
    [
        ["--role", "lead"],
        ["--role", "employee"],
        ["--role", "hr", "--units", "north"],
        ["--role", "boss"],
        ["--role", "hr", "--person", "a b"],
        ["--role", "planner", "--units", "north,a b"],
        ["--role", "hr", "--name", "x" * 101],
    ],
    ids=" ".join,
)
def test_keys_that_make_no_sense_are_not_made(
    options: list[str], sqlite_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lead and an employee are somebody, only a planner has units, roles are known, ids are ids, and names short."""
    monkeypatch.setenv("STAFFING_DATABASE_URL", sqlite_address)
    assert CliRunner().invoke(cli, ["keys", "add", *options]).exit_code == 2


# --- safe by default


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "staffing.example", "::"])
def test_a_public_address_is_refused_without_keys(
    host: str, sqlite_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service does not start where everybody could come in."""
    monkeypatch.setenv("STAFFING_DATABASE_URL", sqlite_address)
    refused = CliRunner().invoke(cli, ["serve", "--host", host])
    assert refused.exit_code == 2
    assert "staffing keys add" in refused.stderr


@pytest.mark.parametrize("host", ["staffing.example", "10.0.0.7", "[2001:db8::1]", "[::", "localhost.example:8000"])
def test_without_keys_only_this_machine_is_answered(host: str, service: TestClient) -> None:
    """A name or an address that is not this machine's is a 401, even where the connection comes from here."""
    answer = service.get("/v1/rules", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "box"])
def test_this_machine_needs_no_key(host: str, service: TestClient) -> None:
    """By any of its own names."""
    assert service.get("/v1/rules", headers={"Host": host}).status_code == 200


def test_from_the_first_key_on_everybody_needs_one(keyed: Case) -> None:
    """Also after the last key was revoked: a service never falls open again."""
    assert keyed.client.get("/v1/rules").status_code == 200
    key, _ = keyed.store.add_key("hr", 1)
    assert keyed.client.get("/v1/rules").status_code == 401
    keyed.store.revoke_key(key.id)
    assert keyed.client.get("/v1/rules").status_code == 401
