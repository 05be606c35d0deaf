"""What an explanation for one person says: the record, ready for JSON, with every field always there."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from solver.proposal import Figure, Fit, Part, PortfolioRef, Status

Dimension = Literal["expertise", "talent"]
Sort = Literal["level", "ambition", "hours", "unit", "wish"]


class PeriodHours(Part):
    """Hours in one period; `starts` is the day it begins on, null beyond the year 9999."""

    period: int
    starts: date | None
    hours: int


class Asked(Part):
    """A requirement of an activity, held against the person's level (0–5) there.

    `by_training`: a planned training lifts the level above what was observed.
    """

    term: str
    label: str
    dimension: Dimension
    asked: int
    level: Figure
    met: bool
    learned: bool
    by_training: bool
    text: str


class Work(Part):
    """An activity the person is booked on."""

    activity: str
    name: str
    project: str
    kind: str
    hours: int
    when: str
    by_period: tuple[PeriodHours, ...]
    role: Literal["contributor", "supporter", "learner"]
    responsibility: bool
    fit: Fit
    asks: tuple[Asked, ...]


class Guiding(Part):
    """Hours of guiding learners on an activity."""

    activity: str
    name: str
    hours: int
    by_period: tuple[PeriodHours, ...]
    text: str


class Seen(Part):
    """One observation: `weight` is trust in the source × age, `share` the part of the level it decides."""

    level: int
    source: str | None
    on: date | None
    weight: float
    share: float
    text: str


class Trained(Part):
    """A planned training, which counts for work that begins in `from` or later."""

    term: str
    level: int
    from_: int = Field(alias="from")
    text: str


class LevelUsed(Part):
    """A level (0–5) that was used and all it comes from; `through`: the narrower term whose observations count."""

    term: str
    label: str
    dimension: Dimension
    level: Figure
    through: str | None
    through_label: str | None
    observations: tuple[Seen, ...]
    trainings: tuple[Trained, ...]


class Statement(Part):
    """Something the person said, and what came of it; `value` is the energy or the level aimed at.

    used: it weighed; met: the wish is granted, the ambition learned or reached, the energy felt on booked work.
    """

    sort: Literal["energy", "ambition", "wish"]
    of: str
    value: int | None
    used: bool
    met: bool
    text: str


class Reason(Part):
    """What weighed: an amount in the rule's unit, and its points on the score card.

    `at_most` where colleagues may bring the same.
    """

    rule: str
    amount: Figure
    points: Figure
    at_most: bool
    about: dict[str, str]
    text: str


class Talent(Part):
    """A top talent and the activities that use it."""

    term: str
    label: str
    level: Figure
    activities: tuple[str, ...]
    text: str


class NotUsed(Part):
    """Something known about the person that played no part."""

    what: str
    text: str


class Change(Part):
    """What would change the outcome; `level` is the one needed, `activities` what it is about.

    Work of units that the own one does not lend to is counted, and not named.
    """

    sort: Sort
    term: str | None
    level: int | None
    activities: tuple[str, ...]
    text: str


class PersonExplanation(Part):
    """Everything that one person may know of a proposal, in JSON and in words."""

    format: Literal["staffing-person/1"]
    portfolio: PortfolioRef
    language: str
    person: str
    name: str
    status: Status
    hours: int
    available_hours: int
    utilisation: float | None
    activities: tuple[Work, ...]
    guiding: tuple[Guiding, ...]
    levels: tuple[LevelUsed, ...]
    facts: tuple[str, ...]
    statements: tuple[Statement, ...]
    weighed_for: tuple[Reason, ...]
    weighed_against: tuple[Reason, ...]
    talents_used: tuple[Talent, ...]
    talents_unused: tuple[Talent, ...]
    not_used: tuple[NotUsed, ...]
    changes: tuple[Change, ...]
    left_out: str
    decision: tuple[str, ...]
