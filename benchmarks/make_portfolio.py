"""Write a made-up but lifelike portfolio of any size: the same arguments, the same file, on every machine.

    python benchmarks/make_portfolio.py --people 50 --activities 80 --incumbents 0.2 --seed 1 > portfolio.json

A professional-services organisation: units with their own expertise, people strong in a few terms of it and a little in
others, projects of about six activities in three phases, demand at `--load` of what people have. Everything is drawn
from one generator (NumPy's PCG64), in one order.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

Json = dict[str, Any]
Item = TypeVar("Item")

FIELDS = {
    "finance": "public finance, cost-benefit analysis, audit, budgeting, procurement, subsidies",
    "law": "administrative law, privacy law, contract law, labour law, permits, European tendering",
    "people": (
        "workforce planning, pay and grading, recruitment, absence policy, learning design, works-council matters"
    ),
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
    """One portfolio in the making."""

    def __init__(self, seed: int, periods: int, block: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.periods, self.block = periods, block
        self.fields = {field: [_id(term) for term in terms.split(", ")] for field, terms in FIELDS.items()}
        self.talents = [talent for talents in TALENTS.values() for talent in talents.split(", ")]
        self.work: list[Json] = []
        #: per activity its part of all hours, in proportion to each other
        self.sizes: list[float] = []

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
        felt = zip(self.some(KINDS, 3), self.rng.integers(-2, 3, 3).tolist(), strict=True)
        return {
            "id": f"p{p:04d}",
            "name": f"Person {p:04d}",
            "unit": f"u{unit}",
            "hours_per_period": hours,
            "absences": absences,
            "expertise": [{"term": term, "level": level} for term, level in levels.items()],
            "talents": [{"term": talent, "level": level} for talent, level in talents.items()],
            "energy": [{"of": f"kind:{kind}", "value": value} for kind, value in felt if value],
            "ambitions": [
                {"term": term, "level": levels[term] + 1}
                for term in self.some(weaker, self.one(1, 3))
                if levels[term] < 5
            ],
            "mentoring": {"max_learners": self.one(1, 4)},
            "performance": self.one(1, 4),
            "potential": self.one(1, 4),
            "rate": float(60 + 10 * max(levels.values()) + 5 * self.one(0, 5)),
            "leaves": None,
        }

    def add_project(self, x: int, number: int, terms: Sequence[str]) -> None:
        """Add the activities of a project to the work."""
        first = self.one(0, max(1, self.periods // 2))
        last = min(self.periods - 1, first + self.one(max(2, self.periods // 3), max(3, self.periods)))
        cuts = np.linspace(first, last + 1, 4).astype(int).tolist()
        by_phase: list[list[Json]] = [[], [], []]
        for n in range(number):
            phase = min(2, n * 3 // number)
            low, high = cuts[phase], max(cuts[phase], cuts[phase + 1] - 1)
            before = by_phase[phase - 1] if phase and self.rng.random() < 0.5 else []
            activity = {
                "id": f"a{len(self.work):04d}",
                "project": f"x{x:03d}",
                "phase": PHASES[phase],
                "name": f"Activity {len(self.work)}",
                "kind": str(self.rng.choice(KINDS)),
                "hours": 0,
                "window": {"first": low, "last": high},
                "team": {"min": 1, "max": 3},
                "priority": self.one(1, 6),
                "expertise": [
                    {"term": term, "level": self.one(2, 5), "people": 1, "must": bool(self.rng.random() < 0.3)}
                    for term in self.some(terms, self.one(1, 4))
                ],
                "talents": [
                    {"term": talent, "level": self.one(3, 5), "people": 1, "must": False}
                    for talent in self.some([*self.talents, *TALENTS], self.one(1, 4))
                ],
                "responsibility": bool(self.rng.random() < 0.3),
                "critical": bool(self.rng.random() < 0.15),
                "after": [one["id"] for one in before if one["window"]["last"] < low][:1],
            }
            by_phase[phase].append(activity)
            self.work.append(activity)
            self.sizes.append(self.rng.gamma(2.0) * (high - low + 1))

    def share_out(self, hours: float) -> None:
        """Give each activity its part of the hours, and the largest team that makes sense for it."""
        parts = np.array(self.sizes) / sum(self.sizes)
        for activity, part in zip(self.work, parts.tolist(), strict=True):
            span = activity["window"]["last"] - activity["window"]["first"] + 1
            activity["hours"] = max(2 * self.block, round(hours * part / self.block) * self.block)
            activity["team"]["max"] = min(12, max(2, -(-activity["hours"] // (span * 16)) + 1))

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


def make(
    people: int,
    activities: int,
    periods: int = 12,
    seed: int = 1,
    load: float = 0.85,
    block: int = 4,
    incumbents: float = 0.0,
) -> Json:
    """A portfolio as JSON; load: part of all hours that is asked for; incumbents: of the activities that have one."""
    new = Made(seed, periods, block)
    weights = new.rng.integers(1, 6, len(GOALS)).tolist()
    goals = [{"id": f"g{n}", "name": name, "weight": w} for n, (name, w) in enumerate(zip(GOALS, weights, strict=True))]
    count = max(1, people // 25)
    fields = [new.some(list(FIELDS), 2) for _ in range(count)]
    units = [
        {
            "id": f"u{u}",
            "name": f"Unit {u} ({', '.join(own)})",
            "lend_share": float(new.rng.choice([0.0, 0.2, 0.4])),
        }
        for u, own in enumerate(fields)
    ]
    terms = [[term for field in own for term in new.fields[field]] for own in fields]
    crew = [new.person(p, p % count, terms[p % count]) for p in range(people)]
    numbers = np.bincount(new.rng.integers(0, max(1, round(activities / 6)), activities)).tolist()
    numbers += [0] * (max(1, round(activities / 6)) - len(numbers))
    projects = [
        {
            "id": f"x{x:03d}",
            "name": f"Project {x:03d}",
            "unit": f"u{x % count}",
            "lead": None,
            "goals": [goal["id"] for goal in new.some(goals, new.one(1, 3))],
        }
        for x in range(len(numbers))
    ]
    for x, number in enumerate(numbers):
        new.add_project(x, number, terms[x % count])
    new.share_out(load * sum(person["hours_per_period"] * (periods - len(person["absences"])) for person in crew))
    bookings = []
    if incumbents:
        used = {person["id"]: 0 for person in crew}
        for activity in new.work:
            if new.rng.random() < incumbents:
                unit = f"u{int(activity['project'][1:]) % count}"
                bookings.append(new.incumbent(activity, crew, unit, used))
    return {
        "format": "staffing-portfolio/1",
        "id": f"made-{people}x{activities}x{periods}-{seed}",
        "name": f"Made-up organisation, {people} people",
        "calendar": {"start": "2027-01-04", "period": "week", "periods": periods},
        "block_hours": block,
        "vocabulary": [*_terms(FIELDS, "expertise"), *_terms(TALENTS, "talent")],
        "goals": goals,
        "units": units,
        "people": crew,
        "projects": projects,
        "activities": new.work,
        "bookings": [booking for booking in bookings if booking],
        "relations": [],
        "policy": {"preset": "balanced", "rules": {}},
    }


def text(portfolio: Json) -> str:
    """The file of a portfolio."""
    return json.dumps(portfolio, indent=1) + "\n"


def _id(words: str) -> str:
    return words.lower().replace(" ", "-")


def _terms(families: dict[str, str], dimension: str) -> list[Json]:
    """Each family as a term, and its terms below it."""
    terms: list[Json] = []
    for family, narrower in families.items():
        terms.append({"id": family, "dimension": dimension, "labels": {"en": family.capitalize()}})
        terms += [
            {"id": _id(name), "dimension": dimension, "labels": {"en": name.capitalize()}, "broader": family}
            for name in narrower.split(", ")
        ]
    return terms


def main() -> None:
    """Write the portfolio that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--activities", type=int, default=80)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--load", type=float, default=0.85, help="hours asked for as a part of the hours people have")
    parser.add_argument("--block", type=int, default=4, help="hours of a block")
    parser.add_argument("--incumbents", type=float, default=0.0, help="part of the activities with somebody on it")
    sys.stdout.write(text(make(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
