"""The `staffing` command: real processes for exit codes and Ctrl-C, Typer's runner for the rest."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from scenarios.library import ENTRIES, entry
from service.cli import app, guarded, main
from solver.faults import SHOWN
from solver.portfolio import parse
from solver.presets import PRESETS
from solver.rules import RULES
from tests.builders import activity, person, portfolio_data

ROOT = Path(__file__).parent.parent
STAFFING = Path(sys.executable).parent / "staffing"
QUICK = ("--seconds", "20", "--workers", "2")  # far more than such a small portfolio takes to be proven


def run(*arguments: str | Path, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A real `staffing` process."""
    data = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [STAFFING, *map(str, arguments)],
        input=data,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def invoke(*arguments: str | Path) -> tuple[int, str]:
    """The command in this process: exit code, and what it printed on either stream."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.exit_code, result.output


def written(path: Path, data: Any) -> Path:
    """The path of a file with this JSON."""
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def tiny() -> dict[str, Any]:
    """Two people and one activity, solved in no time."""
    return portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16)])


@pytest.fixture
def portfolio(tmp_path: Path, tiny: dict[str, Any]) -> Path:
    """A file with the tiny portfolio."""
    return written(tmp_path / "portfolio.json", tiny)


# Exit codes of real processes


def test_a_plan_that_was_found_is_exit_code_0(portfolio: Path) -> None:
    """A proposal is printed on standard output, and a pipe sees no live line."""
    done = run("propose", portfolio, *QUICK)
    assert done.returncode == 0
    assert "16/16" in done.stdout
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_the_module_is_the_command(portfolio: Path) -> None:
    """`python -m service.cli` does what `staffing` does."""
    command = [sys.executable, "-m", "service.cli", "check", str(portfolio)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "is right: 2 people, 1 activities" in done.stdout


@pytest.mark.parametrize("command", ["check", "propose"])
@pytest.mark.parametrize(
    "source", ["missing.json", "junk.json", "junk.xlsx", "empty.json", "one.csv", "folder", "-"], ids=str
)
def test_what_cannot_be_read_is_one_plain_line(command: str, source: str, tmp_path: Path) -> None:
    """A missing, empty, binary or otherwise foreign PORTFOLIO is exit code 1 and one line that names it."""
    junk = bytes(range(256)) * 8
    for name in ("junk.json", "junk.xlsx"):
        (tmp_path / name).write_bytes(junk)
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "one.csv").write_text("id,name\n")
    (tmp_path / "folder").mkdir()
    done = run(command, source if source == "-" else tmp_path / source, given=junk)
    assert done.returncode == 1
    (line,) = (done.stdout + done.stderr).splitlines()
    assert source in line
    assert "expected" in line


def test_a_file_that_may_not_be_read_is_exit_code_1(portfolio: Path) -> None:
    """A file without permission to read it is told in one line, where there are permissions at all."""
    portfolio.chmod(0)
    if os.access(portfolio, os.R_OK):
        pytest.skip("this user may read everything")
    done = run("check", portfolio)
    assert done.returncode == 1
    assert "permission denied" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("propose", "adviesbureau", "--nope"),
        ("nope",),
        ("propose",),
        ("propose", "adviesbureau", "--seconds", "0"),
        ("propose", "adviesbureau", "--seconds", "nan"),
        ("propose", "adviesbureau", "--workers", "0"),
        ("propose", "adviesbureau", "--preset", "nope"),
        ("propose", "adviesbureau", "--set", "budget=3"),
        ("propose", "adviesbureau", "--set", "nope.weight=3"),
        ("propose", "adviesbureau", "--set", "role_width.max_share=3"),
        ("propose", "adviesbureau", "--out", "plan.txt"),
        ("propose", "adviesbureau", "--out", "no/such/folder/plan.json"),
        ("propose", "adviesbureau", "--lang", "fr"),
        ("score", "-", "-"),
        ("demo", "nope"),
        ("library", "nope"),
        ("convert", "adviesbureau", "plan.txt"),
        ("library", "adviesbureau", "--out", "plan.txt"),
        ("propose", "adviesbureau", "--out", "-"),
        ("serve", "--port", "99999"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    """Unknown options and names, and values that no option takes, are wrong use, before anything is solved."""
    code, output = invoke(*arguments)
    assert code == 2
    assert output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("propose", "adviesbureau", "--by", "nope"), "'--by': 'nope' is not one of 'activity', 'person'"),
        (("alternatives", "adviesbureau", "plan.json", "-k", "0"), "expected at least 1, not 0"),
        (("keys", "add", "--role", "hr", "--days", "0"), "'--days': expected at least 1, not 0"),
        (("study", "exposure", "adviesbureau", "--seconds", "soon"), "expected a number, not soon"),
        (("propose", "adviesbureau", "--workers", "0"), "expected a whole number from 1 to 64, not 0"),
        (("convert", "adviesbureau", "plan.txt"), "plan.txt should end in .json, .xlsx or .zip, or be a folder"),
        (("template", "empty.json"), "empty.json should end in .xlsx or .zip, or be a folder"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_wrong_option_is_told_in_our_words(arguments: tuple[str, ...], said: str) -> None:
    """What was given and what would be right, and nothing of the library that found out."""
    _, output = invoke(*arguments)
    assert said in " ".join(output.split())
    assert "Value error" not in output


def test_a_fault_of_ours_is_one_line_and_a_traceback_only_for_who_asks(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that nothing expects ends in exit code 3; `--debug` shows where it came from."""

    def faulty() -> None:
        raise RuntimeError("something\nbroke")

    assert guarded(faulty, debug=False) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError: something broke" in line
    assert "report" in line
    assert guarded(faulty, debug=True) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_solve_on_a_terminal_may_show_all_of_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portfolio is the own one, so the message of an exception in a solve is for whoever runs it."""
    monkeypatch.setenv(SHOWN, "")
    monkeypatch.setattr(sys, "argv", ["staffing", "--version"])
    with pytest.raises(SystemExit):
        main()
    assert os.environ[SHOWN] == "1"


def test_exit_codes_pass_through_the_guard() -> None:
    """What ends a command on purpose keeps its code, and Ctrl-C before a search is 130."""

    def ended() -> None:
        sys.exit(2)

    def interrupted() -> None:
        raise KeyboardInterrupt

    assert guarded(ended, debug=False) == 2
    assert guarded(interrupted, debug=False) == 130
    assert guarded(lambda: None, debug=False) == 0


def test_debug_and_version_work_anywhere() -> None:
    """`--debug` may stand behind the command; `--version` prints one line."""
    assert run("rules", "--debug", "--json").returncode == 0
    assert re.fullmatch(r"staffing \d+\.\d+\.\d+\n", run("--version").stdout)


def test_starting_up_loads_no_solver() -> None:
    """Help and version are there at once: neither the solver nor the server is imported for them."""
    code = (
        "import sys, service.cli; print([m for m in ('ortools', 'fastapi', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"


def test_a_reader_that_has_seen_enough_does_no_harm(portfolio: Path) -> None:
    """Closing the pipe early, as `head` does, leaves the exit code as it is and prints no complaint."""
    for extra in ((), ("--json",)):
        process = subprocess.Popen(
            [STAFFING, "propose", portfolio, *QUICK, *extra], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 0


@pytest.mark.parametrize("output", [">/dev/full", ">&-"])
@pytest.mark.parametrize("arguments", ["rules", "presets --json", "convert adviesbureau -", "keys --help"])
def test_an_output_that_cannot_be_written_is_no_fault_of_ours(arguments: str, output: str) -> None:
    """A full or closed standard output is exit code 2 and one line that says so."""
    command = f"{STAFFING} {arguments} {output}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch("standard output cannot be written: .*\n", done.stderr)


def test_a_closed_output_harms_no_file(portfolio: Path, tmp_path: Path) -> None:
    """What is written to a file is right, whatever becomes of standard output."""
    out = tmp_path / "plan.json"
    command = f"{STAFFING} score {portfolio} {written(tmp_path / 'none.json', {'bookings': []})} --out {out} >&-"
    assert subprocess.run(command, shell=True, capture_output=True, check=False).returncode == 2
    assert json.loads(out.read_bytes())["bookings"] == []


# Ctrl-C


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def large() -> dict[str, Any]:
    """Four bureaus side by side, with no telling them apart: far from proven for as long as a test may take."""
    data = json.loads(entry("adviesbureau").text())
    people, activities = data["people"], data["activities"]
    data["bookings"] = []
    for key, original in (("people", people), ("activities", activities)):
        data[key] = [{**one, "id": f"{one['id']}-{n}", "wishes": []} for n in range(4) for one in original]
    for one in data["activities"]:
        one.pop("wishes")
        one.pop("after", None)
    for project in data["projects"]:
        project.pop("lead", None)
    return data


def test_ctrl_c_keeps_the_best_plan(tmp_path: Path, terminal: tuple[int, int]) -> None:
    """On a terminal the search shows its best plan; SIGINT stops it, the plan is written, and the exit code is 130."""
    ours, theirs = terminal
    out = tmp_path / "plan.json"
    command = [STAFFING, "propose", written(tmp_path / "large.json", large()), "--seconds", "500", "--out", out]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    )
    os.close(theirs)
    shown = b""
    while b"best" not in shown:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate()
    assert process.returncode == 130
    assert b"s \xc2\xb7 " in shown  # the live line
    proposal = json.loads(out.read_bytes())
    assert proposal["run"]["status"] == "FEASIBLE"
    assert str(out) in printed.decode()


# Every command


def test_check_names_every_error_with_its_path(tmp_path: Path, tiny: dict[str, Any]) -> None:
    """All errors at once, each with path, value and what would be right; JSON has the shape of the service."""
    tiny["people"][0]["unit"] = "nope"
    tiny["activities"][0]["hours"] = -1
    path = written(tmp_path / "bad.json", tiny)
    code, output = invoke("check", path)
    assert code == 1
    assert "/people/0/unit" in output
    assert "/activities/0/hours" in output
    assert '"nope"' in output
    code, output = invoke("check", path, "--json")
    assert code == 1
    found = json.loads(output)
    assert [error["path"] for error in found["errors"]] == ["/activities/0/hours", "/people/0/unit"]
    assert set(found["errors"][0]) == {"path", "code", "value", "expected"}
    assert found["warnings"] == []


def test_check_tells_warnings_and_stays_at_0(tmp_path: Path, tiny: dict[str, Any]) -> None:
    """What is legal but odd is told, and is no error."""
    tiny["activities"].append(activity("after", after=["talks"]))
    path = written(tmp_path / "odd.json", tiny)
    code, output = invoke("check", path)
    assert code == 0
    assert "/activities/1/after/0" in output
    code, output = invoke("check", path, "--json")
    assert code == 0
    assert "ends_too_late" in [warning["code"] for warning in json.loads(output)["warnings"]]


def test_names_cannot_act_on_the_terminal(tmp_path: Path, tiny: dict[str, Any]) -> None:
    """Markup in names is shown as it is, and what a terminal would act upon is not passed on."""
    tiny["people"][0]["name"] = "[red]Ana[/red]"
    tiny["people"][1]["name"] = "Bo\u009b31m\u202eob"
    code, output = invoke("propose", written(tmp_path / "odd.json", tiny), *QUICK)
    assert code == 0
    assert "[red]Ana[/red]" in output
    assert "\u009b" not in output
    assert "\u202e" not in output


def test_propose_prints_the_proposal_as_json(portfolio: Path) -> None:
    """`--json` prints the contract's JSON and nothing else."""
    code, output = invoke("propose", portfolio, *QUICK, "--json")
    assert code == 0
    proposal = json.loads(output)
    assert proposal["format"] == "staffing-proposal/1"
    assert proposal["run"]["settings"]["seconds"] == 20


