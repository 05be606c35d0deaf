"""Request by request, as resource tools match: the most urgent request next, the best person who is free for it.

A request is an activity. The most important come first, the earlier ones among equals. Whoever is there already, and
then whoever fits best, is booked with all the hours they have free in the window, up to what is still open, and so on
until nothing is open or nobody is left.
People who are needed for what must be there come before others. No hard rule is broken, nobody learns (no such tool
matches learners to mentors), and nothing is taken back.
"""

from __future__ import annotations

import numpy as np

from benchmarks.peers.protocol import Json, Task, plan_lines, refuse_what_is_not_modelled
from solver.rules.base import HUNDRED, NOWHERE, IntArray, percent
from solver.tables import Tables


class Matching:
    """Bookings so far, and what they leave."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.free = tables.available.copy()
        #: hundredths of hours that each agreement on lending still allows
        self.lendable = [group.most(np.ones(tables.P, dtype=bool)) for group in tables.lending_groups]
        self.hours: dict[tuple[int, int], int] = {}
        smallest = tables.rule["smallest_booking"].settings
        wanted = np.maximum(HUNDRED * smallest.hours, percent(smallest.share) * tables.asked)
        #: (A,) hours
        self.least = np.minimum(tables.asked, -(-wanted // (HUNDRED * tables.block)) * tables.block)
        self.incumbent = np.zeros((tables.P, tables.A), dtype=bool)
        for pair in tables.incumbent:
            self.incumbent[pair] = True
        self.expert_share = percent(tables.rule["expert_hours"].settings.expert_share)

    def match(self, a: int) -> None:
        """Staff one activity, or leave it open where it cannot have what it must."""
        tables = self.tables
        every = tables.requirements_of(a)
        must = every[tables.requirement_must[every]]
        missing = dict(zip(must.tolist(), tables.requirement_people[must].tolist(), strict=True))
        team: dict[int, int] = {}
        could = tables.allowed[:, a] & tables.able[:, a]
        order = np.lexsort(
            (
                -self.free[:, tables.first[a] : tables.last[a] + 1].sum(axis=1),
                -tables.talent_fit[:, a],
                -tables.expertise_fit[:, a],
                -tables.meets[:, every].sum(axis=1),
                ~self.incumbent[:, a],
            )
        )
        for p in order[could[order]].tolist():
            needed = sum(missing.values())
            if len(team) == tables.team_max[a]:
                break
            serves = [r for r in missing if missing[r] and tables.meets[p, r]]
            if needed and not serves:
                continue
            hours = self._room(p, a, team, keep=bool(needed > len(serves)))
            if hours:
                team[p] = hours
                for r in serves:
                    missing[r] -= 1
        if any(missing.values()) or len(team) < tables.team_min[a]:
            return
        for p in order[could[order]].tolist():  # those who were passed over while somebody was needed
            if p not in team and len(team) < tables.team_max[a]:
                hours = self._room(p, a, team)
                if hours:
                    team[p] = hours
        for p, hours in team.items():
            self._book(p, a, hours)

    def _room(self, p: int, a: int, team: dict[int, int], keep: bool = False) -> int:
        """Hours that the person can take over now, 0 where it is too few; keep: leave a booking for somebody else."""
        tables = self.tables
        open_hours = int(tables.asked[a]) - sum(team.values()) - (int(self.least[a]) if keep else 0)
        most = min(open_hours, int(self.free[p, tables.first[a] : tables.last[a] + 1].sum()))
        if not tables.expert[p, a]:
            by_experts = sum(hours for q, hours in team.items() if tables.expert[q, a])
            others = sum(team.values()) - by_experts
            most = min(most, by_experts * (HUNDRED - self.expert_share) // self.expert_share - others)
        group = int(tables.lending_group[p, a])
        if group != NOWHERE:
            lent = sum(hours for q, hours in team.items() if tables.lending_group[q, a] == group)
            most = min(most, self.lendable[group] // HUNDRED - lent)
        most = most // tables.block * tables.block
        return most if most >= self.least[a] else 0

    def _book(self, p: int, a: int, hours: int) -> None:
        """As evenly over the window as the free hours allow."""
        tables = self.tables
        self.hours[p, a] = hours
        window = slice(int(tables.first[a]), int(tables.last[a]) + 1)
        room = np.cumsum(self.free[p, window])
        taken: IntArray = np.diff(room * hours // int(room[-1]), prepend=0)
        self.free[p, window] -= taken
        if tables.lending_group[p, a] != NOWHERE:
            self.lendable[int(tables.lending_group[p, a])] -= HUNDRED * hours


def match_all(tables: Tables) -> Json:
    """The plan of all requests, matched one after the other."""
    refuse_what_is_not_modelled(tables)
    matching = Matching(tables)
    for a in np.lexsort((tables.first, -tables.importance)).tolist():
        matching.match(a)
    return {"bookings": plan_lines(tables, matching.hours, {})[0]}


def main() -> None:
    """Match all requests, and write the plan."""
    task = Task.given()
    task.write(match_all(Tables.of(task.portfolio))["bookings"])


if __name__ == "__main__":
    main()
