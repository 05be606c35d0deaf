"""What routes ask of the service; coroutines, because each function that is none would go through a thread."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from service.seen import seen_by
from service.settings import ServiceSettings
from service.store import Store
from service.work import Work


async def _work(request: Request) -> Work:
    return cast(Work, request.app.state.work)


async def _settings(request: Request) -> ServiceSettings:
    return cast(ServiceSettings, request.app.state.settings)


async def _store(request: Request) -> Store:
    store, who = cast(Store, request.app.state.store), getattr(request.state, "who", None)
    return store if who is None else seen_by(who, store)


TheStore = Annotated[Store, Depends(_store)]
TheWork = Annotated[Work, Depends(_work)]
TheSettings = Annotated[ServiceSettings, Depends(_settings)]
