"""Most of the work is done by people who know the subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from solver.fields import Share
from solver.rules.base import HUNDRED, Amounts, Item, Key, Rule, RuleSettings, hours, percent, sums

if TYPE_CHECKING:
    from solver.model import Model
    from solver.plan import Plan
    from solver.tables import Tables


class ExpertHours(Rule):
    """Σ of h[p,a] over experts ≥ `expert_share` × T[a]."""

    name = "expert_hours"
    title = "Hours by experts"
    hard = True
    unit = "hours"
    about = ("activity",)

    class Settings(RuleSettings):
        """`expert_share`: the part of an activity's booked hours by people who meet an expertise requirement of it."""

        expert_share: Share = 0.75

    def post(self, model: Model) -> Sequence[Item]:
        """One row per activity on which somebody is no expert."""
        tables, share = model.tables, percent(self.settings.expert_share)
        for a in model.activities:
            team = model.team[a]
            experts = [i for i in team if tables.expert[model.person[i], a]]
            others = model.total([model.hours[i] for i in team if not tables.expert[model.person[i], a]])
            if len(experts) == len(team):
                continue
            model.add((HUNDRED - share) * model.total([model.hours[i] for i in experts]) >= share * others, (a,))
            # Both follow, and the relaxation feels them: there is so much left for the others, and no work without an
            # expert.
            model.add(others <= model.in_steps(others, model.most_on(a) * (HUNDRED - share) // HUNDRED), (a,))
            if share:
                model.only_with(a, experts, (a,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Expert hours short, per activity."""
        by_experts = sums(plan.activity, plan.booked * tables.expert[plan.person, plan.activity], tables.A)
        short = np.maximum(0, percent(self.settings.expert_share) * plan.of_activity - HUNDRED * by_experts)
        return Amounts.of(np.arange(tables.A), short)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many expert hours are short."""
        return f"{self.demand(tables, key)}; {hours(amount)} short"

    def demand(self, tables: Tables, key: Key) -> str:
        """The share that experts must do."""
        share = percent(self.settings.expert_share)
        return f"{tables.activity(key[0])}: at least {share} % of its booked hours by people with its expertise"
