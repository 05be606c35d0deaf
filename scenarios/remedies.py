"""What could be changed about a conflict: for each thing its items speak of, ladders from a small change to a large.

Nothing is tried here; `ways_out` does that. A ladder that does not help costs one try, so they are proposed freely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.changes import Change, parse_changes
from solver.portfolio import Activity, Booking, Portfolio, Requirement
from solver.proposal import Conflict
from solver.rules.base import Rule
from solver.tables import Tables

#: activities and people of a conflict that something is proposed for
MOST = 4
#: people who are trained, per requirement: those who lack least
TRAINED = 2
#: hours a week beyond which nobody new works
WEEK = 40
#: rules on which what an activity asks for bears
ASKING = {
    "continuity",
    "eligibility",
    "expert_hours",
    "expertise_coverage",
    "expertise_fit",
    "mentoring",
    "must_requirement",
    "stretch_cap",
    "talent_coverage",
    "talent_fit",
}
#: numbers of rules: how to loosen them step by step, and up to what
LOOSER: dict[str, dict[str, tuple[int, int]]] = {
    "eligibility": {"under_level": (1, 5)},
    "expert_hours": {"expert_share": (-1, 0)},
    "smallest_booking": {"hours": (-1, 0), "share": (-1, 0)},
    "mentoring": {"mentor_hours": (-1, 0)},
    "stretch_cap": {"max_share": (1, 100)},
    "load_balance": {"low": (-1, 0), "high": (1, 100)},
    "role_width": {"max_share": (1, 100)},
    "focus": {"max_activities": (1, 100)},
    "talent_use": {"min_share": (-1, 0)},
    "responsibility": {"min_share": (-1, 0)},
    "stretch": {"min_share": (-1, 0)},
}
#: amounts up to which one item of a rule in mode `hard` may be off
TOLERANCES = (*range(1, 21), *range(24, 101, 4), *range(120, 501, 20), *range(600, 5001, 100))


Fields = dict[str, Any]


@dataclass(frozen=True)
class Ladder:
    """Changes of one kind, the smallest first: what all of them say, and what each says besides.

    growing: whatever a smaller one solves, a larger one does. number: the field that a step is the whole number of,
    where steps are so far apart that there are smaller ones `between` them.
    """

    change: str
    fields: Fields
    steps: Sequence[Any]
    growing: bool = True
    number: str | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it changes a rule, and with it what is asked of all activities."""
        return self.change == "set_policy"

    def make(self, step: int) -> Change:
        """The change of one step."""
        said = self.steps[step] if self.number is None else {self.number: self.steps[step]}
        return parse_changes([{"change": self.change, **self.fields, **said}])[0]

    def between(self, step: int) -> Ladder | None:
        """The whole numbers after the step before, up to this one; None where there is nothing between."""
        if self.number is None or step == 0:
            return None
        return replace(self, steps=range(self.steps[step - 1] + 1, self.steps[step] + 1))


def _over(name: str, values: Iterable[Any]) -> list[Fields]:
    """Steps that differ in one field."""
    return [{name: value} for value in values]


def ladders(portfolio: Portfolio, conflict: Conflict) -> Iterator[Ladder]:
    """Everything that could be changed: the planner's own word first, then the work, the people, the rules."""
    tables = Tables.of(portfolio)
    named = _Named(portfolio, tables, conflict)
    yield from _of_bookings(named)
    yield from _of_relations(named)
    for activity in named.activities:
        yield from _of_activity(named, activity)
        yield from _of_requirements(named, activity)
    yield from _of_lending(named)
    yield from _of_people(named)
    yield from _of_money(named)
    for rule in (tables.rule[name] for name in named.rules):
        yield from _of_rule(rule)


class _Named:
    """What the items of a conflict speak of."""

    def __init__(self, portfolio: Portfolio, tables: Tables, conflict: Conflict) -> None:
        self.portfolio, self.tables = portfolio, tables
        #: per rule what its items are about
        self.rules = {rule.name: [item.about for item in rule.items] for rule in conflict.rules}
        abouts = [about for items in self.rules.values() for about in items]
        self.activities = [portfolio.activities[tables.activity_index[id]] for id in _first(abouts, "activity")]
        self.people = _first(abouts, "person")
        rates = [person.rate for person in portfolio.people if person.rate]
        #: what an hour of somebody unknown costs: as much as one of the people there are
        self.rate = round(sum(rates) / len(rates), 2) if rates else 0.0

    def when(self) -> dict[str, int]:
        """`first` and `last` of the periods in which the activities are done; empty where that is always."""
        end = self.portfolio.calendar.periods - 1
        windows = [one.window for one in self.activities]
        first = min((window.first for window in windows), default=0)
        last = max((window.last for window in windows), default=end)
        return {} if (first, last) == (0, end) else {"first": first, "last": last}


