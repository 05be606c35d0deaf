"""What a role sees of portfolios, proposals, comparisons and explanations, as pure functions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import validator_for

from scenarios.changes import CHANGES, parse_changes
from scenarios.compare import compare
from scenarios.comparison import Comparison
from scenarios.scenario import apply
from scenarios.studies import STUDIES, parse_study, run_study
from scenarios.studies.base import StudyResult
from scenarios.ways_out import with_ways_out
from service.app import create_app
from service.settings import ServiceSettings
from service.visible import (
    AMOUNTS,
    limits_changed,
    money_set,
    uncovered,
    varied,
    visible,
    visible_changes,
    visible_comparison,
    visible_errors,
    visible_portfolio,
    visible_progress,
    with_hidden,
)
from service.who import ROLES, Role, Who
from solver.alternatives import alternatives
from solver.difference import difference
from solver.fields import MOST_MONEY
from solver.handmade import plan_from, score_plan
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from solver.why_not import WhyNotPerson, why_not
from tests.builders import booking
from tests.scenarios.test_changes import SAMPLES, office
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


def test_more_is_shown_only_of_who_was_moved_into_an_own_unit(secret: Portfolio) -> None:
    """A move out of the own units, to none or of somebody new shows nothing more; HR and planners of all see it all."""
    data = secret.canonical()

    def moved(unit: str | None, id: str = "p02") -> Portfolio:
        people = [{**one, "id": id, "unit": unit} if one["id"] == "p02" else one for one in data["people"]]
        projects = [{**one, "lead": None} for one in data["projects"]]
        return parse({**data, "people": people, "projects": projects})

    assert uncovered(moved("north"), secret, NOBODY["planner"]) == ["p02"]
    for after, who in (
        (moved("north"), NOBODY["hr"]),
        (moved("north"), Who(role="planner", name="x")),
        (moved(None), NOBODY["planner"]),
        (moved("north", "new"), NOBODY["planner"]),
        (moved("south"), NOBODY["planner"]),
    ):
        assert uncovered(after, secret, who) == []
    assert uncovered(secret, moved("north"), NOBODY["planner"]) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["change"])
def test_no_change_of_a_scenario_shows_more_of_anybody(sample: Json) -> None:
    """Whatever is thought through, everybody stays in the own unit, so that no planner is shown another rate."""
    base = office(
        bookings=[booking("ben", "a", 20, "incumbent")], relations=[{"people": ["ana", "ben"], "kind": "apart"}]
    )
    after = apply(base, parse_changes([sample]))
    units = {one.id: one.unit for one in after.people}
    assert {one.id: units[one.id] for one in base.people} == {one.id: one.unit for one in base.people}


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


# --- money


def with_rate(rate: float, **policy: Any) -> Portfolio:
    """The portfolio, its cost weighing nothing unless the policy says so, with a rate of somebody of another unit."""
    data = portfolio()
    data["people"] = [data["people"][0], {**data["people"][1], "rate": rate}]
    return parse({**data, "policy": {**data["policy"], "rules": {"staffing": {"weight": 100_000}}, **policy}})


def told_of(one: Portfolio) -> Json:
    """What is told of a portfolio: a plan, another one that costs, what would be, and studies."""
    quick = Settings(seconds=1, workers=1, repeatable=True)
    plan = planned(one, ("p01", "mine", 16), ("p02", "mine", 8), ("p02", "theirs", 16))
    other = planned(one, ("p01", "mine", 24), ("p02", "theirs", 12))
    pins = [{"change": "pin", "person": "p02", "activity": "theirs", "hours": 12}]
    asked = [
        {"kind": "sweep", "axes": [{"name": "Hours", "options": [{"name": "now"}, {"name": "less", "changes": pins}]}]},
        {"kind": "exposure", "people": ["p02"]},
        {"kind": "lending_market", "between": ["north", "south"]},
    ]
    return {
        "proposal": plan.to_json(),
        "comparison": compare([("a", one, plan), ("b", one, other)]).to_json(),
        "why not": why_not(one, plan, WhyNotPerson(person="p02", activity="theirs"), quick).model_dump(mode="json"),
        "others": alternatives(one, plan, 1, 1000, quick).model_dump(mode="json", by_alias=True),
        "studies": [run_study(one, parse_study(study), quick, base=plan).to_json() for study in asked],
    }


def unmarked(data: Any) -> Any:
    """Without fingerprints, in which everything is, and times."""
    if isinstance(data, dict):
        left_out = ("sha256", "fingerprint", "seconds")
        return {name: unmarked(one) for name, one in data.items() if name not in left_out}
    return [unmarked(one) for one in data] if isinstance(data, list) else data


def test_whatever_a_hidden_rate_is_the_same_is_told() -> None:
    """Where no plan hangs on a rate, who is not shown it reads the same with another rate in its place; HR do not."""
    portfolios = with_rate(8429.23), with_rate(95.5)
    documents = [told_of(one) for one in portfolios]
    for who in (NOBODY["planner"], LEAD, NOBODY["auditor"]):
        seen = [unmarked(visible(told, who, one)) for told, one in zip(documents, portfolios, strict=True)]
        for name in documents[0]:
            assert seen[0][name] == seen[1][name], (who.role, name)
    studies = zip(*(unmarked(told)["studies"] for told in documents), strict=True)
    assert any(before != after for before, after in studies)
    assert all("found" in one for one in visible(documents[0], NOBODY["planner"], portfolios[0])["studies"])


def fields_of(schema: Any) -> Iterator[str]:
    """The names of all fields in a JSON schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
    for one in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from fields_of(one)


