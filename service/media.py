"""The forms in which portfolios, proposals and agreements go over the wire: media type → suffix of such a file."""

from __future__ import annotations

from collections.abc import Mapping

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"

PORTFOLIOS: Mapping[str, str] = {XLSX: ".xlsx", ZIP: ".zip", JSON: ".json"}
PROPOSALS: Mapping[str, str] = {JSON: ".json", "text/csv": ".csv", XLSX: ".xlsx", "text/calendar": ".ics"}
AGREEMENTS: Mapping[str, str] = {JSON: ".json", "text/html": ".html", "application/pdf": ".pdf", "text/markdown": ".md"}


def type_of(suffix: str, types: Mapping[str, str]) -> str:
    """The media type of a suffix; KeyError where there is none."""
    return {end: type for type, end in types.items()}[suffix]