def _first(abouts: Iterable[dict[str, str]], what: str) -> list[str]:
    return list(dict.fromkeys(about[what] for about in abouts if what in about))[:MOST]


def _of_bookings(named: _Named) -> Iterator[Ladder]:
    """What the planner said about pairs: no longer, or pinned in whatever periods, or for fewer hours."""
    booked = {(one.person, one.activity): one for one in named.portfolio.bookings}
    for rule in ("commitment", "stability"):
        for about in named.rules.get(rule, [])[: 2 * MOST]:
            booking: Booking | None = booked.get((about.get("person", ""), about.get("activity", "")))
            if booking is None or booking.status == "frozen":
                continue
            pair = {"person": booking.person, "activity": booking.activity}
            if booking.status == "pinned" and booking.hours:
                most = booking.hours - (booking.by_period is None)
                yield Ladder("pin", pair, _over("hours", range(most, 0, -1)))
            yield Ladder("release", pair, [{}])


def _of_relations(named: _Named) -> Iterator[Ladder]:
    wanted = {about["relation"] for about in named.rules.get("relation", [])}
    for relation in named.portfolio.relations:
        if "+".join(relation.people) in wanted:
            fields = {"people": list(relation.people), "kind": relation.kind}
            yield Ladder("drop_relation", fields, [{}])


def _of_activity(named: _Named, activity: Activity) -> Iterator[Ladder]:
    """Its window wider or moved, its hours, its team, and that others do it."""
    calendar, window, team = named.portfolio.calendar, activity.window, activity.team
    end, block, where = calendar.periods - 1, named.portfolio.block_hours, {"activity": activity.id}
    asked = int(named.tables.asked[named.tables.activity_index[activity.id]])

    def other(field: str, values: Iterable[int]) -> Ladder:
        return Ladder("set_activity", where, _over(field, values))

    yield other("last", range(window.last + 1, end + 1))
    yield other("first", range(window.first - 1, min(calendar.now, window.first) - 1, -1))
    moved = [{"first": window.first + by, "last": window.last + by} for by in range(1, end - window.last + 1)]
    yield Ladder("set_activity", where, moved, growing=False)
    if named.rules.keys() & {"staffing", "expertise_coverage", "talent_coverage"}:
        yield other("hours", range(asked - block, 0, -block))
    if "overbooking" in named.rules:
        yield other("hours", range(asked + block, asked + 100 * block, block))
    if "team_size" in named.rules:
        yield other("team_min", range(team.min - 1, 0, -1))
        yield other("team_max", range(team.max + 1, min(team.max + len(named.portfolio.people), 100)))
    if named.rate:  # else nobody knows a price
        yield Ladder("outsource", where, [{"price": round(asked * named.rate, 2)}])


def _of_requirements(named: _Named, activity: Activity) -> Iterator[Ladder]:
    """A lower level, fewer people, no must, none of it; somebody trained, or somebody new who has all of it."""
    if named.rules.keys() & ASKING:
        for requirement in _asked(named, activity):
            where = {"activity": activity.id, "term": requirement.term}
            yield Ladder("set_requirement", where, _over("level", range(requirement.level - 1, 0, -1)))
            yield Ladder("set_requirement", where, _over("people", range(requirement.people - 1, 0, -1)))
            if requirement.must:
                yield Ladder("set_requirement", where, [{"must": False}])
            yield Ladder("set_requirement", where, [{"remove": True}])
            for person in _nearly(named, activity, requirement):
                trained = {"person": person, "term": requirement.term, "level": requirement.level}
                yield Ladder("train", trained, [{"from": activity.window.first}])
    # Whoever is new can help with nothing that is the planner's word about others.
    if named.rules.keys() - {"commitment", "relation", "rotation", "availability", "team_size", "overbooking"}:
        most = max([WEEK, *(int(hours) for hours in named.tables.available.max(axis=1))])
        yield Ladder("hire", {}, [{"person": _somebody(named, activity, hours)} for hours in range(1, most + 1)])


def _asked(named: _Named, activity: Activity) -> list[Requirement]:
    """The requirements that the conflict names, or all of the activity."""
    every = [*activity.expertise, *activity.talents]
    abouts = [about for items in named.rules.values() for about in items if about.get("activity") == activity.id]
    terms = {about["term"] for about in abouts if "term" in about}
    return [one for one in every if one.term in terms] or every


def _nearly(named: _Named, activity: Activity, requirement: Requirement) -> list[str]:
    """The people who lack least of a requirement, of those who have anything of it."""
    tables = named.tables
    every = tables.requirements_of(tables.activity_index[activity.id])
    r = next(int(r) for r in every if tables.requirements[int(r)].term == requirement.term)
    level = np.where(tables.meets[:, r] | tables.candidate, 0, tables.level[:, r])
    best = np.argsort(-level, kind="stable")[:TRAINED]
    return [named.portfolio.people[int(p)].id for p in best if level[p] > 0]


