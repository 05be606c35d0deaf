"""What each unit gains and gives up when units lend to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes import Change, changes_to_json
from scenarios.changes.base import UnitRef
from scenarios.changes.lend import Lend
from scenarios.changes.sentences import count, listed
from scenarios.studies.base import Finding, RuleCost, Solved, Study
from scenarios.studies.desk import Ask, Desk, plan_in
from solver.difference import plain
from solver.fields import Money, Share
from solver.limits import Limit, value
from solver.plan import Plan
from solver.portfolio import Portfolio, Problem
from solver.proposal import Figure, Proposal
from solver.proposal import Part as Line
from solver.rules.base import UNIT
from solver.search import InternalError
from solver.tables import Tables


class Lent(Line):
    """Hours that people of one unit work for another."""

    from_: str = Field(alias="from")
    to: str
    hours: int


class UnitShare(Line):
    """What one unit bears of the cost, in points, as it stands and with lending open; lower is better.

    difference: after less before; above 0 the unit is worse off. gains, gives_up: the rules that cost it less, and
    more. lent_out, lent_in: hours of its people for others and of others' people for it, before and after.
    """

    unit: str
    name: str
    before: Figure
    after: Figure
    difference: Figure
    gains: tuple[RuleCost, ...]
    gives_up: tuple[RuleCost, ...]
    lent_out: tuple[int, int]
    lent_in: tuple[int, int]


class Market(Line):
    """A plan with lending open. cost.difference of the whole is Σ difference of the units + `unborne`, exactly.

    unborne: what no unit bears (people or projects without a unit, the money). worst: the largest difference of a unit.
    """

    solved: Solved
    difference: Figure
    units: tuple[UnitShare, ...]
    unborne: Figure
    worst: Figure
    lending: tuple[Lent, ...]
    proposal: Proposal


class Markets(Finding):
    """Lending open as far as asked, and the same with nobody worse off than asked.

    changes: what opens the lending, to be run again. open: the best plan found then. fair: the best plan found in which
    no unit is worse off by more than `worse_by` (null where that was not asked, or no such plan was found); the base is
    such a plan, and so may `open` be. price: what `fair` costs more than `open`. price_at_least, price_at_most: of the
    best plans there are, by the bounds.
    """

    changes: tuple[dict[str, object], ...]
    open: Market | None
    fair: Market | None
    price: Figure | None
    price_at_least: Figure | None
    price_at_most: Figure | None


class LendingMarket(Study):
    """What each unit gains and gives up when units lend to each other, if asked with no unit worse off than a limit.

    Every direction between the units is opened up to a share of the lender's hours, or further where more was agreed
    already. What a unit bears of the cost is what its rules cost: of what is about work the unit whose work it is, of
    what is about a person the person's own unit; how well work fits who does it is the work's, energy, wishes and hours
    lent are the person's. With `worse_by` a second plan is found in which no unit bears more than that above what it
    bears as it stands: a hard limit in the solve, checked on the plan.
    """

    title: ClassVar[str] = "What each unit gains and gives up when lending opens"
    finding: ClassVar[type[Finding]] = Markets
    kind: Literal["lending_market"] = "lending_market"
    share: Annotated[Share, Field(description="the largest part of a lender's hours, in each direction")] = 0.2
    between: Annotated[tuple[UnitRef, ...], Field(description="the units; an empty list is all of them")] = ()
    worse_by: Annotated[
        Money | None, Field(description="points that each unit may be worse off at most; null is no limit")
    ] = None

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """It takes two to lend."""
        if len(self._units(portfolio)) < 2:
            yield Problem("/between", "too_few_units", list(self.between), "at least two different units")
        if not self._changes(portfolio):
            yield Problem("/share", "nothing_opens", self.share, "more than what is agreed already in some direction")

    def _units(self, portfolio: Portfolio) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.between)) or tuple(unit.id for unit in portfolio.units)

    def _changes(self, portfolio: Portfolio) -> tuple[Change, ...]:
        """Directions that open; never less than was agreed, or the plan as it stands might not be possible any more.

        What a unit lends to all others together is agreed for none of them: each direction gets as much by itself.
        """
        own = {unit.id: unit.lend_share for unit in portfolio.units}
        agreed = {(one.from_, one.to): one.share for one in portfolio.policy.lending}
        units = self._units(portfolio)
        several = len(own) > 2
        opened: list[Change] = []
        for here, there in permutations(units, 2):
            direction, all_together = agreed.get((here, there)), own.get(here, 0)
            if self.share > (all_together if direction is None else direction):
                opened.append(Lend(unit=here, to=there, share=self.share))
            elif direction is None and several and all_together:
                opened.append(Lend(unit=here, to=there, share=all_together))
        return tuple(opened)

    def answer(self, desk: Desk) -> tuple[Markets, Iterable[str]]:
        """Two runs at most: fair, then open from there, as a plan that is fair is open too."""
        changes = self._changes(desk.portfolio)
        ask = Ask("lending open", changes)
        portfolio = desk.changed(ask)
        before = _Shares(desk.portfolio, desk.plan)
        fair: Proposal | None = None
        if self.worse_by is not None:
            desk.expect(2)
            limits = before.limits(round(self.worse_by * UNIT))
            [fair] = desk.find("lending", [Ask("nobody worse off", changes, limits=limits)])
        [opened] = desk.find("lending", [replace(ask, earlier=fair)])
        finding = markets(
            changes_to_json(changes),
            None if opened is None else _market(before, _Shares(portfolio, opened)),
            None if fair is None else _market(before, _Shares(portfolio, fair)),
            self.worse_by,
        )
        return finding, told(finding, self.worse_by)


def markets(
    changes: Sequence[dict[str, object]], opened: Market | None, fair: Market | None, worse_by: float | None
) -> Markets:
    """Both beside each other; an open plan that keeps the limit is the best fair one too, with the bound it has."""
    if worse_by is not None:
        if fair is not None and not _keeps(fair, worse_by):
            raise InternalError(f"a unit is worse off by {fair.worst}, and {worse_by} was allowed")
        if opened is not None and _keeps(opened, worse_by):
            fair = opened
    price = at_least = at_most = None
    if opened is not None and fair is not None:
        price = round(fair.difference - opened.difference, 4)
        at_least, at_most = (
            _difference(fair.solved.bound, opened.solved.cost),
            _difference(fair.solved.cost, opened.solved.bound),
        )
    return Markets(
        changes=tuple(changes),
        open=opened,
        fair=fair,
        price=price,
        price_at_least=at_least,
        price_at_most=at_most,
    )


def _keeps(market: Market, worse_by: float) -> bool:
    return round(market.worst * UNIT) <= round(worse_by * UNIT)


def _difference(more: float | None, less: float | None) -> float | None:
    """What is left of the one above the other, at least nothing; None where one of them is not known."""
    return None if more is None or less is None else round(max(0.0, more - less), 4)


class _Shares:
    """What the units bear of a proposal."""

    def __init__(self, portfolio: Portfolio, proposal: Proposal) -> None:
        self.portfolio, self.proposal = portfolio, proposal
        self.tables = Tables.of(portfolio)
        self.plan: Plan = plan_in(self.tables, proposal)
        self.weights = {rule.name: rule.weight for rule in self.tables.rules if rule.counts}

    def of(self, unit: str | None, rule: str | None = None) -> int:
        """In ten-thousandths; of all units and nobody without a unit, of all rules without a rule."""
        weights = self.weights if rule is None else {rule: self.weights[rule]}
        return value(self.tables, self.plan, weights, unit)

    def limits(self, worse_by: int) -> tuple[Limit, ...]:
        """No unit bears more than this above what it bears here."""
        return tuple(
            Limit(weights=self.weights, unit=unit.id, most=self.of(unit.id) + worse_by) for unit in self.portfolio.units
        )

    def lent(self) -> dict[tuple[str, str], int]:
        """Hours by lender and borrower."""
        units, tables, plan = self.portfolio.units, self.tables, self.plan
        found: dict[tuple[str, str], int] = {}
        for p, a, hours in zip(plan.person.tolist(), plan.activity.tolist(), plan.booked.tolist(), strict=True):
            if hours and tables.foreign[p, a]:
                direction = units[tables.person_unit[p]].id, units[tables.activity_unit[a]].id
                found[direction] = found.get(direction, 0) + hours
        return found


def _market(before: _Shares, after: _Shares) -> Market:
    lent = [before.lent(), after.lent()]
    units = []
    for unit in before.portfolio.units:
        rules = [
            RuleCost(
                name=name,
                title=before.tables.rule[name].title,
                before=was / UNIT,
                after=now / UNIT,
                difference=(now - was) / UNIT,
            )
            for name in before.weights
            if (was := before.of(unit.id, name)) != (now := after.of(unit.id, name))
        ]
        rules.sort(key=lambda rule: -abs(rule.difference))
        out, into = ([sum(h for way, h in each.items() if way[end] == unit.id) for each in lent] for end in (0, 1))
        was, now = before.of(unit.id), after.of(unit.id)
        units.append(
            UnitShare(
                unit=unit.id,
                name=unit.name,
                before=was / UNIT,
                after=now / UNIT,
                difference=(now - was) / UNIT,
                gains=tuple(rule for rule in rules if rule.difference < 0),
                gives_up=tuple(rule for rule in rules if rule.difference > 0),
                lent_out=(out[0], out[1]),
                lent_in=(into[0], into[1]),
            )
        )
    whole = after.of(None) - before.of(None)
    borne = sum(after.of(unit.id) - before.of(unit.id) for unit in before.portfolio.units)
    return Market(
        solved=Solved.of(after.proposal, after.portfolio),
        difference=whole / UNIT,
        units=tuple(units),
        unborne=(whole - borne) / UNIT,
        worst=max(one.difference for one in units),
        lending=tuple(
            Lent.model_validate({"from": way[0], "to": way[1], "hours": h}) for way, h in sorted(lent[1].items())
        ),
        proposal=after.proposal,
    )


def told(found: Markets, worse_by: float | None) -> Iterable[str]:
    """The answer in sentences."""
    if found.open is not None:
        lent = _hours(found.open.lending)
        yield f"With lending open the plan costs {_against(found.open.difference)}, with {lent} lent"
        yield from _sides(found.open.units)
    if found.fair is None or worse_by is None:
        return
    limit = "no unit worse off" if not worse_by else f"no unit worse off by more than {plain(worse_by)}"
    if found.fair == found.open:
        yield f"That is a plan with {limit}"
        return
    yield f"With {limit} it costs {_against(found.fair.difference)}, with {_hours(found.fair.lending)} lent"
    if found.price is None or found.price < 0:
        return
    least, most = found.price_at_least, found.price_at_most
    price = f"The price of this limit is {plain(found.price)}"
    if least is None or most is None:
        yield f"{price} in the plans found, and not known for the best ones"
    elif least == most:
        yield price
    else:
        yield f"{price} in the plans found, and from {plain(least)} to {plain(most)} for the best ones"


def _sides(units: Sequence[UnitShare]) -> Iterable[str]:
    for one in sorted(units, key=lambda unit: unit.difference):
        if one.difference:
            better = one.difference < 0
            why = one.gains if better else one.gives_up
            because = f", most of it {why[0].title.lower()}" if why else ""
            yield f"{one.name} is {'better' if better else 'worse'} off by {plain(abs(one.difference))}{because}"
    same = [one.name for one in units if not one.difference]
    if same:
        yield (
            f"Nothing changes for {listed(same)}"
            if len(same) < 4
            else f"Nothing changes for {count(len(same), 'unit', 'units')}"
        )


def _against(difference: float) -> str:
    if not difference:
        return "the same"
    return f"{plain(abs(difference))} {'less' if difference < 0 else 'more'}"


def _hours(lending: Sequence[Lent]) -> str:
    return f"{sum(one.hours for one in lending):,} h"
