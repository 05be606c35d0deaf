"""Comparisons of proposals: what they say exactly, and that they add up."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.compare import compare
from scenarios.comparison import Comparison, Difference, PersonChange, RuleChange, TermChange
from solver import score
from solver.handmade import score_plan
from solver.plan import Plan
from solver.portfolio import Portfolio, PortfolioInvalid, parse
from solver.proposal import Proposal, Run, proposal_of
from solver.tables import Tables
from tests.builders import Json, activity, only, person, portfolio_data, random_plan, random_portfolio

UNIT = 10_000
Named = tuple[str, Portfolio, Proposal]


def named(name: str, data: Json, plan: dict[tuple[str, str], int], *learning: tuple[str, str, str, str]) -> Named:
    """A proposal of hours per (person, activity); learning as (learner, activity, term, mentor)."""
    portfolio = parse(data)
    bookings = [{"person": p, "activity": a, "hours": hours} for (p, a), hours in plan.items()]
    learned = [dict(zip(("person", "activity", "term", "mentor"), one, strict=True)) for one in learning]
    return name, portfolio, score_plan(portfolio, {"bookings": bookings, "learning": learned})


def with_run(one: Named, name: str | None = None, **fields: Any) -> Named:
    """The same proposal as if a search had ended so."""
    run = one[2].run.model_copy(update=fields)
    return name or one[0], one[1], one[2].model_copy(update={"run": run})


def without_plan(name: str, data: Json, status: Any = "INFEASIBLE") -> Named:
    """A proposal in which there is no plan."""
    portfolio = parse(data)
    run = Run(
        status=status,
        objective=None,
        bound=None,
        gap=None,
        value_captured=None,
        seconds=1.0,
        settings={"seconds": 1},
        versions={},
        fingerprint="",
    )
    return name, portfolio, proposal_of(Tables.of(portfolio), run, None, None)


def of_plan(name: str, portfolio: Portfolio, plan: Plan) -> Named:
    """The proposal of a plan, whatever it breaks."""
    card = score.score(plan.tables, plan)
    run = Run(
        status="NONE" if score.broken(plan.tables, plan) else "FEASIBLE",
        objective=card.total,
        bound=None,
        gap=None,
        value_captured=None,
        seconds=0.0,
        settings={},
        versions={},
        fingerprint="",
    )
    return name, portfolio, proposal_of(plan.tables, run, plan, card)


def one(*proposals: Named, most: int = 12) -> Difference:
    """The only difference of two proposals."""
    (difference,) = compare(proposals, most).differences
    return difference


def texts(difference: Difference) -> list[str]:
    """The sentences, in their order."""
    return [sentence.text for sentence in difference.moved.sentences]


def rule(difference: Difference, name: str) -> RuleChange:
    """One rule's line."""
    return next(line for line in difference.rules if line.name == name)


def who(difference: Difference, id: str) -> PersonChange:
    """One person's line."""
    return next(line for line in difference.people if line.person == id)


def term(difference: Difference, id: str) -> TermChange:
    """One term's line."""
    return next(line for line in difference.terms if line.term == id)


def office(rules: Json | None = None, **fields: Any) -> Json:
    """Sanne and Milan, who persuades; Interviews of 40 h that ask for somebody who does, and Writing of 40 h."""
    people = [
        person("sanne", rate=50, unit="advice"),
        person("milan", rate=60, unit="policy", talents={"persuading": 4}),
    ]
    work = [
        activity("interviews", 40, (0, 3), talents={"persuading": 4}, responsibility=True),
        activity("writing", 40, (0, 3)),
    ]
    given: Json = {
        "periods": 4,
        "rules": only("staffing", "talent_coverage") if rules is None else rules,
        "projects": [{"id": "x", "name": "X", "unit": "advice"}],
        "units": [{"id": "advice", "name": "Advice"}, {"id": "policy", "name": "Policy", "lend_share": 1}],
    }
    return portfolio_data(people, work, **{**given, **fields})


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_somebody_takes_over() -> None:
    """Who leaves, who takes over, what is no longer missing and what that is worth: in this order, in these words."""
    difference = one(
        named("base", office(), {("sanne", "interviews"): 24, ("sanne", "writing"): 40}),
        named("other", office(), {("milan", "interviews"): 24, ("sanne", "writing"): 40}),
    )
    # 16 h stay open at 20 each on both sides; one person missing at 200 before.
    assert difference.moved.headline == "Total cost falls from 520 to 320: talent coverage −200"
    assert texts(difference) == [
        "Persuading is no longer missing",
        "Sanne leaves Interviews (24 h), Milan takes it over (24 h)",
        "Policy lends Advice 24 h instead of 0",
    ]
    assert [(s.cost, s.hours) for s in difference.moved.sentences] == [(-200, 0), (0, 48), (0, 24)]


