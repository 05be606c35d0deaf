"""Why not: the changed plan has what was asked for, breaks nothing and costs what is said, or the reason is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from solver import score
from solver.handmade import plan_from, score_plan
from solver.model import Model
from solver.nearby import changes
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.report import PortfolioInvalid
from solver.rules.base import UNIT
from solver.search import Search
from solver.settings import Settings
from solver.solve import solve
from solver.strategies.cpsat import solve_model
from solver.tables import Tables
from solver.why_not import Question, WhyNot, WhyNotHours, WhyNotMentor, WhyNotPerson, WhyUnfilled, why_not
from tests.builders import activity, booking, only, person, portfolio, random_portfolio

SETTINGS = Settings(seconds=5, workers=2)
#: seeds of random portfolios that have a plan
RANDOM = (0, 1, 6, 7, 9, 11, 17, 20, 22, 26, 29, 30)
RANDOM_SMALL = (0, 3, 5, 6, 7, 8, 9, 10)


def proposal(portfolio: Portfolio, *bookings: tuple[str, str, int], learning: Any = ()) -> Proposal:
    """A proposal of (person, activity, hours) and (learner, activity, term, mentor)."""
    booked = [dict(zip(("person", "activity", "hours"), one, strict=True)) for one in bookings]
    learned = [dict(zip(("person", "activity", "term", "mentor"), one, strict=True)) for one in learning]
    return score_plan(portfolio, {"bookings": booked, "learning": learned})


def moves(answer: WhyNot) -> dict[tuple[str, str], tuple[int, int]]:
    """Hours before and after per (person, activity) that changed."""
    assert answer.difference is not None
    return {(move.person, move.activity): (move.before, move.after) for move in answer.difference.moves}


def rules(answer: WhyNot) -> dict[str, float]:
    """What each rule costs more, where it does."""
    assert answer.difference is not None
    return {rule.name: rule.difference for rule in answer.difference.rules if rule.difference}


LAW = [activity("look", expertise={"law": 4})]
TWO = portfolio(
    [person("ana", expertise={"law": 4}), person("bob", expertise={"law": 3})],
    LAW,
    rules=only("staffing", "expertise_fit") | {"eligibility": {"under_level": 1}, "expert_hours": {"expert_share": 0}},
)


def test_somebody_else_takes_part_of_the_work() -> None:
    """Bob knows 3 of 4, so an hour of his costs 6 × 0.25: the smallest booking of 8 h costs 12, and Ana gives it."""
    answer = why_not(TWO, proposal(TWO, ("ana", "look", 40)), WhyNotPerson(person="bob", activity="look"), SETTINGS)
    assert answer.status == "possible"
    assert answer.proven == "portfolio"
    assert moves(answer) == {("bob", "look"): (0, 8), ("ana", "look"): (40, 32)}
    assert rules(answer) == {"expertise_fit": 12}
    assert answer.difference is not None
    assert answer.difference.cost.model_dump() == {"before": 0, "after": 12, "difference": 12}
    assert answer.sentences[0] == "Bob on Look: the plan costs 12 more: 12 instead of 0"
    assert "Look: Ana has 32 h instead of 40, Bob joins with 8 h" in answer.sentences


def test_more_hours_cost_what_they_cost() -> None:
    """20 h for Bob cost 30: 20 × 6 × 0.25."""
    question = WhyNotHours(person="bob", activity="look", hours=20)
    answer = why_not(TWO, proposal(TWO, ("ana", "look", 32), ("bob", "look", 8)), question, SETTINGS)
    assert moves(answer) == {("bob", "look"): (8, 20), ("ana", "look"): (32, 20)}
    assert rules(answer) == {"expertise_fit": 18}


def test_whoever_is_wanted_elsewhere_is_missed_there() -> None:
    """Ana alone knows law: 16 h on the one activity are 16 h open on the other, at 20 × importance 1 each."""
    there = portfolio(
        [person("ana", expertise={"law": 4})],
        [activity("look", expertise={"law": 4}), activity("tell", 16, expertise={"law": 4})],
        rules=only("staffing"),
    )
    answer = why_not(there, proposal(there, ("ana", "look", 40)), WhyUnfilled(activity="tell"), SETTINGS)
    assert moves(answer) == {("ana", "look"): (40, 24), ("ana", "tell"): (0, 16)}
    assert answer.difference is not None
    assert answer.difference.cost.difference == 0
    assert answer.sentences[0] == "Tell staffed with 16 h: the plan costs the same, 320"


def test_a_missing_requirement_is_filled_by_who_has_it() -> None:
    """Bob has order, so booking him 8 h fills it; it saves the 200 that the proposal pays for lacking it."""
    there = portfolio(
        [person("ana"), person("bob", talents={"order": 4})],
        [activity("look", talents={"order": 3})],
        rules=only("talent_coverage", "staffing") | {"eligibility": {"under_level": 0}},
    )
    question = WhyUnfilled(activity="look", term="order")
    answer = why_not(there, proposal(there), question, SETTINGS)
    assert answer.status == "possible"
    assert rules(answer) == {"talent_coverage": -200, "staffing": -800}


def test_another_mentor() -> None:
    """Cas takes over from Ana as Bob's mentor and so must be on the activity, for the smallest booking of 8 h."""
    law = [person(name, expertise={"law": 4}) for name in ("ana", "cas")]
    there = portfolio(
        [*law, person("bob", expertise={"law": 3}, ambitions=[{"term": "law", "level": 5}])],
        [activity("look", 80, window=(0, 1), expertise={"law": 4})],
        rules=only("staffing"),
        periods=2,
    )
    learning = [("bob", "look", "law", "ana")]
    before = proposal(there, ("ana", "look", 64), ("bob", "look", 16), learning=learning)
    answer = why_not(there, before, WhyNotMentor(mentor="cas", learner="bob", activity="look"), SETTINGS)
    assert answer.status == "possible"
    assert moves(answer)["cas", "look"] == (0, 8)
    assert answer.difference is not None
    assert [one.model_dump() for one in answer.difference.learning] == [
        {"person": "bob", "activity": "look", "term": "law", "before": "ana", "after": "cas"}
    ]
    assert "Bob learns Law on Look from Cas, not from Ana" in answer.sentences


