"""The way in: what a right portfolio becomes, and that everything wrong with one is reported where it is."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import portfolio, report
from solver.portfolio import Observation, Portfolio, PortfolioInvalid, Problem, parse, parse_json
from solver.report import brief, is_protected

GONE = object()
NAN, INFINITY = float("nan"), float("inf")


def whole() -> dict[str, Any]:
    """A right portfolio in which every field of the contract is given."""
    return {
        "format": "staffing-portfolio/1",
        "id": "bureau",
        "name": "Bureau",
        "calendar": {"start": "2027-01-04", "period": "week", "periods": 4, "now": 1},
        "block_hours": 4,
        "vocabulary": [
            {"id": "finance", "dimension": "expertise"},
            {
                "id": "public-finance",
                "dimension": "expertise",
                "labels": {"en": "Public finance", "nl": "Overheidsfinanciën"},
                "aliases": ["gemeentefinanciën", "Council money"],
                "broader": "finance",
                "uri": "http://data.europa.eu/esco/skill/1",
            },
            {"id": "relating", "dimension": "talent", "labels": {"nl": "Relaties bouwen"}},
            {"id": "empathy", "dimension": "talent", "aliases": ["inleven"], "broader": "relating"},
        ],
        "goals": [{"id": "trust", "name": "Clients come back", "weight": 4}],
        "units": [{"id": "advice", "name": "Advice", "lend_share": 0.29}, {"id": "care", "name": "Care"}],
        "people": [
            {
                "id": "p1",
                "name": "Person 1",
                "unit": "advice",
                "hours_per_period": 32,
                "absences": [{"first": 0, "last": 1, "hours": 8}],
                "expertise": [{"term": "public-finance", "level": 3, "source": "manager", "on": "2026-10-01"}],
                "talents": [{"term": "empathy", "level": 4}],
                "energy": [{"of": "talent:empathy", "value": 2}, {"of": "project:x", "value": -2}],
                "ambitions": [{"term": "public-finance", "level": 4}],
                "wishes": ["a1"],
                "mentoring": {"max_learners": 1},
                "trained": [{"term": "finance", "level": 2, "from": 2}],
                "performance": 2,
                "potential": 3,
                "rate": 95.25,
                "leaves": 40,
                "candidate": {"cost": 4000, "group": "hires"},
                "lent": [{"unit": "care", "first": 1, "last": 3, "share": 0.5}],
                "rotation_share": 0.1,
            },
            {
                "id": "p2",
                "name": "Person 2",
                "hours_per_period": [32, 0, 16, 8],
                "expertise": {"public-finance": 2},
                "talents": {"relating": 5},
            },
        ],
        "projects": [{"id": "x", "name": "Project X", "unit": "advice", "lead": "p1", "goals": ["trust"]}],
        "activities": [
            {
                "id": "a1",
                "project": "x",
                "phase": "opening",
                "name": "Interviews",
                "kind": "interview",
                "hours": 80,
                "window": {"first": 0, "last": 1},
                "team": {"min": 1, "max": 3},
                "priority": 2,
                "expertise": [{"term": "public-finance", "level": 3, "people": 2, "must": True, "weight": 5}],
                "talents": [{"term": "relating", "level": 4}],
                "responsibility": True,
                "critical": True,
                "after": [],
            },
            {
                "id": "a2",
                "project": "x",
                "name": "Report",
                "kind": "writing",
                "hours": 40,
                "window": {"first": 0, "last": 3},
                "after": ["a1"],
            },
        ],
        "bookings": [
            {"person": "p1", "activity": "a1", "hours": 16, "status": "pinned", "by_period": [4, 12]},
            {"person": "p2", "activity": "a1", "hours": 16, "status": "incumbent"},
            {"person": "p1", "activity": "a2", "status": "frozen", "by_period": [8]},
            {"person": "p2", "activity": "a2", "status": "forbidden"},
        ],
        "relations": [{"people": ["p1", "p2"], "kind": "apart"}],
        "policy": {
            "preset": "balanced",
            "rules": {
                "role_width": {"weight": 4, "mode": "hard", "tolerance": 2.5, "max_share": 0.6, "free": 8},
                "stretch_cap": {"max_share": 0.3, "free": 16, "max_gap": 1},
                "eligibility": {"under_level": 1},
            },
            "tiers": [["staffing", "wishes"], ["energy"]],
            "budget": 100000.5,
            "max_hires": [{"group": "hires", "most": 1}],
            "lending": [{"from": "advice", "to": "care", "share": 0.2}],
            "fixed_costs": [{"what": "Rooms", "money": 1200}],
        },
    }


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The whole portfolio with some fields, named by JSON pointer, set to other values, or left out if GONE."""
    data = copy.deepcopy(whole())
    for path, value in changes:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split("/")[1:]]
        node: Any = data
        for step in way:
            node = node[step]
        if value is GONE:
            del node[last]
        elif isinstance(node, list) and last == len(node):
            node.append(value)
        else:
            node[last] = value
    return data


def problems(data: Any) -> list[Problem]:
    """What is wrong with a portfolio that must be refused."""
    with pytest.raises(PortfolioInvalid) as refusal:
        parse(data)
    json.dumps([vars(problem) for problem in refusal.value.problems], allow_nan=False).encode()
    assert all(problem.code and problem.expected for problem in refusal.value.problems)
    return refusal.value.problems


def found(data: Any) -> set[tuple[str, str]]:
    """Path and code of everything wrong with a portfolio."""
    return {(problem.path, problem.code) for problem in problems(data)}