def test_headline_names_the_largest_rules_first() -> None:
    """The total before and after, then the rules by the size of their part."""
    difference = one(
        named("base", office(), {("sanne", "interviews"): 12}),
        named("other", office(), {("milan", "interviews"): 40, ("sanne", "writing"): 40}),
    )
    assert difference.moved.headline == "Total cost falls from 1,560 to 0: staffing −1,360, talent coverage −200"
    assert texts(difference) == [
        "40 h of Writing are no longer open",
        "28 h of Interviews are no longer open",
        "Persuading is no longer missing",
        "Sanne leaves Interviews (12 h), Milan takes it over (40 h)",
        "Policy lends Advice 40 h instead of 0",
        "Sanne joins Writing (40 h)",
    ]


def test_lines_of_a_person_who_moves() -> None:
    """Hours, utilisation, width, responsibility, talents, and the activities won and lost with their hours."""
    difference = one(
        named("base", office(), {("sanne", "interviews"): 24, ("milan", "writing"): 8}),
        named("other", office(), {("sanne", "writing"): 40, ("milan", "writing"): 16, ("milan", "interviews"): 16}),
    )
    sanne, milan = who(difference, "sanne"), who(difference, "milan")
    assert sanne.hours.model_dump() == {"before": 24, "after": 40, "difference": 16}
    assert sanne.utilisation.model_dump() == {"before": 0.15, "after": 0.25, "difference": 0.1}
    assert sanne.responsibility_share.model_dump() == {"before": 1, "after": 0, "difference": -1}
    assert [(a.activity, a.hours.after) for a in sanne.won] == [("writing", 40)]
    assert [(a.activity, a.hours.before) for a in sanne.lost] == [("interviews", 24)]
    assert [(a.activity, a.hours.difference) for a in milan.changed] == [("writing", 8)]
    assert milan.talents_used.model_dump() == {"before": (), "after": ("persuading",)}
    assert milan.talents_unused.model_dump() == {"before": ("persuading",), "after": ()}
    assert sanne.standing.model_dump() == {"before": "there", "after": "there"}


def test_lines_of_an_activity() -> None:
    """The team before and after, the hours covered, and who is missing at which level."""
    interviews, _ = one(
        named("base", office(), {("sanne", "interviews"): 24}),
        named("other", office(), {("milan", "interviews"): 40}),
    ).activities
    assert [(m.person, m.hours.before, m.hours.after) for m in interviews.team] == [("sanne", 24, 0), ("milan", 0, 40)]
    assert interviews.covered.model_dump() == {"before": 24, "after": 40, "difference": 16}
    assert interviews.asked.difference == 0
    (missing,) = interviews.missing
    assert (missing.term, missing.label, missing.dimension) == ("persuading", "Persuading", "talent")
    assert (missing.level.before, missing.missing.before, missing.missing.after) == (4, 1, 0)


def test_lending_is_told_per_direction_and_unit() -> None:
    """Hours of one unit's people on another's project count out of the one and into the other."""
    difference = one(
        named("base", office(), {("milan", "interviews"): 16}), named("other", office(), {("milan", "interviews"): 40})
    )
    (direction,) = difference.lending
    assert (direction.from_, direction.to, direction.hours.difference) == ("policy", "advice", 24)
    advice, policy = difference.units
    assert (advice.lent_in.before, advice.lent_in.after, advice.lent_out.after) == (16, 40, 0)
    assert (policy.lent_out.before, policy.lent_out.after, policy.lent_in.after) == (16, 40, 0)
    assert direction.model_dump(by_alias=True)["from"] == "policy"


def test_money_is_exact() -> None:
    """Rate × hours, candidates and fixed costs, to the cent."""
    data = office(policy={"fixed_costs": [{"what": "room", "money": 10.1}]})
    data["people"][0]["rate"] = 0.1
    data["people"].append(person("kim", rate=70.05, candidate={"cost": 4000.35}))
    difference = one(
        named("base", data, {("sanne", "writing"): 24}),
        named("other", data, {("sanne", "writing"): 24, ("kim", "interviews"): 8}),
    )
    money = difference.money
    assert money.hours.model_dump() == {"before": 2.4, "after": 562.8, "difference": 560.4}
    assert money.hiring.model_dump() == {"before": 0, "after": 4000.35, "difference": 4000.35}
    assert money.fixed.difference == 0
    assert money.total.model_dump() == {"before": 12.5, "after": 4573.25, "difference": 4560.75}
    assert money.hours_without_rate.after == 0


