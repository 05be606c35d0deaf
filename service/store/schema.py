"""All tables of the store in one place, for migrations and for the test that they are complete."""

from __future__ import annotations

from service.store import access_tables  # noqa: F401 - its tables belong to the metadata
from service.store.tables import metadata

__all__ = ["metadata"]