def test_errors_of_propose_are_json_where_a_program_reads() -> None:
    """`--json` covers what is refused: a portfolio that is not there, and a setting that no rule has."""
    code, output = invoke("propose", "nope.json", "--json")
    assert code == 1
    assert json.loads(output)["errors"][0]["code"] == "unreadable"
    code, output = invoke("propose", "adviesbureau", "--set", "role_width.max_share=3", "--json")
    assert code == 2
    assert json.loads(output)["errors"][0]["path"] == "/policy/rules/role_width/max_share"


def test_preset_and_set_change_the_policy(portfolio: Path) -> None:
    """The score card has the preset's weights, and those of `--set` before all."""
    settings = ("--preset", "innovation", "--set", "staffing.weight=31", "--set", "energy.mode=off")
    code, output = invoke("propose", portfolio, *QUICK, *settings, "--json")
    assert code == 0
    rules = {rule["name"]: rule for rule in json.loads(output)["score_card"]["rules"]}
    assert rules["staffing"]["weight"] == 31
    assert rules["role_width"]["weight"] == PRESETS["innovation"].weights["role_width"]
    assert rules["energy"]["mode"] == "off"


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
def test_propose_writes_files(suffix: str, portfolio: Path, tmp_path: Path) -> None:
    """`--out` writes the form that the suffix says, and says so."""
    out = tmp_path / f"plan.{suffix}"
    code, output = invoke("propose", portfolio, *QUICK, "--out", out)
    assert code == 0
    assert f"Written to {out}." in output
    assert out.stat().st_size > 100


