"""What a role sees of portfolios, proposals, comparisons and explanations, as pure functions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import validator_for

from scenarios.compare import compare
from scenarios.ways_out import with_ways_out
from service.app import create_app
from service.settings import ServiceSettings
from service.visible import visible, visible_changes, visible_errors, visible_portfolio, with_hidden
from service.who import ROLES, Role, Who
from solver.alternatives import alternatives
from solver.difference import difference
from solver.handmade import plan_from, score_plan
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from solver.why_not import WhyNotPerson, why_not
from tests.service.test_access import FIELDS, MARKS, portfolio

Json = dict[str, Any]

NOBODY: dict[Role, Who] = {role: Who(role=role, name="x", units=frozenset({"north"})) for role in ROLES}
LEAD = Who(role="lead", name="x", person="p01")


@pytest.fixture(scope="module")
def secret() -> Portfolio:
    """The portfolio with marks in it."""
    return parse(portfolio())


def planned(secret: Portfolio, *bookings: tuple[str, str, int]) -> Proposal:
    """A plan, scored."""
    lines = [{"person": person, "activity": activity, "hours": hours} for person, activity, hours in bookings]
    return score_plan(secret, {"bookings": lines})


@pytest.fixture(scope="module")
def proposal(secret: Portfolio) -> Proposal:
    """Everybody on something: p01 on what they asked for, the candidate taken on, p02 without their wish."""
    return planned(secret, ("p01", "mine", 16), ("p02", "mine", 8), ("c01", "theirs", 8), ("p01", "theirs", 8))


@pytest.fixture(scope="module")
def documents(secret: Portfolio, proposal: Proposal) -> Json:
    """Everything that an answer can hold."""
    other = planned(secret, ("p02", "theirs", 16))
    tables = Tables.of(secret)
    plans = [plan_from(tables, one.to_json()) for one in (proposal, other)]
    changed = difference(*plans).model_dump(mode="json", by_alias=True)
    return {
        "portfolio": secret.canonical(),
        "proposal": proposal.to_json(),
        "comparison": compare([("a", secret, proposal), ("b", secret, other)]).to_json(),
        "why not": {"difference": changed, "plan": other.to_json(), "sentences": ["P02 joins Theirs"], "reasons": []},
        "conflict": {
            "rules": [{"name": "wishes", "items": [{"about": {"person": "p01"}, "text": "mark-talent"}]}],
            "ways_out": [
                {
                    "text": "The budget becomes 7313.17",
                    "changes": [{"change": "set_policy", "budget": 7313.17}],
                    "status": "OPTIMAL",
                    "objective": 7313.17,
                    "bound": 7313.17,
                    "money": 7313.17,
                    "costs": "the plan then costs 7313.17 (proven the least), 7313.17 in money",
                }
            ],
        },
        "progress": {"best": 7313.17, "bound": 1.0, "gap": 0.1, "value_captured": 0.9},
        "changes": [{"change": "hire", "cost": 6151.37, "person": secret.canonical()["people"][1]}],
    }


def names(data: Any) -> Iterator[str]:
    """The names of all fields with something in them."""
    if isinstance(data, dict):
        for name, value in data.items():
            if value not in (None, [], {}):
                yield name
            yield from names(value)
    elif isinstance(data, list):
        for one in data:
            yield from names(one)


def found(data: Any) -> set[str]:
    """What of marks and fields stands in it."""
    told = json.dumps(data)
    return {what for what, mark in MARKS.items() if mark in told} | (FIELDS & set(names(data)))


def test_hr_see_everything(secret: Portfolio, documents: Json) -> None:
    """To HR nothing is left out, and every mark and field that others may not see is there."""
    assert visible(documents, NOBODY["hr"], secret) == documents
    assert found(documents) == (set(MARKS) | FIELDS) - {"trained"}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "hr"])
def test_what_is_not_for_a_role_is_left_out_everywhere(secret: Portfolio, documents: Json, role: Role) -> None:
    """In no document stands what the role may not see, and none is null for it."""
    shown = visible(documents, NOBODY[role], secret)
    of_a_planner = {"rate of the own unit", "what hiring costs"} if role == "planner" else set()
    assert found(shown) == of_a_planner
    assert "rate" not in shown["portfolio"]["people"][1:2]


@pytest.fixture(scope="module")
def answers(secret: Portfolio, proposal: Proposal) -> dict[str, Json]:
    """Answers of the models of the description, as the service keeps them."""
    quick = Settings(seconds=20, workers=1, repeatable=True)
    asked = why_not(secret, proposal, WhyNotPerson(person="p02", activity="theirs"), quick)
    others = alternatives(secret, proposal, 1, 1000, quick)
    pinned = [{"person": "p01", "activity": "mine", "hours": 4000, "status": "pinned"}]
    contradicting = parse({**portfolio(), "bookings": pinned})
    none = with_ways_out(contradicting, solve(contradicting, quick), quick, threading.Event())
    assert asked.difference is not None
    assert others.alternatives
    assert none.conflict is not None
    assert none.conflict.ways_out
    told = {"WhyNot": asked, "Alternatives": others, "Conflict": none.conflict, "Proposal": none}
    return {name: json.loads(one.model_dump_json(by_alias=True)) for name, one in told.items()}


@pytest.mark.parametrize("role", ROLES)
def test_answers_are_as_described_whatever_is_left_out(secret: Portfolio, answers: dict[str, Json], role: Role) -> None:
    """What the description requires of an answer is there for every role that may ask."""
    schemas = create_app(ServiceSettings()).openapi()["components"]
    who = LEAD if role == "lead" else NOBODY[role]
    for name, told in answers.items():
        if role in ("lead", "planner", "hr") or name == "Proposal":
            schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
            wrong = [one.message for one in validator_for(schema).iter_errors(visible(told, who, secret))]
            assert (name, wrong) == (name, [])


def test_a_lead_sees_own_work_alone(secret: Portfolio, documents: Json) -> None:
    """Activities, bookings, findings, moves and sentences of other projects are left out."""
    shown = visible({**documents, "portfolio": None}, LEAD, secret)
    assert [one["person"] for one in shown["proposal"]["bookings"]] == ["p01", "p02"]
    assert {move["activity"] for move in shown["why not"]["difference"]["moves"]} == {"mine"}
    assert {one["activity"] for one in shown["comparison"]["differences"][0]["activities"]} == {"mine"}
    assert "theirs" not in json.dumps(shown).lower()


def test_what_a_portfolio_shows_is_a_portfolio(secret: Portfolio) -> None:
    """Whatever is left out, the rest can be read as a portfolio again: exports are made so."""
    for who in (*NOBODY.values(), LEAD, Who(role="employee", name="x", person="p02")):
        parse(visible_portfolio(secret.canonical(), who, secret))


def test_the_own_record_is_shown_but_for_the_review_and_the_rate(secret: Portfolio) -> None:
    """A person sees own levels, statements and wishes, not what HR think, nor what an hour costs, nor a colleague."""
    who = Who(role="employee", name="x", person="p02")
    [own] = visible_portfolio(secret.canonical(), who, secret)["people"]
    assert own["ambitions"] == [{"term": "mark-ambition", "level": 5}]
    assert own["expertise"][0]["source"] == "certificate"
    assert not {"performance", "potential", "rate", "candidate"} & own.keys()


def test_a_reason_is_told_as_if_nobody_had_asked(secret: Portfolio, proposal: Proposal) -> None:
    """A planner reads what somebody brings to the work, and not that they asked for it."""
    shown = visible(proposal.to_json(), NOBODY["planner"], secret)
    assert {one["reason"] for one in shown["bookings"] if one["person"] == "p01"} == {
        "P01 naturally brings mark-talent 3: 16 of 24 h",
        "P01 is free for work that asks nothing special: 8 of 24 h",
    }
    assert any("asked for it" in one.reason for one in proposal.bookings or ())


def test_sums_with_hidden_money_in_them_are_left_out(secret: Portfolio, documents: Json) -> None:
    """Who does not see every rate sees no cost of the plan, nor a total from which it could be worked out."""
    planner = visible(documents, NOBODY["planner"], secret)
    assert not {"best", "bound"} & planner["progress"].keys()
    assert "total" not in planner["proposal"]["score_card"]
    assert "objective" not in planner["proposal"]["run"]
    assert not {"total", "money"} & planner["comparison"]["differences"][0].keys()
    everywhere = visible(documents, Who(role="planner", name="x"), secret)
    assert everywhere["proposal"]["score_card"]["total"] == documents["proposal"]["score_card"]["total"]
    assert everywhere["progress"] == documents["progress"]


def test_changes_show_people_as_a_portfolio_does() -> None:
    """The person in a change has the fields that the role sees, and a lead sees no money."""
    change = {"change": "train", "person": "p01", "term": "law", "level": 4, "cost": 800}
    assert visible_changes([change], NOBODY["planner"]) == [change]
    [shown] = visible_changes([change], NOBODY["lead"])
    assert shown == {name: value for name, value in change.items() if name != "cost"}


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("/portfolio/people/3/rate", True),
        ("/people/p07/energy/0/value", True),
        ("/operations/0/value", True),
        ("/people/3", True),
        ("/changes/0/person/performance", True),
        ("/portfolio/activities/0/expertise/0/level", False),
        ("/portfolio/people/3/unit", False),
        ("/settings/seconds", False),
    ],
)
def test_errors_at_hidden_fields_do_not_echo(path: str, hidden: bool) -> None:
    """The value is left out where it is, or holds, what some roles may not see; HR are told it."""
    error = {"path": path, "code": "wrong", "value": 1, "expected": "right"}
    assert ("value" in visible_errors([error], NOBODY["planner"])[0]) != hidden
    assert visible_errors([error], NOBODY["hr"]) == [error]


def test_hidden_fields_come_back_where_they_were_not_shown(secret: Portfolio) -> None:
    """A planner's file is stored with what they did not see of those who were there, and as it is for new people."""
    who, stored = NOBODY["planner"], secret.canonical()
    seen = visible_portfolio(stored, who, secret)
    seen["people"] = [*seen["people"], {"id": "new", "name": "New", "rate": 3}]
    merged = with_hidden(seen, stored, who)
    assert parse({**merged, "people": merged["people"][:-1]}) == secret
    assert merged["people"][-1]["rate"] == 3


