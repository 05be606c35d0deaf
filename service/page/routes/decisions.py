"""Deciding about a proposal: people accept, reject or override it; nothing is ever booked by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from service.deciding import checked, concerned, take_over
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.running import Solved, solved, view_of
from service.page.sentences import expected_in
from service.paging import whole
from service.problems import Wrong
from service.store.decisions import StoredDecision, Verb

router = APIRouter(route_class=PageRoute, include_in_schema=False)

VERBS: Mapping[str, Verb] = {"accept": "accept", "reject": "reject", "override": "override"}


@router.get("/runs/{id}/decide")
def deciding(desk: TheDesk, id: str) -> Response:
    """Every booking of the proposal, to be accepted, rejected or overridden."""
    desk.need("decide")
    return _page(desk, solved(desk.store, id))


@router.post("/runs/{id}/decide")
def decide(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Write a decision down."""
    who = desk.need("decide")
    found, reason = solved(desk.store, id), form("reason")[:2000]
    verb = VERBS.get(form("decision"))
    if verb is None:
        return _page(desk, found)
    sent = form.fields()
    bookings, no_hours = _bookings(form, verb)
    if no_hours:
        said = desk.t("Hours are whole numbers, and these are not", "Uren zijn hele getallen, en dit niet")
        return _page(desk, found, f"{said}: {', '.join(no_hours)}.", sent)
    if verb == "override" and (not reason or not bookings):
        return _page(
            desk,
            found,
            desk.t("An override needs other hours, and a reason.", "Overrulen vraagt andere uren, en een reden."),
            sent,
        )
    try:
        about = checked(verb, bookings, who, found.portfolio, found.proposal)
    except Wrong as wrong:
        return _page(
            desk, found, "; ".join(f"{one.path}: {expected_in(desk.t, one.expected)}" for one in wrong.errors), sent
        )
    desk.store.decide(id, verb, about, reason or None, who, concerned(about, found.proposal))
    return desk.to(f"/runs/{id}/decide")


@router.post("/runs/{id}/incumbents")
def taken_over(desk: TheDesk, id: str) -> Response:
    """Make what was accepted the incumbent bookings of the portfolio's next revision."""
    who = desk.need("make_incumbent")
    made, _ = take_over(desk.store, id, who)
    return desk.to(f"/portfolios/{made.id}")


def _bookings(form: Form, verb: str) -> tuple[list[dict[str, Any]] | None, list[str]]:
    """The bookings that were ticked; of an override those whose hours were changed, and what is no number of hours.

    None is the whole proposal.
    """
    found: list[dict[str, Any]] = []
    wrong: list[str] = []
    for name, value in form.fields().items():
        sort, _, pair = name.partition(" ")
        person, _, activity = pair.partition(" ")
        if verb == "override" and sort == "hours" and value.strip() != form(f"proposed {pair}"):
            if (hours := whole(value.strip())) is None:
                wrong.append(value.strip()[:20] or "–")
            found.append({"person": person, "activity": activity, "hours": hours})
        elif verb != "override" and sort == "about":
            found.append({"person": person, "activity": activity})
    return found or None, wrong


def _page(desk: Desk, found: Solved, wrong: str = "", sent: Mapping[str, str] | None = None) -> Response:
    view, shows = view_of(desk, found)
    made = decided(desk, found.run.id)
    return desk.page(
        "decide.html",
        422 if wrong else 200,
        view=view,
        shows=shows,
        run=found.run,
        made=made,
        wrong=wrong,
        sent=sent or {},
    )


def decided(desk: Desk, run: str) -> list[StoredDecision]:
    """What was decided about a run's proposal, as far as the role may see it."""
    everything = desk.who.role in ("hr", "auditor")
    return [one for one in desk.store.decisions_of(run) if everything or one.by == desk.who.name]
