"""The portfolio: the people, the work and the rules at one moment, as immutable models, and the way in from JSON.

`parse` and `parse_json` are the only ways in: they report everything that is wrong at once, each with its path, and
the portfolio they return holds no unknown id, no alias and no short form. Hours are whole; periods are numbered from 0.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from functools import cache, cached_property
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin

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
from pydantic.fields import FieldInfo

from solver.fields import (
    Count,
    Date,
    Hours,
    Id,
    Kind,
    Label,
    Level,
    Money,
    Name,
    Share,
    Whole,
    Words,
    refused,
)
from solver.references import WRONG, References, TermNames, plain
from solver.report import Place, PortfolioInvalid, Problem, Report, brief, containers, is_larger

__all__ = ["Portfolio", "PortfolioInvalid", "Problem", "parse", "parse_json"]

ENERGY_SOURCES = ("kind", "talent", "expertise", "phase", "project")
_ENERGY_WORDS = "kind:…, talent:…, expertise:…, phase:… or project:…"
MOST = {"people": 5000, "activities": 5000}  # as the contract says; of other lists:
MOST_ITEMS = 500_000
MOST_VALUES = 50_000  # in one item, at whatever depth
_TAGS = ("(number)", "(list)")  # the two forms of hours_per_period, as Pydantic names them in the place of an error


def _term_id(name: str, info: ValidationInfo) -> str:
    """The id of the term that `name` (an id or an alias) means; an unknown name stays, and is reported elsewhere."""
    return str(info.context(name)) if info.context is not None else name


def _energy_source(value: str, info: ValidationInfo) -> str:
    """`value` with the term in it, if it names one, as its id."""
    what, _, name = value.partition(":")
    if what not in ENERGY_SOURCES or not name.strip():
        raise refused("bad_energy_source", _ENERGY_WORDS)
    return f"{what}:{_term_id(name, info)}" if what in ("talent", "expertise") else value


def _long_form(value: Any) -> Any:
    """The short form `{term: level}` as a list of observations; anything else as it is."""
    return [{"term": term, "level": level} for term, level in value.items()] if isinstance(value, dict) else value


def _number_or_list(value: Any) -> str:
    return _TAGS[isinstance(value, list | tuple)]


def _of(section: str) -> Any:
    """Says in the schema what a field names, so that a form can offer a list; `solver.references` checks the name."""
    return Field(json_schema_extra={"x-refers-to": section})


def _like(what: str) -> Any:
    """Says in the schema which values are in use already; others may be given."""
    return Field(json_schema_extra={"x-suggests": what})


UnitId = Annotated[Id, _of("units")]
GoalId = Annotated[Id, _of("goals")]
PersonId = Annotated[Id, _of("people")]
ProjectId = Annotated[Id, _of("projects")]
ActivityId = Annotated[Id, _of("activities")]
Period = Annotated[int, Whole(0, 1_000_000), _of("periods")]
#: a period, or the end of the calendar
Until = Annotated[int, Whole(0, 1_000_000), _of("periods and after")]
TermName = Annotated[str, Words(200, "the id or an alias of a term"), AfterValidator(_term_id), _of("vocabulary")]
EnergySource = Annotated[str, Words(220, _ENERGY_WORDS), AfterValidator(_energy_source), _of("energy sources")]


class Part(BaseModel):
    """What all parts of a portfolio have in common: immutable, and no field that the contract does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnyPart = TypeVar("AnyPart", bound=Part)


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
    group: Annotated[Id, _like("groups")] | None = None


class Lent(Part):
    """From `first` to `last` the person may work for `unit`, for at most `share` of the hours available then."""

    unit: UnitId
    first: Period
    last: Period
    share: Share


class Person(Part):
    """Somebody who can be booked. `hours_per_period` is one number, or one for each period of the calendar."""

    id: Id
    name: Name
    unit: UnitId | None = None
    hours_per_period: Annotated[
        Annotated[Hours, Tag("(number)")] | Annotated[tuple[Hours, ...], Tag("(list)")], Discriminator(_number_or_list)
    ] = 40
    absences: tuple[Absence, ...] = ()
    expertise: Observations = ()
    talents: Observations = ()
    energy: tuple[Energy, ...] = ()
    ambitions: tuple[Ambition, ...] = ()
    wishes: tuple[ActivityId, ...] = ()
    mentoring: Mentoring = Mentoring()
    trained: tuple[Training, ...] = ()
    performance: Annotated[int, Whole(1, 3)] | None = None
    potential: Annotated[int, Whole(1, 3)] | None = None
    rate: Money | None = None
    leaves: Until | None = None
    candidate: Candidate | None = None
    lent: tuple[Lent, ...] = ()
    rotation_share: Share = 0.0


class Project(Part):
    """What activities belong to. Without a unit it is open to everybody."""

    id: Id
    name: Name
    unit: UnitId | None = None
    lead: PersonId | None = None
    goals: tuple[GoalId, ...] = ()


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
    project: ProjectId
    phase: Label | None = None
    name: Name
    kind: Annotated[Label, _like("kinds")]
    hours: Hours
    window: Window
    team: Team = Team()
    priority: Level = 3
    expertise: tuple[Requirement, ...] = ()
    talents: tuple[Requirement, ...] = ()
    responsibility: StrictBool = False
    critical: StrictBool = False
    after: tuple[ActivityId, ...] = ()


