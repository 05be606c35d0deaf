"""Spreadsheets: nothing is lost on the way there and back, and every error names its cell."""

from __future__ import annotations

import csv
import io
import types
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from scenarios.library import ENTRIES, Entry
from service import spreadsheet
from service.columns import KEYS, LAYOUTS, REQUIREMENTS
from service.sheets import MAX_BYTES, Header, write_csv, write_workbook
from service.spreadsheet import COLUMNS, CellProblem, SpreadsheetInvalid
from solver.portfolio import Portfolio, parse

SUFFIXES = ("", ".xlsx", ".zip")
DOCS = Path(__file__).parents[1] / "docs" / "spreadsheets.md"


# There and back

# Letters, and everything that CSV, XLSX, XML, a list in a cell or a spreadsheet program could trip over.
text = (
    st.text(st.sampled_from("aé=+-@＝'\"\\;,\t\r\n _x000D5F<&]> \u2028#/🙂") | st.characters(exclude_categories=("C",)))
    .filter(str.strip)
    .map(lambda value: value[:150])
    .filter(str.strip)
)
tricky = st.sampled_from(["TRUE", "007", "1-2", "#N/A", "=1+1", "'=x", "''", '" x"', "_x000D_", "a;b\\", "1e5", "NaN"])
words = text | tricky
levels = st.integers(1, 5)
shares = st.integers(0, 100).map(lambda n: n / 100)
money = st.integers(0, 10**11).map(lambda n: n / 100)
days = st.dates().map(date.isoformat)
periods = st.integers(0, 3)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value or null."""
    return st.none() | strategy


def some(strategy: st.SearchStrategy[Any], key: Callable[[Any], Any] | None = None) -> st.SearchStrategy[list[Any]]:
    """A short list; with `key` without two items of one key."""
    return st.lists(strategy, max_size=3, unique_by=key) if key else st.lists(strategy, max_size=3)


@st.composite
def portfolios(draw: st.DrawFn) -> Portfolio:
    """Small portfolios in which every field of the contract takes many values."""
    terms = {"expertise": ["e1", "e2"], "talent": ["t1", "t2"]}
    aliases = iter(draw(st.lists(words, min_size=4, max_size=4, unique_by=lambda alias: alias.casefold())))
    people, activities, units, kinds = ["p1", "p2", "p3"], ["a1", "a2"], ["u1", "u2"], ["writing", " odd "]

    def observations(dimension: str) -> st.SearchStrategy[Any]:
        sources = st.sampled_from(["self", "manager", "peers", "test", "certificate", "observed"])
        return some(
            st.fixed_dictionaries(
                {
                    "term": st.sampled_from(terms[dimension]),
                    "level": levels,
                    "source": maybe(sources),
                    "on": maybe(days),
                }
            )
        )

    def requirements(dimension: str) -> st.SearchStrategy[Any]:
        fields = {
            "term": st.sampled_from(terms[dimension]),
            "level": levels,
            "people": st.integers(1, 9),
            "must": st.booleans(),
            "weight": levels,
        }
        return some(st.fixed_dictionaries(fields), key=lambda asked: asked["term"])

    any_term = st.sampled_from([term for both in terms.values() for term in both])
    spans = st.tuples(periods, periods).map(sorted)
    person = st.fixed_dictionaries(
        {
            "name": words,
            "unit": maybe(st.sampled_from(units)),
            "hours_per_period": st.integers(0, 60) | st.lists(st.integers(0, 60), min_size=4, max_size=4),
            "absences": some(
                st.builds(
                    lambda span, hours: {"first": span[0], "last": span[1], "hours": hours},
                    spans,
                    maybe(st.integers(0, 40)),
                )
            ),
            "expertise": observations("expertise"),
            "talents": observations("talent"),
            "energy": some(
                st.fixed_dictionaries(
                    {
                        "of": st.sampled_from(["kind:writing", "phase:x", "project:x", "talent:t1", "expertise:e1"]),
                        "value": st.integers(-2, 2),
                    }
                ),
                key=lambda energy: energy["of"],
            ),
            "ambitions": some(
                st.fixed_dictionaries({"term": any_term, "level": levels}), key=lambda ambition: ambition["term"]
            ),
            "wishes": st.lists(st.sampled_from(activities), unique=True),
            "mentoring": st.fixed_dictionaries({"max_learners": st.integers(0, 5)}),
            "trained": some(st.fixed_dictionaries({"term": any_term, "level": levels, "from": periods})),
            "performance": maybe(st.integers(1, 3)),
            "potential": maybe(st.integers(1, 3)),
            "rate": maybe(money),
            "leaves": maybe(st.integers(0, 9)),
            "candidate": maybe(st.fixed_dictionaries({"cost": money, "group": maybe(st.just("hires"))})),
            "lent": some(
                st.builds(
                    lambda unit, span, share: {"unit": unit, "first": span[0], "last": span[1], "share": share},
                    st.sampled_from(units),
                    spans,
                    shares,
                )
            ),
            "rotation_share": shares,
        }
    )
    activity = st.fixed_dictionaries(
        {
            "project": st.just("x"),
            "phase": maybe(words),
            "name": words,
            "kind": st.sampled_from(kinds) | words,
            "hours": st.integers(0, 400),
            "window": st.just({"first": 0, "last": 3}),
            "team": st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
                lambda team: {"min": min(team), "max": max(team)}
            ),
            "priority": levels,
            "expertise": requirements("expertise"),
            "talents": requirements("talent"),
            "responsibility": st.booleans(),
            "critical": st.booleans(),
        }
    )
    by_period = draw(st.lists(st.integers(0, 8), min_size=4, max_size=4))
    now = draw(periods)
    data = {
        "id": draw(st.from_regex(r"[A-Za-z0-9_.:-]{1,64}", fullmatch=True)),
        "name": draw(words),
        "calendar": {
            "start": draw(days),
            "period": draw(st.sampled_from(["day", "week", "month"])),
            "periods": 4,
            "now": now,
        },
        "block_hours": draw(st.integers(1, 8)),
        "vocabulary": [
            {
                "id": term,
                "dimension": dimension,
                "labels": draw(st.dictionaries(st.sampled_from(["en", "nl", "pt-BR", ' "x;y ']), words)),
                "aliases": draw(st.sampled_from([[], [alias]])),
                "broader": both[0] if draw(st.booleans()) and term != both[0] else None,
                "uri": draw(maybe(words)),
            }
            for dimension, both in terms.items()
            for term, alias in zip(both, aliases, strict=False)
        ],
        "goals": [{"id": goal, "name": draw(words), "weight": draw(levels)} for goal in ("g1", "g2")],
        "units": [{"id": unit, "name": draw(words), "lend_share": draw(shares)} for unit in units],
        "people": [{"id": name} | draw(person) for name in people],
        "projects": [
            {
                "id": "x",
                "name": draw(words),
                "unit": draw(maybe(st.sampled_from(units))),
                "lead": draw(maybe(st.sampled_from(people))),
                "goals": draw(st.sampled_from([[], ["g1"], ["g2", "g1"]])),
            }
        ],
        "activities": [{"id": name} | draw(activity) for name in activities],
        "bookings": draw(
            some(
                st.sampled_from(
                    [
                        {"person": "p1", "activity": "a1", "hours": 8, "status": "incumbent"},
                        {"person": "p2", "activity": "a1", "status": "forbidden"},
                        {
                            "person": "p3",
                            "activity": "a1",
                            "hours": sum(by_period),
                            "status": "pinned",
                            "by_period": by_period,
                        },
                        {"person": "p1", "activity": "a2", "status": "frozen", "by_period": by_period[:now]},
                    ]
                ),
                key=lambda booking: (booking["person"], booking["activity"]),
            )
        ),
        "relations": draw(
            some(
                st.fixed_dictionaries(
                    {
                        "people": st.sampled_from([["p1", "p2"], ["p3", "p1", "p2"]]),
                        "kind": st.sampled_from(["apart", "together"]),
                    }
                )
            )
        ),
        "policy": {
            "preset": draw(st.sampled_from(["balanced", "innovation"])),
            "rules": draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "role_width": st.fixed_dictionaries(
                            {}, optional={"weight": st.integers(0, 9), "max_share": shares, "tolerance": money}
                        ),
                        "stretch": st.fixed_dictionaries(
                            {},
                            optional={
                                "mode": st.sampled_from(["soft", "hard", "off"]),
                                "for": st.sampled_from(["all", "potential"]),
                            },
                        ),
                        "eligibility": st.just({"under_level": 1}),
                    },
                )
            ),
            "tiers": draw(st.sampled_from([[], [["staffing"], ["wishes", "cost"]], [["staffing"], [], ["cost"]]])),
            "budget": draw(maybe(money)),
            "max_hires": draw(st.sampled_from([[], [{"group": "hires", "most": 2}]])),
            "lending": draw(st.sampled_from([[], [{"from": "u1", "to": "u2", "share": 0.25}]])),
            "fixed_costs": draw(some(st.fixed_dictionaries({"what": words, "money": money}))),
        },
    }
    return parse(data)


@given(portfolios())
@settings(max_examples=40)
def test_csv_gives_back_what_was_written(portfolio: Portfolio) -> None:
    """Any portfolio, with any text in it, is the same after a ZIP of CSV files."""
    assert spreadsheet.read_bytes(spreadsheet.to_bytes(portfolio, ".zip"), "x.zip") == portfolio


@given(portfolios())
@settings(max_examples=20)
def test_a_workbook_gives_back_what_was_written(portfolio: Portfolio) -> None:
    """Any portfolio, with any text in it, is the same after an XLSX workbook."""
    assert spreadsheet.read_bytes(spreadsheet.to_bytes(portfolio, ".xlsx"), "x.xlsx") == portfolio


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.slug)
def test_the_library_survives(case: Entry, suffix: str, tmp_path: Path) -> None:
    """Every bundled portfolio is the same, to its fingerprint, after each kind of spreadsheet."""
    path = tmp_path / f"portfolio{suffix}"
    spreadsheet.write(case.portfolio(), path)
    assert spreadsheet.read(path).sha256() == case.portfolio().sha256()


def test_writing_again_leaves_nothing_of_before(tmp_path: Path) -> None:
    """A folder that held another portfolio holds only the new one after writing."""
    before, after = (case.portfolio() for case in ENTRIES[:2])
    spreadsheet.write(before, tmp_path)
    spreadsheet.write(after, tmp_path)
    assert spreadsheet.read(tmp_path) == after


def fields(model: type[BaseModel]) -> Iterator[str]:
    """The paths of all fields that hold no further fields."""
    for name, field in model.model_fields.items():
        path = field.alias or name
        parts = [part for part in inner(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        if parts:
            yield from (f"{path}/{rest}" for rest in fields(parts[0]))
        else:
            yield path


def inner(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    if get_origin(annotation) in (Union, types.UnionType, tuple):
        for part in get_args(annotation):
            yield from inner(part)
    elif hasattr(annotation, "__metadata__"):
        yield from inner(get_args(annotation)[0])
    else:
        yield annotation


def test_every_field_of_the_contract_has_a_column() -> None:
    """A field that the portfolio gets cannot be forgotten here: each has a column, a key or a sheet of its own."""
    known = {column.path for column in KEYS} | {"format", "policy/rules", "policy/tiers"}
    for layout in LAYOUTS:
        columns = layout.columns[1:] if layout.owner else layout.columns
        owners = ("expertise", "talents") if layout is REQUIREMENTS else (layout.path,)
        for owner in owners:
            path = f"{layout.owner}/{owner}" if layout.owner else owner
            known |= {path} if layout.plain else {f"{path}/{column.path}" for column in columns}
    labels = {"vocabulary/labels/en", "vocabulary/labels/nl"}
    assert set(fields(Portfolio)) == (known - labels) | {"vocabulary/labels"}


# The template


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_template_can_be_read_with_its_examples(suffix: str, tmp_path: Path) -> None:
    """The examples of the template are one valid portfolio, in which every sheet has a row."""
    path = tmp_path / f"template{suffix}"
    spreadsheet.template(path, examples=True)
    portfolio = spreadsheet.read(path).canonical()
    assert portfolio["policy"]["tiers"] == [["staffing"], ["expertise_fit"]]
    assert portfolio["activities"][0]["talents"][0]["term"] == "relating"
    assert all(any(person[field] for person in portfolio["people"]) for field in ("lent", "trained", "wishes"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_template_asks_for_what_is_needed_alone(suffix: str, tmp_path: Path) -> None:
    """The template itself is in order: only the keys that have no default are missing, each at its cell."""
    path = tmp_path / f"template{suffix}"
    spreadsheet.template(path)
    found = problems(lambda: spreadsheet.read(path))
    assert [(p.sheet, p.row, p.letter, p.code) for p in found] == [
        ("portfolio", row, "B", "missing") for row in (2, 3, 4, 5, 6)
    ]


def test_the_template_explains_every_column(tmp_path: Path) -> None:
    """The readme has every column of every sheet, and in XLSX each header carries its explanation."""
    spreadsheet.template(tmp_path / "template.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "template.xlsx")
    explained = {(row[0], row[1]) for row in workbook["readme"].iter_rows(min_row=2, values_only=True)}
    for name, columns in COLUMNS.items():
        shown = KEYS if name == "portfolio" else columns
        assert {(name, column.name) for column in shown} <= explained
        assert all(cell.comment is not None for cell in workbook[name][1])


def test_every_sheet_and_column_is_documented() -> None:
    """docs/spreadsheets.md has a row for each sheet, and every column of the sheet stands in it."""
    rows = {line.split("`")[1]: line for line in DOCS.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"}
    for name, columns in COLUMNS.items():
        shown = KEYS if name == "portfolio" else columns
        assert [column.name for column in shown if f"`{column.name}`" not in rows[name]] == []


# What people and programs write


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A folder with the examples of the template."""
    spreadsheet.template(tmp_path / "example", examples=True)
    return tmp_path / "example"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook with the examples of the template."""
    spreadsheet.template(tmp_path / "example.xlsx", examples=True)
    return tmp_path / "example.xlsx"


def rewrite(file: Path, change: Callable[[list[list[str]]], None], delimiter: str = ",") -> None:
    """Change the rows of a CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.reader(source))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, delimiter=delimiter).writerows(rows)


