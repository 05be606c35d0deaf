"""What people decide about a run's proposal, and what of it becomes the bookings of the portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scenarios.changes import parse_changes
from scenarios.scenario import apply
from service.execution import portfolio_of
from service.problems import Forbidden, NoProposal, NotTaken, Wrong
from service.store import Store, StoredDecision, StoredRun
from service.who import Who
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse
from solver.proposal import Proposal

#: bookings that are the planner's word: no decision on a proposal touches them
FIXED = ("pinned", "frozen", "forbidden")

Pair = tuple[str, str]


def plan_of(store: Store, id: str) -> tuple[StoredRun, Portfolio, Proposal]:
    """A run, the portfolio it solved, and its proposal with bookings; raises UnknownRun or NoProposal."""
    run = store.run(id)
    text = store.run_result(id) if run.kind == "solve" else None
    if text is None:
        raise NoProposal(f"Run {id} has no proposal: it is {run.status}.")
    portfolio = apply(portfolio_of(store, run), parse_changes(run.changes))
    return run, portfolio, Proposal.model_validate_json(text)


def checked(
    decision: str, bookings: Sequence[dict[str, Any]] | None, who: Who, portfolio: Portfolio, proposal: Proposal
) -> list[dict[str, Any]] | None:
    """The bookings that a decision is about, of a lead those of the own projects; raises Wrong or Forbidden."""
    own = who.activities(portfolio)
    proposed = {(one.person, one.activity): one.hours for one in proposal.bookings or ()}
    if bookings is None:
        if decision == "override":
            raise Wrong([Problem("/bookings", "missing", None, "required: what is to be instead of what is proposed")])
        if who.role != "lead":
            return None
        return [{"person": person, "activity": activity} for person, activity in proposed if activity in own]
    people, asked = {one.id for one in portfolio.people}, {one.id: portfolio.asked(one) for one in portfolio.activities}
    first: dict[Pair, int] = {}
    problems = []
    for n, one in enumerate(bookings):
        at = f"/bookings/{n}"
        pair = (one["person"], one["activity"])
        if one["person"] not in people:
            problems.append(Problem(f"{at}/person", "unknown_id", one["person"], "the id of a person"))
        elif one["activity"] not in asked:
            problems.append(Problem(f"{at}/activity", "unknown_id", one["activity"], "the id of an activity"))
        elif first.setdefault(pair, n) != n:
            expected = f"one booking of a pair; /bookings/{first[pair]} has it already"
            problems.append(Problem(at, "duplicate_booking", one, expected))
        elif decision == "override" and one.get("hours") is None:
            problems.append(Problem(f"{at}/hours", "missing", None, "the hours instead; 0 where it is not to be"))
        elif decision == "override" and one["hours"] > asked[one["activity"]]:
            expected = f"at most {asked[one['activity']]:,}, the hours that the activity asks for"
            problems.append(Problem(f"{at}/hours", "too_many_hours", one["hours"], expected))
        elif decision != "override" and pair not in proposed:
            problems.append(Problem(at, "not_proposed", None, "a booking of the proposal"))
        elif decision != "override" and one.get("hours") is not None:
            problems.append(Problem(f"{at}/hours", "not_an_override", one["hours"], "no hours, or an override"))
    if problems:
        raise Wrong(problems)
    if any(one["activity"] not in own for one in bookings):
        raise Forbidden("A lead decides about the own projects.")
    return [{name: value for name, value in one.items() if value is not None} for one in bookings]


def concerned(bookings: Iterable[dict[str, Any]] | None, proposal: Proposal) -> set[str]:
    """Ids of the people that a decision is about."""
    if bookings is None:
        return {one.person for one in proposal.bookings or ()}
    return {one["person"] for one in bookings}


def with_incumbents(
    latest: Portfolio, run: StoredRun, proposal: Proposal, decided: Sequence[StoredDecision]
) -> Portfolio:
    """The portfolio with what was accepted as incumbent bookings; raises NotTaken.

    Of several decisions on a booking the last one counts. What nobody decided about stays as it is, but where a whole
    proposal was accepted, incumbents that it does not have go.
    """
    proposed = {(one.person, one.activity): one.hours for one in proposal.bookings or ()}
    hours: dict[Pair, int] = {}
    for one in decided:
        if one.bookings is None:
            hours = dict(proposed) if one.decision == "accept" else {}
            if one.decision == "accept":
                there = ((booking.person, booking.activity) for booking in latest.bookings)
                hours |= {pair: 0 for pair in there if pair not in proposed}
            continue
        for booking in one.bookings:
            pair = (booking["person"], booking["activity"])
            if one.decision == "override":
                hours[pair] = booking["hours"]
            elif one.decision == "accept":
                hours[pair] = proposed[pair]
            else:
                hours.pop(pair, None)
    if not hours:
        raise NotTaken(f"Nothing of run {run.id} was accepted.")
    data = latest.canonical()
    fixed = {(one["person"], one["activity"]) for one in data["bookings"] if one["status"] in FIXED}
    data["bookings"] = [
        one
        for one in data["bookings"]
        if (one["person"], one["activity"]) in fixed or (one["person"], one["activity"]) not in hours
    ] + [
        {"person": person, "activity": activity, "hours": booked, "status": "incumbent"}
        for (person, activity), booked in hours.items()
        if booked and (person, activity) not in fixed
    ]
    try:
        return parse(data)
    except PortfolioInvalid as invalid:
        said = "The portfolio as it is now does not have all that was accepted"
        raise NotTaken(f"{said}; the changes of the scenario have to be made first.", invalid.problems) from None
