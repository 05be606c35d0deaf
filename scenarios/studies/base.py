"""What all studies have in common: a frozen record that asks one question, and the record that answers it.

A study names people, units, terms and rules by their ids, as changes do. `Desk` makes its runs; `docs/studies.md`
describes them all.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import SerializeAsAny

from scenarios.changes.base import unknown_names
from scenarios.comparison import Difference
from solver.portfolio import Part, Portfolio, PortfolioInvalid, Problem
from solver.proposal import Figure, PortfolioRef, Proposal, Status
from solver.proposal import Part as Line

if TYPE_CHECKING:
    from scenarios.studies.desk import Desk

Outcome = Literal["finished", "cancelled", "no_plan", "failed"]


#: plans that a study keeps of its points, those that matter most
MOST_KEPT = 20


class StudyInvalid(PortfolioInvalid):
    """A study that is malformed, or that names what the portfolio does not have; `problems` says where and why."""


class Solved(Line):
    """How a plan was found, and how good it is for certain; `cost` is the total of its score card.

    bound: no plan costs less than this; null where that is not known, as with tiers.
    """

    status: Status
    cost: Figure | None
    bound: Figure | None
    gap: float | None

    @classmethod
    def of(cls, proposal: Proposal, portfolio: Portfolio) -> Solved:
        """What is known of a proposal for the portfolio."""
        tiers = bool(portfolio.policy.tiers)
        return cls(
            status=proposal.run.status,
            cost=None if proposal.score_card is None else proposal.score_card.total,
            bound=None if tiers else proposal.run.bound,
            gap=None if tiers else proposal.run.gap,
        )


class RuleCost(Line):
    """What a rule costs before and after, where that differs."""

    name: str
    title: str
    before: Figure
    after: Figure
    difference: Figure


class TeamChange(Line):
    """Hours covered and people missing on an activity, before and after, where one of them differs."""

    activity: str
    name: str
    hours_before: int
    hours_after: int
    missing_before: int
    missing_after: int


class Finding(Line):
    """The answer of a study; each kind of study has its own."""


class StudyResult(Line):
    """A study with its answer.

    settings: of each solve. outcome: `finished`; `cancelled`, with what was found until then; `no_plan`, where the
    portfolio as it stands has none, so there is nothing to hold anything against; `failed`, where that solve crashed.
    base: the portfolio as it stands. found: the answer, null without a base. sentences: the answer in words.
    cautions: what to know before relying on it, such as what is not proven. solves: how many there were. In repeatable
    mode the same input gives the same result but for `seconds`.
    """

    format: Literal["staffing-study/1"] = "staffing-study/1"
    study: dict[str, Any]
    portfolio: PortfolioRef
    settings: dict[str, Any]
    versions: dict[str, str]
    fingerprint: str
    outcome: Outcome
    base: Solved | None
    found: SerializeAsAny[Finding] | None
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    solves: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return self.model_dump(mode="json", by_alias=True)


class Study(Part):
    """One question that takes many runs; made by `parse_study`. A subclass names its fields, `finding` and `answer`."""

    title: ClassVar[str]
    finding: ClassVar[type[Finding]]
    kind: str

    @classmethod
    def name(cls) -> str:
        """The slug that stands in the field `kind`."""
        return str(cls.model_fields["kind"].default)

    @classmethod
    def description(cls) -> str:
        """What the study asks, in plain text: the docstring."""
        return inspect.cleandoc(cls.__doc__ or "")

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON; `parse_study` of it gives the same study."""
        return self.model_dump(mode="json", by_alias=True)

    def check(self, portfolio: Portfolio) -> None:
        """Raises StudyInvalid with everything that cannot be asked of this portfolio, paths within the study."""
        problems = [*unknown_names(self, portfolio), *self.problems(portfolio)]
        if problems:
            raise StudyInvalid(problems)

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """What else cannot be asked, besides names that the portfolio does not know."""
        return ()

    @abstractmethod
    def answer(self, desk: Desk) -> tuple[Finding, Iterable[str]]:
        """The answer and its sentences; the desk has a base with a plan."""


def rule_costs(difference: Difference) -> tuple[RuleCost, ...]:
    """The rules whose cost differs, the largest fall first."""
    changed = [
        RuleCost(
            name=rule.name,
            title=rule.title,
            before=rule.cost.before or 0,
            after=rule.cost.after or 0,
            difference=rule.cost.difference,
        )
        for rule in difference.rules
        if rule.cost.difference
    ]
    return tuple(sorted(changed, key=lambda rule: rule.difference))


def team_changes(difference: Difference) -> tuple[TeamChange, ...]:
    """The activities that have other hours, or lack other people; those with the most people won first."""
    found = []
    for line in difference.activities:
        missing = [int(sum(getattr(one.missing, side) or 0 for one in line.missing)) for side in ("before", "after")]
        hours = [int(getattr(line.covered, side) or 0) for side in ("before", "after")]
        if missing[0] != missing[1] or hours[0] != hours[1]:
            found.append(
                TeamChange(
                    activity=line.activity,
                    name=line.name,
                    hours_before=hours[0],
                    hours_after=hours[1],
                    missing_before=missing[0],
                    missing_after=missing[1],
                )
            )
    return tuple(
        sorted(found, key=lambda one: (one.missing_after - one.missing_before, one.hours_before - one.hours_after))
    )
