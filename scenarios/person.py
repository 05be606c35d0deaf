"""The employee's side of a proposal: what it says about one person, from what, and what would change it.

Only that person's data and the work's are in it: no name, level, hour or statement of a colleague, so neither whom one
learns with. That stands in the talent agreement, which two people read together; see `docs/agreement.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.own import ME, Own
from scenarios.person_changes import Changes
from scenarios.person_record import (
    Asked,
    Guiding,
    LevelUsed,
    NotUsed,
    PeriodHours,
    PersonExplanation,
    Reason,
    Seen,
    Statement,
    Talent,
    Trained,
    Work,
)
from scenarios.phrases import period_start
from solver.portfolio import Ambition, Energy, Observation, Portfolio
from solver.proposal import Fit, Proposal, role
from solver.rules.base import HUNDRED, IntArray, Key, Rule
from solver.vocabulary import Part

#: rules in money: amounts are for HR and planners to show
MONEY = ("hiring", "cost")


def explanation(portfolio: Portfolio, proposal: Proposal, person_id: str, language: str = "en") -> PersonExplanation:
    """What a proposal says about one person.

    language: en or nl, else ValueError. Raises PortfolioInvalid for an unknown person, or where the proposal names work
    that the portfolio does not have.
    """
    return _Explaining(Own(portfolio, proposal, person_id, language), proposal).explanation()


class _Explaining:
    """The parts of the explanation of one person."""

    def __init__(self, own: Own, proposal: Proposal) -> None:
        self.own, self.proposal = own, proposal
        self.tables, self.plan, self.person, self.phrases = own.tables, own.plan, own.person, own.phrases

    def explanation(self) -> PersonExplanation:
        own, tables, say = self.own, self.tables, self.phrases
        hours, available = int(self.plan.of_person[ME]), int(tables.hours_available[ME])
        statements = tuple(self._statements())
        talents = [self._talent(v) for v in tables.top_talents[ME]]
        return PersonExplanation(
            format="staffing-person/1",
            portfolio=self.proposal.portfolio,
            language=say.language,
            person=self.person.id,
            name=self.person.name,
            status=self.proposal.run.status,
            hours=hours,
            available_hours=available,
            utilisation=hours / available if available else None,
            activities=tuple(self._work(a) for a in own.booked),
            guiding=tuple(self._guiding()),
            levels=tuple(self._levels()),
            facts=tuple(self._facts()),
            statements=statements,
            weighed_for=_by_points(self._for()),
            weighed_against=_by_points(self._against()),
            talents_used=tuple(one for one in talents if one.activities),
            talents_unused=tuple(one for one in talents if not one.activities),
            not_used=tuple(self._not_used(statements)),
            changes=tuple(Changes(own).found()),
            left_out=say("left_out"),
            decision=tuple(say(f"decision_{what}") for what in ("people", "contest", "own", "could")),
        )

    # --- the work

    def _work(self, a: int) -> Work:
        own, tables, one = self.own, self.tables, self.own.portfolio.activities[a]
        split = own.split(a)
        return Work(
            activity=one.id,
            name=own.activity(a),
            project=own.project(a),
            kind=one.kind,
            hours=own.hours(a),
            when=own.when(split),
            by_period=self._by_period(split),
            role=role(tables, ME, a),
            responsibility=one.responsibility,
            fit=Fit(
                expertise=int(tables.expertise_fit[ME, a]) / HUNDRED,
                talent=int(tables.talent_fit[ME, a]) / HUNDRED,
                energy=tables.energy(ME, a) / 2,
            ),
            asks=tuple(self._asked(int(r)) for r in tables.requirements_of(a)),
        )

    def _asked(self, r: int) -> Asked:
        tables, asked = self.tables, self.tables.requirements[r]
        level, met, learned = int(tables.level[ME, r]), bool(tables.meets[ME, r]), r in self.own.learned
        key = "meets" if met else "learns" if learned else "below"
        label = self.own.label(asked.term)
        return Asked(
            term=asked.term,
            label=label,
            dimension="talent" if tables.requirement_talent[r] else "expertise",
            asked=asked.level,
            level=level / 10,
            met=met,
            learned=learned,
            by_training=level > tables.base_level[ME, tables.requirement_term[r]],
            text=self.phrases(key, term=label, asked=asked.level, level=self.own.level(level)),
        )

    def _by_period(self, split: IntArray) -> tuple[PeriodHours, ...]:
        calendar = self.own.calendar
        return tuple(
            PeriodHours(period=t, starts=period_start(calendar, t), hours=int(split[t]))
            for t in np.flatnonzero(split).tolist()
        )

    def _guiding(self) -> Iterator[Guiding]:
        for a, split in self.own.guiding.items():
            name, hours = self.own.activity(a), int(split.sum())
            yield Guiding(
                activity=self.own.portfolio.activities[a].id,
                name=name,
                hours=hours,
                by_period=self._by_period(split),
                text=self.phrases("guides", n=hours, activity=name),
            )

    # --- what was used

    def _levels(self) -> Iterator[LevelUsed]:
        """Levels on terms that any work asks for, and the top talents: with what they come from."""
        asked = set(self.tables.requirement_term.tolist())
        for v in sorted({*asked, *self.tables.top_talents[ME]}):
            trainings = tuple(self._trainings(v))
            if not (self.tables.base_level[ME, v] or trainings):
                continue
            term = self.own.portfolio.vocabulary[v]
            through = self._through(v)
            yield LevelUsed(
                term=term.id,
                label=self.own.term(v),
                dimension=term.dimension,
                level=int(self.tables.base_level[ME, v]) / 10,
                through=None if through == v else self.own.portfolio.vocabulary[through].id,
                through_label=None if through == v else self.own.term(through),
                observations=tuple(self._seen(through)),
                trainings=trainings,
            )

    def _through(self, v: int) -> int:
        """The term whose observations give the level on `v`: itself where it can, else a narrower one."""
        if self.tables.own_level[ME, v] == self.tables.base_level[ME, v]:
            return v
        below = self.tables.vocabulary.narrower_or_self(v)
        return int(below[np.argmax(self.tables.own_level[ME, below])])

    def _seen(self, v: int) -> Iterator[Seen]:
        combined = self.own.observed.get(self.own.portfolio.vocabulary[v].id)
        for part in () if combined is None else combined.parts:
            share = part.weight / sum(one.weight for one in combined.parts) if combined else 0.0
            yield Seen(
                level=part.level,
                source=part.source,
                on=part.on,
                weight=round(part.weight, 3),
                share=round(share, 3),
                text=self.phrases("seen", share=self.phrases.percent(share), **self._said(part)),
            )

    def _said(self, one: Observation | Part) -> dict[str, object]:
        """Level, source and date of an observation in words."""
        return {
            "level": one.level,
            "source": self.phrases(f"source_{one.source or ''}"),
            "on": self.phrases("no_date") if one.on is None else self.phrases.day(one.on),
        }

    def _trainings(self, v: int) -> Iterator[Trained]:
        below = set(self.tables.vocabulary.narrower_or_self(v).tolist())
        for one in self.person.trained:
            if self.tables.term_index[one.term] in below:
                start = self.phrases.period(self.own.calendar, one.from_)
                text = self.phrases("training", start=start, level=one.level, term=self.own.label(one.term))
                yield Trained(term=one.term, level=one.level, from_=one.from_, text=text)

    def _facts(self) -> Iterator[str]:
        person, say, own, tables = self.person, self.phrases, self.own, self.tables
        units = {unit.id: unit.name for unit in own.portfolio.units}
        yield say("available", n=say.number(int(tables.hours_available[ME])))
        if person.absences:
            yield say("absent")
        if person.leaves is not None and person.leaves < tables.T:
            yield say("leaves", start=say.period(own.calendar, person.leaves))
        if person.unit is not None:
            yield say("unit", unit=units[person.unit])
        for lent in person.lent:
            when = say.span(own.calendar, lent.first, lent.last)
            yield say("lent", unit=units[lent.unit], when=when, share=say.percent(lent.share))
        if person.rotation_share:
            yield say("rotation", share=say.percent(person.rotation_share))
        yield say.counted("mentor", person.mentoring.max_learners)
        for booking in own.portfolio.bookings:
            a = tables.activity_index[booking.activity]
            worked = int(tables.worked((ME, a)).sum())
            if booking.status != "frozen" or worked:
                hours = worked if booking.status == "frozen" else booking.hours or 0
                yield say(booking.status, n=say.number(hours), activity=own.activity(a))
        if self._potential_used:
            yield say("potential_used")
        if self._money_used:
            yield say("money_used")

    @property
    def _potential_used(self) -> bool:
        rule = self.tables.rule["stretch"]
        return rule.settings.for_ != "all" and (rule.counts or rule.binds)

    @property
    def _money_used(self) -> bool:
        cost, hiring = self.tables.rule["cost"], self.tables.rule["hiring"]
        candidate = self.person.candidate is not None and (hiring.counts or hiring.binds)
        return cost.counts or cost.binds or self.own.portfolio.policy.budget is not None or candidate

    # --- the person's own words

    def _statements(self) -> Iterator[Statement]:
        for energy in self.person.energy:
            yield self._energy(energy)
        for ambition in self.person.ambitions:
            yield self._ambition(ambition)
        for wish in dict.fromkeys(self.person.wishes):
            yield self._wish(self.tables.activity_index[wish])

    def _energy(self, said: Energy) -> Statement:
        own, say = self.own, self.phrases
        touched = own.touched(said.of)
        on = [a for a in own.booked if a in touched]
        rule = self.tables.rule["energy"]
        key = "gives" if said.value > 0 else "drains" if said.value < 0 else "neutral"
        what = say(key, of=own.energy_source(said.of))
        if not touched:
            effect = say("energy_nothing")
        elif not (rule.counts or rule.binds):
            effect = say("energy_free")
        else:
            effect = say("energy_on", names=own.activities(on)) if on else say("energy_elsewhere")
        used = bool(touched) and (rule.counts or rule.binds)
        return Statement(sort="energy", of=said.of, value=said.value, used=used, met=bool(on), text=f"{what}: {effect}")

    def _ambition(self, said: Ambition) -> Statement:
        own, say, tables = self.own, self.phrases, self.tables
        v = tables.term_index[said.term]
        vocabulary = tables.vocabulary
        branch = np.union1d(vocabulary.narrower_or_self(v), vocabulary.broader_or_self(v))
        served = np.isin(tables.requirement_term, branch) & (10 * said.level > tables.level[ME])
        learned, reached = [r for r in own.learned if served[r]], tables.base_level[ME, v] >= 10 * said.level
        served &= tables.can_learn[ME]
        counted = served & tables.bookable[ME, tables.requirement_activity]
        possible = np.flatnonzero(served & own.teaching[tables.requirement_activity])
        if learned:
            effect = say("ambition_learned", names=own.activities(int(tables.requirement_activity[r]) for r in learned))
        elif len(possible):
            names = own.activities(int(a) for a in tables.requirement_activity[possible])
            effect = say("ambition_possible", names=names)
        else:
            effect = say("ambition_reached" if reached else "ambition_nowhere")
        what = say("ambition", level=said.level, term=own.label(said.term))
        return Statement(
            sort="ambition",
            of=said.term,
            value=said.level,
            used=bool(learned) or bool(counted.any()),
            met=bool(learned) or bool(reached),
            text=f"{what}: {effect}",
        )

    def _wish(self, a: int) -> Statement:
        tables, could, say = self.tables, self.own.could, self.phrases
        if a in self.own.booked:
            key = "met"
        elif tables.start[a] > tables.last[a]:
            key = "past"
        elif not could.open[ME, a]:
            key = "forbidden"
        elif not tables.bookable[ME, a]:
            key = "brings_nothing" if tables.allowed[ME, a] else "unit"
        elif not could.time[ME, a]:
            key = "time"
        else:
            key = "possible" if could.booked[ME, a] else "place"
        return Statement(
            sort="wish",
            of=self.own.portfolio.activities[a].id,
            value=None,
            used=key == "met" or bool(tables.bookable[ME, a]),
            met=key == "met",
            text=f"{say('wish', activity=self.own.activity(a))}: {say(f'wish_{key}')}",
        )

    # --- what weighed

    def _for(self) -> Iterator[Reason]:
        """What the plan has from the person, by the weights of the rules; of a team's needs at most that much."""
        tables, own = self.tables, self.own
        for a in own.booked:
            hours, importance = own.hours(a), int(tables.importance[a])
            yield from self._saved("staffing", a, min(hours, int(tables.asked[a])), importance, at_most=True)
            every = tables.requirements_of(a)
            for r in every[tables.meets[ME, every]].tolist():
                yield from self._covers(a, r, importance)
            if tables.bookable[ME, a] and own.portfolio.activities[a].id in self.person.wishes:
                yield from self._saved("wishes", a, 1)
            if (ME, a) in tables.incumbent:
                yield from self._saved("stability", a, min(hours, tables.incumbent[ME, a].hours or 0))

    def _covers(self, a: int, r: int, importance: int) -> Iterator[Reason]:
        """A requirement that the person meets."""
        tables, asked = self.tables, self.tables.requirements[r]
        name = "talent_coverage" if tables.requirement_talent[r] else "expertise_coverage"
        words = {"term": self.own.label(asked.term), "asked": asked.level, "level": self.own.level(tables.level[ME, r])}
        for reason in self._saved(name, a, 1, importance * asked.weight, at_most=True, **words):
            yield reason.model_copy(update={"about": {**reason.about, "term": asked.term}})

    def _saved(
        self, name: str, a: int, amount: int, weight: int = HUNDRED, at_most: bool = False, **words: object
    ) -> Iterator[Reason]:
        """What a rule that costs something does not cost on an activity; weight: the item's, in percents."""
        rule = self.tables.rule[name]
        if rule.counts and amount:
            yield Reason(
                rule=name,
                amount=amount,
                points=rule.weight * weight * amount / HUNDRED,
                at_most=at_most,
                about={"activity": self.own.portfolio.activities[a].id},
                text=self.phrases(
                    f"for_{name}", activity=self.own.activity(a), hours=self.phrases.number(amount), **words
                ),
            )

    def _against(self) -> Iterator[Reason]:
        """The items of the rules that are about the person, which cost something; nothing weighs where is no plan."""
        for rule in self.tables.rules if self.proposal.bookings is not None else ():
            if not rule.counts or rule.about[:1] != ("person",) or rule.name in MONEY:
                continue
            if rule.name == "stretch" and self._potential_used:
                continue  # whether and how much it counts would tell the place in the talent review
            measured = rule.measure(self.tables, self.plan)
            for key, amount, weight in zip(
                measured.keys.tolist(), measured.amount.tolist(), measured.weight.tolist(), strict=True
            ):
                about = self.tables.about(rule.about, tuple(key))
                about.pop("person")
                yield Reason(
                    rule=rule.name,
                    amount=amount / HUNDRED,
                    points=rule.weight * weight * amount / HUNDRED**2,
                    at_most=False,
                    about=about,
                    text=self._finding(rule, tuple(key), amount),
                )

    def _finding(self, rule: Rule, key: Key, amount: int) -> str:
        """One item in words; a rule without words here tells it in its own, which name nobody else."""
        name, said = rule.name, {"amount": self.phrases.number(amount / HUNDRED)}
        if name == "load_balance":
            booked, available = int(self.plan.of_person[ME]), int(self.tables.hours_available[ME])
            name += "_low" if booked <= rule.settings.low * available else "_high"
        elif name == "focus" and amount == HUNDRED:
            name += "_one"
        elif name == "wishes" and not self.own.could.booked[ME, key[1]]:
            name += "_only"
        if rule.about == ("person", "activity"):
            said |= {"activity": self.own.activity(key[1]), "hours": self.phrases.number(self.own.hours(key[1]))}
        elif rule.about == ("person", "kind"):
            said["kind"] = self.tables.kinds[key[1]]
        if self.phrases.has(f"against_{name}"):
            return self.phrases(f"against_{name}", **said)
        return rule.explain(self.tables, key, amount)

    # --- talents

    def _talent(self, v: int) -> Talent:
        own, tables = self.own, self.tables
        naming = np.isin(tables.requirement_term, tables.vocabulary.broader_or_self(v))
        on = [a for a in own.booked if naming[tables.requirements_of(a)].any()]
        label, level = own.term(v), int(tables.own_level[ME, v])
        key = "talent_used" if on else "talent_unused"
        names = {"names": own.activities(on)} if on else {}
        return Talent(
            term=own.portfolio.vocabulary[v].id,
            label=label,
            level=level / 10,
            activities=own.ids(on),
            text=self.phrases(key, term=label, level=own.level(level), **names),
        )

    # --- what was not used

    def _not_used(self, statements: tuple[Statement, ...]) -> Iterator[NotUsed]:
        """The same whatever the values are, so that nothing is told of what HR alone may show."""
        say = self.phrases
        yield NotUsed(what="name", text=say("unused_name"))
        yield NotUsed(what="performance", text=say("unused_performance"))
        if not self._potential_used:
            yield NotUsed(what="potential", text=say("unused_potential"))
        if not self._money_used:
            yield NotUsed(what="rate", text=say("unused_rate"))
        asked = {*self.tables.requirement_term.tolist(), *self.tables.top_talents[ME]}
        used = {self._through(v) for v in asked if self.tables.base_level[ME, v]}
        for one in (*self.person.expertise, *self.person.talents):
            if self.tables.term_index[one.term] not in used:
                text = say("unused_observation", term=self.own.label(one.term), **self._said(one))
                yield NotUsed(what=one.term, text=text)
        for said in statements:
            if not said.used:
                yield NotUsed(what=f"{said.sort}:{said.of}", text=f"{said.text}.")


def _by_points(reasons: Iterator[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda one: -one.points))
