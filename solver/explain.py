"""Why hard rules contradict, in words: found by leaving rules and items out and solving again, without an objective.

No assumptions: at this size leaving something out and solving plainly is far quicker, and its cores are narrow.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from solver.model import Model, pairs_of
from solver.proposal import Conflict, ConflictItem, ConflictRule
from solver.rules.base import IntArray, Key, Rule
from solver.search import InternalError, Search
from solver.tables import Bools, Tables

#: seconds in which a conflict is looked for
SECONDS = 20.0
#: seconds of the first look of each solve: one worker without presolve, which settles nearly all of them
FIRST_LOOK = 1.0
#: people × activities × pairs of window ends up to which every pair is in the model, bookable or not
LARGEST = 3_000_000
#: a rule with more items than this is named as a whole
MOST_ITEMS = 200
#: rules in the order in which it is tried to do without them: the last ones say most about what the planner asked for;
#: soft rules in mode `hard` come before the last three
TRIED_FIRST = (
    "mentoring",
    "stretch_cap",
    "expert_hours",
    "smallest_booking",
    "overbooking",
    "lending_cap",
    "eligibility",
    "window",
    "team_size",
    "must_requirement",
    "availability",
    "hires",
)
TRIED_LAST = ("budget", "rotation", "relation", "commitment")

Name = tuple[str, Key]


def conflict_of(search: Search) -> Conflict:
    """The binding rules that cannot all hold, narrowed to the items that contradict each other.

    Without any one of the named rules the other named ones can hold, and without any one of the items the other items.
    Where the time limit or a stop comes first, what was not tried yet is still named: the items contradict each other
    then too, but some may be needless. A rule that could not be narrowed to `MOST_ITEMS` is named without items, as a
    whole. In a large portfolio pairs that the hard rules leave no room for are left out beforehand, so that rules like
    `eligibility` are not named for them.
    """
    tables = search.tables
    subsets = _Subsets(search, _model(tables))
    if subsets.feasible(np.ones(len(subsets.items), dtype=bool)):
        raise InternalError("a portfolio without a plan has rules that can all hold")
    rule_of = np.array([name for name, _ in subsets.items])
    rules = [np.flatnonzero(rule_of == name) for name in dict.fromkeys(rule_of.tolist())]
    left = subsets.without(rules, split=False)
    rules = [those for those in rules if left[those].any()]
    left = subsets.without(rules, split=True)
    return Conflict(
        rules=tuple(
            _rule(tables, tables.rule[str(rule_of[those[0]])], [subsets.items[i][1] for i in those[left[those]]])
            for those in reversed(rules)
        ),
        ways_out=None,
    )


def _rule(tables: Tables, rule: Rule, keys: Sequence[Key]) -> ConflictRule:
    if len(keys) > MOST_ITEMS:
        keys = ()
    items = [ConflictItem(about=tables.about(rule.about, key), text=rule.demand(tables, key)) for key in keys]
    return ConflictRule(name=rule.name, items=tuple(items))


def _model(tables: Tables) -> Model:
    """All binding rules on all pairs, activity by activity, so that what keeps a pair from being booked is a rule."""
    ends = len(np.unique(tables.open_from)) * len(np.unique(tables.last))
    if tables.P * tables.A * ends <= LARGEST:
        activity, person = np.divmod(np.arange(tables.P * tables.A), max(1, tables.P))
        # No pair has more than all the work together: a limit that is never the reason.
        pinned = sum(int(booking.hours or 0) for booking in tables.pinned.values())
        pairs, most = np.stack((person, activity), axis=1), np.full(len(person), tables.asked.sum() + pinned)
    else:
        pairs, most = pairs_of(tables)
    model = Model(tables, pairs, most)
    binding = sorted((rule for rule in tables.rules if rule.binds), key=_order)
    # Eligibility last: on top of it the model takes short cuts that would not hold without it.
    model.post(rule for rule in binding if rule.name != "eligibility")
    model.post(rule for rule in binding if rule.name == "eligibility")
    return model


def _order(rule: Rule) -> tuple[int, int]:
    if rule.name in TRIED_LAST:
        return 2, TRIED_LAST.index(rule.name)
    return (0, TRIED_FIRST.index(rule.name)) if rule.name in TRIED_FIRST else (1, 0)


class _Subsets:
    """Parts of a model: its own constraints, and those of some of the items of the rules posted on it."""

    def __init__(self, search: Search, model: Model) -> None:
        self._search = search
        self._ends = time.monotonic() + SECONDS
        self._proto = model.cp.proto
        position = {rule.name: n for n, rule in enumerate(sorted(search.tables.rules, key=_order))}
        #: rule and key of each item, in the order in which it is tried to do without them
        self.items: list[Name] = sorted(dict.fromkeys(model.about.values()), key=lambda item: position[item[0]])
        index = {item: i for i, item in enumerate(self.items)}
        constraints = self._proto.constraints
        #: (N,) the item of each constraint, -1 for those of the model itself
        self._item = np.full(len(constraints), -1)
        for row, item in model.about.items():
            self._item[row] = index[item]
        self._constraints = list(constraints)
        self._read()
        self._connect()
        #: per plan that a solve came upon, (I,) which items it breaks
        self._broken: list[Bools] = []
        self.left = np.ones(len(self.items), dtype=bool)

    def without(self, groups: Sequence[IntArray], split: bool) -> Bools:
        """(I,) what is left when no group can be left out any more, nor, if split, any item of one."""
        self.left[:] = False
        for group in groups:
            self.left[group] = True
        waiting = list(reversed(groups))
        while waiting and not self._over:
            group = waiting.pop()
            tried = self.left.copy()
            tried[group] = False
            if self.feasible(tried) is False:
                self.left = tried
            elif split and len(group) > 1:
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
        return self.left

    def feasible(self, items: Bools) -> bool | None:
        """Whether these items can all hold; None where time is up before that is known."""
        if any(not (broken & items).any() for broken in self._broken):
            return True
        part = cp_model.CpModel()
        for variable in self._proto.variables:
            part.proto.variables.append(variable)
        for row in self._rows(items).tolist():
            part.proto.constraints.append(self._constraints[row])
        for first in (True, False):
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1 if first else self._search.settings.workers
            solver.parameters.cp_model_presolve = not first
            left = max(0.01, self._ends - time.monotonic())
            solver.parameters.max_time_in_seconds = min(left, FIRST_LOOK) if first else left
            status = solver.solve(part)
            if status == cp_model.INFEASIBLE:
                return False
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                self._broken.append(self._broken_by(np.array(solver.response_proto.solution)))
                return True
        return None

    @property
    def _over(self) -> bool:
        return self._search.stop.is_set() or time.monotonic() >= self._ends

    def _read(self) -> None:
        """The constraints as sparse rows, for looking at them without a solver."""
        row: list[int] = []
        variable: list[int] = []
        coefficient: list[int] = []
        self._low = np.full(len(self._constraints), 1)  # nothing but a linear constraint is ever known to hold
        self._high = np.zeros(len(self._constraints), dtype=np.int64)
        for n, one in enumerate(self._constraints):
            if one.has_linear():
                variables, coefficients, domain = list(one.linear.vars), list(one.linear.coeffs), one.linear.domain
                if len(domain) == 2:
                    self._low[n], self._high[n] = domain[0], domain[1]
            else:
                literals = list(one.enforcement_literal)
                for part in ("bool_or", "bool_and", "at_most_one", "exactly_one"):
                    if getattr(one, f"has_{part}")():
                        literals += list(getattr(one, part).literals)
                variables = [literal if literal >= 0 else -literal - 1 for literal in literals]
                coefficients = [0] * len(variables)
            row += [n] * len(variables)
            variable += variables
            coefficient += coefficients
        self._row, self._variable = np.array(row, dtype=np.int64), np.array(variable, dtype=np.int64)
        self._coefficient = np.array(coefficient, dtype=np.int64)

    def _connect(self) -> None:
        """component (V,): variables that the model's own constraints tie together have the same number."""
        self._component = np.arange(len(self._proto.variables))
        own = self._item[self._row] < 0
        row, variable = self._row[own], self._variable[own]
        smallest = np.empty(len(self._constraints), dtype=np.int64)
        while True:
            smallest[:] = len(self._component)
            np.minimum.at(smallest, row, self._component[variable])
            component = self._component.copy()
            np.minimum.at(component, variable, smallest[row])
            if (component == self._component).all():
                break
            self._component = component

    def _rows(self, items: Bools) -> IntArray:
        """The constraints of these items, and the model's own on what they speak of: the rest can always hold."""
        wanted = (self._item >= 0) & items[self._item]
        spoken_of = np.zeros(len(self._component), dtype=bool)
        spoken_of[self._component[self._variable[wanted[self._row]]]] = True
        own = np.zeros(len(self._constraints), dtype=bool)
        own[self._row[spoken_of[self._component[self._variable]]]] = True
        return np.flatnonzero(wanted | (own & (self._item < 0)))

    def _broken_by(self, values: IntArray) -> Bools:
        """(I,) the items that these values of the variables break."""
        total = np.zeros(len(self._constraints), dtype=np.int64)
        np.add.at(total, self._row, self._coefficient * values[self._variable])
        wrong = ((total < self._low) | (total > self._high)) & (self._item >= 0)
        broken = np.zeros(len(self.items), dtype=bool)
        broken[self._item[wrong]] = True
        return broken
