"""Where good profiles to hire come from: what the plan lacks, and what one more person could take off it.

An estimate, quick and without a solver, of what somebody with some terms could relieve; a beam search over terms and
levels that the work asks for, unit by unit; and what is in demand as such. It only has to put the right profiles among
the candidates: the solver picks from them (`best_hires.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.plan import Plan
from solver.portfolio import Person, Portfolio, parse
from solver.rules.base import HUNDRED, IntArray
from solver.tables import Bools, Tables

Floats = npt.NDArray[np.float64]

#: bundles of each size that are kept while they grow
BEAM = 24
#: a term that adds less than this part of what a profile is worth is left out
WORTHWHILE = 0.02
#: the part of the pool that comes from what is in demand, whether the plan lacks it or not
IN_DEMAND = 0.25
#: an id that stands for the newcomer while tables are made
NEWCOMER = "newcomer:"


@dataclass(frozen=True)
class Profile:
    """Terms with their levels, sorted, and the unit of whoever has them."""

    terms: tuple[tuple[str, int], ...]
    unit: str | None

    def overlap(self, other: Profile) -> float:
        """0–1: the part of their terms that two profiles share; a term at another level counts half, a unit a fifth."""
        mine, theirs = dict(self.terms), dict(other.terms)
        same = sum(1.0 if mine[term] == theirs[term] else 0.5 for term in mine.keys() & theirs.keys())
        return (same + 0.2 * (self.unit == other.unit)) / (len(mine.keys() | theirs.keys()) + 0.2)


@dataclass(frozen=True)
class Newcomer:
    """What everybody who could be hired has in common, besides the profile."""

    hours_per_period: int
    from_: int
    rate: float | None

    def person(self, portfolio: Portfolio, profile: Profile, id: str) -> Person:
        """Somebody with that profile."""
        held: dict[str, list[dict[str, Any]]] = {"expertise": [], "talents": []}
        for term, level in profile.terms:
            sort = "expertise" if portfolio.terms[term].dimension == "expertise" else "talents"
            held[sort].append({"term": term, "level": level})
        made = {"id": id, "name": name_of(portfolio, profile) or id, "unit": profile.unit, "rate": self.rate, **held}
        return Person.model_validate({**made, "hours_per_period": self.hours_per_period})


def name_of(portfolio: Portfolio, profile: Profile) -> str:
    """`Connecting 4 + Persuading 4 (Team Omgeving)`."""
    terms = " + ".join(f"{portfolio.label(term)} {level}" for term, level in profile.terms)
    unit = next((f" ({one.name})" for one in portfolio.units if one.id == profile.unit), "")
    return terms + unit


class Estimate:
    """What somebody with some terms could relieve in a plan, roughly, in points; see `worth`.

    Atoms are the (term, level) that some requirement asks for. Arrays: N bundles, A activities, R requirements.
    """

    def __init__(
        self, portfolio: Portfolio, tables: Tables, plan: Plan, newcomer: Newcomer, units: Sequence[str | None]
    ) -> None:
        self.portfolio, self.tables, self.plan, self.units = portfolio, tables, plan, tuple(units)
        asked = {
            (int(v), int(level)) for v, level in zip(tables.requirement_term, tables.requirement_level, strict=True)
        }
        self.atoms: list[tuple[int, int]] = sorted(asked)
        #: reach (atoms, R) tenths: the level that somebody with an atom has on each requirement's term
        self.reach = np.zeros((len(self.atoms), tables.R), dtype=np.int8)
        for i, (v, level) in enumerate(self.atoms):
            self.reach[i, np.isin(tables.requirement_term, tables.vocabulary.broader_or_self(v))] = 10 * level
        self._people(newcomer)
        self._relief()

    def _people(self, newcomer: Newcomer) -> None:
        """room (units, A) hours that a newcomer of each unit has for an activity; hours: in all."""
        nobody = [
            newcomer.person(self.portfolio, Profile((), unit), f"{NEWCOMER}{n}") for n, unit in enumerate(self.units)
        ]
        away = [{"first": 0, "last": newcomer.from_ - 1}] if newcomer.from_ else []
        data = self.portfolio.canonical()
        data["people"] += [{**one.model_dump(mode="json", by_alias=True), "absences": away} for one in nobody]
        tables = Tables.of(parse(data))
        new = slice(self.tables.P, tables.P)
        sums = np.concatenate((np.zeros((len(nobody), 1), dtype=np.int64), np.cumsum(tables.available[new], axis=1)), 1)
        start = np.minimum(tables.start, tables.last + 1)
        self.room = np.minimum(sums[:, tables.last + 1] - sums[:, start], tables.asked) * tables.allowed[new]
        self.hours = int(tables.available[new, tables.now :].sum(axis=1).max(initial=0))

    def _weight(self, rule: str) -> int:
        found = self.tables.rule[rule]
        return found.weight if found.counts else 0

    def _relief(self) -> None:
        """What there is to win: people missing (R,), hours open (A,), how badly hours fit (P, A), in points."""
        tables, plan = self.tables, self.plan
        importance = tables.importance / HUNDRED
        missing = tables.requirement_people > plan.members_meeting
        weight = np.where(
            tables.requirement_talent, self._weight("talent_coverage"), self._weight("expertise_coverage")
        )
        of = importance[tables.requirement_activity] * tables.requirement_weight
        self.covers: Floats = np.where(missing, weight * of, 0.0)
        continuity = tables.rule["continuity"]
        if continuity.counts:
            self.covers[continuity.measure(tables, plan).keys[:, 0]] += continuity.weight
        self.open: Floats = np.maximum(0, tables.asked - plan.of_activity).astype(np.float64)
        self.per_open_hour: Floats = self._weight("staffing") * importance
        #: people without whom nothing is booked: whoever brings what they miss opens the whole activity
        blocked = np.zeros(tables.A, dtype=bool)
        blocked[tables.requirement_activity[tables.requirement_must & missing]] = True
        self.blocked: Bools = blocked & (plan.of_activity == 0)
        loss = self._weight("expertise_fit") * (HUNDRED - tables.expertise_fit.astype(np.int64))
        loss = loss + self._weight("talent_fit") * (HUNDRED - tables.talent_fit.astype(np.int64))
        self.loss: Floats = (loss + self._weight("energy") * tables.drain) / HUNDRED
        least = tables.rule["smallest_booking"].least(tables)  # type: ignore[attr-defined]
        self.least: IntArray = np.maximum(least, tables.block)

    def worth(self, bundles: Sequence[tuple[int, ...]], unit: int) -> Floats:
        """(N,) points that somebody of a unit with these atoms could relieve, about.

        Per activity: people missing whom they are, for the smallest booking; open hours that they fill; hours of others
        that fit worse. What is worth most an hour comes first, as far as their hours go.
        """
        tables, N, A = self.tables, len(bundles), self.tables.A
        level = np.stack([self.reach[list(bundle)].max(axis=0) for bundle in bundles])
        meets = level >= 10 * tables.requirement_level
        under = 10 * tables.rule["eligibility"].settings.under_level
        near = level >= np.maximum(1, 10 * tables.requirement_level - under)
        share = tables.rule["expert_hours"].settings.expert_share
        value, hours = np.zeros((N, 3 * A)), np.zeros((N, 3 * A))
        for a in np.flatnonzero(self.room[unit]).tolist():
            every = tables.requirements_of(a)
            talent = tables.requirement_talent[every]
            expert = meets[:, every[~talent]].any(axis=1) if (~talent).any() else np.ones(N, dtype=bool)
            able = near[:, every[~talent]].any(axis=1) | meets[:, every[talent]].any(axis=1) | (not len(every))
            musts = every[tables.requirement_must[every]]
            opens = meets[:, musts].all(axis=1) | (not self.blocked[a])
            there = (able & opens & (self.room[unit, a] >= self.least[a])).astype(np.float64)
            most = np.where(expert, self.room[unit, a], np.minimum(self.room[unit, a], (1 - share) * tables.asked[a]))
            value[:, a] = there * (meets[:, every] @ self.covers[every])
            hours[:, a] = np.minimum(self.least[a], most)
            fill = np.minimum(self.open[a], most)
            if self.blocked[a]:  # once it is possible, colleagues help
                value[:, a] += there * self.per_open_hour[a] * self.open[a]
            value[:, A + a] = there * self.per_open_hour[a] * fill
            hours[:, A + a] = fill
            mine = self._own_loss(level[:, every], every, talent)
            team = np.flatnonzero(self.plan.hours[:, a])
            worse = np.maximum(0.0, self.loss[team, a][None, :] - mine[:, None])
            replaced = self.plan.hours[team, a][None, :] * (worse > 0)
            scale = np.minimum(1.0, most / np.maximum(1, replaced.sum(axis=1)))
            value[:, 2 * A + a] = there * (worse * replaced).sum(axis=1) * scale
            hours[:, 2 * A + a] = replaced.sum(axis=1) * scale
        return self._packed(value, hours)

    def _own_loss(self, level: npt.NDArray[np.int8], every: IntArray, talent: Bools) -> Floats:
        """(N,) points an hour that their own work on an activity would cost in fit."""
        tables, total = self.tables, np.zeros(len(level))
        for rule, those in (("expertise_fit", ~talent), ("talent_fit", talent)):
            if those.any():
                asked, weight = 10 * tables.requirement_level[every[those]], tables.requirement_weight[every[those]]
                reached = np.minimum(1.0, level[:, those] / asked) @ weight / weight.sum()
                total += self._weight(rule) * (1 - reached)
        return total

    def _packed(self, value: Floats, hours: Floats) -> Floats:
        """(N,) the value of what is worth most an hour, as far as there are hours; parts of it count in part."""
        density = value / np.maximum(hours, 1.0)
        order = np.argsort(-density, axis=1, kind="stable")
        value, hours = np.take_along_axis(value, order, 1), np.take_along_axis(hours, order, 1)
        left = np.maximum(0.0, self.hours - (np.cumsum(hours, axis=1) - hours))
        return np.asarray((value * np.minimum(1.0, left / np.maximum(hours, 1.0))).sum(axis=1))

    # --- bundles

    def profile(self, bundle: Iterable[int], unit: int) -> Profile:
        """The profile of a bundle of atoms."""
        terms = self.portfolio.vocabulary
        held = sorted((terms[self.atoms[i][0]].id, self.atoms[i][1]) for i in bundle)
        order = {term.id: n for n, term in enumerate(terms)}
        return Profile(tuple(sorted(held, key=lambda one: order[one[0]])), self.units[unit])

    def bundle(self, profile: Profile) -> tuple[int, ...]:
        """The atoms of a profile whose terms are asked for at these levels; the nearest level asked for above."""
        index = self.tables.term_index
        found = []
        for term, level in profile.terms:
            levels = [i for i, (v, asked) in enumerate(self.atoms) if v == index[term] and asked >= level]
            found += levels[:1]
        return tuple(sorted(found))

    def grown(self, unit: int, size: int) -> dict[tuple[int, ...], float]:
        """Bundles of up to `size` atoms of different terms with what they are worth: the best of each size, grown."""
        found: dict[tuple[int, ...], float] = {}
        beam: list[tuple[int, ...]] = [()]
        for _ in range(size):
            wider = {
                tuple(sorted((*bundle, i)))
                for bundle in beam
                for i, (v, _) in enumerate(self.atoms)
                if all(self.atoms[j][0] != v for j in bundle)
            }
            if not wider:
                break
            bundles = sorted(wider)
            worth = self.worth(bundles, unit)
            best = np.argsort(-worth, kind="stable")[:BEAM]
            beam = [bundles[n] for n in best]
            found |= {bundles[n]: float(worth[n]) for n in best}
        return self._worthwhile(found)

    def around(self, profile: Profile, size: int) -> dict[tuple[int, ...], float]:
        """The bundles that differ from a profile in one atom (swapped, added, left out) with what they are worth."""
        bundle, unit = self.bundle(profile), self.units.index(profile.unit)
        found = set()
        for out in (*bundle, None):
            kept = tuple(i for i in bundle if i != out)
            terms = {self.atoms[i][0] for i in kept}
            found |= {kept} | {
                tuple(sorted((*kept, i))) for i, (v, _) in enumerate(self.atoms) if v not in terms and len(kept) < size
            }
        bundles = sorted(one for one in found if one)
        return dict(zip(bundles, self.worth(bundles, unit).tolist(), strict=True)) if bundles else {}

    def _worthwhile(self, found: dict[tuple[int, ...], float]) -> dict[tuple[int, ...], float]:
        """Without bundles of which an atom adds next to nothing."""
        return {
            bundle: worth
            for bundle, worth in found.items()
            if worth > 0
            and all(
                worth - found.get(tuple(i for i in bundle if i != out), 0.0) >= WORTHWHILE * worth for out in bundle
            )
        }

    @cached_property
    def demanded(self) -> list[int]:
        """Atoms, the most hours asked for first: of each term the highest level that is asked for."""
        tables = self.tables
        hours: dict[int, float] = {}
        for a in range(tables.A):
            every = tables.requirements_of(a)
            for r in every.tolist():
                same = int((tables.requirement_talent[every] == tables.requirement_talent[r]).sum())
                v = int(tables.requirement_term[r])
                hours[v] = hours.get(v, 0.0) + float(tables.asked[a] * tables.requirement_people[r]) / same
        highest = {v: i for i, (v, _) in enumerate(self.atoms)}
        return [highest[v] for v in sorted(hours, key=lambda v: (-hours[v], v))]


def pool(estimate: Estimate, size: int, most: int) -> list[tuple[Profile, float]]:
    """At most `most` profiles of up to `size` terms worth hiring, by what they are worth, and what is in demand."""
    every: dict[Profile, float] = {}
    wanted: dict[Profile, float] = {}
    for unit in range(len(estimate.units)):
        for bundle, worth in estimate.grown(unit, size).items():
            every[estimate.profile(bundle, unit)] = worth
        top = estimate.demanded[: max(size, most // 4)]
        bundles = [tuple(sorted(top[i : i + size])) for i in range(max(1, len(top) - size + 1))]
        if top:
            for bundle, worth in zip(bundles, estimate.worth(bundles, unit).tolist(), strict=True):
                wanted[estimate.profile(bundle, unit)] = worth
    demanded = _best(wanted, round(IN_DEMAND * most))
    grown = _best({one: worth for one, worth in every.items() if one not in dict(demanded)}, most - len(demanded))
    return sorted(grown + demanded, key=_order)


def _best(found: dict[Profile, float], most: int) -> list[tuple[Profile, float]]:
    return sorted(found.items(), key=_order)[:most]


def _order(one: tuple[Profile, float]) -> tuple[float, int, tuple[tuple[str, int], ...], str]:
    return -one[1], len(one[0].terms), one[0].terms, one[0].unit or ""


def grouped(profiles: Sequence[tuple[Profile, float]], groups: int) -> list[list[Profile]]:
    """The profiles in groups of alike ones: around the best, around the best unlike it, and so on."""
    seeds: list[Profile] = []
    for alike in (0.4, 0.7, 1.0):
        for profile, _ in profiles:
            if len(seeds) < groups and all(profile.overlap(seed) < alike for seed in seeds):
                seeds.append(profile)
    found: list[list[Profile]] = [[] for _ in seeds]
    for profile, _ in profiles:
        nearest = max(range(len(seeds)), key=lambda n: (profile.overlap(seeds[n]), -n))
        found[nearest].append(profile)
    return found
