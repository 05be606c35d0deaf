"""Work is done while its window is open, and nothing is planned in the past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, hours

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class Window(Rule):
    """w[p,a,t] = 0 outside the activity's window, and before `now` beyond what a frozen booking says was worked."""

    name = "window"
    title = "Inside the window"
    hard = True
    unit = "hours"
    about = ("person", "activity")
    alone = True

    def post(self, model: Model) -> Sequence[Item]:
        """Where the window is past, nothing but the frozen hours; pinned hours may not lie in the past."""
        tables = model.tables
        for i in model.open:
            p, a = model.pairs[i]
            if tables.start[a] > tables.last[a]:
                model.add(model.hours[i] <= int(tables.worked((p, a)).sum()), (p, a))
            else:
                pinned = tables.pinned.get((p, a))
                if pinned is not None and tables.split_of((p, a), pinned)[: tables.now].any():
                    model.add(model.on[i] <= 0, (p, a))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hours outside, per booking."""
        periods = np.arange(tables.T)
        first, last = tables.first[plan.activity][:, None], tables.last[plan.activity][:, None]
        outside = (periods < first) | (periods > last)
        past = plan.split[:, : tables.now].copy()
        for i in np.flatnonzero(tables.committed[plan.person, plan.activity]).tolist():
            past[i] -= tables.worked((int(plan.person[i]), int(plan.activity[i])))[: tables.now]
        wrong = (plan.split * outside).sum(axis=1)
        wrong += (np.maximum(0, past) * ~outside[:, : tables.now]).sum(axis=1)
        return Amounts.of(np.stack((plan.person, plan.activity), axis=1), HUNDRED * wrong)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many hours lie outside."""
        p, a = key
        return f"{tables.person(p)} on {tables.activity(a)}: {hours(amount)} outside its window or in the past"

    def demand(self, tables: Tables, key: Key) -> str:
        """What the rule asks of the booking."""
        p, a = key
        window = f"periods {tables.first[a]} to {tables.last[a]}, from period {tables.now} on"
        return f"{tables.person(p)} can work on {tables.activity(a)} only in {window}"
