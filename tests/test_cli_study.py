"""`staffing study`: what is printed and written, what is refused; with nothing to solve, since the base is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import activity, person, portfolio_data
from tests.test_cli import invoke, written

AXES = [{"name": "who", "options": [{"name": "all"}, {"name": "so", "changes": []}]}]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with two people and one activity, a plan by hand, and axes on which nothing changes."""
    written(tmp_path / "portfolio.json", portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16)]))
    booked = {"person": "ana", "activity": "talks", "hours": 16}
    written(tmp_path / "plan.json", {"bookings": [booked]})
    written(tmp_path / "axes.json", AXES)
    return tmp_path


def sweep(case: Path, *more: object) -> tuple[int, str]:
    """The sweep from the plan by hand."""
    return invoke("study", "sweep", case / "portfolio.json", case / "axes.json", "--from", case / "plan.json", *more)


def test_a_study_is_printed_in_both_languages(case: Path) -> None:
    """Heading, table and what to be careful with; a combination that was solved already says which."""
    code, output = sweep(case)
    assert code == 0
    for said in ("A grid of changes", "same as all", "not proven to be the best plan"):
        assert said in output
    code, output = sweep(case, "--lang", "nl")
    assert code == 0
    assert "Een raster van wijzigingen" in output


def test_a_study_is_written_and_printed_for_programs(case: Path) -> None:
    """--out and --json give the same record, with the study and its defaults."""
    code, output = sweep(case, "--json", "--out", case / "found.json")
    found = json.loads(output)
    assert code == 0
    assert (found["format"], found["outcome"], found["solves"]) == ("staffing-study/1", "finished", 0)
    assert found["study"]["axes"][0]["options"][0] == {"name": "all", "changes": []}
    assert json.loads((case / "found.json").read_bytes()) == found


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (("frontier", "portfolio.json", "cost", "costs"), "/rules/1 [unknown_rule]", 2),
        (("exposure", "portfolio.json", "--person", "annie"), "/people/0 [unknown_id]", 2),
        (("best-hires", "portfolio.json", "--terms", "9"), "/terms [out_of_range]", 2),
        (("lending-market", "portfolio.json"), "/between [too_few_units]", 2),
        (("sweep", "portfolio.json", "plan.json"), "plan.json", 1),
        (("exposure", "portfolio.json", "--from", "broken.json"), "has no plan that keeps the hard rules", 2),
        (("exposure", "portfolio.json", "--out", "found.xlsx"), "should end in", 2),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: tuple[str, ...], says: str, code: int, case: Path) -> None:
    """Before anything is solved, with its path, and an exit code."""
    written(case / "broken.json", {"bookings": [{"person": "ana", "activity": "talks", "hours": 160}]})
    named = [case / one if "." in one else one for one in arguments]
    ended, output = invoke("study", *named)
    assert (ended, says in " ".join(output.split())) == (code, True), output
