"""The CP-SAT model of a portfolio: decisions per pair of person and activity, rules posted on top.

Decisions: `on` (x of the model), `hours` (h), `learns` and `mentors`. Everything else follows from them. All
constraints are linear, so the same rows serve as linear relaxation (`rows`).

Two things make the model smaller without losing a plan worth having: pairs that no plan can book are left out
(`pairs_of`), and a learner has one mentor per activity, since a second would cost mentor hours and win nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from ortools.sat.python import cp_model

from solver.plan import Learning, Plan, plan_of
from solver.rules.base import HUNDRED, Amounts, IntArray, Item, Key, Rule
from solver.tables import Bools, Tables

#: linear in the decisions; numbers count as constants
Expression = Any
#: a variable of the model, or the number it has where it may not change
Decision = cp_model.IntVar | int
#: how far from whole a whole number may be that is told in floating point
WHOLE = 0.001


@dataclass(frozen=True)
class Neighbourhood:
    """What may change in a plan: whole teams, and the hours of some people elsewhere.

    freed: (A,) activities that may get another team; moving: (P,) people whose hours on others may be other hours;
    learning: whether somebody may begin to learn. Whatever may not change stands in the model as a number.
    """

    plan: Plan
    freed: Bools
    moving: Bools
    learning: bool = True


class Model:
    """A CpModel of a portfolio with some rules posted, and the way back from its values to a plan.

    pairs: (N, 2) the people and activities that may be booked, most: (N,) hours at most; by default `pairs_of`. Where
    only the `neighbourhood` of a plan may change, all pairs that the plan books are among them, and the model has those
    that have to do with what may change.
    """

    def __init__(
        self,
        tables: Tables,
        pairs: IntArray | None = None,
        most: IntArray | None = None,
        neighbourhood: Neighbourhood | None = None,
    ) -> None:
        self.tables = tables
        self._kept = kept = neighbourhood
        self.cp = cp_model.CpModel()
        if pairs is None or most is None:
            pairs, most = pairs_of(tables)
        #: (E, 2) pairs that the plan books and the model leaves out: nothing about their people or teams may change
        self.elsewhere = np.empty((0, 2), dtype=np.int64)
        kept_mentors: dict[tuple[int, int], set[int]] = {}
        if kept is not None:
            kept_mentors = kept.plan.mentors_of
            near = _near(tables, pairs, kept, kept_mentors)
            self.elsewhere, pairs, most = pairs[~near], pairs[near], most[near]
        self.person: list[int] = pairs[:, 0].tolist()
        self.activity: list[int] = pairs[:, 1].tolist()
        self.pairs: list[tuple[int, int]] = list(zip(self.person, self.activity, strict=True))
        self.at = {pair: i for i, pair in enumerate(self.pairs)}
        #: team[a], work[p]: pair indices of an activity, of a person
        self.team: dict[int, list[int]] = defaultdict(list)
        self.work: dict[int, list[int]] = defaultdict(list)
        for i, (p, a) in enumerate(self.pairs):
            self.team[a].append(i)
            self.work[p].append(i)
        #: pairs that are not numbers, activities that have some, those whose team may change, and their requirements:
        #: what rules say of others is settled
        self.open = list(range(len(pairs)))
        if kept is not None:
            self.open = np.flatnonzero(kept.freed[pairs[:, 1]] | kept.moving[pairs[:, 0]]).tolist()
        self.activities = sorted({self.activity[i] for i in self.open}) if kept else list(range(tables.A))
        self.teams = [a for a in self.activities if kept.freed[a]] if kept else self.activities
        those = np.isin(tables.requirement_activity, self.teams) if kept else np.ones(tables.R, dtype=bool)
        self.requirements = np.flatnonzero(those)
        self._people = {self.person[i] for i in self.open} if kept else set(range(tables.P))
        #: (N,) hours of each pair in the plan that is kept, 0 without one
        self._before = settled = np.zeros(len(pairs), dtype=np.int64) if kept is None else kept.plan.hours_of(pairs)
        offsets = np.zeros_like(settled)
        for i in np.flatnonzero(tables.committed[pairs[:, 0], pairs[:, 1]]).tolist():
            offsets[i] = tables.offset(self.pairs[i])
        self.on: list[Decision] = [1] * len(pairs)
        self.blocks: list[Decision] = ((settled - offsets) // tables.block).tolist()
        self.hours: list[Expression] = settled.tolist()
        for i in self.open:
            self._book(i, int(most[i]))
        #: learns[i]: the person of pair i learns something there; mentors[i]: (pair of the mentor, decision)
        self.learns: dict[int, Decision] = {}
        self.mentors: dict[int, list[tuple[int, Decision]]] = {}
        self.taught_by: dict[int, list[tuple[int, Decision]]] = defaultdict(list)
        for i, pair in enumerate(self.pairs):
            if kept is None or (kept.freed[pair[1]] and (kept.learning or pair in kept_mentors)):
                self._learn(i)
            elif not kept.freed[pair[1]] and pair in kept_mentors:
                self._keep_learning(i, kept_mentors[pair])
        #: hours left to activities that are not in the model: (lending agreement, hours)
        self.claims: list[tuple[int, Expression]] = []
        self._claimed: dict[int, list[tuple[int, Expression, int]]] = defaultdict(list)
        self._most = most
        self._made: dict[tuple[Any, ...], Expression] = {}
        self._ends: dict[int, tuple[int, int]] = {}
        self._items: dict[str, list[tuple[int, Expression]]] = {}
        self._of_rule: dict[str, Sequence[Item]] = {}
        self._posting: Rule | None = None
        #: per constraint that a rule added: the rule's name and the item it is about
        self.about: dict[int, tuple[str, Key]] = {}
        #: variables that are whole by themselves once the decisions are
        self.follows: set[int] = set()
        #: what the objective's integer is worth, in ten-thousandths, and what is added to it
        self.step, self.constant = 1, 0

    # --- decisions --------------------------------------------------------------------------------------------------

    def _book(self, i: int, most: int) -> None:
        """h = offset · x + block · b: pinned and frozen hours need not be a multiple of the block."""
        tables, kept = self.tables, self._kept
        offset = tables.offset(self.pairs[i])
        most_blocks = max(0, most - offset) // tables.block
        if kept is None or kept.freed[self.activity[i]]:
            self.on[i] = on = self.cp.new_bool_var("")
            self.blocks[i] = blocks = self.cp.new_int_var(0, most_blocks, "")
            self.cp.add(blocks <= most_blocks * on)
            if not offset:
                self.cp.add(blocks >= on)
        else:
            self.blocks[i] = blocks = self.cp.new_int_var(0 if offset else 1, most_blocks, "")
        self.hours[i] = tables.block * blocks + (offset * self.on[i] if offset else 0)

    def _learn(self, i: int) -> None:
        p, a = self.pairs[i]
        if not self.tables.learnable[p, a]:
            return
        every = self.tables.requirements_of(a)
        learnable = every[self.tables.can_learn[p, every]]
        able = [j for j in self.team[a] if j != i and self.tables.meets[self.person[j], learnable].any()]
        if able:
            self.learns[i] = self.cp.new_bool_var("")
            self.cp.add(self.learns[i] <= self.on[i])
            self.mentors[i] = [(j, self.cp.new_bool_var("")) for j in able]
            for j, mentors in self.mentors[i]:
                self.taught_by[self.person[j]].append((a, mentors))

    def _keep_learning(self, i: int, mentors: set[int]) -> None:
        a = self.activity[i]
        self.learns[i] = 1
        # Where one of them is left out, nothing may change about that one, nor about the learner.
        self.mentors[i] = [(self.at[mentor, a], 1) for mentor in sorted(mentors) if (mentor, a) in self.at]
        for j, _ in self.mentors[i]:
            self.taught_by[self.person[j]].append((a, 1))

    @cached_property
    def hours_elsewhere(self) -> IntArray:
        """(E,) hours of what the model leaves out."""
        return np.empty(0, dtype=np.int64) if self._kept is None else self._kept.plan.hours_of(self.elsewhere)

    @cached_property
    def _projects_elsewhere(self) -> Bools:
        table = np.zeros((self.tables.P, len(self.tables.portfolio.projects)), dtype=bool)
        people, activities = self.elsewhere.T
        table[people, self.tables.project[activities]] = True
        return table

    def team_on(self, activities: IntArray) -> set[int]:
        """People who are, or may be, on any of the activities."""
        others = self.elsewhere[np.isin(self.elsewhere[:, 1], activities), 0]
        return {self.person[i] for a in activities.tolist() for i in self.team[a]} | set(others.tolist())

    @property
    def people(self) -> list[int]:
        """People of whom something is open: what rules say of others is settled."""
        return sorted(self._people)

    def among(self, people: IntArray) -> list[int]:
        """Those of them of whom something is open."""
        return sorted(self._people.intersection(people.tolist()))

    # --- what rules say with ----------------------------------------------------------------------------------------

    @staticmethod
    def total(expressions: Iterable[Expression]) -> Expression:
        """Their sum."""
        decisions, number = [], 0
        for one in expressions:
            if isinstance(one, int):
                number += one
            else:
                decisions.append(one)
        return cp_model.LinearExpr.sum(decisions) + number if decisions else number

    def hours_of(self, p: int) -> Expression:
        """H[p]."""
        return self._once("hours_of", p, lambda: self.total([self.hours[i] for i in self.work[p]]))

    def hours_on(self, a: int) -> Expression:
        """T[a]."""
        return self._once("hours_on", a, lambda: self.total([self.hours[i] for i in self.team[a]]))

    def most_on(self, a: int) -> int:
        """The most that T[a] can be."""
        most = sum(int(self._most[i]) for i in self.team[a])
        return min(most, int(self.tables.asked[a])) if self._posts("overbooking") else most

    def most_of(self, p: int) -> int:
        """The most that H[p] can be."""
        most = sum(int(self._most[i]) for i in self.work[p])
        return min(most, int(self.tables.hours_available[p])) if self._posts("availability") else most

    def on_pair(self, p: int, a: int) -> Expression:
        """x[p,a], 0 where the pair is left out."""
        return self.on[self.at[p, a]] if (p, a) in self.at else 0

    def hours_pair(self, p: int, a: int) -> Expression:
        """h[p,a], 0 where the pair is left out and no plan is kept."""
        if (p, a) in self.at:
            return self.hours[self.at[p, a]]
        return 0 if self._kept is None else int(self._kept.plan.hours_of(np.array([[p, a]]))[0])

    @property
    def learners(self) -> list[int]:
        """People who can learn somewhere, and of whom something is open."""
        return sorted({self.person[i] for i in self.learns} & self._people)

    def stretch_of(self, p: int) -> Expression:
        """S[p]: the hours of activities on which p learns."""
        return self._once(
            "stretch_of", p, lambda: self.total([self._stretch(i) for i in self.work[p] if i in self.learns])
        )

    def _stretch(self, i: int) -> Expression:
        tables, (p, a) = self.tables, self.pairs[i]
        if isinstance(self.learns[i], int):
            return self.hours[i]
        if (
            not (tables.able[p, a] and tables.allowed[p, a])
            and not tables.committed[p, a]
            and self._posts("eligibility")
        ):
            return self.hours[i]  # on only while learning
        blocks = self.blocks[i]
        most = int(self._most[i]) // tables.block
        taken = self._following(most)
        self.cp.add(taken <= blocks)
        self.cp.add(taken <= most * self.learns[i])
        self.cp.add(taken >= blocks - most * (1 - self.learns[i]))
        return tables.block * taken + tables.offset((p, a)) * self.learns[i]

    def tasks_of(self, p: int) -> list[tuple[int, Expression, int]]:
        """What moves freely in its activity's window: (activity, hours, the most they can be), mentoring included."""
        tables, tasks = self.tables, list(self._claimed[p])
        for i in self.work[p]:
            pair = self.pairs[i]
            worked = int(tables.worked(pair).sum()) if pair in tables.frozen else 0
            if not self._pinned_periods(pair):
                tasks.append((pair[1], self.hours[i] - worked * self.on[i], int(self._most[i]) - worked))
        mentor_hours = tables.rule["mentoring"].settings.mentor_hours
        if mentor_hours:
            taught = self.taught_by[p]
            tasks += [(a, mentor_hours * lessons, mentor_hours * self._range(lessons)[1]) for a, lessons in taught]
        return tasks

    def rigid_of(self, p: int) -> list[tuple[Expression, IntArray]]:
        """Hours that lie in given periods: (decision, (T,) hours); what was worked and what is pinned by period."""
        tables, found = self.tables, []
        for i in self.work[p]:
            pair = self.pairs[i]
            if not tables.committed[pair]:
                continue
            split = tables.worked(pair)
            if self._pinned_periods(pair):
                split = tables.split_of(pair, tables.pinned[pair])
            if split.any():
                found.append((self.on[i], split))
        return found

    def _pinned_periods(self, pair: tuple[int, int]) -> bool:
        return pair in self.tables.pinned and self.tables.pinned[pair].by_period is not None

    def claim(self, p: int, a: int, hours: int) -> Expression:
        """Leave hours of a person to an activity that is not in the model; returns those there is no room for."""
        lost = self.claim_lent(int(self.tables.lending_group[p, a]), hours)
        self._people.add(p)
        self._claimed[p].append((a, hours - lost, hours))
        return lost

    def claim_lent(self, group: int, hours: int) -> Expression:
        """Leave hours under a lending agreement to others, whose time is theirs; returns those there is no room for."""
        lost = self._following(hours)
        self.claims.append((group, hours - lost))
        return lost

    def taken_on(self, p: int) -> Expression:
        """1 for somebody who is there; for a candidate whether H[p] > 0."""
        if not self.tables.candidate[p]:
            return 1
        if self._kept is not None and p not in self._people:
            return int(self._kept.plan.present[p])
        return self._once("taken_on", p, lambda: self.any_of([self.on[i] for i in self.work[p]]))

    def staffed(self, a: int) -> Expression:
        """Whether T[a] > 0."""

        def made() -> Expression:
            staffed = self.any_of([self.on[i] for i in self.team[a]])
            self.add(self.hours_on(a) <= self.most_on(a) * staffed, (a,))  # it follows, and the relaxation feels it
            return staffed

        return self._once("staffed", a, made)

    def only_with(self, a: int, members: Iterable[int], about: Key) -> None:
        """Nobody is on an activity without one of these pairs of it.

        Said per pair and of the hours together: each follows from the other, but the relaxation feels both.
        """
        those = frozenset(members)
        others = [i for i in self.team[a] if i not in those]
        if others and ("only_with", (a, those)) not in self._made:
            self._made["only_with", (a, those)] = some = self.total([self.on[i] for i in sorted(those)])
            for i in others:
                self.add(self.on[i] <= some, about)
            self.add(self.hours_on(a) <= self.most_on(a) * some, about)

    def on_project(self, p: int, project: int) -> Expression:
        """Whether p is on any activity of the project."""
        if self._projects_elsewhere[p, project]:
            return 1
        work = [i for i in self.work[p] if self.tables.project[self.activity[i]] == project]
        return self._once("on_project", (p, project), lambda: self.any_of([self.on[i] for i in work]))

    def any_of(self, decisions: Sequence[Expression]) -> Expression:
        """Whether at least one of the decisions is taken."""
        if any(isinstance(decision, int) and decision for decision in decisions):
            return 1
        decisions = [decision for decision in decisions if not isinstance(decision, int)]
        if len(decisions) <= 1:
            return self.total(decisions)
        some = self.cp.new_bool_var("")
        for decision in decisions:
            self.cp.add(some >= decision)
        self.cp.add(some <= self.total(decisions))
        return some

    def _following(self, most: int) -> cp_model.IntVar:
        variable = self.cp.new_int_var(0, most, "")
        self.follows.add(variable.index)
        return variable

    def in_steps(self, expression: Expression, most: int) -> int:
        """The most that an expression without a constant can be, up to this."""
        step = gcd(*self._flat(expression)[1])
        return most // step * step if step else most

    def flag(self) -> Expression:
        """A decision of its own, 0 or 1."""
        return self.cp.new_bool_var("")

    def excess(self, expression: Expression) -> Expression:
        """max(0, expression) once it is minimised: a variable that is at least both."""
        if isinstance(expression, int):  # as most are in a neighbourhood
            return max(0, expression)
        variables, coefficients, offset = self._flat(expression)
        low, high = self._between(variables, coefficients, offset)
        if low >= 0:
            return expression
        if high <= 0:
            return 0
        unit = gcd(*coefficients)
        whole, rest = divmod(offset, unit)
        step = gcd(unit, rest)
        over = self._following(high // step)
        self.cp.add(step * over >= expression)
        if rest:
            # It moves in steps and misses 0: the line between the values beside 0, which the relaxation feels.
            units = cp_model.LinearExpr.weighted_sum(variables, [c // unit for c in coefficients])
            self.cp.add(step * over >= rest * (units + whole + 1))
        return step * over

    def add(self, constraint: Any, about: Key) -> None:
        """Post a constraint of the rule that is being posted, about one of its items."""
        posted = self._row(constraint)
        if self._posting is not None and posted is not None:
            self.about[posted.index] = (self._posting.name, about)

    def _row(self, constraint: Any) -> Any:
        """Add a constraint; one between numbers alone is left out if it holds, else said of a constant."""
        if isinstance(constraint, (bool, np.bool_)):
            if constraint:
                return None
            constraint = self.cp.new_constant(0) >= 1
        return self.cp.add(constraint)

    def _once(self, what: str, of: Any, make: Any) -> Expression:
        if (what, of) not in self._made:
            self._made[what, of] = make()
        return self._made[what, of]

    def _posts(self, name: str) -> bool:
        return ("posted", name) in self._made

    @staticmethod
    def _flat(expression: Expression) -> tuple[list[Any], list[int], int]:
        """Variables, coefficients and constant of a linear expression."""
        if isinstance(expression, (int, np.integer)):
            return [], [], int(expression)
        flat = cp_model.FlatIntExpr(expression)
        return list(flat.vars), [int(c) for c in flat.coeffs], int(flat.offset)

    def _range(self, expression: Expression) -> tuple[int, int]:
        """The smallest and largest value the variables' domains allow."""
        return self._between(*self._flat(expression))

    def _between(self, variables: list[Any], coefficients: list[int], offset: int) -> tuple[int, int]:
        low = high = offset
        for variable, coefficient in zip(variables, coefficients, strict=True):
            index = variable.index
            if index not in self._ends:
                domain = variable.proto.domain
                self._ends[index] = int(domain[0]), int(domain[len(domain) - 1])
            least, most = self._ends[index] if coefficient > 0 else self._ends[index][::-1]
            low, high = low + coefficient * least, high + coefficient * most
        return low, high

    # --- rules and objective ------------------------------------------------------------------------------------------

    def post(self, rules: Iterable[Rule]) -> None:
        """Post rules: hard ones and those in mode `hard` bind, soft ones that count enter the objective."""
        rules = list(rules)
        for rule in rules:
            self._made["posted", rule.name] = True
        for rule in rules:
            self._posting = rule
            if rule.hard:
                rule.post(self)
            elif rule.binds:
                for item in self.items_of(rule):
                    self.add(item.amount <= rule.tolerance, item.key)
            elif rule.counts:
                self._items[rule.name] = [(rule.weight * item.weight, item.amount) for item in self.items_of(rule)]
            self._posting = None

    def items_of(self, rule: Rule) -> Sequence[Item]:
        """The items of a soft rule, also of one that costs nothing; posted once."""
        if rule.name not in self._of_rule:
            self._of_rule[rule.name] = rule.post(self)
        return self._of_rule[rule.name]

    def settled(self, rule: Rule) -> Amounts:
        """What a soft rule measures on the plan that is kept, but for the items that are posted."""
        if self._kept is None:
            return Amounts.of(np.empty((0, len(rule.about))), np.empty(0))
        measured = rule.measure(self.tables, self._kept.plan)
        posted = {item.key for item in self.items_of(rule)}
        others = np.array([tuple(key) not in posted for key in measured.keys.tolist()], dtype=bool)
        return Amounts(measured.keys[others], measured.amount[others], measured.weight[others])

    def cost(self, rules: Iterable[str] | None = None) -> Expression:
        """Σ weight × item weight × amount of the posted soft rules (or those named), in ten-thousandths."""
        factors, amounts = [], []
        for name in self._items if rules is None else sorted(rules):
            for factor, amount in self._items.get(name, []):
                factors.append(factor)
                amounts.append(amount)
        return cp_model.LinearExpr.weighted_sum(amounts, factors) if amounts else 0

    def require(self, constraint: Any) -> None:
        """Leave only plans with something that no rule asks for."""
        self._row(constraint)

    def count(self, name: str, items: Iterable[tuple[int, Expression]]) -> None:
        """Let something beside the rules cost: (ten-thousandths, how often)."""
        self._items[name] = list(items)

    def minimise(self, rules: Iterable[str] | None = None) -> None:
        """Set the objective: what the posted soft rules (or those named) cost, divided by what all of it shares."""
        variables, coefficients, self.constant = self._flat(self.cost(rules))
        self.step = gcd(*coefficients) or 1
        self.cp.minimize(cp_model.LinearExpr.weighted_sum(variables, [c // self.step for c in coefficients]))

    def hold(self, rules: Iterable[str], cost: int) -> None:
        """Let the named rules cost no more than this, in ten-thousandths."""
        self._row(self.cost(rules) <= cost)

    def cost_of(self, objective: float) -> int:
        """The solver's whole objective as cost in ten-thousandths."""
        return round(objective) * self.step + self.constant

    def bound_of(self, objective: float, noise: float = WHOLE) -> int:
        """A lower bound on the solver's objective as a bound on the cost, in ten-thousandths.

        Objectives are whole, so a fraction rounds up; `noise` is how much of it may be floating point's, by which it is
        lowered first. CP-SAT computes in whole numbers, and only tells them as 7.000000000001.
        """
        return ceil(objective - noise) * self.step + self.constant

    # --- from values to a plan, and back ----------------------------------------------------------------------------

    def plan(self, value: Any) -> Plan:
        """The plan of the variables' values; `value` maps a variable to its whole number."""
        tables, kept = self.tables, self._kept

        def of(decision: Decision) -> int:
            return decision if isinstance(decision, int) else int(value(decision))

        before = self._before.tolist()
        found = list(before)
        for i in self.open:
            found[i] = of(self.blocks[i]) * tables.block + tables.offset(self.pairs[i]) if of(self.on[i]) else 0
        learning: list[Learning] = []
        if kept is not None:
            freed = kept.freed[tables.requirement_activity]
            learning = [one for one in kept.plan.learning if not freed[one.requirement]]
        for i, learns in self.learns.items():
            if not isinstance(learns, int) and of(learns):
                mentor = next((self.person[j] for j, mentors in self.mentors[i] if of(mentors)), None)
                learning += self._learning(i, mentor)
        if kept is None:
            return plan_of(tables, dict(zip(self.pairs, found, strict=True)), learning)
        # The hours of others lie where they did: those of whom neither hours nor lessons changed.
        people = {self.person[i] for i in self.open if found[i] != before[i]}
        people |= self._people & {one.mentor for one in {*learning} ^ {*kept.plan.learning}}
        hours = {self.pairs[i]: found[i] for p in people for i in self.work[p]}
        return kept.plan.but_for(people, hours, learning)

    def _learning(self, i: int, mentor: int | None) -> list[Learning]:
        """Everything the mentor can teach this person here: the hours are given once, for all of it."""
        p, a = self.pairs[i]
        every = self.tables.requirements_of(a)
        taught = every[self.tables.can_learn[p, every]]
        if mentor is not None:
            taught = taught[self.tables.meets[mentor, taught]]
        return [Learning(p, int(r), mentor) for r in taught]

    def hints(self, plan: Plan) -> list[tuple[cp_model.IntVar, int]] | None:
        """The value of every open decision in a plan, or None where the model has no room for its teams."""
        tables = self.tables
        values: list[tuple[Decision, int]] = []
        there = np.concatenate((np.array(self.pairs, dtype=np.int64).reshape(-1, 2), self.elsewhere))
        if not np.isin(plan.numbers, there @ (tables.A, 1)).all():
            return None
        of_pair = plan.hours_of(there)
        for i in self.open:
            pair = self.pairs[i]
            on, offset = int(of_pair[i] > 0), tables.offset(pair)
            blocks, rest = divmod(int(of_pair[i]) - on * offset, tables.block)
            if rest or blocks < 0 or (blocks * tables.block + offset > int(self._most[i]) and on):
                return None
            values += [(self.on[i], on), (self.blocks[i], blocks)]
        mentor_of: dict[int, int | None] = {}
        for one in plan.learning:
            a = int(tables.requirement_activity[one.requirement])
            if self._kept is not None and not self._kept.freed[a]:
                continue
            i = self.at.get((one.person, a), -1)
            teachable = one.mentor is None or tables.meets[one.mentor, one.requirement]
            if i not in self.learns or not teachable or not tables.can_learn[one.person, one.requirement]:
                return None
            if mentor_of.setdefault(i, one.mentor) != one.mentor:
                return None
        for i, learns in self.learns.items():
            if isinstance(learns, int):
                continue
            values.append((learns, int(i in mentor_of)))
            mentors = {self.person[j] for j, _ in self.mentors[i]}
            if i in mentor_of and mentor_of[i] is not None and mentor_of[i] not in mentors:
                return None
            values += [(mentors, int(mentor_of.get(i) == self.person[j])) for j, mentors in self.mentors[i]]
        return [(decision, value) for decision, value in values if not isinstance(decision, int)]


def _near(tables: Tables, pairs: IntArray, kept: Neighbourhood, mentors_of: dict[tuple[int, int], set[int]]) -> Bools:
    """(N,) pairs of people and of activities of which something may change, and where these people learn or teach."""
    may = kept.freed[pairs[:, 1]] | kept.moving[pairs[:, 0]]
    people, activities = np.zeros(tables.P, dtype=bool), np.zeros(tables.A, dtype=bool)
    people[pairs[may, 0]] = activities[pairs[may, 1]] = True
    near = people[pairs[:, 0]] | activities[pairs[:, 1]]
    lessons = [
        (other, a)
        for (p, a), mentors in mentors_of.items()
        for mentor in mentors
        if people[p] or people[mentor]
        for other in (p, mentor)
    ]
    there = np.array(lessons, dtype=np.int64).reshape(-1, 2)
    return np.asarray(near | np.isin(pairs @ (tables.A, 1), there @ (tables.A, 1)))


def pairs_of(tables: Tables) -> tuple[IntArray, IntArray]:
    """The pairs that some plan can book under the hard rules, (N, 2), and the most hours of each, (N,).

    Worked out once for the same tables; not to be written to.
    """
    if tables not in _pairs:
        found = _pairs_of(tables)
        for one in found:
            one.flags.writeable = False
        _pairs[tables] = found
    return _pairs[tables]


#: of tables that are in use
_pairs: WeakKeyDictionary[Tables, tuple[IntArray, IntArray]] = WeakKeyDictionary()


def _pairs_of(tables: Tables) -> tuple[IntArray, IntArray]:
    """`pairs_of`, worked out.

    Each step is a consequence of the hard rules: the open window and what is available in it, the smallest booking,
    the share of hours by experts and how many those can have, what an activity cannot do without, and learning only
    beside a mentor.
    """
    room = np.concatenate((np.zeros((tables.P, 1), dtype=np.int64), np.cumsum(tables.available, axis=1)), axis=1)
    start = np.minimum(tables.start, tables.last + 1)
    most = np.minimum(room[:, tables.last + 1] - room[:, start], tables.asked)
    least = tables.rule["smallest_booking"].least(tables)  # type: ignore[attr-defined]
    expert_share = round(tables.rule["expert_hours"].settings.expert_share * HUNDRED)
    others = np.where(tables.expert, tables.asked, tables.asked * (HUNDRED - expert_share) // HUNDRED)
    most = np.minimum(most, others) // tables.block * tables.block
    free = tables.bookable & ~tables.committed & (most >= np.maximum(least, tables.block))
    fixed = _committed_hours(tables)
    frozen = np.zeros_like(free)
    for pair in tables.frozen:
        frozen[pair] = True
    while True:
        if expert_share:  # others have hours only beside those of experts
            by_experts = np.where(tables.expert, fixed + np.where(free | frozen, most, 0), 0).sum(axis=0)
            beside = by_experts * (HUNDRED - expert_share) // expert_share // tables.block * tables.block
            most = np.where(tables.expert, most, np.minimum(most, beside))
            free &= most >= np.maximum(least, tables.block)
        kept = free | (fixed > 0)
        met = np.zeros(tables.R, dtype=np.int64)
        teachable = np.zeros_like(free)
        for a in range(tables.A):
            every = tables.requirements_of(a)
            those = tables.meets[:, every] & kept[:, a, None]
            met[every] = those.sum(axis=0)
            teachable[:, a] = (tables.can_learn[:, every] & those.any(axis=0)).any(axis=1)
        blocked = np.zeros(tables.A, dtype=bool)
        lacking = tables.requirement_must & (met < tables.requirement_people)
        blocked[tables.requirement_activity[lacking]] = True
        still = free & ~blocked & (tables.able | teachable) & (kept.sum(axis=0) >= tables.team_min)
        if (still == free).all():
            break
        free = still
    most = np.where(frozen, fixed + most, np.where(fixed > 0, fixed, most))
    return np.argwhere(kept), most[kept]


def _committed_hours(tables: Tables) -> IntArray:
    """(P, A) hours that pinned bookings have, and frozen ones have at least (1 where nothing was worked yet)."""
    hours = np.zeros((tables.P, tables.A), dtype=np.int64)
    for pair, booking in tables.pinned.items():
        hours[pair] = booking.hours or 0
    for pair in tables.frozen:
        hours[pair] = max(1, int(tables.worked(pair).sum()))
    return hours
