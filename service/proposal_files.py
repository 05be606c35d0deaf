"""A stored proposal in the form that a client asks for: JSON, CSV, a workbook or a calendar, of all or of a part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from scenarios.phrases import period_start
from service.answers import encoded
from service.export import to_csv, to_workbook
from service.media import JSON, XLSX
from service.problems import NoProposal, NotAcceptable
from service.words import plain
from solver.portfolio import Portfolio
from solver.proposal import Proposal

#: octets of a line of a calendar, without its end
LINE = 75
Json = dict[str, Any]


def narrowed(data: Json, portfolio: Portfolio, person: str | None, project: str | None, unit: str | None) -> Json:
    """What of a proposal is about a person, a project and the people of a unit; what is about the whole plan stays."""
    if person is None and project is None and unit is None:
        return data
    people = {one.id for one in portfolio.people if person in (None, one.id) and unit in (None, one.unit)}
    work = {one.id for one in portfolio.activities if project in (None, one.project)}

    def about(one: Json) -> bool:
        return ("person" not in one or one["person"] in people) and ("activity" not in one or one["activity"] in work)

    kept = {}
    for name in ("bookings", "learning", "hires", "unfilled", "people"):
        if data.get(name) is not None:
            kept[name] = [one for one in data[name] if about(one)]
    return {**data, **kept}


def written(
    data: Json, portfolio: Portfolio, type: str, id: str, made: datetime | None = None, language: str = "en"
) -> bytes:
    """A visible proposal in a form of `PROPOSALS`; `portfolio`: what of it the role may see. Raises NoProposal.

    language: `en` or `nl`, of the labels of terms in tables. Tables have no totals where the role may not see what they
    are made of, and there is none at all for whoever sees no fit.
    """
    if type == JSON:
        return encoded(data)
    if data["bookings"] is None:
        raise NoProposal(f"Run {id} has no plan, so there is nothing to make a table of: read the proposal as JSON.")
    if type == "text/calendar":
        return calendar(data, portfolio, id, made or datetime.now(UTC))
    if any("fit" not in one for one in data["bookings"]):
        raise NotAcceptable("For this role there is application/json and text/calendar alone.")
    proposal = Proposal.model_validate(_whole(data))
    if any("from" not in one for one in data["learning"]):  # a level that the role is not shown is an empty cell
        silent = tuple(one.model_copy(update={"from_": None}) for one in proposal.learning)
        proposal = proposal.model_copy(update={"learning": silent})
    return TABLES[type](portfolio, proposal, language)


TABLES: Mapping[str, Callable[[Portfolio, Proposal, str], bytes]] = {"text/csv": to_csv, XLSX: to_workbook}


def _whole(data: Json) -> Json:
    """The proposal with nothing where something is left out for the role."""
    card = data["score_card"]
    return {
        **data,
        "run": {"objective": None, "bound": None, **data["run"]},
        "score_card": card if card is not None and "total" in card else None,
        "people": [{"top_talents_used": [], "top_talents_unused": [], **one} for one in data.get("people", ())],
        "learning": [{"from": 0, **one} for one in data["learning"]],
        "hires": [{"cost": 0, **one} for one in data["hires"]],
        "talent_balance": data.get("talent_balance", []),
        "conflict": None,
    }


def calendar(data: Json, portfolio: Portfolio, id: str, made: datetime) -> bytes:
    """The bookings as an iCalendar (RFC 5545): one event for each period in which somebody works on an activity."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//staffing//proposal//EN"]
    activities = {one.id: one for one in portfolio.activities}
    projects = {one.id: one.name or one.id for one in portfolio.projects}
    names = {one.id: one.name for one in portfolio.people}
    for booking in data["bookings"]:
        activity = activities[booking["activity"]]
        for n, hours in enumerate(booking["by_period"]):
            period = activity.window.first + n
            first, after = (period_start(portfolio.calendar, one) for one in (period, period + 1))
            if not hours or first is None or after is None:
                continue
            who = names[booking["person"]]
            lines += [
                "BEGIN:VEVENT",
                f"UID:{id}-{booking['person']}-{activity.id}-{period}@staffing",
                f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
                f"DTEND;VALUE=DATE:{after:%Y%m%d}",
                f"SUMMARY:{_text(f'{activity.name or activity.id}: {hours} h ({who})')}",
                f"CATEGORIES:{_text(projects[activity.project])}",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _text(text: str) -> str:
    """Text as a calendar writes it."""
    escaped = plain(text)
    for sign in ("\\", ";", ","):
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, each but the first beginning with a space."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > LINE:
            yield part
            part = " "
        part += sign
    yield part
