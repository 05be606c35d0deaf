"""From the bytes of a request to what the routes work with. Everything that is wrong in a body is told at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model
from pydantic_core import ErrorDetails

from scenarios.changes import Change, parse_changes
from scenarios.library import ENTRIES, Entry
from service.media import JSON
from service.orders import Source
from service.problems import MOST_ERRORS, NotJson, TooLarge, TooSlow, UnknownPortfolio, Wrong, WrongType
from service.settings import ServiceSettings
from service.store import Store
from solver.fields import Id
from solver.portfolio import PortfolioInvalid, Problem, parse
from solver.references import plain
from solver.report import Report, brief, containers

Part = TypeVar("Part")
Model = TypeVar("Model", bound=BaseModel)


async def read(request: Request, settings: ServiceSettings, types: Sequence[str] = (JSON,)) -> bytes:
    """The body; raises WrongType, or as `received` does."""
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in types:
        raise WrongType(f"The body is {given or 'of no type'}; it has to be {' or '.join(types)}.")
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise WrongType(f"The body is packed with {encoding}; it has to come as it is.")
    return await received(request, settings.body_bytes, settings.body_seconds)


async def received(request: Request, most: int, seconds: float, what: str = "body") -> bytes:
    """The bytes of a body or form, of which there may be so many, in so much time; raises TooLarge or TooSlow."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size <= most:
                    parts.append(part)
                elif size > 2 * most:  # who sends little too much gets to hear it; who sends without end is cut off
                    break
    except TimeoutError:
        detail = f"The {what} was not complete after {seconds:g} seconds."
        raise TooSlow(detail, headers={"Connection": "close"}) from None
    if size > most:
        raise TooLarge(f"The {what} is larger than {most:,} bytes.", headers={"Connection": "close"})
    return b"".join(parts)


async def gone(request: Request) -> None:
    """Comes back when the client has gone away; the body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Body:
    """A decoded body. Its parts are asked for one by one; what is wrong in them is noted, for `refusal` to tell."""

    def __init__(self, raw: bytes, model: type[BaseModel]) -> None:
        """Raises NotJson, or Wrong where the body is no object; `model` says which fields there are."""
        report = Report()
        self._data = _decoded(raw, report)
        if not isinstance(self._data, dict):
            report.add((), "not_an_object", self._data, f"an object with {', '.join(model.model_fields)}")
            raise Wrong(report.problems())
        unknown = (name for name in self._data if name not in model.model_fields)
        for name in islice(unknown, MOST_ERRORS + 1):
            report.unknown((name,), "unknown_field", self._data[name], "a field of the body", model.model_fields)
        for name, field in model.model_fields.items():
            if field.is_required() and name not in self._data:
                report.add((name,), "missing", None, f"required: {field.description}")
        self.problems: list[Problem] = report.problems()
        self._unknown: UnknownPortfolio | None = None

    @property
    def given(self) -> Collection[str]:
        """The names of the fields that were given."""
        return set(self._data)

    def get(self, name: str, default: Any = None) -> Any:
        """What was given for a field, or `default`."""
        return self._data.get(name, default)

    def part(self, name: str, read: Callable[[Any], Part]) -> Part | None:
        """What `read` makes of a field; None where it is missing or where `read` raises PortfolioInvalid."""
        if name not in self._data:
            return None
        try:
            return read(self._data[name])
        except PortfolioInvalid as invalid:
            self._note(name, invalid.problems)
            return None

    def source(self, store: Store, revision: int | None = None) -> Source | None:
        """The portfolio, given itself or by its id in the store; None where it is missing or wrong."""
        return self.part("portfolio", lambda given: self._source(given, store, revision))

    def changes(self) -> tuple[Change, ...] | None:
        """The list of changes; None where it is wrong."""
        return self.part("changes", lambda given: parse_changes(given, ())) if "changes" in self._data else ()

    def model(self, name: str, model: type[Model]) -> Model | None:
        """A field as a model of which every field has a default; None where it is wrong."""
        return (
            self.part(name, lambda data: validated(data, model.model_validate, model.model_fields))
            if name in self._data
            else model()
        )

    def fields(self, model: type[BaseModel], *names: str) -> dict[str, Any] | None:
        """Fields of the body's model that are read as the model says; None where one is missing or wrong."""
        found: dict[str, Any] = {}
        for name in names:
            field = model.model_fields[name]
            if name not in self._data:
                if not field.is_required():
                    found[name] = field.get_default(call_default_factory=True)
                continue
            one = create_model("One", **{name: (field.annotation, field)})  # type: ignore[call-overload]
            try:
                found[name] = getattr(one.model_validate({name: self._data[name]}), name)
            except ValidationError as invalid:
                report = Report()
                for wrong in invalid.errors(include_url=False):
                    report.add(wrong["loc"], *_told(wrong))
                self.problems += report.problems()
        return found if len(found) == len(names) else None

    def add(self, path: str, code: str, value: Any, expected: str) -> None:
        """Note one more problem."""
        self.problems.append(Problem(path, code, brief(value), expected))

    def refusal(self) -> Wrong | UnknownPortfolio:
        """What to raise where a part could not be had, or where there are problems."""
        return self._unknown if self._unknown and not self.problems else Wrong(self.problems)

    def _source(self, given: Any, store: Store, revision: int | None) -> Source | None:
        if not isinstance(given, str):
            if revision is not None:
                self.add("/revision", "not_stored", revision, "nothing: only a stored portfolio has revisions")
            return Source(parse(given), None)
        validated(given, TypeAdapter(Id).validate_python)
        try:
            stored, portfolio = store.portfolio(given, revision)
        except UnknownPortfolio as unknown:
            self._unknown = unknown
            return None
        return Source(portfolio, stored)

    def _note(self, name: str, problems: list[Problem]) -> None:
        self.problems += [replace(problem, path=f"/{name}{problem.path}") for problem in problems]


