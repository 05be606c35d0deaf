"""Where the command line gets its portfolios and plans from, and what it says of those that are no good."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.library import ENTRIES, Entry, entry
from solver.portfolio import Portfolio, PortfolioInvalid, Problem, parse, parse_json

STANDARD_INPUT = "-"
PROPOSAL = "staffing-proposal/1"
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".zip")
ZIP = b"PK\x03\x04"


class Unusable(Exception):
    """What was given is no good; `problems` has everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


def portfolio_of(source: str) -> Portfolio:
    """The portfolio in a JSON file, a workbook, a ZIP or folder of CSV files, standard input, or the library.

    Raises Unusable.
    """
    return placed(source)[0]


def placed(source: str) -> tuple[Portfolio, Callable[[Problem], Problem]]:
    """The portfolio as `portfolio_of` reads it, and what makes of a path in it the place in a spreadsheet."""
    path = Path(source)
    try:
        if source != STANDARD_INPUT:
            if path.is_dir():
                return _from_sheets(None, path)
            if (case := bundled(source)) is not None:
                return case.portfolio(), _where_it_is
        data = _bytes(source)
        if data.startswith(ZIP) or path.suffix.lower() in SPREADSHEETS:
            return _from_sheets(data, path)
        if path.suffix.lower() == ".csv":
            expected = "the folder that the CSV files are in, not one of them"
            raise Unusable([Problem("", "not_a_portfolio", source, expected)])
        return parse_json(data), _where_it_is
    except PortfolioInvalid as invalid:
        raise Unusable(_of_a_proposal(invalid.problems)) from None
    except OSError as error:
        slugs = ", ".join(one.slug for one in ENTRIES)
        expected = f"a JSON file, an .xlsx workbook, a folder of CSV files, -, or one of {slugs} ({_why(error)})"
        raise Unusable([Problem("", "unreadable", source, expected)]) from None


def _where_it_is(problem: Problem) -> Problem:
    """In JSON a path is its own place."""
    return problem


def _of_a_proposal(problems: list[Problem]) -> list[Problem]:
    """The one problem that matters where a proposal was given as a portfolio, else all of them."""
    for one in problems:
        if (one.path, one.value) == ("/format", PROPOSAL):
            return [replace(one, expected="a portfolio; this is a proposal, the second argument of `staffing score`")]
    return problems


def stands_for_file(source: str) -> bool:
    """Whether an argument is a file or folder, or standard input, or at least looks like one."""
    path = Path(source)
    looks = "/" in source or path.suffix.lower() in (*SPREADSHEETS, ".json", ".csv")
    return source == STANDARD_INPUT or looks or path.exists()


def bundled(source: str) -> Entry | None:
    """The entry of the library that an argument names; a file or folder of that name goes before it."""
    return entry(source) if source in [one.slug for one in ENTRIES] and not Path(source).exists() else None


def plan_of(source: str, what: str = "a plan") -> Any:
    """The decoded JSON of a plan, or of what else there should be in the file.

    Raises Unusable where it is no JSON, or writes a name twice in one object.
    """
    try:
        data = _bytes(source)
        if data.startswith(ZIP) or Path(source).suffix.lower() in (*SPREADSHEETS, ".csv"):
            expected = (
                f"a JSON file with {what}; a spreadsheet is not read here (`propose --out plan.json` writes JSON)"
            )
            raise Unusable([Problem("", "not_json", None, expected)])
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_int=_whole)
    except OSError as error:
        problem = Problem("", "unreadable", source, f"a JSON file with {what} ({_why(error)})")
    except UnicodeDecodeError as error:
        problem = Problem("", "not_utf8", None, f"text in UTF-8; byte {error.start + 1} is not")
    except json.JSONDecodeError as error:
        problem = Problem("", "bad_json", None, f"JSON; line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        problem = Problem("", "too_deep", None, f"JSON with {what}; this is nested too deeply")
    raise Unusable([problem])


def with_policy(portfolio: Portfolio, preset: str | None, settings: Iterable[tuple[str, str, Any]]) -> Portfolio:
    """The portfolio under another preset, or with other settings as (rule, setting, value); raises Unusable."""
    data = portfolio.canonical()
    policy = data["policy"]
    if preset is not None:
        policy["preset"] = preset
    for rule, setting, value in settings:
        policy["rules"].setdefault(rule, {})[setting] = value
    try:
        return parse(data)
    except PortfolioInvalid as invalid:
        raise Unusable(invalid.problems) from None


def setting_of(text: str) -> tuple[str, str, Any] | None:
    """Rule, setting and value in `rule.setting=value`, the value as JSON where it is that; None where it is not so."""
    name, equals, value = text.partition("=")
    rule, dot, setting = name.strip().partition(".")
    if not (equals and dot and rule and setting):
        return None
    try:
        return rule, setting, json.loads(value)
    except (ValueError, RecursionError):
        return rule, setting, value.strip()


def _from_sheets(data: bytes | None, path: Path) -> tuple[Portfolio, Callable[[Problem], Problem]]:
    from service import sheets, spreadsheet  # openpyxl takes its time to load
    from service.sheets import SpreadsheetInvalid

    try:
        return spreadsheet.placed(sheets.read_path(path) if data is None else sheets.read_bytes(data, path.name))
    except SpreadsheetInvalid as invalid:
        raise Unusable(
            Problem(one.place if one.sheet else "", one.code, _json_ready(one.value), one.expected)
            for one in invalid.problems
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise Unusable([Problem("", "duplicate_key", name, "every name once in an object")])
    return dict(pairs)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < 100 else float(digits)  # int() refuses thousands of digits


def _json_ready(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _bytes(source: str) -> bytes:
    return sys.stdin.buffer.read() if source == STANDARD_INPUT else Path(source).read_bytes()


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
