"""The examples of the OpenAPI description of what is stored: portfolios, scenarios, runs."""

from __future__ import annotations

from typing import Any

from service import examples

SHA256 = examples.CHECKED["summary"]["sha256"]
CHANGES: list[dict[str, Any]] = [{"change": "set_preset", "preset": "one-team"}]

PORTFOLIO: dict[str, Any] = {
    "id": "example",
    "revision": 2,
    "name": "Example",
    "sha256": SHA256,
    "people": 2,
    "activities": 2,
    "created": "2026-11-21T09:30:00.120000+00:00",
    "by": "planning",
}

SCENARIO: dict[str, Any] = {
    "id": "0199e1f3a0b4c5d6e7f8091a2b3c4d5e",
    "name": "As one team",
    "portfolio": "example",
    "revision": 2,
    "changes": CHANGES,
    "version": 1,
    "created": "2026-11-21T09:31:00.480000+00:00",
    "updated": "2026-11-21T09:31:00.480000+00:00",
    "by": "planning",
}

PROGRESS: dict[str, Any] = {
    "seconds": 0.21,
    "best": 193.6,
    "bound": 180.64,
    "gap": 0.0669,
    "value_captured": 0.9912,
    "plans": 2,
    "stage": "search",
}

RUN: dict[str, Any] = {
    "id": "0199e1f4b1c5d6e7f8091a2b3c4d5e6f",
    "kind": "solve",
    "status": "running",
    "portfolio": {"id": "example", "revision": 2, "sha256": SHA256},
    "scenario": None,
    "changes": [],
    "asked": None,
    "settings": examples.SETTINGS,
    "versions": {"ortools": "9.15.6755", "staffing": "0.1.0"},
    "fingerprint": "491ab5a619a1b9c7f74f425fcb477358d3e1eb522e9a860d8d45f9713a6b4859",
    "parent": None,
    "by": "planning",
    "attempt": 1,
    "cancelling": False,
    "created": "2026-11-21T09:32:00.120000+00:00",
    "started": "2026-11-21T09:32:00.180000+00:00",
    "ended": None,
    "took": None,
    "progress": PROGRESS,
    "outcome": None,
    "failure": None,
}

FINISHED: dict[str, Any] = {
    **RUN,
    "status": "finished",
    "ended": "2026-11-21T09:32:00.430000+00:00",
    "took": "PT0.250S",
    "outcome": "OPTIMAL",
}

EVENTS = """id: 1
event: queued
data: {"at":"2026-11-21T09:32:00.120000+00:00"}

id: 2
event: running
data: {"at":"2026-11-21T09:32:00.180000+00:00","attempt":1}

id: 3
event: progress
data: {"at":"2026-11-21T09:32:00.390000+00:00","seconds":0.21,"best":193.6,"bound":180.64,"gap":0.0669,"plans":2}

id: 4
event: finished
data: {"at":"2026-11-21T09:32:00.430000+00:00","outcome":"OPTIMAL","failure":null}

"""

STUDY: dict[str, Any] = {
    **RUN,
    "kind": "study",
    "asked": {"kind": "exposure"},
    "progress": {"seconds": 4.2, "done": 1, "total": 3, "stage": "without each person", "name": "p01", "run": PROGRESS},
}

WHY_NOT: dict[str, Any] = {
    "question": {"ask": "person", "person": "p01", "activity": "a01"},
    "status": "impossible",
    "proven": "portfolio",
    "freed": [],
    "difference": None,
    "reasons": [{"rule": "eligibility", "text": "Ana knows nothing that Interviews asks for"}],
    "plan": None,
    "seconds": 0.08,
    "sentences": ["Ana cannot be on Interviews."],
}

ALTERNATIVES: dict[str, Any] = {
    "format": "staffing-alternatives/1",
    "asked": 3,
    "within": 5,
    "least": 2,
    "limit": 189.67,
    "alternatives": [],
    "complete": False,
    "exhausted": True,
    "seconds": 0.4,
    "sentences": ["There is no other plan within 5 %."],
}

CONFLICT: dict[str, Any] = {
    "rules": [
        {
            "name": "availability",
            "items": [{"about": {"person": "p01"}, "text": "Ana has 32 h a week, and 40 h are pinned"}],
        }
    ],
    "ways_out": [],
}

COMPARED: dict[str, Any] = {
    "id": "0199e1f6d3e7f8091a2b3c4d5e6f7081",
    "runs": ["0199e1f4b1c5d6e7f8091a2b3c4d5e6f", "0199e1f5c2d6e7f8091a2b3c4d5e6f70"],
    "created": "2026-11-21T09:35:00.480000+00:00",
    "by": "planning",
    "comparison": {"format": "staffing-comparison/1", "proposals": [], "differences": []},
}

BODIES: dict[str, dict[str, Any]] = {
    "portfolio": {"portfolio": examples.PORTFOLIO},
    "operations": {
        "operations": [
            {"op": "set", "path": "/people/p01/hours_per_period", "value": 24},
            {"op": "add", "path": "/people", "value": {"id": "p03", "name": "Cor", "unit": "advice"}},
            {"op": "remove", "path": "/activities/a02/after"},
        ]
    },
    "scenario": {"name": "As one team", "portfolio": "example", "revision": 2, "changes": CHANGES},
    "run": {"portfolio": "example", "changes": CHANGES, "settings": examples.SETTINGS},
    "why_not": {"question": {"ask": "person", "person": "p02", "activity": "a02"}, "settings": examples.SETTINGS},
    "alternatives": {"alternatives": {"plans": 3, "within": 5}, "settings": examples.SETTINGS},
    "conflict": {"settings": examples.SETTINGS},
    "study": {"portfolio": "example", "study": {"kind": "exposure"}, "settings": examples.SETTINGS},
    "compare": {"runs": ["0199e1f4b1c5d6e7f8091a2b3c4d5e6f", "0199e1f5c2d6e7f8091a2b3c4d5e6f70"]},
}


def page(item: dict[str, Any]) -> dict[str, Any]:
    """A page with one item."""
    return {"items": [item], "next": "17"}
