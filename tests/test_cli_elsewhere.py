"""`staffing --server URL …`: the commands on a service that is a process of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from service.cli import app
from service.client import Client, Event
from service.commands.session import heard
from service.commands.solving import Line, line_text
from service.store import Store
from service.words import Words
from tests.builders import activity, person, portfolio_data
from tests.service.hard import hard_portfolio
from tests.service.running import Server, serving

STAFFING = Path(sys.executable).with_name("staffing")
QUICK = ("--seconds", "20", "--workers", "1", "--repeatable")
#: what differs from one solve of the same to the next
TIMES = re.compile(r"\d+([.,]\d+)? s\b|\d+ solves?")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running service with the library in it."""
    folder = tmp_path_factory.mktemp("service")
    with serving(f"sqlite:///{folder}/staffing.db") as running:
        yield running


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A file with two people and two activities, solved in no time."""
    data = portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16), activity("report", hours=8)])
    data["projects"][0]["lead"] = "ana"
    return written(tmp_path / "case.json", data)


def written(path: Path, data: object) -> Path:
    """The path of a file with this JSON."""
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def invoke(server: Server | None, *arguments: str | Path, key: str | None = None) -> tuple[int, str, str]:
    """The command in this process, here or there: exit code, standard output, standard error."""
    environment = {"STAFFING_SERVER": None if server is None else server.url, "STAFFING_KEY": key}
    result = CliRunner().invoke(app, [str(one) for one in arguments], env=environment, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_the_same_is_shown_here_and_there(server: Server, case: Path, tmp_path: Path) -> None:
    """Every command that solves prints the same, whoever does the work, also from the files that it wrote before."""
    changes = written(tmp_path / "changes.json", [{"change": "set_preset", "preset": "one-team"}])
    told: dict[bool, list[str]] = {}
    for there in (None, server):
        folder = tmp_path / ("here" if there is None else "there")
        folder.mkdir()
        plan, changed = folder / "plan.json", folder / "changed.json"
        outputs = [
            invoke(there, *arguments)
            for arguments in (
                ("propose", case, *QUICK, "--set", "staffing.weight=30", "--by", "person", "--lang", "nl"),
                ("propose", case, *QUICK, "--out", plan),
                ("run", case, "--changes", changes, "--from", plan, *QUICK, "--out", changed),
                ("compare", case, plan, changed),
                ("score", case, plan),
                ("why-not", case, plan, "--activity", "talks", "--person", "ana", *QUICK),
                ("alternatives", case, plan, *QUICK),
                ("explain", case, plan, "--person", "ana"),
                ("agreement", case, changed, "--person", "bo"),
                ("study", "exposure", case, "--person", "ana", *QUICK, "--from", plan),
            )
        ]
        assert [code for code, _, _ in outputs] == [0] * len(outputs), outputs
        told[there is None] = [TIMES.sub("…", text.replace(str(folder), "")) for _, text, _ in outputs]
    assert told[True] == told[False]


@pytest.mark.parametrize(
    "arguments",
    [("check", "adviesbureau"), ("rules",), ("presets",), ("changes",), ("library",), ("library", "adviesbureau")],
    ids=" ".join,
)
def test_the_same_is_listed_here_and_there(server: Server, arguments: tuple[str, ...]) -> None:
    """What there is, in words and as JSON."""
    assert invoke(server, *arguments) == invoke(None, *arguments)
    if arguments[-1] != "adviesbureau":
        here, there = (json.loads(invoke(one, *arguments, "--json")[1])["items"] for one in (None, server))
        assert here == there


def test_scenarios_are_those_of_the_service(server: Server) -> None:
    """Each with its changes in the same sentences as here."""
    here, there = (invoke(one, "scenarios", "adviesbureau")[1] for one in (None, server))
    sentences = [[line.strip() for line in text.splitlines() if "    - " in line] for text in (here, there)]
    assert sentences[0] == sentences[1] != []


def test_a_stored_portfolio_and_a_run_are_named_by_their_ids(server: Server, tmp_path: Path) -> None:
    """What is no file is the service's: its portfolios, their scenarios, and runs, also as files of any form."""
    code, _, said = invoke(server, "propose", "adviesbureau", "--seconds", "2", "--out", tmp_path / "plan.ics")
    assert code == 0
    assert (tmp_path / "plan.ics").read_text().startswith("BEGIN:VCALENDAR")
    run = re.findall(r"^Run (\w+) of ", said)[0]
    scored = invoke(server, "why-not", "adviesbureau", run, "--activity", "analyse", "--seconds", "2")
    assert scored[0] == 1, "no such activity, and the answer says so"
    assert "/question/activity" in scored[2]
    code, text, _ = invoke(server, "run", "adviesbureau", "--scenario", "hire", "--from", run, "--seconds", "2")
    assert (code, "Vera Kok is hired" in text) == (0, True)
    code, text, _ = invoke(server, "convert", "adviesbureau", tmp_path / "mine.xlsx")
    assert code == 0
    assert invoke(None, "check", tmp_path / "mine.xlsx")[0] == 0


