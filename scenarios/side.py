"""One side of a comparison: a proposal with its portfolio, looked up by id, and its score card in whole numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from scenarios.comparison import Standing
from solver.handmade import plan_from
from solver.portfolio import Activity, Person, Portfolio
from solver.proposal import LearningLine, PersonLine, Proposal, RuleScore
from solver.rules.base import UNIT
from solver.score import measure
from solver.tables import Tables

CENTS = 100

#: what an item of a rule is about, as sorted (word, id) pairs
Item = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Side:
    """A named proposal of a portfolio. The portfolio may be another version, as long as the ids are known in it."""

    name: str
    portfolio: Portfolio
    proposal: Proposal

    @property
    def has_plan(self) -> bool:
        """Whether there are bookings and what they cost."""
        return self.proposal.bookings is not None and self.proposal.score_card is not None

    @property
    def broken(self) -> bool:
        """Whether the plan breaks rules that may not be broken."""
        return self.has_plan and self.proposal.run.status == "NONE"

    # --- the score card

    @cached_property
    def rules(self) -> dict[str, RuleScore]:
        """The rules of the score card by name."""
        card = self.proposal.score_card
        return {} if card is None else {rule.name: rule for rule in card.rules}

    @property
    def total(self) -> int:
        """The cost of the plan, in ten-thousandths."""
        card = self.proposal.score_card
        return 0 if card is None else scaled(card.total)

    def weight(self, rule: str) -> int:
        """The weight with which a rule costs something: 0 where it is hard, off, or not there."""
        found = self.rules.get(rule)
        return found.weight if found is not None and not found.hard and found.mode == "soft" else 0

    def cost(self, rule: str) -> int:
        """What a rule costs, in ten-thousandths."""
        return scaled(self.rules[rule].cost) if rule in self.rules else 0

    def items(self, rule: str) -> dict[Item, int]:
        """Item weight × amount of each item of a rule, in ten-thousandths."""
        found = self.rules.get(rule)
        if found is None:
            return {}
        shares: Counter[Item] = Counter()
        for finding in found.findings:
            item = tuple(sorted(finding.about.items()))
            shares[item] += round(finding.amount * CENTS) * self._weights.get((rule, item), 100)
        weight = self.weight(rule)
        return spread(self.cost(rule) // weight, shares) if weight else dict(shares)

    @cached_property
    def _weights(self) -> dict[tuple[str, Item], int]:
        """Item weights that are not 1, in percents: the score card does not tell them, so they are measured again."""
        tables = Tables.of(self.portfolio)
        bookings = [{"person": p, "activity": a, "hours": hours} for (p, a), hours in self.hours.items()]
        learning = [
            {"person": one.person, "activity": one.activity, "term": one.term, "mentor": one.mentor}
            for one in self.proposal.learning
        ]
        plan = plan_from(tables, {"bookings": bookings, "learning": learning})
        return {
            (rule.name, tuple(sorted(tables.about(rule.about, tuple(key)).items()))): weight
            for rule, measured in measure(tables, plan)
            if not rule.hard
            for key, weight in zip(measured.keys.tolist(), measured.weight.tolist(), strict=True)
            if weight != 100
        }

    def check(self) -> None:
        """Raises PortfolioInvalid where the plan is not one of this portfolio."""
        if self.has_plan:
            _ = self._weights

    # --- people and work

    @cached_property
    def hours(self) -> dict[tuple[str, str], int]:
        """Booked hours per (person, activity)."""
        return {(one.person, one.activity): one.hours for one in self.proposal.bookings or ()}

    @cached_property
    def of_person(self) -> Counter[str]:
        """Booked hours per person."""
        found: Counter[str] = Counter()
        for (person, _), hours in self.hours.items():
            found[person] += hours
        return found

    @cached_property
    def of_activity(self) -> Counter[str]:
        """Booked hours per activity."""
        found: Counter[str] = Counter()
        for (_, activity), hours in self.hours.items():
            found[activity] += hours
        return found

    @cached_property
    def people(self) -> dict[str, Person]:
        """The portfolio's people by id."""
        return {person.id: person for person in self.portfolio.people}

    @cached_property
    def lines(self) -> dict[str, PersonLine]:
        """What the proposal says of each person."""
        return {line.person: line for line in self.proposal.people}

    @cached_property
    def activities(self) -> dict[str, Activity]:
        """The portfolio's activities by id."""
        return {activity.id: activity for activity in self.portfolio.activities}

    @cached_property
    def learning(self) -> dict[tuple[str, str, str], LearningLine]:
        """Who learns what where, by (person, activity, term)."""
        return {(one.person, one.activity, one.term): one for one in self.proposal.learning}

    @cached_property
    def missing(self) -> dict[str, dict[str, int]]:
        """People missing per activity and term."""
        return {
            one.activity: {lack.term: lack.missing for lack in (*one.expertise, *one.talents)}
            for one in self.proposal.unfilled
        }

    @cached_property
    def open_hours(self) -> dict[str, int]:
        """Hours that activities lack, where they lack some."""
        return {one.activity: one.hours for one in self.proposal.unfilled}

    def asked(self, activity: str) -> int:
        """The hours an activity asks for, in whole blocks; 0 where it is not there."""
        return self.portfolio.asked(self.activities[activity]) if activity in self.activities else 0

    def standing(self, person: str) -> Standing:
        """Whether somebody is there, was taken on, could be, or is not in the portfolio."""
        found = self.people.get(person)
        if found is None:
            return "absent"
        if found.candidate is None:
            return "there"
        return "hired" if self.of_person[person] else "candidate"

    def leaves(self, person: str) -> int | None:
        """The first period in which somebody is gone, where that lies in the calendar."""
        found = self.people.get(person)
        gone = None if found is None else found.leaves
        return gone if gone is not None and gone < self.portfolio.calendar.periods else None

    def direction(self, person: str, activity: str) -> tuple[str, str] | None:
        """From which unit to which a booking lends, None where it does not."""
        if person not in self.people or activity not in self.activities:
            return None
        here = self.people[person].unit
        there = self._project_unit[self.activities[activity].project]
        return (here, there) if here is not None and there is not None and here != there else None

    @cached_property
    def _project_unit(self) -> dict[str, str | None]:
        return {project.id: project.unit for project in self.portfolio.projects}

    @cached_property
    def lent(self) -> Counter[tuple[str, str]]:
        """Hours lent per direction (from unit, to unit)."""
        found: Counter[tuple[str, str]] = Counter()
        for (person, activity), hours in self.hours.items():
            direction = self.direction(person, activity)
            if direction is not None:
                found[direction] += hours
        return found


