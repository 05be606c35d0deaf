"""The model card says what the code runs on, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.columns import LAYOUTS
from service.model_card import Language, model_card, to_markdown
from service.model_card_nl import NL
from service.visible import OWN_WORDS, REVIEW
from solver.presets import PRESETS
from solver.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("language", "page"), [("en", "model-card.md"), ("nl", "model-card.nl.md")])
def test_the_page_is_the_card(language: Language, page: str) -> None:
    """The page in the documents is what the service answers."""
    assert (DOCS / page).read_text(encoding="utf-8") == to_markdown(model_card(language))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_rule_weight_and_field_is_on_it(language: Language) -> None:
    """Nothing that the service weighs or knows is left out, and nothing else is told."""
    card = model_card(language)
    assert [(one.name, one.hard, one.weight) for one in card.rules] == [
        (rule.name, rule.hard, rule.default_weight) for rule in RULES
    ]
    assert {one.name: one.weights for one in card.presets} == {one.name: one.weights for one in PRESETS.values()}
    assert {(data.name, field.name) for data in card.data for field in data.fields} == {
        (layout.name, column.name) for layout in LAYOUTS for column in layout.columns
    }


def test_no_translation_is_left_over() -> None:
    """Every Dutch sentence stands on the Dutch card."""
    page = to_markdown(model_card("nl")).lower()
    assert [dutch for dutch in NL.values() if dutch.lower() not in page] == []


def test_it_says_who_sees_what() -> None:
    """The review is for HR, people's own words for HR and the person."""
    seen = {(data.name, one.name): one.seen_by for data in model_card().data for one in data.fields}
    assert {seen["people", name] for name in REVIEW} == {"HR"}
    assert {seen[name, "person"] for name in OWN_WORDS} == {"HR, the person; others only as the fit that results"}