def test_a_setting_that_the_service_refuses_is_told_by_its_option(server: Server, case: Path) -> None:
    """More seconds than the service gives are wrong use, and no fault of the portfolio."""
    code, _, said = invoke(server, "propose", case, "--seconds", "3000")
    assert code == 2
    assert "'--seconds': expected" in said


def test_files_are_in_the_language_that_was_asked_for(server: Server, tmp_path: Path) -> None:
    """A table of a bundled portfolio has the labels that it has when it was solved here."""
    for language, label in (("en", "Energy transition"), ("nl", "Energietransitie")):
        plan = tmp_path / f"{language}.xlsx"
        code, _, _ = invoke(server, "propose", "adviesbureau", "--seconds", "1", "--out", plan, "--lang", language)
        cells = {cell.value for sheet in openpyxl.load_workbook(plan) for row in sheet for cell in row}
        assert (code, label in cells) == (0, True)


def test_a_scenario_is_run_in_the_revision_that_it_is_of(server: Server, tmp_path: Path) -> None:
    """One of an older revision than the portfolio's is run there, alone and beside the base, and that is said."""
    more = [{"op": "set", "path": "/people/ana/hours_per_period", "value": 30}]
    calm = [{"change": "set_preset", "preset": "one-team"}]
    with Client(server.url) as client:
        data = portfolio_data([person("ana"), person("bo")], [activity("talks", hours=16)])
        client.add_portfolio({**data, "id": "moved-on"})
        older = client.add_scenario("Older", "moved-on", calm)
        assert client.change_portfolio("moved-on", more).revision == 2
        newer = client.add_scenario("Newer", "moved-on", calm)
        code, _, said = invoke(server, "run", "moved-on", "--scenario", "Older", *QUICK)
        assert (code, "moved-on is at revision 2 by now; this is of revision 1: Older" in said) == (0, True)
        ran = next(client.runs(portfolio="moved-on"))
        assert (ran.scenario, ran.portfolio.revision) == (older.id, 1)
        code, _, said = invoke(server, "compare", "moved-on", "--scenario", "Older", *QUICK)
        assert (code, {one.portfolio.revision for one in client.runs(portfolio="moved-on")}) == (0, {1})
        both = ("--scenario", "Older", "--scenario", "Newer")
        code, _, said = invoke(server, "compare", "moved-on", *both, *QUICK)
        assert (code, "Older (revision 1), Newer (revision 2)" in " ".join(said.split())) == (2, True)
        code, _, said = invoke(server, "compare", "moved-on", *QUICK)
        assert (code, "left out unless they are named: Older (revision 1)" in said) == (0, True)
        assert newer.id in {one.scenario for one in client.runs(portfolio="moved-on")}


def test_json_is_as_the_service_gives_it(server: Server, case: Path) -> None:
    """For programs: proposals, runs and errors as JSON on standard output."""
    code, text, _ = invoke(server, "propose", case, *QUICK, "--json")
    assert (code, json.loads(text)["format"]) == (0, "staffing-proposal/1")
    code, text, _ = invoke(server, "run", case, *QUICK, "--json")
    assert (code, json.loads(text)["outcome"]) == (0, "finished")
    code, text, said = invoke(server, "propose", case, "--seconds", "9999", "--json")
    assert (code, text, "'--seconds'" in said) == (2, "", True)
    code, text, _ = invoke(server, "propose", "nowhere", "--json")
    assert (code, json.loads(text)["errors"][0]["code"]) == (1, "unreadable")


@pytest.mark.parametrize("command", ["demo", "serve", "worker", "settings", "keys"])
def test_what_makes_no_sense_there_says_so(server: Server, command: str) -> None:
    """One line, exit code 2, and nothing is done here instead."""
    code, text, said = invoke(server, command)
    assert (code, text, said.count("\n")) == (2, "", 1)
    assert "STAFFING_SERVER" in said


def test_a_plan_that_no_run_found_is_refused(server: Server, case: Path, tmp_path: Path) -> None:
    """A question is about a run of the service; a plan made by hand is not one, and an unknown id neither."""
    plan = written(tmp_path / "mine.json", {"bookings": [{"person": "ana", "activity": "talks", "hours": 16}]})
    for named in (plan, "0123"):
        code, _, said = invoke(server, "why-not", case, named, "--activity", "talks")
        assert (code, "the id of a run of" in said) == (1, True)


