"""Who must not, and who must, work together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, counted

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Relation(Rule):
    """`apart`: never two of them on one activity; `together`: on an activity both or neither, for every two of them.

    A candidate who is not taken on counts in neither.
    """

    name = "relation"
    title = "Apart and together"
    hard = True
    unit = "pairs"
    about = ("relation", "activity")

    def post(self, model: Model) -> Sequence[Item]:
        """Per relation, activity and pair of people."""
        for n, apart, p, q in self._pairs(model.tables):
            for a in model.teams:
                if apart:
                    if (p, a) in model.at and (q, a) in model.at:
                        model.add(model.on_pair(p, a) + model.on_pair(q, a) <= 1, (n, a))
                    continue
                for one, other in ((p, q), (q, p)):
                    if (one, a) in model.at:
                        absent = 1 - model.taken_on(other)
                        model.add(model.on_pair(one, a) <= model.on_pair(other, a) + absent, (n, a))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Pairs of people on the wrong side, per relation and activity."""
        wrong = np.zeros((len(tables.portfolio.relations), tables.A), dtype=np.int64)
        for n, apart, p, q in self._pairs(tables):
            if apart:
                wrong[n] += plan.on[p] & plan.on[q]
            elif plan.present[p] and plan.present[q]:
                wrong[n] += plan.on[p] ^ plan.on[q]
        return Amounts.of(np.argwhere(wrong), HUNDRED * wrong[wrong > 0])

    @staticmethod
    def _pairs(tables: Tables) -> Iterator[tuple[int, bool, int, int]]:
        for n, relation in enumerate(tables.portfolio.relations):
            people = [tables.person_index[person] for person in relation.people]
            for p, q in combinations(people, 2):
                yield n, relation.kind == "apart", p, q

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """Where the relation is not kept."""
        wrong = counted(amount, "pair is", "pairs are")
        return f"{self.demand(tables, key)}; {wrong} not"

    def demand(self, tables: Tables, key: Key) -> str:
        """What was agreed about these people."""
        relation = tables.portfolio.relations[key[0]]
        names = " and ".join(tables.person(tables.person_index[person]) for person in relation.people)
        return f"{names} work {relation.kind} on {tables.activity(key[1])}"
