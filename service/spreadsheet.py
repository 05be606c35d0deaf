"""A portfolio as a spreadsheet, both ways: a folder of CSV files, a ZIP of them, or one XLSX workbook.

What is read becomes the same raw data that JSON gives and goes through the same `parse`, so that there is one set of
rules. On the way it is kept where everything came from: each error names sheet, row and column. Writing a portfolio
and reading it back gives the same portfolio.
"""

from __future__ import annotations

import difflib
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from service import columns as contract
from service.columns import KEYS, LABEL, LAYOUTS, REQUIREMENTS, Column, Kind, Layout
from service.sheets import (
    DATE,
    TEXT,
    WHOLE,
    CellFault,
    CellProblem,
    Header,
    ReadValue,
    Sheet,
    SpreadsheetInvalid,
    Table,
    Value,
    is_blank,
    read_path,
    write_csv_zip,
    write_path,
    write_workbook,
)
from service.sheets import (
    read_bytes as read_sheets_bytes,
)
from service.sheets import (
    read_csvs as read_csv_sheets,
)
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse
from solver.references import TermNames
from solver.report import MOST_SUGGESTIONS, PROTECTED, brief, is_protected, pointer

__all__ = ["CellProblem", "SpreadsheetInvalid", "read", "read_bytes", "read_csvs", "template", "to_bytes", "write"]

README = "readme"
"""A sheet for people, not read."""
KEY = Column("key", "text", "name of the setting", True)
VALUE = Column("value", "setting", "what it is")
COLUMNS: dict[str, tuple[Column, ...]] = {
    "portfolio": (KEY, VALUE),
    **{layout.name: layout.columns for layout in LAYOUTS},
    "rules": contract.RULES,
    "tiers": contract.TIERS,
}
"""Every sheet with its columns, in the order of the workbook."""
MEANINGS: dict[str, str] = {
    "portfolio": "the portfolio as a whole: one key a row",
    **{layout.name: layout.meaning for layout in LAYOUTS},
    "rules": contract.RULES_MEANING,
    "tiers": contract.TIERS_MEANING,
}
"""What each sheet is about."""


def read(path: Path) -> Portfolio:
    """The portfolio in a folder of CSV files, an XLSX workbook or a ZIP of CSV files.

    Raises SpreadsheetInvalid with everything that is wrong, OSError where there is nothing to read.
    """
    return placed(read_path(path))[0]


def read_bytes(data: bytes, name: str) -> Portfolio:
    """The portfolio in the bytes of an XLSX workbook or a ZIP of CSV files; `name` is for the errors.

    Raises SpreadsheetInvalid with everything that is wrong.
    """
    return placed(read_sheets_bytes(data, name))[0]


def read_csvs(files: Iterable[tuple[str, bytes]]) -> Portfolio:
    """The portfolio in CSV files, each a name that ends in `.csv` and its bytes.

    Raises SpreadsheetInvalid with everything that is wrong.
    """
    return placed(read_csv_sheets(files))[0]


def placed(sheets: Sequence[Sheet]) -> tuple[Portfolio, Callable[[Problem], Problem]]:
    """The portfolio in sheets, and what makes of a path in it the sheet, row and column there.

    Raises SpreadsheetInvalid with everything that is wrong.
    """
    reader = _Reader(sheets)
    return reader.portfolio(), reader.placed


def write(portfolio: Portfolio, path: Path) -> None:
    """Write the portfolio to a workbook (.xlsx), a ZIP of CSV files (.zip) or a folder of CSV files (no suffix).

    All sheets are written, the empty ones too, so that nothing of an earlier portfolio stays in the folder.
    """
    write_path(_tables(portfolio.canonical()), path)


def to_bytes(portfolio: Portfolio, suffix: str) -> bytes:
    """The portfolio as the bytes of a workbook (".xlsx") or of a ZIP of CSV files (".zip")."""
    data = io.BytesIO()
    writers = {".xlsx": write_workbook, ".zip": write_csv_zip}
    writers[suffix](_tables(portfolio.canonical()), data)
    return data.getvalue()


