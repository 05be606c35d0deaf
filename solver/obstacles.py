"""What stands in the way of a wish, in words, as far as it can be seen without a solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from solver.model import pairs_of
from solver.proposal import Part
from solver.rules.base import HUNDRED, Key, percent
from solver.tables import Bools, Tables

#: people of whom it is told why they cannot be booked, where too few can
MOST_PEOPLE = 5


class Reason(Part):
    """One item of a rule that stands in the way."""

    rule: str
    about: dict[str, str]
    text: str


def demand(tables: Tables, rule: str, key: Key) -> Reason:
    """What a rule asks of one of its items."""
    found = tables.rule[rule]
    return Reason(rule=rule, about=tables.about(found.about, key), text=found.demand(tables, key))


def room(tables: Tables, p: int, a: int) -> int:
    """Hours that p has, without any other work, in the periods in which a can still be worked on."""
    return int(tables.available[p, tables.start[a] : tables.last[a] + 1].sum())


def of_hours(tables: Tables, p: int, a: int, hours: int) -> list[Reason]:
    """Why p cannot have so many hours on a; 0: any at all."""
    if (p, a) in tables.pinned:
        return [demand(tables, "commitment", (p, a))] if hours > (tables.pinned[p, a].hours or 0) else []
    if (p, a) in tables.frozen:
        return []
    if tables.forbidden[p, a]:
        return [demand(tables, "commitment", (p, a))]
    if not tables.eligible[p, a]:
        return [demand(tables, "eligibility", (p, a))]
    if tables.start[a] > tables.last[a]:
        return [demand(tables, "window", (p, a))]
    if hours > tables.asked[a]:
        return [demand(tables, "overbooking", (a,))]
    least = int(tables.rule["smallest_booking"].least(tables)[a])  # type: ignore[attr-defined]
    wanted = max(hours, least, tables.block)
    found: list[Reason] = []
    has = room(tables, p, a)
    if has < wanted:
        text = f"{tables.person(p)} has {has} h in the periods in which {tables.activity(a)} can be worked on"
        found.append(Reason(rule="availability", about=tables.about(("person",), (p,)), text=text))
    share = HUNDRED - percent(tables.rule["expert_hours"].settings.expert_share)
    left = int(tables.asked[a]) * share // HUNDRED
    if not tables.expert[p, a] and left < wanted:
        rule = demand(tables, "expert_hours", (a,))
        text = f"{rule.text}; {tables.person(p)} has none of it, which leaves {left} h"
        found.append(Reason(rule=rule.rule, about=rule.about, text=text))
    if found and hours < least:
        found.append(demand(tables, "smallest_booking", (p, a)))
    return found or _of_team(tables, p, a)


def of_mentor(tables: Tables, mentor: int, learner: int, a: int) -> list[Reason]:
    """Why the one cannot teach the other on an activity."""
    every = tables.requirements_of(a)
    learned = every[tables.can_learn[learner, every]]
    name, where = tables.person(learner), tables.activity(a)
    about = tables.about(("person", "activity"), (learner, a))
    if not len(learned):
        return [Reason(rule="mentoring", about=about, text=f"{name} can learn nothing that {where} asks for")]
    if not tables.meets[mentor, learned].any():
        terms = ", ".join(tables.term(int(r)) for r in learned)
        text = f"{tables.person(mentor)} does not meet what {name} can learn on {where}: {terms}"
        return [Reason(rule="mentoring", about=about, text=text)]
    if not tables.max_learners[mentor]:
        return [demand(tables, "mentoring", (mentor,))]
    return of_hours(tables, mentor, a, 0) + of_hours(tables, learner, a, 0)


def of_filling(tables: Tables, a: int, hours: int) -> list[Reason]:
    """Why an activity cannot have so many hours in all."""
    if hours > tables.asked[a]:
        return [demand(tables, "overbooking", (a,))]
    pairs, most = pairs_of(tables)
    those = pairs[:, 1] == a
    largest = np.sort(most[those])[::-1]
    if largest.sum() < hours:
        able = "nobody" if not len(largest) else f"all who can be booked on it, {len(largest)} in number,"
        has = "can be booked on it" if not len(largest) else f"can give it {largest.sum()} h together"
        text = f"{tables.activity(a)}: {able} {has}"
        summed = Reason(rule="availability", about=tables.about(("activity",), (a,)), text=text)
        return [summed, *_of_people(tables, a, np.ones(tables.P, dtype=bool), pairs[those, 0].tolist())]
    if largest[: tables.team_max[a]].sum() < hours:
        return [demand(tables, "team_size", (a,))]
    return []


def of_requirement(tables: Tables, r: int) -> list[Reason]:
    """Why a requirement cannot have the people that it asks for."""
    a, people = int(tables.requirement_activity[r]), int(tables.requirement_people[r])
    pairs, _ = pairs_of(tables)
    able = [int(p) for p in pairs[pairs[:, 1] == a, 0] if tables.meets[p, r]]
    if len(able) < people:
        number = "nobody" if not able else f"only {', '.join(tables.person(p) for p in able)}"
        text = f"{tables.activity(a)} asks for {people} with {tables.term(r)}; {number} with it can be booked there"
        rule = "talent_coverage" if tables.requirement_talent[r] else "expertise_coverage"
        summed = Reason(rule=rule, about=tables.about(("requirement",), (r,)), text=text)
        return [summed, *_of_people(tables, a, tables.meets[:, r], able)]
    if tables.team_max[a] < people:
        return [demand(tables, "team_size", (a,))]
    return []


def _of_people(tables: Tables, a: int, asked: Bools, able: Sequence[int]) -> Iterable[Reason]:
    """Why the best of those who are asked for cannot be booked: one reason each."""
    left = asked.copy()
    left[list(able)] = False
    fit = tables.expertise_fit[:, a].astype(np.int64) + tables.talent_fit[:, a]
    order = [int(p) for p in np.argsort(-fit, kind="stable") if left[p]]
    for p in order[:MOST_PEOPLE]:
        yield from of_hours(tables, p, a, 0)[:1]


def _alone(tables: Tables, a: int) -> Bools:
    """(P,) the people who could be booked on a, as far as it is about nobody but them."""
    least = int(tables.rule["smallest_booking"].least(tables)[a])  # type: ignore[attr-defined]
    has = tables.available[:, tables.start[a] : tables.last[a] + 1].sum(axis=1)
    free = tables.bookable[:, a] & (has >= max(least, tables.block))
    return np.asarray(free | tables.committed[:, a])


def _of_team(tables: Tables, p: int, a: int) -> list[Reason]:
    """What the activity lacks besides p: people it cannot do without, a team, somebody to learn from."""
    others, every = _alone(tables, a), tables.requirements_of(a)
    found = [
        demand(tables, "must_requirement", (int(r),))
        for r in every[tables.requirement_must[every]]
        if (others & tables.meets[:, r]).sum() < tables.requirement_people[r]
    ]
    if others.sum() < tables.team_min[a]:
        found.append(demand(tables, "team_size", (a,)))
    learned = every[tables.can_learn[p, every]]
    if not tables.able[p, a] and not (others[:, None] & tables.meets[:, learned]).any():
        found.append(demand(tables, "mentoring", (p,)))
    return found
