"""What large portfolios are solved with: prices that bound, neighbourhoods of a plan, a plan made group by group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from scenarios import library
from solver import score
from solver.limits import Limit, Limits, value
from solver.model import Model, Neighbourhood, pairs_of
from solver.plan import Learning, Plan, plan_of
from solver.portfolio import Portfolio
from solver.rules.base import UNIT, IntArray
from solver.search import Progress, Search
from solver.settings import Settings
from solver.strategies import exact, hull, large
from solver.strategies.hull import People
from solver.strategies.improve import SMALLEST, Choice, rank_within, together
from solver.strategies.mip import Worker
from solver.strategies.prices import Prices, Pricing, ascend, sharpen
from solver.tables import Bools, Tables
from tests.builders import activity, booking, only, person, portfolio, random_plan, random_portfolio
from tests.builders import plan as plan_by_ids

SEEDS = range(24)


@cache
def solved(seed: int) -> Search:
    """A random portfolio solved to its end, which may be that no plan exists."""
    search = Search(Tables.of(random_portfolio(seed, calm=True)), Settings(seconds=60, workers=1, repeatable=True))
    exact.solve(search)
    assert search.infeasible or search.proven
    return search


def some_prices(pricing: Pricing, seed: int) -> Prices:
    """Prices at random, within what they may be."""
    random = np.random.default_rng(seed)
    start = pricing.start()
    there = {name: 10.0 ** random.uniform(3, 6) * random.uniform(-1, 1, price.shape) for name, price in start.items()}
    step = random.uniform(0, 3)
    return pricing.within({name: price + step * there[name] for name, price in start.items()})


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_costs_less_than_any_prices_say(seed: int) -> None:
    """At whatever prices of people's time, the bound is no higher than the cost of the best plan."""
    search = solved(seed)
    if search.cost is None:
        pytest.skip("the rules of this portfolio contradict")
    pricing = Pricing(search.tables)
    told: list[int] = []
    found = ascend(pricing, pricing.start(), 200, 60, told.append, lambda: False)
    assert told == sorted(told)
    bounds = [pricing.value(some_prices(pricing, number)).bound for number in range(20)]
    sharpen(pricing, found.prices, 200, 60, told.append, lambda: False)
    bounds.append(pricing.value(found.prices).bound * (1 - 1e-9))
    assert max([*bounds, *told]) <= search.cost + 1e-6 * abs(search.cost)
    hold_in_whole_bookings(pricing, found.prices, search.cost + 1e-6 * abs(search.cost) + 1)


def hold_in_whole_bookings(pricing: Pricing, found: Prices, cost: float) -> None:
    """At any prices, what people do at best costs no more than the best plan, also where few pairs are looked at.

    It is hardly lower than the bound of the prices alone, and what the columns promise is no lower.
    """
    people, told = People(pricing, lambda: False), list[int]()
    rounded = hull.STEP * float(pricing.most.sum() + len(pricing.pairs)) + pricing.tables.P
    for at in (found, *(some_prices(pricing, number) for number in range(3))):
        seen = people.look(at)
        assert seen is not None
        bound, wider = seen.bound, people.wider(seen)
        assert wider is not None
        assert pricing.value(at).bound - rounded <= bound <= wider <= min(cost, seen.reached)
        columns = people.columns()
        assert columns is None or columns.value(at, 1.0)[0] >= bound - 1
    hull.sharpen(pricing, found, 60, told.append, lambda: len(told) > 3)
    assert told == sorted(told)
    assert max(told, default=0) <= cost
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hull, "PAIRS", 1)
        patch.setattr(hull, "MOST_PAIRS", 2)
        few = People(pricing, lambda: False)
        seen = few.look(found)
        assert seen is not None
        wider = few.wider(seen)
        assert wider is not None
        assert seen.bound <= wider <= cost
    in_time = people.look(found, until=0.0)
    assert in_time is not None
    assert pricing.value(found).bound - rounded <= in_time.bound <= cost


def three_of_which_one_can_be_done() -> Pricing:
    """Ana has 72 h for three activities of 40 h each, all or nothing; an open hour costs 20, and nothing else does."""
    rules = {name: {"mode": "off"} for name in ("focus", "load_balance", "stretch", "talent_use", "responsibility")}
    tables = Tables.of(
        portfolio(
            [person("ana", hours_per_period=72, expertise={"law": 4})],
            [activity(name, 40, expertise={"law": 3}) for name in "abc"],
            policy={"rules": {**rules, "smallest_booking": {"share": 1.0}, "expertise_coverage": {"mode": "off"}}},
        )
    )
    return Pricing(tables)