def test_a_study_tells_only_what_was_asked_where_its_numbers_have_hidden_money_in_them(secret: Portfolio) -> None:
    """A planner who does not see every rate reads the question of a study, and one who does its answer too."""
    study = {
        "format": "staffing-study/1",
        "study": {"kind": "frontier", "rules": ["staffing", "cost"]},
        "base": {"cost": 1.0},
        "found": {"lines": [{"money": 3.0, "change": {"change": "hire", "person": secret.canonical()["people"][0]}}]},
        "sentences": ["it costs 3"],
        "cautions": [],
    }
    shown = visible(study, NOBODY["planner"], secret)
    assert shown == {"format": study["format"], "study": study["study"]}
    [line] = visible(study, Who(role="planner", name="x"), secret)["found"]["lines"]
    assert line["money"] == 3.0
    assert not {"performance", "wishes", "expertise"} & line["change"]["person"].keys()


def test_a_lead_is_not_told_why_of_others_work(secret: Portfolio) -> None:
    """Of the reasons of an explanation a lead reads those about the own work."""
    answer = {
        "reasons": [{"rule": "staffing", "about": {"activity": one}, "text": one} for one in ("mine", "theirs")],
        "freed": ["mine", "theirs"],
        "sentences": ["both"],
    }
    shown = visible(answer, LEAD, secret)
    assert ([one["text"] for one in shown["reasons"]], shown["freed"]) == (["mine"], ["mine"])
    assert "sentences" not in shown
