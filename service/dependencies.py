"""What routes ask of the service; coroutines, because each function that is none would go through a thread."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query

from service.problems import BadQuery
from service.seen import seen_by
from service.settings import ServiceSettings
from service.store import Store
from service.work import Work
from solver.portfolio import Problem


async def _work(request: Request) -> Work:
    return cast(Work, request.app.state.work)


async def _settings(request: Request) -> ServiceSettings:
    return cast(ServiceSettings, request.app.state.settings)


async def _store(request: Request) -> Store:
    store, who = cast(Store, request.app.state.store), getattr(request.state, "who", None)
    return store if who is None else seen_by(who, store)


async def known_parameters(request: Request) -> None:
    """Raises BadQuery for every parameter of the address that the operation does not have, or that is there twice."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    declared = get_flat_params(request.scope["route"].dependant) if given else []
    known = [one.alias for one in declared if isinstance(one.field_info, Query)]
    among = f"one of {', '.join(f'?{name}' for name in known)}" if known else "left out: there are no parameters here"
    problems = []
    for name, times in given.items():
        value = request.query_params[name][:100]
        if name not in known:
            problems.append(Problem(f"?{name[:100]}", "unknown_parameter", value, among))
        elif times > 1:
            problems.append(Problem(f"?{name}", "repeated", value, "given once"))
    if problems:
        raise BadQuery(problems)


TheStore = Annotated[Store, Depends(_store)]
TheWork = Annotated[Work, Depends(_work)]
TheSettings = Annotated[ServiceSettings, Depends(_settings)]
