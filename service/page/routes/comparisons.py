"""Proposals side by side: choose scenarios, wait for their runs, and see what moved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from scenarios.changes import parse_changes
from scenarios.compare import compare
from service.page.drawing.bars import Column, change, columns
from service.page.forms import title_of
from service.page.http import Desk, PageRoute, TheDesk, TheForm
from service.page.routes.portfolios import SECONDS, told
from service.page.running import Solved, solved, start
from service.page.sentences import Sentences
from service.problems import UnknownPath, UnknownScenario
from service.store import ENDED, StoredRun
from service.visible import visible_comparison
from solver.rules import BY_NAME

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: proposals in one comparison
LEAST, MOST = 2, 4
#: the portfolio as it stands, where no scenario says that
BASE = "base"
Runs = Annotated[list[str], Query(alias="run")]


@router.get("/portfolios/{id}/compare")
def choose(desk: TheDesk, id: str, run: Runs = []) -> Response:  # noqa: B006  read only
    """Which scenarios and which proposals to lay side by side."""
    desk.need("compare")
    if LEAST <= len(run) <= MOST:
        return desk.to("/compare?" + "&".join(f"run={one}" for one in reversed(run)))
    return _choice(desk, id, run or None)


def _choice(desk: Desk, id: str, chosen: list[str] | None, wrong: str = "") -> Response:
    """The form with these chosen; None is what it begins with: the portfolio as it stands."""
    stored = desk.store.portfolio_record(id)
    scenarios = [(one, *told(desk, one)) for one in reversed(desk.store.scenarios(portfolio=id).items)]
    ended = [one for one in desk.store.runs(limit=30, kind="solve", portfolio=id).items if one.status in ENDED]
    runs = [one for one in ended if one.outcome is not None]
    names = {run.id: _name(desk, run) for run in runs}
    bases = [one.id for one, _, _ in scenarios if not one.changes]
    return desk.page(
        "compare-choice.html", 422 if wrong else 200, stored=stored, scenarios=scenarios, runs=runs, names=names,
        chosen=(bases or [BASE]) if chosen is None else chosen, wrong=wrong, based=bool(bases),
    )  # fmt: skip


@router.post("/portfolios/{id}/compare")
def gather(desk: TheDesk, id: str, form: TheForm) -> Response:
    """Take the latest proposal of each chosen scenario, and start those that have none yet."""
    desk.need("compare")
    wanted = [*form.all("scenario"), *form.all("run")]
    if desk.looks(form):
        return _choice(desk, id, wanted)
    if not LEAST <= len(wanted) <= MOST:
        said = desk.t("Choose two, three or four.", "Kies er twee, drie of vier.")
        return _choice(desk, id, wanted, said)
    found = [_run_of(desk, id, scenario) for scenario in form.all("scenario")]
    ids = [one.id for one in found] + form.all("run")
    return desk.to("/compare?" + "&".join(f"run={one}" for one in ids))


def _run_of(desk: Desk, portfolio: str, scenario: str) -> StoredRun:
    """The latest run of a scenario that ended well or still goes on, else a new one."""
    if scenario == BASE:
        stored, _ = desk.store.portfolio(portfolio)
        revision, changes, name = stored.revision, [], None
    else:
        one = desk.store.scenario(scenario)
        revision, changes, name = one.revision, one.changes, one.id
    for run in desk.store.runs(limit=200, kind="solve", portfolio=portfolio).items:
        same = (run.revision, run.changes) == (revision, changes)
        if same and run.status in ("queued", "running", "finished"):
            return run
    return start(desk, portfolio, revision, parse_changes(changes), SECONDS, name)


@router.get("/compare")
def side_by_side(desk: TheDesk, run: Runs) -> Response:
    """The comparison, or how far its runs are."""
    who = desk.need("compare")
    if not LEAST <= len(run) <= MOST:
        raise UnknownPath(desk.t("Choose two, three or four.", "Kies er twee, drie of vier."))
    runs = [desk.store.run(id) for id in run]
    names = _names([_name(desk, one) for one in runs])
    if any(one.status not in ENDED for one in runs):
        waiting = [(one, name, _share(one)) for one, name in zip(runs, names, strict=True)]
        return desk.page("compare-wait.html", waiting=waiting)
    if desk.partial:  # who waited goes to the answer
        return desk.to("/compare?" + "&".join(f"run={id}" for id in run))
    found = [solved(desk.store, id) for id in run]
    sides = [(name, one.portfolio, one.proposal) for name, one in zip(names, found, strict=True)]
    whole = compare(sides, language=desk.t.language).to_json()
    shown: dict[str, Any] = visible_comparison(whole, who, *(one.portfolio for one in found))
    sentences = Sentences(found[0].portfolio, desk.t, *(one.portfolio for one in found[1:]), also=names)
    return desk.page(
        "compare.html",
        found=found,
        names=names,
        sides=shown["proposals"],
        differences=shown["differences"],
        pictures=_pictures(desk, shown, found, names),
        sentences=sentences,
        change=change,
        widest=_widest,
        most_lent=lambda units: max(_widest(units, "lent_out"), _widest(units, "lent_in")),
        rule=lambda name: sentences.rule(name, BY_NAME[name].title if name in BY_NAME else name),
    )


def _widest(lines: list[dict[str, Any]], name: str) -> float:
    """The largest difference in a number of several lines."""
    return max((abs(one[name]["difference"] or 0) for one in lines), default=0)


def _name(desk: Desk, run: StoredRun) -> str:
    """What a run is called: its scenario, or what changes, or that nothing does."""
    if run.scenario:
        try:
            return told(desk, desk.store.scenario(run.scenario))[0]
        except UnknownScenario:  # gone since, or not for who looks
            pass
    if not run.changes:
        return desk.t.word("as_it_stands")
    return ", ".join(dict.fromkeys(title_of(one["change"], desk.t) for one in run.changes))


def _names(names: list[str]) -> list[str]:
    """Names that are the same are counted."""
    return [name if names.count(name) == 1 else f"{name} ({1 + names[:n].count(name)})" for n, name in enumerate(names)]


def _share(run: StoredRun) -> float:
    """How much of its time a run has used."""
    if run.status in ENDED:
        return 1.0
    seconds = float((run.progress or {}).get("seconds", 0))
    return min(0.99, seconds / float(run.settings.get("seconds", SECONDS)))


def _pictures(desk: Desk, shown: dict[str, Any], found: list[Solved], names: list[str]) -> list[tuple[str, Any]]:
    """Key figures of all proposals, each a picture."""
    t, pictures = desk.t, []
    open_hours = [float(sum(one.hours for one in each.proposal.unfilled)) for each in found]
    lacking = [
        float(sum(term.missing for one in each.proposal.unfilled for term in (*one.expertise, *one.talents)))
        for each in found
    ]
    figures: list[tuple[str, list[float | None]]] = []
    if all("cost" in one for one in shown["proposals"]):
        costs = [one["cost"] for one in shown["proposals"]]
        figures.append((t("Cost in points (less is better)", "Kosten in punten (minder is beter)"), costs))
    figures.append((t("People missing on teams", "Mensen die in teams ontbreken"), list(lacking)))
    if any(open_hours):
        figures.append((t("Hours not staffed", "Uren niet ingevuld"), list(open_hours)))
    money = [one.get("money") for one in shown["differences"]]
    if all(one is not None and one["total"]["after"] is not None for one in money):
        totals = [money[0]["total"]["before"], *(one["total"]["after"] for one in money)]
        figures.append((t("Money", "Geld"), totals))
    for title, values in figures:
        those = [
            Column(name, value, t.whole(value) if value is not None else t("no plan", "geen plan"))
            for name, value in zip(names, values, strict=True)
        ]
        said = f"{title}: " + "; ".join(f"{one.name} {one.said}" for one in those)
        pictures.append((title, columns(those, said)))
    return pictures
