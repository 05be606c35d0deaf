"""The bundled portfolios, each with its story."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from scenarios.library import ENTRIES, PAGES, Entry
from service import examples
from service.dependencies import TheWork
from service.openapi import refusals, success
from service.problems import UnknownPortfolio
from service.reader import entry_of

router = APIRouter()


class LibraryEntry(BaseModel):
    """A bundled portfolio; title and summary by language."""

    slug: str = Field(description="stands for the portfolio wherever one can be given")
    title: dict[str, str]
    summary: dict[str, str]


class LibraryList(BaseModel):
    """All bundled portfolios."""

    items: list[LibraryEntry]
    next: None


class LibraryPage(LibraryEntry):
    """A bundled portfolio with its story (Markdown, by language) and the portfolio itself, as it stands in its file."""

    story: dict[str, str]
    portfolio: dict[str, Any]


@router.get(
    "/library",
    operation_id="list_library",
    summary="The library",
    responses=success(examples.LIBRARY, "Every bundled portfolio"),
)
async def list_library() -> LibraryList:
    """Every bundled portfolio with its title and what it is about, in Dutch and English."""
    return LibraryList(items=[_listed(entry) for entry in ENTRIES], next=None)


@router.get(
    "/library/{slug}",
    operation_id="get_library_portfolio",
    summary="One portfolio of the library",
    responses=success(examples.LIBRARY_PAGE, "The portfolio and its story") | refusals(UnknownPortfolio),
)
async def get_library_portfolio(slug: str, work: TheWork) -> LibraryPage:
    """The portfolio itself, and the story it tells."""
    return await work.at_desk(_page, entry_of(slug))


def _listed(entry: Entry) -> LibraryEntry:
    return LibraryEntry(slug=entry.slug, title=dict(entry.title), summary=dict(entry.summary))


def _page(entry: Entry) -> LibraryPage:
    return LibraryPage(
        slug=entry.slug,
        title=dict(entry.title),
        summary=dict(entry.summary),
        story={language: entry.story(language) for language in PAGES},
        portfolio=json.loads(entry.text()),
    )