def test_money_is_unknown_where_nobody_has_a_rate() -> None:
    """Without rates there is no cost of hours and no total, and not 0; hours without a rate are counted."""
    data = office()
    for somebody in data["people"]:
        del somebody["rate"]
    money = one(named("base", data, {}), named("other", data, {("sanne", "writing"): 24})).money
    assert money.hours.model_dump() == {"before": None, "after": None, "difference": None}
    assert money.total.after is None
    assert money.hiring.after == 0
    assert money.hours_without_rate.after == 24


def test_a_change_of_weight_is_kept_apart_from_a_change_of_amount() -> None:
    """(w after − w before) × amount before, and w after × the change of the amount."""
    difference = one(
        named("base", office(only(staffing=20)), {("sanne", "writing"): 40}),  # 40 h open
        named("other", office(only(staffing=30)), {("sanne", "writing"): 40, ("milan", "interviews"): 24}),  # 16 h
    )
    staffing = rule(difference, "staffing")
    assert staffing.weight.difference == 10
    assert staffing.amount.model_dump() == {"before": 40, "after": 16, "difference": -24}
    assert staffing.cost.model_dump() == {"before": 800, "after": 480, "difference": -320}
    assert (staffing.cost_by_weight, staffing.cost_by_amount) == (400, -720)
    assert texts(difference)[:2] == [
        "16 h of Interviews are left open instead of 40",
        "Staffing weighs 30 instead of 20, which is +400 for the same plan",
    ]
    assert difference.verdict.proven == "incomparable"
    assert difference.verdict.text == ("Scored by different rules (staffing): the totals do not say which is better")


def test_a_rule_that_is_switched_on_is_a_change_of_weight() -> None:
    """A mode that costs nothing is weight 0: the amount before counts, with its importance, though it was free."""
    base, other = office(only(staffing=20)), office(only(staffing=20))
    for data, mode in ((base, "off"), (other, "soft")):
        data["activities"][0]["priority"] = 5  # importance 1.67
        data["policy"]["rules"]["staffing"]["mode"] = mode
    difference = one(
        named("base", base, {("sanne", "writing"): 40}),
        named("other", other, {("sanne", "writing"): 40, ("milan", "interviews"): 20}),
    )
    staffing = rule(difference, "staffing")
    assert staffing.mode.model_dump() == {"before": "off", "after": "soft"}
    assert (staffing.cost_by_weight, staffing.cost_by_amount) == (20 * 1.67 * 40, -20 * 1.67 * 20)
    assert "Staffing is soft instead of off, which is +1,336 for the same plan" in texts(difference)
    back = rule(
        one(named("o", other, {("sanne", "writing"): 40}), named("b", base, {("sanne", "writing"): 8})), "staffing"
    )
    assert (back.cost_by_weight, back.cost_by_amount) == (-20 * 1.67 * 40, 0)


def test_several_who_leave_and_join() -> None:
    """Each with the own hours, the most first; less than was left is a part of it; who stays may do more."""
    people = [person(id) for id in ("ana", "bob", "kim", "lea")]
    data = portfolio_data(people, [activity("talks", 80)], rules=only())
    base = named("base", data, {("ana", "talks"): 8, ("bob", "talks"): 24, ("lea", "talks"): 8})
    assert texts(one(base, named("other", data, {("kim", "talks"): 20, ("lea", "talks"): 20}))) == [
        "Bob (24 h) and Ana (8 h) leave Talks, Kim takes over part of it (20 h), Lea does 20 h there instead of 8"
    ]
    assert texts(one(base, named("other", data, {("bob", "talks"): 24, ("lea", "talks"): 16}))) == [
        "Ana leaves Talks (8 h), Lea does 16 h there instead of 8"
    ]
    assert texts(
        one(base, named("other", data, {("ana", "talks"): 12, ("bob", "talks"): 20, ("lea", "talks"): 8}))
    ) == ["Ana does 12 h of Talks instead of 8 and Bob does 20 h of Talks instead of 24"]


