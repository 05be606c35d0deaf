"""What two rules share: at least a part of somebody's hours is work of a certain sort."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule, hours, percent

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Bools, Tables


class ShareOfHours(Rule):
    """max(0, `min_share` × H[p] − `free` − hours of that sort) per person."""

    unit = "hours"
    about = ("person",)
    alone = True
    #: the sort of work, in words
    words: ClassVar[str]

    @abstractmethod
    def counts_as(self, tables: Tables) -> Bools:
        """(P, A): the activity is of that sort for the person."""

    def people(self, tables: Tables) -> IntArray:
        """Indices of the people the rule looks at."""
        return np.arange(tables.P)

    def post(self, model: Model) -> Sequence[Item]:
        """One item per person."""
        share, free, table = percent(self.settings.min_share), self.settings.free, self.counts_as(model.tables)
        items = []
        for p in model.among(self.people(model.tables)):
            sort = model.total([model.hours[i] for i in model.work[p] if table[p, model.activity[i]]])
            items.append(Item((p,), model.excess(share * model.hours_of(p) - HUNDRED * free - HUNDRED * sort)))
        return items

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours short, per person."""
        people = self.people(tables)
        sort = plan.hours_where(self.counts_as(tables))
        wanted = percent(self.settings.min_share) * plan.of_person - HUNDRED * self.settings.free
        return Amounts.of(people, np.maximum(0, wanted - HUNDRED * sort)[people])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours are short of the share."""
        share = percent(self.settings.min_share)
        return f"{tables.person(key[0])}: {hours(amount)} short of the {share} % of {self.words}"

    def demand(self, tables: Tables, key: Key) -> str:
        """The share in mode hard."""
        share = percent(self.settings.min_share)
        return f"{tables.person(key[0])} wants at least {share} % of {self.words}, {self.leeway}"
