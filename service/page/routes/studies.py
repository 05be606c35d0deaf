"""Studies: many runs behind one question, with pictures that lead to the plans behind their points."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from scenarios.changes import parse_changes
from scenarios.scenario import apply
from scenarios.studies import BY_KIND, STUDIES, StudyInvalid, parse_study
from service.access import visible
from service.execution import portfolio_of
from service.orders import Source, order
from service.page.drawing.bars import Point, scatter
from service.page.forms import form_of, title_of
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.routes.portfolios import SECONDS, told
from service.page.routes.scenarios import sent_in
from service.page.running import start
from service.page.sent import given_in
from service.page.sentences import Sentences
from service.page.shown import shown
from service.page.tongue import Tongue
from service.page.view import View
from service.paging import whole
from service.problems import UnknownPath
from service.store import ENDED, StoredRun
from solver.proposal import Proposal
from solver.settings import Settings

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: seconds of each solve of a study where nobody says otherwise
EACH_SECONDS = 15.0


@router.get("/portfolios/{id}/studies/new")
def begin(desk: TheDesk, id: str, kind: str = "best_hires") -> Response:
    """Choose a question, and fill in what it needs."""
    desk.need("start_study")
    return _page(desk, id, kind if kind in BY_KIND else "best_hires")


def _page(desk: Desk, id: str, kind: str, form: Any = None, status: int = 200) -> Response:
    stored, portfolio = desk.store.portfolio(id)
    scenarios = [(one, told(desk, one)[0]) for one in reversed(desk.store.scenarios(portfolio=id).items) if one.changes]
    return desk.page(
        "study-new.html",
        status,
        stored=stored,
        kinds=[(one.name(), title_of(one.name(), desk.t)) for one in STUDIES],
        kind=kind,
        form=form or form_of(kind, portfolio, desk.t),
        scenarios=scenarios,
    )


@router.post("/portfolios/{id}/studies")
def ask(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Start a study."""
    who = desk.need("start_study")
    kind = form("kind_of_study")
    if kind not in BY_KIND:
        raise UnknownPath("There is no such study.")
    stored, portfolio = desk.store.portfolio(id)
    data = _sweep(desk, form) if kind == "sweep" else given_in(kind, sent_in(form))
    try:
        study = parse_study(data)
        study.check(portfolio)
    except StudyInvalid as invalid:
        return _page(desk, id, kind, form_of(kind, portfolio, desk.t, data, invalid), 422)
    settings = Settings(seconds=min(EACH_SECONDS, desk.settings.solve_seconds))
    new = order(Source(portfolio, stored), who.name, settings=settings, kind="study", asked=study.to_json())
    run, _ = desk.work.add_run(new)
    return desk.to(f"/studies/{run.id}")


def _sweep(desk: Desk, form: Form) -> dict[str, Any]:
    """Every combination of the chosen scenarios: each is done or not."""
    axes = []
    for id in form.all("scenario"):
        one = desk.store.scenario(id)
        name = told(desk, one)[0]
        options = [{"name": desk.t.word("as_it_stands")}, {"name": name, "changes": one.changes}]
        axes.append({"name": name, "options": options})
    return {"kind": "sweep", "axes": axes}


@router.get("/studies/{id}")
def study(desk: TheDesk, id: str) -> Response:
    """How far a study is, or its answer."""
    who = desk.need("get_study")
    run = desk.store.run(id)
    if run.kind != "study":
        raise UnknownPath(f"There is no study {id}.")
    stored = desk.store.portfolio_record(run.portfolio, run.revision)
    title = title_of(run.asked["kind"], desk.t)
    text = desk.store.run_result(id)
    if desk.partial and run.status in ENDED:  # who waited goes to the answer
        return desk.to(f"/studies/{id}")
    if run.status not in ENDED or text is None:
        return desk.page("study-wait.html", run=run, name=stored.name, title=title, **_waited(desk, run))
    portfolio = portfolio_of(desk.store, run)
    result = visible(json.loads(text), who, portfolio)
    found = result.get("found") or {}
    sentences = Sentences(portfolio, desk.t, also=[*found.get("axes", ()), *_options(found)])
    return desk.page(
        "study.html",
        run=run,
        name=stored.name,
        title=title,
        result=result,
        kind=run.asked["kind"],
        found=found,
        picture=_picture(desk, run, found, sentences),
        sentences=sentences,
    )


@router.post("/studies/{id}/cancel")
def cancel(desk: TheDesk, id: str) -> Response:
    """Stop a study; what was found is kept."""
    who = desk.need("cancel_study")
    desk.store.cancel_run(id, who)
    return desk.to(f"/studies/{id}")


