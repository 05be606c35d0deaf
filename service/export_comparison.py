"""A comparison as a file: JSON, or a workbook with every part of it on a sheet of its own.

Columns are named in English, so that a program finds them; `compared` names the proposal that is held against the base.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from scenarios.comparison import Comparison, Difference, Number, Terms, Word
from service.files import write_file
from service.sheets import Header, Table, Value, write_workbook


def to_json(comparison: Comparison) -> bytes:
    """The comparison in UTF-8."""
    return json.dumps(comparison.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


def to_workbook(comparison: Comparison) -> bytes:
    """Every part of the comparison on a sheet of its own."""
    data = io.BytesIO()
    write_workbook(sheets(comparison), data)
    return data.getvalue()


#: suffix of a file → how it is written
FORMATS: Mapping[str, Callable[[Comparison], bytes]] = {".json": to_json, ".xlsx": to_workbook}


def write(comparison: Comparison, path: Path) -> None:
    """Write the comparison in the form that the path's suffix asks for; raises OSError where that cannot be done."""
    write_file(path, FORMATS[path.suffix.lower()](comparison))


def sheets(comparison: Comparison) -> dict[str, Table]:
    """The sheets of the workbook, by name."""
    parts: Mapping[str, tuple[list[str | Header], Callable[[Difference], Iterable[list[Value]]]]] = {
        "what moved": ([_text("text"), "cost", "hours"], _moved),
        "rules": (
            [
                *map(_text, ("rule", "title", "unit", "mode_before", "mode_after")),
                *_numbers("weight", "amount", "cost"),
                Header("cost_by_weight", "(weight after - weight before) x weighted amount before"),
                Header("cost_by_amount", "weight after x (weighted amount after - before)"),
            ],
            _rules,
        ),
        "people": (
            [
                *map(_text, ("person_name", "person", "unit_before", "unit_after")),
                *map(_text, ("standing_before", "standing_after")),
                *_numbers("leaves", "hours", "utilisation", "widest_share", "stretch_share", "responsibility_share"),
                *map(_text, ("talents_used_before", "talents_used_after")),
                *map(_text, ("talents_unused_before", "talents_unused_after", "learns_before", "learns_after")),
            ],
            _people,
        ),
        "bookings": (
            [*map(_text, ("activity_name", "activity", "person_name", "person")), *_numbers("hours")],
            _bookings,
        ),
        "activities": (
            [
                *map(_text, ("activity_name", "activity", "project", "standing_before", "standing_after")),
                *_numbers("asked", "covered"),
            ],
            _activities,
        ),
        "missing": (
            [
                *map(_text, ("activity_name", "activity", "dimension", "term_name", "term")),
                *_numbers("level", "missing"),
            ],
            _missing,
        ),
        "units": ([*map(_text, ("unit_name", "unit")), *_numbers("lent_out", "lent_in")], _units),
        "lending": ([*map(_text, ("from", "to")), *_numbers("hours")], _lending),
        "talent balance": (
            [
                *map(_text, ("term_name", "term", "dimension")),
                *_numbers("demand_hours", "supply_hours"),
                *map(_text, ("state_before", "state_after")),
            ],
            _terms,
        ),
        "money": ([_text("what"), *_numbers("money")], _money),
    }
    made: dict[str, Table] = {"proposals": _proposals(comparison)}
    for name, (headers, rows) in parts.items():
        every = [[one.other, *row] for one in comparison.differences for row in rows(one)]
        made[name] = ([_text("compared"), *headers], every)
    return made


def _proposals(comparison: Comparison) -> Table:
    """How each was found, and what can be said for certain of it against the base."""
    headers: list[str | Header] = [
        *map(_text, ("proposal", "portfolio", "scenario", "status")),
        *("cost", "objective", "bound", "gap", "value_captured", "seconds"),
        *map(_text, ("proven", "verdict", "cautions", "sha256", "fingerprint")),
    ]
    verdicts: list[list[Value]] = [["base", None, None]]
    verdicts += [[one.verdict.proven, one.verdict.text, "; ".join(one.cautions)] for one in comparison.differences]
    rows: list[list[Value]] = []
    for one, verdict in zip(comparison.proposals, verdicts, strict=True):
        rows.append(
            [
                one.name,
                one.portfolio,
                one.scenario,
                "breaks rules" if one.broken else one.status,
                one.cost,
                one.objective,
                one.bound,
                one.gap,
                one.value_captured,
                one.seconds,
                *verdict,
                one.sha256,
                one.fingerprint,
            ]
        )
    return headers, rows


