"""Each change: its effect worked out by hand, its sentence, and every way in which it cannot apply."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.changes import BY_NAME, CHANGES, Change, ChangeInvalid, changes_to_json, parse_changes
from scenarios.library import ENTRIES
from scenarios.scenario import apply, words
from solver.check import warnings
from solver.portfolio import Person, Portfolio, parse
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from tests.builders import Json, activity, booking, person, portfolio_data, random_portfolio


def office(**fields: Any) -> Portfolio:
    """Six weeks. North does project x, south project y; ana, ben and cas have units, dee has none.

    Of x: a (weeks 0–1), b (weeks 2–3, after a); of y: c (weeks 2–4, after b) and d (week 5). cas would like to do b.
    """
    people = [
        person("ana", unit="north", expertise={"law": 3}, talents={"order": 2}, rate=50),
        person("ben", unit="north", expertise={"law": 4}),
        person("cas", unit="south", expertise={"tax": 2}, wishes=["b"], energy=[{"of": "project:x", "value": 1}]),
        person("dee", talents={"order": 4}),
    ]
    activities = [
        activity("a", 40, (0, 1), expertise={"law": 3}),
        activity("b", 42, (2, 3), kind="talk", after=["a"]),
        activity("c", 60, (2, 4), project="y", after=["b"]),
        activity("d", 20, (5, 5), project="y"),
    ]
    projects = [{"id": "x", "name": "Xylo", "unit": "north"}, {"id": "y", "name": "Yard", "unit": "south"}]
    terms = [
        {"id": "law", "dimension": "expertise", "labels": {"en": "Law"}, "aliases": ["recht"]},
        {"id": "tax", "dimension": "expertise", "labels": {"en": "Tax"}, "broader": "law"},
        {"id": "order", "dimension": "talent", "labels": {"en": "Order"}},
    ]
    made: Json = {"periods": 6, "projects": projects, "vocabulary": terms, **fields}
    return parse(portfolio_data(people, activities, made.pop("bookings", ()), **made))


WORKED = {
    "now": 1,
    "bookings": [booking("ana", "a", status="frozen", by_period=[8, 0]), booking("ben", "a", 20, "incumbent")],
}


def change(name: str, **fields: Any) -> Change:
    """One change from JSON; `from_` stands for `from`."""
    return parse_changes([{"change": name, **{key.rstrip("_"): value for key, value in fields.items()}}])[0]


def found(portfolio: Portfolio, who: str) -> Person:
    """The person with that id."""
    return next(one for one in portfolio.people if one.id == who)


def windows(portfolio: Portfolio) -> dict[str, tuple[int, int]]:
    """First and last period of each activity."""
    return {one.id: (one.window.first, one.window.last) for one in portfolio.activities}


def refusal(portfolio: Portfolio, one: Change) -> list[tuple[str, str, Any, str]]:
    """Path, code, value and expected of everything that keeps a change from applying."""
    with pytest.raises(ChangeInvalid) as caught:
        one.apply(portfolio)
    return [(found.path, found.code, found.value, found.expected) for found in caught.value.problems]


def one_refusal(portfolio: Portfolio, one: Change) -> tuple[str, str, Any, str]:
    """The only thing that keeps a change from applying."""
    (only,) = refusal(portfolio, one)
    return only


# --- people -----------------------------------------------------------------------------------------------------------


def test_somebody_hired_is_away_before_and_costs_once() -> None:
    """A hire is one more person, certain, absent before the period, and a fixed cost."""
    one = change("hire", person=person("eva", unit="north", expertise={"recht": 5}), from_=2, cost=900.5)
    there = one.apply(office())
    eva = there.people[-1]
    assert eva.candidate is None
    assert Tables.of(there).available[-1].tolist() == [0, 0, 40, 40, 40, 40]
    assert eva.expertise[0].term == "law"
    assert [(cost.what, cost.money) for cost in there.policy.fixed_costs] == [("Hiring Eva", 900.5)]
    assert one.words(office()) == "Eva is hired from week 2 on, at a cost of 900.50"


def test_a_hire_for_nothing_from_the_start_is_a_person_and_no_more() -> None:
    """Without a cost there is no fixed cost, and from the first period on no absence."""
    one = change("hire", person=person("eva"))
    there = one.apply(office())
    assert there.people[-1] == Person(id="eva", name="Eva")
    assert there.policy == office().policy
    assert one.words(office()) == "Eva is hired"


def test_what_is_wrong_with_a_new_person_is_said_where_it_stands() -> None:
    """References of a new person are checked like a portfolio's, with paths within the change."""
    wrong = change("hire", person=person("ana", unit="west", expertise={"law": 3, "levy": 1}))
    assert [problem[:3] for problem in refusal(office(), wrong)] == [
        ("/person/expertise/1/term", "unknown_id", "levy"),
        ("/person/id", "duplicate_id", "ana"),
        ("/person/unit", "unknown_id", "west"),
    ]
    late = change("hire", person=person("eva"), from_=6)
    assert one_refusal(office(), late) == ("/from", "outside_calendar", 6, "a period of the calendar, 0 to 5")


def test_candidates_join_a_group_with_a_limit() -> None:
    """Each candidate has its own cost, all have the group, and the limit of that group is set, others kept."""
    base = office(policy={"max_hires": [{"group": "hires", "most": 5}, {"group": "others", "most": 3}]})
    people = [person("eva", candidate={"cost": 400}), person("fay")]
    one = change("candidates", people=people, most=1, from_=3)
    there = one.apply(base)
    eva, fay = there.people[-2:]
    assert [(c.cost, c.group) for c in (eva.candidate, fay.candidate) if c] == [(400, "hires"), (0, "hires")]
    assert [(limit.group, limit.most) for limit in there.policy.max_hires] == [("hires", 1), ("others", 3)]
    assert fay.absences[0].last == 2
    said = "Eva and Fay could be taken on from week 3 on, at most 1 of the 2 candidates of group hires"
    assert one.words(base) == said
    again = change("candidates", people=[person("gus")], most=2)
    assert again.words(there) == "Gus could be taken on, at most 2 of the 3 candidates of group hires"


def test_what_is_wrong_with_a_candidate_is_said_where_it_stands() -> None:
    """The path names the candidate by its place in the change."""
    wrong = change("candidates", people=[person("eva"), person("ana", wishes=["q"])], most=1)
    assert [problem[:3] for problem in refusal(office(), wrong)] == [
        ("/people/1/id", "duplicate_id", "ana"),
        ("/people/1/wishes/0", "unknown_id", "q"),
    ]


def test_somebody_leaves_and_pinned_hours_stay() -> None:
    """`leaves` is set and bookings stay; the sentence names what is pinned beyond, and only that."""
    pins = [
        booking("ana", "a", 40),
        booking("ana", "b", 8, by_period=[8, 0]),
        booking("ana", "c", 8, by_period=[0, 0, 8]),
        booking("ana", "d", 8),
    ]
    base = office(bookings=pins)
    one = change("leave", person="ana", from_=3)
    there = one.apply(base)
    assert found(there, "ana").leaves == 3
    assert there.bookings == base.bookings
    assert one.words(base) == "Ana leaves from week 3 on, though pinned to C and D after that"
    assert change("leave", person="ben", from_=0).words(base) == "Ben leaves from week 0 on"


