"""Changing a stored portfolio: operations that address its fields by id, `/people/p07/hours_per_period`.

A step of a path is a field, or in a list the id of an item: the `id` of people, activities and the like, the `term` of
requirements, ambitions and trainings. A booking is `/bookings/PERSON/ACTIVITY`. Lists whose items have no such name
(relations, observations, absences) are set as a whole, or added to.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse
from solver.report import brief

MOST_OPERATIONS = 1000
#: lists whose items are named by one field
NAMED_BY = {
    "vocabulary": ("id",),
    "goals": ("id",),
    "units": ("id",),
    "people": ("id",),
    "projects": ("id",),
    "activities": ("id",),
    "bookings": ("person", "activity"),
    "ambitions": ("term",),
    "trained": ("term",),
    "energy": ("of",),
}


class Operation(BaseModel):
    """One change: `set` a field or an item, `add` an item to a list, `remove` an item or a field with a default."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["set", "add", "remove"]
    path: str = Field(description="where, by ids", pattern="^/", max_length=500)
    value: Any = Field(None, description="required for `set` and `add`, not allowed for `remove`")


class _Wrong(Exception):
    """An operation that cannot be done, because of what one of its fields is."""

    def __init__(self, code: str, expected: str, field: Literal["path", "value"] = "path") -> None:
        self.code, self.expected, self.field = code, expected, field


def changed(data: dict[str, Any], operations: list[Operation]) -> Portfolio:
    """A portfolio, as canonical JSON which is not kept as it was, with the operations done in order.

    Their values are taken, not copied: later operations may change what earlier ones set. Raises PortfolioInvalid, with
    paths that begin at the body: what is wrong with an operation is `/operations/2/path`, or its `/value`; what a
    portfolio may not be, where it is.
    """
    id, problems = data["id"], []
    for i, operation in enumerate(operations):
        try:
            _apply(data, operation)
        except _Wrong as wrong:
            value = brief(getattr(operation, wrong.field))
            problems.append(Problem(f"/operations/{i}/{wrong.field}", wrong.code, value, wrong.expected))
    if problems:
        raise PortfolioInvalid(problems)
    if data.get("id") != id:
        expected = f"{id}: an id cannot be changed"
        raise PortfolioInvalid([Problem("/id", "fixed", brief(data.get("id")), expected)])
    return parse(data)


def _apply(data: dict[str, Any], operation: Operation) -> None:
    given = "value" in operation.model_fields_set
    if operation.op != "remove" and not given:
        raise _Wrong("missing", "required: what is to stand there, or null", "value")
    if operation.op == "remove" and given:
        raise _Wrong("not_allowed", "no value: what is there is removed", "value")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in operation.path.split("/")[1:]]
    if operation.op == "add":
        there, _ = _walk(data, steps)
        if not isinstance(there, list):
            raise _Wrong("not_a_list", "the path of a list")
        there.append(operation.value)
        return
    node, last = _parent(data, steps)
    if isinstance(node, list):
        assert isinstance(last, int)
        if operation.op == "set":
            node[last] = operation.value
        else:
            del node[last]
    elif operation.op == "set":
        node[last] = operation.value
    elif last in node:
        del node[last]
    else:
        raise _Wrong("not_there", "a field that is there")


def _parent(data: dict[str, Any], steps: list[str]) -> tuple[Any, Any]:
    """The object and the name, or the list and the index, that a path leads to."""
    node: Any = data
    name = ""
    while True:
        if isinstance(node, dict):
            name, *steps = steps
            if not steps:
                return node, name
            if name not in node:
                raise _Wrong("not_there", f"a field that is there; {_among(node)}")
            node = node[name]
        elif isinstance(node, list):
            index, steps = _item(node, name, steps)
            if not steps:
                return node, index
            node = node[index]
        else:
            raise _Wrong("not_there", f"a path that ends at {name}, which is a value")


def _walk(data: dict[str, Any], steps: list[str]) -> tuple[Any, Any]:
    """What a path leads to, and what it lies in."""
    node, last = _parent(data, steps)
    if isinstance(node, dict) and last not in node:
        raise _Wrong("not_there", f"a field that is there; {_among(node)}")
    return node[last], node


def _item(items: list[Any], name: str, steps: list[str]) -> tuple[int, list[str]]:
    """The index of the item that the next steps name, and the steps after."""
    keys = NAMED_BY.get(name)
    if keys is None and items and all(isinstance(one, dict) and "people" in one and "term" in one for one in items):
        keys = ("term",)  # requirements of an activity
    if keys is None:
        raise _Wrong("not_named", f"a path that ends at {name}: its items have no names, set it as a whole")
    wanted, rest = steps[: len(keys)], steps[len(keys) :]
    for index, one in enumerate(items):
        if isinstance(one, dict) and [one.get(key) for key in keys] == wanted:
            return index, rest
    raise _Wrong("not_there", f"the {' and the '.join(keys)} of one of the {name}")


def _among(node: dict[str, Any]) -> str:
    return f"there are {', '.join(list(node)[:20])}" if node else "there are none"
