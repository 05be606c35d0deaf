"""For those who operate the service."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service import examples
from service.dependencies import TheStore, TheWork
from service.openapi import OF_STORE, refusals, success

router = APIRouter()


class Live(BaseModel):
    """The process answers."""

    status: Literal["live"]


class Queue(BaseModel):
    """Runs that have not ended."""

    running: int = Field(description="that somebody is at, on this machine or another")
    waiting: int = Field(description="for their turn")


class Ready(BaseModel):
    """The process takes requests."""

    status: Literal["ready"]
    runs: Queue


@router.get("/live", operation_id="live", summary="Alive?", responses=success(examples.LIVE, "It is"))
async def live() -> Live:
    """Answers as long as the process does."""
    return Live(status="live")


@router.get(
    "/ready",
    operation_id="ready",
    summary="Ready?",
    responses=success(examples.READY, "It is") | refusals(*OF_STORE),
)
async def ready(work: TheWork, store: TheStore) -> Ready:
    """Answers once requests are taken and the store is there, and says how many runs are at work and waiting."""
    running, waiting = await work.at_desk(store.active)
    return Ready(status="ready", runs=Queue(running=running, waiting=waiting))
