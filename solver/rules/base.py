"""The contract of a rule.

A rule is one file with one class. Its `measure` is the specification: plain NumPy on a finished plan. Its `post` says
the same to CP-SAT. `tests/test_contract.py` holds the two together; `docs/how-to-add-a-rule.md` walks through one.

Amounts are integers in hundredths of the rule's unit, item weights integers in whole percents, so that nothing is ever
rounded and both sides agree to the last digit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from solver.fields import Whole

if TYPE_CHECKING:
    from solver.model import Expression, Model
    from solver.plan import Plan
    from solver.tables import Tables

HUNDRED = 100
#: costs and bounds are in ten-thousandths: hundredths of an amount × percents of an item's weight
UNIT = HUNDRED * HUNDRED
#: an index where there is none
NOWHERE = -1
IntArray = npt.NDArray[np.int64]
Key = tuple[int, ...]
Mode = Literal["hard", "soft", "off"]


Levels = Annotated[int, Whole(0, 5)]


def sums(index: npt.NDArray[Any], values: npt.NDArray[Any], size: int) -> IntArray:
    """(size,) sums of the whole values with the same index."""
    return np.bincount(index, values, size).astype(np.int64)


def percent(share: float) -> int:
    """A share of 0–1 in whole percents as an integer."""
    return round(share * HUNDRED)


class RuleSettings(BaseModel):
    """The numbers of a rule; a rule with settings of its own names them in a subclass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Amounts:
    """What a rule measured on a plan, one row an item; items left out are 0.

    keys: (N, k) indices into the tables, k = len(rule.about); amount: (N,) hundredths of the rule's unit;
    weight: (N,) item weight in percents.
    """

    keys: IntArray
    amount: IntArray
    weight: IntArray

    @classmethod
    def of(cls, keys: npt.ArrayLike, amount: npt.ArrayLike, weight: npt.ArrayLike = HUNDRED) -> Amounts:
        """Amounts of the items that are not 0; `keys` is (N,) or (N, k), `weight` (N,) or one number for all."""
        amounts = np.asarray(amount, dtype=np.int64).reshape(-1)
        indices = np.asarray(keys, dtype=np.int64)
        indices = indices[:, None] if indices.ndim == 1 else indices
        weights = np.broadcast_to(np.asarray(weight, dtype=np.int64), amounts.shape)
        kept = amounts != 0
        return cls(indices[kept], amounts[kept], weights[kept])

    @property
    def total(self) -> int:
        """Σ of the raw amounts, hundredths."""
        return int(self.amount.sum())

    @property
    def weighted(self) -> int:
        """Σ of item weight × amount, in ten-thousandths."""
        return int((self.amount * self.weight).sum())


NOTHING = Amounts.of(np.empty((0, 1)), np.empty(0))


@dataclass(frozen=True)
class Item:
    """One item of a soft rule in the solver's model: `amount` in hundredths, `weight` in percents."""

    key: Key
    amount: Expression
    weight: int = HUNDRED


class Rule(ABC):
    """One constraint or objective of the model, with the numbers the policy gives it."""

    name: ClassVar[str]
    title: ClassVar[str]
    hard: ClassVar[bool] = False
    default_weight: ClassVar[int] = 0
    unit: ClassVar[str]
    #: what an item is about, in words of the contract: each is one index of a key
    about: ClassVar[tuple[str, ...]]
    #: whether a person's items hang on what that person does alone, and are not in the prices of `solver.strategies`:
    #: then they count in the bound of one person
    alone: ClassVar[bool] = False
    #: settings of other rules that decide what it counts, as (rule, setting)
    counts_by: ClassVar[tuple[tuple[str, str], ...]] = ()
    Settings: ClassVar[type[RuleSettings]] = RuleSettings

    def __init__(
        self, settings: RuleSettings | None = None, weight: int | None = None, mode: Mode = "soft", tolerance: float = 0
    ) -> None:
        self.settings: Any = settings if settings is not None else self.Settings()
        self.weight = 0 if self.hard else self.default_weight if weight is None else weight
        self.mode: Mode = "hard" if self.hard else mode
        #: the largest amount of one item in mode `hard`, hundredths
        self.tolerance = round(tolerance * HUNDRED)

    @abstractmethod
    def post(self, model: Model) -> Sequence[Item]:
        """Add the rule to the CP-SAT model; a soft rule returns its items, unweighted."""

    @abstractmethod
    def measure(self, tables: Tables, plan: Plan) -> Amounts:
        """The exact amount of every item of the plan."""

    @abstractmethod
    def explain(self, tables: Tables, key: Key, amount: int) -> str:
        """One sentence about one item with real names and numbers; `amount` in hundredths."""

    @abstractmethod
    def demand(self, tables: Tables, key: Key) -> str:
        """What the rule asks of one item, where it binds: for telling a conflict in words."""

    @property
    def leeway(self) -> str:
        """The tolerance of mode `hard` in words."""
        return f"give or take {number(self.tolerance)} {self.unit}" if self.tolerance else "without exception"

    @property
    def counts(self) -> bool:
        """Whether the rule costs something: soft, with a weight."""
        return not self.hard and self.mode == "soft" and self.weight > 0

    @property
    def binds(self) -> bool:
        """Whether the rule limits what a plan may be: a hard rule, or a soft one in mode `hard`."""
        return self.mode == "hard"


def hours(amount: int) -> str:
    """Hundredths of an hour in words: 600 → "6 h", 650 → "6.5 h"."""
    return f"{number(amount)} h"


def counted(amount: int, one: str, many: str) -> str:
    """A number of things in words, `amount` in hundredths: "1 person", "2 people"."""
    return f"{number(amount)} {one if amount == HUNDRED else many}"


def number(amount: int) -> str:
    """Hundredths as a plain number without trailing zeros, thousands apart: "385,520"."""
    return f"{amount / HUNDRED:,.2f}".rstrip("0").rstrip(".")