def test_a_departure_can_be_taken_back() -> None:
    """Leaving after the calendar is staying."""
    one = change("leave", person="ana", from_=6)
    assert Tables.of(one.apply(office())).available[0].sum() == 240
    assert one.words(office()) == "Ana stays to the end of the calendar"


def test_a_person_is_lent_for_some_periods_or_all() -> None:
    """An entry in `lent`; one for the same unit and periods replaces it, another stands beside it."""
    one = change("lend", person="ana", to="south", share=0.4)
    there = one.apply(office())
    assert [(e.unit, e.first, e.last, e.share) for e in found(there, "ana").lent] == [("south", 0, 5, 0.4)]
    assert one.words(office()) == "Ana is lent to South for at most 40 % of the hours"
    less = change("lend", person="ana", to="south", share=0.1).apply(there)
    some = change("lend", person="ana", to="south", share=0.5, first=2, last=4)
    assert [(e.first, e.share) for e in found(some.apply(less), "ana").lent] == [(0, 0.1), (2, 0.5)]
    assert some.words(less) == "Ana is lent to South for at most 50 % of the hours in weeks 2 to 4"
    assert change("lend", person="ana", to="south", share=1, first=5).words(less).endswith("of the hours in week 5")


def test_a_unit_lends_in_one_direction_or_everybody_for_a_while() -> None:
    """For all periods a direction is opened; for some, each person of the unit has an entry."""
    whole = change("lend", unit="north", to="south", share=0.2)
    there = whole.apply(office(policy={"lending": [{"from": "north", "to": "south", "share": 0.9}]}))
    assert [(o.from_, o.to, o.share) for o in there.policy.lending] == [("north", "south", 0.2)]
    assert whole.words(office()) == "North lends at most 20 % of its hours to South"
    part = change("lend", unit="north", to="south", share=0.2, first=1, last=2)
    there = part.apply(office())
    assert [len(one.lent) for one in there.people] == [1, 1, 0, 0]
    assert there.policy.lending == ()
    assert part.words(office()) == "everybody of North is lent to South for at most 20 % of the hours in weeks 1 to 2"


def test_lending_to_the_own_unit_or_without_one_is_refused() -> None:
    """Only somebody with a unit can be lent, and only to another one."""
    unit = ("/to", "same_unit", "south", "another unit than the one that lends")
    own = ("/to", "same_unit", "north", "another unit than the person's own")
    none = ("/person", "no_unit", "dee", "a person with a unit; who has none works anywhere")
    assert one_refusal(office(), change("lend", unit="south", to="south", share=1)) == unit
    assert one_refusal(office(), change("lend", person="ana", to="north", share=1)) == own
    assert one_refusal(office(), change("lend", person="dee", to="north", share=1)) == none


def test_lending_opens_between_units() -> None:
    """Every direction between the units is opened, one that is open is replaced; an empty list is all units."""
    base = office(policy={"lending": [{"from": "north", "to": "south", "share": 0.9}]})
    one = change("open_lending", share=0.15)
    opened = [(o.from_, o.to, o.share) for o in one.apply(base).policy.lending]
    assert opened == [("north", "south", 0.15), ("south", "north", 0.15)]
    assert one.words(base) == "all units lend each other at most 15 % of their hours"
    named = change("open_lending", between=["north", "south"], share=0.15)
    assert named.apply(base) == one.apply(base)
    assert named.words(base) == "North and South lend each other at most 15 % of their hours"


def test_lending_needs_two_units() -> None:
    """One unit, or one named twice, cannot lend to itself; an unknown one is named with its place."""
    alone = change("open_lending", between=["north", "north"], share=0.1)
    assert one_refusal(office(), alone)[:2] == ("/between", "too_few_units")
    unknown = change("open_lending", between=["north", "wst"], share=0.1)
    assert one_refusal(office(), unknown) == ("/between/1", "unknown_id", "wst", "the id of a unit")


def test_training_takes_hours_before_and_counts_from_then_on() -> None:
    """`trained`, an absence in the periods right before, and a fixed cost; an alias of the term will do."""
    one = change("train", person="ana", term="RECHT", level=5, from_=3, hours=8, lasts=2, cost=1500)
    there = one.apply(office())
    ana = found(there, "ana")
    assert [(t.term, t.level, t.from_) for t in ana.trained] == [("law", 5, 3)]
    assert Tables.of(there).available[0].tolist() == [40, 32, 32, 40, 40, 40]
    assert [(cost.what, cost.money) for cost in there.policy.fixed_costs] == [("Training Ana in Law", 1500)]
    said = "Ana has level 5 on Law from week 3 on, after 2 weeks of 8 h of training, at a cost of 1,500"
    assert one.words(office()) == said
    free = change("train", person="ana", term="order", level=3, from_=0)
    assert found(free.apply(office()), "ana").absences == ()
    assert free.words(office()) == "Ana has level 3 on Order from week 0 on"


def test_training_cannot_begin_in_the_past() -> None:
    """Periods of training lie between now and the period from which the level counts."""
    one = change("train", person="ana", term="law", level=5, from_=3, hours=8, lasts=3)
    problem = one_refusal(office(now=1), one)
    assert problem == ("/lasts", "begins_too_early", 3, "at most 2 weeks: there is no time before period 1")


def test_somebody_rotates() -> None:
    """`rotation_share` is set, and 0 takes it back; it needs a unit."""
    one = change("rotate", person="ana", share=0.25)
    assert found(one.apply(office()), "ana").rotation_share == 0.25
    assert one.words(office()) == "Ana spends at least 25 % of the booked hours on other units' projects"
    assert change("rotate", person="dee", share=0).words(office()) == "Dee need not work on other units' projects"
    without = change("rotate", person="dee", share=0.1)
    assert one_refusal(office(), without)[:2] == ("/person", "no_unit")


# --- work -------------------------------------------------------------------------------------------------------------


def test_an_outsourced_activity_is_gone_and_paid_for() -> None:
    """Bookings and wishes go with it, what came after it comes after what it came after, the price is a fixed cost."""
    base = office(bookings=[booking("ana", "b", 8), booking("ben", "c", 8)])
    one = change("outsource", activity="b", price=4200)
    there = one.apply(base)
    assert [(a.id, a.after) for a in there.activities] == [("a", ()), ("c", ("a",)), ("d", ())]
    assert [(b.person, b.activity) for b in there.bookings] == [("ben", "c")]
    assert found(there, "cas").wishes == ()
    assert [(cost.what, cost.money) for cost in there.policy.fixed_costs] == [("Outsourcing B", 4200)]
    assert one.words(base) == "B is outsourced for 4,200"


def test_what_was_worked_on_an_outsourced_activity_stays_paid() -> None:
    """8 hours at 50 were worked by ana before now: 400 remain as a fixed cost, besides the price."""
    there = change("outsource", activity="a", price=100).apply(office(**WORKED))
    costs = [(cost.what, cost.money) for cost in there.policy.fixed_costs]
    assert costs == [("Worked already: A", 400), ("Outsourcing A", 100)]
    assert there.bookings == ()


