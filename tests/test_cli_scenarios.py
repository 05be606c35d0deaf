"""What if on the command line: runs, comparisons, scenarios, explanations and agreements, on tiny portfolios."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from scenarios.changes import CHANGES
from scenarios.compare import compare
from scenarios.comparison import Comparison
from scenarios.library import ENTRIES, entry
from scenarios.runs import Run
from service.show_comparison import show_briefly
from solver.handmade import score_plan
from solver.portfolio import parse
from tests.builders import activity, person, portfolio_data
from tests.test_cli import QUICK, invoke, run, written

LEAVE = [{"change": "leave", "person": "ana", "from": 0}]


def folder(path: Path) -> Path:
    """The folder with two people and one activity, changes to it, and a plan by hand."""
    written(path / "portfolio.json", portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16)]))
    written(path / "leave.json", LEAVE)
    written(path / "plan.json", {"bookings": [_booking("ana")]})
    return path


def _booking(who: str) -> dict[str, Any]:
    return {"person": who, "activity": "talks", "hours": 16}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The folder, to write in."""
    return folder(tmp_path)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `run.json`, the run without Ana; to read from."""
    path = folder(tmp_path_factory.mktemp("ran"))
    code, _ = invoke(
        "run", path / "portfolio.json", "--changes", path / "leave.json", *QUICK, "--out", path / "run.json"
    )
    assert code == 0
    return path


# --- run


def test_a_run_says_what_changes_and_proposes(case: Path) -> None:
    """Each change is a sentence, those of --preset and --set too, and the proposal is that of the changed portfolio."""
    more = ("--preset", "one-team", "--set", "staffing.weight=30")
    done = run("run", case / "portfolio.json", "--changes", case / "leave.json", *more, *QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    for said in ("Ana leaves from week 0 on", "the preset is one-team", "weight of staffing 30", "1 of 2 people"):
        assert said in done.stdout


def test_a_run_is_written_whole(ran: Path) -> None:
    """The record can be read back, with its changes and its proposal; --json prints the same."""
    record = Run.model_validate_json((ran / "run.json").read_bytes())
    assert [one.change for one in record.changes] == ["leave"]
    assert record.outcome == "finished"
    assert record.proposal is not None
    assert [one.person for one in record.proposal.bookings or ()] == ["bo"]
    code, output = invoke("run", ran / "portfolio.json", "--changes", ran / "leave.json", *QUICK, "--json")
    assert code == 0
    assert Run.model_validate_json(output).fingerprint == record.fingerprint


def test_policy_given_to_a_run_is_in_its_record(case: Path) -> None:
    """What --set changes is a change of the run, so that its record alone says what was solved."""
    code, output = invoke("run", case / "portfolio.json", *QUICK, "--set", "staffing.weight=30", "--json")
    assert code == 0
    assert json.loads(output)["changes"] == [{"change": "set_policy", "rules": {"staffing": {"weight": 30}}}]


@pytest.mark.parametrize("start", ["run.json", "plan.json"])
def test_a_run_starts_from_an_earlier_plan(start: str, ran: Path) -> None:
    """--from takes a run, which becomes the parent, and a plan by hand."""
    code, output = invoke("run", ran / "portfolio.json", "--from", ran / start, *QUICK, "--json")
    assert code == 0
    parent = json.loads((ran / "run.json").read_bytes())["id"] if start == "run.json" else None
    assert json.loads(output)["parent"] == parent


def test_a_proposal_of_a_run_can_be_a_workbook(case: Path) -> None:
    """--out as .xlsx is the proposal, as `propose` writes it."""
    out = case / "plan.xlsx"
    assert invoke("run", case / "portfolio.json", *QUICK, "--out", out)[0] == 0
    assert "bookings" in load_workbook(out).sheetnames


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([*LEAVE, {"change": "leave", "person": "anna", "from": 0}], "/1/person  [unknown_id]"),
        ([{"change": "leav"}], "/0/change  [unknown_change]"),
        ({"id": "x", "name": "X", "portfolio": "tiny", "changes": [{"change": "delay"}]}, "/changes/0/project"),
        (3, "not_an_object"),
    ],
)
def test_changes_that_cannot_be_are_refused(changes: Any, says: str, case: Path) -> None:
    """Exit code 1 with the path in the file, for people and for programs, before anything is solved."""
    file = written(case / "bad.json", changes)
    for command in ("run", "compare"):
        code, output = invoke(command, case / "portfolio.json", "--changes", file)
        assert (code, says in output) == (1, True), output
    code, output = invoke("run", case / "portfolio.json", "--changes", file, "--json")
    assert code == 1
    assert json.loads(output)["errors"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "adviesbureau", "--scenario", "nope"),
        ("run", "adviesbureau", "--scenario", "hire", "--changes", "leave.json"),
        ("run", "adviesbureau", "--set", "nope.weight=3"),
        ("run", "-", "--from", "-"),
        ("run", "adviesbureau", "--out", "no/such/folder/run.json"),
        ("compare", "adviesbureau", "--scenario", "base"),
        ("compare", "adviesbureau", "plan.json"),
        ("compare", "adviesbureau", "--out", "comparison.csv"),
        ("compare", "adviesbureau", "-", "-"),
        ("scenarios", "nope"),
        ("explain", "adviesbureau", "plan.json"),
        ("agreement", "adviesbureau", "plan.json", "--person", "sanne", "--out", "sheet.docx"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    """Names, options and files that cannot be are told before anything is solved."""
    assert invoke(*arguments)[0] == 2


def test_only_bundled_portfolios_have_named_scenarios(case: Path) -> None:
    """--scenario on a file says what to do instead."""
    code, output = invoke("run", case / "portfolio.json", "--scenario", "hire")
    assert code == 2
    assert "--changes" in output


# --- compare


def test_files_are_compared_with_the_changes_they_carry(ran: Path) -> None:
    """A run stands beside a plan of the portfolio before its changes: who left is told as gone."""
    code, output = invoke("compare", ran / "portfolio.json", ran / "plan.json", ran / "run.json", "--json")
    assert code == 0
    found = Comparison.model_validate_json(output)
    assert [one.name for one in found.proposals] == ["plan", "run"]
    assert {one.person: (one.hours.before, one.hours.after) for one in found.differences[0].people} == {
        "ana": (16, 0),
        "bo": (0, 16),
    }
    assert any("Ana leaves" in one.text for one in found.differences[0].moved.sentences)
    code, output = invoke("compare", ran / "portfolio.json", ran / "plan.json", ran / "run.json")
    assert code == 0
    assert "run against plan" in output


def test_changes_are_solved_beside_the_base(case: Path) -> None:
    """Without files the portfolio as it stands is solved first, and the changes are compared with it."""
    out = case / "comparison.xlsx"
    arguments = ("--changes", case / "leave.json", *QUICK)
    code, output = invoke("compare", case / "portfolio.json", *arguments, "--out", out)
    assert code == 0
    assert "Written to" in output
    names = [row[0].value for row in load_workbook(BytesIO(out.read_bytes()))["proposals"].iter_rows(min_row=2)]
    assert names == ["As it stands", "leave"]
    code, output = invoke("compare", case / "portfolio.json", case / "plan.json", *arguments, "--json")
    assert code == 0
    assert [one["name"] for one in json.loads(output)["proposals"]] == ["plan", "leave"]


def test_what_has_no_plan_is_compared_and_is_exit_code_1(case: Path) -> None:
    """A scenario whose rules contradict each other is told so beside the base."""
    pinned = [{"change": "pin", "person": "ana", "activity": "talks", "hours": 16}, *LEAVE]
    file = written(case / "pinned.json", pinned)
    code, output = invoke("compare", case / "portfolio.json", "--changes", file, *QUICK)
    assert code == 1
    assert "INFEASIBLE" in output


@pytest.mark.parametrize("broken", ["[]", "{", '{"changes": [], "proposal": null}'])
def test_a_file_that_is_no_proposal_is_refused(broken: str, case: Path) -> None:
    """Its number stands in the path, counted from 0, and the exit code is 1."""
    (case / "broken.json").write_text(broken, encoding="utf-8")
    code, output = invoke("compare", case / "portfolio.json", case / "plan.json", case / "broken.json")
    assert code == 1
    assert "\n/1" in output


def test_a_run_is_scored_with_its_changes(ran: Path) -> None:
    """`score` takes a run, and finds the cost that the run says."""
    code, output = invoke("score", ran / "portfolio.json", ran / "run.json", "--json")
    assert code == 0
    record = json.loads((ran / "run.json").read_bytes())
    assert json.loads(output)["score_card"] == record["proposal"]["score_card"]


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_brief_comparison_fits(width: int) -> None:
    """Each proposal has a line with its cost, each other one what weighs most, within the width."""
    from rich.console import Console

    data = portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16)])
    portfolio = parse(data)
    plans = [score_plan(portfolio, {"bookings": bookings}) for bookings in ([], [_booking("ana")], [_booking("bo")])]
    found = compare([(f"plan {n}", portfolio, plan) for n, plan in enumerate(plans)])
    console = Console(width=width, record=True)
    show_briefly(console, found)
    text = console.export_text()
    assert all(f"plan {n}" in text for n in range(3))
    assert "are no longer open" in text
    assert max(map(len, text.splitlines())) <= width


# --- lists


def test_scenarios_are_listed_with_their_stories(tmp_path: Path) -> None:
    """Title, story and each change in words; as JSON they are what --changes takes."""
    for language in ("en", "nl"):
        _, output = invoke("scenarios", "--lang", language)
        assert all(one.title[language] in output for case in ENTRIES for one in case.scenarios())
    code, output = invoke("scenarios", "adviesbureau")
    assert code == 0
    assert "Vera Kok is hired from week 2 on" in output
    items = json.loads(invoke("scenarios", "adviesbureau", "--json")[1])["items"]
    assert [one["id"] for one in items] == [one.id for one in entry("adviesbureau").scenarios()]
    file = written(tmp_path / "hire.json", items[1])
    code, output = invoke("run", "adviesbureau", "--changes", file, "--set", "nope.weight=1")
    assert (code, "/policy/rules/nope" in output) == (2, True)


def test_every_change_is_listed() -> None:
    """Name, title and fields of each, and as JSON its schema."""
    code, output = invoke("changes")
    assert code == 0
    items = json.loads(invoke("changes", "--json")[1])["items"]
    assert [one["change"] for one in items] == [change.name() for change in CHANGES]
    assert all(one["title"] in output and one["schema"]["properties"] for one in items)


# --- one person


@pytest.mark.parametrize(("language", "title"), [("en", "what the proposal says"), ("nl", "voorstel")])
def test_a_person_hears_what_a_run_says(language: str, title: str, ran: Path) -> None:
    """The explanation is in the language asked for, and names no colleague."""
    code, output = invoke("explain", ran / "portfolio.json", ran / "run.json", "--person", "bo", "--lang", language)
    assert code == 0
    assert title in output
    assert "Ana" not in output
    code, output = invoke("explain", ran / "portfolio.json", ran / "run.json", "--person", "bo", "--json")
    assert json.loads(output)["hours"] == 16


@pytest.mark.parametrize("suffix", [".md", ".html", ".pdf", ".json"])
def test_an_agreement_is_written(suffix: str, case: Path) -> None:
    """Each form begins as such a file does; without --out it is printed."""
    out, arguments = (
        case / f"ana{suffix}",
        ("agreement", case / "portfolio.json", case / "plan.json", "--person", "ana"),
    )
    assert invoke(*arguments, "--out", out, "--lang", "nl")[0] == 0
    begins = {".md": b"# Talentafspraak: Ana", ".html": b"<!doctype html>", ".pdf": b"%PDF", ".json": b"{"}[suffix]
    assert out.read_bytes().lower().startswith(begins.lower())
    code, output = invoke(*arguments)
    assert (code, "# Talent agreement: Ana" in output) == (0, True)
