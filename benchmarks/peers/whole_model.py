"""All rules as one linear program in whole numbers, written straight down from `docs/model.md`.

Nothing is derived, left out or priced: a decision `x` and the hours `h` for every pair that may be booked, a decision
for every learner and every mentor beside them, and a row for what each rule says. Written apart from the service's own
model (`solver/model.py`), and given as it stands to the solvers that OR-Tools carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import gcd

import numpy as np

from benchmarks.peers.protocol import Json, plan_lines, refuse_what_is_not_modelled
from solver.rules.base import HUNDRED, NOWHERE, percent
from solver.tables import Tables

#: a linear expression: variable → coefficient
Sum = dict[int, int]


@dataclass
class Program:
    """Minimise Σ cost + constant over variables between `low` and `high`, such that low ≤ Σ ≤ high in every row."""

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    #: whether it must be whole; the other variables take whole values in a best plan anyway
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[Sum, int | None, int | None]] = field(default_factory=list)
    cost: Sum = field(default_factory=dict)
    constant: int = 0

    def variable(self, high: int, whole: bool = True) -> int:
        """A new one, from 0 to `high`."""
        self.low.append(0)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(self, expression: Sum, low: int | None = None, high: int | None = None) -> None:
        """A constraint; None: no limit on that side."""
        self.rows.append((expression, low, high))

    def pay(self, expression: Sum, price: int) -> None:
        """Add price × expression to the objective."""
        for variable, coefficient in expression.items():
            self.cost[variable] = self.cost.get(variable, 0) + price * coefficient

    def pay_above(self, expression: Sum, limit: int, most: int, price: int) -> None:
        """Add price × max(0, expression − limit), which is at most `most`, to the objective."""
        if most > 0 and price:
            step = gcd(limit, *expression.values())
            over = self.variable(-(-most // step), whole=False)
            self.row({**{v: c // step for v, c in expression.items()}, over: -1}, high=limit // step)
            self.pay({over: 1}, price * step)


def plus(*parts: tuple[int, Sum]) -> Sum:
    """Σ factor × expression."""
    total: Sum = defaultdict(int)
    for factor, expression in parts:
        for variable, coefficient in expression.items():
            total[variable] += factor * coefficient
    return dict(total)


def each(variables: Iterable[int], factor: int = 1) -> Sum:
    """factor × the sum of variables."""
    return dict.fromkeys(variables, factor)


class WholeModel:
    """The program of a portfolio, and the way back from its values to a plan."""

    def __init__(self, tables: Tables) -> None:
        refuse_what_is_not_modelled(tables)
        self.tables, self.program = tables, Program()
        self.pairs: list[tuple[int, int]] = [(int(p), int(a)) for p, a in np.argwhere(tables.eligible)]
        self.work: list[list[int]] = [[] for _ in range(tables.P)]
        self.team: list[list[int]] = [[] for _ in range(tables.A)]
        for i, (p, a) in enumerate(self.pairs):
            self.work[p].append(i)
            self.team[a].append(i)
        #: blocks of hours that the person of a pair can give at most
        self.most = [self._most(p, a) for p, a in self.pairs]
        self.x = [self.program.variable(1) for _ in self.pairs]
        self.b = [self.program.variable(most) for most in self.most]
        self.staffed = [self.program.variable(1) for _ in range(tables.A)]
        #: learns[i], mentors[i][j]: the person of pair i learns there; from the person of pair j
        self.learns: dict[int, int] = {}
        self.mentors: dict[int, dict[int, int]] = {}
        self.stretch: dict[int, int] = {}
        self._bookings()
        self._learning()
        self._availability()
        self._teams()
        self._lending()
        self._paid_by_activity()
        self._paid_by_person()
        self._paid_by_project()

    # --- expressions

    def hours(self, pairs: Iterable[int]) -> Sum:
        """Hours of some pairs."""
        return each((self.b[i] for i in pairs), self.tables.block)

    def _most(self, p: int, a: int) -> int:
        tables = self.tables
        there = int(tables.available[p, tables.first[a] : tables.last[a] + 1].sum())
        return min(int(tables.asked[a]), there) // tables.block

    def price(self, rule: str, item_weight: int = HUNDRED) -> int:
        """Ten-thousandths per hundredth of an amount."""
        return self.tables.rule[rule].weight * item_weight if self.tables.rule[rule].counts else 0

    # --- hard rules

    def _bookings(self) -> None:
        """Nobody is on without hours, with too few, or has hours without being on: smallest_booking."""
        tables, smallest = self.tables, self.tables.rule["smallest_booking"].settings
        for i, (_, a) in enumerate(self.pairs):
            asked, block = int(tables.asked[a]), tables.block
            wanted = max(HUNDRED * smallest.hours, percent(smallest.share) * asked)
            least = max(1, min(asked // block, -(-wanted // (HUNDRED * block))))
            self.program.row({self.b[i]: 1, self.x[i]: -self.most[i]}, high=0)
            self.program.row({self.b[i]: 1, self.x[i]: -least}, low=0)

    def _learning(self) -> None:
        """A learner has a mentor, a mentor not too many learners; eligibility of those who only learn; stretch_cap."""
        tables, program = self.tables, self.program
        taught: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, (p, a) in enumerate(self.pairs):
            if not tables.learnable[p, a]:
                continue
            every = tables.requirements_of(a)
            wanted = every[tables.can_learn[p, every]]
            able = [j for j in self.team[a] if j != i and tables.meets[self.pairs[j][0], wanted].any()]
            learns = self.learns[i] = program.variable(1)
            self.mentors[i] = {j: program.variable(1) for j in able}
            program.row({learns: 1, self.x[i]: -1}, high=0)
            program.row({**each(self.mentors[i].values()), learns: -1}, 0, 0)
            for j, mentor in self.mentors[i].items():
                program.row({mentor: 1, self.x[j]: -1}, high=0)
                taught[self.pairs[j][0], p].append(mentor)
            if not tables.able[p, a]:
                program.row({self.x[i]: 1, learns: -1}, high=0)
            most = tables.block * self.most[i]
            stretch = self.stretch[i] = program.variable(most, whole=False)
            program.row({stretch: 1, self.b[i]: -tables.block}, high=0)
            program.row({stretch: 1, learns: -most}, high=0)
            program.row({stretch: 1, self.b[i]: -tables.block, learns: -most}, low=-most)
        learners: dict[int, list[int]] = defaultdict(list)
        for (mentor_of, _), mentors in taught.items():
            together = program.variable(1)
            learners[mentor_of].append(together)
            for mentor in mentors:
                program.row({mentor: 1, together: -1}, high=0)
        for mentor_of, those in learners.items():
            program.row(each(those), high=int(tables.max_learners[mentor_of]))
        cap = tables.rule["stretch_cap"].settings
        for mine in self.work:
            stretch_hours = each(self.stretch[i] for i in mine if i in self.stretch)
            parts = ((HUNDRED, stretch_hours), (-percent(cap.max_share), self.hours(mine)))
            program.row(plus(*parts), high=HUNDRED * cap.free)

    def _availability(self) -> None:
        """For every interval of periods: what lies inside it fits in it, mentoring included."""
        tables = self.tables
        mentor_hours = tables.rule["mentoring"].settings.mentor_hours
        tasks: list[list[tuple[int, Sum]]] = [[] for _ in range(tables.P)]
        for i, (p, a) in enumerate(self.pairs):
            tasks[p].append((a, self.hours([i])))
        for mentors in self.mentors.values():
            for j, mentor in mentors.items():
                p, a = self.pairs[j]
                tasks[p].append((a, {mentor: mentor_hours}))
        for p, mine in enumerate(tasks):
            for first in {int(tables.first[a]) for a, _ in mine}:
                for last in {int(tables.last[a]) for a, _ in mine}:
                    inside = [(1, taken) for a, taken in mine if first <= tables.first[a] and tables.last[a] <= last]
                    if inside:
                        self.program.row(plus(*inside), high=int(tables.available[p, first : last + 1].sum()))

    def _teams(self) -> None:
        """team_size, must_requirement, expert_hours and overbooking."""
        tables, program = self.tables, self.program
        share = percent(tables.rule["expert_hours"].settings.expert_share)
        for a, team in enumerate(self.team):
            staffed, on = self.staffed[a], each(self.x[i] for i in team)
            for i in team:
                program.row({self.x[i]: 1, staffed: -1}, high=0)
            program.row(on, high=int(tables.team_max[a]))
            program.row({**on, staffed: -int(tables.team_min[a])}, low=0)
            for r in tables.requirements_of(a).tolist():
                if tables.requirement_must[r]:
                    program.row({**self._meeting(r), staffed: -int(tables.requirement_people[r])}, low=0)
            by_experts = self.hours(i for i in team if tables.expert[self.pairs[i][0], a])
            program.row(plus((HUNDRED, by_experts), (-share, self.hours(team))), low=0)
            program.row(self.hours(team), high=int(tables.asked[a]))

    def _meeting(self, r: int) -> Sum:
        """How many on its activity meet a requirement."""
        team = self.team[int(self.tables.requirement_activity[r])]
        return each(self.x[i] for i in team if self.tables.meets[self.pairs[i][0], r])

    def _lending(self) -> None:
        """lending_cap."""
        lent: dict[int, list[int]] = defaultdict(list)
        for i, pair in enumerate(self.pairs):
            lent[int(self.tables.lending_group[pair])].append(i)
        for group, pairs in lent.items():
            if group != NOWHERE:
                most = self.tables.lending_groups[group].most(np.ones(self.tables.P, dtype=bool))
                self.program.row(self.hours(pairs), high=most // HUNDRED)

    # --- soft rules

    def _paid_by_activity(self) -> None:
        """staffing, the coverages, the fits, energy, lending and stability."""
        tables, program = self.tables, self.program
        for a, team in enumerate(self.team):
            price = self.price("staffing", int(tables.importance[a])) * HUNDRED
            program.constant += price * int(tables.asked[a])
            program.pay(self.hours(team), -price)
            for r in tables.requirements_of(a).tolist():
                rule = "talent_coverage" if tables.requirement_talent[r] else "expertise_coverage"
                weight = int(tables.importance[a] * tables.requirement_weight[r])
                people = int(tables.requirement_people[r])
                program.pay_above(plus((-1, self._meeting(r))), -people, people, self.price(rule, weight) * HUNDRED)
        for i, (p, a) in enumerate(self.pairs):
            per_hour = (
                self.price("expertise_fit") * (HUNDRED - int(tables.expertise_fit[p, a]))
                + self.price("talent_fit") * (HUNDRED - int(tables.talent_fit[p, a]))
                + self.price("energy") * int(tables.drain[p, a])
                + self.price("lending") * HUNDRED * int(tables.foreign[p, a])
            )
            program.pay(self.hours([i]), per_hour)
        at = {pair: i for i, pair in enumerate(self.pairs)}
        for pair, booking in tables.incumbent.items():
            hours, price = int(booking.hours or 0), self.price("stability") * HUNDRED
            if pair in at:
                program.pay_above(plus((-1, self.hours([at[pair]]))), -hours, hours, price)
            else:
                program.constant += price * hours

    def _paid_by_person(self) -> None:
        """talent_use, role_width, responsibility, stretch, load_balance and focus."""
        tables, program = self.tables, self.program
        use, width = tables.rule["talent_use"].settings, tables.rule["role_width"].settings
        own, stretch = tables.rule["responsibility"].settings, tables.rule["stretch"].settings
        load, focus = tables.rule["load_balance"].settings, tables.rule["focus"].settings
        learners = np.asarray((tables.bookable & tables.learnable).any(axis=1))
        if stretch.for_ == "potential":
            learners &= tables.potential == 3
        for p, mine in enumerate(self.work):
            hours, available = self.hours(mine), int(tables.hours_available[p])
            most = HUNDRED * available

            def below_share(
                share: float,
                free: int,
                part: Sum,
                rule: str,
                weight: int = HUNDRED,
                hours: Sum = hours,
                most: int = most,
            ) -> None:
                """Pay for what a part of the hours is short of a share of them, less some free hours."""
                short = plus((percent(share), hours), (-HUNDRED, part))
                program.pay_above(short, HUNDRED * free, most, self.price(rule, weight))

            if tables.top_talents[p]:
                using = self.hours(i for i in mine if tables.uses_top_talent[self.pairs[i]])
                below_share(use.min_share, use.free, using, "talent_use")
            answered = self.hours(i for i in mine if tables.responsibility[self.pairs[i][1]])
            below_share(own.min_share, own.free, answered, "responsibility")
            if learners[p]:
                twice = stretch.for_ == "differentiated" and tables.potential[p] == 3
                learned = each(self.stretch[i] for i in mine if i in self.stretch)
                below_share(stretch.min_share, 0, learned, "stretch", HUNDRED * (2 if twice else 1))
            by_kind: dict[int, list[int]] = defaultdict(list)
            for i in mine:
                by_kind[int(tables.kind[self.pairs[i][1]])].append(i)
            for those in by_kind.values():
                wide = plus((HUNDRED, self.hours(those)), (-percent(width.max_share), hours))
                program.pay_above(wide, HUNDRED * width.free, most, self.price("role_width"))
            low, high = percent(load.low) * available, percent(load.high) * available
            program.pay_above(plus((-HUNDRED, hours)), -low, low, self.price("load_balance"))
            program.pay_above(plus((HUNDRED, hours)), high, most - high, self.price("load_balance"))
            on = each(self.x[i] for i in mine)
            program.pay_above(on, focus.max_activities, len(mine), self.price("focus") * HUNDRED)

    def _paid_by_project(self) -> None:
        """continuity."""
        tables, program = self.tables, self.program
        members: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, (p, a) in enumerate(self.pairs):
            members[int(tables.project[a]), p].append(i)
        there: dict[tuple[int, int], int] = {}
        for r in range(tables.R):
            a = int(tables.requirement_activity[r])
            if tables.requirement_talent[r] or not tables.critical[a]:
                continue
            alone, those = program.variable(1), []
            for (project, p), pairs in members.items():
                if project == tables.project[a] and tables.meets[p, r]:
                    if (project, p) not in there:
                        there[project, p] = program.variable(1)
                        program.row(plus((1, {there[project, p]: 1}), (-1, each(self.x[i] for i in pairs))), high=0)
                    those.append(there[project, p])
            program.row({**each(those), alone: 2}, low=2)
            program.pay({alone: 1}, self.price("continuity") * HUNDRED)

    # --- back to a plan

    def plan(self, values: Iterable[float]) -> tuple[list[Json], list[Json]]:
        """Bookings and learning of the variables' values."""
        value = np.rint(np.fromiter(values, dtype=float)).astype(np.int64).tolist()
        hours = {pair: value[self.b[i]] * self.tables.block for i, pair in enumerate(self.pairs)}
        taught = {
            self.pairs[i]: self.pairs[j][0]
            for i, mentors in self.mentors.items()
            for j, mentor in mentors.items()
            if value[mentor]
        }
        return plan_lines(self.tables, hours, taught)
