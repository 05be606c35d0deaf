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
    """`apart`: never two of them on one activity; `together`: on an activity both or neither, for every two of them."""

    name = "relation"
    title = "Apart and together"
    hard = True
    unit = "pairs"
    about = ("relation", "activity")

    def post(self, model: Model) -> Sequence[Item]:
        """Per relation, activity and pair of people."""
        for n, apart, p, q in self._pairs(model.tables):
            for a in model.teams:
                i, j = model.at.get((p, a)), model.at.get((q, a))
                if i is not None and j is not None:
                    both = model.on[i] + model.on[j] <= 1 if apart else model.on[i] == model.on[j]
                    model.add(both, (n, a))
                elif not apart and (i is not None or j is not None):
                    model.add(model.on[i if i is not None else j] <= 0, (n, a))  # type: ignore[index]
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Pairs of people on the wrong side, per relation and activity."""
        wrong = np.zeros((len(tables.portfolio.relations), tables.A), dtype=np.int64)
        for n, apart, p, q in self._pairs(tables):
            wrong[n] += plan.on[p] & plan.on[q] if apart else plan.on[p] ^ plan.on[q]
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
