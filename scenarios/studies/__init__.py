"""Studies: many runs behind one question. `registry.py` lists them all, `docs/studies.md` describes them."""

from __future__ import annotations

from scenarios.studies.base import Study, StudyInvalid, StudyResult
from scenarios.studies.desk import StudyProgress
from scenarios.studies.registry import BY_KIND, STUDIES
from scenarios.studies.running import parse_study, run_study

__all__ = [
    "BY_KIND",
    "STUDIES",
    "Study",
    "StudyInvalid",
    "StudyProgress",
    "StudyResult",
    "parse_study",
    "run_study",
]