def template(path: Path, examples: bool = False) -> None:
    """Write all sheets with their headers and a sheet `readme` that explains each column.

    In XLSX the explanation is also on each header. With `examples` the sheets hold a small portfolio that can be read.
    """
    tables: dict[str, Table] = {README: (README_HEADERS, list(_explanations()))}
    for name, columns in COLUMNS.items():
        rows = _examples(name) if examples else [(key.name, None) for key in KEYS] if name == "portfolio" else []
        tables[name] = ([_header(column) for column in columns], rows)
    write_path(tables, path)


# Reading


@dataclass(frozen=True)
class _Row:
    """A row of a sheet: the cells that have a column, by the column's name."""

    sheet: str
    number: int
    header_number: int
    decimal_comma: bool
    cells: Mapping[str, tuple[str, ReadValue]]  # letter and value

    def value(self, column: Column) -> ReadValue:
        return self.cells[column.name][1] if column.name in self.cells else None

    def problem(self, column: Column | None, code: str, value: object, expected: str) -> CellProblem:
        if column is None:
            return CellProblem(self.sheet, self.number, None, None, code, value, expected)
        if column.name not in self.cells:  # the column is missing: not this row's fault
            return CellProblem(self.sheet, self.header_number, column.name, None, code, value, expected)
        return CellProblem(self.sheet, self.number, column.name, self.cells[column.name][0], code, value, expected)


@dataclass(frozen=True)
class _Origin:
    """Where a part of the raw portfolio came from: a row's columns, or the one cell of `item`."""

    row: _Row
    columns: Sequence[Column] = ()
    item: Column | None = None

    def column(self, rest: str) -> Column | None:
        """The column of the field at `rest` within the part, or of what holds it, or of the first field it holds."""
        if self.item or not rest:
            return self.item
        for column in self.columns:
            if f"{rest}/".startswith(f"{column.path}/") or column.path.startswith(f"{rest}/"):
                return column
        return None


