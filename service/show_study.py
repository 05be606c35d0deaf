"""The result of a study as a person reads it in a terminal: the answer in sentences, then its table.

In a pipe the same comes out as plain text. Sentences are those of the study, in English; headings are translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from scenarios.studies import StudyResult
from scenarios.studies.base import Finding, RuleCost
from scenarios.studies.best_hires import HiresFound
from scenarios.studies.exposure import Exposures
from scenarios.studies.frontier import Curve
from scenarios.studies.lending_market import Market, Markets
from scenarios.studies.sweep import Grid
from service.words import Language, Words, plain

GOOD, FAIR, BAD, QUIET, TITLE = "green", "yellow", "bold red", "dim", "bold cyan"

#: columns that give way to names → the width of terminals from which on there is room for them
LEAST: Mapping[str, int] = {
    **dict.fromkeys(("proven", "relieves", "before", "after", "gap", "people_missing"), 60),
    **dict.fromkeys(("per_hour", "booked", "in_money", "lends", "borrows", "gains", "gives_up"), 80),
    **dict.fromkeys(("hours_open", "hours_lent"), 80),
}

#: the words of this page alone, in English and Dutch; the others are in `service.words`
WORDS: Mapping[str, tuple[str, str]] = {
    "best_hires": ("Which hire would improve the plan most", "Welke nieuwe collega het plan het meest verbetert"),
    "exposure": ("What would be lost with each person", "Wat met ieder verloren zou gaan"),
    "lending_market": (
        "What each unit gains and gives up when lending opens",
        "Wat elke afdeling wint en inlevert als er wordt uitgeleend",
    ),
    "sweep": ("A grid of changes", "Een raster van wijzigingen"),
    "frontier": ("The trade-off of two rules", "De afweging tussen twee regels"),
    "as_it_stands": ("As it stands", "Zoals het nu is"),
    "one_solve": ("{n} solve in {seconds} s", "{n} keer gezocht in {seconds} s"),
    "solves": ("{n} solves in {seconds} s", "{n} keer gezocht in {seconds} s"),
    "cautions": ("Before you rely on it", "Voordat u erop vertrouwt"),
    "no_base": (
        "The portfolio as it stands has no plan, so there is nothing to hold anything against.",
        "De portfolio zoals die nu is heeft geen plan, dus er is niets om iets mee te vergelijken.",
    ),
    "profile": ("profile", "profiel"),
    "gain": ("gain", "winst"),
    "per_hour": ("an hour", "per uur"),
    "proven": ("proven", "bewezen"),
    "booked": ("booked", "ingezet"),
    "in_money": ("in money", "in geld"),
    "relieves": ("relieves most", "verlicht vooral"),
    "lost": ("lost", "verlies"),
    "nobody_else": ("nobody else, or too few", "niemand anders, of te weinig"),
    "unit": ("unit", "afdeling"),
    "before": ("before", "was"),
    "after": ("after", "wordt"),
    "difference": ("difference", "verschil"),
    "gains": ("gains", "wint"),
    "gives_up": ("gives up", "levert in"),
    "lends": ("lends", "leent uit"),
    "borrows": ("borrows", "leent in"),
    "open": ("Lending open", "Uitlenen open"),
    "fair": ("Nobody worse off than asked", "Niemand slechter af dan gevraagd"),
    "unborne": ("no unit's", "van geen afdeling"),
    "total": ("total", "totaal"),
    "options": ("options", "keuzes"),
    "cost": ("cost", "kosten"),
    "gap": ("gap", "marge"),
    "hours_open": ("open h", "open u"),
    "people_missing": ("missing", "ontbreekt"),
    "hours_lent": ("lent h", "geleend u"),
    "same_as": ("same as {options}", "zelfde als {options}"),
    "cannot": ("cannot be made", "kan niet"),
    "rest": ("other rules", "andere regels"),
    "least": ("bound", "grens"),
    "unproven": ("not proven", "niet bewezen"),
    "base_at": ("As it stands: {first} and {second}.", "Zoals het nu is: {first} en {second}."),
    "rest_at_most": ("All other rules cost {most} at most.", "Alle andere regels kosten hooguit {most}."),
}


def show_study(console: Console, result: StudyResult, language: str = "en") -> None:
    """Print the result of a study."""
    for part in StudyPage(console, result, language).parts():
        console.print(part)


class StudyPage:
    """The parts of one result, made for one console."""

    def __init__(self, console: Console, result: StudyResult, language: str) -> None:
        self._result, self._words = result, Words(language)
        self._index = list(Language).index(Language(language))
        self._width, self._plain = console.width, console.options.ascii_only

    def parts(self) -> Sequence[RenderableType]:
        """What was asked, the answer, its table, and what to be careful with."""
        result = self._result
        found = [self.headline()]
        if result.found is not None:
            found += [
                *(Padding(Text(plain(one)), (0, 1)) for one in result.sentences),
                Text(),
                self.table(result.found),
            ]
        if result.cautions:
            found += [Text(), Padding(Text(self._word("cautions"), style="bold"), (0, 1))]
            found += [Padding(Text(f"- {plain(one)}", style=FAIR), (0, 1)) for one in result.cautions]
        return found

    def headline(self) -> RenderableType:
        """What was asked, and how the base was found."""
        result = self._result
        line = Text(self._word("no_base"), style=BAD)
        if result.base is not None:
            line = Text.assemble(
                f"{self._word('as_it_stands')}: {self._word('cost')} {self._figure(result.base.cost)}",
                (f"  {self._words.far(result.base.gap)}", QUIET),
            )
        count = self._say(
            "solves" if result.solves != 1 else "one_solve", n=result.solves, seconds=round(result.seconds)
        )
        head = Line(
            Text(self._word(result.study["kind"]), style=TITLE),
            align="left",
            style=QUIET,
            characters="-" if self._plain else "─",
        )
        return Group(head, Padding(Text.assemble(line, (f"  {count}", QUIET)), (0, 1)), Text())

    def table(self, found: Finding) -> RenderableType:
        """The table of a kind of study."""
        if isinstance(found, HiresFound):
            return self._hires(found)
        if isinstance(found, Exposures):
            return self._exposures(found)
        if isinstance(found, Markets):
            return self._markets(found)
        if isinstance(found, Grid):
            return self._grid(found)
        assert isinstance(found, Curve)
        return self._curve(found)

    def _hires(self, found: HiresFound) -> RenderableType:
        rows = [
            (
                Text(plain(one.name), style="bold"),
                self._figure(one.gain),
                self._words.number(round(one.gain_per_hour, 2)),
                self._figure(one.gain_at_least),
                f"{one.hours_booked}/{one.hours}",
                self._signed(one.money, neutral=True),
                self._titles(one.relieves),
            )
            for one in found.profiles
        ]
        keys = ("profile", "gain", "per_hour", "proven", "booked", "in_money", "relieves")
        return self._table(keys, rows, wide=("relieves",))

    def _exposures(self, found: Exposures) -> RenderableType:
        rows = []
        for one in found.people:
            alone = [each.name for each in one.unstaffable]
            alone += dict.fromkeys(f"{each.label} {each.level}" for each in one.uncoverable)
            rows.append(
                (
                    Text(plain(one.name), style="bold"),
                    self._signed(one.lost),
                    self._figure(one.lost_at_least),
                    Text(plain(", ".join(alone)), style=BAD if alone else ""),
                )
            )
        return self._table(("person", "lost", "proven", "nobody_else"), rows, wide=("nobody_else",))

    def _markets(self, found: Markets) -> RenderableType:
        parts: list[RenderableType] = []
        for key, market in (("open", found.open), ("fair", found.fair)):
            if market is not None:
                heading = Text.assemble((self._word(key), "bold"), (f"  {self._words.far(market.solved.gap)}", QUIET))
                parts += [Padding(heading, (0, 1)), self._market(market), Text()]
        return Group(*parts[:-1])

    def _market(self, market: Market) -> RenderableType:
        rows: list[tuple[str | Text, ...]] = [
            (
                Text(plain(one.name), style="bold"),
                self._figure(one.before),
                self._figure(one.after),
                self._signed(one.difference),
                self._arrow(one.lent_out),
                self._arrow(one.lent_in),
                self._titles(one.gains),
                self._titles(one.gives_up),
            )
            for one in market.units
        ]
        if market.unborne:
            rows.append((self._word("unborne"), "", "", self._signed(market.unborne)))
        rows.append((Text(self._word("total"), style="bold"), "", "", self._signed(market.difference)))
        keys = ("unit", "before", "after", "difference", "lends", "borrows", "gains", "gives_up")
        return self._table(keys, rows, wide=("gains", "gives_up"))

    def _grid(self, found: Grid) -> RenderableType:
        keys = ("options", "cost", "gap", "difference", "hours_open", "people_missing", "hours_lent", "in_money")
        rows: list[tuple[str | Text, ...]] = []
        for cell in found.cells:
            name = Text(plain(" + ".join(cell.options)), style="bold")
            if cell.problem is not None:
                rows.append((name, Text(self._word("cannot"), style=BAD)))
                continue
            if cell.same_as is not None:
                same = plain(" + ".join(found.cells[cell.same_as].options))
                name.append(f"  {self._say('same_as', options=same)}", style=QUIET)
            rows.append(
                (
                    name,
                    self._figure(None if cell.solved is None else cell.solved.cost),
                    "" if cell.solved is None or cell.solved.gap is None else self._words.percent(cell.solved.gap),
                    self._signed(cell.difference),
                    self._figure(cell.hours_open),
                    self._figure(cell.people_missing),
                    self._figure(cell.hours_lent),
                    self._figure(cell.money),
                )
            )
        return self._table(keys, rows, wide=("options",))

    def _curve(self, found: Curve) -> RenderableType:
        table = Table(box=None, expand=True, header_style=QUIET, padding=(0, 1))
        for name, title, unit in zip(found.rules, found.titles, found.units, strict=True):
            heading = f"{self._words.rule(name, title)}, {self._words.unit(unit)}"
            table.add_column(heading, justify="right", ratio=1)
        for key in ("least", "proven", "rest", "cost"):
            table.add_column(self._word(key), justify="right", no_wrap=True)
        for one in found.points:
            table.add_row(
                *map(self._figure, one.amounts),
                self._figure(one.bound),
                Text(self._word("proven"), style=GOOD) if one.proven else Text(self._word("unproven"), style=FAIR),
                self._figure(one.rest),
                self._figure(one.cost),
            )
        first, second = (
            f"{self._figure(n)} {self._words.unit(unit, n)}" for n, unit in zip(found.base, found.units, strict=True)
        )
        below = f"{self._say('base_at', first=first, second=second)} "
        below += self._say("rest_at_most", most=self._figure(found.rest_at_most))
        return Group(table, Padding(Text(below, style=QUIET), (0, 1)))

    # What the parts are made of

    def _table(self, keys: Sequence[str], rows: Iterable[Sequence[str | Text]], wide: Sequence[str] = ()) -> Table:
        """A table of the columns there is room for; the first names the rows, wide ones are text, others numbers."""
        table = Table(box=None, expand=True, header_style=QUIET, padding=(0, 1))
        shown = [n for n, key in enumerate(keys) if LEAST.get(key, 0) <= self._width]
        for n in shown:
            text = n == 0 or keys[n] in wide
            ratio = (3 if n == 0 else 2) if text else None
            table.add_column(self._word(keys[n]), justify="left" if text else "right", ratio=ratio, no_wrap=not text)
        for row in rows:
            table.add_row(*(row[n] for n in shown if n < len(row)))
        return table

    def _say(self, key: str, **values: object) -> str:
        return WORDS[key][self._index].format(**values)

    def _word(self, key: str) -> str:
        return WORDS[key][self._index] if key in WORDS else self._words(key)

    def _figure(self, value: float | None) -> str:
        return ("." if self._plain else "·") if value is None else self._words.number(value)

    def _titles(self, rules: Sequence[RuleCost]) -> Text:
        return Text(", ".join(self._words.rule(rule.name, rule.title) for rule in rules[:2]))

    def _arrow(self, hours: Sequence[int]) -> str:
        return f" {'->' if self._plain else '→'} ".join(dict.fromkeys(map(self._figure, hours)))

    def _signed(self, value: float | None, neutral: bool = False) -> Text:
        """A difference with its sign; of cost less is good, money is neither good nor bad."""
        if not value:
            return Text("." if self._plain else "·", style=QUIET)
        sign = "+" if value > 0 else "-" if self._plain else "−"
        style = "" if neutral else "red" if value > 0 else GOOD
        return Text(f"{sign}{self._words.number(abs(value))}", style=style)