def test_no_plan_is_exit_code_1_with_the_rules_in_conflict(tmp_path: Path, tiny: dict[str, Any]) -> None:
    """Contradicting rules are named in words; a table of bookings is not written, JSON is."""
    tiny["bookings"] = [{"person": "ana", "activity": "talks", "hours": 60, "status": "pinned"}]
    path = written(tmp_path / "infeasible.json", tiny)
    code, output = invoke("propose", path, *QUICK, "--out", tmp_path / "plan.csv")
    assert code == 1
    assert "There is no plan" in output
    assert "pinned at 60 h" in output
    assert not (tmp_path / "plan.csv").exists()
    code, _ = invoke("propose", path, *QUICK, "--out", tmp_path / "plan.json")
    assert code == 1
    assert json.loads((tmp_path / "plan.json").read_bytes())["conflict"]


def test_score_takes_any_plan(portfolio: Path, tmp_path: Path) -> None:
    """A plan made by hand is scored: 0 where it keeps the hard rules, 1 where it breaks one, which is then named."""
    good = written(tmp_path / "good.json", {"bookings": [{"person": "ana", "activity": "talks", "hours": 16}]})
    code, output = invoke("score", portfolio, good)
    assert code == 0
    assert "it keeps all hard rules" in output
    bad = written(tmp_path / "bad.json", {"bookings": [{"person": "ana", "activity": "talks", "hours": 24}]})
    code, output = invoke("score", portfolio, bad)
    assert code == 1
    assert "breaks a rule" in output
    code, output = invoke("score", portfolio, bad, "--json")
    assert code == 1
    assert [rule["name"] for rule in json.loads(output)["score_card"]["rules"] if rule["hard"] and rule["amount"]] == [
        "overbooking"
    ]


