"""A plan beside a proposal, as a map: one of the other plans, or the plan behind a point of a study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from service.page.http import Desk
from service.page.shown import shown
from service.page.view import View
from solver.portfolio import Portfolio
from solver.proposal import Proposal


@dataclass(frozen=True)
class Beside:
    """A plan and how it is taken over: `take` is the address that makes a proposal with the changes.

    pinned: the changes pin the plan booking by booking; else they make the portfolio that it is a plan of.
    """

    portfolio: Portfolio
    proposal: Proposal
    changes: Sequence[dict[str, Any]]
    pinned: bool
    take: str


def plan_page(desk: Desk, beside: Beside, back: str, back_name: str) -> Response:
    """The page of a plan, and the way back."""
    less, proposed, shows = shown(beside.portfolio, beside.proposal, desk.who)
    return desk.page(
        "plan.html",
        view=View(less, proposed, desk.t, back),
        shows=shows,
        back=back,
        back_name=back_name,
        take=beside.take,
        changes=json.dumps(beside.changes),
        pinned=beside.pinned,
    )