def test_what_is_so_already_is_said() -> None:
    """No plan is changed for what the proposal has."""
    answer = why_not(TWO, proposal(TWO, ("ana", "look", 40)), WhyNotPerson(person="ana", activity="look"), SETTINGS)
    assert (answer.status, answer.plan) == ("already", None)
    assert answer.sentences == ("It is so already: Ana on Look",)


IMPOSSIBLE: dict[str, tuple[Portfolio, Any, list[str], str]] = {
    "nothing to bring": (
        portfolio([person("ana")], LAW),
        WhyNotPerson(person="ana", activity="look"),
        ["eligibility"],
        "Ana brings nothing that Look asks for and learns nothing on it",
    ),
    "another unit's work": (
        portfolio(
            [person("ana", unit="north")],
            [activity("look")],
            projects=[{"id": "x", "name": "X", "unit": "south"}],
        ),
        WhyNotPerson(person="ana", activity="look"),
        ["eligibility"],
        "Ana may not work on Look: it is another unit's work",
    ),
    "forbidden": (
        portfolio([person("ana")], [activity("look")], [booking("ana", "look", status="forbidden")]),
        WhyNotPerson(person="ana", activity="look"),
        ["commitment"],
        "Ana on Look is forbidden",
    ),
    "over": (
        portfolio([person("ana")], [activity("look")], periods=2, now=1),
        WhyNotPerson(person="ana", activity="look"),
        ["window"],
        "Ana can work on Look only in periods 0 to 0, from period 1 on",
    ),
    "away": (
        portfolio([person("ana", absences=[{"first": 0, "last": 0}])], [activity("look")]),
        WhyNotPerson(person="ana", activity="look"),
        ["availability", "smallest_booking"],
        "Ana has 0 h in the periods in which Look can be worked on",
    ),
    "more than is asked": (
        portfolio([person("ana")], [activity("look", 20)]),
        WhyNotHours(person="ana", activity="look", hours=24),
        ["overbooking"],
        "Look takes no more than the 20 h it asks for",
    ),
    "more than there is": (
        portfolio([person("ana")], [activity("look", 60)]),
        WhyNotHours(person="ana", activity="look", hours=48),
        ["availability"],
        "Ana has 40 h in the periods in which Look can be worked on",
    ),
    "more than pinned": (
        portfolio([person("ana")], [activity("look")], [booking("ana", "look", 16)]),
        WhyNotHours(person="ana", activity="look", hours=20),
        ["commitment"],
        "Ana on Look is pinned at 16 h",
    ),
    "no ambition": (
        portfolio([person("ana", expertise={"law": 4}), person("bob", expertise={"law": 3})], LAW),
        WhyNotMentor(mentor="ana", learner="bob", activity="look"),
        ["mentoring"],
        "Bob can learn nothing that Look asks for",
    ),
    "nobody has it": (
        portfolio([person("ana", expertise={"law": 3}), person("bob")], LAW),
        WhyUnfilled(activity="look", term="law"),
        ["expertise_coverage"],
        "Look asks for 1 with Law 4; nobody with it can be booked there",
    ),
    "too few hours in all": (
        portfolio([person("ana"), person("bob")], [activity("look", 100)]),
        WhyUnfilled(activity="look"),
        ["availability"],
        "Look: all who can be booked on it, 2 in number, can give it 80 h together",
    ),
    "apart from somebody pinned": (
        portfolio(
            [person("ana"), person("bob")],
            [activity("look")],
            [booking("ana", "look", 16)],
            relations=[{"people": ["ana", "bob"], "kind": "apart"}],
        ),
        WhyNotPerson(person="bob", activity="look"),
        ["relation", "commitment"],
        "Ana on Look is pinned at 16 h",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_is_impossible_has_its_reason(case: str) -> None:
    """The rules that stand in the way are named, and in words."""
    there, question, named, words = IMPOSSIBLE[case]
    pinned = [(b.person, b.activity, b.hours or 0) for b in there.bookings if b.status == "pinned"]
    answer = why_not(there, proposal(there, *pinned), question, SETTINGS)
    assert answer.status == "impossible"
    assert sorted({reason.rule for reason in answer.reasons}) == sorted(named)
    assert words in answer.sentences
    assert (answer.plan, answer.difference, answer.proven) == (None, None, None)


def test_what_the_portfolio_has_not_is_refused_with_all_problems() -> None:
    """Unknown people and activities are named with their fields, all at once."""
    with pytest.raises(PortfolioInvalid) as caught:
        why_not(TWO, proposal(TWO), WhyNotPerson(person="anna", activity="lok"), SETTINGS)
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [
        ("/activity", "unknown_id"),
        ("/person", "unknown_id"),
    ]
    with pytest.raises(PortfolioInvalid, match="a term that the activity asks for"):
        why_not(TWO, proposal(TWO), WhyUnfilled(activity="look", term="tax"), SETTINGS)


def questions(tables: Tables, seed: int) -> list[Any]:
    """One random question of each sort."""
    rng = np.random.default_rng(seed)
    people, activities = tables.portfolio.people, tables.portfolio.activities
    p, other = (people[i].id for i in rng.permutation(tables.P)[:2])
    a = int(rng.integers(tables.A))
    where, every = activities[a].id, tables.requirements_of(a)
    term = tables.requirements[int(rng.choice(every))].term if len(every) else None
    return [
        WhyNotPerson(person=p, activity=where),
        WhyNotHours(person=p, activity=where, hours=int(rng.integers(1, 40))),
        WhyNotMentor(mentor=other, learner=p, activity=where),
        WhyUnfilled(activity=where, term=term),
    ]


@pytest.mark.parametrize("seed", RANDOM)
def test_changed_plans_are_as_they_are_said_to_be(seed: int) -> None:
    """On random portfolios the changed plan breaks no rule, has what was asked for, and its costs add up."""
    there = random_portfolio(seed, calm=True)
    tables = Tables.of(there)
    before = solve(there, Settings(seconds=2, workers=2))
    for question in questions(tables, seed):
        answer = why_not(there, before, question, SETTINGS)
        assert WhyNot.model_validate(answer.model_dump(mode="json", by_alias=True)) == answer
        assert answer.sentences
        if answer.status != "possible":
            assert answer.status in ("already", "impossible")
            continue
        assert answer.plan is not None
        assert answer.difference is not None
        plan = plan_from(tables, answer.plan.to_json())
        assert score.broken(tables, plan) == []
        assert why_not(there, answer.plan, question, SETTINGS).status == "already"
        cost = answer.difference.cost
        assert round(cost.after * UNIT) == score.cost(tables, plan)
        assert sum(rule.difference for rule in answer.difference.rules) == pytest.approx(cost.difference)
        assert answer.proven == "portfolio"
        if before.run.status == "OPTIMAL":
            assert cost.difference >= 0


@pytest.mark.parametrize("seed", RANDOM_SMALL)
def test_no_plan_is_cheaper_but_for_more_changes(seed: int) -> None:
    """The cheapest plan of the whole model with what was asked for ranks no better, once its changes are counted."""
    there = random_portfolio(seed, calm=True, people=4, activities=3)
    tables = Tables.of(there)
    before = solve(there, Settings(seconds=2, workers=2))
    start, question = plan_from(tables, before.to_json()), questions(tables, seed)[1]
    answer = why_not(there, before, question, SETTINGS)
    model = Model(tables)
    model.post(tables.rules)
    wanted = model.hours_pair(tables.person_index[question.person], tables.activity_index[question.activity])
    model.require(wanted >= question.hours)
    model.minimise()
    cheapest = solve_model(model, Search(tables, SETTINGS), 5).plan(model)
    assert (cheapest is None) == (answer.status == "impossible")
    if answer.plan is not None and cheapest is not None:
        found = plan_from(tables, answer.plan.to_json())
        ranks = [score.cost(tables, plan) + changes(start, plan) for plan in (found, cheapest)]
        assert ranks[0] <= ranks[1]


def test_questions_are_json() -> None:
    """A question is told by what it asks."""
    question: Any = TypeAdapter(Question).validate_python({"ask": "hours", "person": "a", "activity": "b", "hours": 8})
    assert question == WhyNotHours(person="a", activity="b", hours=8)