def test_a_soft_rule_made_hard_is_broken_too(tiny: dict[str, Any], tmp_path: Path) -> None:
    """Mode `hard` counts for the exit code of `score`, and the rule is named."""
    tiny["policy"] = {"rules": {"staffing": {"mode": "hard"}}}
    path = written(tmp_path / "strict.json", tiny)
    code, output = invoke("score", path, written(tmp_path / "plan.json", {"bookings": []}))
    assert code == 1
    assert "breaks a rule" in output
    assert "Talks" in output


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("[", "bad_json"),
        ('{"bookings": [], "bookings": []}', "duplicate_key"),
        ('{"bookings": [{"person": "nobody", "activity": "talks", "hours": 4}]}', "/bookings/0/person"),
        (f'{{"bookings": [{{"person": "ana", "activity": "talks", "hours": {"9" * 5000}}}]}}', "/bookings/0/hours"),
    ],
)
def test_a_plan_that_is_none_is_refused(plan: str, says: str, portfolio: Path) -> None:
    """A plan with errors is exit code 1 with the path or the code of each; standard input works."""
    done = run("score", portfolio, "-", given=plan)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
def test_a_portfolio_and_a_plan_that_are_mixed_up(suffix: str, portfolio: Path, tmp_path: Path) -> None:
    """A proposal given as a portfolio, and a plan in a spreadsheet, are refused in one line that says what to do."""
    out = tmp_path / f"plan.{suffix}"
    invoke("propose", portfolio, *QUICK, "--out", out)
    done = run("check", out) if suffix == "json" else run("score", portfolio, out)
    assert done.returncode == 1
    assert len((done.stdout + done.stderr).splitlines()) <= 5
    assert "this is a proposal" in done.stdout if suffix == "json" else "propose --out" in done.stderr


