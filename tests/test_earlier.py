"""What becomes of an earlier plan before anything is searched: a stop that is set already leaves nothing else."""

from __future__ import annotations

import threading

import pytest

from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, only, person, portfolio, portfolio_data, random_portfolio

QUICK = Settings(seconds=5, workers=1, repeatable=True)


def handed_in(of: Portfolio, earlier: Proposal) -> Proposal:
    """The proposal of a solve that is stopped before it begins."""
    stop = threading.Event()
    stop.set()
    return solve(of, QUICK, None, stop, earlier)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5])
def test_a_plan_that_is_possible_still_is_there_at_once(seed: int) -> None:
    """Bookings, learning and cost are those of the earlier plan, whatever rules there are."""
    of = random_portfolio(seed, people=3, activities=3, calm=True)
    earlier = solve(of, QUICK)
    assert earlier.bookings is not None
    again = handed_in(of, earlier)
    assert again.run.objective == earlier.run.objective
    assert [(one.person, one.activity, one.hours) for one in again.bookings or ()] == [
        (one.person, one.activity, one.hours) for one in earlier.bookings
    ]
    assert {(one.person, one.term) for one in again.learning} == {(one.person, one.term) for one in earlier.learning}


def test_what_became_impossible_is_left_out() -> None:
    """Without Ana her hours are open and Bo's stay; an activity that cannot be without her is emptied."""
    people = [person("ana", expertise={"law": 3}), person("bo", expertise={"tax": 3})]
    activities = [
        activity("draft", 16, expertise=[{"term": "law", "level": 3, "must": True}, {"term": "tax", "level": 3}]),
        activity("returns", 16, expertise={"tax": 3}),
    ]
    pinned = [booking("ana", "draft", 8), booking("bo", "draft", 8), booking("bo", "returns", 16)]
    earlier = solve(portfolio(people, activities, pinned, rules=only("staffing")), QUICK)
    assert earlier.bookings is not None
    assert len(earlier.bookings) == 3
    gone = portfolio_data([{**people[0], "leaves": 0}, people[1]], activities, rules=only("staffing"))
    left = handed_in(parse(gone), earlier)
    assert [(one.person, one.activity, one.hours) for one in left.bookings or ()] == [("bo", "returns", 16)]


def test_who_is_pinned_now_is_booked_at_once_beside_what_is_left() -> None:
    """Bo is pinned to 8 of 16 hours, which the earlier plan did not know of."""
    people, activities, rules = [person("ana"), person("bo")], [activity("a", 16)], only("staffing")
    earlier = solve(portfolio(people, activities, [booking("ana", "a", 8)], rules=rules), QUICK)
    with_bo = handed_in(portfolio(people, activities, [booking("bo", "a", 8)], rules=rules), earlier)
    assert ("bo", 8) in [(one.person, one.hours) for one in with_bo.bookings or ()]
    assert with_bo.run.status == "FEASIBLE"


def test_nothing_is_handed_in_where_nothing_mends_it() -> None:
    """Bo is pinned to work for two, and Ana is gone: taking bookings out makes no team."""
    people, activities = [person("ana"), person("bo")], [activity("a", 16, team=(2, 2))]
    pinned = [booking("bo", "a", 8)]
    earlier = solve(portfolio(people, activities, pinned), QUICK)
    assert len(earlier.bookings or ()) == 2
    assert handed_in(portfolio([{**people[0], "leaves": 0}, people[1]], activities, pinned), earlier).bookings is None


def test_whoever_is_new_takes_what_is_open() -> None:
    """Ana has 40 of 60 h; with Bo beside her, who was not there, all of it is done before anything is searched."""
    activities, rules = [activity("a", 60)], only("staffing")
    earlier = solve(portfolio([person("ana")], activities, rules=rules), QUICK)
    with_bo = handed_in(portfolio([person("ana"), person("bo")], activities, rules=rules), earlier)
    assert [(one.person, one.hours) for one in with_bo.bookings or ()] == [("ana", 40), ("bo", 20)]
