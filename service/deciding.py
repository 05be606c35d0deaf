"""What people decide about a run's proposal, and what of it becomes the bookings of the portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scenarios.changes import parse_changes
from scenarios.scenario import apply
from service.execution import portfolio_of
from service.paging import following
from service.problems import Forbidden, NoProposal, NotTaken, Wrong
from service.store import Store, StoredDecision, StoredPortfolio, StoredRun
from service.store.portfolios import stale
from service.who import Who
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse
from solver.proposal import Proposal
from solver.tables import available_hours

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
    room = _Room(portfolio)
    first: dict[Pair, int] = {}
    problems = []
    for n, one in enumerate(bookings):
        at = f"/bookings/{n}"
        pair = (one["person"], one["activity"])
        if one["person"] not in room.people:
            problems.append(Problem(f"{at}/person", "unknown_id", one["person"], "the id of a person"))
        elif one["activity"] not in room.activities:
            problems.append(Problem(f"{at}/activity", "unknown_id", one["activity"], "the id of an activity"))
        elif first.setdefault(pair, n) != n:
            expected = f"one booking of a pair; /bookings/{first[pair]} has it already"
            problems.append(Problem(at, "duplicate_booking", one, expected))
        elif decision == "override" and one.get("hours") is None:
            problems.append(Problem(f"{at}/hours", "missing", None, "the hours instead; 0 where it is not to be"))
        elif decision == "override" and (most := room.refuses(*pair, one["hours"])):
            problems.append(Problem(f"{at}/hours", "too_many_hours", one["hours"], most))
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


class _Room:
    """How many hours a booking of a portfolio can have at most."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.people = {one.id: one for one in portfolio.people}
        self.activities = {one.id: one for one in portfolio.activities}

    def refuses(self, person: str, activity: str, hours: int) -> str | None:
        """What would be right where hours are too many for a person and an activity that are there."""
        work = self.activities[activity]
        asked = self.portfolio.asked(work)
        if hours > asked:
            return f"at most {asked:,}, the hours that the activity asks for"
        each = available_hours(self.people[person], self.portfolio.calendar.periods)
        there = int(each[work.window.first : work.window.last + 1].sum())
        return f"at most {there:,}, the hours that the person has in its window" if hours > there else None


def take_over(store: Store, id: str, who: Who, expect: int | None = None) -> tuple[StoredPortfolio, int]:
    """Make what was accepted of a run the incumbent bookings of the next revision; the second is how many there are.

    expect: the revision that it has to follow. Raises UnknownRun, NoProposal, NotTaken or Stale.
    """
    run, _, proposal = plan_of(store, id)
    if run.revision is None:
        raise NotTaken(f"The portfolio of run {id} came with the request; store it first.")

    def once() -> tuple[StoredPortfolio, int]:
        stored, latest = store.portfolio(run.portfolio)
        if expect not in (None, stored.revision):
            raise stale(run.portfolio, stored.revision, expect)
        portfolio = with_incumbents(latest, portfolio_of(store, run), run, proposal, store.decisions_of(id))
        taken = [one.person for one in portfolio.bookings if one.status == "incumbent"]
        return store.make_incumbent(id, portfolio, stored.revision, who, set(taken)), len(taken)

    return following(expect, once)


def with_incumbents(
    latest: Portfolio, before: Portfolio, run: StoredRun, proposal: Proposal, decided: Sequence[StoredDecision]
) -> Portfolio:
    """The portfolio with what was accepted as incumbent bookings; raises NotTaken.

    Of several decisions on a booking the last one counts. What nobody decided about stays as it is, but where a whole
    proposal was accepted, bookings that it does not have go: those that are as the run knew them (`before`), or that
    were decided about earlier.
    """
    proposed = {(one.person, one.activity): one.hours for one in proposal.bookings or ()}
    knew = set(before.bookings)
    known = [(one.person, one.activity) for one in latest.bookings if one in knew]
    hours: dict[Pair, int] = {}
    for one in decided:
        if one.bookings is None:
            gone = {pair: 0 for pair in (*known, *hours) if pair not in proposed}
            hours = proposed | gone if one.decision == "accept" else {}
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
    kept = [
        one
        for one in data["bookings"]
        if (one["person"], one["activity"]) in fixed or (one["person"], one["activity"]) not in hours
    ]
    taken = [(*pair, booked) for pair, booked in hours.items() if booked and pair not in fixed]
    data["bookings"] = kept + [
        {"person": person, "activity": activity, "hours": booked, "status": "incumbent"}
        for person, activity, booked in taken
    ]
    room = _Room(latest)
    problems = [
        Problem(f"/bookings/{n}/hours", "too_many_hours", booked, most)
        for n, (person, activity, booked) in enumerate(taken, len(kept))
        if person in room.people and activity in room.activities
        if (most := room.refuses(person, activity, booked))
    ]
    try:
        made = parse(data)
    except PortfolioInvalid as invalid:
        problems = [*invalid.problems, *problems]
    if problems:
        said = "The portfolio as it is now does not have, or has no room for, all that was accepted"
        raise NotTaken(
            f"{said}: make the changes of the scenario first, override it, or find a new proposal.", problems
        )
    return made