def test_a_project_comes_in() -> None:
    """The project and its activities come last; they may come after activities there are."""
    work = [activity("e", 16, (4, 5), project="z", after=["b"]), activity("f", 24, (0, 5), project="z")]
    one = change("add_project", project={"id": "z", "name": "Zinc", "unit": "north"}, activities=work)
    there = one.apply(office())
    assert [p.id for p in there.projects] == ["x", "y", "z"]
    assert [a.id for a in there.activities] == ["a", "b", "c", "d", "e", "f"]
    assert one.words(office()) == "Zinc is added: 2 activities, 40 h"


def test_what_is_wrong_with_a_new_project_is_said_where_it_stands() -> None:
    """Problems of the project and of its activities have paths within the change, all at once."""
    work = [activity("e", 16, (4, 6), project="x"), activity("a", 16, (0, 0), project="x", expertise={"order": 1})]
    wrong = change("add_project", project={"id": "x", "name": "X", "goals": ["g"]}, activities=work)
    assert [problem[:3] for problem in refusal(office(), wrong)] == [
        ("/activities/0/window/last", "outside_calendar", 6),
        ("/activities/1/expertise/0/term", "wrong_dimension", "order"),
        ("/activities/1/id", "duplicate_id", "a"),
        ("/project/goals/0", "unknown_id", "g"),
        ("/project/id", "duplicate_id", "x"),
    ]


def test_a_dropped_project_leaves_no_trace_but_its_cost() -> None:
    """Activities, bookings, wishes, energy and `after` are repaired; what was worked stays paid."""
    one = change("drop_project", project="x")
    there = one.apply(office(**WORKED))
    assert [p.id for p in there.projects] == ["y"]
    assert [(a.id, a.after) for a in there.activities] == [("c", ()), ("d", ())]
    assert there.bookings == ()
    assert (found(there, "cas").wishes, found(there, "cas").energy) == ((), ())
    assert [cost.money for cost in there.policy.fixed_costs] == [400]
    assert one.words(office()) == "Xylo is dropped: 2 activities, 82 h"


def test_a_delay_moves_windows_and_pinned_periods() -> None:
    """Windows shift, hours pinned by period shift with them; what comes after the project stays and is warned of."""
    base = office(bookings=[booking("ben", "b", 12, by_period=[8, 4])])
    one = change("delay", project="x", periods=2)
    there = one.apply(base)
    assert windows(there) == {"a": (2, 3), "b": (4, 5), "c": (2, 4), "d": (5, 5)}
    assert there.bookings == base.bookings
    assert "/activities/2/after/0" in [warning.path for warning in warnings(Tables.of(there))]
    assert one.words(base) == "Xylo is delayed by 2 weeks"
    assert change("delay", project="x", periods=1).words(base) == "Xylo is delayed by 1 week"


def test_a_delay_beyond_the_calendar_names_the_activity() -> None:
    """The refusal says how much would do and which activity ends last; where nothing would do, it says that."""
    far = one_refusal(office(), change("delay", project="x", periods=3))
    assert far == ("/periods", "outside_calendar", 3, "at most 2: B would end in week 6, and the last is week 5")
    never = one_refusal(office(), change("delay", project="y", periods=1))
    assert never[3] == "no delay: D would end in week 6, and the last is week 5"


def test_a_delay_may_cut_windows_at_the_end() -> None:
    """With `cut` windows end with the calendar; pins that no longer fit keep only their hours; beginnings must fit."""
    base = office(bookings=[booking("ben", "b", 12, by_period=[8, 4]), booking("ana", "b", 8, by_period=[8, 0])])
    one = change("delay", project="x", periods=3, cut=True)
    there = one.apply(base)
    assert windows(there) == {"a": (3, 4), "b": (5, 5), "c": (2, 4), "d": (5, 5)}
    assert [(b.hours, b.by_period) for b in there.bookings] == [(12, None), (8, (8,))]
    assert one.words(base) == (
        "Xylo is delayed by 3 weeks; B must still end with the calendar; Ben is no longer pinned by week"
    )
    late = one_refusal(base, change("delay", project="x", periods=4, cut=True))
    assert late[3] == "at most 3: B would begin in week 6, and the last is week 5"


def test_many_activities_that_must_end_with_the_calendar_are_counted() -> None:
    """A sentence names at most two activities."""
    work = [activity(name, 8, (4, 5), project="z") for name in "efg"]
    there = change("add_project", project={"id": "z", "name": "Zinc"}, activities=work).apply(office())
    said = change("delay", project="z", periods=1, cut=True).words(there)
    assert said == "Zinc is delayed by 1 week; 3 activities must still end with the calendar"


def test_a_delay_keeps_the_beginning_of_what_has_begun() -> None:
    """Where hours were worked the window grows, what was worked stays where it was, and what is past stays wholly."""
    begun = office(**WORKED)
    there = change("delay", project="x", periods=2).apply(begun)
    assert windows(there)["a"] == (0, 3)
    assert windows(there)["b"] == (4, 5)
    assert there.bookings[0].by_period == (8, 0, 0, 0)
    past = office(now=3, bookings=[booking("ana", "a", status="frozen", by_period=[8, 8])])
    assert windows(change("delay", project="x", periods=2).apply(past)) == {**windows(past), "b": (4, 5)}


def test_a_frozen_booking_without_hours_moves_with_its_window() -> None:
    """Nothing was worked, so there is no beginning to keep."""
    base = office(now=1, bookings=[booking("ana", "a", status="frozen", by_period=[0])])
    there = change("delay", project="x", periods=1).apply(base)
    assert windows(there)["a"] == (1, 2)
    assert there.bookings[0].by_period == (0, 0)


def test_demand_is_scaled_in_whole_blocks() -> None:
    """42 h × 110 % = 46.2 h, rounded up to 48; a project, a kind, both or all of it."""
    hours = {one.id: one.hours for one in office().activities}

    def scaled(**fields: Any) -> dict[str, int]:
        return {one.id: one.hours for one in change("scale_demand", **fields).apply(office()).activities}

    assert scaled(percent=110, project="x") == {**hours, "a": 44, "b": 48}
    assert scaled(percent=50, kind="talk") == {**hours, "b": 24}
    assert scaled(percent=50, kind="work", project="y") == {**hours, "c": 32, "d": 12}
    assert scaled(percent=1) == {"a": 4, "b": 4, "c": 4, "d": 4}
    said = [
        change("scale_demand", percent=110, **one).words(office()) for one in ({}, {"kind": "talk", "project": "x"})
    ]
    assert said == [
        "all work takes 110 % of the hours it took",
        "work of kind talk of Xylo takes 110 % of the hours it took",
    ]


def test_demand_never_falls_below_what_is_fixed() -> None:
    """Pinned hours and hours worked are counted together as the least; an activity of 0 hours stays so."""
    bookings = [booking("ana", "a", status="frozen", by_period=[10, 0]), booking("ben", "a", 11)]
    base = office(now=1, bookings=bookings)
    assert change("scale_demand", percent=10).apply(base).activities[0].hours == 21
    empty = office(bookings=[])
    data = empty.canonical()
    data["activities"][0]["hours"] = 0
    assert change("scale_demand", percent=200).apply(parse(data)).activities[0].hours == 0


