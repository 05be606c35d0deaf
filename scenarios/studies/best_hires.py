"""Which profile, hired, would improve the plan most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.base import Period, UnitRef
from scenarios.changes.hire import Candidates, Hire
from scenarios.changes.sentences import listed
from scenarios.studies.base import Finding, RuleCost, Solved, Study, TeamChange, rule_costs, team_changes
from scenarios.studies.desk import Ask, Desk, Stage, plan_in
from scenarios.studies.profiles import Estimate, Newcomer, Profile, grouped, name_of, pool
from solver import score
from solver.difference import plain
from solver.fields import Hours, Money, Whole
from solver.portfolio import Candidate, Person, Portfolio, Problem
from solver.proposal import Figure, Proposal
from solver.proposal import Part as Line
from solver.tables import Tables

#: groups of candidates beyond the profiles asked for: some have nobody worth hiring
SPARE_GROUPS = 1
#: candidates around each winner in the second round
AROUND = 12
#: the group that candidates of a study are in
GROUP = "study:hires"
#: points that a candidate costs for each term: next to nothing
PER_TERM = 1.0
#: requirements that a sentence names
MOST_NAMED = 4


class HeldTerm(Line):
    """A term of a profile, with its level."""

    term: str
    label: str
    dimension: Literal["expertise", "talent"]
    level: int


class HireFound(Line):
    """One profile, hired for certain, against the base.

    gain: what the base costs more than the plan with the hire, in points. gain_per_hour: by the hours that the hire is
    there. hours, hours_booked: those, and the ones on activities. gain_at_least: how much of the gain is proven,
    whatever a longer search finds: the base's bound less the cost with the hire, at least 0, or null without a bound.
    relieves: rules that cost less, the most first; costs_more: rules that cost more; teams: activities that have more
    people they asked for, or other hours. money: what the plan costs more in money, null where nobody has a rate.
    change: the hire as a change, to be run again. proposal: the plan with the hire.
    """

    rank: int
    name: str
    terms: tuple[HeldTerm, ...]
    unit: str | None
    gain: Figure
    gain_per_hour: float
    gain_at_least: Figure | None
    hours: int
    hours_booked: int
    solved: Solved
    relieves: tuple[RuleCost, ...]
    costs_more: tuple[RuleCost, ...]
    teams: tuple[TeamChange, ...]
    sentences: tuple[str, ...]
    money: Figure | None
    change: dict[str, object]
    proposal: Proposal


class HiresFound(Finding):
    """The profiles found, the best first; none where no profile improves the plan.

    considered: how many profiles were offered to the solver.
    """

    profiles: tuple[HireFound, ...]
    considered: int


class BestHires(Study):
    """Which profile (terms with levels, of the vocabulary), hired, would improve the plan most per hour they are there.

    Candidates come from what the plan lacks: requirements nobody meets, open hours, work that fits badly, bundled as
    they occur together, and from what is in demand. Groups of alike candidates are put before the solver, which takes
    on at most one of each (`candidates`); once more with candidates around each winner; and every winner is hired for
    certain (`hire`) and compared with the base. Terms and levels that its plan does not use are left out.
    """

    title: ClassVar[str] = "Which hire would improve the plan most"
    finding: ClassVar[type[Finding]] = HiresFound
    kind: Literal["best_hires"] = "best_hires"
    profiles: Annotated[int, Whole(1, 20), Field(description="how many profiles to rank")] = 5
    terms: Annotated[int, Whole(1, 6), Field(description="terms of a profile, at most")] = 3
    hours_per_period: Annotated[
        Hours | None, Field(description="hours of the hire in each period; null is the median of those who are there")
    ] = None
    from_: Annotated[Period, Field(alias="from", description="the first period in which they are there")] = 0
    unit: Annotated[UnitRef | None, Field(description="the unit they would join; null is whichever gains most")] = None
    rate: Annotated[Money | None, Field(description="money per hour; null is not counted")] = None
    cost: Annotated[Money, Field(description="what hiring costs, once")] = 0.0
    pool: Annotated[int, Whole(5, 200), Field(description="candidate profiles to choose from, at most")] = 40

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """Somebody who is there, and work to do."""
        if self.hours_per_period == 0:
            yield Problem("/hours_per_period", "out_of_range", 0, "at least 1 hour")
        if not any((*one.expertise, *one.talents) for one in portfolio.activities):
            yield Problem("", "nothing_asked", None, "a portfolio in which some activity asks for a term")

    def answer(self, desk: Desk) -> tuple[HiresFound, Iterable[str]]:
        """Candidates, two rounds of the solver choosing among them, and each winner hired for certain."""
        search = _Search(self, desk)
        candidates = pool(search.estimate, self.terms, self.pool)
        groups = [search.offer(group) for group in grouped(candidates, self.profiles + SPARE_GROUPS)]
        desk.expect(3 * len(groups) + 1)
        first = search.chosen("candidates", groups, [desk.plan] * len(groups))
        held = [one for one in first if one is not None]
        around = search.around(held, {profile for profile, _ in candidates})
        second = search.chosen("candidates around the best", around, [one.proposal for one in held])
        winners = [later or one for one, later in zip(held, second, strict=True)]
        hired = search.hired(list({one.profile: one for one in winners}.values()))
        considered = {profile for profile, _ in candidates}.union(*(group.values() for group in around))
        found = HiresFound(profiles=tuple(search.ranked(hired)[: self.profiles]), considered=len(considered))
        return found, _told(found)


@dataclass(frozen=True)
class _Winner:
    """A profile that the solver took on, without what its plan does not use, and that plan."""

    profile: Profile
    person: Person
    proposal: Proposal


class _Search:
    """The steps of one study."""

    def __init__(self, study: BestHires, desk: Desk) -> None:
        self.study, self.desk, self.portfolio = study, desk, desk.portfolio
        self.tables = Tables.of(self.portfolio)
        self.plan = plan_in(self.tables, desk.plan)
        hours = study.hours_per_period
        self.newcomer = Newcomer(_usual_hours(self.portfolio) if hours is None else hours, study.from_, study.rate)
        units: list[str | None] = [unit.id for unit in self.portfolio.units] or [None]
        if study.unit is not None:
            units = [study.unit]
        self.estimate = Estimate(self.portfolio, self.tables, self.plan, self.newcomer, units)
        taken = {one.id for one in self.portfolio.people}
        #: ids that nobody has yet: no two profiles share one, so that all who are found can be hired together
        self._ids = (id for n in count(1) if (id := f"hire-{n}") not in taken)

    def offer(self, group: Sequence[Profile], winner: _Winner | None = None) -> dict[str, Profile]:
        """The profiles with ids; whoever was taken on keeps the id, so that the plan with them is a start."""
        kept = {} if winner is None else {winner.person.id: winner.profile}
        return kept | {next(self._ids): profile for profile in group}

    def chosen(
        self, stage: Stage, groups: Sequence[dict[str, Profile]], earlier: Sequence[Proposal]
    ) -> list[_Winner | None]:
        """Whom the solver takes on of each group, if anybody; earlier: the plan that each begins with.

        Where it takes on nobody and has no proof that nobody is worth it, it had too little time: then the one who
        seemed worth most goes on to be hired for certain.
        """
        asks = []
        for group, plan in zip(groups, earlier, strict=True):
            people = tuple(self._candidate(profile, id) for id, profile in group.items())
            said = {"people": people, "most": 1, "group": GROUP, "from": self.study.from_}
            asks.append(Ask(f"{people[0].name} and {len(people) - 1} alike", (Candidates.model_validate(said),), plan))
        winners: list[_Winner | None] = []
        for ask, group, proposal in zip(asks, groups, self.desk.find(stage, asks), strict=True):
            hired = (
                None if proposal is None else next((one.person for one in proposal.hires if one.person in group), None)
            )
            if proposal is not None and hired is not None:
                profile = self._used(proposal, hired, group[hired])
                winners.append(_Winner(profile, self.newcomer.person(self.portfolio, profile, hired), proposal))
            elif (proposal is not None and proposal.run.status == "OPTIMAL") or self.desk.stop.is_set():
                winners.append(None)
            else:
                id, profile = next(iter(group.items()))
                person = self.newcomer.person(self.portfolio, profile, id)
                winners.append(_Winner(profile, person, ask.earlier or self.desk.plan))
        return winners

    def _candidate(self, profile: Profile, id: str) -> Person:
        """A candidate, who costs a little for each term: of two that bring as much, who is easier to find is taken."""
        person = self.newcomer.person(self.portfolio, profile, id)
        return person.model_copy(update={"candidate": Candidate(cost=PER_TERM * len(profile.terms), group=GROUP)})

    def _used(self, proposal: Proposal, id: str, profile: Profile) -> Profile:
        """The profile without the terms and levels that can go while the plan stays possible and costs no more."""

        def cost(of: Profile) -> int | None:
            person = self.newcomer.person(self.portfolio, of, id)
            tables = Tables.of(Hire.model_validate({"person": person, "from": self.study.from_}).apply(self.portfolio))
            plan = plan_in(tables, proposal)
            return None if score.broken(tables, plan) else score.cost(tables, plan)

        kept, most = profile, cost(profile)
        for term, level in profile.terms:
            for lower in range(level):
                terms = tuple((one, lower if one == term else other) for one, other in kept.terms)
                fewer = Profile(tuple((one, other) for one, other in terms if other), profile.unit)
                found = cost(fewer) if fewer.terms else None
                if most is not None and found is not None and found <= most:
                    kept, most = fewer, found
                    break
        return kept

    def around(self, winners: Sequence[_Winner], known: set[Profile]) -> list[dict[str, Profile]]:
        """Each winner with those like it that are worth most, by the estimate, and were not offered yet."""
        groups, known = [], set(known)
        for winner in winners:
            unit = self.estimate.units.index(winner.profile.unit)
            worth = self.estimate.around(winner.profile, self.study.terms)
            best = sorted(worth, key=lambda bundle: (-worth[bundle], bundle))
            profiles = [self.estimate.profile(bundle, unit) for bundle in best]
            new = [one for one in profiles if one not in known and one != winner.profile][:AROUND]
            known |= set(new)
            groups.append(self.offer(new, winner))
        return groups

    def hired(self, winners: Sequence[_Winner]) -> list[tuple[_Winner, Hire, Proposal]]:
        """Each winner hired for certain, from the plan in which it was taken on; the base once more beside them.

        The base goes on from the best of these plans without its hire: else what a longer search alone wins would
        count as won by hiring.
        """
        hires = [
            Hire.model_validate({"person": one.person, "from": self.study.from_, "cost": self.study.cost})
            for one in winners
        ]
        asks = [Ask(one.person.name, (hire,), one.proposal) for one, hire in zip(winners, hires, strict=True)]
        proposals = self.desk.find("hired", asks)
        found = [
            (winner, hire, proposal)
            for winner, hire, proposal in zip(winners, hires, proposals, strict=True)
            if proposal is not None
        ]
        if found and self.desk.plan.run.status != "OPTIMAL":
            best = min((proposal for _, _, proposal in found), key=_cost)
            [again] = self.desk.find("base once more", [Ask("base", (), best)])
            if again is not None and _cost(again) < _cost(self.desk.plan):
                self.desk.base = again
        return found

    def ranked(self, hired: Sequence[tuple[_Winner, Hire, Proposal]]) -> list[HireFound]:
        """Those that improve the plan, the most per hour first."""
        lines = []
        for winner, hire, proposal in hired:
            changed = hire.apply(self.portfolio)
            difference = self.desk.difference(winner.person.name, changed, proposal)
            gain = -(difference.total.difference or 0)
            if gain <= 0:
                continue
            tables = Tables.of(changed)
            hours = int(tables.hours_available[tables.person_index[winner.person.id]])
            base, solved, rules = self.desk.solved, Solved.of(proposal, changed), rule_costs(difference)
            proven = None if base.bound is None or solved.cost is None else max(0.0, base.bound - solved.cost)
            lines.append(
                HireFound(
                    rank=0,
                    name=name_of(self.portfolio, winner.profile),
                    terms=tuple(self._held(winner.profile)),
                    unit=winner.profile.unit,
                    gain=gain,
                    gain_per_hour=round(gain / max(1, hours), 4),
                    gain_at_least=None if proven is None else round(proven, 4),
                    hours=hours,
                    hours_booked=sum(one.hours for one in proposal.bookings or () if one.person == winner.person.id),
                    solved=solved,
                    relieves=tuple(rule for rule in rules if rule.difference < 0),
                    costs_more=tuple(rule for rule in reversed(rules) if rule.difference > 0),
                    teams=team_changes(difference),
                    sentences=tuple(one.text for one in difference.moved.sentences),
                    money=difference.money.total.difference,
                    change=hire.model_dump(mode="json", by_alias=True),
                    proposal=proposal,
                )
            )
        lines.sort(key=lambda one: (-one.gain_per_hour, len(one.terms), one.name))
        return [one.model_copy(update={"rank": n}) for n, one in enumerate(lines, 1)]

    def _held(self, profile: Profile) -> Iterable[HeldTerm]:
        for term, level in profile.terms:
            known = self.portfolio.terms[term]
            yield HeldTerm(term=term, label=self.portfolio.label(term), dimension=known.dimension, level=level)


def _cost(proposal: Proposal) -> float:
    return 0.0 if proposal.score_card is None else proposal.score_card.total


def _usual_hours(portfolio: Portfolio) -> int:
    """The median of the hours in a period of those who are there, of their usual period."""
    hours = [
        median(one.hours_per_period) if isinstance(one.hours_per_period, tuple) else one.hours_per_period
        for one in portfolio.people
        if one.candidate is None
    ]
    return max(1, round(median(hours))) if hours else 40


def _told(found: HiresFound) -> Iterable[str]:
    if not found.profiles:
        yield "No profile was found that improves the plan"
    for one in found.profiles:
        won = [team for team in one.teams if team.missing_after < team.missing_before]
        where = listed([team.name for team in won[:MOST_NAMED]]) + (" and others" if len(won) > MOST_NAMED else "")
        relief = f"; relieves {where}" if won else ""
        rule = f", most of it {one.relieves[0].title.lower()}" if one.relieves else ""
        yield f"{one.rank}. {one.name}: {plain(one.gain)} less, {one.gain_per_hour:.2f} an hour{rule}{relief}"
