"""Everybody who wants to grow gets work to grow on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import ConfigDict, Field

from solver.fields import Share
from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule, RuleSettings, hours, percent

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables

#: the review-grid value whose holders `for` singles out
HIGH_POTENTIAL = 3


class Stretch(Rule):
    """max(0, `min_share` × H[p] − S[p]) for people who can learn on some activity they may be booked on."""

    name = "stretch"
    title = "Too little to learn"
    default_weight = 4
    unit = "hours"
    about = ("person",)
    alone = True
    counts_by = (("stretch_cap", "max_gap"),)

    class Settings(RuleSettings):
        """At least `min_share` of the hours; `for` whom: all, those of high potential, or all with those twice."""

        model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

        min_share: Share = 0.1
        for_: Literal["all", "potential", "differentiated"] = Field(default="all", alias="for")

    def people(self, tables: Tables) -> IntArray:
        """Indices of the people who can learn, and are meant."""
        meant = tables.potential == HIGH_POTENTIAL if self.settings.for_ == "potential" else True
        return np.flatnonzero(tables.learns_somewhere & meant)

    def weights(self, tables: Tables) -> IntArray:
        """(P,) item weights in percents."""
        twice = (tables.potential == HIGH_POTENTIAL) & (self.settings.for_ == "differentiated")
        return np.asarray(HUNDRED * (1 + twice.astype(np.int64)))

    def post(self, model: Model) -> Sequence[Item]:
        """One item per person."""
        share, weights = percent(self.settings.min_share), self.weights(model.tables)
        return [
            Item((p,), self._short(model, p, share), int(weights[p])) for p in model.among(self.people(model.tables))
        ]

    @staticmethod
    def _short(model: Model, p: int, share: int) -> Expression:
        short = model.excess(share * model.hours_of(p) - HUNDRED * model.stretch_of(p))
        # It follows, and the relaxation feels it: whoever learns nowhere is short of the whole share.
        learns = model.total([model.learns[i] for i in model.work[p] if i in model.learns])
        model.add(short >= share * model.hours_of(p) - share * model.most_of(p) * learns, (p,))
        return short

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Stretch hours short, per person."""
        people = self.people(tables)
        short = np.maximum(0, percent(self.settings.min_share) * plan.of_person - HUNDRED * plan.stretch)
        return Amounts.of(people, short[people], self.weights(tables)[people])

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How many stretch hours are short."""
        share = percent(self.settings.min_share)
        return f"{tables.person(key[0])}: {hours(amount)} short of the {share} % of work to learn from"

    def demand(self, tables: Tables, key: Key) -> str:
        """The stretch in mode hard."""
        share = percent(self.settings.min_share)
        return f"{tables.person(key[0])} wants at least {share} % of work to learn from, {self.leeway}"
