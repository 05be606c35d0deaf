"""What is asked of the process with HiGHS and what it answers: loaded on both sides, and light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: rows and bounds of CP-SAT without an end are given with an end beyond this
ENDLESS = 2**62


@dataclass(frozen=True)
class Rows:
    """A CP-SAT model as OR-Tools writes it, and which of its variables need not be whole, None for all of them.

    later: which of them become whole only once all others are decided.
    """

    written: bytes
    free: frozenset[int] | None
    later: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What the child found: values of the variables, bound on the objective, duals; None where there are none."""

    finished: bool
    values: npt.NDArray[np.float64] | None = None
    bound: float | None = None
    duals: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Way:
    """How to go about it: the seed; whether the bound matters more than plans; (variable, value) of a plan known.

    duals: whether they are asked for.
    """

    seed: int = 0
    proving: bool = False
    known: tuple[tuple[int, int], ...] = ()
    duals: bool = False
