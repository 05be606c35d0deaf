"""Who could be booked on what, as far as the rules look at one person alone: what is said to that person.

The rules `wishes` and `stretch` count more, for they look at no calendar; see `docs/decisions/could-be-booked.md`.
"""

from __future__ import annotations

import numpy as np

from solver.rules.base import HUNDRED, percent
from solver.tables import Bools, Tables


class Could:
    """(P, A) tables of what no rule forbids; what a team lacks besides the person is not known here.

    open: not all past, and not kept off by the planner. time: there are hours for the smallest booking in what is left
    of the window. place: the team has room for the person beside those it cannot do without; lesson: also beside a
    mentor, and the person may learn that much; welcome: the one or the other, by what the person brings. booked: all
    of it, and eligible or pinned there.
    """

    def __init__(self, tables: Tables) -> None:
        kept_off = tables.forbidden.copy()
        for pair, booking in tables.pinned.items():
            kept_off[pair] = not booking.hours
        self.open: Bools = (tables.start <= tables.last) & ~kept_off

        smallest = np.maximum(tables.rule["smallest_booking"].least(tables), tables.block)  # type: ignore[attr-defined]
        least = np.where(tables.committed, tables.block, smallest)
        room = np.concatenate((np.zeros((tables.P, 1), dtype=np.int64), np.cumsum(tables.available, axis=1)), axis=1)
        start = np.minimum(tables.start, tables.last + 1)
        self.time: Bools = room[:, tables.last + 1] - room[:, start] >= least

        share = percent(tables.rule["expert_hours"].settings.expert_share)
        left = np.where(tables.expert, tables.asked, tables.asked * (HUNDRED - share) // HUNDRED)
        others = np.where(tables.expert, 0, share > 0)
        for r in np.flatnonzero(tables.requirement_must).tolist():
            a = tables.requirement_activity[r]
            others[:, a] = np.maximum(others[:, a], tables.requirement_people[r] - tables.meets[:, r])
        enough = left // tables.block * tables.block >= least
        self.place: Bools = enough & (1 + others <= tables.team_max)

        cap = tables.rule["stretch_cap"].settings
        learnt = percent(cap.max_share) * tables.hours_available + HUNDRED * cap.free
        self.lesson: Bools = self.place & (tables.team_max > 1) & (HUNDRED * least <= learnt[:, None])
        self.welcome: Bools = np.where(tables.able | tables.committed, self.place, self.lesson)
        self.booked: Bools = self.open & self.time & self.welcome & tables.bookable
