"""A scenario: a portfolio and an ordered list of changes to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from scenarios.changes import Change, ChangeInvalid, changes_to_json
from scenarios.changes.reading import PLACE, read, read_changes
from solver.fields import Id, Name
from solver.portfolio import Part, Portfolio
from solver.report import Place, Report


class Scenario(Part):
    """A named list of changes to a portfolio; without changes it is the portfolio as it stands, the base.

    title, summary: the story per language, where there is one.
    """

    id: Id
    name: Name
    portfolio: Id
    changes: tuple[Change, ...] = ()
    title: dict[str, Name] = Field(default_factory=dict)
    summary: dict[str, Name] = Field(default_factory=dict)

    def apply(self, portfolio: Portfolio) -> Portfolio:
        """The portfolio with all changes made; raises ChangeInvalid."""
        return apply(portfolio, self.changes)

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON; `parse_scenario` of it gives the same scenario."""
        return {**self.model_dump(mode="json", exclude={"changes"}), "changes": changes_to_json(self.changes)}


def parse_scenario(data: Any) -> Scenario:
    """The scenario in decoded JSON; raises ChangeInvalid with all problems at once."""
    report = Report()
    if not isinstance(data, dict):
        report.add((), "not_an_object", data, "a scenario, which is an object")
        raise ChangeInvalid(report.problems())
    changes = read_changes(data.get("changes", []), PLACE, report)
    scenario = read(Scenario, {name: value for name, value in data.items() if name != "changes"}, (), report)
    problems = report.problems()
    if scenario is None or problems:
        raise ChangeInvalid(problems)
    return scenario.model_copy(update={"changes": changes})


def apply(portfolio: Portfolio, changes: Sequence[Change], place: Place = PLACE) -> Portfolio:
    """The portfolio with the changes made in order; the given one stays as it is.

    Raises ChangeInvalid at the first that cannot apply, with paths that begin at `place` (`/changes/2/person`).
    """
    changed = portfolio
    for _, after in steps(portfolio, changes, place):
        changed = after
    return changed


def words(portfolio: Portfolio, changes: Sequence[Change]) -> tuple[str, ...]:
    """One sentence per change, each said of the portfolio that it applies to; raises ChangeInvalid as `apply` does."""
    before = [portfolio, *(after for _, after in steps(portfolio, changes[:-1]))]
    return tuple(change.words(there) for change, there in zip(changes, before, strict=False))


def steps(portfolio: Portfolio, changes: Sequence[Change], place: Place = PLACE) -> Iterator[tuple[Change, Portfolio]]:
    """Each change with the portfolio after it."""
    for i, change in enumerate(changes):
        try:
            portfolio = change.apply(portfolio)
        except ChangeInvalid as invalid:
            raise invalid.at(i, change.name(), place) from None
        yield change, portfolio


def fingerprint(portfolio: Portfolio, changes: Sequence[Change]) -> str:
    """The content hash of a portfolio and the changes to it, in hexadecimal: a part of a run's fingerprint."""
    said = {"portfolio": portfolio.sha256(), "changes": changes_to_json(changes)}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
