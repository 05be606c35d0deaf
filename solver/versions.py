"""The versions that a repeatable result hangs on, read without loading the solver."""

from __future__ import annotations

from importlib.metadata import version

VERSIONS = {"ortools": version("ortools"), "staffing": version("staffing")}
