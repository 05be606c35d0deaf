"""The portfolio: the people, the work and the rules at one moment, as immutable models, and the way in from JSON.

`parse` and `parse_json` are the only ways in: they report everything that is wrong at once, each with its path, and
the portfolio they return holds no unknown id, no alias and no short form. Hours are whole; periods are numbered from 0.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from solver.fields import (
    Count,
    Date,
    Hours,
    Id,
    Label,
    Level,
    Money,
    Name,
    PortfolioInvalid,
    Problem,
    Share,
    Whole,
    Words,
)

__all__ = ["Portfolio", "PortfolioInvalid", "Problem", "parse", "parse_json"]

ENERGY_SOURCES = ("kind", "talent", "expertise", "phase", "project")


def _term_id(name: str, info: ValidationInfo) -> str:
    """The id of the term that `name` (an id or an alias) means; an unknown name stays, and is reported elsewhere."""
    return str(info.context(name)) if info.context else name


def _energy_source(value: str, info: ValidationInfo) -> str:
    """`value` with the term in it, if it names one, as its id."""
    what, _, name = value.partition(":")
    return f"{what}:{_term_id(name, info)}" if what in ("talent", "expertise") else value


def _long_form(value: Any) -> Any:
    """The short form `{term: level}` as a list of observations; anything else as it is."""
    return [{"term": term, "level": level} for term, level in value.items()] if isinstance(value, dict) else value


def _number_or_list(value: Any) -> str:
    return "(list)" if isinstance(value, list | tuple) else "(number)"


Period = Annotated[int, Whole(0, 1_000_000)]
TermName = Annotated[str, Words(200, "the id or an alias of a term"), AfterValidator(_term_id)]
EnergySource = Annotated[
    str,
    Words(220, "kind:…, talent:…, expertise:…, phase:… or project:…"),
    AfterValidator(_energy_source),
]


class Part(BaseModel):
    """What all parts of a portfolio have in common: immutable, and no field that the contract does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(Part):
    """`periods` periods from `start` on; those before `now` are past."""

    start: Date
    period: Literal["day", "week", "month"]
    periods: Annotated[int, Whole(1, 520)]
    now: Annotated[int, Whole(0, 520)] = 0


class Term(Part):
    """One entry of the vocabulary; `broader` is the term above it in the tree of its dimension."""

    id: Id
    dimension: Literal["expertise", "talent"]
    labels: dict[Label, Name] = {}
    aliases: tuple[Label, ...] = ()
    broader: TermName | None = None
    uri: Name | None = None


class Goal(Part):
    """What a project is good for; 3 is the ordinary weight."""

    id: Id
    name: Name
    weight: Level = 3


class Unit(Part):
    """A part of the organisation; `lend_share` of its hours may work for other units' projects."""

    id: Id
    name: Name
    lend_share: Share = 0.0


class Absence(Part):
    """Periods `first` to `last`: away wholly, or for `hours` of each."""

    first: Period
    last: Period
    hours: Hours | None = None


class Observation(Part):
    """Somebody's view, on a date, of a person's level on a term."""

    term: TermName
    level: Level
    source: Literal["self", "manager", "peers", "test", "certificate", "observed"] | None = None
    on: Date | None = None


Observations = Annotated[tuple[Observation, ...], BeforeValidator(_long_form)]


class Energy(Part):
    """What gives a person energy (2) or drains it (-2)."""

    of: EnergySource
    value: Annotated[int, Whole(-2, 2)]


class Ambition(Part):
    """A term the person wants to grow in, and the level aimed at."""

    term: TermName
    level: Level


class Mentoring(Part):
    """How many different learners the person mentors at most."""

    max_learners: Count = 2


class Training(Part):
    """From period `from_` on the person's level on the term is at least `level`."""

    term: TermName
    level: Level
    from_: Annotated[Period, Field(alias="from")]


class Candidate(Part):
    """Somebody who could be taken on, at a cost in money."""

    cost: Money = 0.0
    group: Id | None = None


class Lent(Part):
    """From `first` to `last` the person may work for `unit`, for at most `share` of the hours available then."""

    unit: Id
    first: Period
    last: Period
    share: Share


class Person(Part):
    """Somebody who can be booked. `hours_per_period` is one number, or one for each period of the calendar."""

    id: Id
    name: Name
    unit: Id | None = None
    hours_per_period: Annotated[
        Annotated[Hours, Tag("(number)")] | Annotated[tuple[Hours, ...], Tag("(list)")], Discriminator(_number_or_list)
    ] = 40
    absences: tuple[Absence, ...] = ()
    expertise: Observations = ()
    talents: Observations = ()
    energy: tuple[Energy, ...] = ()
    ambitions: tuple[Ambition, ...] = ()
    wishes: tuple[Id, ...] = ()
    mentoring: Mentoring = Mentoring()
    trained: tuple[Training, ...] = ()
    performance: Annotated[int, Whole(1, 3)] | None = None
    potential: Annotated[int, Whole(1, 3)] | None = None
    rate: Money | None = None
    leaves: Period | None = None
    candidate: Candidate | None = None
    lent: tuple[Lent, ...] = ()
    rotation_share: Share = 0.0


