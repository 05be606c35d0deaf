"""A comparison as a person reads it in a terminal: what moved first, then the tables of what differs.

In a pipe the same comes out as plain text. Sentences are those of the comparison, in English; headings are translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from scenarios.comparison import Comparison, Difference, Facts, Number, PersonChange, Word
from service.words import Language, Words, plain

#: from these widths on there is room for the less important columns, and for more than a name and the numbers it is for
WIDE, USUAL, NARROW = 110, 80, 60
MOST_ROWS = 200
#: where a comparison is shown briefly: sentences of each proposal, and what they weigh at least beside the largest
MOST_BRIEFLY, LEAST_BRIEFLY = 3, 0.1
#: verdicts that a longer search does not change
PROVEN = ("better", "worse", "equal")

GOOD, FAIR, BAD, QUIET, TITLE = "green", "yellow", "bold red", "dim", "bold cyan"

#: the words of this page alone, in English and Dutch; the others are in `service.words`
WORDS: Mapping[str, tuple[str, str]] = {
    "compared": ("Side by side", "Naast elkaar"),
    "briefly": ("What if …", "Wat als …"),
    "money_column": ("in money", "in geld"),
    "against": ("{other} against {base}", "{other} tegenover {base}"),
    "proposal": ("proposal", "voorstel"),
    "status": ("status", "status"),
    "breaks": ("breaks rules", "breekt regels"),
    "lower_bound": ("at least", "minstens"),
    "gap": ("gap", "marge"),
    "difference": ("difference", "verschil"),
    "before": ("before", "was"),
    "after": ("after", "wordt"),
    "moved": ("What moved", "Wat er verschuift"),
    "more_moved": ("… and {n} more, {cost} together", "… en nog {n}, samen {cost}"),
    "rules": ("What it costs, rule by rule", "Wat het kost, regel voor regel"),
    "by_weight": ("by weight", "door gewicht"),
    "by_amount": ("by amount", "door omvang"),
    "people": ("Whose work changes", "Wiens werk verandert"),
    "won_lost": ("won (+), lost (−) and changed", "erbij (+), eraf (−) en gewijzigd"),
    "activities": ("Which teams change", "Welke teams veranderen"),
    "covered": ("hours", "uren"),
    "team": ("team", "team"),
    "lending": ("Lending between units", "Uitlenen tussen afdelingen"),
    "from_unit": ("from", "van"),
    "to_unit": ("to", "naar"),
    "terms": ("Talent balance", "Talentbalans"),
    "money": ("In money", "In geld"),
    "money_hours": ("hours", "uren"),
    "money_hiring": ("taken on", "aangenomen"),
    "money_fixed": ("fixed costs", "vaste kosten"),
    "unknown": ("unknown", "onbekend"),
    "same": ("The same in both: {what}.", "In beide hetzelfde: {what}."),
}


def show_comparison(console: Console, comparison: Comparison, language: str = "en") -> None:
    """Print a comparison."""
    page = ComparisonPage(console, comparison, language)
    console.print(page.facts())
    for difference in comparison.differences:
        for part in page.parts(difference):
            console.print()
            console.print(part)


def show_briefly(console: Console, comparison: Comparison, language: str = "en") -> None:
    """Print a comparison in a few lines: costs side by side, and of each other proposal what weighs most."""
    console.print(ComparisonPage(console, comparison, language).briefly())


class ComparisonPage:
    """The parts of one comparison, made for one console; a part is None where nothing differs."""

    def __init__(self, console: Console, comparison: Comparison, language: str) -> None:
        self._comparison, self._words = comparison, Words(language)
        self._index = list(Language).index(Language(language))
        self._width, self._wide = console.width, console.width >= WIDE
        self._plain = console.options.ascii_only

    def facts(self) -> RenderableType:
        """How each was found: status, cost, bound and gap, and its difference from the base."""
        table = self._table()
        table.add_column(self._word("proposal"), ratio=1, no_wrap=True, overflow="ellipsis")
        keys = self._fitting({"status": NARROW, "cost": 0, "lower_bound": USUAL, "gap": NARROW, "difference": 0})
        for key in keys:
            table.add_column(self._word(key), justify="left" if key == "status" else "right", no_wrap=True)
        totals = [None, *(difference.total.difference for difference in self._comparison.differences)]
        for facts, total in zip(self._comparison.proposals, totals, strict=True):
            cells = {
                "status": self._status(facts),
                "cost": Text(self._figure(facts.cost)),
                "lower_bound": Text(self._figure(facts.bound)),
                "gap": Text("" if facts.gap is None else self._words.percent(facts.gap)),
                "difference": self._signed(total),
            }
            table.add_row(Text(plain(facts.name), style="bold"), *(cells[key] for key in keys))
        return self._section(self._word("compared"), table)

    def briefly(self) -> RenderableType:
        """Cost, gap and money of each, then of each other one what is not certain, and its largest effects on cost."""
        table = self._table()
        table.add_column(self._word("proposal"), ratio=1)
        keys = self._fitting({"cost": 0, "difference": 0, "gap": NARROW, "money_column": NARROW})
        for key in keys:
            table.add_column(self._word(key), justify="right", no_wrap=True)
        for facts, difference in zip(self._comparison.proposals, (None, *self._comparison.differences), strict=True):
            cells = {
                "cost": Text(self._figure(facts.cost)),
                "difference": self._signed(None if difference is None else difference.total.difference),
                "gap": Text("" if facts.gap is None else self._words.percent(facts.gap)),
                "money_column": self._signed(None if difference is None else difference.money.total.difference),
            }
            table.add_row(Text(plain(facts.name), style="bold"), *(cells[key] for key in keys))
        parts: list[RenderableType] = [table]
        for difference in self._comparison.differences:
            least = max((abs(one.cost) for one in difference.moved.sentences), default=0) * LEAST_BRIEFLY
            told = [one for one in difference.moved.sentences if abs(one.cost) > least][:MOST_BRIEFLY]
            effects = Table.grid(padding=(0, 2))
            effects.add_column(justify="right", no_wrap=True, min_width=10)
            effects.add_column(ratio=1)
            for sentence in told:
                effects.add_row(self._signed(sentence.cost), Text(plain(sentence.text)))
            verdict = difference.verdict
            unsure = [] if verdict.proven in PROVEN else [Padding(Text(plain(verdict.text), style=FAIR), (0, 1))]
            if told or unsure:
                parts += [Padding(Text(plain(difference.other), style="bold"), (1, 1, 0, 1)), *unsure, effects]
        return self._section(self._word("briefly"), *parts)

    def parts(self, difference: Difference) -> Iterable[RenderableType]:
        """The parts of one difference that have something to tell."""
        yield self.moved(difference)
        found = [
            ("rules", self.rules(difference)),
            ("people", self.people(difference)),
            ("activities", self.activities(difference)),
            ("lending", self.lending(difference)),
            ("terms", self.terms(difference)),
            ("money", self.money(difference)),
        ]
        yield from (part for _, part in found if part is not None)
        same = [self._word(key).lower() for key, part in found if part is None]
        if same and difference.moved.sentences:
            yield Padding(Text(self._say("same", what=", ".join(same)), style=QUIET), (0, 1))

    def moved(self, difference: Difference) -> RenderableType:
        """The headline, what is proven, what to be careful with, and the sentences with their part of the cost."""
        verdict = difference.verdict
        style = GOOD if verdict.proven in PROVEN else FAIR
        lines: list[RenderableType] = [
            Padding(Text(plain(difference.moved.headline), style="bold"), (0, 1)),
            Padding(Text(plain(verdict.text), style=style), (0, 1)),
            *(Padding(Text(plain(caution), style=FAIR), (0, 1)) for caution in difference.cautions),
        ]
        if difference.moved.sentences:
            table = self._table()
            table.add_column(self._word("moved"), ratio=1)
            table.add_column(self._word("cost"), justify="right", no_wrap=True)
            for sentence in difference.moved.sentences:
                table.add_row(Text(plain(sentence.text)), self._signed(sentence.cost))
            lines += [Text(), table]
        if difference.moved.more:
            cost = self._signed(difference.moved.more_cost).plain or "0"
            rest = self._say("more_moved", n=difference.moved.more, cost=cost)
            lines.append(Padding(Text(rest, style=QUIET), (0, 1)))
        title = self._say("against", other=plain(difference.other), base=plain(difference.base))
        return self._section(title, *lines)

    def rules(self, difference: Difference) -> RenderableType | None:
        """Per rule whose cost, amount or weight differs: cost before and after, by weight and by amount."""
        changed = [
            rule
            for rule in difference.rules
            if rule.cost.difference or rule.amount.difference or rule.weight.difference or _changed(rule.mode)
        ]
        if difference.total.difference is None or not changed:
            return None
        weights = any(rule.cost_by_weight for rule in changed)
        costs = (
            self._wide or not weights
        )  # beside the parts by weight and by amount there is only room where it is wide
        table = self._table()
        table.add_column(self._word("rule"), ratio=1, no_wrap=True, overflow="ellipsis")
        keys = [
            *(self._fitting({"amount": USUAL, "weight": WIDE, "before": NARROW, "after": NARROW}) if costs else []),
            "difference",
            *(self._fitting({"by_weight": NARROW, "by_amount": NARROW}) if weights else []),
        ]
        for key in keys:
            table.add_column(self._word(key), no_wrap=True, justify="right")
        for rule in sorted(changed, key=lambda rule: -abs(rule.cost.difference or 0)):
            cells = {
                "amount": self._arrow(rule.amount),
                "weight": self._mode(rule.weight, rule.mode),
                "before": Text(self._figure(rule.cost.before)),
                "after": Text(self._figure(rule.cost.after)),
                "difference": self._signed(rule.cost.difference),
                "by_weight": self._signed(rule.cost_by_weight),
                "by_amount": self._signed(rule.cost_by_amount),
            }
            table.add_row(Text(plain(self._words.rule(rule.name, rule.title))), *(cells[key] for key in keys))
        total = {
            "before": Text(self._figure(difference.total.before)),
            "after": Text(self._figure(difference.total.after)),
            "difference": self._signed(difference.total.difference),
        }
        table.add_row(Text(self._word("total"), style="bold"), *(total.get(key, Text()) for key in keys))
        return self._section(self._word("rules"), table)

    def people(self, difference: Difference) -> RenderableType | None:
        """Per person whose bookings or standing differ: hours, how busy, and the activities won, lost and changed."""
        changed = [
            line
            for line in difference.people
            if line.won
            or line.lost
            or line.changed
            or _changed(line.standing)
            or line.leaves.before != line.leaves.after
        ]
        if difference.total.difference is None or not changed:
            return None
        table = self._table()
        table.add_column(self._word("person"), no_wrap=True, overflow="ellipsis", max_width=28 if self._wide else 16)
        table.add_column(self._word("hours"), no_wrap=True, justify="right")
        table.add_column(self._word("busy"), no_wrap=True, justify="right")
        if self._wide:
            for key in ("mostly", "learns", "leads"):
                table.add_column(self._word(key), no_wrap=True, justify="right")
        table.add_column(self._word("won_lost"), ratio=1)
        for line in changed[:MOST_ROWS]:
            cells = [Text(plain(line.name)), self._arrow(line.hours), self._shares(line.utilisation)]
            if self._wide:
                shares = (line.widest_share, line.stretch_share, line.responsibility_share)
                cells += [self._shares(share) for share in shares]
            table.add_row(*cells, self._bookings(line))
        return self._section(self._word("people"), table, self._cut(len(changed)))

    def _bookings(self, line: PersonChange) -> Text:
        found = Text()
        minus = "-" if self._plain else "−"
        for sign, style, bookings in (("+", GOOD, line.won), (minus, "red", line.lost), ("", "", line.changed)):
            for one in bookings:
                hours = {"+": one.hours.after, minus: one.hours.before}.get(sign)
                amount = self._arrow(one.hours).plain if hours is None else self._figure(hours)
                found.append(", " if found.plain else "")
                found.append(f"{sign}{plain(one.name)} {amount}", style=style)
        return found

    def activities(self, difference: Difference) -> RenderableType | None:
        """Per activity whose team, hours or missing people differ."""
        changed = [
            line
            for line in difference.activities
            if _changed(line.standing)
            or line.asked.difference
            or any(one.hours.difference for one in line.team)
            or any(one.missing.difference for one in line.missing)
        ]
        if difference.total.difference is None or not changed:
            return None
        table = self._table()
        table.add_column(self._word("activity"), ratio=2, no_wrap=True, overflow="ellipsis")
        table.add_column(self._word("covered"), no_wrap=True, justify="right")
        table.add_column(self._word("team"), ratio=3)
        table.add_column(self._word("missing"), ratio=2)
        for line in changed[:MOST_ROWS]:
            team = [f"{plain(one.name)} {self._arrow(one.hours).plain}" for one in line.team if one.hours.difference]
            missing = [
                f"{plain(one.label)} {self._arrow(one.missing).plain}" for one in line.missing if one.missing.difference
            ]
            asked = line.asked.after or line.asked.before
            hours = self._arrow(line.covered) + Text(f"/{self._figure(asked)}", style=QUIET)
            table.add_row(Text(plain(line.name)), hours, Text(", ".join(team)), Text(", ".join(missing)))
        return self._section(self._word("activities"), table, self._cut(len(changed)))

    def lending(self, difference: Difference) -> RenderableType | None:
        """Hours lent per direction, where they differ."""
        changed = [line for line in difference.lending if line.hours.difference]
        if not changed:
            return None
        names = {unit.unit: plain(unit.name) for unit in difference.units}
        table = self._table()
        table.add_column(self._word("from_unit"), ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(self._word("to_unit"), ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(self._word("hours"), no_wrap=True, justify="right")
        for line in changed:
            table.add_row(Text(names[line.from_]), Text(names[line.to]), self._arrow(line.hours))
        return self._section(self._word("lending"), table)

    def terms(self, difference: Difference) -> RenderableType | None:
        """Terms whose demand, supply or state differ."""
        changed = [
            line
            for line in difference.terms
            if line.demand_hours.difference or line.supply_hours.difference or _changed(line.state)
        ]
        if not changed:
            return None
        table = self._table()
        table.add_column(self._word("term"), ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(self._word("demand"), no_wrap=True, justify="right")
        table.add_column(self._word("supply"), no_wrap=True, justify="right")
        table.add_column(self._word("state"), no_wrap=True)
        for line in changed[:MOST_ROWS]:
            states = [
                self._words(f"state_{state}") if state else self._nothing
                for state in dict.fromkeys((line.state.before, line.state.after))
            ]
            demand, supply = self._arrow(line.demand_hours), self._arrow(line.supply_hours)
            table.add_row(Text(plain(line.label)), demand, supply, Text(f" {self._to} ".join(states)))
        return self._section(self._word("terms"), table, self._cut(len(changed)))

    def money(self, difference: Difference) -> RenderableType | None:
        """The cost of hours, of taking people on and the fixed costs, where any differ."""
        money = difference.money
        lines = [
            ("money_hours", money.hours),
            ("money_hiring", money.hiring),
            ("money_fixed", money.fixed),
            ("total", money.total),
        ]
        if not any(number.difference for _, number in lines):
            return None
        table = self._table()
        table.add_column("", ratio=1)
        for key in ("before", "after", "difference"):
            table.add_column(self._word(key), no_wrap=True, justify="right")
        for key, number in lines:
            cells = [self._figure(value) if value is not None else self._word("unknown") for value in _both(number)]
            table.add_row(Text(self._word(key)), *map(Text, cells), self._signed(number.difference))
        return self._section(self._word("money"), table)

    # What the parts are made of

    def _fitting(self, least: Mapping[str, int]) -> list[str]:
        """The columns that there is room for, each given with the width from which on there is."""
        return [key for key, width in least.items() if width <= self._width]

    @property
    def _to(self) -> str:
        return "->" if self._plain else "→"

    @property
    def _nothing(self) -> str:
        return "." if self._plain else "·"

    def _say(self, key: str, **values: object) -> str:
        return WORDS[key][self._index].format(**values)

    def _word(self, key: str) -> str:
        return WORDS[key][self._index] if key in WORDS else self._words(key)

    def _table(self) -> Table:
        return Table(box=None, expand=True, header_style=QUIET, padding=(0, 1))

    def _section(self, title: str, *parts: RenderableType | None) -> RenderableType:
        head = Line(Text(title, style=TITLE), align="left", style=QUIET, characters="-" if self._plain else "─")
        return Group(head, *(part for part in parts if part is not None))

    def _cut(self, rows: int) -> RenderableType | None:
        if rows <= MOST_ROWS:
            return None
        return Padding(Text(self._words("more", n=rows - MOST_ROWS), style=QUIET), (0, 1))

    def _figure(self, value: float | None) -> str:
        return self._nothing if value is None else self._words.number(value)

    def _signed(self, value: float | None) -> Text:
        """A difference with its sign; less is good, for it is cost."""
        if not value:
            return Text(self._nothing, style=QUIET)
        sign = "+" if value > 0 else "-" if self._plain else "−"
        return Text(f"{sign}{self._words.number(abs(value))}", style="red" if value > 0 else GOOD)

    def _arrow(self, number: Number) -> Text:
        """ "24 → 40", or the number where it stays."""
        cells = list(dict.fromkeys(map(self._figure, _both(number))))
        return Text(f" {self._to} ".join(cells))

    def _shares(self, number: Number) -> Text:
        cells = [self._nothing if share is None else f"{round(100 * share)} %" for share in _both(number)]
        return Text(f" {self._to} ".join(dict.fromkeys(cells)))

    def _mode(self, weight: Number, mode: Word) -> Text:
        """The weight, or the mode where it costs nothing, on both sides."""
        cells = [
            self._figure(value) if how in ("soft", None) else str(how)
            for value, how in zip(_both(weight), (mode.before, mode.after), strict=True)
        ]
        return Text(f" {self._to} ".join(dict.fromkeys(cells)))

    def _status(self, facts: Facts) -> Text:
        if facts.broken:
            return Text(self._word("breaks"), style=BAD)
        style = GOOD if facts.status in ("OPTIMAL", "FEASIBLE") else BAD
        return Text(facts.status, style=style)


def _both(number: Number) -> Sequence[float | None]:
    return number.before, number.after


def _changed(word: Word) -> bool:
    return word.before != word.after
