"""The talent agreement: the sheet that a manager and an employee take into their conversation.

It says what one person would work on, which talents that uses, what is learned with whom, what gives and takes energy,
and what to talk about. It names the mentor or the learner, who are told of it too, and nobody else; levels, hours and
statements are those of the person alone. What it says is a proposal; what is agreed is written on it by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from scenarios.person import explanation
from scenarios.person_record import PersonExplanation, Reason
from scenarios.phrases import Phrases
from solver.portfolio import Portfolio
from solver.proposal import Figure, LearningLine, Part, PortfolioRef, Proposal
from solver.rules import BY_NAME, rules_of

#: questions on the sheet: more do not fit one conversation, nor one page
MOST_QUESTIONS = 7
#: questions about learning, so that others have a place as well
MOST_LESSONS = 2
#: findings that are asked about after all others
LAST = ("expertise_fit", "talent_fit")
#: (sort of lesson, whether there is somebody to learn with) → the question
_LESSON = {
    ("learns", True): "ask_learning",
    ("learns", False): "ask_learning_alone",
    ("guides", True): "ask_guiding",
}


class Work(Part):
    """An activity of the person."""

    activity: str
    name: str
    project: str
    hours: int
    when: str
    role: str


class Step(Part):
    """A term that is learned; the learner's level only where the sheet is the learner's."""

    term: str
    level: Figure | None
    toward: int


class Lesson(Part):
    """What is learned from, or taught to, a named person on an activity; `hours` are those of guidance."""

    sort: Literal["learns", "guides"]
    activity: str
    steps: tuple[Step, ...]
    with_: str | None = Field(alias="with")
    hours: int
    text: str


class Agreement(Part):
    """The sheet, ready to be written; `text` fields are whole phrases in the language."""

    format: Literal["staffing-agreement/1"]
    portfolio: PortfolioRef
    language: str
    person: str
    name: str
    unit: str | None
    plan: str
    period: str
    load: str
    made: str
    work: tuple[Work, ...]
    talents_used: tuple[str, ...]
    talents_unused: tuple[str, ...]
    learning: tuple[Lesson, ...]
    energy: tuple[str, ...]
    questions: tuple[str, ...]


def agreement(portfolio: Portfolio, proposal: Proposal, person_id: str, language: str = "en") -> Agreement:
    """The talent agreement of one person.

    language: en or nl, else ValueError. Raises PortfolioInvalid for an unknown person, or where the proposal names work
    that the portfolio does not have.
    """
    told = explanation(portfolio, proposal, person_id, language)
    say = Phrases(language)
    person = next(one for one in portfolio.people if one.id == person_id)
    units = {unit.id: unit.name for unit in portfolio.units}
    lessons = tuple(_lessons(portfolio, proposal, told, say))
    return Agreement(
        format="staffing-agreement/1",
        portfolio=told.portfolio,
        language=language,
        person=person_id,
        name=told.name,
        unit=None if person.unit is None else units[person.unit],
        plan=portfolio.name,
        period=say.span(portfolio.calendar, 0, portfolio.calendar.periods - 1),
        load=say(
            "agree_load",
            hours=say.number(told.hours),
            available=say.number(told.available_hours),
            share=say.percent(told.utilisation or 0),
        ),
        made=say("agree_made", name=told.name),
        work=tuple(_work(told, say)),
        talents_used=tuple(
            say("brings", term=one.label, names=say.listed(_names(told, one.activities))) for one in told.talents_used
        ),
        talents_unused=tuple(say("rests", term=one.label) for one in told.talents_unused),
        learning=lessons,
        energy=tuple(_energy(told, say)),
        questions=tuple(_questions(portfolio, told, lessons, say)),
    )


def _work(told: PersonExplanation, say: Phrases) -> Iterator[Work]:
    for one in told.activities:
        role = say(one.role) + (f", {say('own_account')}" if one.responsibility else "")
        yield Work(activity=one.activity, name=one.name, project=one.project, hours=one.hours, when=one.when, role=role)


def _names(told: PersonExplanation, activities: tuple[str, ...]) -> list[str]:
    return [one.name for one in told.activities if one.activity in activities]


def _lessons(portfolio: Portfolio, proposal: Proposal, told: PersonExplanation, say: Phrases) -> Iterator[Lesson]:
    """A mentor gives hours per learner and activity, however many terms are learned there: one lesson each.

    The person's own learning comes first.
    """
    people = {one.id: one.name for one in portfolio.people}
    activities = {one.id: one.name for one in portfolio.activities}
    lines: dict[tuple[bool, str | None, str], list[LearningLine]] = {}
    for line in proposal.learning:
        if told.person in (line.person, line.mentor):
            learns = line.person == told.person
            lines.setdefault((learns, line.mentor if learns else line.person, line.activity), []).append(line)
    for (learns, other, activity), learned in sorted(lines.items(), key=lambda line: not line[0][0]):
        steps = tuple(
            Step(term=line.term, level=line.from_ if learns else None, toward=line.toward) for line in learned
        )
        labels = [_step(portfolio, step, say) for step in steps]
        hours = sum(learned[0].mentor_hours_by_period)
        key = "guides" if not learns else "alone" if other is None else "learns"
        yield Lesson(
            sort="learns" if learns else "guides",
            activity=activity,
            steps=steps,
            with_=None if other is None else people[other],
            hours=hours,
            text=say(
                f"lesson_{key}",
                term=say.listed(labels),
                name=None if other is None else people[other],
                activity=activities[activity],
                n=hours,
            ),
        )


def _step(portfolio: Portfolio, step: Step, say: Phrases) -> str:
    label = portfolio.label(step.term, say.language)
    return label if step.level is None else f"{label} ({say.number(step.level)} → {step.toward})"


def _energy(told: PersonExplanation, say: Phrases) -> Iterator[str]:
    """The work that gives and that takes energy, by the person's own words."""
    for key, sign in (("energy_gives", 1), ("energy_takes", -1)):
        on = [one for one in told.activities if sign * one.fit.energy > 0]
        if on:
            hours = sum(one.hours for one in on)
            yield say(key, names=say.listed([one.name for one in on]), n=say.number(hours))


