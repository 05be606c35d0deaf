"""For those who operate the service."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service import examples
from service.dependencies import TheWork
from service.openapi import success

router = APIRouter()


class Live(BaseModel):
    """The process answers."""

    status: Literal["live"]


class Solves(BaseModel):
    """Solves of this process."""

    running: int = Field(description="now")
    waiting: int = Field(description="for their turn, now")
    finished: int = Field(description="came to their own end, since the start")
    stopped: int = Field(description="were stopped because nobody waited for them any more, since the start")


class Ready(BaseModel):
    """The process takes requests."""

    status: Literal["ready"]
    solves: Solves


@router.get("/live", operation_id="live", summary="Alive?", responses=success(examples.LIVE, "It is"))
async def live() -> Live:
    """Answers as long as the process does."""
    return Live(status="live")


@router.get("/ready", operation_id="ready", summary="Ready?", responses=success(examples.READY, "It is"))
async def ready(work: TheWork) -> Ready:
    """Answers once requests are taken, and says what is being solved."""
    counts = work.counts
    solves = Solves(running=counts.running, waiting=counts.waiting, finished=counts.finished, stopped=counts.stopped)
    return Ready(status="ready", solves=solves)