def put(file: Path, row: int, column: str, value: str) -> None:
    """Put a value into the cell at `row` (from 1) under the header `column`."""

    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(column)] = value

    rewrite(file, change)


def problems(work: Callable[[], object]) -> list[CellProblem]:
    """What the work refuses."""
    with pytest.raises(SpreadsheetInvalid) as caught:
        work()
    return caught.value.problems


def only(work: Callable[[], object]) -> CellProblem:
    """The one problem that the work refuses."""
    found = problems(work)
    assert len(found) == 1, found
    return found[0]


def test_dutch_csv_is_understood(example: Path) -> None:
    """Semicolons, decimal commas, percents, dates with the day first, ja and nee: as Dutch Excel writes CSV."""
    expected = spreadsheet.read(example)
    put(example / "fixed_costs.csv", 2, "money", "1500,5")
    put(example / "units.csv", 2, "lend_share", "20%")
    put(example / "expertise.csv", 2, "on", "1-10-2026")
    put(example / "portfolio.csv", 4, "value", "04-01-2027")
    put(example / "activities.csv", 2, "responsibility", "WAAR")
    put(example / "activities.csv", 2, "critical", "nee")
    for file in example.glob("*.csv"):
        rewrite(file, lambda rows: None, delimiter=";")
    assert spreadsheet.read(example) == expected