class _Wrong(Exception):
    """A cell's value is not what its column holds."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(code)
        self.code, self.expected = code, expected


class _Reader:
    """Builds the raw portfolio from sheets, and knows afterwards where each part of it came from."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.problems: list[CellProblem] = []
        self.origins: dict[str, _Origin] = {}
        self.suggestions = MOST_SUGGESTIONS
        self.sheets = self._by_name(sheets)

    def portfolio(self) -> Portfolio:
        """The portfolio; raises SpreadsheetInvalid with the problems of the sheets and those of the portfolio."""
        raw = self._raw()
        own = {(problem.sheet, problem.row, problem.column) for problem in self.problems}
        try:
            portfolio = parse(raw)
        except PortfolioInvalid as invalid:
            # Where a cell could not be understood, that says it better.
            found = (self._translated(problem) for problem in invalid.problems)
            self.problems += [problem for problem in found if (problem.sheet, problem.row, problem.column) not in own]
        if self.problems:
            self.problems.sort(key=_reading_order)
            raise SpreadsheetInvalid(list(dict.fromkeys(self.problems)))
        return portfolio

    def _by_name(self, sheets: Sequence[Sheet]) -> dict[str, Sheet]:
        found: dict[str, Sheet] = {}
        for sheet in sheets:
            name = sheet.name.strip().casefold()
            if name in found:
                expected = "one sheet of this name"
                self.problems.append(CellProblem(sheet.name, None, None, None, "duplicate_sheet", None, expected))
            elif name in COLUMNS:
                found[name] = sheet
            elif name != README:
                code, expected = self._unknown("unknown_sheet", name, COLUMNS)
                self.problems.append(CellProblem(sheet.name, None, None, None, code, sheet.name, expected))
        if not found:
            expected = f"at least one sheet of a portfolio: {', '.join(COLUMNS)}"
            raise SpreadsheetInvalid([*self.problems, CellProblem("", None, None, None, "no_sheets", None, expected)])
        return found

    # From sheets to raw data

    def _raw(self) -> dict[str, Any]:
        raw: dict[str, Any] = {"format": "staffing-portfolio/1", "calendar": {}, "policy": {}}
        self._read_keys(raw)
        for layout in LAYOUTS:
            if not layout.owner:
                _put(raw, layout.path, self._records(layout))
        for layout in LAYOUTS:
            if layout.owner:
                self._read_owned(layout, raw)
        self._read_rules(raw["policy"])
        self._read_tiers(raw["policy"])
        return raw

    def _read_keys(self, raw: dict[str, Any]) -> None:
        keys = {column.name: column for column in KEYS}
        for row in self._rows("portfolio"):
            name = self._text(row, KEY)
            column = keys.get((name or "").casefold().replace(" ", "_"))
            if name is None:
                continue
            if column is None:
                code, expected = self._unknown("unknown_key", name, keys)
                self.problems.append(row.problem(KEY, code, name, expected))
            elif f"/{column.path}" in self.origins:
                self.problems.append(row.problem(KEY, "duplicate_key", name, "each key once"))
            else:
                self.origins[f"/{column.path}"] = _Origin(row, item=VALUE)
                _put(raw, column.path, self._converted(row, VALUE, column.kind))

    def _records(self, layout: Layout) -> list[dict[str, Any]]:
        records = []
        for number, row in enumerate(self._rows(layout.name)):
            columns = layout.columns
            if layout.name == "vocabulary":
                columns = tuple(column for column in columns if not column.name.startswith(LABEL))
                columns += tuple(_label_column(name[len(LABEL) :]) for name in row.cells if name.startswith(LABEL))
            records.append(self._record(row, columns, f"/{layout.path}/{number}"))
        return records

    def _read_owned(self, layout: Layout, raw: dict[str, Any]) -> None:
        """Puts each row into the record that its first column names."""
        owner_column, *rest = layout.columns
        numbers: dict[str, int] = {}
        for number, owner in enumerate(raw[layout.owner]):
            numbers.setdefault(owner.get("id", ""), number)
        names = TermNames(raw)
        for row in self._rows(layout.name):
            name = self._text(row, owner_column)
            if name is None:
                continue
            if name not in numbers:
                expected = f"an id from the sheet {layout.owner}"
                self.problems.append(row.problem(owner_column, "unknown_id", name, expected))
                continue
            number, path = numbers[name], layout.path
            if layout is REQUIREMENTS:
                term = names(str(self._quietly(row, rest[0])))
                path = "talents" if names.dimension.get(term) == "talent" else "expertise"
            items = raw[layout.owner][number].setdefault(path, [])
            place = f"/{layout.owner}/{number}/{path}/{len(items)}"
            if layout.plain:
                item = self._text(row, rest[0])
                if item is not None:
                    self.origins[place] = _Origin(row, item=rest[0])
                    items.append(item)
            else:
                items.append(self._record(row, rest, place))

    def _read_rules(self, policy: dict[str, Any]) -> None:
        rule_column, setting_column, value_column = contract.RULES
        rules: dict[str, dict[str, Any]] = {}
        for row in self._rows("rules"):
            rule = self._text(row, rule_column)
            if rule is None:
                continue
            self.origins.setdefault(pointer(("policy", "rules", rule)), _Origin(row, item=rule_column))
            settings = rules.setdefault(rule, {})
            setting = self._converted(row, setting_column)
            value = self._converted(row, value_column)
            if setting is None:
                if value is not None:
                    self.problems.append(row.problem(setting_column, "missing", None, "the setting of this value"))
            elif setting in settings:
                self.problems.append(row.problem(setting_column, "duplicate_setting", setting, "each setting once"))
            elif value is None:
                self.problems.append(row.problem(value_column, "missing", None, contract.HOLDS["setting"]))
            else:
                settings[setting] = value
                self.origins[pointer(("policy", "rules", rule, setting))] = _Origin(row, item=value_column)
        policy["rules"] = rules

    def _read_tiers(self, policy: dict[str, Any]) -> None:
        tier_column, rule_column = contract.TIERS
        tiers: dict[int, list[tuple[_Row, str]]] = {}
        for row in self._rows("tiers"):
            number = self._converted(row, tier_column)
            rule = self._converted(row, rule_column)
            if isinstance(number, int):
                tier = tiers.setdefault(number, [])
                if rule is not None:
                    tier.append((row, rule))
            elif number is None:
                self.problems.append(row.problem(tier_column, "missing", None, contract.HOLDS["whole"]))
        policy["tiers"] = [[rule for _, rule in tier] for _, tier in sorted(tiers.items())]
        for place, (_, tier) in enumerate(sorted(tiers.items())):
            for number, (row, _) in enumerate(tier):
                self.origins[f"/policy/tiers/{place}/{number}"] = _Origin(row, item=rule_column)

    def _record(self, row: _Row, columns: Sequence[Column], place: str) -> dict[str, Any]:
        self.origins[place] = _Origin(row, columns)
        record: dict[str, Any] = {}
        for column in columns:
            value = self._converted(row, column)
            if value is not None:
                _put(record, column.path, value)
        return record

    # From cells to values

    def _rows(self, name: str) -> Iterator[_Row]:
        """The rows of a sheet under its headers; none where the sheet is missing or empty."""
        sheet = self.sheets.get(name)
        if sheet is None or not sheet.rows:
            return
        header_number, headers = sheet.rows[0]
        names = self._column_names(name, header_number, headers)
        for number, values in sheet.rows[1:]:
            cells = {}
            for index, letter, value in _lettered(values):
                if index in names:
                    cells[names[index]] = (letter, value)
                elif not is_blank(value) and (index >= len(headers) or is_blank(headers[index])):
                    expected = "a header above this, or nothing"
                    self.problems.append(CellProblem(name, number, None, letter, "no_header", brief(value), expected))
            for index, column in names.items():
                cells.setdefault(column, (get_column_letter(index + 1), None))
            yield _Row(name, number, header_number, sheet.decimal_comma, cells)

    def _column_names(self, sheet: str, row: int, headers: Sequence[ReadValue]) -> dict[int, str]:
        """The name of the column at each place (from 0) that has a known header."""
        known = {column.name for column in COLUMNS[sheet]}
        names: dict[int, str] = {}
        for index, letter, header in _lettered(headers):
            if is_blank(header):
                continue
            title = str(header).strip()
            name = title.casefold().replace(" ", "_")
            if sheet == "vocabulary" and name.startswith(LABEL) and name != LABEL:
                name = LABEL + _unquoted(title[len(LABEL) :])
            elif name not in known:
                code, expected = self._unknown("unknown_column", title, sorted(known))
                self.problems.append(CellProblem(sheet, row, title, letter, code, title, expected))
                continue
            if name in names.values():
                self.problems.append(CellProblem(sheet, row, title, letter, "duplicate_column", title, "it once"))
                continue
            names[index] = name
        for column in COLUMNS[sheet]:
            if column.needed and column.name not in names.values():
                expected = f"a column {column.name}: {column.meaning}"
                self.problems.append(CellProblem(sheet, row, column.name, None, "missing_column", None, expected))
        return names

    def _text(self, row: _Row, column: Column) -> str | None:
        """The text of a cell that must have some; None, reported, where it has not."""
        value = self._converted(row, column)
        if value is None and column.name in row.cells:
            self.problems.append(
                row.problem(column, "missing", None, f"{contract.HOLDS[column.kind]}: {column.meaning}")
            )
        return value if isinstance(value, str) else None

    def _converted(self, row: _Row, column: Column, kind: Kind | None = None) -> Any:
        """What the cell holds, as raw data; None where it is blank. What cannot be understood is reported, and text."""
        value = row.value(column)
        if is_blank(value):
            return None
        try:
            return _convert(value, kind or column.kind, row.decimal_comma)
        except _Wrong as wrong:
            self.problems.append(row.problem(column, wrong.code, brief(value), wrong.expected))
            return str(value)

    def _quietly(self, row: _Row, column: Column) -> Any:
        """What the cell holds, None where it cannot be understood: for looking ahead at a cell reported elsewhere."""
        try:
            return None if is_blank(row.value(column)) else _convert(row.value(column), column.kind, row.decimal_comma)
        except _Wrong:
            return None

    def _unknown(self, code: str, given: str, known: Iterable[str]) -> tuple[str, str]:
        """The code of a name that means nothing, and what would be right."""
        if is_protected(given):
            return "protected_trait", PROTECTED
        names = list(known)
        self.suggestions -= 1
        near = difflib.get_close_matches(given.casefold(), names, n=1) if self.suggestions >= 0 else []
        return code, f"{', '.join(names)}{f'; did you mean {near[0]}?' if near else ''}"

    # From the portfolio's problems to cells

    def placed(self, problem: Problem) -> Problem:
        """The same problem with its place in the sheets for a path."""
        cell = self._translated(problem)
        return replace(problem, path=cell.place, expected=cell.expected)

    def _translated(self, problem: Problem) -> CellProblem:
        place, rest = problem.path, ""
        while place and place not in self.origins:
            place, _, step = place.rpartition("/")
            rest = f"{step}/{rest}" if rest else step
        expected = _POINTER.sub(self._in_words, problem.expected)
        if place:
            origin = self.origins[place]
            value = problem.value
            if isinstance(value, list):
                value = ";".join(map(str, value))  # as the cell has it
            elif isinstance(value, dict):
                value = None  # the whole row, which is named anyway
            return origin.row.problem(origin.column(rest), problem.code, value, expected)
        sheet = "portfolio"
        for path, name in SHEET_OF.items():
            if f"{problem.path}/".startswith(f"/{path}/"):
                sheet = name
        for column in KEYS:
            if problem.path == f"/{column.path}":
                expected = f"a row {column.name} with {column.meaning}"
        return CellProblem(sheet, None, None, None, problem.code, None, expected)

    def _in_words(self, match: re.Match[str]) -> str:
        origin = self.origins.get(match[0])
        return f"row {origin.row.number} of the sheet {origin.row.sheet}" if origin else match[0]


