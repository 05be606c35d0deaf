"""Proposals from files, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios.compare import MOST_SENTENCES, compare
from scenarios.comparison import Comparison
from scenarios.runs import Run
from scenarios.scenario import apply
from service.reading import Unusable, plan_of
from solver.handmade import score_plan
from solver.portfolio import Portfolio, PortfolioInvalid, Problem
from solver.proposal import Proposal
from solver.report import brief, pointer


def compare_files(
    files: Sequence[tuple[str, Portfolio]], most: int = MOST_SENTENCES, language: str = "en"
) -> Comparison:
    """The comparison of proposals in files, each with its portfolio; the first is the base. Raises as `sides_of`."""
    return compare_sides(sides_of(files), most, language)


def compare_sides(
    sides: Sequence[tuple[str, Portfolio, Proposal]], most: int = MOST_SENTENCES, language: str = "en"
) -> Comparison:
    """The comparison of named proposals; raises Unusable where a plan names what its portfolio does not have."""
    try:
        return compare(sides, most, language)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None


def sides_of(files: Sequence[tuple[str, Portfolio]]) -> list[tuple[str, Portfolio, Proposal]]:
    """Name, portfolio and proposal of each file, read as `side_of` does.

    Proposals go by their file's name, those of one name by their path. Raises Unusable, with paths that begin with the
    file's number, counted from 0.
    """
    stems = [Path(source).stem for source, _ in files]
    names = [stem if stems.count(stem) == 1 else source for stem, (source, _) in zip(stems, files, strict=True)]
    found, problems = [], []
    for n, (name, (source, portfolio)) in enumerate(zip(names, files, strict=True)):
        try:
            found.append((name, *side_of(source, portfolio)))
        except Unusable as unusable:
            problems += [Problem(f"/{n}{one.path}", one.code, one.value, one.expected) for one in unusable.problems]
    if problems:
        raise Unusable(problems)
    return found


def side_of(source: str, portfolio: Portfolio) -> tuple[Portfolio, Proposal]:
    """The proposal in a file with its portfolio, which a run has changed; raises Unusable.

    A plan made elsewhere (bookings alone) is scored first.
    """
    data = plan_of(source)
    return _of_run(data, portfolio) if is_run(data) else (portfolio, _proposal(data, portfolio))


def _of_run(data: Any, portfolio: Portfolio) -> tuple[Portfolio, Proposal]:
    run = run_in(data)
    if run.proposal is None:
        raise Unusable([Problem("/proposal", "no_proposal", None, "a run that has a proposal")])
    try:
        return apply(portfolio, run.changes), run.proposal
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None


def plan_in(source: str, portfolio: Portfolio) -> tuple[Portfolio, Any]:
    """The decoded JSON of a plan with its portfolio, which a run has changed; raises Unusable."""
    data = plan_of(source)
    if not is_run(data):
        return portfolio, data
    portfolio, proposal = _of_run(data, portfolio)
    return portfolio, proposal.to_json()


def earlier_of(source: str, portfolio: Portfolio) -> Run | Proposal:
    """The run or proposal in a file, to start from; raises Unusable."""
    data = plan_of(source)
    return run_in(data) if is_run(data) else _proposal(data, portfolio)


def is_run(data: Any) -> bool:
    """Whether decoded JSON is meant as a run."""
    return isinstance(data, dict) and "changes" in data and "proposal" in data


def run_in(data: Any) -> Run:
    """The run in decoded JSON; raises Unusable."""
    try:
        return Run.model_validate(data)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None
    except ValidationError as invalid:
        raise _unusable(invalid, "not_a_run", "a run as written") from None


def _proposal(data: Any, portfolio: Portfolio) -> Proposal:
    """The proposal in decoded JSON, or the one that a plan made elsewhere comes to; raises Unusable."""
    try:
        if isinstance(data, dict) and "score_card" in data:
            return Proposal.model_validate(data)
        return score_plan(portfolio, data)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None
    except ValidationError as invalid:
        raise _unusable(invalid, "not_a_proposal", "a proposal as written") from None


def _unusable(invalid: ValidationError, code: str, expected: str) -> Unusable:
    return Unusable(
        Problem(pointer(one["loc"]), code, brief(one["input"]), f"{expected}: {one['msg']}")
        for one in invalid.errors(include_url=False)
    )