@pytest.mark.parametrize("given", ["1,234", "1.234.567", "1 234", "€ 5", "abc", "1e999", "--1"])
def test_a_doubtful_number_is_not_guessed_at(example: Path, given: str) -> None:
    """A comma between thousands, a currency or text is refused where a number belongs, not read as something else."""
    put(example / "people.csv", 2, "rate", given)
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.row, found.column, found.letter) == ("people", 2, "rate", "H")
    assert (found.code, found.value) == ("not_a_number", given)


def test_what_a_whole_number_is_not_shown_as(example: Path) -> None:
    """Where a whole number is asked for, no fraction is given as an example."""
    put(example / "people.csv", 2, "leaves", "soon")
    assert only(lambda: spreadsheet.read(example)).expected == "a whole number"


def test_a_dutch_mark_between_thousands_is_refused(example: Path) -> None:
    """4.000 in a file of semicolons is four thousand to a Dutch reader: it is not read as 4."""
    put(example / "people.csv", 4, "candidate_cost", "4.000")
    rewrite(example / "people.csv", lambda rows: None, delimiter=";")
    assert only(lambda: spreadsheet.read(example)).code == "not_a_number"


@pytest.mark.parametrize("answer", ["TRUE", "true", "yes", "Ja", "1", "WAAR", " true "])
def test_yes_in_many_words(example: Path, answer: str) -> None:
    """TRUE, yes, ja and 1 all say yes."""
    put(example / "activities.csv", 3, "critical", answer)
    assert spreadsheet.read(example).activities[1].critical is True