WHOLE_NUMBERS = {
    "/calendar/periods": (1, 520),
    "/block_hours": (1, None),
    "/goals/0/weight": (1, 5),
    "/people/0/hours_per_period": (0, 1_000_000),
    "/people/1/hours_per_period/2": (0, 1_000_000),
    "/people/0/absences/0/hours": (0, 1_000_000),
    "/people/0/expertise/0/level": (1, 5),
    "/people/1/expertise/public-finance": (1, 5),
    "/people/0/talents/0/level": (1, 5),
    "/people/1/talents/relating": (1, 5),
    "/people/0/energy/0/value": (-2, 2),
    "/people/0/ambitions/0/level": (1, 5),
    "/people/0/mentoring/max_learners": (0, None),
    "/people/0/trained/0/level": (1, 5),
    "/people/0/trained/0/from": (0, None),
    "/people/0/performance": (1, 3),
    "/people/0/potential": (1, 3),
    "/people/0/leaves": (0, None),
    "/activities/0/hours": (0, 1_000_000),
    "/activities/0/team/min": (0, None),
    "/activities/0/team/max": (0, None),
    "/activities/0/priority": (1, 5),
    "/activities/0/expertise/0/level": (1, 5),
    "/activities/0/expertise/0/people": (1, None),
    "/activities/0/expertise/0/weight": (1, 5),
    "/activities/0/talents/0/level": (1, 5),
    "/bookings/0/hours": (0, 1_000_000),
    "/bookings/0/by_period/0": (0, 1_000_000),
    "/policy/rules/role_width/weight": (0, 100_000),
    "/policy/max_hires/0/most": (0, None),
}
PERIODS = [
    "/calendar/now",
    "/people/0/absences/0/first",
    "/people/0/absences/0/last",
    "/people/0/lent/0/first",
    "/people/0/lent/0/last",
    "/activities/0/window/first",
    "/activities/0/window/last",
]
SHARES = [
    "/units/0/lend_share",
    "/people/0/lent/0/share",
    "/people/0/rotation_share",
    "/policy/lending/0/share",
]
MONEY = [
    "/people/0/rate",
    "/people/0/candidate/cost",
    "/policy/budget",
    "/policy/fixed_costs/0/money",
    "/policy/rules/role_width/tolerance",
]
IDS = [
    "/id",
    "/vocabulary/0/id",
    "/goals/0/id",
    "/units/0/id",
    "/people/0/id",
    "/people/0/unit",
    "/people/0/wishes/0",
    "/people/0/candidate/group",
    "/people/0/lent/0/unit",
    "/projects/0/id",
    "/projects/0/unit",
    "/projects/0/lead",
    "/projects/0/goals/0",
    "/activities/0/id",
    "/activities/0/project",
    "/activities/1/after/0",
    "/bookings/0/person",
    "/bookings/0/activity",
    "/relations/0/people/0",
    "/policy/max_hires/0/group",
    "/policy/lending/0/from",
    "/policy/lending/0/to",
]
TEXTS = [
    "/name",
    "/vocabulary/1/labels/en",
    "/vocabulary/1/aliases/0",
    "/vocabulary/1/uri",
    "/vocabulary/1/broader",
    "/goals/0/name",
    "/units/0/name",
    "/people/0/name",
    "/people/0/expertise/0/term",
    "/people/0/talents/0/term",
    "/people/0/energy/0/of",
    "/people/0/ambitions/0/term",
    "/people/0/trained/0/term",
    "/projects/0/name",
    "/activities/0/phase",
    "/activities/0/name",
    "/activities/0/kind",
    "/activities/0/expertise/0/term",
    "/activities/0/talents/0/term",
    "/policy/preset",
    "/policy/tiers/0/0",
    "/policy/fixed_costs/0/what",
]
CHOICES = [
    "/format",
    "/calendar/period",
    "/vocabulary/0/dimension",
    "/people/0/expertise/0/source",
    "/bookings/0/status",
    "/relations/0/kind",
    "/policy/rules/role_width/mode",
]
TRUTHS = ["/activities/0/expertise/0/must", "/activities/0/responsibility", "/activities/0/critical"]
DATES = ["/calendar/start", "/people/0/expertise/0/on"]
LISTS = [
    "/vocabulary",
    "/vocabulary/1/aliases",
    "/goals",
    "/units",
    "/people",
    "/people/0/absences",
    "/people/0/expertise",
    "/people/0/talents",
    "/people/0/energy",
    "/people/0/ambitions",
    "/people/0/wishes",
    "/people/0/trained",
    "/people/0/lent",
    "/projects",
    "/projects/0/goals",
    "/activities",
    "/activities/0/expertise",
    "/activities/0/talents",
    "/activities/0/after",
    "/bookings",
    "/bookings/0/by_period",
    "/relations",
    "/relations/0/people",
    "/policy/tiers",
    "/policy/tiers/0",
    "/policy/max_hires",
    "/policy/lending",
    "/policy/fixed_costs",
]
OBJECTS = [
    "/calendar",
    "/vocabulary/0",
    "/vocabulary/1/labels",
    "/goals/0",
    "/units/0",
    "/people/0",
    "/people/0/absences/0",
    "/people/0/expertise/0",
    "/people/0/energy/0",
    "/people/0/ambitions/0",
    "/people/0/mentoring",
    "/people/0/trained/0",
    "/people/0/candidate",
    "/people/0/lent/0",
    "/projects/0",
    "/activities/0",
    "/activities/0/window",
    "/activities/0/team",
    "/activities/0/expertise/0",
    "/bookings/0",
    "/relations/0",
    "/policy",
    "/policy/rules",
    "/policy/rules/role_width",
    "/policy/max_hires/0",
    "/policy/lending/0",
    "/policy/fixed_costs/0",
]
NULLABLE = [
    "/vocabulary/1/broader",
    "/vocabulary/1/uri",
    "/people/0/unit",
    "/people/0/absences/0/hours",
    "/people/0/expertise/0/source",
    "/people/0/expertise/0/on",
    "/people/0/performance",
    "/people/0/potential",
    "/people/0/rate",
    "/people/0/leaves",
    "/people/0/candidate",
    "/people/0/candidate/group",
    "/projects/0/unit",
    "/projects/0/lead",
    "/activities/0/phase",
    "/bookings/0/by_period",
    "/policy/budget",
]
REQUIRED = [
    "/id",
    "/name",
    "/calendar",
    "/calendar/start",
    "/calendar/period",
    "/calendar/periods",
    "/vocabulary/0/id",
    "/vocabulary/0/dimension",
    "/goals/0/id",
    "/goals/0/name",
    "/units/0/id",
    "/units/0/name",
    "/people/0/id",
    "/people/0/name",
    "/people/0/absences/0/first",
    "/people/0/absences/0/last",
    "/people/0/expertise/0/term",
    "/people/0/expertise/0/level",
    "/people/0/energy/0/of",
    "/people/0/energy/0/value",
    "/people/0/ambitions/0/term",
    "/people/0/ambitions/0/level",
    "/people/0/trained/0/term",
    "/people/0/trained/0/level",
    "/people/0/trained/0/from",
    "/people/0/lent/0/unit",
    "/people/0/lent/0/first",
    "/people/0/lent/0/last",
    "/people/0/lent/0/share",
    "/projects/0/id",
    "/projects/0/name",
    "/activities/0/id",
    "/activities/0/project",
    "/activities/0/name",
    "/activities/0/kind",
    "/activities/0/hours",
    "/activities/0/window",
    "/activities/0/window/first",
    "/activities/0/window/last",
    "/activities/0/expertise/0/term",
    "/activities/0/expertise/0/level",
    "/bookings/0/person",
    "/bookings/0/activity",
    "/bookings/0/status",
    "/bookings/0/hours",
    "/bookings/1/hours",
    "/bookings/2/by_period",
    "/relations/0/people",
    "/relations/0/kind",
    "/policy/max_hires/0/group",
    "/policy/max_hires/0/most",
    "/policy/lending/0/from",
    "/policy/lending/0/to",
    "/policy/lending/0/share",
    "/policy/fixed_costs/0/what",
    "/policy/fixed_costs/0/money",
]


