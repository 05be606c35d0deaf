"""The proposal as a person reads it in a terminal: names for ids, tables that fit the width, sentences for findings.

In a pipe the same comes out as plain text. Only what the proposal itself says is shown; nothing is computed anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console, Group, OverflowMethod, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from service.words import Names, Words, plain
from solver.portfolio import Activity, Portfolio
from solver.proposal import Balance, BookingLine, Conflict, Proposal, RuleScore, WayOut
from solver.rules import BY_NAME, rules_of
from solver.rules.base import HUNDRED

#: from this width on there is room for bars and for the hours over time; for more than the most important columns; for
#: any besides a name and a number
WIDE, USUAL, NARROW = 110, 80, 60
#: findings shown of each rule, and rows of each table; the whole is in a file written with --out
MOST_FINDINGS, MOST_ROWS = 3, 400
LONGEST_CALENDAR = 26

GOOD, FAIR, BAD, QUIET, TITLE = "green", "yellow", "bold red", "dim", "bold cyan"
STATES = {"missing": BAD, "short": FAIR, "unused": "blue", "surplus": "cyan", "balanced": GOOD}
#: a cell of the grid by the part of the activity that it is, up to
HEAT = ((0.25, "white on #134e5e"), (0.5, "white on #1b6f80"), (0.75, "black on #3aa6b0"), (1.0, "black on #8fdcd6"))


@dataclass(frozen=True)
class Column:
    """A column of a table, on terminals that are at least so wide; where they are not, names keep the room."""

    heading: str | Text = ""
    least: int = 0
    number: bool = False
    wraps: bool = False
    width: int | None = None
    most: int | None = None
    #: whether it takes the room that is left
    rest: bool = False
    style: str = ""


@dataclass(frozen=True)
class Signs:
    """The signs that a terminal can show."""

    full: str
    rest: str
    steps: str
    learns: str
    mentors: str
    gives: str
    drains: str
    yes: str
    no: str
    none: str
    between: str


UNICODE = Signs("█", "░", "▁▂▃▄▅▆▇█", "↗", "◆", "+", "−", "✔", "✘", "·", " · ")
PLAIN = Signs("#", ".", "", "/", "&", "+", "-", "*", "!", ".", " | ")


def show(
    console: Console, portfolio: Portfolio, proposal: Proposal, language: str = "en", by: str = "activity"
) -> None:
    """Print a proposal; `by` activity or person: what the bookings are listed by."""
    page = Page(console, portfolio, proposal, language)
    if proposal.bookings is None:
        parts = [page.headline(), page.conflict(), page.ways_out(), page.warnings(), page.talent_balance()]
    else:
        parts = [
            page.headline(),
            page.bookings_by_person() if by == "person" else page.bookings_by_activity(),
            page.learning(),
            page.grid(),
            page.unfilled(),
            page.hires(),
            page.score_card(),
            page.people(),
            page.warnings(),
            page.talent_balance(),
        ]
    for part in parts:
        if part is not None:
            console.print(part)
            console.print()


def show_score(console: Console, portfolio: Portfolio, proposal: Proposal, language: str = "en") -> None:
    """Print what a plan is worth: headline, what stays unfilled and the score card."""
    page = Page(console, portfolio, proposal, language)
    for part in (page.headline(), page.unfilled(), page.score_card()):
        console.print(part)
        console.print()


def broken_rules(portfolio: Portfolio, proposal: Proposal) -> list[RuleScore]:
    """The rules that a plan breaks: hard ones, and soft ones in mode `hard` beyond their tolerance."""
    tolerance = {rule.name: rule.tolerance / HUNDRED for rule in rules_of(portfolio.policy) if rule.binds}
    return [
        rule
        for rule in (() if proposal.score_card is None else proposal.score_card.rules)
        if rule.name in tolerance and any(finding.amount > tolerance[rule.name] for finding in rule.findings)
    ]


class Page:
    """The parts of one proposal, made for one console; a part is None where there is nothing to say."""

    def __init__(self, console: Console, portfolio: Portfolio, proposal: Proposal, language: str) -> None:
        self._width = console.width
        ascii_only = console.options.ascii_only
        self._signs = PLAIN if ascii_only else UNICODE
        self._overflow: OverflowMethod = "crop" if ascii_only else "ellipsis"
        self._portfolio, self._proposal = portfolio, proposal
        self._words, self._names = Words(language), Names(portfolio, language)
        self._activities = {activity.id: activity for activity in portfolio.activities}
        self._people = {person.id: person for person in portfolio.people}
        self._bookings = proposal.bookings or ()
        self._broken = broken_rules(portfolio, proposal)
        self._learning = {(one.person, one.activity) for one in proposal.learning}
        self._mentoring = {(one.mentor, one.activity) for one in proposal.learning}

    # The parts

    def headline(self) -> RenderableType:
        """How it ended, what it costs, how far from the best it can be, and how much of the work is staffed."""
        words, run, broken = self._words, self._proposal.run, self._broken
        card, tiers = self._proposal.score_card, bool(self._portfolio.policy.tiers)
        good = run.status == "OPTIMAL"
        style = f"bold {GOOD if good else FAIR}" if run.status in ("OPTIMAL", "FEASIBLE") else BAD
        said = words(run.status)
        if broken:
            said, style = words("broken_one") if len(broken) == 1 else words("broken", n=len(broken)), BAD
        elif not run.settings:  # a plan that nobody looked for
            said = words("kept")
        elif run.status == "FEASIBLE":
            said = f"{said}, {words.far(run.gap, tiers)}"
        lines = [
            Text(plain(self._portfolio.name), style="bold"),
            Text(f"{self._signs.no if style == BAD else self._signs.yes} {said}", style=style),
        ]
        facts = []
        if card is not None and run.objective is not None:
            facts.append(f"{words('cost')} {words.number(card.total)}")
            if tiers and run.settings:
                facts.append(words("last_tier", cost=words.number(run.objective)))
        if run.bound is not None and run.status != "OPTIMAL":
            facts.append(f"{words('bound_tiers' if tiers else 'bound')} {words.number(run.bound)}")
        if run.value_captured is not None:
            facts.append(f"{words('value_captured')} {words.percent(run.value_captured)}")
        if run.settings:
            facts.append(words("in_seconds", n=words.number(round(run.seconds, 1))))
        lines.append(Text(self._signs.between.join(facts)))
        if self._proposal.bookings is not None:
            lines.append(Text(self._signs.between.join(self._size())))
        return Group(*(line for line in lines if line.plain))

    def _size(self) -> Iterable[str]:
        words = self._words
        asked = sum(map(self._portfolio.asked, self._portfolio.activities))
        present = [person for person in self._proposal.people if person.hours]
        yield words("staffed", hours=words.number(sum(one.hours for one in self._bookings)), asked=words.number(asked))
        if self._proposal.people:  # not everybody is told of everybody's work
            yield words("booked_people", n=len(present), all=len(self._proposal.people))
        yield words("activities_of", n=len(self._portfolio.activities))

    def bookings_by_activity(self) -> RenderableType | None:
        """Per project and activity: who works on it."""
        booked: dict[str, list[BookingLine]] = {activity.id: [] for activity in self._portfolio.activities}
        for booking in self._bookings:
            booked[booking.activity].append(booking)
        parts = []
        for project in self._portfolio.projects:
            rows = []
            for activity in self._portfolio.activities:
                if activity.project == project.id:
                    lines = sorted(booked[activity.id], key=lambda booking: -booking.hours)
                    rows.append(self._activity_row(activity, sum(one.hours for one in lines)))
                    rows += [self._booking_row(one, self._names.person(one.person)) for one in lines]
            if rows:
                parts.append((Text(self._names.project(project.id), style="bold"), rows))
        return self._bookings_section(parts)

    def bookings_by_person(self) -> RenderableType | None:
        """Per person: what they work on."""
        parts = []
        for id, lines in groupby(self._bookings, key=lambda booking: booking.person):
            mine = sorted(lines, key=lambda booking: self._activities[booking.activity].window.first)
            hours = self._words("hours_short", hours=self._words.number(sum(one.hours for one in mine)))
            title = Text.assemble((self._names.person(id), "bold"), (f"  {hours}", QUIET))
            parts.append((title, [self._booking_row(one, self._names.activity(one.activity)) for one in mine]))
        return self._bookings_section(parts)

    def _activity_row(self, activity: Activity, hours: int) -> tuple[Text, ...]:
        asked = self._portfolio.asked(activity)
        style = GOOD if hours >= asked else FAIR if hours else BAD
        first, last = activity.window.first, activity.window.last
        window = Text(" " * first + self._signs.none * (last - first + 1), style=QUIET)
        amount = Text.assemble((str(hours), style), (f"/{asked}", QUIET))
        return Text(self._names.activity(activity.id), style="cyan"), amount, Text(), Text(), Text(), Text(), window

    def _booking_row(self, booking: BookingLine, name: str) -> tuple[Text, ...]:
        activity = self._activities[booking.activity]
        role_style = {"contributor": "", "supporter": "blue", "learner": "magenta"}[booking.role]
        nothing = Text(f"{self._signs.none:>5}", style=QUIET)
        return (
            Text(f"  {name}"),
            Text(str(booking.hours)),
            Text(self._words(booking.role), style=role_style),
            self._fit(booking.fit.expertise) if activity.expertise else nothing,
            self._fit(booking.fit.talent) if activity.talents else nothing,
            self._marks(booking),
            self._spark(activity.window.first, booking.by_period),
        )

    def _bookings_section(self, parts: Sequence[tuple[Text, Sequence[tuple[Text, ...]]]]) -> RenderableType | None:
        words, left = self._words, MOST_ROWS
        tables: list[RenderableType] = []
        for title, rows in parts:
            if left > 0:
                words_of = words if not tables else _no_words
                columns = [
                    Column(title, rest=True),
                    Column(words_of("hours"), number=True, width=8),
                    Column(words_of("role"), USUAL, width=13),
                    Column(words_of("expertise_fit"), NARROW, width=11 if self._wide else 6),
                    Column(words_of("talent_fit"), NARROW, width=11 if self._wide else 6),
                    Column(least=NARROW, width=4),
                ]
                if self._timed:
                    columns.append(Column(words_of("when"), width=max(5, self._portfolio.calendar.periods)))
                table = self._table(columns, rows[:left])
                tables += [Text(), table] if tables else [table]
            left -= len(rows)
        signs = self._signs
        legend = words("marks", learns=signs.learns, mentors=signs.mentors, gives=signs.gives, drains=signs.drains)
        cut = None if left >= 0 else Text(words("more", n=-left), style=QUIET)
        return self._section("bookings", *tables, cut, Text(), Text(legend, style=QUIET))

    def learning(self) -> RenderableType | None:
        """Who grows where, from which level to which, and with whom."""
        if not self._proposal.learning:
            return None
        words, names, tight = self._words, self._names, self._width < USUAL
        columns = [
            Column(words("person"), rest=tight),
            Column(words("learns"), rest=tight),
            Column(words("level"), USUAL),
            Column(words("mentor"), rest=tight),
            Column(words("activity"), USUAL, rest=True),
        ]
        rows = []
        arrow = "->" if self._signs is PLAIN else "→"
        for one in self._proposal.learning[:MOST_ROWS]:
            mentor = (
                Text(self._words("state_missing"), style=BAD) if one.mentor is None else Text(names.person(one.mentor))
            )
            if one.mentor is not None:
                mentor.append(f" {words('hours_short', hours=sum(one.mentor_hours_by_period))}", style=QUIET)
            level = Text(f"{words.number(one.from_)} {arrow} {one.toward}")
            term = Text(names.term(one.term), style="magenta")
            rows.append((Text(names.person(one.person)), term, level, mentor, Text(names.activity(one.activity))))
        return self._section("learning", self._table(columns, rows), self._cut(len(self._proposal.learning)))

    def grid(self) -> RenderableType | None:
        """Activities × people, where it fits."""
        booked = {(one.activity, one.person): one.hours for one in self._bookings}
        people = [line.person for line in self._proposal.people if line.hours]
        room = (self._width - 22 - 7) // max(1, len(people)) - 1
        widest = max((len(str(hours)) for hours in booked.values()), default=1)
        heads = self._heads(people, min(room, 9))
        if heads is None or room < max(3, widest) or len(self._activities) > 60:
            return None
        table = Table(
            box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=False, show_header=True, header_style=QUIET
        )
        left = self._width - 9 - sum(max(3, widest, len(head)) + 1 for head in heads)
        table.add_column("", no_wrap=True, overflow=self._overflow, max_width=min(left, 60))
        for head in heads:
            table.add_column(head, justify="right", no_wrap=True, min_width=max(3, widest))
        table.add_column(self._words("open"), justify="right", no_wrap=True)
        for id, activity in self._activities.items():
            asked = self._portfolio.asked(activity)
            cells = [self._heat(booked.get((id, person), 0), asked) for person in people]
            short = asked - sum(booked.get((id, person), 0) for person in people)
            table.add_row(Text(self._names.activity(id)), *cells, Text(str(short) if short > 0 else "", style=BAD))
        totals = [Text(str(line.hours), style="bold") for line in self._proposal.people if line.hours]
        table.add_row(Text(self._words("total"), style="bold"), *totals)
        return self._section("grid", Padding(table, (0, 1)))

    def _heads(self, people: Sequence[str], width: int) -> list[str] | None:
        """Short names that differ, at most `width` wide: first names, else initials, else ids; None where none do."""
        names = [self._names.person(id).split() or [id] for id in people]
        ways: tuple[Callable[[int], str], ...] = (
            lambda n: names[n][0][: max(3, width)],
            lambda n: "".join(part[:2] if part.isdigit() else part[0] for part in names[n])[:width],
            lambda n: people[n],
        )
        for way in ways:
            heads = [way(n) for n in range(len(people))]
            if len(set(heads)) == len(heads) and all(len(head) <= width for head in heads):
                return heads
        return None

    def unfilled(self) -> RenderableType:
        """Activities that lack hours or people."""
        words, names = self._words, self._names
        if not self._proposal.unfilled:
            return self._section("unfilled", Padding(Text(words("fully_staffed"), style=GOOD), (0, 1)))
        columns = [
            Column(words("activity"), rest=True),
            Column(words("hours"), number=True),
            Column(words("missing"), rest=True, wraps=True),
        ]
        rows = []
        for one in self._proposal.unfilled[:MOST_ROWS]:
            lacking = [
                f"{f'{lack.missing} x ' if lack.missing > 1 else ''}{names.term(lack.term)} {lack.level}"
                for lack in (*one.expertise, *one.talents)
            ]
            hours = Text(str(one.hours), style=BAD) if one.hours else Text(self._signs.none, style=QUIET)
            rows.append((Text(names.activity(one.activity)), hours, Text(", ".join(lacking), style=FAIR)))
        return self._section("unfilled", self._table(columns, rows), self._cut(len(self._proposal.unfilled)))

    def hires(self) -> RenderableType | None:
        """Candidates taken on."""
        if not self._proposal.hires:
            return None
        columns = [Column(self._words("person"), rest=True), Column(self._words("cost"), number=True)]
        rows = [
            (Text(self._names.person(one.person)), Text(self._words.number(one.cost))) for one in self._proposal.hires
        ]
        return self._section("hires", self._table(columns, rows))

    def score_card(self) -> RenderableType:
        """Broken rules first, then what costs most, each with its largest findings in sentences."""
        card, words = self._proposal.score_card, self._words
        assert card is not None
        hard = [rule for rule in card.rules if rule.hard]
        soft = [rule for rule in card.rules if not rule.hard]
        costly = sorted((rule for rule in soft if rule.cost and rule not in self._broken), key=lambda rule: -rule.cost)
        columns = [
            Column(words("rule"), rest=True, wraps=True),
            Column(words("amount"), USUAL, number=True, width=18),
            Column(words("weight"), USUAL, number=True, width=7),
            Column(words("cost"), number=True, width=11),
            Column(least=WIDE, width=12),
        ]
        parts: list[RenderableType] = []
        for rule in (*self._broken, *costly):
            parts += [self._table(columns, [self._rule_row(rule, card.total)], header=not parts), *self._findings(rule)]
        if not self._broken:
            parts.append(Text(words("all_hold", n=len(hard)), style=GOOD))
        quiet = [rule for rule in soft if not rule.cost and rule not in self._broken]
        for key, rules in (
            ("uncounted", [rule for rule in quiet if rule.amount]),
            ("nothing", [rule for rule in quiet if not rule.amount]),
        ):
            if rules:
                titles = ", ".join(self._quietly(rule) for rule in rules)
                parts.append(Text(words(key, rules=titles), style=QUIET))
        return self._section("score_card", *parts)

    def _rule_row(self, rule: RuleScore, total: float) -> tuple[Text, ...]:
        words, title = self._words, self._title(rule)
        unit = words.unit(rule.unit, rule.amount)
        amount = Text(f"{words.number(rule.amount)} {unit if len(unit) <= 12 else ''}".rstrip())
        if rule in self._broken:
            return Text(title, style=BAD), amount, Text(), Text(), Text()
        share = self._bar(rule.cost / total if total else 0, 12, "cyan")
        return Text(title, style="bold"), amount, Text(words.number(rule.weight)), Text(words.number(rule.cost)), share

    def _factors(self, rule: RuleScore) -> str:
        """Amount and weight, where they have no columns."""
        words = self._words
        amount = f"{words.number(rule.amount)} {words.unit(rule.unit, rule.amount)}"
        if rule in self._broken:
            return amount
        return f"{amount}{self._signs.between}{words('weight')} {words.number(rule.weight)}"

    def _quietly(self, rule: RuleScore) -> str:
        words, title = self._words, self._title(rule).lower()
        return f"{title} ({words.number(rule.amount)} {words.unit(rule.unit, rule.amount)})" if rule.amount else title

    def _title(self, rule: RuleScore) -> str:
        return self._words.rule(rule.name, BY_NAME[rule.name].title)

    def _findings(self, rule: RuleScore) -> Iterable[RenderableType]:
        """The sentences of the largest findings, and how many more there are."""
        shown = rule.findings[: MOST_FINDINGS if self._wide else MOST_FINDINGS - 1]
        lines = [] if self._width >= USUAL else [self._factors(rule)]
        lines += [plain(finding.text) for finding in shown]
        if len(rule.findings) > len(shown):
            lines.append(self._words("more", n=len(rule.findings) - len(shown)))
        return [Padding(Text(line, style="" if rule in self._broken else QUIET), (0, 1, 0, 3)) for line in lines]

    def people(self) -> RenderableType | None:
        """How everybody's work looks: how busy, how wide, what they learn and answer for, which talents lie idle."""
        if not self._proposal.people:
            return None
        words, names = self._words, self._names
        columns = [
            Column(words("person"), most=28 if self._wide else 15),
            Column(words("hours"), number=True),
            Column(words("busy")),
            Column(words("mostly"), NARROW, most=24 if self._wide else 14),
            Column(words("learns"), USUAL, number=True),
            Column(words("leads"), USUAL, number=True),
            Column(words("talents_used"), WIDE, rest=True, wraps=True, style=QUIET),
            Column(words("talents_unused"), USUAL, rest=True, wraps=True),
        ]
        rows = []
        for line in self._proposal.people[:MOST_ROWS]:
            mostly = Text()
            if line.kinds:
                kind = max(line.kinds, key=lambda kind: line.kinds[kind])
                share = line.widest_share or 0
                mostly = Text(f"{_percents(share):>5} {plain(kind)}", style=FAIR if share > 0.6 else "")
            rows.append(
                (
                    Text(names.person(line.person)),
                    Text(str(line.hours)),
                    self._busy(line.utilisation),
                    mostly,
                    self._share(line.stretch_share, "magenta"),
                    self._share(line.responsibility_share, ""),
                    Text(", ".join(map(names.term, line.top_talents_used))),
                    Text(", ".join(map(names.term, line.top_talents_unused)), style=FAIR),
                )
            )
        return self._section("people", self._table(columns, rows), self._cut(len(self._proposal.people)))

    def warnings(self) -> RenderableType | None:
        """What is odd about the portfolio."""
        if not self._proposal.warnings:
            return None
        lines = [
            Text.assemble(
                (plain(one.path), FAIR), plain(f"  {json.dumps(one.value, ensure_ascii=False)}: {one.expected}")
            )
            for one in self._proposal.warnings[:MOST_ROWS]
        ]
        return self._section("warnings", *lines, self._cut(len(self._proposal.warnings)))

    def talent_balance(self) -> RenderableType | None:
        """What is asked for against who has it: what is missing first, what is short next."""
        if not self._proposal.talent_balance:
            return None
        words, order = self._words, list(STATES)
        lines = sorted(
            (line for line in self._proposal.talent_balance if line.state != "balanced"),
            key=lambda line: (order.index(line.state), line.dimension != "talent", -line.demand_hours),
        )
        columns = [
            Column(words("term"), rest=True),
            Column(least=USUAL),
            Column(words("demand"), NARROW, number=True),
            Column(words("supply"), NARROW, number=True),
            Column(least=NARROW),
            Column(words("state")),
        ]
        table = self._table(columns, map(self._balance_row, lines[:MOST_ROWS]))
        balanced = [line.term for line in self._proposal.talent_balance if line.state == "balanced"]
        below = []
        if balanced:
            terms = ", ".join(map(self._names.term, balanced))
            below.append(Text(words("in_balance", terms=terms), style=QUIET))
        return self._section("talent_balance", *([table] if lines else []), self._cut(len(lines)), *below)

    def _balance_row(self, line: Balance) -> tuple[Text, ...]:
        words, style = self._words, STATES[line.state]
        served = 1.0 if not line.demand_hours else min(1.0, line.supply_hours / line.demand_hours)
        return (
            Text(self._names.term(line.term), style=style),
            Text(words(line.dimension), style=QUIET),
            Text(words("hours_short", hours=words.number(round(line.demand_hours)))),
            Text(words("hours_short", hours=words.number(line.supply_hours))),
            self._bar(served, 20 if self._wide else 10, style) if line.demand_hours else Text(),
            Text(words(f"state_{line.state}"), style=style),
        )

    def conflict(self) -> RenderableType | None:
        """Which rules contradict each other, and over what."""
        conflict = self._proposal.conflict
        if conflict is None:
            return None
        return self._section("conflict", *_conflict(conflict, self._words))

    def ways_out(self) -> RenderableType | None:
        """What could be changed about a conflict, and what the plan then costs."""
        conflict = self._proposal.conflict
        if conflict is None or conflict.ways_out is None:
            return None
        return self._section("ways_out", *_ways_out(conflict.ways_out, self._words))

    # What the parts are made of

    @property
    def _wide(self) -> bool:
        return self._width >= WIDE

    @property
    def _timed(self) -> bool:
        return self._wide and bool(self._signs.steps) and self._portfolio.calendar.periods <= LONGEST_CALENDAR

    @property
    def _dash(self) -> str:
        return "-" if self._signs is PLAIN else "–"

    def _table(self, columns: Sequence[Column], rows: Iterable[Sequence[Text]], header: bool = True) -> Table:
        """A table of the columns that there is room for."""
        table = Table(box=None, expand=True, header_style=QUIET, padding=(0, 1), show_header=header)
        shown = [n for n, column in enumerate(columns) if column.least <= self._width]
        for column in (columns[n] for n in shown):
            table.add_column(
                column.heading,
                justify="right" if column.number else "left",
                ratio=1 if column.rest else None,
                no_wrap=not column.wraps,
                overflow="fold" if column.wraps else self._overflow,
                width=column.width,
                max_width=column.most,
                style=column.style,
            )
        for row in rows:
            table.add_row(*(row[n] for n in shown))
        return table

    def _section(self, key: str, *parts: RenderableType | None) -> RenderableType:
        title = Text(self._words(key), style=TITLE)
        line = Line(title, align="left", style=QUIET, characters="-" if self._signs is PLAIN else "─")
        inside = [Padding(part, (0, 1)) if isinstance(part, Text) else part for part in parts if part is not None]
        return Group(line, *inside)

    def _cut(self, rows: int) -> Text | None:
        return Text(self._words("more", n=rows - MOST_ROWS), style=QUIET) if rows > MOST_ROWS else None

    def _bar(self, share: float, cells: int, style: str) -> Text:
        full = min(cells, max(0, math.floor(share * cells + 0.5)))
        if full == 0 and share > 0:
            full = 1
        return Text(self._signs.full * full, style=style) + Text(self._signs.rest * (cells - full), style=QUIET)

    def _fit(self, fit: float) -> Text:
        style = GOOD if fit >= 0.8 else FAIR if fit >= 0.4 else "red"
        number = Text(f"{_percents(fit):>5}", style=style)
        return self._bar(fit, 5, style) + Text(" ") + number if self._wide else number

    def _busy(self, share: float | None) -> Text:
        if share is None:
            return Text(self._signs.none, style=QUIET)
        style = GOOD if 0.6 <= share <= 0.9 else FAIR
        return self._bar(share, 10 if self._wide else 5, style) + Text(f"{_percents(share):>6}", style=style)

    def _share(self, share: float | None, style: str) -> Text:
        if not share:
            return Text(self._signs.none, style=QUIET)
        return Text(_percents(share), style=style)

    def _marks(self, booking: BookingLine) -> Text:
        person, signs = self._people[booking.person], self._signs
        pair = (booking.person, booking.activity)
        energy = booking.fit.energy
        marks = Text()
        marks.append(signs.learns if pair in self._learning else " ", style="magenta")
        marks.append(signs.mentors if pair in self._mentoring else " ", style="blue")
        marks.append(
            signs.gives if energy > 0 else signs.drains if energy < 0 else " ", style=GOOD if energy > 0 else "red"
        )
        marks.append("*" if booking.activity in person.wishes else " ", style=FAIR)
        return marks

    def _spark(self, first: int, by_period: Sequence[int]) -> Text:
        """Hours over the calendar, the fullest period of the booking being the highest."""
        if not self._timed:
            return Text()
        most, steps = max(by_period, default=0), self._signs.steps
        bars = [steps[math.ceil(hours * len(steps) / most) - 1] if hours else " " for hours in by_period]
        return Text(" " * first + "".join(bars), style="cyan")

    def _heat(self, hours: int, asked: int) -> Text:
        if not hours:
            return Text(self._signs.none, style=QUIET)
        share = min(1.0, hours / asked) if asked else 1.0
        return Text(str(hours), style=next(style for most, style in HEAT if share <= most))


def show_conflict(console: Console, conflict: Conflict, language: str = "en") -> None:
    """Print a conflict alone, with its ways out."""
    words = Words(language)
    console.print(Text(words("conflict"), style=TITLE), *_conflict(conflict, words), sep="\n")
    if conflict.ways_out is not None:
        console.print("", Text(words("ways_out"), style=TITLE), *_ways_out(conflict.ways_out, words), sep="\n")


def _conflict(conflict: Conflict, words: Words) -> Iterable[Text]:
    for rule in conflict.rules:
        yield Text(words.rule(rule.name, BY_NAME[rule.name].title), style=BAD)
        yield from (Text(f"  {plain(item.text)}") for item in rule.items[:MOST_ROWS])


def _ways_out(ways: Sequence[WayOut], words: Words) -> Iterable[Text]:
    if not ways:
        yield Text(words("no_way_out"), style=QUIET)
    for number, way in enumerate(ways, 1):
        yield Text(f"{number}. {plain(way.text)}")
        if way.costs:  # else it tells of money that the role may not see
            yield Text(f"   {plain(way.costs)}", style=QUIET)


def _percents(share: float) -> str:
    return f"{math.floor(100 * share + 0.5)} %"


def _no_words(key: str) -> str:
    return ""
