"""What a service told somebody, back in the form of its record, whatever their role may not see.

Such fields are left out of answers. Here they stand as nothing: no items, null, or NaN where there is no other nothing,
which is never taken for a value and is shown as a dot.
"""

from __future__ import annotations

import math
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from scenarios.studies.base import StudyResult
from scenarios.studies.registry import BY_KIND

Record = TypeVar("Record", bound=BaseModel)


def filled(record: type[Record], told: Any) -> Record:
    """The record; raises ValidationError where what lacks, or what is there, is not a matter of roles."""
    return record.model_validate(_filled(record, told))


def study_of(told: dict[str, Any]) -> StudyResult:
    """The result of a study, with a finding of its kind."""
    found = told.get("found")
    result = filled(StudyResult, {**told, "found": None})
    if found is None:
        return result
    return result.model_copy(update={"found": filled(BY_KIND[told["study"]["kind"]].finding, found)})


def _filled(kind: Any, told: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(told, dict):
        there = dict(told)
        for name, field in kind.model_fields.items():
            written = field.alias or name
            if written in there:
                there[written] = _filled(field.annotation, there[written])
            elif field.is_required():
                there[written] = _nothing(field.annotation)
        return there
    arms = get_args(kind)
    if get_origin(kind) is Annotated:
        return _filled(arms[0], told)
    if get_origin(kind) in (Union, UnionType):
        models = [arm for arm in arms if isinstance(arm, type) and issubclass(arm, BaseModel)]
        return _filled(models[0], told) if len(models) == 1 and told is not None else told
    if get_origin(kind) in (tuple, list) and isinstance(told, list):
        return [_filled(arms[0], one) for one in told]
    return told


def _nothing(kind: Any) -> Any:
    """No items, null, or no number; words that were left out are none. Of a record, each of its fields likewise."""
    arms = get_args(kind)
    if get_origin(kind) is Annotated:
        return _nothing(arms[0])
    if type(None) in arms or kind is None:
        return None
    if get_origin(kind) in (tuple, list):
        return []
    if get_origin(kind) is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind, {})
    return {float: math.nan, str: ""}.get(kind)
