"""Limits on parts of what a plan costs, which a study sets beside the portfolio's own rules.

A policy limits the single items of a rule. A study asks more: what can be won while these rules together, or what one
unit bears, stay within so much? Such limits bind like a hard rule, but are no part of the portfolio or its score card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from solver.fields import Id
from solver.rules.base import HUNDRED, UNIT, Amounts, IntArray, Item, Key, Rule, number

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables

#: rules on bookings that are about the person; the others on bookings are about the work
OF_THE_PERSON = frozenset({"energy", "wishes", "lending"})


class Limit(BaseModel):
    """Σ over soft rules of weight × Σ over items of item weight × amount ≤ `most`, in ten-thousandths.

    weights: per rule, whatever the policy gives it. unit: only the items that this unit bears (`units_of`), else all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Annotated[dict[str, int], Field(description="weight of each soft rule that counts here")]
    unit: Annotated[Id | None, Field(description="only what this unit bears; null is all of it")] = None
    most: Annotated[int, Field(description="the limit, in ten-thousandths of a point")]


def units_of(tables: Tables, rule: Rule, keys: IntArray) -> IntArray:
    """(N,) which unit bears each item of a soft rule, `NO_UNIT` where none does; keys: (N, k) as in `Amounts`.

    What is about work is borne by the unit whose work it is, what is about a person by the person's own unit. Of what
    is about a booking, how well the work is done counts as work; energy, wishes and hours lent count as the person's.
    Every item belongs to one unit at most, so the units' parts and what none bears add up to the whole.
    """
    of_work = rule.name not in OF_THE_PERSON
    if of_work and "activity" in rule.about:
        return np.asarray(tables.activity_unit[keys[:, rule.about.index("activity")]])
    if "requirement" in rule.about:
        return np.asarray(tables.activity_unit[tables.requirement_activity[keys[:, rule.about.index("requirement")]]])
    if "person" in rule.about:
        return np.asarray(tables.person_unit[keys[:, rule.about.index("person")]])
    return np.full(len(keys), -1)


def value(tables: Tables, plan: Plan, weights: Mapping[str, int], unit: str | None = None) -> int:
    """What a plan has on the left side of a limit, in ten-thousandths."""
    total = 0
    for name, weight in weights.items():
        rule = tables.rule[name]
        total += weight * _borne_of(tables, rule, rule.measure(tables, plan), unit)
    return total


def _borne_of(tables: Tables, rule: Rule, measured: Amounts, unit: str | None) -> int:
    """Σ item weight × amount of the items that count for the unit."""
    return int((measured.amount * measured.weight)[_borne(tables, rule, measured.keys, unit)].sum())


def _borne(tables: Tables, rule: Rule, keys: IntArray, unit: str | None) -> npt.NDArray[np.bool_]:
    """(N,) whether an item counts for the unit; all do where there is none."""
    if unit is None:
        return np.ones(len(keys), dtype=bool)
    return np.asarray(units_of(tables, rule, keys) == tables.unit_index[unit])


class Limits(Rule):
    """Several limits as one hard rule."""

    name = "limits"
    title = "Limits of a study"
    hard = True
    unit = "points"
    about = ("limit",)

    def __init__(self, limits: Sequence[Limit]) -> None:
        super().__init__()
        self._limits = tuple(limits)

    def post(self, model: Model) -> Sequence[Item]:
        """One row per limit; to be posted after the rules that it speaks of."""
        tables = model.tables
        for n, limit in enumerate(self._limits):
            parts: list[Expression] = []
            for name, weight in limit.weights.items():
                rule = tables.rule[name]
                items = model.items_of(rule)
                keys = np.array([item.key for item in items], dtype=np.int64).reshape(len(items), len(rule.about))
                borne = _borne(tables, rule, keys, limit.unit)
                parts += [weight * one.weight * one.amount for one, counts in zip(items, borne, strict=True) if counts]
                parts.append(weight * _borne_of(tables, rule, model.settled(rule), limit.unit))
            model.add(model.total(parts) <= limit.most, (n,))
        return ()

    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """Hundredths of points over, per limit; a part of one counts as a whole."""
        over = [
            max(0, -(-(value(tables, plan, limit.weights, limit.unit) - limit.most) // HUNDRED))
            for limit in self._limits
        ]
        return Amounts.of(np.arange(len(over)), over)

    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """How much over."""
        return f"{self.demand(tables, key)}; {number(amount)} over"

    def demand(self, tables: Tables, key: Key) -> str:
        """The limit."""
        limit = self._limits[key[0]]
        whose = "" if limit.unit is None else f" for {tables.portfolio.units[tables.unit_index[limit.unit]].name}"
        titles = ", ".join(tables.rule[name].title for name in limit.weights)
        return f"{titles}{whose}: at most {limit.most / UNIT:,.2f}"
