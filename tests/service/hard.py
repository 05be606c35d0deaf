"""A portfolio whose best plan is not proven within a test's patience."""

from __future__ import annotations

import json
from typing import Any

from scenarios.library import entry


def hard_portfolio() -> dict[str, Any]:
    """The people and the work of `adviesbureau`, four times."""
    data = json.loads(entry("adviesbureau").text())
    people = [{**one, "id": f"{one['id']}-{n}", "wishes": []} for one in data["people"] for n in range(4)]
    activities = [{**one, "id": f"{one['id']}-{n}", "after": []} for one in data["activities"] for n in range(4)]
    projects = [{**one, "lead": None} for one in data["projects"]]
    changed = {"people": people, "activities": activities, "projects": projects, "bookings": [], "relations": []}
    return {**data, **changed}
