"""Whoever learns has somebody to learn from, who has the time for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Hours
from solver.rules.base import HUNDRED, NOWHERE, Amounts, Item, Key, Rule, RuleSettings, counted, number

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables


class Mentoring(Rule):
    """Every learner has one mentor, booked on the activity and meeting the requirement; nobody has too many learners.

    The mentor's hours (`mentor_hours` per learner and activity) are part of `availability`. Learning a term that the
    person cannot learn there (`can_learn`), or without being booked, counts as learning without a mentor.
    """

    name = "mentoring"
    title = "A mentor for every learner"
    hard = True
    unit = "learners"
    about = ("person",)

    class Settings(RuleSettings):
        """`mentor_hours`: hours a mentor gives per learner and activity, inside the activity's window."""

        mentor_hours: Hours = 4

    def post(self, model: Model) -> Sequence[Item]:
        """A mentor is booked where the learner learns, and takes no more learners than agreed."""
        learners: dict[int, dict[int, list[Expression]]] = defaultdict(lambda: defaultdict(list))
        for i, learns in model.learns.items():
            p = model.person[i]
            if not isinstance(learns, int):  # who goes on learning has the mentors that there are
                model.add(model.total([mentors for _, mentors in model.mentors[i]]) == learns, (p,))
            for j, mentors in model.mentors[i]:
                model.add(mentors <= model.on[j], (p,))
                learners[model.person[j]][p].append(mentors)
        for mentor, by_learner in learners.items():
            most = int(model.tables.max_learners[mentor])
            if len(by_learner) > most:
                taught = [model.any_of(one) for one in by_learner.values()]
                model.add(model.total(taught) <= most, (mentor,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Learners without a mentor, at the learner; learners too many, at the mentor."""
        person, requirement, mentor = plan.lessons
        known = mentor != NOWHERE
        a = tables.requirement_activity[requirement]
        taught = known & (mentor != person) & tables.can_learn[person, requirement] & tables.meets[mentor, requirement]
        taught &= plan.on[person, a] & plan.on[mentor, a]
        wrong = np.bincount(person[~taught], minlength=tables.P)
        teaches = np.unique(mentor[known] * tables.P + person[known]) // tables.P
        wrong += np.maximum(0, np.bincount(teaches, minlength=tables.P) - tables.max_learners)
        return Amounts.of(np.arange(tables.P), HUNDRED * wrong)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many learners are without, or too many."""
        return f"{tables.person(key[0])}: learning without a mentor, or too many learners, {number(amount)} in all"

    def demand(self, tables: Tables, key: Key) -> str:
        """What the person may teach, and what learning needs."""
        most = counted(HUNDRED * int(tables.max_learners[key[0]]), "person", "people")
        return f"{tables.person(key[0])} learns only beside a mentor and teaches at most {most}"
