"""What all tests share: Hypothesis draws the same examples on every run and on every machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci")
