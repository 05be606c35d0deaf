"""Levels that people contest, for who answers them."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from service.page.http import Desk, PageRoute, TheDesk, TheForm
from service.problems import UnknownPortfolio
from service.store.decisions import Standing, StoredContest
from service.words import Names
from solver.portfolio import Portfolio

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: contested levels on a page
MOST = 50
ANSWERS: Mapping[str, Standing] = {"upheld": "upheld", "dismissed": "dismissed"}


@router.get("/contests")
def contests(desk: TheDesk, cursor: str | None = None) -> Response:
    """Every contested level, newest first, the open ones to be answered."""
    desk.need("settle_contest")
    return _page(desk, cursor)


@router.post("/contests/{person}/{id}")
def settle(desk: TheDesk, person: str, id: str, form: TheForm) -> Response:
    """Answer one, with words for the person."""
    who = desk.need("settle_contest")
    status, answer = ANSWERS.get(form("status")), form("answer")[:2000]
    if status is None or not answer:
        return _page(desk, None, id)
    desk.store.settle_contest(person, id, status, answer, who)
    return desk.to("/contests")


def _page(desk: Desk, cursor: str | None, unanswered: str = "") -> Response:
    page = desk.store.contests(cursor, MOST)
    portfolios = {id: _portfolio(desk, id) for id in {one.portfolio for one in page.items}}
    told = [(one, *_names(desk, one, portfolios[one.portfolio])) for one in page.items]
    return desk.page(
        "contests.html",
        422 if unanswered else 200,
        waiting=[one for one in told if one[0].status == "open"],
        answered=[one for one in told if one[0].status != "open"],
        older="" if page.next is None else f"?cursor={page.next}",
        unanswered=unanswered,
    )


def _portfolio(desk: Desk, id: str) -> Portfolio | None:
    try:
        return desk.store.portfolio(id)[1]
    except UnknownPortfolio:
        return None


def _names(desk: Desk, one: StoredContest, portfolio: Portfolio | None) -> tuple[str, str]:
    """What the person and the term are called, as long as they are there."""
    if portfolio is None:
        return one.person, one.term
    names = Names(portfolio, desk.t.language)
    there = any(person.id == one.person for person in portfolio.people)
    return names.person(one.person) if there else one.person, portfolio.label(one.term, desk.t.language)
