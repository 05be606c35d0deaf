"""Sheets of cells, kept as an XLSX workbook, a folder of CSV files or a ZIP of those. Knows nothing of portfolios.

A cell holds text, a number, yes or no, a date, or nothing. A file of CSV knows text alone, so whoever reads a cell
must expect text for anything; `Sheet.decimal_comma` says how numbers in that text are written.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

import openpyxl
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from service.files import write_file, write_files

# What openpyxl warns of (a colour scale that it does not know, say) is nothing that is read here.
warnings.filterwarnings("ignore", module="openpyxl")

Value: TypeAlias = "str | int | float | bool | date | None"
ReadValue: TypeAlias = "str | int | float | bool | date | datetime | time | timedelta | None"
Table: TypeAlias = "tuple[Sequence[str | Header], Iterable[Sequence[Value]]]"

MAX_BYTES = 100 << 20
"""The largest file read, unpacked: some four times a portfolio of 5,000 people and 5,000 activities."""
MAX_SHEETS, MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 100, 1 << 20, 1 << 14, 10_000_000
"""Rows and columns as many as a spreadsheet program has; a damaged workbook may claim any number. Cells of a sheet."""
MAX_TEXT = 32_767
"""The most characters an XLSX cell can hold."""

TEXT, WHOLE, NUMBER, DATE = "@", "0", "0.00", "yyyy-mm-dd"
"""Number formats of XLSX cells. Text columns are marked as text, or Excel makes a date of the id 1-2."""

WIDEST = 60
HEADER_FONT = Font(bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor="1F4E5F")
WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with a cell, or with a row or a sheet where it is no one cell's fault.

    `row` counts from 1 as the spreadsheet program shows it; `column` is the header, `letter` the column's letter.
    """

    sheet: str
    row: int | None
    column: str | None
    letter: str | None
    code: str
    value: object
    expected: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        place = f"sheet {self.sheet}" if self.sheet else "file"
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}" + (f" ({self.letter})" if self.letter else "")
        return place

    def __str__(self) -> str:
        given = "" if self.value is None else f"{self.value!r}, "
        return f"{self.place}: {given}expected {self.expected} [{self.code}]"


class SpreadsheetInvalid(Exception):
    """A spreadsheet that cannot be understood; `problems` has everything that is wrong with it, in reading order."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


class CellFault(str):
    """What a formula that failed shows, such as #N/A. Never a value."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as read: its rows that are not blank, each with its number (from 1) and its values up to the last one."""

    name: str
    rows: list[tuple[int, list[ReadValue]]]
    decimal_comma: bool = False


@dataclass(frozen=True)
class Header:
    """A column's header, with what XLSX can tell and offer along with it."""

    name: str
    note: str = ""
    choices: tuple[str, ...] = ()
    number_format: str = "General"


def _unreadable(sheet: str, code: str, value: object, expected: str, row: int | None = None) -> SpreadsheetInvalid:
    return SpreadsheetInvalid([CellProblem(sheet, row, None, None, code, value, expected)])


# Reading


def read_path(path: Path) -> list[Sheet]:
    """The sheets of a folder of CSV files, an XLSX workbook or a ZIP of CSV files.

    Raises SpreadsheetInvalid for a file that cannot be read as that, OSError where there is no file to read.
    """
    if not path.is_dir():
        if path.stat().st_size > MAX_BYTES:
            raise _too_big(path.name)
        return read_bytes(path.read_bytes(), path.name)
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    if sum(file.stat().st_size for file in files) > MAX_BYTES:
        raise _too_big(path.name)
    return read_csvs((file.name, file.read_bytes()) for file in files)


