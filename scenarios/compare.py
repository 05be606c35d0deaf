"""Proposals side by side: a pure difference, which adds up exactly to the difference of their score cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from scenarios.comparison import (
    ActivityChange,
    ActivityHours,
    Comparison,
    Difference,
    Facts,
    LendingChange,
    Member,
    MissingChange,
    Money,
    Number,
    PersonChange,
    RuleChange,
    TermChange,
    Terms,
    UnitChange,
    Word,
)
from scenarios.moved import moved
from scenarios.side import CENTS, Names, Side
from scenarios.verdict import cautions, verdict
from solver.portfolio import Portfolio, PortfolioInvalid, Problem
from solver.proposal import Proposal
from solver.rules import BY_NAME
from solver.rules.base import UNIT

MOST_SENTENCES = 12

Line = TypeVar("Line")
Found = TypeVar("Found")


def compare(
    proposals: Sequence[tuple[str, Portfolio, Proposal]], most: int = MOST_SENTENCES, language: str = "en"
) -> Comparison:
    """Two or more named proposals, each with its portfolio; the first is the base that the others are held against.

    most: sentences of what moved; language: of the labels of terms. Raises PortfolioInvalid where a plan names what its
    portfolio does not have (paths begin with the proposal's number, counted from 0), ValueError for fewer than two.
    """
    if len(proposals) < 2:
        raise ValueError("a comparison takes two proposals or more")
    sides = [Side(name, portfolio, proposal) for name, portfolio, proposal in proposals]
    _check(sides)
    base, *others = sides
    return Comparison(
        format="staffing-comparison/1",
        proposals=tuple(map(_facts, sides)),
        differences=tuple(_difference(base, other, most, language) for other in others),
    )


def _check(sides: Iterable[Side]) -> None:
    problems = []
    for n, side in enumerate(sides):
        try:
            side.check()
        except PortfolioInvalid as invalid:
            problems += [Problem(f"/{n}{one.path}", one.code, one.value, one.expected) for one in invalid.problems]
    if problems:
        raise PortfolioInvalid(problems)


def _facts(side: Side) -> Facts:
    proposal, run = side.proposal, side.proposal.run
    tiers = bool(side.portfolio.policy.tiers)
    return Facts(
        name=side.name,
        portfolio=proposal.portfolio.id,
        revision=proposal.portfolio.revision,
        sha256=proposal.portfolio.sha256,
        scenario=proposal.scenario,
        status=run.status,
        cost=side.total / UNIT if side.has_plan else None,
        objective=run.objective,
        bound=None if tiers else run.bound,
        gap=None if tiers else run.gap,
        value_captured=run.value_captured,
        seconds=run.seconds,
        fingerprint=run.fingerprint,
        broken=side.broken,
    )


def _difference(before: Side, after: Side, most: int, language: str) -> Difference:
    names = Names(before, after, language)
    return Difference(
        base=before.name,
        other=after.name,
        verdict=verdict(before, after),
        cautions=cautions(before, after),
        moved=moved(before, after, names, most),
        total=_planned(before, after, before.total, after.total, UNIT),
        rules=tuple(_rules(before, after)),
        people=tuple(_person(before, after, names, person) for person in {**before.people, **after.people}),
        activities=tuple(_activity(before, after, names, one) for one in {**before.activities, **after.activities}),
        units=tuple(_units(before, after, names)),
        lending=tuple(_lending(before, after)),
        terms=tuple(_terms(before, after, names)),
        money=_money(before, after),
    )


# --- numbers and words


def _both(before: Line | None, after: Line | None, of: Callable[[Line], Found]) -> tuple[Found | None, Found | None]:
    """What is found on both sides, None where a side has nothing."""
    return None if before is None else of(before), None if after is None else of(after)


def _word(before: str | None, after: str | None) -> Word:
    return Word(before=before, after=after)


def _number(before: float | None, after: float | None, scale: int = 1) -> Number:
    """Both and their difference; whole numbers are divided by `scale` only after the difference was taken."""
    return Number(
        before=None if before is None else before / scale,
        after=None if after is None else after / scale,
        difference=None if before is None or after is None else (after - before) / scale,
    )


def _share(before: float | None, after: float | None) -> Number:
    """Shares, the difference without the noise of binary fractions."""
    difference = None if before is None or after is None else round(after - before, 6)
    return Number(before=before, after=after, difference=difference)


def _planned(before: Side, after: Side, old: int | None, new: int | None, scale: int = 1) -> Number:
    """Numbers that are there only where there is a plan."""
    return _number(old if before.has_plan else None, new if after.has_plan else None, scale)


# --- rules


def _rules(before: Side, after: Side) -> Iterator[RuleChange]:
    for name in {**before.rules, **after.rules}:
        was, now = before.rules.get(name), after.rules.get(name)
        either = now or was
        assert either is not None
        by_weight = by_amount = None
        if before.has_plan and after.has_plan:
            change = after.weight(name) - before.weight(name)
            weight_part = change * sum(before.items(name).values()) if change else 0
            by_weight = weight_part / UNIT
            by_amount = (after.cost(name) - before.cost(name) - weight_part) / UNIT
        amount = _both(was, now, lambda rule: round(rule.amount * CENTS))
        yield RuleChange(
            name=name,
            title=BY_NAME[name].title if name in BY_NAME else name,
            hard=either.hard,
            unit=either.unit,
            mode=_word(*_both(was, now, lambda rule: rule.mode)),
            weight=_number(*_both(was, now, lambda rule: rule.weight)),
            amount=_number(*amount, CENTS),
            cost=_planned(before, after, before.cost(name), after.cost(name), UNIT),
            cost_by_weight=by_weight,
            cost_by_amount=by_amount,
        )


# --- people


def _person(before: Side, after: Side, names: Names, id: str) -> PersonChange:
    was, now = before.lines.get(id), after.lines.get(id)
    old, new = before.people.get(id), after.people.get(id)
    won: list[ActivityHours] = []
    lost: list[ActivityHours] = []
    changed: list[ActivityHours] = []
    for activity in {**before.activities, **after.activities}:
        hours, later = before.hours.get((id, activity), 0), after.hours.get((id, activity), 0)
        if hours != later and before.has_plan and after.has_plan:
            kind = won if not hours else lost if not later else changed
            kind.append(ActivityHours(activity=activity, name=names.activity(activity), hours=_number(hours, later)))
    return PersonChange(
        person=id,
        name=names.person(id),
        unit=_word(*_both(old, new, lambda one: one.unit)),
        standing=Word(before=before.standing(id), after=after.standing(id)),
        leaves=_number(before.leaves(id), after.leaves(id)),
        hours=_planned(before, after, before.of_person[id], after.of_person[id]),
        utilisation=_share(*_both(was, now, lambda line: line.utilisation)),
        widest_share=_share(*_both(was, now, lambda line: line.widest_share)),
        stretch_share=_share(*_both(was, now, lambda line: line.stretch_share)),
        responsibility_share=_share(*_both(was, now, lambda line: line.responsibility_share)),
        talents_used=Terms(before=was.top_talents_used if was else (), after=now.top_talents_used if now else ()),
        talents_unused=Terms(before=was.top_talents_unused if was else (), after=now.top_talents_unused if now else ()),
        learns=Terms(before=_learned(before, id), after=_learned(after, id)),
        won=tuple(won),
        lost=tuple(lost),
        changed=tuple(changed),
    )


def _learned(side: Side, person: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for learner, _, term in side.learning if learner == person))


# --- activities


def _activity(before: Side, after: Side, names: Names, id: str) -> ActivityChange:
    pairs = {**before.hours, **after.hours}
    team = [person for person, activity in pairs if activity == id]
    one = after.activities.get(id) or before.activities[id]
    return ActivityChange(
        activity=id,
        name=names.activity(id),
        project=one.project,
        standing=Word(before=_there(before, id), after=_there(after, id)),
        asked=_number(before.asked(id), after.asked(id)),
        covered=_planned(before, after, before.of_activity[id], after.of_activity[id]),
        team=tuple(
            Member(
                person=person,
                name=names.person(person),
                hours=_planned(before, after, before.hours.get((person, id), 0), after.hours.get((person, id), 0)),
            )
            for person in team
        ),
        missing=tuple(_missing(before, after, names, id)),
    )


def _there(side: Side, activity: str) -> str:
    return "there" if activity in side.activities else "absent"


def _missing(before: Side, after: Side, names: Names, id: str) -> Iterator[MissingChange]:
    levels, old = _levels(after, id), _levels(before, id)
    was, now = before.missing.get(id, {}), after.missing.get(id, {})
    for term in {**was, **now}:
        dimension = next(
            side.portfolio.terms[term].dimension for side in (after, before) if term in side.portfolio.terms
        )
        yield MissingChange(
            term=term,
            label=names.term(term),
            dimension=dimension,
            level=_number(old.get(term), levels.get(term)),
            missing=_planned(before, after, was.get(term, 0), now.get(term, 0)),
        )


def _levels(side: Side, activity: str) -> dict[str, int]:
    found = side.activities.get(activity)
    return {} if found is None else {one.term: one.level for one in (*found.expertise, *found.talents)}


# --- units, terms and money


def _units(before: Side, after: Side, names: Names) -> Iterator[UnitChange]:
    for unit in dict.fromkeys(unit.id for side in (before, after) for unit in side.portfolio.units):
        out, into = (
            [sum(hours for direction, hours in side.lent.items() if direction[end] == unit) for side in (before, after)]
            for end in (0, 1)
        )
        yield UnitChange(
            unit=unit,
            name=names.unit(unit),
            lent_out=_planned(before, after, *out),
            lent_in=_planned(before, after, *into),
        )


def _lending(before: Side, after: Side) -> Iterator[LendingChange]:
    for here, there in sorted({*before.lent, *after.lent}):
        hours = _planned(before, after, before.lent[here, there], after.lent[here, there])
        yield LendingChange(from_=here, to=there, hours=hours)


def _terms(before: Side, after: Side, names: Names) -> Iterator[TermChange]:
    old, new = ({line.term: line for line in side.proposal.talent_balance} for side in (before, after))
    for term in {**old, **new}:
        was, now = old.get(term), new.get(term)
        yield TermChange(
            term=term,
            label=names.term(term),
            dimension=(now or old[term]).dimension,
            demand_hours=_share(*_both(was, now, lambda line: line.demand_hours)),
            supply_hours=_number(*_both(was, now, lambda line: line.supply_hours)),
            state=_word(*_both(was, now, lambda line: line.state)),
        )


def _money(before: Side, after: Side) -> Money:
    old, new = _cents(before), _cents(after)
    hours, hiring, fixed, total = (_planned(before, after, *pair, CENTS) for pair in zip(old, new, strict=True))
    unpaid = [
        sum(hours for person, hours in side.of_person.items() if side.people[person].rate is None)
        for side in (before, after)
    ]
    return Money(
        hours=hours, hiring=hiring, fixed=fixed, total=total, hours_without_rate=_planned(before, after, *unpaid)
    )


def _cents(side: Side) -> tuple[int | None, int, int, int | None]:
    """Cost of hours, of hiring, fixed costs and their sum in cents; no cost of hours where nobody has a rate."""
    rates = {id: round(person.rate * CENTS) for id, person in side.people.items() if person.rate is not None}
    hours = sum(rates.get(person, 0) * hours for person, hours in side.of_person.items()) if rates else None
    hiring = sum(round(hire.cost * CENTS) for hire in side.proposal.hires)
    fixed = sum(round(one.money * CENTS) for one in side.portfolio.policy.fixed_costs)
    return hours, hiring, fixed, None if hours is None else hours + hiring + fixed
