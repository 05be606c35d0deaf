"""Why hard rules contradict, in words: found by leaving rules and items out and solving again, without an objective.

Nearly always rules contradict already without whole numbers, and then one linear program names a few items to begin
with (see `strategies.contradiction`). No assumptions: leaving something out and solving plainly is far quicker at this
size, and its cores are narrow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from ortools.sat.python import cp_model

from solver.model import Model, pairs_of
from solver.proposal import Conflict, ConflictItem, ConflictRule
from solver.rules.base import IntArray, Key, Rule
from solver.search import InternalError, Search
from solver.strategies.contradiction import Rows, contradicting
from solver.strategies.cpsat import stopping
from solver.tables import Bools, Tables

#: seconds in which a conflict is looked for
SECONDS = 12.0
#: seconds of the first look of each solve: one worker without presolve, which settles nearly all of them
FIRST_LOOK = 1.0
#: seconds after which a solve is given up; what it tried to leave out stays
LONGEST_LOOK = 3.0
#: seconds for the linear program, and the number of items from which on it is of use
LINEAR_SECONDS, MANY = 10.0, 300
#: people × activities × pairs of window ends up to which every pair is in the model, bookable or not
LARGEST = 3_000_000
#: a rule with more items than this is named as a whole
MOST_ITEMS = 200
#: the order in which it is tried to do without rules: first these at once, which are seldom the reason
TRIED_FIRST = (
    "mentoring",
    "stretch_cap",
    "lending_cap",
    "hires",
    "window",
    "expert_hours",
    "smallest_booking",
    "must_requirement",
    "team_size",
)
#: then these one by one, then soft rules in mode `hard`
TRIED_NEXT = ("eligibility", "overbooking", "availability")
#: and last what says most about what the planner asked for
TRIED_LAST = ("budget", "rotation", "relation", "commitment")

Name = tuple[str, Key]


def conflict_of(search: Search, force: Callable[[Model], None] = lambda model: None) -> Conflict:
    """The binding rules that cannot all hold, narrowed to the items that contradict each other.

    force: what must hold besides and is not named, added to the model.

    Without any one of the named rules the other named ones can hold, and without any one of the items the other items.
    Where the time limit or a stop comes first, what was not tried yet is still named: the items contradict each other
    then too, but some may be needless. A rule that could not be narrowed to `MOST_ITEMS` is named without items, as a
    whole. In a large portfolio pairs that the hard rules leave no room for are left out beforehand, so that rules like
    `eligibility` are not named for them.
    """
    tables = search.tables
    model = _model(tables)
    own = len(model.cp.proto.constraints)
    force(model)
    subsets = _Subsets(search, model, own)
    if not subsets.keep_linear() and subsets.feasible(subsets.left):
        raise InternalError("a portfolio without a plan has rules that can all hold")
    rule_of = np.array([name for name, _ in subsets.items])
    rules = [rule for rule in sorted(tables.rules, key=_order) if rule.binds]
    of = {rule.name: np.flatnonzero(rule_of == rule.name) for rule in rules}
    first = [of[rule.name] for rule in rules if rule.name in TRIED_FIRST]
    subsets.leave_out([first, *([of[rule.name]] for rule in rules if rule.name not in TRIED_FIRST)], within=False)
    subsets.keep_one_part()
    # What asks for something is narrowed first: as soon as little is asked, there is little left to look at.
    subsets.leave_out([[of[rule.name]] for rule in rules if _asks(rule)], within=True)
    subsets.keep_one_part()
    subsets.leave_out([[of[rule.name]] for rule in rules if not _asks(rule)], within=True)
    named = {rule: [subsets.items[i][1] for i in of[rule.name] if subsets.left[i]] for rule in reversed(rules)}
    found = tuple(_named(tables, rule, keys) for rule, keys in named.items() if keys)
    return Conflict(rules=found, ways_out=None)


def can_hold(search: Search, conflict: Conflict) -> bool | None:
    """Whether the items that a conflict names can all hold in this portfolio, a changed one; None if not known in time.

    Items are known by their rule and what they are about; one that is not there any more asks for nothing.
    """
    tables = search.tables
    model = _model(tables)
    subsets = _Subsets(search, model, len(model.cp.proto.constraints))
    named = {(rule.name, *sorted(item.about.items())) for rule in conflict.rules for item in rule.items}
    whole = {rule.name for rule in conflict.rules if not rule.items}
    there = [
        name in whole or (name, *sorted(tables.about(tables.rule[name].about, key).items())) in named
        for name, key in subsets.items
    ]
    return subsets.feasible(np.array(there, dtype=bool))


def _named(tables: Tables, rule: Rule, keys: Sequence[Key]) -> ConflictRule:
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
    for rank, names in ((0, TRIED_FIRST), (1, TRIED_NEXT), (3, TRIED_LAST)):
        if rule.name in names:
            return rank, names.index(rule.name)
    return 2, 0


def _asks(rule: Rule) -> bool:
    """Whether the rule asks for something to be done; without such rules doing nothing is a plan."""
    return not rule.hard or rule.name in ("commitment", "budget")


def _halves(groups: Sequence[IntArray], within: bool) -> list[list[IntArray]]:
    """Both halves of several groups, or of one group if `within`; nothing where it is too small for that."""
    if len(groups) > 1:
        half = len(groups) // 2
        return [list(groups[:half]), list(groups[half:])]
    (group,) = groups
    return [[part] for part in np.array_split(group, 2)] if within and len(group) > 1 else []


def _joined(one: IntArray, other: IntArray, size: int) -> IntArray:
    """(size,) for each `other` the smallest that it is joined with, in any number of steps from pair to pair."""
    found = np.arange(size)
    while True:
        smallest = np.full(one.max(initial=-1) + 1, size)
        np.minimum.at(smallest, one, found[other])
        joined = found.copy()
        np.minimum.at(joined, other, smallest[one])
        if (joined == found).all():
            return found
        found = joined


class _Subsets:
    """Parts of a model: its own constraints, and those of some of the items of the rules posted on it."""

    def __init__(self, search: Search, model: Model, own: int) -> None:
        """own: how many constraints the model and its rules have; those after them are forced."""
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
        self._own = own
        self._read()
        self._connect()
        #: per plan that a solve came upon, (I,) which items it breaks
        self._broken: list[Bools] = []
        #: (I,) the items that still contradict each other
        self.left = np.ones(len(self.items), dtype=bool)

    def leave_out(self, together: Sequence[list[IntArray]], within: bool) -> None:
        """Leave out of `left` all groups without which the rest still contradicts, and if `within`, parts of groups.

        together: groups that are tried at once, and by halves where that fails. What could not be settled is tried once
        more in the end, when less is left.
        """
        for _ in range(2):
            waiting, unsettled = list(reversed(together)), []
            while waiting and not self._over:
                tried = [group for group in waiting.pop() if self.left[group].any()]
                if not tried:
                    continue
                without = self.left.copy()
                without[np.concatenate(tried)] = False
                feasible = self.feasible(without)
                if feasible is False:
                    self.left = without
                elif parts := _halves(tried, within):
                    waiting += reversed(parts)
                elif feasible is None:
                    unsettled.append(tried)
            together = unsettled

    def feasible(self, items: Bools) -> bool | None:
        """Whether these items can all hold; None where that is not known in time."""
        if any(not (broken & items).any() for broken in self._broken):
            return True
        part = cp_model.CpModel()
        for variable in self._proto.variables:
            part.proto.variables.append(variable)
        for row in self._rows(items).tolist():
            part.proto.constraints.append(self._constraints[row])
        for first in (True, False):
            solver = cp_model.CpSolver()
            solver.parameters.catch_sigint_signal = False
            solver.parameters.num_workers = 1 if first else self._search.settings.workers
            solver.parameters.cp_model_presolve = not first
            left = max(0.01, self._ends - time.monotonic())
            seconds = solver.parameters.max_time_in_seconds = min(left, FIRST_LOOK if first else LONGEST_LOOK)
            with stopping(solver, seconds):
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
        """The constraints as sparse rows with a low and a high end, for looking at them without a solver."""
        entries: list[tuple[int, int, int]] = []
        self._low = np.zeros(len(self._constraints), dtype=np.int64)
        self._high = np.full(len(self._constraints), np.iinfo(np.int64).max)
        for row, one in enumerate(self._constraints):
            if one.has_linear():
                domain = list(one.linear.domain)
                self._low[row], self._high[row] = domain[0], domain[-1]
                entries += [(row, v, c) for v, c in zip(one.linear.vars, one.linear.coeffs, strict=True)]
            elif one.has_bool_or():  # a constant
                self._low[row] = 1
                entries += [(row, v, 1) for v in one.bool_or.literals]
            else:  # an implication
                entries += [(row, v, 1) for v in one.bool_and.literals]
                entries += [(row, v, -len(one.bool_and.literals)) for v in one.enforcement_literal]
        self._row, self._variable, self._coefficient = np.array(entries, dtype=np.int64).reshape(-1, 3).T

    def _connect(self) -> None:
        """component (V,): variables that the model's own constraints tie together have the same number."""
        own = self._item[self._row] < 0
        self._component = _joined(self._row[own], self._variable[own], len(self._proto.variables))

    def keep_linear(self) -> bool:
        """Keep only items that contradict each other already without whole numbers; False where that is not known."""
        if len(self.items) < MANY or self._over:
            return False
        tables = self._search.tables
        asks = np.array([_asks(tables.rule[name]) for name, _ in self.items])
        giving = (self._item >= 0) & asks[self._item]
        giving[self._own :] = True
        domains = [variable.domain for variable in self._proto.variables]
        least, most = (np.array(ends) for ends in zip(*((one[0], one[len(one) - 1]) for one in domains), strict=True))
        rows = Rows(self._row, self._variable, self._coefficient, self._low, self._high, least, most)
        found = contradicting(rows, giving, LINEAR_SECONDS, self._search.stop.is_set)
        self._ends = time.monotonic() + SECONDS  # it decides whether the rest is quick, so it has a time of its own
        if found is None:
            return False
        left = np.zeros_like(self.left)
        left[self._item[found & (self._item >= 0)]] = True
        if self.feasible(left) is not False:
            return False
        self.left = left
        return True

    def keep_one_part(self) -> None:
        """Where the items in `left` fall apart into parts that share no variable, keep one that contradicts itself."""
        spoken = np.flatnonzero((self._item[self._row] >= 0) & self.left[self._item[self._row]])
        item, component = self._item[self._row[spoken]], self._component[self._variable[spoken]]
        part = np.full(len(self.items), -1)
        part[item] = _joined(item, component, len(self._component))[component]
        parts = np.unique(part[self.left])
        while len(parts) > 1 and not self._over:
            half, rest = np.array_split(parts, 2)
            feasible = self.feasible(self.left & np.isin(part, half))
            if feasible is None:
                return
            parts = rest if feasible else half
            self.left &= np.isin(part, parts)

    def _rows(self, items: Bools) -> IntArray:
        """The constraints of these items, and the model's own on what they speak of: the rest can always hold."""
        wanted = (self._item >= 0) & items[self._item]
        spoken_of = np.zeros(len(self._component), dtype=bool)
        spoken_of[self._component[self._variable[wanted[self._row]]]] = True
        own = np.zeros(len(self._constraints), dtype=bool)
        own[self._row[spoken_of[self._component[self._variable]]]] = True
        return np.flatnonzero(wanted | (own & (self._item < 0)))

    def _broken_by(self, values: IntArray) -> Bools:
        """(I,) the items that these values of the variables break, or for which they are no values at all."""
        total = np.zeros(len(self._constraints), dtype=np.int64)
        np.add.at(total, self._row, self._coefficient * values[self._variable])
        wrong = (total < self._low) | (total > self._high)
        # A solve is not told of constraints that it has no need of, so its values may make no sense beyond it.
        senseless = np.zeros(len(self._component), dtype=bool)
        senseless[self._component[self._variable[(wrong & (self._item < 0))[self._row]]]] = True
        wrong[self._row[senseless[self._component[self._variable]]]] = True
        broken = np.zeros(len(self.items), dtype=bool)
        broken[self._item[wrong & (self._item >= 0)]] = True
        return broken
