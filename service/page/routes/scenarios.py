"""Building a scenario, change by change, and comparing the proposals that come of them."""

from __future__ import annotations

import json

from fastapi import APIRouter
from fastapi.responses import Response

from scenarios.changes import BY_NAME, Change, ChangeInvalid, changes_to_json, parse_changes
from scenarios.scenario import apply, words
from service.access import refuse_money
from service.page.forms import RecordForm, form_of, kinds, title_of
from service.page.http import Desk, Form, PageRoute, TheDesk, TheForm
from service.page.routes.portfolios import SECONDS
from service.page.running import changed, start
from service.page.sent import given_in, read_form, rows_in
from service.page.sentences import expected_in
from service.paging import whole
from service.problems import UnknownPath
from service.store import StoredPortfolio
from solver.portfolio import Portfolio

#: rows of a list in a form, at most
MOST_ROWS = 100

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/portfolios/{id}/scenarios/new")
def begin(desk: TheDesk, id: str, run: str = "", change: str = "") -> Response:
    """An empty scenario, or one that goes on from what a run changed."""
    desk.need("add_scenario")
    changes: tuple[Change, ...] = ()
    revision = None
    if run:
        earlier = desk.store.run(run)
        changes, revision = parse_changes(earlier.changes), earlier.revision
    stored, portfolio = desk.store.portfolio(id, revision)
    form = form_of(change, apply(portfolio, changes), desk.t) if change in BY_NAME else None
    return _page(desk, stored, portfolio, changes, form, run=run)


@router.post("/portfolios/{id}/scenarios/new")
def build(desk: TheDesk, id: str, form: TheForm) -> Response:
    """One step: choose a kind of change, add it, take one away, keep the scenario, or run it."""
    who = desk.need("add_scenario")
    revision = whole(form("revision"))
    stored, portfolio = desk.store.portfolio(id, revision)
    changes = _changes(form)
    after = apply(portfolio, changes)
    step, _, number = form("do").partition(" ")
    run, name = form("run"), form("name")
    kind, sent = form("change"), sent_in(form)
    if desk.looks(form):
        open_form = form_of(kind, after, desk.t, given_in(kind, sent), rows=rows_in(sent)) if kind in BY_NAME else None
        return _page(desk, stored, portfolio, changes, open_form, name, run)
    if step == "add" and kind in BY_NAME:
        try:
            change = read_form(kind, sent)
            added = change.apply(after)
        except ChangeInvalid as invalid:
            again = form_of(kind, after, desk.t, given_in(kind, sent), invalid, rows_in(sent))
            return _page(desk, stored, portfolio, changes, again, name, run)
        refuse_money(changes_to_json([change]), who, after, added, place="")
        return _page(desk, stored, portfolio, (*changes, change), None, name, run)
    if step == "more" and kind in BY_NAME:
        longer = form_of(kind, after, desk.t, given_in(kind, sent), rows=_longer(rows_in(sent), number))
        return _page(desk, stored, portfolio, changes, longer, name, run)
    if step == "remove" and (removed := whole(number)) is not None and removed < len(changes):
        left = tuple(one for n, one in enumerate(changes) if n != removed)
        try:
            apply(portfolio, left)
        except ChangeInvalid as invalid:
            said = [f"{_title(desk, left, one.path)}: {expected_in(desk.t, one.expected)}" for one in invalid.problems]
            return _page(desk, stored, portfolio, changes, None, name, run, said)
        return _page(desk, stored, portfolio, left, None, name, run)
    if step in ("run", "save") and changes:
        before = desk.store.run(run).changes if run else []
        own = [one for one in changes_to_json(changes) if one not in before]
        refuse_money(own, who, portfolio, after)
        said_name = name or "; ".join(words(portfolio, changes))[:200]
        scenario = desk.store.add_scenario(said_name, id, stored.revision, changes, who.name)
        if step == "save":
            return desk.to(f"/portfolios/{id}")
        begun = start(desk, id, stored.revision, changes, SECONDS, scenario.id, run or None)
        return desk.to(f"/runs/{begun.id}")
    chosen = form_of(form("kind"), after, desk.t) if step == "choose" and form("kind") in BY_NAME else None
    return _page(desk, stored, portfolio, changes, chosen, name, run)


def _title(desk: Desk, changes: tuple[Change, ...], path: str) -> str:
    """What sort of change is at a path such as /changes/2/person."""
    number = whole(path.split("/")[2])
    return title_of(changes[number or 0].name(), desk.t)


def _longer(rows: dict[str, int], path: str) -> dict[str, int]:
    """One more row of the list at a path."""
    return {**rows, path: min(MOST_ROWS, rows.get(path, 0) + 1)}


def _changes(form: Form) -> tuple[Change, ...]:
    try:
        return parse_changes(json.loads(form("changes", "[]") or "[]"))
    except (ValueError, RecursionError):
        raise UnknownPath("The changes so far cannot be read.") from None


def sent_in(form: Form) -> dict[str, list[str]]:
    """Every field of the form, with all that was sent in it."""
    return {name: form.all(name) for name in dict.fromkeys(name for name, _ in form.data.multi_items())}


def _page(
    desk: Desk,
    stored: StoredPortfolio,
    portfolio: Portfolio,
    changes: tuple[Change, ...],
    form: RecordForm | None,
    name: str = "",
    run: str = "",
    wrong: list[str] | None = None,
) -> Response:
    failed = form is not None and bool(form.faults or form.wrong)
    return desk.page(
        "scenario.html",
        422 if failed or wrong else 200,
        stored=stored,
        told=changed(desk, portfolio, changes),
        changes=json.dumps(changes_to_json(changes)),
        kinds=kinds(desk.t),
        form=form,
        name=name,
        run=run,
        wrong=wrong or [],
    )
