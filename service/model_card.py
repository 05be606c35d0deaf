"""The model card, for a works council: every rule, weight and data field, made from what the code runs on."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Literal

from pydantic import BaseModel, Field

from service.columns import LAYOUTS, Column, Layout
from service.model_card_nl import NL
from service.visible import OWN_WORDS, REVIEW
from solver.presets import PRESETS
from solver.rules import RULES

Language = Literal["en", "nl"]

PURPOSE = (
    "It proposes who works on what, for how many hours, from people's expertise, talents, energy and wishes and from "
    "what the work asks for. It does not assess people, does not rank them, and does not learn from past plans: every "
    "proposal follows from the rules and weights below alone."
)
NEVER = (
    "Age, birth, gender, origin, religion, health, family, sexual orientation, politics and union membership have no "
    "field, and data with such a field are refused. Performance and potential are used only where the policy says so."
)
DECIDE = (
    "A proposal is a proposal: people accept, reject or override it, with their reasons, and nothing is booked by "
    "itself. All can read what was used about them, where each level comes from and what would change the "
    "outcome, and can contest a level. Who did what stands in a log that shows when it was tampered with."
)


class CardRule(BaseModel):
    """A rule; `weight` where a policy says nothing, 0 for a hard one."""

    name: str
    title: str
    says: str
    hard: bool
    weight: int


class CardPreset(BaseModel):
    """A preset, and the weights that it sets otherwise than by default."""

    name: str
    because: str
    weights: dict[str, int]


class CardField(BaseModel):
    """A data field of a portfolio; `path` is its place in a record of the list."""

    name: str
    path: str
    meaning: str
    seen_by: str


class CardData(BaseModel):
    """A list of a portfolio, with all its fields."""

    name: str
    meaning: str
    fields: list[CardField]


class ModelCard(BaseModel):
    """What the service does with people's data, and by which rules."""

    language: Language
    title: str
    purpose: str
    never: str
    decide: str
    rules: list[CardRule]
    presets: list[CardPreset]
    data: list[CardData] = Field(description="every field of a portfolio")


def model_card(language: Language = "en") -> ModelCard:
    """The card in a language."""
    say = _say(language)
    rules = [
        CardRule(
            name=rule.name,
            title=say(rule.title),
            says=say(_first_sentence(sys.modules[rule.__module__].__doc__)),
            hard=rule.hard,
            weight=rule.default_weight,
        )
        for rule in RULES
    ]
    presets = [
        CardPreset(name=one.name, because=say(one.because), weights=dict(one.weights)) for one in PRESETS.values()
    ]
    data = [
        CardData(
            name=layout.name,
            meaning=say(layout.meaning),
            fields=[
                CardField(name=one.name, path=one.path, meaning=say(one.meaning), seen_by=say(_seen_by(layout, one)))
                for one in layout.columns
            ],
        )
        for layout in LAYOUTS
    ]
    return ModelCard(
        language=language,
        title=say("Model card of the staffing service"),
        purpose=say(PURPOSE),
        never=say(NEVER),
        decide=say(DECIDE),
        rules=rules,
        presets=presets,
        data=data,
    )


def to_markdown(card: ModelCard) -> str:
    """The card as a page."""
    return "\n".join(_lines(card, _say(card.language))) + "\n"


def _lines(card: ModelCard, say: Callable[[str], str]) -> Iterator[str]:
    yield f"# {card.title}"
    for heading, text in (
        ("What it is for", card.purpose),
        ("What it never uses", card.never),
        ("People decide", card.decide),
    ):
        yield from ("", f"## {say(heading)}", "", text)
    yield from ("", f"## {say('Rules')}", "")
    yield from _table([say("rule"), say("what it wants"), say("kind"), say("weight")])
    for rule in card.rules:
        yield _row([f"{rule.title} (`{rule.name}`)", rule.says, say("hard" if rule.hard else "soft"), str(rule.weight)])
    yield from ("", f"## {say('Presets')}", "")
    yield from _table([say("preset"), say("what for"), say("other weights")])
    for preset in card.presets:
        weights = ", ".join(f"`{name}` {weight}" for name, weight in preset.weights.items())
        yield _row([f"`{preset.name}`", preset.because, weights])
    yield from ("", f"## {say('Data')}")
    for data in card.data:
        yield from ("", f"### `{data.name}`", "", f"{data.meaning[0].upper()}{data.meaning[1:]}.", "")
        yield from _table([say("field"), say("meaning"), say("who sees it")])
        yield from (_row([f"`{one.name}`", one.meaning, one.seen_by]) for one in data.fields)


def _table(headings: list[str]) -> Iterator[str]:
    yield _row(headings)
    yield _row(["---"] * len(headings))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seen_by(layout: Layout, column: Column) -> str:
    """The same as `service.visible` does."""
    if layout.name in OWN_WORDS:
        return "HR, the person; others only as the fit that results"
    if layout.name == "people":
        if column.name in REVIEW:
            return "HR"
        if column.name == "rate":
            return "HR, planners of the own units"
        return "HR, planners, leads" if column.name in ("id", "name", "unit") else "HR, planners"
    if layout.name in ("projects", "activities", "requirements", "bookings"):
        return "HR, planners, leads of the project"
    return "HR, planners, leads" if layout.name in ("vocabulary", "goals", "units") else "HR, planners"


def _say(language: Language) -> Callable[[str], str]:
    return NL.__getitem__ if language == "nl" else str


def _first_sentence(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())