def wrong_kinds() -> list[tuple[str, Any, str]]:
    """Field, a value of a wrong kind for it, and the code that says so, for every field of the contract."""
    cases: list[tuple[str, Any, str]] = []
    for path, (low, high) in WHOLE_NUMBERS.items():
        cases += [(path, low - 1, "out_of_range"), (path, 4.5, "not_whole"), (path, 10**400, "out_of_range")]
        cases += [(path, high + 1, "out_of_range")] if high else []
    cases += [(path, junk, code) for path in PERIODS for junk, code in ((-1, "out_of_range"), (0.5, "not_whole"))]
    for path in [*WHOLE_NUMBERS, *PERIODS, *SHARES, *MONEY]:
        cases += [(path, "4", "not_a_number"), (path, True, "not_a_number"), (path, {"level": 4}, "not_a_number")]
        cases += [(path, NAN, "not_finite"), (path, INFINITY, "not_finite")]
    for path in SHARES:
        cases += [(path, -0.01, "out_of_range"), (path, 1.01, "out_of_range"), (path, 0.295, "too_many_decimals")]
    for path in MONEY:
        cases += [(path, -0.01, "out_of_range"), (path, 1e300, "out_of_range"), (path, 0.125, "too_many_decimals")]
    cases += [
        (path, junk, code)
        for path in IDS
        for junk, code in (("no spaces", "bad_id"), ("", "bad_id"), ("x" * 65, "bad_id"), (7, "not_text"))
    ]
    for path in TEXTS:
        cases += [(path, "", "empty"), (path, "  ", "empty"), (path, 3, "not_text"), (path, ["x"], "not_text")]
        cases += [(path, "x" * 1001, "too_long"), (path, "x\x00", "bad_text"), (path, "\ud800", "bad_text")]
    cases += [(path, "x" * 201, "too_long") for path in ("/activities/0/kind", "/activities/0/phase")]
    cases += [(path, junk, "not_a_choice") for path in CHOICES for junk in ("other", 1, "", [])]
    cases += [(path, junk, "not_a_boolean") for path in TRUTHS for junk in (1, "true", None, [])]
    cases += [
        (path, junk, "not_a_date")
        for path in DATES
        for junk in ("2027-02-30", "04-01-2027", "20270104", "2027-01-04T00:00", 20270104, True)
    ]
    cases += [(path, junk, "not_a_list") for path in LISTS for junk in ("x", 1, True)]
    cases += [(path, junk, "not_an_object") for path in OBJECTS for junk in ("x", 1, [])]
    cases += [("/people/0/energy/0/of", junk, "bad_energy_source") for junk in ("workshop", "kind:", "mood:good")]
    return cases


@pytest.mark.parametrize(("path", "junk", "code"), wrong_kinds())
def test_a_value_of_a_wrong_kind(path: str, junk: Any, code: str) -> None:
    """Every field refuses what is not of its kind, at its own path."""
    assert (path, code) in found(changed((path, junk)))


@pytest.mark.parametrize("path", [*WHOLE_NUMBERS, *SHARES, *MONEY, *IDS, *TEXTS, *CHOICES, *DATES, *LISTS, *OBJECTS])
def test_null(path: str) -> None:
    """Null is right only where the contract names it."""
    data = changed((path, None))
    if path in NULLABLE:
        parse(data)
    else:
        assert path in {problem.path for problem in problems(data)}


@pytest.mark.parametrize("path", REQUIRED)
def test_a_field_that_is_missing(path: str) -> None:
    """A required field that is left out is reported where it should stand, with no value."""
    missing = [problem for problem in problems(changed((path, GONE))) if problem.path == path]
    assert [(problem.code, problem.value) for problem in missing] == [("missing", None)]


