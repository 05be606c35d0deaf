"""How many heaps `malloc` has, of which each keeps what was freed in it."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

#: glibc's number for the most heaps ("arenas") that it makes, see `mallopt(3)`; and that most
M_ARENA_MAX, MOST = -8, 2


def keep_few() -> None:
    """Let all threads of this process share a few heaps, unless the environment says how many; glibc alone has more."""
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST)
