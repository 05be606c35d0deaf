"""Why: the reason of a booking, why somebody is not booked, what would fill what is open, and asking again."""

from __future__ import annotations

import json
import time
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from scenarios.changes import changes_to_json, parse_changes
from scenarios.scenario import apply
from service.access import refuse_money, visible
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.routes.portfolios import SECONDS
from service.page.running import Solved, difference_of, solved, start, view_of
from service.page.running import ask as ask_run
from service.page.view import View
from service.paging import whole
from service.problems import UnknownPath
from service.store import ENDED, Kind
from solver.why_not import Question, WhyNot, WhyNotPerson

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: an answer is for somebody who waits; most come within a quarter of it
ASK_SECONDS = 10.0
#: seconds for who wants it looked into longer
LONGER_SECONDS = 30.0
#: how long the page waits for an answer, its turn in the queue included, and how often it looks
WAIT_SECONDS, LOOK_SECONDS = 45.0, 0.1
_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)


@router.get("/runs/{id}/cell")
def cell(desk: TheDesk, id: str, person: str, activity: str) -> Response:
    """A booking and its reason, or an empty cell and why."""
    desk.need("get_proposal")
    view, shows = view_of(desk, solved(desk.store, id))
    if person not in view.people or activity not in view.activities:
        raise UnknownPath("There is no such cell.")
    booking = next((one for one in view.of_person.get(person, []) if one.activity == activity), None)
    asks = view.asks(person, activity) if shows.levels else []
    return desk.page("cell.html", view=view, shows=shows, person=person, activity=activity, booking=booking, asks=asks)


@router.post("/runs/{id}/ask")
def ask(desk: TheDesk, id: str, form: TheForm) -> Response:
    """The answer to a question: the smallest changed plan, or what stands in the way."""
    desk.need("ask_why_not")
    found = solved(desk.store, id)
    question = _question(form)
    view, _ = view_of(desk, found)
    longer = bool(form("longer"))
    seconds = LONGER_SECONDS if longer else ASK_SECONDS
    text = _answered(desk, found, "why_not", question.model_dump(mode="json"), seconds)
    if text is None:
        return desk.page("no-answer.html", view=view)
    answer = WhyNot.model_validate_json(text)
    told = visible(json.loads(text), desk.who, found.portfolio)
    again = {} if longer else {name: value for name, value in question.model_dump(mode="json").items() if value}
    return desk.page("why.html", view=view, answer=answer, told=told, again=again, **_moves(desk, view, answer, told))


@router.post("/runs/{id}/ways-out")
def ways_out(desk: TheDesk, id: str) -> Response:
    """Where the rules contradict: what could be changed, each way tried and priced."""
    desk.need("ask_conflict")
    found = solved(desk.store, id)
    view, _ = view_of(desk, found)
    text = _answered(desk, found, "conflict", {}, ASK_SECONDS)
    if text is None:
        return desk.page("no-answer.html", view=view)
    told = visible(json.loads(text), desk.who, found.portfolio)
    return desk.page("ways-out.html", view=view, ways=told.get("ways_out") or [])


@router.post("/runs/{id}/with")
def with_changes(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Ask for a new proposal with more changes, such as a way out of a conflict."""
    who = desk.need("start_run")
    found = solved(desk.store, id)
    try:
        more = parse_changes(json.loads(form("changes", "[]")))
    except ValueError:
        raise UnknownPath("The changes cannot be read.") from None
    refuse_money(changes_to_json(more), who, found.portfolio, apply(found.portfolio, more))
    run = start(desk, found.run.portfolio, revision_of(found), (*found.changes, *more), SECONDS)
    return desk.to(f"/runs/{run.id}")


def _answered(desk: Desk, found: Solved, kind: Kind, asked: Any, seconds: float) -> str | None:
    """The answer as JSON, waited for; None where it did not come in time, or not at all."""
    run = ask_run(desk, found, kind, asked, seconds)
    until = time.monotonic() + WAIT_SECONDS
    while run.status not in ENDED and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        run = desk.store.run(run.id)
    return desk.store.run_result(run.id)


def _question(form: Form) -> Question:
    names = ("ask", "person", "activity", "term", "mentor", "learner")
    data: dict[str, Any] = {name: form(name) for name in names if form(name)}
    if (hours := whole(form("hours"))) is not None:
        data["hours"] = hours
    try:
        return _QUESTION.validate_python(data)
    except ValidationError:
        raise UnknownPath("That is not a question that can be asked.") from None


def _moves(desk: Desk, view: View, answer: WhyNot, told: dict[str, Any]) -> dict[str, Any]:
    """What moves, team by team, and the pin that would take the answer over."""
    difference = told.get("difference")
    return {**difference_of(difference), "pins": _pins(view, answer, (difference or {}).get("moves", []))}


def _pins(view: View, answer: WhyNot, moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bookings that have to be pinned so that a new proposal has what was asked for."""
    asked = answer.question
    if isinstance(asked, WhyNotPerson):
        pinned = [one for one in moves if (one["person"], one["activity"]) == (asked.person, asked.activity)]
    else:
        pinned = [one for one in moves if one["activity"] == asked.activity and not one["before"]]
    return [one for one in pinned if one["after"]]


@router.post("/runs/{id}/again")
def again(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Ask for a new proposal in which bookings are pinned or forbidden, starting from this one."""
    desk.need("start_run")
    found = solved(desk.store, id)
    wanted = []
    people, activities, hours = form.all("person"), form.all("activity"), form.all("hours")
    for n, (person, activity) in enumerate(zip(people, activities, strict=False)):
        one: dict[str, Any] = {"change": form("change"), "person": person, "activity": activity}
        if form("change") == "pin" and n < len(hours) and whole(hours[n]) is not None:
            one["hours"] = whole(hours[n])
        wanted.append(one)
    pairs = {(one["person"], one["activity"]) for one in wanted}
    kept = [
        one
        for one in found.run.changes
        if not (one["change"] in ("pin", "forbid") and (one["person"], one["activity"]) in pairs)
    ]
    changes = (*parse_changes(kept), *parse_changes(wanted))
    run = start(desk, found.run.portfolio, revision_of(found), changes, SECONDS, parent=id)
    return desk.to(f"/runs/{run.id}")


def revision_of(found: Solved) -> int:
    """The stored revision of a run's portfolio; raises UnknownPath where the portfolio came with the request."""
    if found.run.revision is None:
        raise UnknownPath("The portfolio of this run is not stored: upload it, and ask from there.")
    return found.run.revision
