"""Warnings: each odd thing is found where it is, and nothing is said of an ordinary portfolio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.check import warnings
from solver.portfolio import parse
from solver.report import Problem
from solver.tables import Tables

Change = Callable[[dict[str, Any]], object]


def ordinary() -> dict[str, Any]:
    """A portfolio with nothing odd in it: two people, two activities one after the other, an ambition and a wish."""
    return {
        "id": "b",
        "name": "B",
        "calendar": {"start": "2027-01-04", "period": "week", "periods": 6, "now": 1},
        "vocabulary": [
            {"id": "finance", "dimension": "expertise"},
            {"id": "audit", "dimension": "expertise", "broader": "finance"},
        ],
        "units": [{"id": "u", "name": "U"}],
        "projects": [{"id": "x", "name": "X", "unit": "u"}],
        "people": [
            {
                "id": "ana",
                "name": "Ana",
                "unit": "u",
                "expertise": [{"term": "audit", "level": 4, "on": "2027-01-04"}],
                "energy": [{"of": "kind:analysis", "value": 1}, {"of": "phase:opening", "value": -1}],
                "wishes": ["a1"],
            },
            {
                "id": "bob",
                "name": "Bob",
                "unit": "u",
                "expertise": [{"term": "audit", "level": 2}],
                "ambitions": [{"term": "finance", "level": 3}],
            },
        ],
        "activities": [
            {
                "id": "a1",
                "project": "x",
                "phase": "opening",
                "name": "Look",
                "kind": "analysis",
                "hours": 80,
                "window": {"first": 0, "last": 2},
                "expertise": [{"term": "audit", "level": 3, "must": True}],
            },
            {
                "id": "a2",
                "project": "x",
                "name": "Tell",
                "kind": "writing",
                "hours": 80,
                "window": {"first": 3, "last": 5},
                "after": ["a1"],
            },
        ],
        "bookings": [
            {"person": "ana", "activity": "a1", "status": "frozen", "by_period": [16, 0, 0]},
        ],
    }


def found(change: Change) -> list[Problem]:
    """The warnings after a change to the ordinary portfolio."""
    data = ordinary()
    change(data)
    return warnings(Tables.of(parse(data)))


def test_nothing_is_odd_about_an_ordinary_portfolio() -> None:
    """A portfolio without anything odd gives no warning at all."""
    assert found(lambda data: None) == []


ODD: dict[str, tuple[Change, str, str, Any, str]] = {
    "an activity before this one ends too late": (
        lambda data: data["activities"][1]["window"].update(first=2),
        "/activities/1/after/0",
        "ends_too_late",
        "a1",
        "an activity whose window ends before period 2; it ends in 2",
    ),
    "nobody brings anything": (
        lambda data: data["activities"][1].update(expertise=[{"term": "audit", "level": 5}]),
        "/activities/1",
        "nobody_eligible",
        "a2",
        "an activity that somebody may be booked on; nobody may",
    ),
    "too few meet a must": (
        lambda data: data["activities"][0]["expertise"][0].update(people=2),
        "/activities/0",
        "nobody_eligible",
        "a1",
        "an activity that somebody may be booked on; nobody may: "
        "fewer than 2 of those who could have audit 3, which is a must",
    ),
    "more is asked than there is": (
        lambda data: data["activities"][1].update(hours=244),
        "/calendar",
        "demand_above_supply",
        [3, 5],
        "no more hours asked for than there are; in periods 3 to 5 it is 244 of 240",
    ),
    "an ambition that no work teaches": (
        lambda data: data["people"][1]["ambitions"].append({"term": "audit", "level": 2}),
        "/people/1/ambitions/1",
        "nothing_serves",
        {"term": "audit", "level": 2},
        "a term and a level that work the person may be booked on could teach; nothing here does",
    ),
    "a wish for work that one may not do": (
        lambda data: (
            data["bookings"].append({"person": "ana", "activity": "a2", "status": "forbidden"})
            or data["people"][0]["wishes"].append("a2")
        ),
        "/people/0/wishes/1",
        "nothing_serves",
        "a2",
        "an activity the person could work on; Ana may not be booked on it",
    ),
    "a wish for work while one is away": (
        lambda data: data["people"][0].update(absences=[{"first": 3, "last": 5}], wishes=["a2"]),
        "/people/0/wishes/0",
        "nothing_serves",
        "a2",
        "an activity the person could work on; Ana has no hours in its window",
    ),
    "an observation that lies ahead": (
        lambda data: data["people"][0]["expertise"][0].update(on="2027-01-05"),
        "/people/0/expertise/0/on",
        "observed_later",
        "2027-01-05",
        "a date up to the calendar's start, 2027-01-04; a later one counts as made on that day",
    ),
    "energy for a kind of work that does not occur": (
        lambda data: data["people"][0]["energy"][0].update(of="kind:workshop"),
        "/people/0/energy/0/of",
        "touches_nothing",
        "kind:workshop",
        "a kind that an activity has; this one makes no difference",
    ),
    "energy for a phase that does not occur": (
        lambda data: data["people"][0]["energy"][1].update(of="phase:closing"),
        "/people/0/energy/1/of",
        "touches_nothing",
        "phase:closing",
        "a phase that an activity has; this one makes no difference",
    ),
    "frozen hours that lie ahead": (
        lambda data: data["bookings"][0].update(by_period=[16, 4, 0]),
        "/bookings/0/by_period",
        "after_now",
        [16, 4, 0],
        "hours of periods before now, which is 1; those from then on are left out",
    ),
    "a limit on a group in which nobody is": (
        lambda data: data.update(policy={"max_hires": [{"group": "juniors", "most": 1}]}),
        "/policy/max_hires/0/group",
        "limits_nobody",
        "juniors",
        "the group of some candidate; nobody is in this one",
    ),
    "rotation without a unit": (
        lambda data: data["people"][1].update(unit=None, rotation_share=0.2),
        "/people/1/rotation_share",
        "no_unit",
        0.2,
        "0 for somebody without a unit: no work is another unit's, so no hours at all can be booked",
    ),
}


@pytest.mark.parametrize("odd", ODD, ids=list(ODD))
def test_what_is_odd_is_said_once_with_its_path_and_what_would_be_usual(odd: str) -> None:
    """Each odd thing gives exactly one warning, with its path, code, value and a sentence."""
    change, path, code, value, expected = ODD[odd]
    assert found(change) == [Problem(path, code, value, expected)]


def test_each_stretch_of_short_periods_is_one_warning() -> None:
    """Two busy stretches with a quiet period between are two warnings, a single period stands by itself."""

    def change(data: dict[str, Any]) -> None:
        data["people"][0]["absences"] = [{"first": 3, "last": 3}, {"first": 5, "last": 5}]
        data["activities"][1]["hours"] = 180

    assert [problem.value for problem in found(change)] == [3, 5]


def test_nobody_is_eligible_where_people_could_only_learn() -> None:
    """An activity on which everybody could only learn has nobody to teach, so it has nobody."""

    def change(data: dict[str, Any]) -> None:
        data["people"][0]["expertise"][0]["level"] = 2
        data["people"][0]["wishes"] = []
        data["activities"][0]["expertise"][0]["must"] = False
        data["bookings"] = []

    assert [problem.path for problem in found(change)] == ["/activities/0"]


def test_candidates_are_not_counted_on() -> None:
    """Hours of people who would have to be taken on first do not count as supply."""

    def change(data: dict[str, Any]) -> None:
        data["people"][1]["candidate"] = {"cost": 1000}
        data["activities"][1]["hours"] = 124

    assert [problem.code for problem in found(change)] == ["demand_above_supply"]


def test_what_is_over_is_not_odd() -> None:
    """An activity whose window is past needs nobody any more."""

    def change(data: dict[str, Any]) -> None:
        data["calendar"]["now"] = 3
        data["activities"][0]["expertise"] = [{"term": "audit", "level": 5}]
        data["people"][0]["wishes"] = []
        data["people"][1]["ambitions"] = []

    assert found(change) == []