def _reading_order(problem: CellProblem) -> tuple[int, int, int, str]:
    """By sheet (unknown ones first), row and column; what is about the whole of one comes before its parts."""
    sheet = list(COLUMNS).index(problem.sheet) if problem.sheet in COLUMNS else -1
    letter = problem.letter or ""
    return sheet, problem.row or 0, len(letter), letter


SHEET_OF = {
    **{layout.path: layout.name for layout in LAYOUTS if not layout.owner},
    "policy/rules": "rules",
    "policy/tiers": "tiers",
}


def _convert(value: ReadValue, kind: Kind, decimal_comma: bool) -> Any:
    """The value of a cell that is not blank as the raw data of its kind; raises _Wrong."""
    if isinstance(value, CellFault):
        raise _Wrong("formula_error", f"{contract.HOLDS[kind]}, not the error of a formula")
    if kind == "whole":
        return _whole(value, decimal_comma)
    if kind == "number":
        return _number(value, decimal_comma)
    if kind == "date":
        return _date(value, day_first=decimal_comma)
    if kind == "yes_no":
        return _yes_no(value)
    if kind == "setting":
        return _setting(value, decimal_comma)
    if kind == "wholes" or (kind == "hours" and isinstance(value, str) and ";" in value):
        parts = value.split(";") if isinstance(value, str) else [value]
        return [_whole(part, decimal_comma) for part in parts if not is_blank(part)]
    if kind == "hours":
        return _whole(value, decimal_comma)
    text = _plain_text(value)
    if kind in ("ids", "texts"):
        parts = [_UNESCAPED.sub(r"\1", part) for part in _ITEMS.findall(text)]
        return [_unquoted(part) for part in parts if part.strip()]
    return _unquoted(text)


