"""What the store must hold after faults, whatever was killed: nothing lost, nothing twice, nothing stuck."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text

from service.store import ENDED, Store
from service.store.tables import idempotency_keys, run_events, runs
from solver.proposal import Proposal
from tests.faults.clients import Record


@dataclass
class Found:
    """What was found in the store; `wrong` is empty where all is well."""

    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)  # status, or failed and its code
    attempts: Counter[int] = field(default_factory=Counter)  # attempts → runs that took so many
    decisions: int = 0
    audited: int = 0
    wrong: list[str] = field(default_factory=list)


def found_in(store: Store, record: Record) -> Found:
    """Hold the store against what clients were told."""
    found = Found(wrong=list(record.wrong))
    wrong = found.wrong.append
    with store.reading() as connection:
        keys = {row.key: row.run for row in connection.execute(select(idempotency_keys))}
        rows: list[Any] = list(connection.execute(select(runs).order_by(runs.c.number)))
        events: dict[str, list[Any]] = {}
        for row in connection.execute(select(run_events).order_by(run_events.c.run, run_events.c.number)):
            events.setdefault(row.run, []).append(row)
        if store.engine.dialect.name == "sqlite":
            said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            if said != ["ok"]:
                wrong(f"the file is damaged: {said}")
        else:
            left = connection.scalar(select(func.count()).select_from(text("procrastinate_jobs")))
            if left:
                wrong(f"{left} tasks are left in the queue")
    by_id = {row.id: row for row in rows}
    for key, run in record.acknowledged.items():
        if run not in by_id:
            wrong(f"run {run} was acknowledged and is lost")
        elif keys.get(key) != run:
            wrong(f"key {key} leads to {keys.get(key)}, not to run {run}")
    if len(keys) != len(rows) or set(keys.values()) != by_id.keys():
        wrong(f"{len(keys)} keys, {len(rows)} runs")
    for row in rows:
        _check(row, events.get(row.id, []), wrong)
        found.ends[row.status if row.status != "failed" else f"failed: {row.failure['code']}"] += 1
        found.attempts[row.attempt] += 1
        told = record.ended.get(row.id)
        if told is not None and told != (row.status, row.outcome):
            wrong(f"run {row.id} was told as {told} and is {(row.status, row.outcome)}")
        streamed = record.events.get(row.id)
        if streamed and streamed != [(one.number, one.event) for one in events[row.id]][: len(streamed)]:
            wrong(f"the stream of run {row.id} told other events than are stored")
    found.runs = len(rows)
    _check_record(store, record, found)
    return found


def _check(row: Any, events: list[Any], wrong: Any) -> None:
    """One run: it has one end, told once, as the last of events without a gap; its result is of that end."""
    said = [one.event for one in events]
    if row.status not in ENDED:
        wrong(f"run {row.id} is still {row.status}")
    elif said[-1] != row.status or sum(one in ENDED for one in said) != 1:
        wrong(f"run {row.id} is {row.status}, and its events end with {said[-3:]}")
    if [one.number for one in events] != list(range(1, row.last_event + 1)):
        wrong(f"the events of run {row.id} have gaps")
    taken = [one.content["attempt"] for one in events if one.event == "running"]
    if taken != list(range(1, row.attempt + 1)):
        wrong(f"run {row.id} was taken up as {taken}, and is at attempt {row.attempt}")
    if row.status == "finished" and row.kind == "solve":
        proposal = Proposal.model_validate_json(row.result)
        if proposal.run.status != row.outcome:
            wrong(f"run {row.id} is {row.outcome}, its proposal {proposal.run.status}")


def _check_record(store: Store, record: Record, found: Found) -> None:
    """Decisions that were acknowledged are there, and the audit log is whole."""
    cursor, there = None, set()
    for run in sorted(set(record.decided.values())):
        there |= {one.id for one in store.decisions_of(run)}
    if lost := record.decided.keys() - there:
        found.wrong.append(f"decisions were acknowledged and are lost: {sorted(lost)}")
    verdict = store.verify()
    if not verdict.whole:
        found.wrong.append(f"the audit log is broken at entry {verdict.broken}")
    entries = []
    while True:
        page = store.entries(cursor, 200)
        entries += page.items
        cursor = page.next
        if cursor is None:
            break
    found.decisions, found.audited = len(record.decided), len(entries)
    accepted = sum(one.action == "accept" for one in entries)
    if accepted < len(record.decided):
        found.wrong.append(f"{accepted} decisions are in the audit log, {len(record.decided)} were acknowledged")
