"""What is legal in a portfolio but odd: warnings, quick and without a solver."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.report import Problem, brief
from solver.rules.base import IntArray
from solver.tables import NO_UNIT, Bools, Tables


def warnings(tables: Tables) -> list[Problem]:
    """Everything that is odd, section by section; `expected` says what would be usual."""
    return [
        *_demand(tables),
        *_people(tables),
        *_activities(tables),
        *_frozen(tables),
        *_limits(tables),
    ]


def _demand(tables: Tables) -> Iterator[Problem]:
    """One warning per stretch of periods in which more is asked than the people who are there can give.

    What an activity still asks for is spread evenly over its open window.
    """
    asked = tables.asked.astype(float)
    for pair in tables.frozen:
        asked[pair[1]] -= min(asked[pair[1]], tables.worked(pair).sum())
    still_open = tables.start <= tables.last
    each = asked[still_open] / (tables.last - tables.start + 1)[still_open]
    change = np.zeros(tables.T + 1)
    np.add.at(change, tables.start[still_open], each)
    np.add.at(change, tables.last[still_open] + 1, -each)
    demand = np.cumsum(change[:-1])
    supply = tables.available[~tables.candidate].sum(axis=0)
    short = np.flatnonzero(demand > supply + 1e-6)
    for stretch in np.split(short, np.flatnonzero(np.diff(short) > 1) + 1) if len(short) else ():
        first, last = int(stretch[0]), int(stretch[-1])
        wanted, given = demand[stretch].sum(), supply[stretch].sum()
        expected = f"no more hours asked for than there are; in {_periods(first, last)} it is {wanted:.0f} of {given}"
        value = first if first == last else [first, last]
        yield Problem("/calendar", "demand_above_supply", value, expected)


def _periods(first: int, last: int) -> str:
    return f"period {first}" if first == last else f"periods {first} to {last}"


def _people(tables: Tables) -> Iterator[Problem]:
    portfolio = tables.portfolio
    start, activities = portfolio.calendar.start, portfolio.activities
    known = {"kind": {a.kind for a in activities}, "phase": {a.phase for a in activities if a.phase is not None}}
    has_hours = _has_hours(tables)
    for p, person in enumerate(portfolio.people):
        path = f"/people/{p}"
        for field, observations in (("expertise", person.expertise), ("talents", person.talents)):
            for i, observation in enumerate(observations):
                if observation.on is not None and observation.on > start:
                    expected = f"a date up to the calendar's start, {start}; a later one counts as made on that day"
                    yield Problem(f"{path}/{field}/{i}/on", "observed_later", str(observation.on), expected)
        for i, energy in enumerate(person.energy):
            what, _, name = energy.of.partition(":")
            if what in known and name not in known[what]:
                expected = f"a {what} that an activity has; this one makes no difference"
                yield Problem(f"{path}/energy/{i}/of", "touches_nothing", brief(energy.of), expected)
        served = _learnable_here(tables, p, has_hours)
        for i, ambition in enumerate(person.ambitions):
            if not _serves(tables, p, served, tables.term_index[ambition.term], 10 * ambition.level):
                expected = "a term and a level that work the person may be booked on could teach; nothing here does"
                yield Problem(f"{path}/ambitions/{i}", "nothing_serves", brief(ambition.model_dump()), expected)
        for i, wish in enumerate(person.wishes):
            a = tables.activity_index[wish]
            if not (tables.bookable[p, a] and has_hours[p, a]):
                reason = "has no hours in its window" if tables.bookable[p, a] else "may not be booked on it"
                expected = f"an activity the person could work on; {person.name} {reason}"
                yield Problem(f"{path}/wishes/{i}", "nothing_serves", wish, brief(expected))
        if person.rotation_share and tables.person_unit[p] == NO_UNIT:
            expected = "0 for somebody without a unit: no work is another unit's, so no hours at all can be booked"
            yield Problem(f"{path}/rotation_share", "no_unit", person.rotation_share, expected)


def _has_hours(tables: Tables) -> Bools:
    """(P, A): the person has hours in the open window, or is committed there."""
    room = np.concatenate((np.zeros((tables.P, 1), dtype=np.int64), np.cumsum(tables.available, axis=1)), axis=1)
    start = np.minimum(tables.start, tables.last + 1)
    windows, which = np.unique(np.stack((start, tables.last + 1)), axis=1, return_inverse=True)
    some = room[:, windows[1]] > room[:, windows[0]]  # (P, windows), of which there are few
    found: Bools = some[:, which.reshape(-1)] | tables.committed
    return found


def _learnable_here(tables: Tables, p: int, has_hours: Bools) -> IntArray:
    """Requirements that the person can learn on an activity they may be booked on."""
    those = np.flatnonzero(tables.can_learn[p])
    activity = tables.requirement_activity[those]
    found: IntArray = those[tables.bookable[p, activity] & has_hours[p, activity]]
    return found


def _serves(tables: Tables, p: int, those: IntArray, term: int, aim: int) -> bool:
    """Whether one of the requirements lies on the term's branch, the person's level there below the aim (tenths)."""
    terms = tables.vocabulary
    branch = np.concatenate((terms.narrower_or_self(term), terms.broader_or_self(term)))
    return bool((np.isin(tables.requirement_term[those], branch) & (tables.level[p, those] < aim)).any())


def _activities(tables: Tables) -> Iterator[Problem]:
    # Whoever is near nothing is there to learn, and for that somebody must be there who is.
    carries = tables.bookable & (tables.able | tables.committed)
    nobody: Bools = np.logical_not(carries.any(axis=0))
    must = np.flatnonzero(tables.requirement_must)
    meeting = (tables.meets[:, must] & tables.bookable[:, tables.requirement_activity[must]]).sum(axis=0)
    lacking: dict[int, int] = {}
    for r in must[meeting < tables.requirement_people[must]].tolist():
        lacking.setdefault(int(tables.requirement_activity[r]), r)
    for a, activity in enumerate(tables.portfolio.activities):
        path = f"/activities/{a}"
        if tables.asked[a] and tables.start[a] <= tables.last[a] and (nobody[a] or a in lacking):
            expected = "an activity that somebody may be booked on; nobody may"
            if not nobody[a]:
                r = lacking[a]
                people = tables.requirement_people[r]
                expected += f": fewer than {people} of those who could have {tables.term(r)}, which is a must"
            yield Problem(path, "nobody_eligible", activity.id, expected)
        for i, before in enumerate(activity.after):
            end = int(tables.last[tables.activity_index[before]])
            if end >= activity.window.first:
                expected = f"an activity whose window ends before period {activity.window.first}; it ends in {end}"
                yield Problem(f"{path}/after/{i}", "ends_too_late", before, expected)


def _frozen(tables: Tables) -> Iterator[Problem]:
    for i, booking in enumerate(tables.portfolio.bookings):
        if booking.status == "frozen":
            pair = (tables.person_index[booking.person], tables.activity_index[booking.activity])
            if tables.split_of(pair, booking)[tables.now :].any():
                expected = f"hours of periods before now, which is {tables.now}; those from then on are left out"
                yield Problem(f"/bookings/{i}/by_period", "after_now", brief(booking.by_period), expected)


def _limits(tables: Tables) -> Iterator[Problem]:
    groups = {person.candidate.group for person in tables.portfolio.people if person.candidate}
    for i, limit in enumerate(tables.portfolio.policy.max_hires):
        if limit.group not in groups:
            expected = "the group of some candidate; nobody is in this one"
            yield Problem(f"/policy/max_hires/{i}/group", "limits_nobody", limit.group, expected)