def test_every_number_in_money_is_known_by_its_name(secret: Portfolio) -> None:
    """Whatever field of an answer is called after money is left out for who is not shown every rate."""
    models = [Proposal, Comparison, StudyResult, *(study.finding for study in STUDIES)]
    schemas = [*(one.model_json_schema() for one in models), create_app(ServiceSettings()).openapi()]
    named = {name for name in fields_of(schemas) if "money" in name}
    assert named >= {"money", "money_difference"}
    for who in (NOBODY["planner"], LEAD):
        assert visible(dict.fromkeys(named, 1), who, secret) == {}


def amounts_in(schema: Any) -> Iterator[str]:
    """The names of all fields in a JSON schema that hold an amount of money."""
    for name, field in schema.get("properties", {}).items():
        if any(one.get("maximum") == MOST_MONEY for one in (field, *field.get("anyOf", ()))):
            yield name
    for one in schema.get("$defs", {}).values():
        yield from amounts_in(one)


def test_every_amount_that_can_be_set_is_known() -> None:
    """Each amount of money in a change or a study is one that is refused to who could work out a rate from it."""
    found = {name for one in (*CHANGES, *STUDIES) for name in amounts_in(one.model_json_schema(by_alias=True))}
    of_fixed_costs, in_points = {"money"}, {"worse_by"}
    assert found - in_points == AMOUNTS - {"fixed_costs"} | of_fixed_costs


#: another plan where money is another: a weight, a limit, another limit
TELLING: dict[str, Json] = {
    "/0/rules/cost": {"change": "set_policy", "rules": {"cost": {"weight": 1}}},
    "/0/rules/budget": {"change": "set_policy", "rules": {"budget": {}}},
    "/0/budget": {"change": "set_policy", "budget": 300_000},
}
COSTING: list[Json] = [
    {"change": "train", "person": "p01", "term": "law", "level": 4, "from": 0, "cost": 800},
    {"change": "outsource", "activity": "theirs", "price": 800},
    {"change": "hire", "person": {"id": "new", "name": "New", "rate": 80}},
]
EVERYWHERE = Who(role="planner", name="x")