def test_people_who_come_and_go() -> None:
    """Hired, not hired, new, gone and leaving: each has a standing and a sentence."""
    before = portfolio_data(
        [person("ana"), person("bob"), person("kim", candidate={"cost": 4000}), person("pat", candidate={"cost": 1})],
        [activity("talks", 80, (0, 1))],
        periods=2,
        rules=only("hiring"),
    )
    after = json.loads(json.dumps(before))
    after["people"][0]["leaves"] = 1
    after["people"][1] = person("eve")
    difference = one(
        named("base", before, {("ana", "talks"): 40, ("bob", "talks"): 8, ("pat", "talks"): 8}),
        named("other", after, {("ana", "talks"): 16, ("eve", "talks"): 16, ("kim", "talks"): 24}),
    )
    assert {line.person: (line.standing.before, line.standing.after) for line in difference.people} == {
        "ana": ("there", "there"),
        "bob": ("there", "absent"),
        "kim": ("candidate", "hired"),
        "pat": ("hired", "candidate"),
        "eve": ("absent", "there"),
    }
    assert who(difference, "ana").leaves.model_dump() == {"before": None, "after": 1, "difference": None}
    assert who(difference, "bob").hours.model_dump() == {"before": 8, "after": 0, "difference": -8}
    assert texts(difference) == [
        "Kim is taken on for 4,000 and works 24 h: hiring +4,000",
        "Pat is not taken on (8 h): hiring −1",
        "Bob (8 h) and Pat (8 h) leave Talks, Kim (24 h) and Eve (16 h) take it over, "
        "Ana does 16 h there instead of 40",
        "Ana leaves in period 1 and works 16 h instead of 40",
        "Eve is new and works 16 h",
        "Bob is no longer there (8 h)",
    ]


def test_work_that_comes_and_goes() -> None:
    """An activity in one of the two only is told as a whole, with all that it costs, and cautions the reader."""
    before, after = office(), office()
    after["activities"][1] = activity("visits", 24, (0, 3))
    difference = one(
        named("base", before, {("milan", "interviews"): 40, ("sanne", "writing"): 36}),
        named("other", after, {("milan", "interviews"): 40}),
    )
    assert texts(difference) == [
        "Visits is new (24 h), and nobody works on it",
        "Writing is no longer there: Sanne (36 h)",
    ]
    assert [sentence.cost for sentence in difference.moved.sentences] == [480, -80]
    assert [(line.activity, line.standing.before, line.standing.after) for line in difference.activities] == [
        ("interviews", "there", "there"),
        ("writing", "there", "absent"),
        ("visits", "absent", "there"),
    ]
    assert difference.cautions == (
        "The work differs: 2 activities are in one of the two only, and more work costs more",
    )


def test_learning_and_the_talent_balance_are_told() -> None:
    """What somebody learns, from whom, and a term whose state changed."""
    people = [
        person("ana", expertise={"law": 4}),
        person("kim", expertise={"law": 4}),
        person("bob", expertise={"law": 2}, ambitions=[{"term": "law", "level": 3}]),
    ]
    before = portfolio_data(people, [activity("advice", 40, expertise={"law": 3})], rules=only())
    plan = {("ana", "advice"): 16, ("kim", "advice"): 12, ("bob", "advice"): 8}
    base = named("base", before, plan)
    taught = named("taught", before, plan, ("bob", "advice", "law", "ana"))
    assert texts(one(base, taught)) == ["Bob learns Law from Ana on Advice"]
    assert texts(one(taught, base)) == ["Bob no longer learns Law on Advice"]
    other = named("other", before, plan, ("bob", "advice", "law", "kim"))
    assert texts(one(taught, other)) == ["Bob learns Law from Kim instead of Ana on Advice"]
    assert who(one(base, taught), "bob").learns.model_dump() == {"before": (), "after": ("law",)}

    alone = json.loads(json.dumps(before))
    for somebody in (alone["people"][0], alone["people"][1]):
        somebody["expertise"] = {"law": 2}
    difference = one(base, named("alone", alone, {}))
    assert "Talent balance: Law goes from balanced to missing (0 h for 40 h asked)" in texts(difference)
    law = term(difference, "law")
    assert (law.supply_hours.before, law.supply_hours.after, law.demand_hours.difference) == (80, 0, 0)
    assert (law.state.before, law.state.after) == ("balanced", "missing")