def test_a_proposal_scores_as_it_says(portfolio: Path, tmp_path: Path) -> None:
    """What `propose` writes, `score` finds right, at the same cost."""
    out = tmp_path / "plan.json"
    invoke("propose", portfolio, *QUICK, "--out", out)
    code, output = invoke("score", portfolio, out, "--json")
    assert code == 0
    assert json.loads(output)["score_card"] == json.loads(out.read_bytes())["score_card"]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_demo_ends_with_what_to_do_next(language: str) -> None:
    """The demo shows the talent balance with what is missing, scenarios, and commands to go on with."""
    code, output = invoke("demo", "--seconds", "3", "--lang", language)
    assert code == 0
    assert {"en": "Persuading", "nl": "Overtuigen"}[language] in output
    assert all(one.title[language] in output for one in entry("adviesbureau").scenarios()[:4])
    assert {"en": "What to do next", "nl": "Wat nu"}[language] in output
    assert "library adviesbureau" in output


def test_rules_and_presets_are_listed() -> None:
    """Every rule and every preset, for people and for programs."""
    for command, names in (("rules", [rule.name for rule in RULES]), ("presets", list(PRESETS))):
        code, output = invoke(command)
        assert code == 0
        assert all(name in output for name in names)
        assert [item["name"] for item in json.loads(invoke(command, "--json")[1])["items"]] == names


@pytest.mark.parametrize("width", ["0", "10", "30", "40"])
def test_lists_keep_their_names_however_narrow(width: str) -> None:
    """Less important columns give way, and a name that does not fit is folded; without a width there are 80 columns."""
    for command, names in (("rules", [rule.name for rule in RULES]), ("presets", list(PRESETS))):
        done = run(command, COLUMNS=width)
        assert all(name in "".join(done.stdout.split()) for name in names)
        assert "…" not in done.stdout


def test_the_library_lists_tells_and_writes(tmp_path: Path) -> None:
    """A bundled portfolio can be found, read about and written to a file."""
    slugs = [one.slug for one in ENTRIES]
    assert all(slug in invoke("library")[1] for slug in slugs)
    assert [item["slug"] for item in json.loads(invoke("library", "--json")[1])["items"]] == slugs
    assert "A consultancy with two teams" in invoke("library", "adviesbureau")[1]
    assert json.loads(invoke("library", "adviesbureau", "--json")[1])["id"] == "adviesbureau"
    for name in ("case.json", "case.xlsx", "case"):
        assert invoke("library", "adviesbureau", "--out", tmp_path / name)[0] == 0
        assert invoke("check", tmp_path / name)[0] == 0


def test_a_template_can_be_filled_in_and_is_not_overwritten(tmp_path: Path) -> None:
    """The template with examples is a right portfolio; a second one does not replace it unless forced to."""
    for name in ("mine.xlsx", "mine"):
        out = tmp_path / name
        assert invoke("template", out, "--examples")[0] == 0
        assert invoke("check", out)[0] == 0
        assert invoke("template", out)[0] == 2
        assert invoke("check", out)[0] == 0
        assert invoke("template", out, "--force")[0] == 0


def test_convert_loses_nothing(portfolio: Path, tmp_path: Path, tiny: dict[str, Any]) -> None:
    """JSON to a workbook to CSV and back is the same portfolio."""
    steps = [portfolio, tmp_path / "a.xlsx", tmp_path / "b", tmp_path / "c.json"]
    for before, after in pairwise(steps):
        assert invoke("convert", before, after)[0] == 0
    assert parse(json.loads(steps[-1].read_bytes())) == parse(tiny)


def test_a_portfolio_can_be_written_to_standard_output(portfolio: Path, tiny: dict[str, Any]) -> None:
    """`-` is standard output, which is given JSON and nothing else; it never becomes a folder."""
    for command in (("convert", portfolio, "-"), ("library", "adviesbureau", "--out", "-")):
        done = run(*command)
        assert (done.returncode, done.stderr) == (0, "")
        assert parse(json.loads(done.stdout)) == (parse(tiny) if portfolio in command else ENTRIES[0].portfolio())
    code, output = invoke("template", "-")
    assert code == 2
    assert "standard output takes no spreadsheet" in output
    assert not Path("-").exists()