def test_demand_of_what_is_not_there_is_refused() -> None:
    """A kind nobody has, one that the project does not have, and hours without end."""
    assert one_refusal(office(), change("scale_demand", percent=50, kind="tolk"))[:3] == ("/kind", "unknown_id", "tolk")
    elsewhere = change("scale_demand", percent=50, kind="talk", project="y")
    assert one_refusal(office(), elsewhere)[:3] == ("/kind", "nothing_meant", "talk")
    data = office().canonical()
    data["activities"][0]["hours"] = 900_000
    problem = one_refusal(parse(data), change("scale_demand", percent=120))
    assert problem == ("/percent", "out_of_range", 120, "a percentage with which A stays within 1,000,000 h")


def test_a_requirement_is_changed_added_or_removed() -> None:
    """Only what is given changes, a new one comes last, the dimension follows from the term."""
    harder = change("set_requirement", activity="a", term="recht", level=4, must=True)
    (law,) = harder.apply(office()).activities[0].expertise
    assert (law.term, law.level, law.must, law.people, law.weight) == ("law", 4, True, 1, 1)
    assert harder.words(office()) == "A asks for Law at level 4 instead of 3 and as a must"
    new = change("set_requirement", activity="a", term="order", level=2, people=2, weight=3, must=False)
    (order,) = new.apply(office()).activities[0].talents
    assert (order.level, order.people, order.weight) == (2, 2, 3)
    assert new.words(office()) == "A asks for Order at level 2, of 2 people, if possible and with weight 3"
    must = change("set_requirement", activity="a", term="law", must=True)
    assert must.words(office()) == "A asks for Law as a must"
    gone = change("set_requirement", activity="a", term="law", remove=True)
    assert gone.apply(office()).activities[0].expertise == ()
    assert gone.words(office()) == "A no longer asks for Law"


def test_a_requirement_that_is_not_there_cannot_be_removed_or_lack_a_level() -> None:
    """What is not asked for cannot go, and a new requirement needs a level."""
    gone = change("set_requirement", activity="b", term="law", remove=True)
    assert one_refusal(office(), gone) == ("/term", "not_asked", "law", "a term that B asks for")
    vague = change("set_requirement", activity="b", term="law", must=True)
    assert one_refusal(office(), vague) == ("/level", "missing", None, "required: B does not ask for this term yet")


# --- rules ------------------------------------------------------------------------------------------------------------


def test_the_policy_is_merged_setting_by_setting() -> None:
    """Rules keep the settings that are not named, other fields are replaced, what is not named stays."""
    base = office(policy={"rules": {"stretch": {"weight": 2, "min_share": 0.2}}, "budget": 900, "tiers": [["cost"]]})
    one = change(
        "set_policy", rules={"stretch": {"weight": 7}, "focus": {"mode": "off"}}, tiers=[["staffing"], ["cost"]]
    )
    there = one.apply(base).policy
    assert there.rules == {"stretch": {"weight": 7, "min_share": 0.2}, "focus": {"mode": "off"}}
    assert (there.budget, there.tiers) == (900, (("staffing",), ("cost",)))
    said = "the policy is changed: weight of stretch 7, mode of focus off and tiers staffing before cost"
    assert one.words(base) == said


def test_a_budget_is_set_or_taken_away() -> None:
    """null takes the budget away, which is not the same as naming none; JSON keeps the difference."""
    base = office(policy={"budget": 900})
    away = change("set_policy", budget=None)
    assert away.apply(base).policy.budget is None
    assert changes_to_json([away]) == [{"change": "set_policy", "budget": None}]
    assert away.words(base) == "the policy is changed: no budget"
    assert change("set_policy", budget=1200.5).words(base) == "the policy is changed: budget 1,200.50"


def test_the_limits_of_a_policy_are_replaced() -> None:
    """Hires, lending and fixed costs stand in the place of what there was."""
    base = office(policy={"fixed_costs": [{"what": "room", "money": 5}]})
    one = change(
        "set_policy",
        max_hires=[{"group": "hires", "most": 2}],
        lending=[{"from": "north", "to": "south", "share": 0.1}],
        fixed_costs=[{"what": "hall", "money": 7}],
        tiers=[],
    )
    there = one.apply(base).policy
    assert [cost.what for cost in there.fixed_costs] == ["hall"]
    assert (there.max_hires[0].most, there.lending[0].to) == (2, "south")
    assert one.words(base) == (
        "the policy is changed: tiers none, hires at most 2 of hires, 1 direction of lending and fixed costs 7"
    )
    assert change("set_policy", max_hires=[]).words(base) == "the policy is changed: no limit on hires"
    assert changes_to_json(parse_changes(changes_to_json([one]))) == changes_to_json([one])


def test_what_is_wrong_with_a_policy_is_said_where_it_stands() -> None:
    """Rules, settings and tiers are checked like a portfolio's."""
    wrong = change("set_policy", rules={"strech": {}, "focus": {"weight": -1}}, tiers=[["window"]])
    assert [problem[:2] for problem in refusal(office(), wrong)] == [
        ("/rules/focus/weight", "out_of_range"),
        ("/rules/strech", "unknown_rule"),
        ("/tiers/0/0", "hard_rule"),
    ]


def test_a_preset_is_chosen() -> None:
    """Weights of the policy's own stay, and the sentence names them."""
    base = office(policy={"rules": {"stretch": {"weight": 2}, "focus": {"max_activities": 3}}})
    one = change("set_preset", preset="innovation")
    there = one.apply(base).policy
    assert (there.preset, there.rules) == ("innovation", base.policy.rules)
    assert one.words(base) == "the preset is innovation instead of balanced; the policy's own weight of stretch stays"
    assert one.words(office()) == "the preset is innovation instead of balanced"
    assert one.words(one.apply(office())) == "the preset stays innovation"
    two = change("set_policy", rules={"energy": {"weight": 1}}).apply(base)
    assert one.words(two).endswith("; the policy's own weights of stretch and energy stay")
    assert one_refusal(office(), change("set_preset", preset="innovatoin"))[:2] == ("/preset", "unknown_preset")


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_pin_replaces_the_booking_of_the_pair() -> None:
    """It stands in the place of the old one, with hours and, if given, periods."""
    base = office(bookings=[booking("ana", "b", status="forbidden"), booking("ben", "b", 8, "incumbent")])
    one = change("pin", person="ana", activity="b", hours=12, by_period=[8, 4])
    there = one.apply(base)
    assert [(b.person, b.status, b.hours, b.by_period) for b in there.bookings] == [
        ("ana", "pinned", 12, (8, 4)),
        ("ben", "incumbent", 8, None),
    ]
    assert one.words(base) == "Ana is pinned to B for 12 h, 8+4 by week"
    assert change("pin", person="cas", activity="b", hours=8).words(base) == "Cas is pinned to B for 8 h"


