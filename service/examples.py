"""The examples of the OpenAPI description: a portfolio small enough to read, and what the service says of it."""

from __future__ import annotations

from typing import Any

PORTFOLIO: dict[str, Any] = {
    "id": "example",
    "name": "Example",
    "calendar": {"start": "2027-01-04", "period": "week", "periods": 4},
    "vocabulary": [
        {"id": "finance", "dimension": "expertise", "labels": {"en": "Public finance", "nl": "Overheidsfinanciën"}},
        {"id": "relating", "dimension": "talent", "labels": {"en": "Building relations", "nl": "Relaties bouwen"}},
    ],
    "units": [{"id": "advice", "name": "Advice"}],
    "people": [
        {
            "id": "p01",
            "name": "Ana",
            "unit": "advice",
            "hours_per_period": 32,
            "expertise": [{"term": "finance", "level": 4, "source": "manager", "on": "2026-10-01"}],
        },
        {
            "id": "p02",
            "name": "Bram",
            "unit": "advice",
            "expertise": {"finance": 2},
            "talents": {"relating": 4},
            "energy": [{"of": "kind:interview", "value": 2}],
            "ambitions": [{"term": "finance", "level": 3}],
        },
    ],
    "projects": [{"id": "x", "name": "Project X", "unit": "advice"}],
    "activities": [
        {
            "id": "a01",
            "project": "x",
            "name": "Interviews",
            "kind": "interview",
            "hours": 40,
            "window": {"first": 0, "last": 1},
            "talents": [{"term": "relating", "level": 4}],
        },
        {
            "id": "a02",
            "project": "x",
            "name": "Report",
            "kind": "writing",
            "hours": 60,
            "window": {"first": 1, "last": 3},
            "expertise": [{"term": "finance", "level": 3}],
            "after": ["a01"],
        },
    ],
}

SETTINGS: dict[str, Any] = {"seconds": 10, "seed": 1, "workers": 8, "repeatable": False}

PLAN: dict[str, Any] = {
    "bookings": [
        {"person": "p02", "activity": "a01", "hours": 40},
        {"person": "p01", "activity": "a02", "hours": 60},
    ]
}

BODIES: dict[str, dict[str, Any]] = {
    "check": {"portfolio": PORTFOLIO},
    "propose": {"portfolio": PORTFOLIO, "settings": SETTINGS},
    "score": {"portfolio": PORTFOLIO, "plan": PLAN},
}

CHECKED: dict[str, Any] = {
    "valid": True,
    "errors": [],
    "warnings": [
        {
            "path": "/portfolio/activities/1/after/0",
            "code": "ends_too_late",
            "value": "a01",
            "expected": "an activity whose window ends before period 1; it ends in 1",
        }
    ],
    "summary": {
        "id": "example",
        "name": "Example",
        "sha256": "c5e7c962b13a472072d2f4030a2bea94096408dd41eb7172cc226965de47f2c8",
        "periods": 4,
        "people": 2,
        "activities": 2,
        "hours": 100,
    },
}