@pytest.mark.parametrize("path", TELLING)
def test_limits_and_weights_of_hidden_money_cannot_be_moved(path: str) -> None:
    """Whoever is not shown every rate moves neither what money weighs nor what it may come to."""
    plain = with_rate(1)
    for who, refused in ((NOBODY["planner"], [path]), (LEAD, [path]), (EVERYWHERE, []), (NOBODY["hr"], [])):
        assert money_set([TELLING[path]], who, plain) == refused
    changed = apply(plain, parse_changes([TELLING[path]]))
    if "budget" not in TELLING[path].get("rules", {}):
        assert limits_changed(changed, plain, NOBODY["planner"]) == [path.replace("/0", "/policy")]
    assert limits_changed(changed, plain, EVERYWHERE) == limits_changed(plain, plain, LEAD) == []


@pytest.mark.parametrize("change", COSTING, ids=[one["change"] for one in COSTING])
def test_amounts_can_be_set_where_no_plan_hangs_on_hidden_money(change: Json) -> None:
    """A planner says what a change costs, but not where it is weighed against rates of others; a lead never does."""
    limited = {"rules": {"cost": {"mode": "hard", "tolerance": 300_000}}}
    weighed = {"rules": {"cost": {"weight": 1}}}
    for policy, refused in (({}, 0), ({"budget": 300_000}, 1), (limited, 1), (weighed, 1)):
        assert len(money_set([change], NOBODY["planner"], with_rate(1, **policy))) == refused
        assert len(money_set([change], LEAD, with_rate(1, **policy))) == 1
        assert money_set([change], EVERYWHERE, with_rate(1, **policy)) == []
    free = [{**change, name: 0} for name in ("cost", "price") if name in change]
    assert all(money_set([one], LEAD, with_rate(1)) == [] for one in free)


def test_money_in_any_of_the_portfolios_hides_the_totals_of_all(secret: Portfolio, documents: Json) -> None:
    """What is compared with a plan in which money counts, or solved in one sweep with it, has no totals either."""
    plain = with_rate(8429.23)
    weighed = apply(plain, parse_changes([TELLING["/0/rules/cost"]]))
    plan = [planned(one, ("p01", "mine", 16), ("p02", "theirs", 16)) for one in (plain, weighed)]
    compared = compare([("a", plain, plan[0]), ("b", weighed, plan[1])]).to_json()
    options = [{"name": "now", "changes": []}, {"name": "weighed", "changes": [TELLING["/0/rules/cost"]]}]
    asked = {"kind": "sweep", "axes": [{"name": "Money", "options": options}]}
    study = {"format": "staffing-study/1", "study": asked, "base": {"cost": 1.0}, "found": {}, "sentences": ["1"]}
    for who in (NOBODY["planner"], LEAD):
        shown = visible_comparison(compared, who, plain, weighed)
        assert not {"cost", "objective", "bound"} & set(names(shown["proposals"]))
        [one] = shown["differences"]
        assert not {"total", "verdict", "money"} & one.keys()
        assert not {"headline", "more_cost"} & one["moved"].keys()
        assert not any("cost" in sentence["text"].lower() for sentence in one["moved"]["sentences"])
        assert not {"best", "bound"} & visible_progress(documents["progress"], who, *varied(asked, plain)).keys()
        assert visible_progress(documents["progress"], who, plain) == documents["progress"]
        assert visible(study, who, plain) == {"format": study["format"], "study": visible(asked, who, plain)}


def test_a_way_out_that_tells_what_a_plan_costs_is_left_out(secret: Portfolio, documents: Json) -> None:
    """Which budget is enough tells what the plan costs: only who sees every rate is told, and may set it."""
    assert visible(documents["conflict"], NOBODY["planner"], secret)["ways_out"] == []
    assert visible(documents["conflict"], LEAD, secret)["ways_out"] == []
    assert visible(documents["conflict"], EVERYWHERE, secret)["ways_out"] == documents["conflict"]["ways_out"]


def test_why_not_does_not_tell_what_money_is_allowed(secret: Portfolio) -> None:
    """Reasons of the rules in money are for those who see every rate."""
    reasons = [{"rule": one, "about": {}, "text": one} for one in ("staffing", "budget", "cost")]
    for who, seen in ((NOBODY["planner"], reasons[:1]), (LEAD, reasons[:1]), (EVERYWHERE, reasons)):
        assert visible({"reasons": reasons}, who, secret)["reasons"] == seen