def _somebody(named: _Named, activity: Activity, hours: int) -> dict[str, Any]:
    """Somebody new for so many hours in each period, who brings all that the activity asks for."""
    portfolio = named.portfolio
    taken = {person.id for person in portfolio.people}
    unit = next(project.unit for project in portfolio.projects if project.id == activity.project)
    person: dict[str, Any] = {
        "id": next(id for id in ("extra", *(f"extra-{n}" for n in range(2, len(taken) + 3))) if id not in taken),
        "name": f"Somebody for {activity.name}, {hours} h a {portfolio.calendar.period}"[:200],
        "unit": unit,
        "hours_per_period": hours,
        "rate": named.rate or None,
        "expertise": {asked.term: asked.level for asked in activity.expertise},
        "talents": {asked.term: asked.level for asked in activity.talents},
    }
    return person


def _of_lending(named: _Named) -> Iterator[Ladder]:
    """Units help each other, or somebody of one helps another."""
    if not named.rules.keys() & {"eligibility", "lending_cap"}:
        return
    tables, portfolio = named.tables, named.portfolio
    pairs: list[tuple[int, int]] = []
    for about in named.rules.get("eligibility", []):
        p, a = tables.person_index[about["person"]], tables.activity_index[about["activity"]]
        if tables.foreign[p, a]:
            pairs.append((p, a))
    words = {about["lending"] for about in named.rules.get("lending_cap", [])}
    for n, group in enumerate(tables.lending_groups):
        if group.words in words:
            pairs += [(int(p), int(a)) for p, a in np.argwhere(tables.lending_group == n)]
    shares = _over("share", (percent / 100 for percent in range(1, 101)))
    units = [unit.id for unit in portfolio.units]
    directions = dict.fromkeys((int(tables.person_unit[p]), int(tables.activity_unit[a])) for p, a in pairs)
    for source, target in list(directions)[:MOST]:
        yield Ladder("lend", {"unit": units[source], "to": units[target]}, shares)
    lent = dict.fromkeys((portfolio.people[p].id, int(tables.activity_unit[a])) for p, a in pairs)
    for who, target in list(lent)[:MOST]:
        yield Ladder("lend", {"person": who, "to": units[target]}, shares)


def _of_people(named: _Named) -> Iterator[Ladder]:
    """More hours of those who are named, and less that they must do elsewhere."""
    for who in named.people:
        most = max(WEEK, int(named.tables.available[named.tables.person_index[who]].max()))
        yield Ladder("more_hours", {"person": who, **named.when()}, _over("hours", range(1, most + 1)))
    for about in named.rules.get("rotation", [])[:MOST]:
        share = int(named.tables.rotation_share[named.tables.person_index[about["person"]]])
        fewer = [percent / 100 for percent in range(share - 1, -1, -1)]
        yield Ladder("rotate", {"person": about["person"]}, _over("share", fewer))


def _of_money(named: _Named) -> Iterator[Ladder]:
    """A larger budget, and more people taken on."""
    policy = named.portfolio.policy
    if "budget" in named.rules and policy.budget is not None:
        # A hundredth more each time, up to where everybody is booked, always.
        most = policy.budget + sum(one.money for one in policy.fixed_costs)
        most += sum(
            (person.rate or 0) * int(hours)
            for person, hours in zip(named.portfolio.people, named.tables.hours_available, strict=True)
        )
        steps, budget = {int(policy.budget) + 1}, max(1.0, policy.budget)
        while budget < most:
            budget *= 1.01
            steps.add(int(budget) + 1)
        yield Ladder("set_policy", {}, sorted(steps), number="budget")
    for about in named.rules.get("hires", []):
        limits = [limit.model_dump() for limit in policy.max_hires]
        number = next(n for n, limit in enumerate(limits) if limit["group"] == about["group"])
        larger = range(limits[number]["most"] + 1, limits[number]["most"] + 21)
        other = [[*limits[:number], {**limits[number], "most": n}, *limits[number + 1 :]] for n in larger]
        yield Ladder("set_policy", {}, _over("max_hires", other))


def _of_rule(rule: Rule) -> Iterator[Ladder]:
    """Its numbers looser; of a soft rule in mode `hard` a tolerance, or that it only counts again."""

    def settled(name: str, values: Iterable[Any]) -> Ladder:
        return Ladder("set_policy", {}, _over("rules", ({rule.name: {name: value}} for value in values)))

    if not rule.hard:
        yield settled("mode", ["soft"])
        yield settled("tolerance", (amount for amount in TOLERANCES if 100 * amount > rule.tolerance))
    for name, (step, end) in LOOSER.get(rule.name, {}).items():
        now = getattr(rule.settings, name)
        shares = isinstance(now, float)
        numbers = range((round(100 * now) if shares else now) + step, end + step, step)
        yield settled(name, (n / 100 for n in numbers) if shares else numbers)
