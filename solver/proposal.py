"""The proposal, as the contract describes it: what is said beyond the bookings is worked out here, from a plan.

Nothing here knows a solver: the same words are said of a plan that somebody made by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from solver.plan import Plan
from solver.report import Problem
from solver.rules.base import HUNDRED, Amounts, IntArray, Rule
from solver.tables import TOP_TALENT, Tables

FORMAT: Final = "staffing-proposal/1"
Status = Literal["OPTIMAL", "FEASIBLE", "INFEASIBLE", "NONE", "FAILED"]
#: whole numbers without ".0", so that hours read as hours
Figure = Annotated[float, PlainSerializer(lambda value: int(value) if float(value).is_integer() else value)]


class Part(BaseModel):
    """A part of a proposal: every field is always there."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class PortfolioRef(Part):
    """Which portfolio the proposal is about."""

    id: str
    revision: int
    sha256: str


class Run(Part):
    """How the plan was found, and what is known about how good it is; numbers that do not exist are null."""

    status: Status
    objective: Figure | None
    bound: Figure | None
    gap: float | None
    value_captured: float | None
    seconds: float
    settings: dict[str, Any]
    versions: dict[str, str]
    fingerprint: str


class Fit(Part):
    """How well the person fits: expertise and talent 0–1, energy −1–1."""

    expertise: float
    talent: float
    energy: float


class BookingLine(Part):
    """One person's hours on one activity; `by_period` covers the activity's window."""

    person: str
    activity: str
    hours: int
    by_period: tuple[int, ...]
    role: Literal["contributor", "supporter", "learner"]
    fit: Fit
    reason: str


class LearningLine(Part):
    """Who learns what from whom; levels, and the mentor's hours over the activity's window."""

    person: str
    activity: str
    term: str
    from_: Figure = Field(alias="from")
    toward: int
    mentor: str | None
    mentor_hours_by_period: tuple[int, ...]


class Hire(Part):
    """A candidate who is taken on."""

    person: str
    cost: Figure


class Missing(Part):
    """People missing for a requirement."""

    term: str
    level: int
    missing: int


class Unfilled(Part):
    """Hours and people that an activity lacks."""

    activity: str
    hours: int
    expertise: tuple[Missing, ...]
    talents: tuple[Missing, ...]


class Finding(Part):
    """One item of a rule: what it is about, how much, and in words."""

    about: dict[str, str]
    amount: Figure
    text: str


class RuleScore(Part):
    """What one rule measured: Σ of the raw amounts, and what they cost."""

    name: str
    hard: bool
    mode: Literal["hard", "soft", "off"]
    weight: int
    unit: str
    amount: Figure
    cost: Figure
    findings: tuple[Finding, ...]


class ScoreCard(Part):
    """Every rule, and the total cost."""

    total: Figure
    rules: tuple[RuleScore, ...]

    @property
    def broken(self) -> tuple[RuleScore, ...]:
        """Hard rules that the plan breaks."""
        return tuple(rule for rule in self.rules if rule.hard and rule.amount > 0)


class PersonLine(Part):
    """How somebody's work looks: width, stretch, responsibility and talents; shares are null without hours."""

    person: str
    hours: int
    utilisation: float | None
    kinds: dict[str, int]
    widest_share: float | None
    stretch_share: float | None
    responsibility_share: float | None
    top_talents_used: tuple[str, ...]
    top_talents_unused: tuple[str, ...]


class Balance(Part):
    """Demand for a term against the hours of those who have it."""

    term: str
    dimension: Literal["expertise", "talent"]
    demand_hours: Figure
    supply_hours: int
    state: Literal["missing", "short", "surplus", "unused", "balanced"]


class Warning_(Part):
    """Legal but odd: where, and what would be usual."""

    path: str
    code: str
    value: Any
    expected: str


class ConflictItem(Part):
    """One item of a rule in a conflict."""

    about: dict[str, str]
    text: str


class ConflictRule(Part):
    """One of the rules that contradict each other."""

    name: str
    items: tuple[ConflictItem, ...]


