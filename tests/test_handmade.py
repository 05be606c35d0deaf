"""Plans made elsewhere: what is read of them, what is refused, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from solver.handmade import plan_from, score_plan
from solver.portfolio import Portfolio, PortfolioInvalid
from solver.proposal import Proposal
from solver.score import cost
from solver.tables import Tables
from tests.builders import activity, person, portfolio

UNIT = 10_000


@pytest.fixture
def small() -> Portfolio:
    """Ana and Bob, an audit of three weeks on which Bob could learn from Ana, and a day of writing."""
    return portfolio(
        [
            person("ana", expertise={"audit": 4}),
            person("bob", expertise={"audit": 2}, ambitions=[{"term": "audit", "level": 3}]),
        ],
        [
            activity("look", 60, (1, 3), expertise={"audit": 3}),
            activity("tell", 8, (3, 3)),
        ],
        periods=4,
        vocabulary=[
            {"id": "audit", "dimension": "expertise", "aliases": ["Controle"]},
            {"id": "law", "dimension": "expertise"},
        ],
    )


def booking(person: str = "ana", activity: str = "look", hours: Any = 48, **fields: Any) -> dict[str, Any]:
    """One line of a plan."""
    return {"person": person, "activity": activity, "hours": hours, **fields}


def learning(**fields: Any) -> dict[str, Any]:
    """Bob learns from Ana."""
    return {"person": "bob", "activity": "look", "term": "audit", "mentor": "ana", **fields}


def refused(portfolio: Portfolio, data: Any) -> list[tuple[str, str]]:
    """Path and code of everything that is wrong with a plan."""
    with pytest.raises(PortfolioInvalid) as wrong:
        plan_from(Tables.of(portfolio), data)
    assert all(problem.expected for problem in wrong.value.problems)
    return [(problem.path, problem.code) for problem in wrong.value.problems]


def broken(proposal: Proposal) -> list[str]:
    """The hard rules that a proposal's plan breaks."""
    assert proposal.score_card is not None
    return [rule.name for rule in proposal.score_card.broken]


def test_person_activity_and_hours_are_enough(small: Portfolio) -> None:
    """Hours without a split are split as calmly as the window allows."""
    plan = plan_from(Tables.of(small), {"bookings": [booking()]})
    assert plan.split.tolist() == [[0, 16, 16, 16]]


def test_a_split_that_is_given_is_kept(small: Portfolio) -> None:
    """`by_period` lies on the calendar from the window's first period on."""
    plan = plan_from(Tables.of(small), {"bookings": [booking(by_period=[40, 0, 8])]})
    assert plan.split.tolist() == [[0, 40, 0, 8]]


def test_learning_is_taken_with_any_word_for_the_term(small: Portfolio) -> None:
    """A term may go by its alias in any case; the mentor's hours are taken as given, and found where they lack."""
    bookings = [booking(), booking("bob", hours=12)]
    given = learning(term="cONTROLE", mentor_hours_by_period=[0, 0, 4])
    plan = plan_from(Tables.of(small), {"bookings": bookings, "learning": [given]})
    assert plan.mentor_split.tolist() == [[0, 0, 0, 4]]
    assert plan.stretch.tolist() == [0, 12]
    plan = plan_from(Tables.of(small), {"bookings": bookings, "learning": [learning()]})
    assert plan.mentor_split.sum() == 4


def test_learning_without_a_mentor_breaks_a_rule_but_can_be_read(small: Portfolio) -> None:
    """A learner without a mentor is a plan that breaks `mentoring`, not a plan that makes no sense."""
    lonely = learning(mentor=None, mentor_hours_by_period=[0, 0, 0])
    proposal = score_plan(small, {"bookings": [booking(), booking("bob", hours=12)], "learning": [lonely]})
    assert broken(proposal) == ["mentoring"]


def test_a_proposal_is_a_plan(small: Portfolio) -> None:
    """A whole proposal can be handed in, and gives the same proposal again."""
    bookings = [booking(by_period=[40, 0, 8]), booking("bob", hours=12), booking("bob", "tell", 8)]
    first = score_plan(small, {"bookings": bookings, "learning": [learning()]}).to_json()
    again = score_plan(small, first).to_json()
    for proposal in (first, again):
        del proposal["run"]["seconds"]
    assert again == first


def test_a_valid_plan_is_feasible_and_nothing_is_claimed_beyond(small: Portfolio) -> None:
    """The objective is what the rules cost; bound, gap and value captured do not exist."""
    data = {"bookings": [booking(), booking("bob", "tell", 8)]}
    run = score_plan(small, data).run
    tables = Tables.of(small)
    assert (run.status, run.bound, run.gap, run.value_captured) == ("FEASIBLE", None, None, None)
    assert run.objective == cost(tables, plan_from(tables, data)) / UNIT


def test_a_plan_that_breaks_a_rule_keeps_its_bookings(small: Portfolio) -> None:
    """No valid plan is known, so the status is NONE; the bookings stay, and the score card says what is broken."""
    proposal = score_plan(small, {"bookings": [booking(hours=64)]})
    assert proposal.run.status == "NONE"
    assert proposal.conflict is None
    assert [line.hours for line in proposal.bookings or ()] == [64]
    assert broken(proposal) == ["overbooking"]


def test_the_order_of_the_bookings_makes_no_difference(small: Portfolio) -> None:
    """The same bookings in another order are the same plan, with the same fingerprint."""
    bookings = [booking(), booking("bob", "tell", 8)]
    assert (
        score_plan(small, {"bookings": bookings}).run.fingerprint
        == score_plan(small, {"bookings": bookings[::-1]}).run.fingerprint
        != score_plan(small, {"bookings": bookings[:1]}).run.fingerprint
    )