def test_a_person_in_whole_bookings_cannot_do_parts_of_everything() -> None:
    """Ana does one of the three: 80 h stay open. At the prices alone she does parts of all, and 48 h stay open."""
    pricing = three_of_which_one_can_be_done()
    alone, told = list[int](), list[int]()
    at = sharpen(pricing, pricing.start(), 2000, 60, alone.append, lambda: False).prices
    hull.sharpen(pricing, at, 60, told.append, lambda: False)
    assert max(alone) / UNIT == pytest.approx(48 * 20, rel=0.01)
    assert max(told) / UNIT == pytest.approx(80 * 20, rel=0.001)


def test_in_the_end_all_pairs_that_might_be_better_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one pair of Ana at a time the two others might be done too; the last look is at all, and 80 h stay open."""
    monkeypatch.setattr(hull, "PAIRS", 1)
    monkeypatch.setattr(hull, "MOST_PAIRS", 1)
    pricing, told = three_of_which_one_can_be_done(), list[int]()
    at = sharpen(pricing, pricing.start(), 2000, 60, lambda _: None, lambda: False).prices
    hull.sharpen(pricing, at, 60, told.append, lambda: False)
    assert told[0] / UNIT < 70 * 20
    assert max(told) / UNIT == pytest.approx(80 * 20, rel=0.001)


def test_a_person_whose_rules_need_another_pair_than_the_likeliest_is_looked_at_with_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ana wishes for the least important work, and wishes are to be met: she does 40 h of it, and 80 h stay open.

    Of three activities of 40 h each that she has time for one of, only the likeliest is looked at first.
    """
    monkeypatch.setattr(hull, "PAIRS", 1)
    off = ("focus", "load_balance", "stretch", "talent_use", "responsibility", "expertise_coverage")
    rules = {name: {"mode": "off"} for name in off} | {"wishes": {"mode": "hard"}, "smallest_booking": {"share": 1.0}}
    activities = [activity(name, 40, expertise={"law": 3}, priority=3 if name != "c" else 1) for name in "abc"]
    ana = person("ana", hours_per_period=40, expertise={"law": 4}, wishes=["c"])
    pricing, told = Pricing(Tables.of(portfolio([ana], activities, policy={"rules": rules}))), list[int]()
    at = sharpen(pricing, pricing.start(), 2000, 60, lambda _: None, lambda: False).prices
    hull.sharpen(pricing, at, 60, told.append, lambda: False)
    assert max(told) / UNIT == pytest.approx(80 * 20, rel=0.001)


def test_pairs_that_are_not_looked_at_may_be_booked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana has time for both activities, so nothing need stay open; where one alone is looked at, that is no bound."""
    monkeypatch.setattr(hull, "PAIRS", 1)
    monkeypatch.setattr(hull, "MOST_PAIRS", 1)
    rules = {name: {"mode": "off"} for name in ("load_balance", "stretch", "talent_use", "responsibility")}
    ana = person("ana", hours_per_period=80, expertise={"law": 4})
    activities = [activity(name, 40, expertise={"law": 3}) for name in "ab"]
    pricing = Pricing(Tables.of(portfolio([ana], activities, policy={"rules": rules})))
    nothing = {name: np.zeros_like(price) for name, price in pricing.start().items()}
    seen = People(pricing, lambda: False).look(nothing)
    assert seen is not None
    assert seen.bound <= 0


def test_a_mentors_lessons_take_the_mentors_time() -> None:
    """Whoever has 20 h, 8 h at least for the work that lessons are given at, has time for three of 4 h, not four."""
    words = [person("ana", hours_per_period=20, expertise={"law": 4}, mentoring={"max_learners": 4})]
    pricing = Pricing(Tables.of(portfolio(words, [activity("a", 16, expertise={"law": 3})])))
    one = hull.Person(pricing, 0, np.array([0]))
    price = {"hour": -1, "once": 0, "lesson": 10 * UNIT}
    costs = hull.Costs(*(np.array([price[name]]) for name in ("hour", "once", "lesson")))
    _, column = one.cheapest(costs, None)
    assert column is not None
    assert column.lessons.tolist() == [-3]
    assert column.hours.tolist() == [8]


def test_where_there_are_very_many_pairs_people_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much time there is, the first bound is the last; elsewhere better ones follow from such prices."""
    pricing = Pricing(solved(0).tables)
    several, first = list[int](), list[int]()
    hull.sharpen(pricing, pricing.start(), 60, several.append, lambda: len(several) > 1)
    monkeypatch.setattr(hull, "HUGE", 1)
    hull.sharpen(pricing, pricing.start(), 60, first.append, lambda: False)
    assert len(several) > 1
    assert first == several[:1]


