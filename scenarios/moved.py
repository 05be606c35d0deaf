"""What moved between two plans, in sentences, most important first.

Every item of a score card is told in one sentence alone, so the costs of the sentences add up to the difference in
total cost: open hours, missing people and lending in sentences of their own, what else is about a booking with the
activity's team, what is about a person with the person. What changed without an effect on cost comes after, by hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scenarios.comparison import Moved, Sentence
from scenarios.side import Item, Names, Side
from solver.portfolio import Person
from solver.rules.base import UNIT
from solver.units import unit_of

#: rules told in one sentence, and names in one list
MOST_PARTS, MOST_NAMES = 5, 8

#: what a sentence is about: the sort, then ids
Subject = tuple[str, ...]
#: cost per rule, in ten-thousandths
Costs = Counter[str]


def moved(before: Side, after: Side, names: Names, most: int) -> Moved:
    """At most `most` sentences; without a plan on either side there is nothing to tell."""
    if not (before.has_plan and after.has_plan):
        return Moved(headline="There are no two plans to compare", sentences=(), more=0, more_cost=0)
    told = sorted(_Story(before, after, names).sentences(), key=lambda told: (-abs(told.cost), -told.hours, told.text))
    rest = sum(one.cost for one in told[most:])
    return Moved(
        headline=_headline(before, after, bool(told)),
        sentences=tuple(
            Sentence(text=one.text, cost=one.cost / UNIT, hours=one.hours, about=one.about) for one in told[:most]
        ),
        more=len(told[most:]),
        more_cost=rest / UNIT,
    )


def signed(cost: int) -> str:
    """Ten-thousandths as a difference: "+60" or "−1,200"."""
    return f"{'−' if cost < 0 else '+'}{plain(abs(cost))}"


def plain(cost: int) -> str:
    """Ten-thousandths with at most two decimals, thousands apart."""
    text = f"{cost / UNIT:,.2f}"
    return text.rstrip("0").rstrip(".")


def rule_words(rule: str) -> str:
    """A rule's name as words."""
    return rule.replace("_", " ")


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; long lists are cut, and the rest is counted."""
    if len(parts) > MOST_NAMES:
        parts = [*parts[: MOST_NAMES - 1], f"{len(parts) - MOST_NAMES + 1} more"]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _costs(costs: Costs) -> str:
    """The largest parts first: "staffing −200, talent coverage −60"."""
    order = sorted((rule for rule in costs if costs[rule]), key=lambda rule: (-abs(costs[rule]), rule))
    parts = [f"{rule_words(rule)} {signed(costs[rule])}" for rule in order[:MOST_PARTS]]
    rest = order[MOST_PARTS:]
    if rest:
        parts.append(f"{len(rest)} more {signed(sum(costs[rule] for rule in rest))}")
    return ", ".join(parts)


def _headline(before: Side, after: Side, anything: bool) -> str:
    costs = Costs({rule: after.cost(rule) - before.cost(rule) for rule in {**before.rules, **after.rules}})
    total = f"{plain(after.total)}"
    if after.total != before.total:
        word = "falls" if after.total < before.total else "rises"
        return f"Total cost {word} from {plain(before.total)} to {total}: {_costs(costs)}"
    if any(costs.values()):
        return f"Total cost stays at {total}: {_costs(costs)}"
    return f"Total cost stays at {total}" if anything else "Nothing moves"


@dataclass(frozen=True)
class _Told:
    text: str
    cost: int
    hours: int
    about: dict[str, str]


class _Story:
    """The sentences of one pair of plans, in no order."""

    def __init__(self, before: Side, after: Side, names: Names) -> None:
        self.before, self.after, self.names = before, after, names
        self.effects: dict[Subject, Costs] = {}
        for rule in {**before.rules, **after.rules}:
            self._effects_of(rule)

    def sentences(self) -> Iterator[_Told]:
        """Everything that changed."""
        before, after = self.before, self.after
        for activity in {**before.activities, **after.activities}:
            if self._lone(activity):
                yield from self._work(activity)
            else:
                yield from self._team(activity)
                yield from self._open(activity)
        for person in {**before.people, **after.people}:
            yield from self._person(person)
        for activity, person, term in sorted({(a, p, t) for p, a, t in {**before.learning, **after.learning}}):
            yield from self._learning(person, activity, term)
        weighed = {(subject[1], subject[2]) for subject in self.effects if subject[0] == "lending"}
        for direction in sorted({*before.lent, *after.lent} | weighed):
            yield from self._lending(*direction)
        yield from self._missing()
        for rule in {**before.rules, **after.rules}:
            yield from self._weight(rule)
        yield from self._balance()
        for subject in list(self.effects):  # what no sentence above was about
            yield from self._other(subject)

    # --- who tells what

    def _effects_of(self, rule: str) -> None:
        before, after = self.before.items(rule), self.after.items(rule)
        weight, change = self.after.weight(rule), self.after.weight(rule) - self.before.weight(rule)
        self._add(("weight", rule), rule, change * sum(before.values()))
        for item in {**before, **after}:
            cost = weight * (after.get(item, 0) - before.get(item, 0))
            self._add(self._subject(rule, item), rule, cost)

    def _add(self, subject: Subject, rule: str, cost: int) -> None:
        if cost:
            self.effects.setdefault(subject, Costs())[rule] += cost

    def _subject(self, rule: str, item: Item) -> Subject:
        about = dict(item)
        person, activity, term = about.get("person"), about.get("activity"), about.get("term")
        if activity is not None:
            if self._lone(activity):
                return "work", activity
            if person is not None:
                return self._booking_subject(rule, person, activity)
            if rule == "staffing":
                return "open", activity
            if rule in ("expertise_coverage", "talent_coverage") and term is not None:
                return "missing", term
            return "rest", activity, term or ""
        return ("rule", rule) if person is None else ("person", person)

    def _booking_subject(self, rule: str, person: str, activity: str) -> Subject:
        side = self.after if person in self.after.people else self.before
        direction = side.direction(person, activity) if rule == "lending" else None
        return ("team", activity) if direction is None else ("lending", *direction)

    def _lone(self, activity: str) -> bool:
        """Whether the activity is in one of the portfolios only."""
        return (activity in self.before.activities) != (activity in self.after.activities)

    def _told(
        self, subject: Subject, text: str, hours: int, about: dict[str, str] | None = None, with_costs: bool = False
    ) -> _Told:
        """The sentence of a subject, which takes its effects along."""
        costs = self.effects.pop(subject, Costs())
        parts = _costs(costs) if with_costs else ""
        return _Told(f"{text}: {parts}" if parts else text, sum(costs.values()), hours, about or {})

    # --- activities

    def _work(self, activity: str) -> Iterator[_Told]:
        side = self.after if activity in self.after.activities else self.before
        team = {person: hours for (person, where), hours in side.hours.items() if where == activity and hours}
        who = listed([f"{self.names.person(person)} ({hours:,} h)" for person, hours in _by_hours(team)])
        name = self.names.activity(activity)
        if side is self.after:
            text = f"{name} is new ({side.asked(activity):,} h)" + (f": {who}" if who else ", and nobody works on it")
        else:
            text = f"{name} is no longer there" + (f": {who}" if who else "")
        yield self._told(("work", activity), text, sum(team.values()), {"activity": activity})

    def _team(self, activity: str) -> Iterator[_Told]:
        name = self.names.activity(activity)
        left, joined, more = self._team_moves(activity)
        text = _move(name, [self._named(left), self._named(joined)], left, joined)
        changed = [
            f"{self.names.person(person)} does {after:,} h {'there ' if text else f'of {name} '}instead of {before:,}"
            for person, (before, after) in more.items()
        ]
        text = ", ".join(([text] if text else []) + ([listed(changed)] if changed else []))
        hours = sum(left.values()) + sum(joined.values()) + sum(abs(a - b) for b, a in more.values())
        if text or ("team", activity) in self.effects:
            same = not text
            text = text or (f"{name}, by the same team" if self.after.of_activity[activity] else name)
            yield self._told(("team", activity), text, hours, {"activity": activity}, with_costs=same)

    def _open(self, activity: str) -> Iterator[_Told]:
        name = self.names.activity(activity)
        open_before, open_after = self.before.open_hours.get(activity, 0), self.after.open_hours.get(activity, 0)
        if open_before != open_after or ("open", activity) in self.effects:
            if not open_after:
                text = f"{open_before:,} h of {name} are no longer open"
            elif not open_before:
                text = f"{open_after:,} h of {name} are left open"
            elif open_before == open_after:
                text = f"{open_after:,} h of {name} are left open, as before"
            else:
                text = f"{open_after:,} h of {name} are left open instead of {open_before:,}"
            hours = abs(open_after - open_before)
            yield self._told(("open", activity), text, hours, {"activity": activity}, with_costs=not hours)

    def _team_moves(self, activity: str) -> tuple[dict[str, int], dict[str, int], dict[str, tuple[int, int]]]:
        """Who leaves and who joins with how many hours, and whose hours change from what to what."""
        left: dict[str, int] = {}
        joined: dict[str, int] = {}
        changed: dict[str, tuple[int, int]] = {}
        for person in {**self.before.people, **self.after.people}:
            before = self.before.hours.get((person, activity), 0)
            after = self.after.hours.get((person, activity), 0)
            if before and after and before != after:
                changed[person] = before, after
            elif before and not after:
                left[person] = before
            elif after and not before:
                joined[person] = after
        return dict(_by_hours(left)), dict(_by_hours(joined)), changed

    def _named(self, hours: dict[str, int]) -> list[tuple[str, int]]:
        return [(self.names.person(person), amount) for person, amount in hours.items()]

    # --- people

    def _person(self, id: str) -> Iterator[_Told]:
        before, after = self.before, self.after
        name, was, now = self.names.person(id), before.standing(id), after.standing(id)
        old, new = before.of_person[id], after.of_person[id]
        leaving, left = after.leaves(id), before.leaves(id)
        works = f"works {new:,} h" + (f" instead of {old:,}" if old not in (0, new) else "")
        cost = plain(round(UNIT * self._price(after.people.get(id)))) if now == "hired" else ""
        if now == "hired" and was != "hired":
            text = f"{name} is taken on for {cost} and {works}"
        elif was == "hired" and now == "candidate":
            text = f"{name} is not taken on ({old:,} h)"
        elif now == "absent" and was in ("there", "hired"):
            text = f"{name} is no longer there ({old:,} h)"
        elif was == "absent" and now == "there":
            text = f"{name} is new and {works}"
        elif leaving != left and "absent" not in (was, now):
            when = "no longer leaves" if leaving is None else f"leaves in period {leaving}"
            text = f"{name} {when} and {works}"
        elif ("person", id) in self.effects:
            text = f"{name} {works}" + (", as before" if old == new else "")
        else:
            return
        yield self._told(("person", id), text, abs(new - old), {"person": id}, with_costs=True)

    @staticmethod
    def _price(person: Person | None) -> float:
        return person.candidate.cost if person is not None and person.candidate is not None else 0.0

    def _learning(self, person: str, activity: str, term: str) -> Iterator[_Told]:
        key = (person, activity, term)
        was, now = self.before.learning.get(key), self.after.learning.get(key)
        who, what = self.names.person(person), f"{self.names.term(term)}"
        where = self.names.activity(activity)
        if now is None:
            text = f"{who} no longer learns {what} on {where}"
        elif was is not None and was.mentor == now.mentor:
            return
        else:
            mentors = [f"from {self._mentor(now.mentor)}"]
            if was is not None:
                mentors.append(f"instead of {self._mentor(was.mentor)}")
            text = f"{who} learns {what} {' '.join(mentors)} on {where}"
        side = self.before if now is None else self.after
        yield _Told(text, 0, side.hours.get((person, activity), 0), {"person": person, "activity": activity})

    def _mentor(self, person: str | None) -> str:
        return "nobody" if person is None else self.names.person(person)

    def _lending(self, here: str, there: str) -> Iterator[_Told]:
        before, after = self.before.lent[here, there], self.after.lent[here, there]
        subject = ("lending", here, there)
        if before == after and subject not in self.effects:
            return
        one, other = self.names.unit(here), self.names.unit(there)
        text = f"{one} lends {other} {after:,} h" + (f" instead of {before:,}" if before != after else ", as before")
        yield self._told(subject, text, abs(after - before), {"from": here, "to": there})

    # --- terms and rules

    def _missing(self) -> Iterator[_Told]:
        """People missing per term, over the activities that both portfolios have."""
        terms = {
            term: None
            for side in (self.before, self.after)
            for activity, lacks in side.missing.items()
            for term in (() if self._lone(activity) else lacks)
        }
        for term in terms:
            was, now = self._missing_on(self.before, term), self._missing_on(self.after, term)
            subject = ("missing", term)
            if was == now and subject not in self.effects:
                continue
            name = self.names.term(term)
            if not now:
                text = f"{name} is no longer missing"
            elif not was:
                text = f"{name} is missing on {self._activities(now)}"
            elif set(was) != set(now):
                gone = [activity for activity in was if activity not in now]
                text = f"{name} is missing on {self._activities(now)}"
                text += (
                    f", no longer on {self._activities(gone)}" if gone else f" instead of {self._activities(was)} alone"
                )
            else:
                count, earlier = sum(now.values()), sum(was.values())
                rest = f" instead of {earlier}" if count != earlier else ""
                people = "person" if count == 1 else "people"
                text = f"{name} is missing on {self._activities(now)}: {count} {people}{rest}"
            yield self._told(subject, text, 0, {"term": term}, with_costs=was == now)

    def _missing_on(self, side: Side, term: str) -> dict[str, int]:
        return {
            activity: lacks[term]
            for activity, lacks in side.missing.items()
            if term in lacks and not self._lone(activity)
        }

    def _activities(self, ids: Iterable[str]) -> str:
        return listed([self.names.activity(id) for id in ids])

    def _weight(self, rule: str) -> Iterator[_Told]:
        was, now = self.before.rules.get(rule), self.after.rules.get(rule)
        subject = ("weight", rule)
        if was is None or now is None or (was.weight == now.weight and was.mode == now.mode):
            return
        words, parts = rule_words(rule).capitalize(), []
        if was.weight != now.weight:
            parts.append(f"weighs {now.weight:,} instead of {was.weight:,}")
        if was.mode != now.mode:
            parts.append(f"is {now.mode} instead of {was.mode}")
        told = self._told(subject, f"{words} {' and '.join(parts)}", 0, {"rule": rule})
        effect = f", which is {signed(told.cost)} for the same plan" if told.cost else ""
        yield _Told(told.text + effect, told.cost, 0, told.about)

    def _balance(self) -> Iterator[_Told]:
        was = {line.term: line for line in self.before.proposal.talent_balance}
        for line in self.after.proposal.talent_balance:
            earlier = was.get(line.term)
            if earlier is None or earlier.state == line.state:
                continue
            text = f"Talent balance: {self.names.term(line.term)} goes from {earlier.state} to {line.state}"
            text += f" ({line.supply_hours:,} h for {line.demand_hours:,.0f} h asked)"
            hours = abs(line.supply_hours - earlier.supply_hours) + round(abs(line.demand_hours - earlier.demand_hours))
            yield _Told(text, 0, hours, {"term": line.term})

    def _other(self, subject: Subject) -> Iterator[_Told]:
        sort, *ids = subject
        if sort == "rest":
            activity, term = ids
            name = self.names.activity(activity) + (f" ({self.names.term(term)})" if term else "")
            yield self._told(subject, name, 0, {"activity": activity}, with_costs=True)
        elif sort == "rule":
            rule = ids[0]
            before, after = (side.rules[rule].amount if rule in side.rules else 0 for side in (self.before, self.after))
            unit = (self.after.rules.get(rule) or self.before.rules[rule]).unit
            amount = f"{after:,.10g} {unit_of(after, unit)}"
            text = f"{rule_words(rule).capitalize()} comes to {amount} instead of {before:,.10g}"
            yield self._told(subject, text, 0, {"rule": rule})
        else:
            yield self._told(subject, " ".join([sort, *ids]), 0, with_costs=True)


def _by_hours(hours: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(hours.items(), key=lambda one: -one[1])


def _move(activity: str, named: list[list[tuple[str, int]]], left: dict[str, int], joined: dict[str, int]) -> str:
    """ "Sanne leaves Interviews (24 h), Milan takes it over (24 h)"; nothing where nobody leaves or joins."""
    leavers, joiners = named
    parts = []
    if leavers:
        parts.append(_clause(leavers, f"leaves {activity}", f"leave {activity}"))
    if joiners and not leavers:
        parts.append(_clause(joiners, f"joins {activity}", f"join {activity}"))
    elif joiners:
        whole = sum(joined.values()) >= sum(left.values())
        verbs = ("takes it over", "take it over") if whole else ("takes over part of it", "take over part of it")
        parts.append(_clause(joiners, *verbs))
    return ", ".join(parts)


def _clause(who: list[tuple[str, int]], one: str, many: str) -> str:
    if len(who) == 1:
        name, hours = who[0]
        return f"{name} {one} ({hours:,} h)"
    return f"{listed([f'{name} ({hours:,} h)' for name, hours in who])} {many}"
