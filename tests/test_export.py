"""Proposals as JSON, CSV and workbooks."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scenarios.library import entry
from service import export
from solver.handmade import score_plan
from solver.portfolio import Calendar, Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, person, portfolio_data

CASE = entry("adviesbureau").portfolio()


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    """The case with a plan of 46 bookings and 6 learners that keeps every rule."""
    plan = json.loads((Path(__file__).parent / "data" / "adviesbureau-plan.json").read_bytes())
    return score_plan(CASE, plan)


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by header."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def sheets_of(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of a workbook's sheets by header."""
    sheets = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        headers, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(map(str, headers), row, strict=True)) for row in rows]
    return sheets


def named(name: str) -> tuple[Portfolio, Proposal]:
    """A portfolio with one person of this name, and a plan for it."""
    portfolio = parse(portfolio_data([{**person("ana"), "name": name}], [activity("talks")]))
    return portfolio, score_plan(portfolio, {"bookings": [{"person": "ana", "activity": "talks", "hours": 40}]})


@pytest.mark.parametrize(
    ("name", "told"),
    [("\U0001f468\u200d\U0001f467 Vis", "\U0001f468\u200d\U0001f467 Vis"), ("Vis\u202eksob", "Vis ksob")],
    ids=["an emoji of several", "reversed writing"],
)
def test_a_name_is_the_same_wherever_it_stands_in_a_row(name: str, told: str) -> None:
    """In the column of names and in the sentences beside it, of CSV and of a workbook, with nothing that hides."""
    portfolio, plan = named(name)
    for row in (
        rows_of(export.to_csv(portfolio, plan))[0],
        sheets_of(export.to_workbook(portfolio, plan))["bookings"][0],
    ):
        assert row["person_name"] == told
        assert told in row["reason"]
        assert "\u202e" not in "".join(map(str, row.values()))


def test_json_is_the_contract(proposal: Proposal) -> None:
    """The JSON file reads back as the very proposal."""
    data = export.to_json(CASE, proposal)
    assert json.loads(data) == proposal.to_json()
    assert Proposal.model_validate_json(data) == proposal


def test_csv_has_one_row_a_booking_and_one_column_a_week(proposal: Proposal) -> None:
    """Every booking stands there with names, fits, role and reason, and its weeks add up to its hours."""
    rows = rows_of(export.to_csv(CASE, proposal))
    assert proposal.bookings
    assert [(row["person"], row["activity"]) for row in rows] == [(b.person, b.activity) for b in proposal.bookings]
    weeks = export.period_names(CASE.calendar)
    assert weeks[:2] == ["2027-01-04", "2027-01-11"]
    activities = {one.id: one for one in CASE.activities}
    for row, line in zip(rows, proposal.bookings, strict=True):
        assert [int(row[week]) for week in weeks if row[week]] == list(line.by_period)
        assert row[weeks[activities[line.activity].window.first]] != ""
        assert (int(row["hours"]), row["role"], row["reason"]) == (line.hours, line.role, line.reason)
        assert (float(row["expertise_fit"]), float(row["talent_fit"])) == (line.fit.expertise, line.fit.talent)
    assert rows[0]["person_name"] == "Sanne de Wit"


def test_the_workbook_has_every_part(proposal: Proposal) -> None:
    """Bookings, periods and matrix add up to the same hours; the score card to the same total."""
    sheets = sheets_of(export.to_workbook(CASE, proposal))
    hours = sum(line.hours for line in proposal.bookings or ())
    assert sum(row["hours"] for row in sheets["bookings"]) == hours
    assert sum(row["total"] for row in sheets["people x activities"]) == hours
    mentors = sum(sum(one.mentor_hours_by_period) for one in proposal.learning)
    assert sum(row["hours"] for row in sheets["by period"]) == hours + mentors
    weeks = export.period_names(CASE.calendar)
    assert sum(row[week] or 0 for row in sheets["by period"] for week in weeks) == hours + mentors
    assert proposal.score_card
    assert sheets["score card"][-1]["cost"] == proposal.score_card.total
    assert len(sheets["findings"]) == sum(len(rule.findings) for rule in proposal.score_card.rules)
    assert [row["person"] for row in sheets["people"]] == [line.person for line in proposal.people]
    assert len(sheets["learning"]) == len(proposal.learning)
    assert {row["term_name"] for row in sheets["talent balance"] if row["state"] == "missing"} == {"Persuading"}
    assert {row["what"]: row["value"] for row in sheets["run"]}["fingerprint"] == proposal.run.fingerprint
    missing = [(row["activity"], row["term"]) for row in sheets["unfilled"] if row["what"] == "talent"]
    assert missing == [(one.activity, lack.term) for one in proposal.unfilled for lack in one.talents]


def test_labels_follow_the_language(proposal: Proposal) -> None:
    """Terms are named in the language asked for; headers stay as programs know them."""
    sheets = sheets_of(export.to_workbook(CASE, proposal, "nl"))
    assert "Overtuigen" in {row["term_name"] for row in sheets["talent balance"]}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_a_name_is_never_a_formula(name: str) -> None:
    """What a spreadsheet program would run as a formula is text in both forms."""
    portfolio, plan = named(name)
    (row,) = rows_of(export.to_csv(portfolio, plan))
    assert row["person_name"] == f"'{name}"
    assert row["reason"].startswith("'")
    workbook = openpyxl.load_workbook(io.BytesIO(export.to_workbook(portfolio, plan)))
    cells = [cell for sheet in workbook for cells in sheet.iter_rows() for cell in cells if cell.value is not None]
    assert any(cell.value == name for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_without_a_plan_there_is_no_table(tmp_path: Path) -> None:
    """JSON tells why there is no plan; a table of bookings is not made."""
    portfolio = parse(portfolio_data([person("ana")], [activity("talks")], [booking("ana", "talks", 60)]))
    nothing = solve(portfolio, Settings(seconds=10, workers=2))
    for suffix in (".csv", ".xlsx"):
        with pytest.raises(export.NoPlan):
            export.write(portfolio, nothing, tmp_path / f"plan{suffix}")
        assert not (tmp_path / f"plan{suffix}").exists()
    export.write(portfolio, nothing, tmp_path / "plan.JSON")
    assert json.loads((tmp_path / "plan.JSON").read_bytes())["bookings"] is None


@pytest.mark.parametrize(
    ("period", "start", "names"),
    [
        ("day", "2027-02-28", ["2027-02-28", "2027-03-01", "2027-03-02"]),
        ("week", "2027-01-04", ["2027-01-04", "2027-01-11", "2027-01-18"]),
        ("month", "2027-12-31", ["2027-12-31", "2028-01-31", "2028-02-29"]),
        ("month", "9999-12-01", ["month 0", "month 1", "month 2"]),
    ],
)
def test_periods_are_named_by_their_first_day(period: str, start: str, names: list[str]) -> None:
    """Months keep to the calendar's day where they have it; where there are no more years, periods have numbers."""
    calendar = Calendar.model_validate({"start": start, "period": period, "periods": 3})
    assert export.period_names(calendar) == names
