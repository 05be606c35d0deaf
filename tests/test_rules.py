"""Every rule at its edge: one plan just inside, one just outside, amounts worked out by hand, and its sentences.

The comment of a case says where the edge lies. Blocks are of 4 hours and people have 40 hours a period unless said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from solver.portfolio import Portfolio
from solver.rules import RULES
from solver.rules.base import HUNDRED, number
from solver.tables import Tables
from tests.builders import activity, booking, only, person, plan, portfolio

Hours = Mapping[tuple[str, str], int | Sequence[int]]
Learned = Sequence[tuple[str, str, str, str | None]]

ANA, BO = person("ana"), person("bo")
LAWYER = person("ana", expertise={"law": 3})
LEARNER = person("bo", expertise={"law": 2}, ambitions=[{"term": "law", "level": 4}])
WRITE = ("ana", "write")
BO_WRITE = ("bo", "write")


@dataclass(frozen=True)
class Case:
    """A portfolio, a plan that the rule has nothing to say of, one it has, how much, and in which words."""

    rule: str
    portfolio: Portfolio
    inside: Hours
    outside: Hours
    amount: float
    explain: str
    demand: str
    learned_inside: Learned = ()
    learned_outside: Learned = ()
    weight: int = 100


def rule(name: str, **settings: Any) -> dict[str, Any]:
    """Policy rules that say something of one rule."""
    return {name: settings}


CASES = (
    # Ana is away for 8 of the 40 hours of period 0: 32 fit, 36 are 4 too many.
    Case(
        "availability",
        portfolio([person("ana", absences=[{"first": 0, "last": 0, "hours": 8}])], [activity("write", 40)]),
        {WRITE: 32},
        {WRITE: 36},
        4,
        "Ana: 4 h more than available in the periods of the work",
        "Ana has 32 h in all, and only so many in each period",
    ),
    # Period 0 is past: 8 of the 12 hours lie in it.
    Case(
        "window",
        portfolio([ANA], [activity("write", 40, (0, 1))], periods=2, now=1),
        {WRITE: [0, 12]},
        {WRITE: [8, 4]},
        8,
        "Ana on Write: 8 h outside its window or in the past",
        "Ana can work on Write only in periods 0 to 1, from period 1 on",
    ),
    # Level 2.0 is near 3 with one level of leeway, 1.0 is not: all 8 hours of Bo are wrong.
    Case(
        "eligibility",
        portfolio(
            [person("ana", expertise={"law": 2}), person("bo", expertise={"law": 1})],
            [activity("write", expertise={"law": 3})],
            rules=rule("eligibility", under_level=1),
        ),
        {WRITE: 8},
        {BO_WRITE: 8},
        8,
        "Bo brings nothing that Write asks for and learns nothing on it, yet has 8 h",
        "Bo brings nothing that Write asks for and learns nothing on it",
    ),
    # Two people at least: one is one too few.
    Case(
        "team_size",
        portfolio([ANA, BO], [activity("write", team=(2, 3))]),
        {WRITE: 8, BO_WRITE: 8},
        {WRITE: 8},
        1,
        "Write wants a team of 2 to 3 people, or nobody; the team is 1 off",
        "Write wants a team of 2 to 3 people, or nobody",
    ),
    # max(8, 10 % of 100) = 10, rounded up to blocks 12: 12 is enough, 8 is 4 short.
    Case(
        "smallest_booking",
        portfolio([ANA], [activity("write", 100)]),
        {WRITE: 12},
        {WRITE: 8},
        4,
        "Ana on Write: 4 h short of the smallest booking",
        "Ana on Write: at least 12 h, or not at all",
    ),
    # Two people with law 3 are a must and Cas has 2: with Ana and Bo there are two, with Ana and Cas one is missing.
    Case(
        "must_requirement",
        portfolio(
            [LAWYER, person("bo", expertise={"law": 3}), person("cas", expertise={"law": 2})],
            [activity("write", expertise=[{"term": "law", "level": 3, "people": 2, "must": True}])],
        ),
        {WRITE: 8, BO_WRITE: 8},
        {WRITE: 8, ("cas", "write"): 8},
        1,
        "Write cannot do without Law 3 from 2 of its team; 1 missing",
        "Write cannot do without Law 3 from 2 of its team",
    ),
    # 75 % of 32 is 24: 24 by Ana is enough; of 36 it is 27, and 24 are 3 short.
    Case(
        "expert_hours",
        portfolio([LAWYER, BO], [activity("write", expertise={"law": 3})]),
        {WRITE: 24, BO_WRITE: 8},
        {WRITE: 24, BO_WRITE: 12},
        3,
        "Write: at least 75 % of its booked hours by people with its expertise; 3 h short",
        "Write: at least 75 % of its booked hours by people with its expertise",
    ),
    # 10 hours asked are 12 in blocks: 12 is all, 16 is 4 too many.
    Case(
        "overbooking",
        portfolio([ANA], [activity("write", 10)]),
        {WRITE: 12},
        {WRITE: 16},
        4,
        "Write: 4 h more than the 12 h it asks for",
        "Write takes no more than the 12 h it asks for",
    ),
    # Bo learns law beside Ana; a mentor who is not on the activity is none.
    Case(
        "mentoring",
        portfolio([LAWYER, LEARNER], [activity("write", expertise={"law": 3})]),
        {WRITE: 24, BO_WRITE: 8},
        {BO_WRITE: 8},
        1,
        "Bo: learning without a mentor, or too many learners, 1 in all",
        "Bo learns only beside a mentor and teaches at most 2 people",
        learned_inside=[("bo", "write", "law", "ana")],
        learned_outside=[("bo", "write", "law", "ana")],
    ),
    # At most 30 % of H plus 4 hours: of 8 stretch hours with H = 16 that is 8.8, with H = 12 it is 7.6, 0.4 too many.
    Case(
        "stretch_cap",
        portfolio(
            [LAWYER, LEARNER],
            [activity("write", expertise={"law": 3}), activity("print")],
            rules=rule("stretch_cap", free=4),
        ),
        {WRITE: 24, BO_WRITE: 8, ("bo", "print"): 8},
        {WRITE: 24, BO_WRITE: 8, ("bo", "print"): 4},
        0.4,
        "Bo: 0.4 h of stretch more than allowed",
        "Bo: at most 30 % of the hours and 4 h more are stretch",
        learned_inside=[("bo", "write", "law", "ana")],
        learned_outside=[("bo", "write", "law", "ana")],
    ),
    # Pinned at 6 in given periods: 6 elsewhere is another booking.
    Case(
        "commitment",
        portfolio([ANA], [activity("write", 40, (0, 1))], [booking(*WRITE, 6, by_period=[6, 0])], periods=2),
        {WRITE: [6, 0]},
        {WRITE: [5, 1]},
        1,
        "Ana on Write is pinned at 6 h, and the plan differs",
        "Ana on Write is pinned at 6 h",
    ),
    # Three people apart: two of them on one activity are one pair.
    Case(
        "relation",
        portfolio(
            [ANA, BO, person("cas")],
            [activity("write"), activity("print")],
            relations=[{"people": ["ana", "bo", "cas"], "kind": "apart"}],
        ),
        {WRITE: 8, ("bo", "print"): 8},
        {WRITE: 8, BO_WRITE: 8},
        1,
        "Ana and Bo and Cas work apart on Write; 1 pair is not",
        "Ana and Bo and Cas work apart on Write",
    ),
    # North has 80 hours, 30 % is 24: 24 lent is enough, 28 is 4 over.
    Case(
        "lending_cap",
        portfolio(
            [person("ana", unit="north"), person("bo", unit="north")],
            [activity("write", 80)],
            units=[{"id": "north", "name": "North", "lend_share": 0.3}, {"id": "south", "name": "South"}],
            projects=[{"id": "x", "name": "X", "unit": "south"}],
        ),
        {WRITE: 12, BO_WRITE: 12},
        {WRITE: 16, BO_WRITE: 12},
        4,
        "North, lent to other units: at most 30 % of 80 h; 4 h over",
        "North, lent to other units: at most 30 % of 80 h",
    ),
    # Half of the hours elsewhere: 8 of 16 are, 8 of 20 are 2 short.
    Case(
        "rotation",
        portfolio(
            [person("ana", unit="north", rotation_share=0.5)],
            [activity("write"), activity("print", project="y")],
            projects=[{"id": "x", "name": "X", "unit": "south"}, {"id": "y", "name": "Y", "unit": "north"}],
        ),
        {WRITE: 8, ("ana", "print"): 8},
        {WRITE: 8, ("ana", "print"): 12},
        2,
        "Ana works at least 50 % of the booked hours for other units; 2 h short",
        "Ana works at least 50 % of the booked hours for other units",
    ),
    # One hire at most: the second is one too many.
    Case(
        "hires",
        portfolio(
            [person("ana", candidate={"group": "new"}), person("bo", candidate={"group": "new"})],
            [activity("write")],
            policy={"max_hires": [{"group": "new", "most": 1}]},
        ),
        {WRITE: 8},
        {WRITE: 8, BO_WRITE: 8},
        1,
        "at most 1 person of the group new is taken on; 1 too many",
        "at most 1 person of the group new is taken on",
    ),
    # 8 hours of 50.25 and 100 of rent come to 502, 12 hours to 703: 200.5 above 502.5.
    Case(
        "budget",
        portfolio(
            [person("ana", rate=50.25)],
            [activity("write")],
            policy={"budget": 502.5, "fixed_costs": [{"what": "rent", "money": 100}]},
        ),
        {WRITE: 8},
        {WRITE: 12},
        200.5,
        "the plan costs no more than its budget of 502.5; 200.5 over",
        "the plan costs no more than its budget of 502.5",
    ),
    # 30 hours are 32 in blocks, 28 leave 4 open; priority 5 and a goal of weight 4 weigh 5/3 × 4/3 = 2.22.
    Case(
        "staffing",
        portfolio(
            [ANA],
            [activity("write", 30, priority=5)],
            projects=[{"id": "x", "name": "X", "goals": ["trust"]}],
            goals=[{"id": "trust", "name": "Trust", "weight": 4}],
        ),
        {WRITE: 32},
        {WRITE: 28},
        4,
        "Write: 4 h of 32 h are not staffed",
        "Write wants its 32 h staffed, without exception",
        weight=222,
    ),
    # Two with law 3 wanted: Ana and Bo are two, Ana alone leaves one missing; requirement weight 2.
    Case(
        "expertise_coverage",
        portfolio(
            [LAWYER, person("bo", expertise={"law": 3})],
            [activity("write", expertise=[{"term": "law", "level": 3, "people": 2, "weight": 2}])],
        ),
        {WRITE: 8, BO_WRITE: 8},
        {WRITE: 8},
        1,
        "Write: 1 of 2 people with Law 3 missing",
        "Write wants 2 people with Law 3, without exception",
        weight=200,
    ),
    # Empathy 4 counts as relating 4; without Ana nobody relates.
    Case(
        "talent_coverage",
        portfolio(
            [person("ana", talents={"empathy": 4}), BO],
            [activity("write", talents={"relating": 4})],
            broader={"empathy": "relating"},
        ),
        {WRITE: 8},
        {BO_WRITE: 8},
        1,
        "Write: 1 of 1 people with Relating 4 missing",
        "Write wants 1 person with Relating 4, without exception",
    ),
    # Law 2 of 3 and tax 4 of 4 with weight 2 fit for (2/3 + 2) / 3 = 89 %: 11 % of 8 hours is 0.88.
    Case(
        "expertise_fit",
        portfolio(
            [person("ana", expertise={"law": 3, "tax": 4}), person("bo", expertise={"law": 2, "tax": 4})],
            [activity("write", expertise=[{"term": "law", "level": 3}, {"term": "tax", "level": 4, "weight": 2}])],
        ),
        {WRITE: 8},
        {BO_WRITE: 8},
        0.88,
        "Bo on Write: knowledge missing for 0.88 h of the work",
        "Bo on Write: no hours with knowledge missing, without exception",
    ),
    # Order 1 of 3 fits for 33 %: 67 % of 8 hours is 5.36.
    Case(
        "talent_fit",
        portfolio(
            [person("ana", talents={"order": 5}), person("bo", talents={"order": 1})],
            [activity("write", talents={"order": 3})],
        ),
        {WRITE: 8},
        {BO_WRITE: 8},
        5.36,
        "Bo on Write: talent missing for 5.36 h of the work",
        "Bo on Write: no hours with talent missing, without exception",
    ),
    # Energy of −2 and 1 is −0.5 on average, which drains 25 %: 2 of 8 hours. 2 and −2 is 0.
    Case(
        "energy",
        portfolio(
            [
                person("ana", energy=[{"of": "kind:work", "value": -2}, {"of": "project:x", "value": 2}]),
                person("bo", energy=[{"of": "kind:work", "value": -2}, {"of": "phase:end", "value": 1}]),
            ],
            [activity("write", phase="end")],
        ),
        {WRITE: 8},
        {BO_WRITE: 8},
        2,
        "Bo on Write: energy drained for 2 h of the work",
        "Bo on Write: no hours with energy drained, without exception",
    ),
    # Ana asked for Write and is on Print.
    Case(
        "wishes",
        portfolio([person("ana", wishes=["write"])], [activity("write"), activity("print")]),
        {WRITE: 8},
        {("ana", "print"): 8},
        1,
        "Ana asked for Write and is not on it",
        "Ana asked for Write",
    ),
    # 40 % of H less 4: of 20 that is 4 and 4 use empathy; of 24 it is 5.6, 1.6 more than 4.
    Case(
        "talent_use",
        portfolio(
            [person("ana", talents={"empathy": 3}), person("bo", talents={"empathy": 2})],
            [activity("write", talents={"relating": 1}), activity("print")],
            broader={"empathy": "relating"},
            rules=rule("talent_use", free=4),
        ),
        {WRITE: 4, ("ana", "print"): 16, ("bo", "print"): 40},
        {WRITE: 4, ("ana", "print"): 20},
        1.6,
        "Ana: 1.6 h short of the 40 % of work that uses a top talent",
        "Ana wants at least 40 % of work that uses a top talent, without exception",
    ),
    # 60 % of H plus 4: of 24 that is 18.4 and 16 are work; with 20 of 24 it is 1.6 too many.
    Case(
        "role_width",
        portfolio([ANA], [activity("write"), activity("print", kind="press")], rules=rule("role_width", free=4)),
        {WRITE: 16, ("ana", "print"): 8},
        {WRITE: 20, ("ana", "print"): 4},
        1.6,
        "Ana: 1.6 h of work more than 60 % of the role and 4 h more allow",
        "Ana: work takes at most 60 % of the role and 4 h more, without exception",
    ),
    # 10 % of H less 2: of 20 that is 0, of 36 it is 1.6, and nothing is answered for.
    Case(
        "responsibility",
        portfolio([ANA], [activity("write")], rules=rule("responsibility", free=2)),
        {WRITE: 20},
        {WRITE: 36},
        1.6,
        "Ana: 1.6 h short of the 10 % of work on one's own account",
        "Ana wants at least 10 % of work on one's own account, without exception",
    ),
    # 10 % of 24 hours is 2.4 to learn from; potential 3 counts double.
    Case(
        "stretch",
        portfolio(
            [LAWYER, {**LEARNER, "potential": 3}],
            [activity("write", expertise={"law": 3}), activity("print")],
            rules=rule("stretch", **{"for": "differentiated"}),
        ),
        {WRITE: 24, BO_WRITE: 8, ("bo", "print"): 16},
        {WRITE: 24, BO_WRITE: 8, ("bo", "print"): 16},
        2.4,
        "Bo: 2.4 h short of the 10 % of work to learn from",
        "Bo wants at least 10 % of work to learn from, without exception",
        learned_inside=[("bo", "write", "law", "ana")],
        weight=200,
    ),
    # 60 to 90 % of 40 is 24 to 36: 36 is inside, 40 is 4 above.
    Case(
        "load_balance",
        portfolio([ANA], [activity("write")]),
        {WRITE: 36},
        {WRITE: 40},
        4,
        "Ana: 4 h outside 60 to 90 % of the 40 h available",
        "Ana works 60 to 90 % of the 40 h available, without exception",
    ),
    # Two activities are one more than the one that leaves focus.
    Case(
        "focus",
        portfolio([ANA], [activity("write"), activity("print")], rules=rule("focus", max_activities=1)),
        {WRITE: 8},
        {WRITE: 8, ("ana", "print"): 8},
        1,
        "Ana: 1 activity more than the 1 that leave focus",
        "Ana is on at most 1 activity, without exception",
    ),
    # 12 of today's 20 hours are 8 lost; more than today costs nothing.
    Case(
        "stability",
        portfolio([ANA], [activity("write")], [booking(*WRITE, 20, "incumbent")]),
        {WRITE: 24},
        {WRITE: 12},
        8,
        "Ana loses 8 h of today's 20 h on Write",
        "Ana keeps 20 h on Write, without exception",
    ),
    # Bo knows law and is on the project elsewhere, which is enough; without Bo it hangs on Ana.
    Case(
        "continuity",
        portfolio(
            [LAWYER, person("bo", expertise={"law": 3})],
            [activity("write", expertise={"law": 3}, critical=True), activity("print")],
        ),
        {WRITE: 8, ("bo", "print"): 8},
        {WRITE: 8},
        1,
        "X: Law 3, critical for Write, hangs on fewer than two people",
        "X: Law 3, critical for Write, wants two people, without exception",
    ),
    # Project X is South's: work of North's Ana counts, that of Bo without a unit does not.
    Case(
        "lending",
        portfolio(
            [person("ana", unit="north"), BO],
            [activity("write")],
            units=[{"id": "north", "name": "North", "lend_share": 1}, {"id": "south", "name": "South"}],
            projects=[{"id": "x", "name": "X", "unit": "south"}],
        ),
        {BO_WRITE: 8},
        {WRITE: 8},
        8,
        "Ana on Write: work for another unit for 8 h of the work",
        "Ana on Write: no hours with work for another unit, without exception",
    ),
    # Taking Bo on costs 400.5.
    Case(
        "hiring",
        portfolio([ANA, person("bo", candidate={"cost": 400.5})], [activity("write")]),
        {WRITE: 8},
        {BO_WRITE: 8},
        400.5,
        "taking on Bo costs 400.5",
        "taking on Bo costs no more than 0",
    ),
    # 8 hours at 60.25 are 482; whoever has no rate costs nothing.
    Case(
        "cost",
        portfolio([person("ana", rate=60.25), BO], [activity("write")]),
        {BO_WRITE: 8},
        {WRITE: 8},
        482,
        "the booked hours and fixed costs come to 482",
        "the plan costs no more than 0",
    ),
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)


def test_every_rule_has_its_case() -> None:
    """No rule is without a case, and the cases come in the order of the registry."""
    assert [case.rule for case in CASES] == [rule.name for rule in RULES]


@every_case
def test_just_inside_measures_nothing(case: Case) -> None:
    """A plan at the edge is not blamed."""
    tables = Tables.of(case.portfolio)
    found = tables.rule[case.rule].measure(tables, plan(tables, case.inside, case.learned_inside))
    assert found.amount.tolist() == []


@every_case
def test_just_outside_measures_the_amount_and_says_it(case: Case) -> None:
    """A plan beyond the edge is blamed for exactly the amount, once, with its weight and in its words."""
    tables = Tables.of(case.portfolio)
    measuring = tables.rule[case.rule]
    found = measuring.measure(tables, plan(tables, case.outside, case.learned_outside))
    assert found.amount.tolist() == [round(case.amount * HUNDRED)]
    assert found.weight.tolist() == [case.weight]
    key = tuple(found.keys[0].tolist())
    assert measuring.explain(tables, key, int(found.amount[0])) == case.explain
    assert measuring.demand(tables, key) == case.demand


def test_the_leeway_of_mode_hard_is_said() -> None:
    """With a tolerance the demand of a soft rule in mode hard names it in its unit."""
    tables = Tables.of(portfolio([ANA], [activity("write", 30)], rules=rule("staffing", mode="hard", tolerance=8)))
    assert tables.rule["staffing"].demand(tables, (0,)) == "Write wants its 32 h staffed, give or take 8 hours"


def test_the_planner_word_is_said_for_each_status() -> None:
    """What was worked and what is forbidden have sentences of their own."""
    tables = Tables.of(
        portfolio(
            [ANA, BO],
            [activity("write", 40, (0, 1))],
            [booking(*WRITE, status="frozen", by_period=[6]), booking(*BO_WRITE, status="forbidden")],
            periods=2,
            now=1,
        )
    )
    said = tables.rule["commitment"]
    assert said.demand(tables, (0, 0)) == "Ana on Write has worked 6 h already"
    assert said.demand(tables, (1, 0)) == "Bo on Write is forbidden"


def test_a_unit_that_may_not_lend_is_named() -> None:
    """Eligibility says when it is the unit and not the knowledge that stands between."""
    tables = Tables.of(
        portfolio(
            [person("ana", unit="north")],
            [activity("write")],
            projects=[{"id": "x", "name": "X", "unit": "south"}],
            rules=only("staffing"),
        )
    )
    assert tables.rule["eligibility"].demand(tables, (0, 0)) == ("Ana may not work on Write: it is another unit's work")


def test_numbers_of_findings_have_their_thousands_apart() -> None:
    """Money and hours read as everywhere else, whatever the rule."""
    assert [number(amount) for amount in (38_552_000, 123_450, 50)] == ["385,520", "1,234.5", "0.5"]