def read_whole(raw: bytes, read: Callable[[Any], Part]) -> Part:
    """What `read` makes of the JSON in a body as a whole; raises NotJson, or Wrong for what `read` refuses."""
    report = Report()
    data = _decoded(raw, report)
    problems = report.problems()
    try:
        part = read(data)
    except PortfolioInvalid as invalid:
        raise Wrong([*problems, *invalid.problems]) from None
    if problems:
        raise Wrong(problems)
    return part


def entry_of(slug: str) -> Entry:
    """The entry of the library; raises UnknownPortfolio."""
    for entry in ENTRIES:
        if entry.slug == slug:
            return entry
    *most, last = (entry.slug for entry in ENTRIES)
    raise UnknownPortfolio(f'The library has no "{brief(slug)}"; it has {", ".join(most)} and {last}.')


def validated(data: Any, read: Callable[[Any], Part], known: Collection[str] = ()) -> Part:
    """`data` as a model that Pydantic makes; raises PortfolioInvalid, with paths from `data` on."""
    try:
        return read(data)
    except ValidationError as invalid:
        report = Report()
        for found in invalid.errors(include_url=False):
            if found["type"] == "extra_forbidden":
                report.unknown(found["loc"], "unknown_field", found["input"], "a setting", known)
            else:
                report.add(found["loc"], *_told(found))
        raise PortfolioInvalid(report.problems()) from None


def _told(found: ErrorDetails) -> tuple[str, Any, str]:
    code, expected = plain(dict(found))
    return code, found["input"], expected


class _Constant(float):
    """NaN, Infinity or -Infinity: words that Python reads and JSON does not have."""


class _Repeated(dict[str, Any]):
    """An object in which the names `again` are written more than once."""

    again: tuple[str, ...]


def _decoded(raw: bytes, report: Report) -> Any:
    """The JSON in a body; names written twice are reported. Raises NotJson."""
    constants = repeated = False

    def constant(word: str) -> _Constant:
        nonlocal constants
        constants = True
        return _Constant(word)

    def an_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        plain_object = dict(pairs)
        if len(plain_object) == len(pairs):
            return plain_object
        repeated = True
        twice = _Repeated(plain_object)
        twice.again = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return twice

    def whole(digits: str) -> int | float:
        return int(digits) if len(digits) < 100 else float(digits)  # int() refuses thousands of digits

    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=an_object, parse_int=whole, parse_constant=constant)
    except UnicodeDecodeError as error:
        raise _not_json("not_utf8", None, f"text in UTF-8; byte {error.start + 1} is not") from None
    except json.JSONDecodeError as error:
        found = brief(error.doc[error.pos : error.pos + 20])
        raise _not_json("bad_json", found, f"JSON; line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _not_json("too_deep", None, "JSON as deep as a portfolio; this is nested too deeply") from None
    if constants:
        raise _no_constants(data)
    if repeated:
        written_twice = (
            ((*place, name), node[name])
            for place, node in containers((), data)
            if isinstance(node, _Repeated)
            for name in node.again
        )
        for place, value in islice(written_twice, MOST_ERRORS + 1):
            report.add(place, "duplicate_key", value, "every name once in an object")
    return data


def _not_json(code: str, value: Any, expected: str) -> NotJson:
    return NotJson(f"The body is not what it should be: {expected}.", [Problem("", code, value, expected)])


def _no_constants(data: Any) -> NotJson:
    """NaN and the like, each with its place: they mostly come from a table with empty cells."""
    report = Report()
    expected = "a number or null; NaN and Infinity are no JSON"
    found_at = (
        ((*place, step), value)
        for place, node in containers((), data)
        for step, value in (node.items() if isinstance(node, dict) else enumerate(node))
        if isinstance(value, _Constant)
    )
    for place, value in islice(found_at, MOST_ERRORS):
        report.add(place, "not_finite", value, expected)
    found = report.problems() or [Problem("", "not_finite", None, expected)]  # it may lie deeper than we look
    return NotJson(f"The body is not JSON: expected {expected}.", found)