class Names:
    """What things are called in two portfolios, rather in the later one; an id stands with a name that two share."""

    def __init__(self, before: Side, after: Side, language: str) -> None:
        self._before, self._after, self._language = before, after, language
        self._people = _told_apart(before, after, lambda side: {one.id: one.name for one in side.portfolio.people})
        self._activities = _told_apart(
            before, after, lambda side: {one.id: one.name for one in side.portfolio.activities}
        )
        self._units = _told_apart(before, after, lambda side: {one.id: one.name for one in side.portfolio.units})

    def person(self, id: str) -> str:
        """The name of a person."""
        return self._people.get(id, id)

    def activity(self, id: str) -> str:
        """The name of an activity."""
        return self._activities.get(id, id)

    def unit(self, id: str) -> str:
        """The name of a unit."""
        return self._units.get(id, id)

    def term(self, id: str) -> str:
        """The label of a term."""
        side = self._after if id in self._after.portfolio.terms else self._before
        return side.portfolio.label(id, self._language)


def scaled(cost: float) -> int:
    """A cost in whole ten-thousandths."""
    return round(cost * UNIT)


def spread(total: int, shares: Mapping[Item, int]) -> dict[Item, int]:
    """`total` in whole parts in proportion to the shares, which come to it already unless they are not quite known."""
    known = sum(shares.values())
    if known == total:
        return dict(shares)
    if not known:
        return {(): total}
    running = [0, *(part * total // known for part in accumulate(shares.values()))]
    return {item: after - before for item, before, after in zip(shares, running, running[1:], strict=False)}


def _told_apart(before: Side, after: Side, of: Callable[[Side], dict[str, str]]) -> dict[str, str]:
    names = {**of(before), **of(after)}
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" for id, name in names.items()}
