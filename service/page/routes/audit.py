"""The audit log for who has to look into it: what was done, by whom, to what, and whether nobody tampered with it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from service.page.http import ROLE_NAMES, PageRoute, TheDesk

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: entries on a page
MOST = 50
#: what is done, in words
ACTIONS: Mapping[str, tuple[str, str]] = {
    "start_run": ("started a run", "startte een run"),
    "cancel_run": ("stopped a run", "stopte een run"),
    "accept": ("accepted a proposal", "aanvaardde een voorstel"),
    "reject": ("rejected a proposal", "wees een voorstel af"),
    "override": ("overrode a proposal", "overrulede een voorstel"),
    "make_incumbent": ("took over what was accepted", "nam over wat was aanvaard"),
    "store_portfolio": ("stored a portfolio", "sloeg een portfolio op"),
    "store_scenario": ("stored a scenario", "sloeg een scenario op"),
    "contest_level": ("contested a level", "betwistte een niveau"),
    "settle_contest": ("answered a contested level", "beantwoordde een betwist niveau"),
    "erase_person": ("erased a person", "wiste een persoon"),
    "forget_old": ("forgot old runs", "vergat oude runs"),
    "add_key": ("made a key", "maakte een sleutel"),
    "revoke_key": ("revoked a key", "trok een sleutel in"),
}
#: kinds of run, in words
KINDS: Mapping[str, tuple[str, str]] = {
    "solve": ("proposal", "voorstel"),
    "study": ("study", "onderzoek"),
    "why_not": ("question why not", "vraag waarom niet"),
    "alternatives": ("other plans", "andere plannen"),
    "conflict": ("ways out", "uitwegen"),
}
#: what an entry is about, in words
THINGS: Mapping[str, tuple[str, str]] = {
    "contest": ("contest", "bezwaar"),
    "days": ("days", "dagen"),
    "decision": ("decision", "besluit"),
    "key": ("key", "sleutel"),
    "revision": ("revision", "revisie"),
    "role": ("role", "rol"),
    "run": ("run", "run"),
    "runs": ("runs", "runs"),
    "scenario": ("scenario", "scenario"),
    "status": ("status", "stand"),
    "version": ("version", "versie"),
}
#: kinds of run that have a page
SHOWN = ("solve", "study")


@router.get("/audit")
def audit(desk: TheDesk, action: str = "", by: str = "", cursor: str | None = None, check: str = "") -> Response:
    """The log, newest first, of one sort of deed or of one doer where that is asked; `check` works out every hash."""
    desk.need("verify_audit")
    page = desk.store.entries(cursor or None, MOST, action=action or None, by=by or None)
    asked = {name: value for name, value in (("action", action), ("by", by)) if value}
    return desk.page(
        "audit.html",
        entries=page.items,
        older="" if page.next is None else "?" + urlencode({**asked, "cursor": page.next}),
        first=cursor is None,
        action=action,
        by=by,
        actions={name: desk.t(*words) for name, words in ACTIONS.items()},
        kinds={name: desk.t(*words) for name, words in KINDS.items()},
        roles={name: desk.t(*words) for name, words in ROLE_NAMES.items()},
        things={name: desk.t(*words) for name, words in THINGS.items()},
        shown=SHOWN,
        verdict=desk.store.verify() if check else None,
    )