OTHERS = [
    # limits of the calendar and of windows
    ("/calendar/now", 5, "/calendar/now", "outside_calendar"),
    ("/activities/0/window/first", 4, "/activities/0/window/first", "outside_calendar"),
    ("/activities/0/window/last", 4, "/activities/0/window/last", "outside_calendar"),
    ("/activities/0/window", {"first": 2, "last": 1}, "/activities/0/window/last", "ends_before_begins"),
    ("/people/0/absences/0/last", 4, "/people/0/absences/0/last", "outside_calendar"),
    ("/people/0/absences/0", {"first": 2, "last": 1}, "/people/0/absences/0/last", "ends_before_begins"),
    ("/people/0/lent/0/last", 4, "/people/0/lent/0/last", "outside_calendar"),
    ("/people/0/lent/0/first", 4, "/people/0/lent/0/last", "ends_before_begins"),
    ("/people/1/hours_per_period", [32, 32], "/people/1/hours_per_period", "wrong_length"),
    ("/people/1/hours_per_period", {"(number)": 3}, "/people/1/hours_per_period/(number)", "not_a_number"),
    # ids that mean nothing
    ("/vocabulary/1/broader", "ghost", "/vocabulary/1/broader", "unknown_id"),
    ("/people/0/unit", "ghost", "/people/0/unit", "unknown_id"),
    ("/people/0/expertise/0/term", "ghost", "/people/0/expertise/0/term", "unknown_id"),
    ("/people/1/expertise/ghost", 3, "/people/1/expertise/ghost", "unknown_id"),
    ("/people/1/talents/a~b%1c", 3, "/people/1/talents/a~0b%1c", "unknown_id"),
    ("/people/0/energy/0/of", "talent:ghost", "/people/0/energy/0/of", "unknown_id"),
    ("/people/0/energy/0/of", "expertise:ghost", "/people/0/energy/0/of", "unknown_id"),
    ("/people/0/energy/0/of", "project:ghost", "/people/0/energy/0/of", "unknown_id"),
    ("/people/0/ambitions/0/term", "ghost", "/people/0/ambitions/0/term", "unknown_id"),
    ("/people/0/wishes/0", "ghost", "/people/0/wishes/0", "unknown_id"),
    ("/people/0/trained/0/term", "ghost", "/people/0/trained/0/term", "unknown_id"),
    ("/people/0/lent/0/unit", "ghost", "/people/0/lent/0/unit", "unknown_id"),
    ("/projects/0/unit", "ghost", "/projects/0/unit", "unknown_id"),
    ("/projects/0/lead", "ghost", "/projects/0/lead", "unknown_id"),
    ("/projects/0/goals/0", "ghost", "/projects/0/goals/0", "unknown_id"),
    ("/activities/0/project", "ghost", "/activities/0/project", "unknown_id"),
    ("/activities/0/expertise/0/term", "ghost", "/activities/0/expertise/0/term", "unknown_id"),
    ("/activities/0/talents/0/term", "ghost", "/activities/0/talents/0/term", "unknown_id"),
    ("/activities/1/after/0", "ghost", "/activities/1/after/0", "unknown_id"),
    ("/bookings/0/person", "ghost", "/bookings/0/person", "unknown_id"),
    ("/bookings/0/activity", "ghost", "/bookings/0/activity", "unknown_id"),
    ("/relations/0/people/1", "ghost", "/relations/0/people/1", "unknown_id"),
    ("/policy/lending/0/from", "ghost", "/policy/lending/0/from", "unknown_id"),
    ("/policy/lending/0/to", "ghost", "/policy/lending/0/to", "unknown_id"),
    # terms of the other dimension
    ("/vocabulary/1/broader", "relating", "/vocabulary/1/broader", "wrong_dimension"),
    ("/people/0/expertise/0/term", "empathy", "/people/0/expertise/0/term", "wrong_dimension"),
    ("/people/1/talents/finance", 3, "/people/1/talents/finance", "wrong_dimension"),
    ("/people/0/energy/0/of", "talent:finance", "/people/0/energy/0/of", "wrong_dimension"),
    ("/people/0/energy/0/of", "expertise:Inleven", "/people/0/energy/0/of", "wrong_dimension"),
    ("/activities/0/expertise/0/term", "empathy", "/activities/0/expertise/0/term", "wrong_dimension"),
    ("/activities/0/talents/0/term", "finance", "/activities/0/talents/0/term", "wrong_dimension"),
    # the same twice
    ("/vocabulary/2/id", "empathy", "/vocabulary/3/id", "duplicate_id"),
    ("/goals/1", {"id": "trust", "name": "Again"}, "/goals/1/id", "duplicate_id"),
    ("/units/1/id", "advice", "/units/1/id", "duplicate_id"),
    ("/people/1/id", "p1", "/people/1/id", "duplicate_id"),
    ("/projects/1", {"id": "x", "name": "Again"}, "/projects/1/id", "duplicate_id"),
    ("/activities/1/id", "a1", "/activities/1/id", "duplicate_id"),
    ("/people/0/wishes/1", "a1", "/people/0/wishes/1", "duplicate_id"),
    ("/projects/0/goals/1", "trust", "/projects/0/goals/1", "duplicate_id"),
    ("/activities/1/after/1", "a1", "/activities/1/after/1", "duplicate_id"),
    ("/relations/0/people/2", "p1", "/relations/0/people/2", "duplicate_id"),
    ("/vocabulary/3/aliases/0", "Council MONEY", "/vocabulary/3/aliases/0", "ambiguous_alias"),
    ("/vocabulary/3/aliases/0", "Finance", "/vocabulary/3/aliases/0", "ambiguous_alias"),
    ("/vocabulary/0/aliases", ["Relating"], "/vocabulary/0/aliases/0", "ambiguous_alias"),
    (
        "/activities/0/expertise/1",
        {"term": "Gemeentefinanciën", "level": 2},
        "/activities/0/expertise/1/term",
        "duplicate_requirement",
    ),
    ("/bookings/4", {"person": "p2", "activity": "a2", "status": "forbidden"}, "/bookings/4", "duplicate_booking"),
    ("/policy/max_hires/1", {"group": "hires", "most": 2}, "/policy/max_hires/1/group", "duplicate_entry"),
    ("/policy/lending/1", {"from": "advice", "to": "care", "share": 1}, "/policy/lending/1", "duplicate_entry"),
    ("/policy/tiers/1/0", "wishes", "/policy/tiers/1/0", "duplicate_entry"),
    # going round in a circle
    ("/vocabulary/0/broader", "finance", "/vocabulary/0/broader", "self_reference"),
    ("/vocabulary/0/broader", "Council money", "/vocabulary/1/broader", "cycle"),
    ("/activities/0/after/0", "a1", "/activities/0/after/0", "self_reference"),
    ("/activities/0/after/0", "a2", "/activities/1/after/0", "cycle"),
    ("/policy/lending/0/to", "advice", "/policy/lending/0/to", "self_reference"),
    # teams, relations, bookings
    ("/activities/0/team/min", 4, "/activities/0/team/min", "min_above_max"),
    ("/activities/0/team", {"min": 100}, "/activities/0/team/min", "min_above_max"),
    ("/activities/0/team", {"max": 0}, "/activities/0/team/max", "min_above_max"),
    ("/relations/0/people", ["p1"], "/relations/0/people", "too_few_people"),
    ("/relations/0/people", ["p1", "p1"], "/relations/0/people", "too_few_people"),
    ("/relations/0/people", [], "/relations/0/people", "too_few_people"),
    ("/bookings/0/hours", None, "/bookings/0/hours", "missing"),
    ("/bookings/0/by_period", [16], "/bookings/0/by_period", "wrong_length"),
    ("/bookings/0/by_period", [4, 4], "/bookings/0/by_period", "wrong_sum"),
    ("/bookings/2/by_period", [8, 8], "/bookings/2/by_period", "wrong_length"),
    ("/bookings/2/by_period", None, "/bookings/2/by_period", "missing"),
    ("/bookings/1/by_period", [8, 8], "/bookings/1/by_period", "not_allowed"),
    ("/bookings/3/by_period", [0, 0, 0, 0], "/bookings/3/by_period", "not_allowed"),
    # the policy
    ("/policy/preset", "balance", "/policy/preset", "unknown_preset"),
    ("/policy/rules", {"\ud800": {"\ud800": 1}}, "/policy/rules/?", "unknown_rule"),
    ("/policy/rules/role_with", {"weight": 1}, "/policy/rules/role_with", "unknown_rule"),
    ("/policy/rules/role_width/max_shar", 0.5, "/policy/rules/role_width/max_shar", "unknown_setting"),
    ("/policy/rules/role_width/max_share", 0.605, "/policy/rules/role_width/max_share", "too_many_decimals"),
    ("/policy/rules/role_width/max_share", 1.5, "/policy/rules/role_width/max_share", "out_of_range"),
    ("/policy/rules/role_width/max_share", True, "/policy/rules/role_width/max_share", "not_a_number"),
    ("/policy/rules/role_width/max_share", "0.5", "/policy/rules/role_width/max_share", "not_a_number"),
    ("/policy/rules/role_width/max_share", NAN, "/policy/rules/role_width/max_share", "not_finite"),
    ("/policy/rules/role_width/max_share", 10**400, "/policy/rules/role_width/max_share", "out_of_range"),
    ("/policy/rules/role_width/free", 2.5, "/policy/rules/role_width/free", "not_whole"),
    ("/policy/rules/role_width/free", -1, "/policy/rules/role_width/free", "out_of_range"),
    ("/policy/rules/role_width/free", [], "/policy/rules/role_width/free", "not_a_number"),
    ("/policy/rules/stretch_cap/max_gap", 6, "/policy/rules/stretch_cap/max_gap", "out_of_range"),
    ("/policy/rules/eligibility/under_level", 1.5, "/policy/rules/eligibility/under_level", "not_whole"),
    ("/policy/rules/stretch_cap/weight", 4, "/policy/rules/stretch_cap/weight", "hard_rule"),
    ("/policy/rules/stretch_cap/mode", "soft", "/policy/rules/stretch_cap/mode", "hard_rule"),
    ("/policy/rules/stretch_cap/tolerance", 1, "/policy/rules/stretch_cap/tolerance", "hard_rule"),
    ("/policy/rules/stretch", {"for": "nobody"}, "/policy/rules/stretch/for", "not_a_choice"),
    ("/policy/tiers/0/0", "stafing", "/policy/tiers/0/0", "unknown_rule"),
    ("/policy/tiers/0/0", "window", "/policy/tiers/0/0", "hard_rule"),
    # fields that do not exist
    ("/people/0/hours_per_week", 3, "/people/0/hours_per_week", "unknown_field"),
    ("/from_", 3, "/from_", "unknown_field"),
    ("/people/0/trained/0/from_", 1, "/people/0/trained/0/from_", "unknown_field"),
    ("/calendar/gender", "f", "/calendar/gender", "protected_trait"),
    ("/people/0/birthDate", "1980-01-01", "/people/0/birthDate", "protected_trait"),
    ("/people/0/extra", [{"deep": {"Sick-Leave": 3}}], "/people/0/extra/0/deep/Sick-Leave", "protected_trait"),
    ("/people", {"p1": {"AGE": 40}}, "/people/p1/AGE", "protected_trait"),
    ("/policy/rules/role_width/leeftijd", 3, "/policy/rules/role_width/leeftijd", "protected_trait"),
    ("/policy/rules/gender", {}, "/policy/rules/gender", "protected_trait"),
]


