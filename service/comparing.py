"""Proposals from files, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from scenarios.compare import MOST_SENTENCES, compare
from scenarios.comparison import Comparison
from service.reading import Unusable, plan_of
from solver.handmade import score_plan
from solver.portfolio import Portfolio, PortfolioInvalid, Problem
from solver.proposal import Proposal
from solver.report import brief, pointer


def compare_files(
    files: Sequence[tuple[str, Portfolio]], most: int = MOST_SENTENCES, language: str = "en"
) -> Comparison:
    """The comparison of proposals in files, each with its portfolio; the first is the base.

    A plan that is no whole proposal (bookings alone) is scored first. Proposals go by their file's name, those of one
    name by their path. Raises Unusable, with paths that begin with the file's number, counted from 0.
    """
    stems = [Path(source).stem for source, _ in files]
    names = [stem if stems.count(stem) == 1 else source for stem, (source, _) in zip(stems, files, strict=True)]
    found, problems = [], []
    for n, (name, (source, portfolio)) in enumerate(zip(names, files, strict=True)):
        try:
            found.append((name, portfolio, proposal_of(source, portfolio)))
        except Unusable as unusable:
            problems += [Problem(f"/{n}{one.path}", one.code, one.value, one.expected) for one in unusable.problems]
    if problems:
        raise Unusable(problems)
    try:
        return compare(found, most, language)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None


def proposal_of(source: str, portfolio: Portfolio) -> Proposal:
    """The proposal in a file, or the one that a plan made elsewhere comes to; raises Unusable."""
    data = plan_of(source)
    try:
        if isinstance(data, dict) and "score_card" in data:
            return Proposal.model_validate(data)
        return score_plan(portfolio, data)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None
    except ValidationError as invalid:
        raise Unusable(
            Problem(pointer(one["loc"]), "not_a_proposal", brief(one["input"]), f"a proposal as written: {one['msg']}")
            for one in invalid.errors(include_url=False)
        ) from None