def test_where_a_term_is_missing() -> None:
    """The activities before and after, and the number of people where the activities stay the same."""
    people = [person(id, talents={"order": 4}) for id in ("ana", "bob")] + [person("kim")]
    asks = [{"term": "order", "level": 4, "people": 2}]
    work = [activity("talks", 40, talents=asks), activity("tests", 40, talents=asks)]
    data = portfolio_data(people, work, rules=only("talent_coverage"))

    def told(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> str:
        sentences = one(named("base", data, before), named("other", data, after)).moved.sentences
        return next(sentence.text for sentence in sentences if sentence.about == {"term": "order"})

    talks = {("ana", "talks"): 8, ("bob", "talks"): 8}
    tests = {("ana", "tests"): 8, ("bob", "tests"): 8}
    assert told({**talks, **tests}, talks) == "Order is missing on Tests"
    assert told(talks, {**talks, **tests}) == "Order is no longer missing"
    assert told(talks, tests) == "Order is missing on Talks, no longer on Tests"
    assert told(talks, {}) == "Order is missing on Talks and Tests instead of Tests alone"
    assert told(talks, {**talks, ("ana", "tests"): 8}) == "Order is missing on Tests: 1 person instead of 2"


def test_the_same_name_twice_is_told_apart() -> None:
    """Two people of one name are named with their ids."""
    people = [{**person("p1"), "name": "Kim"}, {**person("p2"), "name": "Kim"}]
    data = portfolio_data(people, [activity("talks")], rules=only())
    difference = one(named("base", data, {("p1", "talks"): 8}), named("other", data, {("p2", "talks"): 8}))
    assert texts(difference) == ["Kim (p1) leaves Talks (8 h), Kim (p2) takes it over (8 h)"]


def test_what_is_left_out_is_counted() -> None:
    """At most so many sentences; the rest is counted, with what it comes to."""
    base = named("base", office(), {("sanne", "interviews"): 12})
    other = named("other", office(), {("milan", "interviews"): 40, ("sanne", "writing"): 40})
    short, whole = one(base, other, most=2).moved, one(base, other).moved
    assert short.sentences == whole.sentences[:2]
    assert (short.more, short.more_cost) == (4, -200)
    assert (whole.more, whole.more_cost) == (0, 0)


# --- what is proven ---------------------------------------------------------------------------------------------------


def pair(**of_other: Any) -> tuple[Named, Named]:
    """Two portfolios, 800 against 720 in cost; the base's bound is 700."""
    first, second = office(), office()
    second["people"][0]["rate"] = 51
    base = named("Base", first, {("milan", "interviews"): 40})
    other = named("Other", second, {("milan", "interviews"): 40, ("sanne", "writing"): 4})
    return (
        with_run(base, status="FEASIBLE", settings={"seconds": 1}, bound=700.0, gap=0.125),
        with_run(
            other, **{"status": "FEASIBLE", "settings": {"seconds": 1}, "bound": 690.0, "gap": 0.0417, **of_other}
        ),
    )


def test_a_difference_within_the_gap_proves_nothing() -> None:
    """Where the base may still fall below the other, that is said with both numbers."""
    verdict = one(*pair()).verdict
    assert verdict.proven == "open"
    assert verdict.text == (
        "The difference (10 %) is smaller than what is still unknown (gap 12 %): a longer search of Base may undo it"
    )
    base, other = pair()
    assert one(other, base).verdict == verdict
    unknown = one(with_run(base, bound=None, gap=None), other).verdict
    assert unknown.proven == "open"
    assert unknown.text == "How far Base is from its best plan is not known, so the difference proves nothing"


def test_a_bound_above_the_other_plan_proves_it() -> None:
    """If no plan of one can cost as little as the plan of the other, the other is better whatever is found."""
    base, other = pair()
    proven = with_run(base, status="OPTIMAL", bound=800.0, gap=0.0)
    text = (
        "Other is better, whatever a longer search finds: its plan costs 720, and no plan of Base costs less than 800"
    )
    assert one(proven, other).verdict.model_dump() == {"proven": "better", "text": text}
    assert one(other, proven).verdict.model_dump() == {"proven": "worse", "text": text}


def test_equal_costs_are_equal_only_if_proven() -> None:
    """Two optimal plans are equal; two that merely cost the same may not be."""
    base, _ = pair()
    data = base[1].canonical()
    data["name"] = "Another"
    twin = ("Twin", parse(data), score_plan(parse(data), base[2].to_json()))
    assert one(base, twin).verdict.proven == "open"
    optimal = [with_run(one, status="OPTIMAL", bound=800.0, gap=0.0) for one in (base, twin)]
    assert one(*optimal).verdict.proven == "equal"


def test_two_plans_of_one_portfolio_need_no_bound() -> None:
    """The cheaper plan of the same portfolio is the better plan, as a hand-made one against the solver's."""
    base = named("Mine", office(), {("milan", "interviews"): 40})
    other = named("Found", office(), {("milan", "interviews"): 40, ("sanne", "writing"): 40})
    text = "Both are plans of the same portfolio, and Found is the better one by 100 %"
    assert one(base, other).verdict.model_dump() == {"proven": "better", "text": text}
    assert one(other, base).verdict.proven == "worse"


def test_settings_of_a_rule_that_counts_make_it_another_rule() -> None:
    """The same weight with other settings is another measure; settings of a rule that costs nothing do not matter."""
    weights = only("staffing", role_width=4, focus=0)
    other_width = {**weights, "role_width": {"weight": 4, "max_share": 0.9}}
    other_focus = {**weights, "focus": {"weight": 0, "max_activities": 1}}
    base = named("base", office(weights), {})
    verdict = one(base, named("other", office(other_width), {})).verdict
    assert verdict.text == "Scored by different rules (role width): the totals do not say which is better"
    assert one(base, named("other", office(other_focus), {})).verdict.proven == "open"


@pytest.mark.parametrize("setting", [{"eligibility": {"under_level": 2}}, {"stretch_cap": {"max_gap": 2}}])
def test_hard_settings_that_decide_what_counts_make_another_rule(setting: Json) -> None:
    """Where more work could be booked on, more wishes count: the same plan costs more, and is not worse for it."""
    ana = person("ana", expertise={"law": 2}, ambitions=[{"term": "law", "level": 5}], wishes=["hard"])
    work = [activity("hard", 40, expertise={"law": 4}), activity("easy", 40)]
    sides = []
    for name, rules in (("Base", {}), ("Other", setting)):
        data = portfolio_data([ana], work, rules={**only("staffing", "wishes"), **rules})
        side = named(name, data, {("ana", "easy"): 40})
        total = side[2].score_card.total if side[2].score_card else 0
        sides.append(with_run(side, status="OPTIMAL", bound=total, gap=0.0))
    verdict = one(*sides).verdict
    assert verdict.proven == "incomparable"
    assert verdict.text == "Scored by different rules (wishes): the totals do not say which is better"
    other_cap = {**only("staffing", "wishes"), "stretch_cap": {"max_share": 0.5}}
    capped = named("Capped", portfolio_data([ana], work, rules=other_cap), {("ana", "easy"): 40})
    assert one(sides[0], capped).verdict.proven != "incomparable"


def test_bounds_of_tiers_decide_nothing() -> None:
    """Objective and bound are those of the last tier alone, so they prove nothing of the total."""
    tiers = {"tiers": [["staffing"]]}
    base = named("base", office(policy=tiers), {})
    other = named("other", office(policy={**tiers, "budget": 9000}), {("sanne", "writing"): 8})
    proven = with_run(base, status="OPTIMAL", bound=99_999.0, gap=0.0)
    assert one(proven, other).verdict.model_dump() == {
        "proven": "open",
        "text": "The rules were improved in tiers, so the bounds do not decide on the total",
    }
    assert [(one.bound, one.gap) for one in compare([proven, other]).proposals] == [(None, None)] * 2


def test_another_version_of_the_portfolio_is_cautioned_against() -> None:
    """A proposal that was made from another version is compared, with a word about it, and nothing counts as proven."""
    base, (name, _, proposal) = pair()
    difference = one(base, (name, base[1], proposal))
    assert difference.cautions == (
        "Other was made from another version of its portfolio than the one given here: names, rates and units are of "
        "the one given",
    )
    assert difference.verdict.proven == "incomparable"


def test_sentences_add_up_even_with_another_version_of_the_portfolio() -> None:
    """Item weights come from the portfolio given; where it is another version, the card's costs are still met."""
    changed = office()
    changed["activities"][0]["priority"] = 5
    base = named("base", office(), {("sanne", "interviews"): 8, ("sanne", "writing"): 8})
    other = named("other", office(), {("milan", "interviews"): 24})
    difference = one((base[0], parse(changed), base[2]), (other[0], parse(changed), other[2]))
    assert len(difference.cautions) == 2
    assert difference.total.difference == -360
    assert sum(whole(sentence.cost) for sentence in difference.moved.sentences) == -360 * UNIT


def test_other_calendars_are_cautioned_against() -> None:
    """Hours in more periods are not the same hours."""
    difference = one(named("base", office(), {}), named("other", office(periods=5), {}))
    assert difference.cautions == ("The calendars differ",)


def test_a_plan_that_breaks_rules_is_not_weighed_against_one_that_keeps_them() -> None:
    """A hand-made plan may be cheap because it is not allowed."""
    base, _ = pair()
    broken = named("Mine", office(), {("milan", "interviews"): 40, ("sanne", "writing"): 44})
    comparison = compare([base, broken])
    assert comparison.proposals[1].broken
    assert comparison.differences[0].verdict.text == "Mine breaks rules that may not be broken"


# --- no plan, and wrong use -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("INFEASIBLE", "Other has no plan: rules that may not be broken contradict each other"),
        ("NONE", "No plan was found for Other in its time"),
        ("FAILED", "The solve of Other failed"),
    ],
)
def test_a_proposal_without_a_plan_is_compared_too(status: str, text: str) -> None:
    """Numbers of a plan are null on its side, and so are their differences; what needs no plan is still told."""
    base, other = named("Base", office(), {("milan", "interviews"): 40}), without_plan("Other", office(), status)
    for difference in (one(base, other), one(other, base)):
        assert difference.verdict.model_dump() == {"proven": "incomparable", "text": text}
        assert difference.moved.headline == "There are no two plans to compare"
        assert difference.moved.sentences == ()
        assert difference.total.difference is None
        assert all(line.cost.difference is None for line in difference.rules)
        assert all(line.hours.difference is None and not line.won and not line.lost for line in difference.people)
        assert all(line.covered.difference is None for line in difference.activities)
        assert difference.money.total.difference is None
        assert term(difference, "persuading").demand_hours.difference == 0
    assert one(base, other).total.before == 800
    assert compare([base, other]).proposals[1].cost is None