#: of the score card, only some rules are shown
PROPOSAL: dict[str, Any] = {
    "format": "staffing-proposal/1",
    "portfolio": {
        "id": "example",
        "revision": 1,
        "sha256": "c5e7c962b13a472072d2f4030a2bea94096408dd41eb7172cc226965de47f2c8",
    },
    "scenario": None,
    "run": {
        "status": "OPTIMAL",
        "objective": 180.64,
        "bound": 180.64,
        "gap": 0.0,
        "value_captured": 1.0,
        "seconds": 0.043,
        "settings": {"seconds": 10.0, "seed": 1, "workers": 8, "repeatable": False},
        "versions": {"ortools": "9.15.6755", "staffing": "0.1.0"},
        "fingerprint": "491ab5a619a1b9c7f74f425fcb477358d3e1eb522e9a860d8d45f9713a6b4859",
    },
    "bookings": [
        {
            "person": "p01",
            "activity": "a02",
            "hours": 52,
            "by_period": [18, 19, 15],
            "role": "contributor",
            "fit": {"expertise": 1.0, "talent": 1.0, "energy": 0.0},
            "reason": "Ana knows Public finance 3: 52 of 60 h",
        },
        {
            "person": "p02",
            "activity": "a01",
            "hours": 40,
            "by_period": [20, 20],
            "role": "contributor",
            "fit": {"expertise": 1.0, "talent": 1.0, "energy": 1.0},
            "reason": "Bram naturally brings Building relations 4: 40 of 40 h",
        },
        {
            "person": "p02",
            "activity": "a02",
            "hours": 8,
            "by_period": [0, 4, 4],
            "role": "learner",
            "fit": {"expertise": 0.67, "talent": 1.0, "energy": 0.0},
            "reason": "Bram learns Public finance: 8 of 60 h",
        },
    ],
    "learning": [
        {
            "person": "p02",
            "activity": "a02",
            "term": "finance",
            "from": 2,
            "toward": 3,
            "mentor": "p01",
            "mentor_hours_by_period": [0, 0, 4],
        }
    ],
    "hires": [],
    "unfilled": [],
    "score_card": {
        "total": 180.64,
        "rules": [
            {
                "name": "availability",
                "hard": True,
                "mode": "hard",
                "weight": 0,
                "unit": "hours",
                "amount": 0,
                "cost": 0,
                "findings": [],
            },
            {
                "name": "expertise_fit",
                "hard": False,
                "mode": "soft",
                "weight": 6,
                "unit": "hours",
                "amount": 2.64,
                "cost": 15.84,
                "findings": [
                    {
                        "about": {"person": "p02", "activity": "a02"},
                        "amount": 2.64,
                        "text": "Bram on Report: knowledge missing for 2.64 h of the work",
                    }
                ],
            },
            {
                "name": "role_width",
                "hard": False,
                "mode": "soft",
                "weight": 4,
                "unit": "hours",
                "amount": 4.8,
                "cost": 19.2,
                "findings": [
                    {
                        "about": {"person": "p01", "kind": "writing"},
                        "amount": 4.8,
                        "text": "Ana: 4.8 h of writing more than 60 % of the role and 16 h more allow",
                    }
                ],
            },
            {
                "name": "load_balance",
                "hard": False,
                "mode": "soft",
                "weight": 2,
                "unit": "hours",
                "amount": 72.8,
                "cost": 145.6,
                "findings": [
                    {
                        "about": {"person": "p02"},
                        "amount": 48,
                        "text": "Bram: 48 h outside 60 to 90 % of the 160 h available",
                    },
                    {
                        "about": {"person": "p01"},
                        "amount": 24.8,
                        "text": "Ana: 24.8 h outside 60 to 90 % of the 128 h available",
                    },
                ],
            },
        ],
    },
    "people": [
        {
            "person": "p01",
            "hours": 52,
            "utilisation": 0.40625,
            "kinds": {"writing": 52},
            "widest_share": 1.0,
            "stretch_share": 0.0,
            "responsibility_share": 0.0,
            "top_talents_used": [],
            "top_talents_unused": [],
        },
        {
            "person": "p02",
            "hours": 48,
            "utilisation": 0.3,
            "kinds": {"interview": 40, "writing": 8},
            "widest_share": 0.8333333333333334,
            "stretch_share": 0.16666666666666666,
            "responsibility_share": 0.0,
            "top_talents_used": ["relating"],
            "top_talents_unused": [],
        },
    ],
    "warnings": [
        {
            "path": "/activities/1/after/0",
            "code": "ends_too_late",
            "value": "a01",
            "expected": "an activity whose window ends before period 1; it ends in 1",
        }
    ],
    "conflict": None,
    "talent_balance": [
        {"term": "finance", "dimension": "expertise", "demand_hours": 60, "supply_hours": 96, "state": "balanced"},
        {"term": "relating", "dimension": "talent", "demand_hours": 40, "supply_hours": 80, "state": "balanced"},
    ],
}

