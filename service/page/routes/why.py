"""Why: the reason of a booking, why somebody is not booked, what would fill what is open, and asking again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from scenarios.changes import changes_to_json, parse_changes
from scenarios.scenario import apply
from service.access import refuse_money
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.routes.portfolios import SECONDS
from service.page.running import Solved, difference_of, solved, start, view_of
from service.page.running import ask as ask_run
from service.page.view import View
from service.paging import whole
from service.problems import UnknownPath
from service.store import ENDED, StoredRun
from service.visible import visible
from solver.why_not import Question, WhyNot, WhyNotPerson

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: an answer is for somebody who waits; most come within a quarter of it
ASK_SECONDS = 10.0
#: seconds for who wants it looked into longer
LONGER_SECONDS = 30.0
#: how long the page waits for an answer, its turn in the queue included
WAIT_SECONDS = 45.0
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
async def ask(desk: TheDesk, id: str, form: TheForm) -> Response:
    """The answer to a question: the smallest changed plan, or what stands in the way."""
    longer = bool(form("longer"))

    def start() -> tuple[Solved, StoredRun]:
        desk.need("ask_why_not")
        found = solved(desk.store, id)
        question = _question(form).model_dump(mode="json")
        return found, ask_run(desk, found, "why_not", question, LONGER_SECONDS if longer else ASK_SECONDS)

    def shown(view: View, found: Solved, text: str) -> Response:
        answer = WhyNot.model_validate_json(text)
        told = visible(json.loads(text), desk.who, found.portfolio)
        asked = {} if longer else answer.question.model_dump(mode="json")
        again = {name: value for name, value in asked.items() if value}
        moves = _moves(desk, view, answer, told)
        return desk.page("why.html", view=view, answer=answer, told=told, again=again, **moves)

    return await _answered(desk, start, shown)


@router.post("/runs/{id}/ways-out")
async def ways_out(desk: TheDesk, id: str) -> Response:
    """Where the rules contradict: what could be changed, each way tried and priced."""

    def start() -> tuple[Solved, StoredRun]:
        desk.need("ask_conflict")
        found = solved(desk.store, id)
        return found, ask_run(desk, found, "conflict", {}, ASK_SECONDS)

    def shown(view: View, found: Solved, text: str) -> Response:
        told = visible(json.loads(text), desk.who, found.portfolio)
        return desk.page("ways-out.html", view=view, ways=told.get("ways_out") or [])

    return await _answered(desk, start, shown)


async def _answered(
    desk: Desk, start: Callable[[], tuple[Solved, StoredRun]], shown: Callable[[View, Solved, str], Response]
) -> Response:
    """What `shown` makes of the answer to the question that `start` asks; where it takes too long nobody goes on.

    Many may wait at once: none of them holds a thread.
    """
    found, run = await desk.work.at_desk(start)
    run = await desk.work.ended(run.id, WAIT_SECONDS)

    def ended() -> Response:
        if run.status not in ENDED:
            desk.store.cancel_run(run.id, desk.who)
        view, _ = view_of(desk, found)
        text = desk.store.run_result(run.id)
        return desk.page("no-answer.html", view=view) if text is None else shown(view, found, text)

    return await desk.work.at_desk(ended)


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