def test_blank_rows_and_missing_sheets_are_fine(example: Path) -> None:
    """Blank rows count for the row numbers and for nothing else, and a sheet that is not there is empty."""
    (example / "wishes.csv").unlink()
    (example / "lent.csv").write_text("", encoding="utf-8")
    rewrite(example / "units.csv", lambda rows: rows.insert(1, ["", " ", ""]))
    rewrite(example / "units.csv", lambda rows: rows.append([]))
    portfolio = spreadsheet.read(example)
    assert [unit.id for unit in portfolio.units] == ["advice", "support"]
    assert all(person.wishes == () and person.lent == () for person in portfolio.people)
    put(example / "units.csv", 4, "lend_share", "2")
    assert only(lambda: spreadsheet.read(example)).row == 4


def test_headers_and_names_of_sheets_in_any_case(example: Path) -> None:
    """People.csv with `Hours per period` is people.csv with hours_per_period."""
    expected = spreadsheet.read(example)
    (example / "people.csv").rename(example / "People.CSV")
    rewrite(example / "People.CSV", lambda rows: rows[0].__setitem__(3, " Hours per period "))
    assert spreadsheet.read(example) == expected


def test_a_requirement_goes_where_its_term_belongs(example: Path) -> None:
    """The term decides the dimension, also where it is named by an alias in other case."""
    put(example / "requirements.csv", 2, "term", "GEMEENTEFINANCIËN")
    activity = spreadsheet.read(example).activities[0]
    assert [asked.term for asked in activity.expertise] == ["public-finance"]
    assert [asked.term for asked in activity.talents] == ["relating"]


