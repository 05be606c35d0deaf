"""A proposal as the page shows it: the same record, arranged for the eye, in the words of one language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from markupsafe import Markup

from service.page.drawing.bars import balance, share
from service.page.drawing.heat import Cell, Heading, Heat, heat
from service.page.drawing.time import Bar, Layer, calendar, colour_of, load
from service.page.sentences import Sentences
from service.page.tongue import Tongue
from service.words import Names
from solver.portfolio import Activity, Person, Portfolio, Requirement
from solver.proposal import Balance, BookingLine, LearningLine, PersonLine, Proposal, RuleScore, Unfilled
from solver.rules import BY_NAME
from solver.tables import Tables

#: how people and activities may be put in order, and what the choice is called
PEOPLE_ORDERS: Mapping[str, tuple[str, str]] = {
    "unit": ("unit", "afdeling"),
    "work": ("what they work on", "waar ze aan werken"),
    "name": ("name", "naam"),
    "load": ("load", "bezetting"),
}
ACTIVITY_ORDERS: Mapping[str, tuple[str, str]] = {
    "project": ("project", "project"),
    "kind": ("kind of work", "soort werk"),
    "time": ("time", "tijd"),
    "open": ("what is lacking", "wat ontbreekt"),
}
#: states of the talent balance, the most urgent first
STATES = ("missing", "short", "surplus", "unused", "balanced")
#: more people than this are put in the order of their work at first: among many a map is empty where one looks
MANY = 40
#: things to look at that are told above everything else
MOST_NOTES = 5
#: bookings of a decision that are told by name
MOST_DECIDED = 3


Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Order:
    """How people and activities are put in order, and of which unit and project they are; no id is all of them."""

    people: str
    activities: str
    unit: str = ""
    project: str = ""


@dataclass(frozen=True)
class Note:
    """Something to look at: how urgent, in a sentence, and where it leads."""

    sort: str
    text: str
    href: str


@dataclass(frozen=True)
class Ask:
    """A requirement, the level asked for, the level somebody has, and whether that meets it."""

    name: str
    dimension: str
    level: int
    has: float
    met: bool


@dataclass(frozen=True)
class Line:
    """A line of a list with a picture."""

    id: str
    name: str
    about: str
    href: str
    picture: Markup


class View:
    """One proposal of a portfolio; `base` is its address, below which the cards of people and activities are."""

    colour_of = staticmethod(colour_of)

    def __init__(self, portfolio: Portfolio, proposal: Proposal, t: Tongue, base: str) -> None:
        self.portfolio, self.proposal, self.t, self.base = portfolio, proposal, t, base
        self.names = Names(portfolio, t.language)
        self.people: dict[str, Person] = {one.id: one for one in portfolio.people}
        self.activities: dict[str, Activity] = {one.id: one for one in portfolio.activities}
        self.projects = {one.id: one for one in portfolio.projects}
        self.units = {one.id: one.name for one in portfolio.units}
        self.lines: dict[str, PersonLine] = {one.person: one for one in proposal.people}
        self.sentences = Sentences(portfolio, t)

    # --- names and addresses

    def href(self, what: str, id: str) -> str:
        """The address of a card: `href("people", "p01")`."""
        return f"{self.base}/{what}/{quote(id, safe='')}"

    def cell_href(self, person: str, activity: str) -> str:
        """The address of what a booking, or an empty cell, is about."""
        return f"{self.base}/cell?{urlencode({'person': person, 'activity': activity})}"

    def pair(self, pair: str) -> str:
        """Person and activity of a booking by name, of which the ids are `person activity`."""
        person, _, activity = pair.partition(" ")
        who = self.names.person(person) if person in self.people else person
        return f"{who}, {self.names.activity(activity) if activity in self.activities else activity}"

    def decided(self, bookings: Sequence[Mapping[str, Any]]) -> str:
        """The bookings of a decision, each with the hours where it says others; of many a few."""
        t, told = self.t, []
        for one in bookings[:MOST_DECIDED]:
            pair = one["person"], one["activity"]
            proposed = sum(line.hours for line in self.of_person.get(pair[0], []) if line.activity == pair[1])
            instead = t(
                ": {hours} instead of {proposed}",
                ": {hours} in plaats van {proposed}",
                hours=t.hours(one.get("hours", 0)),
                proposed=t.number(proposed),
            )
            told.append(self.pair(" ".join(pair)) + (instead if "hours" in one else ""))
        rest = len(bookings) - len(told)
        return "; ".join(told) + (t("; and {n} more", "; en nog {n}", n=rest) if rest else "")

    def unit(self, person: Person) -> str:
        """The name of somebody's unit; nothing where there is none."""
        return self.units.get(person.unit or "", "")

    def project(self, activity: Activity) -> str:
        """The name of an activity's project."""
        return self.names.project(activity.project)

    def when(self, activity: Activity) -> str:
        """The days of an activity's window."""
        return self.t.span(self.portfolio.calendar, activity.window.first, activity.window.last)

    @cached_property
    def tables(self) -> Tables:
        """The tables of the portfolio."""
        return Tables.of(self.portfolio)

    @cached_property
    def periods(self) -> list[str]:
        """The day each period begins on."""
        calendar = self.portfolio.calendar
        return [self.t.period(calendar, period) for period in range(calendar.periods)]

    # --- what was booked

    @cached_property
    def bookings(self) -> tuple[BookingLine, ...]:
        """All bookings."""
        return self.proposal.bookings or ()

    @cached_property
    def of_person(self) -> dict[str, list[BookingLine]]:
        """Bookings by person."""
        return _grouped(self.bookings, lambda one: one.person)

    @cached_property
    def of_activity(self) -> dict[str, list[BookingLine]]:
        """Bookings by activity."""
        return _grouped(self.bookings, lambda one: one.activity)

    @cached_property
    def learning(self) -> dict[tuple[str, str], list[LearningLine]]:
        """Who learns on what."""
        return _grouped(self.proposal.learning, lambda one: (one.person, one.activity))

    @cached_property
    def guiding(self) -> dict[tuple[str, str], list[LearningLine]]:
        """Who guides on what."""
        guided = [one for one in self.proposal.learning if one.mentor is not None]
        return _grouped(guided, lambda one: (one.mentor or "", one.activity))

    @cached_property
    def asked(self) -> dict[str, int]:
        """Hours asked for per activity, in whole blocks."""
        return {one.id: self.portfolio.asked(one) for one in self.portfolio.activities}

    @cached_property
    def hours_asked(self) -> int:
        """All hours asked for."""
        return sum(self.asked.values())

    @cached_property
    def hours_booked(self) -> int:
        """All hours booked."""
        return sum(one.hours for one in self.bookings)

    @cached_property
    def lacking(self) -> dict[str, str]:
        """What each activity lacks, in a few words: hours first, then people."""
        found = {}
        for one in self.proposal.unfilled:
            parts = [f"−{self.t.hours(one.hours)}"] if one.hours else []
            people = (*one.expertise, *one.talents)
            parts += [f"{term.missing} × {self.names.term(term.term)} {term.level}" for term in people]
            found[one.activity] = " · ".join(parts)
        return found

    # --- the headline

    @property
    def status(self) -> str:
        """How the solve ended, in a sentence."""
        card = self.proposal.score_card
        if card is not None and card.broken:
            n = len(card.broken)
            return self.t.word("broken_one") if n == 1 else self.t.word("broken", n=n)
        run = self.proposal.run
        if run.status == "FEASIBLE":
            return f"{self.t.word('FEASIBLE')}, {self.t.word.far(run.gap, bool(self.portfolio.policy.tiers))}"
        return self.t.word(run.status)

    @cached_property
    def headline(self) -> str:
        """What the proposal comes to, in a sentence for somebody who reads nothing else."""
        t, open_hours = self.t, self.hours_asked - self.hours_booked
        short = sum(term.missing for one in self.proposal.unfilled for term in (*one.expertise, *one.talents))
        filled = (
            t("Every hour is staffed", "Elk uur is ingevuld")
            if open_hours <= 0
            else t("{n} are not staffed", "{n} zijn niet ingevuld", n=t.hours(open_hours))
        )
        if not short:
            return t(
                "{filled}, and every team has what the work asks for.",
                "{filled}, en elk team heeft wat het werk vraagt.",
                filled=filled,
            )
        what = t.count(short, ("person", "persoon"), ("people", "mensen"))
        join = t("but", "maar") if open_hours <= 0 else t("and", "en")
        return t(
            "{filled}, {join} teams lack {what} with what the work asks for.",
            "{filled}, {join} teams missen {what} met wat het werk vraagt.",
            filled=filled,
            join=join,
            what=what,
        )

    def notes(self) -> list[Note]:
        """What deserves a look, the most urgent first."""
        t, found = self.t, []
        by_state: dict[str, list[str]] = defaultdict(list)
        for line in self.proposal.talent_balance:
            by_state[line.state].append(self.names.term(line.term))
        if by_state["missing"]:
            said = t(
                "Nobody brings {terms} as the work asks.",
                "Niemand brengt {terms} zoals het werk vraagt.",
                terms=t.listed(by_state["missing"]),
            )
            found.append(Note("missing", said, self._tab("talents")))
        if by_state["short"]:
            said = t(
                "Too few hours of people with {terms}.",
                "Te weinig uren van mensen met {terms}.",
                terms=t.listed(by_state["short"]),
            )
            found.append(Note("short", said, self._tab("talents")))
        for one in () if self.proposal.talent_balance else self.open()[:2]:
            lacking = [self.names.term(term.term) for term in (*one.expertise, *one.talents)]
            if lacking:
                said = t(
                    "{activity} lacks {terms}.",
                    "{activity} mist {terms}.",
                    activity=self.names.activity(one.activity),
                    terms=t.listed(list(dict.fromkeys(lacking))),
                )
                found.append(Note("missing", said, f"{self.href('activities', one.activity)}#lacks"))
        hours = [(one.hours, one.activity) for one in self.proposal.unfilled if one.hours]
        for open_hours, activity in sorted(hours, reverse=True)[:2]:
            said = t(
                "{hours} of {activity} are open.",
                "{hours} van {activity} staan open.",
                hours=t.hours(open_hours),
                activity=self.names.activity(activity),
            )
            found.append(Note("short", said, f"{self.href('activities', activity)}#lacks"))
        lone = [finding for rule in self.rules if rule.name == "continuity" for finding in rule.findings]
        if lone:
            said = t(
                "{n} on one person.",
                "{n} aan één persoon.",
                n=t.count(
                    len(lone),
                    ("piece of critical work hangs", "stuk kritiek werk hangt"),
                    ("pieces of critical work hang", "stukken kritiek werk hangen"),
                ),
            )
            found.append(Note("short", said, f"{self._tab('score')}#continuity"))
        over = [one for one in self.lines.values() if (one.utilisation or 0) > 0.9]
        if over:
            said = t(
                "{n} planned for more than 90 % of their hours.",
                "{n} boven de 90 % van de uren.",
                n=t.count(len(over), ("person is", "persoon zit"), ("people are", "mensen zitten")),
            )
            found.append(Note("load", said, f"{self._tab('time')}&people=load"))
        learners = {one.person for one in self.proposal.learning}
        if learners:
            said = t(
                "{n} something new on the work, with a colleague.",
                "{n} iets nieuws in het werk, van een collega.",
                n=t.count(len(learners), ("person learns", "persoon leert"), ("people learn", "mensen leren")),
            )
            found.append(Note("good", said, self._tab("people")))
        return found[:MOST_NOTES]

    def _tab(self, name: str) -> str:
        return f"{self.base}?view={name}"

    # --- the map

    def heat(self, order: Order) -> Heat:
        """The people × activities map in the order asked for."""
        most = max((one.hours for one in self.bookings), default=1)
        cells = {(one.person, one.activity): self._cell(one, most) for one in self.bookings}
        return heat(
            self.person_headings(order),
            [self._activity_heading(one, order.activities) for one in self.ordered_activities(order)],
            cells,
            self.t("still lacking", "ontbreekt nog"),
        )

    def shown_people(self) -> list[Person]:
        """Everybody but candidates who are not taken on."""
        return [one for one in self.portfolio.people if one.candidate is None or one.id in self.lines]

    def order(self, people: str = "", activities: str = "", unit: str = "", project: str = "") -> Order:
        """The order asked for, where there is such a one."""
        usual = "work" if len(self.portfolio.people) > MANY else "unit"
        return Order(
            people if people in PEOPLE_ORDERS else usual,
            activities if activities in ACTIVITY_ORDERS else "project",
            unit if unit in self.units else "",
            project if project in self.projects else "",
        )

    def ordered_people(self, order: Order) -> list[Person]:
        """People of a unit, or all, by unit, work, name or load; those who work on the project come first."""
        units = {id: n for n, id in enumerate(self.units)}
        column = {one.id: n for n, one in enumerate(self.ordered_activities(order))}
        last = len(column)
        keys: dict[str, Callable[[Person], Any]] = {
            "unit": lambda one: units.get(one.unit or "", len(units)),
            "work": lambda one: min((column.get(line.activity, last) for line in self._lines_of(one)), default=last),
            "name": lambda one: one.name.casefold(),
            "load": lambda one: -self._load(one.id),
        }
        key = keys[order.people]
        those = [one for one in self.shown_people() if order.unit in ("", one.unit)]
        return sorted(those, key=lambda one: (not self._works_on(one, order.project), key(one)))

    def _lines_of(self, person: Person) -> list[BookingLine]:
        return self.of_person.get(person.id, [])

    def _works_on(self, person: Person, project: str) -> bool:
        return any(self.activities[one.activity].project == project for one in self._lines_of(person))

    def ordered_activities(self, order: Order) -> list[Activity]:
        """Activities of a project, or all, by project, kind, time, or what they lack."""
        projects = {id: n for n, id in enumerate(self.projects)}
        kinds = {kind: n for n, kind in enumerate(dict.fromkeys(one.kind for one in self.portfolio.activities))}
        missing = {one.activity: (-one.hours, -len(one.talents) - len(one.expertise)) for one in self.proposal.unfilled}
        keys: dict[str, Callable[[Activity], Any]] = {
            "project": lambda one: (projects[one.project], one.window.first, one.window.last),
            "kind": lambda one: (kinds[one.kind], one.window.first),
            "time": lambda one: (one.window.first, one.window.last),
            "open": lambda one: missing.get(one.id, (1, 1)),
        }
        those = (one for one in self.portfolio.activities if order.project in ("", one.project))
        return sorted(those, key=keys[order.activities])

    def _load(self, person: str) -> float:
        line = self.lines.get(person)
        return 0.0 if line is None or line.utilisation is None else line.utilisation

    def person_headings(self, order: Order) -> list[Heading]:
        """People as rows of the map."""
        return [self._person_heading(one, order) for one in self.ordered_people(order)]

    def _person_heading(self, person: Person, order: Order) -> Heading:
        name, href = self.names.person(person.id), self.href("people", person.id)
        group = self.unit(person) if order.people == "unit" else ""
        if order.project:
            on = self._works_on(person, order.project)
            group = self.t("works on it", "werkt eraan") if on else self.t("not on it", "niet erop")
        if not self.lines:  # what somebody does in all is not shown to everybody
            hours = sum(one.hours for one in self.of_person.get(person.id, []))
            return Heading(person.id, name, self.t.hours(hours), href, group)
        line = self.lines.get(person.id)
        about = f"{self.t.hours(line.hours if line else 0)} · {self.t.percent(self._load(person.id))}"
        return Heading(person.id, name, about, href, group, self._load(person.id))

    def _activity_heading(self, activity: Activity, by: str) -> Heading:
        about = f"{self.project(activity)}\n{self.t.hours(self.asked[activity.id])} · {self.when(activity)}"
        group = {"project": self.project(activity), "kind": activity.kind}.get(by, "")
        name, href = self.names.activity(activity.id), self.href("activities", activity.id)
        return Heading(activity.id, name, about, href, group, open=self._open(activity.id))

    def _open(self, activity: str) -> str:
        """What an activity lacks, with what there is room for first: hours, or else people in all."""
        hours, people = self.lacks(activity)
        lacking = self.lacking.get(activity, "")
        return f"{sum(people.values())} ✕ · {lacking}" if people and not hours else lacking

    def _cell(self, one: BookingLine, most: int) -> Cell:
        at = (one.person, one.activity)
        marks = ("◆" if at in self.guiding else "") + ("↗" if at in self.learning else "")
        said = f"{self.names.person(one.person)} – {self.names.activity(one.activity)}\n{self.booked(one)}"
        fit = one.fit
        return Cell(
            self.t.number(one.hours),
            one.hours / (most + 1),
            fit.expertise,
            fit.talent,
            marks,
            said,
            self.cell_href(*at),
        )

    def booked(self, one: BookingLine) -> str:
        """A booking in a few words."""
        t = self.t
        parts = [
            t.hours(one.hours),
            t("knows {n}", "kennis {n}", n=t.percent(one.fit.expertise)),
            t("talent {n}", "talent {n}", n=t.percent(one.fit.talent)),
            t.word(one.role),
        ]
        at = (one.person, one.activity)
        if at in self.learning:
            parts.append(
                t(
                    "learns {terms}",
                    "leert {terms}",
                    terms=t.listed([self.names.term(each.term) for each in self.learning[at]]),
                )
            )
        if at in self.guiding:
            parts.append(
                t(
                    "guides {names}",
                    "begeleidt {names}",
                    names=t.listed([self.names.person(each.person) for each in self.guiding[at]]),
                )
            )
        return " · ".join(parts)

    def lacks(self, activity: str) -> tuple[int, dict[str, int]]:
        """Open hours of an activity, and people missing per term."""
        found = [one for one in self.proposal.unfilled if one.activity == activity]
        people = {term.term: term.missing for one in found for term in (*one.expertise, *one.talents)}
        return sum(one.hours for one in found), people

    def asks(self, person: str, activity: str) -> list[Ask]:
        """What an activity asks for, held against a person's levels there."""
        tables = self.tables
        p = tables.person_index[person]
        found = []
        for r in tables.requirements_of(tables.activity_index[activity]):
            one = tables.requirements[r]
            dimension = "how" if tables.requirement_talent[r] else "what"
            has, met = int(tables.level[p, r]) / 10, bool(tables.meets[p, r])
            found.append(Ask(self.names.term(one.term), dimension, one.level, has, met))
        return found

    def requirements(self, activity: Activity) -> list[tuple[Requirement, str]]:
        """What an activity asks for, each with its dimension as colours know it."""
        return [(one, "what") for one in activity.expertise] + [(one, "how") for one in activity.talents]

    def booked_on(self, activity: str) -> int:
        """Hours booked on an activity."""
        return sum(one.hours for one in self.of_activity.get(activity, []))

    def lessons(self, person: str) -> list[str]:
        """What somebody learns or teaches, in sentences."""
        t, found = self.t, []
        for one in self.proposal.learning:
            words = {"term": self.names.term(one.term), "activity": self.names.activity(one.activity)}
            if one.person == person and one.mentor:
                words["name"] = self.names.person(one.mentor)
                found.append(
                    t("Learns {term} from {name} on {activity}", "Leert {term} van {name} bij {activity}", **words)
                )
            elif one.person == person:
                found.append(t("Learns {term} on {activity}", "Leert {term} bij {activity}", **words))
            elif one.mentor == person:
                words["name"] = self.names.person(one.person)
                found.append(
                    t("Guides {name} in {term} on {activity}", "Begeleidt {name} in {term} bij {activity}", **words)
                )
        return found

    # --- in time

    def loads(self, order: Order) -> list[Line]:
        """Everybody's load per period against what is available."""
        return [self.load(one) for one in self.ordered_people(order)]

    @cached_property
    def _colour(self) -> dict[str, int]:
        return {project: n for n, project in enumerate(self.projects)}

    def load(self, person: Person) -> Line:
        """One person's load per period."""
        t, tables = self.t, self.tables
        p, T = tables.person_index[person.id], self.portfolio.calendar.periods
        hours: dict[str, list[int]] = {}
        for one in self.of_person.get(person.id, []):
            activity = self.activities[one.activity]
            layer = hours.setdefault(activity.project, [0] * T)
            for i, n in enumerate(one.by_period):
                layer[activity.window.first + i] += n
        layers = [
            Layer(self.names.project(project), self._colour[project], hours[project])
            for project in self.projects
            if project in hours
        ]
        if any(self.mentor_hours(person.id)):
            layers.append(Layer(t("guiding", "begeleiden"), -1, self.mentor_hours(person.id)))
        line = self.lines.get(person.id)
        about = (
            t("no work", "geen werk")
            if line is None or not line.hours
            else f"{t.hours(line.hours)} · {t.percent(self._load(person.id))}"
        )
        name = self.names.person(person.id)
        said = t(
            "Hours of {name} per {period}: {about}",
            "Uren van {name} per {period}: {about}",
            name=name,
            period=self.period_word,
            about=about,
        )
        drawn = load(tables.available[p].tolist(), layers, self.periods, said)
        return Line(person.id, name, about, self.href("people", person.id), drawn)

    def mentor_hours(self, person: str) -> list[int]:
        """Hours of guiding per period; a mentor gives them once per learner and activity."""
        found = [0] * self.portfolio.calendar.periods
        tasks = {(one.person, one.activity): one for one in self.proposal.learning if one.mentor == person}
        for (_, activity), one in tasks.items():
            first = self.activities[activity].window.first
            for i, n in enumerate(one.mentor_hours_by_period):
                found[first + i] += n
        return found

    def marks(self) -> list[str]:
        """A few days along the time there is, the first and the last among them."""
        last = len(self.periods) - 1
        return [self.periods[n] for n in dict.fromkeys(round(last * part / 4) for part in range(5))]

    @property
    def period_word(self) -> str:
        """What a period is called."""
        words = {"day": ("day", "dag"), "week": ("week", "week"), "month": ("month", "maand")}
        return self.t(*words[self.portfolio.calendar.period])

    def calendars(self, order: Order) -> list[Line]:
        """Per project when its activities are worked on."""
        found = []
        activities = _grouped(self.ordered_activities(replace(order, activities="project")), lambda one: one.project)
        for project in self.portfolio.projects:
            those = activities.get(project.id)
            if those:
                found.append(self._calendar(project.id, those))
        return found

    def _calendar(self, project: str, those: Sequence[Activity]) -> Line:
        t, bars = self.t, []
        for one in those:
            hours = [
                sum(line.by_period[i] for line in self.of_activity.get(one.id, []))
                for i in range(one.window.last - one.window.first + 1)
            ]
            said = f"{one.name}\n{t.hours(sum(hours))} / {t.hours(self.asked[one.id])} · {self.when(one)}"
            bars.append(
                Bar(
                    self.names.activity(one.id),
                    said,
                    self.href("activities", one.id),
                    one.window.first,
                    hours,
                    self.asked[one.id],
                )
            )
        booked, asked = sum(sum(bar.hours) for bar in bars), sum(bar.asked for bar in bars)
        name, about = self.names.project(project), t.word("staffed", hours=t.number(booked), asked=t.number(asked))
        said = t(
            "Activities of {name} in time: {about}",
            "Activiteiten van {name} in de tijd: {about}",
            name=name,
            about=about,
        )
        return Line(project, name, about, "", calendar(bars, self.periods, self._colour[project], said))

    # --- talents, scores

    def balance(self) -> list[tuple[Balance, str, Markup]]:
        """Every line of the talent balance with the label of its term, what is missing and in surplus first."""
        lines = sorted(
            self.proposal.talent_balance,
            key=lambda one: (
                STATES.index(one.state),
                one.dimension == "expertise",
                one.supply_hours - one.demand_hours,
            ),
        )
        most = max([1.0, *(one.demand_hours for one in lines)]) * 1.6
        return [
            (one, self.names.term(one.term), balance(one.demand_hours, one.supply_hours, most, one.state))
            for one in lines
        ]

    def open(self) -> list[Unfilled]:
        """What stays unfilled, the most first."""
        return sorted(self.proposal.unfilled, key=lambda one: (-one.hours, -len(one.expertise) - len(one.talents)))

    def widest(self, line: PersonLine) -> str:
        """The kind of work that takes most of somebody's hours."""
        return max(line.kinds, key=lambda kind: line.kinds[kind])

    def terms(self, ids: Iterable[str]) -> str:
        """The labels of terms, in one list."""
        return self.t.listed([self.names.term(id) for id in ids])

    @cached_property
    def rules(self) -> tuple[RuleScore, ...]:
        """The lines of the score card."""
        return () if self.proposal.score_card is None else self.proposal.score_card.rules

    def costly(self) -> list[tuple[RuleScore, Markup]]:
        """Rules with something to tell, the most costly first, each with a bar of its part in the whole."""
        told = [one for one in self.rules if one.findings]
        most = max([1.0, *(one.cost for one in told)])
        return [
            (one, share(one.cost / most, "worse", 140)) for one in sorted(told, key=lambda one: (-one.hard, -one.cost))
        ]

    def quiet(self) -> list[str]:
        """The titles of rules with nothing to tell."""
        return [self.rule(one.name) for one in self.rules if not one.findings]

    def rule(self, name: str) -> str:
        """The title of a rule."""
        return self.sentences.rule(name, BY_NAME[name].title if name in BY_NAME else name)

    def about_href(self, about: Mapping[str, str]) -> str | None:
        """Where a finding leads: the booking, the activity or the person that it is about."""
        person, activity = about.get("person"), about.get("activity")
        if person in self.people and activity in self.activities:
            return self.cell_href(str(person), str(activity))
        if activity in self.activities:
            return self.href("activities", str(activity))
        return self.href("people", str(person)) if person in self.people else None

    def findings_of(self, what: str, id: str) -> list[tuple[RuleScore, str]]:
        """What the score card says of one person or activity, the most costly rules first."""
        return [
            (rule, self.sentences(finding.text))
            for rule, _ in self.costly()
            if rule.mode != "off" and (rule.weight or rule.hard)
            for finding in rule.findings
            if finding.about.get(what) == id
        ]


def _grouped(those: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    found: dict[Key, list[Item]] = defaultdict(list)
    for one in those:
        found[key(one)].append(one)
    return dict(found)
