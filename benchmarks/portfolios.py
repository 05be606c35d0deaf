"""Made-up but lifelike portfolios of any size: the same arguments give the same portfolio on every machine.

A professional-services organisation: units with their own expertise, people strong in a few terms of it and a little in
others, projects of about six activities in three phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

Json = dict[str, Any]
Item = TypeVar("Item")

FIELDS = {
    "finance": "public finance, cost-benefit analysis, audit, budgeting, procurement, subsidies",
    "law": "administrative law, privacy law, contract law, labour law, permits, European tendering",
    "people": "workforce planning, pay and grading, recruitment, absence policy, learning design, works councils",
    "data": "statistics, data engineering, dashboards, machine learning, survey research, data protection",
    "space": "urban planning, mobility, housing policy, climate adaptation, energy transition, land development",
    "care": "youth care, elderly care, social support, public health, care purchasing, debt relief",
    "digital": "software architecture, service design, accessibility, cyber security, cloud operations, testing",
    "organisation": "process redesign, governance, mergers, shared services, quality management, risk management",
    "communication": "plain language, campaigns, press, participation, internal communication, information design",
    "culture": "heritage, library services, sports policy, events, education policy, tourism",
}
TALENTS = {
    "relating": "empathy, harmony, connecting",
    "influencing": "persuading, inspiring, negotiating",
    "structuring": "planning, precision, overview",
    "thinking": "analysing, imagining, questioning",
    "driving": "initiative, perseverance, deciding",
    "wording": "explaining, storytelling, listening",
}
KINDS = ["interview", "analysis", "workshop", "writing", "advice", "implementation", "review", "facilitation"]
PHASES = ["opening", "working", "closing"]
GOALS = ["Clients come back", "New services", "Public value", "Sound delivery"]


class Made:
    """One portfolio in the making; everything is drawn from one generator, in one order."""

    def __init__(self, seed: int, periods: int, block: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.periods, self.block = periods, block
        self.fields = {field: [_id(term) for term in terms.split(", ")] for field, terms in FIELDS.items()}
        self.talents = [talent for talents in TALENTS.values() for talent in talents.split(", ")]

    def some(self, items: Sequence[Item], most: int) -> list[Item]:
        """Different items, at most so many."""
        chosen = self.rng.choice(len(items), size=min(most, len(items)), replace=False)
        return [items[i] for i in chosen]

    def one(self, low: int, below: int) -> int:
        """A whole number from `low` to one less than `below`."""
        return int(self.rng.integers(low, below))

    def person(self, p: int, unit: int, terms: Sequence[str]) -> Json:
        """Somebody of a unit, who knows some of its terms."""
        every = [term for terms in self.fields.values() for term in terms]
        levels = {term: self.one(2, 6) for term in self.some(terms, self.one(2, 6))}
        for term in self.some(every, 2):
            levels.setdefault(term, self.one(1, 4))
        strong = self.some(self.talents, 5)
        talents = {talent: self.one(3, 6) for talent in strong}
        talents |= {talent: self.one(1, 3) for talent in self.some([t for t in self.talents if t not in strong], 6)}
        hours = int(self.rng.choice([36, 40, 32, 24], p=[0.4, 0.3, 0.2, 0.1]))
        absences = [{"first": t, "last": t} for t in range(self.periods) if self.rng.random() < 0.05]
        weaker = [term for term, level in levels.items() if level <= 3] or list(levels)
        liked = zip(self.some(KINDS, 3), self.rng.integers(-2, 3, 3).tolist(), strict=True)
        hoped = self.some(weaker, self.one(1, 3))
        return {
            "id": f"p{p:04d}",
            "name": f"Person {p:04d}",
            "unit": f"u{unit}",
            "hours_per_period": hours,
            "absences": absences,
            "expertise": [{"term": term, "level": level} for term, level in levels.items()],
            "talents": [{"term": talent, "level": level} for talent, level in talents.items()],
            "energy": [{"of": f"kind:{kind}", "value": value} for kind, value in liked if value],
            "ambitions": [{"term": term, "level": levels[term] + 1} for term in hoped if levels[term] < 5],
            "mentoring": {"max_learners": self.one(1, 4)},
            "performance": self.one(1, 4),
            "potential": self.one(1, 4),
            "rate": 60 + 10 * max(levels.values()) + 5 * self.one(0, 5),
        }

    def project(self, x: int, number: int, work: list[Json], terms: Sequence[str]) -> list[float]:
        """Add the activities of a project to the work; how large they are to be, in proportion to each other."""
        first = self.one(0, max(1, self.periods // 2))
        longest = self.one(max(2, self.periods // 3), max(3, self.periods))
        cuts = np.linspace(first, min(self.periods - 1, first + longest) + 1, 4).astype(int).tolist()
        by_phase: list[list[Json]] = [[], [], []]
        sizes = []
        for n in range(number):
            phase = min(2, n * 3 // number)
            low, high = cuts[phase], max(cuts[phase], cuts[phase + 1] - 1)
            before = by_phase[phase - 1] if phase and self.rng.random() < 0.5 else []
            activity = {
                "id": f"a{len(work):04d}",
                "project": f"x{x:03d}",
                "phase": PHASES[phase],
                "name": f"Activity {len(work)}",
                "kind": str(self.rng.choice(KINDS)),
                "window": {"first": low, "last": high},
                "priority": self.one(1, 6),
                "expertise": [self.asked(term, self.one(2, 5), must=0.3) for term in self.some(terms, self.one(1, 4))],
                "talents": [
                    self.asked(talent, self.one(3, 5))
                    for talent in self.some([*self.talents, *TALENTS], self.one(1, 4))
                ],
                "responsibility": bool(self.rng.random() < 0.3),
                "critical": bool(self.rng.random() < 0.15),
                "after": [one["id"] for one in before if one["window"]["last"] < low][:1],
            }
            by_phase[phase].append(activity)
            work.append(activity)
            sizes.append(self.rng.gamma(2.0) * (high - low + 1))
        return sizes

    def asked(self, term: str, level: int, must: float = 0.0) -> Json:
        """A requirement; `must` is how likely it is one that must be met."""
        return {"term": term, "level": level, "people": 1, "must": bool(must and self.rng.random() < must)}

    def incumbent(self, activity: Json, crew: Sequence[Json], unit: str, used: dict[str, int]) -> Json | None:
        """Somebody of the unit who fits the activity and is on it already, if there is anybody."""
        asked = {(one["term"], one["level"]) for one in activity["expertise"]}
        fits = [
            person
            for person in crew
            if any(
                has["term"] == term and has["level"] >= level for has in person["expertise"] for term, level in asked
            )
            and person["unit"] == unit
            and used[person["id"]] < 0.5 * person["hours_per_period"] * self.periods
        ]
        if not fits:
            return None
        person = fits[self.one(0, len(fits))]
        away = {absence["first"] for absence in person["absences"]}
        span = range(activity["window"]["first"], activity["window"]["last"] + 1)
        free = person["hours_per_period"] * len(set(span) - away)
        hours = min(activity["hours"], free // 2) // self.block * self.block
        if hours < 2 * self.block:
            return None
        used[person["id"]] += hours
        return {"person": person["id"], "activity": activity["id"], "hours": hours, "status": "incumbent"}


def made(
    people: int,
    activities: int,
    seed: int,
    periods: int = 12,
    load: float = 0.85,
    incumbents: float = 0.2,
    block: int = 4,
) -> Json:
    """A portfolio as JSON; load: part of all hours that is asked for; incumbents: of the activities that have one."""
    new = Made(seed, periods, block)
    weights = new.rng.integers(1, 6, len(GOALS)).tolist()
    units = max(1, people // 25)
    unit_fields = [new.some(list(FIELDS), 2) for _ in range(units)]
    lend_shares = new.rng.choice([0.0, 0.2, 0.4], units).tolist()
    terms = [[term for field in fields for term in new.fields[field]] for fields in unit_fields]
    crew = [new.person(p, p % units, terms[p % units]) for p in range(people)]
    numbers = np.bincount(new.rng.integers(0, max(1, round(activities / 6)), activities)).tolist()
    work: list[Json] = []
    sizes: list[float] = []
    projects: list[Json] = []
    for x, number in enumerate(numbers):
        goals = [f"g{goal}" for goal in new.some(range(len(GOALS)), new.one(1, 3))]
        projects.append({"id": f"x{x:03d}", "name": f"Project {x:03d}", "unit": f"u{x % units}", "goals": goals})
        sizes += new.project(x, number, work, terms[x % units])
    capacity = sum(person["hours_per_period"] * (periods - len(person["absences"])) for person in crew)
    for activity, size in zip(work, sizes, strict=True):
        span = activity["window"]["last"] - activity["window"]["first"] + 1
        hours = max(2 * block, round(load * capacity * size / sum(sizes) / block) * block)
        activity["hours"] = hours
        activity["team"] = {"min": 1, "max": min(12, max(2, -(-hours // (span * 16)) + 1))}
    used = {person["id"]: 0 for person in crew}
    unit_of = {project["id"]: project["unit"] for project in projects}
    chosen = [activity for activity in work if new.rng.random() < incumbents]
    bookings = [new.incumbent(activity, crew, unit_of[activity["project"]], used) for activity in chosen]
    return {
        "format": "staffing-portfolio/1",
        "id": f"made-{people}x{activities}x{periods}-{seed}",
        "name": f"Made-up organisation, {people} people",
        "calendar": {"start": "2027-01-04", "period": "week", "periods": periods},
        "block_hours": block,
        "vocabulary": [*_terms(FIELDS, "expertise"), *_terms(TALENTS, "talent")],
        "goals": [
            {"id": f"g{n}", "name": name, "weight": w} for n, (name, w) in enumerate(zip(GOALS, weights, strict=True))
        ],
        "units": [
            {"id": f"u{u}", "name": f"Unit {u} ({', '.join(fields)})", "lend_share": share}
            for u, (fields, share) in enumerate(zip(unit_fields, lend_shares, strict=True))
        ],
        "people": crew,
        "projects": projects,
        "activities": work,
        "bookings": [booking for booking in bookings if booking],
        "policy": {"preset": "balanced", "rules": {}},
    }


def _id(words: str) -> str:
    return words.lower().replace(" ", "-")


def _terms(families: dict[str, str], dimension: str) -> list[Json]:
    """Each family as a term, and its terms below it."""
    terms = []
    for family, narrower in families.items():
        terms.append({"id": family, "dimension": dimension, "labels": {"en": family.capitalize()}})
        terms += [
            {"id": _id(name), "dimension": dimension, "labels": {"en": name.capitalize()}, "broader": family}
            for name in narrower.split(", ")
        ]
    return terms
