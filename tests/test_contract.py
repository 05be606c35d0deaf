"""The contract of rules, once for all of them: what a rule adds to the solver's model is what it measures on a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from solver import score
from solver.model import Model
from solver.plan import Learning, Plan, plan_of
from solver.rules import RULES
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule
from solver.tables import Tables
from tests.builders import activity, person, portfolio, random_plan, random_portfolio

CASES = 80

#: these take it that pinned hours lie in the periods given, which `commitment` sees to: they are posted together
WITH_COMMITMENT = ("availability", "window")

every_rule = pytest.mark.parametrize("rule_class", RULES, ids=lambda rule: rule.name)
every_soft_rule = pytest.mark.parametrize("rule_class", [r for r in RULES if not r.hard], ids=lambda rule: rule.name)


@cache
def drawn(seed: int) -> tuple[Tables, Plan]:
    """A random portfolio's tables and a random plan of it."""
    tables = Tables.of(random_portfolio(seed))
    return tables, random_plan(tables, seed)


def model_of_all_pairs(tables: Tables) -> Model:
    """A model in which nothing is pruned: every pair, with room for any hours."""
    pairs = np.argwhere(np.ones((tables.P, tables.A), dtype=bool))
    return Model(tables, pairs, np.full(len(pairs), 400, dtype=np.int64))


def settled(model: Model, plan: Plan, cost: Any = None) -> cp_model.CpSolver | None:
    """A solver holding the values that follow from the plan, or None where the model refuses it."""
    hints = model.hints(plan)
    assert hints is not None, "the generator made a plan that the model has no room for"
    for variable, value in hints:
        model.cp.add_hint(variable, value)
    if cost is not None:
        model.cp.minimize(cost)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = True
    status = solver.solve(model.cp)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE), solver.status_name(status)
    return solver if status == cp_model.OPTIMAL else None


def by_key(amounts: Amounts) -> dict[Key, tuple[int, int]]:
    """Amount and item weight of every item that is not 0."""
    rows = zip(amounts.keys.tolist(), amounts.amount.tolist(), amounts.weight.tolist(), strict=True)
    return {tuple(key): (amount, weight) for key, amount, weight in rows}


def posted(rule: Rule, model: Model, plan: Plan) -> dict[Key, tuple[int, int]]:
    """The same from the solver's model, with the sum of the items minimised."""
    items: Sequence[Item] = rule.post(model)
    assert len({item.key for item in items}) == len(items), "two items of one key"
    solver = settled(model, plan, sum(item.amount for item in items))
    assert solver is not None, "a soft rule forbids something"
    found = {item.key: (solver.value(item.amount), item.weight) for item in items}
    return {key: value for key, value in found.items() if value[0]}


@every_rule
def test_a_rule_posts_what_it_measures(rule_class: type[Rule]) -> None:
    """Hard: a plan is feasible exactly if every amount is 0. Soft: amounts and weights are the same, item by item."""
    seen = set()
    for seed in range(CASES):
        tables, plan = drawn(seed)
        rule = tables.rule[rule_class.name]
        measured, model = rule.measure(tables, plan), model_of_all_pairs(tables)
        seen.add(bool(measured.total))
        if rule.hard:
            others = [tables.rule["commitment"]] if rule.name in WITH_COMMITMENT else []
            wrong = [by_key(one.measure(tables, plan)) for one in (rule, *others)]
            for one in (rule, *others):
                one.post(model)
            assert (settled(model, plan) is not None) == (not any(wrong)), (seed, wrong)
        else:
            assert posted(rule, model, plan) == by_key(measured), seed
    assert seen == {True, False}, "the random plans show one side of the rule only"


@pytest.mark.parametrize("rule_class", [r for r in RULES if r.alone], ids=lambda rule: rule.name)
def test_a_rule_about_one_person_alone_hears_of_nobody_else(rule_class: type[Rule]) -> None:
    """What it measures of a person stays as it is where nobody else does anything: the bound of one needs that."""
    for seed in range(CASES):
        tables, plan = drawn(seed)
        rule = tables.rule[rule_class.name]
        measured = by_key(rule.measure(tables, plan))
        for p in range(tables.P):
            found = by_key(rule.measure(tables, alone(plan, p)))
            assert of_person(rule, found, p) == of_person(rule, measured, p), (seed, p)


def of_person(rule: Rule, amounts: dict[Key, tuple[int, int]], person: int) -> dict[Key, tuple[int, int]]:
    """The items about a person."""
    return {key: found for key, found in amounts.items() if key[rule.about.index("person")] == person}