def test_work_for_nobody_has_no_better_bound() -> None:
    """Without people there is nobody to look at."""
    pricing, told = Pricing(Tables.of(portfolio([], [activity("a", 40)]))), list[int]()
    hull.sharpen(pricing, pricing.start(), 60, told.append, lambda: False)
    assert not told


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_prices_of_some_pairs_alone(seed: int) -> None:
    """Among all pairs the value is the same; among some it is what those give, so it is never lower."""
    pricing = Pricing(Tables.of(random_portfolio(seed)))
    number, random = len(pricing.pairs), np.random.default_rng(seed)
    for at in (some_prices(pricing, one) for one in range(5)):
        whole, same = pricing.value(at), pricing.among(np.ones(number, dtype=bool)).value(at)
        assert same.bound == whole.bound
        assert all((same.slope[name] == slope).all() for name, slope in whole.slope.items())
        some = random.random(number) < 0.5
        part = pricing.among(some).value(at)
        assert part.bound >= whole.bound - 1e-6 * abs(whole.bound)
        assert part.dear.tolist() == whole.dear[some].tolist()


def test_others_have_no_more_hours_than_the_experts_leave_them() -> None:
    """Three quarters of the hours are by experts: beside 24 of theirs there are 8, too few for a booking of 10.

    Of 100 hours asked for, others could have 25; the only expert has 24 in the window.
    """
    words = [person("ann", expertise=[{"term": "audit", "level": 3}], hours_per_period=24), person("bob")]
    words[1] |= {"talents": [{"term": "planning", "level": 3}]}
    asked = {"expertise": [{"term": "audit", "level": 3}], "talents": [{"term": "planning", "level": 3}]}

    def booked(smallest: int) -> list[list[int]]:
        rules = {"smallest_booking": {"hours": smallest, "share": 0}}
        tables = Tables.of(portfolio(words, [activity("check", 100, **asked)], policy={"rules": rules}))
        pairs, most = pairs_of(tables)
        return np.column_stack((pairs, most)).tolist()

    assert booked(8) == [[0, 0, 24], [1, 0, 8]]
    assert booked(10) == [[0, 0, 24]]


def test_prices_find_what_a_scarce_hour_is_worth() -> None:
    """One person for two activities of 40 h: half of the work stays open, and the ascent comes to know it.

    40 h cannot be done; 20 each, so no plan costs less than 800, whatever else it costs. What it books on the way comes
    to half of the work, on the one or the other.
    """
    one = portfolio(
        [person("ana", hours_per_period=40, expertise={"law": 4})],
        [
            activity("a", 40, expertise=[{"term": "law", "level": 3}]),
            activity("b", 40, expertise=[{"term": "law", "level": 3}]),
        ],
    )
    pricing = Pricing(Tables.of(one))
    told: list[int] = []
    ascent = ascend(pricing, pricing.start(), 500, 60, told.append, lambda: False)
    assert told[-1] == pytest.approx(800e4, rel=0.05)
    assert ascent.hours.sum() == pytest.approx(40, rel=0.1)
    assert ((ascent.on > 0) & (ascent.on < 1)).all()