def test_periods_that_are_no_longer_pinned_are_told() -> None:
    """Whatever takes the periods of a pinned booking says so, and whose they were."""
    by_week = [booking("ana", "b", 12, by_period=[4, 8]), booking("ben", "b", 8, by_period=[8, 0])]
    base = office(bookings=[*by_week, booking("cas", "b", 8)])
    said = change("pin", person="ana", activity="b", hours=12).words(base)
    assert said == "Ana is pinned to B for 12 h, no longer by week"
    moved = "B is done in weeks {} instead of weeks 2 to 3"
    later = change("set_activity", activity="b", first=3, last=4)
    earlier = change("set_activity", activity="b", first=1)
    assert later.words(base) == moved.format("3 to 4") + "; Ana and Ben are no longer pinned by week"
    assert earlier.words(base) == moved.format("1 to 3")


def test_a_pin_must_fit_its_window() -> None:
    """`by_period` has a number for each period of the window, whether the booking is new or replaces one."""
    one = change("pin", person="ana", activity="b", hours=8, by_period=[8])
    wrong = ("/by_period", "wrong_length", [8], "2 numbers, one a period of the activity's window")
    assert one_refusal(office(), one) == wrong
    assert one_refusal(office(bookings=[booking("ana", "b", 8)]), one) == wrong


def test_a_booking_is_forbidden() -> None:
    """It replaces the booking of the pair."""
    base = office(bookings=[booking("ana", "b", 8)])
    one = change("forbid", person="ana", activity="b")
    assert [(b.status, b.hours) for b in one.apply(base).bookings] == [("forbidden", None)]
    assert one.words(base) == "Ana is kept off B"


@pytest.mark.parametrize(
    "one", [change("pin", person="ana", activity="a", hours=8), change("forbid", person="ana", activity="a")]
)
def test_what_was_worked_cannot_be_pinned_or_forbidden(one: Change) -> None:
    """A pair has one booking, and that says what was worked."""
    expected = "a person who has not worked on this activity yet; 8 h are frozen, and what was worked stays"
    assert one_refusal(office(**WORKED), one) == ("/person", "already_worked", "ana", expected)


PLAN = [
    {"person": "ana", "activity": "a", "hours": 40, "by_period": [20, 20]},
    {
        "person": "ben",
        "activity": "b",
        "hours": 24,
        "by_period": [16, 8],
        "role": "contributor",
        "fit": {},
        "reason": "",
    },
    {"person": "cas", "activity": "c", "by_period": [0, 8, 8]},
    {"person": "dee", "activity": "d", "by_period": [8]},
]


def test_freezing_keeps_what_was_worked_and_lets_the_rest_move() -> None:
    """Past hours are frozen, straddling ones frozen up to now with their total, later ones incumbent or pinned."""
    base = office(
        bookings=[booking("dee", "d", 8), booking("ben", "a", 8, "incumbent"), booking("ben", "d", status="forbidden")]
    )
    one = change("freeze_until", period=3, bookings=PLAN)
    there = one.apply(base)
    assert there.calendar.now == 3
    assert [(b.person, b.activity, b.status, b.hours, b.by_period) for b in there.bookings] == [
        ("dee", "d", "pinned", 8, None),
        ("ben", "d", "forbidden", None, None),
        ("ana", "a", "frozen", 40, (20, 20)),
        ("ben", "b", "frozen", 24, (16, 0)),
        ("cas", "c", "incumbent", 16, None),
    ]
    said = "everything before week 3 stays as booked, 56 h; the 32 h planned after that may move"
    assert one.words(base) == said
    assert "after_now" not in {warning.code for warning in warnings(Tables.of(there))}


def test_freezing_without_a_plan_moves_now_alone() -> None:
    """The portfolio's own bookings stay; hours pinned to periods now past count as worked."""
    bookings = [
        booking("ana", "a", 12, by_period=[8, 4]),
        booking("ben", "b", 12),
        booking("cas", "a", status="frozen", by_period=[4]),
        booking("dee", "c", 20, "incumbent"),
    ]
    one = change("freeze_until", period=2)
    there = one.apply(office(now=1, bookings=bookings))
    assert [(b.status, b.hours, b.by_period) for b in there.bookings] == [
        ("frozen", 12, (8, 4)),
        ("pinned", 12, None),
        ("frozen", None, (4, 0)),
        ("incumbent", 20, None),
    ]
    assert one.words(office()) == "everything before week 2 stays as booked"


PINNED_BEFORE = {"now": 1, "bookings": [booking("ana", "a", 8, by_period=[8, 0])]}


@pytest.mark.parametrize("before", [WORKED, PINNED_BEFORE], ids=["frozen", "pinned"])
@pytest.mark.parametrize(
    ("plan", "path", "expected"),
    [
        ({"ana": [4, 12]}, "/bookings/0/by_period", "8 first, which was worked before period 1"),
        ({"ana": [8, 0], "dee": [8, 8]}, "/bookings/1/by_period", "0 first, which was worked before period 1"),
        ({"dee": [0, 8]}, "/bookings", "a booking of each pair of which hours were worked before period 1"),
    ],
    ids=["other hours", "hours nobody worked", "hours left out"],
)
def test_a_plan_that_contradicts_what_was_worked_is_refused(
    before: Json, plan: dict[str, list[int]], path: str, expected: str
) -> None:
    """Hours before the now there was must be the same in the plan: no others, none more and none left out."""
    bookings = [{"person": who, "activity": "a", "by_period": split} for who, split in plan.items()]
    problem = one_refusal(office(**before), change("freeze_until", period=2, bookings=bookings))
    assert (problem[0], problem[1], problem[3]) == (path, "differs_from_worked", expected)


def test_a_plan_with_what_was_worked_is_in_force() -> None:
    """Hours of before are frozen as they were, also where they were pinned; whoever joins later is new."""
    plan = [
        {"person": "ana", "activity": "a", "by_period": [8, 4]},
        {"person": "dee", "activity": "d", "by_period": [8]},
    ]
    for before in (WORKED, PINNED_BEFORE):
        there = change("freeze_until", period=2, bookings=plan).apply(office(**before))
        assert [(b.person, b.status, b.by_period) for b in there.bookings] == [
            ("ana", "frozen", (8, 4)),
            ("dee", "incumbent", None),
        ]


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"period": 0}, "/period", "outside_calendar"),
        ({"period": 7}, "/period", "outside_calendar"),
        ({"period": 3, "bookings": [PLAN[1], PLAN[1]]}, "/bookings/1", "duplicate_booking"),
        ({"period": 3, "bookings": [{**PLAN[1], "by_period": [24]}]}, "/bookings/0/by_period", "wrong_length"),
        ({"period": 3, "bookings": [{**PLAN[1], "hours": 20}]}, "/bookings/0/hours", "wrong_sum"),
        ({"period": 3, "bookings": [{**PLAN[1], "person": "bn"}]}, "/bookings/0/person", "unknown_id"),
        ({"period": 3, "bookings": [{**PLAN[0], "activity": "q"}]}, "/bookings/0/activity", "unknown_id"),
    ],
)
def test_a_plan_that_does_not_fit_cannot_be_frozen(fields: Json, path: str, code: str) -> None:
    """Going back, leaving the calendar, and bookings that are no plan of this portfolio."""
    assert one_refusal(office(now=1), change("freeze_until", **fields))[:2] == (path, code)


