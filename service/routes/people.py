"""The side of the person whose work is planned: what is said of them, what they contest, and being forgotten."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from scenarios.agreement import Agreement, agreement
from scenarios.person import explanation
from scenarios.person_record import PersonExplanation
from service import examples_record as examples
from service.access import TheWho
from service.agreement_html import to_html
from service.agreement_pdf import to_pdf
from service.agreements import to_json, to_markdown
from service.bodies import whole
from service.deciding import plan_of
from service.dependencies import TheSettings, TheStore, TheWork
from service.openapi import OF_BODIES, body, refusals, success
from service.paging import ID, Cursor, Limit, StoredId
from service.problems import (
    BadQuery,
    Forbidden,
    InUse,
    NoProposal,
    Settled,
    UnknownContest,
    UnknownPath,
    UnknownPerson,
    UnknownPortfolio,
    UnknownRun,
    Wrong,
)
from service.reader import read
from service.routes.decisions import Text
from service.store import Store, StoredContest, StoredRun
from service.told import Contest, ContestList, ErasedPerson
from service.who import Who
from solver.fields import Id, Level
from solver.portfolio import Portfolio, Problem
from solver.proposal import Proposal

router = APIRouter()

#: runs that are looked through for the one that a person is told of
MOST_RUNS = 100
MEDIA = {
    "text/html": to_html,
    "application/pdf": to_pdf,
    "text/markdown": to_markdown,
}
Run = Annotated[
    str | None, Query(pattern=ID, description="the run it is about; by default the latest that was accepted")
]
Language = Annotated[Literal["en", "nl"], Query(description="of the sentences")]


class ContestBody(BaseModel):
    """A level that the person contests."""

    model_config = ConfigDict(extra="forbid")

    portfolio: Id = Field(description="the portfolio that has the level")
    term: Id = Field(description="the expertise or talent")
    level: Level | None = Field(None, description="what it should be")
    reason: Text = Field(description="why")


class SettleBody(BaseModel):
    """The answer to it."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["upheld", "dismissed"]
    answer: Text = Field(description="for the person: what is done about it, or why not")


@router.get(
    "/people/{id}/explanation",
    operation_id="explain_person",
    summary="What a proposal says of a person",
    responses=success(examples.EXPLANATION, "The person's own view; no colleague is in it")
    | refusals(UnknownPerson, UnknownRun, NoProposal, BadQuery),
)
def explain_person(
    id: StoredId, store: TheStore, who: TheWho, run: Run = None, language: Language = "en"
) -> PersonExplanation:
    """What was used, where each level comes from, what weighed, and what would change it."""
    portfolio, proposal = told_of(store, who, id, run)
    return explanation(portfolio, proposal, id, language)


@router.get(
    "/people/{id}/agreement",
    operation_id="get_agreement",
    summary="The talent agreement of a person",
    response_model=Agreement,
    responses=success(
        examples.AGREEMENT,
        "The sheet that the person and the manager take into their conversation",
        texts=dict.fromkeys(MEDIA, "…"),
    )
    | refusals(UnknownPerson, UnknownRun, NoProposal, BadQuery),
)
def get_agreement(
    id: StoredId,
    store: TheStore,
    who: TheWho,
    run: Run = None,
    language: Language = "en",
    accept: Annotated[str, Header(description="JSON, `text/html`, `application/pdf` or `text/markdown`")] = "*/*",
) -> Response:
    """As JSON, a page to print, a PDF or Markdown, as `Accept` asks."""
    portfolio, proposal = told_of(store, who, id, run)
    sheet = agreement(portfolio, proposal, id, language)
    wanted = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    kind = next((one for one in wanted if one in MEDIA or one == "application/json"), "application/json")
    return Response(MEDIA.get(kind, to_json)(sheet), media_type=kind)


@router.post(
    "/people/{id}/contests",
    operation_id="contest_level",
    summary="Contest a level",
    status_code=201,
    response_model=Contest,
    responses=success(examples.CONTEST, "It was noted", 201) | refusals(*OF_BODIES, UnknownPerson, UnknownPortfolio),
    openapi_extra=body(ContestBody, examples.CONTEST_BODY),
)
async def contest_level(
    id: StoredId, request: Request, store: TheStore, work: TheWork, settings: TheSettings, who: TheWho
) -> Contest:
    """The person says that a level is not right, and why. HR answer it; the level changes when they change it."""
    return await work.at_desk(_contested, store, id, await read(request, settings), who)


