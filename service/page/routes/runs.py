"""Runs: live while they go, then the proposal in all its parts, the cards of people and activities, downloads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from scenarios.changes import parse_changes
from service.answers import solved_in
from service.media import PROPOSALS
from service.page.drawing import heat
from service.page.drawing.progress import progress
from service.page.http import Desk, PageRoute, TheDesk
from service.page.routes.decisions import decided
from service.page.running import Solved, again, changed, solved, view_of
from service.page.shown import Shows, shown
from service.page.view import ACTIVITY_ORDERS, PEOPLE_ORDERS, Order, View
from service.problems import UnknownPath
from service.proposal_files import TABLES, written
from service.store import ENDED, StoredRun
from service.visible import visible_progress, visible_proposal

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: seconds for what did not succeed in fewer
LONGER_SECONDS = 60.0
#: changes told above a proposal
MOST_CHANGES = 4
TABS = {
    "map": ("Who works on what", "Wie doet wat"),
    "time": ("In time", "In de tijd"),
    "talents": ("Talents", "Talenten"),
    "open": ("Unfilled", "Open"),
    "score": ("Score card", "Scorekaart"),
    "people": ("People", "Mensen"),
}
FILES = {
    "xlsx": ("Workbook (XLSX)", "Werkmap (XLSX)"),
    "csv": ("Bookings (CSV)", "Boekingen (CSV)"),
    "ics": ("Calendar (iCalendar)", "Agenda (iCalendar)"),
    "json": ("For programs (JSON)", "Voor programma's (JSON)"),
}
#: those that are made of fits, which not every role sees
OF_FITS = {PROPOSALS[type] for type in TABLES}


@router.get("/runs/{id}")
def run(
    desk: TheDesk,
    id: str,
    view: str = "map",
    people: str = "",
    activities: str = "",
    unit: str = "",
    project: str = "",
) -> Response:
    """A run while it goes, or its proposal."""
    desk.need("get_run")
    stored = desk.store.run(id)
    if stored.kind == "study":
        return desk.to(f"/studies/{id}")
    if stored.kind == "alternatives":
        return desk.to(f"/runs/{stored.parent}/others/{id}")
    if stored.status not in ENDED:
        return desk.page("live.html", **_live(desk, stored), **_about(desk, stored))
    if desk.store.run_result(id) is None:
        return desk.page("ended.html", run=stored, **_about(desk, stored))
    found = solved(desk.store, id)
    if found.proposal.bookings is None:
        return desk.page("no-plan.html", view=view_of(desk, found)[0], **_of_proposal(desk, found))
    seen, shows = view_of(desk, found)
    tabs = [(name, desk.t(*title)) for name, title in TABS.items() if _has(name, shows)]
    tab = view if view in dict(tabs) or view == "list" else "map"
    by = seen.order(people, activities, unit, project)
    orders = {"people": PEOPLE_ORDERS, "activities": ACTIVITY_ORDERS}
    more: dict[str, Any] = {"heat_data": _heat_data(desk, seen, by)} if tab == "map" else {}
    return desk.page(
        "proposal.html",
        view=seen,
        shows=shows,
        tabs=tabs,
        tab=tab,
        by=by,
        orders=orders,
        files=[one for one in FILES.items() if shows.fits or f".{one[0]}" not in OF_FITS],
        **_of_proposal(desk, found),
        **more,
    )


def _of_proposal(desk: Desk, found: Solved) -> dict[str, Any]:
    return {
        "run": found.run,
        "changed": changed(desk, found.before, found.changes, MOST_CHANGES),
        "stopped": found.run.status == "cancelled",
        **(decided(desk, found.run.id) if desk.may("list_decisions") else {"made": []}),
    }


def _has(tab: str, shows: Shows) -> bool:
    return {"talents": shows.balance, "score": shows.score, "people": shows.loads}.get(tab, True)


def _heat_data(desk: Desk, view: View, by: Order) -> dict[str, Any]:
    people, activities = view.person_headings(by), view.ordered_activities(by)
    return {
        "base": view.base,
        "cell": heat.CELL,
        "row": heat.ROW,
        "tops": heat.rows(people)[0],
        "people": [[one.id, one.name] for one in people],
        "activities": [[one.id, view.names.activity(one.id)] for one in activities],
        "nothing": desk.t("not booked", "niet geboekt"),
    }


# --- while it runs


@router.get("/runs/{id}/live")
def live(desk: TheDesk, id: str) -> Response:
    """The part of the page that moves; once the run has ended, the way to its proposal."""
    desk.need("watch_run")
    stored = desk.store.run(id)
    if stored.status in ENDED:
        return desk.to(f"/runs/{id}")
    return desk.page("live-part.html", **_live(desk, stored))


@router.post("/runs/{id}/cancel")
def cancel(desk: TheDesk, id: str) -> Response:
    """Stop, and keep the best plan."""
    who = desk.need("cancel_run")
    desk.store.cancel_run(id, who)
    return desk.to(f"/runs/{id}")


@router.post("/runs/{id}/retry")
def retry(desk: TheDesk, id: str) -> Response:
    """Ask what a run was asked once more, with more time."""
    desk.need("start_run")
    return desk.to(f"/runs/{again(desk, desk.store.run(id), LONGER_SECONDS).id}")


def _live(desk: Desk, run: StoredRun) -> dict[str, Any]:
    t, limit = desk.t, float(run.settings.get("seconds", 30))
    portfolios = solved_in(desk.store, run)
    reports = [visible_progress(one.content, desk.who, *portfolios) for one in desk.store.reports(run.id)]
    latest = reports[-1] if reports else None
    now = datetime.now(UTC)
    seconds = min(limit, (now - run.started).total_seconds()) if run.started else 0.0
    if run.cancelling:
        status = t("Stopping; the best plan is kept", "Stoppen; het beste plan blijft")
    elif run.status == "queued":
        status = t("Waiting for its turn", "Wacht op zijn beurt")
    elif latest is None or not latest.get("plans"):
        status = t("Looking for a first plan", "Op zoek naar een eerste plan")
    else:
        status = t("There is a plan; looking for a better one", "Er is een plan; op zoek naar een beter")
    points = [(one["seconds"], one.get("best"), one.get("bound")) for one in reports]
    if latest is not None and seconds > latest["seconds"]:  # since then it holds
        points.append((seconds, latest.get("best"), latest.get("bound")))
    said = t(
        "Cost of the best plan and the least that any plan can cost, over time",
        "Kosten van het beste plan en het minste wat een plan kan kosten, in de tijd",
    )
    picture = progress(
        points,
        limit,
        {
            "best": t("best plan", "beste plan"),
            "bound": t("no plan costs less", "geen plan kost minder"),
            "seconds": "s",
            "said": said,
        },
    )
    return {
        "run": run,
        "stage": status,
        "latest": latest,
        "left": round(limit - seconds),
        "limit": limit,
        "seconds": round(seconds, 1),
        "picture": picture,
    }


def _about(desk: Desk, run: StoredRun) -> dict[str, Any]:
    stored, portfolio = desk.store.portfolio(run.portfolio, run.revision)
    return {"name": stored.name, "changed": changed(desk, portfolio, parse_changes(run.changes), MOST_CHANGES)}


# --- cards


@router.get("/runs/{id}/people/{person}")
def person_card(desk: TheDesk, id: str, person: str) -> Response:
    """One person: load, width, learning, talents used and unused, what the score card says."""
    desk.need("get_proposal")
    view, shows = view_of(desk, solved(desk.store, id))
    if person not in view.people:
        raise UnknownPath(f"There is no person {person}.")
    return desk.page("person.html", view=view, shows=shows, person=view.people[person], line=view.lines.get(person))


@router.get("/runs/{id}/activities/{activity}")
def activity_card(desk: TheDesk, id: str, activity: str) -> Response:
    """One activity: coverage, team, why, and what would fill it."""
    desk.need("get_proposal")
    view, shows = view_of(desk, solved(desk.store, id))
    if activity not in view.activities:
        raise UnknownPath(f"There is no activity {activity}.")
    return desk.page("activity.html", view=view, shows=shows, activity=view.activities[activity])


# --- files


@router.get("/runs/{id}/download.{form}")
def download(desk: TheDesk, id: str, form: str) -> Response:
    """The proposal as a file."""
    desk.need("get_proposal")
    kinds = {suffix: kind for kind, suffix in PROPOSALS.items()}
    if f".{form}" not in kinds:
        raise UnknownPath(f"There is no download as {form}; there is {', '.join(kinds)}.")
    found, who = solved(desk.store, id), desk.who
    data = visible_proposal(found.proposal.to_json(), who, found.portfolio)
    portfolio, _, _ = shown(found.portfolio, found.proposal, who)
    content = written(data, portfolio, kinds[f".{form}"], id, language=desk.t.language)
    name = f'attachment; filename="{portfolio.id}-{id[:8]}.{form}"'
    return Response(content, media_type=kinds[f".{form}"], headers={"Content-Disposition": name})
