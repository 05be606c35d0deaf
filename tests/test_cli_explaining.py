"""Why not, alternatives and conflicts on the command line, on tiny portfolios."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.changes import parse_changes
from solver.portfolio import parse
from solver.proposal import Proposal
from tests.builders import activity, booking, person, portfolio_data
from tests.test_cli import invoke, written

QUICK = ("--seconds", "4", "--workers", "1")
DATA = portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16), activity("notes", hours=8)])
PINNED = portfolio_data([person("ana"), person("bo")], [activity("talks", hours=48)], [booking("ana", "talks", 48)])


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a portfolio, a plan by hand, a proposal without a plan, and a portfolio that has none."""
    path = tmp_path_factory.mktemp("case")
    written(path / "portfolio.json", DATA)
    written(path / "plan.json", {"bookings": [{"person": "ana", "activity": "talks", "hours": 16}]})
    written(path / "pinned.json", PINNED)
    return path


def asked(case: Path, *options: str) -> tuple[int, str]:
    """The exit code and output of a question about the plan."""
    return invoke("why-not", case / "portfolio.json", case / "plan.json", *options, *QUICK)


@pytest.mark.parametrize(
    ("options", "ask", "status"),
    [
        (["--activity", "talks", "--person", "bo"], "person", "possible"),
        (["--activity", "talks", "--person", "ana", "--hours", "20"], "hours", "impossible"),
        (["--activity", "talks", "--person", "ana", "--mentor", "bo"], "mentor", "impossible"),
        (["--activity", "talks"], "unfilled", "already"),
        (["--activity", "notes", "--hours", "12"], "unfilled", "impossible"),
    ],
)
def test_each_question_can_be_asked(case: Path, options: list[str], ask: str, status: str) -> None:
    """Options say which question it is, and JSON has the answer with its question."""
    code, output = asked(case, *options, "--json")
    answer = json.loads(output)
    assert (code, answer["question"]["ask"], answer["status"]) == (0, ask, status)


def test_an_answer_is_told_and_its_plan_written(case: Path, tmp_path: Path) -> None:
    """The first sentence is what was asked and what it costs; --out has the changed plan as a proposal."""
    code, output = asked(case, "--activity", "notes", "--out", str(tmp_path / "changed.json"))
    assert code == 0
    assert output.startswith("Notes staffed with 8 h: the plan costs ")
    plan = Proposal.model_validate_json((tmp_path / "changed.json").read_bytes())
    assert sum(line.hours for line in plan.bookings or () if line.activity == "notes") == 8


@pytest.mark.parametrize(
    "options",
    [
        ["--mentor", "bo"],
        ["--person", "bo", "--term", "law"],
        ["--person", "bo", "--mentor", "ana", "--hours", "8"],
        ["--person", "bo", "--hours", "0"],
    ],
)
def test_options_that_ask_nothing_are_wrong_use(case: Path, options: list[str]) -> None:
    """What does not go together is told by name."""
    code, output = asked(case, "--activity", "talks", *options)
    assert code == 2
    assert "Invalid value for '--" in output


def test_unknown_names_are_told(case: Path) -> None:
    """All of them at once, with what is nearly right."""
    code, output = asked(case, "--activity", "talk", "--person", "anna", "--json")
    assert code == 1
    assert [one["path"] for one in json.loads(output)["errors"]] == ["/activity", "/person"]


def test_alternatives_are_found(case: Path) -> None:
    """As many as were asked for where there are, each with a plan; in words each begins with its cost."""
    arguments = (case / "portfolio.json", case / "plan.json", "-k", "2", "--within", "50%", *QUICK)
    code, output = invoke("alternatives", *arguments, "--json")
    found = json.loads(output)
    assert (code, found["asked"], found["within"]) == (0, 2, 50)
    assert found["alternatives"]
    assert all(one["plan"]["bookings"] for one in found["alternatives"])
    code, output = invoke("alternatives", *arguments)
    assert code == 0
    assert "\nPlan 1 costs " in output


@pytest.mark.parametrize("within", ["much", "-1", "1001%"])
def test_a_percentage_is_one(case: Path, within: str) -> None:
    """From 0 to 1000, with or without its sign."""
    code, output = invoke("alternatives", case / "portfolio.json", case / "plan.json", "--within", within)
    assert code == 2
    assert "is no percentage" in output


def test_a_conflict_is_shown_with_its_ways_out(case: Path) -> None:
    """Rules and ways out under headings of the language; the exit code says that there is no plan."""
    code, output = invoke("conflict", case / "pinned.json", *QUICK, "--lang", "nl")
    assert code == 1
    assert "Deze regels gaan niet samen" in output
    assert "Uitwegen, de goedkoopste eerst\n1. Ana on Talks is no longer pinned\n   the plan then costs " in output


def test_a_conflict_is_json_too(case: Path) -> None:
    """Its ways out are changes that apply; where there is a plan, the conflict is null and the exit code 0."""
    code, output = invoke("conflict", case / "pinned.json", *QUICK, "--json")
    told = json.loads(output)
    assert (code, told["known"]) == (1, True)
    for way in told["conflict"]["ways_out"]:
        for change in parse_changes(way["changes"]):
            change.apply(parse(PINNED))
    code, output = invoke("conflict", case / "portfolio.json", *QUICK, "--json")
    assert (code, json.loads(output)) == (0, {"known": True, "conflict": None})
    assert invoke("conflict", case / "portfolio.json", *QUICK) == (0, "The hard rules can all hold: there is a plan.\n")


def test_proposing_shows_the_ways_out(case: Path, tmp_path: Path) -> None:
    """A proposal without a plan says what can be done, on the terminal and in JSON; a question needs a plan."""
    code, output = invoke("propose", case / "pinned.json", *QUICK, "--out", tmp_path / "none.json", "--json")
    proposal = Proposal.model_validate_json(output)
    assert code == 1
    assert proposal.conflict is not None
    assert proposal.conflict.ways_out
    written(tmp_path / "none.json", proposal.to_json())
    code, output = invoke("why-not", case / "pinned.json", tmp_path / "none.json", "--activity", "talks")
    assert code == 1
    assert "expected  a proposal with a plan" in output
