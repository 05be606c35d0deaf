"""Parameters of lists and of what stands in the store: pages, ids, versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Header, Path, Query

from service.problems import Stale
from service.store.base import MOST_ITEMS

Written = TypeVar("Written")

ID = r"^[A-Za-z0-9_.:-]{1,64}$"

StoredId = Annotated[str, Path(pattern=ID, description="an id of the store")]
Word = Annotated[str | None, Query(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="how many items at most")]
IfMatch = Annotated[
    str | None,
    Header(description="the ETag of what was read: refuses where it has changed since", examples=['"2"']),
]

ETAG = {"ETag": {"description": "the revision or version, for If-Match", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "where it is", "schema": {"type": "string"}}}


def etag(number: int) -> str:
    """A revision or version as an ETag."""
    return f'"{number}"'


def expected(if_match: str | None) -> int | None:
    """The revision or version that somebody read; None where anything is fine. Raises Stale for what none can be."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Stale(f"Nothing has the ETag {if_match[:40]}; read it again.")
    return int(text)


def following(expected: int | None, write: Callable[[], Written]) -> Written:
    """What `write` gives, after whatever somebody else wrote meanwhile; raises Stale where a version is expected."""
    while True:
        try:
            return write()
        except Stale:
            if expected is not None:
                raise


def whole(text: str) -> int | None:
    """The whole number that somebody wrote, of at most nine digits; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
