"""Scoring a plan without a solver: the measures of all rules, and the way in for plans made elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from solver.plan import Plan
from solver.proposal import ScoreCard, score_card
from solver.rules.base import Amounts, Rule
from solver.tables import Tables


def measure(tables: Tables, plan: Plan) -> list[tuple[Rule, Amounts]]:
    """What every rule of the policy measures on a plan."""
    return [(rule, rule.measure(tables, plan)) for rule in tables.rules]


def cost(tables: Tables, plan: Plan, rules: frozenset[str] | None = None) -> int:
    """Σ weight × item weight × amount over the soft rules that count (or those named), in ten-thousandths."""
    return sum(
        rule.weight * rule.measure(tables, plan).weighted
        for rule in tables.rules
        if rule.counts and (rules is None or rule.name in rules)
    )


def broken(tables: Tables, plan: Plan, rules: Sequence[Rule] | None = None) -> list[tuple[Rule, Amounts]]:
    """The binding rules that the plan breaks: hard ones, and soft ones in mode `hard` beyond their tolerance.

    rules: those to look at, by default the policy's.
    """
    found = []
    for rule in tables.rules if rules is None else rules:
        if rule.binds:
            measured = rule.measure(tables, plan)
            if (measured.amount > rule.tolerance).any():
                found.append((rule, measured))
    return found


def score(tables: Tables, plan: Plan) -> ScoreCard:
    """The score card of a plan."""
    return score_card(tables, measure(tables, plan))