def _contested(store: Store, id: str, raw: bytes, who: Who) -> Contest:
    _own(who, id)
    asked = whole(raw, ContestBody)
    _, portfolio = store.portfolio(asked.portfolio)
    if not any(one.id == id for one in portfolio.people):
        raise UnknownPerson(f"There is no person {id} in {asked.portfolio}.")
    if asked.term not in portfolio.terms:
        raise Wrong([Problem("/term", "unknown_id", asked.term, "the id of a term")])
    return _told(store.contest(asked.portfolio, id, asked.term, asked.level, asked.reason, who))


@router.get(
    "/people/{id}/contests",
    operation_id="list_contests",
    summary="Levels that a person contests",
    responses=success(examples.CONTESTS, "Newest first") | refusals(UnknownPath, BadQuery),
)
def list_contests(id: StoredId, store: TheStore, who: TheWho, cursor: Cursor = None, limit: Limit = 50) -> ContestList:
    """With the answers, where there are any."""
    _own(who, id)
    page = store.contests_of(id, cursor, limit)
    return ContestList(items=[_told(one) for one in page.items], next=page.next)


@router.post(
    "/people/{id}/contests/{contest}/settlement",
    operation_id="settle_contest",
    summary="Answer a contested level",
    response_model=Contest,
    responses=success(examples.SETTLED, "The answer was noted") | refusals(*OF_BODIES, UnknownContest, Settled),
    openapi_extra=body(SettleBody, examples.SETTLE_BODY),
)
async def settle_contest(
    id: StoredId,
    contest: StoredId,
    request: Request,
    store: TheStore,
    work: TheWork,
    settings: TheSettings,
    who: TheWho,
) -> Contest:
    """Upheld or dismissed, with words for the person. Where it is upheld, the portfolio is still to be changed."""
    raw = await read(request, settings)
    return await work.at_desk(_settled, store, id, contest, raw, who)


def _settled(store: Store, id: str, contest: str, raw: bytes, who: Who) -> Contest:
    asked = whole(raw, SettleBody)
    return _told(store.settle_contest(id, contest, asked.status, asked.answer, who))


@router.delete(
    "/people/{id}",
    operation_id="erase_person",
    summary="Erase a person",
    responses=success(examples.ERASED, "The person is gone") | refusals(UnknownPerson, InUse),
)
def erase_person(id: StoredId, store: TheStore, who: TheWho) -> ErasedPerson:
    """Puts a pseudonym in the person's place in every stored revision, run and decision. It cannot be undone."""
    return ErasedPerson(**asdict(store.erase_person(id, who)))


def _own(who: Who, person: str) -> None:
    """Raises Forbidden unless it is the own view; HR may see everybody's."""
    if not who.is_person(person):
        raise Forbidden("This is another person's own view.")


def told_of(store: Store, who: Who, person: str, run: str | None) -> tuple[Portfolio, Proposal]:
    """The portfolio and the proposal that a person is told of.

    To others than HR that is no mere thought of what might be: a run without changes, or one that was accepted.
    """
    _own(who, person)
    if run is not None:
        ran, portfolio, proposal = plan_of(store, run)
        if not any(one.id == person for one in portfolio.people) or not _is_told(store, ran, who):
            raise UnknownPerson(f"There is no person {person} in run {run}.")
        return portfolio, proposal
    accepted = list(dict.fromkeys(one.run for one in store.decisions(limit=200).items if one.decision == "accept"))
    latest = [one.id for one in store.runs(limit=MOST_RUNS, kind="solve", status="finished").items if not one.changes]
    for id in (*accepted, *latest):
        try:
            _, portfolio, proposal = plan_of(store, id)
        except NoProposal:
            continue
        if proposal.bookings is not None and any(one.id == person for one in portfolio.people):
            return portfolio, proposal
    raise UnknownPerson(f"There is no proposal with {person} in it.")


def _is_told(store: Store, run: StoredRun, who: Who) -> bool:
    accepted = (one.decision == "accept" for one in store.decisions_of(run.id))
    return who.role == "hr" or not run.changes or any(accepted)


def _told(one: StoredContest) -> Contest:
    return Contest(**vars(one))