class Project(Part):
    """What activities belong to. Without a unit it is open to everybody."""

    id: Id
    name: Name
    unit: Id | None = None
    lead: Id | None = None
    goals: tuple[Id, ...] = ()


class Window(Part):
    """The periods of an activity, both ends included."""

    first: Period
    last: Period


class Team(Part):
    """How many people an activity's team has, if it has any."""

    min: Count = 1
    max: Count = 99


class Requirement(Part):
    """A term at a level, asked for of `people` members of a team."""

    term: TermName
    level: Level
    people: Annotated[int, Whole(1, 1_000_000)] = 1
    must: StrictBool = False
    weight: Level = 1


class Activity(Part):
    """A piece of a project: `hours` of work of one kind within a window."""

    id: Id
    project: Id
    phase: Label | None = None
    name: Name
    kind: Label
    hours: Hours
    window: Window
    team: Team = Team()
    priority: Level = 3
    expertise: tuple[Requirement, ...] = ()
    talents: tuple[Requirement, ...] = ()
    responsibility: StrictBool = False
    critical: StrictBool = False
    after: tuple[Id, ...] = ()


class Booking(Part):
    """What is known of one person on one activity; `by_period` covers the activity's window."""

    person: Id
    activity: Id
    hours: Hours | None = None
    status: Literal["pinned", "incumbent", "forbidden", "frozen"]
    by_period: tuple[Hours, ...] | None = None


class Relation(Part):
    """People who never are on one team, or only together."""

    people: tuple[Id, ...]
    kind: Literal["apart", "together"]


class MaxHires(Part):
    """At most `most` candidates of a group are taken on."""

    group: Id
    most: Count


class Opened(Part):
    """A direction of lending, for at most `share` of the hours of unit `from_`."""

    from_: Annotated[Id, Field(alias="from")]
    to: Id
    share: Share


class FixedCost(Part):
    """Money that is spent whatever the plan."""

    what: Name
    money: Money


class Policy(Part):
    """Which rules count, and how much. `rules` keeps what was given, whole numbers as int; see `solver.rules`."""

    preset: Label = "balanced"
    rules: dict[str, dict[str, Any]] = {}
    tiers: tuple[tuple[Label, ...], ...] = ()
    budget: Money | None = None
    max_hires: tuple[MaxHires, ...] = ()
    lending: tuple[Opened, ...] = ()
    fixed_costs: tuple[FixedCost, ...] = ()

    @field_validator("rules")
    @classmethod
    def _plain_numbers(cls, rules: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """4.0 and 4 are the same setting, so they are stored, and hashed, the same."""
        return {name: {key: _plain(value) for key, value in settings.items()} for name, settings in rules.items()}


class Portfolio(Part):
    """The whole; made by `parse` and `parse_json`."""

    format: Literal["staffing-portfolio/1"] = "staffing-portfolio/1"
    id: Id
    name: Name
    calendar: Calendar
    block_hours: Annotated[int, Whole(1, 1_000_000)] = 4
    vocabulary: tuple[Term, ...] = ()
    goals: tuple[Goal, ...] = ()
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    projects: tuple[Project, ...] = ()
    activities: tuple[Activity, ...] = ()
    bookings: tuple[Booking, ...] = ()
    relations: tuple[Relation, ...] = ()
    policy: Policy = Policy()

    @cached_property
    def terms(self) -> dict[str, Term]:
        """The vocabulary by id."""
        return {term.id: term for term in self.vocabulary}

    def label(self, term_id: str, language: str = "en") -> str:
        """The name of a term in a language; else in English, else in the first language by name, else its id."""
        term = self.terms.get(term_id)
        if term is None or not term.labels:
            return term_id
        return term.labels.get(language) or term.labels.get("en") or term.labels[min(term.labels)]

    def canonical(self) -> dict[str, Any]:
        """The portfolio ready for JSON with every default filled in; `parse` of it gives the same portfolio."""
        return self.model_dump(mode="json", by_alias=True)

    def sha256(self) -> str:
        """The fingerprint of the canonical form, in hexadecimal."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def parse(data: Any) -> Portfolio:
    """The portfolio in decoded JSON; raises PortfolioInvalid with all problems at once."""
    try:
        return Portfolio.model_validate(data)
    except ValidationError as error:
        raise PortfolioInvalid(
            [
                Problem("".join(f"/{step}" for step in found["loc"]), found["type"], None, found["msg"])
                for found in error.errors()
            ]
        ) from None


def parse_json(text: bytes | str) -> Portfolio:
    """The portfolio in a JSON text; raises PortfolioInvalid with all problems at once."""
    return parse(json.loads(text))
