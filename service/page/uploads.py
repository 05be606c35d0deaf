"""A portfolio in a file that somebody sends: JSON, a workbook, or a ZIP of CSV files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from service import spreadsheet
from service.page.dutch_forms import FIELDS
from service.page.sentences import expected_in
from service.page.tongue import Tongue
from service.paging import whole
from service.reading import SPREADSHEETS, ZIP
from service.sheets import CellProblem, SpreadsheetInvalid
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse_json


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong in a file: what it is about, where in it, what stands there, what would be right."""

    thing: str
    where: str
    value: object
    expected: str


def read_upload(name: str, data: bytes, t: Tongue) -> tuple[Portfolio | None, dict[str, list[Wrong]]]:
    """The portfolio in a file, or everything that is wrong with it, by the thing that it is about."""
    try:
        if data.startswith(ZIP) or PurePath(name).suffix.lower() in (*SPREADSHEETS, ".csv"):
            return spreadsheet.read_bytes(data, name), {}
        return parse_json(data), {}
    except SpreadsheetInvalid as invalid:
        return None, _grouped([_in_sheet(one, t) for one in invalid.problems])
    except PortfolioInvalid as invalid:
        return None, in_json(invalid.problems, t, _decoded(data))


def in_json(problems: list[Problem], t: Tongue, data: Any = None) -> dict[str, list[Wrong]]:
    """Problems with JSON by the person, activity, change or other thing that they lie in."""
    found = []
    for one in problems:
        section, _, rest = one.path.removeprefix("/").partition("/")
        index, _, field = rest.partition("/")
        thing = section or "/"
        if (number := whole(index)) is not None:
            called = t(section, FIELDS.get(section, section).lower())
            thing = f"{called} {number + 1}{_name(data, section, number)}"
        elif rest:
            field = rest
        found.append(Wrong(thing, field, one.value, expected_in(t, one.expected)))
    return _grouped(found)


def _name(data: Any, section: str, index: int) -> str:
    """What the thing is called, if it says so."""
    items = data.get(section) if isinstance(data, dict) else None
    item = items[index] if isinstance(items, list) and index < len(items) else None
    name = (item.get("name") or item.get("id")) if isinstance(item, dict) else None
    return f": {name}" if isinstance(name, str) else ""


def _in_sheet(one: CellProblem, t: Tongue) -> Wrong:
    row = "" if one.row is None else f", {one.row}"
    column = "" if one.column is None else one.column + (f" ({one.letter})" if one.letter else "")
    return Wrong(f"{one.sheet}{row}", column, one.value, expected_in(t, one.expected))


def _grouped(problems: list[Wrong]) -> dict[str, list[Wrong]]:
    found: dict[str, list[Wrong]] = {}
    for one in problems:
        found.setdefault(one.thing, []).append(one)
    return found


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
