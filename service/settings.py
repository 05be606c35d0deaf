"""The settings of the service, from the environment: `STAFFING_` and the name of the field in capitals."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "STAFFING_"


def _cores() -> int:
    return os.cpu_count() or 1


class SettingsInvalid(Exception):
    """A variable of the environment is not right; the message names each, its value and what would be right."""


class ServiceSettings(BaseModel):
    """What the service allows; every number is bounded, so that one request cannot take everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=1024**3, description="largest body of a request, bytes")
    body_seconds: float = Field(30.0, gt=0, le=3600, description="time in which a whole body must have arrived")
    solve_seconds: float = Field(300.0, ge=1, le=86_400, description="longest time limit that a solve may ask for")
    solves_at_once: int = Field(default_factory=_cores, ge=1, le=256, description="solves that run at the same time")
    solves_waiting: int = Field(8, ge=0, le=1000, description="solves that may wait for their turn; more are refused")
    turn_seconds: float = Field(60.0, gt=0, le=3600, description="longest time that a solve waits for its turn")

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> ServiceSettings:
        """The settings in an environment; raises SettingsInvalid naming every variable that is wrong."""
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        try:
            return cls.model_validate(given)
        except ValidationError as invalid:
            lines = [
                f"{PREFIX}{str(found['loc'][0]).upper()} is {found['input']!r}: {found['msg']}"
                for found in invalid.errors(include_url=False)
            ]
            raise SettingsInvalid("\n".join(lines)) from None
