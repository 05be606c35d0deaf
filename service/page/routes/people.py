"""A person's own view: what a proposal makes of them and why, the talent agreement, levels that they contest."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from scenarios.agreement import agreement
from scenarios.person import explanation
from scenarios.phrases import Phrases
from service.agreement_pdf import to_pdf
from service.agreement_sheet import LINES, about, lists
from service.page.http import Desk, PageRoute, TheDesk, TheForm
from service.page.view import View
from service.problems import Forbidden, UnknownPerson, Wrong
from service.routes.people import told_of
from solver.portfolio import Portfolio, Problem
from solver.proposal import Proposal

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/me")
def me(desk: TheDesk) -> Response:
    """The own view of whoever looks."""
    desk.need("explain_person")
    if desk.who.person is None:
        raise Forbidden(desk.t("Your key does not say who you are.", "Je sleutel zegt niet wie je bent."))
    try:
        return _own(desk, desk.who.person, None)
    except UnknownPerson:
        return desk.page("nothing-yet.html")


@router.get("/runs/{id}/people/{person}/own")
def own(desk: TheDesk, id: str, person: str) -> Response:
    """What the person is told of one proposal."""
    desk.need("explain_person")
    return _own(desk, person, id)


def _own(desk: Desk, person: str, run: str | None) -> Response:
    portfolio, proposal = told_of(desk.store, desk.who, person, run)
    told = explanation(portfolio, proposal, person, desk.t.language)
    view = View(_alone(portfolio, person), _only(proposal, person), desk.t, "/me")
    contests = desk.store.contests_of(person).items if desk.may("list_contests") else []
    contesting = desk.who.person == person and desk.may("contest_level")
    return desk.page(
        "own.html",
        told=told,
        say=Phrases(desk.t.language),
        load=view.load(view.people[person]),
        name=portfolio.name,
        portfolio=portfolio.id,
        person=person,
        contests=contests,
        contesting=contesting,
        labels={term.id: portfolio.label(term.id, desk.t.language) for term in portfolio.vocabulary},
        sheet="/me/agreement" if run is None else f"/runs/{run}/people/{person}/agreement",
    )


def _alone(portfolio: Portfolio, person: str) -> Portfolio:
    """The portfolio with one person in it, and nothing that names another."""
    return portfolio.model_copy(
        update={
            "people": tuple(one for one in portfolio.people if one.id == person),
            "bookings": tuple(one for one in portfolio.bookings if one.person == person),
            "relations": (),
            "projects": tuple(one.model_copy(update={"lead": None}) for one in portfolio.projects),
        }
    )


def _only(proposal: Proposal, person: str) -> Proposal:
    """The proposal with one person's bookings, and hours of guiding, and nothing of anybody else."""
    return proposal.model_copy(
        update={
            "bookings": tuple(one for one in proposal.bookings or () if one.person == person),
            "learning": tuple(one for one in proposal.learning if person in (one.person, one.mentor)),
            "people": tuple(one for one in proposal.people if one.person == person),
        }
    )


@router.post("/me/contests")
def contest(desk: TheDesk, form: TheForm) -> Response:
    """Say that a level is not right."""
    who = desk.need("contest_level")
    if who.person is None:
        raise Forbidden(desk.t("Your key does not say who you are.", "Je sleutel zegt niet wie je bent."))
    stored, portfolio = desk.store.portfolio(form("portfolio"))
    there = any(one.id == who.person for one in portfolio.people)
    if not there or form("term") not in portfolio.terms or not form("reason"):
        raise Wrong(
            [Problem("/reason", "missing", None, desk.t("a level of yours, and why", "een niveau van jou, en waarom"))]
        )
    level = int(form("level")) if form("level") in ("1", "2", "3", "4", "5") else None
    desk.store.contest(stored.id, who.person, form("term"), level, form("reason")[:2000], who)
    return desk.to("/me#contests")


@router.get("/me/agreement")
def my_agreement(desk: TheDesk) -> Response:
    """The own talent agreement."""
    desk.need("get_agreement")
    if desk.who.person is None:
        raise Forbidden(desk.t("Your key does not say who you are.", "Je sleutel zegt niet wie je bent."))
    return _sheet(desk, desk.who.person, None)


@router.get("/runs/{id}/people/{person}/agreement")
def one_agreement(desk: TheDesk, id: str, person: str, form: str = "html") -> Response:
    """The talent agreement of one person, to print, or as a PDF."""
    desk.need("get_agreement")
    return _sheet(desk, person, id, form)


def _sheet(desk: Desk, person: str, run: str | None, form: str = "html") -> Response:
    portfolio, proposal = told_of(desk.store, desk.who, person, run)
    sheet = agreement(portfolio, proposal, person, desk.t.language)
    if form == "pdf":
        name = f'attachment; filename="{person}.pdf"'
        return Response(to_pdf(sheet), media_type="application/pdf", headers={"Content-Disposition": name})
    return desk.page(
        "agreement.html",
        sheet=sheet,
        say=Phrases(desk.t.language),
        parts=lists,
        about=about(sheet),
        lines=LINES,
        person=person,
        run=run,
    )
