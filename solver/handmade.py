"""Plans made by hand or by another tool: the way in, and their score by the same rules, without a solver.

Only `bookings` and `learning` are read, so that a whole proposal can be handed in; all else that a proposal has is
worked out anew, and what neither has is an error.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from solver import score
from solver.check import warnings
from solver.fields import MOST_HOURS, Kind, ShortId, Whole, Words
from solver.plan import Learning, Plan, plan_of
from solver.portfolio import Portfolio
from solver.proposal import FORMAT, BookingLine, LearningLine, Part, Proposal, Run, proposal_of
from solver.references import TermNames
from solver.report import Place, PortfolioInvalid, Report
from solver.rules.base import IntArray
from solver.tables import Tables

_ID = ShortId()
_TERM = Words(200, "the id or an alias of a term")
_HOURS = Whole(0, MOST_HOURS)


def score_plan(portfolio: Portfolio, data: Any) -> Proposal:
    """The proposal of a plan in decoded JSON, with its score card; raises PortfolioInvalid with all problems at once.

    The status is FEASIBLE if no binding rule is broken, else NONE; see `docs/decisions/status-of-a-scored-plan.md`.
    """
    began = time.monotonic()
    tables = Tables.of(portfolio)
    return scored(tables, plan_from(tables, data), began)


def scored(tables: Tables, plan: Plan, began: float) -> Proposal:
    """The proposal of a plan, however it came about; `began`: when work on it began, by `time.monotonic`."""
    card = score.score(tables, plan)
    versions = {"staffing": version("staffing")}
    run = Run(
        status="NONE" if score.broken(tables, plan) else "FEASIBLE",
        objective=card.total,
        bound=None,
        gap=None,
        value_captured=None,
        seconds=round(time.monotonic() - began, 3),
        settings={},
        versions=versions,
        fingerprint=_fingerprint(plan, versions),
    )
    return proposal_of(tables, run, plan, card, warnings(tables))


def _fingerprint(plan: Plan, versions: dict[str, str]) -> str:
    """The content hash of the portfolio and the plan, split over the periods, whatever the order of its bookings."""
    tables = plan.tables
    said = {
        "portfolio": tables.portfolio.sha256(),
        "bookings": sorted(np.column_stack((plan.person, plan.activity, plan.split)).tolist()),
        "learning": sorted(plan.lessons.T.tolist()),
        "mentoring": sorted(
            [*task, *split.tolist()] for task, split in zip(plan.mentoring, plan.mentor_split, strict=True)
        ),
        "versions": versions,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def plan_from(tables: Tables, data: Any) -> Plan:
    """The plan in decoded JSON; raises PortfolioInvalid with all problems at once.

    A booking needs person, activity and hours. `by_period` and, of learning, `mentor_hours_by_period` cover the
    activity's window; where they lack, the calmest split is found.
    """
    return _Reader(tables, data).plan()


class _Reader:
    """Reads one plan and collects everything that is wrong with it."""

    def __init__(self, tables: Tables, data: Any) -> None:
        self.tables, self.data, self.report = tables, data, Report()
        vocabulary = [term.model_dump() for term in tables.portfolio.vocabulary]
        self.term_of = TermNames({"vocabulary": vocabulary})
        self.hours: dict[tuple[int, int], int] = {}
        self.splits: dict[tuple[int, int], IntArray] = {}
        self.learning: list[Learning] = []
        self.mentor_splits: dict[tuple[int, int, int], IntArray] = {}

    def plan(self) -> Plan:
        if not isinstance(self.data, dict):
            self.report.add((), "not_an_object", self.data, "a plan, which is an object with bookings")
        elif self.data.get("format", FORMAT) != FORMAT:
            self.report.add(("format",), "not_a_choice", self.data["format"], f"a plan: of format {FORMAT}, or of none")
        else:
            self._known((), self.data, Proposal)
            if "bookings" not in self.data:
                self.report.add(("bookings",), "missing", None, "required: a list of bookings")
            self._bookings()
            self._learning()
        problems = self.report.problems()
        if problems:
            raise PortfolioInvalid(problems)
        return plan_of(self.tables, self.hours, self.learning, self.splits, self.mentor_splits)

    def _bookings(self) -> None:
        first: dict[tuple[int, int], int] = {}
        for i, booking in self._items("bookings", BookingLine):
            at: Place = ("bookings", i)
            p = self._index(at, booking, "person", self.tables.person_index)
            a = self._index(at, booking, "activity", self.tables.activity_index)
            hours = self._field((*at, "hours"), booking, _HOURS)
            split = self._split((*at, "by_period"), booking.get("by_period"), a, hours, "hours")
            if p is None or a is None:
                continue
            other = first.setdefault((p, a), i)
            if other != i:
                self.report.add(
                    at, "duplicate_booking", booking, f"one booking of a pair; /bookings/{other} has it already"
                )
            elif hours:
                self.hours[p, a] = hours
                if split is not None:
                    self.splits[p, a] = split

    def _learning(self) -> None:
        mentor_hours = self.tables.rule["mentoring"].settings.mentor_hours
        first: dict[tuple[int, int], int] = {}
        for i, one in self._items("learning", LearningLine):
            at: Place = ("learning", i)
            p = self._index(at, one, "person", self.tables.person_index)
            a = self._index(at, one, "activity", self.tables.activity_index)
            mentor = None
            if one.get("mentor") is not None:
                mentor = self._index(at, one, "mentor", self.tables.person_index)
            r = self._requirement((*at, "term"), one, a)
            place = (*at, "mentor_hours_by_period")
            given = one.get("mentor_hours_by_period") if mentor is not None else None
            split = self._split(place, given, a, mentor_hours, "the hours a mentor gives")
            if p is None or a is None or r is None:
                continue
            other = first.setdefault((p, r), i)
            if other != i:
                expected = f"each term once for a person on an activity; /learning/{other} has it already"
                self.report.add(at, "duplicate_learning", one, expected)
                continue
            self.learning.append(Learning(p, r, mentor))
            if mentor is not None and split is not None:
                known = self.mentor_splits.setdefault((mentor, p, a), split)
                if (known != split).any():
                    expected = "the same periods for all that one mentor teaches somebody on an activity"
                    self.report.add(place, "mentor_hours_differ", given, expected)

    # --- fields

    def _known(self, at: Place, item: dict[str, Any], part: type[Part]) -> None:
        """Report the fields that this part of a proposal does not have."""
        known = _names(part)
        for name, value in item.items():
            if name not in known:
                self.report.unknown((*at, name), "unknown_field", value, "a field of a plan or a proposal", known)

    def _items(self, name: str, part: type[Part]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects in a list, with their indices; what is no list, no object or no field is reported."""
        items = self.data.get(name, [])
        if not isinstance(items, list | tuple):
            self.report.add((name,), "not_a_list", items, f"a list of {name}, which may be empty")
            return
        for i, item in enumerate(items):
            if self.report.full:
                return
            if isinstance(item, dict):
                self._known((name, i), item, part)
                yield i, item
            else:
                self.report.add((name, i), "not_an_object", item, "an object")

    def _field(self, at: Place, item: dict[str, Any], kind: Kind) -> Any:
        """The value of a required field, None where it is not as it should be."""
        if at[-1] not in item:
            self.report.add(at, "missing", None, f"required: {kind.expected}")
            return None
        return self._checked(at, item[str(at[-1])], kind)

    def _checked(self, at: Place, value: Any, kind: Kind) -> Any:
        try:
            return kind.check(value)
        except PydanticCustomError as error:
            self.report.add(at, error.type, value, error.message())
            return None

    def _index(self, at: Place, item: dict[str, Any], field: str, known: dict[str, int]) -> int | None:
        name = self._field((*at, field), item, _ID)
        if name is not None and name not in known:
            what = "an activity" if field == "activity" else "a person"
            expected = f"the id of {what}{self.report.closest(name, known)}"
            self.report.add((*at, field), "unknown_id", name, expected)
        return known.get(name)

    def _requirement(self, at: Place, item: dict[str, Any], a: int | None) -> int | None:
        """The activity's requirement on the term that is named."""
        name = self._field(at, item, _TERM)
        if name is None:
            return None
        term = self.tables.term_index.get(self.term_of(name))
        if term is None:
            expected = f"the id or an alias of a term{self.report.closest(name, self.tables.term_index)}"
            self.report.add(at, "unknown_id", name, expected)
        elif a is not None:
            every = self.tables.requirements_of(a)
            found = every[self.tables.requirement_term[every] == term]
            if len(found):
                return int(found[0])
            self.report.add(at, "not_asked", name, "a term that the activity asks for")
        return None

    def _split(self, at: Place, parts: Any, a: int | None, hours: int | None, what: str) -> IntArray | None:
        """(T,) hours of a list over the activity's window, None where there is none, or none that is right."""
        if parts is None:
            return None
        if not isinstance(parts, list | tuple):
            self.report.add(at, "not_a_list", parts, "a list of hours, one number a period of the activity's window")
            return None
        whole = [self._checked((*at, t), part, _HOURS) for t, part in enumerate(parts)]
        if a is None or None in whole:
            return None
        first, last = int(self.tables.first[a]), int(self.tables.last[a])
        length = last - first + 1
        if len(whole) != length:
            self.report.add(at, "wrong_length", parts, f"{length} numbers, one a period of the activity's window")
        elif hours is not None and sum(whole) != hours:
            self.report.add(at, "wrong_sum", parts, f"numbers that add up to {what}, which is {hours}")
        else:
            split = np.zeros(self.tables.T, dtype=np.int64)
            split[first : last + 1] = whole
            return split
        return None


@cache
def _names(part: type[Part]) -> tuple[str, ...]:
    """The fields of a part of a proposal, as JSON names them."""
    return tuple(field.alias or name for name, field in part.model_fields.items())
