"""Deciding about a proposal: people accept, reject or override it; nothing is ever booked by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from service.deciding import checked, concerned, take_over
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.running import Solved, solved, view_of
from service.page.sentences import expected_in
from service.page.tongue import Tongue
from service.paging import whole
from service.problems import Wrong
from service.store.decisions import Verb

router = APIRouter(route_class=PageRoute, include_in_schema=False)

VERBS: Mapping[str, Verb] = {"accept": "accept", "reject": "reject", "override": "override"}
#: bookings that a refusal names
MOST_NAMED = 3


@router.get("/runs/{id}/decide")
def deciding(desk: TheDesk, id: str) -> Response:
    """Every booking of the proposal, to be accepted, rejected or overridden."""
    desk.need("decide")
    return _page(desk, solved(desk.store, id))


@router.post("/runs/{id}/decide")
def decide(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Write a decision down."""
    who = desk.need("decide")
    found, reason, sent = solved(desk.store, id), form("reason")[:2000], form.fields()
    if desk.looks(form):
        return _page(desk, found, sent=sent)
    verb, view = VERBS.get(form("decision")), view_of(desk, found)[0]
    ticked = [_pair(name) for name in sent if name.startswith("about ")]
    other = _other_hours(form)
    wrong, those = _refused(desk.t, verb, reason, ticked, other)
    if verb is None or wrong:
        named = "; ".join(map(view.pair, those[:MOST_NAMED]))
        rest = desk.t(" and {n} more", " en nog {n}", n=len(those) - MOST_NAMED) if len(those) > MOST_NAMED else ""
        return _page(desk, found, wrong + (f": {named}{rest}." if those else "."), sent, those)
    pairs = other if verb == "override" else ticked
    bookings: list[dict[str, Any]] = []
    for pair in pairs:
        person, _, activity = pair.partition(" ")
        hours = {"hours": other[pair]} if verb == "override" else {}
        bookings.append({"person": person, "activity": activity, **hours})
    try:
        about = checked(verb, bookings or None, who, found.portfolio, found.proposal)
    except Wrong as invalid:
        told = {list(pairs)[int(one.path.split("/")[2])]: expected_in(desk.t, one.expected) for one in invalid.errors}
        said = "; ".join(f"{view.pair(pair)}: {expected}" for pair, expected in told.items())
        return _page(desk, found, said, sent, list(told))
    desk.store.decide(id, verb, about, reason or None, who, concerned(about, found.proposal))
    return desk.to(f"/runs/{id}/decide")


@router.post("/runs/{id}/incumbents")
def taken_over(desk: TheDesk, id: str) -> Response:
    """Make what was accepted the incumbent bookings of the portfolio's next revision."""
    who = desk.need("make_incumbent")
    take_over(desk.store, id, who)
    return desk.to(f"/runs/{id}/decide")


def _pair(name: str) -> str:
    """The ids of person and activity that the name of a field ends in."""
    return name.partition(" ")[2]


def _other_hours(form: Form) -> dict[str, int | None]:
    """The pairs whose hours were changed, each with the hours instead; None is no number of hours."""
    said = {_pair(name): value.strip() for name, value in form.fields().items() if name.startswith("hours ")}
    return {pair: whole(value) for pair, value in said.items() if value != form(f"proposed {pair}")}


def _refused(
    t: Tongue, verb: Verb | None, reason: str, ticked: Sequence[str], other: Mapping[str, int | None]
) -> tuple[str, list[str]]:
    """Why what was sent cannot be what was meant, where that is so, and the pairs that it is about."""
    if verb is None:
        return t(
            "Nothing is decided yet: accept, reject or override",
            "Er is nog niets besloten: aanvaard, wijs af of overrule",
        ), []
    if verb != "override" and other:
        return t(
            "Hours were changed: override, or put back what was proposed",
            "Er zijn uren veranderd: overrule, of zet terug wat het voorstel was",
        ), list(other)
    if verb == "override" and (not reason or not other):
        return t("An override needs other hours, and a reason", "Overrulen vraagt andere uren, en een reden"), []
    if no_hours := [pair for pair, hours in other.items() if hours is None]:
        return t("Hours are whole numbers, and these are not", "Uren zijn hele getallen, en dit niet"), no_hours
    if (
        verb == "override"
        and ticked
        and (apart := [pair for pair in (*ticked, *other) if (pair in ticked) != (pair in other)])
    ):
        return t(
            "An override is of the bookings with other hours: tick all of those, or none; this is not so of",
            "Overrulen gaat over de boekingen met andere uren: vink die alle aan, of geen; dat is niet zo van",
        ), apart
    return "", []


def _page(
    desk: Desk, found: Solved, wrong: str = "", sent: Mapping[str, str] | None = None, marked: Sequence[str] = ()
) -> Response:
    """The form, with what was sent in it; marked: the pairs with which something is wrong."""
    view, shows = view_of(desk, found)
    return desk.page(
        "decide.html",
        422 if wrong else 200,
        view=view,
        shows=shows,
        run=found.run,
        **decided(desk, found.run.id),
        wrong=wrong,
        marked=marked,
        sent=sent or {},
    )


def decided(desk: Desk, run: str) -> dict[str, Any]:
    """What was decided about a run's proposal, as far as the role may see it, and the revision that has all of it."""
    everything, made = desk.who.role in ("hr", "auditor"), desk.store.decisions_of(run)
    revisions = [one.revision for one in made]
    return {
        "made": [one for one in made if everything or one.by == desk.who.name],
        "taken": max(one or 0 for one in revisions) if revisions and None not in revisions else None,
    }