def read_bytes(data: bytes, name: str) -> list[Sheet]:
    """The sheets of an XLSX workbook or a ZIP of CSV files; what it is shows in the data, `name` is for the errors.

    Raises SpreadsheetInvalid.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Python reads no more of a member than the size that is declared for it, so these sizes can be trusted.
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise _too_big(name)
            if "[Content_Types].xml" in archive.namelist():
                return _read_workbook(data, name)
            members = [PurePosixPath(member) for member in archive.namelist()]
            return read_csvs(
                (member.name, archive.read(str(member)))
                for member in members
                if member.suffix.lower() == ".csv" and not member.name.startswith("._")  # macOS adds such files
            )
    except SpreadsheetInvalid:
        raise
    except Exception as error:
        # zipfile and openpyxl raise whatever a broken file makes them stumble over, from KeyError to zlib.error.
        expected = "an XLSX workbook without a password, or a ZIP of CSV files, that is not damaged"
        raise _unreadable("", "unreadable_file", name, expected) from error


def _too_big(name: str) -> SpreadsheetInvalid:
    expected = (
        f"at most {MAX_BYTES >> 20} MB unpacked in {MAX_SHEETS} sheets, each of at most {MAX_ROWS:,} rows, "
        f"{MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells"
    )
    return _unreadable("", "too_big", name, expected)


def _read_workbook(data: bytes, name: str) -> list[Sheet]:
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        if len(workbook.worksheets) > MAX_SHEETS:
            raise _too_big(name)
        sheets = []
        for worksheet in workbook.worksheets:
            worksheet.reset_dimensions()  # what a program wrote there may be wrong
            rows = ([_read_cell(cell.value, cell.data_type) for cell in row] for row in worksheet.iter_rows())
            sheets.append(Sheet(worksheet.title, _kept(worksheet.title, rows)))
        return sheets
    finally:
        workbook.close()


def _read_cell(value: object, data_type: str) -> ReadValue:
    if isinstance(value, str):
        return CellFault(value) if data_type == "e" else _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, float):
        # Excel itself counts to 15 digits; what is behind them is the noise of a formula (0.1 + 0.2).
        return float(f"{value:.15g}")
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    assert value is None or isinstance(value, (int, date, datetime, time, timedelta))
    return value


def read_csvs(files: Iterable[tuple[str, bytes]]) -> list[Sheet]:
    """The sheets of CSV files, named and ending in `.csv`; raises SpreadsheetInvalid."""
    sheets, problems = [], []
    for name, data in files:
        try:
            sheets.append(_read_csv(name[: -len(".csv")], data))
        except SpreadsheetInvalid as invalid:
            problems += invalid.problems
    if problems:
        raise SpreadsheetInvalid(problems)
    return sheets


def _read_csv(name: str, data: bytes) -> Sheet:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        expected = 'text in UTF-8: in Excel, save as "CSV UTF-8"'
        raise _unreadable(name, "not_utf8", None, expected) from error
    # Headers hold none of these signs, or they are in quotes: so the first line tells.
    first_line = re.sub('"[^"]*"', "", text[:100_000]).split("\n", 1)[0]
    delimiter = next((sign for sign in ";\t" if sign in first_line), ",")
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = _kept(name, ([_unguarded(cell) for cell in record] for record in records))
    return Sheet(name, rows, decimal_comma=delimiter != ",")


def _kept(name: str, rows: Iterable[list[ReadValue]]) -> list[tuple[int, list[ReadValue]]]:
    """The rows that are not blank, with their numbers, without the blank cells at their ends."""
    kept: list[tuple[int, list[ReadValue]]] = []
    number = cells = 0
    try:
        for number, values in enumerate(rows, start=1):
            cells += len(values)  # the blank ones too: they take as long
            if number > MAX_ROWS or len(values) > MAX_COLUMNS or cells > MAX_CELLS:
                raise _too_big(name)
            while values and is_blank(values[-1]):
                values.pop()
            if values:
                kept.append((number, values))
    except csv.Error as error:
        raise _unreadable(name, "not_csv", str(error), "rows of CSV, with quotes that close", number + 1) from error
    return kept


def is_blank(value: ReadValue) -> bool:
    """Whether the cell holds nothing that can be seen."""
    return value is None or (isinstance(value, str) and not value.strip())


# Writing


def write_path(sheets: Mapping[str, Table], path: Path) -> None:
    """Write a workbook (.xlsx), a ZIP of CSV files (.zip) or a folder of CSV files (no suffix); made where missing."""
    if path.suffix.lower() == ".xlsx":
        write_workbook(sheets, path)
    elif path.suffix.lower() == ".zip":
        write_csv_zip(sheets, path)
    else:
        path.mkdir(parents=True, exist_ok=True)
        write_files({path / f"{name}.csv": data for name, data in _csvs(sheets)})


def write_csv(headers: Sequence[str | Header], rows: Iterable[Sequence[Value]], target: BinaryIO) -> None:
    """Write one sheet as CSV: UTF-8 with a mark that Excel knows it by, comma, decimal point, TRUE and FALSE.

    Text that a spreadsheet program would run as a formula gets an apostrophe in front; reading takes it off again.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_header(header).name for header in headers])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    target.write(text.getvalue().encode("utf-8-sig"))


