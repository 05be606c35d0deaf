"""What differs between a plan and a changed one: cost per rule, bookings, learning; as records and in sentences."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from solver import score
from solver.plan import Plan
from solver.proposal import Figure, Part
from solver.rules.base import UNIT

#: rules that a sentence names at most, activities and terms learned that get a sentence each
MOST_RULES, MOST_SENTENCES = 4, 8


class Change(Part):
    """A number in the proposal, in the changed plan, and the second less the first."""

    before: Figure
    after: Figure
    difference: Figure


class RuleChange(Change):
    """What a soft rule costs."""

    name: str
    title: str


class Move(Part):
    """Somebody's hours on an activity, which are not the same any more."""

    person: str
    activity: str
    before: int
    after: int
    difference: int


class LearningMove(Part):
    """Who taught somebody a term on an activity, and who does now; null: nobody, so nothing is learned."""

    person: str
    activity: str
    term: str
    before: str | None
    after: str | None


class Difference(Part):
    """A changed plan beside the proposal; `cost` is the total of the score cards, `rules` adds up to it."""

    cost: Change
    rules: tuple[RuleChange, ...]
    moves: tuple[Move, ...]
    learning: tuple[LearningMove, ...]


def difference(before: Plan, after: Plan) -> Difference:
    """Everything that differs; moves in the order of the activities, then of the people."""
    tables = before.tables
    costs = [
        (rule, rule.weight * one.weighted, rule.weight * other.weighted)
        for (rule, one), (_, other) in zip(score.measure(tables, before), score.measure(tables, after), strict=True)
        if rule.counts
    ]
    people, activities = tables.portfolio.people, tables.portfolio.activities
    total = (sum(one for _, one, _ in costs), sum(other for _, _, other in costs))
    moved = [(int(p), int(a)) for a, p in np.argwhere((before.hours != after.hours).T)]
    return Difference(
        cost=Change(**_both(*total)),
        rules=tuple(RuleChange(name=rule.name, title=rule.title, **_both(*both)) for rule, *both in costs),
        moves=tuple(
            Move(
                person=people[p].id,
                activity=activities[a].id,
                before=int(before.hours[p, a]),
                after=int(after.hours[p, a]),
                difference=int(after.hours[p, a] - before.hours[p, a]),
            )
            for p, a in moved
        ),
        learning=tuple(_learning(before, after)),
    )


def _both(before: int, after: int) -> dict[str, float]:
    return {"before": before / UNIT, "after": after / UNIT, "difference": (after - before) / UNIT}


def _learning(before: Plan, after: Plan) -> Iterable[LearningMove]:
    tables = before.tables
    people, activities = tables.portfolio.people, tables.portfolio.activities
    taught = [{(one.person, one.requirement): one.mentor for one in plan.learning} for plan in (before, after)]
    for p, r in sorted(taught[0].keys() | taught[1].keys()):
        mentors = [None if one.get((p, r)) is None else people[one[p, r] or 0].id for one in taught]
        if mentors[0] != mentors[1]:
            activity, term = activities[tables.requirement_activity[r]].id, tables.requirements[r].term
            yield LearningMove(person=people[p].id, activity=activity, term=term, before=mentors[0], after=mentors[1])


def plain(number: float) -> str:
    """At most two decimals, thousands apart: "1,234.5"."""
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def cost_in_words(cost: Change) -> str:
    """What follows "the plan": "costs 12 more: 112 instead of 100"."""
    if not cost.difference:
        return f"costs the same, {plain(cost.before)}"
    much, which = plain(abs(cost.difference)), "more" if cost.difference > 0 else "less"
    return f"costs {much} {which}: {plain(cost.after)} instead of {plain(cost.before)}"


def in_words(plan: Plan, found: Difference) -> list[str]:
    """Sentences on rules, on each activity whose team changed, the largest changes first, and on what is learned."""
    tables = plan.tables
    names = {person.id: person.name for person in tables.portfolio.people}
    sentences = []
    for words, sign in (("Cost more", 1), ("Cost less", -1)):
        rules = sorted(found.rules, key=lambda rule: -abs(rule.difference))
        told = [f"{rule.title} ({plain(abs(rule.difference))})" for rule in rules if sign * rule.difference > 0]
        if told:
            more = [f"{len(told) - MOST_RULES} more"] if len(told) > MOST_RULES else []
            sentences.append(f"{words}: {listed(told[:MOST_RULES] + more)}")
    teams: dict[str, list[str]] = {}
    for move in found.moves:
        teams.setdefault(move.activity, []).append(f"{names[move.person]} {_moved(move)}")
    order = sorted(teams, key=lambda activity: -sum(abs(m.difference) for m in found.moves if m.activity == activity))
    for activity in order[:MOST_SENTENCES]:
        moves = teams[activity]
        sentences.append(f"{tables.activity(tables.activity_index[activity])}: {', '.join(moves)}")
    if len(order) > MOST_SENTENCES:
        sentences.append(f"{len(order) - MOST_SENTENCES} more activities change")
    for one in found.learning[:MOST_SENTENCES]:
        what = f"{tables.portfolio.label(one.term)} on {tables.activity(tables.activity_index[one.activity])}"
        if one.after is None:
            sentences.append(f"{names[one.person]} does not learn {what} any more")
        else:
            instead = "" if one.before is None else f", not from {names[one.before]}"
            sentences.append(f"{names[one.person]} learns {what} from {names[one.after]}{instead}")
    if len(found.learning) > MOST_SENTENCES:
        sentences.append(f"{len(found.learning) - MOST_SENTENCES} more terms are learned otherwise")
    return sentences


def _moved(move: Move) -> str:
    if not move.before:
        return f"joins with {move.after} h"
    if not move.after:
        return f"leaves, {move.before} h less"
    return f"has {move.after} h instead of {move.before}"
