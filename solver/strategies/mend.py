"""A plan that breaks rules, with as much left out as it takes to break none."""

from __future__ import annotations

import numpy as np

from solver.plan import Plan, plan_of
from solver.rules.base import IntArray
from solver.search import Search
from solver.tables import Bools, Tables

#: how often bookings are taken out because of rules that the rest breaks
ROUNDS = 12
#: rules that may be broken by what somebody learns or teaches
OF_LEARNING = {"mentoring", "stretch_cap"}


def mended(search: Search, plan: Plan) -> Plan | None:
    """The plan without what breaks rules, None where leaving out bookings does not mend it.

    Of somebody with too many hours the smallest booking goes, of a team that lacks what it must have everybody.
    """
    tables = search.tables
    for _ in range(ROUNDS):
        broken = search.broken(plan)
        if not broken:
            return plan
        out, untaught = np.zeros((tables.P, tables.A), dtype=bool), np.zeros(tables.P, dtype=bool)
        for rule, measured in broken:
            keys = measured.keys[measured.amount > rule.tolerance]
            columns = {name: keys[:, n] for n, name in enumerate(rule.about)}
            if "requirement" in columns:
                columns["activity"] = tables.requirement_activity[columns["requirement"]]
            if "person" in columns and rule.name in OF_LEARNING:
                untaught[columns["person"]] = True
            elif "person" in columns and "activity" in columns:
                out[columns["person"], columns["activity"]] = True
            elif "person" in columns:
                out |= _smallest(tables, plan, columns["person"])
            elif "activity" in columns:
                out[:, columns["activity"]] = True
            else:
                return None
        learning = [one for one in plan.learning if not untaught[[one.person, one.mentor or one.person]].any()]
        hours = np.where(out & ~tables.committed, 0, plan.hours)
        there = [
            one
            for one in learning
            if hours[[one.person, one.mentor or one.person], tables.requirement_activity[one.requirement]].all()
        ]
        plan = plan_of(tables, {(int(p), int(a)): int(hours[p, a]) for p, a in np.argwhere(hours)}, there)
    return None


def _smallest(tables: Tables, plan: Plan, people: IntArray) -> Bools:
    """(P, A) the smallest booking of each of these people that may go."""
    found = np.zeros((tables.P, tables.A), dtype=bool)
    endless = int(tables.asked.sum()) + 1
    booked = np.where(plan.on & ~tables.committed, plan.hours, endless)[people]
    least = booked.argmin(axis=1)
    there = booked[np.arange(len(people)), least] < endless
    found[people[there], least[there]] = True
    return found
