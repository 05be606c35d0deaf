"""The benchmark: the same portfolios everywhere, peers whose models say what the rules say, figures that follow."""

from __future__ import annotations

import hashlib
import os
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from ortools.sat.python import cp_model

from benchmarks import page
from benchmarks.growth import by_phase, exponent
from benchmarks.load import of_queue, percentile
from benchmarks.make_portfolio import make, text
from benchmarks.peers.all import BY_NAME, HIGHS, PEERS, SCIP
from benchmarks.peers.cpsat import cp_model_of
from benchmarks.peers.request_by_request import Matching, match_all
from benchmarks.peers.timefold import facts
from benchmarks.peers.whole_model import WholeModel
from benchmarks.plot import COLOURS, Line, chart
from benchmarks.process import session_memory, watch
from benchmarks.side_by_side import Case, Result, Results, draw, facts_of, improvements, measure, read, write
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse
from solver.rules.base import UNIT
from solver.search import Progress
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables


@pytest.fixture(scope="module")
def small() -> Portfolio:
    """A made-up portfolio that is proven in a moment, with something to learn and somebody there already."""
    return parse(make(8, 10, periods=6, seed=3, incumbents=0.5))


@pytest.mark.parametrize(
    ("arguments", "sha256"),
    [
        ({"people": 12, "activities": 20, "incumbents": 0.2}, "df718573748f8560"),
        ({"people": 50, "activities": 80, "seed": 3, "incumbents": 0.2}, "6f4dc1819c9da6da"),
        ({"people": 5, "activities": 3, "periods": 3, "seed": 9, "block": 2, "load": 1.1}, "f3ae3cd508d7352b"),
    ],
)
def test_the_same_arguments_make_the_same_file(arguments: dict[str, float], sha256: str) -> None:
    """Figures can be repeated: a portfolio is the same to the byte, whoever makes it."""
    made = text(make(**arguments))  # type: ignore[arg-type]
    assert hashlib.sha256(made.encode()).hexdigest().startswith(sha256)


def test_the_whole_model_has_the_same_optimum_as_the_service(small: Portfolio) -> None:
    """What others are given is the same problem: the same proven cost, and a plan that the judge finds to cost that."""
    whole = WholeModel(Tables.of(small))
    model, variables = cp_model_of(whole.program)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    bookings, learning = whole.plan(solver.value(variable) for variable in variables)
    proposal = score_plan(small, {"bookings": bookings, "learning": learning})
    assert proposal.run.status == "FEASIBLE"
    assert proposal.run.objective == pytest.approx((solver.objective_value + whole.program.constant) / UNIT)
    ours = solve(small, Settings(seconds=60, repeatable=True, workers=1))
    assert learning
    assert (ours.run.status, ours.run.objective) == ("OPTIMAL", pytest.approx(proposal.run.objective))


@pytest.mark.parametrize(("size", "seed"), [*(((12, 20), seed) for seed in range(1, 6)), ((200, 300), 2)])
def test_matching_request_by_request_breaks_no_rule(size: tuple[int, int], seed: int) -> None:
    """The plan that resource tools would make is a valid one, and better than none, also where much is lent."""
    portfolio = parse(make(*size, seed=seed, incumbents=0.2))
    proposal = score_plan(portfolio, match_all(Tables.of(portfolio)))
    empty = score_plan(portfolio, {"bookings": []}).run.objective
    assert proposal.run.status == "FEASIBLE"
    assert proposal.run.objective is not None
    assert empty is not None
    assert proposal.run.objective < empty


def test_matching_keeps_who_is_there_already(small: Portfolio) -> None:
    """Incumbents who can go on do, wherever hours are booked."""
    tables = Tables.of(small)
    matching = Matching(tables)
    kept = next(iter(tables.incumbent))
    matching.match(kept[1])
    assert kept in matching.hours


@pytest.mark.parametrize("model", [WholeModel, lambda tables: list(facts(tables)), match_all])
def test_what_is_not_modelled_is_refused(model: Callable[[Tables], object]) -> None:
    """No peer is given a portfolio with rules that its model leaves out."""
    data = make(5, 6, periods=5, seed=3) | {"relations": [{"people": ["p0000", "p0001"], "kind": "apart"}]}
    with pytest.raises(ValueError, match="relations"):
        model(Tables.of(parse(data)))


def test_a_peer_is_measured_judged_and_drawn(tmp_path: Path) -> None:
    """From a command to the page: time, memory, the judge's cost, a table, charts, and all again from the file."""
    case = Case(5, 6, 5, 3, 5.0)
    result = measure(case, BY_NAME["matching"], tmp_path)
    assert result.failure is None
    assert result.cost is not None
    assert 0 < result.cost < result.empty
    assert result.seconds > 0
    assert result.memory_mib > 10
    bounded = Result(case, "cpsat", 1.0, 1.0, None, result.cost / 2, result.empty, failure="no plan")
    results = Results([result, bounded])
    write(results, facts_of([case], [BY_NAME["matching"], BY_NAME["cpsat"]], []), tmp_path / "results.json")
    again, known = read(tmp_path / "results.json")
    assert again.all == results.all
    draw(again, known, tmp_path)
    drawn = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert f"{results.value(result, result.cost):.2%}" in drawn
    assert "no plan" in drawn
    for chart_file in tmp_path.glob("*.svg"):
        ElementTree.fromstring(chart_file.read_text(encoding="utf-8"))