def _whole(value: ReadValue, decimal_comma: bool) -> int:
    try:
        number = _number(value, decimal_comma)
    except _Wrong as wrong:
        whole = wrong.expected.replace("a number", "a whole number")
        raise _Wrong(wrong.code, whole.partition(", such as")[0]) from None
    if number != int(number):
        raise _Wrong("not_whole", "a whole number")
    return int(number)


def _number(value: ReadValue, decimal_comma: bool) -> int | float:
    """A number, or text that is one: with a decimal comma only in a file of semicolons, and 20% as 0.2."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return value
    match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or (match["mark"] == "," and not decimal_comma):
        raise _Wrong("not_a_number", f"a number, such as {'1,5' if decimal_comma else '1.5'}")
    if decimal_comma and match["mark"] == "." and len(match["decimals"]) == 3:
        raise _Wrong("not_a_number", "a number without marks between the thousands")
    text = match["number"].replace(",", ".")
    if match["percent"]:
        return float(text + "e-2")
    return float(text) if "." in text or "e" in text.lower() else int(text)


def _date(value: ReadValue, day_first: bool) -> str:
    """A date as YYYY-MM-DD; a Dutch program writes 4-1-2027 into CSV, told by the semicolons."""
    expected = contract.HOLDS["date"]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    dutch = _DAY_FIRST.fullmatch(value.strip()) if isinstance(value, str) and day_first else None
    found = match or dutch
    if found is None:
        raise _Wrong("not_a_date", expected)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        raise _Wrong("not_a_date", f"{expected}, that exists") from None


def _yes_no(value: ReadValue) -> bool:
    answer = _YES_NO.get(str(value).strip().casefold())
    if answer is None:
        raise _Wrong("not_yes_no", "TRUE or FALSE, yes or no, ja or nee, 1 or 0")
    return answer


def _setting(value: ReadValue, decimal_comma: bool) -> Any:
    """A rule's setting: a number or yes or no where it looks like one, else text."""
    if isinstance(value, (bool, int, float)):
        return value
    text = _plain_text(value)
    if text.strip().casefold() in _TRUE_FALSE:
        return _YES_NO[text.strip().casefold()]
    try:
        return _number(text, decimal_comma)
    except _Wrong:
        return _unquoted(text)


