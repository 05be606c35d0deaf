"""The audit log, and whether it is whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service import examples_record as examples
from service.access import TheWho
from service.dependencies import TheStore
from service.openapi import refusals, success
from service.paging import Cursor, Limit
from service.problems import BadQuery, Forbidden
from service.store import Entry

router = APIRouter()


class AuditEntry(BaseModel):
    """One thing that was done; its hash covers all other fields, and with them the entry before."""

    number: int
    at: str = Field(description="when, UTC")
    by: str = Field(description="the key, or the subject of the token")
    role: str
    action: str
    about: dict[str, Any] = Field(description="ids of what it was done to")
    people: list[str] = Field(description="whom it concerns, each as a hash with a salt of their own")
    previous: str
    hash: str


class AuditList(BaseModel):
    """The log, newest first."""

    items: list[AuditEntry]
    next: str | None


class AuditVerdict(BaseModel):
    """Whether every hash is what it should be."""

    whole: bool
    entries: int = Field(description="entries that are right, from the first on")
    head: str = Field(description="the hash of the last of them: kept elsewhere, it also proves that none was cut off")
    broken: int | None = Field(description="the number of the first entry that is wrong")


@router.get(
    "/audit",
    operation_id="list_audit",
    summary="The audit log",
    responses=success(examples.AUDIT, "Entries, newest first") | refusals(BadQuery),
)
def list_audit(store: TheStore, who: TheWho, cursor: Cursor = None, limit: Limit = 50) -> AuditList:
    """HR and auditors see all of it, others what concerns them."""
    everything = who.role in ("hr", "auditor")
    if not everything and who.person is None:
        raise Forbidden("The key does not say who you are, so nothing in the log is yours.")
    page = store.entries(cursor, limit, None if everything else who.person)
    return AuditList(items=[_told(one, everything) for one in page.items], next=page.next)


@router.get(
    "/audit/verify",
    operation_id="verify_audit",
    summary="Is the audit log whole?",
    responses=success(examples.VERIFIED, "Whether it is"),
)
def verify_audit(store: TheStore) -> AuditVerdict:
    """Works out every hash again. What was changed, put in between or taken out does not fit its neighbours."""
    return AuditVerdict(**asdict(store.verify()))


def _told(one: Entry, everything: bool) -> AuditEntry:
    """To a person an entry does not say whom else it concerns."""
    return AuditEntry(**{**vars(one), **({} if everything else {"people": []})})
