"""A study from JSON, and from a study to its result."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

from scenarios.changes.reading import read, read_changes
from scenarios.studies.base import Finding, Outcome, Study, StudyInvalid, StudyResult
from scenarios.studies.desk import AS_IT_STANDS, Ask, Desk, StudyProgress
from scenarios.studies.registry import BY_KIND
from solver.portfolio import Portfolio
from solver.proposal import PortfolioRef, Proposal
from solver.report import Report
from solver.settings import Settings
from solver.versions import VERSIONS


def parse_study(data: Any) -> Study:
    """The study in decoded JSON, such as `{"kind": "exposure"}`; raises StudyInvalid with all problems at once."""
    report = Report()
    study = _read(data, report)
    problems = report.problems()
    if study is None or problems:
        raise StudyInvalid(problems)
    return study


def _read(data: Any, report: Report) -> Study | None:
    if not isinstance(data, dict):
        report.add((), "not_an_object", data, "a study, which is an object")
        return None
    kind = data.get("kind")
    if "kind" not in data:
        report.add(("kind",), "missing", None, f"required: one of {', '.join(BY_KIND)}")
    elif not isinstance(kind, str) or kind not in BY_KIND:
        close = report.closest(kind, BY_KIND) if isinstance(kind, str) else ""
        report.add(("kind",), "unknown_kind", kind, f"one of {', '.join(BY_KIND)}{close}")
    else:
        return read(BY_KIND[kind], _with_changes(data, report), (), report)
    report.protected_within((), data)
    return None


def _with_changes(data: dict[str, Any], report: Report) -> dict[str, Any]:
    """The same with the changes of a sweep read, so that what is wrong with one of them has its own path."""
    if data["kind"] != "sweep" or not isinstance(data.get("axes"), list | tuple):
        return data

    def read_option(option: Any, *place: str | int) -> Any:
        if not isinstance(option, dict) or "changes" not in option:
            return option
        return {**option, "changes": read_changes(option["changes"], (*place, "changes"), report)}

    def read_axis(axis: Any, i: int) -> Any:
        if not isinstance(axis, dict) or not isinstance(axis.get("options"), list | tuple):
            return axis
        options = [read_option(option, "axes", i, "options", j) for j, option in enumerate(axis["options"])]
        return {**axis, "options": options}

    return {**data, "axes": [read_axis(axis, i) for i, axis in enumerate(data["axes"])]}


def run_study(
    portfolio: Portfolio,
    study: Study,
    settings: Settings | None = None,
    on_progress: Callable[[StudyProgress], None] | None = None,
    stop: threading.Event | None = None,
    base: Proposal | None = None,
) -> StudyResult:
    """The result of a study; its solves run side by side, each in a process of its own.

    settings: of each solve. base: a proposal of the portfolio as it stands, which is solved first where none is given.
    Setting `stop` ends the solves; what was found is kept. on_progress is called from several threads. Raises
    StudyInvalid, before anything is solved, where the portfolio does not have what the study names.
    """
    study.check(portfolio)
    desk = Desk(portfolio, settings or Settings(), on_progress, stop or threading.Event(), base)
    outcome: Outcome = "finished"
    found: Finding | None = None
    sentences: tuple[str, ...] = ()
    if base is None:
        [desk.base] = desk.find("base", [Ask(AS_IT_STANDS)])
    if desk.base is None or desk.base.bookings is None:
        desk.base, outcome = None, "failed" if desk.failed else "no_plan"
    else:
        found, told = study.answer(desk)
        sentences = tuple(told)
    desk.end()
    if desk.stop.is_set():
        outcome = "cancelled"
    solved = None if desk.base is None else desk.solved
    if solved is not None and solved.status != "OPTIMAL":
        desk.cautions.insert(
            0,
            "The base is not proven to be the best plan: a longer search may find a better one, and change the answer",
        )
    return StudyResult(
        study=study.to_json(),
        portfolio=PortfolioRef(id=portfolio.id, revision=1, sha256=portfolio.sha256()),
        settings=desk.settings.model_dump(mode="json"),
        versions=VERSIONS,
        fingerprint=fingerprint(portfolio, study, desk.settings, base),
        outcome=outcome,
        base=solved,
        found=found,
        sentences=sentences,
        cautions=tuple(desk.cautions),
        solves=desk.solves,
        seconds=round(desk.seconds, 3),
    )


def fingerprint(portfolio: Portfolio, study: Study, settings: Settings, base: Proposal | None = None) -> str:
    """The content hash of all that decides a repeatable study."""
    booked = None if base is None else sorted((one.person, one.activity, one.hours) for one in base.bookings or ())
    said = {
        "portfolio": portfolio.sha256(),
        "study": study.to_json(),
        "settings": settings.model_dump(mode="json"),
        "versions": VERSIONS,
        "base": booked,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
