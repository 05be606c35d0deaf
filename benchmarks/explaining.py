"""Explaining: how long a question takes, and a conflict with its ways out.

    python -m benchmarks.explaining --size 50x80 --seeds 1 2 --questions 6 --seconds 30

A made-up portfolio is solved, then asked some random questions of each sort, one after the other. Then rules are made
to contradict, in the ways of `conflicts`, and each is solved: until it is said that there is no plan and why, and until
the ways out are there. Printed as Markdown; each line as it is measured goes to standard error.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make
from benchmarks.side_by_side import INCUMBENTS
from scenarios.ways_out import with_ways_out
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import solve
from solver.why_not import Question, WhyNotHours, WhyNotMentor, WhyNotPerson, WhyUnfilled, why_not

Json = dict[str, Any]


def questions(portfolio: Portfolio, proposal: Proposal, number: int, seed: int) -> Iterator[Question]:
    """So many random questions of each sort, as people would ask them: about those of the work's own unit, mostly."""
    rng = np.random.default_rng(seed)
    bookings = proposal.bookings or ()
    units = {project.id: project.unit for project in portfolio.projects}
    booked = {(one.person, one.activity) for one in bookings}
    others = [
        (person.id, activity.id)
        for activity in portfolio.activities
        for person in portfolio.people
        if person.unit == units[activity.project] and (person.id, activity.id) not in booked
    ]
    for n in rng.choice(len(others), size=min(number, len(others)), replace=False).tolist():
        yield WhyNotPerson(person=others[n][0], activity=others[n][1])
    for n in rng.choice(len(bookings), size=min(number, len(bookings)), replace=False).tolist():
        one = bookings[n]
        yield WhyNotHours(person=one.person, activity=one.activity, hours=one.hours + 8)
    learning = proposal.learning or ()
    for n in rng.choice(len(learning), size=min(number, len(learning)), replace=False).tolist():
        learned = learning[n]
        team = [one.person for one in bookings if one.activity == learned.activity]
        rest = [who for who in team if who not in (learned.person, learned.mentor)] or [portfolio.people[0].id]
        yield WhyNotMentor(mentor=str(rng.choice(rest)), learner=learned.person, activity=learned.activity)
    unfilled = proposal.unfilled or ()
    for n in rng.choice(len(unfilled), size=min(number, len(unfilled)), replace=False).tolist():
        lacking = unfilled[n]
        terms = [one.term for one in (*lacking.expertise, *lacking.talents)]
        yield WhyUnfilled(activity=lacking.activity, term=None if lacking.hours or not terms else terms[0])


def conflicts(data: Json) -> Iterator[tuple[str, Json]]:
    """A portfolio that has no plan, in several ways: somebody pinned beyond what there is, hard rules everywhere."""

    def changed() -> Json:
        return copy.deepcopy(data)

    one = changed()
    busiest = max(one["activities"], key=lambda activity: activity["hours"])
    who = one["people"][0]["id"]
    one["bookings"] = [b for b in one.get("bookings", []) if (b["person"], b["activity"]) != (who, busiest["id"])]
    one["bookings"].append({"person": who, "activity": busiest["id"], "hours": 800, "status": "pinned"})
    yield "pinned for more than there is", one
    two = changed()
    who, activity = two["people"][1]["id"], two["activities"][5]["id"]
    other = two["people"][2]["id"]
    two["bookings"] = [b for b in two.get("bookings", []) if b["activity"] != activity]
    two["bookings"] += [{"person": p, "activity": activity, "hours": 8, "status": "pinned"} for p in (who, other)]
    two["relations"] = [{"people": [who, other], "kind": "apart"}]
    yield "two pinned who are to be apart", two
    for rule in ("staffing", "expertise_coverage", "talent_fit", "stability", "load_balance"):
        hard = changed()
        hard["policy"] = {"preset": "balanced", "rules": {rule: {"mode": "hard"}}}
        yield f"{rule} hard over everything", hard


def asked(portfolio: Portfolio, proposal: Proposal, number: int, seed: int) -> list[tuple[str, str, float]]:
    """Sort of question, status of the answer, seconds."""
    found: list[tuple[str, str, float]] = []
    for question in questions(portfolio, proposal, number, seed):
        began = time.monotonic()
        answer = why_not(portfolio, proposal, question)
        found.append((question.ask, answer.status, time.monotonic() - began))
        sys.stderr.write(f"{found[-1][0]} {found[-1][1]} {answer.proven} {found[-1][2]:.1f} {question}\n")
    return found


def contradicted(data: Json, settings: Settings) -> list[tuple[str, str, int, float, int, float]]:
    """Name, status, items named, seconds until they were, ways out, seconds until they were there."""
    found: list[tuple[str, str, int, float, int, float]] = []
    for name, changed in conflicts(data):
        began = time.monotonic()
        portfolio = parse(changed)
        proposal = solve(portfolio, settings)
        named = time.monotonic() - began
        ways = with_ways_out(portfolio, proposal, settings).conflict
        lasted = time.monotonic() - began
        items = sum(len(rule.items) or 1 for rule in proposal.conflict.rules) if proposal.conflict else 0
        number = len(ways.ways_out or ()) if ways is not None else 0
        found.append((name, proposal.run.status, items, named, number, lasted))
        sys.stderr.write(f"{found[-1]}\n")
    return found


def main() -> None:
    """Measure what the command line asks for, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="50x80", help="people x activities")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--questions", type=int, default=6, help="of each sort; 0: none")
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit of each solve")
    parser.add_argument("--without-conflicts", action="store_true")
    given = parser.parse_args()
    settings = Settings(seconds=given.seconds)
    answers: list[tuple[str, str, float]] = []
    named: list[tuple[str, str, int, float, int, float]] = []
    busy = load()
    for seed in given.seeds:
        data = make(*page.size_of(given.size), seed=seed, incumbents=INCUMBENTS)
        portfolio = parse(data)
        if given.questions:
            answers += asked(portfolio, solve(portfolio, settings), given.questions, seed)
        if not given.without_conflicts:
            named += contradicted(data, settings)
    page.say(page.facts(machine() | {"load before": f"{busy:.1f}"}))
    if answers:
        sorts = [*dict.fromkeys(ask for ask, _, _ in answers), ""]
        rows = [_row(sort or "all", [one for one in answers if one[0] == sort or not sort]) for sort in sorts]
        page.say(page.table(("question", "asked", "seconds, median", "longest", "answers"), rows))
    if named:
        rows = [(n, status, str(i), f"{s:.1f}", str(w), f"{e:.1f}") for n, status, i, s, w, e in named]
        page.say(page.table(("conflict", "status", "items", "named after", "ways out", "there after"), rows))
        those = [one for one in named if one[1] == "INFEASIBLE"]
        if those:
            until = [statistics.median(times) for times in ([one[3] for one in those], [one[5] for one in those])]
            page.say(f"median where rules contradict: named after {until[0]:.1f} s, ways out after {until[1]:.1f} s")


def _row(name: str, those: Sequence[tuple[str, str, float]]) -> tuple[str, ...]:
    seconds = [one[2] for one in those]
    statuses = [one[1] for one in those]
    counted = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    return (name, str(len(those)), f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}", counted)


if __name__ == "__main__":
    main()