def test_cells_of_excel(workbook: Path, tmp_path: Path) -> None:
    """Whole numbers that Excel keeps as 4.0, dates with a time of 0:00, numeric ids, and the noise of a formula."""
    book = openpyxl.load_workbook(workbook)
    book["people"]["D2"] = 32.0
    book["units"]["C2"] = 0.1 + 0.2
    book["portfolio"]["B4"] = date(2027, 1, 4)  # which is read back with a time of 0:00
    book["portfolio"]["B2"] = 2027
    book["activities"]["M2"] = 1
    book.save(tmp_path / "changed.xlsx")
    portfolio = spreadsheet.read(tmp_path / "changed.xlsx")
    assert portfolio.people[0].hours_per_period == 32
    assert portfolio.units[0].lend_share == 0.3
    assert portfolio.calendar.start == date(2027, 1, 4)
    assert portfolio.id == "2027"
    assert portfolio.activities[0].critical is True


def test_text_stays_text(tmp_path: Path) -> None:
    """What begins like a formula is a string cell in XLSX and has an apostrophe before it in CSV."""
    rows = [['=HYPERLINK("x")'], ["@x"], [" -1"], ["'s-Hertogenbosch"], ["'=1"], [-1]]
    write_workbook({"s": (["a"], rows)}, tmp_path / "s.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "s.xlsx")["s"]["A"][1:]
    assert [(cell.value, cell.data_type) for cell in cells[:2]] == [('=HYPERLINK("x")', "s"), ("@x", "s")]
    assert cells[5].data_type == "n"
    data = io.BytesIO()
    write_csv(["a"], rows, data)
    written = [row[0] for row in csv.reader(io.StringIO(data.getvalue().decode("utf-8-sig")))]
    assert written == ["a", '\'=HYPERLINK("x")', "'@x", "' -1", "'s-Hertogenbosch", "''=1", "-1"]


def test_a_workbook_is_pleasant_to_read(tmp_path: Path) -> None:
    """Headers stay in sight and filter, notes and choices are there, numbers and dates look like what they are."""
    headers = ["name", Header("kind", note="apart or together", choices=("apart", "together")), "share", "on"]
    write_workbook({"s": (headers, [["Ana", "apart", 0.25, date(2027, 1, 4)]])}, tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["s"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D2")
    assert sheet["B1"].comment.text == "apart or together"
    assert sheet.data_validations.dataValidation[0].formula1 == '"apart,together"'
    assert [cell.number_format for cell in sheet[2]] == ["@", "@", "0.00", "yyyy-mm-dd"]


def test_text_too_long_for_a_cell_is_not_cut(tmp_path: Path) -> None:
    """A workbook refuses what Excel could not hold, rather than losing the end of it."""
    with pytest.raises(ValueError, match="40000 characters"):
        write_workbook({"s": (["a"], [["x" * 40_000]])}, tmp_path / "s.xlsx")


# What is wrong, and where


def test_all_problems_come_at_once_with_their_cells(example: Path) -> None:
    """Cells that cannot be understood, portfolio errors and unknown names, in one answer in the order of the sheets."""
    put(example / "units.csv", 2, "lend_share", "1.5")
    put(example / "people.csv", 3, "unit", "nowhere")
    put(example / "people.csv", 2, "rate", "much")
    put(example / "talents.csv", 3, "person", "p99")
    put(example / "activities.csv", 2, "last", "99")
    put(example / "requirements.csv", 3, "term", "no such term")
    put(example / "rules.csv", 3, "value", "7")
    put(example / "tiers.csv", 3, "rule", "nonsense")
    put(example / "projects.csv", 2, "goals", "client-trust; g9")
    found = problems(lambda: spreadsheet.read(example))
    assert [(p.sheet, p.row, p.column, p.letter, p.code) for p in found] == [
        ("units", 2, "lend_share", "C", "out_of_range"),
        ("people", 2, "rate", "H", "not_a_number"),
        ("people", 3, "unit", "C", "unknown_id"),
        ("talents", 3, "person", "A", "unknown_id"),
        ("projects", 2, "goals", "E", "unknown_id"),
        ("activities", 2, "last", "H", "outside_calendar"),
        ("requirements", 3, "term", "B", "unknown_id"),
        ("rules", 3, "value", "C", found[7].code),
        ("tiers", 3, "rule", "B", "unknown_rule"),
    ]
    assert (
        str(found[1]) == "sheet people, row 2, column rate (H): 'much', expected a number, such as 1.5 [not_a_number]"
    )


def test_a_fault_of_a_row_names_the_row(example: Path) -> None:
    """Two bookings of one pair are no one cell's fault: the second's row is named, and the first in words."""
    rewrite(example / "bookings.csv", lambda rows: rows.append(rows[1]))
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.row, found.column, found.code) == ("bookings", 4, None, "duplicate_booking")
    assert "row 2 of the sheet bookings" in found.expected


def test_a_fault_of_a_list_shows_the_cell(example: Path) -> None:
    """Hours of a person for too few periods are shown as the cell has them."""
    put(example / "people.csv", 3, "hours_per_period", "36;24")
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.row, found.letter, found.code) == ("people", 3, "D", "wrong_length")
    assert found.value == "36;24"


@pytest.mark.parametrize("given", ["2027-02-30", "4-1-2027", "20270104", "January"])
def test_a_date_that_is_none_is_refused(example: Path, given: str) -> None:
    """A day that does not exist, and a date whose day and month could be either way round, are refused."""
    put(example / "portfolio.csv", 4, "value", given)
    assert only(lambda: spreadsheet.read(example)).code == "not_a_date"


def test_an_unknown_sheet_or_column_is_named(example: Path) -> None:
    """Nothing is dropped silently: an unknown sheet, column or key and a value without a header are errors."""
    (example / "peple.csv").write_text("id\np1\n", encoding="utf-8")
    rewrite(example / "units.csv", lambda rows: rows[0].append("x"))
    rewrite(example / "goals.csv", lambda rows: rows[1].append("stray"))
    rewrite(example / "portfolio.csv", lambda rows: rows.append(["colour", "red"]))
    rewrite(example / "portfolio.csv", lambda rows: rows.append(["name", "again"]))
    rewrite(example / "lent.csv", lambda rows: rows[0].__setitem__(3, "first"))
    found = problems(lambda: spreadsheet.read(example))
    assert [(p.sheet, p.row, p.letter, p.code) for p in found] == [
        ("peple", None, None, "unknown_sheet"),
        ("portfolio", 11, "A", "unknown_key"),
        ("portfolio", 12, "A", "duplicate_key"),
        ("goals", 2, "D", "no_header"),
        ("units", 1, "D", "unknown_column"),
        ("lent", 1, None, "missing_column"),
        ("lent", 1, "D", "duplicate_column"),
    ]
    assert found[0].expected.endswith("did you mean people?")


def test_a_missing_column_is_reported_once(example: Path) -> None:
    """A column that is needed and not there is one problem, not one for each row."""

    def drop_names(rows: list[list[str]]) -> None:
        for row in rows:
            del row[1]

    rewrite(example / "people.csv", drop_names)
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.row, found.column, found.letter) == ("people", 1, "name", None)
    assert found.code == "missing_column"


