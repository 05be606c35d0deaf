"""Runs in real processes: what is recorded, what can be repeated, and what a stop, a crash and a death do."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from scenarios import runs
from scenarios.changes import Change, ChangeInvalid, parse_changes
from scenarios.library import entry
from scenarios.runs import MOST_POINTS, Order, Run, fingerprint, remember, run, run_many, start
from solver.faults import SHOWN
from solver.forkserver import Forkserver
from solver.portfolio import Portfolio, parse
from solver.search import Progress
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, person, portfolio

ROOT = Path(__file__).parents[2]
#: far more than anything here takes, also on a machine that is busy
PATIENCE = 120.0
QUICK = Settings(seconds=10, workers=1, repeatable=True)
LONG = Settings(seconds=600, workers=1)

linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forkserver]:
    """A fork server for this test alone, with the environment that the test gives it."""
    server = Forkserver(runs.CHILD)
    monkeypatch.setattr(runs, "FORKSERVER", server)
    yield server
    server.close()


def tiny() -> Portfolio:
    """Two who can write, and two activities."""
    return portfolio(
        [person("ana", expertise={"writing": 3}), person("ben", expertise={"writing": 3})],
        [activity("write", 40, expertise={"writing": 2}), activity("read", 20, expertise={"writing": 2})],
    )


def hard_data() -> dict[str, Any]:
    """The people and the work of `adviesbureau` twice: soon a good plan, and no proof in the time of a test."""
    data = json.loads(entry("adviesbureau").text())
    people = [{**one, "id": f"{one['id']}-{n}", "wishes": []} for one in data["people"] for n in range(2)]
    activities = [{**one, "id": f"{one['id']}-{n}", "after": []} for one in data["activities"] for n in range(2)]
    projects = [{**one, "lead": None} for one in data["projects"]]
    changed = {"people": people, "activities": activities, "projects": projects, "bookings": [], "relations": []}
    return {**data, **changed}


def hard() -> Portfolio:
    """`hard_data`, parsed."""
    return parse(hard_data())


def leave(who: str) -> tuple[Change, ...]:
    """Somebody is gone from the beginning."""
    return parse_changes([{"change": "leave", "person": who, "from": 0}])


def said(of: Run) -> dict[str, Any]:
    """The proposal without the seconds that it took."""
    assert of.proposal is not None
    proposal = of.proposal.to_json()
    del proposal["run"]["seconds"]
    return proposal


def failure(of: Run) -> tuple[str, str]:
    """The code and the words of a failure; a run that failed has no proposal."""
    assert (of.outcome, of.proposal) == ("failed", None)
    assert of.failure is not None
    return of.failure.code, of.failure.detail


class Signs:
    """Progress, and waiting for something in it."""

    def __init__(self) -> None:
        self.told: list[Progress] = []
        self._news = threading.Condition()

    def __call__(self, progress: Progress) -> None:
        with self._news:
            self.told.append(progress)
            self._news.notify_all()

    def wait(self, sign: Callable[[Progress], bool]) -> None:
        """Until some progress has had the sign."""
        with self._news:
            assert self._news.wait_for(lambda: any(map(sign, self.told)), PATIENCE)


def has_plan(progress: Progress) -> bool:
    """Whether there is a plan."""
    return progress.best is not None


def with_highs(progress: Progress) -> bool:
    """Whether HiGHS is computing, in processes of its own."""
    return progress.stage in ("start", "prove", "improve")


def children(pid: int) -> set[int]:
    """The processes that a process started and that are there."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def solvers() -> set[int]:
    """The processes of runs that this process has asked for and that are there."""
    return {solver for child in children(os.getpid()) for solver in children(child)}


