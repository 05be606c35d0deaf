"""Studies: what is refused, and answers that can be worked out by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from io import StringIO
from itertools import product
from random import Random
from typing import Any, cast

import pytest
from rich.console import Console

from scenarios.changes import parse_changes
from scenarios.scenario import apply
from scenarios.studies import (
    STUDIES,
    StudyInvalid,
    StudyProgress,
    StudyResult,
    frontier,
    lending_market,
    parse_study,
    run_study,
    sweep,
)
from scenarios.studies.best_hires import HiresFound
from scenarios.studies.exposure import Exposures
from scenarios.studies.frontier import Curve
from scenarios.studies.lending_market import Markets
from scenarios.studies.profiles import Estimate, Newcomer, Profile, grouped, pool
from scenarios.studies.sweep import Grid
from service.show_study import WORDS, show_study
from solver.handmade import plan_from
from solver.limits import value
from solver.portfolio import Portfolio
from solver.proposal import Proposal
from solver.rules.base import UNIT
from solver.score import broken, cost
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from tests.builders import activity, booking, only, person, plan, portfolio

QUICK = Settings(seconds=5, workers=1, repeatable=True)


def ask(of: Portfolio, base: Proposal | None = None, **study: Any) -> StudyResult:
    """The result of a study that came to its end."""
    found = run_study(of, parse_study(study), QUICK, base=solve(of, QUICK) if base is None else base)
    assert (found.outcome, found.cautions) == ("finished", ())
    for language, heading in (("en", "As it stands"), ("nl", "Zoals het nu is")):
        shown = seen(found, language)
        assert heading in shown
        assert WORDS[study["kind"]][language == "nl"] in shown
        assert max(map(len, seen(found, language, 40).splitlines())) <= 40
    return found


def seen(result: StudyResult, language: str = "en", width: int = 120) -> str:
    """What a terminal shows of it."""
    console = Console(file=StringIO(), width=width)
    show_study(console, result, language)
    return cast(StringIO, console.file).getvalue()


def problems(data: Any, of: Portfolio | None = None) -> dict[str, str]:
    """Path → code of what is wrong with a study."""
    with pytest.raises(StudyInvalid) as caught:
        parse_study(data) if of is None else parse_study(data).check(of)
    assert all(problem.expected for problem in caught.value.problems)
    return {problem.path: problem.code for problem in caught.value.problems}


# --- what is refused


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (3, {"": "not_an_object"}),
        ({}, {"/kind": "missing"}),
        ({"kind": "best_hire"}, {"/kind": "unknown_kind"}),
        (
            {"kind": "best_hires", "profiles": 0, "terms": "3", "age": 50, "from": 1.5},
            {"/profiles": "out_of_range", "/terms": "not_a_number", "/age": "protected_trait", "/from": "not_whole"},
        ),
        ({"kind": "frontier", "rules": ["cost"], "points": 1}, {"/rules": "too_short", "/points": "out_of_range"}),
        ({"kind": "frontier", "rules": ["cost", "energy", "focus"]}, {"/rules": "too_long"}),
        (
            {
                "kind": "sweep",
                "axes": [{"name": "who", "options": [{"name": "x", "changes": [{"change": "leav"}]}]}, {}],
            },
            {
                "/axes/0/options/0/changes/0/change": "unknown_change",
                "/axes/1/name": "missing",
                "/axes/1/options": "missing",
            },
        ),
    ],
)
def test_everything_malformed_is_named_at_once(data: Any, expected: dict[str, str]) -> None:
    """Each problem has its path in the study, and its code."""
    assert problems(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kind": "best_hires", "unit": "south", "from": 9}, {"/unit": "unknown_id", "/from": "outside_calendar"}),
        ({"kind": "exposure", "people": ["ana", "eva"]}, {"/people/1": "unknown_id"}),
        ({"kind": "lending_market"}, {"/between": "too_few_units", "/share": "nothing_opens"}),
        ({"kind": "frontier", "rules": ["cost", "costs"]}, {"/rules/1": "unknown_rule"}),
        ({"kind": "frontier", "rules": ["cost", "cost"]}, {"/rules/1": "same_rule"}),
        (
            {
                "kind": "sweep",
                "axes": [
                    {
                        "name": "who",
                        "options": [
                            {"name": "all"},
                            {"name": "less", "changes": [{"change": "leave", "person": "eva", "from": 0}]},
                        ],
                    }
                ],
            },
            {"/axes/0/options/1/changes/0/person": "unknown_id"},
        ),
    ],
)
def test_what_the_portfolio_does_not_have_is_refused(data: Any, expected: dict[str, str]) -> None:
    """Before anything is solved, with its path."""
    of = portfolio([person("ana", unit="north", expertise={"law": 3})], [activity("draft", expertise={"law": 3})])
    assert problems(data, of) == expected


def test_a_study_survives_json() -> None:
    """With all its defaults filled in, changes too."""
    axes = [{"name": "who", "options": [{"name": "x", "changes": [{"change": "leave", "person": "a", "from": 0}]}]}]
    for kind in STUDIES:
        more = {"sweep": {"axes": axes}, "frontier": {"rules": ["cost", "staffing"]}}.get(kind.name(), {})
        study = parse_study({"kind": kind.name(), **more})
        assert parse_study(json.loads(json.dumps(study.to_json()))) == study


# --- best hires


def lacking() -> Portfolio:
    """Ana does the law of 8 h; the talks of 32 h want somebody who persuades too, which nobody does."""
    return portfolio(
        [person("ana", expertise={"law": 3})],
        [
            activity("draft", 8, expertise={"law": 3}),
            activity("talks", 32, expertise={"law": 3}, talents={"persuading": 4}),
        ],
        rules=only("staffing", "talent_coverage", "expertise_coverage", "hiring"),
    )


@pytest.fixture(scope="module")
def hires() -> StudyResult:
    """The best hire for `lacking`."""
    return ask(lacking(), kind="best_hires", profiles=1, terms=2, pool=6)


def test_the_best_hire_is_who_is_lacking(hires: StudyResult) -> None:
    """Ana fills all 40 h, so the 200 points of the missing talent are all there is to win; a quarter needs no law."""
    assert isinstance(hires.found, HiresFound)
    [best] = hires.found.profiles
    assert [(term.term, term.level) for term in best.terms] == [("persuading", 4)]
    assert (best.gain, best.gain_at_least, best.hours, best.gain_per_hour) == (200, 200, 40, 5)
    assert [(rule.name, rule.difference) for rule in best.relieves] == [("talent_coverage", -200)]
    assert [(team.activity, team.missing_before, team.missing_after) for team in best.teams] == [("talks", 1, 0)]
    assert hires.sentences == (
        "1. Persuading 4: 200 less, 5.00 an hour, most of it talent missing from a team; relieves Talks",
    )


def test_a_hire_can_be_run_again(hires: StudyResult) -> None:
    """Its change is one of a scenario, and gives what the study says."""
    assert isinstance(hires.found, HiresFound)
    [best] = hires.found.profiles
    hired = solve(apply(lacking(), parse_changes([best.change])), QUICK)
    assert hires.base is not None
    assert hired.run.objective == (hires.base.cost or 0) - best.gain


def test_a_hire_keeps_the_plan_it_was_counted_by(hires: StudyResult) -> None:
    """Scored anew on the portfolio with the hire, the plan that is kept costs what the study says."""
    assert isinstance(hires.found, HiresFound)
    [best] = hires.found.profiles
    tables = Tables.of(apply(lacking(), parse_changes([best.change])))
    assert cost(tables, plan_from(tables, best.proposal.to_json())) / UNIT == best.solved.cost


def test_all_hires_that_are_found_can_be_taken_together() -> None:
    """Each is somebody of their own, whom the portfolio does not have yet."""
    of = portfolio(
        [person("ana", expertise={"law": 3}), person("hire-1", hours_per_period=0)],
        [
            activity("talks", 32, talents={"persuading": 4}),
            activity("maps", 32, expertise={"drawing": 3}),
            activity("sums", 32, expertise={"counting": 2}),
        ],
        rules=only("staffing", "talent_coverage", "expertise_coverage", "hiring"),
    )
    found = ask(of, kind="best_hires", profiles=3, terms=1, pool=6).found
    assert isinstance(found, HiresFound)
    assert len(found.profiles) == 3
    together = apply(of, parse_changes([one.change for one in found.profiles]))
    assert len(together.people) == 5


def test_candidates_are_bundles_of_what_is_lacking_and_of_what_is_asked_for() -> None:
    """Without a solver: the gap comes first, all terms are real, alike profiles go together."""
    of = lacking()
    tables = Tables.of(of)
    plan = plan_from(tables, solve(of, QUICK).to_json())
    estimate = Estimate(of, tables, plan, Newcomer(40, 0, None), [None])
    found = pool(estimate, 2, 10)
    assert found[0] == (Profile((("persuading", 4),), None), 200)
    assert {term for profile, _ in found for term in profile.terms} == {("law", 3), ("persuading", 4)}
    groups = grouped(found, 2)
    assert sorted(profile.terms for group in groups for profile in group) == sorted(one.terms for one, _ in found)


# --- exposure


def test_who_alone_can_do_something_is_a_single_point_of_failure() -> None:
    """Without Ana nobody can do the law, 24 h at 20 points; what Bo does Ana can do too, but not in the same hours."""
    of = portfolio(
        [person("ana", expertise={"law": 3, "tax": 3}), person("bo", expertise={"tax": 3})],
        [
            activity("draft", 24, expertise=[{"term": "law", "level": 3, "must": True}]),
            activity("returns", 24, expertise={"tax": 3}),
        ],
        [booking("ana", "draft", 24)],
        rules=only("staffing"),
    )
    found = ask(of, kind="exposure").found
    assert isinstance(found, Exposures)
    ana, bo = found.people
    assert (ana.person, ana.lost, ana.lost_at_least, ana.single_point_of_failure) == ("ana", 480, 480, True)
    assert [one.activity for one in ana.unstaffable] == ["draft"]
    assert [(one.activity, one.term) for one in ana.uncoverable] == [("draft", "law")]
    # Ana's 40 h: 24 pinned to the draft, 16 of the 24 for the returns.
    assert (bo.person, bo.lost, bo.single_point_of_failure, bo.uncoverable) == ("bo", 160, False, ())


@pytest.mark.parametrize(
    ("since", "pins", "lost"),
    [
        (2, {"draft": [20, 20, 0, 0]}, 0),
        (2, {"draft": [0, 20, 20, 0]}, 20),
        (2, {"draft": 60}, 0),
        (1, {"draft": 60}, 20),
        (2, {"draft": 60, "review": 60}, 40),
        (3, {"draft": [40, 20, 0, 0], "review": 60, "press": 40}, 40),
    ],
)
def test_who_leaves_keeps_what_is_pinned_before(since: int, pins: dict[str, Any], lost: int) -> None:
    """Pinned hours go from that period on; of those without periods only what there is no time for before it."""
    of = portfolio(
        [person("ana", expertise={"law": 3})],
        [
            activity("draft", 80, (0, 3), expertise=[{"term": "law", "level": 3, "must": True}]),
            activity("review", 80, (1, 3)),
            activity("press", 80, (3, 3)),
        ],
        [
            booking("ana", what, given) if isinstance(given, int) else booking("ana", what, sum(given), by_period=given)
            for what, given in ({"draft": 0, "review": 0, "press": 0} | pins).items()
        ],
        periods=4,
        rules=only("staffing"),
    )
    found = ask(of, kind="exposure", **{"from": since}).found
    assert isinstance(found, Exposures)
    [ana] = found.people
    assert ana.lost == 20 * lost


def test_nothing_is_said_to_be_lost_where_nothing_is() -> None:
    """Without somebody who has nothing to do a plan costs less, and no sentence calls that a loss."""
    of = portfolio([person("ana"), person("bo")], [activity("draft", 40)], rules=only("staffing", "load_balance"))
    result = ask(of, kind="exposure")
    assert isinstance(result.found, Exposures)
    assert all(one.lost is not None and one.lost < 0 for one in result.found.people)
    assert result.sentences == ("None of 2 people are a single point of failure",)


# --- lending market


def two_units() -> Portfolio:
    """North has Ana who knows law, South the law to do; Ana's own work is worth less (priority) than South's."""
    return portfolio(
        [person("ana", unit="north", expertise={"law": 3})],
        [
            activity("own", 40, priority=1, expertise={"law": 3}),
            activity("theirs", 40, project="y", expertise={"law": 3}),
        ],
        projects=[{"id": "x", "name": "X", "unit": "north"}, {"id": "y", "name": "Y", "unit": "south"}],
        units=[{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        rules={**only("staffing", "lending"), "smallest_booking": {"hours": 4, "share": 0.0}},
    )


def test_lending_helps_one_at_the_cost_of_the_other_up_to_a_limit() -> None:
    """An hour for South wins it 20 and costs North 6.6 of its own work and 1 for lending: 7.6, so 4 h within 31."""
    of = two_units()
    found = ask(of, kind="lending_market", share=0.5, worse_by=31).found
    assert isinstance(found, Markets)
    assert found.open is not None
    assert found.fair is not None
    for market, hours in ((found.open, 20), (found.fair, 4)):
        north, south = market.units
        assert (north.difference, south.difference) == (pytest.approx(7.6 * hours), -20 * hours)
        assert market.difference == pytest.approx((7.6 - 20) * hours)
        assert (north.lent_out, south.lent_in, market.unborne) == ((0, hours), (0, hours), 0)
        assert [rule.name for rule in north.gives_up] == ["staffing", "lending"]
    assert found.price == found.price_at_least == found.price_at_most == pytest.approx((20 - 7.6) * 16)
    changed = apply(of, parse_changes(list(found.changes)))
    tables = Tables.of(changed)
    borne = value(tables, plan_from(tables, found.fair.proposal.to_json()), {"staffing": 20, "lending": 1}, "north")
    assert borne == round((264 - 264 + 6.6 * 4 + 4) * UNIT)


def test_what_is_lent_to_all_together_opens_in_each_direction() -> None:
    """North lends 20 % of its 80 h, and 16 h each to East and to South once that is agreed with each: 32 of 80."""
    of = portfolio(
        [person("ana", unit="north"), person("bo", unit="north")],
        [activity("first"), activity("second", project="y")],
        projects=[{"id": "x", "name": "X", "unit": "east"}, {"id": "y", "name": "Y", "unit": "south"}],
        units=[
            {"id": "north", "name": "North", "lend_share": 0.2},
            {"id": "east", "name": "East"},
            {"id": "south", "name": "South"},
        ],
        rules={**only("staffing"), "smallest_booking": {"hours": 4, "share": 0.0}},
    )
    for share in (0.1, 0.2):
        found = ask(of, kind="lending_market", share=share).found
        assert isinstance(found, Markets)
        assert found.open is not None
        assert (found.open.difference, found.open.solved.cost) == (-320, 20 * (80 - 32))
        assert {(one["unit"], one["to"]) for one in found.changes if one["share"] == 0.2} >= {
            ("north", "east"),
            ("north", "south"),
        }


def test_a_limit_that_the_open_plan_keeps_has_no_price() -> None:
    """South's 20 h cost North 152: where that is allowed the open plan is the fair one too, at no price."""
    result = ask(two_units(), kind="lending_market", share=0.5, worse_by=152)
    assert isinstance(result.found, Markets)
    assert result.found.open == result.found.fair is not None
    assert (result.found.price, result.found.price_at_least, result.found.price_at_most) == (0, 0, 0)
    assert result.sentences[-1] == "That is a plan with no unit worse off by more than 152"