def test_a_plan_below_a_bound_is_found_out() -> None:
    """A model that claims too much is told, not averaged away."""
    case = Case(5, 6, 5, 3, 5.0)
    results = Results(
        [
            Result(case, "service", 1.0, 1.0, 90.0, 80.0, 200.0),
            Result(case, "scip", 1.0, 1.0, 100.0, 95.0, 200.0),
        ]
    )
    assert len(results.contradictions()) == 1


def test_watching_sees_memory_progress_and_failures() -> None:
    """Memory counts that of children, progress is a line of JSON, and the last line of a complaint is kept."""
    child = "x = bytearray(60 * 2**20); x[::4096] = b'1' * len(x[::4096])"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); sys.exit('gone wrong')"
    seen = watch([sys.executable, "-c", f"print('{{\"best\": 3}}'); {parent}"], 10)
    assert seen.memory > 60
    assert seen.failure == "gone wrong"
    assert [(one.best, one.bound) for one in seen.told] == [(3.0, None)]


def test_memory_is_that_of_a_whole_session() -> None:
    """What the system tells of this session is at least something, and of a session that is not there nothing."""
    assert session_memory(os.getsid(0)) > 1
    assert session_memory(2**30) == 0


def test_what_solvers_log_is_understood() -> None:
    """The cost of the best plan is read from the tables that HiGHS and SCIP print."""
    highs = (
        " L       0       0         0   0.00%   48690.800002    48770.8            0.16%     2434     90     82    3.4s"
    )
    scip = "  0.3s|     1 |     0 |   918 |     - |    12M |   0 | 522 |  35 | 4.859422e+04 | 5.337112e+04 |   9.83%| 3"
    found = [HIGHS.search(highs), SCIP.search(scip)]
    assert [match and float(match["best"]) for match in found] == [48770.8, 53371.12]


def test_improvements_alone_count() -> None:
    """A curve has a point where something became better."""
    assert improvements([(1, 9.0), (2, None), (3, 9.0), (4, 8.0)]) == [(1, 9.0), (4, 8.0)]


def test_phases_and_exponents() -> None:
    """Time goes to the stage that the next report names, up to the moment asked about; a power law is found again."""
    stages = [(1.0, "model"), (3.0, "relaxation"), (6.0, "improve"), (9.0, "improve")]
    told = [Progress(seconds, None, None, None, None, 1, stage) for seconds, stage in stages]
    assert by_phase(told, 5.0) == {"model": 1.0, "LP": 2.0, "search": 2.0}
    assert exponent([(x, 3 * x**1.5) for x in (10.0, 100.0, 1000.0)]) == pytest.approx(1.5)
    assert exponent([(1.0, 1.0), (2.0, 2.0)]) is None


@pytest.mark.parametrize("log", [True, False])
def test_a_chart_is_well_formed(log: bool) -> None:
    """Names are escaped, single points are drawn, lines without any take a colour, and both axes can be read."""
    lines = [Line("&", [(1, 2), (50, 900)]), Line("none", []), Line("one", [(3, 4)])]
    svg = chart("a < b", "x", "y", lines, log_x=log, log_y=log)
    words = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]
    assert {"a < b", "&", "none", "one"} <= set(words)
    assert COLOURS[2] in svg.split(">one<")[0].split(">none<")[1]
    assert len(words) > 8


def test_a_section_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    """What was written by hand around the measured part stays."""
    file = tmp_path / "README.md"
    file.write_text("# Before\n\n<!-- a: begin -->\nold\n<!-- a: end -->\n\nAfter\n", encoding="utf-8")
    page.replace(file, "a", "new \\1")
    assert file.read_text(encoding="utf-8") == "# Before\n\n<!-- a: begin -->\n\nnew \\1\n\n<!-- a: end -->\n\nAfter\n"


def test_the_page_has_a_place_for_everything() -> None:
    """The sections that measuring fills are in the page, and every peer says how it was set up."""
    written = (page.FOLDER / "README.md").read_text(encoding="utf-8")
    for name in ("side by side", "growth", "what if"):
        assert f"<!-- {name}: begin -->" in written
    assert all(peer.set_up for peer in PEERS)


def test_a_queue_is_measured_on_a_real_server() -> None:
    """Runs that were queued together are seen to begin in their order, and to finish."""
    told = of_queue(3)
    assert "began in the order in which they were queued; 3 of 3 finished" in told


def test_percentiles() -> None:
    """The smallest value that so many percent are not above."""
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert percentile([7.0], 99) == 7