class Watched:
    """Processes that are there now, to see that they end; by handles, since ids are used again."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._handles = [os.pidfd_open(pid) for pid in pids]
        assert self._handles

    def have_ended(self) -> bool:
        """Whether all have ended before patience has."""
        ended = [bool(select.select([handle], [], [], PATIENCE)[0]) for handle in self._handles]
        for handle in self._handles:
            os.close(handle)
        return all(ended)


@pytest.fixture(scope="module")
def base() -> Run:
    """A run of the tiny portfolio."""
    return run(tiny(), (), QUICK)


# --- the record -------------------------------------------------------------------------------------------------------


def test_a_run_says_all_that_is_needed_to_repeat_it(base: Run) -> None:
    """Portfolio, changes, settings and versions as they were, when, how it went, and what came out."""
    assert base.portfolio == tiny().sha256()
    assert (base.changes, base.settings, base.parent) == ((), QUICK, None)
    assert base.fingerprint == fingerprint(tiny(), (), QUICK)
    assert (base.outcome, base.failure) == ("finished", None)
    assert base.proposal is not None
    assert base.proposal.run.status == "OPTIMAL"
    assert base.versions == base.proposal.run.versions
    assert base.ended is not None
    assert base.started.tzinfo is base.ended.tzinfo is UTC
    assert base.started < base.ended
    assert base.progress[-1].best == base.proposal.run.objective


def test_a_run_gives_the_proposal_of_a_solve(base: Run) -> None:
    """The process changes nothing in what comes out."""
    here = solve(tiny(), QUICK).to_json()
    del here["run"]["seconds"]
    assert said(base) == here


def test_a_run_survives_json() -> None:
    """What is written is read back the same, with its changes, its progress and its proposal."""
    made = run(tiny(), leave("ben"), QUICK)
    assert made.changes == leave("ben")
    assert Run.model_validate(json.loads(json.dumps(made.to_json()))) == made
    assert "changes" in Run.model_json_schema()["properties"]


def test_the_changes_are_made(base: Run) -> None:
    """Who leaves is not booked; the portfolio of the record is the one before."""
    made = run(tiny(), leave("ben"), QUICK)
    assert made.portfolio == base.portfolio
    assert made.proposal is not None
    assert {one.person for one in made.proposal.bookings or ()} == {"ana"}


def test_a_run_without_a_plan_has_come_to_its_end() -> None:
    """Rules that contradict are an answer of the solver and no failure."""
    of = portfolio([person("ana")], [activity("write")], [booking("ana", "write", 44)])
    made = run(of, (), QUICK)
    assert made.outcome == "finished"
    assert made.proposal is not None
    assert made.proposal.run.status == "INFEASIBLE"
    assert made.proposal.conflict is not None


def test_a_change_that_cannot_apply_starts_nothing() -> None:
    """The error comes at once and says which change."""
    with pytest.raises(ChangeInvalid) as caught:
        start(tiny(), leave("nobody"), QUICK)
    assert caught.value.problems[0].path == "/changes/0/person"


def test_the_history_of_progress_is_bounded() -> None:
    """The first and the last report are kept, the others thinned out, so that early ones lie closer than late ones."""
    points: list[Progress] = []
    for tenth in range(1, 5001):
        remember(points, Progress(tenth / 10, 1.0 / tenth, 0.0, None, None, tenth, "prove"))
    seconds = [point.seconds for point in points]
    assert len(points) == MOST_POINTS
    assert (seconds[0], seconds[-1]) == (0.1, 500.0)
    assert seconds == sorted(set(seconds))
    assert seconds[20] - seconds[0] < seconds[-1] - seconds[-21]


# --- repeating --------------------------------------------------------------------------------------------------------


def test_the_same_fingerprint_gives_the_same_proposal(base: Run) -> None:
    """Two runs in two processes, to the last sentence."""
    again = run(tiny(), (), QUICK)
    assert again.id != base.id
    assert again.fingerprint == base.fingerprint
    assert said(again) == said(base)


@pytest.mark.slow
def test_a_scenario_of_the_library_can_be_repeated() -> None:
    """The same holds for a real case where the limit ends the search, cold and from an earlier plan."""
    of, settings = entry("adviesbureau").portfolio(), Settings(seconds=0.2, workers=1, repeatable=True)
    first, second = (run(of, (), settings) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert said(first) == said(second)
    changes = leave("sanne")
    warm, warm_again = (run(of, changes, settings, earlier) for earlier in (first, second))
    assert warm.fingerprint == warm_again.fingerprint
    assert said(warm) == said(warm_again)


def test_the_fingerprint_tells_apart_all_that_matters(base: Run) -> None:
    """Another portfolio, change, setting or plan to start from is another fingerprint; the base's name is not in it."""
    given = [
        fingerprint(tiny()),
        fingerprint(entry("adviesbureau").portfolio()),
        fingerprint(tiny(), leave("ana")),
        fingerprint(tiny(), leave("ben")),
        fingerprint(tiny(), (), QUICK),
        fingerprint(tiny(), (), QUICK, base),
    ]
    assert len(set(given)) == len(given)
    assert fingerprint(tiny(), (), QUICK, base.proposal) == given[-1]
    assert fingerprint(tiny(), (), QUICK, base.model_copy(update={"id": "other"})) == given[-1]


