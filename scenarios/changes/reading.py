"""Changes from JSON and back: everything malformed in a list at once, each with its path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from scenarios.changes.base import Change, ChangeInvalid
from scenarios.changes.registry import BY_NAME
from solver.fields import Kind
from solver.references import plain
from solver.report import Place, Report

PLACE: Place = ("changes",)
MOST_CHANGES = 1000

_TAGS = ("(number)", "(list)")  # the two forms of hours_per_period, as Pydantic names them in the place of an error
Model = TypeVar("Model", bound=BaseModel)


def parse_changes(data: Any, place: Place = PLACE) -> tuple[Change, ...]:
    """The changes in decoded JSON; raises ChangeInvalid with all problems at once, paths beginning at `place`."""
    report = Report()
    changes = read_changes(data, place, report)
    if problems := report.problems():
        raise ChangeInvalid(problems)
    return changes


def changes_to_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes ready for JSON, defaults filled in; `parse_changes` of it gives the same changes."""
    return [change.model_dump(mode="json", by_alias=True) for change in changes]


def read_changes(data: Any, place: Place, report: Report) -> tuple[Change, ...]:
    """The changes that are right; the others are reported."""
    if not isinstance(data, list | tuple):
        report.add(place, "not_a_list", data, "a list of changes")
        return ()
    if len(data) > MOST_CHANGES:
        report.add(place, "too_many", data, f"at most {MOST_CHANGES:,} changes")
        return ()
    found = (_change(item, (*place, i), report) for i, item in enumerate(data))
    return tuple(change for change in found if change is not None)


def _change(data: Any, place: Place, report: Report) -> Change | None:
    if not isinstance(data, dict):
        report.add(place, "not_an_object", data, "a change, which is an object")
        return None
    name = data.get("change")
    if "change" not in data:
        report.add((*place, "change"), "missing", None, f"required: one of {', '.join(BY_NAME)}")
    elif not isinstance(name, str) or name not in BY_NAME:
        close = report.closest(name, BY_NAME) if isinstance(name, str) else ""
        expected = f"the name of a change{close}" if close else f"one of {', '.join(BY_NAME)}"
        report.add((*place, "change"), "unknown_change", name, expected)
    else:
        return read(BY_NAME[name], data, place, report)
    report.protected_within(place, data)
    return None


def read(model: type[Model], data: dict[str, Any], place: Place, report: Report) -> Model | None:
    """The record of that model; None where something is wrong, which is reported."""
    try:
        return model.model_validate(data)
    except ValidationError as invalid:
        for found in invalid.errors(include_url=False):
            location = _place(data, found["loc"])
            value, at = found["input"], (*place, *location)
            names = tuple(step for step in location[:-1] if isinstance(step, str))
            said = found.get("ctx", {})
            if "field" in said:
                report.add((*at, said["field"]), found["type"], value.get(said["field"]), said["expected"])
            elif found["type"] == "too_short":
                report.add(at, "too_short", value, f"a list of at least {said['min_length']}")
            elif found["type"] == "too_long":
                report.add(at, "too_long", value, f"a list of at most {said['max_length']}")
            elif found["type"] == "missing":
                report.add(at, "missing", None, f"required: {_described(_model(model, names), str(location[-1]))}")
            elif found["type"] == "extra_forbidden":
                known = tuple(_fields(_model(model, names)))
                report.unknown(at, "unknown_field", value, "a field of the contract", known)
            else:
                code, expected = plain(cast(dict[str, Any], found))
                report.add(at, code, value, expected)
                report.protected_within(at, value)
        return None


def _place(data: Any, location: tuple[int | str, ...]) -> Place:
    """Where in the JSON an error of Pydantic is."""
    place: list[str | int] = []
    node = data
    for step in location:
        if isinstance(step, int) and isinstance(node, dict):  # the short form: its n-th entry
            return (*place, list(node)[step])
        if step in (*_TAGS, "[key]") and not (isinstance(node, dict) and step in node):
            continue
        place.append(step)
        if isinstance(node, dict):
            node = node.get(str(step))
        else:
            node = node[step] if isinstance(node, list | tuple) and isinstance(step, int) else None
    return tuple(place)


def _model(model: type[BaseModel], names: Sequence[str]) -> type[BaseModel]:
    """The model of the part that a path of names leads to."""
    for name in names:
        field = _fields(model).get(name)
        model = (_part(field.annotation) if field else None) or model
    return model


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _part(annotation: Any) -> type[BaseModel] | None:
    """The model in a type such as `tuple[Person, ...]`."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((part for part in map(_part, get_args(annotation)) if part), None)


def _described(model: type[BaseModel], name: str) -> str:
    """What a field holds, in words."""
    field = _fields(model)[name]
    kinds = [kind.expected for kind in field.metadata if isinstance(kind, Kind)]
    return (kinds or [field.description or "a value"])[0]
