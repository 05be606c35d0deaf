"""One portfolio: what it is about, its scenarios, its runs, and asking for a proposal."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter
from fastapi.responses import Response

from scenarios.changes import parse_changes
from scenarios.library import ENTRIES
from service import spreadsheet
from service.media import XLSX
from service.page.http import Desk, PageRoute, TheDesk, TheForm
from service.page.markdown import to_html
from service.page.running import changed, start
from service.page.uploads import Wrong, in_json
from service.paging import whole
from service.problems import UnknownPath
from service.store import StoredScenario
from service.visible import visible_warnings
from solver.check import warnings
from solver.portfolio import Portfolio
from solver.tables import Tables

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: seconds that a run gets where nobody says otherwise, and the choices there are
SECONDS, CHOICES = 20.0, (5, 20, 60, 180)
MOST_RUNS = 20
#: empty portfolios to fill in, by their suffix
TEMPLATES = {"xlsx": XLSX, "zip": "application/zip"}


@router.get("/portfolios/{id}")
def portfolio(desk: TheDesk, id: str) -> Response:
    """What a portfolio is about, what could be done, and what was proposed."""
    desk.need("list_portfolios")
    stored, whole = desk.store.portfolio(id)
    entry = next((one for one in ENTRIES if one.slug == id), None)
    story = None if entry is None else to_html(entry.story(desk.t.language))
    scenarios = desk.store.scenarios(portfolio=id).items if desk.may("list_scenarios") else []
    runs = desk.store.runs(limit=MOST_RUNS, kind="solve", portfolio=id).items
    less = odd(desk, whole)
    studies = desk.store.runs(limit=MOST_RUNS, kind="study", portfolio=id).items if desk.may("list_studies") else []
    return desk.page(
        "portfolio.html",
        stored=stored,
        portfolio=whole,
        story=story,
        entry=entry,
        scenarios=[(one, *told(desk, one)) for one in reversed(scenarios)],
        runs=runs,
        studies=studies,
        names={id: stored.name},
        scenarios_of={one.id: told(desk, one)[0] for one in scenarios if one.changes},
        choices=CHOICES,
        seconds=SECONDS,
        hours=sum(one.hours for one in whole.activities),
        odd=less,
    )


def odd(desk: Desk, portfolio: Portfolio) -> dict[str, list[Wrong]]:
    """What is legal and yet odd in a portfolio, by the thing that it is about, as far as the role may see it."""
    found = visible_warnings(warnings(Tables.of(portfolio)), desk.who, portfolio)
    names = {
        section: [{"name": one.name} for one in getattr(portfolio, section)] for section in ("people", "activities")
    }
    return in_json(found, desk.t, names)


def told(desk: Desk, one: StoredScenario) -> tuple[str, list[str]]:
    """Name and changes of a scenario in words; of a bundled one the title and summary in the language."""
    entry = next((entry for entry in ENTRIES if entry.slug == one.portfolio), None)
    for bundled in () if entry is None else entry.scenarios():
        if one.id == f"{one.portfolio}.{bundled.id}":
            return bundled.title[desk.t.language], [bundled.summary[desk.t.language]]
    _, before = desk.store.portfolio(one.portfolio, one.revision)
    return one.name, changed(desk, before, parse_changes(one.changes))


@router.post("/portfolios/{id}/runs")
def propose(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Start a run of the portfolio as it stands, or of a scenario."""
    desk.need("start_run")
    seconds = float(whole(form("seconds")) or SECONDS)
    scenario = form("scenario")
    if scenario:
        found = desk.store.scenario(scenario)
        run = start(desk, found.portfolio, found.revision, parse_changes(found.changes), seconds, found.id)
    else:
        stored, _ = desk.store.portfolio(id)
        run = start(desk, id, stored.revision, (), seconds)
    return desk.to(f"/runs/{run.id}")


@router.get("/template.{form}")
def template(desk: TheDesk, form: str) -> Response:
    """An empty workbook, or a ZIP of empty CSV files, in which every column is explained."""
    desk.need("add_portfolio")
    if form not in TEMPLATES:
        raise UnknownPath(f"There is no download as {form}; there is {', '.join(TEMPLATES)}.")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"portfolio.{form}"
        spreadsheet.template(path)
        data = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(data, media_type=TEMPLATES[form], headers=headers)