def test_a_run_knows_the_run_it_starts_from(base: Run) -> None:
    """The parent is the run whose plan was taken; one without a plan is not started from."""
    assert run(tiny(), leave("ben"), QUICK, base).parent == base.id
    failed = base.model_copy(update={"proposal": None})
    with start(tiny(), leave("ben"), QUICK, failed) as handle:
        assert handle.run.parent is None
        assert handle.run.fingerprint == fingerprint(tiny(), leave("ben"), QUICK)


@pytest.mark.slow
def test_a_warm_start_repairs_what_the_change_broke() -> None:
    """The repaired plan alone costs less than what the same search has in the end that starts from nothing."""
    of, settings = entry("adviesbureau").portfolio(), Settings(seconds=0.2, workers=1, repeatable=True)
    changes = parse_changes([{"change": "leave", "person": "bram", "from": 3}])
    base = run(of, (), settings)
    cold, warm = (run(of, changes, settings, earlier) for earlier in (None, base))
    repaired = [told.best for told in warm.progress if told.stage == "earlier plan"]
    assert cold.proposal is not None
    assert cold.proposal.run.objective is not None
    assert repaired
    assert repaired[-1] is not None
    assert repaired[-1] < cold.proposal.run.objective


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_a_cancelled_run_keeps_its_best_plan() -> None:
    """The proposal has a plan, checked and scored like any other."""
    signs = Signs()
    handle = start(hard(), (), LONG, on_progress=signs)
    signs.wait(has_plan)
    with pytest.raises(TimeoutError):
        handle.result(timeout=0)
    assert (handle.run.outcome, handle.run.ended) == (None, None)
    assert has_plan(handle.run.progress[-1])
    handle.cancel()
    handle.cancel()  # once more changes nothing
    ended = handle.result(PATIENCE)
    assert (ended.outcome, ended.failure) == ("cancelled", None)
    assert ended.proposal is not None
    assert ended.proposal.run.status == "FEASIBLE"
    assert ended.proposal.bookings
    assert handle.run == ended
    handle.cancel()  # it is over
    assert handle.result(0) == ended


def test_a_run_cancelled_before_it_solves_has_nothing() -> None:
    """It ends at once, without a proposal, and it is no failure."""
    handle = start(hard(), (), LONG)
    handle.cancel()
    ended = handle.result(PATIENCE)
    assert (ended.outcome, ended.proposal, ended.failure) == ("cancelled", None, None)
    assert ended.ended is not None


def test_a_run_can_be_given_up_before_its_process_is_there(own_server: Forkserver) -> None:
    """What it is forked off from may take as long as it likes to load: here it never has."""
    handle = start(hard(), (), LONG)
    assert own_server._server is not None
    own_server._server.send_signal(signal.SIGSTOP)
    handle.close()
    assert handle.result(0).outcome == "cancelled"


