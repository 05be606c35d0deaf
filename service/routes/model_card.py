"""What works councils and planners may want to know of the service, in words."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel

from service import examples_record as examples
from service.model_card import Language, ModelCard, model_card, to_markdown
from service.openapi import refusals, success
from service.problems import BadQuery
from service.what_if import kinds_json

router = APIRouter()

MARKDOWN = "text/markdown"


class ChangeList(BaseModel):
    """All changes, each with `change`, `title`, `description` and the JSON Schema in `schema`."""

    items: list[dict[str, Any]]
    next: None


@router.get(
    "/changes",
    operation_id="list_changes",
    summary="The changes",
    responses=success(examples.CHANGES, "Every change that a scenario can make"),
)
def list_changes() -> ChangeList:
    """Every change with its fields, as a JSON Schema."""
    return ChangeList(items=kinds_json(), next=None)


@router.get(
    "/model-card",
    operation_id="get_model_card",
    summary="The model card",
    response_model=ModelCard,
    responses=success(
        examples.MODEL_CARD,
        "Every rule, weight and data field, in words",
        texts={MARKDOWN: "# Model card of the staffing service"},
    )
    | refusals(BadQuery),
)
def get_model_card(
    language: Annotated[Language, Query(description="English or Dutch")] = "en",
    accept: Annotated[str, Header(description="JSON or `text/markdown`")] = "*/*",
) -> Response:
    """For a works council: what the service uses, how it weighs it, and who sees what."""
    card = model_card(language)
    if MARKDOWN in accept:
        return Response(to_markdown(card), media_type=MARKDOWN)
    return Response(card.model_dump_json(), media_type="application/json")