def test_a_file_that_cannot_be_written_whole_is_as_it_was(tmp_path: Path) -> None:
    """Where there is no room for a portfolio, the one that was there is not lost."""
    out = tmp_path / "mine.json"
    invoke("library", "kenniswerkers", "--out", out)
    before = out.read_bytes()
    command = f"ulimit -f 8; {STAFFING} convert adviesbureau {out}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_errors_of_a_spreadsheet_name_the_cell(tmp_path: Path) -> None:
    """Where a portfolio comes from a spreadsheet, an error says sheet, row and column."""
    out = tmp_path / "mine"
    invoke("template", out, "--examples")
    people = out / "people.csv"
    headers, first, *rest = people.read_text(encoding="utf-8-sig").splitlines()
    people.write_text("\n".join([headers, f"not an id {first}", *rest]), encoding="utf-8")
    code, output = invoke("check", out)
    assert code == 1
    assert "sheet people, row 2, column id" in output


@pytest.mark.parametrize("name", ["mine.xlsx", "mine"])
def test_warnings_of_a_spreadsheet_name_the_cell(name: str, tmp_path: Path) -> None:
    """What is odd is told by sheet, row and column as well, for people and for programs."""
    out = tmp_path / name
    invoke("template", out, "--examples")
    output = invoke("check", out)[1]
    assert "sheet energy, row 2, column of (B)  [touches_nothing]" in output
    assert "/people/" not in output
    warnings = json.loads(invoke("check", out, "--json")[1])["warnings"]
    assert [one["path"] for one in warnings] == ["sheet energy, row 2, column of (B)", "sheet ambitions, row 2"]


def test_check_has_its_headings_in_the_language(portfolio: Path, tmp_path: Path) -> None:
    """Verdict and labels are Dutch, sentences of findings English; so are refusals of other commands."""
    out = tmp_path / "mine.xlsx"
    invoke("template", out, "--examples")
    output = invoke("check", out, "--lang", "nl")[1]
    assert "Example klopt: 3 mensen, 2 activiteiten (120 u) in 1 project, 12 perioden van een week" in output
    assert re.search(r"gegeven   .*\n    verwacht  a kind that", output)
    wrong = written(tmp_path / "wrong.json", {"bookings": [3]})
    assert "Er klopt 1 ding niet aan" in invoke("score", portfolio, wrong, "--lang", "nl")[1]
    assert "1 thing is wrong with" in invoke("score", portfolio, wrong)[1]


def test_a_file_that_is_no_database_is_told_so(portfolio: Path) -> None:
    """A database that is none is exit code 1 and one plain line that names the file."""
    done = run("keys", "list", STAFFING_DATABASE_URL=f"sqlite:///{portfolio}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{portfolio} is not a store: file is not a database.\n"


@pytest.mark.parametrize("command", ["explain", "agreement"])
def test_a_person_whom_nobody_knows_is_wrong_use(command: str, portfolio: Path, tmp_path: Path) -> None:
    """The option is named that has an id of nobody, not the plan."""
    plan = written(tmp_path / "plan.json", {"bookings": []})
    code, output = invoke(command, portfolio, plan, "--person", "zz")
    assert code == 2
    assert "'--person': there is no 'zz' in the portfolio" in output


def test_a_port_that_is_taken_is_told_before_the_store_is_opened(tmp_path: Path) -> None:
    """`serve` says in one line that it cannot listen there, and makes no store."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), STAFFING_DATABASE_URL=f"sqlite:///{tmp_path}/staffing.db")
    assert done.returncode == 2
    assert done.stderr == f"127.0.0.1 cannot be listened on at port {port}: Address already in use.\n"
    assert list(tmp_path.iterdir()) == []


# The page that explains it


def test_the_page_has_every_command_option_and_exit_code() -> None:
    """docs/command-line.md names what the code has, and nothing else."""
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## staffing ([\w-]+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(sections) == set(commands)
    for name, command in commands.items():
        parameters = [one for part in getattr(command, "commands", {"": command}).values() for one in part.params]
        options = {option for parameter in parameters for option in parameter.opts if option.startswith("-")}
        listed = re.findall(r"^\| (`-.*?) \|", sections[name], re.MULTILINE)
        assert set(re.findall(r"`(-[\w-]+)`", " ".join(listed))) == options - {"--help", "-h"}, name
    codes = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "130"]