@linux
def test_leaving_the_block_ends_the_run() -> None:
    """An exception on the way takes the processes with it."""
    signs = Signs()
    handle = start(hard(), (), LONG, on_progress=signs)
    signs.wait(with_highs)
    processes = Watched({handle.pid} | children(handle.pid))
    with pytest.raises(ZeroDivisionError), handle:
        raise ZeroDivisionError
    assert processes.have_ended()
    assert handle.result(0).outcome == "cancelled"


def test_a_listener_that_fails_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    """The run goes on to its end; the log has the error."""

    def listener(progress: Progress) -> None:
        raise ZeroDivisionError

    assert run(tiny(), (), QUICK, on_progress=listener).outcome == "finished"
    assert {vars(record)["error"] for record in caplog.records} == {"ZeroDivisionError"}


# --- crashing ---------------------------------------------------------------------------------------------------------


@linux
def test_a_killed_run_has_failed_and_takes_nothing_along() -> None:
    """It says so; its own processes end, and the run beside it goes on."""
    signs, beside_signs = Signs(), Signs()
    with start(hard(), (), LONG, on_progress=beside_signs) as beside:
        beside_signs.wait(has_plan)
        handle = start(hard(), (), LONG, on_progress=signs)
        signs.wait(with_highs)
        highs = Watched(children(handle.pid))
        os.kill(handle.pid, signal.SIGKILL)
        ended = handle.result(PATIENCE)
        code, detail = failure(ended)
        assert code == "killed"
        assert detail == "the process was killed, as the system does when memory runs out"
        assert ended.progress
        assert highs.have_ended()
        beside.cancel()
        assert beside.result(PATIENCE).proposal is not None


def test_a_crash_says_which_signal() -> None:
    """A fault in native code is told by its name."""
    handle = start(hard(), (), LONG)
    os.kill(handle.pid, signal.SIGSEGV)
    assert failure(handle.result(PATIENCE)) == ("crashed", "the process ended with SIGSEGV")


@pytest.mark.usefixtures("own_server")
def test_a_process_that_ends_by_itself_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that cannot even begin is told with its exit code."""
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    code, detail = failure(run(tiny(), (), QUICK))
    assert (code, detail) == ("exited", "the process ended by itself with exit code 1")


@pytest.mark.usefixtures("own_server")
@pytest.mark.parametrize("shown", [True, False])
def test_an_error_in_the_solve_is_told_without_its_message(
    shown: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Its class is in the run and its places are in the log; all of it is printed for whoever may read it alone."""
    monkeypatch.delenv(SHOWN, raising=False)
    if shown:
        monkeypatch.setenv(SHOWN, "1")
    done = run(tiny(), (), QUICK.model_copy(update={"workers": -1}))
    assert failure(done) == ("error", "a fault of ours (InternalError)")
    [told] = [vars(record) for record in caplog.records]
    assert told["error"] == "InternalError"
    assert "solver/" in told["where"]
    message = "InternalError: the model is invalid"
    assert (message in capfd.readouterr().err) == shown
    assert message not in f"{done} {told}"


def test_a_process_that_cannot_be_prepared_has_failed() -> None:
    """What is to happen before it has anything to do fails: the run ends with the reason, and its process with it."""

    def refused(pid: int) -> None:
        pids.append(pid)
        raise ValueError("not allowed to raise maximum limit")

    pids: list[int] = []
    handle = start(tiny(), (), QUICK, before=refused)
    assert failure(handle.result(PATIENCE)) == ("error", "a fault of ours (ValueError)")
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_process_that_hangs_is_ended() -> None:
    """One that neither answers nor ends is killed when its time is long up, and has failed."""
    handle = start(tiny(), (), QUICK, clock_seconds=1.0)
    os.kill(handle.pid, signal.SIGSTOP)
    code, _ = failure(handle.result(PATIENCE))
    assert code == "overdue"