@pytest.mark.parametrize("header", ["Leeftijd", "date of birth", "Gender", "vakbond"])
def test_a_protected_trait_is_refused_and_said_why(example: Path, header: str) -> None:
    """A column about a protected trait is refused with the reason."""
    rewrite(example / "people.csv", lambda rows: rows[0].append(header))
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.column, found.code) == ("people", header, "protected_trait")
    assert "decisions about work" in found.expected


@pytest.mark.parametrize("sheet", ["expertise", "wishes", "requirements", "rules", "tiers", "portfolio"])
def test_a_row_that_says_nothing_about_whom_it_is_of_is_refused(example: Path, sheet: str) -> None:
    """A row without the person, activity, rule, tier or key it is about is an error at that cell."""
    rewrite(example / f"{sheet}.csv", lambda rows: rows.append(["", rows[1][1], *rows[1][2:]]))
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.letter, found.code) == (sheet, "A", "missing")


def test_half_a_rule_is_refused(example: Path) -> None:
    """A setting without a value, a value without a setting and a setting twice are errors at their cells."""
    added = [["focus", "weight", ""], ["focus", "", "3"], ["role_width", "weight", "9"]]
    rewrite(example / "rules.csv", lambda rows: rows.extend(added))
    found = problems(lambda: spreadsheet.read(example))
    assert [(p.row, p.letter, p.code) for p in found] == [
        (4, "C", "missing"),
        (5, "B", "missing"),
        (6, "B", "duplicate_setting"),
    ]


