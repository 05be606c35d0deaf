"""A first plan at once: request by request, the best person who is free, as resource tools do it.

It knows only part of the rules; what breaks one of the others is not handed in.
"""

from __future__ import annotations

import numpy as np

from solver.model import pairs_of
from solver.plan import Plan, plan_of
from solver.rules.base import HUNDRED, IntArray
from solver.search import Search, commitments
from solver.tables import Bools, Tables

#: what a requirement that somebody newly meets is worth, in percents of fit
COVERS, COVERS_MUST = 100, 1000


def solve(search: Search) -> None:
    """Hand in a plan made request by request, the most important activities first, if it breaks no rule."""
    fill(search, commitments(search.tables))


def fill(search: Search, base: Plan) -> None:
    """Hand in a plan with more people on what is left open, the most important activities first, if it breaks no rule.

    Those who are on the team already may get more hours, but for what they learn or what was agreed.
    """
    tables = search.tables
    hours = {(int(p), int(a)): int(h) for p, a, h in zip(base.person, base.activity, base.booked, strict=True)}
    teams: list[dict[int, int]] = [{} for _ in range(tables.A)]
    for (p, a), booked in hours.items():
        if booked:
            teams[a][p] = booked
    free = np.maximum(0, tables.available - base.load)
    most = np.zeros((tables.P, tables.A), dtype=np.int64)
    pairs, limits = pairs_of(tables)
    most[pairs[:, 0], pairs[:, 1]] = limits
    most[~_simple(tables)] = 0
    most[tables.committed | base.learns | ~tables.able] = 0
    lent = _Lent(tables, base.hours)
    least = tables.rule["smallest_booking"].least(tables)  # type: ignore[attr-defined]
    fit = tables.expertise_fit.astype(np.int64) + tables.talent_fit - tables.drain
    order = np.lexsort((tables.asked, -tables.importance))
    for a in order.tolist():
        if tables.P and tables.start[a] <= tables.last[a]:
            _staff(tables, a, teams[a], most[:, a], int(least[a]), fit[:, a], free, lent)
    hours |= {(p, a): booked for a, team in enumerate(teams) for p, booked in team.items()}
    search.consider(plan_of(tables, hours, base.learning))


def _staff(
    tables: Tables,
    a: int,
    there: dict[int, int],
    most: IntArray,
    least: int,
    fit: IntArray,
    free: IntArray,
    lent: _Lent,
) -> None:
    """Book who is to join one activity or to have more hours into its team, and take it from `free` and `lent`.

    there: hours of each person on the team; most: (P,) hours at most. Without a whole team nothing is booked.
    """
    window = slice(int(tables.start[a]), int(tables.last[a]) + 1)
    every = tables.requirements_of(a)
    missing = tables.requirement_people[every].copy()
    worth = np.where(tables.requirement_must[every], COVERS_MUST, COVERS)
    team = dict(there)
    left = int(tables.asked[a]) - sum(team.values())
    missing -= tables.meets[list(team)][:, every].sum(axis=0)
    others, share = ~tables.expert[:, a], round(tables.rule["expert_hours"].settings.expert_share * HUNDRED)
    while left > 0:
        room = np.minimum(np.minimum(free[:, window].sum(axis=1), most), np.minimum(left, lent.room(a)))
        if share:  # others have hours only beside those of experts
            by_others = sum(booked for p, booked in team.items() if others[p])
            beside = ((HUNDRED - share) * sum(team.values()) - HUNDRED * by_others) // share
            room[others] = np.minimum(room[others], max(0, beside))
        room[list(there)] = np.minimum(room[list(there)], most[list(there)] - list(there.values()))
        room = room // tables.block * tables.block
        room[[p for p in team if team[p] != there.get(p)]] = 0
        meets = tables.meets[:, every] * worth * (missing > 0)
        meets[list(there)] = 0
        gain = fit + meets.sum(axis=1) + HUNDRED * room // max(1, left)
        joins = max(least, tables.block) if len(team) < tables.team_max[a] else left + 1
        enough = np.full(tables.P, joins)
        enough[list(there)] = tables.block
        gain[room < enough] = -1
        p = int(gain.argmax())
        if gain[p] < 0:
            break
        team[p] = team.get(p, 0) + int(room[p])
        lent.take(p, a, int(room[p]))
        left -= int(room[p])
        if p not in there:
            missing -= tables.meets[p, every]
    whole = len(team) >= max(1, tables.team_min[a]) and not (missing[tables.requirement_must[every]] > 0).any()
    for p, booked in team.items():
        more = booked - there.get(p, 0)
        if not more:
            continue
        if whole:
            there[p] = booked
            _take(free[p, window], more)
        else:
            lent.take(p, a, -more)


def _take(free: IntArray, booked: int) -> None:
    """Take hours from the periods in proportion to what is free in them; changes `free`."""
    kept = np.cumsum(free) * (int(free.sum()) - booked) // int(free.sum())
    free[:] = np.diff(kept, prepend=0)


def _simple(tables: Tables) -> Bools:
    """(P, A): people about whom nothing was agreed that a plan made request by request could break."""
    simple = ~tables.candidate & (tables.rotation_share == 0)
    for relation in tables.portfolio.relations:
        simple[[tables.person_index[person] for person in relation.people]] = False
    return np.broadcast_to(simple[:, None], (tables.P, tables.A))


class _Lent:
    """What every lending agreement still has room for."""

    def __init__(self, tables: Tables, booked: IntArray) -> None:
        self._group = tables.lending_group
        groups = tables.lending_groups
        lent = np.bincount(self._group.ravel() + 1, booked.ravel(), len(groups) + 1)[1:]
        most = [group.most(~tables.candidate) // HUNDRED for group in groups]
        self._left = [there - int(taken) for there, taken in zip(most, lent, strict=True)]
        self._endless = int(tables.asked.sum())

    def room(self, a: int) -> IntArray:
        """(P,) hours each person may still work on the activity."""
        limits = np.array([*self._left, self._endless])
        return np.asarray(np.maximum(0, limits[self._group[:, a]]))

    def take(self, p: int, a: int, booked: int) -> None:
        """Count hours against the agreement that they fall under."""
        if self._group[p, a] >= 0:
            self._left[self._group[p, a]] -= booked