def test_a_plan_of_another_portfolio_is_refused() -> None:
    """What a plan names and its portfolio does not have is told with the proposal's number in the path."""
    base = named("base", office(), {})
    stray = named("stray", portfolio_data([person("zoe")], [activity("writing")]), {("zoe", "writing"): 8})
    with pytest.raises(PortfolioInvalid) as wrong:
        compare([base, (stray[0], base[1], stray[2])])
    assert [(problem.path, problem.code) for problem in wrong.value.problems] == [
        ("/1/bookings/0/person", "unknown_id")
    ]


def test_a_comparison_takes_two() -> None:
    """One proposal alone has nothing to be compared with."""
    with pytest.raises(ValueError, match="two proposals"):
        compare([named("base", office(), {})])


def test_more_than_two_are_held_against_the_first() -> None:
    """One difference for each of the others, in their order; the JSON has every field and reads back."""
    plans: list[dict[tuple[str, str], int]] = [{}, {("sanne", "writing"): 8}, {("sanne", "writing"): 16}]
    comparison = compare([named(str(n), office(), plan) for n, plan in enumerate(plans)])
    assert [(d.base, d.other, d.total.difference) for d in comparison.differences] == [
        ("0", "1", -160),
        ("0", "2", -320),
    ]
    written = json.dumps(comparison.to_json())
    assert Comparison.model_validate_json(written) == comparison