def test_a_key_that_is_not_there_is_named(example: Path) -> None:
    """Without a row for it, the start is reported on the sheet, with the key to add."""
    rewrite(example / "portfolio.csv", lambda rows: rows.pop(3))
    found = only(lambda: spreadsheet.read(example))
    assert (found.sheet, found.row, found.code) == ("portfolio", None, "missing")
    assert found.expected == "a row start with first day of period 0"


def test_wrong_cells_of_excel(workbook: Path, tmp_path: Path) -> None:
    """The error of a formula, a date that was an id, a time where a date belongs and a number for yes are refused."""
    book = openpyxl.load_workbook(workbook)
    book["people"]["B2"] = "#N/A"
    book["goals"]["A2"] = date(2027, 2, 1)
    book["expertise"]["E2"] = datetime.fromisoformat("2027-02-01T09:30")
    book["talents"]["E2"] = "31-31-2027"
    book["activities"]["M2"] = 2
    book["activities"]["F2"] = 2.5
    book.save(tmp_path / "changed.xlsx")
    found = problems(lambda: spreadsheet.read(tmp_path / "changed.xlsx"))
    assert [(p.sheet, p.letter, p.code) for p in found if p.sheet != "projects"] == [
        ("goals", "A", "not_text"),
        ("people", "B", "formula_error"),
        ("expertise", "E", "not_a_date"),
        ("talents", "E", "not_a_date"),
        ("activities", "F", "not_whole"),
        ("activities", "M", "not_yes_no"),
    ]