SCORED: dict[str, Any] = {
    "format": "staffing-proposal/1",
    "portfolio": {
        "id": "example",
        "revision": 1,
        "sha256": "c5e7c962b13a472072d2f4030a2bea94096408dd41eb7172cc226965de47f2c8",
    },
    "scenario": None,
    "run": {
        "status": "FEASIBLE",
        "objective": 193.6,
        "bound": None,
        "gap": None,
        "value_captured": None,
        "seconds": 0.021,
        "settings": {},
        "versions": {"staffing": "0.1.0"},
        "fingerprint": "0f94b89340d27cd0daf93a758e0cbe831e6d3fb65d9f39faf90b44d8839a056d",
    },
    "bookings": [
        {
            "person": "p01",
            "activity": "a02",
            "hours": 60,
            "by_period": [20, 20, 20],
            "role": "contributor",
            "fit": {"expertise": 1.0, "talent": 1.0, "energy": 0.0},
            "reason": "Ana knows Public finance 3: 60 of 60 h",
        },
        {
            "person": "p02",
            "activity": "a01",
            "hours": 40,
            "by_period": [20, 20],
            "role": "contributor",
            "fit": {"expertise": 1.0, "talent": 1.0, "energy": 1.0},
            "reason": "Bram naturally brings Building relations 4: 40 of 40 h",
        },
    ],
    "learning": [],
    "hires": [],
    "unfilled": [],
    "score_card": {
        "total": 193.6,
        "rules": [
            {
                "name": "availability",
                "hard": True,
                "mode": "hard",
                "weight": 0,
                "unit": "hours",
                "amount": 0,
                "cost": 0,
                "findings": [],
            },
            {
                "name": "role_width",
                "hard": False,
                "mode": "soft",
                "weight": 4,
                "unit": "hours",
                "amount": 8,
                "cost": 32,
                "findings": [
                    {
                        "about": {"person": "p01", "kind": "writing"},
                        "amount": 8,
                        "text": "Ana: 8 h of writing more than 60 % of the role and 16 h more allow",
                    }
                ],
            },
            {
                "name": "stretch",
                "hard": False,
                "mode": "soft",
                "weight": 4,
                "unit": "hours",
                "amount": 4,
                "cost": 16,
                "findings": [
                    {
                        "about": {"person": "p02"},
                        "amount": 4,
                        "text": "Bram: 4 h short of the 10 % of work to learn from",
                    }
                ],
            },
            {
                "name": "load_balance",
                "hard": False,
                "mode": "soft",
                "weight": 2,
                "unit": "hours",
                "amount": 72.8,
                "cost": 145.6,
                "findings": [
                    {
                        "about": {"person": "p02"},
                        "amount": 56,
                        "text": "Bram: 56 h outside 60 to 90 % of the 160 h available",
                    },
                    {
                        "about": {"person": "p01"},
                        "amount": 16.8,
                        "text": "Ana: 16.8 h outside 60 to 90 % of the 128 h available",
                    },
                ],
            },
        ],
    },
    "people": [
        {
            "person": "p01",
            "hours": 60,
            "utilisation": 0.46875,
            "kinds": {"writing": 60},
            "widest_share": 1.0,
            "stretch_share": 0.0,
            "responsibility_share": 0.0,
            "top_talents_used": [],
            "top_talents_unused": [],
        },
        {
            "person": "p02",
            "hours": 40,
            "utilisation": 0.25,
            "kinds": {"interview": 40},
            "widest_share": 1.0,
            "stretch_share": 0.0,
            "responsibility_share": 0.0,
            "top_talents_used": ["relating"],
            "top_talents_unused": [],
        },
    ],
    "warnings": [
        {
            "path": "/activities/1/after/0",
            "code": "ends_too_late",
            "value": "a01",
            "expected": "an activity whose window ends before period 1; it ends in 1",
        }
    ],
    "conflict": None,
    "talent_balance": [
        {"term": "finance", "dimension": "expertise", "demand_hours": 60, "supply_hours": 96, "state": "balanced"},
        {"term": "relating", "dimension": "talent", "demand_hours": 40, "supply_hours": 80, "state": "balanced"},
    ],
}

RULES: dict[str, Any] = {
    "items": [
        {
            "name": "role_width",
            "title": "Narrow roles",
            "says": "No role is only one narrow sort of work.",
            "measure": "max(0, hours in the kind − `max_share` × H[p] − `free`) per person and kind.",
            "hard": False,
            "unit": "hours",
            "weight": 4,
            "about": ["person", "kind"],
            "settings": [
                {
                    "name": "max_share",
                    "type": "number",
                    "default": 0.6,
                    "expected": "a share from 0 to 1 in whole percents",
                    "description": "One kind takes at most `max_share` of the hours plus `free` hours.",
                },
                {
                    "name": "free",
                    "type": "integer",
                    "default": 16,
                    "expected": "a whole number from 0 to 1,000,000",
                    "description": "One kind takes at most `max_share` of the hours plus `free` hours.",
                },
            ],
        }
    ],
    "next": None,
}

PRESETS: dict[str, Any] = {
    "items": [
        {
            "name": "greater-good",
            "because": "work that means something to who does it",
            "weights": {"staffing": 20, "expertise_coverage": 400, "wishes": 60},
        }
    ],
    "next": None,
}

LIBRARY: dict[str, Any] = {
    "items": [
        {
            "slug": "kenniswerkers",
            "title": {"en": "Three experts leave within the year", "nl": "Drie experts vertrekken binnen een jaar"},
            "summary": {
                "en": "Each knows what nobody else does, and colleagues can learn it only while they are there.",
                "nl": "Elk weet iets wat niemand anders weet, en collega's kunnen dat alleen leren zolang zij er zijn.",
            },
        }
    ],
    "next": None,
}

LIBRARY_PAGE: dict[str, Any] = {
    **LIBRARY["items"][0],
    "story": {
        "en": "# Three experts leave within the year\n\n…",
        "nl": "# Drie experts vertrekken binnen een jaar\n\n…",
    },
    "portfolio": PORTFOLIO,
}

LIVE: dict[str, Any] = {"status": "live"}

METRICS = "# HELP staffing_queue_runs Runs that wait for their turn\nstaffing_queue_runs 3.0\n"
READY: dict[str, Any] = {"status": "ready", "runs": {"running": 1, "waiting": 0}}
