"""A proposal as a file: JSON as the contract has it, one CSV table of the bookings, or a workbook with everything.

Columns are named in English, so that a program finds them; names and labels stand beside the ids.
"""

from __future__ import annotations

import io
import json
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from scenarios.runs import Run
from service.files import write_file
from service.sheets import Header, Table, Value, write_csv, write_workbook
from service.words import Names, plain
from solver.portfolio import Calendar, Portfolio
from solver.proposal import Proposal
from solver.rules import BY_NAME


class NoPlan(Exception):
    """There are no bookings to make a table of."""


def to_json(portfolio: Portfolio, proposal: Proposal, language: str = "en") -> bytes:
    """The proposal as the contract has it, in UTF-8."""
    return json.dumps(proposal.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


def run_to_json(run: Run) -> bytes:
    """A run with its proposal, in UTF-8."""
    return json.dumps(run.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


def to_csv(portfolio: Portfolio, proposal: Proposal, language: str = "en") -> bytes:
    """One row a booking, one column a period; raises NoPlan where there is none."""
    headers, rows = _bookings(portfolio, proposal, Names(portfolio, language), periods=True)
    data = io.BytesIO()
    write_csv(headers, rows, data)
    return data.getvalue()


def to_workbook(portfolio: Portfolio, proposal: Proposal, language: str = "en") -> bytes:
    """Every part of the proposal on a sheet of its own; raises NoPlan where there is none."""
    names, data = Names(portfolio, language), io.BytesIO()
    write_workbook(sheets(portfolio, proposal, names), data)
    return data.getvalue()


#: suffix of a file → how it is written
FORMATS: Mapping[str, Callable[[Portfolio, Proposal, str], bytes]] = {
    ".json": to_json,
    ".csv": to_csv,
    ".xlsx": to_workbook,
}


def write(portfolio: Portfolio, proposal: Proposal, path: Path, language: str = "en") -> None:
    """Write the proposal in the form that the path's suffix asks for.

    Raises NoPlan where that form is a table and there is no plan, OSError where the file cannot be written.
    """
    write_file(path, FORMATS[path.suffix.lower()](portfolio, proposal, language))


def sheets(portfolio: Portfolio, proposal: Proposal, names: Names) -> dict[str, Table]:
    """The sheets of the workbook, by name."""
    return {
        "bookings": _bookings(portfolio, proposal, names, periods=False),
        "by period": _by_period(portfolio, proposal, names),
        "people x activities": _matrix(portfolio, proposal, names),
        "unfilled": _unfilled(proposal, names),
        "score card": _score_card(proposal),
        "findings": _findings(proposal, names),
        "people": _people(portfolio, proposal, names),
        "learning": _learning(proposal, names),
        "talent balance": _talent_balance(proposal, names),
        "hires": _hires(proposal, names),
        "warnings": _warnings(proposal),
        "run": _run(portfolio, proposal),
    }


def period_names(calendar: Calendar) -> list[str]:
    """The day each period begins on; numbers where the calendar leaves the years that there are."""
    try:
        return [_start(calendar, period).isoformat() for period in range(calendar.periods)]
    except (OverflowError, ValueError):
        return [f"{calendar.period} {period}" for period in range(calendar.periods)]


def _start(calendar: Calendar, period: int) -> date:
    """The day a period begins on; a month begins on the calendar's day, or on the last one that it has."""
    if calendar.period != "month":
        return calendar.start + timedelta(days=period * (7 if calendar.period == "week" else 1))
    months = calendar.start.month - 1 + period
    year, month = calendar.start.year + months // 12, months % 12 + 1
    return date(year, month, min(calendar.start.day, monthrange(year, month)[1]))


def _bookings(portfolio: Portfolio, proposal: Proposal, names: Names, periods: bool) -> Table:
    if proposal.bookings is None:
        raise NoPlan
    projects = {activity.id: activity.project for activity in portfolio.activities}
    activities = {activity.id: activity for activity in portfolio.activities}
    units = {person.id: person.unit for person in portfolio.people}
    learned: dict[tuple[str, str], list[str]] = {}
    for one in proposal.learning:
        mentor = "nobody" if one.mentor is None else names.person(one.mentor)
        learned.setdefault((one.person, one.activity), []).append(f"{names.term(one.term)} with {mentor}")
    headers: list[str | Header] = [
        *_text("project_name", "project", "activity_name", "activity", "person_name", "person", "unit"),
        "hours",
        Header("role", "contributor: has what is asked; supporter: brings a talent asked for; learner: grows there"),
        Header("expertise_fit", "what the person knows against what is asked, 0 to 1"),
        Header("talent_fit", "how the person works against what is asked, 0 to 1"),
        Header("energy", "-1 (drains) to 1 (gives energy)"),
        "learns",
        "reason",
        *(period_names(portfolio.calendar) if periods else ()),
    ]
    rows: list[list[Value]] = []
    for booking in proposal.bookings:
        activity = activities[booking.activity]
        before, after = activity.window.first, portfolio.calendar.periods - activity.window.last - 1
        rows.append(
            [
                names.project(projects[activity.id]),
                projects[activity.id],
                names.activity(activity.id),
                activity.id,
                names.person(booking.person),
                booking.person,
                units[booking.person],
                booking.hours,
                booking.role,
                booking.fit.expertise,
                booking.fit.talent,
                booking.fit.energy,
                "; ".join(learned.get((booking.person, activity.id), ())),
                plain(booking.reason),
                *([*[None] * before, *booking.by_period, *[None] * after] if periods else ()),
            ]
        )
    return headers, rows


def _by_period(portfolio: Portfolio, proposal: Proposal, names: Names) -> Table:
    """Who is busy with what when: the bookings, and the hours that mentors give."""
    firsts = {activity.id: activity.window.first for activity in portfolio.activities}
    busy: list[tuple[str, str, str, Sequence[int]]] = [
        (booking.person, booking.activity, "work", booking.by_period) for booking in proposal.bookings or ()
    ]
    busy += [
        (one.mentor, one.activity, f"mentor of {names.person(one.person)}", one.mentor_hours_by_period)
        for one in proposal.learning
        if one.mentor is not None
    ]
    order = {person.id: n for n, person in enumerate(portfolio.people)}
    rows: list[list[Value]] = []
    for person, activity, what, hours in sorted(busy, key=lambda line: (order[line[0]], firsts[line[1]])):
        row: list[Value] = [names.person(person), person, names.activity(activity), activity, what, sum(hours)]
        row += [None] * firsts[activity]
        row += [amount or None for amount in hours]
        rows.append(row)
    headers: list[str | Header] = [*_text("person_name", "person", "activity_name", "activity"), "what", "hours"]
    return [*headers, *period_names(portfolio.calendar)], rows


def _matrix(portfolio: Portfolio, proposal: Proposal, names: Names) -> Table:
    booked = {(booking.person, booking.activity): booking.hours for booking in proposal.bookings or ()}
    headers: list[str | Header] = [*_text("person_name", "person")]
    headers += [*(names.activity(one.id) for one in portfolio.activities), "total"]
    rows: list[list[Value]] = []
    for person in portfolio.people:
        hours = [booked.get((person.id, activity.id)) for activity in portfolio.activities]
        rows.append([names.person(person.id), person.id, *hours, sum(amount or 0 for amount in hours)])
    return headers, rows


def _unfilled(proposal: Proposal, names: Names) -> Table:
    rows: list[list[Value]] = []
    for one in proposal.unfilled:
        name = names.activity(one.activity)
        if one.hours:
            rows.append([name, one.activity, "hours", None, None, None, one.hours])
        for dimension, lacking in (("expertise", one.expertise), ("talent", one.talents)):
            for lack in lacking:
                rows.append([name, one.activity, dimension, names.term(lack.term), lack.term, lack.level, lack.missing])
    return [*_text("activity_name", "activity"), "what", *_text("term_name", "term"), "level", "missing"], rows


def _score_card(proposal: Proposal) -> Table:
    card = proposal.score_card
    rows: list[list[Value]] = []
    for rule in () if card is None else card.rules:
        title = BY_NAME[rule.name].title
        kind = "hard" if rule.hard else "soft"
        rows.append([rule.name, title, kind, rule.mode, rule.weight, rule.amount, rule.unit, rule.cost])
    if card is not None:
        rows.append(["total", None, None, None, None, None, None, card.total])
    return ["rule", "title", "kind", "mode", "weight", "amount", "unit", "cost"], rows


def _findings(proposal: Proposal, names: Names) -> Table:
    rows: list[list[Value]] = []
    for rule in () if proposal.score_card is None else proposal.score_card.rules:
        for one in rule.findings:
            about = one.about
            person = names.person(about["person"]) if "person" in about else None
            activity = names.activity(about["activity"]) if "activity" in about else None
            rows.append([rule.name, person, activity, one.amount, rule.unit, plain(one.text)])
    return ["rule", *_text("person_name", "activity_name"), "amount", "unit", "text"], rows


def _people(portfolio: Portfolio, proposal: Proposal, names: Names) -> Table:
    kinds = list(dict.fromkeys(activity.kind for activity in portfolio.activities))
    rows: list[list[Value]] = []
    for line in proposal.people:
        row: list[Value] = [names.person(line.person), line.person, line.hours]
        for share in (line.utilisation, line.widest_share, line.stretch_share, line.responsibility_share):
            row.append(None if share is None else round(share, 4))
        row += ["; ".join(map(names.term, line.top_talents_used)), "; ".join(map(names.term, line.top_talents_unused))]
        rows.append([*row, *(line.kinds.get(kind) for kind in kinds)])
    headers: list[str | Header] = [*_text("person_name", "person"), "hours"]
    headers += ["utilisation", "widest_share", "stretch_share", "responsibility_share"]
    return [*headers, "talents_used", "talents_unused", *(f"hours of {plain(kind)}" for kind in kinds)], rows


def _learning(proposal: Proposal, names: Names) -> Table:
    rows: list[list[Value]] = [
        [
            names.person(one.person),
            one.person,
            names.activity(one.activity),
            one.activity,
            names.term(one.term),
            one.term,
            one.from_,
            one.toward,
            None if one.mentor is None else names.person(one.mentor),
            one.mentor,
            sum(one.mentor_hours_by_period),
        ]
        for one in proposal.learning
    ]
    who = _text("person_name", "person", "activity_name", "activity", "term_name", "term")
    return [*who, "from", "toward", *_text("mentor_name", "mentor"), "mentor_hours"], rows


def _talent_balance(proposal: Proposal, names: Names) -> Table:
    rows: list[list[Value]] = [
        [names.term(one.term), one.term, one.dimension, one.demand_hours, one.supply_hours, one.state]
        for one in proposal.talent_balance
    ]
    return [*_text("term_name", "term"), "dimension", "demand_hours", "supply_hours", "state"], rows


def _hires(proposal: Proposal, names: Names) -> Table:
    rows: list[list[Value]] = [[names.person(one.person), one.person, one.cost] for one in proposal.hires]
    return [*_text("person_name", "person"), "cost"], rows


def _warnings(proposal: Proposal) -> Table:
    rows: list[list[Value]] = [[one.path, one.code, str(one.value), one.expected] for one in proposal.warnings]
    return ["path", "code", "value", "expected"], rows


def _run(portfolio: Portfolio, proposal: Proposal) -> Table:
    """How the plan was found, so that it can be repeated."""
    run, about = proposal.run, proposal.portfolio
    rows: list[list[Value]] = [
        ["portfolio", about.id],
        ["name", plain(portfolio.name)],
        ["sha256", about.sha256],
        ["status", run.status],
        ["objective", run.objective],
        ["bound", run.bound],
        ["gap", run.gap],
        ["value_captured", run.value_captured],
        ["seconds", run.seconds],
        ["fingerprint", run.fingerprint],
    ]
    rows += [[f"setting {name}", value] for name, value in run.settings.items()]
    rows += [[f"version of {name}", value] for name, value in run.versions.items()]
    return ["what", "value"], rows


def _text(*names: str) -> Iterable[Header]:
    """Headers of columns of text, which Excel is not to take for numbers or dates."""
    return [Header(name, number_format="@") for name in names]