# Files that are not what they seem


@pytest.mark.parametrize(
    "data",
    [b"", b"not a file of sheets", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500],
    ids=["empty", "text", "cut off", "old or with a password"],
)
def test_a_file_that_is_no_spreadsheet_is_refused(data: bytes) -> None:
    """Whatever the bytes are, the answer is a problem with the file's name, not a traceback."""
    found = only(lambda: spreadsheet.read_bytes(data, "upload.xlsx"))
    assert (found.code, found.value) == ("unreadable_file", "upload.xlsx")


@pytest.mark.parametrize(
    "name", ["xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("content", [b"", b"<broken", b"<a/>"], ids=["empty", "broken", "other"])
def test_a_damaged_workbook_is_refused(workbook: Path, name: str, content: bytes) -> None:
    """A workbook with any of its parts damaged gives problems, not a traceback."""
    damaged = io.BytesIO()
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(damaged, "w") as target:
        for member in source.namelist():
            target.writestr(member, content if member == name else source.read(member))
    assert problems(lambda: spreadsheet.read_bytes(damaged.getvalue(), "damaged.xlsx"))


def test_a_bomb_is_not_unpacked() -> None:
    """A small ZIP that unpacks to more than is ever read is refused by its declared size."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("people.csv", "w") as member:
        for _ in range((MAX_BYTES >> 20) + 1):
            member.write(b"\0" * (1 << 20))
    assert only(lambda: spreadsheet.read_bytes(data.getvalue(), "bomb.zip")).code == "too_big"


def test_a_row_number_beyond_all_rows_is_refused(workbook: Path) -> None:
    """A workbook that claims a row in the billions is refused instead of counted up to."""
    data = io.BytesIO()
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(data, "w") as target:
        for member in source.namelist():
            target.writestr(member, source.read(member).replace(b'<row r="2"', b'<row r="99999999999"'))
    assert only(lambda: spreadsheet.read_bytes(data.getvalue(), "far.xlsx")).code == "too_big"


def test_csv_that_is_broken_names_its_sheet(example: Path) -> None:
    """Text that is not UTF-8 and quotes that do not close are reported together, each with its sheet."""
    (example / "units.csv").write_bytes("id,name\nadvice,Financiën\n".encode("cp1252"))
    (example / "goals.csv").write_text('id,name\ng1,"Clients\n', encoding="utf-8")
    found = problems(lambda: spreadsheet.read(example))
    assert {(p.sheet, p.code) for p in found} == {("units", "not_utf8"), ("goals", "not_csv")}


def test_a_folder_without_sheets_is_refused(tmp_path: Path) -> None:
    """A folder in which nothing is a sheet of a portfolio says which sheets there are."""
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    found = only(lambda: spreadsheet.read(tmp_path))
    assert (found.code, found.sheet) == ("no_sheets", "")
    assert "people" in found.expected


def test_a_zip_may_hold_a_folder(example: Path) -> None:
    """CSV files in a folder in the ZIP, with what macOS adds, are read like any."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for file in example.glob("*.csv"):
            archive.write(file, f"my portfolio/{file.name}")
            archive.writestr(f"__MACOSX/my portfolio/._{file.name}", b"\0\1")
    assert spreadsheet.read_bytes(data.getvalue(), "x.zip") == spreadsheet.read(example)


def test_the_same_sheet_twice_is_refused(example: Path) -> None:
    """Two files that are one sheet are an error, not the one or the other."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for file in example.glob("*.csv"):
            archive.write(file, file.name)
        archive.write(example / "units.csv", "old/Units.csv")
    assert only(lambda: spreadsheet.read_bytes(data.getvalue(), "x.zip")).code == "duplicate_sheet"
