"""What the service can do, in words: rules and presets."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service import examples
from service.openapi import success
from solver.fields import Kind
from solver.presets import PRESETS
from solver.rules import RULES
from solver.rules.base import Rule

router = APIRouter()

JsonType = Literal["integer", "number", "string"]


class RuleSetting(BaseModel):
    """A number or word of a rule that a policy may set."""

    name: str
    type: JsonType
    default: Any
    expected: str = Field(description="what would be right")
    description: str = Field(description="what it does, among the settings of the rule")


class RuleInfo(BaseModel):
    """A rule of the model."""

    name: str = Field(description="stable slug, as in policies and score cards")
    title: str
    says: str = Field(description="what it wants, in a sentence")
    measure: str = Field(description="what is measured, exactly")
    hard: bool = Field(description="whether no proposal ever breaks it; a soft rule costs weight × amount")
    unit: str = Field(description="of what it measures")
    weight: int = Field(description="the weight where a policy says nothing; 0 for a hard rule")
    about: list[str] = Field(description="what each of its findings is about")
    settings: list[RuleSetting]


class RuleList(BaseModel):
    """All rules, hard ones first, as on a score card."""

    items: list[RuleInfo]
    next: None


class PresetInfo(BaseModel):
    """A named table of weights."""

    name: str
    because: str = Field(description="what it is for")
    weights: dict[str, int] = Field(description="of every soft rule")


class PresetList(BaseModel):
    """All presets."""

    items: list[PresetInfo]
    next: None


@router.get(
    "/rules",
    operation_id="list_rules",
    summary="The rules",
    responses=success(examples.RULES, "Every rule, hard and soft alike"),
)
async def list_rules() -> RuleList:
    """Every rule, hard and soft alike, with its unit, default weight and settings."""
    return RuleList(items=list(_rules()), next=None)


@router.get(
    "/presets",
    operation_id="list_presets",
    summary="The presets",
    responses=success(examples.PRESETS, "Every preset"),
)
async def list_presets() -> PresetList:
    """Every preset with the weights of all soft rules."""
    defaults = {rule.name: rule.default_weight for rule in RULES if not rule.hard}
    items = [
        PresetInfo(name=preset.name, because=preset.because, weights=defaults | preset.weights)
        for preset in PRESETS.values()
    ]
    return PresetList(items=items, next=None)


@cache
def _rules() -> tuple[RuleInfo, ...]:
    return tuple(_described(rule) for rule in RULES)


def _described(rule: type[Rule]) -> RuleInfo:
    """The sentence of a rule stands atop its file, what it measures atop its class."""
    return RuleInfo(
        name=rule.name,
        title=rule.title,
        says=_first_paragraph(sys.modules[rule.__module__].__doc__),
        measure=_first_paragraph(rule.__doc__),
        hard=rule.hard,
        unit=rule.unit,
        weight=rule.default_weight,
        about=list(rule.about),
        settings=_settings(rule),
    )


def _settings(rule: type[Rule]) -> list[RuleSetting]:
    schema = rule.Settings.model_json_schema().get("properties", {})
    found = []
    for field_name, field in rule.Settings.model_fields.items():
        name = field.alias or field_name
        kinds = [kind.expected for kind in field.metadata if isinstance(kind, Kind)]
        expected = kinds[0] if kinds else f"one of {', '.join(schema[name]['enum'])}"
        found.append(
            RuleSetting(
                name=name,
                type=schema[name]["type"],
                default=field.default,
                expected=expected,
                description=_first_paragraph(rule.Settings.__doc__),
            )
        )
    return found


def _first_paragraph(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())