def _moved(one: Difference) -> Iterator[list[Value]]:
    yield [one.moved.headline, one.total.difference, None]
    for sentence in one.moved.sentences:
        yield [sentence.text, sentence.cost, sentence.hours]
    if one.moved.more:
        yield [f"… and {one.moved.more} more", one.moved.more_cost, None]


def _rules(one: Difference) -> Iterator[list[Value]]:
    for rule in one.rules:
        about: list[Value] = [rule.name, rule.title, rule.unit, *_both(rule.mode)]
        numbers = [*_cells(rule.weight), *_cells(rule.amount), *_cells(rule.cost)]
        yield [*about, *numbers, rule.cost_by_weight, rule.cost_by_amount]
    yield ["total", *[None] * 10, *_cells(one.total), None, None]


def _people(one: Difference) -> Iterator[list[Value]]:
    for line in one.people:
        row: list[Value] = [line.name, line.person, *_both(line.unit), *_both(line.standing)]
        for number in (line.leaves, line.hours, line.utilisation, line.widest_share, line.stretch_share):
            row += _cells(number)
        row += _cells(line.responsibility_share)
        yield [*row, *_terms_of(line.talents_used), *_terms_of(line.talents_unused), *_terms_of(line.learns)]


def _bookings(one: Difference) -> Iterator[list[Value]]:
    for line in one.activities:
        for member in line.team:
            yield [line.name, line.activity, member.name, member.person, *_cells(member.hours)]


def _activities(one: Difference) -> Iterator[list[Value]]:
    for line in one.activities:
        about: list[Value] = [line.name, line.activity, line.project, *_both(line.standing)]
        yield [*about, *_cells(line.asked), *_cells(line.covered)]


def _missing(one: Difference) -> Iterator[list[Value]]:
    for line in one.activities:
        for lack in line.missing:
            about: list[Value] = [line.name, line.activity, lack.dimension, lack.label, lack.term]
            yield [*about, *_cells(lack.level), *_cells(lack.missing)]


def _units(one: Difference) -> Iterator[list[Value]]:
    for line in one.units:
        yield [line.name, line.unit, *_cells(line.lent_out), *_cells(line.lent_in)]


def _lending(one: Difference) -> Iterator[list[Value]]:
    for line in one.lending:
        yield [line.from_, line.to, *_cells(line.hours)]


def _terms(one: Difference) -> Iterator[list[Value]]:
    for line in one.terms:
        about: list[Value] = [line.label, line.term, line.dimension]
        yield [*about, *_cells(line.demand_hours), *_cells(line.supply_hours), *_both(line.state)]


def _money(one: Difference) -> Iterator[list[Value]]:
    for what, number in (
        ("hours", one.money.hours),
        ("hiring", one.money.hiring),
        ("fixed", one.money.fixed),
        ("total", one.money.total),
        ("hours_without_rate", one.money.hours_without_rate),
    ):
        yield [what, *_cells(number)]


def _numbers(*names: str) -> list[str | Header]:
    return [f"{name}_{part}" for name in names for part in ("before", "after", "difference")]


def _cells(number: Number) -> list[Value]:
    """Before, after and difference, whole numbers as such."""
    return [
        None if value is None else int(value) if float(value).is_integer() else round(value, 4)
        for value in (number.before, number.after, number.difference)
    ]


def _both(word: Word) -> list[Value]:
    return [word.before, word.after]


def _terms_of(terms: Terms) -> list[Value]:
    return ["; ".join(terms.before), "; ".join(terms.after)]


def _text(name: str) -> Header:
    """The header of a column of text, which Excel is not to take for numbers or dates."""
    return Header(name, number_format="@")