class WayOut(Part):
    """Scenario changes after which there is a plan, found by solving: what they are and what the plan then costs.

    status: `OPTIMAL` where `objective` is proven to be the least. money: Σ rate × hours and the fixed costs.
    """

    text: str
    changes: tuple[dict[str, Any], ...]
    status: Status
    objective: Figure
    bound: Figure | None
    money: Figure
    costs: str


class Conflict(Part):
    """The rules and items that cannot all hold; `ways_out` is null where none was looked for."""

    rules: tuple[ConflictRule, ...]
    ways_out: tuple[WayOut, ...] | None


class Proposal(Part):
    """Who works on what for how many hours, what stays unfilled, and why."""

    format: Literal["staffing-proposal/1"]
    portfolio: PortfolioRef
    scenario: str | None
    run: Run
    bookings: tuple[BookingLine, ...] | None
    learning: tuple[LearningLine, ...]
    hires: tuple[Hire, ...]
    unfilled: tuple[Unfilled, ...]
    score_card: ScoreCard | None
    people: tuple[PersonLine, ...]
    warnings: tuple[Warning_, ...]
    conflict: Conflict | None
    talent_balance: tuple[Balance, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON of the contract."""
        return self.model_dump(mode="json", by_alias=True)


def proposal_of(
    tables: Tables,
    run: Run,
    plan: Plan | None,
    score_card: ScoreCard | None,
    warnings: Iterable[Problem] = (),
    conflict: Conflict | None = None,
) -> Proposal:
    """The proposal of a plan, or of there being none."""
    portfolio = tables.portfolio
    shown = [Warning_(path=w.path, code=w.code, value=w.value, expected=w.expected) for w in warnings]
    present = ~tables.candidate if plan is None else plan.present
    return Proposal(
        format=FORMAT,
        portfolio=PortfolioRef(id=portfolio.id, revision=1, sha256=portfolio.sha256()),
        scenario=None,
        run=run,
        bookings=None if plan is None else tuple(_bookings(tables, plan)),
        learning=() if plan is None else tuple(_learning(tables, plan)),
        hires=() if plan is None else tuple(_hires(tables, plan)),
        unfilled=() if plan is None else tuple(_unfilled(tables, plan)),
        score_card=score_card,
        people=() if plan is None else tuple(_people(tables, plan)),
        warnings=tuple(shown),
        conflict=conflict,
        talent_balance=tuple(talent_balance(tables, present)),
    )


def score_card(tables: Tables, amounts: Iterable[tuple[Rule, Amounts]]) -> ScoreCard:
    """Every rule's amounts with a sentence per item, the most costly items first."""
    lines = [_rule_score(tables, rule, measured) for rule, measured in amounts]
    total = sum((rule.weight * measured.weighted for rule, measured in amounts if rule.counts), 0)
    return ScoreCard(total=total / HUNDRED**2, rules=tuple(lines))


def _rule_score(tables: Tables, rule: Rule, measured: Amounts) -> RuleScore:
    order = np.lexsort((np.arange(len(measured.amount)), -measured.amount * measured.weight))
    findings = [
        Finding(
            about=tables.about(rule.about, tuple(measured.keys[n].tolist())),
            amount=int(measured.amount[n]) / HUNDRED,
            text=rule.explain(tables, tuple(measured.keys[n].tolist()), int(measured.amount[n])),
        )
        for n in order
    ]
    return RuleScore(
        name=rule.name,
        hard=rule.hard,
        mode=rule.mode,
        weight=rule.weight,
        unit=rule.unit,
        amount=measured.total / HUNDRED,
        cost=rule.weight * measured.weighted / HUNDRED**2 if rule.counts else 0,
        findings=tuple(findings),
    )


def _bookings(tables: Tables, plan: Plan) -> Iterable[BookingLine]:
    learned: dict[tuple[int, int], list[int]] = {}
    for one in plan.learning:
        learned.setdefault((one.person, int(tables.requirement_activity[one.requirement])), []).append(one.requirement)
    for n in np.lexsort((plan.activity, plan.person)):
        p, a, hours = int(plan.person[n]), int(plan.activity[n]), int(plan.booked[n])
        if not hours:
            continue
        fit = Fit(
            expertise=int(tables.expertise_fit[p, a]) / HUNDRED,
            talent=int(tables.talent_fit[p, a]) / HUNDRED,
            energy=tables.energy(p, a) / 2,
        )
        yield BookingLine(
            person=tables.portfolio.people[p].id,
            activity=tables.portfolio.activities[a].id,
            hours=hours,
            by_period=tuple(plan.split[n, tables.first[a] : tables.last[a] + 1].tolist()),
            role=role(tables, p, a),
            fit=fit,
            reason=reason(tables, p, a, hours, learned.get((p, a), [])),
        )


def role(tables: Tables, p: int, a: int) -> Literal["contributor", "supporter", "learner"]:
    """Contributor by expertise (or where none is asked), supporter by talent, else learner."""
    every = tables.requirements_of(a)
    talents = every[tables.requirement_talent[every]]
    expertise = every[~tables.requirement_talent[every]]
    if not len(expertise) or tables.near[p, expertise].any():
        return "contributor"
    return "supporter" if tables.meets[p, talents].any() else "learner"


def reason(tables: Tables, p: int, a: int, hours: int, learned: list[int]) -> str:
    """One sentence: what the person brings to the activity, learns there, and was there for already."""
    every = tables.requirements_of(a)
    met = [int(r) for r in every if tables.meets[p, r]]
    knows = [tables.term(r) for r in met if not tables.requirement_talent[r]]
    works = [tables.term(r) for r in met if tables.requirement_talent[r]]
    parts = []
    if knows:
        parts.append(f"knows {', '.join(knows)}")
    if works:
        parts.append(f"naturally brings {', '.join(works)}")
    if learned:
        parts.append(f"learns {', '.join(tables.portfolio.label(tables.requirements[r].term) for r in learned)}")
    if (p, a) in tables.pinned:
        parts.append("is pinned there")
    elif (p, a) in tables.frozen or (p, a) in tables.incumbent:
        parts.append("works on it today")
    if tables.activity(a) and tables.portfolio.activities[a].id in tables.portfolio.people[p].wishes:
        parts.append("asked for it")
    if not len(every):
        parts.append("is free for work that asks nothing special")
    what = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else "is near what it asks"
    return f"{tables.person(p)} {what}: {hours} of {tables.asked[a]} h"


def _learning(tables: Tables, plan: Plan) -> Iterable[LearningLine]:
    split_of = dict(zip(plan.mentoring, plan.mentor_split, strict=True))
    portfolio = tables.portfolio
    for one in plan.learning:
        a = int(tables.requirement_activity[one.requirement])
        nothing = np.zeros(tables.T, dtype=np.int64)
        split = nothing if one.mentor is None else split_of[one.mentor, one.person, a]
        yield LearningLine(
            person=portfolio.people[one.person].id,
            activity=portfolio.activities[a].id,
            term=tables.requirements[one.requirement].term,
            from_=int(tables.level[one.person, one.requirement]) / 10,
            toward=tables.requirements[one.requirement].level,
            mentor=None if one.mentor is None else portfolio.people[one.mentor].id,
            mentor_hours_by_period=tuple(split[tables.first[a] : tables.last[a] + 1].tolist()),
        )


def _hires(tables: Tables, plan: Plan) -> Iterable[Hire]:
    for p in np.flatnonzero(tables.candidate & plan.present).tolist():
        yield Hire(person=tables.portfolio.people[p].id, cost=int(tables.candidate_cost[p]) / HUNDRED)


def _unfilled(tables: Tables, plan: Plan) -> Iterable[Unfilled]:
    missing = np.maximum(0, tables.requirement_people - plan.members_meeting)
    for a, activity in enumerate(tables.portfolio.activities):
        hours = max(0, int(tables.asked[a] - plan.of_activity[a]))
        every = tables.requirements_of(a)
        if not hours and not missing[every].any():
            continue
        lacking: dict[bool, list[Missing]] = {False: [], True: []}
        for r in every[missing[every] > 0].tolist():
            asked = tables.requirements[r]
            found = Missing(term=asked.term, level=asked.level, missing=int(missing[r]))
            lacking[bool(tables.requirement_talent[r])].append(found)
        yield Unfilled(activity=activity.id, hours=hours, expertise=tuple(lacking[False]), talents=tuple(lacking[True]))


def _people(tables: Tables, plan: Plan) -> Iterable[PersonLine]:
    by_kind = plan.hours @ (tables.kind[:, None] == np.arange(len(tables.kinds)))
    responsible = (plan.hours * tables.responsibility).sum(axis=1)
    for p in np.flatnonzero(plan.present).tolist():
        hours, available = int(plan.of_person[p]), int(tables.hours_available[p])
        kinds = {kind: int(by_kind[p, k]) for k, kind in enumerate(tables.kinds) if by_kind[p, k]}
        used = {v for v in tables.top_talents[p] if _uses(tables, plan, p, v)}
        terms = tables.portfolio.vocabulary
        yield PersonLine(
            person=tables.portfolio.people[p].id,
            hours=hours,
            utilisation=hours / available if available else None,
            kinds=kinds,
            widest_share=max(kinds.values()) / hours if hours else None,
            stretch_share=int(plan.stretch[p]) / hours if hours else None,
            responsibility_share=int(responsible[p]) / hours if hours else None,
            top_talents_used=tuple(terms[v].id for v in tables.top_talents[p] if v in used),
            top_talents_unused=tuple(terms[v].id for v in tables.top_talents[p] if v not in used),
        )


def _uses(tables: Tables, plan: Plan, p: int, v: int) -> bool:
    """Whether p is on an activity with a talent requirement that names term v or a broader one."""
    naming = np.isin(tables.requirement_term, tables.vocabulary.broader_or_self(v))
    return bool(plan.on[p, tables.requirement_activity[naming]].any())


def talent_balance(tables: Tables, present: Any) -> Iterable[Balance]:
    """Per term asked for or held at 3 or more: hours asked for against hours of those who reach what is asked.

    present: (P,) who is there. Terms in the order of the vocabulary.
    """
    asked_hours = [Fraction()] * tables.R  # thirds of hours may add up to whole ones, where the state changes
    for a in range(tables.A):
        every = tables.requirements_of(a)
        for dimension in (False, True):
            those = every[tables.requirement_talent[every] == dimension]
            for r in those.tolist():
                asked_hours[r] = Fraction(int(tables.asked[a] * tables.requirement_people[r]), len(those))
    asked_terms = set(tables.requirement_term.tolist())
    held = (tables.own_level[present] >= TOP_TALENT).any(axis=0)
    for v, term in enumerate(tables.portfolio.vocabulary):
        if v not in asked_terms and not held[v]:
            continue
        those = np.flatnonzero(tables.requirement_term == v)
        demand = sum((asked_hours[r] for r in those.tolist()), Fraction())
        supply = _supply(tables, v, those, present)
        broader = {int(w) for w in tables.vocabulary.broader_or_self(v)}
        state: Literal["missing", "short", "surplus", "unused", "balanced"] = "balanced"
        if v in asked_terms and supply == 0:
            state = "missing"
        elif supply < demand:
            state = "short"
        elif v in asked_terms and supply > 4 * demand:
            state = "surplus"
        elif not broader & asked_terms:
            state = "unused"
        yield Balance(
            term=term.id, dimension=term.dimension, demand_hours=float(demand), supply_hours=supply, state=state
        )


def _supply(tables: Tables, v: int, those: IntArray, present: Any) -> int:
    """Hours available to people who reach the lowest level asked, in the periods in which the term is asked for."""
    if not len(those):
        holders = present & (tables.base_level[:, v] >= TOP_TALENT)
        return int(tables.hours_available[holders].sum())
    lowest = 10 * int(tables.requirement_level[those].min())
    periods = np.arange(tables.T)
    activities = tables.requirement_activity[those]
    running = (periods >= tables.first[activities][:, None]) & (periods <= tables.last[activities][:, None])
    reaches = (tables.level[:, those] >= lowest) & present[:, None]
    return int((tables.available * ((reaches.astype(np.int64) @ running.astype(np.int64)) > 0)).sum())