def alone(plan: Plan, person: int) -> Plan:
    """What a person does in a plan: the bookings, the lessons taken, and the hours given to learners."""
    mine, gives = plan.person == person, [mentor == person for mentor, _, _ in plan.mentoring]
    return replace(
        plan,
        person=plan.person[mine],
        activity=plan.activity[mine],
        split=plan.split[mine],
        learning=tuple(one for one in plan.learning if one.person == person),
        mentoring=tuple(one for one in plan.mentoring if one[0] == person),
        mentor_split=plan.mentor_split[gives],
    )


@every_soft_rule
def test_mode_hard_forbids_what_is_above_the_tolerance(rule_class: type[Rule]) -> None:
    """With mode hard a plan is feasible exactly if no item's amount, before its weight, is above the tolerance."""
    seen = set()
    for seed in range(CASES // 2):
        tables, plan = drawn(seed)
        found = tables.rule[rule_class.name].measure(tables, plan).amount
        largest = int(found.max(initial=0))
        for tolerance in {0, largest, max(0, largest - 1), largest // 2}:
            rule = rule_class(tables.rule[rule_class.name].settings, None, "hard", tolerance / HUNDRED)
            model = model_of_all_pairs(tables)
            model.post([rule])
            kept = largest <= tolerance
            seen.add(kept)
            assert (settled(model, plan) is not None) == kept, (seed, tolerance, largest)
    assert seen == {True, False}


def test_all_rules_together_post_what_they_measure() -> None:
    """With every rule posted, a plan is feasible exactly if it breaks nothing that binds, and costs what it scores."""
    for seed in range(CASES):
        tables, plan = drawn(seed)
        whole = model_of_all_pairs(tables)
        whole.post(tables.rules)
        assert (settled(whole, plan) is not None) == (not score.broken(tables, plan)), seed
        soft = model_of_all_pairs(tables)
        soft.post(rule for rule in tables.rules if rule.counts)
        solver = settled(soft, plan, soft.cost())
        assert solver is not None
        assert solver.value(soft.cost()) == score.cost(tables, plan), seed


@pytest.mark.parametrize("seed", range(12))
def test_leaving_out_pairs_loses_no_optimum(seed: int) -> None:
    """The model that leaves out what no plan can book has the optimum of the model over all pairs."""
    tables = Tables.of(random_portfolio(1000 + seed, people=4, activities=4, calm=True))
    found = []
    for model in (Model(tables), model_of_all_pairs(tables)):
        model.post(tables.rules)
        model.minimise()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = 20
        status = solver.solve(model.cp)
        assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
        found.append(model.cost_of(solver.objective_value) if status == cp_model.OPTIMAL else None)
    assert found[0] == found[1]


def test_learning_that_the_model_has_no_room_for_breaks_a_rule() -> None:
    """Who learns what cannot be learned, or from somebody who does not know it, has no hints and breaks `mentoring`."""
    tables = Tables.of(
        portfolio(
            [
                person("ana", expertise={"law": 4}),
                person("bo", expertise={"law": 2}, ambitions=[{"term": "law", "level": 4}]),
                person("cas", expertise={"law": 2}),
            ],
            [activity("brief", expertise={"law": 3})],
        )
    )
    hours = {(0, 0): 20, (1, 0): 8, (2, 0): 8}
    model = model_of_all_pairs(tables)
    taught = plan_of(tables, hours, [Learning(1, 0, 0)])
    assert model.hints(taught) is not None
    assert not tables.rule["mentoring"].measure(tables, taught).total
    for wrong in (Learning(2, 0, 0), Learning(1, 0, 2), Learning(1, 0, 1)):
        plan = plan_of(tables, hours, [wrong])
        assert model.hints(plan) is None
        assert tables.rule["mentoring"].measure(tables, plan).total == HUNDRED


def test_a_rule_names_the_settings_of_others_that_decide_what_it_counts() -> None:
    """A soft rule measures the same plan the same whatever the settings of hard rules are, but for those it names."""
    seen: dict[str, set[tuple[str, str]]] = {rule.name: set() for rule in RULES if not rule.hard}
    settings = [(rule.name, name, now) for rule in RULES if rule.hard for name, now in rule.Settings()]
    for seed in range(25):
        portfolio, (tables, plan) = random_portfolio(seed), drawn(seed)
        for hard, name, now in settings:
            for value in (0.0, 1.0) if isinstance(now, float) else (0, 3):
                said = {**portfolio.policy.rules, hard: {**portfolio.policy.rules.get(hard, {}), name: value}}
                policy = portfolio.policy.model_copy(update={"rules": said})
                other = Tables.of(portfolio.model_copy(update={"policy": policy}))
                for rule in tables.rules:
                    if not rule.hard and by_key(rule.measure(tables, plan)) != by_key(rule.measure(other, plan)):
                        seen[rule.name].add((hard, name))
    assert seen == {rule.name: set(rule.counts_by) for rule in RULES if not rule.hard}
