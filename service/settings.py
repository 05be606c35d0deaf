"""The settings of the service, from the environment: `STAFFING_` and the name of the field in capitals."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from sqlalchemy import make_url

from service.access_settings import AccessSettings
from service.store.engine import url_of
from solver.references import plain

PREFIX = "STAFFING_"
LogFormat = Literal["console", "json"]


def _cores() -> int:
    return os.cpu_count() or 1


class SettingsInvalid(Exception):
    """A variable of the environment is not right; the message names each, its value and what would be right."""


class ServiceSettings(AccessSettings):
    """What the service allows; every number is bounded, so that one request cannot take everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=1024**3, description="largest body of a request, bytes")
    body_seconds: float = Field(30.0, gt=0, le=3600, description="time in which a whole body must have arrived")
    solve_seconds: float = Field(300.0, ge=1, le=86_400, description="longest time limit that a solve may ask for")
    study_seconds: float = Field(
        3600.0, ge=1, le=604_800, description="longest time that a study, which is many solves, may take"
    )
    solve_bytes: int = Field(
        8 * 1024**3, ge=1024**3, le=1024**4, description="most memory that the process of one solve may take, bytes"
    )
    solves_at_once: int = Field(default_factory=_cores, ge=1, le=256, description="solves that run at the same time")
    solves_waiting: int = Field(1000, ge=0, le=100_000, description="runs that may wait for their turn")
    solves_waiting_each: int = Field(250, ge=0, le=100_000, description="of those, how many may be of one user")
    worker_seconds: float = Field(
        30.0, ge=1, le=3600, description="after how long without a sign of life a worker counts as dead, seconds"
    )
    wait_seconds: float = Field(60.0, ge=0, le=3600, description="longest time that a request waits for its run to end")
    database_url: str = Field(
        "sqlite:///staffing.db",
        repr=False,
        description="where everything is kept: a file, `sqlite:///` and its path, or `postgresql://user@host/name`",
    )

    database_password_file: str = Field(
        "", description="file with the password of the database, where its address has none; read at the start"
    )
    log: LogFormat = Field("console", description="form of the log: `console` for people, `json` for programs")
    worker_metrics: str = Field(
        "",
        pattern=r"^$|^[^\s:]+:[0-9]{1,5}$",
        description="where a worker serves its metrics, as `127.0.0.1:9100`; empty: nowhere",
    )

    @field_validator("database_url")
    @classmethod
    def _address(cls, address: str) -> str:
        url_of(address)
        return address

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> ServiceSettings:
        """The settings in an environment; raises SettingsInvalid naming every variable that is wrong."""
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        try:
            settings = cls.model_validate(given)
        except ValidationError as invalid:
            lines = [
                f"{PREFIX}{str(found['loc'][0]).upper()} is {_shown(found)}: expected {plain(dict(found))[1]}"
                for found in invalid.errors(include_url=False)
            ]
            raise SettingsInvalid("\n".join(lines)) from None
        return settings._with_password()

    def _with_password(self) -> ServiceSettings:
        """The password in the address, where a file has it; raises SettingsInvalid."""
        if not self.database_password_file:
            return self
        try:
            password = Path(self.database_password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = f"{PREFIX}DATABASE_PASSWORD_FILE is {self.database_password_file!r}: it cannot be read"
            raise SettingsInvalid(f"{said} ({type(error).__name__})") from None
        url = make_url(self.database_url).set(password=password)
        return self.model_copy(update={"database_url": url.render_as_string(hide_password=False)})


def reference() -> str:
    """Every setting with its default and what it does: the table of `docs/operations.md`."""
    lines = ["| variable | default | what |", "| --- | --- | --- |"]
    for name, field in ServiceSettings.model_fields.items():
        default = field.default
        if field.default_factory is not None:
            said = "the cores"
        elif default == "":
            said = "none"
        else:
            said = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {said} | {field.description} |")
    return "\n".join(lines)


def _shown(found: ErrorDetails) -> str:
    """What was given, unless it may hold a password."""
    return "not right" if found["loc"] == ("database_url",) else repr(found["input"])
