"""What all peers share: a portfolio to read, a plan to write, a moment to be ready by, and progress told on the way.

    python -m benchmarks.peers.NAME --portfolio FILE --plan FILE --until SECONDS --seed N

`until` is a moment in seconds since 1970, counted from when the process was started, so that loading programs, reading
the portfolio, building the model and writing the plan all take their part of the time. Progress is a line of JSON on
standard output: `best` and `bound` as costs of `docs/model.md`, as far as there are any.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solver.portfolio import Portfolio, parse_json
from solver.tables import Tables

Json = dict[str, Any]
#: seconds kept for writing the plan
WRITING = 0.3


@dataclass(frozen=True)
class Task:
    """One plan to be made."""

    portfolio: Portfolio
    plan: Path
    until: float
    seed: int

    @classmethod
    def given(cls) -> Task:
        """The task that the command line names."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--portfolio", type=Path, required=True)
        parser.add_argument("--plan", type=Path, required=True)
        parser.add_argument("--until", type=float, required=True)
        parser.add_argument("--seed", type=int, default=1)
        given = parser.parse_args()
        return cls(parse_json(given.portfolio.read_bytes()), given.plan, given.until, given.seed)

    @property
    def left(self) -> float:
        """Seconds until the plan must be on its way to the file."""
        return max(0.1, self.until - time.time() - WRITING)

    def write(self, bookings: Iterable[Json], learning: Iterable[Json] = ()) -> None:
        """Write the plan as `docs/portfolio-format.md` has it."""
        self.plan.write_text(json.dumps({"bookings": list(bookings), "learning": list(learning)}), encoding="utf-8")


def tell(best: float | None = None, bound: float | None = None) -> None:
    """Say how far it is; what is infinite does not exist."""
    line = {"best": best, "bound": bound}
    known = {name: value for name, value in line.items() if value is not None and abs(value) < 1e15}
    sys.stdout.write(json.dumps(known) + "\n")
    sys.stdout.flush()


def plan_lines(
    tables: Tables, hours: dict[tuple[int, int], int], mentors: dict[tuple[int, int], int]
) -> tuple[list[Json], list[Json]]:
    """Bookings and learning as lines of a plan; mentors: per (learner, activity), who teaches all that they can."""
    people, activities = tables.portfolio.people, tables.portfolio.activities
    bookings = [
        {"person": people[p].id, "activity": activities[a].id, "hours": amount}
        for (p, a), amount in hours.items()
        if amount
    ]
    learning = []
    for (p, a), mentor in mentors.items():
        every = tables.requirements_of(a)
        for r in every[np.asarray(tables.can_learn[p, every] & tables.meets[mentor, every])].tolist():
            learning.append(
                {
                    "person": people[p].id,
                    "activity": activities[a].id,
                    "term": tables.requirements[r].term,
                    "mentor": people[mentor].id,
                }
            )
    return bookings, learning


def refuse_what_is_not_modelled(tables: Tables) -> None:
    """Raise ValueError where a portfolio has what made-up ones never have, and the peers' models leave out."""
    portfolio = tables.portfolio
    policy = portfolio.policy
    beyond = {
        "pinned, frozen or forbidden bookings": tables.committed.any() or tables.forbidden.any(),
        "candidates": tables.candidate.any(),
        "relations": bool(portfolio.relations),
        "wishes": any(person.wishes for person in portfolio.people),
        "rotation": tables.rotation_share.any(),
        "a budget, tiers or a calendar that has begun": policy.budget is not None or policy.tiers or tables.now,
        "rules in mode hard or a price on money": tables.rule["cost"].counts
        or any(rule.binds and not rule.hard for rule in tables.rules),
    }
    found = [words for words, there in beyond.items() if there]
    if found:
        raise ValueError(f"the peers' models have no room for {', '.join(found)}")
