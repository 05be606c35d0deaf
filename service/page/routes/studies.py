"""Studies: many runs behind one question, with pictures that lead to the plans behind their points."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from scenarios.changes import changes_to_json, parse_changes
from scenarios.scenario import apply
from scenarios.studies import BY_KIND, STUDIES, StudyInvalid, parse_study
from scenarios.studies.desk import Stage
from service.access import refuse_money
from service.execution import changed_portfolio, portfolio_of
from service.orders import Source, order
from service.page.drawing.bars import Point, scatter
from service.page.forms import RecordForm, form_of, title_of
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.plans import Beside, plan_page
from service.page.routes.portfolios import SECONDS, told
from service.page.routes.scenarios import sent_in
from service.page.running import start
from service.page.sent import given_in, rows_in
from service.page.sentences import Sentences
from service.page.tongue import Tongue
from service.paging import whole
from service.problems import UnknownPath
from service.store import ENDED, StoredRun
from service.visible import visible
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


def _page(
    desk: Desk, id: str, kind: str, form: RecordForm | None = None, status: int = 200, chosen: Sequence[str] = ()
) -> Response:
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
        chosen=chosen,
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
    chosen = form.all("scenario")
    if desk.looks(form):
        rows = rows_in(sent_in(form))
        return _page(desk, id, kind, form_of(kind, portfolio, desk.t, data, rows=rows), chosen=chosen)
    if kind == "sweep" and not chosen:
        said = desk.t("Choose at least one scenario.", "Kies ten minste één scenario.")
        return _page(desk, id, kind, replace(form_of(kind, portfolio, desk.t), wrong=[said]), 422)
    try:
        study = parse_study(data)
        study.check(portfolio)
    except StudyInvalid as invalid:
        return _page(desk, id, kind, form_of(kind, portfolio, desk.t, data, invalid), 422, chosen)
    if kind != "sweep":  # whose options are scenarios that are stored
        refuse_money(study.to_json(), who, portfolio, place="/study")
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
    portfolio, whole_result = changed_portfolio(desk.store, run), json.loads(text)
    # The plans are looked at one by one, on pages of their own.
    kept = {
        n for n, one in enumerate(_points(whole_result.get("found") or {})) if one.pop("proposal", None) is not None
    }
    result = visible(whole_result, who, portfolio)
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
        kept=kept,
        picture=_picture(desk, run, found, kept, sentences),
        sentences=sentences,
    )


@router.post("/studies/{id}/cancel")
def cancel(desk: TheDesk, id: str) -> Response:
    """Stop a study; what was found is kept."""
    who = desk.need("cancel_study")
    desk.store.cancel_run(id, who)
    return desk.to(f"/studies/{id}")


#: what a study does, stage by stage
STAGES: Mapping[Stage, tuple[str, str]] = {
    "base": (
        "The plan as it stands, to hold the others against",
        "Het plan zoals het is, om de rest mee te vergelijken",
    ),
    "base once more": (
        "The plan as it stands once more, with as long a search as the others had",
        "Het plan zoals het is nog eens, met even lang zoeken als de rest",
    ),
    "candidates": ("Offering groups of candidates to the plan", "Groepen kandidaten aan het plan aanbieden"),
    "candidates around the best": (
        "Offering candidates like the best ones",
        "Kandidaten aanbieden die op de beste lijken",
    ),
    "hired": ("Hiring the best ones for certain, one by one", "De beste zeker aannemen, een voor een"),
    "without": ("The plan without each person", "Het plan zonder ieder van hen"),
    "lending": ("The plan with lending open", "Het plan met uitlenen open"),
    "grid": ("The plan of each combination", "Het plan van elke combinatie"),
    "first rule": ("As little as can be of the first rule", "Zo weinig als kan van de eerste regel"),
    "second rule": ("Then as little as can be of the second", "Dan zo weinig als kan van de tweede"),
    "all rules": ("The best by all rules at each point", "Het beste naar alle regels op elk punt"),
}


def _waited(desk: Desk, run: StoredRun) -> dict[str, Any]:
    """What a study is doing, how many of its plans it has made, and how long it has taken and may still take."""
    t, progress = desk.t, run.progress or {}
    seconds = 0.0 if run.started is None else (datetime.now(UTC) - run.started).total_seconds()
    done, of = progress.get("done", 0), progress.get("total")
    stage = STAGES.get(progress.get("stage", "base"))
    left = seconds / done * (of - done) if done and of and of > done else None
    solve = progress.get("run") or {}
    return {
        "done": done,
        "of": of,
        "stage": t(*stage) if stage else "",
        "now": _subject(desk, run, progress.get("name")),
        "plans": solve.get("plans"),
        "since": _duration(t, seconds),
        "left": "" if left is None else _duration(t, left),
    }


def _subject(desk: Desk, run: StoredRun, name: str | None) -> str:
    """What the solve is about that spoke last; limits of a frontier are told by the titles of their rules."""
    if not name or run.asked["kind"] == "frontier":
        return ""
    return Sentences(portfolio_of(desk.store, run), desk.t)(name)


def _duration(t: Tongue, seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return t("{n} minutes", "{n} minuten", n=round(seconds / 60))


def _options(found: dict[str, Any]) -> set[str]:
    """The names of what varies in a sweep."""
    return {name for cell in found.get("cells", ()) for name in cell["options"]}


def _picture(desk: Desk, run: StoredRun, found: dict[str, Any], kept: set[int], sentences: Sentences) -> Markup | None:
    """The points of a study in a plane, where it has some; each leads to its plan, or else to what is told of it."""
    t = desk.t
    if not found:
        return None

    def address(n: int) -> str:
        return f"/studies/{run.id}/plans/{n}" if n in kept else f"#point-{n}"

    if not found:
        return None
    points: list[Point] = []
    names = ("", "")
    line = False
    if run.asked["kind"] == "frontier":
        names, line, now = (_of(found, 0, sentences), _of(found, 1, sentences)), True, t.word("as_it_stands")
        for n, one in enumerate(found["points"]):
            x, y = one["amounts"]
            label = f"{t.number(x)} / {t.number(y)}"
            points.append(Point(x, y, label, f"{names[0]}: {t.number(x)}\n{names[1]}: {t.number(y)}", address(n)))
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
                    address(n),
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
                    points.append(Point(one["money"], one["solved"]["cost"], label, label, address(n), best))
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
def plan(desk: TheDesk, id: str, number: str) -> Response:
    """The study's own plan behind a point: by number, or of a lending market `open` or `fair`."""
    who = desk.need("get_study")
    run = desk.store.run(id)
    text = desk.store.run_result(id) if run.kind == "study" else None
    result = json.loads(text) if text else {}
    told = result and visible(result, who, changed_portfolio(desk.store, run)).get("found")  # not where it is left out
    beside = _behind(desk, run, result["found"] if told else {}, number)
    return plan_page(desk, beside, f"/studies/{id}", desk.t("The study", "Het onderzoek"))


