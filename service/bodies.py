"""Bodies that are one small model as a whole; what is wrong in them is told at once, like that of larger ones."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from service.reader import Body
from solver.references import plain

Model = TypeVar("Model", bound=BaseModel)


def whole(raw: bytes, model: type[Model]) -> Model:
    """The body as a model; raises NotJson or Wrong."""
    asked = Body(raw, model)
    given = {name: asked.get(name) for name in model.model_fields if asked.get(name, ...) is not ...}
    try:
        made = model.model_validate(given)
    except ValidationError as invalid:
        for found in invalid.errors(include_url=False):
            if found["type"] == "missing" and len(found["loc"]) == 1:
                continue  # known already
            code, expected = plain(dict(found))
            asked.add("".join(f"/{step}" for step in found["loc"]), code, found["input"], expected)
        raise asked.refusal() from None
    if asked.problems:
        raise asked.refusal()
    return made
