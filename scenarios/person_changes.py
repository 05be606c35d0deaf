"""What would change a proposal for one person, worked out without a solver, on copies of that person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scenarios.could import Could
from scenarios.own import ME, Own
from scenarios.person_record import Change, Sort
from solver.portfolio import Person, Training
from solver.tables import Bools, Tables

#: changes of level that are told, the nearest first
MOST_LEVELS = 6


class Changes:
    """Levels, ambitions, hours, lending and wishes that would open other work to the person."""

    def __init__(self, own: Own) -> None:
        self.own, self.tables, self.plan, self.phrases = own, own.tables, own.plan, own.phrases

    def found(self) -> Iterator[Change]:
        """Each change in a sentence, the levels first."""
        yield from self._levels_wanted()
        yield from self._ambitions_wanted()
        yield from self._hours_wanted()
        yield from self._lending_wanted()
        wishes = self.tables.rule["wishes"]
        free = np.flatnonzero(self.own.could.booked[ME] & ~self.plan.on[ME]).tolist()
        if free and wishes.counts and not self.own.person.wishes:
            yield self._change("wish", free, self.phrases.counted("change_wish", wishes.weight))

    def _change(
        self,
        sort: Sort,
        activities: list[int],
        text: str,
        term: str | None = None,
        level: int | None = None,
    ) -> Change:
        return Change(sort=sort, term=term, level=level, activities=self.own.ids(activities), text=text)

    def _levels_wanted(self) -> Iterator[Change]:
        """The next level that work asks for, per term: worked out on a copy of the person who has it."""
        tables, base = self.tables, self.tables.base_level[ME]
        wanted: dict[int, int] = {}
        timely = self.own.workable & self.own.could.time[ME]
        for r in np.flatnonzero(~tables.meets[ME] & timely[tables.requirement_activity]).tolist():
            v, asked = int(tables.requirement_term[r]), int(tables.requirement_level[r])
            wanted[v] = min(wanted.get(v, asked), asked)
        people = [self._trained(self.own.portfolio.vocabulary[v].id, level) for v, level in wanted.items()]
        copies = self._copies(people)
        could = Could(copies).booked
        found = []
        for p, (v, level) in enumerate(wanted.items()):
            opens = could[p] & ~self.own.could.booked[ME]
            newly = tables.requirement_activity[copies.meets[p] & ~tables.meets[ME]]
            counts = [a for a in sorted(set(newly.tolist())) if could[p, a] and not opens[a]]
            order = (10 * level - int(base[v]), -int(opens.sum()), -len(counts), v)
            if counts or opens.any():
                found.append((order, v, level, np.flatnonzero(opens).tolist(), counts))
        for _, v, level, opened, counts in sorted(found)[:MOST_LEVELS]:
            say, own = self.phrases, self.own
            parts = [say("opens", names=own.activities(opened))] if opened else []
            if counts:
                key = "counts" if len(counts) == 1 else "counts_many"
                parts.append(say(key, names=own.activities(counts)))
            start = say("change_level", term=own.term(v), level=level, now=own.level(int(base[v])))
            text = f"{start} {say.listed(parts)}."
            yield self._change("level", [*opened, *counts], text, own.portfolio.vocabulary[v].id, level)

    def _trained(self, term: str, level: int) -> Person:
        """A copy of the person who has a level from the first period on."""
        training = Training.model_validate({"term": term, "level": level, "from": 0})
        return self.own.person.model_copy(update={"trained": (*self.own.person.trained, training)})

    def _copies(self, people: Sequence[Person]) -> Tables:
        """Tables of the same work for copies of the person, each with an id of its own."""
        named = [person.model_copy(update={"id": f"{n}"}) for n, person in enumerate(people)]
        bookings = [
            booking.model_copy(update={"person": person.id})
            for person in named
            for booking in self.own.portfolio.bookings
        ]
        changed = {"people": tuple(named), "bookings": tuple(bookings)}
        return Tables.of(self.own.portfolio.model_copy(update=changed))

    def _ambitions_wanted(self) -> Iterator[Change]:
        """Terms one step below what work asks for, in which the person said no ambition to grow."""
        tables, level = self.tables, self.tables.level[ME]
        gap = 10 * tables.rule["stretch_cap"].settings.max_gap
        asked = 10 * tables.requirement_level
        near = ~tables.meets[ME] & (level >= np.maximum(10, asked - gap)) & ~tables.can_learn[ME]
        near &= self.own.teaching[tables.requirement_activity]
        for v in sorted(set(tables.requirement_term[near].tolist())):
            those = np.flatnonzero(near & (tables.requirement_term == v))
            highest = int(level[those].max())
            where = sorted(set(tables.requirement_activity[those].tolist()))
            text = self.phrases(
                "change_ambition",
                term=self.own.term(v),
                now=self.own.level(highest),
                names=self.own.activities(where),
            )
            term = self.own.portfolio.vocabulary[v].id
            yield self._change("ambition", where, text, term, min(5, highest // 10 + 1))

    def _lending_wanted(self) -> Iterator[Change]:
        """Work of units that the own one does not lend to: how much, and whose; what, is for that unit to tell."""
        tables, units = self.tables, self.own.portfolio.units
        could = self.own.could
        able = (tables.able[ME] | tables.learnable[ME]) & could.welcome[ME]
        elsewhere = could.open[ME] & could.time[ME] & ~tables.allowed[ME] & able
        if elsewhere.any():
            names = [units[u].name for u in sorted(set(tables.activity_unit[elsewhere].tolist()))]
            text = self.phrases("change_unit", n=int(elsewhere.sum()), units=self.phrases.listed(names))
            yield self._change("unit", [], text)

    def _hours_wanted(self) -> Iterator[Change]:
        own, tables, say = self.own, self.tables, self.phrases
        ahead = np.arange(tables.T) >= tables.now
        available = tables.available[ME]
        full = ahead & (available > 0) & (own.load >= available)
        if full.any():
            yield self._change("hours", own.booked, say("change_full", periods=self._periods(full)))
        away = ahead & (available == 0)
        wanted = own.could.open[ME] & tables.bookable[ME] & own.could.welcome[ME] & ~self.plan.on[ME]
        windows = {int(a): slice(tables.start[a], tables.last[a] + 1) for a in np.flatnonzero(wanted)}
        missed = [a for a, window in windows.items() if away[window].all()]
        if missed:
            then = np.zeros_like(away)
            for a in missed:
                then[windows[a]] = True
            text = say("change_away", periods=self._periods(then), names=own.activities(missed))
            yield self._change("hours", missed, text)

    def _periods(self, chosen: Bools) -> str:
        """The chosen (T,) periods in words, those in a row together."""
        edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8)))
        spans = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        return self.phrases.listed([self.phrases.span(self.own.calendar, first, end - 1) for first, end in spans])