def _questions(
    portfolio: Portfolio, told: PersonExplanation, lessons: tuple[Lesson, ...], say: Phrases
) -> Iterator[str]:
    """What to talk about: learning, talents and ambitions, then what weighs most, and always an open question."""

    def labels(terms: Iterable[str]) -> str:
        return say.listed([portfolio.label(term, say.language) for term in dict.fromkeys(terms)])

    asked = []
    for lesson in lessons[:MOST_LESSONS]:
        terms = labels(step.term for step in lesson.steps)
        asked.append(say(_LESSON[lesson.sort, lesson.with_ is not None], term=terms, name=lesson.with_))
    if told.talents_unused:
        asked.append(say("ask_talents", names=labels(one.term for one in told.talents_unused)))
    unmet = [one.of for one in told.statements if one.sort == "ambition" and not one.met]
    if unmet:
        asked.append(say("ask_ambition", names=labels(unmet)))
    heaviest = {one.rule: one for one in reversed(told.weighed_against)}
    order = sorted(heaviest.values(), key=lambda one: (one.rule in LAST, -one.points))
    asked += [question for one in order for question in _finding(portfolio, told, one, say)]
    yield from asked[: MOST_QUESTIONS - 1]
    yield say("ask_open")


def _finding(portfolio: Portfolio, told: PersonExplanation, one: Reason, say: Phrases) -> Iterator[str]:
    """The question that a finding raises, if there is one."""
    key, share = f"ask_{one.rule}", told.utilisation or 0
    if one.rule == "load_balance":
        [settings] = [rule.settings for rule in rules_of(portfolio.policy) if rule.name == one.rule]
        key += "_high" if share > settings.high else "_low"
    activity = next((work.name for work in portfolio.activities if work.id == one.about.get("activity")), "")
    trifle = BY_NAME[one.rule].unit == "hours" and one.amount < portfolio.block_hours
    if say.has(key) and not trifle:
        yield say(
            key,
            amount=say.number(one.amount),
            activity=activity,
            kind=one.about.get("kind", ""),
            share=say.percent(share),
            n=len(told.activities),
        )
