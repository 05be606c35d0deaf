"""The explanation for one person as a text to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scenarios.person_record import PersonExplanation, Reason
from scenarios.phrases import Phrases
from scenarios.plain import plain

#: statuses of proposals that have no bookings
NO_PLAN = ("INFEASIBLE", "NONE", "FAILED")


def escaped(text: str) -> str:
    """A text of the portfolio as Markdown shows it: one line, and no sign that Markdown acts upon."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", plain(text))


def as_markdown(told: PersonExplanation) -> str:
    """The explanation as a text to read."""
    return "\n".join(_lines(told, Phrases(told.language))) + "\n"


def _lines(told: PersonExplanation, say: Phrases) -> Iterator[str]:
    yield f"# {say('title', name=escaped(told.name))}"
    yield ""
    yield say("load", hours=say.number(told.hours), available=say.number(told.available_hours))
    if told.guiding:
        yield say("load_guiding", n=say.number(sum(one.hours for one in told.guiding)))
    sections = {
        "work": _work_lines(told, say),
        "for": _reason_lines(told.weighed_for, say),
        "against": _reason_lines(told.weighed_against, say),
        "talents": _talent_lines(told, say),
        "statements": [f"- {escaped(one.text)}." for one in told.statements],
        "levels": _level_lines(told, say),
        "facts": [f"- {escaped(one)}" for one in told.facts],
        "not_used": [f"- {escaped(one.text)}" for one in told.not_used],
        "changes": [f"- {escaped(one.text)}" for one in told.changes],
        "decision": [f"- {one}" for one in (*told.decision, told.left_out)],
    }
    for name, lines in sections.items():
        yield from ("", f"## {say(f'head_{name}')}", "")
        yield from lines or [say("nothing")]


def _work_lines(told: PersonExplanation, say: Phrases) -> list[str]:
    if told.status in NO_PLAN and not told.activities:
        return [say("no_plan")]
    lines = []
    for one in told.activities:
        what = f"**{escaped(one.name)}** ({escaped(one.project)})"
        does = say(one.role) + (f", {say('decides')}" if one.responsibility else "")
        lines.append(f"- {what}, {say.number(one.hours)} {say('h')}, {one.when}: {does}")
        fit = {"expertise": one.fit.expertise, "talent": one.fit.talent, "energy": one.fit.energy}
        lines.append(f"  - {say('fit', **{name: say.percent(share) for name, share in fit.items()})}")
        lines += [f"  - {escaped(asked.text)}" for asked in one.asks] or [f"  - {say('asks_nothing')}"]
    return lines + [f"- {escaped(one.text)}" for one in told.guiding] or [say("nothing_planned")]


def _reason_lines(reasons: Sequence[Reason], say: Phrases) -> list[str]:
    return [
        f"- {escaped(one.text)}: {say.counted('up_to' if one.at_most else 'points', one.points)}" for one in reasons
    ]


def _talent_lines(told: PersonExplanation, say: Phrases) -> list[str]:
    return [f"- {escaped(one.text)}" for one in (*told.talents_used, *told.talents_unused)] or [say("no_top_talents")]


def _level_lines(told: PersonExplanation, say: Phrases) -> list[str]:
    lines = []
    for one in told.levels:
        through = "" if one.through_label is None else f", {say('through', term=escaped(one.through_label))}"
        lines.append(f"- **{escaped(one.label)}** {say.number(one.level)}{through}")
        lines += [f"  - {seen.text}" for seen in one.observations]
        lines += [f"  - {escaped(trained.text)}" for trained in one.trainings]
    return lines