def _behind(desk: Desk, run: StoredRun, found: dict[str, Any], number: str) -> Beside:
    """The plan behind a point, with the changes that make its portfolio; of a frontier with pins, of that as it is."""
    point, n = None, whole(number)
    if n is not None:
        points = _points(found)
        point = points[n] if n < len(points) else None
    elif number in ("open", "fair"):
        point = found.get(number)
    if point is None or point.get("proposal") is None:
        raise UnknownPath(desk.t("There is no such plan.", "Dat plan is er niet."))
    proposal, before, take = (
        Proposal.model_validate(point["proposal"]),
        portfolio_of(desk.store, run),
        f"/studies/{run.id}/runs",
    )
    if "points" in found:
        lines = proposal.bookings or ()
        pins = [{"change": "pin", "person": one.person, "activity": one.activity, "hours": one.hours} for one in lines]
        return Beside(before, proposal, pins, True, take)
    changes = [point["change"]] if "change" in point else point.get("changes", found.get("changes", []))
    return Beside(apply(before, parse_changes(changes)), proposal, changes, False, take)


def _points(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The points of a study that are numbered."""
    points: list[dict[str, Any]] = found.get("points") or found.get("cells") or found.get("profiles") or []
    return points


@router.post("/studies/{id}/runs")
def run_point(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Make the proposal behind a point: its changes, run again."""
    who = desk.need("start_run")
    run = desk.store.run(id)
    if run.revision is None:
        raise UnknownPath("The portfolio of this study is not stored.")
    try:
        changes = parse_changes(json.loads(form("changes", "[]")))
    except ValueError:
        raise UnknownPath("The changes cannot be read.") from None
    before = portfolio_of(desk.store, run)
    refuse_money(changes_to_json(changes), who, before, apply(before, changes))
    begun = start(desk, run.portfolio, run.revision, changes, SECONDS)
    return desk.to(f"/runs/{begun.id}")