def test_comparing_loads_no_solver() -> None:
    """Comparing is instant: OR-Tools is not loaded."""
    code = "import sys, scenarios.compare; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- for any plans ----------------------------------------------------------------------------------------------------

SEEDS = st.integers(0, 10_000)


def drawn(seed: int, other_seed: int, other_policy: bool) -> tuple[Named, Named]:
    """Two random plans of a random portfolio, the second maybe under the policy of another random portfolio."""
    portfolio = random_portfolio(seed)
    base = of_plan("base", portfolio, random_plan(Tables.of(portfolio), seed))
    if other_policy:
        data, other = portfolio.canonical(), random_portfolio(other_seed).canonical()
        data["policy"]["rules"], data["policy"]["preset"] = other["policy"]["rules"], other["policy"]["preset"]
        portfolio = parse(data)
    return base, of_plan("other", portfolio, random_plan(Tables.of(portfolio), other_seed))


def whole(value: float | None) -> int:
    """A cost in ten-thousandths, which it must be a whole number of."""
    assert value is not None
    assert round(value * UNIT) == pytest.approx(value * UNIT, abs=1e-3)
    return round(value * UNIT)


@settings(max_examples=60)
@given(SEEDS, SEEDS, st.booleans())
def test_the_comparison_adds_up(seed: int, other_seed: int, other_policy: bool) -> None:
    """Over rules, parts of rules and sentences the differences are exactly those of the two score cards."""
    base, other = drawn(seed, other_seed, other_policy)
    cards = base[2].score_card, other[2].score_card
    assert cards[0] is not None
    assert cards[1] is not None
    difference = one(base, other, most=3)
    total = whole(difference.total.difference)
    assert total == whole(cards[1].total) - whole(cards[0].total)
    assert sum(whole(line.cost.difference) for line in difference.rules) == total
    assert sum(whole(s.cost) for s in difference.moved.sentences) + whole(difference.moved.more_cost) == total
    for line, before, after in zip(difference.rules, cards[0].rules, cards[1].rules, strict=True):
        assert whole(line.cost.difference) == whole(after.cost) - whole(before.cost)
        assert whole(line.cost_by_weight) + whole(line.cost_by_amount) == whole(line.cost.difference)
        if before.weight == after.weight and before.mode == after.mode:
            assert line.cost_by_weight == 0
    costs = [abs(sentence.cost) for sentence in difference.moved.sentences]
    assert costs == sorted(costs, reverse=True)


