"""What of a proposal somebody is shown: the same as over REST, put back into the form that the views draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.visible import visible_portfolio, visible_proposal
from service.who import Who
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal

#: what stands where a role is not shown a field: nothing, never something that could be taken for a value
_NOTHING: dict[str, Any] = {
    "unfilled": [],
    "hires": [],
    "score_card": None,
    "warnings": [],
    "conflict": None,
    "talent_balance": [],
    "people": [],
    "learning": [],
}


@dataclass(frozen=True)
class Shows:
    """Which parts of a proposal there are for somebody.

    totals: what all comes to in points. loads: hours of everybody over all work. fits: of bookings. levels: of people,
    and what they come from. talents: used and unused. balance, score: those parts at all.
    """

    totals: bool
    loads: bool
    fits: bool
    levels: bool
    talents: bool
    balance: bool
    score: bool


def shown(portfolio: Portfolio, proposal: Proposal, who: Who) -> tuple[Portfolio, Proposal, Shows]:
    """Portfolio and proposal without what the role may not see."""
    if who.role == "hr":
        return portfolio, proposal, Shows(True, True, True, True, True, True, True)
    data = visible_proposal(proposal.to_json(), who, portfolio)
    card, bookings = data.get("score_card"), data.get("bookings") or []
    shows = Shows(
        totals=card is not None and "total" in card,
        loads=who.role == "planner",
        fits=all("fit" in one for one in bookings),
        levels=False,
        talents=False,
        balance="talent_balance" in data,
        score=card is not None,
    )
    less = parse(visible_portfolio(portfolio.canonical(), who, portfolio))
    return less, Proposal.model_validate(_filled(data)), shows


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    filled = {**_NOTHING, **data}
    filled["run"] = {"objective": None, "bound": None, **data["run"]}
    if filled["score_card"] is not None:
        filled["score_card"] = {"total": 0, **filled["score_card"]}
    nothing = {"fit": {"expertise": 0, "talent": 0, "energy": 0}, "reason": ""}
    if filled["conflict"] is not None:
        filled["conflict"] = {"ways_out": None, **filled["conflict"]}
    if filled.get("bookings") is not None:
        filled["bookings"] = [{**nothing, **one} for one in filled["bookings"]]
    filled["learning"] = [
        {"from": 0, "mentor": None, "mentor_hours_by_period": [], **one} for one in filled["learning"]
    ]
    filled["hires"] = [{"cost": 0, **one} for one in filled["hires"]]
    filled["people"] = [{"top_talents_used": [], "top_talents_unused": [], **one} for one in filled["people"]]
    return filled