def _plain_text(value: ReadValue) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (str, int, float)):
        return str(value)
    raise _Wrong("not_text", "text; the spreadsheet program made a date or time of it: format the cell as text")


def _lettered(values: Iterable[ReadValue]) -> Iterator[tuple[int, str, ReadValue]]:
    for index, value in enumerate(values):
        yield index, get_column_letter(index + 1), value


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    outer, _, inner = path.partition("/")
    if value is None:
        return
    if inner:
        record.setdefault(outer, {})[inner] = value
    else:
        record[outer] = value


def _label_column(language: str) -> Column:
    return Column(LABEL + language, "text", f"the term in {language}", field=f"labels/{language}")


# Writing


def _tables(data: dict[str, Any]) -> dict[str, Table]:
    """The sheets of a portfolio in its canonical form."""
    languages = list(dict.fromkeys(language for term in data["vocabulary"] for language in term["labels"]))
    tables: dict[str, Table] = {}
    for name, columns in COLUMNS.items():
        if name == "vocabulary" and languages:
            before, after = columns[:2], [column for column in columns[2:] if not column.name.startswith(LABEL)]
            columns = (*before, *(_label_column(language) for language in languages), *after)
        tables[name] = ([_header(column) for column in columns], _written_rows(name, columns, data))
    return tables


def _written_rows(name: str, columns: Sequence[Column], data: dict[str, Any]) -> Iterator[list[Value]]:
    policy = data["policy"]
    if name == "portfolio":
        for key in KEYS:
            yield [key.name, _written(_at(data, key.path), key.kind)]
    elif name == "rules":
        for rule, settings in policy["rules"].items():
            for setting, value in (settings or {None: None}).items():
                yield [rule, setting, value]
    elif name == "tiers":
        for number, tier in enumerate(policy["tiers"], start=1):
            for rule in tier or [None]:
                yield [number, rule]
    else:
        layout = next(layout for layout in LAYOUTS if layout.name == name)
        for owner, record in _written_records(layout, data):
            fields = columns[1:] if layout.owner else columns
            values = [record] if layout.plain else [_at(record, column.path) for column in fields]
            cells = [_written(value, column.kind) for value, column in zip(values, fields, strict=True)]
            yield [owner, *cells] if layout.owner else cells