@settings(max_examples=60)
@given(SEEDS, SEEDS, st.booleans())
def test_parts_of_a_rule_are_as_measured(seed: int, other_seed: int, other_policy: bool) -> None:
    """(w after − w before) × W before and w after × (W after − W before), with W measured anew on both plans."""
    base, other = drawn(seed, other_seed, other_policy)
    plans = [random_plan(Tables.of(side[1]), plan_seed) for side, plan_seed in ((base, seed), (other, other_seed))]
    measured = [
        {
            rule.name: (rule.weight if rule.counts else 0, found.weighted)
            for rule, found in score.measure(plan.tables, plan)
        }
        for plan in plans
    ]
    for line in one(base, other).rules:
        (old_weight, old), (weight, new) = measured[0][line.name], measured[1][line.name]
        assert whole(line.cost_by_weight) == (weight - old_weight) * old
        assert whole(line.cost_by_amount) == weight * (new - old)


@settings(max_examples=40)
@given(SEEDS)
def test_a_proposal_against_itself_moves_nothing(seed: int) -> None:
    """No sentence, and every difference that exists is 0."""
    base, _ = drawn(seed, seed, False)
    difference = one(base, base)
    assert difference.moved.headline == "Nothing moves"
    assert difference.moved.sentences == ()
    assert difference.cautions == ()
    assert not set(differences_in(difference.model_dump())) - {0, None}
    assert all(not line.won and not line.lost and not line.changed for line in difference.people)


@settings(max_examples=40)
@given(SEEDS, SEEDS, st.booleans())
def test_the_way_back_has_the_opposite_differences(seed: int, other_seed: int, other_policy: bool) -> None:
    """Swapping the two negates every difference, and what was won is lost."""
    base, other = drawn(seed, other_seed, other_policy)
    there, back = one(base, other), one(other, base)
    assert sorted(differences_in(there.model_dump()), key=str) == sorted(
        (None if d is None else -d + 0 for d in differences_in(back.model_dump())), key=str
    )
    for line in there.people:
        assert [(a.activity, a.hours.before) for a in line.lost] == [
            (a.activity, a.hours.after) for a in who(back, line.person).won
        ]


@settings(max_examples=40)
@given(SEEDS, SEEDS)
def test_hours_add_up_over_people_activities_and_units(seed: int, other_seed: int) -> None:
    """The hours of people, of teams and of activities are the same hours; what is lent out is lent in."""
    difference = one(*drawn(seed, other_seed, False))
    hours = sum(line.hours.difference or 0 for line in difference.people)
    assert sum(line.covered.difference or 0 for line in difference.activities) == hours
    assert sum(member.hours.difference or 0 for line in difference.activities for member in line.team) == hours
    for line in difference.people:
        moved = sum(a.hours.difference or 0 for a in (*line.won, *line.lost, *line.changed))
        assert moved == line.hours.difference
    lent = sum(line.hours.difference or 0 for line in difference.lending)
    assert sum(unit.lent_out.difference or 0 for unit in difference.units) == lent
    assert sum(unit.lent_in.difference or 0 for unit in difference.units) == lent


def differences_in(value: Any) -> list[float | None]:
    """Every `difference` anywhere in a comparison."""
    if isinstance(value, dict):
        own = [value["difference"]] if "difference" in value else []
        return own + [found for child in value.values() for found in differences_in(child)]
    if isinstance(value, tuple | list):
        return [found for child in value for found in differences_in(child)]
    return []