def test_a_solved_plan_can_be_frozen_and_staffed_again() -> None:
    """Whatever is solved can be put in force: the frozen portfolio has a plan, and what was worked is in it."""
    base = office()
    quick = Settings(seconds=2, workers=1, repeatable=True)
    plan = solve(base, quick)
    assert plan.bookings
    lines = [line.model_dump(mode="json") for line in plan.bookings]
    frozen = change("freeze_until", period=3, bookings=lines).apply(base)
    again = solve(frozen, quick)
    assert again.bookings is not None
    now = {(line.person, line.activity): line.by_period for line in again.bookings}
    for line in plan.bookings:
        done = max(0, 3 - windows(base)[line.activity][0])
        assert now.get((line.person, line.activity), line.by_period)[:done] == line.by_period[:done]


# --- a little more of what there is -----------------------------------------------------------------------------------


def test_somebody_works_more() -> None:
    """In all periods, or in some: the others stay as they are, and a list stays a list."""
    base = office()
    assert found(change("more_hours", person="ana", hours=4).apply(base), "ana").hours_per_period == 44
    one = change("more_hours", person="ana", hours=4, first=1, last=2)
    there = one.apply(base)
    assert found(there, "ana").hours_per_period == (40, 44, 44, 40, 40, 40)
    assert one.words(base) == "Ana works 4 h more in each of weeks 1 to 2"
    again = change("more_hours", person="ana", hours=2).apply(there)
    assert found(again, "ana").hours_per_period == (42, 46, 46, 42, 42, 42)
    assert change("more_hours", person="ana", hours=2, last=0).words(base) == "Ana works 2 h more in week 0"
    assert change("more_hours", person="ana", hours=2).words(base) == "Ana works 2 h more in every week"


def test_an_activity_changes() -> None:
    """Hours, window and team are replaced where given; the sentence says what they were."""
    base = office()
    one = change("set_activity", activity="a", hours=20, last=2, team_max=2)
    (there, *_) = one.apply(base).activities
    assert (there.hours, there.window.first, there.window.last) == (20, 0, 2)
    assert (there.team.min, there.team.max) == (1, 2)
    assert one.words(base) == (
        "A asks for 20 h instead of 40 h, is done in weeks 0 to 2 instead of weeks 0 to 1 and has a team of 1 to 2 "
        "people instead of 1 to 99"
    )
    problem = one_refusal(base, change("set_activity", activity="b", last=1))
    assert problem[:2] == ("/last", "ends_before_begins")
    assert one_refusal(base, change("set_activity", activity="a", team_min=100))[:2] == ("/team_min", "min_above_max")


def test_hours_by_period_stay_where_they_are_when_a_window_changes() -> None:
    """Pinned hours that fall outside stay pinned without periods; hours that were worked must lie inside."""
    pinned = [booking("ana", "b", 12, by_period=[4, 8])]
    wider = change("set_activity", activity="b", first=1).apply(office(bookings=pinned))
    assert wider.bookings[0].by_period == (0, 4, 8)
    narrower = change("set_activity", activity="b", last=2).apply(office(bookings=pinned))
    assert (narrower.bookings[0].hours, narrower.bookings[0].by_period) == (12, None)
    problem = one_refusal(office(**WORKED), change("set_activity", activity="a", first=1))
    assert problem == ("/first", "already_worked", 1, "a window with the periods in which Ana worked on it")
    assert change("set_activity", activity="a", last=0).apply(office(**WORKED)).bookings[0].by_period == (8,)


def test_a_booking_is_released() -> None:
    """The booking goes, whatever it was, unless hours were worked; there must be one."""
    base = office(bookings=[booking("ana", "a", status="forbidden"), booking("ben", "a", 20, "incumbent")])
    one = change("release", person="ana", activity="a")
    assert [line.person for line in one.apply(base).bookings] == ["ben"]
    assert one.words(base) == "Ana on A is no longer forbidden"
    assert change("release", person="ben", activity="a").words(base) == "Ben on A is no longer booked"
    problem = one_refusal(base, change("release", person="cas", activity="a"))
    assert problem[:2] == ("/activity", "no_booking")
    assert one_refusal(office(**WORKED), one)[:2] == ("/person", "already_worked")


def test_a_relation_goes() -> None:
    """In whatever order its people are named; another kind, or other people, is another relation."""
    base = office(
        relations=[{"people": ["ana", "ben"], "kind": "apart"}, {"people": ["ana", "ben"], "kind": "together"}]
    )
    one = change("drop_relation", people=["ben", "ana"], kind="apart")
    assert [relation.kind for relation in one.apply(base).relations] == ["together"]
    assert one.words(base) == "Ben and Ana need not work apart any more"
    problem = one_refusal(base, change("drop_relation", people=["ben", "cas"], kind="apart"))
    assert problem == ("/people", "no_relation", ["ben", "cas"], "the people of a relation apart")


# --- lists of changes, and what all changes share ---------------------------------------------------------------------

SAMPLES: Sequence[Json] = (
    {"change": "hire", "person": person("eva"), "from": 2, "cost": 10},
    {"change": "candidates", "people": [person("fay")], "most": 1},
    {"change": "leave", "person": "ana", "from": 4},
    {"change": "more_hours", "person": "ana", "hours": 4},
    {"change": "lend", "person": "ana", "to": "south", "share": 0.5},
    {"change": "open_lending", "share": 0.1},
    {"change": "train", "person": "ana", "term": "tax", "level": 3, "from": 3},
    {"change": "rotate", "person": "ana", "share": 0.1},
    {"change": "drop_relation", "people": ["ben", "ana"], "kind": "apart"},
    {"change": "outsource", "activity": "a", "price": 10},
    {"change": "add_project", "project": {"id": "z", "name": "Z"}, "activities": [activity("e", project="z")]},
    {"change": "drop_project", "project": "x"},
    {"change": "delay", "project": "x", "periods": 1},
    {"change": "scale_demand", "percent": 120},
    {"change": "set_activity", "activity": "a", "last": 2},
    {"change": "set_requirement", "activity": "a", "term": "tax", "level": 2},
    {"change": "set_policy", "budget": 100},
    {"change": "set_preset", "preset": "one-team"},
    {"change": "pin", "person": "ana", "activity": "b", "hours": 8},
    {"change": "forbid", "person": "ana", "activity": "b"},
    {"change": "release", "person": "ben", "activity": "a"},
    {"change": "freeze_until", "period": 1},
)


def test_every_change_has_a_sample() -> None:
    """What is said of all changes below is said of every one, and the registry is what the design lists."""
    assert [sample["change"] for sample in SAMPLES] == [one.name() for one in CHANGES] == list(BY_NAME)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["change"])