def write_csv_zip(sheets: Mapping[str, Table], target: Path | BinaryIO) -> None:
    """Write every sheet as a CSV file, in one ZIP."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, csv_file in _csvs(sheets):
            archive.writestr(f"{name}.csv", csv_file)
    _put(data.getvalue(), target)


def _csvs(sheets: Mapping[str, Table]) -> Iterator[tuple[str, bytes]]:
    for name, (headers, rows) in sheets.items():
        data = io.BytesIO()
        write_csv(headers, rows, data)
        yield name, data.getvalue()


def write_workbook(sheets: Mapping[str, Table], target: Path | BinaryIO) -> None:
    """Write an XLSX workbook: headers that stay in sight, can be filtered by, and carry their notes and choices.

    `sheets` has at least one sheet. Raises ValueError for text longer than a cell can hold (32,767 characters).
    """
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, (headers, rows) in sheets.items():
        _write_worksheet(workbook.create_sheet(name), [_header(header) for header in headers], rows)
    data = io.BytesIO()
    workbook.save(data)
    _put(data.getvalue(), target)


def _write_worksheet(worksheet: Worksheet, headers: Sequence[Header], rows: Iterable[Sequence[Value]]) -> None:
    widths = [len(header.name) + 4 for header in headers]  # room for the filter's button
    for column, header in enumerate(headers, start=1):
        letter = get_column_letter(column)
        cell = _xlsx_cell(worksheet, 1, column, header.name)
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
        if header.note:
            cell.comment = Comment(header.note, "staffing", width=320, height=120)
        if header.choices:
            validation = DataValidation("list", formula1=f'"{",".join(header.choices)}"', allow_blank=True)
            validation.add(f"{letter}2:{letter}1048576")
            worksheet.add_data_validation(validation)
        worksheet.column_dimensions[letter].number_format = header.number_format
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = _xlsx_cell(worksheet, number, column, value)
            length = len(str(value))
            widths[column - 1] = max(widths[column - 1], min(length + 2, WIDEST))
            if length > WIDEST:
                cell.alignment = WRAPPED
    for column, width in enumerate(widths, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    worksheet.freeze_panes = "A2"
    if headers:
        worksheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{max(worksheet.max_row, 1)}"


def _xlsx_cell(worksheet: Worksheet, row: int, column: int, value: Value) -> XlsxCell:
    cell = worksheet.cell(row, column)
    assert isinstance(cell, XlsxCell)  # the other kind is the rest of a merged cell
    if isinstance(value, date) and value.year <= 1900:
        value = value.isoformat()  # Excel's days begin in 1900, with a leap day too many
    if isinstance(value, str):
        text = _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", value)
        if len(text) > MAX_TEXT:
            raise ValueError(f"{worksheet.title}, row {row}: {len(text)} characters do not fit in one XLSX cell")
        cell.value = text
        cell.data_type = "s"  # never a formula, whatever it begins with,
        cell.quotePrefix = True  # nor when somebody edits it
        cell.number_format = TEXT
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = DATE
        elif not isinstance(value, bool):
            cell.number_format = NUMBER if isinstance(value, float) else WHOLE
    return cell


def _header(header: str | Header) -> Header:
    return Header(header) if isinstance(header, str) else header


def _put(data: bytes, target: Path | BinaryIO) -> None:
    if isinstance(target, Path):
        write_file(target, data)
    else:
        target.write(data)


def _csv_cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and _needs_guard(value):
        return f"'{value}"
    return value


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    """Whether a program would run it as a formula, or reading it back would take off an apostrophe that is its own."""
    return text.lstrip()[:1] in _FORMULA_SIGNS or (text.startswith("'") and _needs_guard(text[1:]))


_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
"""Also the wide ones, which Excel takes for the same in some languages."""
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold, and what would be read as an escape: both as XLSX prescribes, _xHHHH_."""
