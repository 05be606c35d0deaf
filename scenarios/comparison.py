"""What a comparison says: the record, ready for JSON, with every field always there.

`before` is the base, `after` the other proposal, `difference` after − before. What one side does not have is null, and
so is a difference with it: a person who is not in a portfolio has 0 hours there, a proposal without a plan has null.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from solver.proposal import Figure, Part, Status

Standing = Literal["there", "hired", "candidate", "absent"]
Dimension = Literal["expertise", "talent"]
Proven = Literal["better", "worse", "equal", "open", "incomparable"]


class Number(Part):
    """A number on both sides."""

    before: Figure | None
    after: Figure | None
    difference: Figure | None


class Word(Part):
    """A word on both sides."""

    before: str | None
    after: str | None


class Terms(Part):
    """Ids of terms on both sides."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Facts(Part):
    """How one of the proposals was found; `cost` is the total of its score card, `objective` what the search improved.

    `bound` and `gap` are of the cost, and null with tiers. `broken`: the plan breaks rules that may not be broken (a
    plan made elsewhere can).
    """

    name: str
    portfolio: str
    revision: int
    sha256: str
    scenario: str | None
    status: Status
    cost: Figure | None
    objective: Figure | None
    bound: Figure | None
    gap: float | None
    value_captured: float | None
    seconds: float
    fingerprint: str
    broken: bool


class RuleChange(Part):
    """One rule. cost.difference = cost_by_weight + cost_by_amount, to the last digit.

    With w the weight where the rule costs something (0 where it is hard, or off) and W = Σ item weight × amount:
    cost_by_weight = (w after − w before) × W before, cost_by_amount = w after × (W after − W before). A change of mode
    is thus a change of weight; a change of a rule's other settings, or of an item's weight, is in the amount.
    """

    name: str
    title: str
    hard: bool
    unit: str
    mode: Word
    weight: Number
    amount: Number
    cost: Number
    cost_by_weight: Figure | None
    cost_by_amount: Figure | None


class ActivityHours(Part):
    """One person's hours on an activity."""

    activity: str
    name: str
    hours: Number


class PersonChange(Part):
    """One person. Standing: there, hired (a candidate taken on), candidate (not taken on) or absent.

    `won`, `lost`: activities the person is on only after, only before; `changed`: on both, with other hours.
    `leaves`: the first period in which the person is gone, null for who stays. `learns`: terms, wherever learned.
    """

    person: str
    name: str
    unit: Word
    standing: Word
    leaves: Number
    hours: Number
    utilisation: Number
    widest_share: Number
    stretch_share: Number
    responsibility_share: Number
    talents_used: Terms
    talents_unused: Terms
    learns: Terms
    won: tuple[ActivityHours, ...]
    lost: tuple[ActivityHours, ...]
    changed: tuple[ActivityHours, ...]


class Member(Part):
    """Somebody on an activity's team on either side."""

    person: str
    name: str
    hours: Number


class MissingChange(Part):
    """People missing for a requirement, where some are on either side; level null where it is not asked for."""

    term: str
    label: str
    dimension: Dimension
    level: Number
    missing: Number


class ActivityChange(Part):
    """One activity: its team, hours asked for (in whole blocks) and covered, and what it lacks."""

    activity: str
    name: str
    project: str
    standing: Word
    asked: Number
    covered: Number
    team: tuple[Member, ...]
    missing: tuple[MissingChange, ...]


class UnitChange(Part):
    """Hours of a unit's people on other units' projects, and of other units' people on its own."""

    unit: str
    name: str
    lent_out: Number
    lent_in: Number


class LendingChange(Part):
    """Hours lent in one direction."""

    from_: str = Field(alias="from")
    to: str
    hours: Number


class TermChange(Part):
    """A term's line in the talent balance; null where a side has none."""

    term: str
    label: str
    dimension: Dimension
    demand_hours: Number
    supply_hours: Number
    state: Word


class Money(Part):
    """In money: rate × hours, candidates taken on, fixed costs. `hours` and `total` are null where nobody has a rate.

    `hours_without_rate`: booked hours of people without one, which count as free.
    """

    hours: Number
    hiring: Number
    fixed: Number
    total: Number
    hours_without_rate: Number


class Sentence(Part):
    """One thing that moved; `cost` is its part of the difference in total cost, `hours` how many hours it is about."""

    text: str
    cost: Figure
    hours: Figure
    about: dict[str, str]


class Moved(Part):
    """What moved, in sentences: the largest effect on cost first, then the most hours, then by the alphabet.

    Every part of the difference in total cost is told in one sentence alone: Σ cost of the sentences + `more_cost` is
    the difference. `more` counts the sentences left out, `more_cost` is what they come to.
    """

    headline: str
    sentences: tuple[Sentence, ...]
    more: int
    more_cost: Figure


class Verdict(Part):
    """What can be said for certain of the other proposal against the base.

    better, worse: whatever a longer search finds, or, for two plans of one portfolio, as plans; equal: proven so; open:
    a longer search may turn it round; incomparable: scored by different rules, or there is no plan that keeps them.
    """

    proven: Proven
    text: str


class Difference(Part):
    """One proposal against the base."""

    base: str
    other: str
    verdict: Verdict
    cautions: tuple[str, ...]
    moved: Moved
    total: Number
    rules: tuple[RuleChange, ...]
    people: tuple[PersonChange, ...]
    activities: tuple[ActivityChange, ...]
    units: tuple[UnitChange, ...]
    lending: tuple[LendingChange, ...]
    terms: tuple[TermChange, ...]
    money: Money


class Comparison(Part):
    """Two or more proposals side by side, the first being the base; one difference for each of the others."""

    format: Literal["staffing-comparison/1"]
    proposals: tuple[Facts, ...]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return self.model_dump(mode="json", by_alias=True)