def optimum(model: Model) -> tuple[int, Plan]:
    """The cost and plan of a model's best solution."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model.cp) == cp_model.OPTIMAL
    return model.cost_of(solver.objective_value), model.plan(solver.value)


def cost_with_the_rest_held(search: Search, plan: Plan, freed: Bools, moving: Bools) -> int:
    """The least cost in the whole model, where rows hold all that a neighbourhood of the plan leaves as it is."""
    whole = Model(search.tables)
    for i, (p, a) in enumerate(whole.pairs):
        if not freed[a]:
            whole.require(whole.on[i] == int(plan.on[p, a]))
            if not moving[p]:
                whole.require(whole.hours[i] == int(plan.hours[p, a]))
            if i in whole.learns:
                whole.require(whole.learns[i] == int(plan.learns[p, a]))
    whole.post(search.tables.rules)
    whole.minimise(search.tier)
    return score.cost(search.tables, optimum(whole)[1], search.tier)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_neighbourhood_keeps_all_but_what_it_frees(seed: int) -> None:
    """Teams elsewhere stay, and hours of who does not move; what is saved in the model is saved by every rule.

    Nothing better is in the whole model either, with all else held.
    """
    search = solved(seed)
    if search.plan is None:
        pytest.skip("the rules of this portfolio contradict")
    tables, random = search.tables, np.random.default_rng(seed)
    pricing = Pricing(tables)
    people, activities = pricing.pairs.T
    worse = [one for one in [exact.commitments(tables)] if not search.broken(one)]
    for plan in (search.plan, *worse):
        for part, moves in product((0.0, 0.5), (0.0, 0.5)):
            freed, moving = random.random(tables.A) < part, random.random(tables.P) < moves
            chosen = plan.on[people, activities] | freed[activities]
            model = Model(tables, pricing.pairs[chosen], pricing.most[chosen], Neighbourhood(plan, freed, moving))
            model.post(tables.rules)
            model.minimise(search.tier)
            cost, found = optimum(model)
            assert (found.on == plan.on)[:, ~freed].all()
            assert (found.hours == plan.hours)[~moving][:, ~freed].all()
            assert not search.broken(found)
            for decision, known in model.hints(plan) or ():
                model.cp.add(decision == known)
            before, same = optimum(model)
            assert (same.hours == plan.hours).all()
            saved = score.cost(tables, plan, search.tier) - score.cost(tables, found, search.tier)
            assert saved == before - cost >= 0
            assert score.cost(tables, found, search.tier) == cost_with_the_rest_held(search, plan, freed, moving)


LAWYER = {"expertise": {"law": 3}}
NOT_ANA = [booking("ana", "write", status="forbidden")]
TO_LAWYER = [{"term": "law", "level": 3}]
BEGINNER = {"expertise": {"law": 2}, "ambitions": TO_LAWYER}
#: a portfolio in which Ana reads and others may write, what is booked on reading, and who learns there from her
SETTLED: dict[str, tuple[Portfolio, dict[tuple[str, str], int], list[tuple[str, str, str, str | None]]]] = {
    "lent": (
        portfolio(
            [person("ana", unit="care"), person("bo", unit="care")],
            [activity("read"), activity("write")],
            NOT_ANA,
            projects=[{"id": "x", "name": "X", "unit": "law"}],
            units=[{"id": "care", "name": "Care", "lend_share": 0.5}, {"id": "law", "name": "Law"}],
            rules=only("staffing"),
        ),
        {("ana", "read"): 24},
        [],
    ),
    "lent by who is new": (
        portfolio(
            [person("ana", unit="care"), person("bo", unit="care", candidate={"cost": 1000, "group": "new"})],
            [activity("read"), activity("write", project="y")],
            NOT_ANA,
            projects=[{"id": "x", "name": "X", "unit": "law"}, {"id": "y", "name": "Y", "unit": "care"}],
            units=[{"id": "care", "name": "Care", "lend_share": 0.5}, {"id": "law", "name": "Law"}],
            rules=only("staffing", "hiring"),
        ),
        {("ana", "read"): 32, ("bo", "write"): 40},
        [],
    ),
    "paid": (
        portfolio(
            [person("ana", rate=1), person("bo", rate=1)],
            [activity("read"), activity("write")],
            NOT_ANA,
            policy={"budget": 50},
            rules=only("staffing"),
        ),
        {("ana", "read"): 40},
        [],
    ),
    "taken on": (
        portfolio(
            [person("ana", candidate={"group": "new"}), person("bo", candidate={"group": "new"})],
            [activity("read"), activity("write")],
            NOT_ANA,
            policy={"max_hires": [{"group": "new", "most": 1}]},
            rules=only("staffing"),
        ),
        {("ana", "read"): 40},
        [],
    ),
    "taught": (
        portfolio(
            [
                person("ana", hours_per_period=36, mentoring={"max_learners": 1}, **LAWYER),
                person("bo", **BEGINNER),
                person("cy", **BEGINNER),
            ],
            [activity("read", **LAWYER), activity("write", window=(1, 1), **LAWYER)],
            [booking("cy", "write", status="forbidden")],
            periods=2,
            rules=only("staffing"),
        ),
        {("ana", "read"): 32, ("cy", "read"): 8},
        [("cy", "read", "law", "ana")],
    ),
    "taught by two": (
        portfolio(
            [
                person("ana", **LAWYER),
                person("bo", expertise={"law": 2, "tax": 2}, ambitions=[*TO_LAWYER, {"term": "tax", "level": 3}]),
                person("cy", expertise={"tax": 3}),
            ],
            [
                activity("read", 60, expertise={"law": 3, "tax": 3}),
                activity("write", **LAWYER),
            ],
            [booking(who, "write", status="forbidden") for who in ("bo", "cy")],
            rules=only("staffing"),
        ),
        {("ana", "read"): 16, ("bo", "read"): 8, ("cy", "read"): 32},
        [("bo", "read", "law", "ana"), ("bo", "read", "tax", "cy")],
    ),
    "done in the same periods": (
        portfolio(
            [person("ana")],
            [activity("read", 60, window=(0, 1)), activity("write", window=(1, 1))],
            periods=2,
            rules=only("staffing"),
        ),
        {("ana", "read"): 60},
        [],
    ),
    "there already": (
        portfolio(
            [person("ana", **LAWYER), person("bo", **LAWYER)],
            [activity("read"), activity("write", critical=True, **LAWYER)],
            NOT_ANA,
            rules=only("staffing", "continuity"),
        ),
        {("ana", "read"): 40},
        [],
    ),
}


@pytest.mark.parametrize(
    ("what", "hours", "cost"),
    [
        ("lent", 16, 24 * 20),  # half of 80 hours may be lent, and 24 are
        ("lent by who is new", 40, 1000),  # without Bo no more than 20 hours may be lent
        ("paid", 8, 32 * 20),  # 10 are left of the budget, and hours come in blocks of 4
        ("taken on", 0, 40 * 20),  # one new person is all there is room for
        ("taught", 36, 4 * 20),  # Bo could be there only as Ana's second learner
        ("taught by two", 20, 20 * 20),  # of Ana's 40 hours 16 are on reading, and 4 for Bo, whom Cy teaches too
        ("done in the same periods", 20, 20 * 20),  # reading takes 20 of the 40 hours of the period in which she writes
        ("there already", 40, 0),  # two who know the law are on the project, Ana on reading
    ],
)
def test_what_a_neighbourhood_leaves_out_still_counts(what: str, hours: int, cost: int) -> None:
    """Who writes is open, nothing about reading: what is lent, paid, taught or there for that counts all the same."""
    given, booked, learning = SETTLED[what]
    tables, pairs, most = Tables.of(given), *pairs_of(Tables.of(given))
    kept, freed = plan_by_ids(tables, booked, learning), np.array([False, True])
    chosen = kept.on[*pairs.T] | freed[pairs[:, 1]]
    nobody = np.zeros(tables.P, dtype=bool)
    model = Model(tables, pairs[chosen], most[chosen], Neighbourhood(kept, freed, nobody))
    model.post(tables.rules)
    model.minimise()
    found_cost, found = optimum(model)
    assert (int(found.hours[:, 1].sum()), found_cost) == (hours, cost * UNIT)
    assert not score.broken(tables, found)
    assert (found.hours[:, 0] == kept.hours[:, 0]).all()


def test_where_learning_may_not_begin_it_may_go_on() -> None:
    """Bo, who is there only to learn, begins where that may be and goes on where it was so, but begins nowhere else."""
    tables = Tables.of(
        portfolio(
            [person("ana", hours_per_period=36, **LAWYER), person("bo", **BEGINNER)],
            [activity("write", **LAWYER)],
            rules=only("staffing"),
        )
    )
    pairs, most = pairs_of(tables)
    everything = np.ones(tables.A, dtype=bool), np.ones(tables.P, dtype=bool)

    def learners(plan: Plan, *, may_begin: bool) -> list[bool]:
        model = Model(tables, pairs, most, Neighbourhood(plan, *everything, learning=may_begin))
        model.post(tables.rules)
        model.minimise()
        _, found = optimum(model)
        return [bool(one) for one in found.learns[:, 0]]

    alone = plan_of(tables, {(0, 0): 36})
    together = plan_of(tables, {(0, 0): 32, (1, 0): 8}, [Learning(1, 0, 0)])
    assert learners(alone, may_begin=True) == [False, True]
    assert learners(alone, may_begin=False) == [False, False]
    assert learners(together, may_begin=False) == [False, True]


def test_who_begins_to_teach_gives_lessons_although_nothing_else_changes() -> None:
    """Ana goes on working 32 h where Bo comes to learn from her, and has 4 h less left."""
    tables = Tables.of(portfolio([person("ana", **LAWYER), person("bo", **BEGINNER)], [activity("write", **LAWYER)]))
    freed, nobody = np.ones(tables.A, dtype=bool), np.zeros(tables.P, dtype=bool)
    model = Model(tables, *pairs_of(tables), Neighbourhood(plan_of(tables, {(0, 0): 32}), freed, nobody))
    model.post(tables.rules)
    model.require(model.hours_pair(0, 0) == 32)
    model.require(model.hours_pair(1, 0) == 8)
    _, found = optimum(model)
    assert (found.mentoring, found.load.sum(axis=1).tolist()) == (((0, 1, 0),), [36, 8])


def test_which_pairs_can_be_booked_is_worked_out_once() -> None:
    """The same tables give the same pairs, which nobody can write to."""
    tables = Tables.of(random_portfolio(0, calm=True))
    pairs, most = pairs_of(tables)
    again, _ = pairs_of(tables)
    assert again is pairs
    assert not pairs.flags.writeable
    assert not most.flags.writeable


@pytest.mark.parametrize("seed", SEEDS)
def test_a_limit_holds_for_what_a_neighbourhood_leaves_as_it_is_too(seed: int) -> None:
    """With no more open hours allowed than the plan has, the cheapest otherwise has no more, counted over all of it."""
    search = solved(seed)
    if search.plan is None:
        pytest.skip("the rules of this portfolio contradict")
    tables, plan, pricing = search.tables, search.plan, Pricing(search.tables)
    freed = np.random.default_rng(seed).random(tables.A) < 0.5
    chosen = plan.on[*pricing.pairs.T] | freed[pricing.pairs[:, 1]]
    kept = Neighbourhood(plan, freed, np.zeros(tables.P, dtype=bool))
    model = Model(tables, pricing.pairs[chosen], pricing.most[chosen], kept)
    most = value(tables, plan, {"staffing": 1})
    model.post([*tables.rules, Limits([Limit(weights={"staffing": 1}, most=most)])])
    model.minimise(search.tier - {"staffing"})
    _, found = optimum(model)
    assert value(tables, found, {"staffing": 1}) <= most


def hours_beside_a_claim(portfolio: Portfolio, claim: Callable[[Model], Any], worth: int) -> int:
    """The hours on the first activity where something is claimed for the second, at so much an hour."""
    tables = Tables.of(portfolio)
    pairs, most = pairs_of(tables)
    first = pairs[:, 1] == 0
    kept = Neighbourhood(exact.commitments(tables), np.array([True, False]), np.zeros(tables.P, dtype=bool))
    model = Model(tables, pairs[first], most[first], kept)
    model.count("claims", [(worth * UNIT, claim(model))])
    model.post(tables.rules)
    model.minimise()
    _, found = optimum(model)
    return int(found.hours[:, 0].sum())


def test_an_hour_that_another_activity_claims_is_taken_where_it_is_worth_more() -> None:
    """Ana has 60 h, 40 are asked for: all of them are taken beside a cheap claim, what is over beside a dear one."""
    one = portfolio(
        [person("ana", hours_per_period=60, expertise={"law": 4})],
        [activity("a", 40, expertise={"law": 3}), activity("b", 40, expertise={"law": 3})],
    )
    assert hours_beside_a_claim(one, lambda model: model.claim(0, 1, 40), 1) == 40
    assert hours_beside_a_claim(one, lambda model: model.claim(0, 1, 40), 1000) == 20


def test_what_may_be_lent_can_be_claimed_too() -> None:
    """A unit may lend 40 h: with those claimed for work of somebody else, named or not, none is left."""
    one = portfolio(
        [person(name, hours_per_period=40, expertise={"law": 4}, unit="u") for name in ("ana", "ben")],
        [activity(name, 40, expertise={"law": 3}) for name in ("a", "b")],
        units=[{"id": "u", "name": "U", "lend_share": 0.5}, {"id": "v", "name": "V"}],
        projects=[{"id": "x", "name": "X", "unit": "v"}],
    )
    agreement = int(Tables.of(one).lending_group[1, 1])
    for claim in (lambda model: model.claim(1, 1, 40), lambda model: model.claim_lent(agreement, 40)):
        assert hours_beside_a_claim(one, claim, 1) == 40
        assert hours_beside_a_claim(one, claim, 1000) == 0


def test_what_is_left_beside_a_plan() -> None:
    """Ana has 40 h a week; with 32 of the first on one activity, 8 and 40 are left, for what is not staffed.

    She may not be on what wants 12 h in the first week, and what she does counts for how many things she is on. What
    the unit may lend, half of her hours and Bo's, is less by what it lends there.
    """
    rules = {"smallest_booking": {"hours": 12, "share": 0}, "focus": {"max_activities": 3}}
    one = portfolio(
        [person(name, expertise={"law": 4}, unit="u") for name in ("ana", "bo")],
        [
            activity("done", 40, expertise={"law": 3}),
            activity("now", 12, expertise={"law": 3}),
            activity("both", 80, (0, 1), expertise={"law": 3}),
        ],
        periods=2,
        units=[{"id": "u", "name": "U", "lend_share": 0.5}, {"id": "v", "name": "V"}],
        projects=[{"id": "x", "name": "X", "unit": "v"}],
        rules=rules,
    )
    tables = Tables.of(one)
    pricing = Pricing(tables)
    plan = plan_by_ids(tables, {("ana", "done"): 32})
    left, there = pricing.beside(plan, np.array([False, True, True]))
    assert pricing.pairs[there].tolist() == [[0, 2], [1, 1], [1, 2]]
    assert left.most.tolist() == [48, 12, 80]
    assert left.available.T.tolist() == [[8, 40], [40, 40]]
    assert left.asked.tolist() == [0, 12, 80]
    assert left.people.tolist() == [0, 1, 1]
    assert left.few.tolist() == [2, 3]
    assert left.lendable.tolist() == [80 - 32]


def one_large_and_four_small(bookings: Sequence[dict[str, Any]] = ()) -> Tables:
    """Two people of 40 h; four activities want 10 h each, and one that is most important 40, all by one person."""
    rules = {**only("staffing"), "smallest_booking": {"hours": 40, "share": 0}, "expert_hours": {"expert_share": 0}}
    small = [activity(name, 10, expertise={"law": 3}) for name in "abcd"]
    large = activity("large", 40, expertise={"law": 3}, priority=5, team=(1, 1))
    people = [person(name, expertise={"law": 4}) for name in ("ana", "bo")]
    return Tables.of(portfolio(people, [*small[:2], large, *small[2:]], bookings, rules=rules, block_hours=2))


def started(tables: Tables) -> large.Start:
    """The start of a plan, one activity after the other, with whoever the prices book."""
    pricing = Pricing(tables)
    ascent = sharpen(pricing, pricing.start(), 300, 60, lambda _: None, lambda: False)
    choice = Choice(tables, pricing.pairs, pricing.most, ascent.on, 0, 1)
    return large.Start(Search(tables, Settings(seconds=60)), choice, ascent.on > large.BOOKED, pricing, ascent, 1, 1)


def test_what_takes_most_of_somebodys_time_is_staffed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work for one whole person, in the midst of the calendar, comes before four bookings of 10 h, which fit beside it.

    The prices book parts of it for both people: where it is the last, nobody is free enough, and all of it stays open.
    """
    start, order, staff = started(one_large_and_four_small()), list[list[int]](), large.Start._staff

    def noted(self: large.Start, group: IntArray, worker: Worker) -> None:
        order.append(group.tolist())
        staff(self, group, worker)

    monkeypatch.setattr(large.Start, "_staff", noted)
    worker = Worker()
    try:
        start.work(worker)
    finally:
        worker.close()
    assert order == [[2], [0], [4], [1], [3]]
    assert start.plan.of_activity.tolist() == [10, 10, 40, 10, 10]