class Booking(Part):
    """What is known of one person on one activity; `by_period` covers the activity's window."""

    person: PersonId
    activity: ActivityId
    hours: Hours | None = None
    status: Literal["pinned", "incumbent", "forbidden", "frozen"]
    by_period: tuple[Hours, ...] | None = None


class Relation(Part):
    """People who never are on one team, or only together."""

    people: tuple[PersonId, ...]
    kind: Literal["apart", "together"]


class MaxHires(Part):
    """At most `most` candidates of a group are taken on."""

    group: Annotated[Id, _like("groups")]
    most: Count


class Opened(Part):
    """A direction of lending, for at most `share` of the hours of unit `from_`."""

    from_: Annotated[UnitId, Field(alias="from")]
    to: UnitId
    share: Share


class FixedCost(Part):
    """Money that is spent whatever the plan."""

    what: Name
    money: Money


#: soft rules, one tier after the other
Tiers = tuple[tuple[Annotated[Label, _of("soft rules")], ...], ...]


class Policy(Part):
    """Which rules count, and how much. `rules` keeps what was given, whole numbers as int; see `solver.rules`."""

    preset: Label = "balanced"
    rules: dict[str, dict[str, Any]] = {}
    tiers: Tiers = ()
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

    def asked(self, activity: Activity) -> int:
        """The hours that an activity asks for, in whole blocks."""
        return -(-activity.hours // self.block_hours) * self.block_hours

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
    return _parse(data, Report())


def parse_json(text: bytes | str) -> Portfolio:
    """The portfolio in a JSON text, UTF-8 if in bytes; raises PortfolioInvalid with all problems at once."""
    report = Report()
    try:
        return _parse(_decoded(text, report), report)
    except UnicodeDecodeError as error:
        expected = f"text in UTF-8; byte {error.start + 1} is not"
        raise PortfolioInvalid([Problem("", "not_utf8", None, expected)]) from None
    except json.JSONDecodeError as error:
        expected = f"JSON; line {error.lineno}, column {error.colno}: {error.msg}"
        raise PortfolioInvalid(
            [Problem("", "bad_json", brief(error.doc[error.pos : error.pos + 20]), expected)]
        ) from None
    except RecursionError:
        expected = "JSON in which a portfolio's values lie; this is nested too deeply"
        raise PortfolioInvalid([Problem("", "too_deep", None, expected)]) from None


def _parse(data: Any, report: Report) -> Portfolio:
    if not isinstance(data, dict):
        report.add((), "not_an_object", data, "a portfolio, which is an object")
        report.protected_within((), data)
        raise PortfolioInvalid(report.problems())
    names = TermNames(data)
    form = _Form(data, names, report)
    portfolio = form.portfolio()
    if not report.full:
        References(_without(form.data, form.wrong), data, names, report).check()
    problems = report.problems()
    if portfolio is None or problems:
        raise PortfolioInvalid(problems)
    return portfolio


class _Form:
    """Reads a portfolio into models, item by item, so that what is wrong takes no more memory than what is right.

    Of a list that is too long the first items are read, of an item that is too large nothing, and no more once the
    report is full: without that 18 MB of people without a name took 7 GB and minutes, now 0.6 GB and seconds.
    """

    def __init__(self, given: dict[str, Any], names: TermNames, report: Report) -> None:
        self.data = dict(given)  # cut where it is too long
        self.wrong: list[Place] = []  # the places in it of the values that are of a wrong kind
        self.names, self.report = names, report

    def portfolio(self) -> Portfolio | None:
        """The portfolio; None where a field is not right, which is reported."""
        fields = _fields_of(Portfolio)
        if len(self.data) > MOST_VALUES:
            self.report.add((), "too_many", self.data, f"at most {MOST_VALUES:,} fields")
            self.data = {name: value for name, value in self.data.items() if name in fields}
        whole, parts = True, dict(self.data)
        for name, field in fields.items():
            value, model = self.data.get(name), _part(field.annotation)
            if model is None:
                continue
            if isinstance(value, list | tuple) and get_origin(field.annotation) is tuple:
                most = MOST.get(name, MOST_ITEMS)
                if len(value) > most:
                    self.report.add((name,), "too_many", value, f"at most {most:,} items")
                    self.data[name] = value = value[:most]
                items = [self._read((name, i), item, model) for i, item in enumerate(value)]
                whole = whole and None not in items
                parts[name] = tuple(item for item in items if item is not None)
            elif isinstance(value, dict) and get_origin(field.annotation) is None:
                part = self._read((name,), value, model)
                whole = whole and part is not None
                parts[name] = part or model.model_construct()
        portfolio = self._read((), parts, Portfolio)
        return portfolio if whole else None

    def _read(self, at: Place, value: Any, model: type[AnyPart]) -> AnyPart | None:
        """The part at a place; None where it is not right, or was not looked at any more."""
        if self.report.full:
            return None
        if at and is_larger(value, MOST_VALUES):
            self.report.add(at, "too_many", value, f"at most {MOST_VALUES:,} values in it")
            self.wrong.append(at)
            return None
        try:
            return model.model_validate(value, context=self.names)
        except ValidationError as invalid:
            no_text = _names_that_are_no_text(at, value)
            for place in no_text:
                self.report.add(place, "not_text", place[-1], "a name that is text")
            if not no_text:
                self.wrong += _report_fields(self.data, at, invalid, self.report)
            elif at:  # nothing more can be said of it
                self.wrong.append(at)
            return None


def _names_that_are_no_text(at: Place, value: Any) -> list[Place]:
    """The places of names in objects that are no text: that is no JSON."""
    return [
        (*place, str(name))
        for place, node in containers(at, value)
        for name in (node if isinstance(node, dict) else ())
        if not isinstance(name, str)
    ]


def _report_fields(data: dict[str, Any], at: Place, invalid: ValidationError, report: Report) -> list[Place]:
    """Report what the model of the part at a place refused; returns the places of the values of a wrong kind."""
    wrong = []
    forms: dict[int, list[str]] = {}
    for found in invalid.errors(include_url=False):
        location = (*at, *found["loc"])
        place, value = _place(data, location, forms), found["input"]
        *above, last = location or ("",)  # a name that is no text makes a whole object unreadable
        parent, key = tuple(step for step in above if isinstance(step, str)), str(last)
        if found["type"] == "missing":
            report.add(place, "missing", None, f"required: {_described(parent, key)}")
        elif found["type"] == "extra_forbidden":
            report.unknown(place, "unknown_field", value, "a field of the contract", _fields(parent))
        else:
            code, expected = plain(cast(dict[str, Any], found))
            report.add(place, code, value, expected)
            report.protected_within(place, value)
            wrong += [place] if place else []
    return wrong


def _place(data: dict[str, Any], location: tuple[int | str, ...], forms: dict[int, list[str]]) -> Place:
    """Where in the JSON an error of Pydantic is; `forms` keeps the names in the short forms seen, in their order."""
    place: list[str | int] = []
    node: Any = data
    for step in location:
        if isinstance(step, int) and isinstance(node, dict):  # the short form: its n-th entry
            return (*place, (forms.get(id(node)) or forms.setdefault(id(node), list(node)))[step])
        if step in (*_TAGS, "[key]") and not (isinstance(node, dict) and step in node):
            continue
        place.append(step)
        node = node.get(step) if isinstance(node, dict) else node[step] if isinstance(step, int) else None
    return tuple(place)


def _without(data: dict[str, Any], wrong: list[Place]) -> dict[str, Any]:
    """A copy of `data` with `WRONG` in the places given; what lies beside the ways there is shared, not copied."""
    root: dict[str, Any] = dict(data)
    copies = {id(root)}
    for *way, last in wrong:
        node: Any = root
        for step in way:
            child = node[step]
            if id(child) not in copies:
                child = dict(child) if isinstance(child, dict) else list(child)
                copies.add(id(child))
                node[step] = child
            node = child
        node[last] = WRONG
    return root


@cache
def _model(path: tuple[str, ...]) -> type[Part]:
    """The model of the part that a path of names leads to."""
    model: type[Part] = Portfolio
    for name in path:
        field = _fields_of(model).get(name)
        model = (_part(field.annotation) if field else None) or model
    return model


def _fields_of(model: type[Part]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _fields(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_fields_of(_model(path)))


def _part(annotation: Any) -> type[Part] | None:
    """The model in a type such as `tuple[Person, ...]` or `Candidate | None`."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation if issubclass(annotation, Part) else None
    return next((part for part in map(_part, get_args(annotation)) if part), None)


def _described(path: tuple[str, ...], name: str) -> str:
    """What a field holds, in words."""
    field = _fields_of(_model(path))[name]
    for kind in field.metadata:
        if isinstance(kind, Kind):
            return kind.expected
    if get_origin(field.annotation) is Literal:
        return f"one of {', '.join(get_args(field.annotation))}"
    return "a list" if get_origin(field.annotation) is tuple else "an object"


class _Repeated(dict[str, Any]):
    """An object in which the names `again` are written more than once; the last value counts."""

    again: tuple[str, ...]


def _decoded(text: bytes | str, report: Report) -> Any:
    """The decoded JSON. Names written twice are reported; NaN and Infinity are left for the fields to refuse."""
    repeated = 0

    def an_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        plain_object = dict(pairs)
        if len(plain_object) == len(pairs):
            return plain_object
        nonlocal repeated
        repeated += 1
        twice = _Repeated(plain_object)
        twice.again = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return twice

    def whole(digits: str) -> int | float:
        return int(digits) if len(digits) < 100 else float(digits)  # int() refuses thousands of digits

    decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    data = json.loads(decoded, object_pairs_hook=an_object, parse_int=whole)
    for place, node in containers((), data) if repeated else ():
        if report.full or not repeated:
            break
        if isinstance(node, _Repeated):
            repeated -= 1
            for name in node.again:
                report.add((*place, name), "duplicate_key", node[name], "every name once in an object")
    return data
