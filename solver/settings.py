"""The settings of a solve."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from solver.fields import Hundredths, Whole


class Settings(BaseModel):
    """How long to look and how.

    seconds: the time limit. seed: of everything random. workers: CP-SAT's search workers; eight beat fewer on two cores
    as well, because it is the portfolio of their strategies that matters. repeatable: the same portfolio and settings
    give the same proposal, at a price in speed; `seconds` then counts the solver's deterministic time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: Annotated[float, Hundredths(0.1, 86_400, "seconds from 0.1 to 86,400 with at most two decimals")] = Field(
        default=30.0, description="time limit of the solve"
    )
    seed: Annotated[int, Whole(0, 2**31 - 1)] = Field(default=1, description="seed of everything random")
    workers: Annotated[int, Whole(1, 64)] = Field(default=8, description="search workers of CP-SAT")
    repeatable: bool = Field(default=False, strict=True, description="the same input gives the same proposal")