#: a caller without a guard in its main module, and with a child of its own that holds on to the pipe
CALLER = """
import os, signal, sys, threading
from scenarios.runs import start
from solver.portfolio import parse_json
from solver.settings import Settings

solving = threading.Event()
def tell(progress):
    if progress.stage in ("start", "prove", "improve"):
        solving.set()

handle = start(parse_json(open(sys.argv[1]).read()), (), Settings(seconds=600, workers=1), on_progress=tell)
if (bystander := os.fork()) == 0:
    signal.pause()
solving.wait()
print(handle.pid, bystander, flush=True)
signal.pause()
"""


@linux
def test_a_run_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """A caller that is killed leaves no process behind, even where a fork of it keeps the pipe open."""
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "portfolio.json").write_text(json.dumps(hard_data()))
    command = [sys.executable, "-W", "ignore", str(tmp_path / "caller.py"), str(tmp_path / "portfolio.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pid, bystander = map(int, caller.stdout.readline().split())
        processes = Watched({pid} | children(pid))
        caller.kill()
        try:
            assert processes.have_ended()
        finally:
            os.kill(bystander, signal.SIGKILL)


# --- many -------------------------------------------------------------------------------------------------------------


def test_many_runs_side_by_side() -> None:
    """Each order becomes a run under its id, with progress, and never more than asked for run at once."""
    told: set[str] = set()
    orders = [Order(tiny(), leave(who), QUICK, id=who) for who in ("ana", "ben")]
    orders.append(Order(tiny(), (), QUICK, id="nobody"))
    made = list(run_many(orders, at_once=2, on_progress=lambda id, progress: told.add(id)))
    by_id = {one.id: one for one in made}
    assert by_id.keys() == told == {order.id for order in orders}
    for order in orders:
        one = by_id[order.id or ""]
        assert (one.outcome, one.changes, one.settings) == ("finished", order.changes, order.settings)
    for one in made:
        assert sum(other.started < one.started < (other.ended or other.started) for other in made) < 2


@linux
def test_one_that_crashes_leaves_the_others() -> None:
    """The run is told as failed where it is one of many."""
    signs = Signs()
    before = solvers()
    killed = []

    def tell(id: str, progress: Progress) -> None:
        if id == "hard" and not killed:
            killed.extend(solvers() - before)
            os.kill(killed[0], signal.SIGKILL)
        signs(progress)

    orders = [Order(hard(), (), LONG, id="hard"), Order(tiny(), (), QUICK, id="tiny")]
    made = list(run_many(orders, at_once=1, on_progress=tell))
    assert [(one.id, one.outcome) for one in made] == [("hard", "failed"), ("tiny", "finished")]


def test_many_runs_can_be_stopped() -> None:
    """Those that run are given with their best plans, the others are never begun."""
    stop, with_plan = threading.Event(), set()

    def tell(id: str, progress: Progress) -> None:
        if has_plan(progress):
            with_plan.add(id)
        if with_plan == {"a", "b"}:
            stop.set()

    orders = (Order(hard(), (), LONG, id=name) for name in "abc")
    made = list(run_many(orders, at_once=2, on_progress=tell, stop=stop))
    assert {one.id for one in made} == {"a", "b"}
    for one in made:
        assert one.outcome == "cancelled"
        assert one.proposal is not None
        assert one.proposal.bookings


@linux
def test_giving_up_ends_those_that_run() -> None:
    """Who takes only the first leaves no process behind."""
    before = solvers()
    made = run_many([Order(tiny(), (), QUICK), Order(hard(), (), LONG)], at_once=2)
    assert next(made).outcome == "finished"
    left = Watched(solvers() - before)
    made.close()  # type: ignore[attr-defined]
    assert left.have_ended()
    assert solvers() <= before


def test_an_order_that_cannot_be_made_ends_the_others() -> None:
    """The error is raised where it comes up, and no process is left."""
    orders = [Order(hard(), (), LONG), Order(tiny(), leave("nobody"), QUICK)]
    with pytest.raises(ChangeInvalid):
        list(run_many(orders, at_once=2))