@pytest.mark.parametrize(("place", "value", "path", "code"), OTHERS)
def test_a_portfolio_that_does_not_hold_together(place: str, value: Any, path: str, code: str) -> None:
    """What contradicts another part of the portfolio, or the contract, is reported at the field to be mended."""
    assert (path, code) in found(changed((place, value)))


def test_a_right_portfolio_keeps_everything() -> None:
    """What is given stays, aliases and short forms become their canonical form, numbers their one type."""
    portfolio = parse(
        changed(
            ("/people/0/expertise/0/term", "GEMEENTEFINANCIËN"),
            ("/people/0/energy/0/of", "talent:INLEVEN"),
            ("/people/0/ambitions/0/term", "council money"),
            ("/people/0/trained/0/term", "Council Money"),
            ("/activities/0/expertise/0/term", "council money"),
            ("/vocabulary/1/broader", "Geld"),
            ("/vocabulary/0/aliases", ["geld"]),
            ("/people/1/expertise", {"council money": 4.0}),
            ("/policy/rules/role_width/weight", 4.0),
        )
    )
    person, other = portfolio.people
    assert person.expertise[0].term == "public-finance"
    assert person.expertise[0].on == date(2026, 10, 1)
    assert person.energy[0].of == "talent:empathy"
    assert (person.ambitions[0].term, person.trained[0].term) == ("public-finance", "public-finance")
    assert person.trained[0].from_ == 2
    assert person.candidate is not None
    assert (person.candidate.cost, person.candidate.group) == (4000.0, "hires")
    assert other.expertise == (Observation(term="public-finance", level=4),)
    assert other.hours_per_period == (32, 0, 16, 8)
    assert portfolio.activities[0].expertise[0].term == "public-finance"
    assert portfolio.vocabulary[1].broader == "finance"
    assert portfolio.units[0].lend_share == 0.29
    assert type(portfolio.policy.rules["role_width"]["weight"]) is int
    assert (portfolio.policy.lending[0].from_, portfolio.policy.lending[0].to) == ("advice", "care")


def test_defaults() -> None:
    """What the contract lets one leave out is filled in as it says."""
    portfolio = parse(
        {
            "id": "x",
            "name": "X",
            "calendar": {"start": "2027-01-04", "period": "day", "periods": 1},
            "vocabulary": [{"id": "t", "dimension": "talent"}],
            "goals": [{"id": "g", "name": "G"}],
            "units": [{"id": "u", "name": "U"}],
            "people": [{"id": "p", "name": "P"}, {"id": "q", "name": "Q", "candidate": {}, "talents": {"t": 1}}],
            "projects": [{"id": "x", "name": "X"}],
            "activities": [
                {
                    "id": "a",
                    "project": "x",
                    "name": "A",
                    "kind": "k",
                    "hours": 0,
                    "window": {"first": 0, "last": 0},
                    "talents": [{"term": "t", "level": 1}],
                }
            ],
        }
    )
    assert portfolio.format == "staffing-portfolio/1"
    assert (portfolio.block_hours, portfolio.calendar.now, portfolio.policy.preset) == (4, 0, "balanced")
    assert (portfolio.goals[0].weight, portfolio.units[0].lend_share, portfolio.label("t")) == (3, 0, "t")
    person, candidate = portfolio.people
    assert person.model_dump(exclude={"id", "name"}) == {
        "unit": None,
        "hours_per_period": 40,
        "mentoring": {"max_learners": 2},
        "rotation_share": 0,
        **dict.fromkeys(("performance", "potential", "rate", "leaves", "candidate")),
        **dict.fromkeys(("absences", "expertise", "talents", "energy", "ambitions", "wishes", "trained", "lent"), ()),
    }
    assert candidate.candidate is not None
    assert (candidate.candidate.cost, candidate.candidate.group) == (0, None)
    assert (candidate.talents[0].source, candidate.talents[0].on) == (None, None)
    activity = portfolio.activities[0]
    assert (activity.phase, activity.team.min, activity.team.max, activity.priority) == (None, 1, 99, 3)
    assert (activity.responsibility, activity.critical, activity.after) == (False, False, ())
    requirement = activity.talents[0]
    assert (requirement.people, requirement.must, requirement.weight) == (1, False, 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/calendar/start", "2028-02-29"),
        ("/calendar/now", 1.0),
        ("/block_hours", 4.0),
        ("/units/0/lend_share", 1),
        ("/units/0/lend_share", 0.07),
        ("/people/0/rate", 0.29),
        ("/people/0/leaves", 4),
        ("/people/0/trained/0/from", 100),
        ("/people/0/energy/0/of", "kind:any kind: at all"),
        ("/activities/0/team", {"min": 0, "max": 0}),
        ("/activities/0/window", {"first": 1, "last": 2}),
        ("/activities/0/kind", "x" * 200),
        ("/bookings/2/by_period", [8, 0, 0, 0]),
        ("/bookings/3/hours", 8),
        ("/vocabulary/0/aliases", ["Finance", "finance"]),
        ("/policy/rules/role_width/weight", 100_000),
        ("/policy/rules/role_width/weight", 0),
        ("/policy/rules/role_width/max_share", 1),
        ("/policy/rules/stretch", {"for": "potential", "min_share": 0.0}),
        ("/policy/tiers", []),
    ],
)
def test_the_edge_of_what_is_allowed(path: str, value: Any) -> None:
    """Values just inside the limits are taken."""
    parse(changed((path, value)))


