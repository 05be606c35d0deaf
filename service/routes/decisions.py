"""What people decide about proposals. Nothing is ever published, or booked, by itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service import examples_record as examples
from service.access import TheWho
from service.bodies import whole
from service.deciding import checked, concerned, plan_of, take_over
from service.dependencies import TheSettings, TheStore, TheWork
from service.openapi import OF_BODIES, body, refusals, success
from service.paging import Cursor, IfMatch, Limit, StoredId, etag, expected
from service.problems import BadQuery, NoProposal, NotTaken, Stale, UnknownPortfolio, UnknownRun, Wrong
from service.reader import read
from service.store import Store, StoredDecision
from service.told import DecidedBooking, Decision, DecisionList, Incumbents, OverrideLine, OverrideReport
from service.who import Who
from solver.fields import Words
from solver.portfolio import Problem

router = APIRouter()

Text = Annotated[str, Words(2000, "text of at most 2,000 characters")]


class DecisionBody(BaseModel):
    """A decision."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "reject", "override"]
    bookings: list[DecidedBooking] | None = Field(
        None, min_length=1, max_length=10_000, description="what it is about; by default the whole proposal"
    )
    reason: Text | None = Field(None, description="why; an override needs one")


@router.post(
    "/runs/{id}/decisions",
    operation_id="decide",
    summary="Decide about a proposal",
    status_code=201,
    response_model=Decision,
    responses=success(examples.DECISION, "The decision", 201) | refusals(*OF_BODIES, UnknownRun, NoProposal),
    openapi_extra=body(DecisionBody, examples.DECISION_BODY),
)
async def decide(
    id: StoredId, request: Request, store: TheStore, work: TheWork, settings: TheSettings, who: TheWho
) -> Decision:
    """Accepts, rejects or overrides bookings of a proposal. It is written down, and nothing else happens."""
    return await work.at_desk(_decided, store, id, await read(request, settings), who)


def _decided(store: Store, id: str, raw: bytes, who: Who) -> Decision:
    asked = whole(raw, DecisionBody)
    if asked.decision == "override" and asked.reason is None:
        raise Wrong([Problem("/reason", "missing", None, "required: why it is overridden")])
    _, portfolio, proposal = plan_of(store, id)
    given = None if asked.bookings is None else [one.model_dump() for one in asked.bookings]
    bookings = checked(asked.decision, given, who, portfolio, proposal)
    people = concerned(bookings, proposal)
    return _told(store.decide(id, asked.decision, bookings, asked.reason, who, people))


@router.get(
    "/runs/{id}/decisions",
    operation_id="list_decisions",
    summary="Decisions about a proposal",
    responses=success(examples.DECISIONS, "Decisions, newest first") | refusals(UnknownRun, NoProposal, BadQuery),
)
def list_decisions(
    id: StoredId, store: TheStore, who: TheWho, cursor: Cursor = None, limit: Limit = 50
) -> DecisionList:
    """HR and auditors see them all, who made them their own, and a person those about the own bookings."""
    page = store.decisions(cursor, limit, run=id)
    if not page.items:
        store.run(id)
    items = [one for one in page.items if _may_see(store, one, who)]
    return DecisionList(items=[_told(_own(one, who)) for one in items], next=page.next)


def _may_see(store: Store, one: StoredDecision, who: Who) -> bool:
    if who.role in ("hr", "auditor") or one.by == who.name:
        return True
    if who.person is None:
        return False
    if one.bookings is not None:
        return any(booking["person"] == who.person for booking in one.bookings)
    return who.person in concerned(None, plan_of(store, one.run)[2])


def _own(one: StoredDecision, who: Who) -> StoredDecision:
    """To a person a decision tells of the own bookings alone; its reason may be about others where those are."""
    if who.role in ("hr", "auditor") or one.by == who.name or one.bookings is None:
        return one
    mine = [booking for booking in one.bookings if booking["person"] == who.person]
    reason = one.reason if len(mine) == len(one.bookings) else None
    return StoredDecision(**{**vars(one), "bookings": mine, "reason": reason})


@router.post(
    "/runs/{id}/incumbents",
    operation_id="make_incumbent",
    summary="Take over what was accepted",
    status_code=201,
    responses=success(examples.INCUMBENTS, "The revision that was made", 201)
    | refusals(UnknownRun, UnknownPortfolio, NoProposal, NotTaken, Stale),
)
def make_incumbent(
    id: StoredId, response: Response, store: TheStore, who: TheWho, if_match: IfMatch = None
) -> Incumbents:
    """Makes the accepted bookings, with the overrides, the incumbent ones of the next revision of the portfolio.

    `If-Match` takes the ETag of the portfolio.
    """
    made, count = take_over(store, id, who, expected(if_match))
    response.headers["ETag"] = etag(made.revision)
    return Incumbents(portfolio=made.id, revision=made.revision, sha256=made.sha256, incumbents=count)


@router.get(
    "/overrides",
    operation_id="report_overrides",
    summary="How often proposals are overridden",
    responses=success(examples.OVERRIDES, "By portfolio, and in all"),
)
def report_overrides(store: TheStore) -> OverrideReport:
    """Counts decisions: many overrides say that the rules or their weights are not those of the people."""
    counts: dict[str, dict[str, int]] = {}
    reasons = []
    for one, portfolio, _ in store.outcomes():
        line = counts.setdefault(portfolio, {"accept": 0, "reject": 0, "override": 0})
        line[one.decision] += 1
        if one.decision == "override" and one.reason:
            reasons.append(one.reason)
    items = [OverrideLine(portfolio=name, **line, rate=_rate(line) or 0.0) for name, line in sorted(counts.items())]
    total = {verb: sum(line[verb] for line in counts.values()) for verb in ("accept", "reject", "override")}
    return OverrideReport(items=items, **total, rate=_rate(total), reasons=reasons[::-1][:20], next=None)


def _rate(line: dict[str, int]) -> float | None:
    decided = sum(line.values())
    return None if not decided else (line["reject"] + line["override"]) / decided


def _told(one: StoredDecision) -> Decision:
    said: dict[str, Any] = {name: value for name, value in vars(one).items() if name != "person"}
    return Decision(**said)