def _waited(desk: Desk, run: StoredRun) -> dict[str, Any]:
    """How many of its plans a study has made, and since when it goes."""
    progress = run.progress or {}
    seconds = 0 if run.started is None else (datetime.now(UTC) - run.started).total_seconds()
    minutes = desk.t("for {n} minutes now", "al {n} minuten bezig", n=int(seconds // 60)) if seconds >= 120 else ""
    return {"done": progress.get("done", 0), "of": progress.get("total"), "minutes": minutes}


def _options(found: dict[str, Any]) -> set[str]:
    """The names of what varies in a sweep."""
    return {name for cell in found.get("cells", ()) for name in cell["options"]}


def _picture(desk: Desk, run: StoredRun, found: dict[str, Any], sentences: Sentences) -> Markup | None:
    """The points of a study in a plane, where it has some."""
    t, base = desk.t, f"/studies/{run.id}"
    points: list[Point] = []
    names = ("", "")
    line = False
    if run.asked["kind"] == "frontier":
        names, line, now = (_of(found, 0, sentences), _of(found, 1, sentences)), True, t.word("as_it_stands")
        for n, one in enumerate(found["points"]):
            x, y = one["amounts"]
            label = f"{t.number(x)} / {t.number(y)}"
            points.append(
                Point(x, y, label, f"{names[0]}: {t.number(x)}\n{names[1]}: {t.number(y)}", f"{base}/plans/{n}")
            )
        points.append(Point(float(found["base"][0]), float(found["base"][1]), now, now, None, "point base"))
    elif run.asked["kind"] == "best_hires":
        names = (t("hours they are there", "uren aanwezig"), t("points gained", "punten winst"))
        for n, one in enumerate(found["profiles"]):
            points.append(
                Point(
                    one["hours"],
                    one["gain"],
                    sentences(one["name"]),
                    f"{sentences(one['name'])}: {t.number(one['gain'])}",
                    f"#point-{n}",
                    "point best" if not n else "point",
                )
            )
    elif run.asked["kind"] == "sweep":
        names = (t("money", "geld"), t("points", "punten"))
        if all(one.get("money") is not None for one in found["cells"] if one.get("solved")):
            for n, one in enumerate(found["cells"]):
                if one.get("solved") and one["solved"].get("cost") is not None:
                    label = _chosen(one["options"], t)
                    best = "point best" if n in found["best"][:1] else "point"
                    points.append(Point(one["money"], one["solved"]["cost"], label, label, f"#point-{n}", best))
    if len(points) < 2:
        return None
    said = f"{names[0]} – {names[1]}: " + "; ".join(one.name for one in points)
    return scatter(points, names[0], names[1], said, t.number, line)


def _chosen(options: list[str], t: Tongue) -> str:
    """What of a combination is done, without what is left as it stands."""
    now = t.word("as_it_stands")
    return " + ".join(name for name in options if name != now) or now


def _of(found: dict[str, Any], n: int, sentences: Sentences) -> str:
    return f"{sentences.rule(found['rules'][n], found['titles'][n])} ({sentences.unit(found['units'][n])})"


@router.get("/studies/{id}/plans/{number}")
def plan(
    desk: TheDesk, id: str, number: str, view: str = "map", people: str = "unit", activities: str = "project"
) -> Response:
    """The plan behind a point: of a frontier by number, of a lending market `open` or `fair`."""
    desk.need("get_study")
    run = desk.store.run(id)
    text = desk.store.run_result(id) if run.kind == "study" else None
    found = (json.loads(text) if text else {}).get("found") or {}
    proposal, changes = _behind(desk, found, number)
    pinned = whole(number) is not None  # its portfolio is as it stands: the plan is taken over booking by booking
    portfolio = apply(portfolio_of(desk.store, run), () if pinned else parse_changes(changes))
    less, proposed, shows = shown(portfolio, proposal, desk.who)
    base = View(less, proposed, desk.t, f"/studies/{id}/plans/{number}")
    return desk.page(
        "plan.html",
        view=base,
        shows=shows,
        back=f"/studies/{id}",
        back_name=desk.t("The study", "Het onderzoek"),
        take=f"/studies/{id}/runs",
        changes=json.dumps(changes),
        pinned=pinned,
    )


def _behind(desk: Desk, found: dict[str, Any], number: str) -> tuple[Proposal, list[dict[str, Any]]]:
    points = found.get("points", ())
    if (point := whole(number)) is not None and point < len(points):
        proposal = Proposal.model_validate(points[point]["proposal"])
        lines = proposal.bookings or ()
        pins = [{"change": "pin", "person": one.person, "activity": one.activity, "hours": one.hours} for one in lines]
        return proposal, pins
    market = found.get(number) if number in ("open", "fair") else None
    if market is None:
        raise UnknownPath(desk.t("There is no such plan.", "Dat plan is er niet."))
    return Proposal.model_validate(market["proposal"]), found.get("changes", [])


@router.post("/studies/{id}/runs")
def run_point(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Make the proposal behind a point: its changes, run again."""
    desk.need("start_run")
    run = desk.store.run(id)
    if run.revision is None:
        raise UnknownPath("The portfolio of this study is not stored.")
    try:
        changes = parse_changes(json.loads(form("changes", "[]")))
    except ValueError:
        raise UnknownPath("The changes cannot be read.") from None
    begun = start(desk, run.portfolio, run.revision, changes, SECONDS)
    return desk.to(f"/runs/{begun.id}")
