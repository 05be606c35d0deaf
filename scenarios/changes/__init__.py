"""Changes to a portfolio: small typed records, applied in order, each making a new portfolio that is checked anew.

`registry.py` lists them all and `docs/scenario-changes.md` describes them; `docs/how-to-add-a-scenario-change.md` shows
how to add one.
"""

from __future__ import annotations

from scenarios.changes.base import Change, ChangeInvalid
from scenarios.changes.reading import changes_to_json, parse_changes
from scenarios.changes.registry import BY_NAME, CHANGES

__all__ = ["BY_NAME", "CHANGES", "Change", "ChangeInvalid", "changes_to_json", "parse_changes"]