def test_no_plan_is_told_with_the_ways_out(server: Server, tmp_path: Path) -> None:
    """Rules that contradict: the exit code is 1, which rules, and what can be done, as here."""
    data = portfolio_data([person("ana")], [activity("talks", hours=16)])
    data["bookings"] = [{"person": "ana", "activity": "talks", "hours": 4000, "status": "pinned"}]
    case = written(tmp_path / "none.json", data)
    for command in ("propose", "conflict"):
        here, there = (invoke(one, command, case, "--seconds", "60", "--workers", "1") for one in (None, server))
        assert (here[0], there[0]) == (1, 1)
        assert TIMES.sub("", here[1]) == TIMES.sub("", there[1])


def test_who_may_not_is_told(case: Path, tmp_path: Path) -> None:
    """No key, a wrong one, one without the right: exit code 4 and one line. What a role may not see leaves no trace."""
    address = f"sqlite:///{tmp_path}/staffing.db"
    store = Store.open(address)
    keys = {role: store.add_key(role, 1, person="ana")[1] for role in ("lead", "planner", "employee")}
    store.close()
    with serving(address) as server:
        for key, code in ((None, "unauthenticated"), ("wrong", "unauthenticated"), (keys["employee"], "forbidden")):
            ended, text, said = invoke(server, "propose", "adviesbureau", key=key)
            assert (ended, text, said.count("\n")) == (4, "", 1)
            assert said.endswith(f"[{code}]\n")
        file = tmp_path / "key"
        file.write_text(keys["planner"] + "\n")
        for options, key in ((("--key-file", file), None), ((), keys["lead"])):
            code, text, _ = invoke(server, *options, "propose", case, *QUICK, key=key)
            assert (code, "16/16" in text) == (0, True)
            assert re.findall(r"\bnan\b|0 of 0", text) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://staffing.invalid"])
def test_a_service_that_is_not_there(address: str) -> None:
    """Exit code 4 and one line with the address."""
    result = CliRunner().invoke(app, ["--server", address, "rules"], catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"{address} cannot be reached")


def test_the_address_is_looked_at(tmp_path: Path) -> None:
    """No address, a key without one, a key file that is not there: wrong use, which names the option."""
    for arguments, named in (
        (("--server", "localhost:8000", "rules"), "--server"),
        (("--key-file", str(tmp_path / "none"), "--server", "http://localhost", "rules"), "--key-file"),
        (("--key-file", str(tmp_path / "none"), "rules"), "--key-file"),
    ):
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert (result.exit_code, named in result.stderr) == (2, True)


def test_ctrl_c_stops_the_run_there_and_shows_its_best_plan(server: Server, tmp_path: Path) -> None:
    """On a terminal the line tells how far it is; Ctrl-C ends the run at the service, and its plan is shown: 130."""
    case = written(tmp_path / "hard.json", hard_portfolio())
    ours, theirs = pty.openpty()
    command = [STAFFING, "propose", case, "--seconds", "200", "--workers", "1", "--server", server.url]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "150"}
    shown = tmp_path / "shown.txt"
    with (
        shown.open("wb") as file,
        subprocess.Popen(command, stdout=file, stderr=theirs, env=environment) as working,
    ):
        os.close(theirs)
        seen = b""
        while b"best" not in seen:
            seen += os.read(ours, 4096)
        working.send_signal(signal.SIGINT)
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # nobody writes any more
                break
    os.close(ours)
    assert working.returncode == 130
    assert "h staffed" in shown.read_text()
    assert re.search(rb"Run \w+ of \S+: cancelled\.", seen)
    assert b"this is the best plan so far" in seen


def test_the_line_counts_the_seconds_of_the_run() -> None:
    """While a run waits for its turn no seconds pass; one that is begun anew counts from 0, and so within its limit."""
    line, shown = Line(), []
    progress = {"seconds": 28.5, "best": 7313.0, "bound": 7000.0, "plans": 3, "stage": "search"}
    for number, (name, data) in enumerate(
        [("queued", {}), ("running", {}), ("progress", progress), ("queued", {}), ("running", {})]
    ):
        heard(line, Event(number, name, data))
        shown.append(line_text(Words("en"), line, 30, False, ()).plain[2:])
    assert shown == [
        "",
        "0 of 30 s · building the model",
        "28 of 30 s · best 7,313 · bound 7,000 · 3 plans",
        "best 7,313 · bound 7,000 · 3 plans",
        "0 of 30 s · building the model",
    ]
    heard(line, Event(9, "progress", {**progress, "stage": "tier 2"}))
    assert "best in tier 2 7,313" in line_text(Words("en"), line, 30, False, ()).plain