def test_all_problems_come_at_once() -> None:
    """Problems of form and of reference are reported together, even within one item, and nothing else is."""
    data = changed(
        ("/calendar/periods", 2),
        ("/vocabulary/3/aliases/0", "finance"),
        ("/people/0/unit", "ghost"),
        ("/people/0/rate", "95"),
        ("/people/0/expertise/0", {"term": "ghost", "level": 6}),
        ("/people/1/expertise", {"ghost": 9}),
        ("/people/0/colour", "blue"),
        ("/people/1/hours_per_period", [32, "8"]),
        ("/people/0/lent", []),
        ("/activities/0/window", {"first": "0", "last": 2}),
        ("/activities/1/window", {"first": 1, "last": 0}),
        ("/activities/1/kind", GONE),
        ("/activities/1/after/0", "a9"),
        ("/bookings/0/status", "nailed"),
        ("/bookings/2/person", "p9"),
        ("/bookings/3", None),
        ("/relations/0/kind", 1),
        ("/relations/0/people/1", "p1"),
        ("/policy/preset", "none"),
        ("/policy/budget", -1),
        ("/policy/rules/role_width", {"weight": -1, "mode": "loud", "max_share": 2, "wide": 1}),
    )
    assert [(problem.path, problem.code) for problem in problems(data)] == [
        ("/activities/0/window/first", "not_a_number"),
        ("/activities/0/window/last", "outside_calendar"),
        ("/activities/1/after/0", "unknown_id"),
        ("/activities/1/kind", "missing"),
        ("/activities/1/window/last", "ends_before_begins"),
        ("/bookings/0/status", "not_a_choice"),
        ("/bookings/2/person", "unknown_id"),
        ("/bookings/3", "not_an_object"),
        ("/people/0/colour", "unknown_field"),
        ("/people/0/expertise/0/level", "out_of_range"),
        ("/people/0/expertise/0/term", "unknown_id"),
        ("/people/0/rate", "not_a_number"),
        ("/people/0/unit", "unknown_id"),
        ("/people/1/expertise/ghost", "out_of_range"),
        ("/people/1/expertise/ghost", "unknown_id"),
        ("/people/1/hours_per_period/1", "not_a_number"),
        ("/policy/budget", "out_of_range"),
        ("/policy/preset", "unknown_preset"),
        ("/policy/rules/role_width/max_share", "out_of_range"),
        ("/policy/rules/role_width/mode", "not_a_choice"),
        ("/policy/rules/role_width/weight", "out_of_range"),
        ("/policy/rules/role_width/wide", "unknown_setting"),
        ("/relations/0/kind", "not_a_choice"),
        ("/relations/0/people", "too_few_people"),
        ("/vocabulary/3/aliases/0", "ambiguous_alias"),
    ]


def test_a_broken_section_is_reported_once() -> None:
    """Where a whole section is no list, what refers to it is not reported as unknown as well."""
    assert found(changed(("/people", "everybody"))) == {("/people", "not_a_list")}


def test_a_malformed_id_is_reported_where_it_stands() -> None:
    """A malformed id and the references that spell it the same are each malformed, and none is unknown."""
    data = changed(("/units/1/id", "no spaces"), ("/people/0/lent/0/unit", "no spaces"), ("/policy/lending", []))
    assert found(data) == {("/units/1/id", "bad_id"), ("/people/0/lent/0/unit", "bad_id")}


def test_cycles_are_reported_on_every_way_through_them_and_nowhere_else() -> None:
    """Only what lies on a circle is reported, not what leads into one or out of it."""
    names = "abcdefg"
    after = {"a": ["b"], "b": ["c", "g"], "c": ["b", "d"], "d": ["e"], "e": ["f"], "f": ["d"], "g": []}
    data = changed(("/bookings", []), ("/people/0/wishes", []))
    data["activities"] = [data["activities"][1] | {"id": name, "after": after[name]} for name in names]
    data["activities"][2]["expertise"] = []
    assert {path for path, code in found(data)} == {
        "/activities/1/after/0",
        "/activities/2/after/0",
        "/activities/3/after/0",
        "/activities/4/after/0",
        "/activities/5/after/0",
    }


def test_sizes_are_bounded() -> None:
    """More people or activities than the service bears are refused, and what refers to them is still known."""
    data = changed(("/people/0/wishes", []))
    data["people"] += [{"id": f"q{n}", "name": "Q"} for n in range(4999)]
    data["activities"] += [data["activities"][1] | {"id": f"b{n}"} for n in range(4999)]
    assert found(data) == {("/people", "too_many"), ("/activities", "too_many")}


def test_a_list_that_is_too_long_is_read_as_far_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first items are checked in detail, the others only known by their ids."""
    monkeypatch.setitem(portfolio.MOST, "people", 2)
    monkeypatch.setattr(portfolio, "MOST_ITEMS", 4)
    data = changed(("/people/1/name", ""), ("/relations/0/people/1", "q0"))
    data["people"] += [{"id": f"q{n}", "colour": "blue"} for n in range(100)]
    data["bookings"] += [{}] * 100
    assert found(data) == {("/people", "too_many"), ("/people/1/name", "empty"), ("/bookings", "too_many")}


@pytest.mark.parametrize(
    ("path", "value", "at"),
    [
        ("/people/0/wishes", [0] * 100, "/people/0"),
        ("/people/0/expertise", [{}] * 100, "/people/0"),
        ("/people/0/expertise/0", dict.fromkeys(map(str, range(100))), "/people/0"),
        ("/policy/tiers", [["a"] * 10] * 10, "/policy"),
        ("/calendar/x", [[[[[0] * 100]]]], "/calendar"),
    ],
)
def test_an_item_that_is_too_large_is_not_read(path: str, value: Any, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However its values are nested, they make one problem; what refers to the item still finds it."""
    monkeypatch.setattr(portfolio, "MOST_VALUES", 100)
    assert found(changed((path, value))) == {(at, "too_many")}


def test_too_many_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a portfolio with fields without end those of the contract are read."""
    monkeypatch.setattr(portfolio, "MOST_VALUES", 100)
    data = changed(("/people/0/rate", -1)) | {f"x{n}": n for n in range(100)}
    assert found(data) == {("", "too_many"), ("/people/0/rate", "out_of_range")}


def test_a_report_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than so many problems are kept; the last one says how many more there are at least."""
    monkeypatch.setattr(report, "MOST_PROBLEMS", 10)
    data = changed(("/relations/0/people", [f"q{n}" for n in range(30)]))
    assert [(problem.path, problem.code) for problem in problems(data)] == [
        *((f"/relations/0/people/{n}", "unknown_id") for n in range(10)),
        ("", "too_many_problems"),
    ]
    assert "at least 20 more" in problems(data)[-1].expected
    assert len(problems(changed(("/relations/0/people", [f"q{n}" for n in range(10)])))) == 10
    wrong = changed(("/people", [{"id": f"p{n}"} for n in range(1000)]), ("/relations", "x"))
    assert [problem.code for problem in problems(wrong)] == ["missing"] * 10 + ["too_many_problems"]
    twice = "{" + '"id": 1, "id": 2, "x": {"y": 1, "y": 1},' * 5 + '"people": [' + '{"a": 1, "a": 1},' * 50 + "0]}"
    assert len(json_problems(twice)) == 11


