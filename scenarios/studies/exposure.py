"""What would be lost with each person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from scenarios.changes.base import Period, PersonRef
from scenarios.changes.leave import Leave
from scenarios.changes.sentences import count, listed
from scenarios.studies.base import Finding, RuleCost, Solved, Study, TeamChange, rule_costs, team_changes
from scenarios.studies.desk import Ask, Desk
from solver.difference import plain
from solver.model import pairs_of
from solver.plan import level
from solver.portfolio import Booking, Person, Portfolio, Problem
from solver.proposal import Figure
from solver.proposal import Part as Line
from solver.rules.base import IntArray
from solver.tables import Bools, Tables


class Uncoverable(Line):
    """A requirement that no plan can meet without the person: fewer are left who hold the term than are asked for."""

    activity: str
    name: str
    term: str
    label: str
    level: int


class Unstaffable(Line):
    """An activity on which no hours can be booked without the person, whatever the plan."""

    activity: str
    name: str


class Exposed(Line):
    """What is lost without one person.

    lost: what the plan without them costs more than the base, in points; null where none was found. lost_at_least:
    how much of it is proven, whatever a longer search finds: the bound without them less the base's cost, at least 0.
    single_point_of_failure: something becomes unstaffable or uncoverable. Both are true of every plan of those who are
    there, not only of the one found. rules, teams: what differs from the base. sentences: what moved, the largest
    effect first.
    """

    person: str
    name: str
    unit: str | None
    solved: Solved | None
    lost: Figure | None
    lost_at_least: Figure | None
    single_point_of_failure: bool
    unstaffable: tuple[Unstaffable, ...]
    uncoverable: tuple[Uncoverable, ...]
    rules: tuple[RuleCost, ...]
    teams: tuple[TeamChange, ...]
    sentences: tuple[str, ...]


class Exposures(Finding):
    """Everybody who was looked at: single points of failure first, then by what is lost."""

    people: tuple[Exposed, ...]


class Exposure(Study):
    """Remove each person in turn: what is lost, which activities become unstaffable, who is a single point of failure.

    Everybody is taken away alone, from a period on. What they are pinned to from then on goes with them, and so do
    agreements that they work together with somebody; of hours pinned without periods, what they have no time for
    before. Candidates whom the base does not take on are not looked at, and do not count as somebody who could step in.
    """

    title: ClassVar[str] = "What would be lost with each person"
    finding: ClassVar[type[Finding]] = Exposures
    kind: Literal["exposure"] = "exposure"
    people: Annotated[tuple[PersonRef, ...], Field(description="who is looked at; an empty list is everybody")] = ()
    from_: Annotated[Period | None, Field(alias="from", description="from when; null is the period that is now")] = None

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """What was worked cannot be taken back."""
        now = portfolio.calendar.now
        if self.from_ is not None and self.from_ < now:
            yield Problem("/from", "in_the_past", self.from_, f"at least {now}, the period that is now")

    def answer(self, desk: Desk) -> tuple[Exposures, Iterable[str]]:
        """One run for each person."""
        portfolio = desk.portfolio
        since = portfolio.calendar.now if self.from_ is None else self.from_
        hired = {one.person for one in desk.plan.hires}
        wanted = set(self.people) or {one.id for one in portfolio.people if one.candidate is None or one.id in hired}
        people = [one for one in portfolio.people if one.id in wanted]
        stands = Tables.of(portfolio)
        asks = [
            Ask(
                person.name,
                (Leave.model_validate({"person": person.id, "from": since}),),
                portfolio=_freed(stands, person, since),
            )
            for person in people
        ]
        found = desk.find("without", asks)
        # Who is not there cannot be relied upon: candidates whom the base does not take on count as away.
        away = {one.id for one in portfolio.people if one.candidate is not None and one.id not in hired}
        there = _without(portfolio, away)
        before = Tables.of(there)
        able = _able(before)
        lines = []
        for person, ask, proposal in zip(people, asks, found, strict=True):
            if proposal is None and desk.stop.is_set():
                continue
            changed = desk.changed(ask)
            gone = _able(Tables.of(_without(changed, away)))
            unstaffable = tuple(_unstaffable(before, able, gone))
            uncoverable = tuple(_uncoverable(before, able, before.person_index[person.id], gone))
            solved = None if proposal is None else Solved.of(proposal, changed)
            difference = None if proposal is None else desk.difference(f"without {person.name}", changed, proposal)
            lines.append(
                Exposed(
                    person=person.id,
                    name=person.name,
                    unit=person.unit,
                    solved=solved,
                    lost=None if difference is None else difference.total.difference,
                    lost_at_least=_at_least(solved, desk.solved),
                    single_point_of_failure=bool(unstaffable or uncoverable),
                    unstaffable=unstaffable,
                    uncoverable=uncoverable,
                    rules=() if difference is None else tuple(reversed(rule_costs(difference))),
                    teams=() if difference is None else tuple(reversed(team_changes(difference))),
                    sentences=() if difference is None else tuple(one.text for one in difference.moved.sentences),
                )
            )
        lines.sort(key=lambda one: (not one.single_point_of_failure, -(one.lost or 0)))
        return Exposures(people=tuple(lines)), _told(lines)


def _freed(tables: Tables, person: Person, since: int) -> Portfolio:
    """The portfolio without what binds the person from a period on: pinned hours, and working together."""
    portfolio, pinned = tables.portfolio, _pinned_before(tables, tables.person_index[person.id], since)
    bookings = (
        pinned.get(one.activity) if one.person == person.id and one.status == "pinned" else one
        for one in portfolio.bookings
    )
    relations = tuple(one for one in portfolio.relations if one.kind != "together" or person.id not in one.people)
    there = tuple(one for one in bookings if one is not None)
    return portfolio.model_copy(update={"bookings": there, "relations": relations})


def _pinned_before(tables: Tables, p: int, since: int) -> dict[str, Booking]:
    """Per activity what person p is pinned to before a period; of hours without periods what there is time for."""
    room = tables.available[p].copy()
    room[since:] = 0
    found: dict[str, Booking] = {}
    tasks: list[tuple[int, int, int]] = []
    pinned = [(a, one) for (who, a), one in tables.pinned.items() if who == p]
    for a, one in sorted(pinned, key=lambda pair: pair[1].by_period is None):
        hours, by_period = one.hours or 0, one.by_period
        first, last = int(tables.open_from[a]), min(int(tables.last[a]), since - 1)
        if by_period is not None:
            room = np.maximum(0, room - tables.split_of((p, a), one))
            by_period = tuple(n if t < since else 0 for t, n in enumerate(by_period, int(tables.first[a])))
            left = sum(by_period)
        elif first <= last:
            over = np.maximum(0, np.sum(level([*tasks, (first, last, hours)], room), axis=0) - room).sum()
            left = hours - int(over)
            tasks.append((first, last, left))
        else:
            left = 0
        if left or not hours:
            found[one.activity] = one.model_copy(update={"hours": left, "by_period": by_period})
    return found


def _without(portfolio: Portfolio, away: Collection[str]) -> Portfolio:
    """The portfolio in which these people have no hours."""
    people = tuple(
        one.model_copy(update={"hours_per_period": 0}) if one.id in away else one for one in portfolio.people
    )
    return portfolio.model_copy(update={"people": people})


def _able(tables: Tables) -> Bools:
    """(P, A): the pairs that some plan can book."""
    able = np.zeros((tables.P, tables.A), dtype=bool)
    pairs, _ = pairs_of(tables)
    able[pairs[:, 0], pairs[:, 1]] = True
    return able


def _unstaffable(tables: Tables, before: Bools, after: Bools) -> Iterable[Unstaffable]:
    for a in np.flatnonzero(before.any(axis=0) & ~after.any(axis=0)).tolist():
        one = tables.portfolio.activities[a]
        yield Unstaffable(activity=one.id, name=one.name)


def _uncoverable(before: Tables, able: Bools, p: int, gone: Bools) -> Iterable[Uncoverable]:
    """Requirements that enough people could meet before, and too few without person p."""
    left = able.copy()
    left[p] &= gone[p]
    lost = (_holders(before, able) >= before.requirement_people) & (_holders(before, left) < before.requirement_people)
    for r in np.flatnonzero(lost).tolist():
        activity, requirement = before.portfolio.activities[before.requirement_activity[r]], before.requirements[r]
        yield Uncoverable(
            activity=activity.id,
            name=activity.name,
            term=requirement.term,
            label=before.portfolio.label(requirement.term),
            level=requirement.level,
        )


def _holders(tables: Tables, able: Bools) -> IntArray:
    """(R,) people who meet a requirement and can be booked on its activity."""
    return np.asarray((tables.meets & able[:, tables.requirement_activity]).sum(axis=0))


def _at_least(solved: Solved | None, base: Solved) -> float | None:
    if solved is None or solved.bound is None or base.cost is None:
        return None
    return round(max(0.0, solved.bound - base.cost), 4)


def _told(lines: list[Exposed]) -> Iterable[str]:
    for one in lines:
        if one.single_point_of_failure:
            parts = [f"nobody can staff {listed([each.name for each in one.unstaffable])}"] if one.unstaffable else []
            terms = [f"{each.label} {each.level} on {each.name}" for each in one.uncoverable]
            parts += [f"too few are left with {listed(terms[:3])}" + _more(terms[3:])] if terms else []
            lost = f"; the plan costs {plain(one.lost)} more" if one.lost and one.lost > 0 else ""
            yield f"Without {one.name} {' and '.join(parts)}{lost}"
    rest = [one for one in lines if not one.single_point_of_failure and one.lost and one.lost > 0]
    if rest:
        yield f"Of the others most is lost with {rest[0].name}: {plain(rest[0].lost or 0)}"
    if lines and not any(one.single_point_of_failure for one in lines):
        yield f"None of {count(len(lines), 'person is', 'people are')} a single point of failure"


def _more(rest: list[str]) -> str:
    return f" and {len(rest)} more" if rest else ""