def test_a_change_gives_a_new_portfolio_and_touches_nothing(sample: Json) -> None:
    """The input stays what it was, the result is another portfolio that parses, and the change survives JSON."""
    base = office(
        bookings=[booking("ben", "a", 20, "incumbent")], relations=[{"people": ["ana", "ben"], "kind": "apart"}]
    )
    before = base.canonical()
    one = change(sample["change"], **{key: value for key, value in sample.items() if key != "change"})
    there = one.apply(base)
    assert base.canonical() == before
    assert there != base
    assert parse(there.canonical()) == there
    assert parse_changes(json.loads(json.dumps(changes_to_json([one])))) == (one,)
    assert "\n" not in one.words(base)


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.name())
def test_a_change_describes_itself_well_enough_for_a_form(kind: type[Change]) -> None:
    """Title, description, and a JSON schema in which every field says what it is for and of which type it is."""
    assert kind.title
    assert len(kind.description()) > 40
    fields = kind.model_json_schema()["properties"]
    assert fields.pop("change")["const"] == kind.name()
    for name, field in fields.items():
        assert field["description"], name
        assert {"type", "anyOf", "$ref", "allOf"} & field.keys(), name


def test_the_schema_says_what_a_field_refers_to() -> None:
    """A form can offer people, units and periods, also where the field may be null or is a list."""
    lend, opened = BY_NAME["lend"].model_json_schema()["properties"], BY_NAME["open_lending"].model_json_schema()
    assert (lend["to"]["x-refers-to"], lend["first"]["x-refers-to"]) == ("units", "periods")
    assert lend["person"]["anyOf"][0]["x-refers-to"] == "people"
    assert opened["properties"]["between"]["items"]["x-refers-to"] == "units"


def test_changes_compose_in_order() -> None:
    """Each applies to what the one before made: the same two in another order are another portfolio, or none."""
    grow = {"change": "scale_demand", "percent": 150, "project": "x"}
    drop = {"change": "drop_project", "project": "x"}
    assert apply(office(), parse_changes([grow, drop])).projects[0].id == "y"
    with pytest.raises(ChangeInvalid) as caught:
        apply(office(), parse_changes([drop, grow]))
    assert (caught.value.index, caught.value.name) == (1, "scale_demand")
    assert [(p.path, p.code) for p in caught.value.problems] == [("/changes/1/project", "unknown_id")]
    assert str(caught.value) == "change 2 (scale_demand) cannot apply: /changes/1/project: expected the id of a project"


def test_a_later_change_may_name_what_an_earlier_one_brought() -> None:
    """Somebody hired can be pinned, and the sentences know the name."""
    hired = {"change": "hire", "person": person("eva", unit="north")}
    pinned = {"change": "pin", "person": "eva", "activity": "b", "hours": 8}
    both = parse_changes([hired, pinned])
    assert apply(office(), both).bookings[0].person == "eva"
    assert words(office(), both) == ("Eva is hired", "Eva is pinned to B for 8 h")
    assert words(office(), ()) == ()


MALFORMED: Sequence[tuple[Any, str, str]] = (
    ("leave", "/changes/0", "not_an_object"),
    ({"person": "ana"}, "/changes/0/change", "missing"),
    ({"change": "leav"}, "/changes/0/change", "unknown_change"),
    ({"change": ["leave"]}, "/changes/0/change", "unknown_change"),
    ({"change": "leave", "person": "ana"}, "/changes/0/from", "missing"),
    ({"change": "leave", "person": "ana", "from": "5"}, "/changes/0/from", "not_a_number"),
    ({"change": "leave", "person": "ana", "from": 5, "untill": 6}, "/changes/0/untill", "unknown_field"),
    ({"change": "leave", "person": "ana", "from": 5, "gender": 1}, "/changes/0/gender", "protected_trait"),
    ({"change": "lean", "age": 1}, "/changes/0/age", "protected_trait"),
    ({"change": "lend", "to": "south", "share": 0.1}, "/changes/0/person", "one_of"),
    ({"change": "lend", "person": "a", "unit": "b", "to": "c", "share": 0.1}, "/changes/0/person", "one_of"),
    (
        {"change": "lend", "person": "a", "to": "c", "share": 0, "first": 2, "last": 1},
        "/changes/0/last",
        "ends_before_begins",
    ),
    ({"change": "lend", "person": "a", "to": "c", "share": 0.123}, "/changes/0/share", "too_many_decimals"),
    ({"change": "train", "person": "a", "term": "b", "level": 3, "from": 2, "hours": 8}, "/changes/0/lasts", "one_of"),
    ({"change": "hire", "person": person("eva", candidate={})}, "/changes/0/person", "not_allowed"),
    (
        {"change": "hire", "person": {"id": "e", "name": "E", "leeftijd": 3}},
        "/changes/0/person/leeftijd",
        "protected_trait",
    ),
    ({"change": "hire", "person": {"id": "e"}}, "/changes/0/person/name", "missing"),
    (
        {"change": "hire", "person": person("e", expertise={"law": 9})},
        "/changes/0/person/expertise/law",
        "out_of_range",
    ),
    (
        {"change": "hire", "person": person("e", hours_per_period=[1, "x"])},
        "/changes/0/person/hours_per_period/1",
        "not_a_number",
    ),
    ({"change": "candidates", "people": [], "most": 1}, "/changes/0/people", "too_short"),
    (
        {"change": "candidates", "people": [person("e", candidate={"group": "q"})], "most": 1},
        "/changes/0/people",
        "other_group",
    ),
    (
        {"change": "add_project", "project": {"id": "z", "name": "Z"}, "activities": [activity("e")]},
        "/changes/0/activities",
        "other_project",
    ),
    ({"change": "set_requirement", "activity": "a", "term": "b"}, "/changes/0/level", "missing"),
    (
        {"change": "set_requirement", "activity": "a", "term": "b", "level": 1, "remove": True},
        "/changes/0/remove",
        "one_of",
    ),
    ({"change": "set_policy"}, "/changes/0/rules", "missing"),
    (
        {"change": "pin", "person": "a", "activity": "b", "hours": 8, "by_period": [4]},
        "/changes/0/by_period",
        "wrong_sum",
    ),
    ({"change": "freeze_until", "period": 1, "bookings": [3]}, "/changes/0/bookings/0", "not_an_object"),
    (
        {"change": "freeze_until", "period": 1, "bookings": [{**PLAN[0], "rolle": 1}]},
        "/changes/0/bookings/0/rolle",
        "unknown_field",
    ),
)


@pytest.mark.parametrize(("wrong", "path", "code"), MALFORMED, ids=[case[1] + "-" + case[2] for case in MALFORMED])
def test_a_malformed_change_is_refused_where_it_is_wrong(wrong: Any, path: str, code: str) -> None:
    """Each error has the path of the field, a code, and what would be right."""
    with pytest.raises(ChangeInvalid) as caught:
        parse_changes([wrong])
    problems = {(problem.path, problem.code): problem for problem in caught.value.problems}
    assert (path, code) in problems
    assert problems[path, code].expected


def test_all_malformed_changes_are_told_at_once() -> None:
    """Nothing is applied before the whole list is right; a name that is nearly right is suggested."""
    with pytest.raises(ChangeInvalid) as caught:
        parse_changes([{"change": "leav"}, {"change": "leave", "person": "ana", "from": 1}, {"change": "pin"}])
    assert [problem.path for problem in caught.value.problems] == [
        "/changes/0/change",
        "/changes/2/activity",
        "/changes/2/hours",
        "/changes/2/person",
    ]
    assert caught.value.problems[0].expected == 'the name of a change; did you mean "leave"?'
    assert caught.value.index is None


