"""The OpenAPI description: what FastAPI knows of the routes, and their bodies, which they read themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.problems import (
    MEDIA_TYPE,
    TABLE,
    BadQuery,
    Forbidden,
    NotJson,
    ProblemDetails,
    Refusal,
    StoreAway,
    TooLarge,
    TooSlow,
    Unauthenticated,
    UnknownPath,
    Wrong,
    WrongType,
)
from service.settings import ServiceSettings
from solver.rules import OF_EVERY_SOFT_RULE, RULES

SCHEMAS = "#/components/schemas/"
STREAM = "text/event-stream"
#: what every route with a body may refuse
OF_BODIES = (NotJson, TooSlow, TooLarge, WrongType, Wrong)
#: what every route under /v1 may refuse
OF_ACCESS = (Unauthenticated, Forbidden, StoreAway)
#: what every route that asks the store may refuse
OF_STORE = (StoreAway,)
#: model of an answer → fields that are left out for roles that may not see them (`service.visible`)
LEFT_OUT = {
    "Proposal": ("people", "unfilled", "hires", "score_card", "warnings", "conflict", "talent_balance"),
    "Run": ("objective", "bound"),
    "BookingLine": ("fit", "reason"),
    "LearningLine": ("from", "mentor", "mentor_hours_by_period"),
    "PersonLine": ("top_talents_used", "top_talents_unused"),
    "Hire": ("cost",),
    "ScoreCard": ("total",),
    "Conflict": ("ways_out",),
    "WayOut": ("text", "objective", "bound", "money", "costs"),
    "WhyNot": ("sentences",),
    "Alternatives": ("limit", "sentences"),
    "Alternative": ("sentences",),
    "Difference": ("cost",),
}


def body(model: type[BaseModel], example: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads a body of this model itself; also its `responses` need `OF_BODIES`."""
    content = {"schema": {"$ref": SCHEMAS + model.__name__}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}, **more}


def success(
    example: Any, description: str, status: int = 200, texts: Mapping[str, str] | None = None
) -> dict[int | str, dict[str, Any]]:
    """What a route answers when all is well; texts: media types that it gives beside JSON, each with an example."""
    content: dict[str, Any] = {"application/json": {"example": example}}
    content |= {kind: {"schema": {"type": "string"}, "example": text} for kind, text in (texts or {}).items()}
    return {status: {"description": description, "content": content}}


def of_type(media_type: str, example: str, description: str) -> dict[int | str, dict[str, Any]]:
    """The 200 of a route that answers text of another type than JSON."""
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"description": description, "content": content}}


def stream(example: str, description: str) -> dict[int | str, dict[str, Any]]:
    """The 200 of a route that answers server-sent events: text to some clients, objects to others."""
    content = {"schema": {"description": "each with id, event and data, which is JSON"}, "example": example}
    return {200: {"description": description, "content": {STREAM: content}}}


def without_content(description: str) -> dict[int | str, dict[str, Any]]:
    """The 204 of a route."""
    return {204: {"description": description}}


def refusals(*classes: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for what it may refuse, with an example for each."""
    responses: dict[int | str, dict[str, Any]] = {}
    for sort in (TABLE[each] for each in classes):
        example = {"summary": sort.title, "value": sort.body(sort.detail, sort.errors)}
        said = {name: {"description": says, "schema": {"type": "string"}} for name, says in sort.headers.items()}
        if sort.status in responses:
            told = responses[sort.status]
            told["description"] += f"; {sort.title[0].lower()}{sort.title[1:]}"
            told["content"][MEDIA_TYPE]["examples"][sort.code] = example
        else:
            content = {"schema": {"$ref": SCHEMAS + ProblemDetails.__name__}, "examples": {sort.code: example}}
            responses[sort.status] = told = {"description": sort.title, "content": {MEDIA_TYPE: content}}
        if said:
            told["headers"] = told.get("headers", {}) | said
    return responses


def describe(app: FastAPI, settings: ServiceSettings, bodies: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """The whole description; `bodies`: the models named in `body`."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    _, read = models_json_schema([(model, "validation") for model in bodies], ref_template=SCHEMAS + "{model}")
    _, told = models_json_schema([(ProblemDetails, "serialization")], ref_template=SCHEMAS + "{model}")
    schemas = document["components"]["schemas"]
    schemas |= read["$defs"] | told["$defs"]
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own 422, which no route of ours gives
        schemas.pop(name, None)
    for name, path in document["paths"].items():
        for operation in path.values():
            answers = operation["responses"]
            if "application/json" in answers.get("422", {}).get("content", {}):
                del answers["422"]
            if not name.startswith("/health/"):
                of_path = (UnknownPath,) if "{" in name else ()
                of_query = (BadQuery,) if name.startswith("/v1/") else ()
                for status, told in refusals(*OF_ACCESS, *of_path, *of_query).items():
                    answers.setdefault(str(status), told)
                operation["security"] = [{}, {"key": []}]
    document["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "a key of `staffing keys add`, or a token of the OpenID Connect provider; a service without "
            "keys answers its own machine alone, and asks for none",
        }
    }
    for name, fields in LEFT_OUT.items():
        schemas[name]["required"] = [one for one in schemas[name]["required"] if one not in fields]
    _short_forms(schemas)
    _rules(schemas)
    _limits(schemas, settings)
    return _named(document)


def _named(document: dict[str, Any]) -> dict[str, Any]:
    """Schemas of one name are told apart by a word for their module, so that generated clients have them all."""
    text = json.dumps(document)
    for long in (name for name in document["components"]["schemas"] if "__" in name):
        *_, module, name = long.split("__")
        text = text.replace(f'"{long}"', f'"{_word(module)}{name}"').replace(f'/{long}"', f'/{_word(module)}{name}"')
    named: dict[str, Any] = json.loads(text)
    for name, schema in named["components"]["schemas"].items():
        schema["title"] = name
    return named


def _word(module: str) -> str:
    return "".join(part.capitalize() for part in module.split("_"))


def _short_forms(schemas: dict[str, Any]) -> None:
    """Observations may be written as an object, `{term: level}`."""
    level = schemas["Observation"]["properties"]["level"]
    for field in ("expertise", "talents"):
        long = schemas["Person"]["properties"][field]
        kept = {key: long.pop(key) for key in ("type", "items")}
        long["anyOf"] = [kept, {"type": "object", "additionalProperties": {**level, "title": "Level"}}]


def _rules(schemas: dict[str, Any]) -> None:
    """What a policy may say of each rule."""
    general = {
        "weight": {"type": "integer", "minimum": 0, "maximum": 100_000},
        "mode": {"enum": ["soft", "hard", "off"]},
        "tolerance": {"type": "number", "minimum": 0},
    }
    assert general.keys() == set(OF_EVERY_SOFT_RULE)
    rules = {}
    for rule in RULES:
        own = rule.Settings.model_json_schema().get("properties", {})
        properties = own if rule.hard else {**general, **own}
        rules[rule.name] = {"type": "object", "properties": properties, "additionalProperties": False}
    described = schemas["Policy"]["properties"]["rules"]
    described |= {"properties": rules, "additionalProperties": False}


def _limits(schemas: dict[str, Any], settings: ServiceSettings) -> None:
    """The longest time limit is a setting of the service."""
    seconds = schemas["Settings"]["properties"]["seconds"]
    seconds["maximum"] = settings.solve_seconds
    seconds["default"] = min(seconds["default"], settings.solve_seconds)