def test_a_price_between_plans_that_are_not_proven_is_told_with_its_bounds() -> None:
    """Where longer searches could find better plans, the price of those found is none of the best ones, and says so."""
    found = ask(two_units(), kind="lending_market", share=0.5, worse_by=31).found
    assert isinstance(found, Markets)
    assert found.open is not None
    assert found.fair is not None
    for open_below, fair_below, told in (
        (40, 60, "is 198.4 in the plans found, and from 138.4 to 238.4 for the best ones"),
        (0, 500, "is 198.4 in the plans found, and from 0 to 198.4 for the best ones"),
        (0, 0, "is 198.4"),
        (None, 0, "is 198.4 in the plans found, and not known for the best ones"),
    ):
        opened, fair = (
            market.model_copy(
                update={"solved": market.solved.model_copy(update={"bound": None if below is None else cost - below})}
            )
            for market, below in ((found.open, open_below), (found.fair, fair_below))
            if (cost := market.solved.cost) is not None
        )
        markets = lending_market.markets(found.changes, opened, fair, 31)
        assert list(lending_market.told(markets, 31))[-1] == f"The price of this limit {told}"


# --- sweep


def test_a_grid_solves_each_portfolio_once() -> None:
    """Ana and Bo do 40 h each of 60, so 20 stay open without Ana, however often it is said; as it stands is known."""
    of = portfolio([person("ana"), person("bo")], [activity("a", 60)], rules=only("staffing"))
    gone = [{"change": "leave", "person": "ana", "from": 0}]
    axes = [
        {"name": "who", "options": [{"name": "all"}, {"name": "no Ana", "changes": gone}]},
        {"name": "again", "options": [{"name": "so"}, {"name": "no Ana", "changes": gone}]},
    ]
    result = ask(of, kind="sweep", axes=axes)
    assert isinstance(result.found, Grid)
    cells = result.found.cells
    assert [cell.options for cell in cells][1:3] == [("all", "no Ana"), ("no Ana", "so")]
    assert [cell.hours_open for cell in cells] == [0, 20, 20, 20]
    assert [cell.difference for cell in cells] == [0, 400, 400, 400]
    assert [cell.same_as for cell in cells] == [None, None, 1, 1]
    assert result.found.best == (0, 1)
    assert result.solves == 1
    kept = [None if cell.proposal is None else cell.proposal.run.objective for cell in cells]
    costs = [None if cell.solved is None else cell.solved.cost for cell in cells]
    assert kept == [*costs[:2], None, None], "the plan of each portfolio, once"


