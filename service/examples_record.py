"""Examples of decisions, people's own views, the audit log and the model card, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

RUN, MOMENT = "019a8f2c4d1b", "2026-11-02T09:30:00Z"
DECISION_BODY: Json = {
    "decision": "override",
    "bookings": [{"person": "p02", "activity": "a01", "hours": 16}],
    "reason": "Bram has promised the client to be there for the first interviews.",
}
DECISION: Json = {
    "id": "019a8f2d0001",
    "run": RUN,
    **DECISION_BODY,
    "by": "key 5d03262de4d0",
    "role": "planner",
    "at": MOMENT,
    "revision": None,
}
DECISIONS: Json = {"items": [DECISION], "next": None}
INCUMBENTS: Json = {"portfolio": "example", "revision": 2, "sha256": "c5e7…", "incumbents": 3}
OVERRIDES: Json = {
    "items": [{"portfolio": "example", "accept": 3, "reject": 0, "override": 1, "rate": 0.25}],
    "accept": 3,
    "reject": 0,
    "override": 1,
    "rate": 0.25,
    "reasons": [DECISION_BODY["reason"]],
    "next": None,
}
CONTEST_BODY: Json = {
    "portfolio": "example",
    "term": "law",
    "level": 4,
    "reason": "I have led the tender since spring; nobody has looked since.",
}
CONTEST: Json = {
    "id": "019a8f2e0001",
    "person": "p01",
    **CONTEST_BODY,
    "status": "open",
    "by": "key 5d03262de4d0",
    "at": MOMENT,
    "answer": None,
    "settled_by": None,
    "settled": None,
}
CONTESTS: Json = {"items": [CONTEST], "next": None}
SETTLE_BODY: Json = {"status": "upheld", "answer": "You are right: the level is 4 from now on."}
SETTLED: Json = {**CONTEST, **SETTLE_BODY, "settled_by": "key 77aa12bc90de", "settled": "2026-11-03T10:00:00Z"}
ERASED: Json = {
    "pseudonym": "erased-1f0c9a7e",
    "hash": "6b0f9732b449425ec5221d9f167f03b5327cdae0eeebee56d188ba9588cdbbf0",
    "changed": {"revisions": 2, "scenarios": 0, "runs": 1, "run_events": 0, "comparisons": 0, "decisions": 1},
}
EXPLANATION: Json = {"format": "staffing-person/1", "language": "en", "person": "p01", "name": "Ana", "hours": 60}
AGREEMENT: Json = {"format": "staffing-agreement/1", "language": "en", "person": "p01", "name": "Ana", "work": []}
_ENTRY: Json = {
    "number": 1,
    "at": "2026-11-02T09:30:00.000000+00:00",
    "by": "key 5d03262de4d0",
    "role": "planner",
    "action": "override",
    "about": {"run": RUN, "decision": "019a8f2d0001"},
    "people": ["6b0f9732b449425ec5221d9f167f03b5327cdae0eeebee56d188ba9588cdbbf0"],
    "previous": "0" * 64,
    "hash": "57641c69f9d13af617f1b100419b55999a2d1e871c5695315315f2d8a9f6b659",
}
AUDIT: Json = {"items": [_ENTRY], "next": None}
VERIFIED: Json = {"whole": True, "entries": 1, "head": _ENTRY["hash"], "broken": None}
CHANGES: Json = {
    "items": [{"change": "leave", "title": "Somebody leaves", "description": "Somebody is gone.", "schema": {}}],
    "next": None,
}
MODEL_CARD: Json = {
    "language": "en",
    "title": "Model card of the staffing service",
    "purpose": "It proposes who works on what.",
    "never": "Age and origin have no field.",
    "decide": "A proposal is a proposal.",
    "rules": [
        {"name": "staffing", "title": "Hours left open", "says": "The work gets done.", "hard": False, "weight": 20}
    ],
    "presets": [{"name": "balanced", "because": "none of them alone", "weights": {}}],
    "data": [],
}
