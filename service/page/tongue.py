"""The language of a page: words given in English and Dutch where they are used, numbers, days."""

from __future__ import annotations

from datetime import date

from scenarios.phrases import MONTHS, Phrases, period_start
from service.words import Language, Words
from solver.portfolio import Calendar


class Tongue:
    """One language: `t("Stop", "Stop")` gives the one asked for, `t.word("gap")` a word that other parts share."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.word = Words(language)
        self.number, self.percent = self.word.number, self.word.percent

    def __call__(self, english: str, dutch: str = "", **values: object) -> str:
        """The words in this language, with the values filled in."""
        said = dutch if self.language == "nl" else english
        return said.format(**values) if values else said

    @property
    def dutch(self) -> bool:
        """Whether this is Dutch."""
        return self.language == "nl"

    def whole(self, value: float) -> str:
        """A number without decimals: 15,649 or 15.649."""
        return self.number(round(value))

    def signed(self, value: float) -> str:
        """A difference: +60 or −1,200."""
        return f"{'−' if value < 0 else '+' if value > 0 else ''}{self.number(abs(value))}"

    def hours(self, value: float) -> str:
        """Hours with their unit: 1,200 h or 1.200 u."""
        return f"{self.number(value)} {'u' if self.dutch else 'h'}"

    def count(self, n: int, one: tuple[str, str], many: tuple[str, str]) -> str:
        """`1 person`, `3 people`."""
        return f"{self.whole(n)} {self(*(one if n == 1 else many))}"

    def period(self, calendar: Calendar, period: int) -> str:
        """The day a period begins on, without its year: 4 Jan."""
        start = period_start(calendar, period)
        if start is None:
            return str(period + 1)
        return (
            self.day(start) if calendar.period != "month" else f"{MONTHS[self.language][start.month - 1]} {start.year}"
        )

    def day(self, day: date) -> str:
        """A date without its year."""
        return f"{day.day} {MONTHS[self.language][day.month - 1]}"

    def span(self, calendar: Calendar, first: int, last: int) -> str:
        """From the first day of one period to the last of another."""
        return Phrases(self.language).span(calendar, first, last)

    def listed(self, names: list[str]) -> str:
        """ "a, b and c"."""
        return Phrases(self.language).listed(names) if names else ""


def tongue(asked: str | None, kept: str | None, accepted: str) -> Tongue:
    """The language asked for, else the one kept in a cookie, else the first that the browser accepts, else English."""
    known = {one.value for one in Language}
    wished = [part.partition(";")[0].strip().lower()[:2] for part in accepted.split(",")]
    return Tongue(next((one for one in (asked, kept, *wished) if one in known), "en"))
