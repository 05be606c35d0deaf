"""Scenarios: a portfolio and an ordered list of changes, and those that the library tells."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.changes import ChangeInvalid, parse_changes
from scenarios.library import ENTRIES, PAGES, Entry, entry
from scenarios.scenario import Scenario, apply, fingerprint, parse_scenario, steps, words
from solver.portfolio import parse

entries = pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.slug)

GIVEN: dict[str, Any] = {
    "id": "later",
    "name": "Later",
    "portfolio": "adviesbureau",
    "changes": [{"change": "leave", "person": "sanne", "from": 5}, {"change": "set_preset", "preset": "one-team"}],
}


def test_a_scenario_survives_json() -> None:
    """What is written is read back the same, and applies all changes in order."""
    scenario = parse_scenario(GIVEN)
    assert parse_scenario(scenario.to_json()) == scenario
    there = scenario.apply(entry("adviesbureau").portfolio())
    assert there.people[0].leaves == 5
    assert there.policy.preset == "one-team"


def test_everything_wrong_with_a_scenario_is_told_at_once() -> None:
    """Its own fields and its changes, each with its path."""
    wrong = {**GIVEN, "id": "no id", "colour": 1, "changes": [{"change": "leave", "person": "sanne"}]}
    del wrong["name"]
    with pytest.raises(ChangeInvalid) as caught:
        parse_scenario(wrong)
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [
        ("/changes/0/from", "missing"),
        ("/colour", "unknown_field"),
        ("/id", "bad_id"),
        ("/name", "missing"),
    ]
    with pytest.raises(ChangeInvalid) as caught:
        parse_scenario([])
    assert caught.value.problems[0].code == "not_an_object"


def test_steps_show_the_portfolio_after_each_change() -> None:
    """One portfolio for each change, the last being the scenario's."""
    base = entry("adviesbureau").portfolio()
    changes = parse_changes(GIVEN["changes"])
    after = [portfolio for _, portfolio in steps(base, changes)]
    assert [(one.people[0].leaves, one.policy.preset) for one in after] == [(5, "customer-centric"), (5, "one-team")]
    assert after[-1] == apply(base, changes)


def test_paths_of_errors_begin_where_the_changes_stand() -> None:
    """A body that holds changes elsewhere gets paths into itself, and the error names the change."""
    changes = parse_changes([GIVEN["changes"][0], {"change": "leave", "person": "sane", "from": 1}])
    with pytest.raises(ChangeInvalid) as caught:
        apply(entry("adviesbureau").portfolio(), changes, ("scenario", "changes"))
    assert [problem.path for problem in caught.value.problems] == ["/scenario/changes/1/person"]
    assert (caught.value.index, caught.value.name) == (1, "leave")


def test_the_fingerprint_follows_the_content() -> None:
    """The same portfolio and changes have the same one; another portfolio, change or order has another."""
    first, second = entry("adviesbureau").portfolio(), entry("kenniswerkers").portfolio()
    changes = parse_changes(GIVEN["changes"])
    known = fingerprint(first, changes)
    assert fingerprint(parse(first.canonical()), parse_changes(GIVEN["changes"])) == known
    others = [fingerprint(first, changes[::-1]), fingerprint(first, changes[:1]), fingerprint(second, changes)]
    assert len({known, *others}) == 4


@entries
def test_the_library_tells_a_base_and_at_least_three_scenarios(case: Entry) -> None:
    """The base comes first and changes nothing, ids are unique, and all is told in both languages."""
    told = case.scenarios()
    assert told[0].id == "base"
    assert [one.id for one in told if not one.changes] == ["base"]
    assert len({one.id for one in told}) == len(told) >= 4
    for scenario in told:
        assert set(scenario.title) == set(scenario.summary) == set(PAGES)
        assert scenario.name == scenario.title["en"]
        assert all(summary.endswith(".") for summary in scenario.summary.values())


@entries
def test_every_scenario_of_the_library_applies(case: Entry) -> None:
    """Each gives a portfolio that is right and not the base, and every change a sentence."""
    base = case.portfolio()
    for scenario in case.scenarios():
        there = scenario.apply(base)
        assert parse(there.canonical()) == there
        assert (there == base) == (not scenario.changes)
        assert all(words(base, scenario.changes))


def test_a_scenario_is_immutable() -> None:
    """Like everything it is made of."""
    scenario = Scenario(id="base", name="Base", portfolio="adviesbureau")
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "Other"  # type: ignore[misc]
