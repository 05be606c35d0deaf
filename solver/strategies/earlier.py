"""An earlier plan as the first one, without what a change made impossible: at once, and never worse than it need be."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from solver.handmade import plan_from
from solver.model import pairs_of
from solver.plan import Plan
from solver.portfolio import PortfolioInvalid
from solver.proposal import Proposal
from solver.rules.base import IntArray, Rule
from solver.search import Search
from solver.strategies import greedy
from solver.tables import Bools, Tables

#: how often bookings are taken out because of rules that the rest breaks
ROUNDS = 6


def hand_in(search: Search, earlier: Proposal) -> None:
    """Hand in the earlier plan with its hours laid on the periods anew, and with as much left out as it takes.

    What is pinned now is booked for the hours it is pinned for. What cannot be booked any more goes first; then, while
    rules are broken, the bookings that they are about: a pair, an activity's team, a person's work. Nothing is handed
    in where that does not mend it. Then whoever is free, such as somebody new, fills what is open.
    """
    tables = search.tables
    hours = _hours(tables, earlier)
    with suppress(PortfolioInvalid):  # a term that nobody asks for any more
        for _ in range(ROUNDS):
            plan = _plan(tables, earlier, hours)
            broken = search.broken(plan)
            if not broken:
                search.offer(plan)
                greedy.fill(search, plan)
                return
            before = hours.copy()
            for rule, measured in broken:
                over = measured.keys[measured.amount > rule.tolerance]
                hours[about(tables, rule, over) & ~tables.committed] = 0
            if (hours == before).all():
                return


def _hours(tables: Tables, earlier: Proposal) -> IntArray:
    """(P, A) hours of the earlier bookings that some plan can still have, and of those that are pinned now."""
    hours, most = np.zeros((2, tables.P, tables.A), dtype=np.int64)
    pairs, limits = pairs_of(tables)
    most[pairs[:, 0], pairs[:, 1]] = limits
    for one in earlier.bookings or ():
        if one.person in tables.person_index and one.activity in tables.activity_index:
            hours[tables.person_index[one.person], tables.activity_index[one.activity]] = one.hours
    hours[hours > most] = 0
    for pair, booking in tables.pinned.items():
        hours[pair] = booking.hours or hours[pair]
    return hours


def _plan(tables: Tables, earlier: Proposal, hours: IntArray) -> Plan:
    """The bookings (P, A), and what was learned on them from whom is still there."""
    people, activities = tables.portfolio.people, tables.portfolio.activities

    def stays(person: str | None, activity: str) -> bool:
        known = person in tables.person_index and activity in tables.activity_index
        return known and bool(hours[tables.person_index[person or ""], tables.activity_index[activity]])

    booked = [
        {"person": people[p].id, "activity": activities[a].id, "hours": int(hours[p, a])} for p, a in np.argwhere(hours)
    ]
    learned = [
        one.model_dump(include={"person", "activity", "term", "mentor"})
        for one in earlier.learning
        if stays(one.person, one.activity) and stays(one.mentor, one.activity)
    ]
    return plan_from(tables, {"bookings": booked, "learning": learned})


def about(tables: Tables, rule: Rule, keys: IntArray) -> Bools:
    """(P, A) the pairs that items of a rule are about; none where it is about neither people nor work."""
    found = np.zeros((tables.P, tables.A), dtype=bool)
    columns = {name: keys[:, n] for n, name in enumerate(rule.about)}
    activity = columns.get("activity")
    if "requirement" in columns:
        activity = tables.requirement_activity[columns["requirement"]]
    if "person" in columns and activity is not None:
        found[columns["person"], activity] = True
    elif activity is not None:
        found[:, activity] = True
    elif "person" in columns:
        found[columns["person"]] = True
    return found
