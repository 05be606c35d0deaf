"""How much of one rule must be given up for another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.set_policy import SetPolicy
from scenarios.studies.base import Finding, Study
from scenarios.studies.desk import Ask, Desk, plan_in
from solver.difference import plain
from solver.fields import Label, Share, Whole
from solver.limits import Limit, value
from solver.plan import Plan
from solver.portfolio import Portfolio, Problem
from solver.proposal import Figure, Proposal
from solver.proposal import Part as Line
from solver.rules import BY_NAME
from solver.rules.base import UNIT
from solver.tables import Tables
from solver.units import unit_of

SoftRule = Annotated[Label, Field(json_schema_extra={"x-refers-to": "soft rules"})]


class Point(Line):
    """A plan on the frontier: no other that was found is at least as good by both rules and better by one.

    amounts: what the plan measures by the first rule and by the second, Σ item weight × amount. at_most: the limit on
    the second rule under which the first was made as small as possible; null where there was none. bound: no plan
    within that limit (and with the rest within `Curve.rest_at_most`) has less of the first rule. second_bound: no plan
    with this little of the first rule has less of the second. proven: both bounds are reached, so no plan at all
    dominates this one. rest: what all other rules cost.
    """

    amounts: tuple[Figure, Figure]
    at_most: Figure | None
    bound: Figure | None
    second_bound: Figure | None
    proven: bool
    rest: Figure
    cost: Figure
    proposal: Proposal


class Curve(Finding):
    """Non-dominated plans, the least of the first rule first.

    rules, units: of the two amounts. rest_at_most: what all other rules may cost together, in points. base: where the
    plan as it stands lies. proven: whether every point is. empty: stretches between neighbours (the second rule's
    amounts, both ends left out) in which there is provably no further point.
    """

    rules: tuple[str, str]
    titles: tuple[str, str]
    units: tuple[str, str]
    rest_at_most: Figure
    base: tuple[Figure, Figure]
    points: tuple[Point, ...]
    proven: bool
    empty: tuple[tuple[Figure, Figure], ...]


class Frontier(Study):
    """The trade-off of two rules: plans in which less of the one takes more of the other, evenly spread.

    Both rules are measured by Σ item weight × amount, in their own unit and whatever their weights, so a rule that
    costs nothing, such as the money, can be one of them. All other rules together may cost what they cost in the base
    and `slack` of the base's whole cost more. Each plan is found in three steps: the least of the first rule while the
    second is within a limit, then the least of the second with that much of the first, then the best by all rules with
    that much of both. The limits are spread evenly between the two ends, then put into the widest gaps.
    """

    title: ClassVar[str] = "The trade-off of two rules"
    finding: ClassVar[type[Finding]] = Curve
    kind: Literal["frontier"] = "frontier"
    rules: Annotated[tuple[SoftRule, ...], Field(min_length=2, max_length=2, description="two soft rules")]
    points: Annotated[int, Whole(2, 20), Field(description="how many plans, at most")] = 5
    slack: Annotated[Share, Field(description="the part of the base's cost that the other rules may cost more")] = 0.1

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """Two soft rules that are not in mode hard."""
        soft = [name for name, rule in BY_NAME.items() if not rule.hard]
        for i, name in enumerate(self.rules):
            if name not in soft:
                yield Problem(f"/rules/{i}", "unknown_rule", name, f"a soft rule, one of {', '.join(soft)}")
            elif portfolio.policy.rules.get(name, {}).get("mode") == "hard":
                yield Problem(
                    f"/rules/{i}", "binds", name, "a rule that is not in mode hard in this portfolio's policy"
                )
        if self.rules[0] == self.rules[1]:
            yield Problem("/rules/1", "same_rule", self.rules[1], "another rule than the first")

    def answer(self, desk: Desk) -> tuple[Curve, Iterable[str]]:
        """The two ends, then points between them, evenly; then into the widest gaps."""
        search = _Search(desk, self.rules, self.slack)
        desk.expect(3 * self.points)
        ends = search.least_of([(0, None), (1, None)])
        found = [one for one in ends if one is not None]
        empty: list[tuple[int, int]] = []
        if len(found) == 2 and found[0].second > found[1].second:
            high, low = found[0].second, found[1].second
            inner = self.points - 2
            wanted = [low + (high - low) * n // (inner + 1) for n in range(1, inner + 1)]
            wanted = [most for most in dict.fromkeys(wanted) if low < most < high]
            tried = set(wanted)
            found += search.within(wanted, found[1], empty)
            for _ in range(self.points):  # what coincided leaves room
                curve = _undominated(found)
                room = [most for most in _gaps(curve, empty) if most not in tried][: self.points - len(curve)]
                if not room or desk.stop.is_set():
                    break
                tried |= set(room)
                found += search.within(room, found[1], empty)
        curve = _undominated(found)
        points = search.polished(curve)
        rules = [BY_NAME[name] for name in self.rules]
        finding = Curve(
            rules=(self.rules[0], self.rules[1]),
            titles=(rules[0].title, rules[1].title),
            units=(rules[0].unit, rules[1].unit),
            rest_at_most=search.rest_at_most / UNIT,
            base=(search.base[0] / UNIT, search.base[1] / UNIT),
            points=tuple(points),
            proven=bool(points) and all(one.proven for one in points),
            empty=tuple((low / UNIT, high / UNIT) for low, high in sorted(empty)),
        )
        return finding, told(finding, _least(ends))


@dataclass(frozen=True, eq=False)
class _Found:
    """A plan that is the least of the first rule within a limit on the second, then of the second; ten-thousandths."""

    first: int
    second: int
    at_most: int | None
    bound: int | None
    second_bound: int | None
    proposal: Proposal

    @property
    def proven(self) -> bool:
        return self.bound == self.first and self.second_bound == self.second


class _Search:
    """Finds points: one rule as small as possible, then the other, while the rest stays within its limit."""

    def __init__(self, desk: Desk, rules: Sequence[str], slack: float) -> None:
        self.desk, self.rules = desk, rules
        self.tables = Tables.of(desk.portfolio)
        plan = plan_in(self.tables, desk.plan)
        self.others = {rule.name: rule.weight for rule in self.tables.rules if rule.counts and rule.name not in rules}
        self.soft = [rule.name for rule in self.tables.rules if not rule.hard and not rule.binds]
        self.base = (self._amount(0, plan), self._amount(1, plan))
        whole = {rule.name: rule.weight for rule in self.tables.rules if rule.counts}
        self.rest_at_most = value(self.tables, plan, self.others) + round(slack * value(self.tables, plan, whole))

    def _amount(self, which: int, plan: Plan) -> int:
        return value(self.tables, plan, {self.rules[which]: 1})

    def _only(self, which: int) -> SetPolicy:
        """The policy in which one of the two rules is all that counts."""
        rules: dict[str, dict[str, object]] = {name: {"weight": 0} for name in self.soft}
        rules[self.rules[which]] = {"weight": 1, "mode": "soft"}
        return SetPolicy(rules=rules, tiers=())

    def _limit(self, *most: int | None) -> tuple[Limit, ...]:
        """At most so much of the first rule, of the second, and the rest within its limit."""
        limits = [Limit(weights={self.rules[i]: 1}, most=one) for i, one in enumerate(most) if one is not None]
        if self.others:
            limits.append(Limit(weights=self.others, most=self.rest_at_most))
        return tuple(limits)

    def least_of(self, wanted: Sequence[tuple[int, int | None]]) -> list[_Found | None]:
        """Per (rule, limit on the other): the least of that rule, then of the other."""
        return self._two_steps([(which, most, None) for which, most in wanted])

    def within(self, limits: Sequence[int], start: _Found, empty: list[tuple[int, int]]) -> list[_Found]:
        """The least of the first rule within each limit on the second; notes where there is provably nothing."""
        found = []
        for most, one in zip(limits, self._two_steps([(0, most, start) for most in limits]), strict=True):
            if one is not None:
                found.append(one)
                if one.proven and one.second < most:
                    empty.append((one.second, most))
        return found

    def _two_steps(self, wanted: Sequence[tuple[int, int | None, _Found | None]]) -> list[_Found | None]:
        name = "{} at most {}"
        asks = [
            Ask(
                self.rules[which] if most is None else name.format(self.rules[1 - which], plain(most / UNIT)),
                (self._only(which),),
                None if start is None else start.proposal,
                self._limit(*((None, most) if which == 0 else (most, None))),
            )
            for which, most, start in wanted
        ]
        firsts = self.desk.find("first rule", asks)
        seconds, at = [], []
        for n, ((which, most, _), proposal) in enumerate(zip(wanted, firsts, strict=True)):
            if proposal is not None:
                amount = self._amount(which, plan_in(self.tables, proposal))
                limits = (amount, most) if which == 0 else (most, amount)
                seconds.append(Ask(asks[n].name, (self._only(1 - which),), proposal, self._limit(*limits)))
                at.append(n)
        found: list[_Found | None] = [None] * len(wanted)
        for n, second in zip(at, self.desk.find("second rule", seconds), strict=True):
            first = firsts[n]
            if first is not None:
                found[n] = self._found(wanted[n][0], wanted[n][1], first, second)
        return found

    def _found(self, which: int, most: int | None, first: Proposal, second: Proposal | None) -> _Found:
        proposal = first if second is None else second
        plan = plan_in(self.tables, proposal)
        bounds = [_bound(first), None if second is None else _bound(second)]
        amounts = (self._amount(0, plan), self._amount(1, plan))
        if which:
            # The least of the second rule, then of the first: told as the first within that much of the second.
            return _Found(amounts[0], amounts[1], amounts[1], bounds[1], bounds[0], proposal)
        return _Found(amounts[0], amounts[1], most, bounds[0], bounds[1], proposal)

    def _rest(self, plan: Plan) -> int:
        return value(self.tables, plan, self.others)

    def polished(self, curve: Sequence[_Found]) -> list[Point]:
        """The points with the best plans by all rules that have these amounts."""
        # Where the rest costs nothing already, there is nothing to polish.
        rough = [one for one in curve if self._rest(plan_in(self.tables, one.proposal))]
        asks = [
            Ask(
                f"{plain(one.first / UNIT)}, {plain(one.second / UNIT)}",
                (SetPolicy(tiers=()),),
                one.proposal,
                self._limit(one.first, one.second),
            )
            for one in rough
        ]
        polished = dict(zip(rough, self.desk.find("all rules", asks), strict=True))
        points = []
        for one in curve:
            kept = polished.get(one) or one.proposal
            plan = plan_in(self.tables, kept)
            whole = {rule.name: rule.weight for rule in self.tables.rules if rule.counts}
            points.append(
                Point(
                    amounts=(self._amount(0, plan) / UNIT, self._amount(1, plan) / UNIT),
                    at_most=None if one.at_most is None else one.at_most / UNIT,
                    bound=None if one.bound is None else one.bound / UNIT,
                    second_bound=None if one.second_bound is None else one.second_bound / UNIT,
                    proven=one.proven,
                    rest=self._rest(plan) / UNIT,
                    cost=value(self.tables, plan, whole) / UNIT,
                    proposal=kept,
                )
            )
        # A plan that was not proven may have become better by one of the two, and dominate its neighbour.
        apart = {point.amounts: point for point in points}.values()
        return [one for one in apart if not any(other is not one and _as_good(other, one) for other in apart)]


def _as_good(one: Point, other: Point) -> bool:
    return one.amounts[0] <= other.amounts[0] and one.amounts[1] <= other.amounts[1]


def _bound(proposal: Proposal) -> int | None:
    return None if proposal.run.bound is None else round(proposal.run.bound * UNIT)


def _undominated(found: Sequence[_Found]) -> list[_Found]:
    """Those that no other is at least as good as by both rules; of the same amounts a proven one. Least first first."""
    kept: dict[tuple[int, int], _Found] = {}
    for one in found:
        amounts = (one.first, one.second)
        if amounts not in kept or (one.proven and not kept[amounts].proven):
            kept[amounts] = one
    return [
        one
        for _, one in sorted(kept.items())
        if not any(
            other.first <= one.first and other.second <= one.second and other is not one for other in kept.values()
        )
    ]


def _gaps(curve: Sequence[_Found], empty: Sequence[tuple[int, int]]) -> list[int]:
    """Limits on the second rule in the middle of the gaps between neighbours, the widest gap first.

    How wide a gap is: the larger part of the whole range that it takes of either rule. Where a stretch below the upper
    neighbour is known to be empty, the middle is that of the rest.
    """
    if len(curve) < 2:
        return []
    across = max(1, curve[-1].first - curve[0].first), max(1, curve[0].second - curve[-1].second)
    found = []
    for one, other in pairwise(curve):
        low = max([other.second, *(end for start, end in empty if start == other.second and end < one.second)])
        middle = (low + one.second) // 2
        if low < middle < one.second:
            width = max((other.first - one.first) / across[0], (one.second - other.second) / across[1])
            found.append((-width, middle))
    return [middle for _, middle in sorted(found)]


def _least(ends: Sequence[_Found | None]) -> tuple[float, float] | None:
    """What no plan has less of, by either rule; None where that is not known."""
    first, second = ends
    if first is None or first.bound is None or second is None or second.second_bound is None:
        return None
    return first.bound / UNIT, second.second_bound / UNIT


def told(curve: Curve, least: tuple[float, float] | None) -> Iterable[str]:
    """The answer in sentences; least: what no plan has less of, by either rule, where that is known."""
    if not curve.points:
        yield "No point was found"
        return
    if len(curve.points) == 1:
        [one] = curve.points
        if one.amounts == least:
            yield f"There is no trade-off: one plan has the least of both, {_amounts(curve, one)}"
        else:
            yield f"Only one point was found, {_amounts(curve, one)}: a longer search may find others"
        return
    first, second = (title.lower() for title in curve.titles)
    for one, other in pairwise(curve.points):
        more, less = other.amounts[0] - one.amounts[0], one.amounts[1] - other.amounts[1]
        yield f"From {_amounts(curve, one)}: {plain(less)} less of {second} takes {plain(more)} more of {first}"
    unproven = sum(not one.proven for one in curve.points)
    if unproven:
        of = f"{unproven} of {len(curve.points)} points {'is' if unproven == 1 else 'are'} not proven"
        yield f"{of}: a longer search may find better ones"


def _amounts(curve: Curve, point: Point) -> str:
    return " and ".join(
        f"{plain(amount)} {unit_of(amount, unit)}" for amount, unit in zip(point.amounts, curve.units, strict=True)
    )
