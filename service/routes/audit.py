"""The audit log, and whether it is whole."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from service import examples_record as examples
from service.access import TheWho
from service.dependencies import TheStore
from service.openapi import refusals, success
from service.paging import Cursor, Limit, Word
from service.problems import BadQuery, Forbidden
from service.store import Entry
from service.told import AuditEntry, AuditList, AuditVerdict

router = APIRouter()


@router.get(
    "/audit",
    operation_id="list_audit",
    summary="The audit log",
    responses=success(examples.AUDIT, "Entries, newest first") | refusals(BadQuery),
)
def list_audit(
    store: TheStore, who: TheWho, cursor: Cursor = None, limit: Limit = 50, action: Word = None, by: Word = None
) -> AuditList:
    """HR and auditors see all of it, others what concerns them; `action` and `by` pick entries with just these."""
    everything = who.role in ("hr", "auditor")
    if not everything and who.person is None:
        raise Forbidden("The key does not say who you are, so nothing in the log is yours.")
    page = store.entries(cursor, limit, None if everything else who.person, action, by)
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
