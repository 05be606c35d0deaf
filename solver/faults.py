"""What is told of an exception: its class and where it happened. Its message may hold what people said of others."""

from __future__ import annotations

import os
import traceback

#: in the environment of whoever may read messages as well, since the portfolio is their own: `staffing` on a terminal
SHOWN = "STAFFING_TRACEBACKS"


def places(error: BaseException) -> dict[str, str]:
    """Class and places in the code, as fields of a log line."""
    return {"error": type(error).__name__, "where": "".join(traceback.format_tb(error.__traceback__))}


def show(error: BaseException) -> None:
    """Print all of it to standard error, for those who may read it."""
    if SHOWN in os.environ:
        traceback.print_exception(error)