def test_no_bookings_is_a_plan_and_null_is_not(small: Portfolio) -> None:
    """An empty list leaves everything open; a proposal without a plan has nothing to score."""
    assert score_plan(small, {"bookings": []}).bookings == ()
    assert refused(small, {"bookings": None}) == [("/bookings", "not_a_list")]
    assert refused(small, {}) == [("/bookings", "missing")]
    assert refused(small, [booking()]) == [("", "not_an_object")]


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "an unknown person": ({"bookings": [booking("anna")]}, [("/bookings/0/person", "unknown_id")]),
    "an unknown activity": ({"bookings": [booking(activity="lok")]}, [("/bookings/0/activity", "unknown_id")]),
    "something else than an id": ({"bookings": [booking(person=3)]}, [("/bookings/0/person", "not_text")]),  # type: ignore[arg-type]
    "a pair twice": ({"bookings": [booking(), booking()]}, [("/bookings/1", "duplicate_booking")]),
    "no object": ({"bookings": [3]}, [("/bookings/0", "not_an_object")]),
    "hours that lack": (
        {"bookings": [{"person": "ana", "activity": "look"}]},
        [("/bookings/0/hours", "missing")],
    ),
    "hours that are not whole": ({"bookings": [booking(hours=7.5)]}, [("/bookings/0/hours", "not_whole")]),
    "hours below zero": ({"bookings": [booking(hours=-8)]}, [("/bookings/0/hours", "out_of_range")]),
    "hours in words": ({"bookings": [booking(hours="8")]}, [("/bookings/0/hours", "not_a_number")]),
    "a split of another length": (
        {"bookings": [booking(by_period=[24, 24])]},
        [("/bookings/0/by_period", "wrong_length")],
    ),
    "a split with another sum": (
        {"bookings": [booking(by_period=[24, 24, 4])]},
        [("/bookings/0/by_period", "wrong_sum")],
    ),
    "a split that is no list": ({"bookings": [booking(by_period=48)]}, [("/bookings/0/by_period", "not_a_list")]),
    "a part below zero": (
        {"bookings": [booking(by_period=[52, 0, -4])]},
        [("/bookings/0/by_period/2", "out_of_range")],
    ),
    "learning null": ({"bookings": [], "learning": None}, [("/learning", "not_a_list")]),
    "a term nobody knows": ({"bookings": [], "learning": [learning(term="x")]}, [("/learning/0/term", "unknown_id")]),
    "a term that is not asked": (
        {"bookings": [], "learning": [learning(term="law")]},
        [("/learning/0/term", "not_asked")],
    ),
    "no term": (
        {"bookings": [], "learning": [{"person": "bob", "activity": "look"}]},
        [("/learning/0/term", "missing")],
    ),
    "an unknown mentor": (
        {"bookings": [], "learning": [learning(mentor="zoe")]},
        [("/learning/0/mentor", "unknown_id")],
    ),
    "learning twice": (
        {"bookings": [], "learning": [learning(), learning(term="controle")]},
        [("/learning/1", "duplicate_learning")],
    ),
    "other hours than a mentor gives": (
        {"bookings": [], "learning": [learning(mentor_hours_by_period=[4, 4, 0])]},
        [("/learning/0/mentor_hours_by_period", "wrong_sum")],
    ),
    "a field that neither has": (
        {"bokings": [], "bookings": [booking(by_peroid=[48, 0, 0])], "learning": [learning(mentors="ana")]},
        [
            ("/bokings", "unknown_field"),
            ("/bookings/0/by_peroid", "unknown_field"),
            ("/learning/0/mentors", "unknown_field"),
        ],
    ),
    "a field that may not be asked for": (
        {"bookings": [booking(gender="f")]},
        [("/bookings/0/gender", "protected_trait")],
    ),
    "another format": ({"format": "staffing-portfolio/1", "bookings": []}, [("/format", "not_a_choice")]),
    "all at once": (
        {"bookings": [booking("zoe", "look", -1), booking(by_period=[])], "learning": [learning(term="law")]},
        [
            ("/bookings/0/hours", "out_of_range"),
            ("/bookings/0/person", "unknown_id"),
            ("/bookings/1/by_period", "wrong_length"),
            ("/learning/0/term", "not_asked"),
        ],
    ),
}


@pytest.mark.parametrize("wrong", WRONG, ids=list(WRONG))
def test_everything_that_is_wrong_is_said_at_once_with_its_path(small: Portfolio, wrong: str) -> None:
    """Each wrong field is named by its path and a stable code, all in one answer."""
    data, problems = WRONG[wrong]
    assert refused(small, data) == problems


def test_one_mentor_gives_the_hours_for_one_learner_once() -> None:
    """Two terms that one mentor teaches somebody on one activity share the mentor's hours."""
    two = portfolio(
        [
            person("ana", expertise={"audit": 4, "law": 4}),
            person(
                "bob",
                expertise={"audit": 2, "law": 2},
                ambitions=[{"term": "audit", "level": 3}, {"term": "law", "level": 3}],
            ),
        ],
        [activity("look", 60, (0, 1), expertise={"audit": 3, "law": 3})],
        periods=2,
    )
    same = [learning(mentor_hours_by_period=[4, 0]), learning(term="law", mentor_hours_by_period=[4, 0])]
    assert plan_from(Tables.of(two), {"bookings": [], "learning": same}).mentor_split.tolist() == [[4, 0]]
    same[1]["mentor_hours_by_period"] = [0, 4]
    assert refused(two, {"bookings": [], "learning": same}) == [
        ("/learning/1/mentor_hours_by_period", "mentor_hours_differ")
    ]