@pytest.mark.parametrize(("wrong", "code"), [({}, "not_a_list"), ([{}] * 1001, "too_many")])
def test_a_list_of_changes_is_a_list_of_some_length(wrong: Any, code: str) -> None:
    """What is no list, or endless, is refused as a whole."""
    with pytest.raises(ChangeInvalid) as caught:
        parse_changes(wrong)
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [("/changes", code)]


def test_several_unknown_ids_are_told_at_once() -> None:
    """All that a change names is looked up before it applies; a name that is nearly right is suggested."""
    problems = refusal(office(), change("pin", person="anna", activity="q", hours=8))
    assert problems == [
        ("/activity", "unknown_id", "q", "the id of an activity"),
        ("/person", "unknown_id", "anna", 'the id of a person; did you mean "ana"?'),
    ]


def test_what_no_field_is_to_blame_for_is_said_of_the_change() -> None:
    """A portfolio that becomes too much is refused with the place in the portfolio, at the change as a whole."""
    data = office(**WORKED).canonical()
    data["people"][0]["rate"] = 1_000_000_000
    path, code, _, expected = one_refusal(parse(data), change("drop_project", project="x"))
    assert (path, code) == ("", "out_of_range")
    assert expected.startswith("a change after which /policy/fixed_costs/0/money is money from 0")


def drawn(portfolio: Portfolio) -> st.SearchStrategy[Json]:
    """Changes that may well apply: most ids exist, most periods lie in the calendar."""

    def one_of(items: Sequence[Any]) -> st.SearchStrategy[str]:
        return st.sampled_from([*(item.id for item in items), "nobody"])

    last = portfolio.calendar.periods
    people, activities = one_of(portfolio.people), one_of(portfolio.activities)
    projects, terms, units = one_of(portfolio.projects), one_of(portfolio.vocabulary), one_of(portfolio.units)
    period, share = st.integers(0, last), st.integers(0, 100).map(lambda percent: percent / 100)
    level, kind = st.integers(1, 5), st.sampled_from([one.kind for one in portfolio.activities])
    related = [*(list(one.people) for one in portfolio.relations), ["nobody", portfolio.people[0].id]]
    new = st.builds(
        lambda name, term, level: person(name, talents=[{"term": term, "level": level}]),
        st.sampled_from(["new", "newer", portfolio.people[0].id]),
        terms,
        level,
    )

    def made(name: str, optional: Json | None = None, **fields: Any) -> st.SearchStrategy[Json]:
        given: dict[str, Any] = {key.rstrip("_"): value for key, value in fields.items()}
        return st.fixed_dictionaries({"change": st.just(name), **given}, optional=optional or {})

    work = st.builds(lambda window: [activity("new", 8, window, project="new")], st.tuples(period, period))
    plan = st.lists(
        st.builds(
            lambda who, what, seed: {
                "person": who,
                "activity": what.id,
                "by_period": [(seed + t) % 5 for t in range(what.window.last - what.window.first + 1)],
            },
            people,
            st.sampled_from(portfolio.activities),
            st.integers(0, 4),
        ),
        max_size=3,
    )
    return st.one_of(
        made("hire", person=new, from_=period, cost=st.just(100.5)),
        made("candidates", people=st.lists(new, min_size=1, max_size=2), most=st.integers(0, 2)),
        made("leave", person=people, from_=period),
        made("more_hours", {"first": period, "last": period}, person=people, hours=st.integers(1, 400)),
        made("lend", {"first": period, "last": period}, person=people, to=units, share=share),
        made("lend", {"first": period}, unit=units, to=units, share=share),
        made("open_lending", {"between": st.lists(units, max_size=3)}, share=share),
        made("train", {"cost": st.just(7)}, person=people, term=terms, level=level, from_=period),
        made("rotate", person=people, share=share),
        made("drop_relation", people=st.sampled_from(related), kind=st.sampled_from(["apart", "together"])),
        made("outsource", activity=activities, price=st.just(1)),
        made("add_project", project=st.just({"id": "new", "name": "New"}), activities=work),
        made("drop_project", project=projects),
        made("delay", {"cut": st.booleans()}, project=projects, periods=st.integers(1, 6)),
        made("scale_demand", {"project": projects, "kind": kind}, percent=st.integers(1, 300)),
        made("set_activity", {"hours": st.integers(0, 90), "first": period, "last": period}, activity=activities),
        made("set_activity", {"team_min": level, "team_max": level}, activity=activities),
        made("set_requirement", {"level": level, "must": st.booleans()}, activity=activities, term=terms),
        made("set_requirement", activity=activities, term=terms, remove=st.just(True)),
        made("set_policy", rules=st.just({"stretch": {"weight": 3}}), budget=st.sampled_from([None, 500])),
        made("set_preset", preset=st.sampled_from(["one-team", "innovation"])),
        made("pin", person=people, activity=activities, hours=st.integers(0, 40)),
        made("forbid", person=people, activity=activities),
        made("release", person=people, activity=activities),
        made("freeze_until", {"bookings": plan}, period=period),
    )


BASES = [*(entry.portfolio() for entry in ENTRIES), *(random_portfolio(seed) for seed in range(6))]


def attempted(portfolio: Portfolio, said: Json) -> tuple[Change, Portfolio] | None:
    """The change and what it makes of the portfolio; None where it is refused, for reasons that are all given."""
    try:
        (one,) = parse_changes([said])
        return one, one.apply(portfolio)
    except ChangeInvalid as invalid:
        if not invalid.problems or not all(problem.expected for problem in invalid.problems):
            raise
        return None


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_changes_give_a_right_portfolio_or_a_reason(data: st.DataObject) -> None:
    """Whatever is asked, in whatever order: a portfolio that parses and round-trips, or ChangeInvalid with reasons."""
    portfolio = data.draw(st.sampled_from(BASES))
    for _ in range(data.draw(st.integers(1, 4))):
        before = portfolio.canonical()
        made = attempted(portfolio, data.draw(drawn(portfolio)))
        assert portfolio.canonical() == before
        if made is not None and made[1].activities:
            one, after = made
            assert parse(after.canonical()) == after
            assert one.words(portfolio)
            assert parse_changes(changes_to_json([one])) == (one,)
            assert len(after.people) == Tables.of(after).P
            portfolio = after


def test_most_of_what_is_drawn_applies() -> None:
    """The test above sees every change succeed and fail, or it could pass while checking nothing."""
    seen: dict[str, set[bool]] = {one.name(): set() for one in CHANGES}
    portfolio = random_portfolio(3, people=6, activities=6)

    @settings(max_examples=500)
    @given(drawn(portfolio))
    def look(said: Json) -> None:
        seen[said["change"]].add(attempted(portfolio, said) is not None)

    look()
    always = {"scale_demand", "set_policy", "set_preset"}
    assert {name for name, outcomes in seen.items() if True not in outcomes} == set()
    assert {name for name, outcomes in seen.items() if False not in outcomes} <= always
