"""The kinds of value a portfolio is made of.

A kind refuses with a stable code and a plain sentence of what would be right, so that a report can be read by a person
and handled by a program. Numbers are JSON numbers: "4" and true are not, 4.0 is a whole number.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MOST_HOURS = 1_000_000
MOST_MONEY = 1_000_000_000

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def refused(code: str, expected: str) -> PydanticCustomError:
    """The error a kind raises; `expected` says what would be right."""
    return PydanticCustomError(code, "{expected}", {"expected": expected})


class Kind(ABC):
    """A kind of value, to be used as `Annotated[type, kind]`; `expected` describes it in words."""

    expected: str

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value in its one stored form; raises PydanticCustomError where it is not of this kind."""

    @abstractmethod
    def schema(self) -> CoreSchema:
        """The core schema of the stored form; it also describes the kind in OpenAPI."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.check, self.schema())


class Number(Kind):
    """What whole numbers and hundredths share: a JSON number, finite, within bounds."""

    low: float
    high: float

    def finite(self, value: Any) -> int | float:
        """`value` itself, if it is a number of JSON at all."""
        if type(value) is not int and type(value) is not float:
            raise refused("not_a_number", self.expected)
        if type(value) is float and not math.isfinite(value):
            raise refused("not_finite", self.expected)
        return value

    def within(self, value: int | float) -> None:
        """Raises where `value` is below `low` or above `high`."""
        if not self.low <= value <= self.high:
            raise refused("out_of_range", self.expected)


@dataclass(frozen=True)
class Whole(Number):
    """A whole number from `low` to `high`, both allowed."""

    low: int
    high: int

    @property
    def expected(self) -> str:  # type: ignore[override]
        return f"a whole number from {self.low:,} to {self.high:,}"

    def check(self, value: Any) -> int:
        number = self.finite(value)
        if number != int(number):
            raise refused("not_whole", self.expected)
        self.within(number)
        return int(number)

    def schema(self) -> CoreSchema:
        return core_schema.int_schema(ge=self.low, le=self.high)


@dataclass(frozen=True)
class Hundredths(Number):
    """A number from `low` to `high` with at most two decimals, kept as a float."""

    low: float
    high: float
    expected: str

    def check(self, value: Any) -> float:
        number = self.finite(value)
        self.within(number)
        # Exact, not approximate: n / 100 is the float that the decimal fraction reads as, and no other is.
        if round(number * 100) / 100 != number:
            raise refused("too_many_decimals", self.expected)
        return float(number) + 0.0  # -0.0 becomes 0.0

    def schema(self) -> CoreSchema:
        return core_schema.float_schema(ge=self.low, le=self.high)


@dataclass(frozen=True)
class Words(Kind):
    """Text with something in it, at most `longest` characters."""

    longest: int
    expected: str

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise refused("not_text", self.expected)
        if not value.strip():
            raise refused("empty", self.expected)
        if len(value) > self.longest:
            raise refused("too_long", self.expected)
        if _CONTROL.search(value):
            raise refused("bad_text", f"{self.expected}, without control characters")
        return value

    def schema(self) -> CoreSchema:
        return core_schema.str_schema(min_length=1, max_length=self.longest)


@dataclass(frozen=True)
class ShortId(Kind):
    """An id."""

    expected: str = "an id: 1 to 64 letters, digits or any of _ . : -"

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise refused("not_text", self.expected)
        if not _ID.fullmatch(value):
            raise refused("bad_id", self.expected)
        return value

    def schema(self) -> CoreSchema:
        return core_schema.str_schema(min_length=1, max_length=64)


@dataclass(frozen=True)
class Day(Kind):
    """A date written as YYYY-MM-DD."""

    expected: str = "a date as YYYY-MM-DD"

    def check(self, value: Any) -> date:
        try:
            if type(value) is date:
                return value
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise refused("not_a_date", self.expected)

    def schema(self) -> CoreSchema:
        return core_schema.date_schema()


Id = Annotated[str, ShortId()]
Name = Annotated[str, Words(1000, "text that is not empty, at most 1,000 characters")]
Label = Annotated[str, Words(200, "text that is not empty, at most 200 characters")]
Date = Annotated[date, Day()]
Level = Annotated[int, Whole(1, 5)]
Revision = Annotated[int, Whole(1, 2**31 - 1)]
Hours = Annotated[int, Whole(0, MOST_HOURS)]
Count = Annotated[int, Whole(0, MOST_HOURS)]
Share = Annotated[float, Hundredths(0, 1, "a share from 0 to 1 in whole percents")]
Money = Annotated[float, Hundredths(0, MOST_MONEY, f"money from 0 to {MOST_MONEY:,} with at most two decimals")]
