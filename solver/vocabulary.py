"""The vocabulary as a tree of indices, and observations combined into one level.

Levels are in tenths (0 to 50). See `docs/model.md`, "Combined observation".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.portfolio import Observation, Term

TRUST = {None: 1.0, "test": 1.0, "certificate": 1.0, "observed": 1.0, "manager": 0.8, "peers": 0.8, "self": 0.5}
HALF_LIFE_YEARS = 2
DAYS_A_YEAR = 365.25


class Vocabulary:
    """Terms by index, in the order of the portfolio, both dimensions together; a branch stays within its dimension."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.ids: tuple[str, ...] = tuple(term.id for term in terms)
        self.index: dict[str, int] = {term: v for v, term in enumerate(self.ids)}
        #: is_talent (V,) bool
        self.is_talent: npt.NDArray[np.bool_] = np.array([term.dimension == "talent" for term in terms], dtype=bool)
        self._broader = [self.index[term.broader] if term.broader is not None else None for term in terms]
        self._narrower: list[list[int]] = [[] for _ in terms]
        for v, broader in enumerate(self._broader):
            if broader is not None:
                self._narrower[broader].append(v)

    def __len__(self) -> int:
        return len(self.ids)

    def of_dimension(self, dimension: str) -> npt.NDArray[np.intp]:
        """The terms of a dimension, ascending."""
        return np.flatnonzero(self.is_talent == (dimension == "talent"))

    def narrower_or_self(self, v: int) -> npt.NDArray[np.intp]:
        """`v` and all terms below it, ascending: having one of them counts as having `v`."""
        found = [v]
        for term in found:  # grows while it is read
            found += self._narrower[term]
        return np.array(sorted(found), dtype=np.intp)

    def broader_or_self(self, v: int) -> npt.NDArray[np.intp]:
        """`v` and all terms above it, upwards."""
        found = [v]
        while (above := self._broader[found[-1]]) is not None:
            found.append(above)
        return np.array(found, dtype=np.intp)


class Part(NamedTuple):
    """One observation and how much it weighs in the level."""

    level: int
    source: str | None
    on: date | None
    weight: float


class Combined(NamedTuple):
    """A level in tenths and the observations it comes from."""

    tenths: int
    parts: tuple[Part, ...]


def combine(observations: Sequence[Observation], start: date) -> Combined:
    """One level from the observations of one person on one term, seen from `start`; 0 where there are none."""
    if len(observations) == 1:  # nearly all there are in practice
        only = observations[0]
        return Combined(10 * only.level, (Part(only.level, only.source, only.on, _weight(only, start)),))
    parts = tuple(Part(o.level, o.source, o.on, _weight(o, start)) for o in observations)
    total = math.fsum(part.weight for part in parts)
    if not total:  # all weights are beyond what a float holds: as good as equal
        parts = tuple(part._replace(weight=1.0) for part in parts)
        total = float(len(parts))
    if not parts:
        return Combined(0, ())
    mean = math.fsum(part.weight * part.level for part in parts) / total
    # Half up; the tiny amount keeps a half that floats hold as 22.499999999999996 a half.
    return Combined(math.floor(10 * mean + 0.5 + 1e-9), parts)


def _weight(observation: Observation, start: date) -> float:
    """Trust in the source, halved for every two years between the observation and `start`."""
    if observation.on is None or observation.on >= start:
        return TRUST[observation.source]
    years = (start - observation.on).days / DAYS_A_YEAR
    return float(TRUST[observation.source] * 0.5 ** (years / HALF_LIFE_YEARS))