def test_a_large_value_that_is_refused_is_not_searched_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protected traits in it are named as long as the search is short."""
    monkeypatch.setattr(report, "MOST_LOOKED_AT", 10)
    wrong = [{"gender": 1}, *[{"x": 1}] * 10, {"age": 1}]
    assert found(changed(("/extra", wrong))) == {("/extra", "unknown_field"), ("/extra/0/gender", "protected_trait")}


TRAITS = [
    "age",
    "Age",
    "AGE",
    "ageGroup",
    "birthDate",
    "birth_date",
    "birth-year",
    "dateOfBirth",
    "dob",
    "yearOfBirth",
    "gender",
    "genderIdentity",
    "sex",
    "pronouns",
    "origin",
    "country_of_origin",
    "ethnicity",
    "race",
    "nationality",
    "religion",
    "faith",
    "health",
    "healthStatus",
    "disability",
    "disabled",
    "sickLeave",
    "sick_leave",
    "sickleave",
    "pregnancy",
    "isPregnant",
    "familyStatus",
    "family_status",
    "marital-status",
    "maritalStatus",
    "married",
    "children",
    "numberOfChildren",
    "sexualOrientation",
    "sexual_orientation",
    "politics",
    "politicalViews",
    "union_membership",
    "unionMember",
    "tradeUnion",
    "leeftijd",
    "geslacht",
    "geboortedatum",
    "geboorteDatum",
    "herkomst",
    "geloof",
    "gezondheid",
    "vakbond",
    "vakbondslid",
    "ziekteverlof",
    "kinderen",
    "nationaliteit",
    "etniciteit",
    "Burgerlijke_Staat",
    "zwangerschap",
    "seksuele_geaardheid",
    "politieke_voorkeur",
    "religie",
    "handicap",
    "arbeidsongeschiktheid",
]
ORDINARY = [
    "average_hours",
    "language",
    "image",
    "stage",
    "manager",
    "package",
    "agenda",
    "unit",
    "lead",
    "muziek",
    "terms",
]


@pytest.mark.parametrize("name", TRAITS)
def test_protected_traits(name: str) -> None:
    """No field about a protected trait is taken, however it is written, and the answer says why."""
    (problem,) = problems(changed((f"/people/0/{name}", "x")))
    assert (problem.path, problem.code) == (f"/people/0/{name}", "protected_trait")
    assert "may not rest on" in problem.expected


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_no_protected_traits(name: str) -> None:
    """Names that merely contain the letters of a trait are unknown, not protected."""
    assert not is_protected(name)


def test_terms_may_be_about_anything() -> None:
    """Terms of the vocabulary are subjects of work, not fields about a person, so health may be one."""
    data = changed(("/vocabulary/0/id", "health"), ("/vocabulary/1/broader", "health"), ("/people/0/trained", []))
    data["people"][1]["expertise"] = {"health": 3}
    assert parse(data).people[1].expertise[0].term == "health"


@pytest.mark.parametrize(
    ("path", "value", "suggestion"),
    [
        ("/people/0/expertice", [], "expertise"),
        ("/activities/0/windows", {}, "window"),
        ("/people/0/lent/0/untt", 1, "unit"),
        ("/policy/rules/role_widht", {}, "role_width"),
        ("/policy/rules/role_width/max_shares", 1, "max_share"),
        ("/policy/preset", "balance", "balanced"),
        ("/people/0/expertise/0/term", "public-finances", "public-finance"),
    ],
)
def test_the_closest_name_is_suggested(path: str, value: Any, suggestion: str) -> None:
    """A name that is nearly right comes with the one that was probably meant."""
    (problem,) = problems(changed((path, value)))
    assert f'did you mean "{suggestion}"?' in problem.expected


def test_a_label_leads_to_its_term() -> None:
    """Labels are no names of terms, but who gives one is told the id."""
    (problem,) = problems(changed(("/people/0/expertise/0/term", "overheidsFinanciën")))
    assert problem.code == "unknown_id"
    assert problem.expected.endswith('"public-finance" has this label')


def test_suggestions_end() -> None:
    """Looking for close names takes time, so a thoroughly broken portfolio gets them for its first problems only."""
    expected = [problem.expected for problem in problems(changed(*((f"/peopl{n}", n) for n in range(150))))]
    assert len(expected) == 150
    assert sum("did you mean" in words for words in expected) == 100


def test_a_problem_says_what_was_given_and_what_is_right() -> None:
    """Path, value and expectation are plain enough to mend the field without the contract at hand."""
    assert problems(changed(("/people/0/expertise/0/level", 9), ("/bookings/0/hours", GONE))) == [
        Problem("/bookings/0/hours", "missing", None, "required: the hours of a booking that is pinned"),
        Problem("/people/0/expertise/0/level", "out_of_range", 9, "a whole number from 1 to 5"),
    ]


@pytest.mark.parametrize("top", [None, 3, "x", [], [{}], True, NAN])
def test_the_top_level_is_an_object(top: Any) -> None:
    """Anything but an object is refused as a whole, with the empty path."""
    assert found(top) == {("", "not_an_object")}


def test_names_that_json_does_not_have() -> None:
    """An item with names that are no text is refused for that alone, as nothing more can be said of it."""
    data = changed(("/people/0/rate", "x"), ("/people/1/rate", "x"))
    data["people"][1]["talents"] = {3: 5, None: 5}
    assert found(data | {4: 1}) == {
        ("/4", "not_text"),
        ("/people/0/rate", "not_a_number"),
        ("/people/1/talents/3", "not_text"),
        ("/people/1/talents/None", "not_text"),
    }


@pytest.mark.parametrize(("name", "code"), [("", "empty"), ("x" * 300, "too_long"), ("\ud800", "bad_text")])
def test_a_language_is_text(name: str, code: str) -> None:
    """The names of languages are checked as their labels are, and a label beside a wrong one still is."""
    reported = problems(changed(("/vocabulary/1/labels", {name: "x", "[key]": 3})))
    assert [problem.code for problem in reported if problem.path == "/vocabulary/1/labels/[key]"] == ["not_text"]
    assert code in {problem.code for problem in reported}


def json_problems(text: bytes | str) -> list[Problem]:
    """What is wrong with a JSON text that must be refused."""
    with pytest.raises(PortfolioInvalid) as refusal:
        parse_json(text)
    return refusal.value.problems


def test_json_as_text_and_as_bytes() -> None:
    """A right portfolio can be read from text, from UTF-8, and from UTF-8 with a byte order mark."""
    text = json.dumps(whole(), ensure_ascii=False)
    assert (
        parse_json(text) == parse_json(text.encode()) == parse_json(b"\xef\xbb\xbf" + text.encode()) == parse(whole())
    )


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('{"id": "x",\n "name": }', "bad_json", "line 2, column 10"),
        ("", "bad_json", "line 1, column 1"),
        ("\ufeff{}", "bad_json", "line 1, column 1"),
        (b'{"id": "\xff"}', "not_utf8", "byte 9"),
        ("[" * 100_000, "too_deep", "nested"),
        ('{"a":' * 100_000, "too_deep", "nested"),
        ("[]", "not_an_object", "a portfolio"),
        ("NaN", "not_an_object", "a portfolio"),
        ("1" * 10_000, "not_an_object", "a portfolio"),
    ],
)
def test_what_is_no_json_object(text: bytes | str, code: str, words: str) -> None:
    """Text that cannot be read is one problem with the empty path, and the place in the text where it can be told."""
    (problem,) = json_problems(text)
    assert (problem.path, problem.code) == ("", code)
    assert words in problem.expected


def test_names_written_twice() -> None:
    """A name twice in one object is reported with its path, next to everything else; nothing is dropped silently."""
    text = json.dumps(changed(("/people/0/rate", -1)))
    text = text.replace('"block_hours": 4', '"block_hours": 4, "block_hours": 8').replace(
        '"name": "Person 2"', '"name": "Person 2", "name": "Person 3"'
    )
    assert [(problem.path, problem.code) for problem in json_problems(text)] == [
        ("/block_hours", "duplicate_key"),
        ("/people/0/rate", "out_of_range"),
        ("/people/1/name", "duplicate_key"),
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000])
def test_numbers_that_json_does_not_have(number: str) -> None:
    """NaN, infinities and enormous numbers are refused at the field where they stand."""
    text = json.dumps(whole()).replace('"hours_per_period": 32', f'"hours_per_period": {number}')
    assert [(problem.path, problem.code) for problem in json_problems(text)] == [
        ("/people/0/hours_per_period", "not_finite")
    ]


def test_deep_values_inside_a_portfolio() -> None:
    """Nesting that can just be read is refused as an unknown field, not with a failure of the reader."""
    text = json.dumps(whole())[:-1] + ', "deep": ' + "[" * 500 + "]" * 500 + "}"
    assert [(problem.path, problem.code) for problem in json_problems(text)] == [("/deep", "unknown_field")]


def test_values_in_problems_are_short() -> None:
    """Large values are summed up, so that a report stays readable and fit for JSON."""
    assert brief(list(range(100))) == "a list of 100 items"
    assert brief(dict.fromkeys("abcdefghij")) == "an object with 10 fields"
    assert brief({"a": [[[1]]], "b": "x" * 300}) == {"a": ["a list of 1 items"], "b": "x" * 200 + "…"}
    assert brief("\ud800") == "?"
    assert [brief(number) for number in (NAN, INFINITY, 10**30)] == [
        "NaN",
        "Infinity",
        "a number of more than 20 digits",
    ]
    assert brief(date(2027, 1, 4)) == "2027-01-04"
    assert brief(object()) == "a object"


def test_the_error_in_words() -> None:
    """The exception itself names the first few problems, and how many more there are."""
    data = changed(
        *((f"/people/0/{field}", "x") for field in ("rate", "leaves", "performance", "potential", "lent", "unit"))
    )
    with pytest.raises(PortfolioInvalid, match=r"(?s)/people/0/leaves: expected .*and 1 more"):
        parse(data)


def test_the_canonical_form_is_the_same_portfolio() -> None:
    """The canonical form parses to an equal portfolio, and one portfolio has one fingerprint however it was written."""
    portfolio = parse(whole())
    assert parse(portfolio.canonical()) == portfolio
    assert parse_json(json.dumps(portfolio.canonical())) == portfolio
    written_otherwise = changed(
        ("/format", GONE),
        ("/people/0/candidate/cost", 4000.0),
        ("/people/1/expertise", [{"level": 2.0, "term": "gemeentefinanciën"}]),
        ("/policy/rules/role_width/free", 8.0),
    )
    assert parse(written_otherwise).sha256() == portfolio.sha256()
    assert parse(changed(("/block_hours", 8))).sha256() != portfolio.sha256()
    assert len(portfolio.sha256()) == 64


def test_a_portfolio_is_immutable() -> None:
    """Nothing of a portfolio can be set once it is made."""
    portfolio = parse(whole())
    with pytest.raises(ValueError, match="frozen"):
        portfolio.people[0].name = "Other"  # type: ignore[misc]


def test_labels_fall_back() -> None:
    """A term is shown in the language asked for, else in English, else in any, else as its id."""
    portfolio = parse(whole())
    assert portfolio.label("public-finance", "nl") == "Overheidsfinanciën"
    assert portfolio.label("public-finance", "fr") == "Public finance"
    assert portfolio.label("relating") == "Relaties bouwen"
    assert portfolio.label("empathy") == "empathy"
    assert portfolio.label("no such term") == "no such term"


def test_the_models_describe_themselves() -> None:
    """The JSON schema of a portfolio can be made, with the bounds of the contract in it."""
    schema = Portfolio.model_json_schema()
    assert schema["$defs"]["Observation"]["properties"]["level"]["maximum"] == 5
    assert schema["$defs"]["Training"]["required"] == ["term", "level", "from"]


def leaves(node: Any, path: str = "") -> list[str]:
    """The paths of all values in a portfolio that hold no others."""
    if isinstance(node, dict) and node:
        return [leaf for key, child in node.items() for leaf in leaves(child, f"{path}/{key}")]
    if isinstance(node, list) and node:
        return [leaf for index, child in enumerate(node) for leaf in leaves(child, f"{path}/{index}")]
    return [path]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["p1", "a2", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


RELATIONAL = {
    "ambiguous_alias",
    "duplicate_booking",
    "duplicate_id",
    "ends_before_begins",
    "missing",
    "not_allowed",
    "outside_calendar",
    "unknown_id",
    "wrong_dimension",
    "wrong_length",
    "wrong_sum",
}


@settings(max_examples=300)
@given(path=st.sampled_from(leaves(whole())), junk=JSON_VALUES)
def test_any_junk_in_any_place(path: str, junk: Any) -> None:
    """Whatever stands in a field, it is taken, or refused at or under it, or by what no longer agrees with it."""
    data = changed((path, junk))
    try:
        parse(data)
    except PortfolioInvalid:
        for problem in problems(data):
            assert problem.path
            assert problem.path.startswith(path) or problem.code in RELATIONAL


@settings(max_examples=50)
@given(data=JSON_VALUES)
def test_any_junk_as_a_whole(data: Any) -> None:
    """Whatever is given instead of a portfolio, the answer is a list of problems."""
    json.dumps([vars(problem) for problem in problems(data)], allow_nan=False).encode()


@settings(max_examples=50)
@given(text=st.binary(max_size=40) | st.text(max_size=40))
def test_any_text_as_json(text: bytes | str) -> None:
    """Whatever text is given, the answer is a list of problems."""
    assert json_problems(text)