def test_who_may_do_the_rest_is_found_anew_beside_what_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana does the large one: the rest is Bo's, all of it claimed; and Ana's as before where somebody is pinned.

    Where there is no time for it, all is as before.
    """
    for pinned, steps in product([False, True], [large.STEPS_BESIDE, 0]):
        monkeypatch.setattr(large, "STEPS_BESIDE", steps)
        bookings = [booking("bo", "a", 4)] if pinned else []
        start = started(one_large_and_four_small(bookings))
        before = start._likely.copy()
        start.plan, start._open[2] = plan_by_ids(start.plan.tables, {("ana", "large"): 40}), False
        assert not start._beside
        start._follow_beside()
        assert start._beside
        pairs = start._pricing.pairs
        kept = np.isin(pairs[:, 1], [0, 2] if pinned else [2]) if steps else np.ones(len(pairs), dtype=bool)
        assert start._likely[kept].tolist() == before[kept].tolist()
        assert start._likely[~kept].tolist() == (pairs[~kept, 0] == 1).tolist()
        if steps:
            claims = start._claims[start._claims[:, 1] == 4]
            assert claims.tolist() == [[1, 4, 10]]


def test_a_plan_made_group_by_group_breaks_no_rule_and_its_bound_holds() -> None:
    """The way of large portfolios, tried on a small one: a better plan than the first, checked, not below its bound."""
    tables = Tables.of(library.entry("adviesbureau").portfolio())
    stop, plans = threading.Event(), [0]

    def enough(progress: Progress) -> None:
        if progress.stage in ("start", "improve") and progress.plans > plans[0]:
            stop.set()

    search = Search(tables, Settings(seconds=120), enough, stop)
    exact.quick_plans(search)
    first, plans[0] = search.cost, search.plans
    workers = [Worker(), Worker()]
    try:
        pricing = Pricing(tables)
        large.solve(search, workers, pricing, pricing.start(), activities=10)
    finally:
        for worker in workers:
            worker.close()
    assert search.plan is not None
    assert search.cost is not None
    assert search.bound is not None
    assert first is None or search.cost < first
    assert search.bound <= search.cost
    assert not score.broken(tables, search.plan)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_two_found_in_a_plan_goes_together(seed: int) -> None:
    """Hours change as in both; who learns is as in the one that changed a team; all else follows as from nothing."""
    tables = Tables.of(random_portfolio(seed))
    old, new, other = (random_plan(tables, 3 * seed + number) for number in range(3))
    both = together(tables, old, new, other)
    hours = np.maximum(0, other.hours + new.hours - old.hours)
    changed = (new.hours != old.hours).any(axis=0)
    of = tables.requirement_activity
    learning = {one for one in new.learning if changed[of[one.requirement]]}
    learning |= {one for one in other.learning if not changed[of[one.requirement]]}
    assert (both.hours == hours).all()
    assert set(both.learning) == {one for one in learning if hours[one.person, of[one.requirement]]}
    booked = {(p, a): int(hours[p, a]) for p, a in np.argwhere(hours).tolist()}
    same = plan_of(tables, booked, both.learning)
    assert sorted(both.mentoring) == sorted(same.mentoring)
    assert (both.load == same.load).all()


def test_whose_learner_leaves_gives_no_lessons_any_more() -> None:
    """Bo, who learns from Ana, is taken off: what Ana works stays, the 4 h of her lessons are free."""
    tables = Tables.of(
        portfolio(
            [person("ana", hours_per_period=36, **LAWYER), person("bo", **BEGINNER)], [activity("write", **LAWYER)]
        )
    )
    old, new = plan_of(tables, {(0, 0): 32, (1, 0): 8}, [Learning(1, 0, 0)]), plan_of(tables, {(0, 0): 32})
    both = together(tables, old, new, old)
    assert old.load[0].sum() == 36
    assert (both.load[0].sum(), both.mentoring, both.learning) == (32, (), ())


def test_more_is_freed_where_nothing_was_found_and_less_where_time_was_short() -> None:
    """Each activity has a size of its own, up to six times the first one; where something is found it stays."""
    tables = Tables.of(portfolio([person("ana")], [activity(f"work{number}", 8) for number in range(70)]))
    pricing, plan = Pricing(tables), exact.commitments(tables)
    choice = Choice(tables, pricing.pairs, pricing.most, np.zeros(len(pricing.pairs)), 0, 10)

    def freed(first: int = 3) -> int:
        return int(choice.activities(first, choice.times[first], plan, np.random.default_rng(1)).sum())

    sizes = [freed()]
    for finished, won in ((True, False), (True, False), (True, True), (False, True), (False, False)):
        choice.resize(3, choice.times[3], finished, won)
        sizes.append(freed())
    assert sizes == [10, 15, 22, 22, 18, 14]
    for finished, last in ((True, 60), (False, SMALLEST)):
        for _ in range(20):
            choice.resize(3, choice.times[3], finished, False)
        assert freed() == last
    assert freed(4) == 10


def test_ranks_within_groups() -> None:
    """The lowest value of each group has rank 0, whatever the order they come in."""
    value, group = np.array([3.0, 1.0, 2.0, 5.0, 4.0]), np.array([7, 7, 7, 2, 2])
    assert rank_within(value, group).tolist() == [2, 0, 1, 1, 0]


def test_who_may_be_chosen_is_who_is_there_who_is_sure_and_the_least_dear() -> None:
    """A freed activity gets its team, the sure ones and a few others; the rest of the plan stays as it is."""
    tables = solved(next(seed for seed in SEEDS if solved(seed).plan is not None and solved(seed).plan.on.any())).tables
    pricing = Pricing(tables)
    plan = exact.commitments(tables)
    choice = Choice(tables, pricing.pairs, pricing.most, np.arange(len(pricing.pairs), dtype=float), 1, 10)
    freed = np.zeros(tables.A, dtype=bool)
    freed[pricing.pairs[0, 1]] = True
    booked = choice.about(Search(tables, Settings()), plan)[1]
    chosen = choice.among(plan, booked, freed, np.random.default_rng(1))
    assert chosen[0] == 0
    elsewhere = pricing.pairs[chosen][~freed[pricing.pairs[chosen, 1]]]
    assert plan.on[*elsewhere.T].all()
    assert np.isin(np.flatnonzero(plan.on), pricing.pairs[chosen] @ (tables.A, 1)).all()
