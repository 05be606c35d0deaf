"""What all changes have in common: a frozen record that makes a new portfolio out of one, and says so in words.

A change names people, activities, projects, units and terms by their ids (terms by an alias too). `apply` first checks
what it names, then lets the change edit, and parses the outcome like any portfolio: nothing that the contract refuses
can come out of it.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, NoReturn, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from solver.fields import Id, Label, Whole, Words
from solver.portfolio import Part, Portfolio, PortfolioInvalid, Problem, parse
from solver.references import TermNames
from solver.report import Place, Report, brief, pointer


class ChangeInvalid(PortfolioInvalid):
    """Changes that are not right, or the first of a list that cannot apply; `problems` says where and why.

    index: which change of the list cannot apply, from 0; None where several are malformed, or where there is no list.
    Paths begin at the list (`/changes/2/person`), or at the change itself where there is none (`/person`).
    """

    def __init__(self, problems: list[Problem], index: int | None = None, name: str | None = None) -> None:
        super().__init__(problems)
        self.index, self.name = index, name

    def __str__(self) -> str:
        which = "" if self.index is None else f"change {self.index + 1} ({self.name}) cannot apply: "
        return which + super().__str__()

    def at(self, index: int, name: str, place: Place) -> ChangeInvalid:
        """The same, said of change `index` of a list that stands at `place`."""
        there = pointer((*place, index))
        problems = [Problem(there + one.path, one.code, one.value, one.expected) for one in self.problems]
        return ChangeInvalid(problems, index, name)


@dataclass(frozen=True)
class Refers:
    """Marks a field that names something of the portfolio; the schema says so too, so that a form can offer a list."""

    section: str
    what: str

    def known(self, portfolio: Portfolio) -> Collection[str]:
        """The names that may stand there."""
        if self.section == "kinds":
            return {activity.kind for activity in portfolio.activities}
        return [item.id for item in getattr(portfolio, self.section)]

    def check(self, portfolio: Portfolio, value: str, place: Place, report: Report) -> None:
        """Report a name that the portfolio does not know."""
        known = self.known(portfolio)
        found = term_id(portfolio, value) if self.section == "vocabulary" else value
        if found not in known:
            report.add(place, "unknown_id", value, self.what + report.closest(value, known))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-refers-to": self.section}


@dataclass(frozen=True)
class InCalendar:
    """Marks a field that must be a period of the calendar."""

    def check(self, portfolio: Portfolio, value: int, place: Place, report: Report) -> None:
        """Report a period after the last."""
        last = portfolio.calendar.periods - 1
        if value > last:
            report.add(place, "outside_calendar", value, f"a period of the calendar, 0 to {last}")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-refers-to": "periods"}


PersonRef = Annotated[Id, Refers("people", "the id of a person")]
ActivityRef = Annotated[Id, Refers("activities", "the id of an activity")]
ProjectRef = Annotated[Id, Refers("projects", "the id of a project")]
UnitRef = Annotated[Id, Refers("units", "the id of a unit")]
KindRef = Annotated[Label, Refers("kinds", "a kind that some activity has")]
TermRef = Annotated[str, Words(200, "the id or an alias of a term"), Refers("vocabulary", "the id or alias of a term")]
Period = Annotated[int, Whole(0, 1_000_000), InCalendar()]


class Change(Part):
    """One change to a portfolio; made by `parse_changes`. A subclass names its fields, `edited` and `words`."""

    title: ClassVar[str]
    change: str

    @classmethod
    def name(cls) -> str:
        """The slug that stands in the field `change`."""
        return str(cls.model_fields["change"].default)

    @classmethod
    def description(cls) -> str:
        """What the change means, in plain text: the docstring."""
        return inspect.cleandoc(cls.__doc__ or "")

    def apply(self, portfolio: Portfolio) -> Portfolio:
        """The changed portfolio; `portfolio` stays as it is. Raises ChangeInvalid with paths within the change."""
        if problems := unknown_names(self, portfolio):
            raise ChangeInvalid(problems)
        try:
            return parse(self.edited(portfolio).canonical())
        except ChangeInvalid:
            raise
        except PortfolioInvalid as invalid:
            given = self.given(portfolio)
            raise ChangeInvalid([_in_change(problem, given) for problem in invalid.problems]) from None

    @abstractmethod
    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The edited portfolio, not yet checked; ids and periods that the fields name do exist."""

    @abstractmethod
    def words(self, portfolio: Portfolio) -> str:
        """One sentence with real names; `portfolio` is the one the change applies to."""

    def given(self, portfolio: Portfolio) -> Mapping[str, str]:
        """Which part of the edited portfolio comes from which field: path there → path in the change."""
        return {}


def unknown_names(record: BaseModel, portfolio: Portfolio) -> list[Problem]:
    """What the marked fields of a record name that the portfolio does not know, with paths within the record."""
    report = Report()
    for place, mark, value in _marked(record, ()):
        mark.check(portfolio, value, place, report)
    return report.problems()


def cannot(place: Place, code: str, value: Any, expected: str) -> NoReturn:
    """Refuse to apply, because of the field at `place` in the change."""
    raise ChangeInvalid([Problem(pointer(place), code, brief(value), expected)])


def malformed(field: str, code: str, expected: str) -> PydanticCustomError:
    """The error of a check over several fields of one change, to be reported at `field`."""
    return PydanticCustomError(code, "{expected}", {"expected": expected, "field": field})


def term_id(portfolio: Portfolio, name: str) -> str:
    """The id of the term that `name` (an id or an alias) means; `name` itself where there is none."""
    return TermNames({"vocabulary": [term.model_dump() for term in portfolio.vocabulary]})(name)


def _in_change(problem: Problem, given: Mapping[str, str]) -> Problem:
    """A problem of the edited portfolio, said of the field of the change that it comes from, or of the change."""
    for path in sorted(given, key=len, reverse=True):
        if problem.path == path or problem.path.startswith(path + "/"):
            return Problem(given[path] + problem.path[len(path) :], problem.code, problem.value, problem.expected)
    return Problem("", problem.code, problem.value, f"a change after which {problem.path} is {problem.expected}")


def _marked(node: BaseModel, place: Place) -> Iterator[tuple[Place, Refers | InCalendar, Any]]:
    """Every marked value in a record, with its place and its mark."""
    hints = _hints(type(node))
    for name, field in type(node).model_fields.items():
        yield from _marks(hints[name], getattr(node, name), (*place, field.alias or name))


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _marks(hint: Any, value: Any, place: Place) -> Iterator[tuple[Place, Refers | InCalendar, Any]]:
    if value is None:
        return
    if get_origin(hint) is Annotated:
        yield from ((place, mark, value) for mark in hint.__metadata__ if isinstance(mark, Refers | InCalendar))
        yield from _marks(hint.__origin__, value, place)
    elif get_origin(hint) in (Union, UnionType):
        for option in get_args(hint):
            yield from _marks(option, value, place)
    elif get_origin(hint) is tuple:
        for i, item in enumerate(value):
            yield from _marks(get_args(hint)[0], item, (*place, i))
    elif isinstance(value, BaseModel) and not type(value).__module__.startswith("solver."):
        yield from _marked(value, place)  # the records of a portfolio carry no marks