def test_a_grid_names_what_is_done_and_not_what_is_left() -> None:
    """The part as it stands is no part of a sentence; where nothing is better than to leave all, that is said."""
    of = portfolio([person("ana")], [activity("a", 60)], rules=only("staffing"))

    def said(percent: int) -> list[str]:
        axes = [
            {"name": name, "options": [{"name": "As it stands"}, {"name": name, "changes": changes}]}
            for name, changes in (
                ("Other work", [{"change": "scale_demand", "percent": percent}]),
                ("Bo", [{"change": "hire", "person": person("bo", hours_per_period=0)}]),
            )
        ]
        return list(ask(of, kind="sweep", axes=axes).sentences)

    assert said(50)[0].startswith("Other work costs ")
    assert said(200)[0] == "Nothing that was compared costs less than it does as it stands"
    assert not [line for line in (*said(50), *said(200)) if "As it stands" in line]


def test_of_a_large_grid_the_best_plans_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of those that cost least; the figures of the others are there."""
    monkeypatch.setattr(sweep, "MOST_KEPT", 2)
    of = portfolio([person("ana"), person("bo")], [activity("a", 60)], rules=only("staffing"))
    scaled = [{"name": f"{n} %", "changes": [{"change": "scale_demand", "percent": n}]} for n in (200, 150)]
    result = ask(of, kind="sweep", axes=[{"name": "hours", "options": [*scaled, {"name": "as it stands"}]}])
    assert isinstance(result.found, Grid)
    assert [cell.proposal is None for cell in result.found.cells] == [True, False, False]
    assert all(cell.solved for cell in result.found.cells)


# --- frontier


def money_or_fit() -> Portfolio:
    """8 h in blocks of 4: by Ana for 10 an hour, who fits, or by Bo for nothing, who knows half."""
    return portfolio(
        [person("ana", rate=10, expertise={"law": 4}), person("bo", expertise={"law": 2})],
        [activity("draft", 8, expertise={"law": 4})],
        rules={
            **only("staffing", "expertise_fit", "cost"),
            "cost": {"weight": 0},
            "eligibility": {"under_level": 2},
            "expert_hours": {"expert_share": 0.0},
            "smallest_booking": {"hours": 4},
        },
    )


def test_a_frontier_is_all_that_nothing_dominates() -> None:
    """0, 4 or 8 h by Ana: money 0, 40, 80 against 4, 2, 0 h that do not fit; all work stays done, proven."""
    told: list[StudyProgress] = []
    of = money_or_fit()
    study = parse_study({"kind": "frontier", "rules": ["cost", "expertise_fit"], "points": 3, "slack": 0})
    result = run_study(of, study, QUICK, told.append, base=solve(of, QUICK))
    assert isinstance(result.found, Curve)
    assert [point.amounts for point in result.found.points] == [(0, 4), (40, 2), (80, 0)]
    assert [point.bound for point in result.found.points] == [0, 40, 80]
    assert result.found.proven
    assert told[-1].done == told[-1].total == result.solves


def test_a_single_point_is_no_proof_that_there_is_no_trade_off() -> None:
    """Bo alone, who lacks a quarter: the least of both is told where both are proven, else that no other was found."""
    of = portfolio(
        [person("bo", expertise={"law": 3})],
        [activity("draft", 4, expertise={"law": 4})],
        rules=money_or_fit().policy.rules,
    )
    result = ask(of, kind="frontier", rules=["cost", "expertise_fit"])
    assert isinstance(result.found, Curve)
    assert result.sentences == ("There is no trade-off: one plan has the least of both, 0 money and 1 hour",)
    for least in (None, (0, 0.5)):
        [said] = frontier.told(result.found, least)
        assert said == "Only one point was found, 0 money and 1 hour: a longer search may find others"


def two_and_two(seed: int) -> Portfolio:
    """Two people, two activities of 4 h, with random rates, levels and hours: few enough plans to try all."""
    rng = Random(seed)
    people = [
        person(
            id, hours_per_period=4 * rng.randint(2, 4), rate=5 * rng.randint(0, 4), expertise={"law": rng.randint(1, 4)}
        )
        for id in ("ana", "bo")
    ]
    work = [activity(id, 4, expertise={"law": rng.randint(2, 4)}, priority=rng.randint(1, 5)) for id in ("a", "b")]
    return portfolio(
        people,
        work,
        rules={
            **only("staffing", "expertise_fit", "cost"),
            "cost": {"weight": 0},
            "eligibility": {"under_level": 3},
            "expert_hours": {"expert_share": 0.0},
            "smallest_booking": {"hours": 4},
        },
    )


def test_a_proven_frontier_is_what_trying_every_plan_finds() -> None:
    """Every one of the 16 plans measured without a solver: the points are all those that none of them dominates."""
    rules, of = ("cost", "expertise_fit"), two_and_two(2)
    base = solve(of, QUICK)
    curve = run_study(of, parse_study({"kind": "frontier", "rules": rules, "points": 4}), QUICK, base=base).found
    assert isinstance(curve, Curve)
    tables = Tables.of(of)
    others = {name: rule.weight for name, rule in tables.rule.items() if rule.counts and name not in rules}
    pairs = list(product(("ana", "bo"), ("a", "b")))
    amounts = set()
    for hours in product((0, 4), repeat=len(pairs)):
        one = plan(tables, {pair: h for pair, h in zip(pairs, hours, strict=True) if h})
        if not broken(tables, one) and value(tables, one, others) <= round(curve.rest_at_most * UNIT):
            amounts.add(tuple(value(tables, one, {rule: 1}) / UNIT for rule in rules))
    best = sorted(one for one in amounts if not any(b != one and b[0] <= one[0] and b[1] <= one[1] for b in amounts))
    assert [point.amounts for point in curve.points] == best
    assert curve.proven
    assert all(point.bound == point.amounts[0] for point in curve.points)


# --- repeated


def timeless(found: Any) -> Any:
    """JSON without what a clock measured."""
    if isinstance(found, dict):
        return {name: timeless(part) for name, part in found.items() if name != "seconds"}
    return [timeless(part) for part in found] if isinstance(found, list) else found


@pytest.mark.parametrize(
    ("of", "study"),
    [
        (lacking, {"kind": "best_hires", "profiles": 2}),
        (two_units, {"kind": "lending_market", "share": 0.5, "worse_by": 31}),
        (money_or_fit, {"kind": "frontier", "rules": ["cost", "expertise_fit"], "points": 2}),
    ],
    ids=lambda one: one["kind"] if isinstance(one, dict) else "",
)
def test_a_repeatable_study_repeats(of: Callable[[], Portfolio], study: dict[str, Any]) -> None:
    """The same portfolio, study and settings give the same result to the last digit, but for the time it took."""
    first, again = (run_study(of(), parse_study(study), QUICK).to_json() for _ in range(2))
    assert timeless(first) == timeless(again)
    assert first["outcome"] == "finished"


# --- ends


def test_a_study_without_a_base_says_so() -> None:
    """Where rules contradict each other there is nothing to hold anything against."""
    of = portfolio([person("ana")], [activity("a", 8)], [booking("ana", "a", 80)])
    result = run_study(of, parse_study({"kind": "exposure"}), QUICK, base=solve(of, QUICK))
    assert (result.outcome, result.base, result.found) == ("no_plan", None, None)
    assert StudyResult.model_validate({**result.to_json(), "found": None}) == result


def test_a_study_that_is_stopped_keeps_what_it_has() -> None:
    """The base, and nobody looked at."""
    of, stop = money_or_fit(), threading.Event()
    stop.set()
    result = run_study(of, parse_study({"kind": "exposure"}), QUICK, stop=stop, base=solve(of, QUICK))
    assert (result.outcome, result.solves) == ("cancelled", 0)
    assert isinstance(result.found, Exposures)
    assert result.found.people == ()