def _written_records(layout: Layout, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The records of a sheet in its order, each with the id of the record it belongs to ("" where it needs none)."""
    if not layout.owner:
        for record in _at(data, layout.path):
            yield "", record
        return
    paths = ("expertise", "talents") if layout is REQUIREMENTS else (layout.path,)
    for owner in data[layout.owner]:
        for path in paths:
            for record in owner[path]:
                yield owner["id"], record


def _at(record: dict[str, Any], path: str) -> Any:
    outer, _, inner = path.partition("/")
    value = record.get(outer)
    return value.get(inner) if inner and value is not None else value


def _written(value: Any, kind: Kind) -> Value:
    """The cell that `_convert` makes the same value of."""
    if value is None:
        return None
    if kind == "date":
        return date.fromisoformat(value)
    if kind in ("ids", "texts"):
        return (
            None if not value else ";".join(_quoted(item).replace("\\", "\\\\").replace(";", "\\;") for item in value)
        )
    if isinstance(value, list):
        # A list of one number is not the number, and an empty list not the same as none: a semicolon says so.
        return ";".join(map(str, value)) + ";" * (len(value) < 2)
    if isinstance(value, str):
        return _quoted(value)
    assert isinstance(value, (bool, int, float))
    return value


def _quoted(text: str) -> str:
    """`text` in quotes where reading would otherwise take off the spaces around it."""
    return f'"{text}"' if _needs_quotes(text) else text


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if _is_quoted(text) and _needs_quotes(text[1:-1]) else text


def _needs_quotes(text: str) -> bool:
    return text != text.strip() or (_is_quoted(text) and _needs_quotes(text[1:-1]))


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == '"'


# The template


README_HEADERS = (
    Header("sheet"),
    Header("column"),
    Header("needed"),
    Header("holds"),
    Header("meaning"),
    Header("example", number_format=TEXT),
)


def _explanations() -> Iterator[tuple[Value, ...]]:
    """The rows of the readme: each sheet, then each of its columns (in `portfolio`, each key)."""
    for name, columns in COLUMNS.items():
        yield name, None, None, None, MEANINGS[name], None
        explained = KEYS if name == "portfolio" else columns
        examples = contract.KEY_EXAMPLES if name == "portfolio" else _examples(name)[0]
        for column, example in zip(explained, examples, strict=True):
            needed = "yes" if column.needed else None
            shown = None if example is None else str(example)
            yield name, column.name, needed, contract.HOLDS[column.kind], column.meaning, shown


def _examples(name: str) -> Sequence[tuple[Value, ...]]:
    if name == "portfolio":
        return [(key.name, example) for key, example in zip(KEYS, contract.KEY_EXAMPLES, strict=True)]
    if name in ("rules", "tiers"):
        return contract.RULE_EXAMPLES if name == "rules" else contract.TIER_EXAMPLES
    return next(layout.examples for layout in LAYOUTS if layout.name == name)


def _header(column: Column) -> Header:
    note = f"{column.meaning}\n{contract.HOLDS[column.kind]}{', needed' if column.needed else ''}"
    choices = ("TRUE", "FALSE") if column.kind == "yes_no" else column.choices
    name = LABEL + _quoted(column.name[len(LABEL) :]) if column.name.startswith(LABEL) else column.name
    return Header(name, note, choices, FORMATS.get(column.kind, "General"))


FORMATS: dict[Kind, str] = {"id": TEXT, "text": TEXT, "ids": TEXT, "texts": TEXT, "date": DATE, "whole": WHOLE}

_NUMBER = re.compile(
    r"(?P<number>[+-]?[0-9]{1,18}((?P<mark>[.,])(?P<decimals>[0-9]{1,20}))?(?:[eE][+-]?[0-9]{1,2})?)\s?(?P<percent>%)?"
)
_DATE = re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_DAY_FIRST = re.compile("(?P<day>[0-9]{1,2})-(?P<month>[0-9]{1,2})-(?P<year>[0-9]{4})")
_YES_NO = {
    **dict.fromkeys(("true", "yes", "ja", "waar", "1", "1.0"), True),
    **dict.fromkeys(("false", "no", "nee", "onwaar", "0", "0.0"), False),
}
_TRUE_FALSE = frozenset(("true", "false", "waar", "onwaar"))
_POINTER = re.compile("(?:/[A-Za-z0-9_]+)+")
_ITEMS = re.compile(r"(?:\\[;\\]|[^;])+")
_UNESCAPED = re.compile(r"\\([;\\])")
