"""A portfolio in files that somebody sends: JSON, a workbook, CSV files, or a ZIP of those."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from service import spreadsheet
from service.columns import KEYS
from service.page.dutch_columns import SHEETS
from service.page.dutch_forms import FIELDS
from service.page.sentences import expected_in
from service.page.tongue import Tongue
from service.paging import whole
from service.reading import PROPOSAL, SPREADSHEETS, ZIP
from service.sheets import CellProblem, SpreadsheetInvalid
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse_json


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong in a file: what it is about, where in it, what stands there, what would be right."""

    thing: str
    where: str
    value: object
    expected: str


@dataclass(frozen=True)
class Table:
    """One of the tables that a portfolio may consist of: what it is, the columns it needs, whether it was sent."""

    name: str
    about: str
    needed: str
    sent: bool


@dataclass(frozen=True)
class Upload:
    """What came of an upload: the portfolio, or everything that is wrong, by the thing that it is about.

    tables: where tables were sent, those there are.
    """

    portfolio: Portfolio | None
    wrong: dict[str, list[Wrong]]
    tables: list[Table]


def read_upload(files: list[tuple[str, bytes]], t: Tongue) -> Upload:
    """The portfolio in files, each with its name: several are CSV files, one may be anything."""
    csv = [one for one in files if PurePath(one[0]).suffix.lower() == ".csv"]
    names = [PurePath(name).stem.strip().lower() for name, _ in csv]
    try:
        if len(files) > 1 and len(csv) < len(files):
            expected = t(
                "several CSV files; or one workbook, one ZIP or one JSON file by itself",
                "een aantal CSV-bestanden; of één werkmap, één ZIP of één JSON-bestand op zichzelf",
            )
            others = [name for name, _ in files if PurePath(name).suffix.lower() != ".csv"]
            return Upload(None, {one: [Wrong(one, "", None, expected)] for one in others}, [])
        if csv:
            return Upload(spreadsheet.read_csvs(csv), {}, [])
        [(name, data)] = files
        if data.startswith(ZIP) or PurePath(name).suffix.lower() in SPREADSHEETS:
            return Upload(spreadsheet.read_bytes(data, name), {}, [])
        if PurePath(name).suffix.lower() != ".json" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            expected = t(
                "a workbook (XLSX), CSV files, a ZIP of those, or JSON",
                "een werkmap (XLSX), CSV-bestanden, een ZIP daarvan, of JSON",
            )
            return Upload(None, {name: [Wrong(name, "", None, expected)]}, [])
        return Upload(parse_json(data), {}, [])
    except SpreadsheetInvalid as invalid:
        wrong = _grouped([_in_sheet(one, t) for one in invalid.problems])
        return Upload(None, wrong, _tables(names, t) if csv else [])
    except PortfolioInvalid as invalid:
        if any((one.path, one.value) == ("/format", PROPOSAL) for one in invalid.problems):
            expected = t(
                "a portfolio; this is a proposal made from one",
                "een portfolio; dit is een voorstel dat uit een portfolio is gemaakt",
            )
            return Upload(None, {files[0][0]: [Wrong(files[0][0], "", None, expected)]}, [])
        return Upload(None, in_json(invalid.problems, t, _decoded(files[0][1])), [])


def _tables(sent: list[str], t: Tongue) -> list[Table]:
    """The tables there are, those that were sent first."""
    found = []
    for name, columns in spreadsheet.COLUMNS.items():
        meaning = spreadsheet.MEANINGS[name]
        needed = ", ".join(one.name for one in columns if one.needed or name == "portfolio")
        if name == "portfolio":
            needed += f": {', '.join(one.name for one in KEYS if one.needed)}"
        found.append(Table(name, t(meaning, SHEETS.get(meaning, meaning)), needed, name in sent))
    return sorted(found, key=lambda one: not one.sent)


def in_json(problems: list[Problem], t: Tongue, data: Any = None) -> dict[str, list[Wrong]]:
    """Problems with JSON by the person, activity, change or other thing that they lie in."""
    found = []
    for one in problems:
        section, _, rest = one.path.removeprefix("/").partition("/")
        index, _, field = rest.partition("/")
        thing = section or t("The file", "Het bestand")
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
    row = "" if one.row is None else t(", row {n}", ", rij {n}", n=one.row)
    column = "" if one.column is None else one.column + (f" ({one.letter})" if one.letter else "")
    return Wrong(f"{one.sheet}{row}" or t("The file", "Het bestand"), column, one.value, expected_in(t, one.expected))


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
